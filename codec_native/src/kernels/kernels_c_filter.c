/* C reference: deblocking (8.7.2.5) and sample adaptive offset (8.7.3). */
#include "kernels/kernels_internal.h"

VR_ALWAYS_INLINE int magnitude(int v)
{
    return v < 0 ? -v : v;
}

/* Second difference of the three samples next to the edge on one side. */
VR_ALWAYS_INLINE int bend(const vr_pixel *nearest, ptrdiff_t outward)
{
    return magnitude(nearest[2 * outward] - 2 * nearest[outward] + nearest[0]);
}

/* dSam of 8.7.2.5.6 for one line. */
VR_ALWAYS_INLINE int line_is_smooth(const vr_pixel *q0, ptrdiff_t step, int bends, int beta, int tc)
{
    const int p3 = q0[-4 * step], p0 = q0[-step], q3 = q0[3 * step];
    return 2 * bends < (beta >> 2) && magnitude(p3 - p0) + magnitude(q0[0] - q3) < (beta >> 3) &&
           magnitude(p0 - q0[0]) < (5 * tc + 1) >> 1;
}

/* 8.7.2.5.7, dE = 2 */
VR_ALWAYS_INLINE void filter_strong(vr_pixel *q, ptrdiff_t step, int tc)
{
    const int p3 = q[-4 * step], p2 = q[-3 * step], p1 = q[-2 * step], p0 = q[-step];
    const int q0 = q[0], q1 = q[step], q2 = q[2 * step], q3 = q[3 * step];
    const int range = 2 * tc;
    q[-step] = (vr_pixel)vr_clip3(p0 - range, p0 + range, (p2 + 2 * p1 + 2 * p0 + 2 * q0 + q1 + 4) >> 3);
    q[-2 * step] = (vr_pixel)vr_clip3(p1 - range, p1 + range, (p2 + p1 + p0 + q0 + 2) >> 2);
    q[-3 * step] = (vr_pixel)vr_clip3(p2 - range, p2 + range, (2 * p3 + 3 * p2 + p1 + p0 + q0 + 4) >> 3);
    q[0] = (vr_pixel)vr_clip3(q0 - range, q0 + range, (p1 + 2 * p0 + 2 * q0 + 2 * q1 + q2 + 4) >> 3);
    q[step] = (vr_pixel)vr_clip3(q1 - range, q1 + range, (p0 + q0 + q1 + q2 + 2) >> 2);
    q[2 * step] = (vr_pixel)vr_clip3(q2 - range, q2 + range, (p0 + q0 + q1 + 3 * q2 + 2 * q3 + 4) >> 3);
}

/* 8.7.2.5.7, dE = 1 */
VR_ALWAYS_INLINE void filter_weak(vr_pixel *q, ptrdiff_t step, int tc, int change_p1, int change_q1)
{
    const int p2 = q[-3 * step], p1 = q[-2 * step], p0 = q[-step];
    const int q0 = q[0], q1 = q[step], q2 = q[2 * step];
    int delta = (9 * (q0 - p0) - 3 * (q1 - p1) + 8) >> 4;
    if (magnitude(delta) >= tc * 10)
        return;
    delta = vr_clip3(-tc, tc, delta);
    q[-step] = vr_clip_pixel(p0 + delta);
    q[0] = vr_clip_pixel(q0 - delta);
    if (change_p1)
        q[-2 * step] =
            vr_clip_pixel(p1 + vr_clip3(-(tc >> 1), tc >> 1, (((p2 + p0 + 1) >> 1) - p1 + delta) >> 1));
    if (change_q1)
        q[step] = vr_clip_pixel(q1 + vr_clip3(-(tc >> 1), tc >> 1, (((q2 + q0 + 1) >> 1) - q1 - delta) >> 1));
}

/* Decisions of 8.7.2.5.3 and the filter for the four lines of one segment. `step` crosses the edge. */
VR_ALWAYS_INLINE void luma_segment(vr_pixel *q0, ptrdiff_t step, ptrdiff_t along, int beta, int tc)
{
    vr_pixel *last = q0 + 3 * along;
    const int dp0 = bend(q0 - step, -step), dp3 = bend(last - step, -step);
    const int dq0 = bend(q0, step), dq3 = bend(last, step);
    const int side = (beta + (beta >> 1)) >> 3;
    if (dp0 + dp3 + dq0 + dq3 >= beta)
        return;
    if (line_is_smooth(q0, step, dp0 + dq0, beta, tc) && line_is_smooth(last, step, dp3 + dq3, beta, tc))
        for (int i = 0; i < 4; i++)
            filter_strong(q0 + i * along, step, tc);
    else
        for (int i = 0; i < 4; i++)
            filter_weak(q0 + i * along, step, tc, dp0 + dp3 < side, dq0 + dq3 < side);
}

VR_ALWAYS_INLINE void luma_edge(vr_pixel *q0, ptrdiff_t step, ptrdiff_t along, int beta, const int tc[2])
{
    for (int i = 0; i < 2; i++)
        if (tc[i])
            luma_segment(q0 + 4 * i * along, step, along, beta, tc[i]);
}

