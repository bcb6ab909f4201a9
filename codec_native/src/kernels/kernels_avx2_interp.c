/* AVX2: fractional sample interpolation, 8.5.3.3.3.
 *
 * 8-bit sources: vpmaddubsw multiplies neighbouring pairs of samples by pairs of taps. Horizontally, a load that
 * starts at an even distance from the first tap yields the even outputs, one byte further the odd ones, so that
 * no shuffle is needed before the sum. Vertically, each lane holds its own output row: lane 0 row y, lane 1
 * row y + 1, and the interleaved row pairs roll on by two rows a step.
 * 16-bit sources: the same rolling scheme with vpmaddwd on interleaved row pairs.
 * No sum of products leaves 16 bits: the positive taps add up to 88 and the negative ones to -24. */
#include "kernels/kernels_avx2.h"

#ifdef VR_HAVE_AVX2

enum { TO_8, TO_16 };

/* Taps 2i and 2i + 1 in every 16-bit lane. */
VR_ALWAYS_INLINE void load_taps_8(__m256i *tap, const int8_t *coeff, int taps)
{
    for (int i = 0; i < taps / 2; i++) {
        int16_t pair;
        memcpy(&pair, coeff + 2 * i, sizeof(pair));
        tap[i] = _mm256_set1_epi16(pair);
    }
}

/* Taps 2i and 2i + 1, widened, in every 32-bit lane. */
VR_ALWAYS_INLINE void load_taps_16(__m256i *tap, const int8_t *coeff, int taps)
{
    const __m128i wide = _mm_cvtepi8_epi16(taps == 8 ? load_8(coeff) : load_4(coeff));
    tap[0] = _mm256_broadcastd_epi32(wide);
    tap[1] = _mm256_broadcastd_epi32(_mm_srli_si128(wide, 4));
    if (taps == 8) {
        tap[2] = _mm256_broadcastd_epi32(_mm_srli_si128(wide, 8));
        tap[3] = _mm256_broadcastd_epi32(_mm_srli_si128(wide, 12));
    }
}

/* (v + 32) >> 6 of 16-bit lanes. */
VR_ALWAYS_INLINE __m256i round_6(__m256i v)
{
    return _mm256_mulhrs_epi16(v, _mm256_set1_epi16(512));
}

/* ---- Horizontal ----------------------------------------------------------------------------------------- */

/* Even and odd outputs to 32 pixels in order. */
VR_ALWAYS_INLINE __m256i merge_to_8(__m256i even, __m256i odd)
{
    const __m256i interleave = _mm256_setr_epi8(0, 8, 1, 9, 2, 10, 3, 11, 4, 12, 5, 13, 6, 14, 7, 15, 0, 8, 1, 9, 2, 10,
                                                3, 11, 4, 12, 5, 13, 6, 14, 7, 15);
    return _mm256_shuffle_epi8(_mm256_packus_epi16(round_6(even), round_6(odd)), interleave);
}

/* 32 outputs of one row. */
VR_ALWAYS_INLINE void hor_32(const vr_pixel *src, void *dst, const __m256i *tap, int taps, int to)
{
    const vr_pixel *first = src - taps / 2 + 1;
    __m256i even = _mm256_maddubs_epi16(load_32(first), tap[0]);
    __m256i odd = _mm256_maddubs_epi16(load_32(first + 1), tap[0]);
    for (int i = 1; i < taps / 2; i++) {
        even = _mm256_add_epi16(even, _mm256_maddubs_epi16(load_32(first + 2 * i), tap[i]));
        odd = _mm256_add_epi16(odd, _mm256_maddubs_epi16(load_32(first + 2 * i + 1), tap[i]));
    }
    if (to == TO_8) {
        store_32(dst, merge_to_8(even, odd));
    } else {
        const __m256i low = _mm256_unpacklo_epi16(even, odd), high = _mm256_unpackhi_epi16(even, odd);
        store_32(dst, _mm256_permute2x128_si256(low, high, 0x20));
        store_32((int16_t *)dst + 16, _mm256_permute2x128_si256(low, high, 0x31));
    }
}

