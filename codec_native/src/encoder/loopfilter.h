/* In-loop filters of one tile, CTU by CTU (8.7). Nothing crosses a tile border. */
#ifndef VR_LOOPFILTER_H
#define VR_LOOPFILTER_H

#include "encoder/types.h"

/* Deblock what the CTU at c->ctu_x, c->ctu_y completes: its vertical edges, and horizontal edges up to 8 (chroma: 8
 * chroma) columns before its right border, which wait for the next CTU. */
void vr_deblock_ctu(vr_coder *c);

/* Choose the SAO parameters of the CTU from the samples deblocked so far. */
void vr_sao_decide(vr_coder *c);

/* Apply SAO to the rows of the tile that CTU row `row` (within the tile) completes. Returns the luma row up to which
 * the tile is final. */
int vr_sao_apply_row(vr_coder *c, int row);

#endif
