/* Intra prediction: neighbours, mode candidates, mode search (8.4). */
#ifndef VR_INTRA_H
#define VR_INTRA_H

#include "encoder/types.h"

/* Collect the 4 * size + 1 neighbours of a block (kernels.h layout) at (x, y) in samples of `plane`, with the
 * substitution of 8.4.4.2.2. */
void vr_intra_neighbours(const vr_coder *c, int plane, int x, int y, int log2_size, vr_pixel *ref);

/* Predict a block of `plane`, smoothing neighbours where the standard asks for it. */
void vr_intra_predict(const vr_coder *c, int plane, int x, int y, int log2_size, int mode, vr_pixel *dst,
                      ptrdiff_t dst_stride);

/* candModeList of 8.4.2 for the luma block at (x, y). */
void vr_intra_mpm(const vr_coder *c, int x, int y, int mpm[3]);

/* Q15 bits of signalling `mode`, given the candidates. */
uint32_t vr_intra_mode_bits(const vr_coder *c, const int mpm[3], int mode);

/* Best modes by SATD + bits for the luma block at (x, y): up to `wanted` into modes[] with costs, best first. `pred`
 * receives the prediction of the best one when not NULL. Returns how many. */
int vr_intra_search(vr_coder *c, int x, int y, int log2_size, int wanted, int modes[], int costs[]);

/* intra_chroma_pred_mode syntax value 0..3 -> IntraPredModeC, or 4: derived from luma (table 8-2, 8-3). */
int vr_intra_chroma_mode(int syntax, int luma_mode);

#endif
