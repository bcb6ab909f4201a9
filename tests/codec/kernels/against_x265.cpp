/* Our kernels against x265's, turn by turn in one run: ratios that a busy or throttled machine does not bend.
 *
 * Debian's libx265 exports its table of primitives. The table's layout comes from x265's own headers, which are not
 * part of this repository: `apt-get source x265` (3.5), write x265_config.h from x265_config.h.in, then
 *
 *   g++ -O2 -I x265-3.5/source/common -I x265-3.5/source -I DIR_OF_x265_config.h -I codec_native/src \
 *       tests/codec/kernels/against_x265.cpp KERNEL_OBJECTS -lx265 -lpthread -o against_x265 && ./against_x265
 *
 * KERNEL_OBJECTS: codec_native/src/kernels/[all].c and common/cpu.c, compiled as in the package (-O3).
 * x265's satd is of 4x4 transforms; its sa8d is the 8x8 one that ours computes, so that is what satd is held against. */
#define X265_DEPTH 8
#define HIGH_BIT_DEPTH 0
#define X265_NS x265
#define X86_64 1
#define X265_ARCH_X86 1
#define ENABLE_ASSEMBLY 1
#include "common.h"
#include "primitives.h"

#include <dlfcn.h>

#include <cstdio>
#include <ctime>
#include <functional>
#include <string>

extern "C" {
#include "kernels/kernels.h"
}

namespace {

constexpr int STRIDE = 160, ROWS = 160, FENC = 64;
alignas(64) vr_pixel a[STRIDE * ROWS], b[STRIDE * ROWS], out[STRIDE * ROWS];
alignas(64) int16_t a16[STRIDE * ROWS], b16[STRIDE * ROWS], out16[STRIDE * ROWS];
vr_pixel *const A = a + 16 * STRIDE + 19, *const B = b + 16 * STRIDE + 19, *const OUT = out + 16 * STRIDE + 16;
vr_pixel *const ON_LINE = b + 16 * STRIDE + 32; /* what x265's sse takes for granted of its reference */
vr_pixel *const SRC = a; /* x265 expects the source block aligned, with a stride of 64 */

double now()
{
    timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return 1e9 * (double)t.tv_sec + (double)t.tv_nsec;
}

double time_of(const std::function<void(int)> &run, int calls)
{
    const double start = now();
    run(calls);
    return (now() - start) / calls;
}

const char *only = "";

void compare(const char *name, int size, const std::function<void(int)> &theirs, const std::function<void(int)> &ours)
{
    if (!std::string(name).starts_with(only))
        return;
    double least[2] = {1e30, 1e30};
    int calls = 16;
    while (time_of(theirs, calls) * calls < 2e4)
        calls *= 2;
    for (int run = 0; run < 200; run++) {
        least[0] = std::min(least[0], time_of(theirs, calls));
        least[1] = std::min(least[1], time_of(ours, calls));
    }
    std::printf("%-18s %2dx%-2d  x265 %8.1f ns  ours %8.1f ns  ours/x265 %.2f\n", name, size, size, least[0], least[1],
                least[1] / least[0]);
}

} // namespace

#define LOOP(call)                                                                                                     \
    [=](int calls) {                                                                                                   \
        for (int i = 0; i < calls; i++)                                                                                \
            call;                                                                                                      \
    }

