/* Finds NAL units (B.2), groups them to access units (7.4.2.4.4) and parses what merging needs. */
#include "bitstream/stream.h"

#include <stdlib.h>
#include <string.h>

enum {
    NAL_VPS = 32,
    NAL_SPS = 33,
    NAL_PPS = 34,
    NAL_AUD = 35,
    NAL_SEI_PREFIX = 39,
    NAL_SEI_SUFFIX = 40
};

typedef struct {
    vr_bs_stream *s;
    vr_bs_error *error;
    int64_t cap_nals, cap_units, cap_slices;
    int64_t vps_nal[16], sps_nal[16], pps_nal[64]; /* newest of each id, -1: none */
    int unit_open;          /* the last unit still takes NAL units */
    int unit_has_slice;
    uint8_t scratch[VR_BS_MAX_HEADER];
} indexer;

const uint8_t vr_bs_track_uuid[16] = {0x8d, 0x1f, 0x5b, 0x0a, 0x36, 0x5e, 0x4c, 0x21,
                                      0x9a, 0x77, 0x2e, 0xc4, 0x63, 0xb8, 0x10, 0xf5};

int vr_bs_fail_at(vr_bs_error *error, int code, int stream, int64_t picture, int tile, const char *message)
{
    vr_bs_fail(error, code, message);
    if (error) {
        error->stream = stream;
        error->picture = picture;
        error->tile = tile;
    }
    return code;
}

/* Makes room for one more element; the arrays grow by half, so the whole costs linear time. */
static int grow(void **array, int64_t *capacity, int64_t count, size_t element)
{
    if (count < *capacity)
        return VR_BS_OK;
    const int64_t next = *capacity ? *capacity + *capacity / 2 : 64;
    void *moved = realloc(*array, (size_t)next * element);
    if (!moved)
        return VR_BS_ENOMEM;
    *array = moved;
    *capacity = next;
    return VR_BS_OK;
}

static int add_nal(indexer *x, size_t start, size_t offset, size_t end)
{
    vr_bs_stream *s = x->s;
    while (end > offset && s->data[end - 1] == 0)
        end--; /* trailing_zero_8bits */
    if (end < offset + 2 || (s->data[offset] & 0x80))
        return VR_BS_OK; /* no NAL unit header: skip, as decoders do */
    if ((s->data[offset] & 1) || (s->data[offset + 1] >> 3) || !(s->data[offset + 1] & 7))
        return VR_BS_OK; /* another layer, or no temporal id */
    if (grow((void **)&s->nals, &x->cap_nals, s->n_nals, sizeof *s->nals))
        return vr_bs_fail(x->error, VR_BS_ENOMEM, "out of memory");
    s->nals[s->n_nals++] = (vr_bs_nal){offset, end - offset, start, vr_bs_nal_type(s->data + offset)};
    return VR_BS_OK;
}

static int find_nals(indexer *x)
{
    const uint8_t *d = x->s->data;
    const size_t size = x->s->size;
    size_t begin = SIZE_MAX, start = 0, i = 0;
    while (i + 3 <= size) {
        const uint8_t *hit = memchr(d + i + 2, 1, size - i - 2);
        if (!hit)
            break;
        const size_t at = (size_t)(hit - d);
        if (d[at - 1] != 0 || d[at - 2] != 0) {
            i = at - 1;
            continue;
        }
        const size_t code = at > 2 && d[at - 3] == 0 ? at - 3 : at - 2;
        if (begin != SIZE_MAX && add_nal(x, start, begin, at - 2))
            return VR_BS_ENOMEM;
        start = code;
        begin = at + 1;
        i = at + 1;
    }
    if (begin != SIZE_MAX && add_nal(x, start, begin, size))
        return VR_BS_ENOMEM;
    if (x->s->n_nals == 0)
        return vr_bs_fail(x->error, VR_BS_EINVALID, "there are no HEVC NAL units in it");
    return VR_BS_OK;
}

