/* AVX2: intra prediction, 8.4.4.2. Horizontal modes are predicted as vertical ones and transposed. */
#include "kernels/kernels_avx2.h"

#ifdef VR_HAVE_AVX2

/* Set by vr_avx2_init_intra from the table, which vr_avx2_init_block has filled before. */
static void (*transpose_of[4])(const vr_pixel *src, ptrdiff_t src_stride, vr_pixel *dst, ptrdiff_t dst_stride);

/* ---- Neighbours -------------------------------------------------------------------------------------------- */

/* [1 2 1]: the mean of the outer two rounded down, then with the middle one rounded up, is the exact result. */
VR_ALWAYS_INLINE __m128i smooth_16(const vr_pixel *p)
{
    const __m128i before = load_16(p - 1), after = load_16(p + 1);
    const __m128i odd = _mm_and_si128(_mm_xor_si128(before, after), _mm_set1_epi8(1));
    return _mm_avg_epu8(_mm_sub_epi8(_mm_avg_epu8(before, after), odd), load_16(p));
}

/* 16 samples of the line from a to b: ((64 - i) * a + i * b + 32) >> 6, i = first .. first + 15. */
VR_ALWAYS_INLINE __m128i ramp_16(int a, int b, int first)
{
    const __m256i i = _mm256_add_epi16(
        _mm256_setr_epi16(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15), _mm256_set1_epi16((int16_t)first));
    const __m256i value = _mm256_srai_epi16(
        _mm256_add_epi16(_mm256_mullo_epi16(i, _mm256_set1_epi16((int16_t)(b - a))),
                         _mm256_set1_epi16((int16_t)(64 * a + 32))),
        6);
    return _mm_packus_epi16(low_half(value), high_half(value));
}

static int is_flat(const vr_pixel *ref)
{
    const int left = ref[64] + ref[0] - 2 * ref[32], above = ref[64] + ref[128] - 2 * ref[96];
    return left > -8 && left < 8 && above > -8 && above < 8;
}

VR_ALWAYS_INLINE void smooth(const vr_pixel *ref, vr_pixel *out, int size, int strong)
{
    const int last = 4 * size;
    out[0] = ref[0];
    if (strong && size == 32 && is_flat(ref)) {
        for (int i = 0; i < 64; i += 16) {
            store_16(out + i, ramp_16(ref[0], ref[64], i));
            store_16(out + 64 + i, ramp_16(ref[64], ref[128], i));
        }
    } else {
        /* last - 1 samples between the ends, in steps of 16; the last step goes back to stay inside. */
        for (int i = 1; i < last; i += 16) {
            if (i + 16 > last)
                i = last - 16 > 0 ? last - 16 : 1;
            if (i + 16 <= last) {
                store_16(out + i, smooth_16(ref + i));
            } else {
                for (; i < last; i++)
                    out[i] = (vr_pixel)((ref[i - 1] + 2 * ref[i] + ref[i + 1] + 2) >> 2);
            }
        }
    }
    out[last] = ref[last];
}

/* ---- Rows of any size -------------------------------------------------------------------------------------- */

VR_ALWAYS_INLINE void store_pixels(vr_pixel *dst, __m256i v, int size)
{
    if (size == 32)
        store_32(dst, v);
    else if (size == 16)
        store_16(dst, low_half(v));
    else if (size == 8)
        store_8(dst, low_half(v));
    else
        store_4(dst, low_half(v));
}

VR_ALWAYS_INLINE __m256i load_pixels(const vr_pixel *src, int size)
{
    if (size == 32)
        return load_32(src);
    if (size == 16)
        return _mm256_castsi128_si256(load_16(src));
    if (size == 8)
        return _mm256_castsi128_si256(load_8(src));
    return _mm256_castsi128_si256(load_4(src));
}

VR_ALWAYS_INLINE void fill_block(vr_pixel *dst, ptrdiff_t stride, int size, int value)
{
    const __m256i v = _mm256_set1_epi8((char)value);
    for (int y = 0; y < size; y++)
        store_pixels(dst + y * stride, v, size);
}

/* ---- Planar, DC --------------------------------------------------------------------------------------------- */

