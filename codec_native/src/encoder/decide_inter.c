/* Inter candidates of a coding unit: skip, merge, motion search, partitions. */
#include <string.h>

#include "encoder/ctu.h"
#include "encoder/inter.h"
#include "encoder/motion.h"
#include "encoder/mvpred.h"
#include "encoder/syntax.h"
#include "encoder/transform.h"

/* One prediction unit's best choice. */
typedef struct {
    vr_motion m;
    uint8_t merge, merge_idx, mvp[2];
    vr_mv mvd[2];
    int cost; /* SATD and bits */
} unit_choice;

typedef struct { int x, y, w, h, part_mode, index; int cu_x, cu_y, log2_size; } unit_geometry;

static const vr_pixel *source_at(const vr_coder *c, int x, int y)
{
    return c->src->plane[0] + y * c->src->stride[0] + x;
}

static int same(const vr_motion *a, const vr_motion *b)
{
    for (int l = 0; l < 2; l++)
        if (a->ref[l] != b->ref[l] || (a->ref[l] >= 0 && (a->mv[l].x != b->mv[l].x || a->mv[l].y != b->mv[l].y)))
            return 0;
    return 1;
}

static int satd_of(const vr_coder *c, const unit_geometry *u, const vr_pixel *pred)
{
    return c->k->satd[VR_W(u->w)](source_at(c, u->x, u->y), c->src->stride[0], pred, VR_CTU, u->h);
}

/* Best merge candidate by SATD; its prediction ends in *pred (swapped with *spare). Returns 0 if none is allowed. */
static int search_merge(vr_coder *c, const unit_geometry *u, const vr_motion *cand, int n, unit_choice *out,
                        vr_pixel **pred, vr_pixel **spare)
{
    int tried = 0;
    out->cost = INT32_MAX;
    for (int i = 0; i < n && tried < c->tools->max_merge; i++) {
        int seen = 0, cost;
        for (int j = 0; j < i && !seen; j++)
            seen = same(&cand[i], &cand[j]);
        if (seen || !vr_motion_allowed(c, u->x, u->y, u->w, u->h, &cand[i]))
            continue;
        tried++;
        vr_predict_inter(c, 0, u->x, u->y, u->w, u->h, &cand[i], *spare, VR_CTU);
        cost = satd_of(c, u, *spare) + vr_satd_bits(c, vr_bits_merge_idx(c, i));
        if (cost < out->cost) {
            vr_pixel *t = *pred;
            *pred = *spare;
            *spare = t;
            out->cost = cost;
            out->merge = 1;
            out->merge_idx = (uint8_t)i;
            out->m = cand[i];
        }
    }
    return out->cost != INT32_MAX;
}