static int open_unit(indexer *x, int64_t nal)
{
    vr_bs_stream *s = x->s;
    if (grow((void **)&s->units, &x->cap_units, s->n_units, sizeof *s->units))
        return vr_bs_fail(x->error, VR_BS_ENOMEM, "out of memory");
    s->units[s->n_units++] = (vr_bs_unit){.first_nal = nal, .first_slice = s->n_slices, .config = -1, .nal_type = -1};
    x->unit_open = 1;
    x->unit_has_slice = 0;
    return VR_BS_OK;
}

static int same_nal(const vr_bs_stream *a, int64_t na, const vr_bs_stream *b, int64_t nb)
{
    if (na < 0 || nb < 0)
        return na < 0 && nb < 0;
    const vr_bs_nal *x = &a->nals[na], *y = &b->nals[nb];
    return x->size == y->size && memcmp(a->data + x->offset, b->data + y->offset, x->size) == 0;
}

int vr_bs_same_config(const vr_bs_stream *a, const vr_bs_config *ca, const vr_bs_stream *b, const vr_bs_config *cb)
{
    return same_nal(a, ca->vps, b, cb->vps) && same_nal(a, ca->sps, b, cb->sps) && same_nal(a, ca->pps, b, cb->pps);
}

/* Parses the parameter sets that a slice refers to, unless the same bytes are known already. */
static int find_config(indexer *x, int pps_id, int *config)
{
    vr_bs_stream *s = x->s;
    if (pps_id < 0 || x->pps_nal[pps_id] < 0)
        return vr_bs_fail(x->error, VR_BS_EINVALID, "a slice comes without its picture parameter set");
    const vr_bs_nal *pps_nal = &s->nals[x->pps_nal[pps_id]];
    vr_bs_config c;
    size_t n = vr_bs_unescape(s->data + pps_nal->offset, pps_nal->size, x->scratch, sizeof x->scratch);
    if (vr_bs_parse_pps(x->scratch, n, &c.parsed_pps, x->error))
        return VR_BS_EINVALID;
    c.pps = x->pps_nal[pps_id];
    c.sps = x->sps_nal[c.parsed_pps.sps_id];
    if (c.sps < 0)
        return vr_bs_fail(x->error, VR_BS_EINVALID, "a slice comes without its sequence parameter set");
    n = vr_bs_unescape(s->data + s->nals[c.sps].offset, s->nals[c.sps].size, x->scratch, sizeof x->scratch);
    if (n < 3)
        return vr_bs_fail(x->error, VR_BS_ETRUNCATED, "the sequence parameter set ends too early");
    c.vps = x->vps_nal[x->scratch[2] >> 4];
    for (int i = s->n_configs - 1; i >= 0; i--) {
        if (vr_bs_same_config(s, &s->configs[i], s, &c)) {
            *config = i;
            return VR_BS_OK;
        }
    }
    if (vr_bs_parse_sps(x->scratch, n, &c.parsed_sps, x->error) ||
        vr_bs_tile_grid(&c.parsed_sps, &c.parsed_pps, c.col_x, c.row_y, x->error))
        return VR_BS_EINVALID;
    c.tiles = c.parsed_pps.cols * c.parsed_pps.rows;
    if (s->n_configs == VR_BS_MAX_CONFIGS)
        return vr_bs_fail(x->error, VR_BS_EUNSUPPORTED, "the parameter sets change too often");
    vr_bs_config *moved = realloc(s->configs, (size_t)(s->n_configs + 1) * sizeof *moved);
    if (!moved)
        return vr_bs_fail(x->error, VR_BS_ENOMEM, "out of memory");
    s->configs = moved;
    s->configs[s->n_configs] = c;
    *config = s->n_configs++;
    return VR_BS_OK;
}

