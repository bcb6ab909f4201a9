/* AVX2: forward and inverse transforms, 8.6.4.
 *
 * A stage works down the columns, eight at a time in 32-bit lanes: vpmaddwd multiplies interleaved pairs of input
 * rows by pairs of basis values. The basis of size N splits into its odd rows (antisymmetric) and its even rows, the
 * basis of size N / 2. Between the stages the block is transposed, so that both stages are the same code. */
#include "kernels/kernels_avx2.h"

#ifdef VR_HAVE_AVX2

/* ---- Basis pairs ------------------------------------------------------------------------------------------ */

/* odd_pairs(m)[n][j]: rows 4j + 1 and 4j + 3 of the basis of size 2m at column n, packed for vpmaddwd (inverse). */
static int32_t inverse_pairs_16[16][8], inverse_pairs_8[8][4], inverse_pairs_4[4][2];
/* The same for the forward stage: row 2n + 1 at columns 2j and 2j + 1. */
static int32_t forward_pairs_16[16][8], forward_pairs_8[8][4], forward_pairs_4[4][2];
/* Full basis of 32 and 16 for the forward stage whose input is too large for 16-bit butterflies. */
static int32_t full_pairs_32[32][16], full_pairs_16[16][8], full_pairs_8[8][4];

static int32_t pack_pair(int first, int second)
{
    return (int32_t)((uint16_t)first | (uint32_t)(uint16_t)second << 16);
}

static void fill_pairs(void)
{
    for (int m = 4; m <= 16; m *= 2) {
        int32_t *inverse = m == 16 ? inverse_pairs_16[0] : m == 8 ? inverse_pairs_8[0] : inverse_pairs_4[0];
        int32_t *forward = m == 16 ? forward_pairs_16[0] : m == 8 ? forward_pairs_8[0] : forward_pairs_4[0];
        const int step = 16 / m;
        for (int n = 0; n < m; n++)
            for (int j = 0; j < m / 2; j++) {
                inverse[n * m / 2 + j] =
                    pack_pair(vr_dct_matrix[(4 * j + 1) * step][n], vr_dct_matrix[(4 * j + 3) * step][n]);
                forward[n * m / 2 + j] =
                    pack_pair(vr_dct_matrix[(2 * n + 1) * step][2 * j], vr_dct_matrix[(2 * n + 1) * step][2 * j + 1]);
            }
    }
    for (int size = 8; size <= 32; size *= 2) {
        int32_t *full = size == 32 ? full_pairs_32[0] : size == 16 ? full_pairs_16[0] : full_pairs_8[0];
        for (int k = 0; k < size; k++)
            for (int j = 0; j < size / 2; j++)
                full[k * size / 2 + j] =
                    pack_pair(vr_dct_matrix[k * (32 / size)][2 * j], vr_dct_matrix[k * (32 / size)][2 * j + 1]);
    }
}

/* Eight columns of two rows, interleaved. */
VR_ALWAYS_INLINE __m256i interleave(__m128i a, __m128i b)
{
    return join(_mm_unpacklo_epi16(a, b), _mm_unpackhi_epi16(a, b));
}

VR_ALWAYS_INLINE __m256i multiply(__m256i pairs, int32_t basis)
{
    return _mm256_madd_epi16(pairs, _mm256_set1_epi32(basis));
}

VR_ALWAYS_INLINE __m256i multiply_sum(const __m256i *pairs, const int32_t *basis, int count)
{
    __m256i sum = multiply(pairs[0], basis[0]);
    for (int j = 1; j < count; j++)
        sum = _mm256_add_epi32(sum, multiply(pairs[j], basis[j]));
    return sum;
}

/* Two rows of eight 32-bit values, shifted and saturated to 16 bits: the first in the low lane. */
VR_ALWAYS_INLINE __m256i narrow(__m256i a, __m256i b, int shift)
{
    return _mm256_permute4x64_epi64(_mm256_packs_epi32(_mm256_srai_epi32(a, shift), _mm256_srai_epi32(b, shift)), 0xD8);
}

/* ---- Transposition of 16-bit blocks ------------------------------------------------------------------------ */

