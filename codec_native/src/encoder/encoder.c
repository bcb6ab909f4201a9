/* The encoder's front: takes pictures, plans their structure, hands tiles to workers, gathers packets. */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/md5.h"
#include "encoder/frame.h"
#include "encoder/gop.h"
#include "encoder/headers.h"
#include "encoder/sequence.h"
#include "encoder/threads.h"
#include "encoder/tilecoder.h"
#include "ratecontrol/ratecontrol.h"

#define QUEUE_MAX (64 + 2 * VR_GOP_MAX + 2)

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

    vr_source *queue[QUEUE_MAX];   /* waiting for their mini-GOP, display order */
    int n_queued;
    int64_t next_display, next_plan, last_idr;
    int64_t last_pts, pts_step;
    int64_t pts_ring[256];         /* pts by display index */
    int flushing;
    vr_gop_state gop;
    vr_lookahead *la;
    int64_t la_held;               /* first display index that the lookahead still holds */
    uint8_t la_done[256];          /* by display index: coded in every quality */

    quality_state quality[VR_MAX_QUALITIES];
    int64_t coded;                 /* pictures given to the workers */
    vr_frame *base;                /* quality 0 of the picture being started */
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

/* ---- workers ---- */

static void hash_picture(picture *p)
{
    p->hash.size = 0;
    if (p->enc->seq.param.hash_sei)
        vr_write_hash_sei(&p->enc->seq, p->pic.frame, &p->hash);
}

static void run_tile(void *arg, int worker)
{
    struct tile_job *job = arg;
    picture *p = job->picture;
    vr_encoder *e = p->enc;
    int last;
    vr_code_tile(e->coder[worker], &p->pic, job->tile, &p->stats[job->tile]);
    pthread_mutex_lock(&e->lock);
    last = --p->pic.tiles_left == 0;
    pthread_mutex_unlock(&e->lock);
    if (!last)
        return;
    hash_picture(p);
    pthread_mutex_lock(&e->lock);
    p->pic.done = 1;
    pthread_cond_broadcast(&e->finished);
    pthread_mutex_unlock(&e->lock);
}

static int submit(vr_encoder *e, picture *p)
{
    p->pic.done = 0;
    p->pic.tiles_left = e->seq.n_tiles;
    for (int i = 0; i < e->seq.n_tiles; i++)
        if (vr_pool_submit(e->pool, run_tile, &p->jobs[i]))
            return VR_ERR_MEMORY;
    return VR_OK;
}

static void wait_done(vr_encoder *e, picture *p)
{
    pthread_mutex_lock(&e->lock);
    while (!p->pic.done)
        pthread_cond_wait(&e->finished, &e->lock);
    pthread_mutex_unlock(&e->lock);
}

static int is_done(vr_encoder *e, picture *p)
{
    int done;
    pthread_mutex_lock(&e->lock);
    done = p->pic.done;
    pthread_mutex_unlock(&e->lock);
    return done;
}

/* ---- pools of memory ---- */

static vr_frame *take_frame(vr_encoder *e)
{
    vr_frame *f = NULL, **grown;
    for (int i = 0; i < e->n_frames && !f; i++)
        if (!e->frames[i]->users)
            f = e->frames[i];
    if (!f) {
        grown = realloc(e->frames, sizeof *grown * (size_t)(e->n_frames + 1));
        if (!grown)
            return NULL;
        e->frames = grown;
        f = vr_frame_new(&e->seq);
        if (!f)
            return NULL;
        e->frames[e->n_frames++] = f;
    }
    vr_frame_reset(f);
    f->users = 1;
    return f;
}

static vr_source *take_source(vr_encoder *e)
{
    vr_source *p = NULL, **grown;
    for (int i = 0; i < e->n_sources && !p; i++)
        if (!e->sources[i]->users)
            p = e->sources[i];
    if (!p) {
        grown = realloc(e->sources, sizeof *grown * (size_t)(e->n_sources + 1));
        if (!grown)
            return NULL;
        e->sources = grown;
        p = vr_source_new(&e->seq);
        if (!p)
            return NULL;
        e->sources[e->n_sources++] = p;
    }
    p->users = 1;
    return p;
}

