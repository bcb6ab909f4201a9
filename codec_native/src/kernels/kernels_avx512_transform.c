/* AVX-512: transforms of 16 and 32, 8.6.4. The scheme is that of kernels_avx2_transform.c with sixteen columns at a
 * time and VNNI's vpdpwssd, which adds the products up by itself. */
#include "kernels/kernels_avx512.h"

#ifdef VR_HAVE_AVX512
#include "kernels/kernels_basis.h"

/* Sixteen columns of two rows, interleaved; 32-bit lanes hold the columns 0-3, 8-11, 4-7, 12-15. */
VR_ALWAYS_INLINE __m512i interleave(__m256i a, __m256i b)
{
    return join(_mm256_unpacklo_epi16(a, b), _mm256_unpackhi_epi16(a, b));
}

VR_ALWAYS_INLINE __m512i multiply_add(__m512i sum, __m512i pairs, int32_t basis)
{
    return _mm512_dpwssd_epi32(sum, pairs, _mm512_set1_epi32(basis));
}

VR_ALWAYS_INLINE __m512i multiply_sum(__m512i start, const __m512i *pairs, const int32_t *basis, int count)
{
    for (int j = 0; j < count; j++)
        start = multiply_add(start, pairs[j], basis[j]);
    return start;
}

/* Two rows of sixteen sums, shifted and saturated to 16 bits, back in the order of columns. */
VR_ALWAYS_INLINE void store_rows(int16_t *dst0, int16_t *dst1, __m512i sum0, __m512i sum1, int shift)
{
    const __m512i packed = _mm512_packs_epi32(_mm512_srai_epi32(sum0, shift), _mm512_srai_epi32(sum1, shift));
    store_32_32(dst0, dst1, _mm512_permutexvar_epi64(_mm512_setr_epi64(0, 4, 2, 6, 1, 5, 3, 7), packed));
}

/* ---- Transposition of 16-bit blocks --------------------------------------------------------------------------- */

/* The 8x8 block of each 128-bit lane. */
VR_ALWAYS_INLINE void transpose_lanes(__m512i *r)
{
    __m512i t[8], u[8];
    for (int i = 0; i < 4; i++) {
        t[2 * i] = _mm512_unpacklo_epi16(r[2 * i], r[2 * i + 1]);
        t[2 * i + 1] = _mm512_unpackhi_epi16(r[2 * i], r[2 * i + 1]);
    }
    for (int i = 0; i < 2; i++) {
        u[4 * i] = _mm512_unpacklo_epi32(t[4 * i], t[4 * i + 2]);
        u[4 * i + 1] = _mm512_unpackhi_epi32(t[4 * i], t[4 * i + 2]);
        u[4 * i + 2] = _mm512_unpacklo_epi32(t[4 * i + 1], t[4 * i + 3]);
        u[4 * i + 3] = _mm512_unpackhi_epi32(t[4 * i + 1], t[4 * i + 3]);
    }
    for (int i = 0; i < 4; i++) {
        r[2 * i] = _mm512_unpacklo_epi64(u[i], u[i + 4]);
        r[2 * i + 1] = _mm512_unpackhi_epi64(u[i], u[i + 4]);
    }
}

VR_ALWAYS_INLINE void store_lanes(int16_t *p0, int16_t *p1, int16_t *p2, int16_t *p3, __m512i v)
{
    store_16_16(p0, p1, low_half(v));
    store_16_16(p2, p3, high_half(v));
}

/* dst[x][y] = src[y][x] of size x size: strips of 8 rows x 32, or of 16 rows x 16 with two strips in a register. */
VR_ALWAYS_INLINE void transpose_block(const int16_t *src, ptrdiff_t src_stride, int16_t *dst, ptrdiff_t dst_stride,
                                      int size)
{
    __m512i r[8];
    if (size == 32) {
        for (int y = 0; y < 32; y += 8) {
            for (int i = 0; i < 8; i++)
                r[i] = load_64(src + (y + i) * src_stride);
            transpose_lanes(r);
            for (int i = 0; i < 8; i++)
                store_lanes(dst + i * dst_stride + y, dst + (i + 8) * dst_stride + y, dst + (i + 16) * dst_stride + y,
                            dst + (i + 24) * dst_stride + y, r[i]);
        }
    } else {
        for (int i = 0; i < 8; i++)
            r[i] = load_32_32(src + i * src_stride, src + (i + 8) * src_stride);
        transpose_lanes(r);
        for (int i = 0; i < 8; i++)
            store_lanes(dst + i * dst_stride, dst + (i + 8) * dst_stride, dst + i * dst_stride + 8,
                        dst + (i + 8) * dst_stride + 8, r[i]);
    }
}

