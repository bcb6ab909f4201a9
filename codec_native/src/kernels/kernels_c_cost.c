/* C reference: distortion measures (SAD, SSE, SATD) and pixel statistics. */
#include "kernels/kernels_internal.h"

VR_ALWAYS_INLINE int magnitude(int v)
{
    return v < 0 ? -v : v;
}

VR_ALWAYS_INLINE int sad_block(const vr_pixel *a, ptrdiff_t a_stride, const vr_pixel *b, ptrdiff_t b_stride, int width,
                               int height)
{
    int sum = 0;
    for (int y = 0; y < height; y++, a += a_stride, b += b_stride)
        for (int x = 0; x < width; x++)
            sum += magnitude(a[x] - b[x]);
    return sum;
}

VR_ALWAYS_INLINE uint32_t sse_block(const vr_pixel *a, ptrdiff_t a_stride, const vr_pixel *b, ptrdiff_t b_stride,
                                    int width, int height)
{
    uint32_t sum = 0;
    for (int y = 0; y < height; y++, a += a_stride, b += b_stride)
        for (int x = 0; x < width; x++)
            sum += (uint32_t)((a[x] - b[x]) * (a[x] - b[x]));
    return sum;
}

static uint64_t wsse(const vr_pixel *a, ptrdiff_t a_stride, const vr_pixel *b, ptrdiff_t b_stride, int width,
                     int height, const uint16_t *row_weight)
{
    uint64_t sum = 0;
    for (int y = 0; y < height; y++, a += a_stride, b += b_stride)
        sum += (uint64_t)row_weight[y] * sse_block(a, a_stride, b, b_stride, width, 1);
    return sum;
}

VR_ALWAYS_INLINE uint64_t sse_16_block(const int16_t *a, ptrdiff_t a_stride, const int16_t *b, ptrdiff_t b_stride,
                                       int width, int height)
{
    uint64_t sum = 0;
    for (int y = 0; y < height; y++, a += a_stride, b += b_stride)
        for (int x = 0; x < width; x++) {
            const int difference = vr_clip_16(a[x] - b[x]);
            sum += (uint64_t)(difference * difference);
        }
    return sum;
}

/* One level of the Hadamard butterfly over `count` values that lie `step` apart. */
VR_ALWAYS_INLINE void hadamard_1d(int32_t *v, int count, int step)
{
    for (int half = 1; half < count; half *= 2)
        for (int i = 0; i < count; i += 2 * half)
            for (int j = i; j < i + half; j++) {
                const int32_t p = v[j * step], q = v[(j + half) * step];
                v[j * step] = p + q;
                v[(j + half) * step] = p - q;
            }
}

/* Sum of absolute values of the size x size Hadamard transform of a - b, not normalised. */
VR_ALWAYS_INLINE int hadamard_sum(const vr_pixel *a, ptrdiff_t a_stride, const vr_pixel *b, ptrdiff_t b_stride,
                                  int size)
{
    int32_t d[64];
    int sum = 0;
    for (int y = 0; y < size; y++, a += a_stride, b += b_stride)
        for (int x = 0; x < size; x++)
            d[y * size + x] = a[x] - b[x];
    for (int y = 0; y < size; y++)
        hadamard_1d(d + y * size, size, 1);
    for (int x = 0; x < size; x++)
        hadamard_1d(d + x, size, size);
    for (int i = 0; i < size * size; i++)
        sum += magnitude(d[i]);
    return sum;
}

VR_ALWAYS_INLINE int satd_block(const vr_pixel *a, ptrdiff_t a_stride, const vr_pixel *b, ptrdiff_t b_stride, int width,
                                int height)
{
    const int size = (width | height) % 8 == 0 ? 8 : 4;
    int sum = 0;
    for (int y = 0; y < height; y += size)
        for (int x = 0; x < width; x += size)
            sum += size == 8
                       ? hadamard_sum(a + y * a_stride + x, a_stride, b + y * b_stride + x, b_stride, 8)
                       : hadamard_sum(a + y * a_stride + x, a_stride, b + y * b_stride + x, b_stride, 4);
    return size == 8 ? (sum + 2) >> 2 : (sum + 1) >> 1;
}

