/* Our kernels and those of x265, in turn within one run: a busy or throttled machine bends the times, not their ratios.
 * Built and run by kernels_x265.py. x265's functions are called by their names in its static library; their types are
 * those of its public headers (common/primitives.h). Both get the same memory, laid out as in codec_native's own bench,
 * but for the source of SAD, SSE and SATD: x265 wants that in rows of 64. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "kernels/kernels.h"

enum { STRIDE = 320, ROWS = 160, LINE = 64, BLOCK_STRIDE = 64, RUNS = 60 };

static _Alignas(LINE) vr_pixel block[BLOCK_STRIDE * 64], ref[STRIDE * ROWS], out[STRIDE * ROWS];
static _Alignas(LINE) int16_t wide[BLOCK_STRIDE * 80], out16[BLOCK_STRIDE * 64];
static int32_t cost[4];

#define AT(plane) ((plane) + 16 * STRIDE + LINE)
/* Where a motion vector points: call after call at another of a line's 64 places. */
#define REF (AT(ref) + (i * 23 & (LINE - 1)))

typedef int compare(const vr_pixel *, intptr_t, const vr_pixel *, intptr_t);
typedef void compare_3(const vr_pixel *, const vr_pixel *, const vr_pixel *, const vr_pixel *, intptr_t, int32_t *);
typedef void compare_4(const vr_pixel *, const vr_pixel *, const vr_pixel *, const vr_pixel *, const vr_pixel *, intptr_t,
                       int32_t *);
typedef void filter_8to8(const vr_pixel *, intptr_t, vr_pixel *, intptr_t, int);
typedef void filter_8to16(const vr_pixel *, intptr_t, int16_t *, intptr_t, int, int);
typedef void filter_16to8(const int16_t *, intptr_t, vr_pixel *, intptr_t, int);

typedef union {
    compare *compare;
    compare_3 *compare_3;
    compare_4 *compare_4;
    filter_8to8 *filter_8to8;
    filter_8to16 *filter_8to16;
    filter_16to8 *filter_16to8;
} theirs;

/* ---- One runner a kernel for each side ------------------------------------------------------------------------- */

typedef void ours_runner(const vr_kernels *k, int size, int calls);
typedef void theirs_runner(theirs f, int calls);

#define RUN(name, our_call, their_call)                                                                                \
    static void ours_##name(const vr_kernels *k, int size, int calls)                                                  \
    {                                                                                                                  \
        const int w = VR_W(size);                                                                                      \
        for (int i = 0; i < calls; i++)                                                                                \
            our_call;                                                                                                  \
    }                                                                                                                  \
    static void theirs_##name(theirs f, int calls)                                                                     \
    {                                                                                                                  \
        for (int i = 0; i < calls; i++)                                                                                \
            their_call;                                                                                                \
    }

RUN(interp_hor_8to8, k->interp_hor_8to8[w](REF, STRIDE, AT(out), STRIDE, size, 2),
    f.filter_8to8(REF, STRIDE, AT(out), STRIDE, 2))
RUN(interp_hor_8to16, k->interp_hor_8to16[w](REF, STRIDE, out16, BLOCK_STRIDE, size, 2),
    f.filter_8to16(REF, STRIDE, out16, BLOCK_STRIDE, 2, 0))
RUN(interp_ver_16to8, k->interp_ver_16to8[w](wide + 8 * BLOCK_STRIDE, BLOCK_STRIDE, AT(out), STRIDE, size, 2),
    f.filter_16to8(wide + 8 * BLOCK_STRIDE, BLOCK_STRIDE, AT(out), STRIDE, 2))
RUN(interp_ver_8to8, k->interp_ver_8to8[w](REF, STRIDE, AT(out), STRIDE, size, 2),
    f.filter_8to8(REF, STRIDE, AT(out), STRIDE, 2))
RUN(sad, k->sad[w](block, BLOCK_STRIDE, REF, STRIDE, size), f.compare(block, BLOCK_STRIDE, REF, STRIDE))
RUN(sad_x3, k->sad_x3[w](block, BLOCK_STRIDE, REF, REF + 1, REF - STRIDE, STRIDE, size, cost),
    f.compare_3(block, REF, REF + 1, REF - STRIDE, STRIDE, cost))