/* Each lane's 8x8 block. */
VR_ALWAYS_INLINE void transpose_lanes(__m256i *r)
{
    __m256i t[8], u[8];
    for (int i = 0; i < 4; i++) {
        t[2 * i] = _mm256_unpacklo_epi16(r[2 * i], r[2 * i + 1]);
        t[2 * i + 1] = _mm256_unpackhi_epi16(r[2 * i], r[2 * i + 1]);
    }
    for (int i = 0; i < 2; i++) {
        u[4 * i] = _mm256_unpacklo_epi32(t[4 * i], t[4 * i + 2]);
        u[4 * i + 1] = _mm256_unpackhi_epi32(t[4 * i], t[4 * i + 2]);
        u[4 * i + 2] = _mm256_unpacklo_epi32(t[4 * i + 1], t[4 * i + 3]);
        u[4 * i + 3] = _mm256_unpackhi_epi32(t[4 * i + 1], t[4 * i + 3]);
    }
    for (int i = 0; i < 4; i++) {
        r[2 * i] = _mm256_unpacklo_epi64(u[i], u[i + 4]);
        r[2 * i + 1] = _mm256_unpackhi_epi64(u[i], u[i + 4]);
    }
}

/* dst[x][y] = src[y][x] for `rows` x `columns`, both multiples of 8. */
VR_ALWAYS_INLINE void transpose_16(const int16_t *src, ptrdiff_t src_stride, int16_t *dst, ptrdiff_t dst_stride,
                                   int rows, int columns)
{
    __m256i r[8];
    for (int y = 0; y < rows; y += 8) {
        int x = 0;
        for (; x + 16 <= columns; x += 16) {
            for (int i = 0; i < 8; i++)
                r[i] = load_32(src + (y + i) * src_stride + x);
            transpose_lanes(r);
            for (int i = 0; i < 8; i++)
                store_16_16(dst + (x + i) * dst_stride + y, dst + (x + i + 8) * dst_stride + y, r[i]);
        }
        if (x < columns) {
            for (int i = 0; i < 8; i++)
                r[i] = _mm256_castsi128_si256(load_16(src + (y + i) * src_stride + x));
            transpose_lanes(r);
            for (int i = 0; i < 8; i++)
                store_16(dst + (x + i) * dst_stride + y, low_half(r[i]));
        }
    }
}

/* ---- Inverse ----------------------------------------------------------------------------------------------- */

/* Outputs of the odd basis rows of size 2m, from input rows step, 3 * step, ... below `limit`. */
VR_ALWAYS_INLINE void inverse_odd(const int16_t *src, ptrdiff_t stride, int step, int limit, int m,
                                  const int32_t *basis, __m256i *out)
{
    const int wanted = (limit + 4 * step - 1) / (4 * step);
    const int pairs = wanted < m / 2 ? wanted : m / 2;
    __m256i in[8];
    for (int j = 0; j < pairs; j++)
        in[j] = interleave(load_16(src + (4 * j + 1) * step * stride), load_16(src + (4 * j + 3) * step * stride));
    for (int n = 0; n < m; n++)
        out[n] = multiply_sum(in, basis + n * (m / 2), pairs);
}

/* Joins even and odd outputs in place: even[0..m-1] becomes the 2m outputs. */
VR_ALWAYS_INLINE void inverse_join(__m256i *even, const __m256i *odd, int m)
{
    for (int n = m - 1; n >= 0; n--)
        even[2 * m - 1 - n] = _mm256_sub_epi32(even[n], odd[n]);
    for (int n = 0; n < m; n++)
        even[n] = _mm256_add_epi32(even[n], odd[n]);
}

