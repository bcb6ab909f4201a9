/* Rate-distortion optimised quantisation: for every coefficient the level, per sub-block whether to keep it, and the
 * last position, by cost D + lambda * R with R from the contexts at the start of the CTU. The order of decisions is
 * that of the HM, with costs kept relative to an all-zero block, so that zero
 * coefficients outside coded sub-blocks cost no time. */
#include <stdlib.h>
#include <string.h>

#include "encoder/scan.h"
#include "encoder/transform.h"

typedef struct {
    const uint8_t *ctx;
    int chroma;
    int set;            /* greater1 context set */
    int c1, n_c1, n_c2; /* as in 9.3.4.2.6: greater1Ctx, flags used */
    int rice;
} level_state;

/* Q15 bits of an absolute level >= 1 with its sign, without its significance flag. */
static uint32_t level_bits(const level_state *s, int level)
{
    uint32_t bits = VR_BITS(1);
    int base = s->n_c1 < 8 ? 2 + (s->n_c2 < 1) : 1;
    int gt1 = CTX_GT1 + (s->chroma ? 16 : 0) + s->set * 4 + s->c1;
    int gt2 = CTX_GT2 + (s->chroma ? 4 : 0) + s->set;
    if (s->n_c1 < 8) {
        bits += VR_CTX_BITS(s->ctx, gt1, level > 1);
        if (level > 1 && s->n_c2 < 1)
            bits += VR_CTX_BITS(s->ctx, gt2, level > 2);
    }
    if (level >= base) {
        int rest = level - base;
        if (rest < 3 << s->rice)
            bits += VR_BITS((rest >> s->rice) + 1 + s->rice);
        else {
            int length = s->rice;
            rest -= 3 << s->rice;
            while (rest >= 1 << length)
                rest -= 1 << length++;
            bits += VR_BITS(3 + length + 1 - s->rice + length);
        }
    }
    return bits;
}

static void level_coded(level_state *s, int level)
{
    int base = s->n_c1 < 8 ? 2 + (s->n_c2 < 1) : 1;
    if (level >= base && level > 3 << s->rice && s->rice < 4)
        s->rice++;
    if (level > 1) {
        s->c1 = 0;
        s->n_c2++;
    } else if (s->c1 > 0 && s->c1 < 3)
        s->c1++;
    s->n_c1++;
}

/* Q15 bits of last_sig_coeff_{x,y} prefixes and suffixes up to each group index. */
static void last_bits(const vr_tu *tu, const uint8_t *ctx, uint32_t bits_x[10], uint32_t bits_y[10])
{
    int log2_size = tu->log2_size, longest = 2 * log2_size - 1;
    int offset = tu->plane ? 15 : 3 * (log2_size - 2) + ((log2_size - 1) >> 2);
    int shift = tu->plane ? log2_size - 2 : (log2_size + 1) >> 2;
    uint32_t sum_x = 0, sum_y = 0;
    for (int g = 0; g <= longest; g++) {
        uint32_t suffix = g > 3 ? VR_BITS((g >> 1) - 1) : 0;
        bits_x[g] = sum_x + suffix + (g < longest ? VR_CTX_BITS(ctx, CTX_LAST_X + offset + (g >> shift), 0) : 0);
        bits_y[g] = sum_y + suffix + (g < longest ? VR_CTX_BITS(ctx, CTX_LAST_Y + offset + (g >> shift), 0) : 0);
        sum_x += VR_CTX_BITS(ctx, CTX_LAST_X + offset + (g >> shift), 1);
        sum_y += VR_CTX_BITS(ctx, CTX_LAST_Y + offset + (g >> shift), 1);
    }
}