RUN(sad_x4, k->sad_x4[w](block, BLOCK_STRIDE, REF, REF + 1, REF - STRIDE, REF + STRIDE, STRIDE, size, cost),
    f.compare_4(block, REF, REF + 1, REF - STRIDE, REF + STRIDE, STRIDE, cost))
RUN(sse, k->sse[w](block, BLOCK_STRIDE, AT(ref), STRIDE, size), f.compare(block, BLOCK_STRIDE, AT(ref), STRIDE))
RUN(satd, k->satd[w](block, BLOCK_STRIDE, AT(ref), STRIDE, size), f.compare(block, BLOCK_STRIDE, AT(ref), STRIDE))

/* ---- What x265 takes on a machine with AVX2 and on one with AVX-512 --------------------------------------------- */

typedef struct {
    const char *kernel;
    int size;
    ours_runner *ours;
    theirs_runner *theirs;
    theirs avx2, avx512;
    const char *avx512_name; /* instruction set of what x265 takes where it may take AVX-512 */
} row;

#define SIZE(kind, kernel, symbol, size, avx2_set, avx512_set)                                                         \
    {#kernel, size, ours_##kernel, theirs_##kernel, {.kind = symbol##_##size##x##size##_##avx2_set},                   \
     {.kind = symbol##_##size##x##size##_##avx512_set}, #avx512_set},

#define FILTERS(X, kind, kernel, symbol)                                                                               \
    X(kind, kernel, symbol, 8, avx2, avx2)                                                                             \
    X(kind, kernel, symbol, 16, avx2, avx512)                                                                          \
    X(kind, kernel, symbol, 32, avx2, avx512)                                                                          \
    X(kind, kernel, symbol, 64, avx2, avx512)
#define ALL(X)                                                                                                         \
    FILTERS(X, filter_8to8, interp_hor_8to8, x265_interp_8tap_horiz_pp)                                                \
    FILTERS(X, filter_8to16, interp_hor_8to16, x265_interp_8tap_horiz_ps)                                              \
    FILTERS(X, filter_16to8, interp_ver_16to8, x265_interp_8tap_vert_sp)                                               \
    FILTERS(X, filter_8to8, interp_ver_8to8, x265_interp_8tap_vert_pp)                                                 \
    X(compare, sad, x265_pixel_sad, 16, sse2, sse2)                                                                    \
    X(compare, sad, x265_pixel_sad, 32, avx2, avx512)                                                                  \
    X(compare, sad, x265_pixel_sad, 64, avx2, avx512)                                                                  \
    X(compare_3, sad_x3, x265_pixel_sad_x3, 8, avx2, avx2)                                                             \
    X(compare_3, sad_x3, x265_pixel_sad_x3, 16, avx, avx)                                                            \
    X(compare_3, sad_x3, x265_pixel_sad_x3, 32, avx2, avx512)                                                          \
    X(compare_3, sad_x3, x265_pixel_sad_x3, 64, avx2, avx512)                                                          \
    X(compare_4, sad_x4, x265_pixel_sad_x4, 8, avx2, avx2)                                                             \
    X(compare_4, sad_x4, x265_pixel_sad_x4, 16, avx2, avx2)                                                            \
    X(compare_4, sad_x4, x265_pixel_sad_x4, 32, avx2, avx512)                                                          \
    X(compare_4, sad_x4, x265_pixel_sad_x4, 64, avx2, avx512)                                                          \
    X(compare, sse, x265_pixel_ssd, 8, avx, avx)                                                                       \
    X(compare, sse, x265_pixel_ssd, 16, avx2, avx2)                                                                    \
    X(compare, sse, x265_pixel_ssd, 32, avx2, avx2)                                                                    \
    X(compare, sse, x265_pixel_ssd, 64, avx2, avx2)                                                                    \
    /* x265's satd is of 4x4 transforms; its sa8d is the one of 8x8 that ours computes. */                             \
    X(compare, satd, x265_pixel_sa8d, 8, avx2, avx512)                                                                 \
    X(compare, satd, x265_pixel_sa8d, 16, avx2, avx2)                                                                  \
    X(compare, satd, x265_pixel_sa8d, 32, avx2, avx2)                                                                  \
    X(compare, satd, x265_pixel_sa8d, 64, avx, avx)

#define DECLARE_SIZE(kind, kernel, symbol, size, avx2_set, avx512_set)                                                 \
    extern kind symbol##_##size##x##size##_##avx2_set, symbol##_##size##x##size##_##avx512_set;
ALL(DECLARE_SIZE)

static const row rows[] = {ALL(SIZE)};

/* ---- Timing ---------------------------------------------------------------------------------------------------- */

static double now_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return 1e9 * (double)t.tv_sec + (double)t.tv_nsec;
}

static void least(double *best, double start, int calls)
{
    const double ns = (now_ns() - start) / calls;
    if (*best < 0 || ns < *best)
        *best = ns;
}

static void time_row(const row *r, const vr_kernels *avx2, const vr_kernels *avx512, double ns[4])
{
    int calls = 16;
    for (double start = now_ns(); r->theirs(r->avx2, calls), now_ns() - start < 5e4; start = now_ns())
        calls *= 2;
    ns[0] = ns[1] = ns[2] = ns[3] = -1;
    for (int run = 0; run < RUNS; run++) {
        double start = now_ns();
        r->ours(avx2, r->size, calls);
        least(&ns[0], start, calls);
        start = now_ns();
        r->theirs(r->avx2, calls);
        least(&ns[2], start, calls);
        if (!avx512)
            continue;
        start = now_ns();
        r->ours(avx512, r->size, calls);
        least(&ns[1], start, calls);
        start = now_ns();
        r->theirs(r->avx512, calls);
        least(&ns[3], start, calls);
    }
}

/* The names must mean what they seem to: both sides find the same numbers. */
static int same_results(const vr_kernels *k)
{
    static vr_pixel mine[STRIDE * ROWS];
    const vr_pixel *at = AT(ref) + 5;
    if (x265_pixel_sad_64x64_avx2(block, BLOCK_STRIDE, at, STRIDE) !=
            k->sad[VR_W(64)](block, BLOCK_STRIDE, at, STRIDE, 64) ||
        x265_pixel_ssd_64x64_avx2(block, BLOCK_STRIDE, AT(ref), STRIDE) !=
            (int)k->sse[VR_W(64)](block, BLOCK_STRIDE, AT(ref), STRIDE, 64))
        return 0;
    x265_interp_8tap_horiz_pp_64x64_avx2(at, STRIDE, AT(out), STRIDE, 1);
    k->interp_hor_8to8[VR_W(64)](at, STRIDE, AT(mine), STRIDE, 64, 1);
    return !memcmp(out, mine, sizeof(mine));
}

static void print_time(const char *name, double ns)
{
    if (ns < 0)
        printf(", \"%s\": null", name);
    else
        printf(", \"%s\": %.2f", name, ns);
}

int main(void)
{
    const vr_kernels *avx2 = vr_kernels_get(VR_SIMD_AVX2), *avx512 = vr_kernels_get(VR_SIMD_AVX512);
    uint32_t state = 12345;
    if (!avx2) {
        fputs("this machine lacks AVX2\n", stderr);
        return 1;
    }
    for (int i = 0; i < STRIDE * ROWS; i++) {
        state = state * 1664525u + 1013904223u;
        ref[i] = (vr_pixel)(60 + i % STRIDE / 2 + i / STRIDE / 4 + (state >> 28));
    }
    for (int i = 0; i < BLOCK_STRIDE * 64; i++) {
        state = state * 1664525u + 1013904223u;
        block[i] = (vr_pixel)(AT(ref)[i / BLOCK_STRIDE * STRIDE + i % BLOCK_STRIDE] + (state >> 28));
    }
    for (int i = 0; i < BLOCK_STRIDE * 80; i++)
        wide[i] = (int16_t)(ref[i] << 6);
    if (!same_results(avx2)) {
        fputs("x265's kernels give other results than ours\n", stderr);
        return 1;
    }
    puts("[");
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        const row *r = &rows[i];
        double ns[4];
        time_row(r, avx2, avx512, ns);
        printf(" {\"kernel\": \"%s\", \"width\": %d, \"height\": %d, \"x265_avx512_uses\": \"%s\"", r->kernel, r->size,
               r->size, r->avx512_name);
        print_time("avx2_ns", ns[0]);
        print_time("avx512_ns", ns[1]);
        print_time("x265_avx2_ns", ns[2]);
        print_time("x265_avx512_ns", ns[3]);
        printf("}%s\n", i + 1 < sizeof(rows) / sizeof(*rows) ? "," : "");
        fflush(stdout);
    }
    puts("]");
    return 0;
}