static void free_picture(picture *p)
{
    if (!p)
        return;
    for (int i = 0; p->pic.tile_bits && i < p->enc->seq.n_tiles; i++)
        vr_buffer_free(&p->pic.tile_bits[i]);
    free(p->pic.tile_bits);
    free(p->pic.tile_intra);
    free(p->pic.ranges);
    vr_buffer_free(&p->pic.packet);
    vr_buffer_free(&p->hash);
    free(p->stats);
    free(p->jobs);
    free(p);
}

static picture *take_picture(vr_encoder *e)
{
    picture *p = e->idle;
    size_t n = (size_t)e->seq.n_tiles;
    if (p) {
        e->idle = p->next;
        p->next = NULL;
        return p;
    }
    p = calloc(1, sizeof *p);
    if (!p)
        return NULL;
    p->enc = e;
    p->pic.tile_bits = calloc(n, sizeof *p->pic.tile_bits);
    p->pic.tile_intra = calloc(n, 1);
    p->pic.ranges = calloc(n, sizeof *p->pic.ranges);
    p->stats = calloc(n, sizeof *p->stats);
    p->jobs = calloc(n, sizeof *p->jobs);
    if (!p->pic.tile_bits || !p->pic.tile_intra || !p->pic.ranges || !p->stats || !p->jobs) {
        free_picture(p);
        return NULL;
    }
    for (size_t i = 0; i < n; i++) {
        p->jobs[i].picture = p;
        p->jobs[i].tile = (int)i;
    }
    return p;
}

/* ---- finished pictures ---- */

static void build_packet(vr_encoder *e, picture *p)
{
    vr_pic *pic = &p->pic;
    vr_buffer *out = &pic->packet;
    out->size = 0;
    if (e->seq.param.aud)
        vr_write_aud(pic->slice_type, out);
    if (pic->nal_type == VR_NAL_IDR_W_RADL && (e->seq.param.repeat_headers || p->coding_idx == 0))
        vr_buffer_append(out, e->headers.data, e->headers.size);
    for (int i = 0; i < e->seq.n_tiles; i++) {
        size_t from = out->size;
        vr_nal_append(out, pic->nal_type, 0, pic->tile_bits[i].data, pic->tile_bits[i].size, from == 0);
        pic->ranges[i].offset = (uint32_t)from;
        pic->ranges[i].size = (uint32_t)(out->size - from);
    }
    vr_buffer_append(out, p->hash.data, p->hash.size);
    memset(pic->sse, 0, sizeof pic->sse);
    pic->wsse = pic->qp_sum = 0;
    pic->qp_count = 0;
    for (int i = 0; i < e->seq.n_tiles; i++) {
        for (int k = 0; k < 3; k++)
            pic->sse[k] += p->stats[i].sse[k];
        pic->wsse += p->stats[i].wsse;
        pic->qp_sum += p->stats[i].qp_sum;
        pic->qp_count += p->stats[i].qp_count;
        if (p->stats[i].failed)
            e->error = VR_ERR_MEMORY;
    }
    if (out->failed || p->hash.failed)
        e->error = VR_ERR_MEMORY;
}

/* Filler data NAL unit of about `bits` (7.3.2.8). */
static void append_filler(vr_buffer *out, int64_t bits)
{
    int64_t bytes = bits / 8 - 6;
    uint8_t *payload;
    if (bytes < 1)
        bytes = 1;
    payload = malloc((size_t)bytes);
    if (!payload) {
        out->failed = 1;
        return;
    }
    memset(payload, 0xff, (size_t)bytes);
    payload[bytes - 1] = 0x80;
    vr_nal_append(out, 38, 0, payload, (size_t)bytes, 0);
    free(payload);
}

static void set_slice_qp(vr_pic *pic, double qp)
{
    pic->qp = qp < 0 ? 0 : qp > 51 ? 51 : qp;
    pic->slice_qp = (int)floor(pic->qp + 0.5);
}

/* Tell rate control about a finished picture; code it again when its buffer demands so. */
static int report(vr_encoder *e, picture *p)
{
    quality_state *q = &e->quality[p->pic.quality];
    int bounded = e->rc_delay == 0;
    double qp = p->pic.qp;
    int64_t filler;
    wait_done(e, p);
    build_packet(e, p);
    while (bounded && vr_rc_frame_recode(q->rc, p->coding_idx, (double)p->pic.packet.size * 8, &qp)) {
        int error;
        set_slice_qp(&p->pic, qp);
        vr_frame_reset(p->pic.frame);
        error = submit(e, p);
        if (error)
            return error;
        wait_done(e, p);
        build_packet(e, p);
    }
    filler = vr_rc_frame_done(q->rc, p->coding_idx, (double)p->pic.packet.size * 8, p->pic.qp);
    if (filler > 0)
        append_filler(&p->pic.packet, filler);
    q->reported = p->coding_idx + 1;
    return e->error;
}

