/* Same-grid merging: every tile is the slice of one of the streams, unchanged, but for I slices of a random-access picture
 * that come to stand beside continued ones (movable.h): those get the header of a trailing picture's I slice. */
#include "bitstream/movable.h"
#include "bitstream/rewrite.h"

#include <stdlib.h>
#include <string.h>

enum { NAL_TRAIL_R = 1, NAL_SEI_PREFIX = 39, NAL_SEI_SUFFIX = 40, SEI_PICTURE_HASH = 132, SEI_UNREGISTERED = 5 };

struct vr_bs_merger {
    int n;
    int64_t next;                 /* the picture that must come next */
    int pick[VR_BS_MAX_TILES];    /* of the picture before */
    vr_bs_stream *streams[];
};

vr_bs_merger *vr_bs_merger_open(vr_bs_stream *const *streams, int n, vr_bs_error *error)
{
    vr_bs_fail(error, VR_BS_OK, "");
    if (vr_bs_check_lengths(streams, n, error))
        return NULL;
    vr_bs_merger *m = calloc(1, sizeof *m + (size_t)n * sizeof m->streams[0]);
    if (!m) {
        vr_bs_fail(error, VR_BS_ENOMEM, "out of memory");
        return NULL;
    }
    m->n = n;
    memcpy(m->streams, streams, (size_t)n * sizeof m->streams[0]);
    return m;
}

void vr_bs_merger_close(vr_bs_merger *merger)
{
    free(merger);
}

int64_t vr_bs_merger_pictures(const vr_bs_merger *merger)
{
    return merger->streams[0]->n_units;
}

/* Our own track SEI names one tile of the source; in the merged picture it would be wrong. */
static int is_track_sei(const uint8_t *nal, size_t size)
{
    uint8_t head[24];
    if (vr_bs_sei_type(nal, size) != SEI_UNREGISTERED)
        return 0;
    const size_t n = vr_bs_unescape(nal, size, head, sizeof head);
    return n >= 20 && memcmp(head + 4, vr_bs_track_uuid, 16) == 0;
}

static int append_head(const vr_bs_stream *s, const vr_bs_unit *u, int *first, vr_bs_buffer *out)
{
    const vr_bs_config *c = &s->configs[u->config];
    if (vr_bs_is_irap(u->nal_type)) {
        const int64_t sets[3] = {c->vps, c->sps, c->pps};
        for (int i = 0; i < 3; i++) {
            if (sets[i] >= 0 && vr_bs_append_nal(out, s->data + s->nals[sets[i]].offset, s->nals[sets[i]].size, 1))
                return VR_BS_ENOMEM;
        }
        *first = 0;
    }
    for (int64_t i = u->first_nal; i < u->first_nal + u->n_nals; i++) {
        const vr_bs_nal *n = &s->nals[i];
        if (n->type != NAL_SEI_PREFIX || is_track_sei(s->data + n->offset, n->size))
            continue;
        if (vr_bs_append_nal(out, s->data + n->offset, n->size, *first))
            return VR_BS_ENOMEM;
        *first = 0;
    }
    return VR_BS_OK;
}

static int append_tail(const vr_bs_stream *s, const vr_bs_unit *u, vr_bs_buffer *out)
{
    for (int64_t i = u->first_nal; i < u->first_nal + u->n_nals; i++) {
        const vr_bs_nal *n = &s->nals[i];
        if (n->type == NAL_SEI_SUFFIX && vr_bs_sei_type(s->data + n->offset, n->size) != SEI_PICTURE_HASH &&
            vr_bs_append_nal(out, s->data + n->offset, n->size, 0))
            return VR_BS_ENOMEM;
    }
    return VR_BS_OK;
}

/* Every stream that is used must have the parameter sets of the first one used. */
static int check_configs(const vr_bs_merger *m, int64_t picture, const int *pick, vr_bs_error *error)
{
    for (int t = 0;; t++) {
        const vr_bs_stream *base = m->streams[pick[0]];
        const vr_bs_config *cb = &base->configs[base->units[picture].config];
        if (t == cb->tiles)
            return VR_BS_OK;
        if (pick[t] < 0 || pick[t] >= m->n)
            return vr_bs_fail_at(error, VR_BS_EARG, pick[t], picture, t, "there is no stream with this number");
        const vr_bs_stream *s = m->streams[pick[t]];
        const vr_bs_config *c = &s->configs[s->units[picture].config];
        if (c->tiles != cb->tiles || c->parsed_pps.cols != cb->parsed_pps.cols)
            return vr_bs_fail_at(error, VR_BS_EMISMATCH, pick[t], picture, t, "the stream has another tile grid than the first one");
        if (s != base && !vr_bs_same_config(s, c, base, cb))
            return vr_bs_fail_at(error, VR_BS_EMISMATCH, pick[t], picture, t,
                                 "the stream's parameter sets differ from the first one's; encode all qualities with the same settings");
    }
}

/* May a tile change to or from this stream here? */
static int is_switchable(const vr_bs_merger *m, int stream, int64_t picture, int tile)
{
    return vr_bs_tile_switchable(m->streams[stream], picture, tile) ||
           vr_bs_tile_continues(m->streams, m->n, stream, picture, tile);
}

/* One merged picture in the making. */
typedef struct {
    int64_t number;
    int tiles;
    const int *pick;
    const vr_bs_slice *slices[VR_BS_MAX_TILES];
    int lead;              /* the tile whose picture the merged one is: its type, its number and references, its SEI */
    int made_trailing;     /* tiles of a random-access picture stand beside continued ones, so it is none */
} merged_picture;

static int is_irap(const vr_bs_merger *m, const merged_picture *p, int tile)
{
    return vr_bs_is_irap(m->streams[p->pick[tile]]->units[p->number].nal_type);
}

