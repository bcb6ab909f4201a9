#include "encoder/tilecoder.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "encoder/ctu.h"
#include "encoder/frame.h"
#include "encoder/headers.h"
#include "encoder/loopfilter.h"
#include "encoder/syntax.h"
#include "ratecontrol/ratecontrol.h"

#define SAO_BAND_ROWS (VR_CTU + VR_SAO_ROWS + 4)

static size_t carve(uint8_t **at, uint8_t *base, size_t *used, size_t bytes)
{
    size_t start = (*used + 63) & ~(size_t)63;
    if (base)
        *at = base + start;
    *used = start + bytes;
    return start;
}

/* Lay the buffers out from `base` (NULL: only count). */
static size_t lay_out(vr_coder *c, const vr_seq *s, uint8_t *base)
{
    size_t used = 0, width = (size_t)s->ctu_cols * VR_CTU;
    uint8_t *p = NULL;
#define TAKE(field, count)                                                \
    do {                                                                  \
        carve(&p, base, &used, sizeof *(field) * (size_t)(count));        \
        if (base)                                                         \
            (field) = (void *)p;                                          \
    } while (0)
    for (int i = 0; i < 3; i++)
        TAKE(c->coef[i], VR_CTU * VR_CTU);
    TAKE(c->depth, 4);
    TAKE(c->residual, 32 * 32);
    TAKE(c->transformed, 32 * 32);
    TAKE(c->level, 32 * 32);
    TAKE(c->delta, 32 * 32);
    for (int i = 0; i < 2; i++)
        TAKE(c->mc16[i], VR_CTU * VR_CTU);
    TAKE(c->interp, VR_CTU * (VR_CTU + 8));
    for (int i = 0; i < 4; i++)
        TAKE(c->tmp[i], VR_CTU * VR_CTU);
    for (int i = 0; i < 2; i++)
        for (int j = 0; j < 3; j++)
            TAKE(c->above[i][j], width + 64);
    TAKE(c->sao, s->ctu_cols * s->ctu_rows);
    for (int i = 0; i < 3; i++) {
        TAKE(c->sao_line[i], width);
        TAKE(c->sao_copy[i], (width + 32) * SAO_BAND_ROWS);
    }
#undef TAKE
    return used + 64;
}

size_t vr_coder_memory(const vr_seq *s)
{
    vr_coder c;
    memset(&c, 0, sizeof c);
    return sizeof c + lay_out(&c, s, NULL);
}

vr_coder *vr_coder_new(const vr_seq *s)
{
    vr_coder *c = calloc(1, sizeof *c);
    size_t bytes;
    if (!c)
        return NULL;
    bytes = lay_out(c, s, NULL);
    if (posix_memalign(&c->memory, 64, bytes)) {
        free(c);
        return NULL;
    }
    memset(c->memory, 0, bytes);
    lay_out(c, s, c->memory);
    c->seq = s;
    c->k = s->k;
    c->tools = &s->tools;
    return c;
}

void vr_coder_free(vr_coder *c)
{
    if (!c)
        return;
    vr_buffer_free(&c->cabac.out);
    free(c->memory);
    free(c);
}

/* Slice QP of a tile: with latitude offsets the mean of its rows, so that contexts start right and the first
 * cu_qp_delta is small. Depends on nothing but the picture's QP and the tile's place. */
static int tile_slice_qp(const vr_seq *s, const vr_pic *pic, const vr_tile *t)
{
    int sum = 0, rows = 0;
    if (!s->latitude_qp)
        return pic->slice_qp;
    for (int y = t->y0 >> 3; y < t->y1 >> 3; y++, rows++)
        sum += s->latitude_qp[y];
    return vr_clip3(0, 51, (int)(pic->qp + sum / (8.0 * rows) + 0.5));
}

static void begin_tile(vr_coder *c, vr_pic *pic, int tile)
{
    const vr_seq *s = c->seq;
    c->pic = pic;
    c->tile = &s->tile[tile];
    c->tile_index = tile;
    c->frame = pic->frame;
    c->src = pic->src;
    c->slice_type = pic->tile_intra[tile] ? VR_SLICE_I : pic->slice_type;
    c->qg_log2 = s->qg_log2;
    c->slice_qp = tile_slice_qp(s, pic, c->tile);
    c->last_qp = c->qg_qp = c->qg_pred = c->slice_qp;
    c->sao_luma = c->sao_chroma = pic->sao;
    c->base_qp = pic->qp;
    c->qp_sum = 0;
    c->qp_count = 0;
    for (int qp = 0; qp < 52; qp++)
        c->lambda_of_qp[qp] = pic->lambda_scale * pow(2.0, (qp - 12) / 3.0);
    c->lambda = 0;
    vr_set_qp(c, c->slice_qp);
    vr_cabac_init_contexts(c->cabac.ctx, c->slice_type == VR_SLICE_I ? VR_INIT_I
                                         : c->slice_type == VR_SLICE_P ? VR_INIT_P : VR_INIT_B, c->slice_qp);
    vr_cabac_start(&c->cabac);
}

/* Wait until the references hold every row that vectors from this CTU row may reach. */
static void wait_references(vr_coder *c)
{
    const vr_seq *s = c->seq;
    int y = s->param.mcts ? c->tile->y1 : VR_MIN(c->ctu_y + VR_CTU + s->mv_range_y + 8, s->coded_h);
    for (int l = 0; l < 2; l++)
        for (int r = 0; r < c->pic->n_refs[l]; r++)
            vr_frame_wait(s, c->pic->ref[l][r], s->param.mcts ? c->tile_index : -1, y);
}

