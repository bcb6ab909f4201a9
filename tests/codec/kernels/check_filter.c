/* Checks of intra prediction, deblocking and sample adaptive offset. */
#include "check.h"

#include <string.h>

static int log2_of(int size)
{
    return size == 4 ? 2 : size == 8 ? 3 : size == 16 ? 4 : 5;
}

/* Neighbours of a block: noise, extremes, and nearly straight lines that pass the strong filter's test. */
static plane neighbours(check *t, int slot, int pattern, int placement)
{
    const layout line = {4 * t->width + 1, 1, 0, 0, 0, 0, 1, 0, placement};
    const plane p = check_plane(slot, &line);
    vr_pixel *ref = p.origin;
    check_fill_8(t, p, pattern % PATTERNS);
    if (pattern >= PATTERNS) {
        const int start = check_between(t, 20, 230), slope = check_between(t, -12, 12);
        for (int i = 0; i <= 4 * t->width; i++)
            ref[i] = (vr_pixel)(start + slope * (i - 2 * t->width) / 64 + check_between(t, 0, pattern - PATTERNS));
    }
    return p;
}

static int intra_smooth(check *t)
{
    const int l = VR_L(log2_of(t->width));
    for (int pattern = 0; pattern < PATTERNS + 8; pattern++)
        for (int strong = 0; strong < 2; strong++)
            for (int placement = 0; placement < 2; placement++) {
                const layout line = {4 * t->width + 1, 1, 0, 0, 0, 0, 1, 0, placement};
                const plane ref = neighbours(t, 0, pattern, placement), dst = check_plane(1, &line);
                const plane original = check_twin(dst, 2), twin = check_twin(dst, 3);
                t->c->intra_smooth[l](ref.origin, dst.origin, strong);
                t->fast->intra_smooth[l](ref.origin, twin.origin, strong);
                if (!check_same(t, dst, twin, original, 4 * t->width + 1, 1, 1, "neighbours"))
                    return 0;
            }
    return 1;
}

static int intra_pred(check *t)
{
    char what[40] = "mode 00";
    const int l = VR_L(log2_of(t->width));
    for (int mode = 0; mode < 35; mode++)
        for (int pattern = 0; pattern < PATTERNS + 3; pattern++)
            for (int edge_filter = 0; edge_filter < 2; edge_filter++)
                for (int placement = 0; placement < 2; placement++) {
                    const layout block = {t->width, t->width, 0, 0, 0, 0, 1, pattern, placement};
                    const plane ref = neighbours(t, 0, pattern, placement), dst = check_plane(1, &block);
                    const plane original = check_twin(dst, 2), twin = check_twin(dst, 3);
                    what[5] = (char)('0' + mode / 10);
                    what[6] = (char)('0' + mode % 10);
                    t->c->intra_pred[l](ref.origin, dst.origin, dst.stride, mode, edge_filter);
                    t->fast->intra_pred[l](ref.origin, twin.origin, twin.stride, mode, edge_filter);
                    if (!check_same(t, dst, twin, original, t->width, t->width, 1, what))
                        return 0;
                }
    return 1;
}

/* Two gentle slopes with a step between them, at a random angle to the edge, so that all of: no filter, weak and
 * strong filter, and both side conditions occur. */
static void fill_edge(check *t, plane p, int horizontal, int reach)
{
    const int noise = check_between(t, 0, 3), step = check_between(t, 0, 24), base = check_between(t, 0, 231);
    const int slope = check_between(t, -3, 3);
    vr_pixel *q0 = p.origin;
    check_fill_8(t, p, 0);
    for (int along = 0; along < 8; along++)
        for (int across = -reach; across < reach; across++) {
            const int v = base + (across >= 0 ? step : 0) + slope * across / 2 + check_between(t, 0, noise);
            q0[horizontal ? across * p.stride + along : along * p.stride + across] =
                (vr_pixel)(v < 0 ? 0 : v > 255 ? 255 : v);
        }
}

/* The block under test covers `reach` samples on both sides; a segment with tc = 0 is outside of readable memory when
 * it lies at the page's edge. */
