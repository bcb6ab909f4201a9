/* Intra candidates of a coding unit: modes by SATD, the best of them by rate and distortion of luma. */
#include <string.h>

#include "encoder/ctu.h"
#include "encoder/intra.h"
#include "encoder/scan.h"
#include "encoder/syntax.h"
#include "encoder/transform.h"

/* Q15 bits before the modes: skip flag, prediction mode, partition. */
static uint32_t header_bits(const vr_coder *c, int x, int y, int log2_size, int part)
{
    const uint8_t *ctx = c->cabac.ctx;
    uint32_t bits = 0;
    if (c->slice_type != VR_SLICE_I)
        bits = vr_bits_skip(c, x, y, 0) + VR_CTX_BITS(ctx, CTX_PRED_MODE, 1);
    if (log2_size == c->tools->min_cu_log2)
        bits += VR_CTX_BITS(ctx, CTX_PART_MODE, part == VR_PART_2Nx2N);
    return bits + VR_CTX_BITS(ctx, CTX_CHROMA_MODE, 0);
}

/* Code one transform block predicted with `mode`: levels to `level`, samples to the picture. Adds its error and bits. */
static int code_block(vr_coder *c, int x, int y, int log2_size, int mode, int depth, int16_t *level, uint64_t *sse,
                      uint32_t *bits)
{
    ptrdiff_t stride = c->frame->stride[0], src_stride = c->src->stride[0];
    vr_pixel *dst = c->frame->plane[0] + y * stride + x;
    const vr_pixel *src = c->src->plane[0] + y * src_stride + x;
    const uint8_t *ctx = c->cabac.ctx;
    int cbf_ctx = CTX_CBF_LUMA + (depth == 0), size = 1 << log2_size, n;
    vr_tu tu = {log2_size, 0, 1, vr_scan_of(1, log2_size, 0, mode), c->tools->rdoq, 0};
    tu.cbf_cost = c->lambda_q15 * ((double)VR_CTX_BITS(ctx, cbf_ctx, 1) - VR_CTX_BITS(ctx, cbf_ctx, 0));
    vr_intra_predict(c, 0, x, y, log2_size, mode, dst, stride);
    n = vr_tu_encode(c, &tu, src, src_stride, dst, stride, level);
    *bits += VR_CTX_BITS(ctx, cbf_ctx, n > 0);
    if (n) {
        *bits += vr_tu_bits(c, &tu, level);
        vr_tu_reconstruct(c, &tu, level, n, dst, stride, dst, stride);
    }
    *sse += c->k->sse[VR_W(size)](src, src_stride, dst, stride, size);
    return n > 0;
}

static void keep(vr_coder *c, int x, int y, int log2_size, int buf)
{
    int size = 1 << log2_size;
    c->k->copy[VR_W(size)](c->frame->plane[0] + y * c->frame->stride[0] + x, c->frame->stride[0],
                           c->depth[log2_size - 3].recon[buf], size, size);
}

static void whole_unit(vr_coder *c, int x, int y, int log2_size, const int modes[], int n_modes, vr_candidate *best)
{
    uint32_t header = header_bits(c, x, y, log2_size, VR_PART_2Nx2N);
    int mpm[3];
    vr_intra_mpm(c, x, y, mpm);
    for (int i = 0; i < n_modes; i++) {
        int buf = !best->buf, cbf;
        uint64_t sse = 0;
        uint32_t bits = header + vr_intra_mode_bits(c, mpm, modes[i]);
        double cost;
        if (c->seq->tu_depth_intra)
            bits += VR_CTX_BITS(c->cabac.ctx, CTX_SPLIT_TU + 5 - log2_size, 0);
        cbf = code_block(c, x, y, log2_size, modes[i], 0, c->depth[log2_size - 3].coef[buf], &sse, &bits);
        cost = (double)sse + c->lambda_q15 * bits;
        if (cost < best->cost) {
            vr_cu *cu = &best->cu;
            memset(cu, 0, sizeof *cu);
            cu->log2_size = (uint8_t)log2_size;
            cu->pred_mode = VR_MODE_INTRA;
            cu->luma_mode[0] = (uint8_t)modes[i];
            cu->cbf[0] = (uint8_t)cbf;
            cu->qp = (int8_t)c->qp;
            best->cost = cost;
            best->buf = buf;
            keep(c, x, y, log2_size, buf);
        }
    }
}

/* Four 4x4 predictions in an 8x8 unit. */
static void four_blocks(vr_coder *c, int x, int y, vr_candidate *best)
{
    vr_grid *g = &c->frame->grid;
    uint8_t *mode_grid = g->intra_mode + (y >> 2) * g->stride4 + (x >> 2);
    int buf = !best->buf;
    uint64_t sse = 0;
    uint32_t bits = header_bits(c, x, y, 3, VR_PART_NxN);
    vr_cu cu = {.log2_size = 3, .pred_mode = VR_MODE_INTRA, .part_mode = VR_PART_NxN, .tu_split = 1};
    double cost;
    for (int i = 0; i < 4; i++) {
        int bx = x + (i & 1) * 4, by = y + (i >> 1) * 4, mode, satd, mpm[3];
        vr_intra_search(c, bx, by, 2, 1, &mode, &satd);
        vr_intra_mpm(c, bx, by, mpm);
        bits += vr_intra_mode_bits(c, mpm, mode);
        cu.luma_mode[i] = (uint8_t)mode;
        mode_grid[(i >> 1) * g->stride4 + (i & 1)] = (uint8_t)mode;
        cu.cbf[0] |= (uint8_t)(code_block(c, bx, by, 2, mode, 1, c->depth[0].coef[buf] + 16 * i, &sse, &bits) << i);
        if ((double)sse + c->lambda_q15 * bits >= best->cost)
            return;
    }
    cost = (double)sse + c->lambda_q15 * bits;
    if (cost < best->cost) {
        best->cost = cost;
        best->cu = cu;
        best->cu.qp = (int8_t)c->qp;
        best->buf = buf;
        keep(c, x, y, 3, buf);
    }
}

void vr_intra_modes(vr_coder *c, int x, int y, int log2_size, vr_candidate *best)
{
    int modes[VR_INTRA_CAND_MAX], costs[VR_INTRA_CAND_MAX], n, wanted = c->tools->intra_rd;
    int inter = best->cost < 1e29;
    if (inter && !best->cu.cbf[0] && !c->tools->intra_in_inter)
        return;
    n = vr_intra_search(c, x, y, log2_size, wanted, modes, costs);
    if (inter && costs[0] > best->satd + (best->satd >> 2))
        return;
    while (n > 1 && costs[n - 1] > costs[0] + (costs[0] >> 3))
        n--;
    whole_unit(c, x, y, log2_size, modes, n, best);
    if (log2_size == 3 && c->tools->intra_nxn && c->tools->min_cu_log2 == 3 &&
        (!inter || best->cu.pred_mode == VR_MODE_INTRA))
        four_blocks(c, x, y, best);
}
