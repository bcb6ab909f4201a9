/* AVX-512: fractional sample interpolation, 8.5.3.3.3, for widths from 16.
 *
 * Horizontally, VNNI's vpdpbusd multiplies four neighbouring samples by four taps and adds them up in 32 bits: one
 * instruction for four taps, none for the sums. VBMI's vpermb gathers the four samples of every output, in an order
 * that makes the narrowing packs come out in picture order; 64 pixels of a row do with plain loads instead.
 * Vertically from 8 bits, vpmaddubsw on interleaved row pairs; from 16 bits, VNNI's vpdpwssd on them. */
#include "kernels/kernels_avx512.h"

#ifdef VR_HAVE_AVX512

enum { TO_8, TO_16 };

/* What unpacking left in lanes of 8 values, low and high in turn, as 32 values in order and 32 more. */
VR_ALWAYS_INLINE void store_unpacked(int16_t *first, int16_t *second, __m512i low, __m512i high)
{
    store_64(first, _mm512_permutex2var_epi64(low, _mm512_setr_epi64(0, 1, 8, 9, 2, 3, 10, 11), high));
    store_64(second, _mm512_permutex2var_epi64(low, _mm512_setr_epi64(4, 5, 12, 13, 6, 7, 14, 15), high));
}

/* ---- Horizontal ----------------------------------------------------------------------------------------- */

/* Taps 4i .. 4i + 3 in every 32-bit lane. */
VR_ALWAYS_INLINE void load_quads(__m512i *quad, const int8_t *coeff, int taps)
{
    for (int i = 0; i < taps / 4; i++) {
        int32_t four;
        memcpy(&four, coeff + 4 * i, sizeof(four));
        quad[i] = _mm512_set1_epi32(four);
    }
}

#define QUAD(x) (x), (x) + 1, (x) + 2, (x) + 3
#define QUADS(x) QUAD(x), QUAD((x) + 1), QUAD((x) + 2), QUAD((x) + 3)

/* Bytes for vpermb: samples x .. x + 3 of the outputs x = 0-3, 8-11, 16-19, 24-27, and of 4 more than those, so that
 * vpackssdw of the two results is 32 outputs in order. */
static const int8_t gather_row[2][64] = {
    {QUADS(0), QUADS(8), QUADS(16), QUADS(24)},
    {QUADS(4), QUADS(12), QUADS(20), QUADS(28)},
};
/* The same for two rows of 16 outputs, whose samples lie in the two halves. */
static const int8_t gather_rows[2][64] = {
    {QUADS(0), QUADS(8), QUADS(32), QUADS(40)},
    {QUADS(4), QUADS(12), QUADS(36), QUADS(44)},
};

/* 32 outputs as 16-bit sums from samples of which the first tap's come at `first`; `start` is what sums begin with. */
VR_ALWAYS_INLINE __m512i filter_32(__m512i samples, const int8_t gather[2][64], int first, const __m512i *quad, int taps,
                                   __m512i start)
{
    __m512i sum[2];
    for (int half = 0; half < 2; half++) {
        sum[half] = start;
        for (int i = 0; i < taps / 4; i++) {
            const __m512i index = _mm512_add_epi8(load_64(gather[half]), _mm512_set1_epi8((char)(first + 4 * i)));
            sum[half] = _mm512_dpbusd_epi32(sum[half], _mm512_permutexvar_epi8(index, samples), quad[i]);
        }
    }
    return _mm512_packs_epi32(sum[0], sum[1]);
}

/* The sums include the rounding offset 32. Two groups of 32 outputs to pixels in order. */
VR_ALWAYS_INLINE __m512i to_pixels(__m512i first, __m512i second)
{
    return order_packed(_mm512_packus_epi16(_mm512_srai_epi16(first, 6), _mm512_srai_epi16(second, 6)));
}

/* 64 pixels of one row without a gather: a load that starts r samples after the first tap holds, in every 32-bit lane,
 * four samples of the outputs x = r, r + 4, r + 8 ...; the last load ends with the last sample needed. */
