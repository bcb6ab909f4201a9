#include <string.h>

#include "encoder/loopfilter.h"

typedef struct {
    int32_t edge_sum[4][5], edge_count[4][5];
    int32_t band_sum[32], band_count[32];
} sao_stats;

/* Change of squared error when `count` samples whose errors sum to `sum` get `offset`. */
static int64_t distortion(int32_t sum, int32_t count, int offset)
{
    return (int64_t)count * offset * offset - 2 * (int64_t)offset * sum;
}

/* Best offset between 0 and the mean error, by distortion and its unary code. */
static int best_offset(int32_t sum, int32_t count, int lo, int hi, int sign_bit, double lambda, double *cost)
{
    int start, best = 0;
    double best_cost = lambda; /* offset 0: one bit */
    if (count) {
        start = (sum >= 0 ? sum + count / 2 : sum - count / 2) / count;
        start = vr_clip3(lo, hi, start);
        for (int o = start; o != 0; o += o > 0 ? -1 : 1) {
            int a = o < 0 ? -o : o;
            double j = (double)distortion(sum, count, o) + lambda * ((a < 7 ? a + 1 : 7) + sign_bit);
            if (j < best_cost) {
                best_cost = j;
                best = o;
            }
        }
    }
    *cost += best_cost;
    return best;
}

static void collect(const vr_coder *c, int plane, int bands, sao_stats *s)
{
    const vr_tile *t = c->tile;
    int sub = plane > 0, x0 = c->ctu_x >> sub, y0 = c->ctu_y >> sub, tx1 = t->x1 >> sub, ty1 = t->y1 >> sub;
    int size = VR_CTU >> sub, x1, y1;
    ptrdiff_t os = c->src->stride[plane], rs = c->frame->stride[plane];
    const vr_pixel *org = c->src->plane[plane], *rec = c->frame->plane[plane];
    /* Samples near the right and lower border of the CTU are not deblocked yet. */
    x1 = x0 + size >= tx1 ? tx1 : x0 + size - 8;
    y1 = y0 + size >= ty1 ? ty1 : y0 + size - (sub ? 2 : 4);
    memset(s, 0, sizeof *s);
    if (bands)
        c->k->sao_stats_band(org + y0 * os + x0, os, rec + y0 * rs + x0, rs, x1 - x0, y1 - y0, s->band_sum,
                             s->band_count);
    for (int e = 0; e < 4; e++) {
        int ax0 = x0, ax1 = x1, ay0 = y0, ay1 = y1;
        if (e != 1) {
            ax0 += x0 == t->x0 >> sub;
            ax1 -= x1 == tx1;
        }
        if (e != 0) {
            ay0 += y0 == t->y0 >> sub;
            ay1 -= y1 == ty1;
        }
        if (ax1 > ax0 && ay1 > ay0)
            c->k->sao_stats_edge(org + ay0 * os + ax0, os, rec + ay0 * rs + ax0, rs, ax1 - ax0, ay1 - ay0, e,
                                 s->edge_sum[e], s->edge_count[e]);
    }
}

/* Best edge offsets of one class; returns their cost without the class's own bits. */
static double try_edge(const sao_stats *s, int e, double lambda, int8_t offset[4])
{
    double cost = 0;
    for (int i = 0; i < 4; i++)
        offset[i] = (int8_t)best_offset(s->edge_sum[e][i + 1], s->edge_count[e][i + 1], i < 2 ? 0 : -7,
                                        i < 2 ? 7 : 0, 0, lambda, &cost);
    return cost;
}

static double try_band(const sao_stats *s, double lambda, int *band, int8_t offset[4])
{
    double cost[32], best = 0;
    int8_t all[32];
    for (int i = 0; i < 32; i++) {
        cost[i] = 0;
        all[i] = (int8_t)best_offset(s->band_sum[i], s->band_count[i], -7, 7, 1, lambda, &cost[i]);
    }
    *band = 0;
    for (int b = 0; b <= 28; b++) {
        double sum = cost[b] + cost[b + 1] + cost[b + 2] + cost[b + 3];
        if (b == 0 || sum < best) {
            best = sum;
            *band = b;
        }
    }
    memcpy(offset, all + *band, 4);
    return best;
}

