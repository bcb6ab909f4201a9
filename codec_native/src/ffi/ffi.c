#include "ffi/ffi.h"

const vr_kernels *vr_ffi_kernels(void)
{
    return vr_kernels_get(VR_SIMD_AUTO);
}

const char *vr_ffi_simd_name(void)
{
    static const char *const names[] = {"c", "avx2", "avx512"};
    const vr_kernels *k = vr_kernels_get(VR_SIMD_AUTO);
    return k ? names[k->level] : NULL;
}

int vr_ffi_simd_available(int level)
{
    return level >= VR_SIMD_C && level <= VR_SIMD_AVX512 && vr_kernels_get((vr_simd_level)level) != NULL;
}

double vr_ffi_row_weighted_sse(const uint8_t *a, ptrdiff_t a_stride, const uint8_t *b, ptrdiff_t b_stride,
                               int width, int height, const double *row_weight)
{
    double sum = 0;
    for (int y = 0; y < height; y++) {
        uint64_t row = 0;
        for (int x = 0; x < width; x += 4096) { /* 4096 * 255^2 fits 32 bits, which the compiler vectorises */
            const int n = width - x < 4096 ? width - x : 4096;
            uint32_t part = 0;
            for (int i = 0; i < n; i++) {
                const int d = a[x + i] - b[x + i];
                part += (uint32_t)(d * d);
            }
            row += part;
        }
        sum += row_weight ? row_weight[y] * (double)row : (double)row;
        a += a_stride;
        b += b_stride;
    }
    return sum;
}
