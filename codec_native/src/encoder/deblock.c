#include <stdlib.h>
#include <string.h>

#include "encoder/loopfilter.h"
#include "encoder/syntax.h"

/* Table 8-12. */
static const uint8_t beta_table[52] = {0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  6,  7,
                                       8,  9,  10, 11, 12, 13, 14, 15, 16, 17, 18, 20, 22, 24, 26, 28, 30, 32,
                                       34, 36, 38, 40, 42, 44, 46, 48, 50, 52, 54, 56, 58, 60, 62, 64};
static const uint8_t tc_table[54] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,  0,  0,  0,  0,
                                     1, 1, 1, 1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 3,  3,  3,  3,  4,
                                     4, 4, 5, 5, 6, 6, 7, 8, 9, 10, 11, 13, 14, 16, 18, 20, 22, 24};

static int far_apart(vr_mv a, vr_mv b)
{
    return abs(a.x - b.x) >= 4 || abs(a.y - b.y) >= 4;
}

/* bS 1 or 0 between two inter blocks without coefficients (8.7.2.4). */
static int motion_differs(const vr_coder *c, const vr_motion *p, const vr_motion *q)
{
    vr_frame *const (*ref)[VR_MAX_REFS] = (vr_frame *const (*)[VR_MAX_REFS])c->pic->ref;
    const vr_frame *p0 = p->ref[0] >= 0 ? ref[0][p->ref[0]] : NULL, *p1 = p->ref[1] >= 0 ? ref[1][p->ref[1]] : NULL;
    const vr_frame *q0 = q->ref[0] >= 0 ? ref[0][q->ref[0]] : NULL, *q1 = q->ref[1] >= 0 ? ref[1][q->ref[1]] : NULL;
    int p_bi = p0 && p1, q_bi = q0 && q1;
    if (p_bi != q_bi)
        return 1;
    if (!p_bi) {
        vr_mv a = p0 ? p->mv[0] : p->mv[1], b = q0 ? q->mv[0] : q->mv[1];
        return (p0 ? p0 : p1) != (q0 ? q0 : q1) || far_apart(a, b);
    }
    if (!((p0 == q0 && p1 == q1) || (p0 == q1 && p1 == q0)))
        return 1;
    if (p0 != p1) {
        if (p0 == q0)
            return far_apart(p->mv[0], q->mv[0]) || far_apart(p->mv[1], q->mv[1]);
        return far_apart(p->mv[0], q->mv[1]) || far_apart(p->mv[1], q->mv[0]);
    }
    return (far_apart(p->mv[0], q->mv[0]) || far_apart(p->mv[1], q->mv[1])) &&
           (far_apart(p->mv[0], q->mv[1]) || far_apart(p->mv[1], q->mv[0]));
}

/* bS of the 4-sample segment whose Q sample is at (x, y) and whose P sample lies before it. */
static int strength(const vr_coder *c, int x, int y, int px, int py, int transform_edge)
{
    const vr_grid *g = &c->frame->grid;
    int q8 = (y >> 3) * g->stride8 + (x >> 3), p8 = (py >> 3) * g->stride8 + (px >> 3);
    if ((g->flags[q8] | g->flags[p8]) & VR_CELL_INTRA)
        return 2;
    if (transform_edge && (g->nonzero[(y >> 2) * g->stride4 + (x >> 2)] |
                           g->nonzero[(py >> 2) * g->stride4 + (px >> 2)]))
        return 1;
    return motion_differs(c, vr_motion_at(g, px, py), vr_motion_at(g, x, y));
}

/* Fill the strengths of one edge of length `length` whose Q side starts at (x, y). */
static void mark_edge(const vr_coder *c, int vertical, int x, int y, int length, int transform_edge)
{
    const vr_grid *g = &c->frame->grid;
    for (int i = 0; i < length; i += 4) {
        if (vertical)
            g->bs_ver[((y + i) >> 2) * g->stride8 + (x >> 3)] =
                (uint8_t)strength(c, x, y + i, x - 1, y + i, transform_edge);
        else
            g->bs_hor[(y >> 3) * g->stride4 + ((x + i) >> 2)] =
                (uint8_t)strength(c, x + i, y, x + i, y - 1, transform_edge);
    }
}

static void mark_cu(vr_coder *c, vr_cu *cu, int x, int y)
{
    int size = 1 << cu->log2_size, half = size / 2;
    if (x > c->tile->x0)
        mark_edge(c, 1, x, y, size, 1);
    if (y > c->tile->y0)
        mark_edge(c, 0, x, y, size, 1);
    if (half < 8)
        return;
    if (cu->tu_split && cu->pred_mode != VR_MODE_SKIP && (cu->cbf[0] || cu->pred_mode == VR_MODE_INTRA)) {
        mark_edge(c, 1, x + half, y, size, 1);
        mark_edge(c, 0, x, y + half, size, 1);
    } else if (cu->pred_mode != VR_MODE_INTRA && cu->part_mode == VR_PART_Nx2N)
        mark_edge(c, 1, x + half, y, size, 0);
    else if (cu->pred_mode != VR_MODE_INTRA && cu->part_mode == VR_PART_2NxN)
        mark_edge(c, 0, x, y + half, size, 0);
}

