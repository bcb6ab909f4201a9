#include "encoder/ctu.h"

#include <math.h>
#include <string.h>

#include "encoder/inter.h"
#include "encoder/intra.h"
#include "encoder/scan.h"
#include "encoder/syntax.h"
#include "encoder/transform.h"

void vr_set_qp(vr_coder *c, int qp)
{
    if (c->qp == qp && c->lambda > 0)
        return;
    c->qp = qp;
    c->qp_chroma = vr_chroma_qp(qp);
    c->lambda = c->lambda_of_qp[qp];
    c->lambda_q15 = c->lambda / 32768.0;
    c->lambda_satd_q15 = (int32_t)(sqrt(c->lambda) * 32768.0 + 0.5);
}

/* QP wanted for a block: slice QP plus latitude and importance offsets, averaged over the block. At most 12 from the
 * picture's, so that any two differ by less than cu_qp_delta can say. */
static int target_qp(const vr_coder *c, int x, int y, int log2_size)
{
    const vr_seq *s = c->seq;
    const vr_pic *pic = c->pic;
    int size = 1 << log2_size, x1 = VR_MIN(x + size, s->coded_w), y1 = VR_MIN(y + size, s->coded_h);
    double qp = c->base_qp;
    if (!s->cu_qp_delta)
        return pic->slice_qp;
    if (s->latitude_qp) {
        int sum = 0;
        for (int yy = y; yy < y1; yy += 8)
            sum += s->latitude_qp[yy >> 3];
        qp += sum / (8.0 * ((y1 - y + 7) >> 3));
    }
    if (pic->qp_map) {
        int64_t sum = 0;
        int n = 0;
        for (int yy = y >> 4; yy <= (y1 - 1) >> 4; yy++)
            for (int xx = x >> 4; xx <= (x1 - 1) >> 4; xx++, n++)
                sum += pic->qp_map[yy * pic->qp_map_stride + xx];
        qp += (double)sum / (256.0 * n);
    }
    return vr_clip3(VR_MAX(0, pic->slice_qp - 12), VR_MIN(51, pic->slice_qp + 12), (int)floor(qp + 0.5));
}

void vr_store_motion(vr_coder *c, int x, int y, int w, int h, const vr_motion *m)
{
    vr_grid *g = &c->frame->grid;
    vr_motion *row = vr_motion_at(g, x, y);
    int columns = w >> g->motion_log2, rows = h >> g->motion_log2;
    for (int i = 0; i < columns; i++)
        row[i] = *m;
    for (int j = 1; j < rows; j++)
        memcpy(row + j * g->motion_stride, row, sizeof *row * (size_t)columns);
}

void vr_commit(vr_coder *c, int x, int y, const vr_candidate *cand)
{
    static const vr_motion none = {{{0, 0}, {0, 0}}, {-1, -1}};
    const vr_cu *cu = &cand->cu;
    vr_grid *g = &c->frame->grid;
    vr_depth_buf *d = &c->depth[cu->log2_size - 3];
    int log2_size = cu->log2_size, size = 1 << log2_size, tus = cu->tu_split ? 4 : 1;
    int tu_log2 = log2_size - (tus == 4), tu_count = 1 << (2 * tu_log2);
    uint8_t flags = (uint8_t)(log2_size << 4 | (cu->pred_mode == VR_MODE_SKIP ? VR_CELL_SKIP : 0) |
                              (cu->pred_mode == VR_MODE_INTRA ? VR_CELL_INTRA : 0));
    c->cu[vr_cu_index(x, y)] = *cu;
    c->k->copy[VR_W(size)](d->recon[cand->buf], size, c->frame->plane[0] + y * c->frame->stride[0] + x,
                           c->frame->stride[0], size);
    for (int i = 0; i < tus; i++) {
        int tx = x + (i & 1) * (1 << tu_log2), ty = y + (i >> 1) * (1 << tu_log2), coded = cu->cbf[0] >> i & 1;
        if (coded)
            memcpy(vr_coef_at(c, 0, tx, ty), d->coef[cand->buf] + i * tu_count, sizeof(int16_t) * (size_t)tu_count);
        for (int r = 0; r < 1 << (tu_log2 - 2); r++)
            memset(g->nonzero + ((ty >> 2) + r) * g->stride4 + (tx >> 2), coded, (size_t)1 << (tu_log2 - 2));
    }
    for (int r = 0; r < size >> 3; r++)
        memset(g->flags + ((y >> 3) + r) * g->stride8 + (x >> 3), flags, (size_t)size >> 3);
    if (cu->pred_mode == VR_MODE_INTRA) {
        int part = cu->part_mode == VR_PART_NxN;
        for (int r = 0; r < size >> 2; r++)
            for (int i = 0; i < size >> 2; i++)
                g->intra_mode[((y >> 2) + r) * g->stride4 + (x >> 2) + i] = cu->luma_mode[part ? 2 * r + i : 0];
        vr_store_motion(c, x, y, size, size, &none);
    } else {
        for (int r = 0; r < size >> 2; r++)
            memset(g->intra_mode + ((y >> 2) + r) * g->stride4 + (x >> 2), 1, (size_t)size >> 2);
        switch (cu->part_mode) {
        case VR_PART_2NxN:
            vr_store_motion(c, x, y, size, size / 2, &cu->motion[0]);
            vr_store_motion(c, x, y + size / 2, size, size / 2, &cu->motion[1]);
            break;
        case VR_PART_Nx2N:
            vr_store_motion(c, x, y, size / 2, size, &cu->motion[0]);
            vr_store_motion(c, x + size / 2, y, size / 2, size, &cu->motion[1]);
            break;
        default: vr_store_motion(c, x, y, size, size, &cu->motion[0]); break;
        }
    }
}

