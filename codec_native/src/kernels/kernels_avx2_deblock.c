/* AVX2 (128-bit registers are enough): deblocking, 8.7.2.5. The eight samples along the edge are the eight 16-bit
 * lanes; a vertical edge is transposed into that form and back. */
#include "kernels/kernels_avx2.h"

#ifdef VR_HAVE_AVX2

VR_ALWAYS_INLINE __m128i clip_to(__m128i v, __m128i centre, __m128i range)
{
    return _mm_min_epi16(_mm_max_epi16(v, _mm_sub_epi16(centre, range)), _mm_add_epi16(centre, range));
}

VR_ALWAYS_INLINE __m128i clip_range(__m128i v, __m128i range)
{
    return _mm_min_epi16(_mm_max_epi16(v, _mm_sub_epi16(_mm_setzero_si128(), range)), range);
}

VR_ALWAYS_INLINE __m128i add3(__m128i a, __m128i b, __m128i c)
{
    return _mm_add_epi16(_mm_add_epi16(a, b), c);
}

/* Lanes 0 and 3 of each segment of four, added, in all lanes of the segment. */
VR_ALWAYS_INLINE __m128i first_plus_last(__m128i v)
{
    const __m128i first = _mm_shufflehi_epi16(_mm_shufflelo_epi16(v, 0x00), 0x00);
    const __m128i last = _mm_shufflehi_epi16(_mm_shufflelo_epi16(v, 0xFF), 0xFF);
    return _mm_add_epi16(first, last);
}

/* All ones in a segment whose lanes 0 and 3 are all ones. */
VR_ALWAYS_INLINE __m128i first_and_last(__m128i v)
{
    const __m128i first = _mm_shufflehi_epi16(_mm_shufflelo_epi16(v, 0x00), 0x00);
    const __m128i last = _mm_shufflehi_epi16(_mm_shufflelo_epi16(v, 0xFF), 0xFF);
    return _mm_and_si128(first, last);
}

VR_ALWAYS_INLINE __m128i segments(int first, int second)
{
    return _mm_unpacklo_epi64(_mm_set1_epi16((int16_t)first), _mm_set1_epi16((int16_t)second));
}

