/* Kernels of the HEVC encoder: the inner loops, behind one table of function pointers.
 *
 * Every kernel exists as plain C (the reference) and, where it pays, as AVX2 and AVX-512 code; all of
 * them give the same bits. `vr_kernels_get` picks one table; encoders keep the pointer and call
 *     k->sad[VR_W(w)](src, src_stride, ref, ref_stride, h);
 *
 * Conventions
 *   - Pixels are 8-bit (vr_pixel); coefficients, residuals and intermediate predictions are int16_t.
 *   - Strides are counted in elements of the pointer they belong to.
 *   - Arrays indexed by VR_W(width) hold entries for the widths 2 4 6 8 12 16 24 32 48 64 (luma-only
 *     kernels: from 4 up); the other entries are NULL. Heights are even, from 2 up; the horizontal 8to16 kernels
 *     and those that take a width as an argument work on any height from 1 up.
 *   - Arrays indexed by VR_L(log2 size) hold square transforms or predictions of 4, 8, 16 and 32.
 *   - No alignment is required of any pointer; nothing outside the named block is written, and nothing
 *     outside the block plus its stated filter margin is read.
 *   - Destination must not overlap a source unless noted.
 * Clause numbers refer to ITU-T H.265 (v3 and later).
 */
#ifndef VR_KERNELS_H
#define VR_KERNELS_H

#include <stddef.h>
#include <stdint.h>

typedef uint8_t vr_pixel;

/* Index into the arrays by block width (2..64, even) and by log2 of the transform size (2..5). */
#define VR_W(width) ((width) / 2 - 1)
#define VR_WIDTH_ENTRIES 32
#define VR_L(log2_size) ((log2_size) - 2)

typedef enum {
    VR_SIMD_C = 0,
    VR_SIMD_AVX2 = 1,
    VR_SIMD_AVX512 = 2, /* F, BW, VL, DQ, VBMI and VNNI together */
    VR_SIMD_AUTO = 3    /* environment VR_CODEC_SIMD if set, else the best this machine has */
} vr_simd_level;

/* 8-bit source, 8-bit or 16-bit destination; frac is in quarter (luma, 1..3) or eighth samples (chroma, 1..7). */
typedef void (*vr_interp_8to8)(const vr_pixel *src, ptrdiff_t src_stride, vr_pixel *dst, ptrdiff_t dst_stride,
                               int height, int frac);
typedef void (*vr_interp_8to16)(const vr_pixel *src, ptrdiff_t src_stride, int16_t *dst, ptrdiff_t dst_stride,
                                int height, int frac);
typedef void (*vr_interp_16to8)(const int16_t *src, ptrdiff_t src_stride, vr_pixel *dst, ptrdiff_t dst_stride,
                                int height, int frac);
typedef void (*vr_interp_16to16)(const int16_t *src, ptrdiff_t src_stride, int16_t *dst, ptrdiff_t dst_stride,
                                 int height, int frac);

