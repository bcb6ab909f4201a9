/* Data shared by the coding tools: pictures, tiles, coding units and the state of one tile being coded. */
#ifndef VR_ENCODER_TYPES_H
#define VR_ENCODER_TYPES_H

#include <pthread.h>
#include <stddef.h>
#include <stdint.h>

#include "common/bitwriter.h"
#include "encoder/cabac.h"
#include "include/vr_codec.h"
#include "kernels/kernels.h"

#define VR_CTU 64          /* CtbSizeY, fixed */
#define VR_CTU_LOG2 6
#define VR_PAD 80          /* border around reference planes, luma samples (chroma: half) */
#define VR_MV_SLACK 72     /* blocks may lie this far outside the picture; VR_PAD - 8 filter samples */
#define VR_MAX_REFS 4
#define VR_MAX_MERGE 5
#define VR_SAO_ROWS 8      /* luma rows above a CTU boundary that wait for the deblocking of the next CTU row */

#define VR_MIN(a, b) ((a) < (b) ? (a) : (b))
#define VR_MAX(a, b) ((a) > (b) ? (a) : (b))

static inline int vr_clip3(int lo, int hi, int v) { return v < lo ? lo : v > hi ? hi : v; }

typedef enum { VR_SLICE_B = 0, VR_SLICE_P = 1, VR_SLICE_I = 2 } vr_slice_type; /* slice_type, table 7-7 */
typedef enum { VR_MODE_INTER = 0, VR_MODE_INTRA = 1, VR_MODE_SKIP = 2 } vr_pred_mode;
typedef enum { VR_PART_2Nx2N = 0, VR_PART_2NxN = 1, VR_PART_Nx2N = 2, VR_PART_NxN = 3 } vr_part_mode;

typedef struct { int16_t x, y; } vr_mv; /* quarter luma samples */

/* Motion of a prediction block; ref[l] < 0: list l unused; both unused: intra. */
typedef struct {
    vr_mv mv[2];
    int8_t ref[2];
} vr_motion;

/* Decisions for one coding unit, all that its syntax needs besides the coefficients. */
typedef struct {
    uint8_t log2_size, pred_mode, part_mode;
    uint8_t merge[2], merge_idx[2];   /* per prediction unit */
    uint8_t mvp[2][2];                /* [unit][list] mvp_lX_flag */
    vr_motion motion[2];
    vr_mv mvd[2][2];                  /* [unit][list] */
    uint8_t luma_mode[4], chroma_mode; /* intra; chroma_mode is IntraPredModeC 0..34 */
    uint8_t chroma_syntax;             /* intra_chroma_pred_mode 0..4 */
    uint8_t tu_split;                  /* residual quad-tree: 0 one unit, 1 four (always for 64 and NxN) */
    uint8_t cbf[3];                    /* bit i: transform unit i has coefficients (Y, Cb, Cr) */
    int8_t qp;                         /* QpY */
    int8_t qp_delta, has_qp_delta;     /* cu_qp_delta, when this unit is the one that sends it */
} vr_cu;

/* The prediction units are 8x4 or 4x8: they cannot be bi-predicted, and no flag says so. */
static inline int vr_one_direction(const vr_cu *cu)
{
    return cu->log2_size == 3 && cu->part_mode != VR_PART_2Nx2N;
}

/* Per-picture grid information. Index 8x8 cells by (y >> 3) * stride8 + (x >> 3), 4x4 likewise. */
typedef struct {
    uint8_t *flags;      /* 8x8: VR_CELL_* | log2 size << 4 */
    int8_t *qp;          /* 8x8: QpY */
    uint8_t *intra_mode; /* 4x4: IntraPredModeY, DC where not intra */
    vr_motion *motion;   /* cells of 1 << motion_log2: 8x8, or 4x4 where partitions may be that thin */
    uint8_t *bs_ver;     /* bS of the edge left of 8-column x>>3 at 4-row y>>2: (y >> 2) * stride8 + (x >> 3) */
    uint8_t *bs_hor;     /* bS of the edge above 8-row y>>3 at 4-column x>>2: (y >> 3) * stride4 + (x >> 2) */
    uint8_t *nonzero;    /* 4x4: luma coefficients present */
    int stride8, stride4, rows8;
    int motion_log2, motion_stride;
} vr_grid;

static inline vr_motion *vr_motion_at(const vr_grid *g, int x, int y)
{
    return &g->motion[(y >> g->motion_log2) * g->motion_stride + (x >> g->motion_log2)];
}

#define VR_CELL_SKIP 1
#define VR_CELL_INTRA 2

/* A picture in coded size with its border; reconstruction and, later, reference. */
typedef struct vr_frame {
    vr_pixel *plane[3];
    ptrdiff_t stride[3];
    void *memory;
    size_t memory_size;
    vr_grid grid;
    int poc;
    int64_t display_index;
    int is_intra;
    int n_refs[2], ref_poc[2][VR_MAX_REFS]; /* for temporal motion candidates of later pictures */
    int *progress;      /* per tile: luma rows (from the picture's top) that are final and padded */
    int n_tiles;
    int users;          /* held as reference, for output or as work in progress */
    pthread_mutex_t lock;
    pthread_cond_t moved;
} vr_frame;

