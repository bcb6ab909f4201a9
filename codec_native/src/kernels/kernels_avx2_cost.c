/* AVX2: SAD, SSE and pixel statistics. */
#include "kernels/kernels_avx2.h"

#ifdef VR_HAVE_AVX2

/* ---- SAD -------------------------------------------------------------------------------------------------- */

/* Adds the differences of one row (two rows, where width < 16) to the 64-bit sums. */
VR_ALWAYS_INLINE __m128i sad_narrow(const vr_pixel *a, ptrdiff_t a_stride, const vr_pixel *b, ptrdiff_t b_stride,
                                    int width)
{
    if (width == 16)
        return _mm_add_epi64(_mm_sad_epu8(load_16(a), load_16(b)),
                             _mm_sad_epu8(load_16(a + a_stride), load_16(b + b_stride)));
    if (width == 8)
        return _mm_sad_epu8(load_8_8(a, a + a_stride), load_8_8(b, b + b_stride));
    return _mm_sad_epu8(load_4_4(a, a + a_stride), load_4_4(b, b + b_stride));
}

/* Widths of 16 and less, two rows a step. 12 and 6: whole parts. */
VR_ALWAYS_INLINE __m128i sad_two_rows(const vr_pixel *a, ptrdiff_t a_stride, const vr_pixel *b, ptrdiff_t b_stride,
                                      int width)
{
    if (width == 12)
        return _mm_add_epi64(sad_narrow(a, a_stride, b, b_stride, 8),
                             sad_narrow(a + 8, a_stride, b + 8, b_stride, 4));
    return sad_narrow(a, a_stride, b, b_stride, width);
}

/* One row of 24 and more. */
VR_ALWAYS_INLINE __m256i sad_row(const vr_pixel *a, const vr_pixel *b, int width)
{
    __m256i sum;
    if (width == 24)
        return _mm256_sad_epu8(join(load_16(a), load_8(a + 16)), join(load_16(b), load_8(b + 16)));
    sum = _mm256_sad_epu8(load_32(a), load_32(b));
    if (width == 48)
        sum = _mm256_add_epi64(
            sum, _mm256_zextsi128_si256(_mm_sad_epu8(load_16(a + 32), load_16(b + 32))));
    if (width == 64)
        sum = _mm256_add_epi64(sum, _mm256_sad_epu8(load_32(a + 32), load_32(b + 32)));
    return sum;
}

/* Against `count` references of one stride. */
VR_ALWAYS_INLINE void sad_many(const vr_pixel *src, ptrdiff_t src_stride, const vr_pixel *const *ref,
                               ptrdiff_t ref_stride, int width, int height, int count, int32_t *cost)
{
    if (width <= 16) {
        __m128i sum[4];
        for (int i = 0; i < count; i++)
            sum[i] = _mm_setzero_si128();
        for (int y = 0; y < height; y += 2)
            for (int i = 0; i < count; i++)
                sum[i] = _mm_add_epi64(
                    sum[i], sad_two_rows(src + y * src_stride, src_stride, ref[i] + y * ref_stride, ref_stride, width));
        for (int i = 0; i < count; i++)
            cost[i] = _mm_cvtsi128_si32(_mm_add_epi32(sum[i], _mm_unpackhi_epi64(sum[i], sum[i])));
    } else {
        __m256i sum[4];
        for (int i = 0; i < count; i++)
            sum[i] = _mm256_setzero_si256();
        for (int y = 0; y < height; y++)
            for (int i = 0; i < count; i++)
                sum[i] = _mm256_add_epi64(sum[i], sad_row(src + y * src_stride, ref[i] + y * ref_stride, width));
        for (int i = 0; i < count; i++)
            cost[i] = (int32_t)sum_epi64(sum[i]);
    }
}

/* ---- SSE -------------------------------------------------------------------------------------------------- */

/* a - b as 16-bit lanes by vpmaddubsw of interleaved pixels with (1, -1), squared and added in pairs. */
VR_ALWAYS_INLINE __m256i square_difference(__m256i interleaved)
{
    const __m256i difference = _mm256_maddubs_epi16(interleaved, _mm256_set1_epi16((int16_t)0xFF01));
    return _mm256_madd_epi16(difference, difference);
}

VR_ALWAYS_INLINE __m256i squares_32(__m256i a, __m256i b)
{
    return _mm256_add_epi32(square_difference(_mm256_unpacklo_epi8(a, b)),
                            square_difference(_mm256_unpackhi_epi8(a, b)));
}

VR_ALWAYS_INLINE __m256i squares_16(__m128i a, __m128i b)
{
    return square_difference(join(_mm_unpacklo_epi8(a, b), _mm_unpackhi_epi8(a, b)));
}

