/* AVX-512: the table's entries that have an AVX-512 version. */
#include "kernels/kernels_internal.h"

void vr_avx512_init(vr_kernels *k)
{
    (void)k;
}
