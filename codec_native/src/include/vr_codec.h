/* Public C interface of the HEVC encoder.
 *
 * One vr_encoder takes 8-bit 4:2:0 pictures in display order and returns HEVC Main access units (Annex B
 * byte stream) in decoding order. All functions are safe to call from any thread, but one encoder is used by
 * one thread at a time. Work inside is spread over param.threads workers; the bytes never depend on the
 * number of threads or on the instruction set.
 */
#ifndef VR_CODEC_H
#define VR_CODEC_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define VR_MAX_QUALITIES 8
#define VR_MAX_TILE_COLS 20
#define VR_MAX_TILE_ROWS 22
#define VR_REASON_VALUES 4

/* Error codes: 0 is success, negative is failure. vr_strerror() explains each. */
typedef enum vr_error {
    VR_OK = 0,
    VR_ERR_PARAM = -1,    /* a setting is out of range or two settings contradict: see vr_param_validate */
    VR_ERR_MEMORY = -2,   /* allocation failed */
    VR_ERR_PICTURE = -3,  /* picture planes missing, stride too small, or size differs from the encoder's */
    VR_ERR_SIMD = -4,     /* asked-for instruction set is not available on this machine */
    VR_ERR_STATE = -5,    /* call order: a picture after flushing began */
    VR_ERR_THREAD = -6    /* a worker thread could not be started */
} vr_error;

typedef enum vr_preset {
    VR_PRESET_ULTRAFAST = 0,
    VR_PRESET_SUPERFAST = 1,
    VR_PRESET_FAST = 2,
    VR_PRESET_MEDIUM = 3,
    VR_PRESET_SLOW = 4
} vr_preset;

typedef enum vr_rate_mode {
    VR_RATE_CQP = 0, /* constant QP (qp), cascaded over temporal levels */
    VR_RATE_CRF = 1, /* constant rate factor (crf); with maxrate_kbps > 0 capped by the VBV */
    VR_RATE_ABR = 2, /* average bit rate (bitrate_kbps); with maxrate_kbps > 0 capped VBR with VBV */
    VR_RATE_CBR = 3  /* low delay, bounded frame sizes: bitrate_kbps with a buffer of bufsize_kbit */
} vr_rate_mode;

typedef enum vr_projection { VR_PROJECTION_FLAT = 0, VR_PROJECTION_ERP = 1 } vr_projection;
typedef enum vr_stereo { VR_STEREO_MONO = 0, VR_STEREO_TOP_BOTTOM = 1 } vr_stereo;
typedef enum vr_frame_type { VR_FRAME_IDR = 0, VR_FRAME_I = 1, VR_FRAME_P = 2, VR_FRAME_B = 3, VR_FRAME_CRA = 4 } vr_frame_type;
/* How random-access pictures are coded; both start a closed group, none has leading pictures. */
typedef enum vr_key_type { VR_KEY_IDR = 0, VR_KEY_CRA = 1 } vr_key_type;
/* Instruction set; the values are those of vr_simd_level in kernels/kernels.h. */
typedef enum vr_isa { VR_ISA_C = 0, VR_ISA_AVX2 = 1, VR_ISA_AVX512 = 2, VR_ISA_AUTO = 3 } vr_isa;

/* What differs between the qualities that one pass encodes. Quality 0 is the best one. */
typedef struct vr_quality {
    double qp_offset;   /* added to the QP of quality 0 in CQP and CRF modes; 0..30, rising */
    int bitrate_kbps;   /* ABR, CBR: target of this quality (quality 0 uses vr_param.bitrate_kbps) */
    int maxrate_kbps;   /* 0 = no VBV */
    int bufsize_kbit;
    int continues;      /* 1: where the others have random-access pictures, this one has them only at each key_group-th and
                           else P pictures that look back to the picture shown before, and to no other. Each group begins
                           as quality 0 (constant QP and CRF, without VBV), at its QP. A tile that follows the same tile
                           of another quality decodes with that one's errors, until the next I picture */
} vr_quality;