static void mark_ctu(vr_coder *c, int x1, int y1)
{
    const vr_grid *g = &c->frame->grid;
    for (int y = c->ctu_y; y < y1; y += 4)
        memset(&g->bs_ver[(y >> 2) * g->stride8 + (c->ctu_x >> 3)], 0, (size_t)((x1 - c->ctu_x) >> 3));
    for (int y = c->ctu_y; y < y1; y += 8)
        memset(&g->bs_hor[(y >> 3) * g->stride4 + (c->ctu_x >> 2)], 0, (size_t)((x1 - c->ctu_x) >> 2));
    vr_for_each_cu(c, mark_cu);
}

static int edge_qp(const vr_grid *g, int x, int y, int px, int py)
{
    return (g->qp[(y >> 3) * g->stride8 + (x >> 3)] + g->qp[(py >> 3) * g->stride8 + (px >> 3)] + 1) >> 1;
}

static void filter_luma(const vr_coder *c, int dir, int x, int y, int bs0, int bs1)
{
    int qp, tc[2];
    if (!(bs0 | bs1))
        return;
    qp = dir ? edge_qp(&c->frame->grid, x, y, x, y - 1) : edge_qp(&c->frame->grid, x, y, x - 1, y);
    tc[0] = bs0 ? tc_table[vr_clip3(0, 53, qp + 2 * (bs0 - 1))] : 0;
    tc[1] = bs1 ? tc_table[vr_clip3(0, 53, qp + 2 * (bs1 - 1))] : 0;
    c->k->deblock_luma[dir](c->frame->plane[0] + y * c->frame->stride[0] + x, c->frame->stride[0], beta_table[qp], tc);
}

/* One 8-sample chroma edge from luma position (x, y): two segments of 8 luma samples. */
static void filter_chroma(const vr_coder *c, int dir, int x, int y, const int bs[2])
{
    int tc[2] = {0, 0};
    for (int i = 0; i < 2; i++) {
        int sx = x + (dir ? 8 * i : 0), sy = y + (dir ? 0 : 8 * i);
        if (bs[i] == 2) {
            int qp = dir ? edge_qp(&c->frame->grid, sx, sy, sx, sy - 1) : edge_qp(&c->frame->grid, sx, sy, sx - 1, sy);
            tc[i] = tc_table[vr_clip3(0, 53, vr_chroma_qp(qp) + 2)];
        }
    }
    if (!(tc[0] | tc[1]))
        return;
    for (int p = 1; p < 3; p++)
        c->k->deblock_chroma[dir](c->frame->plane[p] + (y >> 1) * c->frame->stride[p] + (x >> 1), c->frame->stride[p],
                                  tc);
}

void vr_deblock_ctu(vr_coder *c)
{
    const vr_grid *g = &c->frame->grid;
    const vr_tile *t = c->tile;
    int x1 = VR_MIN(c->ctu_x + VR_CTU, t->x1), y1 = VR_MIN(c->ctu_y + VR_CTU, t->y1);
    int last = x1 == t->x1, from, to;

    mark_ctu(c, x1, y1);
    for (int y = c->ctu_y; y < y1; y += 8) {
        const uint8_t *bs = &g->bs_ver[(y >> 2) * g->stride8];
        for (int x = c->ctu_x; x < x1; x += 8)
            filter_luma(c, 0, x, y, bs[x >> 3], bs[g->stride8 + (x >> 3)]);
    }
    for (int y = c->ctu_y; y < y1; y += 16)
        for (int x = c->ctu_x; x < x1; x += 16) {
            int bs[2] = {g->bs_ver[(y >> 2) * g->stride8 + (x >> 3)],
                         y + 8 < y1 ? g->bs_ver[((y + 8) >> 2) * g->stride8 + (x >> 3)] : 0};
            filter_chroma(c, 0, x, y, bs);
        }

    from = c->ctu_x == t->x0 ? t->x0 : c->ctu_x - 8;
    to = last ? x1 : x1 - 8;
    for (int y = c->ctu_y; y < y1; y += 8) {
        const uint8_t *bs = &g->bs_hor[(y >> 3) * g->stride4];
        for (int x = from; x < to; x += 8)
            filter_luma(c, 1, x, y, bs[x >> 2], bs[(x >> 2) + 1]);
    }
    from = c->ctu_x == t->x0 ? t->x0 : c->ctu_x - 16;
    to = last ? x1 : x1 - 16;
    for (int y = c->ctu_y; y < y1; y += 16)
        for (int x = from; x < to; x += 16) {
            const uint8_t *row = &g->bs_hor[(y >> 3) * g->stride4];
            int bs[2] = {row[x >> 2], x + 8 < x1 ? row[(x + 8) >> 2] : 0};
            filter_chroma(c, 1, x, y, bs);
        }
}
