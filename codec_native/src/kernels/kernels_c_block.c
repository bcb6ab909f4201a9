/* C reference: residual, reconstruction (8.6.7), copies, transposes and down-sampling. */
#include "kernels/kernels_internal.h"

#include <string.h>

#define DEFINE_WIDTH(W)                                                                                                \
    static void residual_##W(const vr_pixel *src, ptrdiff_t src_stride, const vr_pixel *pred, ptrdiff_t pred_stride,   \
                             int16_t *residual, ptrdiff_t residual_stride, int height)                                 \
    {                                                                                                                  \
        for (int y = 0; y < height; y++, src += src_stride, pred += pred_stride, residual += residual_stride)          \
            for (int x = 0; x < W; x++)                                                                                \
                residual[x] = (int16_t)(src[x] - pred[x]);                                                             \
    }                                                                                                                  \
    static void recon_##W(const vr_pixel *pred, ptrdiff_t pred_stride, const int16_t *residual,                        \
                          ptrdiff_t residual_stride, vr_pixel *dst, ptrdiff_t dst_stride, int height)                  \
    {                                                                                                                  \
        for (int y = 0; y < height; y++, pred += pred_stride, residual += residual_stride, dst += dst_stride)          \
            for (int x = 0; x < W; x++)                                                                                \
                dst[x] = vr_clip_pixel(pred[x] + residual[x]);                                                         \
    }                                                                                                                  \
    static void copy_##W(const vr_pixel *src, ptrdiff_t src_stride, vr_pixel *dst, ptrdiff_t dst_stride, int height)   \
    {                                                                                                                  \
        for (int y = 0; y < height; y++)                                                                               \
            memcpy(dst + y * dst_stride, src + y * src_stride, W);                                                     \
    }                                                                                                                  \
    static void copy_16_##W(const int16_t *src, ptrdiff_t src_stride, int16_t *dst, ptrdiff_t dst_stride, int height)  \
    {                                                                                                                  \
        for (int y = 0; y < height; y++)                                                                               \
            memcpy(dst + y * dst_stride, src + y * src_stride, W * sizeof(*dst));                                      \
    }                                                                                                                  \
    static void fill_##W(vr_pixel *dst, ptrdiff_t dst_stride, int height, int value)                                   \
    {                                                                                                                  \
        for (int y = 0; y < height; y++)                                                                               \
            memset(dst + y * dst_stride, value, W);                                                                    \
    }
VR_ALL_WIDTHS(DEFINE_WIDTH)

#define DEFINE_TRANSPOSE(N)                                                                                            \
    static void transpose_##N(const vr_pixel *src, ptrdiff_t src_stride, vr_pixel *dst, ptrdiff_t dst_stride)          \
    {                                                                                                                  \
        for (int y = 0; y < N; y++)                                                                                    \
            for (int x = 0; x < N; x++)                                                                                \
                dst[y * dst_stride + x] = src[x * src_stride + y];                                                     \
    }
DEFINE_TRANSPOSE(4)
DEFINE_TRANSPOSE(8)
DEFINE_TRANSPOSE(16)
DEFINE_TRANSPOSE(32)

static void downsample_2x2(const vr_pixel *src, ptrdiff_t src_stride, vr_pixel *dst, ptrdiff_t dst_stride, int width,
                           int height)
{
    for (int y = 0; y < height; y++, src += 2 * src_stride, dst += dst_stride)
        for (int x = 0; x < width; x++)
            dst[x] = (vr_pixel)((src[2 * x] + src[2 * x + 1] + src[src_stride + 2 * x] + src[src_stride + 2 * x + 1] +
                                 2) >> 2);
}

void VR_C_NAME(init_block)(vr_kernels *k);
void VR_C_NAME(init_block)(vr_kernels *k)
{
#define SET_WIDTH(W)                                                                                                   \
    k->residual[VR_W(W)] = residual_##W;                                                                               \
    k->recon[VR_W(W)] = recon_##W;                                                                                     \
    k->copy[VR_W(W)] = copy_##W;                                                                                       \
    k->copy_16[VR_W(W)] = copy_16_##W;                                                                                 \
    k->fill[VR_W(W)] = fill_##W;
    VR_ALL_WIDTHS(SET_WIDTH)
    k->transpose[VR_L(2)] = transpose_4;
    k->transpose[VR_L(3)] = transpose_8;
    k->transpose[VR_L(4)] = transpose_16;
    k->transpose[VR_L(5)] = transpose_32;
    k->downsample_2x2 = downsample_2x2;
}
