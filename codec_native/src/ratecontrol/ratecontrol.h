/* Lookahead and rate control: what the encoder core calls.
 *
 * Both stand apart from the bitstream: they see pictures and sizes, and answer with costs, offsets and QPs. Nothing here
 * depends on time or on the number of threads, so the same input gives the same bytes on any machine.
 *
 * Order of calls, one encoder instance (display_idx counts input pictures from 0, coding_idx coded pictures from 0):
 *
 *   vr_lookahead_push(la, luma, stride)          every input picture, display order  -> display_idx, scene-cut flag
 *   vr_lookahead_plan(la, plan, n, n_commit)     when the core fixes the next mini-GOP -> offsets for its pictures
 *   vr_lookahead_info(la, display_idx)           costs, QP offsets and seed vectors of one planned picture
 *   vr_rc_frame_qp(rc, &frame, &target)          before coding a picture, coding order
 *     [ vr_rc_part_qp(...)                       inside the picture, only for VBV / CBR ]
 *   vr_rc_frame_recode(rc, coding_idx, bits, &qp) after coding it, only for VBV / CBR: must it be coded again?
 *   vr_rc_frame_done(rc, coding_idx, bits, qp)   after coding it
 *   vr_lookahead_release(la, display_idx)        when the picture is no longer needed by the core
 */
#ifndef VR_RATECONTROL_H
#define VR_RATECONTROL_H

#include <stddef.h>
#include <stdint.h>

#include "include/vr_codec.h"
#include "kernels/kernels.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum { VR_PIC_I = 0, VR_PIC_P = 1, VR_PIC_B = 2 } vr_pic_kind;

/* ------------------------------------------------------------------------------------------------ lookahead */

#define VR_LA_BLOCK 16      /* luma samples on a side of one lookahead block: 8x8 in the half-size picture */
#define VR_LA_MAX_REFS 2    /* references of one picture that importance flows along */

typedef struct vr_lookahead vr_lookahead;

/* Runs fn(arg, i) for every i in 0..n-1, in any order and on any threads, and returns when all are done. */
typedef void (*vr_parallel_for)(void *pool, int n, void (*fn)(void *arg, int i), void *arg);

typedef struct {
    int width, height;        /* luma size of the coded pictures (multiples of 8 or not: both are fine) */
    int max_pictures;         /* most pictures held at once (pushed and not yet released), e.g. lookahead + 2 GOPs */
    double aq_strength;       /* 0 = off; 1.0 = as x264's variance AQ mode 2 without the auto-strength bias */
    double tree_strength;     /* 0 = off; 5*(1-0.6) = 2.0 is x264's mb-tree default */
    int scenecut;             /* 0 = off; 40 is the usual threshold */
    int fast;                 /* 1: ultrafast/superfast (fewer search steps, no intra planar/angular check) */
    double row_weight_erp;    /* cost sums: 0 = every block row counts the same, 1 = weighted by cos(latitude) */
    int stereo_top_bottom;    /* 1: two equirectangular pictures above each other, for row_weight_erp */
    const vr_kernels *kernels;
    vr_parallel_for parallel; /* NULL: run serially */
    void *pool;               /* passed to parallel */
} vr_lookahead_param;

/* One picture of the structure that the core will really code. */
typedef struct {
    int64_t display_idx;
    vr_pic_kind kind;
    int n_refs;                              /* 0 for I; 1 for P, 1..2 for B */
    int64_t ref_display_idx[VR_LA_MAX_REFS]; /* nearest past and nearest future reference (both may be past, low delay) */
    int is_reference;                        /* other pictures refer to it */
} vr_la_plan;

typedef struct { int16_t x, y; } vr_la_mv;   /* quarter luma samples of the full-size picture */

/* Everything in here is owned by the lookahead and stays valid until vr_lookahead_release. Block grids are
 * blocks_w x blocks_h = ceil(width/16) x ceil(height/16), raster order, no padding. */