VR_ALWAYS_INLINE void hor_64_to_8(const vr_pixel *src, vr_pixel *dst, const __m512i *quad, int taps, __m512i start)
{
    /* What packing makes of r = 0, 2 and of r = 1, 3: 0 4 8 12, 2 6 10 14, 1 5 9 13, 3 7 11 15 in every lane. */
    const __m512i order = _mm512_broadcast_i32x4(_mm_setr_epi8(0, 8, 4, 12, 1, 9, 5, 13, 2, 10, 6, 14, 3, 11, 7, 15));
    const vr_pixel *first = src - taps / 2 + 1;
    __m512i sum[4], even, odd;
    for (int r = 0; r < 4; r++) {
        sum[r] = start;
        for (int i = 0; i < taps / 4; i++)
            sum[r] = _mm512_dpbusd_epi32(sum[r], load_64(first + r + 4 * i), quad[i]);
    }
    even = _mm512_srai_epi16(_mm512_packs_epi32(sum[0], sum[2]), 6);
    odd = _mm512_srai_epi16(_mm512_packs_epi32(sum[1], sum[3]), 6);
    store_64(dst, _mm512_shuffle_epi8(_mm512_packus_epi16(even, odd), order));
}

/* 64 outputs of one row in two halves; the samples of the second are loaded so that they end with the last one needed. */
VR_ALWAYS_INLINE void hor_64_to_16(const vr_pixel *src, int16_t *dst, const __m512i *quad, int taps, __m512i start)
{
    const vr_pixel *first = src - taps / 2 + 1;
    store_64(dst, filter_32(load_64(first), gather_row, 0, quad, taps, start));
    store_64(dst + 32, filter_32(load_64(first + taps - 1), gather_row, 33 - taps, quad, taps, start));
}

/* 32 outputs of two rows. */
VR_ALWAYS_INLINE void hor_32x2(const vr_pixel *src0, const vr_pixel *src1, void *dst0, void *dst1, const __m512i *quad,
                               int taps, int to, __m512i start)
{
    const __mmask64 needed = first_bytes(32 + taps - 1);
    const __m512i samples0 = _mm512_maskz_loadu_epi8(needed, src0 - taps / 2 + 1);
    const __m512i samples1 = _mm512_maskz_loadu_epi8(needed, src1 - taps / 2 + 1);
    const __m512i row0 = filter_32(samples0, gather_row, 0, quad, taps, start);
    const __m512i row1 = filter_32(samples1, gather_row, 0, quad, taps, start);
    if (to == TO_8) {
        store_32_32(dst0, dst1, to_pixels(row0, row1));
    } else {
        store_64(dst0, row0);
        store_64(dst1, row1);
    }
}

/* 16 outputs of two rows, as 16-bit sums. */
VR_ALWAYS_INLINE __m512i filter_16x2(const vr_pixel *src0, const vr_pixel *src1, const __m512i *quad, int taps,
                                     __m512i start)
{
    const __mmask32 needed = (__mmask32)first_bytes(16 + taps - 1);
    const __m512i samples = join(_mm256_maskz_loadu_epi8(needed, src0 - taps / 2 + 1),
                                 _mm256_maskz_loadu_epi8(needed, src1 - taps / 2 + 1));
    return filter_32(samples, gather_rows, 0, quad, taps, start);
}

/* 16 outputs of two rows to pixels. */
VR_ALWAYS_INLINE void hor_16x2(const vr_pixel *src0, const vr_pixel *src1, void *dst0, void *dst1, const __m512i *quad,
                               int taps, int to, __m512i start)
{
    const __m512i rows = filter_16x2(src0, src1, quad, taps, start);
    if (to == TO_8)
        store_16_16(dst0, dst1, low_half(to_pixels(rows, rows)));
    else
        store_32_32(dst0, dst1, rows);
}

