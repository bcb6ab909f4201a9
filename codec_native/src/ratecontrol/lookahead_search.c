/* Small pictures and the searches on them: intra guesses and hierarchical block matching with 8x8 blocks. */
#include "ratecontrol/lookahead_internal.h"

#include <stdlib.h>
#include <string.h>

int vr_la_plane_alloc(vr_la_plane *p, int width, int height)
{
    p->width = (width + 7) & ~7;
    p->height = (height + 7) & ~7;
    p->blocks_w = p->width / 8;
    p->blocks_h = p->height / 8;
    p->stride = (p->width + 2 * VR_LA_PAD + 63) & ~63;
    p->memory = malloc((size_t)p->stride * (size_t)(p->height + 2 * VR_LA_PAD));
    if (!p->memory)
        return -1;
    p->origin = p->memory + VR_LA_PAD * p->stride + VR_LA_PAD;
    return 0;
}

void vr_la_plane_free(vr_la_plane *p)
{
    free(p->memory);
    p->memory = NULL;
}

void vr_la_plane_extend(vr_la_plane *p, int valid_w, int valid_h)
{
    for (int y = 0; y < valid_h; y++) {
        vr_pixel *row = p->origin + y * p->stride;
        memset(row - VR_LA_PAD, row[0], VR_LA_PAD);
        memset(row + valid_w, row[valid_w - 1], (size_t)(p->width - valid_w + VR_LA_PAD));
    }
    const size_t bytes = (size_t)p->width + 2 * VR_LA_PAD;
    const vr_pixel *first = p->origin - VR_LA_PAD, *last = p->origin + (valid_h - 1) * p->stride - VR_LA_PAD;
    for (int y = -VR_LA_PAD; y < 0; y++)
        memcpy(p->origin + y * p->stride - VR_LA_PAD, first, bytes);
    for (int y = valid_h; y < p->height + VR_LA_PAD; y++)
        memcpy(p->origin + y * p->stride - VR_LA_PAD, last, bytes);
}

void vr_la_intra_rows(const vr_lookahead *la, const vr_la_plane *p, int row0, int row1, uint16_t *cost)
{
    static const int modes[4] = {1, 10, 26, 0}; /* DC, horizontal, vertical, planar */
    const vr_kernels *k = la->param.kernels;
    const int n_modes = la->param.fast ? 3 : 4;
    int (*const compare)(const vr_pixel *, ptrdiff_t, const vr_pixel *, ptrdiff_t, int) =
        la->param.fast ? k->sad[VR_W(8)] : k->satd[VR_W(8)];
    const ptrdiff_t stride = p->stride;
    vr_pixel pred[4][64], ref[4 * 8 + 1];
    for (int by = row0; by < row1; by++) {
        for (int bx = 0; bx < p->blocks_w; bx++) {
            const vr_pixel *src = p->origin + by * 8 * stride + bx * 8;
            /* neighbours from the source itself; the last left one stands for those below left */
            for (int y = 0; y < 8; y++)
                ref[15 - y] = src[y * stride - 1];
            memset(ref, ref[8], 8);
            memcpy(ref + 16, src - stride - 1, 17);
            int best = VR_LA_COST_MAX, chosen = 0;
            for (int m = 0; m < n_modes; m++) {
                k->intra_pred[VR_L(3)](ref, pred[m], 8, modes[m], 0);
                const int c = compare(src, stride, pred[m], 8, 8);
                if (c < best) {
                    best = c;
                    chosen = m;
                }
            }
            if (la->param.fast)
                best = k->satd[VR_W(8)](src, stride, pred[chosen], 8, 8);
            cost[by * p->blocks_w + bx] = (uint16_t)best;
        }
    }
}

typedef struct {
    const vr_kernels *k;
    const vr_pixel *src;
    ptrdiff_t src_stride;
    const vr_pixel *ref;     /* the block's own position in the reference */
    ptrdiff_t ref_stride;
    int fast;
    int min_x, max_x, min_y, max_y; /* full samples that stay inside the padding, half-sample search included */
} block_search;

