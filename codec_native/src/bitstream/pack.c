/* Packed merging: tiles of streams with different picture sizes in one new picture. Headers are rewritten, payloads copied. */
#include "bitstream/movable.h"
#include "bitstream/rewrite.h"

#include <stdlib.h>
#include <string.h>

typedef struct {
    uint8_t vps[256], sps[VR_BS_MAX_HEADER], pps[1024]; /* unescaped */
    size_t vps_size, sps_size, pps_size;
} parameter_sets;

struct vr_bs_packer {
    int n;
    int64_t next;
    vr_bs_layout layout;
    int width, height;
    int ctb;                               /* CTB size all streams share */
    int col_x[VR_BS_MAX_COLS + 1], row_y[VR_BS_MAX_ROWS + 1]; /* luma samples */
    parameter_sets sets;                   /* of the result */
    int init_qp;
    int n_places;                          /* of the picture before */
    vr_bs_place places[600];
    uint8_t *config_ok[16];                /* [stream][config]: 1 compatible with sets, 2 not, 0 not yet known */
    vr_bs_stream *streams[];
};

/* Table A.8 and A.9: what limits size, slices and tiles; main tier bit rates do not matter here */
static const struct {
    int level_idc, max_luma_ps, max_slices, max_rows, max_cols;
    int64_t max_luma_rate;
} levels[] = {
    {30, 36864, 16, 1, 1, 552960},
    {60, 122880, 16, 1, 1, 3686400},
    {63, 245760, 20, 1, 1, 7372800},
    {90, 552960, 30, 2, 2, 16588800},
    {93, 983040, 40, 3, 3, 33177600},
    {120, 2228224, 75, 5, 5, 66846720},
    {123, 2228224, 75, 5, 5, 133693440},
    {150, 8912896, 200, 11, 10, 267386880},
    {153, 8912896, 200, 11, 10, 534773760},
    {156, 8912896, 200, 11, 10, 1069547520},
    {180, 35651584, 600, 22, 20, 1069547520},
    {183, 35651584, 600, 22, 20, 2139095040},
    {186, 35651584, 600, 22, 20, 4278190080},
};

static int choose_level(const vr_bs_packer *p, int fps_num, int fps_den)
{
    const int64_t size = (int64_t)p->width * p->height;
    const double rate = (double)size * (fps_num > 0 && fps_den > 0 ? (double)fps_num / fps_den : 30.0);
    for (size_t i = 0; i < sizeof levels / sizeof levels[0]; i++) {
        const int64_t side = p->width > p->height ? p->width : p->height;
        if (size <= levels[i].max_luma_ps && side * side <= 8 * (int64_t)levels[i].max_luma_ps &&
            p->layout.rows <= levels[i].max_rows && p->layout.cols <= levels[i].max_cols &&
            rate <= (double)levels[i].max_luma_rate)
            return levels[i].level_idc;
    }
    return 0;
}

static size_t unescape_nal(const vr_bs_stream *s, int64_t nal, uint8_t *out, size_t capacity)
{
    return vr_bs_unescape(s->data + s->nals[nal].offset, s->nals[nal].size, out, capacity);
}

