/* Checks of transforms and quantisation. */
#include "check.h"

#include <string.h>

static int log2_of(int size)
{
    return size == 4 ? 2 : size == 8 ? 3 : size == 16 ? 4 : 5;
}

/* Coefficient blocks are contiguous, residual blocks have a stride. */
static layout coefficient_layout(check *t, int placement)
{
    const layout l = {t->width, t->width, 0, 0, 0, 0, 2, 0, placement};
    return l;
}

static layout residual_layout(check *t, int variant)
{
    const layout l = {t->width, t->width, 0, 0, 0, 0, 2, 5 * variant, variant & 1};
    return l;
}

typedef void (*forward_function)(const int16_t *residual, ptrdiff_t stride, int16_t *coeff);
typedef void (*inverse_function)(const int16_t *coeff, int16_t *residual, ptrdiff_t stride);

/* Ranges from faint to full: small residuals take the butterflies, large ones the way round them. */
static int check_forward(check *t, forward_function c, forward_function fast)
{
    static const int ranges[] = {3, 16, 60, 120, 200, 255};
    for (int variant = 0; variant < 3; variant++)
        for (int pattern = 0; pattern < PATTERNS; pattern++)
            for (int i = 0; i < 6; i++) {
                const layout in = residual_layout(t, variant), out = coefficient_layout(t, variant & 1);
                const plane src = check_plane(0, &in), dst = check_plane(1, &out);
                plane original, twin;
                check_fill_16(t, src, pattern, pattern == 1 && i & 1 ? 0 : -ranges[i], ranges[i]);
                original = check_twin(dst, 2);
                twin = check_twin(dst, 3);
                c(src.origin, src.stride, dst.origin);
                fast(src.origin, src.stride, twin.origin);
                if (!check_same(t, dst, twin, original, t->width, t->width, 2, "coefficients"))
                    return 0;
            }
    return 1;
}

/* Full blocks of all patterns, and sparse ones confined to a corner, as real ones are. */
static int check_inverse(check *t, inverse_function c, inverse_function fast)
{
    static const int ranges[] = {40, 2000, 32767};
    for (int variant = 0; variant < 3; variant++)
        for (int pattern = 0; pattern < PATTERNS + 12; pattern++)
            for (int i = 0; i < 3; i++) {
                const layout in = coefficient_layout(t, variant & 1), out = residual_layout(t, variant);
                const plane src = check_plane(0, &in), dst = check_plane(1, &out);
                int16_t *coeff = src.origin;
                plane original, twin;
                check_fill_16(t, src, pattern < PATTERNS ? pattern : 0, -ranges[i] - 1, ranges[i]);
                if (pattern >= PATTERNS) {
                    const int right = check_between(t, 0, t->width), lower = check_between(t, 0, t->width);
                    const int density = check_between(t, 1, 8);
                    for (int n = 0; n < t->width * t->width; n++)
                        if (n % t->width >= right || n / t->width >= lower || check_between(t, 0, 7) >= density)
                            coeff[n] = 0;
                }
                original = check_twin(dst, 2);
                twin = check_twin(dst, 3);
                c(src.origin, dst.origin, dst.stride);
                fast(src.origin, twin.origin, twin.stride);
                if (!check_same(t, dst, twin, original, t->width, t->width, 2, "residual"))
                    return 0;
            }
    return 1;
}

static int dct(check *t)
{
    const int l = VR_L(log2_of(t->width));
    return check_forward(t, t->c->dct[l], t->fast->dct[l]);
}

static int idct(check *t)
{
    const int l = VR_L(log2_of(t->width));
    return check_inverse(t, t->c->idct[l], t->fast->idct[l]);
}

static int dst4(check *t)
{
    return check_forward(t, t->c->dst4, t->fast->dst4);
}

static int idst4(check *t)
{
    return check_inverse(t, t->c->idst4, t->fast->idst4);
}

/* Against the full inverse in C too: the short cut must be one. */
static int idct_dc(check *t)
{
    const int l = VR_L(log2_of(t->width));
    for (int dc = -32768; dc <= 32767; dc += dc < -70 || dc > 70 ? 331 : 1) {
        const layout in = coefficient_layout(t, AT_END), out = residual_layout(t, dc & 3);
        const plane src = check_plane(0, &in), dst = check_plane(1, &out);
        plane original, twin;
        memset(src.origin, 0, (size_t)(t->width * t->width) * sizeof(int16_t));
        *(int16_t *)src.origin = (int16_t)dc;
        original = check_twin(dst, 2);
        twin = check_twin(dst, 3);
        t->c->idct[l](src.origin, dst.origin, dst.stride);
        t->fast->idct_dc[l](dc, twin.origin, twin.stride);
        if (!check_same(t, dst, twin, original, t->width, t->width, 2, "residual"))
            return 0;
    }
    return 1;
}

