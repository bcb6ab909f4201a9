#include "encoder/mvpred.h"

#include <stdlib.h>
#include <string.h>

#define UNKNOWN (-1)

/* Availability of a neighbouring prediction block (6.4.2): inside the tile, coded before, and inter. (x, y) is the current
 * unit, (cx, cy) its coding unit. Returns its motion or NULL. */
static const vr_motion *neighbour(const vr_coder *c, int cx, int cy, int cs, int x, int y, int nx, int ny)
{
    const vr_motion *m;
    if (nx >= cx && ny >= cy && nx < cx + cs && ny < cy + cs) {
        if (ny >= y && nx >= x) /* inside the same coding unit the second knows the first */
            return NULL;
    } else if (!vr_available(c->tile, cx, cy, nx, ny))
        return NULL;
    m = vr_motion_at(&c->frame->grid, nx, ny);
    return m->ref[0] >= 0 || m->ref[1] >= 0 ? m : NULL;
}

static int same_motion(const vr_motion *a, const vr_motion *b)
{
    for (int l = 0; l < 2; l++) {
        if (a->ref[l] != b->ref[l])
            return 0;
        if (a->ref[l] >= 0 && (a->mv[l].x != b->mv[l].x || a->mv[l].y != b->mv[l].y))
            return 0;
    }
    return 1;
}

/* 8.5.3.2.7, (8-179) ff. */
static vr_mv scale_mv(vr_mv mv, int poc_diff_cand, int poc_diff)
{
    int td = vr_clip3(-128, 127, poc_diff_cand), tb = vr_clip3(-128, 127, poc_diff), tx, factor, v[2] = {mv.x, mv.y};
    if (!td)
        return mv;
    tx = (16384 + (abs(td) >> 1)) / td;
    factor = vr_clip3(-4096, 4095, (tb * tx + 32) >> 6);
    for (int i = 0; i < 2; i++) {
        int p = factor * v[i];
        v[i] = vr_clip3(-32768, 32767, (p < 0 ? -1 : p > 0) * ((abs(p) + 127) >> 8));
    }
    return (vr_mv){(int16_t)v[0], (int16_t)v[1]};
}

/* Temporal candidate at one position of the collocated picture (8.5.3.2.9). */
static int temporal_at(const vr_coder *c, int x, int y, int list, int ref_idx, vr_mv *out)
{
    const vr_pic *pic = c->pic;
    const vr_frame *col = pic->ref[pic->collocated_list][0];
    const vr_motion *m = vr_motion_at(&col->grid, x & ~15, y & ~15);
    int from, diff_col, diff, no_future = 1;
    if (m->ref[0] < 0 && m->ref[1] < 0)
        return 0;
    if (m->ref[0] < 0)
        from = 1;
    else if (m->ref[1] < 0)
        from = 0;
    else {
        for (int l = 0; l < 2; l++)
            for (int i = 0; i < pic->n_refs[l]; i++)
                if (pic->ref[l][i]->poc > pic->poc)
                    no_future = 0;
        from = no_future ? list : pic->collocated_list ^ 1; /* N = collocated_from_l0_flag */
    }
    diff_col = col->poc - col->ref_poc[from][m->ref[from]];
    diff = pic->poc - pic->ref[list][ref_idx]->poc;
    *out = diff_col == diff ? m->mv[from] : scale_mv(m->mv[from], diff_col, diff);
    return 1;
}

/* 8.5.3.2.8: bottom right inside the CTU row, else centre. Returns whether there is one, or UNKNOWN when it depends on what
 * another tile holds, or would hold in another place of the picture: motion-constrained tiles know only themselves. */
