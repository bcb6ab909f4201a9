/* One transform block: residual, quantisation, reconstruction (8.6). */
#ifndef VR_TRANSFORM_H
#define VR_TRANSFORM_H

#include "encoder/types.h"

typedef struct {
    int log2_size, plane, intra, scan;
    int use_rdoq;
    double cbf_cost; /* lambda * (bits of cbf 1 - bits of cbf 0), what zeroing the block saves */
} vr_tu;

/* Transform and quantise src - pred into `level` (contiguous). Returns the number of nonzero levels. */
int vr_tu_encode(vr_coder *c, const vr_tu *tu, const vr_pixel *src, ptrdiff_t src_stride, const vr_pixel *pred,
                 ptrdiff_t pred_stride, int16_t *level);

/* dst = Clip1(pred + inverse transform of level); `nonzero` levels, 0 copies. dst may be pred. */
void vr_tu_reconstruct(vr_coder *c, const vr_tu *tu, const int16_t *level, int nonzero, const vr_pixel *pred,
                       ptrdiff_t pred_stride, vr_pixel *dst, ptrdiff_t dst_stride);

/* Rate-distortion optimised choice of levels for coefficients `coef`; replaces plain quantisation. */
int vr_rdoq(vr_coder *c, const vr_tu *tu, const int16_t *coef, int16_t *level);

/* Make sign_data_hiding hold (7.4.9.11): change one level by 1 per sub-block where the parity is wrong. delta as from
 * kernel quant_delta. Returns the new number of nonzero levels. */
int vr_sign_hiding(vr_coder *c, const vr_tu *tu, const int16_t *coef, int16_t *level, const int32_t *delta);

/* Bits (Q15) of the block's residual_coding(). */
uint32_t vr_tu_bits(const vr_coder *c, const vr_tu *tu, const int16_t *level);

static inline int vr_tu_qp(const vr_coder *c, int plane) { return plane ? c->qp_chroma : c->qp; }

#endif
