/* AVX2: sums of absolute Hadamard-transformed differences.
 *
 * The order of a Hadamard transform's levels, and of its outputs, does not matter to the sum of magnitudes. The
 * level of neighbouring pixels comes free with the widening: vpmaddubsw by (1, 1) and (1, -1). The last level is never
 * carried out: |a + b| + |a - b| = 2 * max(|a|, |b|). */
#include "kernels/kernels_avx2.h"

#ifdef VR_HAVE_AVX2

VR_ALWAYS_INLINE void butterfly(__m256i *a, __m256i *b)
{
    const __m256i sum = _mm256_add_epi16(*a, *b);
    *b = _mm256_sub_epi16(*a, *b);
    *a = sum;
}

/* The level between 32-bit halves of each 64 bits: positions i and i + 2 of the 16-bit lanes. */
VR_ALWAYS_INLINE void butterfly_dwords(__m256i *a, __m256i *b)
{
    const __m256 x = _mm256_castsi256_ps(*a), y = _mm256_castsi256_ps(*b);
    *a = _mm256_castps_si256(_mm256_shuffle_ps(x, y, 0x88));
    *b = _mm256_castps_si256(_mm256_shuffle_ps(x, y, 0xDD));
    butterfly(a, b);
}

/* The last level, between neighbouring 16-bit lanes: half the sum of magnitudes, in the even lanes. */
VR_ALWAYS_INLINE __m256i last_level(__m256i v)
{
    const __m256i magnitude = _mm256_abs_epi16(v);
    return _mm256_max_epi16(magnitude, _mm256_srli_epi32(magnitude, 16));
}

/* The even 16-bit lanes (unsigned), widened. */
VR_ALWAYS_INLINE __m256i even_words(__m256i v)
{
    return _mm256_and_si256(v, _mm256_set1_epi32(0xFFFF));
}

/* Eight pixels of each lane to four sums and four differences of neighbours. */
VR_ALWAYS_INLINE __m256i first_level(__m256i doubled)
{
    const __m256i signs = _mm256_set_epi64x((int64_t)0xFF01FF01FF01FF01, 0x0101010101010101,
                                            (int64_t)0xFF01FF01FF01FF01, 0x0101010101010101);
    return _mm256_maddubs_epi16(doubled, signs);
}

/* 16 pixels of a row, each eight doubled in its lane. */
VR_ALWAYS_INLINE __m256i row_16(const vr_pixel *p)
{
    const __m256i doubling = _mm256_set_epi64x(0x0F0E0D0C0B0A0908, 0x0F0E0D0C0B0A0908, 0x0706050403020100,
                                               0x0706050403020100);
    return first_level(_mm256_shuffle_epi8(_mm256_broadcastsi128_si256(load_16(p)), doubling));
}

/* Eight pixels of two rows, doubled. */
VR_ALWAYS_INLINE __m256i rows_8x2(const vr_pixel *p, const vr_pixel *q)
{
    return first_level(join(_mm_broadcastq_epi64(load_8(p)), _mm_broadcastq_epi64(load_8(q))));
}

/* Two 8x8 blocks side by side: the sums of magnitudes, halved, in 32-bit lanes. */
VR_ALWAYS_INLINE __m256i hadamard_16x8(const vr_pixel *a, ptrdiff_t a_stride, const vr_pixel *b, ptrdiff_t b_stride)
{
    __m256i row[8], sum;
    for (int i = 0; i < 8; i++)
        row[i] = _mm256_sub_epi16(row_16(a + i * a_stride), row_16(b + i * b_stride));
    for (int step = 1; step < 8; step *= 2)
        for (int i = 0; i < 8; i++)
            if (!(i & step))
                butterfly(&row[i], &row[i + step]);
    for (int i = 0; i < 8; i += 2)
        butterfly_dwords(&row[i], &row[i + 1]);
    sum = last_level(row[0]); /* each is at most 8160, so that eight fit 16 unsigned bits */
    for (int i = 1; i < 8; i++)
        sum = _mm256_add_epi16(sum, last_level(row[i]));
    return even_words(sum);
}

/* One 8x8 block: rows y and y + 4 in the two lanes, their level last. */
VR_ALWAYS_INLINE __m256i hadamard_8x8(const vr_pixel *a, ptrdiff_t a_stride, const vr_pixel *b, ptrdiff_t b_stride)
{
    __m256i row[4], sum = _mm256_setzero_si256();
    for (int i = 0; i < 4; i++)
        row[i] = _mm256_sub_epi16(rows_8x2(a + i * a_stride, a + (i + 4) * a_stride),
                                  rows_8x2(b + i * b_stride, b + (i + 4) * b_stride));
    butterfly(&row[0], &row[1]);
    butterfly(&row[2], &row[3]);
    butterfly(&row[0], &row[2]);
    butterfly(&row[1], &row[3]);
    butterfly_dwords(&row[0], &row[1]);
    butterfly_dwords(&row[2], &row[3]);
    for (int i = 0; i < 4; i += 2) {
        const __m256i x = _mm256_permute2x128_si256(row[i], row[i + 1], 0x20);
        const __m256i y = _mm256_permute2x128_si256(row[i], row[i + 1], 0x31);
        sum = _mm256_add_epi16(sum, last_level(_mm256_add_epi16(x, y)));
        sum = _mm256_add_epi16(sum, last_level(_mm256_sub_epi16(x, y)));
    }
    return even_words(sum);
}

