/* AVX2: quantisation, dequantisation (8.6.3) and what coefficient coding asks about levels. */
#include "kernels/kernels_avx2.h"

#ifdef VR_HAVE_AVX2

/* 16 unsigned 16-bit values times an unsigned scale, as 32-bit products in the order of the unpacking. */
VR_ALWAYS_INLINE void multiply_unsigned(__m256i value, __m256i scale, __m256i *low, __m256i *high)
{
    const __m256i product_low = _mm256_mullo_epi16(value, scale), product_high = _mm256_mulhi_epu16(value, scale);
    *low = _mm256_unpacklo_epi16(product_low, product_high);
    *high = _mm256_unpackhi_epi16(product_low, product_high);
}

/* 16 levels with the coefficients' signs. abs(-32768) is 32768 as an unsigned number. */
VR_ALWAYS_INLINE __m256i levels_of(__m256i coeff, __m256i low, __m256i high, __m256i round, __m128i shift)
{
    const __m256i level = _mm256_packs_epi32(_mm256_srl_epi32(_mm256_add_epi32(low, round), shift),
                                             _mm256_srl_epi32(_mm256_add_epi32(high, round), shift));
    return _mm256_sign_epi16(level, coeff);
}

/* Counts 16-bit lanes that are zero, as negative numbers. */
VR_ALWAYS_INLINE __m256i count_zeros(__m256i zeros, __m256i values)
{
    return _mm256_add_epi16(zeros, _mm256_cmpeq_epi16(values, _mm256_setzero_si256()));
}

VR_ALWAYS_INLINE int nonzero_of(int count, __m256i zeros)
{
    return count + sum_epi32(_mm256_madd_epi16(zeros, _mm256_set1_epi16(1)));
}

static int quant(const int16_t *coeff, int16_t *level, int count, int scale, int round, int shift)
{
    const __m256i scales = _mm256_set1_epi16((int16_t)scale), rounds = _mm256_set1_epi32(round);
    const __m128i shifts = _mm_cvtsi32_si128(shift);
    __m256i zeros = _mm256_setzero_si256();
    for (int i = 0; i < count; i += 16) {
        const __m256i c = load_32(coeff + i);
        __m256i low, high, l;
        multiply_unsigned(_mm256_abs_epi16(c), scales, &low, &high);
        l = levels_of(c, low, high, rounds, shifts);
        store_32(level + i, l);
        zeros = count_zeros(zeros, l);
    }
    return nonzero_of(count, zeros);
}

static int quant_delta(const int16_t *coeff, int16_t *level, int32_t *delta, int count, int scale, int round, int shift)
{
    const __m256i scales = _mm256_set1_epi16((int16_t)scale), rounds = _mm256_set1_epi32(round);
    const __m256i zero = _mm256_setzero_si256();
    const __m128i shifts = _mm_cvtsi32_si128(shift), delta_shifts = _mm_cvtsi32_si128(shift - 8);
    __m256i zeros = zero;
    for (int i = 0; i < count; i += 16) {
        const __m256i c = load_32(coeff + i);
        __m256i low, high, l, magnitude;
        multiply_unsigned(_mm256_abs_epi16(c), scales, &low, &high);
        l = levels_of(c, low, high, rounds, shifts);
        store_32(level + i, l);
        zeros = count_zeros(zeros, l);
        magnitude = _mm256_abs_epi16(l);
        low = _mm256_sra_epi32(
            _mm256_sub_epi32(low, _mm256_sll_epi32(_mm256_unpacklo_epi16(magnitude, zero), shifts)), delta_shifts);
        high = _mm256_sra_epi32(
            _mm256_sub_epi32(high, _mm256_sll_epi32(_mm256_unpackhi_epi16(magnitude, zero), shifts)), delta_shifts);
        store_32(delta + i, _mm256_permute2x128_si256(low, high, 0x20));
        store_32(delta + i + 8, _mm256_permute2x128_si256(low, high, 0x31));
    }
    return nonzero_of(count, zeros);
}

static void dequant(const int16_t *level, int16_t *coeff, int count, int scale, int shift)
{
    const __m256i scales = _mm256_set1_epi16((int16_t)scale), rounds = _mm256_set1_epi32(1 << (shift - 1));
    const __m128i shifts = _mm_cvtsi32_si128(shift);
    for (int i = 0; i < count; i += 16) {
        const __m256i l = load_32(level + i);
        const __m256i product_low = _mm256_mullo_epi16(l, scales), product_high = _mm256_mulhi_epi16(l, scales);
        const __m256i low = _mm256_add_epi32(_mm256_unpacklo_epi16(product_low, product_high), rounds);
        const __m256i high = _mm256_add_epi32(_mm256_unpackhi_epi16(product_low, product_high), rounds);
        store_32(coeff + i, _mm256_packs_epi32(_mm256_sra_epi32(low, shifts), _mm256_sra_epi32(high, shifts)));
    }
}

static int count_nonzero(const int16_t *level, int count)
{
    __m256i zeros = _mm256_setzero_si256();
    for (int i = 0; i < count; i += 16)
        zeros = count_zeros(zeros, load_32(level + i));
    return nonzero_of(count, zeros);
}

/* Sub-blocks of four rows: nonzero lanes to bytes, bytes to bits, a nibble per sub-block and row. */
VR_ALWAYS_INLINE void sig_masks(const int16_t *level, uint16_t *masks, int size)
{
    const __m256i zero = _mm256_setzero_si256();
    for (int y = 0; y < size; y += 4)
        for (int x = 0; x < size; x += 8, masks += 2) {
            const int16_t *p = level + y * size + x;
            const __m256i rows = _mm256_packs_epi16(load_16_16(p, p + 2 * size), load_16_16(p + size, p + 3 * size));
            const uint32_t bits = ~(uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(rows, zero));
            masks[0] = (uint16_t)_pext_u32(bits, 0x0F0F0F0F);
            masks[1] = (uint16_t)_pext_u32(bits, 0xF0F0F0F0);
        }
}

static void sig_masks_4(const int16_t *level, uint16_t *masks)
{
    const __m128i rows = _mm_packs_epi16(load_16(level), load_16(level + 8));
    masks[0] = (uint16_t)~_mm_movemask_epi8(_mm_cmpeq_epi8(rows, _mm_setzero_si128()));
}

static void sig_masks_8(const int16_t *level, uint16_t *masks)
{
    sig_masks(level, masks, 8);
}

static void sig_masks_16(const int16_t *level, uint16_t *masks)
{
    sig_masks(level, masks, 16);
}

static void sig_masks_32(const int16_t *level, uint16_t *masks)
{
    sig_masks(level, masks, 32);
}

void vr_avx2_init_quant(vr_kernels *k)
{
    k->quant = quant;
    k->quant_delta = quant_delta;
    k->dequant = dequant;
    k->count_nonzero = count_nonzero;
    k->sig_masks[VR_L(2)] = sig_masks_4;
    k->sig_masks[VR_L(3)] = sig_masks_8;
    k->sig_masks[VR_L(4)] = sig_masks_16;
    k->sig_masks[VR_L(5)] = sig_masks_32;
}

#endif
