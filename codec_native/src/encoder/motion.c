#include "encoder/motion.h"

#include <stdlib.h>

#include "encoder/inter.h"
#include "encoder/syntax.h"

typedef struct {
    vr_coder *c;
    const vr_motion_query *q;
    const vr_frame *ref;
    const vr_pixel *src, *origin; /* block in the source; same position in the reference */
    ptrdiff_t src_stride, ref_stride;
    vr_mv best;                   /* full samples during the first stage, quarter samples after */
    int best_cost;
} search;

/* Approximate bits of one component of a vector difference, quarter samples. */
static inline int component_bits(int d)
{
    return d ? 2 * (32 - __builtin_clz((unsigned)abs(d))) + 1 : 1;
}

static int mv_cost(const search *s, int x, int y)
{
    const vr_mv *p = s->q->mvp;
    int b0 = component_bits(x - p[0].x) + component_bits(y - p[0].y);
    int b1 = component_bits(x - p[1].x) + component_bits(y - p[1].y);
    return (int)(((int64_t)s->c->lambda_satd_q15 * VR_MIN(b0, b1)) >> 15);
}

static int allowed(const search *s, int x, int y)
{
    if (x < -32768 || x > 32767 || y < -32768 || y > 32767)
        return 0;
    return vr_mv_allowed(s->c, s->q->x, s->q->y, s->q->w, s->q->h, (vr_mv){(int16_t)x, (int16_t)y});
}

/* SAD at a full-sample vector. */
static void try_full(search *s, int x, int y)
{
    int cost = mv_cost(s, x * 4, y * 4);
    if (cost >= s->best_cost || !allowed(s, x * 4, y * 4))
        return;
    cost += s->c->k->sad[VR_W(s->q->w)](s->src, s->src_stride, s->origin + y * s->ref_stride + x, s->ref_stride, s->q->h);
    if (cost < s->best_cost) {
        s->best_cost = cost;
        s->best.x = (int16_t)x;
        s->best.y = (int16_t)y;
    }
}

/* Four full-sample vectors at once. */
static void try_full_x4(search *s, const int8_t offset[4][2])
{
    const vr_pixel *p[4];
    int32_t sad[4];
    int bx = s->best.x, by = s->best.y, all = 1;
    for (int i = 0; i < 4; i++) {
        int x = bx + offset[i][0], y = by + offset[i][1];
        all &= allowed(s, x * 4, y * 4);
        p[i] = s->origin + y * s->ref_stride + x;
    }
    if (!all) {
        for (int i = 0; i < 4; i++)
            try_full(s, bx + offset[i][0], by + offset[i][1]);
        return;
    }
    s->c->k->sad_x4[VR_W(s->q->w)](s->src, s->src_stride, p[0], p[1], p[2], p[3], s->ref_stride, s->q->h, sad);
    for (int i = 0; i < 4; i++) {
        int x = bx + offset[i][0], y = by + offset[i][1], cost = sad[i] + mv_cost(s, x * 4, y * 4);
        if (cost < s->best_cost) {
            s->best_cost = cost;
            s->best.x = (int16_t)x;
            s->best.y = (int16_t)y;
        }
    }
}

/* Near the border of a constrained tile only even displacements across it are allowed: a diamond of two samples, then one. */
static void border_search(search *s)
{
    static const int8_t wide[4][2] = {{0, -2}, {-2, 0}, {2, 0}, {0, 2}};
    static const int8_t narrow[4][2] = {{0, -1}, {-1, 0}, {1, 0}, {0, 1}};
    for (int i = 0; i < s->c->tools->me_iterations; i++) {
        vr_mv centre = s->best;
        try_full_x4(s, wide);
        if (centre.x == s->best.x && centre.y == s->best.y)
            try_full_x4(s, narrow);
        if (centre.x == s->best.x && centre.y == s->best.y)
            return;
    }
}

