/* AVX-512: sample adaptive offset (8.7.3). Masks take rows of any width, 64 samples at a time; rows that half a register
 * holds go to the narrower edge kernels. */
#include "kernels/kernels_avx512.h"

#ifdef VR_HAVE_AVX512

static void (*narrower_stats)(const vr_pixel *org, ptrdiff_t org_stride, const vr_pixel *rec, ptrdiff_t rec_stride,
                              int width, int height, int eo_class, int32_t sum[5], int32_t count[5]);
static void (*narrower_edge)(const vr_pixel *src, ptrdiff_t src_stride, vr_pixel *dst, ptrdiff_t dst_stride, int width,
                             int height, int eo_class, const int8_t offset[5]);

VR_ALWAYS_INLINE ptrdiff_t neighbour_after(int eo_class, ptrdiff_t stride)
{
    return eo_class == 0 ? 1 : eo_class == 1 ? stride : eo_class == 2 ? stride + 1 : stride - 1;
}

/* 2 + sign + sign: 0 valley .. 4 peak, before the standard's renumbering. */
VR_ALWAYS_INLINE __m512i shape(const vr_pixel *p, ptrdiff_t after, __mmask64 here, __m512i sample)
{
    const __m512i a = _mm512_maskz_loadu_epi8(here, p - after), b = _mm512_maskz_loadu_epi8(here, p + after);
    const __m512i one = _mm512_set1_epi8(1);
    __m512i kind = _mm512_set1_epi8(2);
    kind = _mm512_mask_add_epi8(kind, _mm512_cmpgt_epu8_mask(sample, a), kind, one);
    kind = _mm512_mask_sub_epi8(kind, _mm512_cmplt_epu8_mask(sample, a), kind, one);
    kind = _mm512_mask_add_epi8(kind, _mm512_cmpgt_epu8_mask(sample, b), kind, one);
    return _mm512_mask_sub_epi8(kind, _mm512_cmplt_epu8_mask(sample, b), kind, one);
}

/* Signed byte offsets added with clipping to 0..255. */
VR_ALWAYS_INLINE __m512i add_offsets(__m512i pixels, __m512i offsets)
{
    const __m512i flip = _mm512_set1_epi8((char)0x80);
    return _mm512_xor_si512(_mm512_adds_epi8(_mm512_xor_si512(pixels, flip), offsets), flip);
}

static void sao_edge(const vr_pixel *src, ptrdiff_t src_stride, vr_pixel *dst, ptrdiff_t dst_stride, int width,
                     int height, int eo_class, const int8_t offset[5])
{
    if (width <= 32) {
        narrower_edge(src, src_stride, dst, dst_stride, width, height, eo_class, offset);
    } else {
        const ptrdiff_t after = neighbour_after(eo_class, src_stride);
        const __mmask64 here = first_bytes(width);
        /* by shape: valley 1, corner 2, none 0, corner 3, peak 4 */
        const int8_t by_shape[16] = {offset[1], offset[2], offset[0], offset[3], offset[4]};
        const __m512i table = _mm512_broadcast_i32x4(_mm_loadu_si128((const __m128i *)by_shape));
        for (int y = 0; y < height; y++, src += src_stride, dst += dst_stride) {
            const __m512i sample = _mm512_maskz_loadu_epi8(here, src);
            const __m512i offsets = _mm512_shuffle_epi8(table, shape(src, after, here, sample));
            _mm512_mask_storeu_epi8(dst, here, add_offsets(sample, offsets));
        }
    }
}

static void sao_band(const vr_pixel *src, ptrdiff_t src_stride, vr_pixel *dst, ptrdiff_t dst_stride, int width,
                     int height, const int8_t offset[32])
{
    const __m512i table = _mm512_zextsi256_si512(load_32(offset));
    const __mmask64 here = first_bytes(width);
    for (int y = 0; y < height; y++, src += src_stride, dst += dst_stride) {
        const __m512i sample = _mm512_maskz_loadu_epi8(here, src);
        const __m512i band = _mm512_and_si512(_mm512_srli_epi16(sample, 3), _mm512_set1_epi8(31));
        _mm512_mask_storeu_epi8(dst, here, add_offsets(sample, _mm512_permutexvar_epi8(band, table)));
    }
}

/* Numbers of samples in byte lanes: no more than the 64 rows of a block. */
VR_ALWAYS_INLINE int32_t sum_bytes(__m512i v)
{
    return (int32_t)sum_epi64(_mm512_sad_epu8(v, _mm512_setzero_si512()));
}

/* With the lower and the higher one of two neighbours, a comparison each tells the categories. What is in none of 1 to 4
 * is the rest of the block. */
static void sao_stats_edge(const vr_pixel *org, ptrdiff_t org_stride, const vr_pixel *rec, ptrdiff_t rec_stride,
                           int width, int height, int eo_class, int32_t sum[5], int32_t count[5])
{
    const ptrdiff_t after = neighbour_after(eo_class, rec_stride);
    const __mmask64 here = first_bytes(width);
    const __m512i one = _mm512_set1_epi8(1), flip = _mm512_set1_epi8((char)0x80);
    __m512i sums[5], counts[5];
    if (width <= 32) {
        narrower_stats(org, org_stride, rec, rec_stride, width, height, eo_class, sum, count);
        return;
    }
    for (int i = 0; i < 5; i++)
        sums[i] = counts[i] = _mm512_setzero_si512();
    for (int y = 0; y < height; y++, org += org_stride, rec += rec_stride) {
        const __m512i original = _mm512_maskz_loadu_epi8(here, org), sample = _mm512_maskz_loadu_epi8(here, rec);
        const __m512i a = _mm512_maskz_loadu_epi8(here, rec - after), b = _mm512_maskz_loadu_epi8(here, rec + after);
        const __m512i lower = _mm512_min_epu8(a, b), higher = _mm512_max_epu8(a, b);
        const __mmask64 slope = _mm512_cmplt_epu8_mask(lower, higher);
        const __mmask64 member[5] = {0, _mm512_cmplt_epu8_mask(sample, lower),
                                     _mm512_mask_cmpeq_epi8_mask(slope, sample, lower),
                                     _mm512_mask_cmpeq_epi8_mask(slope, sample, higher),
                                     _mm512_cmpgt_epu8_mask(sample, higher)};
        const __m512i difference =
            _mm512_subs_epi8(_mm512_xor_si512(original, flip), _mm512_xor_si512(sample, flip));
        sums[0] = _mm512_dpbusd_epi32(sums[0], one, difference);
        for (int i = 1; i < 5; i++) {
            sums[i] = _mm512_dpbusd_epi32(sums[i], one, _mm512_maskz_mov_epi8(member[i], difference));
            counts[i] = _mm512_mask_add_epi8(counts[i], member[i], counts[i], one);
        }
    }
    sum[0] += sum_epi32(sums[0]);
    count[0] += width * height;
    for (int i = 1; i < 5; i++) {
        const int32_t total = sum_epi32(sums[i]), number = sum_bytes(counts[i]);
        sum[i] += total;
        count[i] += number;
        sum[0] -= total;
        count[0] -= number;
    }
}

void vr_avx512_init_sao(vr_kernels *k)
{
    narrower_stats = k->sao_stats_edge;
    narrower_edge = k->sao_edge;
    k->sao_edge = sao_edge;
    k->sao_band = sao_band;
    k->sao_stats_edge = sao_stats_edge;
}

#endif
