/* AVX-512: vertical angular intra prediction of 32x32 blocks, 8.4.4.2.6; two rows at a time. Everything else of intra
 * prediction works on rows too short to fill the wider registers, or waits for the transposition, and stays AVX2. */
#include "kernels/kernels_avx512.h"

#ifdef VR_HAVE_AVX512

enum { SIZE = 32 };

static void (*narrower)(const vr_pixel *ref, vr_pixel *dst, ptrdiff_t dst_stride, int mode, int edge_filter);

/* ((32 - f) * ref[i] + f * ref[i + 1] + 16) >> 5 for 32 outputs from 33 samples, as 16-bit values. */
VR_ALWAYS_INLINE __m512i blend_row(const vr_pixel *ref, int position)
{
    /* (0 1)(1 2) ... (31 32) */
    static const int8_t pairs[64] = {0,  1,  1,  2,  2,  3,  3,  4,  4,  5,  5,  6,  6,  7,  7,  8,
                                     8,  9,  9,  10, 10, 11, 11, 12, 12, 13, 13, 14, 14, 15, 15, 16,
                                     16, 17, 17, 18, 18, 19, 19, 20, 20, 21, 21, 22, 22, 23, 23, 24,
                                     24, 25, 25, 26, 26, 27, 27, 28, 28, 29, 29, 30, 30, 31, 31, 32};
    const int fraction = position & 31;
    const __m512i weights = _mm512_set1_epi16((int16_t)((32 - fraction) | fraction << 8));
    /* A whole number of samples needs 32 of them only: the 33rd might not be there. */
    const __mmask64 needed = first_bytes(SIZE + (fraction != 0));
    const __m512i samples = _mm512_maskz_loadu_epi8(needed, ref + (position >> 5) + 1);
    const __m512i sum = _mm512_maddubs_epi16(_mm512_permutexvar_epi8(load_64(pairs), samples), weights);
    return _mm512_mulhrs_epi16(sum, _mm512_set1_epi16(1024)); /* (sum + 16) >> 5 */
}

static void angular_rows(const vr_pixel *ref, vr_pixel *dst, ptrdiff_t stride, int angle)
{
    for (int row = 0; row < SIZE; row += 2, dst += 2 * stride)
        store_32_32(dst, dst + stride,
                    order_packed(_mm512_packus_epi16(blend_row(ref, (row + 1) * angle),
                                                     blend_row(ref, (row + 2) * angle))));
}

static void intra_pred_32(const vr_pixel *neighbours, vr_pixel *dst, ptrdiff_t stride, int mode, int edge_filter)
{
    const int angle = vr_intra_angle[mode], inverse = vr_intra_inverse_angle[mode];
    const vr_pixel *corner = neighbours + 2 * SIZE;
    vr_pixel line[SIZE + SIZE + 1];
    vr_pixel *ref = line + SIZE;
    if (mode < 18 || angle == 0) {
        narrower(neighbours, dst, stride, mode, edge_filter);
        return;
    }
    if (angle > 0) {
        angular_rows(corner, dst, stride, angle);
        return;
    }
    memcpy(ref, corner, SIZE + 1);
    for (int i = -1; i >= (SIZE * angle) >> 5; i--)
        ref[i] = corner[-((i * inverse + 128) >> 8)];
    angular_rows(ref, dst, stride, angle);
}

void vr_avx512_init_intra(vr_kernels *k)
{
    narrower = k->intra_pred[VR_L(5)];
    k->intra_pred[VR_L(5)] = intra_pred_32;
}

#endif