/* Eight columns; rows from `limit` on are zero. The output keeps the input's layout. */
VR_ALWAYS_INLINE void inverse_columns(const int16_t *src, ptrdiff_t src_stride, int16_t *dst, ptrdiff_t dst_stride,
                                      int size, int limit, int shift)
{
    const __m256i round = _mm256_set1_epi32(1 << (shift - 1));
    const int quarter = size / 4;
    const __m256i even_pair = interleave(load_16(src), load_16(src + 2 * quarter * src_stride));
    const __m256i odd_pair = interleave(load_16(src + quarter * src_stride), load_16(src + 3 * quarter * src_stride));
    __m256i out[32], odd[16];
    out[0] = _mm256_add_epi32(multiply(even_pair, 64 | 64 << 16), round);
    out[1] = _mm256_add_epi32(multiply(even_pair, (int32_t)(64 | 0xFFC00000u)), round);
    odd[0] = multiply(odd_pair, 83 | 36 << 16);
    odd[1] = multiply(odd_pair, (int32_t)(36 | 0xFFAD0000u));
    inverse_join(out, odd, 2);
    inverse_odd(src, src_stride, size / 8, limit, 4, inverse_pairs_4[0], odd);
    inverse_join(out, odd, 4);
    if (size >= 16) {
        inverse_odd(src, src_stride, size / 16, limit, 8, inverse_pairs_8[0], odd);
        inverse_join(out, odd, 8);
    }
    if (size >= 32) {
        inverse_odd(src, src_stride, size / 32, limit, 16, inverse_pairs_16[0], odd);
        inverse_join(out, odd, 16);
    }
    for (int n = 0; n < size; n += 2)
        store_16_16(dst + n * dst_stride, dst + (n + 1) * dst_stride, narrow(out[n], out[n + 1], shift));
}

/* Bit c is set where the columns 8c..8c+7 hold a coefficient, bit 8 + r for the rows 8r..8r+7. */
VR_ALWAYS_INLINE unsigned occupied_groups(const int16_t *coeff, int size)
{
    unsigned groups = 0;
    for (int y = 0; y < size; y += 8)
        for (int x = 0; x < size; x += 8) {
            __m128i any = load_16(coeff + y * size + x);
            for (int i = 1; i < 8; i++)
                any = _mm_or_si128(any, load_16(coeff + (y + i) * size + x));
            if (!_mm_testz_si128(any, any))
                groups |= 1u << (x / 8) | 1u << (8 + y / 8);
        }
    return groups;
}

VR_ALWAYS_INLINE int limit_of(unsigned groups)
{
    return groups ? 8 * (32 - __builtin_clz(groups)) : 8;
}

/* One stage over `columns` columns with a constant row limit, so that the compiler unrolls each case. */
VR_ALWAYS_INLINE void inverse_stage(const int16_t *src, ptrdiff_t src_stride, int16_t *dst, ptrdiff_t dst_stride,
                                    int size, int limit, int columns, int shift)
{
    for (int x = 0; x < columns; x += 8) {
        if (limit <= 8 && size > 8)
            inverse_columns(src + x, src_stride, dst + x, dst_stride, size, 8, shift);
        else if (limit <= 16 && size > 16)
            inverse_columns(src + x, src_stride, dst + x, dst_stride, size, 16, shift);
        else
            inverse_columns(src + x, src_stride, dst + x, dst_stride, size, size, shift);
    }
}

/* High frequencies are mostly absent: the first stage skips empty groups of eight columns at the right, both skip
 * empty rows. */
VR_ALWAYS_INLINE void inverse(const int16_t *coeff, int16_t *residual, ptrdiff_t stride, int size)
{
    int16_t half_done[32 * 32], turned[32 * 32];
    const unsigned groups = occupied_groups(coeff, size);
    const int columns = limit_of(groups & 0xFF), rows = limit_of(groups >> 8);
    inverse_stage(coeff, size, half_done, size, size, rows, columns, 7);
    for (int x = 0; x < columns; x += 8)
        transpose_16(half_done + x, size, turned + x * size, size, size, 8);
    memset(turned + columns * size, 0, (size_t)(size - columns) * size * sizeof(*turned));
    inverse_stage(turned, size, half_done, size, size, columns, size, 12);
    transpose_16(half_done, size, residual, stride, size, size);
}

static void idct_16(const int16_t *coeff, int16_t *residual, ptrdiff_t stride)
{
    inverse(coeff, residual, stride, 16);
}

static void idct_32(const int16_t *coeff, int16_t *residual, ptrdiff_t stride)
{
    inverse(coeff, residual, stride, 32);
}