typedef struct {
    int64_t display_idx;
    int scene_cut;                 /* 1: this picture has little in common with the one before it */
    int static_picture;            /* 1: identical to the one before it (every lowres sample) */
    int blocks_w, blocks_h;
    const int16_t *qp_offset;      /* per block, 1/256 QP: AQ plus (reference pictures) importance; add to the frame QP */
    const int16_t *aq_offset;      /* per block, 1/256 QP: AQ alone, mean about 0 over the picture */
    const uint16_t *intra_cost;    /* per block, SATD of the best intra guess in the half-size picture (saturated) */
    const uint16_t *inter_cost;    /* per block, SATD of the best inter guess, <= intra_cost; as planned references */
    const vr_la_mv *mv[VR_LA_MAX_REFS]; /* seed vectors to ref_display_idx[i], or NULL where the plan has no such ref */
    int64_t ref_display_idx[VR_LA_MAX_REFS];
    int64_t frame_intra_cost;      /* sums over blocks (row-weighted if asked), for rate control */
    int64_t frame_cost;            /* sum of min(intra, inter) */
    double mean_qp_offset;         /* mean of qp_offset, in QP */
} vr_la_info;

/* NULL when out of memory or when a parameter is out of range. */
vr_lookahead *vr_lookahead_open(const vr_lookahead_param *param);
void vr_lookahead_close(vr_lookahead *la);

/* Takes a picture in display order: makes the half-size copy (the luma plane is not kept), intra costs, AQ, and the cost
 * against the picture before it. Returns its display_idx, or -1 when max_pictures are already held. *scene_cut (may be
 * NULL) tells at once whether the picture opens a new scene, so that the core can place a random-access point. */
int64_t vr_lookahead_push(vr_lookahead *la, const uint8_t *luma, ptrdiff_t stride, int *scene_cut);

/* Tells the structure of the pictures that are known so far, in CODING order: the first n_commit pictures (the next
 * mini-GOP) get their final costs, vectors and offsets; the n - n_commit after it are planned only as far as they may
 * change again, and serve to see what will still refer to the committed ones. References must be pictures that were pushed;
 * released ones still serve while their memory has not gone to newer pictures, then they are left out.
 * Motion search results are kept, so a pair (picture, reference) that comes again costs nothing.
 * Returns 0, or -1 for a plan that names a picture that is not held or a reference that never was. */
int vr_lookahead_plan(vr_lookahead *la, const vr_la_plan *plan, int n, int n_commit);

/* Fills plan[] for n pictures following `first` in display order as one dyadic hierarchical-B mini-GOP whose anchor is the
 * last one (kind `anchor`: VR_PIC_P, VR_PIC_B or VR_PIC_I), coding order, past anchor `prev` (-1: none). Returns n. A
 * convenience for cores with exactly that structure and for the tests. */
int vr_la_plan_dyadic(vr_la_plan *plan, int64_t prev, int64_t first, int n, vr_pic_kind anchor);

/* NULL when the picture is not held. Before the picture was committed by a plan, qp_offset equals aq_offset,
 * inter_cost equals intra_cost, there are no vectors, and frame_cost is a guess from the picture before.
 * The memory of a released picture is used for the next one that is pushed. */
const vr_la_info *vr_lookahead_info(const vr_lookahead *la, int64_t display_idx);

void vr_lookahead_release(vr_lookahead *la, int64_t display_idx);

/* --------------------------------------------------------------------------------------------- rate control */

#define VR_RC_MAX_LEVEL 6

