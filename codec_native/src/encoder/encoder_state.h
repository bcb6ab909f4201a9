/* The state of an encoder, shared by its front (encoder.c) and the steps a picture goes through: planned and started
 * (start.c), coded by workers (work.c), gathered into packets (packets.c). */
#ifndef VR_ENCODER_STATE_H
#define VR_ENCODER_STATE_H

#include "encoder/gop.h"
#include "encoder/threads.h"
#include "encoder/tilecoder.h"
#include "ratecontrol/ratecontrol.h"

#define VR_QUEUE_MAX (64 + 2 * VR_GOP_MAX + 2)

typedef struct {
    vr_rc *rc;
    vr_frame *dpb[VR_DPB_MAX]; /* decoded pictures that may still be referred to */
    int n_dpb;
    int64_t reported;          /* pictures told to rate control so far */
} quality_state;

/* A picture on its way, with its jobs. */
typedef struct picture {
    vr_pic pic;
    struct vr_encoder *enc;
    vr_tile_stats *stats;
    struct tile_job { struct picture *picture; int tile; } *jobs;
    vr_frame *held[2 * VR_MAX_REFS + 1];
    int n_held, intra_tiles, keyframe;
    int64_t coding_idx;
    vr_rc_frame rc_frame;
    vr_buffer hash;
    struct picture *next;
} picture;

struct vr_encoder {
    vr_seq seq;
    vr_pool *pool;
    int threads;
    vr_coder **coder;
    pthread_mutex_t lock;
    pthread_cond_t finished;

    vr_source *queue[VR_QUEUE_MAX];   /* waiting for their mini-GOP, display order */
    int n_queued;
    int64_t next_display, next_plan;
    int64_t last_key, last_idr;    /* display indices: start of the group; where the picture order count is 0 */
    int keys_since_intra;          /* random-access pictures since the last that was an I picture in every quality */
    double best_qp;                /* QP of the last picture of quality 0 */
    int64_t last_pts, pts_step;
    int64_t pts_ring[256];         /* pts by display index */
    int flushing;
    vr_gop_state gop;
    vr_lookahead *la;
    int64_t la_held;               /* first display index that the lookahead still holds */
    uint8_t la_done[256];          /* by display index: coded in every quality */

    quality_state quality[VR_MAX_QUALITIES];
    int64_t coded;                 /* pictures given to the workers */
    vr_frame *base;                /* the best quality of the picture being started */
    picture *head, **tail;         /* in flight, coding order, all qualities */
    int in_flight, max_in_flight, rc_delay;

    vr_frame **frames;             /* every frame made; free when users == 0 */
    int n_frames;
    vr_source **sources;
    int n_sources;
    picture *idle;                 /* finished picture records for reuse */
    picture *given;                /* those whose packets the caller holds */
    vr_packet *packets;
    int n_packets, packet_capacity;
    vr_buffer headers;
    int error;
};

/* ---- work.c ---- */

/* Hand a picture's tiles to the workers. */
int vr_submit(vr_encoder *e, picture *p);
void vr_wait_done(vr_encoder *e, picture *p);
int vr_is_done(vr_encoder *e, picture *p);

/* Unused memory from the pools, held by one user; NULL when there is no more. */
vr_frame *vr_take_frame(vr_encoder *e);
vr_source *vr_take_source(vr_encoder *e);
picture *vr_take_record(vr_encoder *e);
void vr_free_record(picture *p);

/* ---- packets.c ---- */

void vr_set_slice_qp(vr_pic *pic, double qp);

/* Report, in order, the pictures of quality `quality` with coding index <= `upto` to rate control. */
int vr_report_upto(vr_encoder *e, int quality, int64_t upto);

/* Move pictures that are done from the front of the queue to the packets, waiting while more than `limit` are in flight. */
int vr_collect(vr_encoder *e, int limit);

/* Give back what a picture held, when the caller has had its packet. */
void vr_release(vr_encoder *e, picture *p);

/* ---- start.c ---- */

/* Start every group that is complete and looked ahead of. */
int vr_advance(vr_encoder *e);

#endif