#define DEFINE_IDCT_DC(N)                                                                                              \
    static void idct_dc_##N(int dc, int16_t *residual, ptrdiff_t stride)                                               \
    {                                                                                                                  \
        const __m256i value =                                                                                          \
            _mm256_set1_epi16((int16_t)((vr_clip_16((64 * dc + 64) >> 7) * 64 + 2048) >> 12));                         \
        for (int y = 0; y < N; y++, residual += stride) {                                                              \
            if (N == 4)                                                                                                \
                store_8(residual, low_half(value));                                                                    \
            else if (N == 8)                                                                                           \
                store_16(residual, low_half(value));                                                                   \
            else                                                                                                       \
                for (int x = 0; x < N; x += 16)                                                                        \
                    store_32(residual + x, value);                                                                     \
        }                                                                                                              \
    }
DEFINE_IDCT_DC(4)
DEFINE_IDCT_DC(8)
DEFINE_IDCT_DC(16)
DEFINE_IDCT_DC(32)

/* ---- Forward ----------------------------------------------------------------------------------------------- */

/* Rounds, shifts and stores two rows of eight sums. */
VR_ALWAYS_INLINE void store_rows(int16_t *dst0, int16_t *dst1, __m256i sum0, __m256i sum1, __m256i round, int shift)
{
    store_16_16(dst0, dst1, narrow(_mm256_add_epi32(sum0, round), _mm256_add_epi32(sum1, round), shift));
}

/* Odd basis rows of size 2m: x[n] - x[2m - 1 - n] against the basis; results go to rows step, 3 * step, ... */
VR_ALWAYS_INLINE void forward_odd(const __m128i *difference, int m, int step, const int32_t *basis, int16_t *dst,
                                  ptrdiff_t stride, __m256i round, int shift)
{
    __m256i in[8];
    for (int j = 0; j < m / 2; j++)
        in[j] = interleave(difference[2 * j], difference[2 * j + 1]);
    for (int n = 0; n < m; n += 2)
        store_rows(dst + (2 * n + 1) * step * stride, dst + (2 * n + 3) * step * stride,
                   multiply_sum(in, basis + n * (m / 2), m / 2), multiply_sum(in, basis + (n + 1) * (m / 2), m / 2),
                   round, shift);
}

/* Splits 2m rows into sums (in place) and differences. */
VR_ALWAYS_INLINE void forward_split(__m128i *rows, __m128i *difference, int m)
{
    for (int n = 0; n < m; n++) {
        difference[n] = _mm_sub_epi16(rows[n], rows[2 * m - 1 - n]);
        rows[n] = _mm_add_epi16(rows[n], rows[2 * m - 1 - n]);
    }
}

/* Eight columns whose butterflies stay inside 16 bits: |src| * size / 4 <= 32767. */
VR_ALWAYS_INLINE void forward_columns(const int16_t *src, ptrdiff_t src_stride, int16_t *dst, ptrdiff_t dst_stride,
                                      int size, int shift)
{
    const __m256i round = _mm256_set1_epi32(1 << (shift - 1));
    const int quarter = size / 4;
    __m128i rows[32], difference[16];
    __m256i even_pair, odd_pair;
    for (int n = 0; n < size; n++)
        rows[n] = load_16(src + n * src_stride);
    if (size >= 32) {
        forward_split(rows, difference, 16);
        forward_odd(difference, 16, size / 32, forward_pairs_16[0], dst, dst_stride, round, shift);
    }
    if (size >= 16) {
        forward_split(rows, difference, 8);
        forward_odd(difference, 8, size / 16, forward_pairs_8[0], dst, dst_stride, round, shift);
    }
    forward_split(rows, difference, 4);
    forward_odd(difference, 4, size / 8, forward_pairs_4[0], dst, dst_stride, round, shift);
    /* The basis of size 4 in full: its last butterfly might overflow. */
    even_pair = interleave(rows[0], rows[1]);
    odd_pair = interleave(rows[3], rows[2]);
    store_rows(dst, dst + quarter * dst_stride,
               _mm256_add_epi32(multiply(even_pair, 64 | 64 << 16), multiply(odd_pair, 64 | 64 << 16)),
               _mm256_sub_epi32(multiply(even_pair, 83 | 36 << 16), multiply(odd_pair, 83 | 36 << 16)), round, shift);
    store_rows(dst + 2 * quarter * dst_stride, dst + 3 * quarter * dst_stride,
               _mm256_add_epi32(multiply(even_pair, (int32_t)(64 | 0xFFC00000u)),
                                multiply(odd_pair, (int32_t)(64 | 0xFFC00000u))),
               _mm256_sub_epi32(multiply(even_pair, (int32_t)(36 | 0xFFAD0000u)),
                                multiply(odd_pair, (int32_t)(36 | 0xFFAD0000u))),
               round, shift);
}