/* Rewrites one stream's parameter sets for the new picture. Two streams fit together exactly when the results are the same. */
static int rewrite_sets(const vr_bs_packer *p, const vr_bs_stream *s, const vr_bs_config *c, int level, int init_qp,
                        parameter_sets *out, vr_bs_error *error)
{
    static const char *const too_long = "a parameter set is too long to be rewritten";
    uint8_t rbsp[VR_BS_MAX_HEADER];
    vr_bs_reader r;
    vr_bs_writer w;
    memset(out, 0, sizeof *out);
    if (c->vps >= 0) {
        int id;
        size_t level_pos;
        out->vps_size = unescape_nal(s, c->vps, out->vps, sizeof out->vps);
        if (out->vps_size == sizeof out->vps)
            return vr_bs_fail(error, VR_BS_EUNSUPPORTED, too_long);
        if (vr_bs_parse_vps(out->vps, out->vps_size, &id, &level_pos, error))
            return VR_BS_EINVALID;
        out->vps[level_pos >> 3] = (uint8_t)level; /* the level is byte-aligned in a VPS: 48 bits of header, 88 of profile */
    }

    size_t n = unescape_nal(s, c->sps, rbsp, sizeof rbsp);
    vr_bs_reader_init(&r, rbsp, n);
    vr_bs_writer_init(&w, out->sps, sizeof out->sps);
    size_t stop = vr_bs_stop_bit(&r);
    vr_bs_copy_until(&w, &r, c->parsed_sps.level_pos);
    vr_bs_put(&w, (uint32_t)level, 8);
    vr_bs_skip(&r, 8);
    vr_bs_copy_until(&w, &r, c->parsed_sps.size_pos);
    vr_bs_put_ue(&w, (uint32_t)p->width);
    vr_bs_put_ue(&w, (uint32_t)p->height);
    vr_bs_put(&w, 0, 1);
    r.pos = c->parsed_sps.size_end;
    vr_bs_copy_until(&w, &r, stop);
    vr_bs_put_trailing(&w);
    out->sps_size = w.bits / 8;
    if (w.overflow || n == sizeof rbsp)
        return vr_bs_fail(error, VR_BS_EUNSUPPORTED, too_long);

    n = unescape_nal(s, c->pps, rbsp, sizeof rbsp);
    vr_bs_reader_init(&r, rbsp, n);
    vr_bs_writer_init(&w, out->pps, sizeof out->pps);
    stop = vr_bs_stop_bit(&r);
    vr_bs_copy_until(&w, &r, c->parsed_pps.init_qp_pos);
    vr_bs_put_se(&w, init_qp - 26);
    r.pos = c->parsed_pps.init_qp_end;
    vr_bs_copy_until(&w, &r, c->parsed_pps.tiles_pos);
    const int tiles = p->layout.cols * p->layout.rows > 1;
    vr_bs_put(&w, (uint32_t)tiles << 1, 2); /* entropy_coding_sync_enabled_flag = 0 */
    if (tiles) {
        vr_bs_put_ue(&w, (uint32_t)p->layout.cols - 1);
        vr_bs_put_ue(&w, (uint32_t)p->layout.rows - 1);
        vr_bs_put(&w, 0, 1);
        for (int i = 0; i < p->layout.cols - 1; i++)
            vr_bs_put_ue(&w, (uint32_t)(p->layout.col_width[i] / p->ctb) - 1);
        for (int i = 0; i < p->layout.rows - 1; i++)
            vr_bs_put_ue(&w, (uint32_t)(p->layout.row_height[i] / p->ctb) - 1);
        vr_bs_put(&w, 0, 1); /* loop_filter_across_tiles_enabled_flag */
    }
    r.pos = c->parsed_pps.tiles_end;
    vr_bs_skip(&r, 1);
    vr_bs_put(&w, 0, 1); /* pps_loop_filter_across_slices_enabled_flag */
    vr_bs_copy_until(&w, &r, stop);
    vr_bs_put_trailing(&w);
    out->pps_size = w.bits / 8;
    if (w.overflow || n == sizeof rbsp)
        return vr_bs_fail(error, VR_BS_EUNSUPPORTED, too_long);
    return VR_BS_OK;
}

static int check_layout(vr_bs_packer *p, const vr_bs_sps *sps, vr_bs_error *error)
{
    const vr_bs_layout *l = &p->layout;
    const int min_cb = 1 << sps->log2_min_cb, tiled = l->cols * l->rows > 1;
    p->ctb = 1 << sps->log2_ctb;
    for (int i = 0; i < l->cols + l->rows; i++) {
        const int is_col = i < l->cols;
        const int k = is_col ? i : i - l->cols, last = k == (is_col ? l->cols : l->rows) - 1;
        const int size = is_col ? l->col_width[k] : l->row_height[k];
        if (size < min_cb || size > 16888 || size % (last ? min_cb : p->ctb))
            return vr_bs_fail(error, VR_BS_EARG,
                              "columns and rows of the layout must be whole coding tree blocks (the last ones whole coding blocks)");
        if (tiled && size < (is_col ? 256 : 64))
            return vr_bs_fail(error, VR_BS_EARG, "a tile of the layout is smaller than 256x64 samples, which the standard forbids");
        int *edge = is_col ? p->col_x : p->row_y;
        edge[k + 1] = edge[k] + size;
    }
    p->width = p->col_x[l->cols];
    p->height = p->row_y[l->rows];
    if (p->width > 16888 || p->height > 16888)
        return vr_bs_fail(error, VR_BS_EARG, "the picture of the layout is larger than any level of the standard allows");
    return VR_BS_OK;
}

