/* Checks of the kernels that move pixels: interpolation, weighted prediction, residual, copies, down-sampling. */
#include "check.h"

/* Block heights of a width: every size from 4x4 to 64x64 that the standard's blocks have, and an odd one where the
 * kernel promises to take it. */
static const int heights[] = {2, 4, 8, 12, 16, 24, 32, 48, 64, 71};

/* Runs `body` for all heights up to 64 (or 71), placements and strides. */
#define FOR_EACH_LAYOUT(odd_too)                                                                                       \
    for (int i_height = 0; i_height < 9 + (odd_too); i_height++)                                                       \
        for (int variant = 0; variant < 3; variant++)
#define LAYOUT(name, element_bytes, l, r, a, b)                                                                        \
    layout name = {t->width, heights[i_height], l, r, a, b, element_bytes, variant * 13 + (variant == 2), variant & 1}

enum { FRACTIONS_LUMA = 3, FRACTIONS_CHROMA = 7 };

/* kind: 0 8to8, 1 8to16, 2 16to8, 3 16to16. */
static int check_interp(check *t, const void *c, const void *fast, int kind, int horizontal, int taps)
{
    const int before = taps / 2 - 1, after = taps / 2, last_frac = taps == 8 ? FRACTIONS_LUMA : FRACTIONS_CHROMA;
    const int in = kind >= 2 ? 2 : 1, out = kind & 1 ? 2 : 1;
    FOR_EACH_LAYOUT(horizontal && kind == 1)
    for (int frac = 1; frac <= last_frac; frac++) {
        const int pattern = (frac + variant + i_height) % PATTERNS;
        LAYOUT(source, in, horizontal ? before + (taps == 8) : 0, horizontal ? after : 0, horizontal ? 0 : before,
               horizontal ? 0 : after);
        LAYOUT(target, out, 0, 0, 0, 0);
        const plane src = check_plane(0, &source), dst = check_plane(1, &target);
        const int h = source.height;
        plane original, twin;
        if (in == 1)
            check_fill_8(t, src, variant ? 0 : pattern);
        else
            check_fill_16(t, src, variant ? 0 : pattern, -8192, 24480);
        check_fill_8(t, dst, 0);
        original = check_twin(dst, 2);
        twin = check_twin(dst, 3);
        switch (kind) {
        case 0:
            ((vr_interp_8to8)c)(src.origin, src.stride, dst.origin, dst.stride, h, frac);
            ((vr_interp_8to8)fast)(src.origin, src.stride, twin.origin, twin.stride, h, frac);
            break;
        case 1:
            ((vr_interp_8to16)c)(src.origin, src.stride, dst.origin, dst.stride, h, frac);
            ((vr_interp_8to16)fast)(src.origin, src.stride, twin.origin, twin.stride, h, frac);
            break;
        case 2:
            ((vr_interp_16to8)c)(src.origin, src.stride, dst.origin, dst.stride, h, frac);
            ((vr_interp_16to8)fast)(src.origin, src.stride, twin.origin, twin.stride, h, frac);
            break;
        default:
            ((vr_interp_16to16)c)(src.origin, src.stride, dst.origin, dst.stride, h, frac);
            ((vr_interp_16to16)fast)(src.origin, src.stride, twin.origin, twin.stride, h, frac);
        }
        if (!check_same(t, dst, twin, original, t->width, h, out, "result"))
            return 0;
    }
    return 1;
}