/* Eight columns of any 16-bit input: the whole basis, no butterflies. */
VR_ALWAYS_INLINE void forward_columns_full(const int16_t *src, ptrdiff_t src_stride, int16_t *dst, ptrdiff_t dst_stride,
                                           int size, const int32_t *basis, int shift)
{
    const __m256i round = _mm256_set1_epi32(1 << (shift - 1));
    __m256i in[16];
    for (int j = 0; j < size / 2; j++)
        in[j] = interleave(load_16(src + 2 * j * src_stride), load_16(src + (2 * j + 1) * src_stride));
    for (int k = 0; k < size; k += 2)
        store_rows(dst + k * dst_stride, dst + (k + 1) * dst_stride,
                   multiply_sum(in, basis + k * (size / 2), size / 2),
                   multiply_sum(in, basis + (k + 1) * (size / 2), size / 2), round, shift);
}

/* Largest magnitude that forward_columns takes: three levels of butterflies for 32, two for 16. */
VR_ALWAYS_INLINE int exceeds(const int16_t *block, int count, int bound)
{
    __m256i largest = _mm256_setzero_si256();
    for (int i = 0; i < count; i += 16)
        largest = _mm256_max_epu16(largest, _mm256_abs_epi16(load_32(block + i)));
    return !_mm256_testz_si256(largest, _mm256_set1_epi16((int16_t)~(bound - 1)));
}

VR_ALWAYS_INLINE void forward(const int16_t *residual, ptrdiff_t stride, int16_t *coeff, int log2_size,
                              const int32_t *full_basis)
{
    const int size = 1 << log2_size;
    int16_t turned[32 * 32], half_done[32 * 32];
    transpose_16(residual, stride, turned, size, size, size);
    for (int x = 0; x < size; x += 8)
        forward_columns(turned + x, size, half_done + x, size, size, log2_size - 1);
    transpose_16(half_done, size, turned, size, size, size);
    if (exceeds(turned, size * size, 1 << (17 - log2_size)))
        for (int x = 0; x < size; x += 8)
            forward_columns_full(turned + x, size, coeff + x, size, size, full_basis, log2_size + 6);
    else
        for (int x = 0; x < size; x += 8)
            forward_columns(turned + x, size, coeff + x, size, size, log2_size + 6);
}

static void dct_16(const int16_t *residual, ptrdiff_t stride, int16_t *coeff)
{
    forward(residual, stride, coeff, 4, full_pairs_16[0]);
}

static void dct_32(const int16_t *residual, ptrdiff_t stride, int16_t *coeff)
{
    forward(residual, stride, coeff, 5, full_pairs_32[0]);
}

/* ---- 8x8, in registers --------------------------------------------------------------------------------------- */

VR_ALWAYS_INLINE void transpose_8(__m128i *r)
{
    __m128i t[8], u[8];
    for (int i = 0; i < 4; i++) {
        t[2 * i] = _mm_unpacklo_epi16(r[2 * i], r[2 * i + 1]);
        t[2 * i + 1] = _mm_unpackhi_epi16(r[2 * i], r[2 * i + 1]);
    }
    for (int i = 0; i < 2; i++) {
        u[4 * i] = _mm_unpacklo_epi32(t[4 * i], t[4 * i + 2]);
        u[4 * i + 1] = _mm_unpackhi_epi32(t[4 * i], t[4 * i + 2]);
        u[4 * i + 2] = _mm_unpacklo_epi32(t[4 * i + 1], t[4 * i + 3]);
        u[4 * i + 3] = _mm_unpackhi_epi32(t[4 * i + 1], t[4 * i + 3]);
    }
    for (int i = 0; i < 4; i++) {
        r[2 * i] = _mm_unpacklo_epi64(u[i], u[i + 4]);
        r[2 * i + 1] = _mm_unpackhi_epi64(u[i], u[i + 4]);
    }
}

