#include "kernels/kernels_basis.h"

#include "kernels/kernels_internal.h"

vr_basis_pairs vr_basis;

int32_t vr_basis_pair(int first, int second)
{
    return (int32_t)((uint16_t)first | (uint32_t)(uint16_t)second << 16);
}

static void fill_odd_half(int m, int32_t *inverse, int32_t *forward)
{
    const int step = 16 / m;
    for (int n = 0; n < m; n++)
        for (int j = 0; j < m / 2; j++) {
            inverse[n * m / 2 + j] =
                vr_basis_pair(vr_dct_matrix[(4 * j + 1) * step][n], vr_dct_matrix[(4 * j + 3) * step][n]);
            forward[n * m / 2 + j] =
                vr_basis_pair(vr_dct_matrix[(2 * n + 1) * step][2 * j], vr_dct_matrix[(2 * n + 1) * step][2 * j + 1]);
        }
}

static void fill_full(int size, int32_t *full)
{
    for (int k = 0; k < size; k++)
        for (int j = 0; j < size / 2; j++)
            full[k * size / 2 + j] =
                vr_basis_pair(vr_dct_matrix[k * (32 / size)][2 * j], vr_dct_matrix[k * (32 / size)][2 * j + 1]);
}

void vr_basis_fill(void)
{
    fill_odd_half(16, vr_basis.inverse_16[0], vr_basis.forward_16[0]);
    fill_odd_half(8, vr_basis.inverse_8[0], vr_basis.forward_8[0]);
    fill_odd_half(4, vr_basis.inverse_4[0], vr_basis.forward_4[0]);
    fill_full(32, vr_basis.full_32[0]);
    fill_full(16, vr_basis.full_16[0]);
    fill_full(8, vr_basis.full_8[0]);
}