#define INTERP_CHECKS(name, taps)                                                                                      \
    static int name##_hor_8to8(check *t)                                                                               \
    {                                                                                                                  \
        return check_interp(t, t->c->name##_hor_8to8[VR_W(t->width)], t->fast->name##_hor_8to8[VR_W(t->width)], 0, 1,  \
                            taps);                                                                                     \
    }                                                                                                                  \
    static int name##_hor_8to16(check *t)                                                                              \
    {                                                                                                                  \
        return check_interp(t, t->c->name##_hor_8to16[VR_W(t->width)], t->fast->name##_hor_8to16[VR_W(t->width)], 1,   \
                            1, taps);                                                                                  \
    }                                                                                                                  \
    static int name##_ver_8to8(check *t)                                                                               \
    {                                                                                                                  \
        return check_interp(t, t->c->name##_ver_8to8[VR_W(t->width)], t->fast->name##_ver_8to8[VR_W(t->width)], 0, 0,  \
                            taps);                                                                                     \
    }                                                                                                                  \
    static int name##_ver_8to16(check *t)                                                                              \
    {                                                                                                                  \
        return check_interp(t, t->c->name##_ver_8to16[VR_W(t->width)], t->fast->name##_ver_8to16[VR_W(t->width)], 1,   \
                            0, taps);                                                                                  \
    }                                                                                                                  \
    static int name##_ver_16to8(check *t)                                                                              \
    {                                                                                                                  \
        return check_interp(t, t->c->name##_ver_16to8[VR_W(t->width)], t->fast->name##_ver_16to8[VR_W(t->width)], 2,   \
                            0, taps);                                                                                  \
    }                                                                                                                  \
    static int name##_ver_16to16(check *t)                                                                             \
    {                                                                                                                  \
        return check_interp(t, t->c->name##_ver_16to16[VR_W(t->width)], t->fast->name##_ver_16to16[VR_W(t->width)], 3, \
                            0, taps);                                                                                  \
    }
INTERP_CHECKS(interp, 8)
INTERP_CHECKS(chroma, 4)

static int copy_8to16(check *t)
{
    FOR_EACH_LAYOUT(0)
    for (int pattern = 0; pattern < PATTERNS; pattern++) {
        LAYOUT(source, 1, 0, 0, 0, 0);
        LAYOUT(target, 2, 0, 0, 0, 0);
        const plane src = check_plane(0, &source), dst = check_plane(1, &target);
        plane original, twin;
        check_fill_8(t, src, pattern);
        original = check_twin(dst, 2);
        twin = check_twin(dst, 3);
        t->c->copy_8to16[VR_W(t->width)](src.origin, src.stride, dst.origin, dst.stride, source.height);
        t->fast->copy_8to16[VR_W(t->width)](src.origin, src.stride, twin.origin, twin.stride, source.height);
        if (!check_same(t, dst, twin, original, t->width, source.height, 2, "result"))
            return 0;
    }
    return 1;
}

/* Predictions from one or two 16-bit sources to pixels. */
enum { ROUND, AVERAGE, WEIGHT_ONE, WEIGHT_TWO };

static void run_predict(const vr_kernels *k, int kind, plane a, plane b, plane dst, int w, int h, const int *p)
{
    if (kind == ROUND)
        k->unipred_round[VR_W(w)](a.origin, a.stride, dst.origin, dst.stride, h);
    else if (kind == AVERAGE)
        k->bipred_avg[VR_W(w)](a.origin, a.stride, b.origin, b.stride, dst.origin, dst.stride, h);
    else if (kind == WEIGHT_ONE)
        k->unipred_weight(a.origin, a.stride, dst.origin, dst.stride, w, h, p[0], p[2], p[4]);
    else
        k->bipred_weight(a.origin, a.stride, b.origin, b.stride, dst.origin, dst.stride, w, h, p[0], p[1], p[2], p[3],
                         p[4]);
}

