/* Coefficient syntax: writing and bit counting. */
#ifndef VR_RESIDUAL_H
#define VR_RESIDUAL_H

#include "encoder/cabac.h"
#include "kernels/kernels.h"

/* Write residual_coding() of one transform block with at least one nonzero level. */
void vr_residual_write(vr_cabac *c, const vr_kernels *k, const int16_t *level, int log2_size, int chroma, int scan,
                       int hide);

/* Its cost in Q15 bits with contexts frozen at `ctx`. */
uint32_t vr_residual_cost(const uint8_t *ctx, const vr_kernels *k, const int16_t *level, int log2_size, int chroma,
                          int scan, int hide);

#endif