/* Widths that are no power of two are covered by two overlapping columns. */
VR_ALWAYS_INLINE void hor(const vr_pixel *src, ptrdiff_t src_stride, void *dst, ptrdiff_t dst_stride, int width,
                          int height, const int8_t *coeff, int taps, int to)
{
    const ptrdiff_t size = to == TO_16 ? 2 : 1;
    const __m512i start = _mm512_set1_epi32(to == TO_16 ? 0 : 32);
    __m512i quad[2];
    load_quads(quad, coeff, taps);
    if (width == 64) {
        for (int y = 0; y < height; y++, src += src_stride)
            if (to == TO_8)
                hor_64_to_8(src, (vr_pixel *)dst + y * dst_stride, quad, taps, start);
            else
                hor_64_to_16(src, (int16_t *)dst + y * dst_stride, quad, taps, start);
        return;
    }
    for (int y = 0; y < height; y += 2, src += 2 * src_stride) {
        const int next = y + 1 < height; /* an odd height does its last row twice */
        const vr_pixel *src1 = src + next * src_stride;
        char *dst0 = (char *)dst + y * dst_stride * size, *dst1 = dst0 + next * dst_stride * size;
        const int column = width >= 32 ? 32 : 16;
        for (int x = 0; x < width; x += column) {
            const int at = x + column > width ? width - column : x;
            if (column == 32)
                hor_32x2(src + at, src1 + at, dst0 + at * size, dst1 + at * size, quad, taps, to, start);
            else
                hor_16x2(src + at, src1 + at, dst0 + at * size, dst1 + at * size, quad, taps, to, start);
        }
    }
}

/* ---- Vertical from 8 bits --------------------------------------------------------------------------------- */

VR_ALWAYS_INLINE void load_pairs_8(__m512i *tap, const int8_t *coeff, int taps)
{
    for (int i = 0; i < taps / 2; i++)
        tap[i] = _mm512_set1_epi16((int16_t)((uint8_t)coeff[2 * i] | (uint8_t)coeff[2 * i + 1] << 8));
}

VR_ALWAYS_INLINE __m512i round_6(__m512i v)
{
    return _mm512_mulhrs_epi16(v, _mm512_set1_epi16(512));
}

/* A column of 32 pixels, two rows a step: low and high are the interleaved pairs (row y, y + 1 | row y + 1, y + 2). */
VR_ALWAYS_INLINE void ver_32(const vr_pixel *src, ptrdiff_t src_stride, void *dst, ptrdiff_t dst_stride, int height,
                             const __m512i *tap, int taps, int to)
{
    const int pairs = taps / 2;
    __m512i low[4], high[4];
    src -= (pairs - 1) * src_stride;
    for (int i = 0; i < pairs - 1; i++, src += 2 * src_stride) {
        const __m512i row = load_32_32(src, src + src_stride), next = load_32_32(src + src_stride, src + 2 * src_stride);
        low[i] = _mm512_unpacklo_epi8(row, next);
        high[i] = _mm512_unpackhi_epi8(row, next);
    }
    for (int y = 0; y < height; y += 2, src += 2 * src_stride) {
        const __m512i row = load_32_32(src, src + src_stride), next = load_32_32(src + src_stride, src + 2 * src_stride);
        __m512i sum_low, sum_high;
        low[pairs - 1] = _mm512_unpacklo_epi8(row, next);
        high[pairs - 1] = _mm512_unpackhi_epi8(row, next);
        sum_low = _mm512_maddubs_epi16(low[0], tap[0]);
        sum_high = _mm512_maddubs_epi16(high[0], tap[0]);
        for (int i = 1; i < pairs; i++) {
            sum_low = _mm512_add_epi16(sum_low, _mm512_maddubs_epi16(low[i], tap[i]));
            sum_high = _mm512_add_epi16(sum_high, _mm512_maddubs_epi16(high[i], tap[i]));
            low[i - 1] = low[i];
            high[i - 1] = high[i];
        }
        if (to == TO_8) {
            vr_pixel *out = (vr_pixel *)dst + y * dst_stride;
            store_32_32(out, out + dst_stride, _mm512_packus_epi16(round_6(sum_low), round_6(sum_high)));
        } else {
            int16_t *out = (int16_t *)dst + y * dst_stride;
            store_unpacked(out, out + dst_stride, sum_low, sum_high);
        }
    }
}