/* Best motion by search over lists and references, bi-prediction included; prediction in *pred. */
static int search_motion(vr_coder *c, const unit_geometry *u, const vr_motion *merge, int n_merge, unit_choice *out,
                         vr_pixel **pred, vr_pixel **spare)
{
    const vr_pic *pic = c->pic;
    const uint8_t *ctx = c->cabac.ctx;
    int lists = c->slice_type == VR_SLICE_B ? 2 : 1, depth = VR_CTU_LOG2 - u->log2_size, level = u->log2_size - 3;
    vr_motion_result best[2];
    int best_ref[2] = {-1, -1};
    vr_mv best_mvp[2][2];
    uint32_t dir_bits[3] = {0, 0, 0};

    if (lists == 2) {
        uint32_t uni = u->w + u->h == 12 ? 0 : VR_CTX_BITS(ctx, CTX_INTER_DIR + depth, 0);
        dir_bits[0] = uni + VR_CTX_BITS(ctx, CTX_INTER_DIR + 4, 0);
        dir_bits[1] = uni + VR_CTX_BITS(ctx, CTX_INTER_DIR + 4, 1);
        dir_bits[2] = VR_CTX_BITS(ctx, CTX_INTER_DIR + depth, 1);
    }
    out->cost = INT32_MAX;
    out->merge = 0;
    for (int l = 0; l < lists; l++) {
        best[l].cost = INT32_MAX;
        for (int r = 0; r < pic->n_refs[l]; r++) {
            vr_motion_query q = {u->x, u->y, u->w, u->h, l, r, {{0, 0}, {0, 0}}, 0, {{0, 0}}, 0, {{0, 0}}, 0};
            vr_motion_result found;
            int twin = -1;
            if (l == 1) /* the same picture in list 0 has been searched */
                for (int k = 0; k < pic->n_refs[0]; k++)
                    if (pic->ref[0][k] == pic->ref[1][r])
                        twin = k;
            q.n_mvp = vr_mv_predictors(c, u->cu_x, u->cu_y, 1 << u->log2_size, u->x, u->y, u->w, u->h, l, r, q.mvp);
            if (!q.n_mvp)
                continue;
            if (q.n_mvp < 2)
                q.mvp[1] = q.mvp[0];
            for (int i = 0; i < n_merge && q.n_start < 5; i++)
                for (int k = 0; k < 2 && q.n_start < 5; k++)
                    if (merge[i].ref[k] >= 0 && pic->ref[k][merge[i].ref[k]] == pic->ref[l][r])
                        q.start[q.n_start++] = merge[i].mv[k];
            for (int d = level; d < 4; d++)
                if (c->has_seed[d][l][r] && q.n_start < 8) {
                    q.start[q.n_start++] = c->seed[d][l][r];
                    if (q.n_fine < 2 && d > level)
                        q.fine[q.n_fine++] = c->seed[d][l][r];
                }
            if (pic->base) {
                const vr_motion *m = vr_motion_at(&pic->base->grid, u->x + u->w / 2, u->y + u->h / 2);
                if (m->ref[l] == r && q.n_start < 11) {
                    q.start[q.n_start++] = m->mv[l];
                    if (q.n_fine < 2)
                        q.fine[q.n_fine++] = m->mv[l];
                }
            }
            if (twin >= 0 && c->has_seed[level][0][twin])
                q.start[q.n_start++] = c->seed[level][0][twin];
            if (!vr_motion_search(c, &q, &found))
                continue;
            c->seed[level][l][r] = found.mv;
            c->has_seed[level][l][r] = 1;
            found.cost += vr_satd_bits(c, vr_bits_ref(c, l, r));
            if (found.cost < best[l].cost) {
                best[l] = found;
                best_ref[l] = r;
                best_mvp[l][0] = q.mvp[0];
                best_mvp[l][1] = q.mvp[1];
            }
        }
    }
    for (int l = 0; l < lists; l++) {
        int cost;
        if (best_ref[l] < 0)
            continue;
        cost = best[l].cost + vr_satd_bits(c, dir_bits[l]);
        if (cost < out->cost) {
            out->cost = cost;
            memset(&out->m, 0, sizeof out->m);
            out->m.ref[l] = (int8_t)best_ref[l];
            out->m.ref[!l] = -1;
            out->m.mv[l] = best[l].mv;
        }
    }
    if (out->cost == INT32_MAX)
        return 0;
    if (best_ref[0] >= 0 && best_ref[1] >= 0 && u->w + u->h != 12 &&
        !(pic->ref[0][best_ref[0]] == pic->ref[1][best_ref[1]] && best[0].mv.x == best[1].mv.x &&
          best[0].mv.y == best[1].mv.y)) {
        vr_motion bi = {{best[0].mv, best[1].mv}, {(int8_t)best_ref[0], (int8_t)best_ref[1]}};
        uint32_t bits = dir_bits[2];
        int cost;
        for (int l = 0; l < 2; l++) {
            vr_mv p = best_mvp[l][best[l].mvp];
            bits += vr_bits_ref(c, l, best_ref[l]) + VR_CTX_BITS(ctx, CTX_MVP, best[l].mvp);
            bits += vr_bits_mvd(c, (vr_mv){(int16_t)(bi.mv[l].x - p.x), (int16_t)(bi.mv[l].y - p.y)});
        }
        vr_predict_inter(c, 0, u->x, u->y, u->w, u->h, &bi, *spare, VR_CTU);
        cost = satd_of(c, u, *spare) + vr_satd_bits(c, bits);
        if (cost < out->cost) {
            vr_pixel *t = *pred;
            *pred = *spare;
            *spare = t;
            out->cost = cost;
            out->m = bi;
        }
    }
    for (int l = 0; l < 2; l++)
        if (out->m.ref[l] >= 0) {
            vr_mv p = best_mvp[l][best[l].mvp];
            out->mvp[l] = (uint8_t)best[l].mvp;
            out->mvd[l] = (vr_mv){(int16_t)(out->m.mv[l].x - p.x), (int16_t)(out->m.mv[l].y - p.y)};
        }
    if (out->m.ref[0] < 0 || out->m.ref[1] < 0)
        vr_predict_inter(c, 0, u->x, u->y, u->w, u->h, &out->m, *pred, VR_CTU);
    return 1;
}

