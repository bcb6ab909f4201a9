/* Motion search of one block in one reference picture. */
#ifndef VR_MOTION_H
#define VR_MOTION_H

#include "encoder/types.h"

typedef struct {
    int x, y, w, h;
    int list, ref_idx;
    vr_mv mvp[2];        /* AMVP candidates; both the same when one is known */
    int n_mvp;           /* known ones: 1 or 2 */
    vr_mv start[12];     /* further starting points, quarter samples */
    int n_start;
    vr_mv fine[2];       /* vectors worth trying at quarter-sample precision */
    int n_fine;
} vr_motion_query;

typedef struct {
    vr_mv mv;
    int mvp;             /* which predictor is cheaper */
    int cost;            /* SATD + sqrt(lambda) * bits of the difference and mvp flag */
} vr_motion_result;

/* Search around the best starting point; full sample by SAD, then half and quarter sample by SATD. Returns 0 when no
 * allowed vector was found. */
int vr_motion_search(vr_coder *c, const vr_motion_query *q, vr_motion_result *out);

/* sqrt(lambda)-weighted cost in SATD units of Q15 bits. */
static inline int vr_satd_bits(const vr_coder *c, uint32_t bits_q15)
{
    return (int)(((int64_t)c->lambda_satd_q15 * bits_q15) >> 30);
}

#endif