/* A column of 64 pixels, one row at a time: the pairs of row y + i lie in ring[(y + i) % 8]. */
VR_ALWAYS_INLINE void ver_64(const vr_pixel *src, ptrdiff_t src_stride, void *dst, ptrdiff_t dst_stride, int height,
                             const __m512i *tap, int taps, int to)
{
    __m512i low[8], high[8], row;
    src -= (taps / 2 - 1) * src_stride;
    row = load_64(src);
    for (int i = 0; i < taps - 2; i++) {
        const __m512i next = load_64(src + (i + 1) * src_stride);
        low[i] = _mm512_unpacklo_epi8(row, next);
        high[i] = _mm512_unpackhi_epi8(row, next);
        row = next;
    }
    src += (taps - 1) * src_stride;
    for (int y = 0; y < height; y += taps) {
#pragma GCC unroll 8
        for (int r = 0; r < taps; r++) {
            const __m512i next = load_64(src);
            const int newest = (r + taps - 2) % taps;
            __m512i sum_low, sum_high;
            low[newest] = _mm512_unpacklo_epi8(row, next);
            high[newest] = _mm512_unpackhi_epi8(row, next);
            row = next;
            src += src_stride;
            sum_low = _mm512_maddubs_epi16(low[r], tap[0]);
            sum_high = _mm512_maddubs_epi16(high[r], tap[0]);
#pragma GCC unroll 4
            for (int i = 1; i < taps / 2; i++) {
                sum_low = _mm512_add_epi16(sum_low, _mm512_maddubs_epi16(low[(r + 2 * i) % taps], tap[i]));
                sum_high = _mm512_add_epi16(sum_high, _mm512_maddubs_epi16(high[(r + 2 * i) % taps], tap[i]));
            }
            if (to == TO_8) {
                store_64((vr_pixel *)dst + (y + r) * dst_stride,
                         _mm512_packus_epi16(round_6(sum_low), round_6(sum_high)));
            } else {
                int16_t *out = (int16_t *)dst + (y + r) * dst_stride;
                store_unpacked(out, out + 32, sum_low, sum_high);
            }
            if (y + r + 1 >= height)
                return;
        }
    }
}

VR_ALWAYS_INLINE void ver(const vr_pixel *src, ptrdiff_t src_stride, void *dst, ptrdiff_t dst_stride, int width,
                          int height, const int8_t *coeff, int taps, int to)
{
    const ptrdiff_t size = to == TO_16 ? 2 : 1;
    __m512i tap[4];
    load_pairs_8(tap, coeff, taps);
    if (width == 64) {
        ver_64(src, src_stride, dst, dst_stride, height, tap, taps, to);
        return;
    }
    for (int x = 0; x < width; x += 32) {
        const int at = x + 32 > width ? width - 32 : x;
        ver_32(src + at, src_stride, (char *)dst + at * size, dst_stride, height, tap, taps, to);
    }
}

/* ---- Vertical from 16 bits -------------------------------------------------------------------------------- */

VR_ALWAYS_INLINE void load_pairs_16(__m512i *tap, const int8_t *coeff, int taps)
{
    for (int i = 0; i < taps / 2; i++)
        tap[i] = _mm512_set1_epi32((int)((uint16_t)coeff[2 * i] | (uint32_t)coeff[2 * i + 1] << 16));
}

/* The rounding offset is what the sums begin with. */
VR_ALWAYS_INLINE __m512i narrow(__m512i sum_low, __m512i sum_high, int to)
{
    const int shift = to == TO_8 ? 12 : 6;
    return _mm512_packs_epi32(_mm512_srai_epi32(sum_low, shift), _mm512_srai_epi32(sum_high, shift));
}