/* 16 outputs of two rows; src1 may equal src0. */
VR_ALWAYS_INLINE void hor_16x2(const vr_pixel *src0, const vr_pixel *src1, void *dst0, void *dst1, const __m256i *tap,
                               int taps, int to)
{
    const vr_pixel *first0 = src0 - taps / 2 + 1, *first1 = src1 - taps / 2 + 1;
    __m256i even = _mm256_maddubs_epi16(load_16_16(first0, first1), tap[0]);
    __m256i odd = _mm256_maddubs_epi16(load_16_16(first0 + 1, first1 + 1), tap[0]);
    for (int i = 1; i < taps / 2; i++) {
        even = _mm256_add_epi16(even, _mm256_maddubs_epi16(load_16_16(first0 + 2 * i, first1 + 2 * i), tap[i]));
        odd = _mm256_add_epi16(odd, _mm256_maddubs_epi16(load_16_16(first0 + 2 * i + 1, first1 + 2 * i + 1), tap[i]));
    }
    if (to == TO_8) {
        store_16_16(dst0, dst1, merge_to_8(even, odd));
    } else {
        const __m256i low = _mm256_unpacklo_epi16(even, odd), high = _mm256_unpackhi_epi16(even, odd);
        store_32(dst0, _mm256_permute2x128_si256(low, high, 0x20));
        store_32(dst1, _mm256_permute2x128_si256(low, high, 0x31));
    }
}

/* The samples of a narrow row, none beyond the last one needed. Eight outputs of eight taps need 15 bytes: one load
 * that begins a byte early. Else two loads, one from the first tap on, one up to the last. */
VR_ALWAYS_INLINE __m128i load_narrow(const vr_pixel *src, int width, int taps)
{
    const vr_pixel *first = src - taps / 2 + 1;
    const int needed = width + taps - 1;
    if (needed == 15)
        return load_16(first - 1);
    return needed > 8 ? load_8_8(first, first + needed - 8) : load_4_4(first, first + needed - 4);
}

/* Byte of load_narrow's result that holds the sample at `position` from the first tap. */
#define NARROW_BYTE(position, width, taps)                                                                             \
    ((width) + (taps) == 16  ? (position) + 1                                                                          \
     : (width) + (taps) > 9 ? ((position) < 8 ? (position) : (position) + 17 - (width) - (taps))                       \
                             : ((position) < 4 ? (position) : (position) + 9 - (width) - (taps)))
#define NARROW_PAIR(x, w, t) (char)NARROW_BYTE(x, w, t), (char)NARROW_BYTE((x) + 1, w, t)
#define NARROW_PAIRS_4(x, w, t)                                                                                        \
    NARROW_PAIR(x, w, t), NARROW_PAIR((x) + 1, w, t), NARROW_PAIR((x) + 2, w, t), NARROW_PAIR((x) + 3, w, t)

/* 8 outputs of two rows. */
VR_ALWAYS_INLINE void hor_8x2(const vr_pixel *src0, const vr_pixel *src1, void *dst0, void *dst1, const __m256i *tap,
                              int taps, int to)
{
    const __m256i samples = join(load_narrow(src0, 8, taps), load_narrow(src1, 8, taps));
    __m256i sum;
#define PAIRS(i, t) _mm256_setr_epi8(NARROW_PAIRS_4(2 * i, 8, t), NARROW_PAIRS_4(2 * i + 4, 8, t),                     \
                                     NARROW_PAIRS_4(2 * i, 8, t), NARROW_PAIRS_4(2 * i + 4, 8, t))
    if (taps == 8) {
        sum = _mm256_add_epi16(
            _mm256_add_epi16(_mm256_maddubs_epi16(_mm256_shuffle_epi8(samples, PAIRS(0, 8)), tap[0]),
                             _mm256_maddubs_epi16(_mm256_shuffle_epi8(samples, PAIRS(1, 8)), tap[1])),
            _mm256_add_epi16(_mm256_maddubs_epi16(_mm256_shuffle_epi8(samples, PAIRS(2, 8)), tap[2]),
                             _mm256_maddubs_epi16(_mm256_shuffle_epi8(samples, PAIRS(3, 8)), tap[3])));
    } else {
        sum = _mm256_add_epi16(_mm256_maddubs_epi16(_mm256_shuffle_epi8(samples, PAIRS(0, 4)), tap[0]),
                               _mm256_maddubs_epi16(_mm256_shuffle_epi8(samples, PAIRS(1, 4)), tap[1]));
    }