/* The first tile leads, or where both kinds meet the first continued one. */
static void find_lead(const vr_bs_merger *m, merged_picture *p)
{
    int other = 1;
    while (other < p->tiles && is_irap(m, p, other) == is_irap(m, p, 0))
        other++;
    if (other >= p->tiles)
        return;
    const int continued = is_irap(m, p, 0) ? other : 0;
    p->made_trailing = vr_bs_tile_continues(m->streams, m->n, p->pick[continued], p->number, continued);
    if (p->made_trailing)
        p->lead = continued;
}

/* Each tile against one of its kind; where kinds meet, what the new header cannot change must agree. */
static int check_tile(const vr_bs_merger *m, const merged_picture *p, int tile, vr_bs_error *error)
{
    const int lead = p->lead, *pick = p->pick;
    int like = lead;
    if (p->made_trailing && is_irap(m, p, tile)) {
        if (!vr_bs_tile_switchable(m->streams[pick[tile]], p->number, tile) ||
            m->streams[pick[tile]]->units[p->number].temporal_id != m->streams[pick[lead]]->units[p->number].temporal_id ||
            p->slices[tile]->header.poc_lsb != p->slices[lead]->header.poc_lsb ||
            p->slices[tile]->header.output != p->slices[lead]->header.output)
            return vr_bs_fail_at(error, VR_BS_EMISMATCH, pick[tile], p->number, tile,
                                 "the picture has another number or other references in this stream than in the first one");
        for (like = 0; !is_irap(m, p, like);)
            like++;
    }
    if (vr_bs_check_companions(m->streams, pick[like], p->slices[like], pick[tile], p->slices[tile], p->number, error))
        return VR_BS_EMISMATCH;
    if (p->number > 0 && pick[tile] != m->pick[tile] &&
        !(is_switchable(m, pick[tile], p->number, tile) && is_switchable(m, m->pick[tile], p->number, tile)))
        return vr_bs_fail_at(error, VR_BS_EARG, pick[tile], p->number, tile,
                             "a tile can change its stream only where it is all intra in both streams");
    return VR_BS_OK;
}

/* An I slice of a random-access picture as one of the trailing picture that `lead` belongs to. */
static int append_as_trailing(const vr_bs_stream *s, const vr_bs_slice *slice, const vr_bs_stream *lead_stream,
                              const vr_bs_slice *lead, int first, vr_bs_buffer *out)
{
    vr_bs_rewrite header, other;
    vr_bs_rewrite_begin(&header, s, slice);
    vr_bs_rewrite_begin(&other, lead_stream, lead);
    vr_bs_put(&header.w, NAL_TRAIL_R, 7); /* behind forbidden_zero_bit */
    header.r.pos = 7;
    vr_bs_copy_until(&header.w, &header.r, 17);
    vr_bs_skip(&header.r, 1); /* no_output_of_prior_pics_flag */
    vr_bs_copy_until(&header.w, &header.r, slice->header.refs_pos);
    other.r.pos = lead->header.refs_pos;
    vr_bs_copy_until(&header.w, &other.r, lead->header.refs_end);
    header.r.pos = slice->header.refs_end;
    vr_bs_copy_until(&header.w, &header.r, slice->header.align_pos);
    return vr_bs_rewrite_end(&header, s, slice, first, out);
}

static int append_tile(const vr_bs_merger *m, const merged_picture *p, int tile, int first, vr_bs_buffer *out)
{
    const vr_bs_stream *s = m->streams[p->pick[tile]];
    const vr_bs_nal *nal = &s->nals[p->slices[tile]->nal];
    if (p->made_trailing && is_irap(m, p, tile))
        return append_as_trailing(s, p->slices[tile], m->streams[p->pick[p->lead]], p->slices[p->lead], first, out);
    return vr_bs_append_nal(out, s->data + nal->offset, nal->size, first);
}

int vr_bs_merger_picture(vr_bs_merger *m, int64_t picture, const int *pick, vr_bs_buffer *out, vr_bs_error *error)
{
    if (picture != m->next || picture >= vr_bs_merger_pictures(m))
        return vr_bs_fail_at(error, VR_BS_EARG, -1, picture, -1, "pictures must be merged in order, each once");
    if (pick[0] < 0 || pick[0] >= m->n)
        return vr_bs_fail_at(error, VR_BS_EARG, pick[0], picture, 0, "there is no stream with this number");
    if (check_configs(m, picture, pick, error))
        return VR_BS_EMISMATCH;
    merged_picture p = {.number = picture, .pick = pick};
    p.tiles = m->streams[pick[0]]->configs[m->streams[pick[0]]->units[picture].config].tiles;
    for (int t = 0; t < p.tiles; t++) {
        p.slices[t] = vr_bs_movable_slice(m->streams, pick[t], picture, t, error);
        if (!p.slices[t])
            return VR_BS_EMISMATCH;
    }
    find_lead(m, &p);
    for (int t = 0; t < p.tiles; t++)
        if (check_tile(m, &p, t, error))
            return VR_BS_EMISMATCH;
    const vr_bs_stream *lead = m->streams[pick[p.lead]];
    int first = 1;
    int code = append_head(lead, &lead->units[picture], &first, out);
    for (int t = 0; t < p.tiles && !code; t++) {
        code = append_tile(m, &p, t, first, out);
        first = 0;
    }
    if (!code)
        code = append_tail(lead, &lead->units[picture], out);
    if (code)
        return vr_bs_fail(error, code, "out of memory");
    memcpy(m->pick, pick, sizeof pick[0] * (size_t)p.tiles);
    m->next++;
    return VR_BS_OK;
}
