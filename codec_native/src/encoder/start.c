/* Pictures in: which group they form, what each refers to, and the start of their coding. */
#include "encoder/encoder_state.h"

#include <string.h>

#include "encoder/headers.h"
#include "encoder/sequence.h"

static vr_frame *find_reference(const quality_state *q, int64_t display)
{
    for (int i = 0; i < q->n_dpb; i++)
        if (q->dpb[i]->display_index == display)
            return q->dpb[i];
    return NULL;
}

/* The picture order count starts anew with each group. Where a quality continues, it has gone on to the next number whose
 * coded bits are 0 as well; against that, the last picture of the group before has this count. */
static int poc_before(const vr_seq *s)
{
    return s->param.keyint - 1 - (1 << s->log2_max_poc_lsb);
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
            pic->frame->ref_poc[l][i] = g->entry ? poc_before(&e->seq) : order[l][i]->poc;
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
    if (g->entry && !g->key)
        pic->rps_poc[0] = poc_before(s);
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
    int period = e->seq.param.tile_refresh, since = (int)(g->display - e->last_key);
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

static int nal_type(const vr_encoder *e, const vr_gop_entry *g)
{
    if (g->key)
        return e->last_idr == g->display ? VR_NAL_IDR_W_RADL : VR_NAL_CRA;
    return g->is_reference ? VR_NAL_TRAIL_R : VR_NAL_TRAIL_N;
}

/* Until it first continues, a quality is the best one once more: what goes on from a tile goes on from a good one, for that
 * is what somebody looked at. Coded anew, as guided by the best it would differ a little. Rates bind each quality from its
 * beginning; there only those that are alike are the same stream. */
static int is_best_again(const vr_encoder *e, int quality)
{
    const vr_param *p = &e->seq.param;
    const vr_quality *q = &p->quality[quality];
    const int by_rate = p->rc_mode == VR_RATE_ABR || p->rc_mode == VR_RATE_CBR;
    const int bounded = p->maxrate_kbps || q->maxrate_kbps;
    if (!q->continues || e->keys_since_intra)
        return 0;
    if (by_rate || bounded)
        return q->maxrate_kbps == p->maxrate_kbps && q->bufsize_kbit == p->bufsize_kbit &&
               (by_rate ? q->bitrate_kbps == p->bitrate_kbps : q->qp_offset == 0);
    return 1;
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
        error = vr_collect(e, e->in_flight - 1);
    if (!error)
        error = vr_report_upto(e, quality, e->coded - 1 - vr_rc_delay(q->rc, e->coded, g->level));
    if (error)
        return error;
    p = vr_take_record(e);
    if (!p)
        return VR_ERR_MEMORY;
    pic = &p->pic;
    pic->src = src;
    src->users++;
    pic->quality = quality;
    pic->frame = vr_take_frame(e);
    if (!pic->frame)
        return VR_ERR_MEMORY;
    p->n_held = 0;
    p->coding_idx = e->coded;
    p->keyframe = g->key;
    pic->slice_type = g->type;
    pic->nal_type = nal_type(e, g);
    pic->temporal_level = g->level;
    pic->is_reference = g->is_reference;
    pic->poc = (int)(g->display - e->last_idr);
    pic->frame->poc = pic->poc;
    pic->frame->display_index = g->display;
    pic->pts = src->pts;
    pic->mvd_l1_zero = 0;
    pic->collocated_list = g->type == VR_SLICE_B && g->n_after ? 1 : 0;
    set_references(e, p, q, g);
    /* partitions of an I picture say nothing about those of a P picture */
    if (!quality || (g->entry && !g->key && e->base->is_intra)) {
        e->base = pic->frame;
        e->base->is_intra = g->type == VR_SLICE_I;
    }
    pic->base = e->base == pic->frame || is_best_again(e, quality) ? NULL : e->base;
    if (pic->base) {
        pic->base->users++;
        p->held[p->n_held++] = pic->base;
    }
    set_rps(e, pic, g);
    set_intra_tiles(e, p, g);
    /* what the tile shows before a continued picture may be of another quality, with other vectors */
    pic->temporal_mvp = e->seq.temporal_mvp && !g->entry;
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
    p->rc_frame.keyframe = g->key;
    p->rc_frame.scene_cut = src->scene_cut;
    if (info) {
        p->rc_frame.cost = (double)(g->type == VR_SLICE_I ? info->frame_intra_cost : info->frame_cost);
        p->rc_frame.mean_qp_offset = info->mean_qp_offset;
    }
    qp = vr_rc_frame_qp(q->rc, &p->rc_frame, &target);
    if (!quality)
        e->best_qp = qp;
    else if (is_best_again(e, quality))
        qp = e->best_qp;
    vr_set_slice_qp(pic, qp);
    pic->rc = bounded ? q->rc : NULL;
    pic->coding_index = p->coding_idx;
    update_dpb(q, g, pic->frame);
    *e->tail = p;
    e->tail = &p->next;
    p->next = NULL;
    e->in_flight++;
    error = vr_submit(e, p);
    if (!error && bounded)
        error = vr_report_upto(e, quality, p->coding_idx);
    return error;
}

static int start_entry(vr_encoder *e, const vr_gop_entry *g)
{
    vr_source *src = e->queue[g->display - e->next_plan];
    vr_gop_entry continued;
    int error = VR_OK, all_intra = 0;
    if (g->key) {
        e->last_key = g->display;
        if (!e->seq.param.key_type || g->display == 0 || src->force_idr)
            e->last_idr = g->display;
        all_intra = g->display == 0 || src->force_idr || ++e->keys_since_intra >= e->seq.param.key_group;
        if (all_intra)
            e->keys_since_intra = 0;
        vr_gop_plan_continued(g, &continued);
    }
    for (int i = 0; i < e->seq.param.n_qualities && !error; i++) {
        quality_state *q = &e->quality[i];
        int continues = g->key && !all_intra && e->seq.param.quality[i].continues;
        if (g->key && !continues) /* nothing that follows looks back across it */
            while (q->n_dpb)
                q->dpb[--q->n_dpb]->users--;
        error = start_picture(e, continues ? &continued : g, src, i);
    }
    e->coded++;
    return error;
}

/* Whether the queued picture number i must start a closed group. */
static int is_key(const vr_encoder *e, int i)
{
    int64_t display = e->next_plan + i, since = display - e->last_key;
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

/* Length of the group that starts at queued picture `i`: 1 with *key set, or pictures up to an anchor. 0: wait for more. */
static int next_group(const vr_encoder *e, int i, int64_t last_key, int *key)
{
    vr_encoder view = *e;
    int size = e->seq.tools.gop_size, n = 0;
    const int64_t alone = e->seq.ends_alone ? last_key + e->seq.param.keyint - 1 : -1;
    view.last_key = last_key;
    *key = is_key(&view, i);
    if (*key)
        return 1;
    while (n < size && i + n < e->n_queued && !is_key(&view, i + n) && (!n || e->next_plan + i + n != alone))
        n++;
    if (n == size || i + n < e->n_queued || e->flushing)
        return n;
    return 0;
}

/* Show the lookahead the group to be coded and those after it as far as they are known. */
static int plan_lookahead(vr_encoder *e, const vr_gop_entry *group, int n)
{
    vr_la_plan plan[VR_QUEUE_MAX];
    vr_gop_entry later[VR_GOP_MAX];
    vr_gop_state g = e->gop; /* a copy: what comes later may still change */
    int total = 0, at = n, key, m;
    int64_t last_key = group[0].key ? group[0].display : e->last_key;
    for (int i = 0; i < n; i++)
        fill_la_plan(&group[i], &plan[total++]);
    while (at < e->n_queued && (m = next_group(e, at, last_key, &key)) > 0) {
        if (key) {
            vr_gop_plan_key(&g, e->next_plan + at, later);
            last_key = e->next_plan + at;
        } else
            vr_gop_plan(&g, e->next_plan + at, m, later);
        for (int i = 0; i < m; i++)
            fill_la_plan(&later[i], &plan[total++]);
        at += m;
    }
    return vr_lookahead_plan(e->la, plan, total, n) ? VR_ERR_MEMORY : VR_OK;
}

/* Start every group that is complete and looked ahead of. */
int vr_advance(vr_encoder *e)
{
    while (e->n_queued) {
        vr_gop_entry plan[VR_GOP_MAX];
        int key, n = next_group(e, 0, e->last_key, &key), error;
        if (!n || (!e->flushing && e->n_queued < n + (e->la ? e->seq.tools.lookahead : 0)))
            break;
        if (key)
            vr_gop_plan_key(&e->gop, e->next_plan, plan);
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