/* Settings of an encoder. Fill by vr_param_default(), change, check by vr_param_validate(). */
typedef struct vr_param {
    /* picture */
    int width, height;          /* luma samples of the picture shown, 16..8192, even */
    int fps_num, fps_den;       /* frame rate; 1..240 frames per second */
    int projection;             /* vr_projection: ERP turns latitude-aware QP and the projection SEI on */
    int stereo;                 /* vr_stereo: with TOP_BOTTOM latitude runs in each half */

    /* rate */
    int rc_mode;                /* vr_rate_mode */
    double qp;                  /* CQP: QP of P anchors, 0..51 */
    double crf;                 /* CRF: 0..51 */
    int bitrate_kbps, maxrate_kbps, bufsize_kbit;
    double latitude_strength;   /* 0..2 scales the latitude QP offset; 1 follows WS-PSNR; ERP only */
    double aq_strength;         /* 0..2 variance AQ; 0 off; <0: the mode's default (0 in CQP, 1 else) */
    int cutree;                 /* 1/0: propagate importance from lookahead; <0: mode's default */
    int lookahead;              /* pictures of lookahead, 0..64; <0: preset */
    int scenecut;               /* 0 off, 1: key frame at scene cuts (off with mcts: fixed structure) */

    /* structure */
    int preset;                 /* vr_preset */
    int keyint;                 /* distance of random-access pictures in frames, 1..65535; 0: only the first */
    int key_type;               /* vr_key_type; CRA: the picture order count runs on. First and forced ones are IDR */
    int key_group;              /* of qualities that continue: every so many-th random-access picture is one; 1..64. Streams
                                   that shall be packed with those have the same, also where none of theirs continues */
    int gop_size;               /* hierarchical-B mini GOP: 1 (no B), 2, 4, 8, 16; 0: preset */
    int low_delay;              /* 1: P pictures in display order, no reordering, no picture delay */
    int refs;                   /* 1..4 references per list; 0: preset */

    /* tiles */
    int tile_cols, tile_rows;   /* 1x1 = no tiles */
    int tile_col_width[VR_MAX_TILE_COLS];  /* explicit widths in CTUs (64 samples); all 0: uniform */
    int tile_row_height[VR_MAX_TILE_ROWS]; /* explicit heights in CTUs; all 0: uniform */
    int mcts;                   /* 1: motion-constrained tiles, mergeable across qualities and encodes */
    int tile_refresh;           /* low_delay: every tile is coded all-intra once in this many pictures, in turn; 0 off */

    /* qualities in one pass */
    int n_qualities;            /* 1..VR_MAX_QUALITIES */
    vr_quality quality[VR_MAX_QUALITIES];

    /* machine */
    int threads;                /* 1..64; 0: number of CPUs. Never changes the bytes */
    int simd;                   /* vr_isa; AUTO obeys the environment variable VR_CODEC_SIMD */

    /* stream */
    int hash_sei;               /* 1: decoded picture hash SEI (MD5) in every picture */
    int aud;                    /* 1: access unit delimiters */
    int repeat_headers;         /* 1: VPS/SPS/PPS before every random-access picture; 0: only by vr_encoder_headers */
    int colour_primaries, transfer_characteristics, matrix_coefficients; /* VUI, 2 = unspecified */
    int full_range;             /* VUI video_full_range_flag */
    int level_idc;              /* 30 x level, 0: chosen from size, rate and tiles */
    int high_tier;              /* 1: High tier */

    /* tools; <0: preset */
    int sao, deblock, rdoq, sign_hiding, rect_partitions, max_merge;
    int min_cu_log2;            /* 3..5; <0: preset */

    int recon;                  /* 1: packets carry the reconstructed picture */
} vr_param;

/* One picture in. Planes are copied before the call returns. */
typedef struct vr_picture {
    const uint8_t *plane[3];    /* Y, Cb, Cr */
    ptrdiff_t stride[3];        /* bytes between rows, >= plane width */
    int width, height;          /* luma size, must equal the encoder's */
    int64_t pts;                /* rising; any unit, handed back in packets */
    int force_idr;              /* 1: code as IDR (starts a new closed GOP) */
    const uint8_t *refresh_tiles; /* optional, low_delay: one byte a tile, 1 = code this tile all-intra */
} vr_picture;

