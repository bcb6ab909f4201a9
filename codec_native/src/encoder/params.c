/* VPS, SPS, PPS (7.3.2, E.2.1) and the choice of the level (A.4). */
#include <string.h>

#include "encoder/headers.h"

typedef struct { int idc; int64_t luma_ps, luma_sr; int kbps_main, kbps_high, slices, rows, cols; } level_limit;

static const level_limit levels[] = {
    {30, 36864, 552960, 128, 128, 16, 1, 1},
    {60, 122880, 3686400, 1500, 1500, 16, 1, 1},
    {63, 245760, 7372800, 3000, 3000, 20, 1, 1},
    {90, 552960, 16588800, 6000, 6000, 30, 2, 2},
    {93, 983040, 33177600, 10000, 10000, 40, 3, 3},
    {120, 2228224, 66846720, 12000, 30000, 75, 5, 5},
    {123, 2228224, 133693440, 20000, 50000, 75, 5, 5},
    {150, 8912896, 267386880, 25000, 100000, 200, 11, 10},
    {153, 8912896, 534773760, 40000, 160000, 200, 11, 10},
    {156, 8912896, 1069547520, 60000, 240000, 200, 11, 10},
    {180, 35651584, 1069547520, 60000, 240000, 600, 22, 20},
    {183, 35651584, 2139095040, 120000, 480000, 600, 22, 20},
    {186, 35651584, 4278190080, 240000, 800000, 600, 22, 20},
};

int vr_choose_level(const vr_seq *s, int kbps)
{
    int64_t ps = (int64_t)s->coded_w * s->coded_h;
    double rate = (double)ps * s->param.fps_num / s->param.fps_den;
    for (size_t i = 0; i < sizeof levels / sizeof *levels; i++) {
        const level_limit *l = &levels[i];
        int64_t side = 8 * l->luma_ps;
        if (ps <= l->luma_ps && (int64_t)s->coded_w * s->coded_w <= side && (int64_t)s->coded_h * s->coded_h <= side &&
            rate <= (double)l->luma_sr && s->n_tiles <= l->slices && s->tile_rows <= l->rows &&
            s->tile_cols <= l->cols && kbps <= (s->high_tier && l->idc >= 120 ? l->kbps_high : l->kbps_main))
            return l->idc;
    }
    return 255;
}

static void profile_tier_level(const vr_seq *s, vr_bitwriter *w)
{
    vr_bw_u(w, 0, 2);
    vr_bw_u(w, (uint32_t)s->high_tier, 1);
    vr_bw_u(w, 1, 5);          /* Main */
    vr_bw_u(w, 0x60000000, 32); /* compatible with Main and Main 10 */
    vr_bw_u(w, 1, 1);          /* progressive_source_flag */
    vr_bw_u(w, 0, 1);
    vr_bw_u(w, 0, 1);
    vr_bw_u(w, 1, 1);          /* frame_only_constraint_flag */
    vr_bw_u(w, 0, 32);
    vr_bw_u(w, 0, 12);
    vr_bw_u(w, (uint32_t)s->level_idc, 8);
}

static void buffering(const vr_seq *s, vr_bitwriter *w)
{
    vr_bw_ue(w, (uint32_t)s->max_dec_buffering - 1);
    vr_bw_ue(w, (uint32_t)s->max_num_reorder);
    vr_bw_ue(w, 0); /* no latency limit */
}

static void write_vps(const vr_seq *s, vr_bitwriter *w)
{
    vr_bw_u(w, 0, 4);
    vr_bw_u(w, 3, 2);
    vr_bw_u(w, 0, 6);
    vr_bw_u(w, 0, 3);
    vr_bw_u(w, 1, 1);
    vr_bw_u(w, 0xffff, 16);
    profile_tier_level(s, w);
    vr_bw_u(w, 1, 1);
    buffering(s, w);
    vr_bw_u(w, 0, 6);
    vr_bw_ue(w, 0);
    vr_bw_u(w, 0, 1); /* timing is in the VUI */
    vr_bw_u(w, 0, 1);
    vr_bw_trailing(w);
}

