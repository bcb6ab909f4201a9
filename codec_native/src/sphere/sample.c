#include "sphere/sample.h"

void vr_sphere_sample_row_c(uint8_t *dst, const int32_t *x, const int32_t *y, int count, const uint8_t *plane,
                            ptrdiff_t stride, const vr_sphere_weights weights)
{
    for (int i = 0; i < count; i++) {
        const uint8_t *from = plane + (y[i] >> VR_SPHERE_PHASE_BITS) * stride + (x[i] >> VR_SPHERE_PHASE_BITS);
        const int16_t *across = weights[x[i] & (VR_SPHERE_PHASES - 1)];
        const int16_t *down = weights[y[i] & (VR_SPHERE_PHASES - 1)];
        int32_t sum = 1 << (VR_SPHERE_SECOND_SHIFT - 1);
        for (int k = 0; k < VR_SPHERE_TAPS; k++) {
            int32_t column = 1 << (VR_SPHERE_FIRST_SHIFT - 1);
            for (int j = 0; j < VR_SPHERE_TAPS; j++)
                column += from[j * stride + k] * down[j];
            sum += (column >> VR_SPHERE_FIRST_SHIFT) * across[k];
        }
        sum >>= VR_SPHERE_SECOND_SHIFT;
        dst[i] = (uint8_t)(sum < 0 ? 0 : sum > 255 ? 255 : sum);
    }
}
