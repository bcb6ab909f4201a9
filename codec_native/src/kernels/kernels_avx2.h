/* What the AVX2 files share. Include it first: it switches the target for the whole file.
 * A 256-bit register is two lanes of 128 bits; most kernels let each lane work on its own row or block. */
#ifndef VR_KERNELS_AVX2_H
#define VR_KERNELS_AVX2_H

#if defined(__x86_64__) && !defined(__clang__) /* clang has no such pragma: there the C kernels do the work */
#define VR_HAVE_AVX2 1
#pragma GCC target("avx2,bmi,bmi2,popcnt,lzcnt")
#include <immintrin.h>
#include <string.h>

#include "kernels/kernels_internal.h"

void vr_avx2_init_interp(vr_kernels *k);
void vr_avx2_init_predict(vr_kernels *k);
void vr_avx2_init_cost(vr_kernels *k);
void vr_avx2_init_satd(vr_kernels *k);
void vr_avx2_init_transform(vr_kernels *k);
void vr_avx2_init_quant(vr_kernels *k);
void vr_avx2_init_block(vr_kernels *k);
void vr_avx2_init_intra(vr_kernels *k);
void vr_avx2_init_deblock(vr_kernels *k);
void vr_avx2_init_sao(vr_kernels *k);

VR_ALWAYS_INLINE __m128i load_4(const void *p)
{
    int32_t v;
    memcpy(&v, p, sizeof(v));
    return _mm_cvtsi32_si128(v);
}

VR_ALWAYS_INLINE __m128i load_8(const void *p)
{
    return _mm_loadl_epi64((const __m128i *)p);
}

VR_ALWAYS_INLINE __m128i load_16(const void *p)
{
    return _mm_loadu_si128((const __m128i *)p);
}

VR_ALWAYS_INLINE __m256i load_32(const void *p)
{
    return _mm256_loadu_si256((const __m256i *)p);
}

/* 8 bytes at p, then 8 bytes at q. */
VR_ALWAYS_INLINE __m128i load_8_8(const void *p, const void *q)
{
    return _mm_castps_si128(_mm_loadh_pi(_mm_castsi128_ps(load_8(p)), (const __m64 *)q));
}

/* 4 bytes at p, then 4 bytes at q, upper half zero. */
VR_ALWAYS_INLINE __m128i load_4_4(const void *p, const void *q)
{
    int32_t v;
    memcpy(&v, q, sizeof(v));
    return _mm_insert_epi32(load_4(p), v, 1);
}

/* 16 bytes at p in the low lane, 16 at q in the high one. */
VR_ALWAYS_INLINE __m256i load_16_16(const void *p, const void *q)
{
    return _mm256_inserti128_si256(_mm256_castsi128_si256(load_16(p)), load_16(q), 1);
}

VR_ALWAYS_INLINE __m256i join(__m128i low, __m128i high)
{
    return _mm256_inserti128_si256(_mm256_castsi128_si256(low), high, 1);
}

VR_ALWAYS_INLINE __m128i low_half(__m256i v)
{
    return _mm256_castsi256_si128(v);
}

VR_ALWAYS_INLINE __m128i high_half(__m256i v)
{
    return _mm256_extracti128_si256(v, 1);
}

VR_ALWAYS_INLINE void store_2(void *p, __m128i v)
{
    const int16_t w = (int16_t)_mm_cvtsi128_si32(v);
    memcpy(p, &w, sizeof(w));
}

VR_ALWAYS_INLINE void store_4(void *p, __m128i v)
{
    const int32_t w = _mm_cvtsi128_si32(v);
    memcpy(p, &w, sizeof(w));
}

VR_ALWAYS_INLINE void store_8(void *p, __m128i v)
{
    _mm_storel_epi64((__m128i *)p, v);
}

VR_ALWAYS_INLINE void store_8_high(void *p, __m128i v)
{
    _mm_storeh_pi((__m64 *)p, _mm_castsi128_ps(v));
}

VR_ALWAYS_INLINE void store_16(void *p, __m128i v)
{
    _mm_storeu_si128((__m128i *)p, v);
}

VR_ALWAYS_INLINE void store_32(void *p, __m256i v)
{
    _mm256_storeu_si256((__m256i *)p, v);
}

/* Low lane to p, high lane to q. */
VR_ALWAYS_INLINE void store_16_16(void *p, void *q, __m256i v)
{
    store_16(p, low_half(v));
    store_16(q, high_half(v));
}

VR_ALWAYS_INLINE int sum_epi32_128(__m128i v)
{
    v = _mm_add_epi32(v, _mm_shuffle_epi32(v, 0x4E));
    v = _mm_add_epi32(v, _mm_shuffle_epi32(v, 0xB1));
    return _mm_cvtsi128_si32(v);
}

VR_ALWAYS_INLINE int sum_epi32(__m256i v)
{
    return sum_epi32_128(_mm_add_epi32(low_half(v), high_half(v)));
}

VR_ALWAYS_INLINE uint64_t sum_epi64(__m256i v)
{
    __m128i s = _mm_add_epi64(low_half(v), high_half(v));
    s = _mm_add_epi64(s, _mm_unpackhi_epi64(s, s));
    return (uint64_t)_mm_cvtsi128_si64(s);
}

#endif
#endif