/* v = p3 p2 p1 p0 q0 q1 q2 q3 in 16-bit lanes; changed in place. Returns 0 where nothing is to be filtered. */
VR_ALWAYS_INLINE int filter_luma(__m128i v[8], int beta, const int tc_pair[2])
{
    const __m128i p3 = v[0], p2 = v[1], p1 = v[2], p0 = v[3], q0 = v[4], q1 = v[5], q2 = v[6], q3 = v[7];
    const __m128i tc = segments(tc_pair[0], tc_pair[1]);
    const __m128i betas = _mm_set1_epi16((int16_t)beta);
    const __m128i bend_p = _mm_abs_epi16(_mm_sub_epi16(_mm_add_epi16(p2, p0), _mm_add_epi16(p1, p1)));
    const __m128i bend_q = _mm_abs_epi16(_mm_sub_epi16(_mm_add_epi16(q2, q0), _mm_add_epi16(q1, q1)));
    const __m128i bend = _mm_add_epi16(bend_p, bend_q);
    const __m128i dp = first_plus_last(bend_p), dq = first_plus_last(bend_q);
    const __m128i filtered =
        _mm_and_si128(_mm_cmpgt_epi16(betas, _mm_add_epi16(dp, dq)), _mm_cmpgt_epi16(tc, _mm_setzero_si128()));
    const __m128i side = _mm_set1_epi16((int16_t)((beta + (beta >> 1)) >> 3));
    __m128i strong, smooth, flat, step, weak, delta, delta_p, delta_q, half, changes_p, changes_q;
    if (_mm_testz_si128(filtered, filtered))
        return 0;

    smooth = _mm_cmpgt_epi16(_mm_set1_epi16((int16_t)(beta >> 2)), _mm_add_epi16(bend, bend));
    flat = _mm_cmpgt_epi16(_mm_set1_epi16((int16_t)(beta >> 3)),
                           _mm_add_epi16(_mm_abs_epi16(_mm_sub_epi16(p3, p0)), _mm_abs_epi16(_mm_sub_epi16(q0, q3))));
    step = _mm_cmpgt_epi16(
        _mm_srai_epi16(add3(_mm_slli_epi16(tc, 2), tc, _mm_set1_epi16(1)), 1), _mm_abs_epi16(_mm_sub_epi16(p0, q0)));
    strong = _mm_and_si128(filtered, first_and_last(_mm_and_si128(smooth, _mm_and_si128(flat, step))));

    /* Weak filter */
    delta = _mm_sub_epi16(q0, p0);
    delta = _mm_add_epi16(_mm_slli_epi16(delta, 3), delta);
    half = _mm_sub_epi16(q1, p1);
    delta = _mm_sub_epi16(delta, add3(half, half, half));
    delta = _mm_srai_epi16(_mm_add_epi16(delta, _mm_set1_epi16(8)), 4);
    weak = _mm_cmpgt_epi16(_mm_mullo_epi16(tc, _mm_set1_epi16(10)), _mm_abs_epi16(delta));
    weak = _mm_and_si128(_mm_andnot_si128(strong, filtered), weak);
    delta = clip_range(delta, tc);
    half = _mm_srai_epi16(tc, 1);
    delta_p = _mm_sub_epi16(_mm_avg_epu16(p2, p0), p1);
    delta_p = clip_range(_mm_srai_epi16(_mm_add_epi16(delta_p, delta), 1), half);
    delta_q = _mm_sub_epi16(_mm_avg_epu16(q2, q0), q1);
    delta_q = clip_range(_mm_srai_epi16(_mm_sub_epi16(delta_q, delta), 1), half);
    changes_p = _mm_and_si128(weak, _mm_cmpgt_epi16(side, dp));
    changes_q = _mm_and_si128(weak, _mm_cmpgt_epi16(side, dq));
    v[2] = _mm_add_epi16(p1, _mm_and_si128(delta_p, changes_p));
    v[3] = _mm_add_epi16(p0, _mm_and_si128(delta, weak));
    v[4] = _mm_sub_epi16(q0, _mm_and_si128(delta, weak));
    v[5] = _mm_add_epi16(q1, _mm_and_si128(delta_q, changes_q));

    if (!_mm_testz_si128(strong, strong)) {
        const __m128i range = _mm_add_epi16(tc, tc), two = _mm_set1_epi16(2), four = _mm_set1_epi16(4);
        const __m128i middle = add3(p0, q0, p1), middle_q = add3(p0, q0, q1);
        const __m128i p0s = _mm_srai_epi16(add3(add3(p2, q1, four), middle, middle), 3);
        const __m128i p1s = _mm_srai_epi16(add3(p2, middle, two), 2);
        const __m128i p2s =
            _mm_srai_epi16(add3(add3(_mm_slli_epi16(_mm_add_epi16(p3, p2), 1), p2, middle), four, _mm_setzero_si128()), 3);
        const __m128i q0s = _mm_srai_epi16(add3(add3(p1, q2, four), middle_q, middle_q), 3);
        const __m128i q1s = _mm_srai_epi16(add3(middle_q, q2, two), 2);
        const __m128i q2s =
            _mm_srai_epi16(add3(add3(_mm_slli_epi16(_mm_add_epi16(q3, q2), 1), q2, middle_q), four, _mm_setzero_si128()), 3);
        v[1] = _mm_blendv_epi8(p2, clip_to(p2s, p2, range), strong);
        v[2] = _mm_blendv_epi8(v[2], clip_to(p1s, p1, range), strong);
        v[3] = _mm_blendv_epi8(v[3], clip_to(p0s, p0, range), strong);
        v[4] = _mm_blendv_epi8(v[4], clip_to(q0s, q0, range), strong);
        v[5] = _mm_blendv_epi8(v[5], clip_to(q1s, q1, range), strong);
        v[6] = _mm_blendv_epi8(q2, clip_to(q2s, q2, range), strong);
    }
    return 1;
}

/* Bytes of 8 rows of 8, in registers of two rows, turned. */
VR_ALWAYS_INLINE void transpose_8x8(__m128i r[4])
{
    const __m128i pair_rows = _mm_setr_epi8(0, 8, 1, 9, 2, 10, 3, 11, 4, 12, 5, 13, 6, 14, 7, 15);
    __m128i t[4];
    for (int i = 0; i < 4; i++)
        r[i] = _mm_shuffle_epi8(r[i], pair_rows);
    t[0] = _mm_unpacklo_epi16(r[0], r[1]);
    t[1] = _mm_unpackhi_epi16(r[0], r[1]);
    t[2] = _mm_unpacklo_epi16(r[2], r[3]);
    t[3] = _mm_unpackhi_epi16(r[2], r[3]);
    r[0] = _mm_unpacklo_epi32(t[0], t[2]);
    r[1] = _mm_unpackhi_epi32(t[0], t[2]);
    r[2] = _mm_unpacklo_epi32(t[1], t[3]);
    r[3] = _mm_unpackhi_epi32(t[1], t[3]);
}

VR_ALWAYS_INLINE __m128i low_bytes(__m128i v)
{
    return _mm_cvtepu8_epi16(v);
}

VR_ALWAYS_INLINE __m128i high_bytes(__m128i v)
{
    return _mm_unpackhi_epi8(v, _mm_setzero_si128());
}

