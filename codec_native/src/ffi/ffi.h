/* What the Python face needs beside the encoder and the bitstream tool: what this machine can do, and quality measures. */
#ifndef VR_FFI_H
#define VR_FFI_H

#include <stddef.h>
#include <stdint.h>

#include "kernels/kernels.h"

/* The table that VR_SIMD_AUTO gives, NULL as below. */
const vr_kernels *vr_ffi_kernels(void);
/* "c", "avx2" or "avx512": what VR_SIMD_AUTO gives here; NULL when VR_CODEC_SIMD names something this machine lacks. */
const char *vr_ffi_simd_name(void);
/* 1 when this build and machine have the level: 0 c, 1 avx2, 2 avx512 */
int vr_ffi_simd_available(int level);
/* sum over rows y of row_weight[y] * (squared differences of row y); row_weight NULL: plain sum */
double vr_ffi_row_weighted_sse(const uint8_t *a, ptrdiff_t a_stride, const uint8_t *b, ptrdiff_t b_stride,
                               int width, int height, const double *row_weight);

#endif
