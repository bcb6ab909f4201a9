/* AVX2: fills the table's entries that have an AVX2 version.
 * Left to C, because a vector gains nothing: copies and fills of constant size, which the compiler vectorises itself,
 * and blocks 2 pixels wide, which occur only as chroma of 4x8 partitions. */
#include "kernels/kernels_avx2.h"
#include "kernels/kernels_internal.h"

void vr_avx2_init(vr_kernels *k)
{
#ifdef VR_HAVE_AVX2
    vr_avx2_init_interp(k);
    vr_avx2_init_predict(k);
    vr_avx2_init_cost(k);
    vr_avx2_init_satd(k);
    vr_avx2_init_transform(k);
    vr_avx2_init_quant(k);
    vr_avx2_init_block(k);
    vr_avx2_init_intra(k);
    vr_avx2_init_deblock(k);
    vr_avx2_init_sao(k);
#else
    (void)k;
#endif
}
