/* The plain C kernels by name, for tests that hold them against the standard's formulas. */
#include "kernels/kernels.h"

void reference_interp_hor_8to16(int width, const vr_pixel *src, ptrdiff_t src_stride, int16_t *dst,
                                ptrdiff_t dst_stride, int height, int frac);
void reference_interp_hor_8to16(int width, const vr_pixel *src, ptrdiff_t src_stride, int16_t *dst,
                                ptrdiff_t dst_stride, int height, int frac)
{
    vr_kernels_get(VR_SIMD_C)->interp_hor_8to16[VR_W(width)](src, src_stride, dst, dst_stride, height, frac);
}

void reference_interp_ver_16to8(int width, const int16_t *src, ptrdiff_t src_stride, vr_pixel *dst,
                                ptrdiff_t dst_stride, int height, int frac);
void reference_interp_ver_16to8(int width, const int16_t *src, ptrdiff_t src_stride, vr_pixel *dst,
                                ptrdiff_t dst_stride, int height, int frac)
{
    vr_kernels_get(VR_SIMD_C)->interp_ver_16to8[VR_W(width)](src, src_stride, dst, dst_stride, height, frac);
}

void reference_dct(int log2_size, const int16_t *residual, ptrdiff_t stride, int16_t *coeff);
void reference_dct(int log2_size, const int16_t *residual, ptrdiff_t stride, int16_t *coeff)
{
    vr_kernels_get(VR_SIMD_C)->dct[VR_L(log2_size)](residual, stride, coeff);
}

void reference_idct(int log2_size, const int16_t *coeff, int16_t *residual, ptrdiff_t stride);
void reference_idct(int log2_size, const int16_t *coeff, int16_t *residual, ptrdiff_t stride)
{
    vr_kernels_get(VR_SIMD_C)->idct[VR_L(log2_size)](coeff, residual, stride);
}

void reference_intra_pred(int log2_size, const vr_pixel *ref, vr_pixel *dst, ptrdiff_t stride, int mode,
                          int edge_filter);
void reference_intra_pred(int log2_size, const vr_pixel *ref, vr_pixel *dst, ptrdiff_t stride, int mode,
                          int edge_filter)
{
    vr_kernels_get(VR_SIMD_C)->intra_pred[VR_L(log2_size)](ref, dst, stride, mode, edge_filter);
}
