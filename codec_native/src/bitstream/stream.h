/* The index of a stream that splitting, merging and packing share. */
#ifndef VR_BS_STREAM_H
#define VR_BS_STREAM_H

#include "bitstream/slice_header.h"

/* More different sets of parameter sets than any honest stream has; bounds the memory a hostile one can ask for. */
#define VR_BS_MAX_CONFIGS 256

typedef struct {
    size_t offset, size; /* NAL unit without start code and without trailing zero bytes */
    size_t start;        /* where its start code begins */
    int type;
} vr_bs_nal;

/* The parameter sets that a run of pictures uses. */
typedef struct {
    int64_t vps, sps, pps; /* NAL indices; vps -1: none */
    vr_bs_sps parsed_sps;
    vr_bs_pps parsed_pps;
    int col_x[VR_BS_MAX_COLS + 1], row_y[VR_BS_MAX_ROWS + 1];
    int tiles;             /* cols * rows */
} vr_bs_config;

typedef struct {
    int64_t nal;
    int tile;              /* tile it begins in when it begins exactly at the tile's first CTB, else -1 */
    size_t payload;        /* bytes of the NAL unit (escaped) up to the end of the header */
    vr_bs_slice_header header;
} vr_bs_slice;

typedef struct {
    int64_t first_nal, n_nals;
    int64_t first_slice, n_slices;
    int config;
    int nal_type, temporal_id;
} vr_bs_unit;

struct vr_bs_stream {
    const uint8_t *data;
    size_t size;
    vr_bs_nal *nals;
    int64_t n_nals;
    vr_bs_unit *units;
    int64_t n_units;
    vr_bs_slice *slices;
    int64_t n_slices;
    vr_bs_config *configs;
    int n_configs;
    int equirectangular, mcts_sei, picture_hash, track_tile;
    int one_slice_per_tile;
};

/* user_data_unregistered UUID of the SEI that names the tile of a track */
extern const uint8_t vr_bs_track_uuid[16];

/* The only slice of a tile in a picture, or NULL. */
const vr_bs_slice *vr_bs_find_slice(const vr_bs_stream *stream, int64_t picture, int tile);
/* Same bytes of VPS, SPS and PPS? */
int vr_bs_same_config(const vr_bs_stream *a, const vr_bs_config *ca, const vr_bs_stream *b, const vr_bs_config *cb);
/* 1 at a random-access point that no picture after it looks back across. */
int vr_bs_clean_entry(const vr_bs_stream *stream, int64_t picture);
/* 1 where decoding of `tile` can begin at this picture: a random-access point without RASL pictures, or an intra slice. */
int vr_bs_tile_switchable(const vr_bs_stream *stream, int64_t picture, int tile);
/* Appends a NAL unit with its start code (4 bytes when `first`, else 3). */
int vr_bs_append_nal(vr_bs_buffer *out, const uint8_t *nal, size_t size, int first);
/* Payload type of the first message of an SEI NAL unit, -1 when there is none. */
int vr_bs_sei_type(const uint8_t *nal, size_t size);
/* As vr_bs_fail, with the place. */
int vr_bs_fail_at(vr_bs_error *error, int code, int stream, int64_t picture, int tile, const char *message);

#endif