/* 4x4 blocks: each lane of the four vectors holds one row of two blocks. */
VR_ALWAYS_INLINE __m256i hadamard_4x4(__m256i row0, __m256i row1, __m256i row2, __m256i row3)
{
    butterfly(&row0, &row1);
    butterfly(&row2, &row3);
    butterfly(&row0, &row2);
    butterfly(&row1, &row3);
    butterfly_dwords(&row0, &row1);
    butterfly_dwords(&row2, &row3);
    return even_words(_mm256_add_epi16(_mm256_add_epi16(last_level(row0), last_level(row1)),
                                       _mm256_add_epi16(last_level(row2), last_level(row3))));
}

VR_ALWAYS_INLINE __m256i difference_16(const vr_pixel *a, const vr_pixel *b)
{
    return _mm256_sub_epi16(_mm256_cvtepu8_epi16(load_16(a)), _mm256_cvtepu8_epi16(load_16(b)));
}

VR_ALWAYS_INLINE __m256i difference_8(const vr_pixel *a, const vr_pixel *b)
{
    return _mm256_zextsi128_si256(
        _mm_sub_epi16(_mm_cvtepu8_epi16(load_8(a)), _mm_cvtepu8_epi16(load_8(b))));
}

VR_ALWAYS_INLINE __m256i difference_4(const vr_pixel *a, const vr_pixel *b)
{
    return _mm256_zextsi128_si256(
        _mm_sub_epi16(_mm_cvtepu8_epi16(load_4(a)), _mm_cvtepu8_epi16(load_4(b))));
}

/* A row of 4x4 blocks, `width` wide. The first level is not free here: last_level and butterfly_dwords do it. */
VR_ALWAYS_INLINE __m256i hadamard_row_4(const vr_pixel *a, ptrdiff_t a_stride, const vr_pixel *b, ptrdiff_t b_stride,
                                        int width)
{
    __m256i sum = _mm256_setzero_si256();
    int x = 0;
#define BLOCKS(difference)                                                                                             \
    hadamard_4x4(difference(a + x, b + x), difference(a + x + a_stride, b + x + b_stride),                             \
                 difference(a + x + 2 * a_stride, b + x + 2 * b_stride),                                               \
                 difference(a + x + 3 * a_stride, b + x + 3 * b_stride))
    for (; x + 16 <= width; x += 16)
        sum = _mm256_add_epi32(sum, BLOCKS(difference_16));
    for (; x + 8 <= width; x += 8)
        sum = _mm256_add_epi32(sum, BLOCKS(difference_8));
    for (; x + 4 <= width; x += 4)
        sum = _mm256_add_epi32(sum, BLOCKS(difference_4));
#undef BLOCKS
    return sum;
}

VR_ALWAYS_INLINE int satd_block(const vr_pixel *a, ptrdiff_t a_stride, const vr_pixel *b, ptrdiff_t b_stride, int width,
                                int height)
{
    __m256i sum = _mm256_setzero_si256();
    if (width % 8 || height % 8) {
        for (int y = 0; y < height; y += 4)
            sum = _mm256_add_epi32(
                sum, hadamard_row_4(a + y * a_stride, a_stride, b + y * b_stride, b_stride, width));
        return (2 * sum_epi32(sum) + 1) >> 1;
    }
    for (int y = 0; y < height; y += 8) {
        const vr_pixel *p = a + y * a_stride, *q = b + y * b_stride;
        int x = 0;
        for (; x + 16 <= width; x += 16)
            sum = _mm256_add_epi32(sum, hadamard_16x8(p + x, a_stride, q + x, b_stride));
        for (; x + 8 <= width; x += 8)
            sum = _mm256_add_epi32(sum, hadamard_8x8(p + x, a_stride, q + x, b_stride));
    }
    return (2 * sum_epi32(sum) + 2) >> 2;
}

#define DEFINE_WIDTH(W)                                                                                                \
    static int satd_##W(const vr_pixel *a, ptrdiff_t a_stride, const vr_pixel *b, ptrdiff_t b_stride, int height)      \
    {                                                                                                                  \
        return satd_block(a, a_stride, b, b_stride, W, height);                                                        \
    }
VR_LUMA_WIDTHS(DEFINE_WIDTH)

void vr_avx2_init_satd(vr_kernels *k)
{
#define SET_WIDTH(W) k->satd[VR_W(W)] = satd_##W;
    VR_LUMA_WIDTHS(SET_WIDTH)
}

#endif