static int temporal_candidate(const vr_coder *c, int x, int y, int w, int h, int list, int ref_idx, vr_mv *out)
{
    int bx = x + w, by = y + h;
    if (c->seq->param.mcts && (y >> VR_CTU_LOG2) == (by >> VR_CTU_LOG2) && (bx >= c->tile->x1 || by >= c->tile->y1))
        return UNKNOWN;
    if ((y >> VR_CTU_LOG2) == (by >> VR_CTU_LOG2) && by < c->seq->coded_h && bx < c->seq->coded_w &&
        temporal_at(c, bx, by, list, ref_idx, out))
        return 1;
    return temporal_at(c, x + (w >> 1), y + (h >> 1), list, ref_idx, out);
}

static int merge_list(const vr_coder *c, int cx, int cy, int cs, int x, int y, int w, int h, int part_mode, int part_idx,
                      vr_motion cand[VR_MAX_MERGE])
{
    const vr_pic *pic = c->pic;
    const vr_motion *a1, *b1, *b0, *a0, *b2;
    int n = 0, is_b = c->slice_type == VR_SLICE_B, max = c->seq->max_merge;

    a1 = part_idx == 1 && part_mode == VR_PART_Nx2N ? NULL : neighbour(c, cx, cy, cs, x, y, x - 1, y + h - 1);
    if (a1)
        cand[n++] = *a1;
    b1 = part_idx == 1 && part_mode == VR_PART_2NxN ? NULL : neighbour(c, cx, cy, cs, x, y, x + w - 1, y - 1);
    if (b1 && !(a1 && same_motion(a1, b1)))
        cand[n++] = *b1;
    b0 = neighbour(c, cx, cy, cs, x, y, x + w, y - 1);
    if (b0 && !(b1 && same_motion(b1, b0)))
        cand[n++] = *b0;
    a0 = neighbour(c, cx, cy, cs, x, y, x - 1, y + h);
    if (a0 && !(a1 && same_motion(a1, a0)))
        cand[n++] = *a0;
    if (n < 4) {
        b2 = neighbour(c, cx, cy, cs, x, y, x - 1, y - 1);
        if (b2 && !(a1 && same_motion(a1, b2)) && !(b1 && same_motion(b1, b2)))
            cand[n++] = *b2;
    }
    if (n >= max)
        return max;
    if (pic->temporal_mvp) {
        vr_motion t = {{{0, 0}, {0, 0}}, {-1, -1}};
        int found = temporal_candidate(c, x, y, w, h, 0, 0, &t.mv[0]);
        if (found == UNKNOWN)
            return n;
        if (found)
            t.ref[0] = 0;
        if (is_b && temporal_candidate(c, x, y, w, h, 1, 0, &t.mv[1]))
            t.ref[1] = 0;
        if (t.ref[0] >= 0 || t.ref[1] >= 0)
            cand[n++] = t;
    }
    if (is_b && n > 1 && n < max) { /* combined bi-predictive, 8.5.3.2.4 */
        static const uint8_t pair[12][2] = {{0, 1}, {1, 0}, {0, 2}, {2, 0}, {1, 2}, {2, 1},
                                            {0, 3}, {3, 0}, {1, 3}, {3, 1}, {2, 3}, {3, 2}};
        int original = n;
        for (int i = 0; i < original * (original - 1) && n < max; i++) {
            const vr_motion *l0 = &cand[pair[i][0]], *l1 = &cand[pair[i][1]];
            if (l0->ref[0] < 0 || l1->ref[1] < 0)
                continue;
            if (pic->ref[0][l0->ref[0]] == pic->ref[1][l1->ref[1]] && l0->mv[0].x == l1->mv[1].x &&
                l0->mv[0].y == l1->mv[1].y)
                continue;
            cand[n].mv[0] = l0->mv[0];
            cand[n].mv[1] = l1->mv[1];
            cand[n].ref[0] = l0->ref[0];
            cand[n].ref[1] = l1->ref[1];
            n++;
        }
    }
    for (int zero = 0; n < max; n++, zero++) { /* 8.5.3.2.5 */
        int n_ref = is_b ? VR_MIN(pic->n_refs[0], pic->n_refs[1]) : pic->n_refs[0];
        int8_t ref = (int8_t)(zero < n_ref ? zero : 0);
        memset(&cand[n], 0, sizeof cand[n]);
        cand[n].ref[0] = ref;
        cand[n].ref[1] = is_b ? ref : -1;
    }
    return max;
}