vr_bs_packer *vr_bs_packer_open(vr_bs_stream *const *streams, int n, const vr_bs_layout *layout, vr_bs_error *error)
{
    vr_bs_fail(error, VR_BS_OK, "");
    if (vr_bs_check_lengths(streams, n, error))
        return NULL;
    if (n > 16 || layout->cols < 1 || layout->rows < 1 || layout->cols > VR_BS_MAX_COLS || layout->rows > VR_BS_MAX_ROWS) {
        vr_bs_fail(error, VR_BS_EARG, "a layout has 1x1 to 20x22 cells and takes at most 16 streams");
        return NULL;
    }
    vr_bs_packer *p = calloc(1, sizeof *p + (size_t)n * sizeof p->streams[0]);
    if (!p) {
        vr_bs_fail(error, VR_BS_ENOMEM, "out of memory");
        return NULL;
    }
    p->n = n;
    p->layout = *layout;
    memcpy(p->streams, streams, (size_t)n * sizeof p->streams[0]);
    const vr_bs_config *c = &streams[0]->configs[streams[0]->units[0].config];
    int failed = check_layout(p, &c->parsed_sps, error);
    if (!failed && !p->layout.level_idc) {
        p->layout.level_idc = choose_level(p, c->parsed_sps.fps_num, c->parsed_sps.fps_den);
        if (!p->layout.level_idc)
            failed = vr_bs_fail(error, VR_BS_EARG, "the picture of the layout is larger than any level of the standard allows");
    }
    p->init_qp = c->parsed_pps.init_qp;
    if (!failed)
        failed = rewrite_sets(p, streams[0], c, p->layout.level_idc, p->init_qp, &p->sets, error);
    for (int i = 0; i < n && !failed; i++) {
        p->config_ok[i] = calloc((size_t)streams[i]->n_configs, 1);
        if (!p->config_ok[i])
            failed = vr_bs_fail(error, VR_BS_ENOMEM, "out of memory");
    }
    if (failed) {
        vr_bs_packer_close(p);
        return NULL;
    }
    return p;
}

void vr_bs_packer_close(vr_bs_packer *packer)
{
    for (int i = 0; packer && i < packer->n && i < 16; i++)
        free(packer->config_ok[i]);
    free(packer);
}

int64_t vr_bs_packer_pictures(const vr_bs_packer *packer)
{
    return packer->streams[0]->n_units;
}

/* Same parameter sets but for what packing rewrites? Remembered for each of the stream's configurations. */
static int check_config(vr_bs_packer *p, int stream, int64_t picture, int tile, vr_bs_error *error)
{
    const vr_bs_stream *s = p->streams[stream];
    const int index = s->units[picture].config;
    if (!p->config_ok[stream][index]) {
        const vr_bs_config *c = &s->configs[index];
        parameter_sets *own = malloc(sizeof *own);
        if (!own)
            return vr_bs_fail(error, VR_BS_ENOMEM, "out of memory");
        const int code = rewrite_sets(p, s, c, p->layout.level_idc, p->init_qp, own, error);
        const int same = !code && memcmp(own, &p->sets, sizeof *own) == 0 && !c->parsed_pps.wpp;
        free(own);
        if (code)
            return code;
        p->config_ok[stream][index] = same ? 1 : 2;
    }
    if (p->config_ok[stream][index] == 2)
        return vr_bs_fail_at(error, VR_BS_EMISMATCH, stream, picture, tile,
                             "the stream's coding tools differ from the first one's; encode all streams with the same settings");
    return VR_BS_OK;
}

/* One source tile: where it comes from, how large it is in luma samples. */
typedef struct {
    const vr_bs_slice *slice;
    int width, height;
} source_tile;