/* Report, in order, the pictures of quality `quality` with coding index <= `upto`. */
static int report_upto(vr_encoder *e, int quality, int64_t upto)
{
    for (picture *p = e->head; p; p = p->next)
        if (p->pic.quality == quality && p->coding_idx >= e->quality[quality].reported && p->coding_idx <= upto) {
            int error = report(e, p);
            if (error)
                return error;
        }
    return VR_OK;
}

static void release(vr_encoder *e, picture *p)
{
    for (int i = 0; i < p->n_held; i++)
        p->held[i]->users--;
    p->n_held = 0;
    p->pic.frame->users--;
    if (--p->pic.src->users == 0)
        e->la_done[p->pic.src->display_index & 255] = 1;
    /* the newest anchor is the reference of the next group's analysis */
    while (e->la && e->la_held < e->gop.anchors[0] && e->la_done[e->la_held & 255])
        vr_lookahead_release(e->la, e->la_held++);
}

static int emit(vr_encoder *e, picture *p)
{
    vr_packet *out;
    vr_pic *pic = &p->pic;
    int64_t order = p->coding_idx, reorder = e->seq.max_num_reorder;
    if (e->n_packets == e->packet_capacity) {
        int capacity = e->packet_capacity ? 2 * e->packet_capacity : 16;
        vr_packet *grown = realloc(e->packets, sizeof *grown * (size_t)capacity);
        if (!grown)
            return VR_ERR_MEMORY;
        e->packets = grown;
        e->packet_capacity = capacity;
    }
    out = &e->packets[e->n_packets++];
    memset(out, 0, sizeof *out);
    out->quality = pic->quality;
    out->data = pic->packet.data;
    out->size = pic->packet.size;
    out->pts = pic->pts;
    out->dts = order >= reorder ? e->pts_ring[(order - reorder) & 255]
                                : e->pts_ring[0] - (reorder - order) * e->pts_step;
    out->frame_type = pic->nal_type == VR_NAL_IDR_W_RADL ? VR_FRAME_IDR
                      : pic->slice_type == VR_SLICE_I ? VR_FRAME_I
                      : pic->slice_type == VR_SLICE_P ? VR_FRAME_P : VR_FRAME_B;
    out->keyframe = p->keyframe;
    out->temporal_level = pic->temporal_level;
    out->poc = pic->poc;
    out->display_index = pic->frame->display_index;
    out->qp = pic->qp;
    out->average_qp = pic->qp_count ? pic->qp_sum / pic->qp_count : pic->qp;
    out->n_tiles = e->seq.n_tiles;
    out->tile = pic->ranges;
    out->refreshed = pic->tile_intra;
    memcpy(out->sse, pic->sse, sizeof out->sse);
    out->wsse_y = pic->wsse;
    if (e->seq.param.recon)
        for (int i = 0; i < 3; i++) {
            out->recon[i] = pic->frame->plane[i];
            out->recon_stride[i] = pic->frame->stride[i];
        }
    return VR_OK;
}

/* Move pictures that are done (or, with `all`, every one, waiting) from the front of the queue to the packets. */
static int collect(vr_encoder *e, int limit)
{
    while (e->head) {
        picture *p = e->head;
        quality_state *q = &e->quality[p->pic.quality];
        int error;
        if (e->in_flight <= limit && !is_done(e, p))
            break;
        if (p->coding_idx >= q->reported && (error = report(e, p)))
            return error;
        if ((error = emit(e, p)))
            return error;
        e->head = p->next;
        if (!e->head)
            e->tail = &e->head;
        e->in_flight--;
        p->next = e->given;
        e->given = p;
    }
    return VR_OK;
}

/* ---- starting pictures ---- */

static vr_frame *find_reference(const quality_state *q, int64_t display)
{
    for (int i = 0; i < q->n_dpb; i++)
        if (q->dpb[i]->display_index == display)
            return q->dpb[i];
    return NULL;
}

