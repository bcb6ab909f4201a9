/* The transform's basis in the form that vpmaddwd and vpdpwssd multiply: pairs of 16-bit values in 32 bits.
 * Filled once by vr_basis_fill, before any transform runs. */
#ifndef VR_KERNELS_BASIS_H
#define VR_KERNELS_BASIS_H

#include <stdint.h>

typedef struct {
    /* [n][j]: rows 4j + 1 and 4j + 3 of the basis of size 2m at column n: its odd half, for the inverse. */
    int32_t inverse_16[16][8], inverse_8[8][4], inverse_4[4][2];
    /* [n][j]: row 2n + 1 of the basis of size 2m at columns 2j and 2j + 1: the same for the forward stage. */
    int32_t forward_16[16][8], forward_8[8][4], forward_4[4][2];
    /* [k][j]: row k at columns 2j and 2j + 1, for input too large for 16-bit butterflies. */
    int32_t full_32[32][16], full_16[16][8], full_8[8][4];
} vr_basis_pairs;

extern vr_basis_pairs vr_basis;

void vr_basis_fill(void);

/* Two 16-bit values, the first in the lower half. */
int32_t vr_basis_pair(int first, int second);

#endif