/* Two rows. */
VR_ALWAYS_INLINE __m256i sse_two_rows(const vr_pixel *a, ptrdiff_t a_stride, const vr_pixel *b, ptrdiff_t b_stride,
                                      int width)
{
    const vr_pixel *a1 = a + a_stride, *b1 = b + b_stride;
    __m256i sum = _mm256_setzero_si256();
    int x = 0;
    for (; x + 32 <= width; x += 32)
        sum = _mm256_add_epi32(sum, _mm256_add_epi32(squares_32(load_32(a + x), load_32(b + x)),
                                                     squares_32(load_32(a1 + x), load_32(b1 + x))));
    for (; x + 16 <= width; x += 16)
        sum = _mm256_add_epi32(sum, squares_32(load_16_16(a + x, a1 + x), load_16_16(b + x, b1 + x)));
    for (; x + 8 <= width; x += 8)
        sum = _mm256_add_epi32(sum, squares_16(load_8_8(a + x, a1 + x), load_8_8(b + x, b1 + x)));
    for (; x + 4 <= width; x += 4)
        sum = _mm256_add_epi32(sum, square_difference(_mm256_zextsi128_si256(_mm_unpacklo_epi8(
                                        load_4_4(a + x, a1 + x), load_4_4(b + x, b1 + x)))));
    return sum;
}

VR_ALWAYS_INLINE uint32_t sse_block(const vr_pixel *a, ptrdiff_t a_stride, const vr_pixel *b, ptrdiff_t b_stride,
                                    int width, int height)
{
    __m256i sum = _mm256_setzero_si256();
    for (int y = 0; y < height; y += 2)
        sum = _mm256_add_epi32(sum,
                               sse_two_rows(a + y * a_stride, a_stride, b + y * b_stride, b_stride, width));
    return (uint32_t)sum_epi32(sum);
}

/* Unsigned 32-bit lanes added up in 64 bits. */
VR_ALWAYS_INLINE __m256i widen_sum(__m256i v)
{
    const __m256i zero = _mm256_setzero_si256();
    return _mm256_add_epi64(_mm256_unpacklo_epi32(v, zero), _mm256_unpackhi_epi32(v, zero));
}

/* 32-bit sums of a row times its weight, added up in 64 bits. */
VR_ALWAYS_INLINE __m256i weigh(__m256i sum, __m256i weight)
{
    return _mm256_add_epi64(_mm256_mul_epu32(sum, weight), _mm256_mul_epu32(_mm256_srli_epi64(sum, 32), weight));
}

static uint64_t wsse(const vr_pixel *a, ptrdiff_t a_stride, const vr_pixel *b, ptrdiff_t b_stride, int width,
                     int height, const uint16_t *row_weight)
{
    __m256i total = _mm256_setzero_si256();
    uint64_t rest = 0;
    for (int y = 0; y < height; y++, a += a_stride, b += b_stride) {
        __m256i sum = _mm256_setzero_si256();
        int x = 0;
        for (; x + 32 <= width; x += 32)
            sum = _mm256_add_epi32(sum, squares_32(load_32(a + x), load_32(b + x)));
        if (x + 16 <= width) {
            sum = _mm256_add_epi32(sum, squares_16(load_16(a + x), load_16(b + x)));
            x += 16;
        }
        if (x + 8 <= width) {
            sum = _mm256_add_epi32(
                sum, square_difference(_mm256_zextsi128_si256(_mm_unpacklo_epi8(load_8(a + x), load_8(b + x)))));
            x += 8;
        }
        total = _mm256_add_epi64(total, weigh(sum, _mm256_set1_epi32(row_weight[y])));
        for (; x < width; x++)
            rest += (uint64_t)((a[x] - b[x]) * (a[x] - b[x])) * row_weight[y];
    }
    return sum_epi64(total) + rest;
}

/* vpmaddwd of two squared differences of -32768 is 2^31, right as an unsigned number. */
VR_ALWAYS_INLINE __m256i energy(__m256i a, __m256i b)
{
    const __m256i difference = _mm256_subs_epi16(a, b);
    return widen_sum(_mm256_madd_epi16(difference, difference));
}

VR_ALWAYS_INLINE uint64_t sse_16_block(const int16_t *a, ptrdiff_t a_stride, const int16_t *b, ptrdiff_t b_stride,
                                       int width, int height)
{
    __m256i sum = _mm256_setzero_si256();
    for (int y = 0; y < height; y += 2, a += 2 * a_stride, b += 2 * b_stride) {
        const int16_t *a1 = a + a_stride, *b1 = b + b_stride;
        int x = 0;
        for (; x + 16 <= width; x += 16)
            sum = _mm256_add_epi64(sum, _mm256_add_epi64(energy(load_32(a + x), load_32(b + x)),
                                                         energy(load_32(a1 + x), load_32(b1 + x))));
        for (; x + 8 <= width; x += 8)
            sum = _mm256_add_epi64(sum, energy(load_16_16(a + x, a1 + x), load_16_16(b + x, b1 + x)));
        for (; x + 4 <= width; x += 4)
            sum = _mm256_add_epi64(sum, energy(_mm256_zextsi128_si256(load_8_8(a + x, a1 + x)),
                                               _mm256_zextsi128_si256(load_8_8(b + x, b1 + x))));
    }
    return sum_epi64(sum);
}

/* ---- Statistics ------------------------------------------------------------------------------------------- */

