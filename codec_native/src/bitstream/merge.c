/* Same-grid merging: every tile is the unchanged slice of one of the streams. */
#include "bitstream/movable.h"

#include <stdlib.h>
#include <string.h>

enum { NAL_SEI_PREFIX = 39, NAL_SEI_SUFFIX = 40, SEI_PICTURE_HASH = 132, SEI_UNREGISTERED = 5 };

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

int vr_bs_merger_picture(vr_bs_merger *m, int64_t picture, const int *pick, vr_bs_buffer *out, vr_bs_error *error)
{
    if (picture != m->next || picture >= vr_bs_merger_pictures(m))
        return vr_bs_fail_at(error, VR_BS_EARG, -1, picture, -1, "pictures must be merged in order, each once");
    if (pick[0] < 0 || pick[0] >= m->n)
        return vr_bs_fail_at(error, VR_BS_EARG, pick[0], picture, 0, "there is no stream with this number");
    if (check_configs(m, picture, pick, error))
        return VR_BS_EMISMATCH;
    const vr_bs_stream *base = m->streams[pick[0]];
    const vr_bs_unit *unit = &base->units[picture];
    const int tiles = base->configs[unit->config].tiles;
    const vr_bs_slice *slices[VR_BS_MAX_TILES];
    for (int t = 0; t < tiles; t++) {
        slices[t] = vr_bs_movable_slice(m->streams, pick[t], picture, t, error);
        if (!slices[t] || vr_bs_check_companions(m->streams, pick[0], slices[0], pick[t], slices[t], picture, error))
            return VR_BS_EMISMATCH;
        if (picture > 0 && pick[t] != m->pick[t] &&
            !(vr_bs_tile_switchable(m->streams[pick[t]], picture, t) &&
              vr_bs_tile_switchable(m->streams[m->pick[t]], picture, t)))
            return vr_bs_fail_at(error, VR_BS_EARG, pick[t], picture, t,
                                 "a tile can change its stream only where it is all intra in both streams");
    }
    int first = 1;
    int code = append_head(base, unit, &first, out);
    for (int t = 0; t < tiles && !code; t++) {
        const vr_bs_stream *s = m->streams[pick[t]];
        const vr_bs_nal *nal = &s->nals[slices[t]->nal];
        code = vr_bs_append_nal(out, s->data + nal->offset, nal->size, first);
        first = 0;
    }
    if (!code)
        code = append_tail(base, unit, out);
    if (code)
        return vr_bs_fail(error, code, "out of memory");
    memcpy(m->pick, pick, sizeof pick[0] * (size_t)tiles);
    m->next++;
    return VR_BS_OK;
}
