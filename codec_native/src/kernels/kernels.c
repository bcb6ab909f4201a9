/* Choice of the kernel table: filled once per process, then only read. */
#include "kernels/kernels.h"

#include <pthread.h>

#include "common/cpu.h"
#include "kernels/kernels_internal.h"

#define LEVELS 3

static vr_kernels tables[LEVELS];
static pthread_once_t tables_once = PTHREAD_ONCE_INIT;

void vr_c_init_interp(vr_kernels *k);
void vr_c_init_cost(vr_kernels *k);
void vr_c_init_transform(vr_kernels *k);
void vr_c_init_block(vr_kernels *k);
void vr_c_init_intra(vr_kernels *k);
void vr_c_init_filter(vr_kernels *k);

void vr_c_init(vr_kernels *k)
{
    vr_c_init_interp(k);
    vr_c_init_cost(k);
    vr_c_init_transform(k);
    vr_c_init_block(k);
    vr_c_init_intra(k);
    vr_c_init_filter(k);
}

/* A level's table starts from the one below, so that a kernel without a faster version keeps the slower one. */
static void fill_tables(void)
{
    vr_c_init(&tables[VR_SIMD_C]);
    tables[VR_SIMD_AVX2] = tables[VR_SIMD_C];
    vr_avx2_init(&tables[VR_SIMD_AVX2]);
    tables[VR_SIMD_AVX512] = tables[VR_SIMD_AVX2];
    if (vr_cpu_best_level() >= VR_SIMD_AVX512) /* the filling function itself is compiled for that machine */
        vr_avx512_init(&tables[VR_SIMD_AVX512]);
    for (int i = 0; i < LEVELS; i++)
        tables[i].level = (vr_simd_level)i;
}

const vr_kernels *vr_kernels_get(vr_simd_level level)
{
    if (level == VR_SIMD_AUTO) {
        const int chosen = vr_cpu_choose_level();
        if (chosen < 0)
            return NULL;
        level = (vr_simd_level)chosen;
    }
    if ((int)level < 0 || level > vr_cpu_best_level())
        return NULL;
    pthread_once(&tables_once, fill_tables);
    return &tables[level];
}