static int clip(int v, int lo, int hi)
{
    return v < lo ? lo : v > hi ? hi : v;
}

static int sad_at(const block_search *s, int x, int y)
{
    return s->k->sad[VR_W(8)](s->src, s->src_stride, s->ref + y * s->ref_stride + x, s->ref_stride, 8);
}

/* Small diamond from (*x, *y), full samples; returns the SAD it ends at. */
static int diamond(const block_search *s, int *x, int *y, int best, int steps)
{
    int came_from = -1;
    while (steps-- > 0) {
        const int cx = clip(*x, s->min_x + 1, s->max_x - 1), cy = clip(*y, s->min_y + 1, s->max_y - 1);
        const vr_pixel *at = s->ref + cy * s->ref_stride + cx;
        int32_t cost[4];
        s->k->sad_x4[VR_W(8)](s->src, s->src_stride, at - 1, at + 1, at - s->ref_stride, at + s->ref_stride,
                              s->ref_stride, 8, cost);
        int step = -1;
        for (int i = 0; i < 4; i++) {
            if (i != came_from && cost[i] < best) {
                best = cost[i];
                step = i;
            }
        }
        if (step < 0)
            break;
        *x = cx + (step == 0 ? -1 : step == 1 ? 1 : 0);
        *y = cy + (step == 2 ? -1 : step == 3 ? 1 : 0);
        came_from = step ^ 1;
    }
    return best;
}

/* Mean of two 8x8 blocks, rounded up. */
static void average(const vr_pixel *a, ptrdiff_t a_stride, const vr_pixel *b, ptrdiff_t b_stride, vr_pixel *dst)
{
    for (int y = 0; y < 8; y++)
        for (int x = 0; x < 8; x++)
            dst[y * 8 + x] = (vr_pixel)((a[y * a_stride + x] + b[y * b_stride + x] + 1) >> 1);
}

/* Prediction at a half-sample vector: bilinear. Returns its stride. */
static ptrdiff_t predict(const vr_la_plane *ref, int bx, int by, vr_la_mv mv, const vr_pixel **pred, vr_pixel *scratch)
{
    const vr_pixel *at = ref->origin + (by * 8 + (mv.y >> 1)) * ref->stride + bx * 8 + (mv.x >> 1);
    if (!((mv.x | mv.y) & 1)) {
        *pred = at;
        return ref->stride;
    }
    /* the search leaves at most one component at a half sample */
    average(at, ref->stride, at + (mv.x & 1) + (mv.y & 1) * ref->stride, ref->stride, scratch);
    *pred = scratch;
    return 8;
}

/* SATD of a full-sample vector or of its best half-sample neighbour; vector in half samples on return. Fast: neighbours
 * are compared by SAD, and only where the full sample leaves much. */
static int refine_half(const block_search *s, vr_la_mv *mv, int sad)
{
    static const int8_t dx[4] = {-1, 1, 0, 0}, dy[4] = {0, 0, -1, 1};
    const int x0 = mv->x, y0 = mv->y;
    vr_pixel pred[2][64];
    const vr_pixel *at = s->ref + y0 * s->ref_stride + x0, *best_pred = at;
    ptrdiff_t best_stride = s->ref_stride;
    int best = s->fast ? sad : s->k->satd[VR_W(8)](s->src, s->src_stride, at, s->ref_stride, 8), slot = 0;
    mv->x = (int16_t)(x0 * 2);
    mv->y = (int16_t)(y0 * 2);
    for (int i = 0; i < 4 && best > (s->fast ? 128 : 64); i++) {
        average(at, s->ref_stride, at + dx[i] + dy[i] * s->ref_stride, s->ref_stride, pred[slot]);
        const int c = s->fast ? s->k->sad[VR_W(8)](s->src, s->src_stride, pred[slot], 8, 8)
                              : s->k->satd[VR_W(8)](s->src, s->src_stride, pred[slot], 8, 8);
        if (c < best) {
            best = c;
            best_pred = pred[slot];
            best_stride = 8;
            slot ^= 1;
            mv->x = (int16_t)(x0 * 2 + dx[i]);
            mv->y = (int16_t)(y0 * 2 + dy[i]);
        }
    }
    return s->fast ? s->k->satd[VR_W(8)](s->src, s->src_stride, best_pred, best_stride, 8) : best;
}

