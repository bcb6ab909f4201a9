/* AVX2: weighted sample prediction (8.5.3.3.4) and the full-sample copy to 16 bits. */
#include "kernels/kernels_avx2.h"

#ifdef VR_HAVE_AVX2

/* Rows are walked in steps of the widest load that fits; widths that are no power of two overlap. */

VR_ALWAYS_INLINE void copy_8to16(const vr_pixel *src, ptrdiff_t src_stride, int16_t *dst, ptrdiff_t dst_stride,
                                 int width, int height)
{
    for (int y = 0; y < height; y++, src += src_stride, dst += dst_stride) {
        if (width >= 16)
            for (int x = 0; x < width; x += 16) {
                const int at = x + 16 > width ? width - 16 : x;
                store_32(dst + at, _mm256_slli_epi16(_mm256_cvtepu8_epi16(load_16(src + at)), 6));
            }
        else if (width >= 8)
            for (int x = 0; x < width; x += 8) {
                const int at = x + 8 > width ? width - 8 : x;
                store_16(dst + at, _mm_slli_epi16(_mm_cvtepu8_epi16(load_8(src + at)), 6));
            }
        else
            for (int x = 0; x < width; x += 4) {
                const int at = x + 4 > width ? width - 4 : x;
                store_8(dst + at, _mm_slli_epi16(_mm_cvtepu8_epi16(load_4(src + at)), 6));
            }
    }
}

/* Saturating the sum of two predictions to 16 bits before the rounding shift changes no result: both ends clip. */
VR_ALWAYS_INLINE __m256i average(__m256i a, __m256i b)
{
    return _mm256_mulhrs_epi16(_mm256_adds_epi16(a, b), _mm256_set1_epi16(256));
}

VR_ALWAYS_INLINE __m256i round_one(__m256i a)
{
    return _mm256_mulhrs_epi16(a, _mm256_set1_epi16(512));
}

VR_ALWAYS_INLINE __m128i average_8(__m128i a, __m128i b)
{
    return _mm_mulhrs_epi16(_mm_adds_epi16(a, b), _mm_set1_epi16(256));
}

VR_ALWAYS_INLINE __m128i round_one_8(__m128i a)
{
    return _mm_mulhrs_epi16(a, _mm_set1_epi16(512));
}

/* 8-bit result of src0 (and src1, if `two`), two rows a step. */
VR_ALWAYS_INLINE void predict(const int16_t *src0, ptrdiff_t stride0, const int16_t *src1, ptrdiff_t stride1,
                              vr_pixel *dst, ptrdiff_t dst_stride, int width, int height, int two)
{
#define WIDE(x, y) (two ? average(load_32(x), load_32(y)) : round_one(load_32(x)))
#define NARROW(x, y) (two ? average_8(load_16(x), load_16(y)) : round_one_8(load_16(x)))
    for (int y = 0; y < height; y += 2, src0 += 2 * stride0, src1 += 2 * stride1, dst += 2 * dst_stride) {
        const int step = width >= 16 ? 16 : width >= 8 ? 8 : 4;
        for (int x = 0; x < width; x += step) {
            const int at = x + step > width ? width - step : x;
            const int16_t *a = src0 + at, *b = src1 + at, *a1 = a + stride0, *b1 = b + stride1;
            vr_pixel *out = dst + at, *out1 = out + dst_stride;
            if (step == 16) {
                const __m256i rows = _mm256_packus_epi16(WIDE(a, b), WIDE(a1, b1));
                store_16_16(out, out1, _mm256_permute4x64_epi64(rows, 0xD8));
            } else if (step == 8) {
                const __m128i rows = _mm_packus_epi16(NARROW(a, b), NARROW(a1, b1));
                store_8(out, rows);
                store_8_high(out1, rows);
            } else {
                const __m128i first = load_8_8(a, a1), second = load_8_8(b, b1);
                const __m128i sum = two ? average_8(first, second) : round_one_8(first);
                const __m128i rows = _mm_packus_epi16(sum, sum);
                store_4(out, rows);
                store_4(out1, _mm_srli_si128(rows, 4));
            }
        }
    }
#undef WIDE
#undef NARROW
}

/* One row of explicit weighting: 16 bits times weight pairs by vpmaddwd on interleaved (a, b). The weights fit 16 bits;
 * `offset` is added after the shift (one list only). */
