/* AVX-512: fills the table's entries that have a version of their own; the rest stays AVX2.
 * Left to AVX2, because measurements showed no gain (Sapphire Rapids; see docs/codec.md): widths below 16 and mostly
 * below 32, transforms of 4 and 8, transposes and intra prediction (shuffles, of which only one unit does the wide ones),
 * deblocking (edges of eight samples), SAD below width 64 (putting two rows into a register costs what the wider sum
 * saves). */
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
    vr_avx512_init_sao(k);
#else
    (void)k;
#endif
}
