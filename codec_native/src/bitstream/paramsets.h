/* VPS, SPS and PPS as far as slice headers, tile grids and `info` need them (H.265 clause 7.3.2). */
#ifndef VR_BS_PARAMSETS_H
#define VR_BS_PARAMSETS_H

#include "bitstream/bits.h"

#define VR_BS_MAX_DPB 16
#define VR_BS_MAX_RPS 64

/* Short-term reference picture set (7.4.8): deltas of POC, negative ones first, nearest first. */
typedef struct {
    int n_negative, n_positive;
    int32_t delta[VR_BS_MAX_DPB];
    uint8_t used[VR_BS_MAX_DPB];
} vr_bs_rps;

typedef struct {
    int id, vps_id, max_sub_layers;
    size_t level_pos;            /* bit position of general_level_idc in the unescaped NAL unit */
    size_t size_pos, size_end;   /* bits of pic_width .. conformance window */
    int profile_idc, tier, level_idc;
    int chroma_format, separate_planes, bit_depth_luma, bit_depth_chroma;
    int width, height;
    int crop[4];                 /* left, right, top, bottom in luma samples */
    int log2_poc_lsb;
    int log2_min_cb, log2_ctb;
    int sao, temporal_mvp;
    int long_term, n_long_term_sps;
    int n_rps;
    vr_bs_rps rps[VR_BS_MAX_RPS];
    int fps_num, fps_den, full_range, colour_primaries, transfer, matrix;
    int ctb_cols, ctb_rows;
} vr_bs_sps;

typedef struct {
    int id, sps_id;
    int dependent_slices, output_flag, extra_header_bits, cabac_init, n_l0, n_l1;
    size_t init_qp_pos, init_qp_end;
    int init_qp;
    int transform_skip, slice_chroma_qp, weighted_p, weighted_b;
    size_t tiles_pos, tiles_end; /* bits of tiles_enabled_flag .. end of the tile syntax */
    int tiles, wpp;
    int cols, rows, uniform;
    int col_ctbs[VR_BS_MAX_COLS], row_ctbs[VR_BS_MAX_ROWS]; /* given sizes, all but the last; only when !uniform */
    int loop_filter_tiles, loop_filter_slices;
    int deblocking_override, deblocking_disabled;
    int lists_modification, header_extension, range_chroma_offsets;
} vr_bs_pps;

/* Each takes the unescaped NAL unit with its two header bytes. VR_BS_OK, or a code with the message filled in. */
int vr_bs_parse_vps(const uint8_t *rbsp, size_t size, int *id, size_t *level_pos, vr_bs_error *error);
int vr_bs_parse_sps(const uint8_t *rbsp, size_t size, vr_bs_sps *sps, vr_bs_error *error);
int vr_bs_parse_pps(const uint8_t *rbsp, size_t size, vr_bs_pps *pps, vr_bs_error *error);
/* 7.3.7; idx == n_rps of the SPS for a set in a slice header */
int vr_bs_parse_rps(vr_bs_reader *r, int idx, const vr_bs_sps *sps, vr_bs_rps *out);
/* column and row boundaries in CTBs (6.5.1); VR_BS_EINVALID when the PPS does not fit the SPS */
int vr_bs_tile_grid(const vr_bs_sps *sps, const vr_bs_pps *pps, int *col_x, int *row_y, vr_bs_error *error);
/* ceil(log2(n)), n >= 1 */
int vr_bs_ceil_log2(uint32_t n);
/* fills the error and returns code */
int vr_bs_fail(vr_bs_error *error, int code, const char *message);

#endif