int main(int argc, char **argv)
{
    using namespace x265;
    setvbuf(stdout, nullptr, _IOLBF, 0);
    if (argc > 1)
        only = argv[1];
    const vr_kernels *k = vr_kernels_get(VR_SIMD_AUTO);
    x265_param *param = x265_param_alloc();
    x265_param_default(param);
    x265_setup_primitives(param);
    for (int i = 0; i < STRIDE * ROWS; i++) {
        a[i] = (vr_pixel)(i * 2654435761u >> 24);
        b[i] = (vr_pixel)(i * 2246822519u >> 24);
        a16[i] = (int16_t)((a[i] & 127) - 64);
        b16[i] = (int16_t)(b[i] << 6);
    }
    /* Looked up by name: a reference would be to the program's own copy of the table, which nobody fills. */
    const auto &p = *static_cast<const EncoderPrimitives *>(dlsym(RTLD_DEFAULT, "_ZN4x26510primitivesE"));
    static const int pu[] = {LUMA_8x8, LUMA_16x16, LUMA_32x32, LUMA_64x64};
    int32_t cost[4], *const c = cost;
    int16_t *const s16 = b16 + 64 * 8;
    for (int s = 0; s < 4; s++) {
        const int size = 8 << s, w = VR_W(size);
        const auto &q = p.pu[pu[s]];
        const auto &cu = p.cu[s + 1];
        compare("interp_hor_8to8", size, LOOP(q.luma_hpp(A, STRIDE, OUT, STRIDE, 2)),
                LOOP(k->interp_hor_8to8[w](A, STRIDE, OUT, STRIDE, size, 2)));
        compare("interp_hor_8to16", size, LOOP(q.luma_hps(A, STRIDE, out16, 64, 2, 0)),
                LOOP(k->interp_hor_8to16[w](A, STRIDE, out16, 64, size, 2)));
        compare("interp_ver_16to8", size, LOOP(q.luma_vsp(s16, 64, OUT, STRIDE, 2)),
                LOOP(k->interp_ver_16to8[w](s16, 64, OUT, STRIDE, size, 2)));
        compare("interp_ver_8to8", size, LOOP(q.luma_vpp(A, STRIDE, OUT, STRIDE, 2)),
                LOOP(k->interp_ver_8to8[w](A, STRIDE, OUT, STRIDE, size, 2)));
        compare("interp_ver_8to16", size, LOOP(q.luma_vps(A, STRIDE, out16, 64, 2)),
                LOOP(k->interp_ver_8to16[w](A, STRIDE, out16, 64, size, 2)));
        compare("interp_ver_16to16", size, LOOP(q.luma_vss(s16, 64, out16, 64, 2)),
                LOOP(k->interp_ver_16to16[w](s16, 64, out16, 64, size, 2)));
        compare("sad", size, LOOP(q.sad(SRC, FENC, B, STRIDE)), LOOP(k->sad[w](SRC, FENC, B, STRIDE, size)));
        compare("sad_x3", size, LOOP(q.sad_x3(SRC, B, B + 1, B - STRIDE, STRIDE, c)),
                LOOP(k->sad_x3[w](SRC, FENC, B, B + 1, B - STRIDE, STRIDE, size, c)));
        compare("sad_x4", size, LOOP(q.sad_x4(SRC, B, B + 1, B - STRIDE, B + STRIDE, STRIDE, c)),
                LOOP(k->sad_x4[w](SRC, FENC, B, B + 1, B - STRIDE, B + STRIDE, STRIDE, size, c)));
        compare("sse", size, LOOP(cu.sse_pp(SRC, FENC, ON_LINE, STRIDE)),
                LOOP(k->sse[w](SRC, FENC, ON_LINE, STRIDE, size)));
        compare("satd", size, LOOP(cu.sa8d(SRC, FENC, B, STRIDE)), LOOP(k->satd[w](SRC, FENC, B, STRIDE, size)));
        compare("bipred_avg", size, LOOP(q.addAvg[0](b16, a16, OUT, 64, 64, STRIDE)),
                LOOP(k->bipred_avg[w](b16, 64, a16, 64, OUT, STRIDE, size)));
    }
    for (int s = 0; s < 4; s++) {
        const int size = 4 << s, l = s;
        const auto &cu = p.cu[s];
        compare("dct", size, LOOP(cu.dct(a16, out16, 64)), LOOP(k->dct[l](a16, 64, out16)));
        compare("idct", size, LOOP(cu.idct(a16, out16, 64)), LOOP(k->idct[l](a16, out16, 64)));
    }
    x265_param_free(param);
    return 0;
}