static int check_deblock(check *t, int chroma, int horizontal)
{
    const int reach = chroma ? 2 : 4;
    int filtered = 0;
    for (int run = 0; run < 1500; run++) {
        const int placement = run & 1;
        /* Only one of two segments is to be filtered: the other is not there at all. */
        const int only = run % 5 == 0 ? placement == AT_END ? 0 : 1 : -1;
        const int tc[2] = {only == 1 ? 0 : check_between(t, run % 3 ? 1 : 0, 24),
                           only == 0 ? 0 : check_between(t, run % 3 ? 1 : 0, 24)};
        const int beta = check_between(t, 0, 64), along = only >= 0 ? 4 : 8;
        const layout edge = {horizontal ? along : 0, horizontal ? 1 : along, horizontal ? 0 : reach,
                             horizontal ? 0 : reach,  horizontal ? reach : 0, horizontal ? reach - 1 : 0,
                             1,                       run % 17 + 8,           placement};
        plane dst = check_plane(0, &edge), original, twin;
        if (only == 1)
            dst.origin = (vr_pixel *)dst.origin - 4 * (horizontal ? 1 : dst.stride);
        if (only < 0) {
            fill_edge(t, dst, horizontal, reach);
            if (run % 11 == 0)
                check_fill_8(t, dst, run % PATTERNS);
        } else {
            check_fill_8(t, dst, run % 2 ? 2 : 0);
        }
        original = check_twin(dst, 1);
        twin = check_twin(dst, 2);
        if (chroma) {
            t->c->deblock_chroma[horizontal](dst.origin, dst.stride, tc);
            t->fast->deblock_chroma[horizontal](twin.origin, twin.stride, tc);
        } else {
            t->c->deblock_luma[horizontal](dst.origin, dst.stride, beta, tc);
            t->fast->deblock_luma[horizontal](twin.origin, twin.stride, beta, tc);
        }
        filtered += memcmp(dst.memory, original.memory, PLANE_BYTES) != 0;
        if (!check_same(t, dst, twin, twin, 1, 1, 1, "samples"))
            return 0;
    }
    return filtered > 300 || check_fail(t, "edges that were filtered at all", filtered, filtered);
}

static int deblock_luma_ver(check *t)
{
    return check_deblock(t, 0, 0);
}

static int deblock_luma_hor(check *t)
{
    return check_deblock(t, 0, 1);
}

static int deblock_chroma_ver(check *t)
{
    return check_deblock(t, 1, 0);
}

static int deblock_chroma_hor(check *t)
{
    return check_deblock(t, 1, 1);
}

/* Widths around the table's, since a picture's border shortens blocks. */
#define FOR_EACH_SAO_BLOCK                                                                                             \
    for (int less = 0; less < 3; less++)                                                                               \
        for (int i_height = 0; i_height < 4; i_height++)                                                               \
            for (int variant = 0; variant < 3; variant++)                                                              \
                for (int pattern = 0; pattern < PATTERNS + 1; pattern++)

static const int sao_heights[] = {1, 8, 31, 64};

/* Pixels with many equal neighbours, so that flat places and corners occur. */
static void fill_sao(check *t, plane p, int pattern)
{
    check_fill_8(t, p, pattern % PATTERNS);
    if (pattern == PATTERNS)
        for (int i = 0; i < PLANE_BYTES; i++)
            p.memory[i] = (uint8_t)(100 + p.memory[i] % 3);
}

static int sao_edge(check *t)
{
    FOR_EACH_SAO_BLOCK
    for (int eo_class = 0; eo_class < 4; eo_class++) {
        const int side = eo_class != 1, up = eo_class != 0;
        const layout in = {t->width - less, sao_heights[i_height], side, side, up, up, 1, 9 * variant, variant & 1};
        const layout out = {t->width - less, sao_heights[i_height], 0, 0, 0, 0, 1, 4 * variant, variant & 1};
        const plane src = check_plane(0, &in), dst = check_plane(1, &out);
        const int8_t offset[5] = {0, (int8_t)check_between(t, 0, 7), (int8_t)check_between(t, 0, 7),
                                  (int8_t)-check_between(t, 0, 7), (int8_t)-check_between(t, 0, 7)};
        plane original, twin;
        fill_sao(t, src, pattern);
        original = check_twin(dst, 2);
        twin = check_twin(dst, 3);
        t->c->sao_edge(src.origin, src.stride, dst.origin, dst.stride, in.width, in.height, eo_class, offset);
        t->fast->sao_edge(src.origin, src.stride, twin.origin, twin.stride, in.width, in.height, eo_class, offset);
        if (!check_same(t, dst, twin, original, in.width, in.height, 1, "result"))
            return 0;
    }
    return 1;
}