static void put_choice(vr_cu *cu, int unit, const unit_choice *u)
{
    cu->motion[unit] = u->m;
    cu->merge[unit] = u->merge;
    cu->merge_idx[unit] = u->merge_idx;
    memcpy(cu->mvp[unit], u->mvp, 2);
    memcpy(cu->mvd[unit], u->mvd, sizeof u->mvd);
}

/* Q15 bits of a unit's motion syntax. */
static uint32_t choice_bits(const vr_coder *c, const vr_cu *cu, int unit)
{
    const uint8_t *ctx = c->cabac.ctx;
    const vr_motion *m = &cu->motion[unit];
    int bi = m->ref[0] >= 0 && m->ref[1] >= 0;
    uint32_t bits = VR_CTX_BITS(ctx, CTX_MERGE_FLAG, cu->merge[unit]);
    if (cu->merge[unit])
        return bits + vr_bits_merge_idx(c, cu->merge_idx[unit]);
    if (c->slice_type == VR_SLICE_B) {
        if (!vr_one_direction(cu))
            bits += VR_CTX_BITS(ctx, CTX_INTER_DIR + VR_CTU_LOG2 - cu->log2_size, bi);
        if (!bi)
            bits += VR_CTX_BITS(ctx, CTX_INTER_DIR + 4, m->ref[1] >= 0);
    }
    for (int l = 0; l < 2; l++)
        if (m->ref[l] >= 0)
            bits += vr_bits_ref(c, l, m->ref[l]) + vr_bits_mvd(c, cu->mvd[unit][l]) +
                    VR_CTX_BITS(ctx, CTX_MVP, cu->mvp[unit][l]);
    return bits;
}

/* Code the luma residual of `pred` with one transform level; result in buffer `buf` of the depth. */
static double code_residual(vr_coder *c, vr_cu *cu, int x, int y, const vr_pixel *pred, int split, int buf,
                            uint32_t *bits)
{
    int log2_size = cu->log2_size, tus = split ? 4 : 1, tu_log2 = log2_size - split, tu_size = 1 << tu_log2;
    vr_depth_buf *d = &c->depth[log2_size - 3];
    int size = 1 << log2_size, cbf_ctx = CTX_CBF_LUMA + (split == 0);
    const uint8_t *ctx = c->cabac.ctx;
    uint64_t sse = 0;
    vr_tu tu = {tu_log2, 0, 0, 0, c->tools->rdoq, 0};
    tu.cbf_cost = c->lambda_q15 * ((double)VR_CTX_BITS(ctx, cbf_ctx, 1) - VR_CTX_BITS(ctx, cbf_ctx, 0));
    cu->cbf[0] = 0;
    cu->tu_split = (uint8_t)split;
    for (int i = 0; i < tus; i++) {
        int ox = (i & 1) * tu_size, oy = (i >> 1) * tu_size, n;
        int16_t *level = d->coef[buf] + i * tu_size * tu_size;
        const vr_pixel *src = source_at(c, x + ox, y + oy), *p = pred + oy * VR_CTU + ox;
        vr_pixel *dst = d->recon[buf] + oy * size + ox;
        n = vr_tu_encode(c, &tu, src, c->src->stride[0], p, VR_CTU, level);
        vr_tu_reconstruct(c, &tu, level, n, p, VR_CTU, dst, size);
        if (n) {
            cu->cbf[0] |= (uint8_t)(1 << i);
            *bits += vr_tu_bits(c, &tu, level);
        }
        *bits += VR_CTX_BITS(ctx, cbf_ctx, n > 0);
        sse += c->k->sse[VR_W(tu_size)](src, c->src->stride[0], dst, size, tu_size);
    }
    return (double)sse;
}

/* Full cost of a coding unit with prediction `pred`: with residual, and without. Replaces *best when cheaper. Returns 1
 * when no residual remained. */
