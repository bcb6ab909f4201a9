/* The bitstream tool: reads HEVC Annex B streams, splits tiled ones into tile tracks, and merges tiles of several
 * qualities back into one stream (ITU-T H.265; clause numbers in the comments).
 *
 * Everything here reads bytes from outside: no function reads past the end of its input, none loops without consuming
 * input, and what is wrong with a stream comes back as vr_bs_error. No decoding takes place: a tile travels as the bytes of
 * its slice, and where a header has to change (packing) the payload behind it is copied verbatim.
 */
#ifndef VR_BITSTREAM_H
#define VR_BITSTREAM_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum {
    VR_BS_OK = 0,
    VR_BS_ENOMEM,       /* out of memory */
    VR_BS_EARG,         /* the caller's arguments contradict each other or the stream */
    VR_BS_ETRUNCATED,   /* a header or a parameter set ends too early, or pictures are missing at the end */
    VR_BS_EINVALID,     /* a value that the standard forbids */
    VR_BS_EUNSUPPORTED, /* legal HEVC that tiles cannot be moved in (several slices per tile, dependent slices, ...) */
    VR_BS_EMISMATCH,    /* streams that do not belong together (parameter sets, grid, structure) */
    VR_BS_EMISSING      /* a tile that is asked for is not in the stream */
} vr_bs_code;

typedef struct {
    int code;           /* vr_bs_code */
    int stream;         /* index of the stream it is about, or -1 */
    int64_t picture;    /* index of the access unit it is about, or -1 */
    int tile;           /* tile index it is about, or -1 */
    char message[160];  /* one English sentence without a full stop */
} vr_bs_error;

#define VR_BS_MAX_COLS 20
#define VR_BS_MAX_ROWS 22
#define VR_BS_MAX_TILES (VR_BS_MAX_COLS * VR_BS_MAX_ROWS)

typedef struct {
    int width, height;                 /* coded luma samples */
    int crop_left, crop_right, crop_top, crop_bottom; /* conformance window, luma samples */
    int profile_idc, tier, level_idc;  /* level_idc = 30 * level */
    int bit_depth_luma, bit_depth_chroma, chroma_format_idc;
    int ctb_size, min_cb_size;
    int cols, rows;                    /* tile grid, 1x1 without tiles */
    int col_x[VR_BS_MAX_COLS + 1];     /* column boundaries in CTBs */
    int row_y[VR_BS_MAX_ROWS + 1];
    int temporal_mvp, sao, wpp, loop_filter_across_tiles, loop_filter_across_slices;
    int init_qp;
    int one_slice_per_tile;            /* every picture has exactly one slice in each tile: the stream can be split */
    int fps_num, fps_den;              /* 0/0 when the stream does not say */
    int full_range, colour_primaries, transfer, matrix; /* 2 = unspecified */
    int equirectangular, mcts_sei, picture_hash; /* SEI messages seen */
    int track_tile;                    /* tile track: the tile it holds; -1 for a whole stream */
    int64_t pictures, keyframes;       /* access units, random-access points */
    int64_t config_changes;            /* parameter sets that differ from the first ones */
} vr_bs_info;

typedef struct {
    size_t offset, size;     /* bytes of the access unit in the stream, with start codes */
    int nal_type;            /* of its first slice, 0..21 */
    int temporal_id;
    int keyframe;            /* IRAP: 16..21 */
    int slices;
    int poc_lsb;
    int slice_types;         /* bit 0: has B, bit 1: P, bit 2: I */
} vr_bs_picture;

typedef struct {
    size_t offset, size;     /* the slice's NAL unit without start code; size 0: the tile is not in this picture */
    int slice_type;          /* 0 B, 1 P, 2 I */
    int qp;                  /* SliceQpY */
} vr_bs_tile;

typedef struct vr_bs_stream vr_bs_stream;

/* Indexes a whole stream. data must stay valid and unchanged until vr_bs_close. NULL on error. */
vr_bs_stream *vr_bs_open(const uint8_t *data, size_t size, vr_bs_error *error);
void vr_bs_close(vr_bs_stream *stream);
/* About the parameter sets of the first picture. */
void vr_bs_get_info(const vr_bs_stream *stream, vr_bs_info *info);
int vr_bs_get_picture(const vr_bs_stream *stream, int64_t picture, vr_bs_picture *out);             /* 0 or VR_BS_EARG */
int vr_bs_get_tile(const vr_bs_stream *stream, int64_t picture, int tile, vr_bs_tile *out);         /* 0 or VR_BS_EARG */