int vr_merge_candidates(const vr_coder *c, int cx, int cy, int cs, int x, int y, int w, int h, int part_mode,
                         int part_idx, vr_motion cand[VR_MAX_MERGE])
{
    int n = merge_list(c, cx, cy, cs, x, y, w, h, part_mode, part_idx, cand);
    for (int i = 0; w + h == 12 && i < n; i++) /* 8x4 and 4x8 have one direction, 8.5.3.2.2 */
        if (cand[i].ref[0] >= 0)
            cand[i].ref[1] = -1;
    return n;
}

/* A neighbour's vector that refers to the wanted picture, from either list; scaled when allowed (8.5.3.2.7). */
static int same_picture(const vr_coder *c, const vr_motion *m, int list, int poc, vr_mv *out)
{
    for (int i = 0; i < 2; i++) {
        int l = i ? !list : list;
        if (m->ref[l] >= 0 && c->pic->ref[l][m->ref[l]]->poc == poc) {
            *out = m->mv[l];
            return 1;
        }
    }
    return 0;
}

static int any_picture(const vr_coder *c, const vr_motion *m, int list, int poc, vr_mv *out)
{
    for (int i = 0; i < 2; i++) {
        int l = i ? !list : list;
        if (m->ref[l] >= 0) {
            int other = c->pic->ref[l][m->ref[l]]->poc;
            *out = other == poc ? m->mv[l] : scale_mv(m->mv[l], c->pic->poc - other, c->pic->poc - poc);
            return 1;
        }
    }
    return 0;
}

int vr_mv_predictors(const vr_coder *c, int cx, int cy, int cs, int x, int y, int w, int h, int list, int ref_idx,
                      vr_mv cand[2])
{
    const vr_motion *a[2], *b[3];
    int poc = c->pic->ref[list][ref_idx]->poc, has_a = 0, has_b = 0, n = 0, is_scaled;
    vr_mv mv_a = {0, 0}, mv_b = {0, 0}, col;

    a[0] = neighbour(c, cx, cy, cs, x, y, x - 1, y + h);
    a[1] = neighbour(c, cx, cy, cs, x, y, x - 1, y + h - 1);
    is_scaled = a[0] || a[1];
    for (int i = 0; i < 2 && !has_a; i++)
        has_a = a[i] && same_picture(c, a[i], list, poc, &mv_a);
    for (int i = 0; i < 2 && !has_a; i++)
        has_a = a[i] && any_picture(c, a[i], list, poc, &mv_a);

    b[0] = neighbour(c, cx, cy, cs, x, y, x + w, y - 1);
    b[1] = neighbour(c, cx, cy, cs, x, y, x + w - 1, y - 1);
    b[2] = neighbour(c, cx, cy, cs, x, y, x - 1, y - 1);
    for (int i = 0; i < 3 && !has_b; i++)
        has_b = b[i] && same_picture(c, b[i], list, poc, &mv_b);
    if (!is_scaled) {
        if (has_b && !has_a) {
            has_a = 1;
            mv_a = mv_b;
        }
        has_b = 0;
        for (int i = 0; i < 3 && !has_b; i++)
            has_b = b[i] && any_picture(c, b[i], list, poc, &mv_b);
    }
    if (has_a)
        cand[n++] = mv_a;
    if (has_b && !(has_a && mv_a.x == mv_b.x && mv_a.y == mv_b.y))
        cand[n++] = mv_b;
    if (n < 2 && c->pic->temporal_mvp) {
        int found = temporal_candidate(c, x, y, w, h, list, ref_idx, &col);
        if (found == UNKNOWN)
            return n;
        if (found)
            cand[n++] = col;
    }
    for (; n < 2; n++)
        cand[n] = (vr_mv){0, 0};
    return 2;
}