static void write_vui(const vr_seq *s, vr_bitwriter *w)
{
    const vr_param *p = &s->param;
    vr_bw_u(w, 1, 1); /* aspect ratio: square */
    vr_bw_u(w, 1, 8);
    vr_bw_u(w, 0, 1);
    vr_bw_u(w, 1, 1); /* video_signal_type_present_flag */
    vr_bw_u(w, 5, 3);
    vr_bw_u(w, p->full_range != 0, 1);
    vr_bw_u(w, 1, 1);
    vr_bw_u(w, (uint32_t)p->colour_primaries, 8);
    vr_bw_u(w, (uint32_t)p->transfer_characteristics, 8);
    vr_bw_u(w, (uint32_t)p->matrix_coefficients, 8);
    vr_bw_u(w, 0, 1); /* chroma location */
    vr_bw_u(w, 0, 3); /* neutral chroma, field_seq, frame_field_info */
    vr_bw_u(w, 0, 1); /* default display window */
    vr_bw_u(w, 1, 1); /* timing */
    vr_bw_u(w, (uint32_t)p->fps_den, 32);
    vr_bw_u(w, (uint32_t)p->fps_num, 32);
    vr_bw_u(w, 0, 1);
    vr_bw_u(w, 0, 1); /* HRD */
    vr_bw_u(w, 1, 1); /* bitstream_restriction_flag */
    vr_bw_u(w, 1, 1); /* tiles_fixed_structure_flag: also with one tile, so that such streams pack with tiled ones */
    vr_bw_u(w, !p->mcts, 1);
    vr_bw_u(w, 1, 1);
    vr_bw_ue(w, 0);
    vr_bw_ue(w, 0);
    vr_bw_ue(w, 0);
    vr_bw_ue(w, 15);
    vr_bw_ue(w, 15);
}

static void write_rps_list(const vr_seq *s, vr_bitwriter *w)
{
    vr_bw_ue(w, (uint32_t)s->n_rps);
    for (int i = 0; i < s->n_rps; i++) {
        int n = s->rps[i].n_neg, last = 0;
        if (i)
            vr_bw_u(w, 0, 1); /* inter_ref_pic_set_prediction_flag */
        vr_bw_ue(w, (uint32_t)n);
        vr_bw_ue(w, (uint32_t)s->rps[i].n_pos);
        for (int j = 0; j < n + s->rps[i].n_pos; j++) {
            int delta = s->rps[i].delta[j];
            if (j == n)
                last = 0;
            vr_bw_ue(w, (uint32_t)((j < n ? last - delta : delta - last) - 1));
            vr_bw_u(w, s->rps[i].used[j], 1);
            last = delta;
        }
    }
}

