/* AVX2: residual, reconstruction (8.6.7), transposes and down-sampling.
 * copy, copy_16 and fill stay in C: the compiler turns their constant sizes into the same vector moves. */
#include "kernels/kernels_avx2.h"

#ifdef VR_HAVE_AVX2

VR_ALWAYS_INLINE void residual_block(const vr_pixel *src, ptrdiff_t src_stride, const vr_pixel *pred,
                                     ptrdiff_t pred_stride, int16_t *residual, ptrdiff_t residual_stride, int width,
                                     int height)
{
    for (int y = 0; y < height; y++, src += src_stride, pred += pred_stride, residual += residual_stride) {
        int x = 0;
        for (; x + 16 <= width; x += 16)
            store_32(residual + x, _mm256_sub_epi16(_mm256_cvtepu8_epi16(load_16(src + x)),
                                                    _mm256_cvtepu8_epi16(load_16(pred + x))));
        for (; x + 8 <= width; x += 8)
            store_16(residual + x,
                     _mm_sub_epi16(_mm_cvtepu8_epi16(load_8(src + x)), _mm_cvtepu8_epi16(load_8(pred + x))));
        for (; x + 4 <= width; x += 4)
            store_8(residual + x,
                    _mm_sub_epi16(_mm_cvtepu8_epi16(load_4(src + x)), _mm_cvtepu8_epi16(load_4(pred + x))));
    }
}

/* Saturating adds give the same as clipping the exact sum. */
VR_ALWAYS_INLINE void recon_block(const vr_pixel *pred, ptrdiff_t pred_stride, const int16_t *residual,
                                  ptrdiff_t residual_stride, vr_pixel *dst, ptrdiff_t dst_stride, int width, int height)
{
    const __m256i zero = _mm256_setzero_si256();
    for (int y = 0; y < height; y++, pred += pred_stride, residual += residual_stride, dst += dst_stride) {
        int x = 0;
        for (; x + 32 <= width; x += 32) {
            /* Lanes hold pixels 0-15 and 16-31: match the residual's order to the unpacking. */
            const __m256i p = load_32(pred + x);
            const __m256i first = load_32(residual + x), second = load_32(residual + x + 16);
            const __m256i low = _mm256_adds_epi16(_mm256_unpacklo_epi8(p, zero),
                                                  _mm256_permute2x128_si256(first, second, 0x20));
            const __m256i high = _mm256_adds_epi16(_mm256_unpackhi_epi8(p, zero),
                                                   _mm256_permute2x128_si256(first, second, 0x31));
            store_32(dst + x, _mm256_packus_epi16(low, high));
        }
        for (; x + 16 <= width; x += 16) {
            const __m256i sum =
                _mm256_adds_epi16(_mm256_cvtepu8_epi16(load_16(pred + x)), load_32(residual + x));
            store_16(dst + x, _mm_packus_epi16(low_half(sum), high_half(sum)));
        }
        for (; x + 8 <= width; x += 8) {
            const __m128i sum = _mm_adds_epi16(_mm_cvtepu8_epi16(load_8(pred + x)), load_16(residual + x));
            store_8(dst + x, _mm_packus_epi16(sum, sum));
        }
        for (; x + 4 <= width; x += 4) {
            const __m128i sum = _mm_adds_epi16(_mm_cvtepu8_epi16(load_4(pred + x)), load_8(residual + x));
            store_4(dst + x, _mm_packus_epi16(sum, sum));
        }
    }
}

#define DEFINE_WIDTH(W)                                                                                                \
    static void residual_##W(const vr_pixel *src, ptrdiff_t src_stride, const vr_pixel *pred, ptrdiff_t pred_stride,   \
                             int16_t *residual, ptrdiff_t residual_stride, int height)                                 \
    {                                                                                                                  \
        residual_block(src, src_stride, pred, pred_stride, residual, residual_stride, W, height);                      \
    }                                                                                                                  \
    static void recon_##W(const vr_pixel *pred, ptrdiff_t pred_stride, const int16_t *residual,                        \
                          ptrdiff_t residual_stride, vr_pixel *dst, ptrdiff_t dst_stride, int height)                  \
    {                                                                                                                  \
        recon_block(pred, pred_stride, residual, residual_stride, dst, dst_stride, W, height);                         \
    }
VR_LUMA_WIDTHS(DEFINE_WIDTH)

static void transpose_4(const vr_pixel *src, ptrdiff_t src_stride, vr_pixel *dst, ptrdiff_t dst_stride)
{
    const __m128i columns = _mm_setr_epi8(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15);
    const __m128i rows = _mm_unpacklo_epi64(load_4_4(src, src + src_stride),
                                            load_4_4(src + 2 * src_stride, src + 3 * src_stride));
    const __m128i turned = _mm_shuffle_epi8(rows, columns);
    store_4(dst, turned);
    store_4(dst + dst_stride, _mm_srli_si128(turned, 4));
    store_4(dst + 2 * dst_stride, _mm_srli_si128(turned, 8));
    store_4(dst + 3 * dst_stride, _mm_srli_si128(turned, 12));
}

