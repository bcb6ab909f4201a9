/* What the kernel files share among themselves; not for callers of the table. */
#ifndef VR_KERNELS_INTERNAL_H
#define VR_KERNELS_INTERNAL_H

#include "kernels/kernels.h"

#define VR_ALWAYS_INLINE static inline __attribute__((always_inline))

/* Expands X(width) for every width of the table, and for those of luma. */
#define VR_LUMA_WIDTHS(X) X(4) X(8) X(12) X(16) X(24) X(32) X(48) X(64)
#define VR_ALL_WIDTHS(X) X(2) X(6) VR_LUMA_WIDTHS(X)

/* The C files are built twice: as vr_c_*, and without auto-vectorisation as vr_novec_* for the bench. */
#ifndef VR_C_NAME
#define VR_C_NAME(name) vr_c_##name
#endif

/* Each fills its part of a table; the SIMD ones overwrite what C has put there. */
void vr_c_init(vr_kernels *k);
void vr_novec_init(vr_kernels *k);
void vr_avx2_init(vr_kernels *k);
void vr_avx512_init(vr_kernels *k);

extern const int8_t vr_luma_filter[4][8];   /* Table 8-11 */
extern const int8_t vr_chroma_filter[8][4]; /* Table 8-12 */
extern const int8_t vr_dct_matrix[32][32];  /* transMatrix, 8.6.4.2; size N: every (32 / N)th row */
extern const int8_t vr_dst_matrix[4][4];
extern const int8_t vr_intra_angle[35];         /* Table 8-5; 0 for planar and DC */
extern const int16_t vr_intra_inverse_angle[35]; /* Table 8-6; 0 where the angle is not negative */

VR_ALWAYS_INLINE vr_pixel vr_clip_pixel(int v)
{
    return (vr_pixel)(v < 0 ? 0 : v > 255 ? 255 : v);
}

VR_ALWAYS_INLINE int16_t vr_clip_16(int v)
{
    return (int16_t)(v < -32768 ? -32768 : v > 32767 ? 32767 : v);
}

VR_ALWAYS_INLINE int vr_clip3(int low, int high, int v)
{
    return v < low ? low : v > high ? high : v;
}

#endif