/* A source picture, padded to coded size, shared by all qualities. */
typedef struct {
    vr_pixel *plane[3];
    ptrdiff_t stride[3];
    void *memory;
    int64_t pts, display_index;
    int force_idr, scene_cut;
    uint8_t *refresh;  /* per tile: code all-intra */
    int users;
} vr_source;

typedef struct {
    int x0, y0, x1, y1;                 /* luma samples; x1, y1 limited to the coded picture */
    int ctu_x0, ctu_y0, ctu_x1, ctu_y1;
    int address;                        /* raster CTU address of the first CTU */
} vr_tile;

/* How far the encoder searches; from the preset, then overridden by vr_param. */
typedef struct {
    int min_cu_log2;
    int max_merge;            /* merge candidates compared */
    int refs;
    int gop_size;
    int lookahead;
    int rect;                 /* 2NxN and Nx2N */
    int tu_split_inter, tu_split_intra;
    int intra_nxn;            /* 4x4 prediction in 8x8 units */
    int intra_rd;             /* intra modes that get a full check */
    int intra_full_search;    /* 1: all 35 modes by SATD; 0: coarse then fine */
    int intra_in_inter;       /* 0 only where inter is poor, 1 always compare by SATD */
    int search_range;         /* full samples around the best predictor */
    int me_iterations;
    int subpel;               /* 0 half + quarter cross, 1 full 8 neighbours twice */
    int rdoq;                 /* 0 dead zone, 1 RDOQ */
    int sign_hiding, sao, deblock;
    int early_skip;           /* 1: a merge without residual ends the search of a unit; 2: skip being cheapest does */
    int border_effort;        /* 1: units at the border of a constrained tile get partitions and no early end */
    int skip_only_64;         /* 1: no motion search for 64x64 units */
    int sao_levels;           /* SAO in pictures of hierarchy levels below this */
    int chroma_rd;
} vr_tools;

struct vr_seq;
struct vr_pic;

#define VR_INTRA_CAND_MAX 8

/* Buffers of one depth of the recursion. */
typedef struct {
    vr_pixel pred[2][VR_CTU * VR_CTU];
    vr_pixel recon[2][VR_CTU * VR_CTU];
    int16_t coef[2][VR_CTU * VR_CTU];
} vr_depth_buf;

typedef struct { uint8_t type, band, eo_class; int8_t offset[4]; } vr_sao_comp; /* type 0 off, 1 band, 2 edge */
typedef struct { vr_sao_comp comp[3]; uint8_t merge_left, merge_up; } vr_sao;

/* State of one worker coding one tile of one picture. */
typedef struct vr_coder {
    const struct vr_seq *seq;
    struct vr_pic *pic;
    const vr_kernels *k;
    const vr_tools *tools;
    const vr_tile *tile;
    int tile_index;
    vr_frame *frame;        /* reconstruction */
    const vr_source *src;

    vr_cabac cabac;
    /* rate-distortion constants of the current quantisation group */
    int qp, qp_chroma;
    double base_qp;         /* QP of the picture or, under rate control, of this part of it */
    double lambda;          /* squared error per bit */
    double lambda_q15;      /* lambda / 32768: multiplies VR_CTX_BITS sums */
    int32_t lambda_satd_q15; /* sqrt(lambda) in Q15: SAD/SATD units per bit */
    double lambda_of_qp[52];

    /* cu_qp_delta state (8.6.1) */
    int qg_log2;
    int last_qp;            /* QpY of the last unit in decoding order */
    int qg_pred;            /* qPY_PRED of the group */
    int qg_qp;              /* QpY in the group from here on */
    int qg_coded;           /* CuQpDeltaVal already sent in this group */

    /* CTU being coded */
    int ctu_x, ctu_y;       /* luma samples */
    vr_cu cu[64];           /* decision of the unit whose top-left 8x8 cell is the index (raster in CTU) */
    int16_t *coef[3];       /* levels of the CTU: luma at 8x8 cell offset, each unit contiguous; see vr_coef_at */
    vr_depth_buf *depth;    /* [4] by log2 size - 3 */
    int16_t *residual, *transformed, *level;  /* one 32x32 transform block each */
    int32_t *delta;
    int16_t *mc16[2];       /* 64x64 14-bit predictions */
    int16_t *interp;        /* 64 x 71 intermediate */
    vr_pixel *tmp[4];       /* 64x64 scratch predictions, stride 64 */

    /* unfiltered neighbours for intra prediction, since deblocking runs CTU by CTU */
    vr_pixel *above[2][3];  /* [CTU row parity][plane], indexed by x within the picture */
    vr_pixel left[3][VR_CTU];

    /* sample adaptive offset */
    vr_sao *sao;            /* per CTU of the tile, raster */
    vr_pixel *sao_line[3];  /* last deblocked row above the next band, whole tile width */
    vr_pixel *sao_copy[3];  /* deblocked copy of a band */
    int sao_luma, sao_chroma;

    int mv_y_limit;         /* vectors point at most this many full samples below the unit's CTU row */
    int refresh;            /* this tile is coded all-intra */
    int slice_type;         /* of this tile's slice */
    int slice_qp;           /* likewise: the picture's, raised by the tile's mean latitude */

    vr_mv seed[4][2][VR_MAX_REFS]; /* [log2 size - 3]: last vectors found around here, starts for smaller units */
    uint8_t has_seed[4][2][VR_MAX_REFS];

    /* statistics */
    uint64_t sse[3];
    double wsse;
    double qp_sum;
    int qp_count;
    void *memory;
} vr_coder;