typedef struct vr_kernels {
    vr_simd_level level;

    /* ---- Fractional sample interpolation, 8.5.3.3.3 -------------------------------------------------
     * 16-bit values are the standard's 14-bit predSamples (shift1 = 0, no offset): range -8192..24480.
     * Results to 8 bits include the default weighting's rounding (offset 32, shift 6) and clipping.
     * 8-tap (luma) reads 3 samples before (horizontally 4, the farthest unused) and 4 after; 4-tap (chroma) 1
     * before and 2 after.
     * For the two-dimensional case run hor_8to16 on (height + 7) rows from src - 3 * stride (chroma:
     * height + 3 rows from src - stride), then ver_16to8 or ver_16to16 on the row of index 3 (1). */
    vr_interp_8to8 interp_hor_8to8[VR_WIDTH_ENTRIES];
    vr_interp_8to16 interp_hor_8to16[VR_WIDTH_ENTRIES];
    vr_interp_8to8 interp_ver_8to8[VR_WIDTH_ENTRIES];
    vr_interp_8to16 interp_ver_8to16[VR_WIDTH_ENTRIES];
    vr_interp_16to8 interp_ver_16to8[VR_WIDTH_ENTRIES];
    vr_interp_16to16 interp_ver_16to16[VR_WIDTH_ENTRIES];
    vr_interp_8to8 chroma_hor_8to8[VR_WIDTH_ENTRIES];
    vr_interp_8to16 chroma_hor_8to16[VR_WIDTH_ENTRIES];
    vr_interp_8to8 chroma_ver_8to8[VR_WIDTH_ENTRIES];
    vr_interp_8to16 chroma_ver_8to16[VR_WIDTH_ENTRIES];
    vr_interp_16to8 chroma_ver_16to8[VR_WIDTH_ENTRIES];
    vr_interp_16to16 chroma_ver_16to16[VR_WIDTH_ENTRIES];
    /* Full-sample prediction: dst = src << 6. */
    void (*copy_8to16[VR_WIDTH_ENTRIES])(const vr_pixel *src, ptrdiff_t src_stride, int16_t *dst,
                                         ptrdiff_t dst_stride, int height);

    /* ---- Weighted sample prediction, 8.5.3.3.4 ------------------------------------------------------ */
    /* Default, one list: Clip1((src + 32) >> 6). */
    void (*unipred_round[VR_WIDTH_ENTRIES])(const int16_t *src, ptrdiff_t src_stride, vr_pixel *dst,
                                            ptrdiff_t dst_stride, int height);
    /* Default, two lists: Clip1((src0 + src1 + 64) >> 7). */
    void (*bipred_avg[VR_WIDTH_ENTRIES])(const int16_t *src0, ptrdiff_t stride0, const int16_t *src1,
                                         ptrdiff_t stride1, vr_pixel *dst, ptrdiff_t dst_stride, int height);
    /* Explicit: weight -128..255, offset -128..127, log2wd = luma_log2_weight_denom + 6 (6..13). Any width. */
    void (*unipred_weight)(const int16_t *src, ptrdiff_t src_stride, vr_pixel *dst, ptrdiff_t dst_stride,
                           int width, int height, int weight, int offset, int log2wd);
    void (*bipred_weight)(const int16_t *src0, ptrdiff_t stride0, const int16_t *src1, ptrdiff_t stride1,
                          vr_pixel *dst, ptrdiff_t dst_stride, int width, int height, int weight0, int weight1,
                          int offset0, int offset1, int log2wd);

    /* ---- Distortion, luma widths 4..64 and chroma widths 2..32 where an encoder asks for them -------- */
    int (*sad[VR_WIDTH_ENTRIES])(const vr_pixel *a, ptrdiff_t a_stride, const vr_pixel *b, ptrdiff_t b_stride,
                                 int height);
    /* One source against three or four references of the same stride. */
    void (*sad_x3[VR_WIDTH_ENTRIES])(const vr_pixel *src, ptrdiff_t src_stride, const vr_pixel *ref0,
                                     const vr_pixel *ref1, const vr_pixel *ref2, ptrdiff_t ref_stride, int height,
                                     int32_t cost[3]);
    void (*sad_x4[VR_WIDTH_ENTRIES])(const vr_pixel *src, ptrdiff_t src_stride, const vr_pixel *ref0,
                                     const vr_pixel *ref1, const vr_pixel *ref2, const vr_pixel *ref3,
                                     ptrdiff_t ref_stride, int height, int32_t cost[4]);
    /* Sum of squared differences; height <= 64, so that 32 bits hold it. */
    uint32_t (*sse[VR_WIDTH_ENTRIES])(const vr_pixel *a, ptrdiff_t a_stride, const vr_pixel *b,
                                      ptrdiff_t b_stride, int height);
    /* The same over rows weighted by the sphere: sum of row_weight[y] * sse(row y). Any width and height. */
    uint64_t (*wsse)(const vr_pixel *a, ptrdiff_t a_stride, const vr_pixel *b, ptrdiff_t b_stride, int width,
                     int height, const uint16_t *row_weight);
    /* Energy of int16 differences; a - b saturates to int16. Widths from 4. */
    uint64_t (*sse_16[VR_WIDTH_ENTRIES])(const int16_t *a, ptrdiff_t a_stride, const int16_t *b,
                                         ptrdiff_t b_stride, int height);
    /* Sum of absolute Hadamard-transformed differences; width and height multiples of 4.
     * Both multiples of 8: 8x8 transforms, (sum + 2) >> 2 once for the block; else 4x4, (sum + 1) >> 1. */
    int (*satd[VR_WIDTH_ENTRIES])(const vr_pixel *a, ptrdiff_t a_stride, const vr_pixel *b, ptrdiff_t b_stride,
                                  int height);
    /* Sum and sum of squares of the pixels, for adaptive quantisation; height <= 64. */
    void (*sum_sqr[VR_WIDTH_ENTRIES])(const vr_pixel *src, ptrdiff_t stride, int height, uint32_t *sum,
                                      uint32_t *sqr);

    /* ---- Transform and quantisation, 8.6 ------------------------------------------------------------
     * Coefficient blocks are contiguous (stride = size). Forward: residuals within -255..255, the HM's
     * shifts (log2 size - 1, then log2 size + 6). Inverse: any int16 input, 8.6.4.2 with its clipping
     * between the stages and bdShift = 12. */
    void (*dct[4])(const int16_t *residual, ptrdiff_t stride, int16_t *coeff);
    void (*dst4)(const int16_t *residual, ptrdiff_t stride, int16_t *coeff);
    void (*idct[4])(const int16_t *coeff, int16_t *residual, ptrdiff_t stride);
    void (*idst4)(const int16_t *coeff, int16_t *residual, ptrdiff_t stride);
    /* The same as idct on a block whose only coefficient is coeff[0] = dc. */
    void (*idct_dc[4])(int dc, int16_t *residual, ptrdiff_t stride);
    /* level[i] = sign(coeff[i]) * ((abs(coeff[i]) * scale + round) >> shift); returns the nonzero levels.
     * count is a multiple of 16; scale <= 26214 (vr_quant_scale), 1 <= shift <= 27 with round < 1 << shift,
     * and levels within int16. */
    int (*quant)(const int16_t *coeff, int16_t *level, int count, int scale, int round, int shift);
    /* As quant; delta[i] = (abs(coeff[i]) * scale - (abs(level[i]) << shift)) >> (shift - 8): the rounding
     * error in 1/256 of a level, which sign data hiding needs. 8 <= shift <= 27. */
    int (*quant_delta)(const int16_t *coeff, int16_t *level, int32_t *delta, int count, int scale, int round,
                       int shift);
    /* 8.6.3 with flat scaling: coeff[i] = Clip16((level[i] * scale + (1 << (shift - 1))) >> shift), with
     * scale = vr_dequant_scale(qp), shift = log2 size - 1. count is a multiple of 16. */
    void (*dequant)(const int16_t *level, int16_t *coeff, int count, int scale, int shift);
    /* Number of nonzero values; count is a multiple of 16. */
    int (*count_nonzero)(const int16_t *level, int count);
    /* For each 4x4 sub-block in raster order: bit (4 * y + x) is set where the level is not zero. */
    void (*sig_masks[4])(const int16_t *level, uint16_t *masks);

    /* ---- Blocks ------------------------------------------------------------------------------------- */
    void (*residual[VR_WIDTH_ENTRIES])(const vr_pixel *src, ptrdiff_t src_stride, const vr_pixel *pred,
                                       ptrdiff_t pred_stride, int16_t *residual, ptrdiff_t residual_stride,
                                       int height);
    /* dst = Clip1(pred + residual), 8.6.7; dst may be the same block as pred. */
    void (*recon[VR_WIDTH_ENTRIES])(const vr_pixel *pred, ptrdiff_t pred_stride, const int16_t *residual,
                                    ptrdiff_t residual_stride, vr_pixel *dst, ptrdiff_t dst_stride, int height);
    void (*copy[VR_WIDTH_ENTRIES])(const vr_pixel *src, ptrdiff_t src_stride, vr_pixel *dst, ptrdiff_t dst_stride,
                                   int height);
    void (*copy_16[VR_WIDTH_ENTRIES])(const int16_t *src, ptrdiff_t src_stride, int16_t *dst, ptrdiff_t dst_stride,
                                      int height);
    void (*fill[VR_WIDTH_ENTRIES])(vr_pixel *dst, ptrdiff_t dst_stride, int height, int value);
    void (*transpose[4])(const vr_pixel *src, ptrdiff_t src_stride, vr_pixel *dst, ptrdiff_t dst_stride);
    /* dst(x, y) = mean of the 2x2 source samples, rounded to nearest; reads 2 * width x 2 * height. */
    void (*downsample_2x2)(const vr_pixel *src, ptrdiff_t src_stride, vr_pixel *dst, ptrdiff_t dst_stride,
                           int width, int height);

    /* ---- Intra prediction, 8.4.4.2 ------------------------------------------------------------------
     * Neighbours lie in one array of 4 * size + 1 samples, walking from below left, up the left column, over
     * the corner and along the row above:
     *   ref[2 * size - 1 - y] = p[-1][y], ref[2 * size] = p[-1][-1], ref[2 * size + 1 + x] = p[x][-1].
     * intra_smooth is the [1 2 1] filter of 8.4.4.2.3, or with `strong` and size 32 the bilinear one where its
     * flatness test holds; `vr_intra_is_smoothed` says when a mode wants it. */
    void (*intra_smooth[4])(const vr_pixel *ref, vr_pixel *smoothed, int strong);
    /* mode 0..34; edge_filter: smooth the block's first row/column in modes DC, 10 and 26, which the
     * standard asks for in luma blocks smaller than 32. */
    void (*intra_pred[4])(const vr_pixel *ref, vr_pixel *dst, ptrdiff_t dst_stride, int mode, int edge_filter);

    /* ---- Deblocking, 8.7.2.5 ------------------------------------------------------------------------
     * [0]: vertical edge, [1]: horizontal edge. `q0` is the first sample right of / below the edge; the edge is
     * 8 samples long in two segments of 4 with a tc each. A segment with tc = 0 is left alone: neither read nor
     * written. Luma reads 4 and changes up to 3 samples on each side; chroma (call for bS = 2) reads 2, changes 1. */
    void (*deblock_luma[2])(vr_pixel *q0, ptrdiff_t stride, int beta, const int tc[2]);
    void (*deblock_chroma[2])(vr_pixel *q0, ptrdiff_t stride, const int tc[2]);

    /* ---- Sample adaptive offset, 8.7.3 --------------------------------------------------------------
     * `class` is SaoEoClass: 0 horizontal, 1 vertical, 2 diagonal 135 degrees, 3 diagonal 45 degrees. Edge kernels
     * read one sample around the block in the class's direction: leave out rows and columns whose neighbours
     * are not available. Any width and height up to 64. Categories are edgeIdx: 0 none, 1 valley, 2 and 3
     * corners, 4 peak. Statistics are added to what the arrays hold: sum of (org - rec) and number. For edges a
     * difference counts as -128..127 at most: an offset is 7 at most, so that an outlier should not decide it. */
    void (*sao_stats_edge)(const vr_pixel *org, ptrdiff_t org_stride, const vr_pixel *rec, ptrdiff_t rec_stride,
                           int width, int height, int eo_class, int32_t sum[5], int32_t count[5]);
    void (*sao_stats_band)(const vr_pixel *org, ptrdiff_t org_stride, const vr_pixel *rec, ptrdiff_t rec_stride,
                           int width, int height, int32_t sum[32], int32_t count[32]);
    /* src: deblocked samples; dst: the result, another buffer. offset[0] is 0 for edges. */
    void (*sao_edge)(const vr_pixel *src, ptrdiff_t src_stride, vr_pixel *dst, ptrdiff_t dst_stride, int width,
                     int height, int eo_class, const int8_t offset[5]);
    void (*sao_band)(const vr_pixel *src, ptrdiff_t src_stride, vr_pixel *dst, ptrdiff_t dst_stride, int width,
                     int height, const int8_t offset[32]);
} vr_kernels;

