/* AVX2: sample adaptive offset (8.7.3): edge statistics, and both kinds applied. */
#include "kernels/kernels_avx2.h"

#ifdef VR_HAVE_AVX2

VR_ALWAYS_INLINE ptrdiff_t neighbour_after(int eo_class, ptrdiff_t stride)
{
    return eo_class == 0 ? 1 : eo_class == 1 ? stride : eo_class == 2 ? stride + 1 : stride - 1;
}

/* sign(a - b) as bytes: unsigned saturating differences say which one is larger. */
VR_ALWAYS_INLINE __m256i sign_of_difference(__m256i a, __m256i b)
{
    const __m256i flip = _mm256_set1_epi8((char)0x80);
    const __m256i x = _mm256_xor_si256(a, flip), y = _mm256_xor_si256(b, flip);
    return _mm256_sub_epi8(_mm256_cmpgt_epi8(y, x), _mm256_cmpgt_epi8(x, y));
}

/* 2 + sign + sign of 32 samples: 0 valley .. 4 peak, before the standard's renumbering. */
VR_ALWAYS_INLINE __m256i shape(__m256i sample, __m256i before, __m256i after)
{
    return _mm256_add_epi8(_mm256_set1_epi8(2), _mm256_add_epi8(sign_of_difference(sample, before),
                                                                sign_of_difference(sample, after)));
}

/* The end of a row, 1 to 31 samples, without touching what lies beyond. */
static __attribute__((noinline)) __m256i load_end(const vr_pixel *p, int count)
{
    uint8_t bytes[32] = {0};
    memcpy(bytes, p, (size_t)count);
    return load_32(bytes);
}

static __attribute__((noinline)) void store_end(vr_pixel *p, __m256i v, int count)
{
    uint8_t bytes[32];
    store_32(bytes, v);
    memcpy(p, bytes, (size_t)count);
}

VR_ALWAYS_INLINE __m256i load_part(const vr_pixel *p, int count)
{
    if (count >= 32)
        return load_32(p);
    return count == 16 ? _mm256_zextsi128_si256(load_16(p)) : load_end(p, count);
}

VR_ALWAYS_INLINE void store_part(vr_pixel *p, __m256i v, int count)
{
    if (count >= 32)
        store_32(p, v);
    else if (count == 16)
        store_16(p, low_half(v));
    else
        store_end(p, v, count);
}

/* The first `count` bytes set. */
VR_ALWAYS_INLINE __m256i mask_of(int count)
{
    const __m256i index = _mm256_setr_epi8(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21,
                                           22, 23, 24, 25, 26, 27, 28, 29, 30, 31);
    return _mm256_cmpgt_epi8(_mm256_set1_epi8((char)(count < 32 ? count : 32)), index);
}

/* Signed byte offsets added with clipping to 0..255. */
VR_ALWAYS_INLINE __m256i add_offsets(__m256i pixels, __m256i offsets)
{
    const __m256i flip = _mm256_set1_epi8((char)0x80);
    return _mm256_xor_si256(_mm256_adds_epi8(_mm256_xor_si256(pixels, flip), offsets), flip);
}

static void sao_edge(const vr_pixel *src, ptrdiff_t src_stride, vr_pixel *dst, ptrdiff_t dst_stride, int width,
                     int height, int eo_class, const int8_t offset[5])
{
    const ptrdiff_t after = neighbour_after(eo_class, src_stride);
    /* by shape: valley 1, corner 2, none 0, corner 3, peak 4 */
    const __m256i table = _mm256_broadcastsi128_si256(
        _mm_setr_epi8(offset[1], offset[2], offset[0], offset[3], offset[4], 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0));
    for (int y = 0; y < height; y++, src += src_stride, dst += dst_stride)
        for (int x = 0; x < width; x += 32) {
            const vr_pixel *p = src + x;
            const int count = width - x;
            const __m256i sample = load_part(p, count);
            const __m256i kind = shape(sample, load_part(p - after, count), load_part(p + after, count));
            store_part(dst + x, add_offsets(sample, _mm256_shuffle_epi8(table, kind)), count);
        }
}