static int tile_at(const vr_bs_config *c, uint32_t address)
{
    const int x = (int)(address % (uint32_t)c->parsed_sps.ctb_cols), y = (int)(address / (uint32_t)c->parsed_sps.ctb_cols);
    int col = 0, row = 0;
    while (col < c->parsed_pps.cols && c->col_x[col] < x)
        col++;
    while (row < c->parsed_pps.rows && c->row_y[row] < y)
        row++;
    if (col == c->parsed_pps.cols || row == c->parsed_pps.rows || c->col_x[col] != x || c->row_y[row] != y)
        return -1;
    return row * c->parsed_pps.cols + col;
}

static int add_slice(indexer *x, int64_t nal)
{
    vr_bs_stream *s = x->s;
    const vr_bs_nal *unit_nal = &s->nals[nal];
    const uint8_t *bytes = s->data + unit_nal->offset;
    const int first = unit_nal->size > 2 && (bytes[2] & 0x80);
    if ((first && x->unit_has_slice) || !x->unit_open) {
        if (open_unit(x, nal))
            return VR_BS_ENOMEM;
    }
    vr_bs_unit *unit = &s->units[s->n_units - 1];
    uint8_t head[16];
    const size_t n_head = vr_bs_unescape(bytes, unit_nal->size, head, sizeof head);
    if (unit->config < 0 && find_config(x, vr_bs_slice_pps_id(head, n_head), &unit->config))
        return VR_BS_EINVALID;
    const vr_bs_config *c = &s->configs[unit->config];
    if (grow((void **)&s->slices, &x->cap_slices, s->n_slices, sizeof *s->slices))
        return vr_bs_fail(x->error, VR_BS_ENOMEM, "out of memory");
    vr_bs_slice *slice = &s->slices[s->n_slices];
    const size_t n = vr_bs_unescape(bytes, unit_nal->size, x->scratch, sizeof x->scratch);
    if (vr_bs_parse_slice(x->scratch, n, &c->parsed_sps, &c->parsed_pps, &slice->header, x->error))
        return VR_BS_EINVALID;
    if (slice->header.pps_id != c->parsed_pps.id)
        return vr_bs_fail(x->error, VR_BS_EUNSUPPORTED, "one picture uses several picture parameter sets");
    slice->nal = nal;
    slice->tile = slice->header.dependent ? -1 : tile_at(c, slice->header.address);
    slice->payload = vr_bs_escaped_length(bytes, unit_nal->size, slice->header.size);
    if (slice->payload >= unit_nal->size)
        return vr_bs_fail(x->error, VR_BS_ETRUNCATED, "a slice holds a header but no picture data");
    const int temporal_id = (bytes[1] & 7) - 1;
    if (unit->n_slices == 0) {
        unit->nal_type = unit_nal->type;
        unit->temporal_id = temporal_id;
    } else if (unit->nal_type != unit_nal->type || unit->temporal_id != temporal_id) {
        return vr_bs_fail(x->error, VR_BS_EINVALID, "slices of one picture disagree about its type");
    }
    s->n_slices++;
    unit->n_slices++;
    x->unit_has_slice = 1;
    return VR_BS_OK;
}

/* NAL unit types that open a new access unit once the current one has slices (7.4.2.4.4) */
static int begins_unit(int type)
{
    return type == NAL_VPS || type == NAL_SPS || type == NAL_PPS || type == NAL_SEI_PREFIX ||
           (type >= 41 && type <= 44) || (type >= 48 && type <= 55);
}

