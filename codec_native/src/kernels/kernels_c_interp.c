/* C reference: fractional sample interpolation (8.5.3.3.3) and weighted prediction (8.5.3.3.4). */
#include "kernels/kernels_internal.h"

/* Sum of `taps` samples around src, `step` apart; the first lies taps / 2 - 1 before. */
VR_ALWAYS_INLINE int filter_8(const vr_pixel *src, ptrdiff_t step, const int8_t *coeff, int taps)
{
    int sum = 0;
    for (int i = 0; i < taps; i++)
        sum += coeff[i] * src[(i - taps / 2 + 1) * step];
    return sum;
}

VR_ALWAYS_INLINE int filter_16(const int16_t *src, ptrdiff_t step, const int8_t *coeff, int taps)
{
    int sum = 0;
    for (int i = 0; i < taps; i++)
        sum += coeff[i] * src[(i - taps / 2 + 1) * step];
    return sum;
}

VR_ALWAYS_INLINE void filter_8to8(const vr_pixel *src, ptrdiff_t src_stride, vr_pixel *dst, ptrdiff_t dst_stride,
                                  int width, int height, ptrdiff_t step, const int8_t *coeff, int taps)
{
    for (int y = 0; y < height; y++, src += src_stride, dst += dst_stride)
        for (int x = 0; x < width; x++)
            dst[x] = vr_clip_pixel((filter_8(src + x, step, coeff, taps) + 32) >> 6);
}

VR_ALWAYS_INLINE void filter_8to16(const vr_pixel *src, ptrdiff_t src_stride, int16_t *dst, ptrdiff_t dst_stride,
                                   int width, int height, ptrdiff_t step, const int8_t *coeff, int taps)
{
    for (int y = 0; y < height; y++, src += src_stride, dst += dst_stride)
        for (int x = 0; x < width; x++)
            dst[x] = (int16_t)filter_8(src + x, step, coeff, taps);
}

/* shift2 = 6 of the second stage and the default weighting's 6 together. */
VR_ALWAYS_INLINE void filter_16to8(const int16_t *src, ptrdiff_t src_stride, vr_pixel *dst, ptrdiff_t dst_stride,
                                   int width, int height, const int8_t *coeff, int taps)
{
    for (int y = 0; y < height; y++, src += src_stride, dst += dst_stride)
        for (int x = 0; x < width; x++)
            dst[x] = vr_clip_pixel((filter_16(src + x, src_stride, coeff, taps) + 2048) >> 12);
}

/* Eight taps twice over the worst chequered picture reach 33150, which saturates; no natural picture comes near. */
VR_ALWAYS_INLINE void filter_16to16(const int16_t *src, ptrdiff_t src_stride, int16_t *dst, ptrdiff_t dst_stride,
                                    int width, int height, const int8_t *coeff, int taps)
{
    for (int y = 0; y < height; y++, src += src_stride, dst += dst_stride)
        for (int x = 0; x < width; x++)
            dst[x] = vr_clip_16(filter_16(src + x, src_stride, coeff, taps) >> 6);
}

#define DEFINE_INTERP(name, table, taps, W)                                                                            \
    static void name##_hor_8to8_##W(const vr_pixel *src, ptrdiff_t src_stride, vr_pixel *dst, ptrdiff_t dst_stride,    \
                                    int height, int frac)                                                              \
    {                                                                                                                  \
        filter_8to8(src, src_stride, dst, dst_stride, W, height, 1, table[frac], taps);                                \
    }                                                                                                                  \
    static void name##_hor_8to16_##W(const vr_pixel *src, ptrdiff_t src_stride, int16_t *dst, ptrdiff_t dst_stride,    \
                                     int height, int frac)                                                             \
    {                                                                                                                  \
        filter_8to16(src, src_stride, dst, dst_stride, W, height, 1, table[frac], taps);                               \
    }                                                                                                                  \
    static void name##_ver_8to8_##W(const vr_pixel *src, ptrdiff_t src_stride, vr_pixel *dst, ptrdiff_t dst_stride,    \
                                    int height, int frac)                                                              \
    {                                                                                                                  \
        filter_8to8(src, src_stride, dst, dst_stride, W, height, src_stride, table[frac], taps);                       \
    }                                                                                                                  \
    static void name##_ver_8to16_##W(const vr_pixel *src, ptrdiff_t src_stride, int16_t *dst, ptrdiff_t dst_stride,    \
                                     int height, int frac)                                                             \
    {                                                                                                                  \
        filter_8to16(src, src_stride, dst, dst_stride, W, height, src_stride, table[frac], taps);                      \
    }                                                                                                                  \
    static void name##_ver_16to8_##W(const int16_t *src, ptrdiff_t src_stride, vr_pixel *dst, ptrdiff_t dst_stride,    \
                                     int height, int frac)                                                             \
    {                                                                                                                  \
        filter_16to8(src, src_stride, dst, dst_stride, W, height, table[frac], taps);                                  \
    }                                                                                                                  \
    static void name##_ver_16to16_##W(const int16_t *src, ptrdiff_t src_stride, int16_t *dst, ptrdiff_t dst_stride,    \
                                      int height, int frac)                                                            \
    {                                                                                                                  \
        filter_16to16(src, src_stride, dst, dst_stride, W, height, table[frac], taps);                                 \
    }

