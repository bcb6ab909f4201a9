/* A slice with another header: parts of the old one are copied bit by bit, the payload byte by byte.
 *
 * A slice header ends with a 1 bit and zero bits to the byte boundary, so its last byte is never zero and the emulation
 * prevention of the payload does not depend on the header before it: the payload is copied with its own 03 bytes. */
#ifndef VR_BS_REWRITE_H
#define VR_BS_REWRITE_H

#include "bitstream/stream.h"

typedef struct {
    uint8_t from[VR_BS_MAX_HEADER], to[2 * VR_BS_MAX_HEADER]; /* unescaped */
    vr_bs_reader r;          /* the old header, from its first bit */
    vr_bs_writer w;          /* the new one, empty */
} vr_bs_rewrite;

void vr_bs_rewrite_begin(vr_bs_rewrite *header, const vr_bs_stream *s, const vr_bs_slice *slice);
/* Closes the new header and appends it with the old payload; start code as in vr_bs_append_nal. 0 or VR_BS_ENOMEM. */
int vr_bs_rewrite_end(vr_bs_rewrite *header, const vr_bs_stream *s, const vr_bs_slice *slice, int first, vr_bs_buffer *out);

#endif