static int near_border(const search *s)
{
    const vr_motion_query *q = s->q;
    const vr_tile *t = s->c->tile;
    int x = q->x + s->best.x, y = q->y + s->best.y;
    return x < t->x0 + 4 || y < t->y0 + 4 || x + q->w > t->x1 - 5 || y + q->h > t->y1 - 5;
}

static void full_search(search *s)
{
    static const int8_t cross[4][2] = {{0, -1}, {-1, 0}, {1, 0}, {0, 1}};
    static const int8_t corners[4][2] = {{-1, -1}, {1, -1}, {-1, 1}, {1, 1}};
    static const int8_t hex_a[4][2] = {{-2, 0}, {-1, -2}, {1, -2}, {2, 0}};
    static const int8_t hex_b[4][2] = {{-1, 2}, {1, 2}, {0, -4}, {0, 4}};
    int range = s->c->tools->search_range;
    vr_mv start = s->best;
    if (s->c->seq->param.mcts && near_border(s)) {
        border_search(s);
        return;
    }
    if (range <= 8) { /* small diamond only */
        for (int i = 0; i < s->c->tools->me_iterations; i++) {
            vr_mv centre = s->best;
            try_full_x4(s, cross);
            if (centre.x == s->best.x && centre.y == s->best.y)
                return;
        }
        return;
    }
    for (int i = 0; i < s->c->tools->me_iterations; i++) {
        vr_mv centre = s->best;
        try_full_x4(s, hex_a);
        if (centre.x == s->best.x && centre.y == s->best.y)
            try_full_x4(s, hex_b);
        if (centre.x == s->best.x && centre.y == s->best.y)
            break;
        if (abs(s->best.x - start.x) > range || abs(s->best.y - start.y) > range)
            break;
    }
    try_full_x4(s, cross);
    if (s->c->tools->subpel)
        try_full_x4(s, corners);
}

static int satd_at(search *s, int x, int y)
{
    const vr_motion_query *q = s->q;
    vr_coder *c = s->c;
    if (!((x | y) & 3))
        return c->k->satd[VR_W(q->w)](s->src, s->src_stride, s->origin + (y >> 2) * s->ref_stride + (x >> 2),
                                      s->ref_stride, q->h);
    vr_predict_luma_uni(c, s->ref, q->x, q->y, q->w, q->h, (vr_mv){(int16_t)x, (int16_t)y}, c->tmp[2], VR_CTU);
    return c->k->satd[VR_W(q->w)](s->src, s->src_stride, c->tmp[2], VR_CTU, q->h);
}

static void try_sub(search *s, int x, int y)
{
    int cost = mv_cost(s, x, y);
    if (cost >= s->best_cost || !allowed(s, x, y))
        return;
    cost += satd_at(s, x, y);
    if (cost < s->best_cost) {
        s->best_cost = cost;
        s->best.x = (int16_t)x;
        s->best.y = (int16_t)y;
    }
}

/* Refine by `step` quarter samples: the four direct neighbours, then the diagonal between the better ones. */
static void refine(search *s, int step)
{
    int cx = s->best.x, cy = s->best.y, costs[4];
    static const int8_t d[4][2] = {{-1, 0}, {1, 0}, {0, -1}, {0, 1}};
    for (int i = 0; i < 4; i++) {
        int x = cx + d[i][0] * step, y = cy + d[i][1] * step, cost;
        costs[i] = INT32_MAX;
        if (!allowed(s, x, y))
            continue;
        cost = mv_cost(s, x, y) + satd_at(s, x, y);
        costs[i] = cost;
        if (cost < s->best_cost) {
            s->best_cost = cost;
            s->best.x = (int16_t)x;
            s->best.y = (int16_t)y;
        }
    }
    if (s->c->tools->subpel) {
        for (int i = -1; i <= 1; i += 2)
            for (int j = -1; j <= 1; j += 2)
                try_sub(s, cx + i * step, cy + j * step);
    } else {
        int dx = costs[0] < costs[1] ? -1 : 1, dy = costs[2] < costs[3] ? -1 : 1;
        try_sub(s, cx + dx * step, cy + dy * step);
    }
}

