/* Pictures: memory, borders and progress. */
#ifndef VR_FRAME_H
#define VR_FRAME_H

#include "encoder/types.h"

vr_frame *vr_frame_new(const vr_seq *s);
void vr_frame_free(vr_frame *f);
/* Make the frame ready for a new picture: no rows done. */
void vr_frame_reset(vr_frame *f);

/* Repeat border samples beside rows [y0, y1) of a tile that touches the picture's border, and above / below them. */
void vr_frame_pad(const vr_seq *s, vr_frame *f, const vr_tile *t, int y0, int y1);

/* Announce that rows of `tile` up to luma row y1 are final; wake waiting coders. */
void vr_frame_publish(vr_frame *f, int tile, int y1);
/* Wait until all tiles of the frame (tile < 0) or one tile are final up to luma row y. */
void vr_frame_wait(const vr_seq *s, vr_frame *f, int tile, int y);

vr_source *vr_source_new(const vr_seq *s);
void vr_source_free(vr_source *p);
/* Copy a picture in and repeat its last column and row up to the coded size. */
void vr_source_fill(const vr_seq *s, vr_source *dst, const vr_picture *pic);

#endif