/* The table of a level, or NULL when this machine (or build) lacks it, or when VR_SIMD_AUTO finds an
 * unknown name or a level the machine lacks in VR_CODEC_SIMD. Safe from any thread. */
const vr_kernels *vr_kernels_get(vr_simd_level level);

/* quantScale of the HM: 2^14 * 2^6 / levelScale, for qp % 6. Level shift: 14 + qp / 6 + 7 - log2 size. */
static inline int vr_quant_scale(int qp)
{
    static const int16_t scale[6] = {26214, 23302, 20560, 18396, 16384, 14564};
    return scale[qp % 6];
}

static inline int vr_quant_shift(int qp, int log2_size)
{
    return 21 + qp / 6 - log2_size;
}

/* levelScale[qp % 6] << (qp / 6), (8-309); the flat factor 16 is folded into dequant's shift. */
static inline int vr_dequant_scale(int qp)
{
    static const int8_t level_scale[6] = {40, 45, 51, 57, 64, 72};
    return level_scale[qp % 6] << (qp / 6);
}

/* filterFlag of 8.4.4.2.3: whether `mode` predicts luma blocks of this size from smoothed neighbours. */
static inline int vr_intra_is_smoothed(int mode, int log2_size)
{
    static const int8_t threshold[4] = {127, 7, 1, 0};
    int from_ver, from_hor, distance;
    if (mode == 1)
        return 0;
    from_ver = mode > 26 ? mode - 26 : 26 - mode;
    from_hor = mode > 10 ? mode - 10 : 10 - mode;
    distance = from_ver < from_hor ? from_ver : from_hor;
    return distance > threshold[log2_size - 2];
}

#endif
