/* Slice segment headers (7.3.6.1) and the decoded picture hash SEI (D.3.19). */
#include <string.h>

#include "common/md5.h"
#include "encoder/headers.h"

static void write_rps(const vr_pic *pic, vr_bitwriter *w)
{
    int neg = 0, last = 0;
    while (neg < pic->n_rps && pic->rps_poc[neg] < pic->poc)
        neg++;
    vr_bw_ue(w, (uint32_t)neg);
    vr_bw_ue(w, (uint32_t)(pic->n_rps - neg));
    for (int i = 0; i < pic->n_rps; i++) {
        int delta = pic->rps_poc[i] - pic->poc;
        if (i == neg)
            last = 0;
        vr_bw_ue(w, (uint32_t)((i < neg ? last - delta : delta - last) - 1));
        vr_bw_u(w, pic->rps_used[i], 1);
        last = delta;
    }
}

static int ceil_log2(int v)
{
    int n = 0;
    while (1 << n < v)
        n++;
    return n;
}

void vr_write_slice_header(const vr_seq *s, const vr_pic *pic, int tile, int slice_type, int slice_qp,
                           vr_bitwriter *w)
{
    int address = s->tile[tile].address, idr = pic->nal_type == VR_NAL_IDR_W_RADL;
    int random_access = idr || pic->nal_type == VR_NAL_CRA;
    vr_bw_u(w, address == 0, 1);
    if (random_access)
        vr_bw_u(w, 0, 1); /* no_output_of_prior_pics_flag */
    vr_bw_ue(w, 0);
    if (address)
        vr_bw_u(w, (uint32_t)address, ceil_log2(s->ctu_cols * s->ctu_rows));
    vr_bw_ue(w, (uint32_t)slice_type);
    if (!idr) {
        vr_bw_u(w, (uint32_t)pic->poc & ((1u << s->log2_max_poc_lsb) - 1), s->log2_max_poc_lsb);
        vr_bw_u(w, pic->rps_idx >= 0, 1);
        if (pic->rps_idx < 0) {
            if (s->n_rps)
                vr_bw_u(w, 0, 1); /* inter_ref_pic_set_prediction_flag */
            write_rps(pic, w);
        } else if (s->n_rps > 1)
            vr_bw_u(w, (uint32_t)pic->rps_idx, ceil_log2(s->n_rps));
        if (s->temporal_mvp)
            vr_bw_u(w, (uint32_t)pic->temporal_mvp, 1);
    }
    if (s->tools.sao) {
        vr_bw_u(w, (uint32_t)pic->sao, 1);
        vr_bw_u(w, (uint32_t)pic->sao, 1);
    }
    if (slice_type != VR_SLICE_I) {
        int b = slice_type == VR_SLICE_B, override = pic->n_refs[0] > 1 || (b && pic->n_refs[1] > 1);
        vr_bw_u(w, (uint32_t)override, 1);
        if (override) {
            vr_bw_ue(w, (uint32_t)pic->n_refs[0] - 1);
            if (b)
                vr_bw_ue(w, (uint32_t)pic->n_refs[1] - 1);
        }
        if (b)
            vr_bw_u(w, (uint32_t)pic->mvd_l1_zero, 1);
        if (pic->temporal_mvp) {
            if (b)
                vr_bw_u(w, pic->collocated_list == 0, 1);
            if (pic->n_refs[pic->collocated_list] > 1)
                vr_bw_ue(w, 0);
        }
        vr_bw_ue(w, (uint32_t)(5 - s->max_merge));
    }
    vr_bw_se(w, slice_qp - VR_INIT_QP);
    if (s->n_tiles > 1)
        vr_bw_ue(w, 0); /* one tile per slice: no entry points */
    vr_bw_trailing(w);
}

void vr_write_hash_sei(const vr_seq *s, const vr_frame *f, vr_buffer *out)
{
    uint8_t payload[3 + 3 * 16 + 1] = {132, 1 + 3 * 16, 0};
    for (int p = 0; p < 3; p++) {
        vr_md5 md5;
        int width = s->coded_w >> (p > 0), height = s->coded_h >> (p > 0);
        vr_md5_init(&md5);
        for (int y = 0; y < height; y++)
            vr_md5_update(&md5, f->plane[p] + y * f->stride[p], (size_t)width);
        vr_md5_final(&md5, payload + 3 + 16 * p);
    }
    payload[sizeof payload - 1] = 0x80;
    vr_nal_append(out, VR_NAL_SEI_SUFFIX, 0, payload, sizeof payload, 0);
}