static int add_parameter_set(indexer *x, int64_t nal)
{
    const vr_bs_stream *s = x->s;
    const vr_bs_nal *n = &s->nals[nal];
    uint8_t head[64];
    const size_t size = vr_bs_unescape(s->data + n->offset, n->size, head, sizeof head);
    vr_bs_reader r;
    vr_bs_reader_init(&r, head, size);
    vr_bs_skip(&r, 16);
    if (n->type == NAL_VPS) {
        const uint32_t id = vr_bs_u(&r, 4);
        if (!r.overrun)
            x->vps_nal[id] = nal;
    } else if (n->type == NAL_PPS) {
        const uint32_t id = vr_bs_ue(&r);
        if (!r.overrun && id < 64)
            x->pps_nal[id] = nal;
    } else {
        vr_bs_skip(&r, 4);
        const uint32_t sub_layers_minus1 = vr_bs_u(&r, 3);
        size_t skip = 1 + 88 + 8; /* sps_temporal_id_nesting_flag, general profile and level */
        int present = 0;
        if (sub_layers_minus1 > 0 && !r.overrun) {
            vr_bs_skip(&r, skip);
            for (uint32_t i = 0; i < sub_layers_minus1; i++)
                present += (vr_bs_u(&r, 1) ? 88 : 0) + (vr_bs_u(&r, 1) ? 8 : 0);
            skip = 2 * (8 - sub_layers_minus1) + (size_t)present;
        }
        vr_bs_skip(&r, skip);
        const uint32_t id = vr_bs_ue(&r);
        if (!r.overrun && id < 16)
            x->sps_nal[id] = nal;
    }
    if (r.overrun)
        return vr_bs_fail(x->error, VR_BS_ETRUNCATED, "a parameter set ends too early");
    return VR_BS_OK;
}

int vr_bs_sei_type(const uint8_t *nal, size_t size)
{
    int type = 0;
    for (size_t i = 2; i < size; i++) {
        type += nal[i];
        if (nal[i] != 255)
            return type;
        if (type > 1 << 16)
            break;
    }
    return -1;
}

static void note_sei(vr_bs_stream *s, const uint8_t *nal, size_t size)
{
    uint8_t head[64];
    const int type = vr_bs_sei_type(nal, size);
    if (type == 150)
        s->equirectangular = 1;
    else if (type == 139)
        s->mcts_sei = 1;
    else if (type == 132)
        s->picture_hash = 1;
    else if (type == 5) {
        const size_t n = vr_bs_unescape(nal, size, head, sizeof head);
        if (n >= 4 + 16 + 3 && memcmp(head + 4, vr_bs_track_uuid, 16) == 0)
            s->track_tile = head[20 + 1] << 8 | head[20 + 2];
    }
}

static int group(indexer *x)
{
    vr_bs_stream *s = x->s;
    memset(x->vps_nal, -1, sizeof x->vps_nal);
    memset(x->sps_nal, -1, sizeof x->sps_nal);
    memset(x->pps_nal, -1, sizeof x->pps_nal);
    for (int64_t i = 0; i < s->n_nals; i++) {
        const vr_bs_nal *n = &s->nals[i];
        if (n->type == NAL_AUD || (begins_unit(n->type) && x->unit_has_slice) || !x->unit_open) {
            if (n->type >= NAL_VPS && n->type != NAL_SEI_SUFFIX && open_unit(x, i))
                return VR_BS_ENOMEM;
        }
        int code = VR_BS_OK;
        if (n->type <= 9 || (n->type >= 16 && n->type <= 21))
            code = add_slice(x, i);
        else if (n->type >= NAL_VPS && n->type <= NAL_PPS)
            code = add_parameter_set(x, i);
        else if (n->type == NAL_SEI_PREFIX || n->type == NAL_SEI_SUFFIX)
            note_sei(s, s->data + n->offset, n->size);
        if (code) {
            if (x->error)
                x->error->picture = s->n_units - 1;
            return code;
        }
        if (s->n_units)
            s->units[s->n_units - 1].n_nals = i + 1 - s->units[s->n_units - 1].first_nal;
    }
    return VR_BS_OK;
}

/* Units without slices (an AUD or parameter sets at the very end of a cut file) are no pictures. */
static void drop_empty_units(vr_bs_stream *s)
{
    int64_t kept = 0;
    for (int64_t i = 0; i < s->n_units; i++)
        if (s->units[i].n_slices)
            s->units[kept++] = s->units[i];
    s->n_units = kept;
}

