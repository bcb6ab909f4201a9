/* What the parts of the lookahead share: small pictures, motion search on them, and the importance tree. */
#ifndef VR_LOOKAHEAD_INTERNAL_H
#define VR_LOOKAHEAD_INTERNAL_H

#include "ratecontrol/ratecontrol.h"

#define VR_LA_PAD 32       /* replicated samples around a small picture */
#define VR_LA_BAND 8       /* block rows that one task searches; motion predictors do not cross bands */
#define VR_LA_PAIRS 6      /* (picture, reference) results kept with a picture */
#define VR_LA_SPARE 8      /* released pictures that are kept while there is unused room */
#define VR_LA_COST_MAX 0xffff

/* A small copy of the luma plane: level 0 half size, level 1 quarter size; whole 8x8 blocks, padded on all sides. */
typedef struct {
    vr_pixel *memory;
    vr_pixel *origin;
    ptrdiff_t stride;
    int width, height;      /* multiples of 8 */
    int blocks_w, blocks_h; /* 8x8 blocks */
} vr_la_plane;

/* The search result of one picture against one reference; vectors in half samples of the level's own picture. */
typedef struct {
    int64_t ref_display_idx; /* -1: unused */
    uint16_t *cost;
    vr_la_mv *mv;
} vr_la_pair;

typedef struct {
    int64_t display_idx;     /* -1: never used */
    int released;            /* the core is done with it; kept as a reference until its memory is needed */
    vr_la_plane plane[2];
    uint16_t *intra_cost;
    uint16_t *inter_cost;    /* as planned, <= intra */
    uint8_t *from_refs;      /* per block: bit 0/1: predicted from reference 0/1 */
    int16_t *aq_offset, *qp_offset;
    float *importance;       /* cost of later pictures that hangs on this block */
    vr_la_pair pairs[VR_LA_PAIRS];
    int next_pair;           /* slot that is recycled next */
    vr_la_mv *seed[VR_LA_MAX_REFS]; /* quarter luma samples of the full picture */
    double coarse_ratio;     /* inter / intra cost at quarter size against the picture before */
    vr_la_info info;
} vr_la_picture;

struct vr_lookahead {
    vr_lookahead_param param;
    int blocks_w, blocks_h;
    int64_t next_display_idx;
    int64_t since_cut;       /* pictures since the last scene cut */
    vr_la_picture *pictures; /* max_pictures of them */
    float *row_weight;       /* per block row, mean 1 */
    /* scratch of the quarter-size search, one picture at a time */
    uint16_t *coarse_cost;
    vr_la_mv *coarse_mv;
    uint16_t *coarse_intra;
};

/* lookahead_search.c */
int vr_la_plane_alloc(vr_la_plane *p, int width, int height);
void vr_la_plane_free(vr_la_plane *p);
/* Replicates the last columns and rows of valid samples, then the border. valid_w/h <= width/height. */
void vr_la_plane_extend(vr_la_plane *p, int valid_w, int valid_h);
/* Best of DC, horizontal and vertical (and planar unless fast) for every block of rows [row0, row1). */
void vr_la_intra_rows(const vr_lookahead *la, const vr_la_plane *p, int row0, int row1, uint16_t *cost);
/* Motion search of rows [row0, row1): coarse (may be NULL) holds the vectors of the level above, 2x2 blocks to one.
 * cost is SATD, not compared with intra. */
void vr_la_search_rows(const vr_lookahead *la, const vr_la_plane *cur, const vr_la_plane *ref, const vr_la_mv *coarse,
                       int coarse_blocks_w, int row0, int row1, uint16_t *cost, vr_la_mv *mv);
/* SATD of the mean of two predictions of one block; vectors as in vr_la_pair. */
int vr_la_bi_cost(const vr_lookahead *la, const vr_la_plane *cur, const vr_la_plane *ref0, vr_la_mv mv0,
                  const vr_la_plane *ref1, vr_la_mv mv1, int bx, int by);

/* lookahead_tree.c */
/* log2(v) in 1/256, v >= 1, by integer arithmetic: the same on every machine */
int vr_la_log2_q8(uint64_t v);
void vr_la_aq(const vr_lookahead *la, vr_la_picture *pic, const uint8_t *luma, ptrdiff_t stride);
/* Importance flows from the last picture of the plan back to the first; writes qp_offset of the first n_commit ones. */
void vr_la_tree(vr_lookahead *la, const vr_la_plan *plan, int n, int n_commit);

/* lookahead.c */
vr_la_picture *vr_la_find(const vr_lookahead *la, int64_t display_idx);

#endif