static int check_to_pixels(check *t, int kind)
{
    FOR_EACH_LAYOUT(0)
    for (int pattern = 0; pattern < PATTERNS; pattern++) {
        LAYOUT(source, 2, 0, 0, 0, 0);
        LAYOUT(other, 2, 0, 0, 0, 0);
        LAYOUT(target, 1, 0, 0, 0, 0);
        const plane a = check_plane(0, &source), b = check_plane(1, &other), dst = check_plane(2, &target);
        const int extreme = pattern & 1;
        const int parameters[5] = {extreme ? 255 : check_between(t, -128, 255), extreme ? -128 : check_between(t, -128, 255),
                                   check_between(t, -128, 127), check_between(t, -128, 127), check_between(t, 6, 13)};
        plane original, twin;
        check_fill_16(t, a, pattern, variant == 2 ? -32768 : -8192, variant == 2 ? 32767 : 24480);
        check_fill_16(t, b, variant ? 0 : pattern, -8192, 24480);
        check_fill_8(t, dst, 0);
        original = check_twin(dst, 3);
        twin = check_twin(dst, 4);
        run_predict(t->c, kind, a, b, dst, t->width, source.height, parameters);
        run_predict(t->fast, kind, a, b, twin, t->width, source.height, parameters);
        if (!check_same(t, dst, twin, original, t->width, source.height, 1, "result"))
            return 0;
    }
    return 1;
}

static int unipred_round(check *t)
{
    return check_to_pixels(t, ROUND);
}

static int bipred_avg(check *t)
{
    return check_to_pixels(t, AVERAGE);
}

static int unipred_weight(check *t)
{
    return check_to_pixels(t, WEIGHT_ONE);
}

static int bipred_weight(check *t)
{
    return check_to_pixels(t, WEIGHT_TWO);
}

static int residual(check *t)
{
    FOR_EACH_LAYOUT(0)
    for (int pattern = 0; pattern < PATTERNS; pattern++) {
        LAYOUT(source, 1, 0, 0, 0, 0);
        LAYOUT(target, 2, 0, 0, 0, 0);
        const plane src = check_plane(0, &source), pred = check_plane(1, &source), dst = check_plane(2, &target);
        plane original, twin;
        check_fill_8(t, src, pattern);
        check_fill_8(t, pred, (pattern + variant) % PATTERNS);
        original = check_twin(dst, 3);
        twin = check_twin(dst, 4);
        t->c->residual[VR_W(t->width)](src.origin, src.stride, pred.origin, pred.stride, dst.origin, dst.stride,
                                       source.height);
        t->fast->residual[VR_W(t->width)](src.origin, src.stride, pred.origin, pred.stride, twin.origin, twin.stride,
                                          source.height);
        if (!check_same(t, dst, twin, original, t->width, source.height, 2, "result"))
            return 0;
    }
    return 1;
}

/* Also in place, with the prediction as destination. */
static int recon(check *t)
{
    FOR_EACH_LAYOUT(0)
    for (int pattern = 0; pattern < PATTERNS; pattern++) {
        LAYOUT(source, 1, 0, 0, 0, 0);
        LAYOUT(target, 2, 0, 0, 0, 0);
        const plane pred = check_plane(0, &source), res = check_plane(1, &target);
        const plane dst = pattern & 1 ? pred : check_plane(2, &source);
        plane original, twin, input;
        check_fill_8(t, pred, variant ? 0 : pattern);
        check_fill_16(t, res, pattern, variant == 1 ? -32768 : -255, variant == 1 ? 32767 : 255);
        original = check_twin(dst, 3);
        twin = check_twin(dst, 4);
        input = pattern & 1 ? twin : pred;
        t->c->recon[VR_W(t->width)](pred.origin, pred.stride, res.origin, res.stride, dst.origin, dst.stride,
                                    source.height);
        t->fast->recon[VR_W(t->width)](input.origin, input.stride, res.origin, res.stride, twin.origin, twin.stride,
                                       source.height);
        if (!check_same(t, dst, twin, original, t->width, source.height, 1, "result"))
            return 0;
    }
    return 1;
}

