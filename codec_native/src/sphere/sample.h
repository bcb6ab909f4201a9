/* How a row of a turned plane is sampled, in C and in AVX2. */
#ifndef VR_SPHERE_SAMPLE_H
#define VR_SPHERE_SAMPLE_H

#include <stddef.h>
#include <stdint.h>

enum {
    VR_SPHERE_TAPS = 6,
    VR_SPHERE_PHASE_BITS = 6,
    VR_SPHERE_PHASES = 1 << VR_SPHERE_PHASE_BITS,
    VR_SPHERE_WEIGHT_BITS = 14,
    /* Between the two passes samples have six more bits than at first. */
    VR_SPHERE_FIRST_SHIFT = 8,
    VR_SPHERE_SECOND_SHIFT = 2 * VR_SPHERE_WEIGHT_BITS - VR_SPHERE_FIRST_SHIFT,
};

/* Weights of each phase, the last two zero: a vector of eight. */
typedef int16_t vr_sphere_weights[VR_SPHERE_PHASES][8];

/* dst[i]: what stands at x[i], y[i] (in 1/64 sample, not negative) of a plane whose sample 0, 0 has been moved by two
 * samples each way: `plane` points at its first tap. Reads eight samples across. */
typedef void vr_sphere_sample_row(uint8_t *dst, const int32_t *x, const int32_t *y, int count, const uint8_t *plane,
                                  ptrdiff_t stride, const vr_sphere_weights weights);

vr_sphere_sample_row vr_sphere_sample_row_c;
vr_sphere_sample_row vr_sphere_sample_row_avx2;

#endif