static int find_source(vr_bs_packer *p, const vr_bs_place *place, int64_t picture, source_tile *out, vr_bs_error *error)
{
    if (place->stream < 0 || place->stream >= p->n)
        return vr_bs_fail_at(error, VR_BS_EARG, place->stream, picture, place->tile, "there is no stream with this number");
    const vr_bs_stream *s = p->streams[place->stream];
    const vr_bs_config *c = &s->configs[s->units[picture].config];
    if (place->tile < 0 || place->tile >= c->tiles)
        return vr_bs_fail_at(error, VR_BS_EARG, place->stream, picture, place->tile, "the grid of the stream does not have this tile");
    int code = check_config(p, place->stream, picture, place->tile, error);
    if (code)
        return code;
    out->slice = vr_bs_movable_slice(p->streams, place->stream, picture, place->tile, error);
    if (!out->slice)
        return VR_BS_EUNSUPPORTED;
    const int cols = c->parsed_pps.cols, col = place->tile % cols, row = place->tile / cols;
    const int right = c->col_x[col + 1] * p->ctb, bottom = c->row_y[row + 1] * p->ctb;
    out->width = (right < c->parsed_sps.width ? right : c->parsed_sps.width) - c->col_x[col] * p->ctb;
    out->height = (bottom < c->parsed_sps.height ? bottom : c->parsed_sps.height) - c->row_y[row] * p->ctb;
    return VR_BS_OK;
}

/* Writes first_slice_segment_in_pic_flag, the address, the QP against the new init_qp, no filtering across slices and no
 * entry points. */
static int append_slice(const vr_bs_packer *p, int stream, const vr_bs_slice *slice, uint32_t address,
                        vr_bs_buffer *out)
{
    const vr_bs_stream *s = p->streams[stream];
    const vr_bs_nal *nal = &s->nals[slice->nal];
    const vr_bs_pps *pps = &s->configs[s->units[p->next].config].parsed_pps;
    const vr_bs_slice_header *h = &slice->header;
    const uint32_t ctbs = (uint32_t)((p->width + p->ctb - 1) / p->ctb) * (uint32_t)((p->height + p->ctb - 1) / p->ctb);
    vr_bs_rewrite header;
    vr_bs_reader *r = &header.r;
    vr_bs_writer *w = &header.w;
    vr_bs_rewrite_begin(&header, s, slice);
    vr_bs_copy_until(w, r, 16);
    vr_bs_skip(r, 1);
    vr_bs_put(w, address == 0, 1);
    if (vr_bs_is_irap(nal->type))
        vr_bs_copy_until(w, r, r->pos + 1);
    vr_bs_put_ue(w, (uint32_t)h->pps_id);
    if (address) {
        if (pps->dependent_slices)
            vr_bs_put(w, 0, 1);
        vr_bs_put(w, address, vr_bs_ceil_log2(ctbs));
    }
    r->pos = h->body_pos;
    vr_bs_copy_until(w, r, h->qp_pos);
    vr_bs_put_se(w, h->qp_delta + pps->init_qp - p->init_qp);
    r->pos = h->qp_end;
    if (h->filter_pos) { /* without the flag in the PPS there is none in the slice */
        vr_bs_copy_until(w, r, h->filter_pos);
        vr_bs_skip(r, 1);
    }
    vr_bs_copy_until(w, r, h->entry_pos);
    if (p->layout.cols * p->layout.rows > 1)
        vr_bs_put_ue(w, 0);
    r->pos = h->entry_end;
    vr_bs_copy_until(w, r, h->align_pos);
    return vr_bs_rewrite_end(&header, s, slice, 1, out);
}

static int append_sets(const vr_bs_packer *p, vr_bs_buffer *out)
{
    const uint8_t *const sets[3] = {p->sets.vps, p->sets.sps, p->sets.pps};
    const size_t sizes[3] = {p->sets.vps_size, p->sets.sps_size, p->sets.pps_size};
    static const uint8_t start[4] = {0, 0, 0, 1};
    for (int i = 0; i < 3; i++)
        if (sizes[i] && (vr_bs_append(out, start, sizeof start) || vr_bs_append_escaped(out, sets[i], sizes[i])))
            return VR_BS_ENOMEM;
    return VR_BS_OK;
}

