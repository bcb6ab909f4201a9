/* C reference: transforms (8.6.4) and quantisation (8.6.3). */
#include "kernels/kernels_internal.h"

#include <string.h>

/* dst[k * size + i] = (row i of src) . (basis k), rounded: one forward stage with the result transposed. */
VR_ALWAYS_INLINE void forward_stage(const int16_t *src, ptrdiff_t src_stride, int16_t *dst, int size,
                                    const int8_t *matrix, int row_step, int shift)
{
    const int round = 1 << (shift - 1);
    for (int k = 0; k < size; k++)
        for (int i = 0; i < size; i++) {
            int sum = round;
            for (int n = 0; n < size; n++)
                sum += matrix[k * row_step + n] * src[i * src_stride + n];
            dst[k * size + i] = (int16_t)(sum >> shift);
        }
}

/* dst[i * dst_stride + n] = sum over k of src[k * size + i] * basis k [n]: one inverse stage over the columns of
 * src with the result transposed. */
VR_ALWAYS_INLINE void inverse_stage(const int16_t *src, int16_t *dst, ptrdiff_t dst_stride, int size,
                                    const int8_t *matrix, int row_step, int shift)
{
    for (int i = 0; i < size; i++) {
        int sum[32];
        for (int n = 0; n < size; n++)
            sum[n] = 1 << (shift - 1);
        for (int k = 0; k < size; k++)
            for (int n = 0; n < size; n++)
                sum[n] += matrix[k * row_step + n] * src[k * size + i];
        for (int n = 0; n < size; n++)
            dst[i * dst_stride + n] = vr_clip_16(sum[n] >> shift);
    }
}

VR_ALWAYS_INLINE void forward(const int16_t *residual, ptrdiff_t stride, int16_t *coeff, int log2_size,
                              const int8_t *matrix, int row_step)
{
    int16_t half_done[32 * 32];
    const int size = 1 << log2_size;
    forward_stage(residual, stride, half_done, size, matrix, row_step, log2_size - 1);
    forward_stage(half_done, size, coeff, size, matrix, row_step, log2_size + 6);
}

/* Columns first, clipped to 16 bits, then rows: the order of 8.6.4.2. */
VR_ALWAYS_INLINE void inverse(const int16_t *coeff, int16_t *residual, ptrdiff_t stride, int log2_size,
                              const int8_t *matrix, int row_step)
{
    int16_t half_done[32 * 32];
    const int size = 1 << log2_size;
    inverse_stage(coeff, half_done, size, size, matrix, row_step, 7);
    inverse_stage(half_done, residual, stride, size, matrix, row_step, 12);
}

#define DEFINE_SIZE(N, log2_size)                                                                                      \
    static void dct_##N(const int16_t *residual, ptrdiff_t stride, int16_t *coeff)                                     \
    {                                                                                                                  \
        forward(residual, stride, coeff, log2_size, vr_dct_matrix[0], 32 * 32 / N);                                    \
    }                                                                                                                  \
    static void idct_##N(const int16_t *coeff, int16_t *residual, ptrdiff_t stride)                                    \
    {                                                                                                                  \
        inverse(coeff, residual, stride, log2_size, vr_dct_matrix[0], 32 * 32 / N);                                    \
    }                                                                                                                  \
    static void idct_dc_##N(int dc, int16_t *residual, ptrdiff_t stride)                                               \
    {                                                                                                                  \
        const int16_t value = (int16_t)((vr_clip_16((64 * dc + 64) >> 7) * 64 + 2048) >> 12);                          \
        for (int y = 0; y < N; y++)                                                                                    \
            for (int x = 0; x < N; x++)                                                                                \
                residual[y * stride + x] = value;                                                                      \
    }                                                                                                                  \
    static void sig_masks_##N(const int16_t *level, uint16_t *masks)                                                   \
    {                                                                                                                  \
        memset(masks, 0, (N / 4) * (N / 4) * sizeof(*masks));                                                          \
        for (int y = 0; y < N; y++)                                                                                    \
            for (int x = 0; x < N; x++)                                                                                \
                masks[(y / 4) * (N / 4) + x / 4] |= (uint16_t)((level[y * N + x] != 0) << (y % 4 * 4 + x % 4));        \
    }
DEFINE_SIZE(4, 2)
DEFINE_SIZE(8, 3)
DEFINE_SIZE(16, 4)
DEFINE_SIZE(32, 5)

static void dst4(const int16_t *residual, ptrdiff_t stride, int16_t *coeff)
{
    forward(residual, stride, coeff, 2, vr_dst_matrix[0], 4);
}

static void idst4(const int16_t *coeff, int16_t *residual, ptrdiff_t stride)
{
    inverse(coeff, residual, stride, 2, vr_dst_matrix[0], 4);
}

static int quant(const int16_t *coeff, int16_t *level, int count, int scale, int round, int shift)
{
    int nonzero = 0;
    for (int i = 0; i < count; i++) {
        const int magnitude = coeff[i] < 0 ? -coeff[i] : coeff[i];
        const int value = (magnitude * scale + round) >> shift;
        nonzero += value != 0;
        level[i] = (int16_t)(coeff[i] < 0 ? -value : value);
    }
    return nonzero;
}

static int quant_delta(const int16_t *coeff, int16_t *level, int32_t *delta, int count, int scale, int round, int shift)
{
    int nonzero = 0;
    for (int i = 0; i < count; i++) {
        const int scaled = (coeff[i] < 0 ? -coeff[i] : coeff[i]) * scale;
        const int value = (scaled + round) >> shift;
        delta[i] = (scaled - value * (1 << shift)) >> (shift - 8);
        nonzero += value != 0;
        level[i] = (int16_t)(coeff[i] < 0 ? -value : value);
    }
    return nonzero;
}

static void dequant(const int16_t *level, int16_t *coeff, int count, int scale, int shift)
{
    const int round = 1 << (shift - 1);
    for (int i = 0; i < count; i++)
        coeff[i] = vr_clip_16((level[i] * scale + round) >> shift);
}

static int count_nonzero(const int16_t *level, int count)
{
    int nonzero = 0;
    for (int i = 0; i < count; i++)
        nonzero += level[i] != 0;
    return nonzero;
}

void VR_C_NAME(init_transform)(vr_kernels *k);
void VR_C_NAME(init_transform)(vr_kernels *k)
{
#define SET_SIZE(N, log2_size)                                                                                         \
    k->dct[VR_L(log2_size)] = dct_##N;                                                                                 \
    k->idct[VR_L(log2_size)] = idct_##N;                                                                               \
    k->idct_dc[VR_L(log2_size)] = idct_dc_##N;                                                                         \
    k->sig_masks[VR_L(log2_size)] = sig_masks_##N;
    SET_SIZE(4, 2)
    SET_SIZE(8, 3)
    SET_SIZE(16, 4)
    SET_SIZE(32, 5)
    k->dst4 = dst4;
    k->idst4 = idst4;
    k->quant = quant;
    k->quant_delta = quant_delta;
    k->dequant = dequant;
    k->count_nonzero = count_nonzero;
}
