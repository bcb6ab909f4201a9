/* Offsets of QP: by variance (adaptive quantisation) and by importance for later pictures (x264's mb-tree, x265's cu-tree,
 * run over the structure that is really coded). Integer logarithms, so that every machine gives the same offsets. */
#include "ratecontrol/lookahead_internal.h"

#include <math.h>
#include <string.h>

int vr_la_log2_q8(uint64_t v)
{
    const int top = 63 - __builtin_clzll(v);
    uint64_t m = top >= 31 ? v >> (top - 31) : v << (31 - top); /* 1.31 */
    int log2 = top << 8;
    for (int bit = 128; bit; bit >>= 1) { /* squaring doubles the logarithm */
        m = (m * m) >> 31;
        if (m >> 32) {
            m >>= 1;
            log2 += bit;
        }
    }
    return log2;
}

/* 2^(-q8 / (6 * 256)): how much a QP offset scales the step size; cubic on the fraction, error below 1e-4 */
static float inverse_step(int q8)
{
    const int steps = -q8;
    const int whole = steps >= 0 ? steps / 1536 : -((-steps + 1535) / 1536);
    const float x = (float)(steps - whole * 1536) * (1.0f / 1536.0f);
    return ldexpf(1.0f + x * (0.69583282f + x * (0.22606716f + x * 0.07810003f)), whole);
}

/* Energy of the differences from the mean of a 16x16 luma block, edge blocks scaled up to 256 samples */
static uint64_t block_energy(const vr_lookahead *la, const uint8_t *luma, ptrdiff_t stride, int bx, int by)
{
    const int w = la->param.width - bx * 16, h = la->param.height - by * 16;
    const uint8_t *src = luma + by * 16 * stride + bx * 16;
    uint32_t sum = 0, sqr = 0;
    uint64_t n = 256;
    if (w >= 16 && h >= 16) {
        la->param.kernels->sum_sqr[VR_W(16)](src, stride, 16, &sum, &sqr);
    } else {
        const int bw = w < 16 ? w : 16, bh = h < 16 ? h : 16;
        n = (uint64_t)(bw * bh);
        for (int y = 0; y < bh; y++) {
            for (int x = 0; x < bw; x++) {
                sum += src[y * stride + x];
                sqr += (uint32_t)src[y * stride + x] * src[y * stride + x];
            }
        }
    }
    return (sqr - (uint64_t)sum * sum / n) * 256 / n;
}

void vr_la_aq(const vr_lookahead *la, vr_la_picture *pic, const uint8_t *luma, ptrdiff_t stride)
{
    const int n = la->blocks_w * la->blocks_h;
    int64_t total = 0;
    if (la->param.aq_strength <= 0) {
        memset(pic->aq_offset, 0, sizeof pic->aq_offset[0] * (size_t)n);
        return;
    }
    for (int by = 0; by < la->blocks_h; by++) {
        for (int bx = 0; bx < la->blocks_w; bx++) {
            const uint64_t energy = block_energy(la, luma, stride, bx, by);
            const int log2 = vr_la_log2_q8(energy > 512 ? energy : 512); /* below 2 per sample all is flat */
            pic->aq_offset[by * la->blocks_w + bx] = (int16_t)log2;
            total += log2;
        }
    }
    const int mean = (int)(total / n);
    const double slope = 1.04 * la->param.aq_strength; /* QP per doubling of the energy */
    for (int i = 0; i < n; i++) {
        const double q8 = slope * (pic->aq_offset[i] - mean);
        pic->aq_offset[i] = (int16_t)(q8 < -6 * 256 ? -6 * 256 : q8 > 6 * 256 ? 6 * 256 : q8);
    }
}