/* Reference lists (8.3.4): list 0 is before then after, list 1 the other way round. */
static void set_references(vr_encoder *e, picture *p, const quality_state *q, const vr_gop_entry *g)
{
    vr_pic *pic = &p->pic;
    vr_frame *order[2][8];
    int n = 0;
    for (int l = 0; l < 2; l++) {
        n = 0;
        for (int side = 0; side < 2; side++) {
            int after = side ^ l, count = after ? g->n_after : g->n_before;
            const int64_t *display = after ? g->after : g->before;
            for (int i = 0; i < count; i++)
                order[l][n++] = find_reference(q, display[i]);
        }
    }
    pic->n_refs[0] = g->type == VR_SLICE_I ? 0 : VR_MIN(n, e->seq.tools.refs);
    pic->n_refs[1] = g->type == VR_SLICE_B ? VR_MIN(n, e->seq.tools.refs) : 0;
    for (int l = 0; l < 2; l++)
        for (int i = 0; i < pic->n_refs[l]; i++) {
            pic->ref[l][i] = order[l][i];
            pic->frame->ref_poc[l][i] = order[l][i]->poc;
            order[l][i]->users++;
            p->held[p->n_held++] = order[l][i];
        }
    for (int l = 0; l < 2; l++)
        pic->frame->n_refs[l] = pic->n_refs[l];
}

static void set_rps(vr_encoder *e, vr_pic *pic, const vr_gop_entry *g)
{
    const vr_seq *s = &e->seq;
    int64_t display[16];
    int n = vr_sorted_rps(g, display, pic->rps_used);
    pic->n_rps = n;
    pic->rps_idx = -1;
    for (int i = 0; i < n; i++)
        pic->rps_poc[i] = (int)(display[i] - e->last_idr);
    for (int r = 0; r < s->n_rps && pic->rps_idx < 0; r++) {
        int same = s->rps[r].n_neg + s->rps[r].n_pos == n;
        for (int i = 0; i < n && same; i++)
            same = s->rps[r].delta[i] == pic->rps_poc[i] - pic->poc && s->rps[r].used[i] == pic->rps_used[i];
        if (same)
            pic->rps_idx = r;
    }
}

static void update_dpb(quality_state *q, const vr_gop_entry *g, vr_frame *frame)
{
    int n = 0;
    for (int i = 0; i < q->n_dpb; i++) {
        int keep = 0;
        for (int k = 0; k < g->n_keep; k++)
            keep |= g->keep[k] == q->dpb[i]->display_index;
        if (keep)
            q->dpb[n++] = q->dpb[i];
        else
            q->dpb[i]->users--;
    }
    if (g->is_reference) {
        q->dpb[n++] = frame;
        frame->users++;
    }
    q->n_dpb = n;
}

/* Which tiles this picture codes all-intra. */
static void set_intra_tiles(vr_encoder *e, picture *p, const vr_gop_entry *g)
{
    int period = e->seq.param.tile_refresh, since = (int)(g->display - e->last_idr);
    memcpy(p->pic.tile_intra, p->pic.src->refresh, (size_t)e->seq.n_tiles);
    for (int i = 0; i < e->seq.n_tiles; i++) {
        if (g->type == VR_SLICE_I)
            p->pic.tile_intra[i] = 1;
        else if (period && since % period == (int)((int64_t)(i + 1) * period / (e->seq.n_tiles + 1)))
            p->pic.tile_intra[i] = 1;
        else if (!e->seq.param.low_delay)
            p->pic.tile_intra[i] = 0;
    }
}

/* Lambda against the usual 0.57 * 2^((QP - 12) / 3), by level of the hierarchy. */
static double lambda_factor(const vr_seq *s, const vr_gop_entry *g)
{
    static const double by_level[6] = {0.45, 0.45, 0.48, 0.52, 0.56, 0.60};
    if (g->type == VR_SLICE_I)
        return 0.45;
    if (s->param.low_delay)
        return 0.50;
    return by_level[VR_MIN(g->level, 5)];
}