/* 8.7.2.5.8 */
VR_ALWAYS_INLINE void chroma_edge(vr_pixel *edge, ptrdiff_t step, ptrdiff_t along, const int tc[2])
{
    for (int i = 0; i < 8; i++) {
        vr_pixel *q = edge + i * along;
        if (tc[i / 4]) {
            const int p1 = q[-2 * step], p0 = q[-step], q0 = q[0], q1 = q[step];
            const int delta = vr_clip3(-tc[i / 4], tc[i / 4], (4 * (q0 - p0) + p1 - q1 + 4) >> 3);
            q[-step] = vr_clip_pixel(p0 + delta);
            q[0] = vr_clip_pixel(q0 - delta);
        }
    }
}

static void deblock_luma_ver(vr_pixel *q0, ptrdiff_t stride, int beta, const int tc[2])
{
    luma_edge(q0, 1, stride, beta, tc);
}

static void deblock_luma_hor(vr_pixel *q0, ptrdiff_t stride, int beta, const int tc[2])
{
    luma_edge(q0, stride, 1, beta, tc);
}

static void deblock_chroma_ver(vr_pixel *q0, ptrdiff_t stride, const int tc[2])
{
    chroma_edge(q0, 1, stride, tc);
}

static void deblock_chroma_hor(vr_pixel *q0, ptrdiff_t stride, const int tc[2])
{
    chroma_edge(q0, stride, 1, tc);
}

VR_ALWAYS_INLINE int sign(int v)
{
    return (v > 0) - (v < 0);
}

/* Where the two neighbours of 8.7.3.2, Table 8-13, lie: a before, b after the sample. */
VR_ALWAYS_INLINE ptrdiff_t neighbour_after(int eo_class, ptrdiff_t stride)
{
    return eo_class == 0 ? 1 : eo_class == 1 ? stride : eo_class == 2 ? stride + 1 : stride - 1;
}

/* edgeIdx after the remapping of (8-361): 0 none, 1 valley, 2 and 3 corners, 4 peak. */
VR_ALWAYS_INLINE int edge_category(const vr_pixel *sample, ptrdiff_t after)
{
    static const int8_t remap[5] = {1, 2, 0, 3, 4};
    return remap[2 + sign(sample[0] - sample[-after]) + sign(sample[0] - sample[after])];
}

static void sao_stats_edge(const vr_pixel *org, ptrdiff_t org_stride, const vr_pixel *rec, ptrdiff_t rec_stride,
                           int width, int height, int eo_class, int32_t sum[5], int32_t count[5])
{
    const ptrdiff_t after = neighbour_after(eo_class, rec_stride);
    for (int y = 0; y < height; y++, org += org_stride, rec += rec_stride)
        for (int x = 0; x < width; x++) {
            const int category = edge_category(rec + x, after);
            sum[category] += vr_clip3(-128, 127, org[x] - rec[x]);
            count[category]++;
        }
}

/* Number and sum share one 64-bit word, and neighbours go to different tables: an increment need not wait for the
 * one before. */
static void sao_stats_band(const vr_pixel *org, ptrdiff_t org_stride, const vr_pixel *rec, ptrdiff_t rec_stride,
                           int width, int height, int32_t sum[32], int32_t count[32])
{
    const int64_t one = (int64_t)1 << 32;
    int64_t table[4][32] = {{0}};
    for (int y = 0; y < height; y++, org += org_stride, rec += rec_stride)
        for (int x = 0; x < width; x++)
            table[x & 3][rec[x] >> 3] += one + (org[x] - rec[x]);
    for (int band = 0; band < 32; band++) {
        const int64_t total = table[0][band] + table[1][band] + table[2][band] + table[3][band];
        const int32_t band_sum = (int32_t)total; /* less than 2^21 in magnitude, so the low word holds it */
        sum[band] += band_sum;
        count[band] += (int32_t)((total - band_sum) >> 32);
    }
}

static void sao_edge(const vr_pixel *src, ptrdiff_t src_stride, vr_pixel *dst, ptrdiff_t dst_stride, int width,
                     int height, int eo_class, const int8_t offset[5])
{
    const ptrdiff_t after = neighbour_after(eo_class, src_stride);
    for (int y = 0; y < height; y++, src += src_stride, dst += dst_stride)
        for (int x = 0; x < width; x++)
            dst[x] = vr_clip_pixel(src[x] + offset[edge_category(src + x, after)]);
}

static void sao_band(const vr_pixel *src, ptrdiff_t src_stride, vr_pixel *dst, ptrdiff_t dst_stride, int width,
                     int height, const int8_t offset[32])
{
    for (int y = 0; y < height; y++, src += src_stride, dst += dst_stride)
        for (int x = 0; x < width; x++)
            dst[x] = vr_clip_pixel(src[x] + offset[src[x] >> 3]);
}

void VR_C_NAME(init_filter)(vr_kernels *k);
void VR_C_NAME(init_filter)(vr_kernels *k)
{
    k->deblock_luma[0] = deblock_luma_ver;
    k->deblock_luma[1] = deblock_luma_hor;
    k->deblock_chroma[0] = deblock_chroma_ver;
    k->deblock_chroma[1] = deblock_chroma_hor;
    k->sao_stats_edge = sao_stats_edge;
    k->sao_stats_band = sao_stats_band;
    k->sao_edge = sao_edge;
    k->sao_band = sao_band;
}