#undef PAIRS
    if (to == TO_8) {
        const __m256i rounded = round_6(sum);
        const __m128i packed = _mm_packus_epi16(low_half(rounded), high_half(rounded));
        store_8(dst0, packed);
        store_8_high(dst1, packed);
    } else {
        store_16_16(dst0, dst1, sum);
    }
}

/* 4 outputs of two rows: tap pairs 0 and 1 side by side, for eight taps then 2 and 3. */
VR_ALWAYS_INLINE void hor_4x2(const vr_pixel *src0, const vr_pixel *src1, void *dst0, void *dst1, const __m256i *tap,
                              int taps, int to)
{
    const __m256i samples = join(load_narrow(src0, 4, taps), load_narrow(src1, 4, taps));
    __m256i sum;
#define PAIRS(i, t) _mm256_setr_epi8(NARROW_PAIRS_4(2 * i, 4, t), NARROW_PAIRS_4(2 * i + 2, 4, t),                     \
                                     NARROW_PAIRS_4(2 * i, 4, t), NARROW_PAIRS_4(2 * i + 2, 4, t))
    if (taps == 8)
        sum = _mm256_add_epi16(_mm256_maddubs_epi16(_mm256_shuffle_epi8(samples, PAIRS(0, 8)),
                                                    _mm256_unpacklo_epi64(tap[0], tap[1])),
                               _mm256_maddubs_epi16(_mm256_shuffle_epi8(samples, PAIRS(2, 8)),
                                                    _mm256_unpacklo_epi64(tap[2], tap[3])));
    else
        sum = _mm256_maddubs_epi16(_mm256_shuffle_epi8(samples, PAIRS(0, 4)), _mm256_unpacklo_epi64(tap[0], tap[1]));
#undef PAIRS
    sum = _mm256_add_epi16(sum, _mm256_unpackhi_epi64(sum, sum));
    if (to == TO_8) {
        const __m256i packed = _mm256_packus_epi16(round_6(sum), round_6(sum));
        store_4(dst0, low_half(packed));
        store_4(dst1, high_half(packed));
    } else {
        store_8(dst0, low_half(sum));
        store_8(dst1, high_half(sum));
    }
}

/* Widths that are no power of two are covered by two overlapping columns. */
VR_ALWAYS_INLINE void hor(const vr_pixel *src, ptrdiff_t src_stride, void *dst, ptrdiff_t dst_stride, int width,
                          int height, const int8_t *coeff, int taps, int to)
{
    const ptrdiff_t size = to == TO_16 ? 2 : 1;
    __m256i tap[4];
    load_taps_8(tap, coeff, taps);
    if (width >= 32) {
        char *out = dst;
        for (int y = 0; y < height; y++, src += src_stride, out += dst_stride * size) {
            hor_32(src, out, tap, taps, to);
            if (width > 32)
                hor_32(src + width - 32, out + (width - 32) * size, tap, taps, to);
        }
        return;
    }
    for (int y = 0; y < height; y += 2) {
        const int next = y + 1 < height; /* an odd height does its last row twice */
        const vr_pixel *src1 = src + next * src_stride;
        char *dst0 = (char *)dst + y * dst_stride * size, *dst1 = dst0 + next * dst_stride * size;
        if (width >= 16) {
            hor_16x2(src, src1, dst0, dst1, tap, taps, to);
            if (width > 16)
                hor_16x2(src + width - 16, src1 + width - 16, dst0 + (width - 16) * size, dst1 + (width - 16) * size,
                         tap, taps, to);
        } else if (width >= 8) {
            hor_8x2(src, src1, dst0, dst1, tap, taps, to);
            if (width > 8)
                hor_8x2(src + width - 8, src1 + width - 8, dst0 + (width - 8) * size, dst1 + (width - 8) * size, tap,
                        taps, to);
        } else {
            hor_4x2(src, src1, dst0, dst1, tap, taps, to);
            if (width > 4)
                hor_4x2(src + width - 4, src1 + width - 4, dst0 + (width - 4) * size, dst1 + (width - 4) * size, tap,
                        taps, to);
        }
        src += 2 * src_stride;
    }
}