static int start_picture(vr_encoder *e, const vr_gop_entry *g, vr_source *src, int quality)
{
    quality_state *q = &e->quality[quality];
    picture *p;
    vr_pic *pic;
    vr_rc_target target;
    const vr_la_info *info = e->la ? vr_lookahead_info(e->la, g->display) : NULL;
    double qp;
    int error = VR_OK, bounded = e->rc_delay == 0;

    while (e->in_flight >= e->max_in_flight && !error)
        error = collect(e, e->in_flight - 1);
    if (!error)
        error = report_upto(e, quality, e->coded - 1 - e->rc_delay);
    if (error)
        return error;
    p = take_picture(e);
    if (!p)
        return VR_ERR_MEMORY;
    pic = &p->pic;
    pic->src = src;
    src->users++;
    pic->quality = quality;
    pic->frame = take_frame(e);
    if (!pic->frame)
        return VR_ERR_MEMORY;
    p->n_held = 0;
    p->coding_idx = e->coded;
    p->keyframe = g->idr;
    pic->slice_type = g->type;
    pic->nal_type = g->idr ? VR_NAL_IDR_W_RADL : g->is_reference ? VR_NAL_TRAIL_R : VR_NAL_TRAIL_N;
    pic->temporal_level = g->level;
    pic->is_reference = g->is_reference;
    pic->poc = (int)(g->display - e->last_idr);
    pic->frame->poc = pic->poc;
    pic->frame->display_index = g->display;
    pic->pts = src->pts;
    pic->mvd_l1_zero = 0;
    pic->collocated_list = g->type == VR_SLICE_B && g->n_after ? 1 : 0;
    set_references(e, p, q, g);
    if (!quality)
        e->base = pic->frame;
    pic->base = quality ? e->base : NULL;
    if (pic->base) {
        pic->base->users++;
        p->held[p->n_held++] = pic->base;
    }
    set_rps(e, pic, g);
    set_intra_tiles(e, p, g);
    pic->temporal_mvp = e->seq.temporal_mvp && g->type != VR_SLICE_I;
    pic->lambda_scale = lambda_factor(&e->seq, g);
    pic->sao = e->seq.tools.sao && (e->seq.param.low_delay || g->level < e->seq.tools.sao_levels);
    pic->qp_map = NULL;
    if (info && (e->seq.param.aq_strength > 0 || e->seq.param.cutree)) {
        pic->qp_map = info->qp_offset;
        pic->qp_map_stride = info->blocks_w;
    }
    memset(&p->rc_frame, 0, sizeof p->rc_frame);
    p->rc_frame.coding_idx = e->coded;
    p->rc_frame.kind = g->type == VR_SLICE_I ? VR_PIC_I : g->type == VR_SLICE_P ? VR_PIC_P : VR_PIC_B;
    p->rc_frame.temporal_level = g->level;
    p->rc_frame.keyframe = g->idr;
    p->rc_frame.scene_cut = src->scene_cut;
    if (info) {
        p->rc_frame.cost = (double)(g->type == VR_SLICE_I ? info->frame_intra_cost : info->frame_cost);
        p->rc_frame.mean_qp_offset = info->mean_qp_offset;
    }
    qp = vr_rc_frame_qp(q->rc, &p->rc_frame, &target);
    set_slice_qp(pic, qp);
    pic->rc = bounded ? q->rc : NULL;
    pic->coding_index = p->coding_idx;
    update_dpb(q, g, pic->frame);
    *e->tail = p;
    e->tail = &p->next;
    p->next = NULL;
    e->in_flight++;
    error = submit(e, p);
    if (!error && bounded)
        error = report_upto(e, quality, p->coding_idx);
    return error;
}

static int start_entry(vr_encoder *e, const vr_gop_entry *g)
{
    vr_source *src = e->queue[g->display - e->next_plan];
    int error = VR_OK;
    if (g->idr) {
        e->last_idr = g->display;
        for (int i = 0; i < e->seq.param.n_qualities; i++) { /* an IDR empties the picture buffer */
            quality_state *q = &e->quality[i];
            while (q->n_dpb)
                q->dpb[--q->n_dpb]->users--;
        }
    }
    for (int i = 0; i < e->seq.param.n_qualities && !error; i++)
        error = start_picture(e, g, src, i);
    e->coded++;
    return error;
}

/* ---- planning ---- */

/* Whether the queued picture number i must be an IDR. */
static int is_idr(const vr_encoder *e, int i)
{
    int64_t display = e->next_plan + i, since = display - e->last_idr;
    const vr_source *src = e->queue[i];
    if (display == 0 || src->force_idr)
        return 1;
    if (e->seq.param.keyint && since >= e->seq.param.keyint)
        return 1;
    return e->seq.param.scenecut && src->scene_cut && since >= VR_MIN(8, e->seq.param.keyint / 2);
}

