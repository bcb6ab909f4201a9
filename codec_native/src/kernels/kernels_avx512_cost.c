/* AVX-512: SAD of rows of 64, SSE from 32, the sphere's weighted SSE. */
#include "kernels/kernels_avx512.h"

#ifdef VR_HAVE_AVX512

/* ---- SAD -------------------------------------------------------------------------------------------------- */

/* Rows of 64 only: shorter ones would have to be put together two by two, which costs what the wider sum saves. */
static int sad_64(const vr_pixel *a, ptrdiff_t a_stride, const vr_pixel *b, ptrdiff_t b_stride, int height)
{
    /* Two rows a step, so that two sums grow side by side. */
    __m512i even = _mm512_setzero_si512(), odd = even;
    for (int y = 0; y < height; y += 2, a += 2 * a_stride, b += 2 * b_stride) {
        even = _mm512_add_epi64(even, _mm512_sad_epu8(load_64(a), load_64(b)));
        odd = _mm512_add_epi64(odd, _mm512_sad_epu8(load_64(a + a_stride), load_64(b + b_stride)));
    }
    return (int)sum_epi64(_mm512_add_epi64(even, odd));
}

/* Sums of 64-bit lanes that 32 bits hold, of four vectors side by side. */
VR_ALWAYS_INLINE __m128i reduce_4(const __m512i sum[4])
{
    const __m512i first = _mm512_or_si512(sum[0], _mm512_slli_epi64(sum[1], 32));
    const __m512i second = _mm512_or_si512(sum[2], _mm512_slli_epi64(sum[3], 32));
    const __m256i low = _mm256_add_epi32(low_half(first), high_half(first));
    const __m256i high = _mm256_add_epi32(low_half(second), high_half(second));
    const __m256i both = _mm256_add_epi32(_mm256_unpacklo_epi64(low, high), _mm256_unpackhi_epi64(low, high));
    return _mm_add_epi32(_mm256_castsi256_si128(both), _mm256_extracti128_si256(both, 1));
}

/* Two rows a step against `count` references of one stride. */
VR_ALWAYS_INLINE __m128i sad_64_many(const vr_pixel *src, ptrdiff_t src_stride, const vr_pixel *r0, const vr_pixel *r1,
                                     const vr_pixel *r2, const vr_pixel *r3, ptrdiff_t ref_stride, int height, int count)
{
    const vr_pixel *ref[4] = {r0, r1, r2, r3};
    __m512i sum[4];
    for (int i = 0; i < 4; i++)
        sum[i] = _mm512_setzero_si512();
    for (int y = 0; y < height; y += 2, src += 2 * src_stride) {
        const __m512i row = load_64(src), next = load_64(src + src_stride);
        for (int i = 0; i < count; i++, ref[i - 1] += 2 * ref_stride) {
            sum[i] = _mm512_add_epi64(sum[i], _mm512_sad_epu8(row, load_64(ref[i])));
            sum[i] = _mm512_add_epi64(sum[i], _mm512_sad_epu8(next, load_64(ref[i] + ref_stride)));
        }
    }
    return reduce_4(sum);
}

static void sad_x3_64(const vr_pixel *src, ptrdiff_t src_stride, const vr_pixel *ref0, const vr_pixel *ref1,
                      const vr_pixel *ref2, ptrdiff_t ref_stride, int height, int32_t cost[3])
{
    const __m128i costs = sad_64_many(src, src_stride, ref0, ref1, ref2, ref2, ref_stride, height, 3);
    _mm_storel_epi64((__m128i *)cost, costs);
    cost[2] = _mm_extract_epi32(costs, 2);
}

static void sad_x4_64(const vr_pixel *src, ptrdiff_t src_stride, const vr_pixel *ref0, const vr_pixel *ref1,
                      const vr_pixel *ref2, const vr_pixel *ref3, ptrdiff_t ref_stride, int height, int32_t cost[4])
{
    _mm_storeu_si128((__m128i *)cost, sad_64_many(src, src_stride, ref0, ref1, ref2, ref3, ref_stride, height, 4));
}