/* Two rows of eight 32-bit sums, rounding included. */
VR_ALWAYS_INLINE void narrow_to(__m128i *row0, __m128i *row1, __m256i sum0, __m256i sum1, int shift)
{
    const __m256i rows = narrow(sum0, sum1, shift);
    *row0 = low_half(rows);
    *row1 = high_half(rows);
}

/* The odd basis rows against two pairs of rows, output n. */
VR_ALWAYS_INLINE __m256i odd_8(const __m256i *pairs, const int32_t *basis)
{
    return _mm256_add_epi32(multiply(pairs[0], basis[0]), multiply(pairs[1], basis[1]));
}

VR_ALWAYS_INLINE void inverse_stage_8(__m128i *row, int shift)
{
    const __m256i round = _mm256_set1_epi32(1 << (shift - 1));
    const __m256i pairs[2] = {interleave(row[1], row[3]), interleave(row[5], row[7])};
    const __m256i even_pair = interleave(row[0], row[4]), odd_pair = interleave(row[2], row[6]);
    const __m256i sum = _mm256_add_epi32(multiply(even_pair, 64 | 64 << 16), round);
    const __m256i difference = _mm256_add_epi32(multiply(even_pair, (int32_t)(64 | 0xFFC00000u)), round);
    const __m256i outer = multiply(odd_pair, 83 | 36 << 16), inner = multiply(odd_pair, (int32_t)(36 | 0xFFAD0000u));
    const __m256i even[4] = {_mm256_add_epi32(sum, outer), _mm256_add_epi32(difference, inner),
                             _mm256_sub_epi32(difference, inner), _mm256_sub_epi32(sum, outer)};
    for (int n = 0; n < 4; n++) {
        const __m256i odd = odd_8(pairs, inverse_pairs_4[n]);
        narrow_to(&row[n], &row[7 - n], _mm256_add_epi32(even[n], odd), _mm256_sub_epi32(even[n], odd), shift);
    }
}

/* Any input in the first stage's range; the second stage's differences might leave 16 bits, so `full` multiplies the
 * rows themselves. */
VR_ALWAYS_INLINE void forward_stage_8(__m128i *row, int full, int shift)
{
    const __m256i round = _mm256_set1_epi32(1 << (shift - 1));
    __m128i out[8];
    if (full) {
        const __m256i in[4] = {interleave(row[0], row[1]), interleave(row[2], row[3]), interleave(row[4], row[5]),
                               interleave(row[6], row[7])};
        for (int k = 0; k < 8; k += 2)
            narrow_to(&out[k], &out[k + 1], _mm256_add_epi32(multiply_sum(in, full_pairs_8[k], 4), round),
                      _mm256_add_epi32(multiply_sum(in, full_pairs_8[k + 1], 4), round), shift);
    } else {
        __m128i sum[4], difference[4];
        __m256i outer, inner, pairs[2];
        for (int n = 0; n < 4; n++) {
            sum[n] = _mm_add_epi16(row[n], row[7 - n]);
            difference[n] = _mm_sub_epi16(row[n], row[7 - n]);
        }
        pairs[0] = interleave(difference[0], difference[1]);
        pairs[1] = interleave(difference[2], difference[3]);
        outer = interleave(sum[0], sum[1]);
        inner = interleave(sum[3], sum[2]);
        narrow_to(&out[0], &out[1],
                  _mm256_add_epi32(_mm256_add_epi32(multiply(outer, 64 | 64 << 16), multiply(inner, 64 | 64 << 16)),
                                   round),
                  _mm256_add_epi32(odd_8(pairs, forward_pairs_4[0]), round), shift);
        narrow_to(&out[2], &out[3],
                  _mm256_add_epi32(_mm256_sub_epi32(multiply(outer, 83 | 36 << 16), multiply(inner, 83 | 36 << 16)),
                                   round),
                  _mm256_add_epi32(odd_8(pairs, forward_pairs_4[1]), round), shift);
        narrow_to(&out[4], &out[5],
                  _mm256_add_epi32(_mm256_add_epi32(multiply(outer, (int32_t)(64 | 0xFFC00000u)),
                                                    multiply(inner, (int32_t)(64 | 0xFFC00000u))),
                                   round),
                  _mm256_add_epi32(odd_8(pairs, forward_pairs_4[2]), round), shift);
        narrow_to(&out[6], &out[7],
                  _mm256_add_epi32(_mm256_sub_epi32(multiply(outer, (int32_t)(36 | 0xFFAD0000u)),
                                                    multiply(inner, (int32_t)(36 | 0xFFAD0000u))),
                                   round),
                  _mm256_add_epi32(odd_8(pairs, forward_pairs_4[3]), round), shift);
    }
    memcpy(row, out, sizeof(out));
}

