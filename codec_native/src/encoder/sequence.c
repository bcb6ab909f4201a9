#include "encoder/sequence.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "encoder/headers.h"
#include "encoder/presets.h"
#include "encoder/scan.h"

int vr_sorted_rps(const vr_gop_entry *e, int64_t display[16], uint8_t used[16])
{
    int n = 0;
    for (int after = 0; after < 2; after++) {
        int64_t last = e->display;
        for (;;) {
            int best = -1;
            for (int i = 0; i < e->n_keep; i++) {
                int64_t d = e->keep[i];
                if (after ? d <= last : d >= last)
                    continue;
                if (best < 0 || (after ? d < e->keep[best] : d > e->keep[best]))
                    best = i;
            }
            if (best < 0)
                break;
            last = e->keep[best];
            used[n] = 0;
            for (int i = 0; i < e->n_before; i++)
                used[n] |= e->before[i] == last;
            for (int i = 0; i < e->n_after; i++)
                used[n] |= e->after[i] == last;
            display[n++] = last;
        }
    }
    return n;
}

/* Enter a picture's reference picture set into the SPS list. */
static void note_rps(vr_seq *s, const vr_gop_entry *e)
{
    int64_t display[16];
    uint8_t used[16];
    int n = vr_sorted_rps(e, display, used), at = s->n_rps;
    for (int i = 0; i < n; i++) {
        s->rps[at].delta[i] = (int)(display[i] - e->display);
        s->rps[at].used[i] = used[i];
    }
    s->rps[at].n_neg = 0;
    while (s->rps[at].n_neg < n && s->rps[at].delta[s->rps[at].n_neg] < 0)
        s->rps[at].n_neg++;
    s->rps[at].n_pos = n - s->rps[at].n_neg;
    s->max_dec_buffering = VR_MAX(s->max_dec_buffering, n + 1);
    for (int i = 0; i < at; i++)
        if (s->rps[i].n_neg == s->rps[at].n_neg && s->rps[i].n_pos == s->rps[at].n_pos &&
            !memcmp(s->rps[i].delta, s->rps[at].delta, sizeof(int) * (size_t)n) &&
            !memcmp(s->rps[i].used, s->rps[at].used, (size_t)n))
            return;
    if (s->n_rps < 32)
        s->n_rps++;
}

/* Run the structure for some mini-GOPs of every length, to know its reference picture sets and reordering. */
static void simulate_structure(vr_seq *s)
{
    vr_gop_entry plan[VR_GOP_MAX];
    vr_gop_state g;
    int size = s->tools.gop_size;
    s->max_dec_buffering = 2;
    /* whole mini-GOPs first (the common sets get the short codes), then what stands before a random-access picture */
    for (int tail = 0; tail < size; tail++) {
        int64_t next = 1;
        vr_gop_init(&g, s->tools.refs, s->param.low_delay);
        vr_gop_plan_key(&g, 0, &plan[0]);
        for (int i = 0; i < (s->param.low_delay ? 12 : 5); i++) {
            vr_gop_plan(&g, next, size, plan);
            for (int j = 0; j < size; j++)
                note_rps(s, &plan[j]);
            next += size;
        }
        if (tail) {
            vr_gop_plan(&g, next, tail, plan);
            for (int j = 0; j < tail; j++)
                note_rps(s, &plan[j]);
        }
    }
    s->max_num_reorder = 0;
    for (int n = size; n > 1; n >>= 1)
        s->max_num_reorder++;
}

static int set_tiles(vr_seq *s)
{
    const vr_param *p = &s->param;
    s->tile_cols = p->tile_cols;
    s->tile_rows = p->tile_rows;
    s->n_tiles = s->tile_cols * s->tile_rows;
    if (!vr_tile_bounds(s->tile_cols, s->ctu_cols, p->tile_col_width, s->col_bd) ||
        !vr_tile_bounds(s->tile_rows, s->ctu_rows, p->tile_row_height, s->row_bd))
        return VR_ERR_PARAM;
    s->tile = calloc((size_t)s->n_tiles, sizeof *s->tile);
    if (!s->tile)
        return VR_ERR_MEMORY;
    for (int i = 0; i < s->n_tiles; i++) {
        vr_tile *t = &s->tile[i];
        int col = i % s->tile_cols, row = i / s->tile_cols;
        t->ctu_x0 = s->col_bd[col];
        t->ctu_x1 = s->col_bd[col + 1];
        t->ctu_y0 = s->row_bd[row];
        t->ctu_y1 = s->row_bd[row + 1];
        t->x0 = t->ctu_x0 * VR_CTU;
        t->y0 = t->ctu_y0 * VR_CTU;
        t->x1 = VR_MIN(t->ctu_x1 * VR_CTU, s->coded_w);
        t->y1 = VR_MIN(t->ctu_y1 * VR_CTU, s->coded_h);
        t->address = t->ctu_y0 * s->ctu_cols + t->ctu_x0;
    }
    return VR_OK;
}