/* A column of 16 values, two rows a step. */
VR_ALWAYS_INLINE void ver16_16(const int16_t *src, ptrdiff_t src_stride, void *dst, ptrdiff_t dst_stride, int height,
                               const __m512i *tap, int taps, int to, __m512i start)
{
    const int pairs = taps / 2;
    __m512i low[4], high[4];
    src -= (pairs - 1) * src_stride;
    for (int i = 0; i < pairs - 1; i++, src += 2 * src_stride) {
        const __m512i row = load_32_32(src, src + src_stride), next = load_32_32(src + src_stride, src + 2 * src_stride);
        low[i] = _mm512_unpacklo_epi16(row, next);
        high[i] = _mm512_unpackhi_epi16(row, next);
    }
    for (int y = 0; y < height; y += 2, src += 2 * src_stride) {
        const __m512i row = load_32_32(src, src + src_stride), next = load_32_32(src + src_stride, src + 2 * src_stride);
        __m512i sum_low, sum_high, result;
        low[pairs - 1] = _mm512_unpacklo_epi16(row, next);
        high[pairs - 1] = _mm512_unpackhi_epi16(row, next);
        sum_low = _mm512_dpwssd_epi32(start, low[0], tap[0]);
        sum_high = _mm512_dpwssd_epi32(start, high[0], tap[0]);
        for (int i = 1; i < pairs; i++) {
            sum_low = _mm512_dpwssd_epi32(sum_low, low[i], tap[i]);
            sum_high = _mm512_dpwssd_epi32(sum_high, high[i], tap[i]);
            low[i - 1] = low[i];
            high[i - 1] = high[i];
        }
        result = narrow(sum_low, sum_high, to);
        if (to == TO_8) {
            vr_pixel *out = (vr_pixel *)dst + y * dst_stride;
            store_16_16(out, out + dst_stride, low_half(order_packed(_mm512_packus_epi16(result, result))));
        } else {
            int16_t *out = (int16_t *)dst + y * dst_stride;
            store_32_32(out, out + dst_stride, result);
        }
    }
}

/* A column of 32 values: the pairs of row y + i lie in ring[(y + i) % taps]. Heights are even: pixels of two rows are
 * packed at once. */
VR_ALWAYS_INLINE void ver16_32(const int16_t *src, ptrdiff_t src_stride, void *dst, ptrdiff_t dst_stride, int height,
                               const __m512i *tap, int taps, int to, __m512i start)
{
    __m512i low[8], high[8], row, row_before = start;
    src -= (taps / 2 - 1) * src_stride;
    row = load_64(src);
    for (int i = 0; i < taps - 2; i++) {
        const __m512i next = load_64(src + (i + 1) * src_stride);
        low[i] = _mm512_unpacklo_epi16(row, next);
        high[i] = _mm512_unpackhi_epi16(row, next);
        row = next;
    }
    src += (taps - 1) * src_stride;
    for (int y = 0; y < height; y += taps) {
#pragma GCC unroll 8
        for (int r = 0; r < taps; r++) {
            const __m512i next = load_64(src);
            const int newest = (r + taps - 2) % taps;
            __m512i sum_low = start, sum_high = start, result;
            low[newest] = _mm512_unpacklo_epi16(row, next);
            high[newest] = _mm512_unpackhi_epi16(row, next);
            row = next;
            src += src_stride;
#pragma GCC unroll 4
            for (int i = 0; i < taps / 2; i++) {
                sum_low = _mm512_dpwssd_epi32(sum_low, low[(r + 2 * i) % taps], tap[i]);
                sum_high = _mm512_dpwssd_epi32(sum_high, high[(r + 2 * i) % taps], tap[i]);
            }
            result = narrow(sum_low, sum_high, to);
            if (to == TO_16) {
                store_64((int16_t *)dst + (y + r) * dst_stride, result);
            } else if (r % 2 == 0) {
                row_before = result;
            } else {
                vr_pixel *out = (vr_pixel *)dst + (y + r) * dst_stride;
                store_32_32(out - dst_stride, out, order_packed(_mm512_packus_epi16(row_before, result)));
            }
            if (r % 2 && y + r + 1 >= height)
                return;
        }
    }
}

