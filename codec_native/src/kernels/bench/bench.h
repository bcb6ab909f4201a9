/* Times of the kernels, for `python -m codec_native bench kernels`. */
#ifndef VR_KERNELS_BENCH_H
#define VR_KERNELS_BENCH_H

/* One kernel at one size. Times are ns per call, the least of several runs; negative where this machine lacks the
 * instruction set. */
typedef struct vr_bench_row {
    char kernel[32];
    int width, height;
    double c_ns;       /* plain C as built: -O3, the compiler vectorises */
    double c_novec_ns; /* plain C with auto-vectorisation off */
    double avx2_ns;
    double avx512_ns;
} vr_bench_row;

/* Number of rows there are. */
int vr_bench_kernels_count(void);

/* Times row `index`, all columns in turn within each of `runs` runs of about 0.1 ms a column. Returns 0, or -1 when
 * there is no such row. */
int vr_bench_kernel(int index, int runs, vr_bench_row *row);

#endif
