/* AVX-512: SAD for width 64, SSE from 16, the sphere's weighted SSE. */
#include "kernels/kernels_avx512.h"

#ifdef VR_HAVE_AVX512

/* ---- SAD -------------------------------------------------------------------------------------------------- */

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

/* Two rows of 64, or of 32 in one register, a step against `count` references of one stride. */
VR_ALWAYS_INLINE void sad_many(const vr_pixel *src, ptrdiff_t src_stride, const vr_pixel *r0, const vr_pixel *r1,
                               const vr_pixel *r2, const vr_pixel *r3, ptrdiff_t ref_stride, int width, int height,
                               int count, int32_t *cost)
{
    const vr_pixel *ref[4] = {r0, r1, r2, r3};
    __m512i sum[4];
    for (int i = 0; i < count; i++)
        sum[i] = _mm512_setzero_si512();
    for (int y = 0; y < height; y += 2, src += 2 * src_stride)
        for (int i = 0; i < count; i++) {
            const vr_pixel *next = ref[i] + ref_stride;
            const __m512i difference =
                width == 32 ? _mm512_sad_epu8(load_32_32(src, src + src_stride), load_32_32(ref[i], next))
                            : _mm512_add_epi64(_mm512_sad_epu8(load_64(src), load_64(ref[i])),
                                               _mm512_sad_epu8(load_64(src + src_stride), load_64(next)));
            sum[i] = _mm512_add_epi64(sum[i], difference);
            ref[i] = next + ref_stride;
        }
    for (int i = 0; i < count; i++)
        cost[i] = (int32_t)sum_epi64(sum[i]);
}

#define DEFINE_SAD_MANY(W)                                                                                             \
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

/* Low and high halves of the lanes go to sums of their own: vpdpwssd waits for the sum it adds to. */
VR_ALWAYS_INLINE void add_squares_64(__m512i sum[2], __m512i a, __m512i b)
{
    sum[0] = add_squares(sum[0], _mm512_unpacklo_epi8(a, b));
    sum[1] = add_squares(sum[1], _mm512_unpackhi_epi8(a, b));
}

VR_ALWAYS_INLINE __m512i add_squares_32(__m512i sum, __m256i a, __m256i b)
{
    const __m512i difference = _mm512_sub_epi16(_mm512_cvtepu8_epi16(a), _mm512_cvtepu8_epi16(b));
    return _mm512_dpwssd_epi32(sum, difference, difference);
}

/* Two rows; every vpdpwssd of them has a sum of its own. */
VR_ALWAYS_INLINE void add_two_rows(__m512i sum[4], const vr_pixel *a, ptrdiff_t a_stride, const vr_pixel *b,
                                   ptrdiff_t b_stride, int width)
{
    const vr_pixel *a1 = a + a_stride, *b1 = b + b_stride;
    if (width == 64) {
        add_squares_64(sum, load_64(a), load_64(b));
        add_squares_64(sum + 2, load_64(a1), load_64(b1));
    }
    if (width == 32 || width == 48) {
        sum[0] = add_squares_32(sum[0], load_32(a), load_32(b));
        sum[1] = add_squares_32(sum[1], load_32(a1), load_32(b1));
    }
    if (width == 16 || width == 48)
        sum[2] = add_squares_32(sum[2], join_16(a + width - 16, a1 + width - 16),
                                join_16(b + width - 16, b1 + width - 16));
}

/* Two pairs of rows a step, each into sums of its own. */
VR_ALWAYS_INLINE uint32_t sse_block(const vr_pixel *a, ptrdiff_t a_stride, const vr_pixel *b, ptrdiff_t b_stride,
                                    int width, int height)
{
    __m512i sum[4], other[4];
    int y = 0;
    for (int i = 0; i < 4; i++)
        sum[i] = other[i] = _mm512_setzero_si512();
    for (; y + 4 <= height; y += 4, a += 4 * a_stride, b += 4 * b_stride) {
        add_two_rows(sum, a, a_stride, b, b_stride, width);
        add_two_rows(other, a + 2 * a_stride, a_stride, b + 2 * b_stride, b_stride, width);
    }
    if (y < height)
        add_two_rows(sum, a, a_stride, b, b_stride, width);
    for (int i = 0; i < 4; i++)
        sum[i] = _mm512_add_epi32(sum[i], other[i]);
    return (uint32_t)sum_epi32(
        _mm512_add_epi32(_mm512_add_epi32(sum[0], sum[1]), _mm512_add_epi32(sum[2], sum[3])));
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
        __m512i part[2] = {_mm512_setzero_si512(), _mm512_setzero_si512()}, sum;
        int x = 0;
        for (; x + 64 <= width; x += 64)
            add_squares_64(part, load_64(a + x), load_64(b + x));
        if (x < width) {
            const __mmask64 rest = first_bytes(width - x);
            add_squares_64(part, _mm512_maskz_loadu_epi8(rest, a + x), _mm512_maskz_loadu_epi8(rest, b + x));
        }
        sum = _mm512_add_epi32(part[0], part[1]);
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
