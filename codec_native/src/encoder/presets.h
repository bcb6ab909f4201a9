/* Settings: defaults, checks, and the tools that each preset turns on. */
#ifndef VR_PRESETS_H
#define VR_PRESETS_H

#include "encoder/types.h"

/* Tools of the preset with the overrides of `p`. */
void vr_tools_from_param(const vr_param *p, vr_tools *t);

/* Tile bounds in CTUs of `n` columns or rows; sizes all 0: uniform (6.5.1). Returns 0 when explicit sizes do not fit. */
int vr_tile_bounds(int n, int total, const int *sizes, int *bounds);

#endif