static int try_residual(vr_coder *c, vr_cu *cu, int x, int y, const vr_pixel *pred, int satd, vr_candidate *best)
{
    const uint8_t *ctx = c->cabac.ctx;
    int log2_size = cu->log2_size, merge = cu->merge[0] && cu->part_mode == VR_PART_2Nx2N, none;
    uint32_t header = vr_bits_skip(c, x, y, 0) + VR_CTX_BITS(ctx, CTX_PRED_MODE, 0) +
                      vr_bits_part(c, log2_size, cu->part_mode) + choice_bits(c, cu, 0), bits;
    int forced = log2_size == 6 || (c->seq->tu_depth_inter == 0 && cu->part_mode != VR_PART_2Nx2N);
    double cost;
    if (cu->part_mode != VR_PART_2Nx2N)
        header += choice_bits(c, cu, 1);
    if (!merge)
        header += VR_CTX_BITS(ctx, CTX_ROOT_CBF, 1);
    cu->pred_mode = VR_MODE_INTER;
    cu->qp = (int8_t)c->qp;
    bits = header;
    if (!forced && c->seq->tu_depth_inter)
        bits += VR_CTX_BITS(ctx, CTX_SPLIT_TU + 5 - log2_size, 0);
    cost = code_residual(c, cu, x, y, pred, forced, !best->buf, &bits);
    cost += c->lambda_q15 * bits;
    none = !cu->cbf[0];
    if (none && merge) /* the same as skip, which has been tried */
        return 1;
    if (none && !merge)
        cost += c->lambda_q15 * ((double)VR_CTX_BITS(ctx, CTX_ROOT_CBF, 0) - VR_CTX_BITS(ctx, CTX_ROOT_CBF, 1) -
                                 (double)(bits - header));
    if (cost < best->cost) {
        best->cost = cost;
        best->cu = *cu;
        best->satd = satd;
        best->buf = !best->buf;
    }
    if (!none && !forced && c->seq->tu_depth_inter && c->tools->tu_split_inter && log2_size > 3) {
        bits = header + VR_CTX_BITS(ctx, CTX_SPLIT_TU + 5 - log2_size, 1);
        cost = code_residual(c, cu, x, y, pred, 1, !best->buf, &bits) + c->lambda_q15 * bits;
        if (cu->cbf[0] && cost < best->cost) {
            best->cost = cost;
            best->cu = *cu;
            best->satd = satd;
            best->buf = !best->buf;
        }
    }
    return none;
}

static void try_skip(vr_coder *c, const vr_cu *cu, int x, int y, const vr_pixel *pred, int satd, vr_candidate *best)
{
    int size = 1 << cu->log2_size;
    uint32_t bits = vr_bits_skip(c, x, y, 1) + vr_bits_merge_idx(c, cu->merge_idx[0]);
    double cost = (double)c->k->sse[VR_W(size)](source_at(c, x, y), c->src->stride[0], pred, VR_CTU, size) +
                  c->lambda_q15 * bits;
    if (cost >= best->cost)
        return;
    best->buf = !best->buf;
    best->cost = cost;
    best->satd = satd;
    best->cu = *cu;
    best->cu.pred_mode = VR_MODE_SKIP;
    best->cu.tu_split = cu->log2_size == 6;
    best->cu.cbf[0] = 0;
    best->cu.qp = (int8_t)c->qp;
    c->k->copy[VR_W(size)](pred, VR_CTU, c->depth[cu->log2_size - 3].recon[best->buf], size, size);
}