/* ---- Inverse --------------------------------------------------------------------------------------------------- */

/* Outputs of the odd basis rows of size 2m, from input rows step, 3 * step, ... below `limit`. */
VR_ALWAYS_INLINE void inverse_odd(const int16_t *src, ptrdiff_t stride, int step, int limit, int m,
                                  const int32_t *basis, __m512i *out)
{
    const int wanted = (limit + 4 * step - 1) / (4 * step);
    const int pairs = wanted < m / 2 ? wanted : m / 2;
    __m512i in[8];
    for (int j = 0; j < pairs; j++)
        in[j] = interleave(load_32(src + (4 * j + 1) * step * stride), load_32(src + (4 * j + 3) * step * stride));
    for (int n = 0; n < m; n++)
        out[n] = multiply_sum(_mm512_setzero_si512(), in, basis + n * (m / 2), pairs);
}

/* Joins even and odd outputs in place: even[0..m-1] becomes the 2m outputs. */
VR_ALWAYS_INLINE void inverse_join(__m512i *even, const __m512i *odd, int m)
{
    for (int n = m - 1; n >= 0; n--)
        even[2 * m - 1 - n] = _mm512_sub_epi32(even[n], odd[n]);
    for (int n = 0; n < m; n++)
        even[n] = _mm512_add_epi32(even[n], odd[n]);
}

/* Sixteen columns; rows from `limit` on are zero. */
VR_ALWAYS_INLINE void inverse_columns(const int16_t *src, ptrdiff_t src_stride, int16_t *dst, ptrdiff_t dst_stride,
                                      int size, int limit, int shift)
{
    const __m512i round = _mm512_set1_epi32(1 << (shift - 1)), zero = _mm512_setzero_si512();
    const int quarter = size / 4;
    const __m512i even_pair = interleave(load_32(src), load_32(src + 2 * quarter * src_stride));
    const __m512i odd_pair = interleave(load_32(src + quarter * src_stride), load_32(src + 3 * quarter * src_stride));
    __m512i out[32], odd[16];
    out[0] = multiply_add(round, even_pair, 64 | 64 << 16);
    out[1] = multiply_add(round, even_pair, (int32_t)(64 | 0xFFC00000u));
    odd[0] = multiply_add(zero, odd_pair, 83 | 36 << 16);
    odd[1] = multiply_add(zero, odd_pair, (int32_t)(36 | 0xFFAD0000u));
    inverse_join(out, odd, 2);
    inverse_odd(src, src_stride, size / 8, limit, 4, vr_basis.inverse_4[0], odd);
    inverse_join(out, odd, 4);
    inverse_odd(src, src_stride, size / 16, limit, 8, vr_basis.inverse_8[0], odd);
    inverse_join(out, odd, 8);
    if (size >= 32) {
        inverse_odd(src, src_stride, size / 32, limit, 16, vr_basis.inverse_16[0], odd);
        inverse_join(out, odd, 16);
    }
    for (int n = 0; n < size; n += 2)
        store_rows(dst + n * dst_stride, dst + (n + 1) * dst_stride, out[n], out[n + 1], shift);
}

