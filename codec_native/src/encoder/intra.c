#include "encoder/intra.h"

#include <string.h>

void vr_intra_neighbours(const vr_coder *c, int plane, int x, int y, int log2_size, vr_pixel *ref)
{
    int n = 1 << log2_size, sub = plane > 0, xl = x << sub, yl = y << sub, size = n << sub;
    const vr_tile *t = c->tile;
    const vr_pixel *rec = c->frame->plane[plane];
    ptrdiff_t stride = c->frame->stride[plane];
    int ctu_top = !(yl & (VR_CTU - 1)), ctu_left = !(xl & (VR_CTU - 1));
    int has_left = xl > t->x0, has_top = yl > t->y0;
    int below = has_left && vr_available(t, xl, yl, xl - 1, yl + size) ? VR_MIN(n, (t->y1 - yl - size) >> sub) : 0;
    int beyond = has_top && vr_available(t, xl, yl, xl + size, yl - 1) ? VR_MIN(n, (t->x1 - xl - size) >> sub) : 0;
    const vr_pixel *top = ctu_top ? c->above[((yl >> VR_CTU_LOG2) - 1) & 1][plane] + x : rec + (y - 1) * stride + x;
    vr_pixel *corner = ref + 2 * n;

    if (has_left) {
        if (ctu_left) {
            const vr_pixel *left = c->left[plane] + ((yl & (VR_CTU - 1)) >> sub);
            for (int i = 0; i < n + below; i++)
                corner[-1 - i] = left[i];
        } else {
            const vr_pixel *left = rec + y * stride + x - 1;
            for (int i = 0; i < n + below; i++)
                corner[-1 - i] = left[i * stride];
        }
    }
    if (has_top)
        memcpy(corner + 1, top, (size_t)(n + beyond));
    if (has_left && has_top) {
        if (ctu_top || !ctu_left)
            corner[0] = top[-1];
        else
            corner[0] = c->left[plane][((yl & (VR_CTU - 1)) >> sub) - 1];
    }

    /* Substitution: search from the lowest left neighbour up and then to the right. */
    if (!has_left && !has_top) {
        memset(ref, 128, (size_t)(4 * n + 1));
        return;
    }
    if (!has_left) {
        memset(ref, corner[1], (size_t)(2 * n + 1));
    } else {
        if (below < n)
            memset(ref, corner[-n - below], (size_t)(n - below));
        if (!has_top)
            memset(corner, corner[-1], (size_t)(2 * n + 1));
    }
    if (has_top && beyond < n)
        memset(corner + 1 + n + beyond, corner[n + beyond], (size_t)(n - beyond));
}

static void predict_from(const vr_coder *c, int plane, int log2_size, int mode, const vr_pixel *ref,
                         const vr_pixel *smooth, vr_pixel *dst, ptrdiff_t dst_stride)
{
    int smoothed = !plane && vr_intra_is_smoothed(mode, log2_size);
    c->k->intra_pred[VR_L(log2_size)](smoothed ? smooth : ref, dst, dst_stride, mode, !plane && log2_size < 5);
}

void vr_intra_predict(const vr_coder *c, int plane, int x, int y, int log2_size, int mode, vr_pixel *dst,
                      ptrdiff_t dst_stride)
{
    vr_pixel ref[4 * 32 + 1 + 31], smooth[4 * 32 + 1 + 31];
    vr_intra_neighbours(c, plane, x, y, log2_size, ref);
    if (!plane && vr_intra_is_smoothed(mode, log2_size))
        c->k->intra_smooth[VR_L(log2_size)](ref, smooth, 1);
    predict_from(c, plane, log2_size, mode, ref, smooth, dst, dst_stride);
}

void vr_intra_mpm(const vr_coder *c, int x, int y, int mpm[3])
{
    const vr_grid *g = &c->frame->grid;
    int at = (y >> 2) * g->stride4 + (x >> 2), a = 1, b = 1;
    if (x > c->tile->x0)
        a = g->intra_mode[at - 1];
    if (y > c->tile->y0 && (y & (VR_CTU - 1))) /* never from the CTU row above */
        b = g->intra_mode[at - g->stride4];
    if (a == b) {
        if (a < 2) {
            mpm[0] = 0;
            mpm[1] = 1;
            mpm[2] = 26;
        } else {
            mpm[0] = a;
            mpm[1] = 2 + ((a + 29) & 31);
            mpm[2] = 2 + ((a - 2 + 1) & 31);
        }
        return;
    }
    mpm[0] = a;
    mpm[1] = b;
    mpm[2] = a != 0 && b != 0 ? 0 : a != 1 && b != 1 ? 1 : 26;
}