static void try_partition(vr_coder *c, int x, int y, int log2_size, int part, vr_pixel **pred, vr_pixel **spare,
                          int satd_limit, vr_candidate *best)
{
    int size = 1 << log2_size, half = size / 2, total = 0;
    vr_pixel *whole = c->tmp[1];
    vr_cu cu;
    memset(&cu, 0, sizeof cu);
    cu.log2_size = (uint8_t)log2_size;
    cu.part_mode = (uint8_t)part;
    for (int i = 0; i < 2; i++) {
        int ox = part == VR_PART_Nx2N ? i * half : 0, oy = part == VR_PART_2NxN ? i * half : 0;
        unit_geometry u = {x + ox, y + oy, part == VR_PART_Nx2N ? half : size, part == VR_PART_2NxN ? half : size,
                           part, i, x, y, log2_size};
        unit_choice merge, motion, *pick = NULL;
        vr_motion cand[VR_MAX_MERGE];
        int n = vr_merge_candidates(c, x, y, size, u.x, u.y, u.w, u.h, part, i, cand);
        memset(&merge, 0, sizeof merge);
        memset(&motion, 0, sizeof motion);
        if (search_merge(c, &u, cand, n, &merge, pred, spare)) {
            pick = &merge;
            c->k->copy[VR_W(u.w)](*pred, VR_CTU, whole + oy * VR_CTU + ox, VR_CTU, u.h);
        }
        if (search_motion(c, &u, cand, n, &motion, pred, spare) && (!pick || motion.cost < merge.cost)) {
            pick = &motion;
            c->k->copy[VR_W(u.w)](*pred, VR_CTU, whole + oy * VR_CTU + ox, VR_CTU, u.h);
        }
        if (!pick)
            return;
        total += pick->cost;
        if (total >= satd_limit)
            return;
        put_choice(&cu, i, pick);
        vr_store_motion(c, u.x, u.y, u.w, u.h, &pick->m);
    }
    try_residual(c, &cu, x, y, whole, total, best);
}

/* The best quality skipped a unit of at least this size here: what it does without, a lower one does without too. */
static int base_skips(const vr_coder *c, int x, int y, int log2_size)
{
    const vr_frame *base = c->pic->base;
    int cell = base ? base->grid.flags[(y >> 3) * base->grid.stride8 + (x >> 3)] : 0;
    return (cell & VR_CELL_SKIP) && cell >> 4 >= log2_size;
}

int vr_inter_modes(vr_coder *c, int x, int y, int log2_size, vr_candidate *best)
{
    int size = 1 << log2_size, quiet = 0, n;
    /* At the border of a constrained tile vectors are few: what lies away from it may still move freely. */
    int cares = c->seq->param.mcts && c->tools->border_effort;
    int above = cares && (y == c->tile->y0 || y + size == c->tile->y1);
    int beside = cares && (x == c->tile->x0 || x + size == c->tile->x1);
    vr_depth_buf *d = &c->depth[log2_size - 3];
    vr_pixel *pred = d->pred[0], *spare = d->pred[1];
    unit_geometry u = {x, y, size, size, VR_PART_2Nx2N, 0, x, y, log2_size};
    unit_choice merge, motion;
    vr_motion cand[VR_MAX_MERGE];
    vr_cu cu;

    memset(&merge, 0, sizeof merge);
    memset(&motion, 0, sizeof motion);
    memset(&cu, 0, sizeof cu);
    cu.log2_size = (uint8_t)log2_size;
    n = vr_merge_candidates(c, x, y, size, x, y, size, size, VR_PART_2Nx2N, 0, cand);
    if (search_merge(c, &u, cand, n, &merge, &pred, &spare)) {
        put_choice(&cu, 0, &merge);
        try_skip(c, &cu, x, y, pred, merge.cost, best);
        quiet = try_residual(c, &cu, x, y, pred, merge.cost, best);
        if (c->tools->early_skip && !beside && !above && (quiet || base_skips(c, x, y, log2_size)))
            return 1;
    } else
        merge.cost = INT32_MAX;
    if (!(log2_size == 6 && c->tools->skip_only_64 && merge.cost != INT32_MAX) &&
        search_motion(c, &u, cand, n, &motion, &pred, &spare) &&
        (merge.cost == INT32_MAX || motion.cost < merge.cost)) {
        put_choice(&cu, 0, &motion);
        try_residual(c, &cu, x, y, pred, motion.cost, best);
    }
    if (best->cost < 1e29 && best->cu.cbf[0]) {
        int anywhere = c->tools->rect && log2_size > 3, at_border = log2_size > 3 || c->seq->thin;
        if (anywhere || (at_border && above))
            try_partition(c, x, y, log2_size, VR_PART_2NxN, &pred, &spare, best->satd, best);
        if (anywhere || (at_border && beside))
            try_partition(c, x, y, log2_size, VR_PART_Nx2N, &pred, &spare, best->satd, best);
    }
    return 0;
}
