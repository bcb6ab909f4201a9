/* AVX2: sample adaptive offset (8.7.3): statistics and application of both kinds.
 *
 * Rows have any width, and nothing outside of them may be read. Rows of 32 and more end with a vector that reaches back
 * over the one before; shorter ones are two overlapping halves of a vector. Statistics leave out what is seen twice;
 * results are simply written twice. */
#include "kernels/kernels_avx2.h"

#ifdef VR_HAVE_AVX2

/* How a row fits into vectors. */
enum { ROW_8, ROW_16, ROW_32 };

VR_ALWAYS_INLINE int row_kind(int width)
{
    return width >= 32 ? ROW_32 : width >= 16 ? ROW_16 : ROW_8;
}

/* The samples of step x: 32 from x on, or up to the row's end; or the whole of a shorter row. */
VR_ALWAYS_INLINE __m256i load_step(const vr_pixel *row, int x, int width, int kind)
{
    if (kind == ROW_32)
        return load_32(row + (x + 32 > width ? width - 32 : x));
    if (kind == ROW_16)
        return load_16_16(row, row + width - 16);
    return _mm256_zextsi128_si256(load_8_8(row, row + width - 8));
}

VR_ALWAYS_INLINE void store_step(vr_pixel *row, __m256i v, int x, int width, int kind)
{
    if (kind == ROW_32) {
        store_32(row + (x + 32 > width ? width - 32 : x), v);
    } else if (kind == ROW_16) {
        store_16_16(row, row + width - 16, v);
    } else {
        store_8(row, low_half(v));
        store_8_high(row + width - 8, low_half(v));
    }
}

/* All ones in the lanes of step x that no earlier lane has held. */
VR_ALWAYS_INLINE __m256i fresh_lanes(int x, int width, int kind)
{
    const __m256i index = _mm256_setr_epi8(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21,
                                           22, 23, 24, 25, 26, 27, 28, 29, 30, 31);
    const int half = kind == ROW_32 ? 0 : kind == ROW_16 ? 16 : 8;
    const int seen = kind == ROW_32 ? (x + 32 > width ? x + 32 - width : 0) : 2 * half - width;
    const __m256i first = _mm256_cmpgt_epi8(_mm256_set1_epi8((char)half), index);
    const __m256i rest = _mm256_cmpgt_epi8(index, _mm256_set1_epi8((char)(half + seen - 1)));
    const __m256i fresh = _mm256_or_si256(first, rest);
    return kind == ROW_8 ? _mm256_zextsi128_si256(low_half(fresh)) : fresh;
}

VR_ALWAYS_INLINE ptrdiff_t neighbour_after(int eo_class, ptrdiff_t stride)
{
    return eo_class == 0 ? 1 : eo_class == 1 ? stride : eo_class == 2 ? stride + 1 : stride - 1;
}

/* Unsigned samples as signed bytes. */
VR_ALWAYS_INLINE __m256i flip(__m256i pixels)
{
    return _mm256_xor_si256(pixels, _mm256_set1_epi8((char)0x80));
}

/* sign(sample - neighbour) of flipped samples. */
VR_ALWAYS_INLINE __m256i sign_of_difference(__m256i sample, __m256i neighbour)
{
    return _mm256_sub_epi8(_mm256_cmpgt_epi8(neighbour, sample), _mm256_cmpgt_epi8(sample, neighbour));
}

/* sign + sign: -2 valley .. 2 peak. `flipped` is the sample. */
VR_ALWAYS_INLINE __m256i shape(__m256i flipped, const vr_pixel *row, ptrdiff_t after, int x, int width, int kind)
{
    return _mm256_add_epi8(sign_of_difference(flipped, flip(load_step(row - after, x, width, kind))),
                           sign_of_difference(flipped, flip(load_step(row + after, x, width, kind))));
}

/* Rows too short for a vector go to plain C. */
static void (*short_stats)(const vr_pixel *org, ptrdiff_t org_stride, const vr_pixel *rec, ptrdiff_t rec_stride,
                           int width, int height, int eo_class, int32_t sum[5], int32_t count[5]);
static void (*short_edge)(const vr_pixel *src, ptrdiff_t src_stride, vr_pixel *dst, ptrdiff_t dst_stride, int width,
                          int height, int eo_class, const int8_t offset[5]);
static void (*short_band)(const vr_pixel *src, ptrdiff_t src_stride, vr_pixel *dst, ptrdiff_t dst_stride, int width,
                          int height, const int8_t offset[32]);