static void fill_la_plan(const vr_gop_entry *g, vr_la_plan *out)
{
    memset(out, 0, sizeof *out);
    out->display_idx = g->display;
    out->kind = g->type == VR_SLICE_I ? VR_PIC_I : g->type == VR_SLICE_P ? VR_PIC_P : VR_PIC_B;
    out->is_reference = g->is_reference;
    if (g->n_before)
        out->ref_display_idx[out->n_refs++] = g->before[0];
    if (g->n_after)
        out->ref_display_idx[out->n_refs++] = g->after[0];
}

/* Length of the group that starts at queued picture `i`: 1 with *idr set, or pictures up to an anchor. 0: wait for more. */
static int next_group(const vr_encoder *e, int i, int64_t last_idr, int *idr)
{
    vr_encoder view = *e;
    int size = e->seq.tools.gop_size, n = 0;
    view.last_idr = last_idr;
    *idr = is_idr(&view, i);
    if (*idr)
        return 1;
    while (n < size && i + n < e->n_queued && !is_idr(&view, i + n))
        n++;
    if (n == size || i + n < e->n_queued || e->flushing)
        return n;
    return 0;
}

/* Show the lookahead the group to be coded and those after it as far as they are known. */
static int plan_lookahead(vr_encoder *e, const vr_gop_entry *group, int n)
{
    vr_la_plan plan[QUEUE_MAX];
    vr_gop_entry later[VR_GOP_MAX];
    vr_gop_state g = e->gop; /* a copy: what comes later may still change */
    int total = 0, at = n, idr, m;
    int64_t last_idr = group[0].idr ? group[0].display : e->last_idr;
    for (int i = 0; i < n; i++)
        fill_la_plan(&group[i], &plan[total++]);
    while (at < e->n_queued && (m = next_group(e, at, last_idr, &idr)) > 0) {
        if (idr) {
            vr_gop_plan_idr(&g, e->next_plan + at, later);
            last_idr = e->next_plan + at;
        } else
            vr_gop_plan(&g, e->next_plan + at, m, later);
        for (int i = 0; i < m; i++)
            fill_la_plan(&later[i], &plan[total++]);
        at += m;
    }
    return vr_lookahead_plan(e->la, plan, total, n) ? VR_ERR_MEMORY : VR_OK;
}

/* Start every group that is complete and looked ahead of. */
static int advance(vr_encoder *e)
{
    while (e->n_queued) {
        vr_gop_entry plan[VR_GOP_MAX];
        int idr, n = next_group(e, 0, e->last_idr, &idr), error;
        if (!n || (!e->flushing && e->n_queued < n + (e->la ? e->seq.tools.lookahead : 0)))
            break;
        if (idr)
            vr_gop_plan_idr(&e->gop, e->next_plan, plan);
        else
            vr_gop_plan(&e->gop, e->next_plan, n, plan);
        if (e->la && (error = plan_lookahead(e, plan, n)))
            return error;
        for (int i = 0; i < n; i++)
            if ((error = start_entry(e, &plan[i])))
                return error;
        for (int i = 0; i < n; i++)
            e->queue[i]->users--;
        memmove(e->queue, e->queue + n, sizeof *e->queue * (size_t)(e->n_queued - n));
        e->n_queued -= n;
        e->next_plan += n;
    }
    return VR_OK;
}

/* ---- public interface ---- */

static int check_picture(const vr_encoder *e, const vr_picture *pic)
{
    if (pic->width != e->seq.width || pic->height != e->seq.height)
        return VR_ERR_PICTURE;
    for (int p = 0; p < 3; p++)
        if (!pic->plane[p] || pic->stride[p] < pic->width >> (p > 0))
            return VR_ERR_PICTURE;
    return VR_OK;
}

static int take_picture_in(vr_encoder *e, const vr_picture *pic)
{
    vr_source *src = take_source(e);
    if (!src)
        return VR_ERR_MEMORY;
    vr_source_fill(&e->seq, src, pic);
    src->display_index = e->next_display++;
    src->scene_cut = 0;
    if (src->display_index == 1)
        e->pts_step = pic->pts - e->last_pts;
    e->last_pts = pic->pts;
    e->pts_ring[src->display_index & 255] = pic->pts;
    e->la_done[src->display_index & 255] = 0;
    e->queue[e->n_queued++] = src;
    if (e->la && vr_lookahead_push(e->la, src->plane[0], src->stride[0], &src->scene_cut) < 0)
        return VR_ERR_MEMORY;
    return VR_OK;
}

