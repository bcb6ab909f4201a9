/* Writing of slice data: coding tree units with all they hold (7.3.8). Takes decisions as they are, makes none. */
#ifndef VR_SYNTAX_H
#define VR_SYNTAX_H

#include "encoder/types.h"

/* coding_tree_unit() at c->ctu_x, c->ctu_y, with its SAO parameters, and end_of_slice_segment_flag. */
void vr_write_ctu(vr_coder *c, int is_last);

/* Bits (Q15) of parts of the syntax, for decisions. depth = 6 - log2 size. */
uint32_t vr_bits_split(const vr_coder *c, int x, int y, int log2_size, int split);
uint32_t vr_bits_skip(const vr_coder *c, int x, int y, int skip);
uint32_t vr_bits_merge_idx(const vr_coder *c, int idx);
uint32_t vr_bits_mvd(const vr_coder *c, vr_mv mvd);
uint32_t vr_bits_ref(const vr_coder *c, int list, int ref);
uint32_t vr_bits_part(const vr_coder *c, int log2_size, int part);

/* Index into c->cu of the unit at luma (x, y). */
static inline int vr_cu_index(int x, int y) { return ((y & 63) >> 3) * 8 + ((x & 63) >> 3); }

/* Calls fn for every coding unit of the current CTU inside the tile, in decoding order. */
void vr_for_each_cu(vr_coder *c, void (*fn)(vr_coder *c, vr_cu *cu, int x, int y));

#endif