/* The picture being coded, one quality. */
typedef struct vr_pic {
    vr_source *src;
    vr_frame *frame;
    int quality;
    int slice_type, nal_type;
    int temporal_level;      /* depth in the GOP hierarchy (TemporalId stays 0) */
    int poc;
    int is_reference;
    double qp;               /* slice QP before rounding */
    int slice_qp;
    double lambda_scale;
    int n_refs[2];
    vr_frame *ref[2][VR_MAX_REFS];
    int n_rps, rps_poc[16]; uint8_t rps_used[16];  /* all pictures kept, sorted as coded */
    vr_frame *rps_frame[16];
    int rps_idx;             /* in the SPS list, or -1: written in the slice header */
    int mvd_l1_zero, temporal_mvp, sao;
    int collocated_list;
    int64_t coding_index;
    struct vr_rc *rc;        /* asked for QP changes inside the picture, or NULL */
    const int16_t *qp_map;   /* per 16x16, 1/256 QP, or NULL */
    int qp_map_stride;

    vr_buffer *tile_bits;    /* RBSP of each tile's slice NAL: header and data */
    uint8_t *tile_intra;
    int tiles_left;
    uint64_t sse[3];
    double wsse, qp_sum;
    int qp_count;
    int done;
    vr_buffer packet;
    vr_range *ranges;
    uint64_t *tile_sse;      /* luma */
    int64_t pts, dts;
    vr_frame *base;          /* the same picture in quality 0, whose partitions and vectors guide this one, or NULL */
} vr_pic;

/* What is constant over the sequence. */
typedef struct vr_seq {
    vr_param param;
    vr_tools tools;
    const vr_kernels *k;
    int width, height;        /* shown */
    int coded_w, coded_h;     /* multiples of 8 */
    int ctu_cols, ctu_rows;
    int n_tiles, tile_cols, tile_rows;
    vr_tile *tile;
    int col_bd[VR_MAX_TILE_COLS + 1], row_bd[VR_MAX_TILE_ROWS + 1]; /* in CTUs */
    int qg_log2;              /* quantisation group, log2 */
    int cu_qp_delta;
    int temporal_mvp;
    int thin;                 /* 8x8 units may have partitions of 8x4 and 4x8 */
    int max_merge;            /* MaxNumMergeCand */
    int mv_range_y;           /* rows below a CTU row a vector may reach */
    int max_num_reorder, max_dec_buffering;
    int log2_max_poc_lsb;
    int ends_alone;           /* the last picture before a random-access one is an anchor of its own, with no B pictures */
    int tu_depth_inter, tu_depth_intra;
    int level_idc, high_tier;
    int n_rps;
    struct { int n_neg, n_pos; int delta[16]; uint8_t used[16]; } rps[64];
    int8_t *latitude_qp;      /* per 8 luma rows, QP offset in 1/8 */
    uint16_t *row_weight;     /* WS weights per shown luma row, Q15 */
    double row_weight_mean;
} vr_seq;

/* Zero-order neighbour availability inside a tile (6.4.1; one slice = one tile). */
extern const uint8_t vr_zscan[16][16]; /* z-order of 4x4 cells, [y][x] */

static inline int vr_available(const vr_tile *t, int xc, int yc, int xn, int yn)
{
    int cx, cy, nx, ny;
    if (xn < t->x0 || yn < t->y0 || xn >= t->x1 || yn >= t->y1)
        return 0;
    cx = xc >> VR_CTU_LOG2, cy = yc >> VR_CTU_LOG2, nx = xn >> VR_CTU_LOG2, ny = yn >> VR_CTU_LOG2;
    if (ny != cy)
        return ny < cy;
    if (nx != cx)
        return nx < cx;
    return vr_zscan[(yn >> 2) & 15][(xn >> 2) & 15] < vr_zscan[(yc >> 2) & 15][(xc >> 2) & 15];
}

/* Coefficients of the transform block at (x, y): luma blocks of a CTU lie one after another in z-order, so that
 * a unit of any size is contiguous; chroma blocks the same with a quarter of the offset. */
static inline int16_t *vr_coef_at(const vr_coder *c, int plane, int x, int y)
{
    int z = vr_zscan[(y >> 2) & 15][(x >> 2) & 15];
    return c->coef[plane] + (plane ? z * 4 : z * 16);
}

int vr_chroma_qp(int qp);

#endif
