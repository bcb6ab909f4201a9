/* AVX-512: quantisation and dequantisation (8.6.3), 32 coefficients at a time; a 4x4 block takes half a register. */
#include "kernels/kernels_avx512.h"

#ifdef VR_HAVE_AVX512

/* The last 16 of a block of 4x4: upper lanes read as zero and are not written. */
VR_ALWAYS_INLINE __m512i load_levels(const int16_t *p, int left)
{
    return left >= 32 ? load_64(p) : _mm512_zextsi256_si512(load_32(p));
}

VR_ALWAYS_INLINE void store_levels(int16_t *p, __m512i v, int left)
{
    if (left >= 32)
        store_64(p, v);
    else
        store_32(p, low_half(v));
}

VR_ALWAYS_INLINE void multiply_unsigned(__m512i value, __m512i scale, __m512i *low, __m512i *high)
{
    const __m512i product_low = _mm512_mullo_epi16(value, scale), product_high = _mm512_mulhi_epu16(value, scale);
    *low = _mm512_unpacklo_epi16(product_low, product_high);
    *high = _mm512_unpackhi_epi16(product_low, product_high);
}

/* 32 magnitudes of levels. */
VR_ALWAYS_INLINE __m512i magnitudes(__m512i low, __m512i high, __m512i round, __m128i shift)
{
    return _mm512_packs_epi32(_mm512_srl_epi32(_mm512_add_epi32(low, round), shift),
                              _mm512_srl_epi32(_mm512_add_epi32(high, round), shift));
}

VR_ALWAYS_INLINE __m512i with_signs_of(__m512i magnitude, __m512i coeff)
{
    return _mm512_mask_sub_epi16(magnitude, _mm512_movepi16_mask(coeff), _mm512_setzero_si512(), magnitude);
}

static int quant(const int16_t *coeff, int16_t *level, int count, int scale, int round, int shift)
{
    const __m512i scales = _mm512_set1_epi16((int16_t)scale), rounds = _mm512_set1_epi32(round);
    const __m128i shifts = _mm_cvtsi32_si128(shift);
    int nonzero = 0;
    for (int i = 0; i < count; i += 32) {
        const __m512i c = load_levels(coeff + i, count - i);
        __m512i low, high, m;
        multiply_unsigned(_mm512_abs_epi16(c), scales, &low, &high);
        m = magnitudes(low, high, rounds, shifts);
        store_levels(level + i, with_signs_of(m, c), count - i);
        nonzero += __builtin_popcount(_mm512_test_epi16_mask(m, m));
    }
    return nonzero;
}

static int quant_delta(const int16_t *coeff, int16_t *level, int32_t *delta, int count, int scale, int round, int shift)
{
    const __m512i scales = _mm512_set1_epi16((int16_t)scale), rounds = _mm512_set1_epi32(round);
    const __m512i zero = _mm512_setzero_si512();
    const __m512i first = _mm512_setr_epi64(0, 1, 8, 9, 2, 3, 10, 11), second = _mm512_setr_epi64(4, 5, 12, 13, 6, 7, 14, 15);
    const __m128i shifts = _mm_cvtsi32_si128(shift), delta_shifts = _mm_cvtsi32_si128(shift - 8);
    int nonzero = 0;
    for (int i = 0; i < count; i += 32) {
        const __m512i c = load_levels(coeff + i, count - i);
        __m512i low, high, m;
        multiply_unsigned(_mm512_abs_epi16(c), scales, &low, &high);
        m = magnitudes(low, high, rounds, shifts);
        store_levels(level + i, with_signs_of(m, c), count - i);
        nonzero += __builtin_popcount(_mm512_test_epi16_mask(m, m));
        low = _mm512_sra_epi32(_mm512_sub_epi32(low, _mm512_sll_epi32(_mm512_unpacklo_epi16(m, zero), shifts)),
                               delta_shifts);
        high = _mm512_sra_epi32(_mm512_sub_epi32(high, _mm512_sll_epi32(_mm512_unpackhi_epi16(m, zero), shifts)),
                                delta_shifts);
        store_64(delta + i, _mm512_permutex2var_epi64(low, first, high));
        if (count - i >= 32)
            store_64(delta + i + 16, _mm512_permutex2var_epi64(low, second, high));
    }
    return nonzero;
}

static void dequant(const int16_t *level, int16_t *coeff, int count, int scale, int shift)
{
    const __m512i scales = _mm512_set1_epi16((int16_t)scale), rounds = _mm512_set1_epi32(1 << (shift - 1));
    const __m128i shifts = _mm_cvtsi32_si128(shift);
    int i = 0;
    for (; i + 32 <= count; i += 32) {
        const __m512i l = load_64(level + i);
        const __m512i product_low = _mm512_mullo_epi16(l, scales), product_high = _mm512_mulhi_epi16(l, scales);
        const __m512i low = _mm512_add_epi32(_mm512_unpacklo_epi16(product_low, product_high), rounds);
        const __m512i high = _mm512_add_epi32(_mm512_unpackhi_epi16(product_low, product_high), rounds);
        store_64(coeff + i, _mm512_packs_epi32(_mm512_sra_epi32(low, shifts), _mm512_sra_epi32(high, shifts)));
    }
    if (i < count) {
        const __m256i l = load_32(level + i), half_scales = low_half(scales), half_rounds = low_half(rounds);
        const __m256i product_low = _mm256_mullo_epi16(l, half_scales), product_high = _mm256_mulhi_epi16(l, half_scales);
        const __m256i low = _mm256_add_epi32(_mm256_unpacklo_epi16(product_low, product_high), half_rounds);
        const __m256i high = _mm256_add_epi32(_mm256_unpackhi_epi16(product_low, product_high), half_rounds);
        store_32(coeff + i, _mm256_packs_epi32(_mm256_sra_epi32(low, shifts), _mm256_sra_epi32(high, shifts)));
    }
}

static int count_nonzero(const int16_t *level, int count)
{
    int nonzero = 0, i = 0;
    for (; i + 32 <= count; i += 32) {
        const __m512i l = load_64(level + i);
        nonzero += __builtin_popcount(_mm512_test_epi16_mask(l, l));
    }
    if (i < count) {
        const __m512i l = load_levels(level + i, count - i);
        nonzero += __builtin_popcount(_mm512_test_epi16_mask(l, l));
    }
    return nonzero;
}

void vr_avx512_init_quant(vr_kernels *k)
{
    k->quant = quant;
    k->quant_delta = quant_delta;
    k->dequant = dequant;
    k->count_nonzero = count_nonzero;
}

#endif
