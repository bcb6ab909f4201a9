/* C reference: intra prediction from a linear neighbour array (layout in kernels.h), 8.4.4.2. */
#include "kernels/kernels_internal.h"

/* 8.4.4.2.3: bilinear interpolation between the corners when both sides are nearly straight lines. */
static int is_flat(const vr_pixel *ref)
{
    const int corner = ref[64];
    const int left = corner + ref[0] - 2 * ref[32];
    const int above = corner + ref[128] - 2 * ref[96];
    return left > -8 && left < 8 && above > -8 && above < 8;
}

VR_ALWAYS_INLINE void smooth(const vr_pixel *ref, vr_pixel *out, int size, int strong)
{
    const int last = 4 * size;
    if (strong && size == 32 && is_flat(ref)) {
        for (int i = 0; i < 64; i++) {
            out[i] = (vr_pixel)(((64 - i) * ref[0] + i * ref[64] + 32) >> 6);
            out[64 + i] = (vr_pixel)(((64 - i) * ref[64] + i * ref[128] + 32) >> 6);
        }
        out[128] = ref[128];
        return;
    }
    out[0] = ref[0];
    for (int i = 1; i < last; i++)
        out[i] = (vr_pixel)((ref[i - 1] + 2 * ref[i] + ref[i + 1] + 2) >> 2);
    out[last] = ref[last];
}

/* 8.4.4.2.4 */
VR_ALWAYS_INLINE void predict_planar(const vr_pixel *ref, vr_pixel *dst, ptrdiff_t stride, int log2_size)
{
    const int size = 1 << log2_size;
    const vr_pixel *above = ref + 2 * size + 1;
    const vr_pixel *left = ref + 2 * size - 1;
    for (int y = 0; y < size; y++)
        for (int x = 0; x < size; x++)
            dst[y * stride + x] = (vr_pixel)(((size - 1 - x) * left[-y] + (x + 1) * above[size] +
                                              (size - 1 - y) * above[x] + (y + 1) * left[-size] + size) >>
                                             (log2_size + 1));
}

/* 8.4.4.2.5 */
VR_ALWAYS_INLINE void predict_dc(const vr_pixel *ref, vr_pixel *dst, ptrdiff_t stride, int log2_size, int edge_filter)
{
    const int size = 1 << log2_size;
    const vr_pixel *above = ref + 2 * size + 1;
    const vr_pixel *left = ref + 2 * size - 1;
    int dc = size;
    for (int i = 0; i < size; i++)
        dc += above[i] + left[-i];
    dc >>= log2_size + 1;
    for (int y = 0; y < size; y++)
        for (int x = 0; x < size; x++)
            dst[y * stride + x] = (vr_pixel)dc;
    if (!edge_filter)
        return;
    dst[0] = (vr_pixel)((left[0] + 2 * dc + above[0] + 2) >> 2);
    for (int i = 1; i < size; i++) {
        dst[i] = (vr_pixel)((above[i] + 3 * dc + 2) >> 2);
        dst[i * stride] = (vr_pixel)((left[-i] + 3 * dc + 2) >> 2);
    }
}

/* 8.4.4.2.6. Horizontal modes (2..17) are vertical ones with the neighbour array walked the other way and the
 * block transposed. */
VR_ALWAYS_INLINE void predict_angular(const vr_pixel *neighbours, vr_pixel *dst, ptrdiff_t stride, int size, int mode,
                                      int edge_filter)
{
    const int vertical = mode >= 18;
    const int angle = vr_intra_angle[mode];
    const int inverse = vr_intra_inverse_angle[mode];
    const ptrdiff_t along = vertical ? 1 : stride, across = vertical ? stride : 1;
    const vr_pixel *corner = neighbours + 2 * size;
    const int way = vertical ? 1 : -1;
    const int lowest = (size * angle) >> 5; /* index into ref[]; -1 is never read */
    vr_pixel line[3 * 32 + 1];
    vr_pixel *ref = line + 32; /* the standard's ref[], from -size to 2 * size */

    for (int i = 0; i <= 2 * size; i++)
        ref[i] = corner[way * i];
    if (lowest < -1)
        for (int i = -1; i >= lowest; i--)
            ref[i] = corner[-way * ((i * inverse + 128) >> 8)];

    for (int row = 0; row < size; row++) {
        const int index = ((row + 1) * angle) >> 5;
        const int fraction = ((row + 1) * angle) & 31;
        for (int i = 0; i < size; i++)
            dst[row * across + i * along] =
                fraction ? (vr_pixel)(((32 - fraction) * ref[i + index + 1] + fraction * ref[i + index + 2] + 16) >> 5)
                         : ref[i + index + 1];
    }
    if (edge_filter && angle == 0)
        for (int row = 0; row < size; row++)
            dst[row * across] = vr_clip_pixel(ref[1] + ((corner[-way * (row + 1)] - corner[0]) >> 1));
}

#define DEFINE_SIZE(N, log2_size)                                                                                      \
    static void intra_smooth_##N(const vr_pixel *ref, vr_pixel *smoothed, int strong)                                  \
    {                                                                                                                  \
        smooth(ref, smoothed, N, strong);                                                                              \
    }                                                                                                                  \
    static void intra_pred_##N(const vr_pixel *ref, vr_pixel *dst, ptrdiff_t dst_stride, int mode, int edge_filter)    \
    {                                                                                                                  \
        if (mode == 0)                                                                                                 \
            predict_planar(ref, dst, dst_stride, log2_size);                                                           \
        else if (mode == 1)                                                                                            \
            predict_dc(ref, dst, dst_stride, log2_size, edge_filter);                                                  \
        else                                                                                                           \
            predict_angular(ref, dst, dst_stride, N, mode, edge_filter);                                               \
    }
DEFINE_SIZE(4, 2)
DEFINE_SIZE(8, 3)
DEFINE_SIZE(16, 4)
DEFINE_SIZE(32, 5)

void VR_C_NAME(init_intra)(vr_kernels *k);
void VR_C_NAME(init_intra)(vr_kernels *k)
{
#define SET_SIZE(N, log2_size)                                                                                         \
    k->intra_smooth[VR_L(log2_size)] = intra_smooth_##N;                                                               \
    k->intra_pred[VR_L(log2_size)] = intra_pred_##N;
    SET_SIZE(4, 2)
    SET_SIZE(8, 3)
    SET_SIZE(16, 4)
    SET_SIZE(32, 5)
}