/* Squared-error change of a component's parameters on given statistics. */
static double gain_of(const sao_stats *s, const vr_sao_comp *p)
{
    double d = 0;
    for (int i = 0; i < 4; i++) {
        if (p->type == 2)
            d += (double)distortion(s->edge_sum[p->eo_class][i + 1], s->edge_count[p->eo_class][i + 1], p->offset[i]);
        else if (p->type == 1)
            d += (double)distortion(s->band_sum[(p->band + i) & 31], s->band_count[(p->band + i) & 31], p->offset[i]);
    }
    return d;
}

void vr_sao_decide(vr_coder *c)
{
    const vr_tile *t = c->tile;
    int cols = t->ctu_x1 - t->ctu_x0, col = (c->ctu_x >> VR_CTU_LOG2) - t->ctu_x0;
    int row = (c->ctu_y >> VR_CTU_LOG2) - t->ctu_y0;
    vr_sao *out = &c->sao[row * cols + col];
    sao_stats stats[3];
    double total = 0, lambda = c->lambda, type_on, type_off;
    uint32_t merge0 = VR_CTX_BITS(c->cabac.ctx, CTX_SAO_MERGE, 0), merge1 = VR_CTX_BITS(c->cabac.ctx, CTX_SAO_MERGE, 1);
    double best;

    memset(out, 0, sizeof *out);
    type_on = lambda * (VR_CTX_BITS(c->cabac.ctx, CTX_SAO_TYPE, 1) / 32768.0 + 1);
    type_off = lambda * VR_CTX_BITS(c->cabac.ctx, CTX_SAO_TYPE, 0) / 32768.0;
    for (int p = 0; p < 3; p++)
        collect(c, p, p == 0, &stats[p]);

    { /* luma */
        vr_sao_comp try = {0, 0, 0, {0}};
        int band;
        double cost;
        total += type_off;
        best = type_off;
        for (int e = 0; e < 4; e++) {
            cost = try_edge(&stats[0], e, lambda, try.offset) + type_on + 2 * lambda;
            if (cost < best) {
                best = cost;
                try.type = 2;
                try.eo_class = (uint8_t)e;
                out->comp[0] = try;
            }
        }
        cost = try_band(&stats[0], lambda, &band, try.offset) + type_on + 5 * lambda;
        if (cost < best) {
            best = cost;
            try.type = 1;
            try.band = (uint8_t)band;
            out->comp[0] = try;
        }
        total = best;
    }
    { /* chroma: edge classes only, one class for both */
        best = type_off;
        for (int e = 0; e < 4; e++) {
            vr_sao_comp cb = {2, 0, (uint8_t)e, {0}}, cr = cb;
            double cost = type_on + 2 * lambda + try_edge(&stats[1], e, lambda, cb.offset) +
                          try_edge(&stats[2], e, lambda, cr.offset);
            if (cost < best) {
                best = cost;
                out->comp[1] = cb;
                out->comp[2] = cr;
            }
        }
        total += best;
    }
    total += lambda * ((col > 0 ? merge0 : 0) + (row > 0 ? merge0 : 0)) / 32768.0;
    for (int up = 0; up < 2; up++) {
        const vr_sao *from = up ? out - cols : out - 1;
        double cost;
        if (up ? !row : !col)
            continue;
        if (from->comp[1].type == 1) /* statistics of chroma bands are not collected */
            continue;
        cost = lambda * (merge1 + (up && col > 0 ? merge0 : 0)) / 32768.0;
        for (int p = 0; p < 3; p++)
            cost += gain_of(&stats[p], &from->comp[p]);
        if (cost < total) {
            total = cost;
            memcpy(out->comp, from->comp, sizeof out->comp);
            out->merge_left = !up;
            out->merge_up = (uint8_t)up;
        }
    }
}

