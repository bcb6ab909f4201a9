/* What this processor can run, asked once by CPUID. */
#ifndef VR_CPU_H
#define VR_CPU_H

#include "kernels/kernels.h"

/* Bits of vr_cpu_features. A set bit means processor and operating system (XGETBV) both support it. */
enum {
    VR_CPU_AVX2 = 1 << 0,
    VR_CPU_AVX512F = 1 << 1,
    VR_CPU_AVX512BW = 1 << 2,
    VR_CPU_AVX512VL = 1 << 3,
    VR_CPU_AVX512DQ = 1 << 4,
    VR_CPU_AVX512VBMI = 1 << 5,
    VR_CPU_AVX512VNNI = 1 << 6,
};

/* The environment variable that overrides the choice: c, avx2 or avx512. */
#define VR_SIMD_ENVIRONMENT "VR_CODEC_SIMD"

unsigned vr_cpu_features(void);

/* The highest level whose every instruction set this machine has. */
vr_simd_level vr_cpu_best_level(void);

/* Level of the name "c", "avx2", "avx512" or "auto"; -1 for any other name. */
int vr_simd_level_by_name(const char *name);

/* The level VR_CODEC_SIMD asks for, else the best; -1 for an unknown name or a level this machine lacks. */
int vr_cpu_choose_level(void);

#endif
