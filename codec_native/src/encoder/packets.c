/* From coded tiles to packets: rate control hears of them, they leave in coding order. */
#include "encoder/encoder_state.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "encoder/frame.h"
#include "encoder/headers.h"

static void build_packet(vr_encoder *e, picture *p)
{
    vr_pic *pic = &p->pic;
    vr_buffer *out = &pic->packet;
    out->size = 0;
    if (e->seq.param.aud)
        vr_write_aud(pic->slice_type, out);
    if (p->keyframe && (e->seq.param.repeat_headers || p->coding_idx == 0))
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
        pic->tile_sse[i] = p->stats[i].sse[0];
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

void vr_set_slice_qp(vr_pic *pic, double qp)
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
    vr_wait_done(e, p);
    build_packet(e, p);
    while (bounded && vr_rc_frame_recode(q->rc, p->coding_idx, (double)p->pic.packet.size * 8, &qp)) {
        int error;
        vr_set_slice_qp(&p->pic, qp);
        vr_frame_reset(p->pic.frame);
        error = vr_submit(e, p);
        if (error)
            return error;
        vr_wait_done(e, p);
        build_packet(e, p);
    }
    filler = vr_rc_frame_done(q->rc, p->coding_idx, (double)p->pic.packet.size * 8, p->pic.qp);
    if (filler > 0)
        append_filler(&p->pic.packet, filler);
    q->reported = p->coding_idx + 1;
    return e->error;
}

/* Report, in order, the pictures of quality `quality` with coding index <= `upto`. */
int vr_report_upto(vr_encoder *e, int quality, int64_t upto)
{
    for (picture *p = e->head; p; p = p->next)
        if (p->pic.quality == quality && p->coding_idx >= e->quality[quality].reported && p->coding_idx <= upto) {
            int error = report(e, p);
            if (error)
                return error;
        }
    return VR_OK;
}

void vr_release(vr_encoder *e, picture *p)
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
                      : pic->nal_type == VR_NAL_CRA ? VR_FRAME_CRA
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
    out->tile_sse = pic->tile_sse;
    out->wsse_y = pic->wsse;
    if (e->seq.param.recon)
        for (int i = 0; i < 3; i++) {
            out->recon[i] = pic->frame->plane[i];
            out->recon_stride[i] = pic->frame->stride[i];
        }
    return VR_OK;
}

/* Move pictures that are done (or, with `all`, every one, waiting) from the front of the queue to the packets. */
int vr_collect(vr_encoder *e, int limit)
{
    while (e->head) {
        picture *p = e->head;
        quality_state *q = &e->quality[p->pic.quality];
        int error;
        if (e->in_flight <= limit && !vr_is_done(e, p))
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
