/* AVX-512: weighted prediction (8.5.3.3.4), residual and reconstruction (8.6.7) for widths from 32, and
 * down-sampling. */
#include "kernels/kernels_avx512.h"

#ifdef VR_HAVE_AVX512

VR_ALWAYS_INLINE __m512i widen(const vr_pixel *p)
{
    return _mm512_cvtepu8_epi16(load_32(p));
}

/* 32 values at a time; a width of 48 takes the middle 16 twice. `in_step` says where a step of 32 begins. */
VR_ALWAYS_INLINE int in_step(int x, int width)
{
    return x + 32 > width ? width - 32 : x;
}

VR_ALWAYS_INLINE void copy_8to16(const vr_pixel *src, ptrdiff_t src_stride, int16_t *dst, ptrdiff_t dst_stride,
                                 int width, int height)
{
    for (int y = 0; y < height; y++, src += src_stride, dst += dst_stride)
        for (int x = 0; x < width; x += 32)
            store_64(dst + in_step(x, width), _mm512_slli_epi16(widen(src + in_step(x, width)), 6));
}

/* See kernels_avx2_predict.c for why saturation changes no result. */
VR_ALWAYS_INLINE __m512i average(const int16_t *a, const int16_t *b)
{
    return _mm512_mulhrs_epi16(_mm512_adds_epi16(load_64(a), load_64(b)), _mm512_set1_epi16(256));
}

VR_ALWAYS_INLINE __m512i round_one(const int16_t *a)
{
    return _mm512_mulhrs_epi16(load_64(a), _mm512_set1_epi16(512));
}

/* Two rows of 32 pixels are packed at once. */
VR_ALWAYS_INLINE void store_rows(vr_pixel *dst, ptrdiff_t stride, __m512i row0, __m512i row1)
{
    store_32_32(dst, dst + stride, order_packed(_mm512_packus_epi16(row0, row1)));
}

VR_ALWAYS_INLINE void unipred_round(const int16_t *src, ptrdiff_t src_stride, vr_pixel *dst, ptrdiff_t dst_stride,
                                    int width, int height)
{
    for (int y = 0; y < height; y += 2, src += 2 * src_stride, dst += 2 * dst_stride)
        for (int x = 0; x < width; x += 32) {
            const int at = in_step(x, width);
            store_rows(dst + at, dst_stride, round_one(src + at), round_one(src + src_stride + at));
        }
}

VR_ALWAYS_INLINE void bipred_avg(const int16_t *src0, ptrdiff_t stride0, const int16_t *src1, ptrdiff_t stride1,
                                 vr_pixel *dst, ptrdiff_t dst_stride, int width, int height)
{
    for (int y = 0; y < height; y += 2, src0 += 2 * stride0, src1 += 2 * stride1, dst += 2 * dst_stride)
        for (int x = 0; x < width; x += 32) {
            const int at = in_step(x, width);
            store_rows(dst + at, dst_stride, average(src0 + at, src1 + at),
                       average(src0 + stride0 + at, src1 + stride1 + at));
        }
}

VR_ALWAYS_INLINE void residual(const vr_pixel *src, ptrdiff_t src_stride, const vr_pixel *pred, ptrdiff_t pred_stride,
                               int16_t *dst, ptrdiff_t dst_stride, int width, int height)
{
    for (int y = 0; y < height; y++, src += src_stride, pred += pred_stride, dst += dst_stride)
        for (int x = 0; x < width; x += 32) {
            const int at = in_step(x, width);
            store_64(dst + at, _mm512_sub_epi16(widen(src + at), widen(pred + at)));
        }
}

/* In place, what a step has written must not be read by a later one: 48 ends with a step of 16. */
VR_ALWAYS_INLINE void recon(const vr_pixel *pred, ptrdiff_t pred_stride, const int16_t *residual,
                            ptrdiff_t residual_stride, vr_pixel *dst, ptrdiff_t dst_stride, int width, int height)
{
    const vr_pixel *pred1 = pred + pred_stride;
    const int16_t *residual1 = residual + residual_stride;
    for (int y = 0; y < height; y += 2) {
        for (int x = 0; x + 32 <= width; x += 32)
            store_rows(dst + x, dst_stride, _mm512_adds_epi16(widen(pred + x), load_64(residual + x)),
                       _mm512_adds_epi16(widen(pred1 + x), load_64(residual1 + x)));
        if (width == 48) {
            const __m256i pixels = join_16(pred + 32, pred1 + 32);
            const __m512i sum = _mm512_adds_epi16(_mm512_cvtepu8_epi16(pixels), load_32_32(residual + 32, residual1 + 32));
            store_16_16(dst + 32, dst + dst_stride + 32, low_half(order_packed(_mm512_packus_epi16(sum, sum))));
        }
        pred += 2 * pred_stride;
        pred1 += 2 * pred_stride;
        residual += 2 * residual_stride;
        residual1 += 2 * residual_stride;
        dst += 2 * dst_stride;
    }
}

