#include "kernels/kernels_avx2.h"
#include "sphere/sample.h"

#ifdef VR_HAVE_AVX2

/* Two weights for each pair of rows, which lie side by side in each lane of 32 bits. */
VR_ALWAYS_INLINE __m256i weight_pair(const int16_t *weights)
{
    int32_t pair;
    memcpy(&pair, weights, sizeof(pair));
    return _mm256_set1_epi32(pair);
}

VR_ALWAYS_INLINE __m256i row_pair(const uint8_t *from, ptrdiff_t stride, const int16_t *weights)
{
    const __m128i rows = _mm_unpacklo_epi8(load_8(from), load_8(from + stride));
    return _mm256_madd_epi16(_mm256_cvtepu8_epi16(rows), weight_pair(weights));
}

void vr_sphere_sample_row_avx2(uint8_t *dst, const int32_t *x, const int32_t *y, int count, const uint8_t *plane,
                               ptrdiff_t stride, const vr_sphere_weights weights)
{
    const __m256i half = _mm256_set1_epi32(1 << (VR_SPHERE_FIRST_SHIFT - 1));
    for (int i = 0; i < count; i++) {
        const uint8_t *from = plane + (y[i] >> VR_SPHERE_PHASE_BITS) * stride + (x[i] >> VR_SPHERE_PHASE_BITS);
        const int16_t *down = weights[y[i] & (VR_SPHERE_PHASES - 1)];
        __m256i columns = _mm256_add_epi32(half, row_pair(from, stride, down));
        columns = _mm256_add_epi32(columns, row_pair(from + 2 * stride, stride, down + 2));
        columns = _mm256_add_epi32(columns, row_pair(from + 4 * stride, stride, down + 4));
        columns = _mm256_srai_epi32(columns, VR_SPHERE_FIRST_SHIFT);
        const __m128i packed =
            _mm_packs_epi32(_mm256_castsi256_si128(columns), _mm256_extracti128_si256(columns, 1));
        __m128i sum = _mm_madd_epi16(packed, load_16(weights[x[i] & (VR_SPHERE_PHASES - 1)]));
        sum = _mm_add_epi32(sum, _mm_shuffle_epi32(sum, 0x4e));
        sum = _mm_add_epi32(sum, _mm_shuffle_epi32(sum, 0xb1));
        const int32_t value = (_mm_cvtsi128_si32(sum) + (1 << (VR_SPHERE_SECOND_SHIFT - 1))) >> VR_SPHERE_SECOND_SHIFT;
        dst[i] = (uint8_t)(value < 0 ? 0 : value > 255 ? 255 : value);
    }
}

#else

void vr_sphere_sample_row_avx2(uint8_t *dst, const int32_t *x, const int32_t *y, int count, const uint8_t *plane,
                               ptrdiff_t stride, const vr_sphere_weights weights)
{
    vr_sphere_sample_row_c(dst, x, y, count, plane, stride, weights);
}

#endif
