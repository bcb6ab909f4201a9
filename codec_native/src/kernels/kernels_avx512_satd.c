/* AVX-512: sums of absolute Hadamard-transformed differences, four 8x8 blocks at a time. The scheme is that of
 * kernels_avx2_satd.c. */
#include "kernels/kernels_avx512.h"

#ifdef VR_HAVE_AVX512

VR_ALWAYS_INLINE void butterfly(__m512i *a, __m512i *b)
{
    const __m512i sum = _mm512_add_epi16(*a, *b);
    *b = _mm512_sub_epi16(*a, *b);
    *a = sum;
}

/* The level between 32-bit halves of each 64 bits: positions i and i + 2 of the 16-bit lanes. */
VR_ALWAYS_INLINE void butterfly_dwords(__m512i *a, __m512i *b)
{
    const __m512 x = _mm512_castsi512_ps(*a), y = _mm512_castsi512_ps(*b);
    *a = _mm512_castps_si512(_mm512_shuffle_ps(x, y, 0x88));
    *b = _mm512_castps_si512(_mm512_shuffle_ps(x, y, 0xDD));
    butterfly(a, b);
}

/* The last level, between neighbouring 16-bit lanes: half the sum of magnitudes, in the even lanes. */
VR_ALWAYS_INLINE __m512i last_level(__m512i v)
{
    const __m512i magnitude = _mm512_abs_epi16(v);
    return _mm512_max_epi16(magnitude, _mm512_srli_epi32(magnitude, 16));
}

/* Eight pixels of each block, doubled in its lane, to four sums and four differences of neighbours. */
VR_ALWAYS_INLINE __m512i first_level(__m256i pixels)
{
    const __m512i doubled =
        _mm512_permutexvar_epi64(_mm512_setr_epi64(0, 0, 1, 1, 2, 2, 3, 3), _mm512_castsi256_si512(pixels));
    const int64_t sums = 0x0101010101010101, differences = (int64_t)0xFF01FF01FF01FF01;
    return _mm512_maddubs_epi16(
        doubled, _mm512_setr_epi64(sums, differences, sums, differences, sums, differences, sums, differences));
}

/* Eight rows of four blocks: sums of magnitudes, halved, in 32-bit lanes. */
VR_ALWAYS_INLINE __m512i hadamard(__m512i row[8])
{
    __m512i sum;
    for (int step = 1; step < 8; step *= 2)
        for (int i = 0; i < 8; i++)
            if (!(i & step))
                butterfly(&row[i], &row[i + step]);
    for (int i = 0; i < 8; i += 2)
        butterfly_dwords(&row[i], &row[i + 1]);
    sum = last_level(row[0]); /* each is at most 8160, so that eight fit 16 unsigned bits */
    for (int i = 1; i < 8; i++)
        sum = _mm512_add_epi16(sum, last_level(row[i]));
    return _mm512_and_si512(sum, _mm512_set1_epi32(0xFFFF));
}

/* Blocks side by side. */
VR_ALWAYS_INLINE __m512i hadamard_32x8(const vr_pixel *a, ptrdiff_t a_stride, const vr_pixel *b, ptrdiff_t b_stride)
{
    __m512i row[8];
    for (int i = 0; i < 8; i++)
        row[i] = _mm512_sub_epi16(first_level(load_32(a + i * a_stride)), first_level(load_32(b + i * b_stride)));
    return hadamard(row);
}

/* Heights that leave a row of 4x4 blocks go to the narrower kernel. */
static int (*narrower[VR_WIDTH_ENTRIES])(const vr_pixel *a, ptrdiff_t a_stride, const vr_pixel *b, ptrdiff_t b_stride,
                                         int height);

VR_ALWAYS_INLINE int satd_block(const vr_pixel *a, ptrdiff_t a_stride, const vr_pixel *b, ptrdiff_t b_stride, int width,
                                int height)
{
    __m512i sum = _mm512_setzero_si512();
    if (height % 8)
        return narrower[VR_W(width)](a, a_stride, b, b_stride, height);
    for (int y = 0; y < height; y += 8)
        for (int x = 0; x < width; x += 32)
            sum = _mm512_add_epi32(sum, hadamard_32x8(a + y * a_stride + x, a_stride, b + y * b_stride + x, b_stride));
    return (2 * sum_epi32(sum) + 2) >> 2;
}

#define DEFINE_WIDTH(W)                                                                                                \
    static int satd_##W(const vr_pixel *a, ptrdiff_t a_stride, const vr_pixel *b, ptrdiff_t b_stride, int height)      \
    {                                                                                                                  \
        return satd_block(a, a_stride, b, b_stride, W, height);                                                        \
    }
DEFINE_WIDTH(32)
DEFINE_WIDTH(64)

void vr_avx512_init_satd(vr_kernels *k)
{
    memcpy(narrower, k->satd, sizeof(narrower));
    k->satd[VR_W(32)] = satd_32;
    k->satd[VR_W(64)] = satd_64;
}

#endif
