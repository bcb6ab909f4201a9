/* AVX2: SAD, SSE and pixel statistics. */
#include "kernels/kernels_avx2.h"

#ifdef VR_HAVE_AVX2

/* ---- SAD -------------------------------------------------------------------------------------------------- */

/* Differences of two rows of 16 and less as 64-bit sums. 12: whole parts. */
VR_ALWAYS_INLINE __m128i sad_narrow(const vr_pixel *a, ptrdiff_t a_stride, const vr_pixel *b, ptrdiff_t b_stride,
                                    int width)
{
    if (width == 16)
        return _mm_add_epi64(_mm_sad_epu8(load_16(a), load_16(b)),
                             _mm_sad_epu8(load_16(a + a_stride), load_16(b + b_stride)));
    if (width == 8)
        return _mm_sad_epu8(load_8_8(a, a + a_stride), load_8_8(b, b + b_stride));
    if (width == 12)
        return _mm_add_epi64(_mm_sad_epu8(load_8_8(a, a + a_stride), load_8_8(b, b + b_stride)),
                             _mm_sad_epu8(load_4_4(a + 8, a + 8 + a_stride), load_4_4(b + 8, b + 8 + b_stride)));
    return _mm_sad_epu8(load_4_4(a, a + a_stride), load_4_4(b, b + b_stride));
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

/* The two 64-bit sums of each vector added, as 32-bit numbers side by side. */
VR_ALWAYS_INLINE __m128i reduce_2(__m128i s0, __m128i s1)
{
    return _mm_add_epi64(_mm_unpacklo_epi64(s0, s1), _mm_unpackhi_epi64(s0, s1));
}

VR_ALWAYS_INLINE void store_costs(const __m128i *sum, int count, int32_t *cost)
{
    const __m128i first = reduce_2(sum[0], count > 1 ? sum[1] : sum[0]);
    const __m128i second = count > 2 ? reduce_2(sum[2], count > 3 ? sum[3] : sum[2]) : first;
    const __m128i costs = _mm_castps_si128(_mm_shuffle_ps(_mm_castsi128_ps(first), _mm_castsi128_ps(second), 0x88));
    if (count == 4) {
        store_16(cost, costs);
    } else if (count == 3) {
        store_8(cost, costs);
        store_4(cost + 2, _mm_srli_si128(costs, 8));
    } else {
        store_4(cost, costs);
    }
}

/* Two rows a step against `count` references of one stride; wide rows of a single one in two chains of sums. */
VR_ALWAYS_INLINE void sad_many(const vr_pixel *src, ptrdiff_t src_stride, const vr_pixel *r0, const vr_pixel *r1,
                               const vr_pixel *r2, const vr_pixel *r3, ptrdiff_t ref_stride, int width, int height,
                               int count, int32_t *cost)
{
    const vr_pixel *ref[4] = {r0, r1, r2, r3};
    __m256i wide[4], odd = _mm256_setzero_si256();
    __m128i sum[4];
    for (int i = 0; i < count; i++) {
        sum[i] = _mm_setzero_si128();
        wide[i] = odd;
    }
    for (int y = 0; y < height; y += 2, src += 2 * src_stride)
        for (int i = 0; i < count; i++) {
            if (width <= 16) {
                sum[i] = _mm_add_epi64(sum[i], sad_narrow(src, src_stride, ref[i], ref_stride, width));
            } else if (count == 1) {
                wide[0] = _mm256_add_epi64(wide[0], sad_row(src, ref[0], width));
                odd = _mm256_add_epi64(odd, sad_row(src + src_stride, ref[0] + ref_stride, width));
            } else {
                wide[i] = _mm256_add_epi64(wide[i],
                                           _mm256_add_epi64(sad_row(src, ref[i], width),
                                                            sad_row(src + src_stride, ref[i] + ref_stride, width)));
            }
            ref[i] += 2 * ref_stride;
        }
    if (width > 16)
        for (int i = 0; i < count; i++) {
            wide[i] = _mm256_add_epi64(wide[i], odd); /* zero unless there is one reference only */
            sum[i] = _mm_add_epi64(low_half(wide[i]), high_half(wide[i]));
        }
    store_costs(sum, count, cost);
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
        sad_many(a, a_stride, b, b, b, b, b_stride, W, height, 1, &cost);                                                      \
        return cost;                                                                                                   \
    }                                                                                                                  \
    static void sad_x3_##W(const vr_pixel *src, ptrdiff_t src_stride, const vr_pixel *ref0, const vr_pixel *ref1,      \
                           const vr_pixel *ref2, ptrdiff_t ref_stride, int height, int32_t cost[3])                    \
    {                                                                                                                  \
        sad_many(src, src_stride, ref0, ref1, ref2, ref2, ref_stride, W, height, 3, cost);                             \
    }                                                                                                                  \
    static void sad_x4_##W(const vr_pixel *src, ptrdiff_t src_stride, const vr_pixel *ref0, const vr_pixel *ref1,      \
                           const vr_pixel *ref2, const vr_pixel *ref3, ptrdiff_t ref_stride, int height,               \
                           int32_t cost[4])                                                                            \
    {                                                                                                                  \
        sad_many(src, src_stride, ref0, ref1, ref2, ref3, ref_stride, W, height, 4, cost);                             \
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