/* ---- Vertical from 8 bits --------------------------------------------------------------------------------- */

/* A column of 16 pixels: low and high are the interleaved pairs (row y, y + 1 | row y + 1, y + 2). */
VR_ALWAYS_INLINE void ver_16(const vr_pixel *src, ptrdiff_t src_stride, void *dst, ptrdiff_t dst_stride, int height,
                             const __m256i *tap, int taps, int to)
{
    const int pairs = taps / 2;
    __m256i low[4], high[4];
    src -= (pairs - 1) * src_stride;
    for (int i = 0; i < pairs - 1; i++) {
        const __m256i row = load_16_16(src, src + src_stride), next = load_16_16(src + src_stride, src + 2 * src_stride);
        low[i] = _mm256_unpacklo_epi8(row, next);
        high[i] = _mm256_unpackhi_epi8(row, next);
        src += 2 * src_stride;
    }
    for (int y = 0; y < height; y += 2) {
        const __m256i row = load_16_16(src, src + src_stride), next = load_16_16(src + src_stride, src + 2 * src_stride);
        __m256i sum_low, sum_high;
        low[pairs - 1] = _mm256_unpacklo_epi8(row, next);
        high[pairs - 1] = _mm256_unpackhi_epi8(row, next);
        sum_low = _mm256_maddubs_epi16(low[0], tap[0]);
        sum_high = _mm256_maddubs_epi16(high[0], tap[0]);
        for (int i = 1; i < pairs; i++) {
            sum_low = _mm256_add_epi16(sum_low, _mm256_maddubs_epi16(low[i], tap[i]));
            sum_high = _mm256_add_epi16(sum_high, _mm256_maddubs_epi16(high[i], tap[i]));
            low[i - 1] = low[i];
            high[i - 1] = high[i];
        }
        if (to == TO_8) {
            vr_pixel *out = (vr_pixel *)dst + y * dst_stride;
            store_16_16(out, out + dst_stride, _mm256_packus_epi16(round_6(sum_low), round_6(sum_high)));
        } else {
            int16_t *out = (int16_t *)dst + y * dst_stride;
            store_32(out, _mm256_permute2x128_si256(sum_low, sum_high, 0x20));
            store_32(out + dst_stride, _mm256_permute2x128_si256(sum_low, sum_high, 0x31));
        }
        src += 2 * src_stride;
    }
}

/* Rows y, y + 1 and y + 1, y + 2 of a narrow column, interleaved, in the two lanes. */
VR_ALWAYS_INLINE __m256i row_pairs_8(const vr_pixel *src, ptrdiff_t stride, int width)
{
    const __m128i row0 = width == 8 ? load_8(src) : load_4(src);
    const __m128i row1 = width == 8 ? load_8(src + stride) : load_4(src + stride);
    const __m128i row2 = width == 8 ? load_8(src + 2 * stride) : load_4(src + 2 * stride);
    return join(_mm_unpacklo_epi8(row0, row1), _mm_unpacklo_epi8(row1, row2));
}