typedef struct vr_range {
    uint32_t offset, size;      /* bytes in packet.data: the slice NAL units of one tile, start code included */
} vr_range;

/* One access unit out. Memory is the encoder's and stays valid until the next call on it. */
typedef struct vr_packet {
    int quality;                /* index into vr_param.quality */
    const uint8_t *data;
    size_t size;
    int64_t pts, dts;           /* dts: same unit as pts; rises by one picture; dts <= pts */
    int frame_type;             /* vr_frame_type */
    int keyframe;               /* 1: IDR or CRA, decoding can begin here */
    int temporal_level;         /* 0 = anchors */
    int poc;                    /* picture order count, 0 at each IDR */
    int64_t display_index;      /* 0.. in input order */
    double qp;                  /* slice QP */
    double average_qp;          /* mean QP of its CTUs after AQ and latitude */
    int n_tiles;
    const vr_range *tile;       /* n_tiles ranges in raster order */
    const uint8_t *refreshed;   /* n_tiles bytes, 1: this tile is all-intra (all 1 in key frames) */
    uint64_t sse[3];            /* squared error against the source, planes Y, Cb, Cr, shown area */
    const uint64_t *tile_sse;   /* n_tiles: what each adds to sse[0] */
    double wsse_y;              /* weighted by latitude with mean weight 1 (plain sse when flat) */
    const uint8_t *recon[3];    /* reconstruction when vr_param.recon, else NULL */
    ptrdiff_t recon_stride[3];
} vr_packet;

typedef struct vr_encoder vr_encoder;

/* Name -> preset index ("ultrafast" .. "slow"), -1 if unknown. */
int vr_preset_from_name(const char *name);

/* Fill *p with the defaults of a preset: 1920x960 at 30, CQP 32, keyint 32, one tile. */
void vr_param_default(vr_param *p, int preset);

/* Why settings are refused: an English sentence with places {0}, {1} ... for the values, so that it can be translated. */
typedef struct vr_reason {
    const char *text;                   /* static; NULL: nothing was refused */
    int n_values;
    char value[VR_REASON_VALUES][32];   /* each terminated */
} vr_reason;

/* Check settings. Returns VR_OK, or VR_ERR_PARAM with the reason in *why (may be NULL). */
int vr_param_validate(const vr_param *p, vr_reason *why);

/* Make an encoder. NULL on failure with the code in *error (may be NULL). */
vr_encoder *vr_encoder_open(const vr_param *p, int *error);

/* VPS, SPS, PPS (and sphere/MCTS SEI) as a byte stream; identical for every quality. Encoder's memory. */
int vr_encoder_headers(vr_encoder *enc, const uint8_t **data, size_t *size);

/* Give a picture (or NULL to flush) and take what is ready: an array of *n_packets packets, by decoding
 * order and within one picture by quality. While flushing, call with NULL until it returns 0 packets.
 * Returns VR_OK or an error; after an error other than VR_ERR_PICTURE the encoder can only be closed. */
int vr_encoder_encode(vr_encoder *enc, const vr_picture *pic, const vr_packet **packets, int *n_packets);

/* Pictures an encoder may hold before the first packet comes out, and its memory in bytes. */
int vr_encoder_delay(const vr_encoder *enc);
size_t vr_encoder_memory(const vr_encoder *enc);

/* Tile rectangles in luma samples (x, y, width, height of tile i); returns the number of tiles. */
int vr_encoder_tiles(const vr_encoder *enc, int (*rect)[4], int max_tiles);

/* Name of the instruction set in use: "c", "avx2" or "avx512". */
const char *vr_encoder_simd(const vr_encoder *enc);

void vr_encoder_close(vr_encoder *enc);

/* English sentence for an error code. */
const char *vr_strerror(int error);

#ifdef __cplusplus
}
#endif
#endif