static void idct_8(const int16_t *coeff, int16_t *residual, ptrdiff_t stride)
{
    __m128i row[8];
    for (int i = 0; i < 8; i++)
        row[i] = load_16(coeff + 8 * i);
    inverse_stage_8(row, 7);
    transpose_8(row);
    inverse_stage_8(row, 12);
    transpose_8(row);
    for (int i = 0; i < 8; i++)
        store_16(residual + i * stride, row[i]);
}

static void dct_8(const int16_t *residual, ptrdiff_t stride, int16_t *coeff)
{
    __m128i row[8], largest;
    for (int i = 0; i < 8; i++)
        row[i] = load_16(residual + i * stride);
    transpose_8(row);
    forward_stage_8(row, 0, 2);
    largest = _mm_abs_epi16(row[0]);
    for (int i = 1; i < 8; i++)
        largest = _mm_or_si128(largest, _mm_abs_epi16(row[i]));
    transpose_8(row);
    if (_mm_testz_si128(largest, _mm_set1_epi16((int16_t)~(16384 - 1))))
        forward_stage_8(row, 0, 9);
    else
        forward_stage_8(row, 1, 9);
    for (int i = 0; i < 8; i++)
        store_16(coeff + 8 * i, row[i]);
}

/* ---- 4x4 --------------------------------------------------------------------------------------------------- */

/* What a stage multiplies: outputs 0 and 1 in the low lanes of [0] and [1] (rows 0, 1 of the input) and of [2] and [3]
 * (rows 2, 3), outputs 2 and 3 in the high ones. */
typedef struct {
    _Alignas(32) int32_t pairs[4][8];
} basis_4;

/* One stage over four columns given as interleaved rows: pair01 = (row 0, row 1), pair23 = (row 2, row 3).
 * Outputs 0, 1 in the low lane, 2, 3 in the high one. */
VR_ALWAYS_INLINE __m256i stage_4(__m128i pair01, __m128i pair23, const basis_4 *basis, int shift)
{
    const __m256i first = _mm256_broadcastsi128_si256(pair01), second = _mm256_broadcastsi128_si256(pair23);
    const __m256i round = _mm256_set1_epi32(1 << (shift - 1));
    __m256i out[2];
    for (int i = 0; i < 2; i++)
        out[i] = _mm256_srai_epi32(
            _mm256_add_epi32(_mm256_add_epi32(_mm256_madd_epi16(first, load_32(basis->pairs[i])),
                                              _mm256_madd_epi16(second, load_32(basis->pairs[2 + i]))),
                             round),
            shift);
    return _mm256_packs_epi32(out[0], out[1]);
}

/* Rows 0, 1 | 2, 3 (lanes) transposed and interleaved by pairs of rows again. */
VR_ALWAYS_INLINE void transpose_4(__m256i rows, __m128i *pair01, __m128i *pair23)
{
    /* Words a0 a1 a2 a3 b0 b1 b2 b3 | c0 .. d3 to the pairs (a0 a1)(b0 b1)(c0 c1)(d0 d1). */
    const __m128i low = low_half(rows), high = high_half(rows);
    *pair01 = _mm_castps_si128(_mm_shuffle_ps(_mm_castsi128_ps(low), _mm_castsi128_ps(high), 0x88));
    *pair23 = _mm_castps_si128(_mm_shuffle_ps(_mm_castsi128_ps(low), _mm_castsi128_ps(high), 0xDD));
}