/* A growing byte string; zero-initialise, free with vr_bs_buffer_free. */
typedef struct {
    uint8_t *data;
    size_t size, capacity;
} vr_bs_buffer;
void vr_bs_buffer_free(vr_bs_buffer *buffer);

/* Appends access unit `picture` of a tile track: an access unit delimiter, at random-access points the parameter sets and an
 * SEI that names the tile (user_data_unregistered, see split.c), then the tile's slice unchanged. The result of all pictures
 * is a file that vr_bs_open, split and merge understand; it is not decodable alone (see vr_bs_packer for that). */
int vr_bs_split_picture(const vr_bs_stream *stream, int64_t picture, int tile, vr_bs_buffer *out, vr_bs_error *error);

/* Same-grid merging: every tile of the result is the unchanged slice of one of the streams (whole streams or tile tracks).
 * Parameter sets must be the same bytes in all streams; picture types, POC and reference picture sets must agree;
 * picture-hash SEI is dropped, since it describes a picture that no longer exists.
 * One difference is bridged: where some streams have a random-access picture and others continue (a trailing picture of P
 * slices with the same POC bits, which looks back over that point without temporal vectors, and nothing after it does), a
 * picture with tiles of both kinds is a trailing one. Its I slices get a new header; their payloads stay. It has no parameter
 * sets in front, and decoding cannot begin there. */
typedef struct vr_bs_merger vr_bs_merger;
vr_bs_merger *vr_bs_merger_open(vr_bs_stream *const *streams, int n, vr_bs_error *error);
void vr_bs_merger_close(vr_bs_merger *merger);
int64_t vr_bs_merger_pictures(const vr_bs_merger *merger);
/* Appends one access unit; pictures are asked for in order. pick[t] = stream of tile t, cols*rows of them. A tile may change its
 * stream only where it is all intra in the old and in the new stream: at random-access points without leading pictures
 * that look back (RASL), and at intra slices in between (per-tile refresh of a low-delay encoder). Where one of the streams
 * has such a random-access point, it may also change to or from a stream that continues there; a continued tile decodes
 * with the errors of what it follows (drift), until it is next all intra. */
int vr_bs_merger_picture(vr_bs_merger *merger, int64_t picture, const int *pick, vr_bs_buffer *out, vr_bs_error *error);

/* Packed merging: tiles of streams with different picture sizes are placed in a new picture. Rewrites the SPS size and
 * level, the PPS tile grid and the slice headers. Tiles must not refer beyond their own edges, picture edges included.
 * One tile alone at (0, 0) gives a stream of its own that any decoder plays. */
typedef struct {
    int stream, tile;        /* source */
    int col, row;            /* cell of the new grid */
} vr_bs_place;

typedef struct {
    int cols, rows;
    int col_width[VR_BS_MAX_COLS];   /* luma samples; all but the last are multiples of the CTB size */
    int row_height[VR_BS_MAX_ROWS];
    int level_idc;                   /* 0: the lowest level whose picture size, tile and slice limits fit */
} vr_bs_layout;

typedef struct vr_bs_packer vr_bs_packer;
vr_bs_packer *vr_bs_packer_open(vr_bs_stream *const *streams, int n, const vr_bs_layout *layout, vr_bs_error *error);
void vr_bs_packer_close(vr_bs_packer *packer);
int64_t vr_bs_packer_pictures(const vr_bs_packer *packer);
/* Appends one access unit. places[] fills every cell of the grid: one source tile of the cell's size, or several of its width
 * that stack up to its height (given from top to bottom). The same switching rule as in vr_bs_merger_picture holds. */
int vr_bs_packer_picture(vr_bs_packer *packer, int64_t picture, const vr_bs_place *places, int n_places,
                         vr_bs_buffer *out, vr_bs_error *error);

#ifdef __cplusplus
}
#endif
#endif