/* A column of 8 or 4 pixels. */
VR_ALWAYS_INLINE void ver_narrow(const vr_pixel *src, ptrdiff_t src_stride, void *dst, ptrdiff_t dst_stride, int width,
                                 int height, const __m256i *tap, int taps, int to)
{
    const int pairs = taps / 2;
    __m256i pair[4];
    src -= (pairs - 1) * src_stride;
    for (int i = 0; i < pairs - 1; i++, src += 2 * src_stride)
        pair[i] = row_pairs_8(src, src_stride, width);
    for (int y = 0; y < height; y += 2, src += 2 * src_stride) {
        __m256i sum;
        pair[pairs - 1] = row_pairs_8(src, src_stride, width);
        sum = _mm256_maddubs_epi16(pair[0], tap[0]);
        for (int i = 1; i < pairs; i++) {
            sum = _mm256_add_epi16(sum, _mm256_maddubs_epi16(pair[i], tap[i]));
            pair[i - 1] = pair[i];
        }
        if (to == TO_8) {
            vr_pixel *out = (vr_pixel *)dst + y * dst_stride;
            const __m256i packed = _mm256_packus_epi16(round_6(sum), round_6(sum));
            if (width == 8) {
                store_8(out, low_half(packed));
                store_8(out + dst_stride, high_half(packed));
            } else {
                store_4(out, low_half(packed));
                store_4(out + dst_stride, high_half(packed));
            }
        } else {
            int16_t *out = (int16_t *)dst + y * dst_stride;
            if (width == 8) {
                store_16_16(out, out + dst_stride, sum);
            } else {
                store_8(out, low_half(sum));
                store_8(out + dst_stride, high_half(sum));
            }
        }
    }
}

VR_ALWAYS_INLINE void ver(const vr_pixel *src, ptrdiff_t src_stride, void *dst, ptrdiff_t dst_stride, int width,
                          int height, const int8_t *coeff, int taps, int to)
{
    const int column = width >= 16 ? 16 : width >= 8 ? 8 : 4;
    const ptrdiff_t size = to == TO_16 ? 2 : 1;
    __m256i tap[4];
    load_taps_8(tap, coeff, taps);
    for (int x = 0; x < width; x += column) {
        const int at = x + column > width ? width - column : x;
        if (width == 8 && height == 8) /* known to the compiler, and so unrolled */
            ver_narrow(src, src_stride, dst, dst_stride, 8, 8, tap, taps, to);
        else if (column == 16)
            ver_16(src + at, src_stride, (char *)dst + at * size, dst_stride, height, tap, taps, to);
        else
            ver_narrow(src + at, src_stride, (char *)dst + at * size, dst_stride, column, height, tap, taps, to);
    }
}

/* ---- Vertical from 16 bits -------------------------------------------------------------------------------- */

/* 32-bit sums of 16 outputs to 16 bits, in the order the unpacking left them in. */
VR_ALWAYS_INLINE __m256i shift_16(__m256i sum_low, __m256i sum_high, int to)
{
    const __m256i round = _mm256_set1_epi32(2048);
    if (to == TO_8)
        return _mm256_packs_epi32(_mm256_srai_epi32(_mm256_add_epi32(sum_low, round), 12),
                                  _mm256_srai_epi32(_mm256_add_epi32(sum_high, round), 12));
    return _mm256_packs_epi32(_mm256_srai_epi32(sum_low, 6), _mm256_srai_epi32(sum_high, 6));
}