/* QP for the CTU row to come, by what the tile has taken of its share of the picture's bits. */
static void adjust_qp(vr_coder *c)
{
    const vr_tile *t = c->tile;
    double rows = t->y1 - t->y0, area = (double)c->seq->coded_w * c->seq->coded_h;
    if (c->pic->rc)
        c->base_qp = vr_rc_part_qp(c->pic->rc, c->pic->coding_index, (c->ctu_y - t->y0) / rows,
                                   rows * (t->x1 - t->x0) / area, (double)vr_cabac_bits(&c->cabac));
}

/* Keep the unfiltered lower row and right column of the CTU: intra prediction of later CTUs needs them. */
static void save_borders(vr_coder *c)
{
    int x1 = VR_MIN(c->ctu_x + VR_CTU, c->tile->x1), y1 = VR_MIN(c->ctu_y + VR_CTU, c->tile->y1);
    int parity = (c->ctu_y >> VR_CTU_LOG2) & 1;
    for (int p = 0; p < 3; p++) {
        int sub = p > 0, x0 = c->ctu_x >> sub, w = (x1 - c->ctu_x) >> sub, h = (y1 - c->ctu_y) >> sub;
        ptrdiff_t stride = c->frame->stride[p];
        const vr_pixel *rec = c->frame->plane[p] + (c->ctu_y >> sub) * stride + x0;
        memcpy(c->above[parity][p] + x0, rec + (h - 1) * stride, (size_t)w);
        for (int i = 0; i < h; i++)
            c->left[p][i] = rec[i * stride + w - 1];
    }
}

/* The kernel takes an even number of rows and 64 columns; the last row and the last columns go one by one. */
static uint64_t squared_error(const vr_kernels *k, const vr_pixel *a, ptrdiff_t as, const vr_pixel *b, ptrdiff_t bs,
                              int width, int height)
{
    int blocks = width & ~63, even = height & ~1;
    uint64_t sum = 0;
    for (int x = 0; x < blocks; x += 64)
        for (int y = 0; y < even; y += 64)
            sum += k->sse[VR_W(64)](a + y * as + x, as, b + y * bs + x, bs, VR_MIN(64, even - y));
    for (int y = 0; y < height; y++)
        for (int x = y < even ? blocks : 0; x < width; x++)
            sum += (uint64_t)((a[y * as + x] - b[y * bs + x]) * (a[y * as + x] - b[y * bs + x]));
    return sum;
}

/* Errors of the final rows [y0, y1) of the tile, inside the shown picture. */
static void measure(vr_coder *c, int y0, int y1, vr_tile_stats *stats)
{
    const vr_seq *s = c->seq;
    const vr_tile *t = c->tile;
    for (int p = 0; p < 3; p++) {
        int sub = p > 0, x0 = t->x0 >> sub, x1 = VR_MIN(t->x1, s->width) >> sub, a = y0 >> sub;
        int b = VR_MIN(y1, s->height) >> sub;
        ptrdiff_t os = c->src->stride[p], rs = c->frame->stride[p];
        const vr_pixel *o = c->src->plane[p] + a * os + x0, *r = c->frame->plane[p] + a * rs + x0;
        if (b <= a)
            continue;
        stats->sse[p] += squared_error(c->k, o, os, r, rs, x1 - x0, b - a);
        if (!p && s->row_weight)
            stats->wsse += (double)c->k->wsse(o, os, r, rs, x1 - x0, b - a, s->row_weight + a) / s->row_weight_mean;
    }
    if (!s->row_weight)
        stats->wsse = (double)stats->sse[0];
}

static void write_header(vr_coder *c, vr_buffer *out)
{
    vr_bitwriter w = {{0}, 0, 0};
    vr_write_slice_header(c->seq, c->pic, c->tile_index, c->slice_type, c->slice_qp, &w);
    out->size = 0;
    vr_buffer_append(out, w.out.data, w.out.size);
    vr_bw_free(&w);
}

void vr_code_tile(vr_coder *c, vr_pic *pic, int tile, vr_tile_stats *stats)
{
    const vr_seq *s = c->seq;
    const vr_tile *t = &s->tile[tile];
    int done = t->y0;
    memset(stats, 0, sizeof *stats);
    begin_tile(c, pic, tile);
    if (pic->base) /* an earlier job: it cannot wait for this one */
        vr_frame_wait(s, pic->base, tile, t->y1);
    for (int cy = t->ctu_y0; cy < t->ctu_y1; cy++) {
        int final;
        c->ctu_y = cy << VR_CTU_LOG2;
        if (c->slice_type != VR_SLICE_I)
            wait_references(c);
        adjust_qp(c);
        for (int cx = t->ctu_x0; cx < t->ctu_x1; cx++) {
            c->ctu_x = cx << VR_CTU_LOG2;
            vr_analyse_ctu(c);
            vr_finish_ctu(c);
            save_borders(c);
            if (s->tools.deblock)
                vr_deblock_ctu(c);
            if (pic->sao) {
                vr_set_qp(c, c->last_qp);
                vr_sao_decide(c);
            }
            vr_write_ctu(c, cy == t->ctu_y1 - 1 && cx == t->ctu_x1 - 1);
        }
        final = vr_sao_apply_row(c, cy - t->ctu_y0);
        measure(c, done, final, stats);
        if (!s->param.mcts)
            vr_frame_pad(s, pic->frame, t, done, final);
        done = final;
        vr_frame_publish(pic->frame, tile, done);
    }
    vr_cabac_finish(&c->cabac);
    write_header(c, &pic->tile_bits[tile]);
    vr_buffer_append(&pic->tile_bits[tile], c->cabac.out.data, c->cabac.out.size);
    stats->qp_sum = c->qp_sum;
    stats->qp_count = c->qp_count;
    stats->failed = c->cabac.out.failed || pic->tile_bits[tile].failed;
}
