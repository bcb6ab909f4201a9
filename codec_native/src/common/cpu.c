#include "common/cpu.h"

#include <stdlib.h>
#include <string.h>

#if defined(__x86_64__)
#include <cpuid.h>

/* Register state the operating system saves: bits of XCR0. */
#define XCR0_AVX 0x06u    /* SSE and AVX state */
#define XCR0_AVX512 0xE6u /* and opmask, upper ZMM, high ZMM */

static unsigned read_xcr0(void)
{
    unsigned low, high;
    __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
    (void)high;
    return low;
}

unsigned vr_cpu_features(void)
{
    unsigned eax, ebx, ecx, edx, xcr0, features = 0;
    if (!__get_cpuid(1, &eax, &ebx, &ecx, &edx) || !(ecx & bit_OSXSAVE))
        return 0;
    xcr0 = read_xcr0();
    if (!__get_cpuid_count(7, 0, &eax, &ebx, &ecx, &edx) || (xcr0 & XCR0_AVX) != XCR0_AVX)
        return 0;
    if (ebx & bit_AVX2)
        features |= VR_CPU_AVX2;
    if ((xcr0 & XCR0_AVX512) != XCR0_AVX512)
        return features;
    if (ebx & bit_AVX512F)
        features |= VR_CPU_AVX512F;
    if (ebx & bit_AVX512BW)
        features |= VR_CPU_AVX512BW;
    if (ebx & bit_AVX512VL)
        features |= VR_CPU_AVX512VL;
    if (ebx & bit_AVX512DQ)
        features |= VR_CPU_AVX512DQ;
    if (ecx & bit_AVX512VBMI)
        features |= VR_CPU_AVX512VBMI;
    if (ecx & bit_AVX512VNNI)
        features |= VR_CPU_AVX512VNNI;
    return features;
}
#else
unsigned vr_cpu_features(void)
{
    return 0;
}
#endif

vr_simd_level vr_cpu_best_level(void)
{
    const unsigned avx512 = VR_CPU_AVX2 | VR_CPU_AVX512F | VR_CPU_AVX512BW | VR_CPU_AVX512VL | VR_CPU_AVX512DQ |
                            VR_CPU_AVX512VBMI | VR_CPU_AVX512VNNI;
    const unsigned features = vr_cpu_features();
    if ((features & avx512) == avx512)
        return VR_SIMD_AVX512;
    return features & VR_CPU_AVX2 ? VR_SIMD_AVX2 : VR_SIMD_C;
}

int vr_simd_level_by_name(const char *name)
{
    static const char *const names[] = {"c", "avx2", "avx512", "auto"};
    for (int i = 0; i < 4; i++)
        if (!strcmp(name, names[i]))
            return i;
    return -1;
}

int vr_cpu_choose_level(void)
{
    const char *wanted = getenv(VR_SIMD_ENVIRONMENT);
    const int best = vr_cpu_best_level();
    int level;
    if (!wanted || !*wanted)
        return best;
    level = vr_simd_level_by_name(wanted);
    if (level == VR_SIMD_AUTO)
        return best;
    return level <= best ? level : -1;
}