int vr_encoder_encode(vr_encoder *e, const vr_picture *pic, const vr_packet **packets, int *n_packets)
{
    int error;
    *packets = NULL;
    *n_packets = 0;
    if (pic && (error = check_picture(e, pic)))
        return error;
    if (e->error)
        return e->error;
    if (pic && e->flushing)
        return VR_ERR_STATE;
    while (e->given) { /* the caller is done with the packets of the last call */
        picture *p = e->given;
        e->given = p->next;
        release(e, p);
        p->next = e->idle;
        e->idle = p;
    }
    e->n_packets = 0;
    error = VR_OK;
    if (pic)
        error = take_picture_in(e, pic);
    else
        e->flushing = 1;
    if (!error)
        error = advance(e);
    if (!error)
        error = collect(e, !pic || e->seq.param.low_delay ? 0 : e->max_in_flight);
    if (error) {
        e->error = error;
        return error;
    }
    *packets = e->packets;
    *n_packets = e->n_packets;
    return VR_OK;
}

int vr_encoder_headers(vr_encoder *e, const uint8_t **data, size_t *size)
{
    *data = e->headers.data;
    *size = e->headers.size;
    return e->headers.failed ? VR_ERR_MEMORY : VR_OK;
}

int vr_encoder_delay(const vr_encoder *e)
{
    if (e->seq.param.low_delay)
        return 0;
    return e->seq.tools.gop_size + (e->la ? e->seq.tools.lookahead : 0) + e->max_in_flight;
}

size_t vr_encoder_memory(const vr_encoder *e)
{
    size_t total = vr_coder_memory(&e->seq) * (size_t)e->threads;
    for (int i = 0; i < e->n_frames; i++)
        total += e->frames[i]->memory_size;
    return total + (size_t)e->n_sources * ((size_t)e->seq.coded_w * (size_t)e->seq.coded_h * 3 / 2);
}

int vr_encoder_tiles(const vr_encoder *e, int (*rect)[4], int max_tiles)
{
    for (int i = 0; i < e->seq.n_tiles && i < max_tiles; i++) {
        const vr_tile *t = &e->seq.tile[i];
        rect[i][0] = t->x0;
        rect[i][1] = t->y0;
        rect[i][2] = VR_MIN(t->x1, e->seq.width) - t->x0;
        rect[i][3] = VR_MIN(t->y1, e->seq.height) - t->y0;
    }
    return e->seq.n_tiles;
}

const char *vr_encoder_simd(const vr_encoder *e)
{
    static const char *const names[3] = {"c", "avx2", "avx512"};
    return names[e->seq.k->level];
}

static int open_rate_control(vr_encoder *e, int quality)
{
    const vr_param *p = &e->seq.param;
    const vr_quality *q = &p->quality[quality];
    vr_rc_param rp;
    memset(&rp, 0, sizeof rp);
    rp.mode = p->rc_mode;
    rp.qp = fmin(51, p->qp + (quality ? q->qp_offset : 0));
    rp.crf = fmin(51, p->crf + (quality ? q->qp_offset : 0));
    rp.bitrate = 1000.0 * (quality ? q->bitrate_kbps : p->bitrate_kbps);
    rp.maxrate = 1000.0 * (quality ? q->maxrate_kbps : p->maxrate_kbps);
    rp.bufsize = 1000.0 * (quality ? q->bufsize_kbit : p->bufsize_kbit);
    rp.fps = (double)p->fps_num / p->fps_den;
    rp.width = e->seq.width;
    rp.height = e->seq.height;
    rp.keyint = p->keyint;
    rp.gop_size = e->seq.tools.gop_size;
    rp.qp_max = 51;
    rp.intra_offset = p->low_delay ? -1 : -3;
    for (int l = 1; l <= VR_RC_MAX_LEVEL; l++)
        rp.level_offset[l] = p->low_delay ? (l == 1 ? 1 : 2) : l + 1;
    if (p->rc_mode == VR_RATE_CBR)
        for (int l = 1; l <= VR_RC_MAX_LEVEL; l++)
            rp.level_offset[l] = 0;
    rp.frame_delay = e->rc_delay;
    e->quality[quality].rc = vr_rc_open(&rp, NULL);
    return e->quality[quality].rc ? VR_OK : VR_ERR_PARAM;
}