static int is_one_slice_per_tile(const vr_bs_stream *s)
{
    for (int64_t i = 0; i < s->n_units; i++) {
        const vr_bs_unit *u = &s->units[i];
        if (u->n_slices != s->configs[u->config].tiles)
            return 0;
        for (int64_t k = 0; k < u->n_slices; k++) {
            const vr_bs_slice *slice = &s->slices[u->first_slice + k];
            if (slice->tile != k || slice->header.entry_points)
                return 0;
        }
    }
    return 1;
}

vr_bs_stream *vr_bs_open(const uint8_t *data, size_t size, vr_bs_error *error)
{
    vr_bs_fail(error, VR_BS_OK, "");
    indexer *x = calloc(1, sizeof *x);
    vr_bs_stream *s = calloc(1, sizeof *s);
    int code = VR_BS_ENOMEM;
    if (x && s) {
        s->data = data;
        s->size = size;
        s->track_tile = -1;
        x->s = s;
        x->error = error;
        code = find_nals(x);
        if (!code)
            code = group(x);
        if (!code) {
            drop_empty_units(s);
            if (s->n_units == 0)
                code = vr_bs_fail(error, VR_BS_EINVALID, "there are no pictures in it");
        }
    } else {
        vr_bs_fail(error, code, "out of memory");
    }
    free(x);
    if (code) {
        vr_bs_close(s);
        return NULL;
    }
    s->one_slice_per_tile = is_one_slice_per_tile(s);
    return s;
}

void vr_bs_close(vr_bs_stream *stream)
{
    if (!stream)
        return;
    free(stream->nals);
    free(stream->units);
    free(stream->slices);
    free(stream->configs);
    free(stream);
}

void vr_bs_get_info(const vr_bs_stream *stream, vr_bs_info *info)
{
    const vr_bs_config *c = &stream->configs[stream->units[0].config];
    const vr_bs_sps *sps = &c->parsed_sps;
    memset(info, 0, sizeof *info);
    info->width = sps->width;
    info->height = sps->height;
    info->crop_left = sps->crop[0];
    info->crop_right = sps->crop[1];
    info->crop_top = sps->crop[2];
    info->crop_bottom = sps->crop[3];
    info->profile_idc = sps->profile_idc;
    info->tier = sps->tier;
    info->level_idc = sps->level_idc;
    info->bit_depth_luma = sps->bit_depth_luma;
    info->bit_depth_chroma = sps->bit_depth_chroma;
    info->chroma_format_idc = sps->chroma_format;
    info->ctb_size = 1 << sps->log2_ctb;
    info->min_cb_size = 1 << sps->log2_min_cb;
    info->cols = c->parsed_pps.cols;
    info->rows = c->parsed_pps.rows;
    memcpy(info->col_x, c->col_x, sizeof info->col_x[0] * (size_t)(info->cols + 1));
    memcpy(info->row_y, c->row_y, sizeof info->row_y[0] * (size_t)(info->rows + 1));
    info->temporal_mvp = sps->temporal_mvp;
    info->sao = sps->sao;
    info->wpp = c->parsed_pps.wpp;
    info->loop_filter_across_tiles = c->parsed_pps.tiles && c->parsed_pps.loop_filter_tiles;
    info->loop_filter_across_slices = c->parsed_pps.loop_filter_slices;
    info->init_qp = c->parsed_pps.init_qp;
    info->one_slice_per_tile = stream->one_slice_per_tile;
    info->fps_num = sps->fps_num;
    info->fps_den = sps->fps_den;
    info->full_range = sps->full_range;
    info->colour_primaries = sps->colour_primaries;
    info->transfer = sps->transfer;
    info->matrix = sps->matrix;
    info->equirectangular = stream->equirectangular;
    info->mcts_sei = stream->mcts_sei;
    info->picture_hash = stream->picture_hash;
    info->track_tile = stream->track_tile;
    info->pictures = stream->n_units;
    for (int64_t i = 0; i < stream->n_units; i++)
        info->keyframes += vr_bs_is_irap(stream->units[i].nal_type);
    info->config_changes = stream->n_configs - 1;
}