/* A column of 8 values. */
VR_ALWAYS_INLINE void ver16_8(const int16_t *src, ptrdiff_t src_stride, void *dst, ptrdiff_t dst_stride, int height,
                              const __m256i *tap, int taps, int to)
{
    const int pairs = taps / 2;
    __m256i low[4], high[4];
    src -= (pairs - 1) * src_stride;
    for (int i = 0; i < pairs - 1; i++) {
        const __m256i row = load_16_16(src, src + src_stride), next = load_16_16(src + src_stride, src + 2 * src_stride);
        low[i] = _mm256_unpacklo_epi16(row, next);
        high[i] = _mm256_unpackhi_epi16(row, next);
        src += 2 * src_stride;
    }
    for (int y = 0; y < height; y += 2) {
        const __m256i row = load_16_16(src, src + src_stride), next = load_16_16(src + src_stride, src + 2 * src_stride);
        __m256i sum_low, sum_high, result;
        low[pairs - 1] = _mm256_unpacklo_epi16(row, next);
        high[pairs - 1] = _mm256_unpackhi_epi16(row, next);
        sum_low = _mm256_madd_epi16(low[0], tap[0]);
        sum_high = _mm256_madd_epi16(high[0], tap[0]);
        for (int i = 1; i < pairs; i++) {
            sum_low = _mm256_add_epi32(sum_low, _mm256_madd_epi16(low[i], tap[i]));
            sum_high = _mm256_add_epi32(sum_high, _mm256_madd_epi16(high[i], tap[i]));
            low[i - 1] = low[i];
            high[i - 1] = high[i];
        }
        result = shift_16(sum_low, sum_high, to);
        if (to == TO_8) {
            vr_pixel *out = (vr_pixel *)dst + y * dst_stride;
            const __m128i packed = _mm_packus_epi16(low_half(result), high_half(result));
            store_8(out, packed);
            store_8_high(out + dst_stride, packed);
        } else {
            int16_t *out = (int16_t *)dst + y * dst_stride;
            store_16_16(out, out + dst_stride, result);
        }
        src += 2 * src_stride;
    }
}

VR_ALWAYS_INLINE __m256i row_pairs_16(const int16_t *src, ptrdiff_t stride)
{
    const __m128i row0 = load_8(src), row1 = load_8(src + stride), row2 = load_8(src + 2 * stride);
    return join(_mm_unpacklo_epi16(row0, row1), _mm_unpacklo_epi16(row1, row2));
}

/* A column of 4 values. */
VR_ALWAYS_INLINE void ver16_4(const int16_t *src, ptrdiff_t src_stride, void *dst, ptrdiff_t dst_stride, int height,
                              const __m256i *tap, int taps, int to)
{
    const int pairs = taps / 2;
    __m256i pair[4];
    src -= (pairs - 1) * src_stride;
    for (int i = 0; i < pairs - 1; i++, src += 2 * src_stride)
        pair[i] = row_pairs_16(src, src_stride);
    for (int y = 0; y < height; y += 2, src += 2 * src_stride) {
        __m256i sum, result;
        pair[pairs - 1] = row_pairs_16(src, src_stride);
        sum = _mm256_madd_epi16(pair[0], tap[0]);
        for (int i = 1; i < pairs; i++) {
            sum = _mm256_add_epi32(sum, _mm256_madd_epi16(pair[i], tap[i]));
            pair[i - 1] = pair[i];
        }
        result = shift_16(sum, sum, to);
        if (to == TO_8) {
            vr_pixel *out = (vr_pixel *)dst + y * dst_stride;
            const __m256i packed = _mm256_packus_epi16(result, result);
            store_4(out, low_half(packed));
            store_4(out + dst_stride, high_half(packed));
        } else {
            int16_t *out = (int16_t *)dst + y * dst_stride;
            store_8(out, low_half(result));
            store_8(out + dst_stride, high_half(result));
        }
    }
}

VR_ALWAYS_INLINE void ver16(const int16_t *src, ptrdiff_t src_stride, void *dst, ptrdiff_t dst_stride, int width,
                            int height, const int8_t *coeff, int taps, int to)
{
    const int column = width >= 8 ? 8 : 4;
    const ptrdiff_t size = to == TO_16 ? 2 : 1;
    __m256i tap[4];
    load_taps_16(tap, coeff, taps);
    for (int x = 0; x < width; x += column) {
        const int at = x + column > width ? width - column : x;
        if (width == 8 && height == 8) /* known to the compiler, and so unrolled */
            ver16_8(src, src_stride, dst, dst_stride, 8, tap, taps, to);
        else if (column == 8)
            ver16_8(src + at, src_stride, (char *)dst + at * size, dst_stride, height, tap, taps, to);
        else
            ver16_4(src + at, src_stride, (char *)dst + at * size, dst_stride, height, tap, taps, to);
    }
}