int vr_rdoq(vr_coder *c, const vr_tu *tu, const int16_t *coef, int16_t *level)
{
    int log2_size = tu->log2_size, count = 1 << (2 * log2_size), cg_log2 = log2_size - 2, cg_size = 1 << cg_log2;
    int qp = vr_tu_qp(c, tu->plane), scale = vr_quant_scale(qp), shift = vr_quant_shift(qp, log2_size);
    /* Distortion of a coefficient error in squared samples: the transform scales by 2^(7 - log2 size). */
    double unit = 1.0 / ((double)scale * scale) / (double)(1 << (2 * (7 - log2_size)));
    double lambda = c->lambda_q15, total = 0, best;
    const uint8_t *ctx = c->cabac.ctx, *cg_scan = vr_scan.cg[tu->scan][cg_log2], *pos = vr_scan.pos[tu->scan];
    double rel[1024], sig[1024], group_cost[64]; /* by scan index: level cost, significance cost; sub-block flag */
    uint16_t raster[64];
    uint8_t coded[8][8] = {{0}};
    uint32_t bits_x[10], bits_y[10];
    int nonzero, top_cg, greater1 = 1, best_last = -1;

    nonzero = c->k->quant_delta(coef, level, c->delta, count, scale, 1 << (shift - 1), shift);
    if (!nonzero)
        return 0;
    c->k->sig_masks[VR_L(log2_size)](level, raster);
    top_cg = (1 << (2 * cg_log2)) - 1;
    while (!raster[cg_scan[top_cg]])
        top_cg--;

    for (int cg = top_cg; cg >= 0; cg--) {
        int r = cg_scan[cg], cgx = r & (cg_size - 1), cgy = r >> cg_log2;
        int origin = (cgy << (2 + log2_size)) + (cgx << 2);
        int right = cgx + 1 < cg_size ? coded[cgy][cgx + 1] : 0;
        int below = cgy + 1 < cg_size ? coded[cgy + 1][cgx] : 0;
        int csbf_ctx = CTX_CSBF + (tu->plane ? 2 : 0) + (right | below), flagged = cg != top_cg && cg != 0;
        const uint8_t *base = log2_size == 2 ? vr_scan.sig_4x4 : vr_scan.sig_base[right | below << 1];
        int sig_ctx = CTX_SIG + vr_sig_offset(log2_size, tu->plane > 0, tu->scan, cg);
        uint32_t mask = raster[r] ? vr_scan_mask(tu->scan, raster[r]) : 0;
        int top = cg == top_cg ? 31 - __builtin_clz(mask) : 15, kept = 0;
        double sum = 0;
        level_state s = {ctx, tu->plane > 0, (cg == 0 || tu->plane ? 0 : 2) + (greater1 == 0), 1, 0, 0, 0};

        group_cost[cg] = 0;
        if (!mask && flagged) {
            group_cost[cg] = lambda * VR_CTX_BITS(ctx, csbf_ctx, 0);
            total += group_cost[cg];
            continue;
        }
        for (int i = top; i >= 0; i--) {
            int at = origin + ((pos[i] >> 2) << log2_size) + (pos[i] & 3), n = cg * 16 + i;
            int sc = i == 0 && cg == 0 ? CTX_SIG + (tu->plane ? 27 : 0) : sig_ctx + base[pos[i]];
            int is_top = cg == top_cg && i == top, q, choice = 0;
            double value, zero_sig, cost, best_rel = 0, best_sig;
            zero_sig = is_top ? 0 : lambda * VR_CTX_BITS(ctx, sc, 0);
            rel[n] = 0;
            sig[n] = zero_sig;
            if (!(mask >> i & 1)) {
                sum += zero_sig;
                continue;
            }
            q = level[at] < 0 ? -level[at] : level[at];
            value = (double)abs(coef[at]) * scale;
            best_sig = zero_sig;
            cost = q > 2 || is_top ? 1e30 : zero_sig; /* 0 is tried for small levels only */
            {
                double one_sig = is_top ? 0 : lambda * VR_CTX_BITS(ctx, sc, 1);
                for (int l = q; l >= VR_MAX(1, q - 1); l--) {
                    double error = value - ((double)l * (1 << (shift - 8))) * 256.0;
                    double relative = (error * error - value * value) * unit + lambda * level_bits(&s, l);
                    if (relative + one_sig < cost) {
                        cost = relative + one_sig;
                        best_rel = relative;
                        best_sig = one_sig;
                        choice = l;
                    }
                }
            }
            rel[n] = best_rel;
            sig[n] = best_sig;
            sum += best_rel + best_sig;
            level[at] = (int16_t)(level[at] < 0 ? -choice : choice);
            if (choice) {
                level_coded(&s, choice);
                kept++;
            }
        }
        if (flagged) {
            double keep = sum + lambda * VR_CTX_BITS(ctx, csbf_ctx, 1), drop = lambda * VR_CTX_BITS(ctx, csbf_ctx, 0);
            if (!kept || drop < keep) {
                for (int i = 0; i < 16; i++) {
                    level[origin + ((pos[i] >> 2) << log2_size) + (pos[i] & 3)] = 0;
                    rel[cg * 16 + i] = sig[cg * 16 + i] = 0;
                }
                raster[r] = 0;
                group_cost[cg] = drop;
                total += drop;
                continue;
            }
            group_cost[cg] = lambda * VR_CTX_BITS(ctx, csbf_ctx, 1);
            total += group_cost[cg];
        }
        coded[cgy][cgx] = 1;
        if (kept)
            greater1 = s.c1;
        total += sum;
    }

    /* Last position: drop trailing ones while that is cheaper; dropping all saves the coded block flag too. */
    last_bits(tu, ctx, bits_x, bits_y);
    best = 0;
    total += tu->cbf_cost;
    for (int cg = top_cg, stop = 0; cg >= 0 && !stop; cg--) {
        int r = cg_scan[cg], cgx = r & (cg_size - 1), cgy = r >> cg_log2;
        total -= group_cost[cg];
        if (!coded[cgy][cgx])
            continue;
        for (int i = cg == top_cg ? 31 - __builtin_clz(vr_scan_mask(tu->scan, raster[r])) : 15; i >= 0; i--) {
            int x = (cgx << 2) + (pos[i] & 3), y = (cgy << 2) + (pos[i] >> 2), n = cg * 16 + i;
            int q = level[(y << log2_size) + x];
            if (q) {
                int gx = vr_scan.group[tu->scan == VR_SCAN_VER ? y : x];
                int gy = vr_scan.group[tu->scan == VR_SCAN_VER ? x : y];
                double cost = total - sig[n] + lambda * (bits_x[gx] + bits_y[gy]);
                if (cost < best) {
                    best = cost;
                    best_last = n;
                }
                if (q > 1 || q < -1) {
                    stop = 1;
                    break;
                }
            }
            total -= rel[n] + sig[n];
        }
    }
    if (best_last < 0) {
        memset(level, 0, sizeof *level * (size_t)count);
        return 0;
    }
    for (int n = top_cg * 16 + 15; n > best_last; n--) {
        int r = cg_scan[n >> 4];
        level[(((r >> cg_log2) << 2) + (pos[n & 15] >> 2)) * (1 << log2_size) + ((r & (cg_size - 1)) << 2) +
              (pos[n & 15] & 3)] = 0;
    }
    nonzero = c->k->count_nonzero(level, count);
    if (c->tools->sign_hiding && nonzero > 1) {
        for (int i = 0; i < count; i++) {
            int q = level[i] < 0 ? -level[i] : level[i];
            c->delta[i] = (int32_t)(((int64_t)abs(coef[i]) * scale - ((int64_t)q << shift)) >> (shift - 8));
        }
        nonzero = vr_sign_hiding(c, tu, coef, level, c->delta);
    }
    return nonzero;
}
