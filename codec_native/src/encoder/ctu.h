/* Decisions for one coding tree unit. */
#ifndef VR_CTU_H
#define VR_CTU_H

#include "encoder/types.h"

/* Set quantiser and lambda of the coder to QP `qp`. */
void vr_set_qp(vr_coder *c, int qp);

/* Decide the CTU at c->ctu_x, c->ctu_y: coding quadtree, modes, luma levels; writes c->cu, luma reconstruction and
 * the picture's grids. */
void vr_analyse_ctu(vr_coder *c);

/* Code chroma of every unit, settle skip flags and QpY (8.6.1). */
void vr_finish_ctu(vr_coder *c);

/* One candidate for a coding unit with its cost; samples and levels lie in c->depth[].recon/coef[buf]. */
typedef struct {
    vr_cu cu;
    double cost;
    int satd;   /* of the prediction, plus header bits, for comparisons */
    int buf;
} vr_candidate;

/* Try inter modes for the unit; *best is replaced when something is cheaper. Returns 1 when the search of this unit may
 * end here (skip found good). */
int vr_inter_modes(vr_coder *c, int x, int y, int log2_size, vr_candidate *best);

/* Try intra modes for the unit. */
void vr_intra_modes(vr_coder *c, int x, int y, int log2_size, vr_candidate *best);

/* Make a candidate the decision: copy samples, levels and grid information. */
void vr_commit(vr_coder *c, int x, int y, const vr_candidate *cand);

/* Write motion into the picture's grid for a w x h luma block. */
void vr_store_motion(vr_coder *c, int x, int y, int w, int h, const vr_motion *m);

#endif