static void write_sps(const vr_seq *s, vr_bitwriter *w)
{
    int crop = s->coded_w != s->width || s->coded_h != s->height;
    vr_bw_u(w, 0, 4);
    vr_bw_u(w, 0, 3);
    vr_bw_u(w, 1, 1);
    profile_tier_level(s, w);
    vr_bw_ue(w, 0);
    vr_bw_ue(w, 1); /* 4:2:0 */
    vr_bw_ue(w, (uint32_t)s->coded_w);
    vr_bw_ue(w, (uint32_t)s->coded_h);
    vr_bw_u(w, (uint32_t)crop, 1);
    if (crop) {
        vr_bw_ue(w, 0);
        vr_bw_ue(w, (uint32_t)(s->coded_w - s->width) / 2);
        vr_bw_ue(w, 0);
        vr_bw_ue(w, (uint32_t)(s->coded_h - s->height) / 2);
    }
    vr_bw_ue(w, 0);
    vr_bw_ue(w, 0);
    vr_bw_ue(w, (uint32_t)s->log2_max_poc_lsb - 4);
    vr_bw_u(w, 1, 1);
    buffering(s, w);
    vr_bw_ue(w, (uint32_t)s->tools.min_cu_log2 - 3);
    vr_bw_ue(w, (uint32_t)(VR_CTU_LOG2 - s->tools.min_cu_log2));
    vr_bw_ue(w, 0); /* transform blocks 4 .. 32 */
    vr_bw_ue(w, 3);
    vr_bw_ue(w, (uint32_t)s->tu_depth_inter);
    vr_bw_ue(w, (uint32_t)s->tu_depth_intra);
    vr_bw_u(w, 0, 1); /* scaling lists */
    vr_bw_u(w, 0, 1); /* AMP */
    vr_bw_u(w, (uint32_t)s->tools.sao, 1);
    vr_bw_u(w, 0, 1); /* PCM */
    write_rps_list(s, w);
    vr_bw_u(w, 0, 1); /* long-term pictures */
    vr_bw_u(w, (uint32_t)s->temporal_mvp, 1);
    vr_bw_u(w, 1, 1); /* strong intra smoothing */
    vr_bw_u(w, 1, 1);
    write_vui(s, w);
    vr_bw_u(w, 0, 1);
    vr_bw_trailing(w);
}

static int is_uniform(const int *bounds, int n, int total)
{
    for (int i = 0; i <= n; i++)
        if (bounds[i] != i * total / n)
            return 0;
    return 1;
}

static void write_pps(const vr_seq *s, vr_bitwriter *w)
{
    vr_bw_ue(w, 0);
    vr_bw_ue(w, 0);
    vr_bw_u(w, 0, 1);
    vr_bw_u(w, 0, 1);
    vr_bw_u(w, 0, 3);
    vr_bw_u(w, (uint32_t)s->tools.sign_hiding, 1);
    vr_bw_u(w, 0, 1);
    vr_bw_ue(w, 0);
    vr_bw_ue(w, 0);
    vr_bw_se(w, VR_INIT_QP - 26);
    vr_bw_u(w, 0, 1);
    vr_bw_u(w, 0, 1); /* transform skip */
    vr_bw_u(w, (uint32_t)s->cu_qp_delta, 1);
    if (s->cu_qp_delta)
        vr_bw_ue(w, (uint32_t)(VR_CTU_LOG2 - s->qg_log2));
    vr_bw_se(w, 0);
    vr_bw_se(w, 0);
    vr_bw_u(w, 0, 1);
    vr_bw_u(w, 0, 1);
    vr_bw_u(w, 0, 1);
    vr_bw_u(w, 0, 1);
    vr_bw_u(w, s->n_tiles > 1, 1);
    vr_bw_u(w, 0, 1);
    if (s->n_tiles > 1) {
        int uniform = is_uniform(s->col_bd, s->tile_cols, s->ctu_cols) && is_uniform(s->row_bd, s->tile_rows, s->ctu_rows);
        vr_bw_ue(w, (uint32_t)s->tile_cols - 1);
        vr_bw_ue(w, (uint32_t)s->tile_rows - 1);
        vr_bw_u(w, (uint32_t)uniform, 1);
        for (int i = 0; !uniform && i < s->tile_cols - 1; i++)
            vr_bw_ue(w, (uint32_t)(s->col_bd[i + 1] - s->col_bd[i] - 1));
        for (int i = 0; !uniform && i < s->tile_rows - 1; i++)
            vr_bw_ue(w, (uint32_t)(s->row_bd[i + 1] - s->row_bd[i] - 1));
        vr_bw_u(w, 0, 1); /* loop_filter_across_tiles_enabled_flag */
    }
    vr_bw_u(w, 0, 1); /* loop filter across slices */
    vr_bw_u(w, !s->tools.deblock, 1);
    if (!s->tools.deblock) {
        vr_bw_u(w, 0, 1);
        vr_bw_u(w, 1, 1);
    }
    vr_bw_u(w, 0, 1);
    vr_bw_u(w, 0, 1);
    vr_bw_ue(w, 0);
    vr_bw_u(w, 0, 1);
    vr_bw_u(w, 0, 1);
    vr_bw_trailing(w);
}