/* copy (1 byte), copy_16 (2 bytes), fill (0: no source). */
static int check_copy(check *t, int kind)
{
    const int element = kind == 2 ? 2 : 1;
    FOR_EACH_LAYOUT(0)
    {
        LAYOUT(source, element, 0, 0, 0, 0);
        const plane src = check_plane(0, &source), dst = check_plane(1, &source);
        const int h = source.height, w = VR_W(t->width);
        plane original, twin;
        check_fill_8(t, src, 0);
        check_fill_8(t, dst, 0);
        original = check_twin(dst, 2);
        twin = check_twin(dst, 3);
        if (kind == 1) {
            t->c->copy[w](src.origin, src.stride, dst.origin, dst.stride, h);
            t->fast->copy[w](src.origin, src.stride, twin.origin, twin.stride, h);
        } else if (kind == 2) {
            t->c->copy_16[w](src.origin, src.stride, dst.origin, dst.stride, h);
            t->fast->copy_16[w](src.origin, src.stride, twin.origin, twin.stride, h);
        } else {
            t->c->fill[w](dst.origin, dst.stride, h, 77);
            t->fast->fill[w](twin.origin, twin.stride, h, 77);
        }
        if (!check_same(t, dst, twin, original, t->width, h, element, "result"))
            return 0;
    }
    return 1;
}

static int copy(check *t)
{
    return check_copy(t, 1);
}

static int copy_16(check *t)
{
    return check_copy(t, 2);
}

static int fill(check *t)
{
    return check_copy(t, 0);
}

static int transpose(check *t)
{
    const int log2_size = t->width == 4 ? 2 : t->width == 8 ? 3 : t->width == 16 ? 4 : 5;
    for (int variant = 0; variant < 6; variant++) {
        const layout square = {t->width, t->width, 0, 0, 0, 0, 1, variant * 5, variant & 1};
        const plane src = check_plane(0, &square), dst = check_plane(1, &square);
        plane original, twin;
        check_fill_8(t, src, 0);
        original = check_twin(dst, 2);
        twin = check_twin(dst, 3);
        t->c->transpose[VR_L(log2_size)](src.origin, src.stride, dst.origin, dst.stride);
        t->fast->transpose[VR_L(log2_size)](src.origin, src.stride, twin.origin, twin.stride);
        if (!check_same(t, dst, twin, original, t->width, t->width, 1, "result"))
            return 0;
    }
    return 1;
}

/* Here the width is any number, and so are the heights. */
static int downsample_2x2(check *t)
{
    for (int variant = 0; variant < 3; variant++)
        for (int height = 1; height < 64; height += 9)
            for (int pattern = 0; pattern < PATTERNS; pattern++) {
                const layout source = {2 * t->width, 2 * height, 0, 0, 0, 0, 1, 7 * variant, variant & 1};
                const layout target = {t->width, height, 0, 0, 0, 0, 1, 3 * variant, variant & 1};
                const plane src = check_plane(0, &source), dst = check_plane(1, &target);
                plane original, twin;
                check_fill_8(t, src, pattern);
                original = check_twin(dst, 2);
                twin = check_twin(dst, 3);
                t->c->downsample_2x2(src.origin, src.stride, dst.origin, dst.stride, t->width, height);
                t->fast->downsample_2x2(src.origin, src.stride, twin.origin, twin.stride, t->width, height);
                if (!check_same(t, dst, twin, original, t->width, height, 1, "result"))
                    return 0;
            }
    return 1;
}

#define ENTRY(name) {#name, name}
const check_entry check_predict_entries[] = {
    ENTRY(interp_hor_8to8),  ENTRY(interp_hor_8to16), ENTRY(interp_ver_8to8),   ENTRY(interp_ver_8to16),
    ENTRY(interp_ver_16to8), ENTRY(interp_ver_16to16), ENTRY(chroma_hor_8to8),  ENTRY(chroma_hor_8to16),
    ENTRY(chroma_ver_8to8),  ENTRY(chroma_ver_8to16), ENTRY(chroma_ver_16to8),  ENTRY(chroma_ver_16to16),
    ENTRY(copy_8to16),       ENTRY(unipred_round),    ENTRY(bipred_avg),        ENTRY(unipred_weight),
    ENTRY(bipred_weight),    ENTRY(residual),         ENTRY(recon),             ENTRY(copy),
    ENTRY(copy_16),          ENTRY(fill),             ENTRY(transpose),         ENTRY(downsample_2x2),
    {NULL, NULL},
};
