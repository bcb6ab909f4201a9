#include "kernels/bench/bench.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "kernels/kernels.h"
#include "kernels/kernels_internal.h"

/* ---- What a call gets ------------------------------------------------------------------------------------------ */

enum { STRIDE = 320, ROWS = 160, LINE = 64 };

/* As in the encoder: pictures and work space begin on a cache line, and so do their rows. */
typedef struct {
    _Alignas(LINE) vr_pixel a[STRIDE * ROWS];
    _Alignas(LINE) vr_pixel b[STRIDE * ROWS];
    _Alignas(LINE) vr_pixel out[STRIDE * ROWS];
    _Alignas(LINE) int16_t a16[STRIDE * ROWS];
    _Alignas(LINE) int16_t b16[STRIDE * ROWS];
    _Alignas(LINE) int16_t out16[STRIDE * ROWS];
    _Alignas(LINE) int32_t out32[64 * 64];
    uint16_t weights[64];
    int8_t offsets[32];
} data;

/* A block of the picture that is being coded, or of its prediction: it lies on the grid. */
#define AT(plane) ((plane) + 16 * STRIDE + LINE)

/* A block of a reference picture, where a motion vector points: call after call at another of a line's 64 places. */
#define REF(plane) (AT(plane) + (i * 23 & (LINE - 1)))

/* Noise over a slope, so that SATD, SAO and the transforms find work of a usual kind. */
static void fill_data(data *d)
{
    uint32_t state = 12345;
    for (int i = 0; i < STRIDE * ROWS; i++) {
        const int x = i % STRIDE, y = i / STRIDE;
        state = state * 1664525u + 1013904223u;
        d->a[i] = (vr_pixel)(60 + x / 2 + y / 4 + (state >> 28));
        d->b[i] = (vr_pixel)(62 + x / 2 + y / 4 + (state >> 16 & 15));
        d->a16[i] = (int16_t)((state >> 8 & 127) - 64);
        d->b16[i] = (int16_t)(d->a[i] << 6);
    }
    for (int i = 0; i < 64; i++)
        d->weights[i] = (uint16_t)(65535 - 500 * i);
    for (int i = 0; i < 32; i++)
        d->offsets[i] = (int8_t)(i % 5 - 2);
    d->offsets[0] = 0;
}

/* ---- One wrapper a kernel -------------------------------------------------------------------------------------- */

typedef void (*runner)(const vr_kernels *k, data *d, int size, int calls);

#define RUN(name, call)                                                                                                \
    static void run_##name(const vr_kernels *k, data *d, int size, int calls)                                          \
    {                                                                                                                  \
        const int w = VR_W(size), l = VR_L(__builtin_ctz((unsigned)size));                                             \
        (void)w;                                                                                                       \
        (void)l;                                                                                                       \
        for (int i = 0; i < calls; i++)                                                                                \
            call;                                                                                                      \
    }

