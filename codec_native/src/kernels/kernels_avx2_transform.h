/* What the AVX2 transforms share. */
#ifndef VR_KERNELS_AVX2_TRANSFORM_H
#define VR_KERNELS_AVX2_TRANSFORM_H

#include "kernels/kernels_avx2.h"

#ifdef VR_HAVE_AVX2
#include "kernels/kernels_basis.h"

/* Fills the table's entries for 4x4 and 8x8. */
void vr_avx2_init_transform_small(vr_kernels *k);

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

#endif
#endif