/* ---- The table ------------------------------------------------------------------------------------------- */

#define DEFINE_INTERP(name, table, taps, W)                                                                            \
    static void name##_hor_8to8_##W(const vr_pixel *src, ptrdiff_t src_stride, vr_pixel *dst, ptrdiff_t dst_stride,    \
                                    int height, int frac)                                                              \
    {                                                                                                                  \
        hor(src, src_stride, dst, dst_stride, W, height, table[frac], taps, TO_8);                                     \
    }                                                                                                                  \
    static void name##_hor_8to16_##W(const vr_pixel *src, ptrdiff_t src_stride, int16_t *dst, ptrdiff_t dst_stride,    \
                                     int height, int frac)                                                             \
    {                                                                                                                  \
        hor(src, src_stride, dst, dst_stride, W, height, table[frac], taps, TO_16);                                    \
    }                                                                                                                  \
    static void name##_ver_8to8_##W(const vr_pixel *src, ptrdiff_t src_stride, vr_pixel *dst, ptrdiff_t dst_stride,    \
                                    int height, int frac)                                                              \
    {                                                                                                                  \
        ver(src, src_stride, dst, dst_stride, W, height, table[frac], taps, TO_8);                                     \
    }                                                                                                                  \
    static void name##_ver_8to16_##W(const vr_pixel *src, ptrdiff_t src_stride, int16_t *dst, ptrdiff_t dst_stride,    \
                                     int height, int frac)                                                             \
    {                                                                                                                  \
        ver(src, src_stride, dst, dst_stride, W, height, table[frac], taps, TO_16);                                    \
    }                                                                                                                  \
    static void name##_ver_16to8_##W(const int16_t *src, ptrdiff_t src_stride, vr_pixel *dst, ptrdiff_t dst_stride,    \
                                     int height, int frac)                                                             \
    {                                                                                                                  \
        ver16(src, src_stride, dst, dst_stride, W, height, table[frac], taps, TO_8);                                   \
    }                                                                                                                  \
    static void name##_ver_16to16_##W(const int16_t *src, ptrdiff_t src_stride, int16_t *dst, ptrdiff_t dst_stride,    \
                                      int height, int frac)                                                            \
    {                                                                                                                  \
        ver16(src, src_stride, dst, dst_stride, W, height, table[frac], taps, TO_16);                                  \
    }

#define DEFINE_LUMA(W) DEFINE_INTERP(interp, vr_luma_filter, 8, W)
#define DEFINE_CHROMA(W) DEFINE_INTERP(chroma, vr_chroma_filter, 4, W)
VR_LUMA_WIDTHS(DEFINE_LUMA)
VR_LUMA_WIDTHS(DEFINE_CHROMA)
DEFINE_CHROMA(6)

void vr_avx2_init_interp(vr_kernels *k)
{
#define SET_INTERP(name, W)                                                                                            \
    k->name##_hor_8to8[VR_W(W)] = name##_hor_8to8_##W;                                                                 \
    k->name##_hor_8to16[VR_W(W)] = name##_hor_8to16_##W;                                                               \
    k->name##_ver_8to8[VR_W(W)] = name##_ver_8to8_##W;                                                                 \
    k->name##_ver_8to16[VR_W(W)] = name##_ver_8to16_##W;                                                               \
    k->name##_ver_16to8[VR_W(W)] = name##_ver_16to8_##W;                                                               \
    k->name##_ver_16to16[VR_W(W)] = name##_ver_16to16_##W;
#define SET_LUMA(W) SET_INTERP(interp, W)
#define SET_CHROMA(W) SET_INTERP(chroma, W)
    VR_LUMA_WIDTHS(SET_LUMA)
    VR_LUMA_WIDTHS(SET_CHROMA)
    SET_CHROMA(6)
}

#endif