/* Hands a share of importance to the (up to four) blocks of the reference that a vector points at. */
static void hand_over(const vr_lookahead *la, vr_la_picture *ref, int bx, int by, vr_la_mv mv, float amount)
{
    const int px = bx * 16 + mv.x, py = by * 16 + mv.y; /* half samples; a block is 16 of them */
    const int x0 = px >> 4, y0 = py >> 4;
    const float fx = (float)(px & 15) * (1.0f / 16), fy = (float)(py & 15) * (1.0f / 16);
    for (int k = 0; k < 4; k++) {
        const int x = x0 + (k & 1), y = y0 + (k >> 1);
        const float weight = ((k & 1) ? fx : 1 - fx) * ((k >> 1) ? fy : 1 - fy);
        if (weight > 0 && x >= 0 && y >= 0 && x < la->blocks_w && y < la->blocks_h)
            ref->importance[y * la->blocks_w + x] += amount * weight;
    }
}

static const vr_la_pair *find_pair(const vr_la_picture *pic, int64_t ref)
{
    for (int i = 0; i < VR_LA_PAIRS; i++)
        if (pic->pairs[i].ref_display_idx == ref)
            return &pic->pairs[i];
    return NULL;
}

static void propagate(vr_lookahead *la, const vr_la_picture *pic, const vr_la_plan *plan)
{
    const vr_la_pair *pairs[VR_LA_MAX_REFS];
    vr_la_picture *refs[VR_LA_MAX_REFS];
    for (int r = 0; r < plan->n_refs; r++) {
        pairs[r] = find_pair(pic, plan->ref_display_idx[r]);
        refs[r] = vr_la_find(la, plan->ref_display_idx[r]);
        if (!pairs[r] || !refs[r]) /* forgotten: it has been coded long ago */
            return;
    }
    for (int by = 0; by < la->blocks_h; by++) {
        for (int bx = 0; bx < la->blocks_w; bx++) {
            const int i = by * la->blocks_w + bx;
            const int intra = pic->intra_cost[i], inter = pic->inter_cost[i];
            const int from = pic->from_refs[i] & ((1 << plan->n_refs) - 1);
            if (!from || inter >= intra)
                continue;
            const float own = (float)intra * inverse_step(pic->aq_offset[i]);
            float amount = (pic->importance[i] + own) * (float)(intra - inter) / (float)intra;
            if (from == 3)
                amount *= 0.5f;
            for (int r = 0; r < plan->n_refs; r++)
                if (from >> r & 1)
                    hand_over(la, refs[r], bx, by, pairs[r]->mv[i], amount);
        }
    }
}

static void finish(const vr_lookahead *la, vr_la_picture *pic, int is_reference)
{
    const int n = la->blocks_w * la->blocks_h;
    int64_t total = 0;
    for (int i = 0; i < n; i++) {
        int offset = pic->aq_offset[i];
        if (is_reference && la->param.tree_strength > 0 && pic->intra_cost[i]) {
            const float own = (float)pic->intra_cost[i] * inverse_step(pic->aq_offset[i]);
            const uint64_t with = (uint64_t)((own + pic->importance[i]) * 256), without = (uint64_t)(own * 256);
            offset -= (int)(la->param.tree_strength * (vr_la_log2_q8(with | 1) - vr_la_log2_q8(without | 1)));
        }
        pic->qp_offset[i] = (int16_t)(offset < -20 * 256 ? -20 * 256 : offset);
        total += pic->qp_offset[i];
    }
    pic->info.mean_qp_offset = (double)total / n / 256.0;
}

void vr_la_tree(vr_lookahead *la, const vr_la_plan *plan, int n, int n_commit)
{
    const size_t blocks = (size_t)(la->blocks_w * la->blocks_h);
    if (la->param.tree_strength > 0) {
        for (int i = 0; i < n; i++)
            memset(vr_la_find(la, plan[i].display_idx)->importance, 0, blocks * sizeof(float));
        for (int i = n - 1; i >= 0; i--)
            if (plan[i].n_refs)
                propagate(la, vr_la_find(la, plan[i].display_idx), &plan[i]);
    }
    for (int i = 0; i < n_commit; i++)
        finish(la, vr_la_find(la, plan[i].display_idx), plan[i].is_reference);
}
