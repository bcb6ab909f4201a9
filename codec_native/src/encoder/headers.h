/* Parameter sets, slice headers and SEI messages (7.3.2, 7.3.6, annexes D and E). */
#ifndef VR_HEADERS_H
#define VR_HEADERS_H

#include "encoder/types.h"

/* 26 + init_qp_minus26: the same in every stream, so that they merge; most slices' QPs lie near it. */
#define VR_INIT_QP 34

enum {
    VR_NAL_TRAIL_N = 0, VR_NAL_TRAIL_R = 1, VR_NAL_IDR_W_RADL = 19, VR_NAL_CRA = 21, VR_NAL_VPS = 32, VR_NAL_SPS = 33, VR_NAL_PPS = 34,
    VR_NAL_AUD = 35, VR_NAL_SEI_PREFIX = 39, VR_NAL_SEI_SUFFIX = 40
};

/* Append VPS, SPS, PPS and the SEI that describe the whole stream. */
void vr_write_parameter_sets(const vr_seq *s, vr_buffer *out);

/* Lowest level (general_level_idc) that admits the sequence, 255 (level 8.5) when none does. */
int vr_choose_level(const vr_seq *s, int kbps);

void vr_write_aud(int slice_type, vr_buffer *out);

/* slice_segment_header() of a tile's slice, byte-aligned, to `w`. */
void vr_write_slice_header(const vr_seq *s, const vr_pic *pic, int tile, int slice_type, int slice_qp, vr_bitwriter *w);

/* Decoded picture hash SEI (MD5) of the reconstruction. */
void vr_write_hash_sei(const vr_seq *s, const vr_frame *f, vr_buffer *out);

#endif
