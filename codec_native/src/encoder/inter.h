/* Motion-compensated prediction (8.5.3.3). */
#ifndef VR_INTER_H
#define VR_INTER_H

#include "encoder/types.h"

/* Whether a w x h block at (x, y) may use `mv`: the reference area, filter margins included, must lie inside the tile
 * when tiles are motion-constrained, else inside the padded picture; and not below the rows that are waited for. */
int vr_mv_allowed(const vr_coder *c, int x, int y, int w, int h, vr_mv mv);

/* Both lists of a motion, when used, obey vr_mv_allowed. */
int vr_motion_allowed(const vr_coder *c, int x, int y, int w, int h, const vr_motion *m);

/* Luma prediction of one list into 8-bit samples. */
void vr_predict_luma_uni(vr_coder *c, const vr_frame *ref, int x, int y, int w, int h, vr_mv mv, vr_pixel *dst,
                         ptrdiff_t dst_stride);
/* 14-bit luma prediction of one list. */
void vr_predict_luma_14(vr_coder *c, const vr_frame *ref, int x, int y, int w, int h, vr_mv mv, int16_t *dst,
                        ptrdiff_t dst_stride);

/* Luma (plane 0) or chroma prediction of a motion; x, y, w, h in luma samples. */
void vr_predict_inter(vr_coder *c, int plane, int x, int y, int w, int h, const vr_motion *m, vr_pixel *dst,
                      ptrdiff_t dst_stride);

#endif