#define DEFINE_LUMA(W) DEFINE_INTERP(interp, vr_luma_filter, 8, W)
#define DEFINE_CHROMA(W) DEFINE_INTERP(chroma, vr_chroma_filter, 4, W)
VR_LUMA_WIDTHS(DEFINE_LUMA)
VR_ALL_WIDTHS(DEFINE_CHROMA)

#define DEFINE_PREDICT(W)                                                                                              \
    static void copy_8to16_##W(const vr_pixel *src, ptrdiff_t src_stride, int16_t *dst, ptrdiff_t dst_stride,          \
                               int height)                                                                             \
    {                                                                                                                  \
        for (int y = 0; y < height; y++, src += src_stride, dst += dst_stride)                                         \
            for (int x = 0; x < W; x++)                                                                                \
                dst[x] = (int16_t)(src[x] << 6);                                                                       \
    }                                                                                                                  \
    static void unipred_round_##W(const int16_t *src, ptrdiff_t src_stride, vr_pixel *dst, ptrdiff_t dst_stride,       \
                                  int height)                                                                          \
    {                                                                                                                  \
        for (int y = 0; y < height; y++, src += src_stride, dst += dst_stride)                                         \
            for (int x = 0; x < W; x++)                                                                                \
                dst[x] = vr_clip_pixel((src[x] + 32) >> 6);                                                            \
    }                                                                                                                  \
    static void bipred_avg_##W(const int16_t *src0, ptrdiff_t stride0, const int16_t *src1, ptrdiff_t stride1,         \
                               vr_pixel *dst, ptrdiff_t dst_stride, int height)                                        \
    {                                                                                                                  \
        for (int y = 0; y < height; y++, src0 += stride0, src1 += stride1, dst += dst_stride)                          \
            for (int x = 0; x < W; x++)                                                                                \
                dst[x] = vr_clip_pixel((src0[x] + src1[x] + 64) >> 7);                                                 \
    }
VR_ALL_WIDTHS(DEFINE_PREDICT)

static void unipred_weight(const int16_t *src, ptrdiff_t src_stride, vr_pixel *dst, ptrdiff_t dst_stride, int width,
                           int height, int weight, int offset, int log2wd)
{
    const int round = 1 << (log2wd - 1);
    for (int y = 0; y < height; y++, src += src_stride, dst += dst_stride)
        for (int x = 0; x < width; x++)
            dst[x] = vr_clip_pixel(((src[x] * weight + round) >> log2wd) + offset);
}

static void bipred_weight(const int16_t *src0, ptrdiff_t stride0, const int16_t *src1, ptrdiff_t stride1, vr_pixel *dst,
                          ptrdiff_t dst_stride, int width, int height, int weight0, int weight1, int offset0,
                          int offset1, int log2wd)
{
    const int round = (offset0 + offset1 + 1) * (1 << log2wd);
    for (int y = 0; y < height; y++, src0 += stride0, src1 += stride1, dst += dst_stride)
        for (int x = 0; x < width; x++)
            dst[x] = vr_clip_pixel((src0[x] * weight0 + src1[x] * weight1 + round) >> (log2wd + 1));
}

void VR_C_NAME(init_interp)(vr_kernels *k);
void VR_C_NAME(init_interp)(vr_kernels *k)
{
#define SET_INTERP(name, W)                                                                                            \
    k->name##_hor_8to8[VR_W(W)] = name##_hor_8to8_##W;                                                                 \
    k->name##_hor_8to16[VR_W(W)] = name##_hor_8to16_##W;                                                               \
    k->name##_ver_8to8[VR_W(W)] = name##_ver_8to8_##W;                                                                 \
    k->name##_ver_8to16[VR_W(W)] = name##_ver_8to16_##W;                                                               \
    k->name##_ver_16to8[VR_W(W)] = name##_ver_16to8_##W;                                                               \
    k->name##_ver_16to16[VR_W(W)] = name##_ver_16to16_##W;
#define SET_LUMA(W) SET_INTERP(interp, W)
#define SET_CHROMA(W)                                                                                                  \
    SET_INTERP(chroma, W)                                                                                              \
    k->copy_8to16[VR_W(W)] = copy_8to16_##W;                                                                           \
    k->unipred_round[VR_W(W)] = unipred_round_##W;                                                                     \
    k->bipred_avg[VR_W(W)] = bipred_avg_##W;
    VR_LUMA_WIDTHS(SET_LUMA)
    VR_ALL_WIDTHS(SET_CHROMA)
    k->unipred_weight = unipred_weight;
    k->bipred_weight = bipred_weight;
}