static void sao_band(const vr_pixel *src, ptrdiff_t src_stride, vr_pixel *dst, ptrdiff_t dst_stride, int width,
                     int height, const int8_t offset[32])
{
    const __m256i low_table = _mm256_broadcastsi128_si256(load_16(offset));
    const __m256i high_table = _mm256_broadcastsi128_si256(load_16(offset + 16));
    for (int y = 0; y < height; y++, src += src_stride, dst += dst_stride)
        for (int x = 0; x < width; x += 32) {
            const int count = width - x;
            const __m256i sample = load_part(src + x, count);
            const __m256i band = _mm256_and_si256(_mm256_srli_epi16(sample, 3), _mm256_set1_epi8(31));
            /* bit 7 of the sample chooses the table */
            const __m256i offsets = _mm256_blendv_epi8(_mm256_shuffle_epi8(low_table, band),
                                                       _mm256_shuffle_epi8(high_table, band), sample);
            store_part(dst + x, add_offsets(sample, offsets), count);
        }
}

/* Sums over the samples of one shape: pixels of both pictures as 64-bit lanes, and the number as bytes. */
typedef struct {
    __m256i org, rec, count;
} shape_sums;

VR_ALWAYS_INLINE void add_shape(shape_sums *s, __m256i member, __m256i org, __m256i rec)
{
    const __m256i zero = _mm256_setzero_si256();
    s->org = _mm256_add_epi64(s->org, _mm256_sad_epu8(_mm256_and_si256(org, member), zero));
    s->rec = _mm256_add_epi64(s->rec, _mm256_sad_epu8(_mm256_and_si256(rec, member), zero));
    s->count = _mm256_sub_epi8(s->count, member);
}

/* Shapes valley, corner, corner, peak are counted; what is none of them is the rest of the block. Bytes count up to
 * 2 a row, so that 64 rows of 64 do not overflow them. */
static void sao_stats_edge(const vr_pixel *org, ptrdiff_t org_stride, const vr_pixel *rec, ptrdiff_t rec_stride,
                           int width, int height, int eo_class, int32_t sum[5], int32_t count[5])
{
    static const int8_t shapes[4] = {0, 1, 3, 4};
    const ptrdiff_t after = neighbour_after(eo_class, rec_stride);
    const __m256i zero = _mm256_setzero_si256();
    __m256i all = zero;
    int32_t rest_sum, rest_count = width * height;
    shape_sums found[4];
    memset(found, 0, sizeof(found));
    for (int y = 0; y < height; y++, org += org_stride, rec += rec_stride)
        for (int x = 0; x < width; x += 32) {
            const vr_pixel *p = rec + x;
            const int left = width - x;
            const __m256i original = load_part(org + x, left), sample = load_part(p, left);
            __m256i kind = shape(sample, load_part(p - after, left), load_part(p + after, left));
            if (left < 32)
                kind = _mm256_or_si256(kind, _mm256_andnot_si256(mask_of(left), _mm256_set1_epi8(-1)));
            all = _mm256_add_epi64(all, _mm256_sub_epi64(_mm256_sad_epu8(original, zero), _mm256_sad_epu8(sample, zero)));
            for (int i = 0; i < 4; i++)
                add_shape(&found[i], _mm256_cmpeq_epi8(kind, _mm256_set1_epi8(shapes[i])), original, sample);
        }
    rest_sum = (int32_t)sum_epi64(all);
    for (int i = 0; i < 4; i++) {
        const int32_t shape_sum = (int32_t)(sum_epi64(found[i].org) - sum_epi64(found[i].rec));
        const int32_t shape_count = (int32_t)sum_epi64(_mm256_sad_epu8(found[i].count, zero));
        sum[i + 1] += shape_sum;
        count[i + 1] += shape_count;
        rest_sum -= shape_sum;
        rest_count -= shape_count;
    }
    sum[0] += rest_sum;
    count[0] += rest_count;
}

void vr_avx2_init_sao(vr_kernels *k)
{
    k->sao_stats_edge = sao_stats_edge;
    k->sao_edge = sao_edge;
    k->sao_band = sao_band;
}

#endif