/* A lower quality never needs smaller units than the best one chose here. */
static int base_says_whole(const vr_coder *c, int x, int y, int log2_size)
{
    const vr_frame *base = c->pic->base;
    return base && base->grid.flags[(y >> 3) * base->grid.stride8 + (x >> 3)] >> 4 >= log2_size;
}

static double analyse(vr_coder *c, int x, int y, int log2_size)
{
    const vr_tile *t = c->tile;
    int size = 1 << log2_size, half = size / 2, inside = x + size <= t->x1 && y + size <= t->y1, qp_here;
    int can_split = log2_size > c->tools->min_cu_log2, stop = 0, quiet = 0;
    vr_candidate best;
    double split_cost;

    if (x >= t->x1 || y >= t->y1)
        return 0;
    if (log2_size >= c->qg_log2)
        vr_set_qp(c, target_qp(c, x, y, log2_size));
    qp_here = c->qp;
    best.cost = 1e30;
    if (inside) {
        if (can_split && !(log2_size == 6 && c->slice_type == VR_SLICE_I) && base_says_whole(c, x, y, log2_size))
            stop = 1;
        best.buf = 0;
        if (c->slice_type != VR_SLICE_I)
            quiet = vr_inter_modes(c, x, y, log2_size, &best);
        if (!quiet && log2_size < 6)
            vr_intra_modes(c, x, y, log2_size, &best);
        stop = best.cost < 1e29 && (stop || quiet);
        if (can_split)
            best.cost += c->lambda_q15 * vr_bits_split(c, x, y, log2_size, 0);
        if (!can_split || stop) {
            vr_commit(c, x, y, &best);
            return best.cost;
        }
    }
    split_cost = inside ? c->lambda_q15 * vr_bits_split(c, x, y, log2_size, 1) : 0;
    for (int i = 0; i < 4; i++) {
        split_cost += analyse(c, x + (i & 1) * half, y + (i >> 1) * half, log2_size - 1);
        if (split_cost >= best.cost)
            break;
    }
    if (split_cost < best.cost)
        return split_cost;
    vr_set_qp(c, qp_here);
    vr_commit(c, x, y, &best);
    return best.cost;
}

void vr_analyse_ctu(vr_coder *c)
{
    memset(c->has_seed, 0, sizeof c->has_seed);
    analyse(c, c->ctu_x, c->ctu_y, VR_CTU_LOG2);
}

/* ---- second pass: chroma and quantisation groups ---- */

/* SATD choice of intra_chroma_pred_mode. */
static void choose_chroma_mode(vr_coder *c, vr_cu *cu, int x, int y)
{
    int log2_c = VR_MAX(cu->log2_size - 1, 2), size = 1 << log2_c, best_cost = INT32_MAX, best = 4;
    int luma = cu->luma_mode[0];
    if (log2_c == 5 || !c->tools->chroma_rd) { /* derived mode */
        cu->chroma_syntax = 4;
        cu->chroma_mode = (uint8_t)luma;
        return;
    }
    for (int m = 4; m >= 0; m--) {
        int mode = vr_intra_chroma_mode(m, luma), cost = m == 4 ? 0 : (int)(c->lambda_satd_q15 >> 14);
        for (int p = 1; p < 3; p++) {
            vr_intra_predict(c, p, x >> 1, y >> 1, log2_c, mode, c->tmp[0], VR_CTU);
            cost += c->k->satd[VR_W(size)](c->src->plane[p] + (y >> 1) * c->src->stride[p] + (x >> 1),
                                           c->src->stride[p], c->tmp[0], VR_CTU, size);
        }
        if (cost < best_cost) {
            best_cost = cost;
            best = m;
        }
    }
    cu->chroma_syntax = (uint8_t)best;
    cu->chroma_mode = (uint8_t)vr_intra_chroma_mode(best, luma);
}

