/* AVX-512: SAD for width 64, SSE from 16, the sphere's weighted SSE. */
#include "kernels/kernels_avx512.h"

#ifdef VR_HAVE_AVX512

/* ---- SAD -------------------------------------------------------------------------------------------------- */

/* Rows of 64 against `count` references of one stride. */
VR_ALWAYS_INLINE void sad_64_many(const vr_pixel *src, ptrdiff_t src_stride, const vr_pixel *const *ref,
                                  ptrdiff_t ref_stride, int height, int count, int32_t *cost)
{
    __m512i sum[4];
    for (int i = 0; i < count; i++)
        sum[i] = _mm512_setzero_si512();
    for (int y = 0; y < height; y++) {
        const __m512i row = load_64(src + y * src_stride);
        for (int i = 0; i < count; i++)
            sum[i] = _mm512_add_epi64(sum[i], _mm512_sad_epu8(row, load_64(ref[i] + y * ref_stride)));
    }
    for (int i = 0; i < count; i++)
        cost[i] = (int32_t)sum_epi64(sum[i]);
}

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

/* Two rows of 32 in one register. */
VR_ALWAYS_INLINE void sad_32_many(const vr_pixel *src, ptrdiff_t src_stride, const vr_pixel *const *ref,
                                  ptrdiff_t ref_stride, int height, int count, int32_t *cost)
{
    __m512i sum[4];
    for (int i = 0; i < count; i++)
        sum[i] = _mm512_setzero_si512();
    for (int y = 0; y < height; y += 2) {
        const vr_pixel *a = src + y * src_stride;
        const __m512i rows = load_32_32(a, a + src_stride);
        for (int i = 0; i < count; i++) {
            const vr_pixel *b = ref[i] + y * ref_stride;
            sum[i] = _mm512_add_epi64(sum[i], _mm512_sad_epu8(rows, load_32_32(b, b + ref_stride)));
        }
    }
    for (int i = 0; i < count; i++)
        cost[i] = (int32_t)sum_epi64(sum[i]);
}

#define DEFINE_SAD_MANY(W)                                                                                             \
    static void sad_x3_##W(const vr_pixel *src, ptrdiff_t src_stride, const vr_pixel *ref0, const vr_pixel *ref1,      \
                           const vr_pixel *ref2, ptrdiff_t ref_stride, int height, int32_t cost[3])                    \
    {                                                                                                                  \
        const vr_pixel *const ref[3] = {ref0, ref1, ref2};                                                             \
        sad_##W##_many(src, src_stride, ref, ref_stride, height, 3, cost);                                             \
    }                                                                                                                  \
    static void sad_x4_##W(const vr_pixel *src, ptrdiff_t src_stride, const vr_pixel *ref0, const vr_pixel *ref1,      \
                           const vr_pixel *ref2, const vr_pixel *ref3, ptrdiff_t ref_stride, int height,               \
                           int32_t cost[4])                                                                            \
    {                                                                                                                  \
        const vr_pixel *const ref[4] = {ref0, ref1, ref2, ref3};                                                       \
        sad_##W##_many(src, src_stride, ref, ref_stride, height, 4, cost);                                             \
    }
DEFINE_SAD_MANY(32)
DEFINE_SAD_MANY(64)

/* ---- SSE -------------------------------------------------------------------------------------------------- */

/* a - b as 16-bit lanes by vpmaddubsw of interleaved pixels with (1, -1); VNNI squares and adds. */
VR_ALWAYS_INLINE __m512i add_squares(__m512i sum, __m512i interleaved)
{
    const __m512i difference = _mm512_maddubs_epi16(interleaved, _mm512_set1_epi16((int16_t)0xFF01));
    return _mm512_dpwssd_epi32(sum, difference, difference);
}

VR_ALWAYS_INLINE __m512i add_squares_64(__m512i sum, __m512i a, __m512i b)
{
    return add_squares(add_squares(sum, _mm512_unpacklo_epi8(a, b)), _mm512_unpackhi_epi8(a, b));
}