/* Numbers of rows and of columns, in steps of 8 and 16, beyond which all is zero. */
VR_ALWAYS_INLINE void occupied(const int16_t *coeff, int size, int *rows, int *columns)
{
    __mmask32 words = 0;
    *rows = 8;
    for (int y = 0; y < size; y += 8) {
        __mmask32 here = 0;
        if (size == 32) {
            __m512i any = load_64(coeff + y * 32);
            for (int i = 1; i < 8; i++)
                any = _mm512_or_si512(any, load_64(coeff + (y + i) * 32));
            here = _mm512_test_epi16_mask(any, any);
        } else {
            __m512i any = load_64(coeff + y * 16);
            for (int i = 2; i < 8; i += 2)
                any = _mm512_or_si512(any, load_64(coeff + (y + i) * 16));
            here = _mm512_test_epi16_mask(any, any);
        }
        if (here)
            *rows = y + 8;
        words |= here;
    }
    *columns = size == 32 && words >> 16 ? 32 : 16;
}

/* One stage with a constant row limit for each case, so that the compiler unrolls it. */
VR_ALWAYS_INLINE void inverse_stage(const int16_t *src, ptrdiff_t src_stride, int16_t *dst, ptrdiff_t dst_stride,
                                    int size, int limit, int columns, int shift)
{
    for (int x = 0; x < columns; x += 16) {
        if (limit <= 8)
            inverse_columns(src + x, src_stride, dst + x, dst_stride, size, 8, shift);
        else if (limit <= 16 && size > 16)
            inverse_columns(src + x, src_stride, dst + x, dst_stride, size, 16, shift);
        else
            inverse_columns(src + x, src_stride, dst + x, dst_stride, size, size, shift);
    }
}

VR_ALWAYS_INLINE void inverse(const int16_t *coeff, int16_t *residual, ptrdiff_t stride, int size)
{
    int16_t half_done[32 * 32], turned[32 * 32];
    int rows, columns;
    occupied(coeff, size, &rows, &columns);
    inverse_stage(coeff, size, half_done, size, size, rows, columns, 7);
    if (columns < size)
        for (int y = 0; y < size; y++)
            store_32(half_done + y * size + 16, _mm256_setzero_si256());
    transpose_block(half_done, size, turned, size, size);
    inverse_stage(turned, size, half_done, size, size, columns, size, 12);
    transpose_block(half_done, size, residual, stride, size);
}

static void idct_16(const int16_t *coeff, int16_t *residual, ptrdiff_t stride)
{
    inverse(coeff, residual, stride, 16);
}

static void idct_32(const int16_t *coeff, int16_t *residual, ptrdiff_t stride)
{
    inverse(coeff, residual, stride, 32);
}

/* ---- Forward --------------------------------------------------------------------------------------------------- */

VR_ALWAYS_INLINE void forward_odd(const __m256i *difference, int m, int step, const int32_t *basis, int16_t *dst,
                                  ptrdiff_t stride, __m512i round, int shift)
{
    __m512i in[8];
    for (int j = 0; j < m / 2; j++)
        in[j] = interleave(difference[2 * j], difference[2 * j + 1]);
    for (int n = 0; n < m; n += 2)
        store_rows(dst + (2 * n + 1) * step * stride, dst + (2 * n + 3) * step * stride,
                   multiply_sum(round, in, basis + n * (m / 2), m / 2),
                   multiply_sum(round, in, basis + (n + 1) * (m / 2), m / 2), shift);
}

/* Splits 2m rows into sums (in place) and differences. */
VR_ALWAYS_INLINE void forward_split(__m256i *rows, __m256i *difference, int m)
{
    for (int n = 0; n < m; n++) {
        difference[n] = _mm256_sub_epi16(rows[n], rows[2 * m - 1 - n]);
        rows[n] = _mm256_add_epi16(rows[n], rows[2 * m - 1 - n]);
    }
}

