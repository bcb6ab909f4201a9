/* Prediction of motion: merge candidates and motion vector predictors (8.5.3.2). */
#ifndef VR_MVPRED_H
#define VR_MVPRED_H

#include "encoder/types.h"

/* Merge candidates of unit `part_idx` of a coding unit at (cx, cy) of size cs split as `part_mode`; the unit is at
 * (x, y), w x h. Returns how many entries of the list are known: all MaxNumMergeCand, or in a motion-constrained tile those
 * before a temporal candidate that lies in another one. */
int vr_merge_candidates(const vr_coder *c, int cx, int cy, int cs, int x, int y, int w, int h, int part_mode,
                         int part_idx, vr_motion cand[VR_MAX_MERGE]);

/* The two predictors of list `list`, reference `ref_idx`. Returns how many of them are known, from the first on. */
int vr_mv_predictors(const vr_coder *c, int cx, int cy, int cs, int x, int y, int w, int h, int list, int ref_idx,
                      vr_mv cand[2]);

#endif