static void search_block(const vr_lookahead *la, const vr_la_plane *cur, const vr_la_plane *ref, int bx, int by,
                         const vr_la_mv *candidates, int n, int steps, uint16_t *cost, vr_la_mv *mv)
{
    const block_search s = {
        .k = la->param.kernels,
        .fast = la->param.fast,
        .src = cur->origin + by * 8 * cur->stride + bx * 8,
        .src_stride = cur->stride,
        .ref = ref->origin + by * 8 * ref->stride + bx * 8,
        .ref_stride = ref->stride,
        .min_x = -bx * 8 - VR_LA_PAD + 2,
        .max_x = ref->width - bx * 8 - 8 + VR_LA_PAD - 2,
        .min_y = -by * 8 - VR_LA_PAD + 2,
        .max_y = ref->height - by * 8 - 8 + VR_LA_PAD - 2,
    };
    int best_x = 0, best_y = 0, best = sad_at(&s, 0, 0);
    for (int i = 0; i < n; i++) {
        const int x = clip((candidates[i].x + 1) >> 1, s.min_x, s.max_x);
        const int y = clip((candidates[i].y + 1) >> 1, s.min_y, s.max_y);
        if (x == best_x && y == best_y)
            continue;
        const int c = sad_at(&s, x, y);
        if (c < best) {
            best = c;
            best_x = x;
            best_y = y;
        }
    }
    if (best > 64) /* one grey level per sample: nothing to gain below */
        best = diamond(&s, &best_x, &best_y, best, steps);
    *mv = (vr_la_mv){(int16_t)best_x, (int16_t)best_y};
    const int c = refine_half(&s, mv, best);
    *cost = (uint16_t)(c > VR_LA_COST_MAX ? VR_LA_COST_MAX : c);
}

void vr_la_search_rows(const vr_lookahead *la, const vr_la_plane *cur, const vr_la_plane *ref, const vr_la_mv *coarse,
                       int coarse_blocks_w, int row0, int row1, uint16_t *cost, vr_la_mv *mv)
{
    const int w = cur->blocks_w;
    /* without a coarser level the diamond has to walk the way itself */
    const int steps = !coarse ? 24 : la->param.fast ? 6 : 16;
    for (int by = row0; by < row1; by++) {
        for (int bx = 0; bx < w; bx++) {
            vr_la_mv candidates[4];
            int n = 0;
            vr_la_mv *here = mv + by * w + bx;
            if (coarse) {
                const vr_la_mv above = coarse[(by >> 1) * coarse_blocks_w + (bx >> 1)];
                candidates[n++] = (vr_la_mv){(int16_t)(above.x * 2), (int16_t)(above.y * 2)};
            }
            if (bx > 0)
                candidates[n++] = here[-1];
            if (by > row0) {
                candidates[n++] = here[-w];
                if (bx + 1 < w)
                    candidates[n++] = here[-w + 1];
            }
            search_block(la, cur, ref, bx, by, candidates, n, steps, cost + by * w + bx, here);
        }
    }
}

int vr_la_bi_cost(const vr_lookahead *la, const vr_la_plane *cur, const vr_la_plane *ref0, vr_la_mv mv0,
                  const vr_la_plane *ref1, vr_la_mv mv1, int bx, int by)
{
    const vr_pixel *pred0, *pred1;
    vr_pixel scratch0[64], scratch1[64], both[64];
    const ptrdiff_t stride0 = predict(ref0, bx, by, mv0, &pred0, scratch0);
    const ptrdiff_t stride1 = predict(ref1, bx, by, mv1, &pred1, scratch1);
    average(pred0, stride0, pred1, stride1, both);
    return la->param.kernels->satd[VR_W(8)](cur->origin + by * 8 * cur->stride + bx * 8, cur->stride, both, 8, 8);
}