/* Adds a vector's pixels to the 64-bit sums and their squares to the 32-bit ones. */
VR_ALWAYS_INLINE void add_pixels(__m256i pixels, __m256i *sum, __m256i *sqr)
{
    const __m256i zero = _mm256_setzero_si256();
    const __m256i low = _mm256_unpacklo_epi8(pixels, zero), high = _mm256_unpackhi_epi8(pixels, zero);
    *sum = _mm256_add_epi64(*sum, _mm256_sad_epu8(pixels, zero));
    *sqr = _mm256_add_epi32(*sqr, _mm256_add_epi32(_mm256_madd_epi16(low, low), _mm256_madd_epi16(high, high)));
}

VR_ALWAYS_INLINE void sum_sqr_block(const vr_pixel *src, ptrdiff_t stride, int width, int height, uint32_t *sum,
                                    uint32_t *sqr)
{
    __m256i s = _mm256_setzero_si256(), q = _mm256_setzero_si256();
    for (int y = 0; y < height; y += 2, src += 2 * stride) {
        const vr_pixel *next = src + stride;
        int x = 0;
        for (; x + 32 <= width; x += 32) {
            add_pixels(load_32(src + x), &s, &q);
            add_pixels(load_32(next + x), &s, &q);
        }
        for (; x + 16 <= width; x += 16)
            add_pixels(load_16_16(src + x, next + x), &s, &q);
        for (; x + 8 <= width; x += 8)
            add_pixels(_mm256_zextsi128_si256(load_8_8(src + x, next + x)), &s, &q);
        for (; x + 4 <= width; x += 4)
            add_pixels(_mm256_zextsi128_si256(load_4_4(src + x, next + x)), &s, &q);
    }
    *sum = (uint32_t)sum_epi64(s);
    *sqr = (uint32_t)sum_epi32(q);
}

/* ---- The table -------------------------------------------------------------------------------------------- */

#define DEFINE_WIDTH(W)                                                                                                \
    static int sad_##W(const vr_pixel *a, ptrdiff_t a_stride, const vr_pixel *b, ptrdiff_t b_stride, int height)       \
    {                                                                                                                  \
        int32_t cost;                                                                                                  \
        sad_many(a, a_stride, &b, b_stride, W, height, 1, &cost);                                                      \
        return cost;                                                                                                   \
    }                                                                                                                  \
    static void sad_x3_##W(const vr_pixel *src, ptrdiff_t src_stride, const vr_pixel *ref0, const vr_pixel *ref1,      \
                           const vr_pixel *ref2, ptrdiff_t ref_stride, int height, int32_t cost[3])                    \
    {                                                                                                                  \
        const vr_pixel *const ref[3] = {ref0, ref1, ref2};                                                             \
        sad_many(src, src_stride, ref, ref_stride, W, height, 3, cost);                                                \
    }                                                                                                                  \
    static void sad_x4_##W(const vr_pixel *src, ptrdiff_t src_stride, const vr_pixel *ref0, const vr_pixel *ref1,      \
                           const vr_pixel *ref2, const vr_pixel *ref3, ptrdiff_t ref_stride, int height,               \
                           int32_t cost[4])                                                                            \
    {                                                                                                                  \
        const vr_pixel *const ref[4] = {ref0, ref1, ref2, ref3};                                                       \
        sad_many(src, src_stride, ref, ref_stride, W, height, 4, cost);                                                \
    }                                                                                                                  \
    static uint32_t sse_##W(const vr_pixel *a, ptrdiff_t a_stride, const vr_pixel *b, ptrdiff_t b_stride, int height)  \
    {                                                                                                                  \
        return sse_block(a, a_stride, b, b_stride, W, height);                                                         \
    }                                                                                                                  \
    static uint64_t sse_16_##W(const int16_t *a, ptrdiff_t a_stride, const int16_t *b, ptrdiff_t b_stride, int height) \
    {                                                                                                                  \
        return sse_16_block(a, a_stride, b, b_stride, W, height);                                                      \
    }                                                                                                                  \
    static void sum_sqr_##W(const vr_pixel *src, ptrdiff_t stride, int height, uint32_t *sum, uint32_t *sqr)           \
    {                                                                                                                  \
        sum_sqr_block(src, stride, W, height, sum, sqr);                                                               \
    }
VR_LUMA_WIDTHS(DEFINE_WIDTH)

void vr_avx2_init_cost(vr_kernels *k)
{
#define SET_WIDTH(W)                                                                                                   \
    k->sad[VR_W(W)] = sad_##W;                                                                                         \
    k->sad_x3[VR_W(W)] = sad_x3_##W;                                                                                   \
    k->sad_x4[VR_W(W)] = sad_x4_##W;                                                                                   \
    k->sse[VR_W(W)] = sse_##W;                                                                                         \
    k->sse_16[VR_W(W)] = sse_16_##W;                                                                                   \
    k->sum_sqr[VR_W(W)] = sum_sqr_##W;
    VR_LUMA_WIDTHS(SET_WIDTH)
    k->wsse = wsse;
}

#endif
