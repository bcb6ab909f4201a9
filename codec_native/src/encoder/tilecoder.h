/* Coding of one tile of one picture, and the workspace for it. */
#ifndef VR_TILECODER_H
#define VR_TILECODER_H

#include "encoder/types.h"

/* Workspace of one worker. NULL when out of memory. */
vr_coder *vr_coder_new(const vr_seq *s);
void vr_coder_free(vr_coder *c);
size_t vr_coder_memory(const vr_seq *s);

/* What coding a tile measured. */
typedef struct {
    uint64_t sse[3];
    double wsse, qp_sum;
    int qp_count;
    int failed; /* out of memory */
} vr_tile_stats;

/* Code tile `tile` of `pic`: slice NAL payload to pic->tile_bits[tile], reconstruction to pic->frame. Waits for the
 * rows of reference pictures it needs. */
void vr_code_tile(vr_coder *c, vr_pic *pic, int tile, vr_tile_stats *stats);

#endif