/* Eight columns at a time in 16 bits: row y is row y - 1 plus (below left - above[x]) for the vertical part. */
VR_ALWAYS_INLINE void planar_columns(const vr_pixel *ref, vr_pixel *dst, ptrdiff_t stride, int log2_size, int x)
{
    const int size = 1 << log2_size;
    const vr_pixel *above = ref + 2 * size + 1, *left = ref + 2 * size - 1;
    const __m128i ramp = _mm_add_epi16(_mm_setr_epi16(0, 1, 2, 3, 4, 5, 6, 7), _mm_set1_epi16((int16_t)x));
    const __m128i to_right = _mm_sub_epi16(_mm_set1_epi16((int16_t)(size - 1)), ramp); /* size - 1 - x */
    const __m128i top = _mm_cvtepu8_epi16(size == 4 ? load_4(above) : load_8(above + x));
    const __m128i step = _mm_sub_epi16(_mm_set1_epi16(left[-size]), top);
    /* (x + 1) * above right + size * above[x] + size, before the first row's step */
    __m128i base = _mm_mullo_epi16(_mm_add_epi16(ramp, _mm_set1_epi16(1)), _mm_set1_epi16(above[size]));
    base = _mm_add_epi16(base, _mm_add_epi16(_mm_slli_epi16(top, log2_size), _mm_set1_epi16((int16_t)size)));
    for (int y = 0; y < size; y++) {
        __m128i value;
        base = _mm_add_epi16(base, step);
        value = _mm_add_epi16(base, _mm_mullo_epi16(to_right, _mm_set1_epi16(left[-y])));
        value = _mm_srli_epi16(value, log2_size + 1);
        value = _mm_packus_epi16(value, value);
        if (size == 4)
            store_4(dst + y * stride, value);
        else
            store_8(dst + y * stride + x, value);
    }
}

/* The same for sixteen columns. */
VR_ALWAYS_INLINE void planar_columns_16(const vr_pixel *ref, vr_pixel *dst, ptrdiff_t stride, int log2_size, int x)
{
    const int size = 1 << log2_size;
    const vr_pixel *above = ref + 2 * size + 1, *left = ref + 2 * size - 1;
    const __m256i ramp = _mm256_add_epi16(_mm256_setr_epi16(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15),
                                          _mm256_set1_epi16((int16_t)x));
    const __m256i to_right = _mm256_sub_epi16(_mm256_set1_epi16((int16_t)(size - 1)), ramp);
    const __m256i top = _mm256_cvtepu8_epi16(load_16(above + x));
    const __m256i step = _mm256_sub_epi16(_mm256_set1_epi16(left[-size]), top);
    __m256i base = _mm256_mullo_epi16(_mm256_add_epi16(ramp, _mm256_set1_epi16(1)), _mm256_set1_epi16(above[size]));
    base = _mm256_add_epi16(base, _mm256_add_epi16(_mm256_slli_epi16(top, log2_size), _mm256_set1_epi16((int16_t)size)));
    for (int y = 0; y < size; y++) {
        __m256i value;
        base = _mm256_add_epi16(base, step);
        value = _mm256_add_epi16(base, _mm256_mullo_epi16(to_right, _mm256_set1_epi16(left[-y])));
        value = _mm256_srli_epi16(value, log2_size + 1);
        store_16(dst + y * stride + x, _mm_packus_epi16(low_half(value), high_half(value)));
    }
}

VR_ALWAYS_INLINE void predict_planar(const vr_pixel *ref, vr_pixel *dst, ptrdiff_t stride, int log2_size)
{
    if (log2_size <= 3)
        planar_columns(ref, dst, stride, log2_size, 0);
    else
        for (int x = 0; x < 1 << log2_size; x += 16)
            planar_columns_16(ref, dst, stride, log2_size, x);
}

VR_ALWAYS_INLINE int sum_pixels(const vr_pixel *p, int size)
{
    if (size == 32)
        return (int)sum_epi64(_mm256_sad_epu8(load_32(p), _mm256_setzero_si256()));
    if (size == 16) {
        const __m128i sum = _mm_sad_epu8(load_16(p), _mm_setzero_si128());
        return _mm_cvtsi128_si32(sum) + _mm_extract_epi16(sum, 4);
    }
    return _mm_cvtsi128_si32(_mm_sad_epu8(size == 8 ? load_8(p) : load_4(p), _mm_setzero_si128()));
}

VR_ALWAYS_INLINE void predict_dc(const vr_pixel *ref, vr_pixel *dst, ptrdiff_t stride, int log2_size, int edge_filter)
{
    const int size = 1 << log2_size;
    const vr_pixel *above = ref + 2 * size + 1, *left = ref + 2 * size - 1;
    const int dc = (sum_pixels(above, size) + sum_pixels(ref + size, size) + size) >> (log2_size + 1);
    fill_block(dst, stride, size, dc);
    if (!edge_filter)
        return;
    for (int i = 1; i < size; i++)
        dst[i * stride] = (vr_pixel)((left[-i] + 3 * dc + 2) >> 2);
    if (size >= 8) {
        const __m256i three_dc = _mm256_set1_epi16((int16_t)(3 * dc + 2));
        for (int x = 0; x < size; x += 16) {
            const __m128i pixels = size == 8 ? load_8(above) : load_16(above + x);
            const __m256i row = _mm256_srli_epi16(_mm256_add_epi16(_mm256_cvtepu8_epi16(pixels), three_dc), 2);
            const __m128i packed = _mm_packus_epi16(low_half(row), high_half(row));
            if (size == 8)
                store_8(dst, packed);
            else
                store_16(dst + x, packed);
        }
    } else {
        for (int i = 1; i < size; i++)
            dst[i] = (vr_pixel)((above[i] + 3 * dc + 2) >> 2);
    }
    dst[0] = (vr_pixel)((left[0] + 2 * dc + above[0] + 2) >> 2);
}

