/* What the AVX-512 files share. Include it first: it switches the target for the whole file.
 * Masked loads and stores take row ends: a masked lane touches no memory, so that nothing beyond a block is read. */
#ifndef VR_KERNELS_AVX512_H
#define VR_KERNELS_AVX512_H

#if defined(__x86_64__) && !defined(__clang__) /* clang has no such pragma: there the C kernels do the work */
#define VR_HAVE_AVX512 1
#ifdef VR_AVX512_EMULATED
#include "avx512_emulated.h" /* the tests' stand-in for <immintrin.h> */
#else
#pragma GCC target("avx2,bmi,bmi2,popcnt,lzcnt,avx512f,avx512bw,avx512vl,avx512dq,avx512vbmi,avx512vnni")
#include <immintrin.h>
#endif
#include <string.h>

#include "kernels/kernels_internal.h"

void vr_avx512_init_interp(vr_kernels *k);
void vr_avx512_init_predict(vr_kernels *k);
void vr_avx512_init_cost(vr_kernels *k);
void vr_avx512_init_satd(vr_kernels *k);
void vr_avx512_init_transform(vr_kernels *k);
void vr_avx512_init_quant(vr_kernels *k);
void vr_avx512_init_sao(vr_kernels *k);

VR_ALWAYS_INLINE __m256i load_32(const void *p)
{
    return _mm256_loadu_si256((const __m256i *)p);
}

VR_ALWAYS_INLINE __m512i load_64(const void *p)
{
    return _mm512_loadu_si512(p);
}

VR_ALWAYS_INLINE void store_32(void *p, __m256i v)
{
    _mm256_storeu_si256((__m256i *)p, v);
}

VR_ALWAYS_INLINE void store_64(void *p, __m512i v)
{
    _mm512_storeu_si512(p, v);
}

VR_ALWAYS_INLINE __m512i join(__m256i low, __m256i high)
{
    return _mm512_inserti64x4(_mm512_castsi256_si512(low), high, 1);
}

/* 32 bytes at p, then 32 at q. */
VR_ALWAYS_INLINE __m512i load_32_32(const void *p, const void *q)
{
    return join(load_32(p), load_32(q));
}

VR_ALWAYS_INLINE __m256i low_half(__m512i v)
{
    return _mm512_castsi512_si256(v);
}

VR_ALWAYS_INLINE __m256i high_half(__m512i v)
{
    return _mm512_extracti64x4_epi64(v, 1);
}

VR_ALWAYS_INLINE void store_32_32(void *p, void *q, __m512i v)
{
    store_32(p, low_half(v));
    store_32(q, high_half(v));
}

/* 16 bytes at p, then 16 at q. */
VR_ALWAYS_INLINE __m256i join_16(const void *p, const void *q)
{
    const __m128i low = _mm_loadu_si128((const __m128i *)p), high = _mm_loadu_si128((const __m128i *)q);
    return _mm256_inserti128_si256(_mm256_castsi128_si256(low), high, 1);
}

VR_ALWAYS_INLINE void store_16_16(void *p, void *q, __m256i v)
{
    _mm_storeu_si128((__m128i *)p, _mm256_castsi256_si128(v));
    _mm_storeu_si128((__m128i *)q, _mm256_extracti128_si256(v, 1));
}

/* The first `count` (0 to 64) lanes of bytes. */
VR_ALWAYS_INLINE __mmask64 first_bytes(int count)
{
    return count >= 64 ? ~(__mmask64)0 : ((__mmask64)1 << count) - 1;
}

/* 64-bit words in order: undoes what packing two registers into one does to their lanes. */
VR_ALWAYS_INLINE __m512i order_packed(__m512i v)
{
    return _mm512_permutexvar_epi64(_mm512_setr_epi64(0, 2, 4, 6, 1, 3, 5, 7), v);
}

VR_ALWAYS_INLINE int sum_epi32(__m512i v)
{
    __m256i half = _mm256_add_epi32(low_half(v), high_half(v));
    __m128i quarter = _mm_add_epi32(_mm256_castsi256_si128(half), _mm256_extracti128_si256(half, 1));
    quarter = _mm_add_epi32(quarter, _mm_shuffle_epi32(quarter, 0x4E));
    quarter = _mm_add_epi32(quarter, _mm_shuffle_epi32(quarter, 0xB1));
    return _mm_cvtsi128_si32(quarter);
}

VR_ALWAYS_INLINE uint64_t sum_epi64(__m512i v)
{
    __m256i half = _mm256_add_epi64(low_half(v), high_half(v));
    __m128i quarter = _mm_add_epi64(_mm256_castsi256_si128(half), _mm256_extracti128_si256(half, 1));
    quarter = _mm_add_epi64(quarter, _mm_unpackhi_epi64(quarter, quarter));
    return (uint64_t)_mm_cvtsi128_si64(quarter);
}

#endif
#endif