VR_ALWAYS_INLINE void sum_sqr_block(const vr_pixel *src, ptrdiff_t stride, int width, int height, uint32_t *sum,
                                    uint32_t *sqr)
{
    uint32_t s = 0, q = 0;
    for (int y = 0; y < height; y++, src += stride)
        for (int x = 0; x < width; x++) {
            s += src[x];
            q += (uint32_t)(src[x] * src[x]);
        }
    *sum = s;
    *sqr = q;
}

#define DEFINE_ALL(W)                                                                                                  \
    static int sad_##W(const vr_pixel *a, ptrdiff_t a_stride, const vr_pixel *b, ptrdiff_t b_stride, int height)       \
    {                                                                                                                  \
        return sad_block(a, a_stride, b, b_stride, W, height);                                                         \
    }                                                                                                                  \
    static uint32_t sse_##W(const vr_pixel *a, ptrdiff_t a_stride, const vr_pixel *b, ptrdiff_t b_stride, int height)  \
    {                                                                                                                  \
        return sse_block(a, a_stride, b, b_stride, W, height);                                                         \
    }                                                                                                                  \
    static void sum_sqr_##W(const vr_pixel *src, ptrdiff_t stride, int height, uint32_t *sum, uint32_t *sqr)           \
    {                                                                                                                  \
        sum_sqr_block(src, stride, W, height, sum, sqr);                                                               \
    }
VR_ALL_WIDTHS(DEFINE_ALL)

#define DEFINE_LUMA(W)                                                                                                 \
    static void sad_x3_##W(const vr_pixel *src, ptrdiff_t src_stride, const vr_pixel *ref0, const vr_pixel *ref1,      \
                           const vr_pixel *ref2, ptrdiff_t ref_stride, int height, int32_t cost[3])                    \
    {                                                                                                                  \
        cost[0] = sad_block(src, src_stride, ref0, ref_stride, W, height);                                             \
        cost[1] = sad_block(src, src_stride, ref1, ref_stride, W, height);                                             \
        cost[2] = sad_block(src, src_stride, ref2, ref_stride, W, height);                                             \
    }                                                                                                                  \
    static void sad_x4_##W(const vr_pixel *src, ptrdiff_t src_stride, const vr_pixel *ref0, const vr_pixel *ref1,      \
                           const vr_pixel *ref2, const vr_pixel *ref3, ptrdiff_t ref_stride, int height,               \
                           int32_t cost[4])                                                                            \
    {                                                                                                                  \
        cost[0] = sad_block(src, src_stride, ref0, ref_stride, W, height);                                             \
        cost[1] = sad_block(src, src_stride, ref1, ref_stride, W, height);                                             \
        cost[2] = sad_block(src, src_stride, ref2, ref_stride, W, height);                                             \
        cost[3] = sad_block(src, src_stride, ref3, ref_stride, W, height);                                             \
    }                                                                                                                  \
    static uint64_t sse_16_##W(const int16_t *a, ptrdiff_t a_stride, const int16_t *b, ptrdiff_t b_stride, int height) \
    {                                                                                                                  \
        return sse_16_block(a, a_stride, b, b_stride, W, height);                                                      \
    }                                                                                                                  \
    static int satd_##W(const vr_pixel *a, ptrdiff_t a_stride, const vr_pixel *b, ptrdiff_t b_stride, int height)      \
    {                                                                                                                  \
        return satd_block(a, a_stride, b, b_stride, W, height);                                                        \
    }
VR_LUMA_WIDTHS(DEFINE_LUMA)

void VR_C_NAME(init_cost)(vr_kernels *k);
void VR_C_NAME(init_cost)(vr_kernels *k)
{
#define SET_ALL(W)                                                                                                     \
    k->sad[VR_W(W)] = sad_##W;                                                                                         \
    k->sse[VR_W(W)] = sse_##W;                                                                                         \
    k->sum_sqr[VR_W(W)] = sum_sqr_##W;
#define SET_LUMA(W)                                                                                                    \
    k->sad_x3[VR_W(W)] = sad_x3_##W;                                                                                   \
    k->sad_x4[VR_W(W)] = sad_x4_##W;                                                                                   \
    k->sse_16[VR_W(W)] = sse_16_##W;                                                                                   \
    k->satd[VR_W(W)] = satd_##W;
    VR_ALL_WIDTHS(SET_ALL)
    VR_LUMA_WIDTHS(SET_LUMA)
    k->wsse = wsse;
}