/* Frame the payload in `body` as an SEI message, D.2. */
static void append_sei(vr_buffer *out, int nal, int type, vr_bitwriter *body)
{
    vr_bitwriter w = {{0}, 0, 0};
    if (body->n_cached)
        vr_bw_trailing(body);
    vr_bw_u(&w, (uint32_t)type, 8);
    vr_bw_u(&w, (uint32_t)body->out.size, 8);
    vr_buffer_append(&w.out, body->out.data, body->out.size);
    vr_bw_trailing(&w);
    vr_nal_append(out, nal, 0, w.out.data, w.out.size, 0);
    vr_bw_free(&w);
}

static void write_projection_sei(vr_buffer *out)
{
    vr_bitwriter w = {{0}, 0, 0};
    vr_bw_u(&w, 0, 1); /* erp_cancel_flag */
    vr_bw_u(&w, 1, 1); /* erp_persistence_flag */
    vr_bw_u(&w, 0, 1); /* erp_guard_band_flag */
    vr_bw_u(&w, 0, 2);
    append_sei(out, VR_NAL_SEI_PREFIX, 150, &w);
    vr_bw_free(&w);
}

/* Frame packing arrangement: top-bottom, upper half is the left eye (D.2.16). */
static void write_stereo_sei(vr_buffer *out)
{
    vr_bitwriter w = {{0}, 0, 0};
    vr_bw_ue(&w, 0);
    vr_bw_u(&w, 0, 1);
    vr_bw_u(&w, 4, 7);
    vr_bw_u(&w, 0, 1);
    vr_bw_u(&w, 1, 6);
    vr_bw_u(&w, 0, 6);  /* flipping, field views, current frame, self-contained flags */
    vr_bw_u(&w, 0, 16); /* grid positions */
    vr_bw_u(&w, 0, 8);
    vr_bw_u(&w, 1, 1);
    vr_bw_u(&w, 0, 1);
    append_sei(out, VR_NAL_SEI_PREFIX, 45, &w);
    vr_bw_free(&w);
}

/* Temporal motion-constrained tile sets: every tile is one (D.2.30). */
static void write_mcts_sei(vr_buffer *out)
{
    vr_bitwriter w = {{0}, 0, 0};
    vr_bw_u(&w, 1, 1); /* mc_all_tiles_exact_sample_value_match_flag */
    vr_bw_u(&w, 1, 1); /* each_tile_one_tile_set_flag */
    vr_bw_u(&w, 0, 1);
    append_sei(out, VR_NAL_SEI_PREFIX, 139, &w);
    vr_bw_free(&w);
}

void vr_write_parameter_sets(const vr_seq *s, vr_buffer *out)
{
    static void (*const write[3])(const vr_seq *, vr_bitwriter *) = {write_vps, write_sps, write_pps};
    vr_bitwriter w = {{0}, 0, 0};
    for (int i = 0; i < 3; i++) {
        vr_bw_reset(&w);
        write[i](s, &w);
        vr_nal_append(out, VR_NAL_VPS + i, 0, w.out.data, w.out.size, 1);
    }
    vr_bw_free(&w);
    if (s->param.projection == VR_PROJECTION_ERP)
        write_projection_sei(out);
    if (s->param.stereo == VR_STEREO_TOP_BOTTOM)
        write_stereo_sei(out);
    if (s->param.mcts)
        write_mcts_sei(out);
}

void vr_write_aud(int slice_type, vr_buffer *out)
{
    vr_bitwriter w = {{0}, 0, 0};
    vr_bw_u(&w, slice_type == VR_SLICE_I ? 0 : slice_type == VR_SLICE_P ? 1 : 2, 3);
    vr_bw_trailing(&w);
    vr_nal_append(out, VR_NAL_AUD, 0, w.out.data, w.out.size, 1);
    vr_bw_free(&w);
}