/* Filter rows [y0, y1) of one CTU column of one plane, from the deblocked copy (whose first row is y_copy). */
static void apply_block(const vr_coder *c, int plane, const vr_sao_comp *s, int x0, int x1, int y0, int y1,
                        const vr_pixel *copy, ptrdiff_t copy_stride, int y_copy)
{
    const vr_tile *t = c->tile;
    int sub = plane > 0, tx0 = t->x0 >> sub, tx1 = t->x1 >> sub, ty0 = t->y0 >> sub, ty1 = t->y1 >> sub;
    ptrdiff_t stride = c->frame->stride[plane];
    if (!s->type || y1 <= y0)
        return;
    if (s->type == 1) {
        int8_t table[32] = {0};
        for (int i = 0; i < 4; i++)
            table[(s->band + i) & 31] = s->offset[i];
        c->k->sao_band(copy + (y0 - y_copy) * copy_stride + x0 - tx0, copy_stride,
                       c->frame->plane[plane] + y0 * stride + x0, stride, x1 - x0, y1 - y0, table);
        return;
    }
    {
        int8_t table[5] = {0, s->offset[0], s->offset[1], s->offset[2], s->offset[3]};
        if (s->eo_class != 1) {
            x0 += x0 == tx0;
            x1 -= x1 == tx1;
        }
        if (s->eo_class != 0) {
            y0 += y0 == ty0;
            y1 -= y1 == ty1;
        }
        if (x1 > x0 && y1 > y0)
            c->k->sao_edge(copy + (y0 - y_copy) * copy_stride + x0 - tx0, copy_stride,
                           c->frame->plane[plane] + y0 * stride + x0, stride, x1 - x0, y1 - y0, s->eo_class, table);
    }
}

int vr_sao_apply_row(vr_coder *c, int row)
{
    const vr_tile *t = c->tile;
    int cols = t->ctu_x1 - t->ctu_x0, last = row == t->ctu_y1 - t->ctu_y0 - 1;
    int ctu_y = (t->ctu_y0 + row) << VR_CTU_LOG2;
    int band0 = row ? ctu_y - VR_SAO_ROWS : t->y0, band1 = last ? t->y1 : ctu_y + VR_CTU - VR_SAO_ROWS;
    if (!c->sao_luma && !c->sao_chroma)
        return band1;
    for (int p = 0; p < 3; p++) {
        int sub = p > 0, y0 = band0 >> sub, y1 = band1 >> sub, x0 = t->x0 >> sub, width = (t->x1 - t->x0) >> sub;
        int middle = VR_MAX(y0, ctu_y >> sub), any = 0;
        ptrdiff_t stride = c->frame->stride[p], cs = width + 32;
        const vr_pixel *rec = c->frame->plane[p] + x0;
        vr_pixel *copy = c->sao_copy[p];
        for (int r = VR_MAX(row - 1, 0); r <= row; r++)
            for (int i = 0; i < cols; i++)
                any |= c->sao[r * cols + i].comp[p].type;
        if (any) {
            if (row)
                memcpy(copy, c->sao_line[p], (size_t)width);
            for (int y = y0; y < y1 + !last; y++)
                memcpy(copy + (y - y0 + 1) * cs, rec + y * stride, (size_t)width);
        }
        if (!last)
            memcpy(c->sao_line[p], rec + (y1 - 1) * stride, (size_t)width);
        if (!any)
            continue;
        for (int i = 0; i < cols; i++) {
            int cx0 = x0 + i * (VR_CTU >> sub), cx1 = VR_MIN(cx0 + (VR_CTU >> sub), x0 + width);
            if (row)
                apply_block(c, p, &c->sao[(row - 1) * cols + i].comp[p], cx0, cx1, y0, middle, copy, cs, y0 - 1);
            apply_block(c, p, &c->sao[row * cols + i].comp[p], cx0, cx1, middle, y1, copy, cs, y0 - 1);
        }
    }
    return band1;
}