/* Forward multiplies row k of the matrix, inverse column k. */
static basis_4 dct4_forward, dct4_inverse, dst4_forward, dst4_inverse;

static void fill_basis_4(const int8_t *matrix, int row_stride, basis_4 *forward, basis_4 *inverse)
{
    for (int i = 0; i < 4; i++)
        for (int lane = 0; lane < 8; lane++) {
            const int k = i % 2 + lane / 4 * 2, n = i / 2 * 2;
            forward->pairs[i][lane] = pack_pair(matrix[k * row_stride + n], matrix[k * row_stride + n + 1]);
            inverse->pairs[i][lane] = pack_pair(matrix[n * row_stride + k], matrix[(n + 1) * row_stride + k]);
        }
}

/* The rows of the residual side by side are what the first stage, along the rows, multiplies. */
VR_ALWAYS_INLINE void forward_4(const int16_t *residual, ptrdiff_t stride, int16_t *coeff, const basis_4 *basis)
{
    const __m256i rows = join(load_8_8(residual, residual + stride), load_8_8(residual + 2 * stride, residual + 3 * stride));
    __m128i pair01, pair23;
    transpose_4(rows, &pair01, &pair23);
    transpose_4(stage_4(pair01, pair23, basis, 1), &pair01, &pair23);
    store_32(coeff, stage_4(pair01, pair23, basis, 8));
}

VR_ALWAYS_INLINE void inverse_4(const int16_t *coeff, int16_t *residual, ptrdiff_t stride, const basis_4 *basis)
{
    const __m128i split = _mm_setr_epi8(0, 1, 4, 5, 8, 9, 12, 13, 2, 3, 6, 7, 10, 11, 14, 15);
    const __m128i row01 = load_16(coeff), row23 = load_16(coeff + 8);
    __m128i pair01 = _mm_unpacklo_epi16(row01, _mm_srli_si128(row01, 8));
    __m128i pair23 = _mm_unpacklo_epi16(row23, _mm_srli_si128(row23, 8));
    __m256i columns;
    transpose_4(stage_4(pair01, pair23, basis, 7), &pair01, &pair23);
    columns = stage_4(pair01, pair23, basis, 12); /* column n of the residual in row n */
    transpose_4(columns, &pair01, &pair23);
    /* pair01: (r00 r10)(r01 r11)(r02 r12)(r03 r13), pair23 the same of rows 2 and 3. */
    pair01 = _mm_shuffle_epi8(pair01, split);
    pair23 = _mm_shuffle_epi8(pair23, split);
    store_8(residual, pair01);
    store_8_high(residual + stride, pair01);
    store_8(residual + 2 * stride, pair23);
    store_8_high(residual + 3 * stride, pair23);
}

static void dct_4(const int16_t *residual, ptrdiff_t stride, int16_t *coeff)
{
    forward_4(residual, stride, coeff, &dct4_forward);
}

static void dst4(const int16_t *residual, ptrdiff_t stride, int16_t *coeff)
{
    forward_4(residual, stride, coeff, &dst4_forward);
}

static void idct_4(const int16_t *coeff, int16_t *residual, ptrdiff_t stride)
{
    inverse_4(coeff, residual, stride, &dct4_inverse);
}

static void idst4(const int16_t *coeff, int16_t *residual, ptrdiff_t stride)
{
    inverse_4(coeff, residual, stride, &dst4_inverse);
}

void vr_avx2_init_transform(vr_kernels *k)
{
    fill_pairs();
    fill_basis_4(vr_dct_matrix[0], 8 * 32, &dct4_forward, &dct4_inverse);
    fill_basis_4(vr_dst_matrix[0], 4, &dst4_forward, &dst4_inverse);
#define SET_SIZE(N, log2_size)                                                                                         \
    k->dct[VR_L(log2_size)] = dct_##N;                                                                                 \
    k->idct[VR_L(log2_size)] = idct_##N;                                                                               \
    k->idct_dc[VR_L(log2_size)] = idct_dc_##N;
    SET_SIZE(4, 2)
    SET_SIZE(8, 3)
    SET_SIZE(16, 4)
    SET_SIZE(32, 5)
    k->dst4 = dst4;
    k->idst4 = idst4;
}

#endif