static int open_lookahead(vr_encoder *e)
{
    const vr_param *p = &e->seq.param;
    vr_lookahead_param lp;
    if (p->rc_mode == VR_RATE_CQP && p->aq_strength <= 0 && !p->cutree && !p->scenecut)
        return VR_OK;
    memset(&lp, 0, sizeof lp);
    lp.width = e->seq.coded_w;
    lp.height = e->seq.coded_h;
    lp.max_pictures = QUEUE_MAX + e->max_in_flight + VR_DPB_MAX;
    lp.aq_strength = p->aq_strength;
    lp.tree_strength = p->cutree ? 2.0 : 0;
    lp.scenecut = p->scenecut ? 40 : 0;
    lp.fast = p->preset <= VR_PRESET_SUPERFAST;
    lp.row_weight_erp = p->projection == VR_PROJECTION_ERP;
    lp.stereo_top_bottom = p->stereo == VR_STEREO_TOP_BOTTOM;
    lp.kernels = e->seq.k;
    e->la = vr_lookahead_open(&lp);
    return e->la ? VR_OK : VR_ERR_MEMORY;
}

static int open_all(vr_encoder *e, const vr_param *p)
{
    const vr_kernels *k = vr_kernels_get((vr_simd_level)p->simd);
    int error;
    if (!k)
        return VR_ERR_SIMD;
    error = vr_seq_init(&e->seq, p, k);
    if (error)
        return error;
    e->threads = p->threads ? p->threads : vr_clip3(1, 64, (int)sysconf(_SC_NPROCESSORS_ONLN));
    e->max_in_flight = (e->threads + 1) * p->n_qualities;
    e->rc_delay = p->rc_mode == VR_RATE_CBR || p->maxrate_kbps ? 0 : p->rc_mode == VR_RATE_ABR ? 8 : 16;
    for (int i = 1; i < p->n_qualities; i++)
        if (p->quality[i].maxrate_kbps)
            e->rc_delay = 0;
    for (int i = 0; i < p->n_qualities; i++)
        if ((error = open_rate_control(e, i)))
            return error;
    if ((error = open_lookahead(e)))
        return error;
    e->coder = calloc((size_t)e->threads, sizeof *e->coder);
    for (int i = 0; e->coder && i < e->threads; i++)
        if (!(e->coder[i] = vr_coder_new(&e->seq)))
            return VR_ERR_MEMORY;
    if (!e->coder)
        return VR_ERR_MEMORY;
    e->pool = vr_pool_new(e->threads);
    if (!e->pool)
        return VR_ERR_THREAD;
    vr_gop_init(&e->gop, e->seq.tools.refs, p->low_delay);
    vr_write_parameter_sets(&e->seq, &e->headers);
    return e->headers.failed ? VR_ERR_MEMORY : VR_OK;
}

vr_encoder *vr_encoder_open(const vr_param *p, int *error)
{
    vr_encoder *e = NULL;
    int code = vr_param_validate(p, NULL, 0);
    if (!code && !(e = calloc(1, sizeof *e)))
        code = VR_ERR_MEMORY;
    if (!code) {
        pthread_mutex_init(&e->lock, NULL);
        pthread_cond_init(&e->finished, NULL);
        e->tail = &e->head;
        e->pts_step = 1;
        code = open_all(e, p);
        if (code) {
            vr_encoder_close(e);
            e = NULL;
        }
    }
    if (error)
        *error = code;
    return e;
}

void vr_encoder_close(vr_encoder *e)
{
    if (!e)
        return;
    vr_pool_free(e->pool);
    for (int list = 0; list < 3; list++)
        for (picture *p = list == 0 ? e->head : list == 1 ? e->given : e->idle, *next; p; p = next) {
            next = p->next;
            free_picture(p);
        }
    for (int i = 0; e->coder && i < e->threads; i++)
        vr_coder_free(e->coder[i]);
    free(e->coder);
    for (int i = 0; i < e->n_frames; i++)
        vr_frame_free(e->frames[i]);
    free(e->frames);
    for (int i = 0; i < e->n_sources; i++)
        vr_source_free(e->sources[i]);
    free(e->sources);
    for (int i = 0; i < VR_MAX_QUALITIES; i++)
        if (e->quality[i].rc)
            vr_rc_close(e->quality[i].rc);
    if (e->la)
        vr_lookahead_close(e->la);
    free(e->packets);
    vr_buffer_free(&e->headers);
    vr_seq_free(&e->seq);
    pthread_mutex_destroy(&e->lock);
    pthread_cond_destroy(&e->finished);
    free(e);
}