/* ---- Applied ------------------------------------------------------------------------------------------------- */

VR_ALWAYS_INLINE void edge_rows(const vr_pixel *src, ptrdiff_t src_stride, vr_pixel *dst, ptrdiff_t dst_stride,
                                int width, int height, int eo_class, const int8_t offset[5], int kind)
{
    const ptrdiff_t after = neighbour_after(eo_class, src_stride);
    /* by shape + 2: valley 1, corner 2, none 0, corner 3, peak 4 */
    const __m256i table = _mm256_broadcastsi128_si256(
        _mm_setr_epi8(offset[1], offset[2], offset[0], offset[3], offset[4], 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0));
    for (int y = 0; y < height; y++, src += src_stride, dst += dst_stride)
        for (int x = 0; x < width; x += 32) {
            const __m256i sample = flip(load_step(src, x, width, kind));
            const __m256i index = _mm256_add_epi8(shape(sample, src, after, x, width, kind), _mm256_set1_epi8(2));
            const __m256i result = _mm256_adds_epi8(sample, _mm256_shuffle_epi8(table, index));
            store_step(dst, flip(result), x, width, kind);
        }
}

static void sao_edge(const vr_pixel *src, ptrdiff_t src_stride, vr_pixel *dst, ptrdiff_t dst_stride, int width,
                     int height, int eo_class, const int8_t offset[5])
{
    if (width >= 32)
        edge_rows(src, src_stride, dst, dst_stride, width, height, eo_class, offset, ROW_32);
    else if (width >= 16)
        edge_rows(src, src_stride, dst, dst_stride, width, height, eo_class, offset, ROW_16);
    else if (width >= 8)
        edge_rows(src, src_stride, dst, dst_stride, width, height, eo_class, offset, ROW_8);
    else
        short_edge(src, src_stride, dst, dst_stride, width, height, eo_class, offset);
}

static void sao_band(const vr_pixel *src, ptrdiff_t src_stride, vr_pixel *dst, ptrdiff_t dst_stride, int width,
                     int height, const int8_t offset[32])
{
    const __m256i low_table = _mm256_broadcastsi128_si256(load_16(offset));
    const __m256i high_table = _mm256_broadcastsi128_si256(load_16(offset + 16));
    const int kind = row_kind(width);
    if (width < 8) {
        short_band(src, src_stride, dst, dst_stride, width, height, offset);
        return;
    }
    for (int y = 0; y < height; y++, src += src_stride, dst += dst_stride)
        for (int x = 0; x < width; x += 32) {
            const __m256i sample = load_step(src, x, width, kind);
            const __m256i band = _mm256_and_si256(_mm256_srli_epi16(sample, 3), _mm256_set1_epi8(31));
            /* bit 7 of the sample chooses the table */
            const __m256i offsets = _mm256_blendv_epi8(_mm256_shuffle_epi8(low_table, band),
                                                       _mm256_shuffle_epi8(high_table, band), sample);
            store_step(dst, flip(_mm256_adds_epi8(flip(sample), offsets)), x, width, kind);
        }
}

/* ---- Statistics ---------------------------------------------------------------------------------------------- */

/* What one shape's samples add up to: differences in 16-bit lanes, numbers in bytes. A block of 64 rows of two vectors
 * brings a lane to 128 * 2 * -128 = -32768 and a byte to 128 at most. */
typedef struct {
    __m256i sum, count;
} shape_sums;

VR_ALWAYS_INLINE int sum_words(__m256i v)
{
    return sum_epi32(_mm256_madd_epi16(v, _mm256_set1_epi16(1)));
}

