/* AVX2: SAD, SSE and pixel statistics. */
#include "kernels/kernels_avx2.h"

#ifdef VR_HAVE_AVX2

/* ---- SAD -------------------------------------------------------------------------------------------------- */

/* Differences of two rows of 16 and less as 64-bit sums. 12: whole parts. */
VR_ALWAYS_INLINE __m128i sad_narrow(const vr_pixel *a, const vr_pixel *a_next, const vr_pixel *b,
                                    const vr_pixel *b_next, int width)
{
    if (width == 16)
        return _mm_add_epi64(_mm_sad_epu8(load_16(a), load_16(b)),
                             _mm_sad_epu8(load_16(a_next), load_16(b_next)));
    if (width == 8)
        return _mm_sad_epu8(load_8_8(a, a_next), load_8_8(b, b_next));
    if (width == 12)
        return _mm_add_epi64(_mm_sad_epu8(load_8_8(a, a_next), load_8_8(b, b_next)),
                             _mm_sad_epu8(load_4_4(a + 8, a_next + 8), load_4_4(b + 8, b_next + 8)));
    return _mm_sad_epu8(load_4_4(a, a_next), load_4_4(b, b_next));
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

VR_ALWAYS_INLINE int sad_narrow_block(const vr_pixel *a, ptrdiff_t a_stride, const vr_pixel *b, ptrdiff_t b_stride,
                                      int width, int height)
{
    __m128i sum = _mm_setzero_si128();
    for (int y = 0; y < height; y += 2, a += 2 * a_stride, b += 2 * b_stride)
        sum = _mm_add_epi64(sum, sad_narrow(a, a + a_stride, b, b + b_stride, width));
    return _mm_cvtsi128_si32(_mm_add_epi64(sum, _mm_unpackhi_epi64(sum, sum)));
}

/* Wide rows in two chains of sums. */
VR_ALWAYS_INLINE int sad_block(const vr_pixel *a, ptrdiff_t a_stride, const vr_pixel *b, ptrdiff_t b_stride, int width,
                               int height)
{
    __m256i even = _mm256_setzero_si256(), odd = even;
    if (width <= 16)
        return sad_narrow_block(a, a_stride, b, b_stride, width, height);
    for (int y = 0; y < height; y += 2, a += 2 * a_stride, b += 2 * b_stride) {
        even = _mm256_add_epi64(even, sad_row(a, b, width));
        odd = _mm256_add_epi64(odd, sad_row(a + a_stride, b + b_stride, width));
    }
    return (int)sum_epi64(_mm256_add_epi64(even, odd));
}

/* A row of 16 of four references: 0 and 2 in the lanes of the first sum, 1 and 3 in those of the second. */
VR_ALWAYS_INLINE void sad_row_16_x4(const vr_pixel *src, const vr_pixel *const ref[4], ptrdiff_t at, __m256i sum[4])
{
    const __m256i row = _mm256_broadcastsi128_si256(load_16(src));
    sum[0] = _mm256_add_epi64(sum[0], _mm256_sad_epu8(row, load_16_16(ref[0] + at, ref[2] + at)));
    sum[1] = _mm256_add_epi64(sum[1], _mm256_sad_epu8(row, load_16_16(ref[1] + at, ref[3] + at)));
}

/* 8 bytes in every 64-bit lane; from memory this takes no shuffle, unlike a load into an upper half. */
VR_ALWAYS_INLINE __m256i broadcast_8(const void *p)
{
    int64_t v;
    memcpy(&v, p, sizeof(v));
    return _mm256_set1_epi64x(v);
}

/* A row of 8 of all references side by side against the source's. */
VR_ALWAYS_INLINE __m256i sad_row_8(const vr_pixel *src, const vr_pixel *const ref[4], ptrdiff_t at, int count)
{
    const __m256i low = _mm256_blend_epi32(broadcast_8(ref[0] + at), broadcast_8(ref[1] + at), 0xCC);
    const __m256i third = broadcast_8(ref[2] + at);
    const __m256i high = count == 4 ? _mm256_blend_epi32(third, broadcast_8(ref[3] + at), 0xCC) : third;
    return _mm256_sad_epu8(broadcast_8(src), _mm256_blend_epi32(low, high, 0xF0));
}

/* 32-bit numbers out of 64-bit lanes. */
VR_ALWAYS_INLINE __m128i sad_costs_8(__m256i sum)
{
    return _mm_castps_si128(
        _mm_shuffle_ps(_mm_castsi128_ps(low_half(sum)), _mm_castsi128_ps(high_half(sum)), 0x88));
}

/* The sums of `sad_row_16_x4` as 32-bit numbers side by side. */
VR_ALWAYS_INLINE __m128i sad_costs_16_x4(__m256i first, __m256i second)
{
    const __m256i both = _mm256_or_si256(first, _mm256_slli_epi64(second, 32));
    const __m256i sum = _mm256_add_epi32(both, _mm256_shuffle_epi32(both, 0x4E));
    return _mm_unpacklo_epi64(low_half(sum), high_half(sum));
}

/* The two 64-bit sums of each vector added up, as 32-bit numbers side by side. */
VR_ALWAYS_INLINE __m128i sad_costs(__m128i s0, __m128i s1, __m128i s2, __m128i s3)
{
    const __m128i first = _mm_or_si128(s0, _mm_slli_epi64(s1, 32)), second = _mm_or_si128(s2, _mm_slli_epi64(s3, 32));
    return _mm_add_epi32(_mm_unpacklo_epi64(first, second), _mm_unpackhi_epi64(first, second));
}

VR_ALWAYS_INLINE __m128i fold(__m256i v)
{
    return _mm_add_epi64(low_half(v), high_half(v));
}

/* A number whose making the compiler does not see. Left to itself it makes a pointer of each reference and row, which
 * do not fit in the registers; so one offset serves all references. */
VR_ALWAYS_INLINE ptrdiff_t opaque(ptrdiff_t number)
{
    __asm__("" : "+r"(number));
    return number;
}

/* Two rows a step against three or four references of one stride. */
VR_ALWAYS_INLINE void sad_many(const vr_pixel *src, ptrdiff_t src_stride, const vr_pixel *r0, const vr_pixel *r1,
                               const vr_pixel *r2, const vr_pixel *r3, ptrdiff_t stride, int width, int height,
                               int count, int32_t *cost)
{
    const int in_lanes = width == 16 && count == 4;
    const vr_pixel *const ref[4] = {r0, r1, r2, r3};
    const ptrdiff_t src_two = opaque(2 * src_stride), two = opaque(2 * stride);
    ptrdiff_t at = 0, next = stride;
    __m256i wide[4];
    __m128i narrow[4], costs;
    for (int i = 0; i < 4; i++) {
        wide[i] = _mm256_setzero_si256();
        narrow[i] = _mm_setzero_si128();
    }
    do {
        if (width == 8) {
            wide[0] = _mm256_add_epi64(wide[0], sad_row_8(src, ref, at, count));
            wide[1] = _mm256_add_epi64(wide[1], sad_row_8(src + src_stride, ref, next, count));
        } else if (in_lanes) {
            sad_row_16_x4(src, ref, at, wide);
            sad_row_16_x4(src + src_stride, ref, next, wide);
        } else {
            for (int i = 0; i < count; i++)
                if (width > 16)
                    wide[i] = _mm256_add_epi64(
                        wide[i], _mm256_add_epi64(sad_row(src, ref[i] + at, width),
                                                  sad_row(src + src_stride, ref[i] + next, width)));
                else
                    narrow[i] = _mm_add_epi64(
                        narrow[i], sad_narrow(src, src + src_stride, ref[i] + at, ref[i] + next, width));
        }
        src += src_two;
        at = opaque(at + two);
        next = opaque(next + two);
        height -= 2;
    } while (height > 0);
    if (width == 8)
        costs = sad_costs_8(_mm256_add_epi64(wide[0], wide[1]));
    else if (in_lanes)
        costs = sad_costs_16_x4(wide[0], wide[1]);
    else if (width > 16)
        costs = sad_costs(fold(wide[0]), fold(wide[1]), fold(wide[2]), fold(wide[3]));
    else
        costs = sad_costs(narrow[0], narrow[1], narrow[2], narrow[3]);
    if (count == 4) {
        store_16(cost, costs);
    } else {
        store_8(cost, costs);
        store_4(cost + 2, _mm_srli_si128(costs, 8));
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

/* Functions of their own, so that what is hardly ever called costs the others no registers. */
#define DEFINE_SSE_ANY(W)                                                                                              \
    static __attribute__((noinline)) uint32_t sse_any_##W(const vr_pixel *a, ptrdiff_t a_stride, const vr_pixel *b,    \
                                                          ptrdiff_t b_stride, int height)                              \
    {                                                                                                                  \
        return sse_block(a, a_stride, b, b_stride, W, height);                                                         \
    }
DEFINE_SSE_ANY(32)
DEFINE_SSE_ANY(64)

/* Magnitudes of differences below 128 are squared by vpmaddubsw, unsigned by signed, without widening them first. */
VR_ALWAYS_INLINE __m256i add_near_squares(__m256i sum, __m256i a, __m256i b, __m256i *seen)
{
    const __m256i magnitude = _mm256_or_si256(_mm256_subs_epu8(a, b), _mm256_subs_epu8(b, a));
    *seen = _mm256_or_si256(*seen, magnitude);
    return _mm256_add_epi32(sum, _mm256_madd_epi16(_mm256_maddubs_epi16(magnitude, magnitude), _mm256_set1_epi16(1)));
}

VR_ALWAYS_INLINE __m256i add_near_row(__m256i sum, const vr_pixel *a, const vr_pixel *b, int width, __m256i *seen)
{
    sum = add_near_squares(sum, load_32(a), load_32(b), seen);
    return width == 64 ? add_near_squares(sum, load_32(a + 32), load_32(b + 32), seen) : sum;
}

/* Widths of 32 and 64. A block with a larger difference, which prediction hardly ever leaves, is done again. */
VR_ALWAYS_INLINE uint32_t sse_near(const vr_pixel *a, ptrdiff_t a_stride, const vr_pixel *b, ptrdiff_t b_stride,
                                   int width, int height)
{
    __m256i even = _mm256_setzero_si256(), odd = even, seen = even;
    const vr_pixel *p = a, *q = b;
    for (int y = 0; y < height; y += 2, p += 2 * a_stride, q += 2 * b_stride) {
        even = add_near_row(even, p, q, width, &seen);
        odd = add_near_row(odd, p + a_stride, q + b_stride, width, &seen);
    }
    if (_mm256_movemask_epi8(seen))
        return width == 32 ? sse_any_32(a, a_stride, b, b_stride, height)
                           : sse_any_64(a, a_stride, b, b_stride, height);
    return (uint32_t)sum_epi32(_mm256_add_epi32(even, odd));
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
        return sad_block(a, a_stride, b, b_stride, W, height);                                                         \
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
        return W == 32 || W == 64 ? sse_near(a, a_stride, b, b_stride, W, height)                                      \
                                  : sse_block(a, a_stride, b, b_stride, W, height);                                    \
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
