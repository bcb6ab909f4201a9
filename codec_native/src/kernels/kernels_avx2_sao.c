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

/* Row ends shorter than a vector: 16, 8, 4, then single bytes, never beyond `count`. */
VR_ALWAYS_INLINE __m256i load_part(const vr_pixel *p, int count)
{
    uint8_t bytes[32] = {0};
    if (count >= 32)
        return load_32(p);
    if (count == 16)
        return _mm256_zextsi128_si256(load_16(p));
    if (count == 8)
        return _mm256_zextsi128_si256(load_8(p));
    memcpy(bytes, p, (size_t)count);
    return load_32(bytes);
}

VR_ALWAYS_INLINE void store_part(vr_pixel *p, __m256i v, int count)
{
    uint8_t bytes[32];
    if (count >= 32) {
        store_32(p, v);
    } else if (count == 16) {
        store_16(p, low_half(v));
    } else if (count == 8) {
        store_8(p, low_half(v));
    } else {
        store_32(bytes, v);
        memcpy(p, bytes, (size_t)count);
    }
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

/* Sums over a picture part of one category: number, and pixels of both pictures as unsigned sums. */
typedef struct {
    __m256i org, rec;
    int count;
} category;

VR_ALWAYS_INLINE void add_category(category *c, __m256i member, __m256i org, __m256i rec)
{
    const __m256i zero = _mm256_setzero_si256();
    c->org = _mm256_add_epi64(c->org, _mm256_sad_epu8(_mm256_and_si256(org, member), zero));
    c->rec = _mm256_add_epi64(c->rec, _mm256_sad_epu8(_mm256_and_si256(rec, member), zero));
    c->count += __builtin_popcount((unsigned)_mm256_movemask_epi8(member));
}

static void sao_stats_edge(const vr_pixel *org, ptrdiff_t org_stride, const vr_pixel *rec, ptrdiff_t rec_stride,
                           int width, int height, int eo_class, int32_t sum[5], int32_t count[5])
{
    static const int8_t category_of_shape[5] = {1, 2, 0, 3, 4};
    const ptrdiff_t after = neighbour_after(eo_class, rec_stride);
    category found[5];
    memset(found, 0, sizeof(found));
    for (int y = 0; y < height; y++, org += org_stride, rec += rec_stride)
        for (int x = 0; x < width; x += 32) {
            const vr_pixel *p = rec + x;
            const int left = width - x;
            const __m256i original = load_part(org + x, left), sample = load_part(p, left);
            __m256i kind = shape(sample, load_part(p - after, left), load_part(p + after, left));
            kind = _mm256_or_si256(kind, _mm256_andnot_si256(mask_of(left), _mm256_set1_epi8(-1)));
            for (int i = 0; i < 5; i++)
                add_category(&found[i], _mm256_cmpeq_epi8(kind, _mm256_set1_epi8((char)i)), original, sample);
        }
    for (int i = 0; i < 5; i++) {
        sum[category_of_shape[i]] += (int32_t)(sum_epi64(found[i].org) - sum_epi64(found[i].rec));
        count[category_of_shape[i]] += found[i].count;
    }
}

void vr_avx2_init_sao(vr_kernels *k)
{
    k->sao_stats_edge = sao_stats_edge;
    k->sao_edge = sao_edge;
    k->sao_band = sao_band;
}

#endif