/* Rows of a segment that is left alone are not touched: tc of its half is 0. */
static void deblock_luma_ver(vr_pixel *edge, ptrdiff_t stride, int beta, const int tc[2])
{
    vr_pixel *first = edge - 4;
    __m128i r[4], v[8];
    for (int i = 0; i < 4; i++)
        r[i] = tc[i / 2] ? load_8_8(first + 2 * i * stride, first + (2 * i + 1) * stride) : _mm_setzero_si128();
    transpose_8x8(r);
    for (int i = 0; i < 4; i++) {
        v[2 * i] = low_bytes(r[i]);
        v[2 * i + 1] = high_bytes(r[i]);
    }
    if (!filter_luma(v, beta, tc))
        return;
    for (int i = 0; i < 4; i++)
        r[i] = _mm_packus_epi16(v[2 * i], v[2 * i + 1]);
    transpose_8x8(r);
    for (int i = 0; i < 4; i++)
        if (tc[i / 2]) {
            store_8(first + 2 * i * stride, r[i]);
            store_8_high(first + (2 * i + 1) * stride, r[i]);
        }
}

/* Eight samples of a row, of which a segment with tc = 0 is neither read nor written. */
VR_ALWAYS_INLINE __m128i load_segments(const vr_pixel *p, const int tc[2])
{
    if (tc[0] && tc[1])
        return low_bytes(load_8(p));
    return low_bytes(tc[0] ? load_4(p) : _mm_slli_si128(load_4(p + 4), 4));
}

VR_ALWAYS_INLINE void store_segments(vr_pixel *p, __m128i v, const int tc[2])
{
    const __m128i packed = _mm_packus_epi16(v, v);
    if (tc[0] && tc[1])
        store_8(p, packed);
    else if (tc[0])
        store_4(p, packed);
    else
        store_4(p + 4, _mm_srli_si128(packed, 4));
}

static void deblock_luma_hor(vr_pixel *q0, ptrdiff_t stride, int beta, const int tc[2])
{
    __m128i v[8];
    if (!(tc[0] | tc[1]))
        return;
    for (int i = 0; i < 8; i++)
        v[i] = load_segments(q0 + (i - 4) * stride, tc);
    if (!filter_luma(v, beta, tc))
        return;
    for (int i = 1; i < 7; i++)
        store_segments(q0 + (i - 4) * stride, v[i], tc);
}

/* v = p1 p0 q0 q1 */
VR_ALWAYS_INLINE void filter_chroma(__m128i v[4], const int tc[2])
{
    __m128i delta = _mm_slli_epi16(_mm_sub_epi16(v[2], v[1]), 2);
    delta = add3(delta, _mm_sub_epi16(v[0], v[3]), _mm_set1_epi16(4));
    delta = clip_range(_mm_srai_epi16(delta, 3), segments(tc[0], tc[1]));
    v[1] = _mm_add_epi16(v[1], delta);
    v[2] = _mm_sub_epi16(v[2], delta);
}

static void deblock_chroma_hor(vr_pixel *q0, ptrdiff_t stride, const int tc[2])
{
    __m128i v[4];
    if (!(tc[0] | tc[1]))
        return;
    for (int i = 0; i < 4; i++)
        v[i] = load_segments(q0 + (i - 2) * stride, tc);
    filter_chroma(v, tc);
    store_segments(q0 - stride, v[1], tc);
    store_segments(q0, v[2], tc);
}

/* Only p0 and q0 are written, so that a neighbouring thread's samples are never touched. */
static void deblock_chroma_ver(vr_pixel *edge, ptrdiff_t stride, const int tc[2])
{
    const __m128i by_column = _mm_setr_epi8(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15);
    __m128i half[2], v[4], changed;
    for (int i = 0; i < 2; i++) {
        const vr_pixel *p = edge - 2 + 4 * i * stride;
        half[i] = tc[i] ? _mm_shuffle_epi8(_mm_unpacklo_epi64(load_4_4(p, p + stride),
                                                              load_4_4(p + 2 * stride, p + 3 * stride)),
                                           by_column)
                        : _mm_setzero_si128();
    }
    v[0] = _mm_unpacklo_epi32(half[0], half[1]); /* p1 of eight rows, p0 of eight rows */
    v[2] = _mm_unpackhi_epi32(half[0], half[1]);
    v[1] = high_bytes(v[0]);
    v[0] = low_bytes(v[0]);
    v[3] = high_bytes(v[2]);
    v[2] = low_bytes(v[2]);
    filter_chroma(v, tc);
    changed = _mm_packus_epi16(v[1], v[2]);
    changed = _mm_unpacklo_epi8(changed, _mm_srli_si128(changed, 8));
    for (int i = 0; i < 8; i++, changed = _mm_srli_si128(changed, 2))
        if (tc[i / 4])
            store_2(edge - 1 + i * stride, changed);
}

void vr_avx2_init_deblock(vr_kernels *k)
{
    k->deblock_luma[0] = deblock_luma_ver;
    k->deblock_luma[1] = deblock_luma_hor;
    k->deblock_chroma[0] = deblock_chroma_ver;
    k->deblock_chroma[1] = deblock_chroma_hor;
}

#endif