/* A tile may change its source only where both the old and the new one are all intra. */
static int check_switch(const vr_bs_packer *p, int64_t picture, const vr_bs_place *places, int n_places, vr_bs_error *error)
{
    const int same_shape = n_places == p->n_places;
    for (int i = 0; picture > 0 && i < n_places; i++) {
        const vr_bs_place *now = &places[i], *before = &p->places[i];
        if (same_shape && memcmp(now, before, sizeof *now) == 0)
            continue;
        const int irap = vr_bs_is_irap(p->streams[now->stream]->units[picture].nal_type);
        const int cell_kept = same_shape && now->col == before->col && now->row == before->row;
        if (!vr_bs_tile_switchable(p->streams[now->stream], picture, now->tile) || (!irap && !cell_kept) ||
            (cell_kept && !vr_bs_tile_switchable(p->streams[before->stream], picture, before->tile)))
            return vr_bs_fail_at(error, VR_BS_EARG, now->stream, picture, now->tile,
                                 "a tile can change its stream only where it is all intra in both streams");
    }
    return VR_BS_OK;
}

/* Fills one cell from top to bottom; *used counts the places that found their cell. */
static int append_cell(vr_bs_packer *p, int64_t picture, int col, int row, const vr_bs_place *places, int n_places,
                       const vr_bs_slice *lead, int lead_stream, int *used, vr_bs_buffer *out, vr_bs_error *error)
{
    int y = p->row_y[row];
    for (int i = 0; i < n_places; i++) {
        if (places[i].col != col || places[i].row != row)
            continue;
        source_tile tile;
        int code = find_source(p, &places[i], picture, &tile, error);
        if (code)
            return code;
        code = vr_bs_check_companions(p->streams, lead_stream, lead, places[i].stream, tile.slice, picture, error);
        if (code)
            return code;
        if (tile.width != p->layout.col_width[col] || y + tile.height > p->row_y[row + 1] || y % p->ctb)
            return vr_bs_fail_at(error, VR_BS_EARG, places[i].stream, picture, places[i].tile,
                                 "the tile does not have the size of its cell in the layout");
        const uint32_t ctb_cols = (uint32_t)((p->width + p->ctb - 1) / p->ctb);
        const uint32_t address = (uint32_t)(y / p->ctb) * ctb_cols + (uint32_t)(p->col_x[col] / p->ctb);
        if (append_slice(p, places[i].stream, tile.slice, address, out))
            return vr_bs_fail(error, VR_BS_ENOMEM, "out of memory");
        y += tile.height;
        ++*used;
    }
    if (y != p->row_y[row + 1])
        return vr_bs_fail_at(error, VR_BS_EMISSING, -1, picture, row * p->layout.cols + col,
                             "a cell of the layout is not filled");
    return VR_BS_OK;
}

int vr_bs_packer_picture(vr_bs_packer *p, int64_t picture, const vr_bs_place *places, int n_places,
                         vr_bs_buffer *out, vr_bs_error *error)
{
    if (picture != p->next || picture >= vr_bs_packer_pictures(p))
        return vr_bs_fail_at(error, VR_BS_EARG, -1, picture, -1, "pictures must be merged in order, each once");
    if (n_places < 1 || n_places > (int)(sizeof p->places / sizeof p->places[0]))
        return vr_bs_fail_at(error, VR_BS_EARG, -1, picture, -1, "a layout holds 1 to 600 tiles");
    source_tile lead;
    for (int i = n_places - 1; i >= 0; i--) {
        const int code = find_source(p, &places[i], picture, &lead, error);
        if (code)
            return code;
    }
    int code = check_switch(p, picture, places, n_places, error);
    if (!code && vr_bs_is_irap(p->streams[places[0].stream]->units[picture].nal_type) && append_sets(p, out))
        code = vr_bs_fail(error, VR_BS_ENOMEM, "out of memory");
    int used = 0;
    for (int cell = 0; cell < p->layout.cols * p->layout.rows && !code; cell++)
        code = append_cell(p, picture, cell % p->layout.cols, cell / p->layout.cols, places, n_places, lead.slice,
                           places[0].stream, &used, out, error);
    if (code)
        return code;
    if (used != n_places)
        return vr_bs_fail_at(error, VR_BS_EARG, -1, picture, -1, "a tile is placed in a cell that the layout does not have");
    memcpy(p->places, places, sizeof *places * (size_t)n_places);
    p->n_places = n_places;
    p->next++;
    return VR_BS_OK;
}