#define RUN_INTERP(name)                                                                                               \
    RUN(name##_hor_8to8, k->name##_hor_8to8[w](REF(d->a), STRIDE, AT(d->out), STRIDE, size, 2))                         \
    RUN(name##_hor_8to16, k->name##_hor_8to16[w](REF(d->a), STRIDE, d->out16, 64, size, 2))                             \
    RUN(name##_ver_8to8, k->name##_ver_8to8[w](REF(d->a), STRIDE, AT(d->out), STRIDE, size, 2))                         \
    RUN(name##_ver_8to16, k->name##_ver_8to16[w](REF(d->a), STRIDE, d->out16, 64, size, 2))                             \
    RUN(name##_ver_16to8, k->name##_ver_16to8[w](d->b16 + 64 * 8, 64, AT(d->out), STRIDE, size, 2))                    \
    RUN(name##_ver_16to16, k->name##_ver_16to16[w](d->b16 + 64 * 8, 64, d->out16, 64, size, 2))
RUN_INTERP(interp)
RUN_INTERP(chroma)
RUN(copy_8to16, k->copy_8to16[w](REF(d->a), STRIDE, d->out16, 64, size))
RUN(unipred_round, k->unipred_round[w](d->b16, 64, AT(d->out), STRIDE, size))
RUN(bipred_avg, k->bipred_avg[w](d->b16, 64, d->a16, 64, AT(d->out), STRIDE, size))
RUN(bipred_weight, k->bipred_weight(d->b16, 64, d->a16, 64, AT(d->out), STRIDE, size, size, 40, 24, 3, -2, 6))
RUN(sad, k->sad[w](AT(d->a), STRIDE, REF(d->b), STRIDE, size))
RUN(sad_x3, k->sad_x3[w](AT(d->a), STRIDE, REF(d->b), REF(d->b) + 1, REF(d->b) - STRIDE, STRIDE, size, d->out32))
RUN(sad_x4, k->sad_x4[w](AT(d->a), STRIDE, REF(d->b), REF(d->b) + 1, REF(d->b) - STRIDE, REF(d->b) + STRIDE, STRIDE, size,
                         d->out32))
RUN(sse, k->sse[w](AT(d->a), STRIDE, AT(d->b), STRIDE, size))
RUN(wsse, k->wsse(AT(d->a), STRIDE, AT(d->b), STRIDE, size, size, d->weights))
RUN(sse_16, k->sse_16[w](d->a16, 64, d->b16, 64, size))
RUN(satd, k->satd[w](AT(d->a), STRIDE, AT(d->b), STRIDE, size))
RUN(sum_sqr, k->sum_sqr[w](AT(d->a), STRIDE, size, (uint32_t *)d->out32, (uint32_t *)d->out32 + 1))
RUN(dct, k->dct[l](d->a16, 64, d->out16))
RUN(idct, k->idct[l](d->a16, d->out16, 64))
RUN(quant, k->quant(d->a16, d->out16, size * size, vr_quant_scale(27), 171 << 10, 20))
RUN(quant_delta, k->quant_delta(d->a16, d->out16, d->out32, size * size, vr_quant_scale(27), 171 << 10, 20))
RUN(dequant, k->dequant(d->a16, d->out16, size * size, vr_dequant_scale(27), 4))
RUN(count_nonzero, k->count_nonzero(d->a16, size * size))
RUN(sig_masks, k->sig_masks[l](d->a16, (uint16_t *)d->out16))
RUN(residual, k->residual[w](AT(d->a), STRIDE, AT(d->b), STRIDE, d->out16, 64, size))
RUN(recon, k->recon[w](AT(d->a), STRIDE, d->a16, 64, AT(d->out), STRIDE, size))
RUN(transpose, k->transpose[l](AT(d->a), STRIDE, AT(d->out), STRIDE))
RUN(downsample_2x2, k->downsample_2x2(d->a, STRIDE, d->out, STRIDE, size, size))
RUN(intra_smooth, k->intra_smooth[l](AT(d->a), d->out, 0))
RUN(intra_planar, k->intra_pred[l](AT(d->a), AT(d->out), STRIDE, 0, 1))
RUN(intra_dc, k->intra_pred[l](AT(d->a), AT(d->out), STRIDE, 1, 1))
RUN(intra_mode_6, k->intra_pred[l](AT(d->a), AT(d->out), STRIDE, 6, 1))
RUN(intra_mode_30, k->intra_pred[l](AT(d->a), AT(d->out), STRIDE, 30, 1))
RUN(sao_stats_edge, k->sao_stats_edge(AT(d->a), STRIDE, AT(d->b), STRIDE, size, size, 2, d->out32, d->out32 + 8))
RUN(sao_stats_band, k->sao_stats_band(AT(d->a), STRIDE, AT(d->b), STRIDE, size, size, d->out32, d->out32 + 32))
RUN(sao_edge, k->sao_edge(AT(d->a), STRIDE, AT(d->out), STRIDE, size, size, 2, d->offsets))
RUN(sao_band, k->sao_band(AT(d->a), STRIDE, AT(d->out), STRIDE, size, size, d->offsets))

static const int deblock_tc[2] = {6, 6};
RUN(deblock_luma_ver, k->deblock_luma[0](AT(d->a) + 8, STRIDE, 40, deblock_tc))
RUN(deblock_luma_hor, k->deblock_luma[1](AT(d->a) + 8 * STRIDE, STRIDE, 40, deblock_tc))
RUN(deblock_chroma_ver, k->deblock_chroma[0](AT(d->a) + 8, STRIDE, deblock_tc))
RUN(deblock_chroma_hor, k->deblock_chroma[1](AT(d->a) + 8 * STRIDE, STRIDE, deblock_tc))

/* ---- The rows -------------------------------------------------------------------------------------------------- */

typedef struct {
    const char *kernel;
    runner run;
    int smallest, largest; /* square sizes, doubling */
} entry;

#define ENTRY(name, smallest, largest) {#name, run_##name, smallest, largest}
#define INTERP_ENTRIES(name, smallest, largest)                                                                        \
    ENTRY(name##_hor_8to8, smallest, largest), ENTRY(name##_hor_8to16, smallest, largest),                             \
        ENTRY(name##_ver_16to8, smallest, largest), ENTRY(name##_ver_8to8, smallest, largest),                         \
        ENTRY(name##_ver_8to16, smallest, largest), ENTRY(name##_ver_16to16, smallest, largest)

static const entry entries[] = {
    INTERP_ENTRIES(interp, 8, 64),
    ENTRY(sad, 8, 64),
    ENTRY(sad_x3, 8, 64),
    ENTRY(sad_x4, 8, 64),
    ENTRY(sse, 8, 64),
    ENTRY(satd, 8, 64),
    ENTRY(wsse, 8, 64),
    ENTRY(sse_16, 8, 64),
    ENTRY(sum_sqr, 8, 64),
    INTERP_ENTRIES(chroma, 4, 32),
    ENTRY(copy_8to16, 8, 64),
    ENTRY(unipred_round, 8, 64),
    ENTRY(bipred_avg, 8, 64),
    ENTRY(bipred_weight, 8, 64),
    ENTRY(dct, 4, 32),
    ENTRY(idct, 4, 32),
    ENTRY(quant, 4, 32),
    ENTRY(quant_delta, 4, 32),
    ENTRY(dequant, 4, 32),
    ENTRY(count_nonzero, 4, 32),
    ENTRY(sig_masks, 4, 32),
    ENTRY(residual, 8, 64),
    ENTRY(recon, 8, 64),
    ENTRY(transpose, 4, 32),
    ENTRY(downsample_2x2, 8, 64),
    ENTRY(intra_smooth, 8, 32),
    ENTRY(intra_planar, 4, 32),
    ENTRY(intra_dc, 4, 32),
    ENTRY(intra_mode_6, 4, 32),
    ENTRY(intra_mode_30, 4, 32),
    ENTRY(deblock_luma_ver, 8, 8),
    ENTRY(deblock_luma_hor, 8, 8),
    ENTRY(deblock_chroma_ver, 8, 8),
    ENTRY(deblock_chroma_hor, 8, 8),
    ENTRY(sao_stats_edge, 16, 64),
    ENTRY(sao_stats_band, 16, 64),
    ENTRY(sao_edge, 16, 64),
    ENTRY(sao_band, 16, 64),
};

static const entry *find(int index, int *size)
{
    for (size_t i = 0; i < sizeof(entries) / sizeof(*entries); i++)
        for (*size = entries[i].smallest; *size <= entries[i].largest; *size *= 2)
            if (index-- == 0)
                return &entries[i];
    return NULL;
}

int vr_bench_kernels_count(void)
{
    int count = 0, size;
    while (find(count, &size))
        count++;
    return count;
}

/* ---- Timing ---------------------------------------------------------------------------------------------------- */

void vr_novec_init_interp(vr_kernels *k);
void vr_novec_init_cost(vr_kernels *k);
void vr_novec_init_transform(vr_kernels *k);
void vr_novec_init_block(vr_kernels *k);
void vr_novec_init_intra(vr_kernels *k);
void vr_novec_init_filter(vr_kernels *k);

static void fill_novec(vr_kernels *k)
{
    memset(k, 0, sizeof(*k));
    vr_novec_init_interp(k);
    vr_novec_init_cost(k);
    vr_novec_init_transform(k);
    vr_novec_init_block(k);
    vr_novec_init_intra(k);
    vr_novec_init_filter(k);
}

static double now_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return 1e9 * (double)t.tv_sec + (double)t.tv_nsec;
}

static double run_ns(const entry *e, const vr_kernels *k, data *d, int size, int calls)
{
    const double start = now_ns();
    e->run(k, d, size, calls);
    return (now_ns() - start) / calls;
}

/* Calls that take about 0.1 ms. */
static int calibrate(const entry *e, const vr_kernels *k, data *d, int size)
{
    int calls = 16;
    double ns = run_ns(e, k, d, size, calls);
    while (ns * calls < 2e4 && calls < 1 << 20) {
        calls *= 4;
        ns = run_ns(e, k, d, size, calls);
    }
    return (int)(1e5 / (ns > 0.1 ? ns : 0.1)) + 1;
}

int vr_bench_kernel(int index, int runs, vr_bench_row *row)
{
    enum { COLUMNS = 4 };
    static _Thread_local data d;
    vr_kernels novec;
    const vr_kernels *tables[COLUMNS] = {vr_kernels_get(VR_SIMD_C), &novec, vr_kernels_get(VR_SIMD_AVX2),
                                         vr_kernels_get(VR_SIMD_AVX512)};
    double least[COLUMNS] = {-1, -1, -1, -1};
    int calls[COLUMNS], size;
    const entry *e = index < 0 ? NULL : find(index, &size);
    if (!e)
        return -1;
    fill_data(&d);
    fill_novec(&novec);
    for (int c = 0; c < COLUMNS; c++)
        calls[c] = tables[c] ? calibrate(e, tables[c], &d, size) : 0;
    for (int r = 0; r < runs; r++)
        for (int c = 0; c < COLUMNS; c++)
            if (tables[c]) {
                const double ns = run_ns(e, tables[c], &d, size, calls[c]);
                if (least[c] < 0 || ns < least[c])
                    least[c] = ns;
            }
    memset(row, 0, sizeof(*row));
    snprintf(row->kernel, sizeof(row->kernel), "%s", e->kernel);
    row->width = row->height = size;
    row->c_ns = least[0];
    row->c_novec_ns = least[1];
    row->avx2_ns = least[2];
    row->avx512_ns = least[3];
    return 0;
}
