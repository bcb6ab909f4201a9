/* The encoder's front: opens, takes pictures, hands out packets, closes. */
#include "encoder/encoder_state.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "encoder/frame.h"
#include "encoder/headers.h"
#include "encoder/sequence.h"

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
    vr_source *src = vr_take_source(e);
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
        vr_release(e, p);
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
        error = vr_advance(e);
    if (!error)
        error = vr_collect(e, !pic || e->seq.param.low_delay ? 0 : e->max_in_flight);
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
    lp.max_pictures = VR_QUEUE_MAX + e->max_in_flight + VR_DPB_MAX;
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
    int code = vr_param_validate(p, NULL);
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
            vr_free_record(p);
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