/* WS-PSNR weight of row y (equirectangular, each eye by itself). */
static double row_weight(const vr_seq *s, int y)
{
    int h = s->param.stereo == VR_STEREO_TOP_BOTTOM ? s->height / 2 : s->height;
    int j = VR_MIN(y, s->height - 1) % VR_MAX(h, 1);
    return cos((j + 0.5 - h / 2.0) * M_PI / h);
}

static int set_latitude(vr_seq *s)
{
    double sum = 0;
    int rows8 = s->coded_h / 8;
    if (s->param.projection != VR_PROJECTION_ERP)
        return VR_OK;
    s->row_weight = calloc((size_t)s->height, sizeof *s->row_weight);
    s->latitude_qp = calloc((size_t)rows8, 1);
    if (!s->row_weight || !s->latitude_qp)
        return VR_ERR_MEMORY;
    for (int y = 0; y < s->height; y++) {
        s->row_weight[y] = (uint16_t)(row_weight(s, y) * 32768 + 0.5);
        sum += s->row_weight[y];
    }
    s->row_weight_mean = sum / s->height;
    for (int r = 0; r < rows8; r++) {
        double offset = -3 * log2(VR_MAX(row_weight(s, r * 8 + 4), 0.02)) * s->param.latitude_strength;
        s->latitude_qp[r] = (int8_t)(VR_MIN(offset, 8.0) * 8 + 0.5);
    }
    if (s->param.latitude_strength == 0) {
        free(s->latitude_qp);
        s->latitude_qp = NULL;
    }
    return VR_OK;
}

int vr_seq_init(vr_seq *s, const vr_param *p, const vr_kernels *k)
{
    int unit, error, bounded = p->rc_mode == VR_RATE_CBR || p->maxrate_kbps > 0, uses_aq = p->aq_strength > 0 || (p->aq_strength < 0 && p->rc_mode != VR_RATE_CQP);
    int uses_tree = p->cutree > 0 || (p->cutree < 0 && p->rc_mode != VR_RATE_CQP);
    for (int i = 1; i < p->n_qualities; i++)
        bounded |= p->quality[i].maxrate_kbps > 0;
    memset(s, 0, sizeof *s);
    vr_scan_init();
    s->param = *p;
    s->k = k;
    vr_tools_from_param(p, &s->tools);
    if (s->param.low_delay || !s->tools.lookahead)
        uses_tree = 0;
    s->param.cutree = uses_tree;
    s->param.aq_strength = uses_aq ? p->aq_strength < 0 ? 1.0 : p->aq_strength : 0;
    if (p->mcts)
        s->param.scenecut = 0;
    unit = 1 << s->tools.min_cu_log2;
    s->width = p->width;
    s->height = p->height;
    s->coded_w = (p->width + unit - 1) / unit * unit;
    s->coded_h = (p->height + unit - 1) / unit * unit;
    s->ctu_cols = (s->coded_w + VR_CTU - 1) / VR_CTU;
    s->ctu_rows = (s->coded_h + VR_CTU - 1) / VR_CTU;
    s->log2_max_poc_lsb = s->tools.gop_size > 8 ? 6 : 5; /* more than twice the distance of reference pictures */
    if (p->key_group > 1) { /* the last reference of a group lies in the upper half of what the bits can say (8.3.1). Also where no
                               quality continues: what is packed into one picture with such a stream has the same bits */
        if (p->keyint > 0 && p->keyint < 1 << (s->log2_max_poc_lsb - 1))
            s->log2_max_poc_lsb--; /* short enough: no anchor is numbered more than half of that past the reference before it */
        while (p->keyint - 1 >= 1 << s->log2_max_poc_lsb)
            s->log2_max_poc_lsb++;
        s->ends_alone = p->keyint - 1 == 1 << (s->log2_max_poc_lsb - 1);
    }
    s->temporal_mvp = 1;
    /* The first candidates may point out of a constrained tile: later ones stand in for them. */
    s->max_merge = p->mcts && p->max_merge < 0 ? VR_MAX_MERGE : s->tools.max_merge;
    s->mv_range_y = vr_clip3(64, 256, s->coded_h / 8);
    s->tu_depth_inter = s->tools.tu_split_inter || s->tools.rect;
    s->tu_depth_intra = s->tools.tu_split_intra;
    s->thin = p->mcts && s->tools.border_effort && s->tools.min_cu_log2 == 3;
    s->high_tier = p->high_tier;
    error = set_tiles(s);
    if (!error)
        error = set_latitude(s);
    if (error)
        return error;
    /* Latitude alone changes the QP by CTU rows, unless the picture has so few that steps between them are large. */
    s->qg_log2 = uses_aq || uses_tree ? 4 : s->latitude_qp && s->ctu_rows < 12 ? 5 : VR_CTU_LOG2;
    s->cu_qp_delta = s->latitude_qp || uses_aq || uses_tree || bounded;
    simulate_structure(s);
    s->level_idc = p->level_idc ? p->level_idc : vr_choose_level(s, VR_MAX(p->maxrate_kbps, p->bitrate_kbps));
    return VR_OK;
}

void vr_seq_free(vr_seq *s)
{
    free(s->tile);
    free(s->row_weight);
    free(s->latitude_qp);
}