static int check_quant(check *t, int with_delta)
{
    const int count = t->width * t->width, log2_size = log2_of(t->width);
    for (int qp = 0; qp <= 51; qp++)
        for (int pattern = 0; pattern < PATTERNS; pattern++) {
            const layout in = coefficient_layout(t, qp & 1);
            layout wide = in;
            const int shift = vr_quant_shift(qp, log2_size), scale = vr_quant_scale(qp);
            const int round = (pattern & 1 ? 171 : 85) << (shift - 9), range = qp % 3 ? 32767 : 900;
            const plane src = check_plane(0, &in), dst = check_plane(1, &in);
            plane original, twin, delta, delta_twin, delta_original;
            int c, fast;
            wide.element = 4;
            delta = check_plane(4, &wide);
            check_fill_16(t, src, pattern, -range - 1, range);
            original = check_twin(dst, 2);
            twin = check_twin(dst, 3);
            if (with_delta) {
                delta_original = check_twin(delta, 5);
                delta_twin = check_twin(delta, 6);
                c = t->c->quant_delta(src.origin, dst.origin, delta.origin, count, scale, round, shift);
                fast = t->fast->quant_delta(src.origin, twin.origin, delta_twin.origin, count, scale, round, shift);
                if (!check_same(t, delta, delta_twin, delta_original, t->width, t->width, 4, "rounding errors"))
                    return 0;
            } else {
                c = t->c->quant(src.origin, dst.origin, count, scale, round, shift);
                fast = t->fast->quant(src.origin, twin.origin, count, scale, round, shift);
            }
            if (!check_equal(t, c, fast, "number of levels") ||
                !check_same(t, dst, twin, original, t->width, t->width, 2, "levels"))
                return 0;
        }
    return 1;
}

static int quant(check *t)
{
    return check_quant(t, 0);
}

static int quant_delta(check *t)
{
    return check_quant(t, 1);
}

static int dequant(check *t)
{
    const int count = t->width * t->width, shift = log2_of(t->width) - 1;
    for (int qp = 0; qp <= 51; qp++)
        for (int pattern = 0; pattern < PATTERNS; pattern++) {
            const layout in = coefficient_layout(t, qp & 1);
            const plane src = check_plane(0, &in), dst = check_plane(1, &in);
            plane original, twin;
            check_fill_16(t, src, pattern, qp & 2 ? -32768 : -90, qp & 2 ? 32767 : 90);
            original = check_twin(dst, 2);
            twin = check_twin(dst, 3);
            t->c->dequant(src.origin, dst.origin, count, vr_dequant_scale(qp), shift);
            t->fast->dequant(src.origin, twin.origin, count, vr_dequant_scale(qp), shift);
            if (!check_same(t, dst, twin, original, t->width, t->width, 2, "coefficients"))
                return 0;
        }
    return 1;
}

/* Levels with all shares of zeros, for count_nonzero and sig_masks. */
static void sparse_levels(check *t, plane p, int share)
{
    int16_t *level = p.origin;
    check_fill_16(t, p, share % 3 ? 0 : share % PATTERNS, share & 1 ? -32768 : -2, share & 1 ? 32767 : 2);
    for (int i = 0; i < t->width * t->width; i++)
        if (check_between(t, 0, 15) < share)
            level[i] = 0;
}

static int count_nonzero(check *t)
{
    for (int share = 0; share < 50; share++) {
        const layout in = coefficient_layout(t, share & 1);
        const plane src = check_plane(0, &in);
        sparse_levels(t, src, share % 17);
        if (!check_equal(t, t->c->count_nonzero(src.origin, t->width * t->width),
                         t->fast->count_nonzero(src.origin, t->width * t->width), "number"))
            return 0;
    }
    return 1;
}

static int sig_masks(check *t)
{
    const int l = VR_L(log2_of(t->width));
    for (int share = 0; share < 50; share++) {
        const layout in = coefficient_layout(t, share & 1);
        const layout out = {t->width / 4, t->width / 4, 0, 0, 0, 0, 2, 0, share & 1};
        const plane src = check_plane(0, &in), dst = check_plane(1, &out);
        plane original, twin;
        sparse_levels(t, src, share % 17);
        original = check_twin(dst, 2);
        twin = check_twin(dst, 3);
        t->c->sig_masks[l](src.origin, dst.origin);
        t->fast->sig_masks[l](src.origin, twin.origin);
        if (!check_same(t, dst, twin, original, t->width / 4, t->width / 4, 2, "masks"))
            return 0;
    }
    return 1;
}

#define ENTRY(name) {#name, name}
const check_entry check_transform_entries[] = {
    ENTRY(dct),   ENTRY(idct),        ENTRY(dst4),    ENTRY(idst4),         ENTRY(idct_dc),
    ENTRY(quant), ENTRY(quant_delta), ENTRY(dequant), ENTRY(count_nonzero), ENTRY(sig_masks),
    {NULL, NULL},
};
