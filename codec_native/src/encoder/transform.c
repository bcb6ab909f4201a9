#include "encoder/transform.h"

#include <string.h>

#include "encoder/residual.h"
#include "encoder/scan.h"

/* Table 8-10: QpC for 4:2:0. */
int vr_chroma_qp(int qp)
{
    static const uint8_t map[14] = {29, 30, 31, 32, 33, 33, 34, 34, 35, 35, 36, 36, 37, 37};
    return qp < 30 ? qp : qp >= 43 ? qp - 6 : map[qp - 30];
}

static void forward(vr_coder *c, const vr_tu *tu, const vr_pixel *src, ptrdiff_t src_stride, const vr_pixel *pred,
                    ptrdiff_t pred_stride)
{
    int size = 1 << tu->log2_size;
    c->k->residual[VR_W(size)](src, src_stride, pred, pred_stride, c->residual, size, size);
    if (tu->log2_size == 2 && tu->intra && !tu->plane)
        c->k->dst4(c->residual, size, c->transformed);
    else
        c->k->dct[VR_L(tu->log2_size)](c->residual, size, c->transformed);
}

int vr_tu_encode(vr_coder *c, const vr_tu *tu, const vr_pixel *src, ptrdiff_t src_stride, const vr_pixel *pred,
                 ptrdiff_t pred_stride, int16_t *level)
{
    int qp = vr_tu_qp(c, tu->plane), count = 1 << (2 * tu->log2_size), nonzero;
    int scale = vr_quant_scale(qp), shift = vr_quant_shift(qp, tu->log2_size);
    int round = (int)(((int64_t)(tu->intra ? 171 : 85) << shift) >> 9);
    forward(c, tu, src, src_stride, pred, pred_stride);
    if (tu->use_rdoq)
        return vr_rdoq(c, tu, c->transformed, level);
    if (!c->tools->sign_hiding)
        return c->k->quant(c->transformed, level, count, scale, round, shift);
    nonzero = c->k->quant_delta(c->transformed, level, c->delta, count, scale, round, shift);
    return nonzero > 1 ? vr_sign_hiding(c, tu, c->transformed, level, c->delta) : nonzero;
}

void vr_tu_reconstruct(vr_coder *c, const vr_tu *tu, const int16_t *level, int nonzero, const vr_pixel *pred,
                       ptrdiff_t pred_stride, vr_pixel *dst, ptrdiff_t dst_stride)
{
    int log2_size = tu->log2_size, size = 1 << log2_size, scale = vr_dequant_scale(vr_tu_qp(c, tu->plane));
    if (!nonzero) {
        if (dst != pred)
            c->k->copy[VR_W(size)](pred, pred_stride, dst, dst_stride, size);
        return;
    }
    if (nonzero == 1 && level[0] && !(log2_size == 2 && tu->intra && !tu->plane)) {
        int shift = log2_size - 1;
        int64_t dc = ((int64_t)level[0] * scale + (1 << (shift - 1))) >> shift;
        c->k->idct_dc[VR_L(log2_size)]((int)(dc < -32768 ? -32768 : dc > 32767 ? 32767 : dc), c->residual, size);
    } else {
        c->k->dequant(level, c->transformed, size * size, scale, log2_size - 1);
        if (log2_size == 2 && tu->intra && !tu->plane)
            c->k->idst4(c->transformed, c->residual, size);
        else
            c->k->idct[VR_L(log2_size)](c->transformed, c->residual, size);
    }
    c->k->recon[VR_W(size)](pred, pred_stride, c->residual, size, dst, dst_stride, size);
}

uint32_t vr_tu_bits(const vr_coder *c, const vr_tu *tu, const int16_t *level)
{
    return vr_residual_cost(c->cabac.ctx, c->k, level, tu->log2_size, tu->plane > 0, tu->scan,
                            c->tools->sign_hiding);
}

/* Choose the cheapest change by one in a sub-block whose sum has the wrong parity. */
static void fix_parity(const vr_tu *tu, const int16_t *coef, int16_t *level, const int32_t *delta, int origin,
                       uint32_t mask, int is_last)
{
    const uint8_t *pos = vr_scan.pos[tu->scan];
    int first = __builtin_ctz(mask), top = is_last ? 31 - __builtin_clz(mask) : 15;
    int best_cost = INT32_MAX, best = 0, change = 0, negative;
#define AT(i) (origin + ((pos[i] >> 2) << tu->log2_size) + (pos[i] & 3))
    negative = level[AT(first)] < 0;
    for (int i = top; i >= 0; i--) {
        int at = AT(i), cost, step;
        if (level[at]) {
            if (delta[at] > 0) {
                cost = -delta[at];
                step = 1;
            } else {
                if (i == first && (level[at] == 1 || level[at] == -1))
                    continue;
                cost = delta[at];
                step = -1;
            }
        } else {
            if (i < first && (coef[at] < 0) != negative)
                continue;
            cost = -delta[at];
            step = 1;
        }
        if (level[at] == 32767 || level[at] == -32768)
            step = -1;
        if (cost < best_cost) {
            best_cost = cost;
            best = at;
            change = step;
        }
    }
    level[best] = (int16_t)(level[best] + (coef[best] >= 0 ? change : -change));
#undef AT
}

int vr_sign_hiding(vr_coder *c, const vr_tu *tu, const int16_t *coef, int16_t *level, const int32_t *delta)
{
    uint16_t raster[64];
    int cg_log2 = tu->log2_size - 2, is_last = 1;
    const uint8_t *cg_scan = vr_scan.cg[tu->scan][cg_log2];
    c->k->sig_masks[VR_L(tu->log2_size)](level, raster);
    for (int cg = (1 << (2 * cg_log2)) - 1; cg >= 0; cg--) {
        int r = cg_scan[cg], sum = 0, origin;
        uint32_t mask;
        if (!raster[r])
            continue;
        mask = vr_scan_mask(tu->scan, raster[r]);
        origin = ((r >> cg_log2) << (2 + tu->log2_size)) + ((r & ((1 << cg_log2) - 1)) << 2);
        if (31 - __builtin_clz(mask) - __builtin_ctz(mask) > 3) {
            const uint8_t *pos = vr_scan.pos[tu->scan];
            int lowest = pos[__builtin_ctz(mask)];
            for (int y = 0; y < 4; y++)
                for (int x = 0; x < 4; x++)
                    sum += level[origin + (y << tu->log2_size) + x];
            /* The parity of a sum does not depend on the signs. */
            if ((sum & 1) != (level[origin + ((lowest >> 2) << tu->log2_size) + (lowest & 3)] < 0))
                fix_parity(tu, coef, level, delta, origin, mask, is_last);
        }
        is_last = 0;
    }
    return c->k->count_nonzero(level, 1 << (2 * tu->log2_size));
}
