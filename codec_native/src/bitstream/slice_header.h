/* Slice segment headers (H.265 clause 7.3.6.1), with the bit positions that packing rewrites. */
#ifndef VR_BS_SLICE_HEADER_H
#define VR_BS_SLICE_HEADER_H

#include "bitstream/paramsets.h"

/* Enough for every header: RPS, weights for 15+15 references and 600 entry points stay far below. */
#define VR_BS_MAX_HEADER 8192

enum { VR_BS_SLICE_B = 0, VR_BS_SLICE_P = 1, VR_BS_SLICE_I = 2 };

typedef struct {
    int first, no_output_of_prior, pps_id, dependent;
    uint32_t address;
    int type;                /* VR_BS_SLICE_* */
    int poc_lsb;
    uint64_t reference_key;  /* hash of what all slices of a picture must share: POC, RPS, temporal MVP, output flag */
    int temporal_mvp;
    int output;              /* pic_output_flag */
    int looks_ahead;         /* the reference picture set holds pictures that are shown later */
    int qp_delta;
    uint32_t entry_points;
    uint32_t body_pos;       /* first bit behind slice_segment_address */
    uint32_t refs_pos, refs_end; /* slice_pic_order_cnt_lsb to slice_temporal_mvp_enabled_flag; empty in IDR pictures */
    uint32_t qp_pos, qp_end; /* slice_qp_delta */
    uint32_t entry_pos, entry_end;
    uint32_t align_pos;      /* byte_alignment() */
    uint32_t filter_pos;     /* slice_loop_filter_across_slices_enabled_flag, 0: not there */
    int filters_across;      /* its value, 0 when it is not there */
    uint32_t size;           /* unescaped bytes with NAL header, up to the byte alignment */
} vr_bs_slice_header;

/* rbsp: unescaped start of the NAL unit (at most VR_BS_MAX_HEADER bytes). */
int vr_bs_parse_slice(const uint8_t *rbsp, size_t size, const vr_bs_sps *sps, const vr_bs_pps *pps,
                      vr_bs_slice_header *out, vr_bs_error *error);
/* Only pps_id, which the caller needs to find the parameter sets; -1 when there is none. */
int vr_bs_slice_pps_id(const uint8_t *rbsp, size_t size);

static inline int vr_bs_nal_type(const uint8_t *nal) { return (nal[0] >> 1) & 0x3f; }
static inline int vr_bs_is_irap(int nal_type) { return nal_type >= 16 && nal_type <= 23; }
static inline int vr_bs_is_idr(int nal_type) { return nal_type == 19 || nal_type == 20; }
static inline int vr_bs_is_rasl(int nal_type) { return nal_type == 8 || nal_type == 9; }

#endif