static int sao_band(check *t)
{
    FOR_EACH_SAO_BLOCK
    {
        const layout in = {t->width - less, sao_heights[i_height], 0, 0, 0, 0, 1, 9 * variant, variant & 1};
        const plane src = check_plane(0, &in), dst = check_plane(1, &in);
        int8_t offset[32];
        plane original, twin;
        for (int i = 0; i < 32; i++)
            offset[i] = (int8_t)check_between(t, -7, 7);
        fill_sao(t, src, pattern);
        original = check_twin(dst, 2);
        twin = check_twin(dst, 3);
        t->c->sao_band(src.origin, src.stride, dst.origin, dst.stride, in.width, in.height, offset);
        t->fast->sao_band(src.origin, src.stride, twin.origin, twin.stride, in.width, in.height, offset);
        if (!check_same(t, dst, twin, original, in.width, in.height, 1, "result"))
            return 0;
    }
    return 1;
}

static int same_numbers(check *t, const int32_t *c, const int32_t *fast, int count, const char *what)
{
    for (int i = 0; i < count; i++)
        if (!check_equal(t, c[i], fast[i], what))
            return 0;
    return 1;
}

static int sao_stats_edge(check *t)
{
    FOR_EACH_SAO_BLOCK
    for (int eo_class = 0; eo_class < 4; eo_class++) {
        const int side = eo_class != 1, up = eo_class != 0;
        const layout in = {t->width - less, sao_heights[i_height], side, side, up, up, 1, 9 * variant, variant & 1};
        const layout plain = {in.width, in.height, 0, 0, 0, 0, 1, variant, variant & 1};
        const plane rec = check_plane(0, &in), org = check_plane(1, &plain);
        int32_t sum[2][5] = {{1, 2, 3, 4, 5}, {1, 2, 3, 4, 5}}, count[2][5] = {{9, 8, 7, 6, 5}, {9, 8, 7, 6, 5}};
        fill_sao(t, rec, pattern);
        fill_sao(t, org, (pattern + less) % PATTERNS);
        t->c->sao_stats_edge(org.origin, org.stride, rec.origin, rec.stride, in.width, in.height, eo_class, sum[0],
                             count[0]);
        t->fast->sao_stats_edge(org.origin, org.stride, rec.origin, rec.stride, in.width, in.height, eo_class, sum[1],
                                count[1]);
        if (!same_numbers(t, sum[0], sum[1], 5, "sum") || !same_numbers(t, count[0], count[1], 5, "count"))
            return 0;
    }
    return 1;
}

static int sao_stats_band(check *t)
{
    FOR_EACH_SAO_BLOCK
    {
        const layout in = {t->width - less, sao_heights[i_height], 0, 0, 0, 0, 1, 9 * variant, variant & 1};
        const plane rec = check_plane(0, &in), org = check_plane(1, &in);
        int32_t sum[2][32], count[2][32];
        memset(sum, 0, sizeof(sum));
        memset(count, 0, sizeof(count));
        fill_sao(t, rec, pattern);
        fill_sao(t, org, (pattern + less) % PATTERNS);
        t->c->sao_stats_band(org.origin, org.stride, rec.origin, rec.stride, in.width, in.height, sum[0], count[0]);
        t->fast->sao_stats_band(org.origin, org.stride, rec.origin, rec.stride, in.width, in.height, sum[1], count[1]);
        if (!same_numbers(t, sum[0], sum[1], 32, "sum") || !same_numbers(t, count[0], count[1], 32, "count"))
            return 0;
    }
    return 1;
}

#define ENTRY(name) {#name, name}
const check_entry check_filter_entries[] = {
    ENTRY(intra_smooth),       ENTRY(intra_pred),         ENTRY(deblock_luma_ver), ENTRY(deblock_luma_hor),
    ENTRY(deblock_chroma_ver), ENTRY(deblock_chroma_hor), ENTRY(sao_edge),         ENTRY(sao_band),
    ENTRY(sao_stats_edge),     ENTRY(sao_stats_band),     {NULL, NULL},
};