/* ---- SSE -------------------------------------------------------------------------------------------------- */

/* VNNI's vpdpbusd multiplies unsigned by signed bytes: magnitudes of differences by themselves, as long as they are
 * below 128. Blocks with larger ones, which prediction hardly ever leaves, are done again by the narrower kernel. */
static uint32_t (*narrower_sse[VR_WIDTH_ENTRIES])(const vr_pixel *a, ptrdiff_t a_stride, const vr_pixel *b,
                                                  ptrdiff_t b_stride, int height);

VR_ALWAYS_INLINE __m512i add_squares(__m512i sum, __m512i a, __m512i b, __m512i *seen)
{
    const __m512i magnitude = _mm512_or_si512(_mm512_subs_epu8(a, b), _mm512_subs_epu8(b, a));
    *seen = _mm512_or_si512(*seen, magnitude);
    return _mm512_dpbusd_epi32(sum, magnitude, magnitude);
}

static uint32_t sse_64(const vr_pixel *a, ptrdiff_t a_stride, const vr_pixel *b, ptrdiff_t b_stride, int height)
{
    const vr_pixel *p = a, *q = b;
    __m512i even = _mm512_setzero_si512(), odd = even, seen = even;
    for (int y = 0; y < height; y += 2, p += 2 * a_stride, q += 2 * b_stride) {
        even = add_squares(even, load_64(p), load_64(q), &seen);
        odd = add_squares(odd, load_64(p + a_stride), load_64(q + b_stride), &seen);
    }
    if (_mm512_movepi8_mask(seen))
        return narrower_sse[VR_W(64)](a, a_stride, b, b_stride, height);
    return (uint32_t)sum_epi32(_mm512_add_epi32(even, odd));
}

/* Two rows in a register. */
VR_ALWAYS_INLINE __m512i add_two_rows(__m512i sum, const vr_pixel *a, ptrdiff_t a_stride, const vr_pixel *b,
                                      ptrdiff_t b_stride, __m512i *seen)
{
    return add_squares(sum, load_32_32(a, a + a_stride), load_32_32(b, b + b_stride), seen);
}

static uint32_t sse_32(const vr_pixel *a, ptrdiff_t a_stride, const vr_pixel *b, ptrdiff_t b_stride, int height)
{
    const ptrdiff_t a_pair = 2 * a_stride, b_pair = 2 * b_stride;
    const vr_pixel *p = a, *q = b;
    __m512i even = _mm512_setzero_si512(), odd = even, seen = even;
    if (height & 2) {
        even = add_two_rows(even, p, a_stride, q, b_stride, &seen);
        p += a_pair;
        q += b_pair;
    }
    for (int y = height & 2; y < height; y += 4, p += 2 * a_pair, q += 2 * b_pair) {
        even = add_two_rows(even, p, a_stride, q, b_stride, &seen);
        odd = add_two_rows(odd, p + a_pair, a_stride, q + b_pair, b_stride, &seen);
    }
    if (_mm512_movepi8_mask(seen))
        return narrower_sse[VR_W(32)](a, a_stride, b, b_stride, height);
    return (uint32_t)sum_epi32(_mm512_add_epi32(even, odd));
}

/* Rows that do not fill a register go to the narrower kernel. */
static uint64_t (*narrower_wsse)(const vr_pixel *a, ptrdiff_t a_stride, const vr_pixel *b, ptrdiff_t b_stride, int width,
                                 int height, const uint16_t *row_weight);

/* a - b as 16-bit lanes by vpmaddubsw of interleaved pixels with (1, -1); VNNI squares and adds. */
VR_ALWAYS_INLINE __m512i add_any_squares(__m512i sum, __m512i interleaved)
{
    const __m512i difference = _mm512_maddubs_epi16(interleaved, _mm512_set1_epi16((int16_t)0xFF01));
    return _mm512_dpwssd_epi32(sum, difference, difference);
}

