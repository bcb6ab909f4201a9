/* AVX-512: fills the table's entries that have a version of their own; the rest stays AVX2.
 * Left to AVX2, because a block does not fill the wider registers: widths below 16, 4x4 transforms, transposes,
 * deblocking (edges of eight samples), SAD below width 64 (bound by its loads, which are rows of the block). */
#include "kernels/kernels_avx512.h"
#include "kernels/kernels_internal.h"

void vr_avx512_init(vr_kernels *k)
{
#ifdef VR_HAVE_AVX512
    vr_avx512_init_interp(k);
    vr_avx512_init_predict(k);
    vr_avx512_init_cost(k);
    vr_avx512_init_satd(k);
    vr_avx512_init_transform(k);
    vr_avx512_init_quant(k);
    vr_avx512_init_intra(k);
    vr_avx512_init_sao(k);
#else
    (void)k;
#endif
}
