/* AVX2: transforms of 4x4 and 8x8 blocks, which stay in registers from end to end, and the inverse of a block that has
 * a DC coefficient only, 8.6.4. */
#include "kernels/kernels_avx2_transform.h"

#ifdef VR_HAVE_AVX2

/* ---- DC only ---------------------------------------------------------------------------------------------- */

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
        const __m256i odd = odd_8(pairs, vr_basis.inverse_4[n]);
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
            narrow_to(&out[k], &out[k + 1], _mm256_add_epi32(multiply_sum(in, vr_basis.full_8[k], 4), round),
                      _mm256_add_epi32(multiply_sum(in, vr_basis.full_8[k + 1], 4), round), shift);
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
                  _mm256_add_epi32(odd_8(pairs, vr_basis.forward_4[0]), round), shift);
        narrow_to(&out[2], &out[3],
                  _mm256_add_epi32(_mm256_sub_epi32(multiply(outer, 83 | 36 << 16), multiply(inner, 83 | 36 << 16)),
                                   round),
                  _mm256_add_epi32(odd_8(pairs, vr_basis.forward_4[1]), round), shift);
        narrow_to(&out[4], &out[5],
                  _mm256_add_epi32(_mm256_add_epi32(multiply(outer, (int32_t)(64 | 0xFFC00000u)),
                                                    multiply(inner, (int32_t)(64 | 0xFFC00000u))),
                                   round),
                  _mm256_add_epi32(odd_8(pairs, vr_basis.forward_4[2]), round), shift);
        narrow_to(&out[6], &out[7],
                  _mm256_add_epi32(_mm256_sub_epi32(multiply(outer, (int32_t)(36 | 0xFFAD0000u)),
                                                    multiply(inner, (int32_t)(36 | 0xFFAD0000u))),
                                   round),
                  _mm256_add_epi32(odd_8(pairs, vr_basis.forward_4[3]), round), shift);
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
            forward->pairs[i][lane] = vr_basis_pair(matrix[k * row_stride + n], matrix[k * row_stride + n + 1]);
            inverse->pairs[i][lane] = vr_basis_pair(matrix[n * row_stride + k], matrix[(n + 1) * row_stride + k]);
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

void vr_avx2_init_transform_small(vr_kernels *k)
{
    fill_basis_4(vr_dct_matrix[0], 8 * 32, &dct4_forward, &dct4_inverse);
    fill_basis_4(vr_dst_matrix[0], 4, &dst4_forward, &dst4_inverse);
#define SET_DC(N, log2_size) k->idct_dc[VR_L(log2_size)] = idct_dc_##N;
    SET_DC(4, 2)
    SET_DC(8, 3)
    SET_DC(16, 4)
    SET_DC(32, 5)
    k->dct[VR_L(2)] = dct_4;
    k->dct[VR_L(3)] = dct_8;
    k->idct[VR_L(2)] = idct_4;
    k->idct[VR_L(3)] = idct_8;
    k->dst4 = dst4;
    k->idst4 = idst4;
}

#endif