/* Sixteen columns whose butterflies stay inside 16 bits: |src| * size / 4 <= 32767. */
VR_ALWAYS_INLINE void forward_columns(const int16_t *src, ptrdiff_t src_stride, int16_t *dst, ptrdiff_t dst_stride,
                                      int size, int shift)
{
    const __m512i round = _mm512_set1_epi32(1 << (shift - 1));
    const int quarter = size / 4;
    __m256i rows[32], difference[16];
    __m512i outer, inner;
    for (int n = 0; n < size; n++)
        rows[n] = load_32(src + n * src_stride);
    if (size >= 32) {
        forward_split(rows, difference, 16);
        forward_odd(difference, 16, size / 32, vr_basis.forward_16[0], dst, dst_stride, round, shift);
    }
    forward_split(rows, difference, 8);
    forward_odd(difference, 8, size / 16, vr_basis.forward_8[0], dst, dst_stride, round, shift);
    forward_split(rows, difference, 4);
    forward_odd(difference, 4, size / 8, vr_basis.forward_4[0], dst, dst_stride, round, shift);
    /* The basis of size 4 in full: its last butterfly might overflow. */
    outer = interleave(rows[0], rows[1]);
    inner = interleave(rows[3], rows[2]);
    store_rows(dst, dst + quarter * dst_stride,
               multiply_add(multiply_add(round, outer, 64 | 64 << 16), inner, 64 | 64 << 16),
               multiply_add(multiply_add(round, outer, 83 | 36 << 16), inner, (int32_t)(0xFFADu | 0xFFDC0000u)), shift);
    store_rows(dst + 2 * quarter * dst_stride, dst + 3 * quarter * dst_stride,
               multiply_add(multiply_add(round, outer, (int32_t)(64 | 0xFFC00000u)), inner,
                            (int32_t)(64 | 0xFFC00000u)),
               multiply_add(multiply_add(round, outer, (int32_t)(36 | 0xFFAD0000u)), inner,
                            (int32_t)(0xFFDCu | 83u << 16)),
               shift);
}

/* Sixteen columns of any 16-bit input: the whole basis, no butterflies. */
VR_ALWAYS_INLINE void forward_columns_full(const int16_t *src, ptrdiff_t src_stride, int16_t *dst, ptrdiff_t dst_stride,
                                           int size, const int32_t *basis, int shift)
{
    const __m512i round = _mm512_set1_epi32(1 << (shift - 1));
    __m512i in[16];
    for (int j = 0; j < size / 2; j++)
        in[j] = interleave(load_32(src + 2 * j * src_stride), load_32(src + (2 * j + 1) * src_stride));
    for (int k = 0; k < size; k += 2)
        store_rows(dst + k * dst_stride, dst + (k + 1) * dst_stride,
                   multiply_sum(round, in, basis + k * (size / 2), size / 2),
                   multiply_sum(round, in, basis + (k + 1) * (size / 2), size / 2), shift);
}

/* Whether a magnitude reaches `bound`, a power of two. */
VR_ALWAYS_INLINE int exceeds(const int16_t *block, int count, int bound)
{
    const __m512i high_bits = _mm512_set1_epi16((int16_t)~(bound - 1));
    __m512i any = _mm512_setzero_si512();
    for (int i = 0; i < count; i += 32)
        any = _mm512_or_si512(any, _mm512_abs_epi16(load_64(block + i)));
    return _mm512_test_epi16_mask(any, high_bits) != 0;
}

VR_ALWAYS_INLINE void forward(const int16_t *residual, ptrdiff_t stride, int16_t *coeff, int log2_size,
                              const int32_t *full_basis)
{
    const int size = 1 << log2_size;
    int16_t turned[32 * 32], half_done[32 * 32];
    transpose_block(residual, stride, turned, size, size);
    for (int x = 0; x < size; x += 16)
        forward_columns(turned + x, size, half_done + x, size, size, log2_size - 1);
    transpose_block(half_done, size, turned, size, size);
    if (exceeds(turned, size * size, 1 << (17 - log2_size)))
        for (int x = 0; x < size; x += 16)
            forward_columns_full(turned + x, size, coeff + x, size, size, full_basis, log2_size + 6);
    else
        for (int x = 0; x < size; x += 16)
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

void vr_avx512_init_transform(vr_kernels *k)
{
    vr_basis_fill();
#define SET_SIZE(N, log2_size)                                                                                         \
    k->dct[VR_L(log2_size)] = dct_##N;                                                                                 \
    k->idct[VR_L(log2_size)] = idct_##N;
    SET_SIZE(16, 4)
    SET_SIZE(32, 5)
}

#endif