static uint64_t wsse(const vr_pixel *a, ptrdiff_t a_stride, const vr_pixel *b, ptrdiff_t b_stride, int width,
                     int height, const uint16_t *row_weight)
{
    const int whole = width & ~63;
    __m512i total = _mm512_setzero_si512();
    uint64_t rest = 0;
    if (whole < width)
        rest = narrower_wsse(a + whole, a_stride, b + whole, b_stride, width - whole, height, row_weight);
    if (!whole)
        return rest;
    for (int y = 0; y < height; y++, a += a_stride, b += b_stride) {
        const __m512i weight = _mm512_set1_epi32(row_weight[y]);
        __m512i low = _mm512_setzero_si512(), high = low;
        for (int x = 0; x < whole; x += 64) {
            const __m512i p = load_64(a + x), q = load_64(b + x);
            low = add_any_squares(low, _mm512_unpacklo_epi8(p, q));
            high = add_any_squares(high, _mm512_unpackhi_epi8(p, q));
        }
        low = _mm512_add_epi32(low, high);
        total = _mm512_add_epi64(total, _mm512_add_epi64(_mm512_mul_epu32(low, weight),
                                                         _mm512_mul_epu32(_mm512_srli_epi64(low, 32), weight)));
    }
    return sum_epi64(total) + rest;
}

/* ---- Energy of 16-bit differences --------------------------------------------------------------------------- */

/* vpmaddwd of two squared differences of -32768 is 2^31, right as an unsigned number. */
VR_ALWAYS_INLINE __m512i energy(__m512i a, __m512i b)
{
    const __m512i difference = _mm512_subs_epi16(a, b), zero = _mm512_setzero_si512();
    const __m512i squares = _mm512_madd_epi16(difference, difference);
    return _mm512_add_epi64(_mm512_unpacklo_epi32(squares, zero), _mm512_unpackhi_epi32(squares, zero));
}

VR_ALWAYS_INLINE uint64_t sse_16_block(const int16_t *a, ptrdiff_t a_stride, const int16_t *b, ptrdiff_t b_stride,
                                       int width, int height)
{
    __m512i sum = _mm512_setzero_si512();
    for (int y = 0; y < height; y += 2, a += 2 * a_stride, b += 2 * b_stride) {
        const int16_t *a1 = a + a_stride, *b1 = b + b_stride;
        int x = 0;
        for (; x + 32 <= width; x += 32)
            sum = _mm512_add_epi64(sum, _mm512_add_epi64(energy(load_64(a + x), load_64(b + x)),
                                                         energy(load_64(a1 + x), load_64(b1 + x))));
        if (x < width)
            sum = _mm512_add_epi64(sum, energy(load_32_32(a + x, a1 + x), load_32_32(b + x, b1 + x)));
    }
    return sum_epi64(sum);
}

#define DEFINE_SSE_16(W)                                                                                               \
    static uint64_t sse_16_##W(const int16_t *a, ptrdiff_t a_stride, const int16_t *b, ptrdiff_t b_stride, int height) \
    {                                                                                                                  \
        return sse_16_block(a, a_stride, b, b_stride, W, height);                                                      \
    }
DEFINE_SSE_16(32)
DEFINE_SSE_16(48)
DEFINE_SSE_16(64)

void vr_avx512_init_cost(vr_kernels *k)
{
    memcpy(narrower_sse, k->sse, sizeof(narrower_sse));
    narrower_wsse = k->wsse;
    k->sad[VR_W(64)] = sad_64;
    k->sad_x3[VR_W(64)] = sad_x3_64;
    k->sad_x4[VR_W(64)] = sad_x4_64;
    k->sse[VR_W(32)] = sse_32;
    k->sse[VR_W(64)] = sse_64;
    k->sse_16[VR_W(32)] = sse_16_32;
    k->sse_16[VR_W(48)] = sse_16_48;
    k->sse_16[VR_W(64)] = sse_16_64;
    k->wsse = wsse;
}

#endif