/* Each lane's 8x8 bytes, given as four vectors of rows (0, 1), (2, 3), (4, 5), (6, 7), to columns (0, 1) ... */
VR_ALWAYS_INLINE void transpose_8x8_lanes(__m256i *r)
{
    const __m256i pair_rows = _mm256_setr_epi8(0, 8, 1, 9, 2, 10, 3, 11, 4, 12, 5, 13, 6, 14, 7, 15, 0, 8, 1, 9, 2, 10,
                                               3, 11, 4, 12, 5, 13, 6, 14, 7, 15);
    __m256i t[4], u[4];
    for (int i = 0; i < 4; i++)
        r[i] = _mm256_shuffle_epi8(r[i], pair_rows);
    for (int i = 0; i < 2; i++) {
        t[2 * i] = _mm256_unpacklo_epi16(r[2 * i], r[2 * i + 1]);
        t[2 * i + 1] = _mm256_unpackhi_epi16(r[2 * i], r[2 * i + 1]);
    }
    u[0] = _mm256_unpacklo_epi32(t[0], t[2]);
    u[1] = _mm256_unpackhi_epi32(t[0], t[2]);
    u[2] = _mm256_unpacklo_epi32(t[1], t[3]);
    u[3] = _mm256_unpackhi_epi32(t[1], t[3]);
    memcpy(r, u, sizeof(u));
}

static void transpose_8(const vr_pixel *src, ptrdiff_t src_stride, vr_pixel *dst, ptrdiff_t dst_stride)
{
    __m256i r[4];
    for (int i = 0; i < 4; i++)
        r[i] = _mm256_castsi128_si256(load_8_8(src + 2 * i * src_stride, src + (2 * i + 1) * src_stride));
    transpose_8x8_lanes(r);
    for (int i = 0; i < 4; i++) {
        store_8(dst + 2 * i * dst_stride, low_half(r[i]));
        store_8_high(dst + (2 * i + 1) * dst_stride, low_half(r[i]));
    }
}

/* Columns of 8 x 16 pixels: one lane the upper eight rows, the other the lower ones, so that whole rows of 16 come
 * out. */
VR_ALWAYS_INLINE void transpose_strips(const vr_pixel *src, ptrdiff_t src_stride, vr_pixel *dst, ptrdiff_t dst_stride,
                                       int size)
{
    for (int y = 0; y < size; y += 16)
        for (int x = 0; x < size; x += 8) {
            const vr_pixel *p = src + y * src_stride + x, *q = p + 8 * src_stride;
            vr_pixel *out = dst + x * dst_stride + y;
            __m256i r[4];
            for (int i = 0; i < 4; i++, p += 2 * src_stride, q += 2 * src_stride)
                r[i] = join(load_8_8(p, p + src_stride), load_8_8(q, q + src_stride));
            transpose_8x8_lanes(r);
            for (int i = 0; i < 4; i++, out += 2 * dst_stride) {
                const __m256i rows = _mm256_permute4x64_epi64(r[i], 0xD8);
                store_16_16(out, out + dst_stride, rows);
            }
        }
}

static void transpose_16(const vr_pixel *src, ptrdiff_t src_stride, vr_pixel *dst, ptrdiff_t dst_stride)
{
    transpose_strips(src, src_stride, dst, dst_stride, 16);
}

static void transpose_32(const vr_pixel *src, ptrdiff_t src_stride, vr_pixel *dst, ptrdiff_t dst_stride)
{
    transpose_strips(src, src_stride, dst, dst_stride, 32);
}

/* Horizontal pairs of 32 samples summed, of both rows. */
VR_ALWAYS_INLINE __m256i pair_sums(const vr_pixel *row0, const vr_pixel *row1)
{
    const __m256i ones = _mm256_set1_epi8(1);
    return _mm256_add_epi16(_mm256_maddubs_epi16(load_32(row0), ones), _mm256_maddubs_epi16(load_32(row1), ones));
}

static void downsample_2x2(const vr_pixel *src, ptrdiff_t src_stride, vr_pixel *dst, ptrdiff_t dst_stride, int width,
                           int height)
{
    const __m256i two = _mm256_set1_epi16(2);
    for (int y = 0; y < height; y++, src += 2 * src_stride, dst += dst_stride) {
        const vr_pixel *next = src + src_stride;
        int x = 0;
        for (; x + 32 <= width; x += 32) {
            const __m256i left = pair_sums(src + 2 * x, next + 2 * x);
            const __m256i right = pair_sums(src + 2 * x + 32, next + 2 * x + 32);
            const __m256i packed = _mm256_packus_epi16(_mm256_srli_epi16(_mm256_add_epi16(left, two), 2),
                                                       _mm256_srli_epi16(_mm256_add_epi16(right, two), 2));
            store_32(dst + x, _mm256_permute4x64_epi64(packed, 0xD8));
        }
        for (; x + 16 <= width; x += 16) {
            const __m256i mean = _mm256_srli_epi16(_mm256_add_epi16(pair_sums(src + 2 * x, next + 2 * x), two), 2);
            store_16(dst + x, _mm_packus_epi16(low_half(mean), high_half(mean)));
        }
        for (; x < width; x++)
            dst[x] = (vr_pixel)((src[2 * x] + src[2 * x + 1] + next[2 * x] + next[2 * x + 1] + 2) >> 2);
    }
}

void vr_avx2_init_block(vr_kernels *k)
{
#define SET_WIDTH(W)                                                                                                   \
    k->residual[VR_W(W)] = residual_##W;                                                                               \
    k->recon[VR_W(W)] = recon_##W;
    VR_LUMA_WIDTHS(SET_WIDTH)
    k->transpose[VR_L(2)] = transpose_4;
    k->transpose[VR_L(3)] = transpose_8;
    k->transpose[VR_L(4)] = transpose_16;
    k->transpose[VR_L(5)] = transpose_32;
    k->downsample_2x2 = downsample_2x2;
}

#endif
