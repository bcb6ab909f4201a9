/* <immintrin.h> for the emulated AVX-512 build: SIMDe, and what SIMDe 0.7.4 lacks of it, written out lane by lane. */
#ifndef AVX512_EMULATED_H
#define AVX512_EMULATED_H

#ifndef SIMDE_ENABLE_NATIVE_ALIASES
#define SIMDE_ENABLE_NATIVE_ALIASES
#endif
/* One header an operation: all of SIMDe takes three times as long to compile. */
#include <simde/x86/avx512/abs.h>
#include <simde/x86/avx512/add.h>
#include <simde/x86/avx512/adds.h>
#include <simde/x86/avx512/and.h>
#include <simde/x86/avx512/broadcast.h>
#include <simde/x86/avx512/cast.h>
#include <simde/x86/avx512/cmp.h>
#include <simde/x86/avx512/cmpeq.h>
#include <simde/x86/avx512/cmpgt.h>
#include <simde/x86/avx512/cmplt.h>
#include <simde/x86/avx512/dpbusd.h>
#include <simde/x86/avx512/dpwssd.h>
#include <simde/x86/avx512/extract.h>
#include <simde/x86/avx512/insert.h>
#include <simde/x86/avx512/loadu.h>
#include <simde/x86/avx512/madd.h>
#include <simde/x86/avx512/maddubs.h>
#include <simde/x86/avx512/max.h>
#include <simde/x86/avx512/min.h>
#include <simde/x86/avx512/mov.h>
#include <simde/x86/avx512/mov_mask.h>
#include <simde/x86/avx512/mul.h>
#include <simde/x86/avx512/mulhi.h>
#include <simde/x86/avx512/mulhrs.h>
#include <simde/x86/avx512/mullo.h>
#include <simde/x86/avx512/or.h>
#include <simde/x86/avx512/packs.h>
#include <simde/x86/avx512/packus.h>
#include <simde/x86/avx512/permutex2var.h>
#include <simde/x86/avx512/permutexvar.h>
#include <simde/x86/avx512/sad.h>
#include <simde/x86/avx512/set.h>
#include <simde/x86/avx512/set1.h>
#include <simde/x86/avx512/setr.h>
#include <simde/x86/avx512/setzero.h>
#include <simde/x86/avx512/shuffle.h>
#include <simde/x86/avx512/sll.h>
#include <simde/x86/avx512/slli.h>
#include <simde/x86/avx512/srl.h>
#include <simde/x86/avx512/srai.h>
#include <simde/x86/avx512/srli.h>
#include <simde/x86/avx512/storeu.h>
#include <simde/x86/avx512/sub.h>
#include <simde/x86/avx512/subs.h>
#include <simde/x86/avx512/test.h>
#include <simde/x86/avx512/types.h>
#include <simde/x86/avx512/unpackhi.h>
#include <simde/x86/avx512/unpacklo.h>
#include <simde/x86/avx512/xor.h>

#include <stdint.h>
#include <string.h>

#undef __mmask32
#define __mmask32 simde__mmask32
#undef __mmask64
#define __mmask64 simde__mmask64

#define EMULATED static inline __attribute__((always_inline, unused))

EMULATED __m512i emulated_maskz_loadu_epi8(__mmask64 mask, const void *p)
{
    uint8_t lanes[64] = {0};
    __m512i v;
    for (int i = 0; i < 64; i++)
        if (mask >> i & 1)
            lanes[i] = ((const uint8_t *)p)[i];
    memcpy(&v, lanes, sizeof(v));
    return v;
}

EMULATED __m256i emulated_maskz_loadu_epi8_256(__mmask32 mask, const void *p)
{
    uint8_t lanes[32] = {0};
    __m256i v;
    for (int i = 0; i < 32; i++)
        if (mask >> i & 1)
            lanes[i] = ((const uint8_t *)p)[i];
    memcpy(&v, lanes, sizeof(v));
    return v;
}

EMULATED void emulated_mask_storeu_epi8(void *p, __mmask64 mask, __m512i v)
{
    uint8_t lanes[64];
    memcpy(lanes, &v, sizeof(v));
    for (int i = 0; i < 64; i++)
        if (mask >> i & 1)
            ((uint8_t *)p)[i] = lanes[i];
}

EMULATED __m512i emulated_mask_sub_epi16(__m512i src, __mmask32 mask, __m512i a, __m512i b)
{
    uint16_t r[32], x[32], y[32];
    memcpy(r, &src, sizeof(r));
    memcpy(x, &a, sizeof(x));
    memcpy(y, &b, sizeof(y));
    for (int i = 0; i < 32; i++)
        if (mask >> i & 1)
            r[i] = (uint16_t)(x[i] - y[i]);
    memcpy(&src, r, sizeof(r));
    return src;
}

EMULATED __m512i emulated_mulhi_epu16(__m512i a, __m512i b)
{
    uint16_t x[32], y[32];
    memcpy(x, &a, sizeof(x));
    memcpy(y, &b, sizeof(y));
    for (int i = 0; i < 32; i++)
        x[i] = (uint16_t)((uint32_t)x[i] * y[i] >> 16);
    memcpy(&a, x, sizeof(x));
    return a;
}

EMULATED __m512i emulated_sra_epi32(__m512i v, unsigned count)
{
    int32_t x[16];
    memcpy(x, &v, sizeof(x));
    for (int i = 0; i < 16; i++)
        x[i] >>= count > 31 ? 31 : count;
    memcpy(&v, x, sizeof(x));
    return v;
}

EMULATED __m512i emulated_cvtepu8_epi16(__m256i v)
{
    uint8_t x[32];
    uint16_t r[32];
    __m512i result;
    memcpy(x, &v, sizeof(x));
    for (int i = 0; i < 32; i++)
        r[i] = x[i];
    memcpy(&result, r, sizeof(r));
    return result;
}

EMULATED __m512i emulated_zextsi256_si512(__m256i v)
{
    __m512i result = _mm512_setzero_si512();
    memcpy(&result, &v, sizeof(v));
    return result;
}

#undef _mm512_maskz_loadu_epi8
#define _mm512_maskz_loadu_epi8 emulated_maskz_loadu_epi8
#undef _mm256_maskz_loadu_epi8
#define _mm256_maskz_loadu_epi8 emulated_maskz_loadu_epi8_256
#undef _mm512_mask_storeu_epi8
#define _mm512_mask_storeu_epi8 emulated_mask_storeu_epi8
#undef _mm512_mask_sub_epi16
#define _mm512_mask_sub_epi16 emulated_mask_sub_epi16
#undef _mm512_mulhi_epu16
#define _mm512_mulhi_epu16 emulated_mulhi_epu16
#undef _mm512_sra_epi32
#define _mm512_sra_epi32(v, count) emulated_sra_epi32(v, (unsigned)_mm_cvtsi128_si32(count))
#undef _mm512_srai_epi32
#define _mm512_srai_epi32(v, count) emulated_sra_epi32(v, (unsigned)(count))
#undef _mm512_madd_epi16 /* SIMDe's own alias of this one takes the wrong number of arguments */
#define _mm512_madd_epi16 simde_mm512_madd_epi16
#undef _mm512_cvtepu8_epi16
#define _mm512_cvtepu8_epi16 emulated_cvtepu8_epi16
#undef _mm512_zextsi256_si512
#define _mm512_zextsi256_si512 emulated_zextsi256_si512

#endif