static void code_chroma(vr_coder *c, vr_cu *cu, int x, int y)
{
    int intra = cu->pred_mode == VR_MODE_INTRA, size = 1 << cu->log2_size;
    int tus = cu->tu_split && cu->log2_size > 3 ? 4 : 1, tu_log2 = cu->log2_size - 1 - (tus == 4);
    if (intra)
        choose_chroma_mode(c, cu, x, y);
    for (int p = 1; p < 3; p++) {
        ptrdiff_t stride = c->frame->stride[p], src_stride = c->src->stride[p];
        cu->cbf[p] = 0;
        if (!intra) {
            vr_pixel *dst = c->frame->plane[p] + (y >> 1) * stride + (x >> 1);
            int half = size / 2;
            if (cu->part_mode == VR_PART_2Nx2N)
                vr_predict_inter(c, p, x, y, size, size, &cu->motion[0], dst, stride);
            else if (cu->part_mode == VR_PART_2NxN) {
                vr_predict_inter(c, p, x, y, size, half, &cu->motion[0], dst, stride);
                vr_predict_inter(c, p, x, y + half, size, half, &cu->motion[1], dst + (half >> 1) * stride, stride);
            } else {
                vr_predict_inter(c, p, x, y, half, size, &cu->motion[0], dst, stride);
                vr_predict_inter(c, p, x + half, y, half, size, &cu->motion[1], dst + (half >> 1), stride);
            }
        }
        for (int i = 0; i < tus; i++) {
            int cx = (x >> 1) + (i & 1) * (1 << tu_log2), cy = (y >> 1) + (i >> 1) * (1 << tu_log2), n;
            vr_pixel *dst = c->frame->plane[p] + cy * stride + cx;
            vr_tu tu = {tu_log2, p, intra, vr_scan_of(intra, tu_log2, 1, cu->chroma_mode), c->tools->rdoq,
                        c->lambda};
            int16_t *level = vr_coef_at(c, p, cx << 1, cy << 1);
            if (intra)
                vr_intra_predict(c, p, cx, cy, tu_log2, cu->chroma_mode, dst, stride);
            n = vr_tu_encode(c, &tu, c->src->plane[p] + cy * src_stride + cx, src_stride, dst, stride, level);
            if (n) {
                cu->cbf[p] |= (uint8_t)(1 << i);
                vr_tu_reconstruct(c, &tu, level, n, dst, stride, dst, stride);
            }
        }
    }
}

/* qPY_PRED of the quantisation group at (x, y), 8.6.1. */
static int predicted_qp(const vr_coder *c, int x, int y)
{
    const vr_grid *g = &c->frame->grid;
    int left = x & (VR_CTU - 1) ? g->qp[(y >> 3) * g->stride8 + (x >> 3) - 1] : c->last_qp;
    int above = y & (VR_CTU - 1) ? g->qp[((y >> 3) - 1) * g->stride8 + (x >> 3)] : c->last_qp;
    return (left + above + 1) >> 1;
}

static void finish_cu(vr_coder *c, vr_cu *cu, int x, int y)
{
    vr_grid *g = &c->frame->grid;
    int size = 1 << cu->log2_size, group = (1 << c->qg_log2) - 1, coded;
    if (!(x & group) && !(y & group)) {
        c->qg_pred = c->qg_qp = predicted_qp(c, x, y);
        c->qg_coded = 0;
    }
    vr_set_qp(c, cu->qp);
    code_chroma(c, cu, x, y);
    coded = cu->cbf[0] || cu->cbf[1] || cu->cbf[2];
    if (cu->pred_mode != VR_MODE_INTRA && cu->part_mode == VR_PART_2Nx2N && cu->merge[0]) {
        uint8_t flags = (uint8_t)(cu->log2_size << 4 | (coded ? 0 : VR_CELL_SKIP));
        cu->pred_mode = coded ? VR_MODE_INTER : VR_MODE_SKIP;
        for (int r = 0; r < size >> 3; r++)
            memset(g->flags + ((y >> 3) + r) * g->stride8 + (x >> 3), flags, (size_t)size >> 3);
    }
    cu->has_qp_delta = 0;
    if (coded && c->seq->cu_qp_delta && !c->qg_coded) {
        cu->has_qp_delta = 1;
        cu->qp_delta = (int8_t)(cu->qp - c->qg_pred);
        c->qg_coded = 1;
        c->qg_qp = cu->qp;
    }
    cu->qp = (int8_t)c->qg_qp;
    for (int r = 0; r < size >> 3; r++)
        memset(g->qp + ((y >> 3) + r) * g->stride8 + (x >> 3), cu->qp, (size_t)size >> 3);
    c->last_qp = cu->qp;
    c->qp_sum += (double)cu->qp * size * size;
    c->qp_count += size * size;
}

void vr_finish_ctu(vr_coder *c)
{
    vr_for_each_cu(c, finish_cu);
}
