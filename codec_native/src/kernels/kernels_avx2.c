/* AVX2: the table's entries that have an AVX2 version. */
#include "kernels/kernels_internal.h"

void vr_avx2_init(vr_kernels *k)
{
    (void)k;
}