VR_ALWAYS_INLINE __m512i add_squares_32(__m512i sum, __m256i a, __m256i b)
{
    const __m512i difference = _mm512_sub_epi16(_mm512_cvtepu8_epi16(a), _mm512_cvtepu8_epi16(b));
    return _mm512_dpwssd_epi32(sum, difference, difference);
}

/* Rows of 64, 32 or two of 16 at a time, the two rows of a step into sums of their own. */
VR_ALWAYS_INLINE uint32_t sse_block(const vr_pixel *a, ptrdiff_t a_stride, const vr_pixel *b, ptrdiff_t b_stride,
                                    int width, int height)
{
    __m512i even = _mm512_setzero_si512(), odd = even;
    for (int y = 0; y < height; y += 2, a += 2 * a_stride, b += 2 * b_stride) {
        const vr_pixel *a1 = a + a_stride, *b1 = b + b_stride;
        if (width == 64) {
            even = add_squares_64(even, load_64(a), load_64(b));
            odd = add_squares_64(odd, load_64(a1), load_64(b1));
        }
        if (width == 32 || width == 48) {
            even = add_squares_32(even, load_32(a), load_32(b));
            odd = add_squares_32(odd, load_32(a1), load_32(b1));
        }
        if (width == 16 || width == 48)
            even = add_squares_32(even, join_16(a + width - 16, a1 + width - 16), join_16(b + width - 16, b1 + width - 16));
    }
    return (uint32_t)sum_epi32(_mm512_add_epi32(even, odd));
}

#define DEFINE_SSE(W)                                                                                                  \
    static uint32_t sse_##W(const vr_pixel *a, ptrdiff_t a_stride, const vr_pixel *b, ptrdiff_t b_stride, int height)  \
    {                                                                                                                  \
        return sse_block(a, a_stride, b, b_stride, W, height);                                                         \
    }
DEFINE_SSE(16)
DEFINE_SSE(32)
DEFINE_SSE(48)
DEFINE_SSE(64)

static uint64_t wsse(const vr_pixel *a, ptrdiff_t a_stride, const vr_pixel *b, ptrdiff_t b_stride, int width,
                     int height, const uint16_t *row_weight)
{
    __m512i total = _mm512_setzero_si512();
    for (int y = 0; y < height; y++, a += a_stride, b += b_stride) {
        const __m512i weight = _mm512_set1_epi32(row_weight[y]);
        __m512i sum = _mm512_setzero_si512();
        int x = 0;
        for (; x + 64 <= width; x += 64)
            sum = add_squares_64(sum, load_64(a + x), load_64(b + x));
        if (x < width) {
            const __mmask64 rest = first_bytes(width - x);
            sum = add_squares_64(sum, _mm512_maskz_loadu_epi8(rest, a + x), _mm512_maskz_loadu_epi8(rest, b + x));
        }
        total = _mm512_add_epi64(total, _mm512_add_epi64(_mm512_mul_epu32(sum, weight),
                                                         _mm512_mul_epu32(_mm512_srli_epi64(sum, 32), weight)));
    }
    return sum_epi64(total);
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
    k->sad[VR_W(64)] = sad_64;
#define SET_MANY(W)                                                                                                    \
    k->sad_x3[VR_W(W)] = sad_x3_##W;                                                                                   \
    k->sad_x4[VR_W(W)] = sad_x4_##W;
    SET_MANY(32)
    SET_MANY(64)
    k->sse[VR_W(16)] = sse_16;
    k->sse[VR_W(32)] = sse_32;
    k->sse[VR_W(48)] = sse_48;
    k->sse[VR_W(64)] = sse_64;
    k->sse_16[VR_W(32)] = sse_16_32;
    k->sse_16[VR_W(48)] = sse_16_48;
    k->sse_16[VR_W(64)] = sse_16_64;
    k->wsse = wsse;
}

#endif