VR_ALWAYS_INLINE __m128i weight_8(__m128i a, __m128i b, __m256i weights, __m256i round, __m128i shift, __m256i offset)
{
    const __m256i pairs = join(_mm_unpacklo_epi16(a, b), _mm_unpackhi_epi16(a, b));
    __m256i sum = _mm256_add_epi32(_mm256_madd_epi16(pairs, weights), round);
    sum = _mm256_add_epi32(_mm256_sra_epi32(sum, shift), offset);
    sum = _mm256_permute4x64_epi64(_mm256_packs_epi32(sum, sum), 0x08);
    return _mm_packus_epi16(low_half(sum), low_half(sum));
}

static void weight_rows(const int16_t *src0, ptrdiff_t stride0, const int16_t *src1, ptrdiff_t stride1, vr_pixel *dst,
                        ptrdiff_t dst_stride, int width, int height, int weight0, int weight1, int round, int shift,
                        int offset)
{
    const __m256i weights = _mm256_set1_epi32((int)((uint16_t)weight0 | (uint32_t)(uint16_t)weight1 << 16));
    const __m256i rounds = _mm256_set1_epi32(round), offsets = _mm256_set1_epi32(offset);
    const __m128i shifts = _mm_cvtsi32_si128(shift);
    for (int y = 0; y < height; y++, src0 += stride0, src1 += stride1, dst += dst_stride) {
        int x = 0;
        for (; x + 8 <= width; x += 8)
            store_8(dst + x, weight_8(load_16(src0 + x), load_16(src1 + x), weights, rounds, shifts, offsets));
        for (; x + 4 <= width; x += 4)
            store_4(dst + x, weight_8(load_8(src0 + x), load_8(src1 + x), weights, rounds, shifts, offsets));
        for (; x < width; x++)
            dst[x] = vr_clip_pixel(((src0[x] * weight0 + src1[x] * weight1 + round) >> shift) + offset);
    }
}

static void unipred_weight(const int16_t *src, ptrdiff_t src_stride, vr_pixel *dst, ptrdiff_t dst_stride, int width,
                           int height, int weight, int offset, int log2wd)
{
    weight_rows(src, src_stride, src, src_stride, dst, dst_stride, width, height, weight, 0, 1 << (log2wd - 1), log2wd,
                offset);
}

static void bipred_weight(const int16_t *src0, ptrdiff_t stride0, const int16_t *src1, ptrdiff_t stride1, vr_pixel *dst,
                          ptrdiff_t dst_stride, int width, int height, int weight0, int weight1, int offset0,
                          int offset1, int log2wd)
{
    weight_rows(src0, stride0, src1, stride1, dst, dst_stride, width, height, weight0, weight1,
                (offset0 + offset1 + 1) * (1 << log2wd), log2wd + 1, 0);
}

#define DEFINE_WIDTH(W)                                                                                                \
    static void copy_8to16_##W(const vr_pixel *src, ptrdiff_t src_stride, int16_t *dst, ptrdiff_t dst_stride,          \
                               int height)                                                                             \
    {                                                                                                                  \
        copy_8to16(src, src_stride, dst, dst_stride, W, height);                                                       \
    }                                                                                                                  \
    static void unipred_round_##W(const int16_t *src, ptrdiff_t src_stride, vr_pixel *dst, ptrdiff_t dst_stride,       \
                                  int height)                                                                          \
    {                                                                                                                  \
        predict(src, src_stride, src, src_stride, dst, dst_stride, W, height, 0);                                      \
    }                                                                                                                  \
    static void bipred_avg_##W(const int16_t *src0, ptrdiff_t stride0, const int16_t *src1, ptrdiff_t stride1,         \
                               vr_pixel *dst, ptrdiff_t dst_stride, int height)                                        \
    {                                                                                                                  \
        predict(src0, stride0, src1, stride1, dst, dst_stride, W, height, 1);                                          \
    }
VR_LUMA_WIDTHS(DEFINE_WIDTH)
DEFINE_WIDTH(6)

void vr_avx2_init_predict(vr_kernels *k)
{
#define SET_WIDTH(W)                                                                                                   \
    k->copy_8to16[VR_W(W)] = copy_8to16_##W;                                                                           \
    k->unipred_round[VR_W(W)] = unipred_round_##W;                                                                     \
    k->bipred_avg[VR_W(W)] = bipred_avg_##W;
    VR_LUMA_WIDTHS(SET_WIDTH)
    SET_WIDTH(6)
    k->unipred_weight = unipred_weight;
    k->bipred_weight = bipred_weight;
}

#endif