/* Shapes valley, corner, corner, peak are counted; what is none of them is the rest of the block. */
VR_ALWAYS_INLINE void stats_rows(const vr_pixel *org, ptrdiff_t org_stride, const vr_pixel *rec, ptrdiff_t rec_stride,
                                 int width, int height, int eo_class, int32_t sum[5], int32_t count[5], int kind)
{
    static const int8_t shapes[4] = {-2, -1, 1, 2};
    const ptrdiff_t after = neighbour_after(eo_class, rec_stride);
    const __m256i one = _mm256_set1_epi8(1);
    __m256i all = _mm256_setzero_si256();
    shape_sums found[4];
    int32_t rest_sum, rest_count = width * height;
    for (int i = 0; i < 4; i++)
        found[i].sum = found[i].count = all;
    for (int x = 0; x < width; x += 32) {
        const __m256i fresh = fresh_lanes(x, width, kind);
        for (int y = 0; y < height; y++) {
            const vr_pixel *row = rec + y * rec_stride;
            const __m256i sample = flip(load_step(row, x, width, kind));
            const __m256i original = flip(load_step(org + y * org_stride, x, width, kind));
            const __m256i difference = _mm256_and_si256(_mm256_subs_epi8(original, sample), fresh);
            const __m256i form = _mm256_and_si256(shape(sample, row, after, x, width, kind), fresh);
            all = _mm256_add_epi16(all, _mm256_maddubs_epi16(one, difference));
            for (int i = 0; i < 4; i++) {
                const __m256i member = _mm256_cmpeq_epi8(form, _mm256_set1_epi8(shapes[i]));
                found[i].sum = _mm256_add_epi16(
                    found[i].sum, _mm256_maddubs_epi16(one, _mm256_and_si256(difference, member)));
                found[i].count = _mm256_sub_epi8(found[i].count, member);
            }
        }
    }
    rest_sum = sum_words(all);
    for (int i = 0; i < 4; i++) {
        const int32_t shape_sum = sum_words(found[i].sum);
        const int32_t shape_count =
            (int32_t)sum_epi64(_mm256_sad_epu8(found[i].count, _mm256_setzero_si256()));
        sum[i + 1] += shape_sum;
        count[i + 1] += shape_count;
        rest_sum -= shape_sum;
        rest_count -= shape_count;
    }
    sum[0] += rest_sum;
    count[0] += rest_count;
}

static void sao_stats_edge(const vr_pixel *org, ptrdiff_t org_stride, const vr_pixel *rec, ptrdiff_t rec_stride,
                           int width, int height, int eo_class, int32_t sum[5], int32_t count[5])
{
    if (width >= 32)
        stats_rows(org, org_stride, rec, rec_stride, width, height, eo_class, sum, count, ROW_32);
    else if (width >= 16)
        stats_rows(org, org_stride, rec, rec_stride, width, height, eo_class, sum, count, ROW_16);
    else if (width >= 8)
        stats_rows(org, org_stride, rec, rec_stride, width, height, eo_class, sum, count, ROW_8);
    else
        short_stats(org, org_stride, rec, rec_stride, width, height, eo_class, sum, count);
}

/* Sixteen samples at a time: vectors work out bands and differences, the increments stay scalar. A word holds a number
 * above and a sum below bit 20: an eighth of 64x64 samples brings them to 2^9 and 2^17. Neighbours, mostly of one band,
 * go to different tables: an increment need not wait for the one before. */
static void sao_stats_band(const vr_pixel *org, ptrdiff_t org_stride, const vr_pixel *rec, ptrdiff_t rec_stride,
                           int width, int height, int32_t sum[32], int32_t count[32])
{
    const int one = 1 << 20;
    const __m256i ones = _mm256_set1_epi32(one);
    int32_t table[8][32] = {{0}};
    for (int y = 0; y < height; y++, org += org_stride, rec += rec_stride) {
        int x = 0;
        for (; x + 16 <= width; x += 16) {
            const __m128i sample = load_16(rec + x);
            const __m256i difference =
                _mm256_sub_epi16(_mm256_cvtepu8_epi16(load_16(org + x)), _mm256_cvtepu8_epi16(sample));
            int32_t increment[16];
            uint8_t band[16];
            store_16(band, _mm_and_si128(_mm_srli_epi16(sample, 3), _mm_set1_epi8(31)));
            store_32(increment, _mm256_add_epi32(_mm256_cvtepi16_epi32(low_half(difference)), ones));
            store_32(increment + 8, _mm256_add_epi32(_mm256_cvtepi16_epi32(high_half(difference)), ones));
            for (int i = 0; i < 16; i++)
                table[i & 7][band[i]] += increment[i];
        }
        for (; x < width; x++)
            table[x & 7][rec[x] >> 3] += one + (org[x] - rec[x]);
    }
    for (int band = 0; band < 32; band++)
        for (int i = 0; i < 8; i++) {
            const int32_t low = (table[i][band] & (one - 1)) - (table[i][band] & one / 2) * 2;
            sum[band] += low;
            count[band] += (table[i][band] - low) >> 20;
        }
}

void vr_avx2_init_sao(vr_kernels *k)
{
    short_stats = k->sao_stats_edge;
    short_edge = k->sao_edge;
    short_band = k->sao_band;
    k->sao_stats_edge = sao_stats_edge;
    k->sao_stats_band = sao_stats_band;
    k->sao_edge = sao_edge;
    k->sao_band = sao_band;
}

#endif