typedef struct {
    vr_rate_mode mode;
    double qp;                /* CQP: QP of P / anchor pictures, 0..51 */
    double crf;               /* CRF: 0..51 */
    double bitrate;           /* ABR, CBR: bit/s */
    double maxrate, bufsize;  /* bit/s and bit; 0 = no VBV (CBR: bufsize 0 -> a quarter of a second, maxrate = bitrate) */
    double vbv_init;          /* fullness of the buffer at the start, 0..1 of bufsize; 0 -> 0.9 */
    double fps;               /* pictures per second */
    int width, height;
    int keyint;               /* 0: only the first picture is intra */
    int gop_size;             /* pictures of a mini-GOP: 1, 2, 4, 8, 16; tells how often each temporal level comes */
    int qp_min, qp_max;       /* 0..51, qp_max 0 -> 51 */
    double intra_offset;      /* QP of I pictures against anchors, e.g. -3 (CQP/CRF; HM random access: -3..-1) */
    double level_offset[VR_RC_MAX_LEVEL + 1]; /* QP of temporal level t against anchors: level_offset[0] = 0, +1 .. +5 */
    int frame_delay;          /* pictures in coding order that may still be in coding when the next QP is asked: 0..16.
                                 Must be 0 when vbv/CBR is on, since the recode answer comes after the picture */
} vr_rc_param;

typedef struct {
    int64_t coding_idx;       /* 0, 1, 2 ... without gaps */
    vr_pic_kind kind;
    int temporal_level;       /* 0 = anchors */
    int keyframe;             /* random-access point */
    int scene_cut;
    double cost;              /* vr_la_info.frame_cost (I: frame_intra_cost); 0 = unknown */
    double mean_qp_offset;    /* vr_la_info.mean_qp_offset */
} vr_rc_frame;

typedef struct {
    double qp;                /* base QP of the picture, before block offsets; already has kind and level offsets */
    double target_bits;       /* what rate control expects the picture to take */
    double max_bits;          /* hard bound (VBV / CBR): more than this makes the buffer run empty; 0 = none */
} vr_rc_target;

typedef struct vr_rc vr_rc;

/* NULL on a parameter out of range; *error (may be NULL) then points to a constant message. */
vr_rc *vr_rc_open(const vr_rc_param *param, const char **error);
void vr_rc_close(vr_rc *rc);

/* How many pictures before this one may still be in coding when its QP is asked: frame_delay, but none where the first
 * anchors of an average rate look for their level. */
int vr_rc_delay(const vr_rc *rc, int64_t coding_idx, int temporal_level);

/* Before a picture is coded, in coding order. Only results of pictures up to coding_idx - 1 - vr_rc_delay() are used, and
 * they must have been reported: the core waits for exactly those. Returns the base QP too; < 0: called out of order. */
double vr_rc_frame_qp(vr_rc *rc, const vr_rc_frame *frame, vr_rc_target *target);

/* Inside a picture, for VBV/CBR: the QP for the next part. share = fraction of the picture's expected cost that this
 * coder (tile or whole picture) has already coded of its own part, 0..1; part = this coder's fraction of the whole picture
 * (1 for the whole picture, tiles: their predicted cost share); bits = what it has written so far. A pure function of its
 * arguments and the picture's target, so that parallel tiles stay deterministic. Outside VBV/CBR it returns target.qp. */
double vr_rc_part_qp(const vr_rc *rc, int64_t coding_idx, double share, double part, double bits);

/* After a picture was coded with `bits`: 1 when it does not fit the buffer and must be coded again at *qp (higher),
 * 0 when it fits or nothing more can be done (*qp untouched). Ends: QP rises by at least 1 each time, up to qp_max. */
int vr_rc_frame_recode(vr_rc *rc, int64_t coding_idx, double bits, double *qp);

/* After a picture is done, with its final size and the base QP it had (from vr_rc_frame_qp or vr_rc_frame_recode).
 * May come from any thread as long as calls for one rc do not overlap and
 * come in coding order. Returns the bits of filler data that must follow the picture to keep the buffer from overflowing
 * (CBR only; a multiple of 8; 0 otherwise). */
int64_t vr_rc_frame_done(vr_rc *rc, int64_t coding_idx, double bits, double qp);

/* Fullness of the decoder's buffer in bits after the last reported picture was taken out; < 0 without VBV. */
double vr_rc_buffer(const vr_rc *rc);

#ifdef __cplusplus
}
#endif
#endif
