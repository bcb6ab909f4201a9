/* Checks of the distortion measures and pixel statistics. */
#include "check.h"

static const int heights[] = {2, 4, 8, 12, 16, 24, 32, 48, 64};

/* For all heights that `multiple` divides, placements, strides and pairs of patterns. */
#define FOR_EACH_PAIR(multiple)                                                                                        \
    for (int i_height = 0; i_height < 9; i_height++)                                                                   \
        for (int variant = 0; variant < 3; variant++)                                                                  \
            for (int pair = 0; pair < (variant ? 1 : PATTERNS * PATTERNS); pair++)                                     \
                if (heights[i_height] % (multiple) == 0)
#define LAYOUT(element_bytes, more)                                                                                    \
    const layout block = {t->width, heights[i_height], 0, 0, 0, 0, element_bytes, variant * 13 + (more),              \
                          variant & 1}

static int sad(check *t)
{
    FOR_EACH_PAIR(2)
    {
        LAYOUT(1, 1);
        const plane a = check_plane(0, &block), b = check_plane(1, &block);
        check_fill_8(t, a, pair % PATTERNS);
        check_fill_8(t, b, pair / PATTERNS);
        if (!check_equal(t, t->c->sad[VR_W(t->width)](a.origin, a.stride, b.origin, b.stride, block.height),
                         t->fast->sad[VR_W(t->width)](a.origin, a.stride, b.origin, b.stride, block.height), "sum"))
            return 0;
    }
    return 1;
}

static int check_sad_many(check *t, int count)
{
    FOR_EACH_PAIR(2)
    {
        LAYOUT(1, 1);
        const plane a = check_plane(0, &block), r0 = check_plane(1, &block), r1 = check_plane(2, &block),
                    r2 = check_plane(3, &block), r3 = check_plane(4, &block);
        int32_t c[4] = {0}, fast[4] = {0};
        check_fill_8(t, a, pair % PATTERNS);
        check_fill_8(t, r0, pair / PATTERNS);
        check_fill_8(t, r1, 0);
        check_fill_8(t, r2, (pair + 1) % PATTERNS);
        check_fill_8(t, r3, (pair + 2) % PATTERNS);
        if (count == 3) {
            t->c->sad_x3[VR_W(t->width)](a.origin, a.stride, r0.origin, r1.origin, r2.origin, r0.stride, block.height,
                                         c);
            t->fast->sad_x3[VR_W(t->width)](a.origin, a.stride, r0.origin, r1.origin, r2.origin, r0.stride,
                                            block.height, fast);
        } else {
            t->c->sad_x4[VR_W(t->width)](a.origin, a.stride, r0.origin, r1.origin, r2.origin, r3.origin, r0.stride,
                                         block.height, c);
            t->fast->sad_x4[VR_W(t->width)](a.origin, a.stride, r0.origin, r1.origin, r2.origin, r3.origin, r0.stride,
                                            block.height, fast);
        }
        for (int i = 0; i < 4; i++)
            if (!check_equal(t, c[i], fast[i], "cost"))
                return 0;
    }
    return 1;
}

static int sad_x3(check *t)
{
    return check_sad_many(t, 3);
}

static int sad_x4(check *t)
{
    return check_sad_many(t, 4);
}

static int sse(check *t)
{
    FOR_EACH_PAIR(2)
    {
        LAYOUT(1, 1);
        const plane a = check_plane(0, &block), b = check_plane(1, &block);
        check_fill_8(t, a, pair % PATTERNS);
        check_fill_8(t, b, pair / PATTERNS);
        if (!check_equal(t, t->c->sse[VR_W(t->width)](a.origin, a.stride, b.origin, b.stride, block.height),
                         t->fast->sse[VR_W(t->width)](a.origin, a.stride, b.origin, b.stride, block.height), "sum"))
            return 0;
    }
    return 1;
}