/* ---- Angular ------------------------------------------------------------------------------------------------ */

/* ((32 - f) * ref[i] + f * ref[i + 1] + 16) >> 5 for a row; weights = (32 - f, f) bytes. */
VR_ALWAYS_INLINE __m256i blend_row(const vr_pixel *ref, __m256i weights, int size)
{
    const __m256i round = _mm256_set1_epi16(1024); /* vpmulhrsw by 2^10: (v + 16) >> 5 */
    const __m256i a = load_pixels(ref, size), b = load_pixels(ref + 1, size);
    const __m256i low = _mm256_mulhrs_epi16(_mm256_maddubs_epi16(_mm256_unpacklo_epi8(a, b), weights), round);
    const __m256i high =
        size >= 16 ? _mm256_mulhrs_epi16(_mm256_maddubs_epi16(_mm256_unpackhi_epi8(a, b), weights), round) : low;
    return _mm256_packus_epi16(low, high);
}

/* Rows along the main direction; ref is the standard's ref[], readable from its lowest index to 2 * size. */
VR_ALWAYS_INLINE void angular_rows(const vr_pixel *ref, vr_pixel *dst, ptrdiff_t stride, int size, int angle)
{
    for (int row = 0; row < size; row++) {
        const int position = (row + 1) * angle;
        const int fraction = position & 31;
        const vr_pixel *from = ref + (position >> 5) + 1;
        const __m256i weights = _mm256_set1_epi16((int16_t)((32 - fraction) | fraction << 8));
        store_pixels(dst + row * stride, fraction ? blend_row(from, weights, size) : load_pixels(from, size), size);
    }
}

/* The 2 * size + 1 neighbours from the corner down the left column, in walking order. */
VR_ALWAYS_INLINE void reverse_left(const vr_pixel *corner, vr_pixel *out, int size)
{
    const __m128i backwards = _mm_setr_epi8(15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0);
    if (size == 4) {
        store_8(out, _mm_shuffle_epi8(_mm_slli_si128(load_8(corner - 7), 8), backwards));
    } else {
        for (int i = 0; i < 2 * size; i += 16)
            store_16(out + i, _mm_shuffle_epi8(load_16(corner - i - 15), backwards));
    }
    out[2 * size] = corner[-2 * size];
}

VR_ALWAYS_INLINE void predict_angular(const vr_pixel *neighbours, vr_pixel *dst, ptrdiff_t stride, int log2_size,
                                      int mode, int edge_filter)
{
    const int size = 1 << log2_size;
    const int vertical = mode >= 18, angle = vr_intra_angle[mode], inverse = vr_intra_inverse_angle[mode];
    const vr_pixel *corner = neighbours + 2 * size;
    const int side = vertical ? -1 : 1; /* way along the other arm from the corner */
    const int lowest = (size * angle) >> 5; /* index into ref[]; -1 is never read */
    vr_pixel line[3 * 32 + 16];
    vr_pixel *ref = line + 32;
    const vr_pixel *main_line = ref;
    if (vertical && angle >= 0) {
        main_line = corner;
    } else if (vertical) {
        store_pixels(ref, load_pixels(corner, size), size);
        ref[size] = corner[size];
    } else {
        reverse_left(corner, ref, size);
    }
    if (lowest < -1)
        for (int i = -1; i >= lowest; i--)
            ref[i] = corner[side * ((i * inverse + 128) >> 8)];

    if (vertical) {
        angular_rows(main_line, dst, stride, size, angle);
        if (edge_filter && angle == 0)
            for (int y = 0; y < size; y++)
                dst[y * stride] = vr_clip_pixel(corner[1] + ((corner[-1 - y] - corner[0]) >> 1));
    } else {
        vr_pixel turned[32 * 32];
        angular_rows(main_line, turned, size, size, angle);
        transpose_of[log2_size - 2](turned, size, dst, stride);
        if (edge_filter && angle == 0)
            for (int x = 0; x < size; x++)
                dst[x] = vr_clip_pixel(corner[-1] + ((corner[1 + x] - corner[0]) >> 1));
    }
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
            predict_angular(ref, dst, dst_stride, log2_size, mode, edge_filter);                                       \
    }
DEFINE_SIZE(4, 2)
DEFINE_SIZE(8, 3)
DEFINE_SIZE(16, 4)
DEFINE_SIZE(32, 5)

void vr_avx2_init_intra(vr_kernels *k)
{
    memcpy(transpose_of, k->transpose, sizeof(transpose_of));
#define SET_SIZE(N, log2_size)                                                                                         \
    k->intra_smooth[VR_L(log2_size)] = intra_smooth_##N;                                                               \
    k->intra_pred[VR_L(log2_size)] = intra_pred_##N;
    SET_SIZE(4, 2)
    SET_SIZE(8, 3)
    SET_SIZE(16, 4)
    SET_SIZE(32, 5)
}

#endif