int vr_bs_get_picture(const vr_bs_stream *stream, int64_t picture, vr_bs_picture *out)
{
    if (picture < 0 || picture >= stream->n_units)
        return VR_BS_EARG;
    const vr_bs_unit *u = &stream->units[picture];
    const int64_t end = u->first_nal + u->n_nals;
    memset(out, 0, sizeof *out);
    out->offset = stream->nals[u->first_nal].start;
    out->size = (end < stream->n_nals ? stream->nals[end].start : stream->size) - out->offset;
    out->nal_type = u->nal_type;
    out->temporal_id = u->temporal_id;
    out->keyframe = vr_bs_is_irap(u->nal_type);
    out->slices = (int)u->n_slices;
    out->poc_lsb = stream->slices[u->first_slice].header.poc_lsb;
    for (int64_t i = 0; i < u->n_slices; i++)
        if (!stream->slices[u->first_slice + i].header.dependent)
            out->slice_types |= 1 << stream->slices[u->first_slice + i].header.type;
    return VR_BS_OK;
}

const vr_bs_slice *vr_bs_find_slice(const vr_bs_stream *stream, int64_t picture, int tile)
{
    const vr_bs_unit *u = &stream->units[picture];
    const vr_bs_slice *slices = stream->slices + u->first_slice;
    /* in a whole stream the tile is its own index; in a track there is just one slice */
    if (tile < u->n_slices && slices[tile].tile == tile)
        return &slices[tile];
    for (int64_t i = 0; i < u->n_slices; i++)
        if (slices[i].tile == tile)
            return &slices[i];
    return NULL;
}

int vr_bs_get_tile(const vr_bs_stream *stream, int64_t picture, int tile, vr_bs_tile *out)
{
    memset(out, 0, sizeof *out);
    if (picture < 0 || picture >= stream->n_units)
        return VR_BS_EARG;
    const vr_bs_config *c = &stream->configs[stream->units[picture].config];
    if (tile < 0 || tile >= c->tiles)
        return VR_BS_EARG;
    const vr_bs_slice *slice = vr_bs_find_slice(stream, picture, tile);
    if (slice) {
        out->offset = stream->nals[slice->nal].offset;
        out->size = stream->nals[slice->nal].size;
        out->slice_type = slice->header.type;
        out->qp = c->parsed_pps.init_qp + slice->header.qp_delta;
    }
    return VR_BS_OK;
}

int vr_bs_clean_entry(const vr_bs_stream *stream, int64_t picture)
{
    if (!vr_bs_is_irap(stream->units[picture].nal_type))
        return 0;
    /* pictures that follow a CRA and precede it in output may look back across it */
    for (int64_t i = picture + 1; i < stream->n_units; i++) {
        const int type = stream->units[i].nal_type;
        if (vr_bs_is_rasl(type))
            return 0;
        if (type < 6 || type > 9)
            break;
    }
    return 1;
}

int vr_bs_tile_switchable(const vr_bs_stream *stream, int64_t picture, int tile)
{
    const vr_bs_slice *slice = vr_bs_find_slice(stream, picture, tile);
    if (!slice || slice->header.type != VR_BS_SLICE_I)
        return 0;
    return !vr_bs_is_irap(stream->units[picture].nal_type) || vr_bs_clean_entry(stream, picture);
}

int vr_bs_append_nal(vr_bs_buffer *out, const uint8_t *nal, size_t size, int first)
{
    static const uint8_t start[4] = {0, 0, 0, 1};
    if (vr_bs_append(out, first ? start : start + 1, first ? 4 : 3))
        return VR_BS_ENOMEM;
    return vr_bs_append(out, nal, size);
}