/* As prediction leaves them: differences below 128, and 128 itself in all samples or in one only. */
static int sse_near(check *t)
{
    static const int flips[] = {0x03, 0x7F, 0x80};
    FOR_EACH_PAIR(2)
    {
        LAYOUT(1, 1);
        const plane a = check_plane(0, &block), b = check_plane(1, &block);
        const int last = (block.height - 1) * (int)b.stride + block.width - 1;
        check_fill_8(t, a, pair % PATTERNS);
        for (int i = 0; i < PLANE_BYTES; i++)
            b.memory[i] = a.memory[i] ^ flips[pair / PATTERNS % 3];
        if (pair / PATTERNS >= 3)
            ((vr_pixel *)b.origin)[last] = ((vr_pixel *)a.origin)[last] ^ 0x80;
        if (!check_equal(t, t->c->sse[VR_W(t->width)](a.origin, a.stride, b.origin, b.stride, block.height),
                         t->fast->sse[VR_W(t->width)](a.origin, a.stride, b.origin, b.stride, block.height), "sum"))
            return 0;
    }
    return 1;
}

static int satd(check *t)
{
    FOR_EACH_PAIR(4)
    {
        LAYOUT(1, 1);
        const plane a = check_plane(0, &block), b = check_plane(1, &block);
        check_fill_8(t, a, pair % PATTERNS);
        check_fill_8(t, b, pair / PATTERNS);
        if (!check_equal(t, t->c->satd[VR_W(t->width)](a.origin, a.stride, b.origin, b.stride, block.height),
                         t->fast->satd[VR_W(t->width)](a.origin, a.stride, b.origin, b.stride, block.height), "sum"))
            return 0;
    }
    return 1;
}

static int sse_16(check *t)
{
    FOR_EACH_PAIR(2)
    {
        LAYOUT(2, 1);
        const plane a = check_plane(0, &block), b = check_plane(1, &block);
        const int realistic = variant == 1;
        check_fill_16(t, a, pair % PATTERNS, realistic ? -300 : -32768, realistic ? 300 : 32767);
        check_fill_16(t, b, pair / PATTERNS, realistic ? -300 : -32768, realistic ? 300 : 32767);
        if (!check_equal(
                t, (long long)t->c->sse_16[VR_W(t->width)](a.origin, a.stride, b.origin, b.stride, block.height),
                (long long)t->fast->sse_16[VR_W(t->width)](a.origin, a.stride, b.origin, b.stride, block.height),
                "sum"))
            return 0;
    }
    return 1;
}

/* Any width and height: the block's width is one of the table's, plus 0 to 2. */
static int wsse(check *t)
{
    uint16_t weights[64];
    FOR_EACH_PAIR(1)
    for (int more = 0; more < 3; more++) {
        const layout block = {t->width + more, heights[i_height] - 1, 0, 0, 0, 0, 1, variant, variant & 1};
        const plane a = check_plane(0, &block), b = check_plane(1, &block);
        for (int i = 0; i < 64; i++)
            weights[i] = (uint16_t)(pair & 1 ? 65535 : check_random(t));
        check_fill_8(t, a, pair % PATTERNS);
        check_fill_8(t, b, pair / PATTERNS);
        if (!check_equal(
                t,
                (long long)t->c->wsse(a.origin, a.stride, b.origin, b.stride, block.width, block.height, weights),
                (long long)t->fast->wsse(a.origin, a.stride, b.origin, b.stride, block.width, block.height, weights),
                "sum"))
            return 0;
    }
    return 1;
}

static int sum_sqr(check *t)
{
    FOR_EACH_PAIR(2)
    {
        LAYOUT(1, 0);
        const plane a = check_plane(0, &block);
        uint32_t sum[2] = {0}, sqr[2] = {0};
        check_fill_8(t, a, pair % PATTERNS);
        t->c->sum_sqr[VR_W(t->width)](a.origin, a.stride, block.height, &sum[0], &sqr[0]);
        t->fast->sum_sqr[VR_W(t->width)](a.origin, a.stride, block.height, &sum[1], &sqr[1]);
        if (!check_equal(t, sum[0], sum[1], "sum") || !check_equal(t, sqr[0], sqr[1], "sum of squares"))
            return 0;
    }
    return 1;
}

#define ENTRY(name) {#name, name}
const check_entry check_cost_entries[] = {
    ENTRY(sad),  ENTRY(sad_x3), ENTRY(sad_x4), ENTRY(sse), ENTRY(sse_near), ENTRY(satd), ENTRY(sse_16),
    ENTRY(wsse), ENTRY(sum_sqr), {NULL, NULL},
};