VR_ALWAYS_INLINE void ver16(const int16_t *src, ptrdiff_t src_stride, void *dst, ptrdiff_t dst_stride, int width,
                            int height, const int8_t *coeff, int taps, int to)
{
    const int column = width >= 32 ? 32 : 16;
    const ptrdiff_t size = to == TO_16 ? 2 : 1;
    const __m512i start = _mm512_set1_epi32(to == TO_16 ? 0 : 2048);
    __m512i tap[4];
    load_pairs_16(tap, coeff, taps);
    for (int x = 0; x < width; x += column) {
        const int at = x + column > width ? width - column : x;
        if (column == 32)
            ver16_32(src + at, src_stride, (char *)dst + at * size, dst_stride, height, tap, taps, to, start);
        else
            ver16_16(src + at, src_stride, (char *)dst + at * size, dst_stride, height, tap, taps, to, start);
    }
}

/* ---- The table ------------------------------------------------------------------------------------------- */

#define WIDE(X) X(32) X(48) X(64)
#define FROM_16(X) X(16) X(24) WIDE(X)

#define DEFINE_HOR_AND_16(name, table, taps, W)                                                                        \
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
#define DEFINE_VER(name, table, taps, W)                                                                               \
    static void name##_ver_8to8_##W(const vr_pixel *src, ptrdiff_t src_stride, vr_pixel *dst, ptrdiff_t dst_stride,    \
                                    int height, int frac)                                                              \
    {                                                                                                                  \
        ver(src, src_stride, dst, dst_stride, W, height, table[frac], taps, TO_8);                                     \
    }                                                                                                                  \
    static void name##_ver_8to16_##W(const vr_pixel *src, ptrdiff_t src_stride, int16_t *dst, ptrdiff_t dst_stride,    \
                                     int height, int frac)                                                             \
    {                                                                                                                  \
        ver(src, src_stride, dst, dst_stride, W, height, table[frac], taps, TO_16);                                    \
    }

#define DEFINE_FROM_16(W)                                                                                              \
    DEFINE_HOR_AND_16(interp, vr_luma_filter, 8, W) DEFINE_HOR_AND_16(chroma, vr_chroma_filter, 4, W)
#define DEFINE_WIDE(W) DEFINE_VER(interp, vr_luma_filter, 8, W) DEFINE_VER(chroma, vr_chroma_filter, 4, W)
FROM_16(DEFINE_FROM_16)
WIDE(DEFINE_WIDE)

void vr_avx512_init_interp(vr_kernels *k)
{
#define SET_HOR_AND_16(name, W)                                                                                        \
    k->name##_hor_8to8[VR_W(W)] = name##_hor_8to8_##W;                                                                 \
    k->name##_hor_8to16[VR_W(W)] = name##_hor_8to16_##W;                                                               \
    k->name##_ver_16to8[VR_W(W)] = name##_ver_16to8_##W;                                                               \
    k->name##_ver_16to16[VR_W(W)] = name##_ver_16to16_##W;
#define SET_VER(name, W)                                                                                               \
    k->name##_ver_8to8[VR_W(W)] = name##_ver_8to8_##W;                                                                 \
    k->name##_ver_8to16[VR_W(W)] = name##_ver_8to16_##W;
#define SET_FROM_16(W) SET_HOR_AND_16(interp, W) SET_HOR_AND_16(chroma, W)
#define SET_WIDE(W) SET_VER(interp, W) SET_VER(chroma, W)
    FROM_16(SET_FROM_16)
    WIDE(SET_WIDE)
}

#endif