/* Nearest full-sample displacement that keeps the block within [lo, hi); even near the border, where odd ones need
 * chroma samples from beyond it. */
static int inside(int v, int pos, int size, int lo, int hi)
{
    int least = lo - pos, most = hi - pos - size;
    v = vr_clip3(least, most, v);
    return v < least + 3 || v > most - 4 ? v & ~1 : v;
}

/* Nearest allowed vector component, quarter samples. */
static int inside_quarter(int v, int pos, int size, int lo, int hi)
{
    v = vr_clip3(4 * (lo - pos), 4 * (hi - pos - size), v);
    if (v & 7 && (pos + (v >> 2) - 3 < lo || pos + (v >> 2) + size + 4 > hi))
        v = (v + 4) & ~7;
    return v;
}

int vr_motion_search(vr_coder *c, const vr_motion_query *q, vr_motion_result *out)
{
    const vr_frame *ref = c->pic->ref[q->list][q->ref_idx];
    search s = {c, q, ref, c->src->plane[0] + q->y * c->src->stride[0] + q->x,
                ref->plane[0] + q->y * ref->stride[0] + q->x, c->src->stride[0], ref->stride[0], {0, 0}, INT32_MAX};
    uint32_t bits[2];

    for (int i = 0; i < q->n_start + 3; i++) {
        vr_mv v = i < 2 ? q->mvp[i] : i == 2 ? (vr_mv){0, 0} : q->start[i - 3];
        int x = (v.x + 2) >> 2, y = (v.y + 2) >> 2;
        if (c->seq->param.mcts) {
            x = inside(x, q->x, q->w, c->tile->x0, c->tile->x1);
            y = inside(y, q->y, q->h, c->tile->y0, c->tile->y1);
        }
        if (s.best_cost != INT32_MAX && x == s.best.x && y == s.best.y)
            continue;
        try_full(&s, x, y);
    }
    if (s.best_cost == INT32_MAX)
        return 0;
    full_search(&s);
    s.best.x = (int16_t)(s.best.x * 4);
    s.best.y = (int16_t)(s.best.y * 4);
    s.best_cost = satd_at(&s, s.best.x, s.best.y) + mv_cost(&s, s.best.x, s.best.y);
    /* Predictors and vectors of the unit above in the tree are often right to the quarter sample already. */
    for (int i = 0; i < 2 + q->n_fine; i++) {
        vr_mv v = i < 2 ? q->mvp[i] : q->fine[i - 2];
        if (c->seq->param.mcts) {
            v.x = (int16_t)inside_quarter(v.x, q->x, q->w, c->tile->x0, c->tile->x1);
            v.y = (int16_t)inside_quarter(v.y, q->y, q->h, c->tile->y0, c->tile->y1);
        }
        if ((v.x | v.y) & 3 && abs(v.x - s.best.x) < 8 && abs(v.y - s.best.y) < 8)
            try_sub(&s, v.x, v.y);
    }
    if (c->tools->subpel || !((s.best.x | s.best.y) & 3))
        refine(&s, 2);
    refine(&s, 1);

    for (int i = 0; i < 2; i++)
        bits[i] = vr_bits_mvd(c, (vr_mv){(int16_t)(s.best.x - q->mvp[i].x), (int16_t)(s.best.y - q->mvp[i].y)}) +
                  VR_CTX_BITS(c->cabac.ctx, CTX_MVP, i);
    out->mv = s.best;
    out->mvp = q->n_mvp > 1 && bits[1] < bits[0];
    out->cost = s.best_cost - mv_cost(&s, s.best.x, s.best.y) + vr_satd_bits(c, bits[out->mvp]);
    return 1;
}