uint32_t vr_intra_mode_bits(const vr_coder *c, const int mpm[3], int mode)
{
    int hit = mode == mpm[0] ? 0 : mode == mpm[1] ? 1 : mode == mpm[2] ? 2 : -1;
    return VR_CTX_BITS(c->cabac.ctx, CTX_PREV_INTRA, hit >= 0) + VR_BITS(hit < 0 ? 5 : hit == 0 ? 1 : 2);
}

int vr_intra_chroma_mode(int syntax, int luma_mode)
{
    static const uint8_t modes[4] = {0, 26, 10, 1};
    if (syntax == 4)
        return luma_mode;
    return modes[syntax] == luma_mode ? 34 : modes[syntax];
}

typedef struct {
    vr_coder *c;
    const vr_pixel *src;
    ptrdiff_t src_stride;
    int log2_size, wanted, count;
    int *modes, *costs;
    const int *mpm;
    const vr_pixel *ref, *smooth;
    uint64_t tried;
} mode_search;

/* SATD and bits of one mode, inserted into the list of the best. */
static int try_mode(mode_search *s, int mode)
{
    vr_coder *c = s->c;
    int size = 1 << s->log2_size, cost, i;
    if (s->tried >> mode & 1)
        return INT32_MAX;
    s->tried |= 1ull << mode;
    predict_from(c, 0, s->log2_size, mode, s->ref, s->smooth, c->tmp[3], VR_CTU);
    cost = c->k->satd[VR_W(size)](s->src, s->src_stride, c->tmp[3], VR_CTU, size) +
           (int)(((int64_t)c->lambda_satd_q15 * vr_intra_mode_bits(c, s->mpm, mode)) >> 30);
    for (i = s->count < s->wanted ? s->count : s->wanted; i > 0 && s->costs[i - 1] > cost; i--)
        if (i < s->wanted) {
            s->costs[i] = s->costs[i - 1];
            s->modes[i] = s->modes[i - 1];
        }
    if (i < s->wanted) {
        s->costs[i] = cost;
        s->modes[i] = mode;
        if (s->count < s->wanted)
            s->count++;
    }
    return cost;
}

int vr_intra_search(vr_coder *c, int x, int y, int log2_size, int wanted, int modes[], int costs[])
{
    vr_pixel ref[4 * 32 + 1 + 31], smooth[4 * 32 + 1 + 31];
    int mpm[3];
    mode_search s = {c, c->src->plane[0] + y * c->src->stride[0] + x, c->src->stride[0], log2_size, wanted, 0,
                     modes, costs, mpm, ref, smooth, 0};
    vr_intra_mpm(c, x, y, mpm);
    vr_intra_neighbours(c, 0, x, y, log2_size, ref);
    if (log2_size > 2)
        c->k->intra_smooth[VR_L(log2_size)](ref, smooth, 1);
    try_mode(&s, 0);
    try_mode(&s, 1);
    if (c->tools->intra_full_search) {
        for (int mode = 2; mode < 35; mode++)
            try_mode(&s, mode);
    } else {
        int best = 26, best_cost = INT32_MAX, cost;
        for (int mode = 2; mode < 35; mode += 4)
            if ((cost = try_mode(&s, mode)) < best_cost) {
                best_cost = cost;
                best = mode;
            }
        for (int step = 2; step >= 1; step--) {
            int centre = best;
            for (int d = -step; d <= step; d += 2 * step) {
                int mode = centre + d;
                if (mode >= 2 && mode <= 34 && (cost = try_mode(&s, mode)) < best_cost) {
                    best_cost = cost;
                    best = mode;
                }
            }
        }
        for (int i = 0; i < 3; i++)
            try_mode(&s, mpm[i]);
    }
    return s.count;
}