/* Ends of rows that do not fill a register go to the narrower kernel. */
static void (*narrower_downsample)(const vr_pixel *src, ptrdiff_t src_stride, vr_pixel *dst, ptrdiff_t dst_stride,
                                   int width, int height);

/* 32 means of 2x2 from 64 pixels of two rows. */
VR_ALWAYS_INLINE __m512i means(const vr_pixel *p, const vr_pixel *q)
{
    const __m512i ones = _mm512_set1_epi8(1), two = _mm512_set1_epi16(2);
    const __m512i sum = _mm512_add_epi16(_mm512_maddubs_epi16(load_64(p), ones), _mm512_maddubs_epi16(load_64(q), ones));
    return _mm512_srli_epi16(_mm512_add_epi16(sum, two), 2);
}

static void downsample_2x2(const vr_pixel *src, ptrdiff_t src_stride, vr_pixel *dst, ptrdiff_t dst_stride, int width,
                           int height)
{
    const int whole = width & ~63;
    if (whole < width)
        narrower_downsample(src + 2 * whole, src_stride, dst + whole, dst_stride, width - whole, height);
    if (!whole)
        return;
    for (int y = 0; y < height; y++, src += 2 * src_stride, dst += dst_stride)
        for (int x = 0; x < whole; x += 64) {
            const vr_pixel *p = src + 2 * x, *q = p + src_stride;
            store_64(dst + x, order_packed(_mm512_packus_epi16(means(p, q), means(p + 64, q + 64))));
        }
}

#define WIDE(X) X(32) X(48) X(64)
#define DEFINE_WIDTH(W)                                                                                                \
    static void copy_8to16_##W(const vr_pixel *src, ptrdiff_t src_stride, int16_t *dst, ptrdiff_t dst_stride,          \
                               int height)                                                                             \
    {                                                                                                                  \
        copy_8to16(src, src_stride, dst, dst_stride, W, height);                                                       \
    }                                                                                                                  \
    static void unipred_round_##W(const int16_t *src, ptrdiff_t src_stride, vr_pixel *dst, ptrdiff_t dst_stride,       \
                                  int height)                                                                          \
    {                                                                                                                  \
        unipred_round(src, src_stride, dst, dst_stride, W, height);                                                    \
    }                                                                                                                  \
    static void bipred_avg_##W(const int16_t *src0, ptrdiff_t stride0, const int16_t *src1, ptrdiff_t stride1,         \
                               vr_pixel *dst, ptrdiff_t dst_stride, int height)                                        \
    {                                                                                                                  \
        bipred_avg(src0, stride0, src1, stride1, dst, dst_stride, W, height);                                          \
    }                                                                                                                  \
    static void residual_##W(const vr_pixel *src, ptrdiff_t src_stride, const vr_pixel *pred, ptrdiff_t pred_stride,   \
                             int16_t *dst, ptrdiff_t dst_stride, int height)                                           \
    {                                                                                                                  \
        residual(src, src_stride, pred, pred_stride, dst, dst_stride, W, height);                                      \
    }                                                                                                                  \
    static void recon_##W(const vr_pixel *pred, ptrdiff_t pred_stride, const int16_t *residual,                        \
                          ptrdiff_t residual_stride, vr_pixel *dst, ptrdiff_t dst_stride, int height)                  \
    {                                                                                                                  \
        recon(pred, pred_stride, residual, residual_stride, dst, dst_stride, W, height);                               \
    }
WIDE(DEFINE_WIDTH)

void vr_avx512_init_predict(vr_kernels *k)
{
#define SET_WIDTH(W)                                                                                                   \
    k->copy_8to16[VR_W(W)] = copy_8to16_##W;                                                                           \
    k->unipred_round[VR_W(W)] = unipred_round_##W;                                                                     \
    k->bipred_avg[VR_W(W)] = bipred_avg_##W;                                                                           \
    k->residual[VR_W(W)] = residual_##W;                                                                               \
    k->recon[VR_W(W)] = recon_##W;
    WIDE(SET_WIDTH)
    narrower_downsample = k->downsample_2x2;
    k->downsample_2x2 = downsample_2x2;
}

#endif
