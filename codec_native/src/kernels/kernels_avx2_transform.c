/* AVX2: forward and inverse transforms of 16 and 32, 8.6.4; the smaller ones are in kernels_avx2_transform_small.c.
 *
 * A stage works down the columns, eight at a time in 32-bit lanes: vpmaddwd multiplies interleaved pairs of input
 * rows by pairs of basis values. The basis of size N splits into its odd rows (antisymmetric) and its even rows, the
 * basis of size N / 2. Between the stages the block is transposed, so that both stages are the same code. */
#include "kernels/kernels_avx2_transform.h"

#ifdef VR_HAVE_AVX2

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
    inverse_odd(src, src_stride, size / 8, limit, 4, vr_basis.inverse_4[0], odd);
    inverse_join(out, odd, 4);
    if (size >= 16) {
        inverse_odd(src, src_stride, size / 16, limit, 8, vr_basis.inverse_8[0], odd);
        inverse_join(out, odd, 8);
    }
    if (size >= 32) {
        inverse_odd(src, src_stride, size / 32, limit, 16, vr_basis.inverse_16[0], odd);
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
        forward_odd(difference, 16, size / 32, vr_basis.forward_16[0], dst, dst_stride, round, shift);
    }
    if (size >= 16) {
        forward_split(rows, difference, 8);
        forward_odd(difference, 8, size / 16, vr_basis.forward_8[0], dst, dst_stride, round, shift);
    }
    forward_split(rows, difference, 4);
    forward_odd(difference, 4, size / 8, vr_basis.forward_4[0], dst, dst_stride, round, shift);
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
    forward(residual, stride, coeff, 4, vr_basis.full_16[0]);
}

static void dct_32(const int16_t *residual, ptrdiff_t stride, int16_t *coeff)
{
    forward(residual, stride, coeff, 5, vr_basis.full_32[0]);
}

void vr_avx2_init_transform(vr_kernels *k)
{
    vr_basis_fill();
    vr_avx2_init_transform_small(k);
    k->dct[VR_L(4)] = dct_16;
    k->dct[VR_L(5)] = dct_32;
    k->idct[VR_L(4)] = idct_16;
    k->idct[VR_L(5)] = idct_32;
}

#endif
