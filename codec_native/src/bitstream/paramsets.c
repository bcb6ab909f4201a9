#include "bitstream/paramsets.h"

#include <stdio.h>
#include <string.h>

int vr_bs_fail(vr_bs_error *error, int code, const char *message)
{
    if (error) {
        error->code = code;
        error->stream = error->tile = -1;
        error->picture = -1;
        snprintf(error->message, sizeof error->message, "%s", message);
    }
    return code;
}

int vr_bs_ceil_log2(uint32_t n)
{
    int bits = 0;
    while (bits < 32 && ((uint64_t)1 << bits) < n)
        bits++;
    return bits;
}

/* profile_tier_level(1, max_sub_layers - 1), 7.3.3 */
static void parse_ptl(vr_bs_reader *r, int sub_layers_minus1, vr_bs_sps *out)
{
    vr_bs_u(r, 2);
    out->tier = (int)vr_bs_u(r, 1);
    out->profile_idc = (int)vr_bs_u(r, 5);
    vr_bs_skip(r, 32 + 48);
    out->level_pos = r->pos;
    out->level_idc = (int)vr_bs_u(r, 8);
    int profile_present[8] = {0}, level_present[8] = {0};
    for (int i = 0; i < sub_layers_minus1; i++) {
        profile_present[i] = (int)vr_bs_u(r, 1);
        level_present[i] = (int)vr_bs_u(r, 1);
    }
    if (sub_layers_minus1 > 0)
        vr_bs_skip(r, 2 * (size_t)(8 - sub_layers_minus1));
    for (int i = 0; i < sub_layers_minus1; i++)
        vr_bs_skip(r, (size_t)(profile_present[i] ? 88 : 0) + (size_t)(level_present[i] ? 8 : 0));
}

int vr_bs_parse_vps(const uint8_t *rbsp, size_t size, int *id, size_t *level_pos, vr_bs_error *error)
{
    vr_bs_reader r;
    vr_bs_sps ptl;
    vr_bs_reader_init(&r, rbsp, size);
    vr_bs_skip(&r, 16);
    *id = (int)vr_bs_u(&r, 4);
    vr_bs_skip(&r, 2 + 6);
    const int sub_layers_minus1 = (int)vr_bs_u(&r, 3);
    vr_bs_skip(&r, 1 + 16);
    if (sub_layers_minus1 > 6)
        return vr_bs_fail(error, VR_BS_EINVALID, "the video parameter set asks for more than seven temporal layers");
    memset(&ptl, 0, sizeof ptl);
    parse_ptl(&r, sub_layers_minus1, &ptl);
    *level_pos = ptl.level_pos;
    return r.overrun ? vr_bs_fail(error, VR_BS_ETRUNCATED, "the video parameter set ends too early") : VR_BS_OK;
}

static int parse_rps_predicted(vr_bs_reader *r, int idx, const vr_bs_sps *sps, vr_bs_rps *out)
{
    uint32_t delta_idx = 1;
    if (idx == sps->n_rps)
        delta_idx = vr_bs_ue(r) + 1;
    if (r->overrun || delta_idx > (uint32_t)idx)
        return VR_BS_EINVALID;
    const vr_bs_rps *ref = &sps->rps[idx - (int)delta_idx];
    const int sign = (int)vr_bs_u(r, 1);
    const uint32_t abs_delta = vr_bs_ue(r) + 1;
    if (abs_delta > 0x8000)
        return VR_BS_EINVALID;
    const int32_t delta_rps = sign ? -(int32_t)abs_delta : (int32_t)abs_delta;
    const int n = ref->n_negative + ref->n_positive;
    uint8_t used[VR_BS_MAX_DPB + 1], keep[VR_BS_MAX_DPB + 1];
    for (int j = 0; j <= n; j++) {
        used[j] = (uint8_t)vr_bs_u(r, 1);
        keep[j] = used[j] ? 1 : (uint8_t)vr_bs_u(r, 1);
    }
    if (r->overrun)
        return VR_BS_ETRUNCATED;
    /* (7-61), (7-62): both loops visit the same deltas, in opposite order */
    int count = 0;
    for (int pass = 0; pass < 2; pass++) {
        for (int step = 0; step <= n; step++) {
            int j;
            if (pass == 0) /* positive ones backwards, then delta_rps itself, then negative ones */
                j = step < ref->n_positive ? n - 1 - step : step == ref->n_positive ? n : step - ref->n_positive - 1;
            else           /* negative ones backwards, then delta_rps, then positive ones */
                j = step < ref->n_negative ? ref->n_negative - 1 - step : step == ref->n_negative ? n : step - 1;
            const int32_t d = (j == n ? 0 : ref->delta[j]) + delta_rps;
            if (!keep[j] || (pass == 0 ? d >= 0 : d <= 0))
                continue;
            if (count == VR_BS_MAX_DPB)
                return VR_BS_EINVALID;
            out->delta[count] = d;
            out->used[count] = used[j];
            count++;
        }
        if (pass == 0)
            out->n_negative = count;
    }
    out->n_positive = count - out->n_negative;
    return VR_BS_OK;
}

int vr_bs_parse_rps(vr_bs_reader *r, int idx, const vr_bs_sps *sps, vr_bs_rps *out)
{
    memset(out, 0, sizeof *out);
    if (idx > 0 && vr_bs_u(r, 1))
        return parse_rps_predicted(r, idx, sps, out);
    const uint32_t negative = vr_bs_ue(r), positive = vr_bs_ue(r);
    if (negative > VR_BS_MAX_DPB || positive > VR_BS_MAX_DPB - negative)
        return VR_BS_EINVALID;
    out->n_negative = (int)negative;
    out->n_positive = (int)positive;
    int32_t poc = 0;
    for (int i = 0; i < out->n_negative + out->n_positive; i++) {
        if (i == out->n_negative)
            poc = 0;
        const uint32_t step = vr_bs_ue(r) + 1;
        if (step > 0x8000)
            return VR_BS_EINVALID;
        poc += i < out->n_negative ? -(int32_t)step : (int32_t)step;
        out->delta[i] = poc;
        out->used[i] = (uint8_t)vr_bs_u(r, 1);
    }
    return r->overrun ? VR_BS_ETRUNCATED : VR_BS_OK;
}

/* scaling_list_data(), 7.3.4: only skipped */
static void skip_scaling_lists(vr_bs_reader *r)
{
    for (int size = 0; size < 4; size++) {
        for (int matrix = 0; matrix < 6; matrix += size == 3 ? 3 : 1) {
            if (!vr_bs_u(r, 1)) {
                vr_bs_ue(r);
                continue;
            }
            const int n = size == 0 ? 16 : 64;
            if (size > 1)
                vr_bs_se(r);
            for (int i = 0; i < n; i++)
                vr_bs_se(r);
        }
    }
}

/* hrd_parameters( 1, max_sub_layers - 1 ), E.2.2 */
static int skip_hrd(vr_bs_reader *r, int sub_layers)
{
    int sub_pic = 0;
    const int nal = (int)vr_bs_u(r, 1), vcl = (int)vr_bs_u(r, 1);
    if (nal || vcl) {
        sub_pic = (int)vr_bs_u(r, 1);
        if (sub_pic)
            vr_bs_skip(r, 8 + 5 + 1 + 5);
        vr_bs_skip(r, 4 + 4);
        if (sub_pic)
            vr_bs_skip(r, 4);
        vr_bs_skip(r, 5 + 5 + 5);
    }
    for (int i = 0; i < sub_layers; i++) {
        int low_delay = 0;
        uint32_t cpb_count = 1;
        const int fixed_general = (int)vr_bs_u(r, 1);
        const int fixed_cvs = fixed_general ? 1 : (int)vr_bs_u(r, 1);
        if (fixed_cvs)
            vr_bs_ue(r);
        else
            low_delay = (int)vr_bs_u(r, 1);
        if (!low_delay)
            cpb_count = vr_bs_ue(r) + 1;
        if (r->overrun || cpb_count > 32)
            return VR_BS_EINVALID;
        for (uint32_t k = 0; k < (uint32_t)(nal + vcl) * cpb_count; k++) {
            vr_bs_ue(r);
            vr_bs_ue(r);
            if (sub_pic) {
                vr_bs_ue(r);
                vr_bs_ue(r);
            }
            vr_bs_u(r, 1);
        }
    }
    return VR_BS_OK;
}

/* vui_parameters(), E.2.1 */
static int parse_vui(vr_bs_reader *r, vr_bs_sps *sps)
{
    if (vr_bs_u(r, 1) && vr_bs_u(r, 8) == 255)
        vr_bs_skip(r, 32);
    if (vr_bs_u(r, 1))
        vr_bs_skip(r, 1);
    if (vr_bs_u(r, 1)) {
        vr_bs_skip(r, 3);
        sps->full_range = (int)vr_bs_u(r, 1);
        if (vr_bs_u(r, 1)) {
            sps->colour_primaries = (int)vr_bs_u(r, 8);
            sps->transfer = (int)vr_bs_u(r, 8);
            sps->matrix = (int)vr_bs_u(r, 8);
        }
    }
    if (vr_bs_u(r, 1)) {
        vr_bs_ue(r);
        vr_bs_ue(r);
    }
    vr_bs_skip(r, 3);
    if (vr_bs_u(r, 1))
        for (int i = 0; i < 4; i++)
            vr_bs_ue(r);
    if (vr_bs_u(r, 1)) {
        const uint32_t den = vr_bs_u(r, 32), num = vr_bs_u(r, 32);
        if (den <= INT32_MAX && num <= INT32_MAX) {
            sps->fps_den = (int)den;
            sps->fps_num = (int)num;
        }
        if (vr_bs_u(r, 1))
            vr_bs_ue(r);
        if (vr_bs_u(r, 1) && skip_hrd(r, sps->max_sub_layers))
            return VR_BS_EINVALID;
    }
    if (vr_bs_u(r, 1)) {
        vr_bs_skip(r, 3);
        for (int i = 0; i < 5; i++)
            vr_bs_ue(r);
    }
    return VR_BS_OK;
}

static int sps_invalid(vr_bs_error *error)
{
    return vr_bs_fail(error, VR_BS_EINVALID, "the sequence parameter set holds a value that the standard forbids");
}

static int parse_sps_size(vr_bs_reader *r, vr_bs_sps *sps)
{
    const uint32_t chroma = vr_bs_ue(r);
    if (chroma > 3)
        return VR_BS_EINVALID;
    sps->chroma_format = (int)chroma;
    sps->separate_planes = chroma == 3 ? (int)vr_bs_u(r, 1) : 0;
    sps->size_pos = r->pos;
    const uint32_t width = vr_bs_ue(r), height = vr_bs_ue(r);
    if (width < 8 || height < 8 || width > 16888 || height > 16888) /* sqrt(8 * MaxLumaPs) of level 6.2 */
        return VR_BS_EINVALID;
    sps->width = (int)width;
    sps->height = (int)height;
    if (vr_bs_u(r, 1)) {
        const int unit_x = chroma == 1 || chroma == 2 ? 2 : 1, unit_y = chroma == 1 ? 2 : 1;
        for (int i = 0; i < 4; i++) {
            const uint32_t v = vr_bs_ue(r);
            if (v > 16888)
                return VR_BS_EINVALID;
            sps->crop[i] = (int)v * (i < 2 ? unit_x : unit_y);
        }
        if (sps->crop[0] + sps->crop[1] >= sps->width || sps->crop[2] + sps->crop[3] >= sps->height)
            return VR_BS_EINVALID;
    }
    sps->size_end = r->pos;
    return VR_BS_OK;
}

int vr_bs_parse_sps(const uint8_t *rbsp, size_t size, vr_bs_sps *sps, vr_bs_error *error)
{
    vr_bs_reader r;
    vr_bs_reader_init(&r, rbsp, size);
    memset(sps, 0, sizeof *sps);
    sps->colour_primaries = sps->transfer = sps->matrix = 2;
    vr_bs_skip(&r, 16);
    sps->vps_id = (int)vr_bs_u(&r, 4);
    sps->max_sub_layers = (int)vr_bs_u(&r, 3) + 1;
    vr_bs_skip(&r, 1);
    if (sps->max_sub_layers > 7)
        return sps_invalid(error);
    parse_ptl(&r, sps->max_sub_layers - 1, sps);
    const uint32_t id = vr_bs_ue(&r);
    if (id > 15 || parse_sps_size(&r, sps))
        return r.overrun ? vr_bs_fail(error, VR_BS_ETRUNCATED, "the sequence parameter set ends too early") : sps_invalid(error);
    sps->id = (int)id;
    const uint32_t depth_luma = vr_bs_ue(&r), depth_chroma = vr_bs_ue(&r), poc_bits = vr_bs_ue(&r);
    if (depth_luma > 8 || depth_chroma > 8 || poc_bits > 12)
        return sps_invalid(error);
    sps->bit_depth_luma = (int)depth_luma + 8;
    sps->bit_depth_chroma = (int)depth_chroma + 8;
    sps->log2_poc_lsb = (int)poc_bits + 4;
    for (int i = vr_bs_u(&r, 1) ? sps->max_sub_layers : 1; i > 0; i--)
        for (int k = 0; k < 3; k++)
            vr_bs_ue(&r);
    const uint32_t min_cb = vr_bs_ue(&r), diff_cb = vr_bs_ue(&r);
    if (min_cb > 3 || diff_cb > 3 || min_cb + 3 + diff_cb > 6 || min_cb + 3 + diff_cb < 4)
        return sps_invalid(error);
    sps->log2_min_cb = (int)min_cb + 3;
    sps->log2_ctb = sps->log2_min_cb + (int)diff_cb;
    if ((sps->width | sps->height) & ((1 << sps->log2_min_cb) - 1))
        return sps_invalid(error);
    sps->ctb_cols = (sps->width + (1 << sps->log2_ctb) - 1) >> sps->log2_ctb;
    sps->ctb_rows = (sps->height + (1 << sps->log2_ctb) - 1) >> sps->log2_ctb;
    for (int i = 0; i < 4; i++)
        vr_bs_ue(&r); /* transform sizes and hierarchy depths */
    if (vr_bs_u(&r, 1) && vr_bs_u(&r, 1))
        skip_scaling_lists(&r);
    vr_bs_skip(&r, 1);
    sps->sao = (int)vr_bs_u(&r, 1);
    if (vr_bs_u(&r, 1)) {
        vr_bs_skip(&r, 8);
        vr_bs_ue(&r);
        vr_bs_ue(&r);
        vr_bs_skip(&r, 1);
    }
    const uint32_t n_rps = vr_bs_ue(&r);
    if (n_rps > VR_BS_MAX_RPS)
        return sps_invalid(error);
    for (int i = 0; i < (int)n_rps; i++) {
        if (vr_bs_parse_rps(&r, i, sps, &sps->rps[i]))
            return r.overrun ? vr_bs_fail(error, VR_BS_ETRUNCATED, "the sequence parameter set ends too early") : sps_invalid(error);
    }
    sps->n_rps = (int)n_rps;
    sps->long_term = (int)vr_bs_u(&r, 1);
    if (sps->long_term) {
        const uint32_t n = vr_bs_ue(&r);
        if (n > 32)
            return sps_invalid(error);
        sps->n_long_term_sps = (int)n;
        for (uint32_t i = 0; i < n; i++)
            vr_bs_skip(&r, (size_t)sps->log2_poc_lsb + 1);
    }
    sps->temporal_mvp = (int)vr_bs_u(&r, 1);
    vr_bs_skip(&r, 1);
    if (vr_bs_u(&r, 1) && parse_vui(&r, sps))
        return sps_invalid(error);
    vr_bs_skip(&r, 1); /* sps_extension_present_flag; extensions change nothing that is read here */
    return r.overrun ? vr_bs_fail(error, VR_BS_ETRUNCATED, "the sequence parameter set ends too early") : VR_BS_OK;
}

static int parse_pps_tiles(vr_bs_reader *r, vr_bs_pps *pps)
{
    pps->tiles_pos = r->pos;
    pps->tiles = (int)vr_bs_u(r, 1);
    pps->wpp = (int)vr_bs_u(r, 1);
    pps->cols = pps->rows = 1;
    pps->uniform = 1;
    pps->loop_filter_tiles = 1;
    if (pps->tiles) {
        const uint32_t cols = vr_bs_ue(r), rows = vr_bs_ue(r);
        if (cols >= VR_BS_MAX_COLS || rows >= VR_BS_MAX_ROWS)
            return VR_BS_EINVALID;
        pps->cols = (int)cols + 1;
        pps->rows = (int)rows + 1;
        pps->uniform = (int)vr_bs_u(r, 1);
        for (int i = 0; !pps->uniform && i < pps->cols - 1 + pps->rows - 1; i++) {
            const uint32_t v = vr_bs_ue(r);
            if (v > 2000)
                return VR_BS_EINVALID;
            if (i < pps->cols - 1)
                pps->col_ctbs[i] = (int)v + 1;
            else
                pps->row_ctbs[i - (pps->cols - 1)] = (int)v + 1;
        }
        pps->loop_filter_tiles = (int)vr_bs_u(r, 1);
    }
    pps->tiles_end = r->pos;
    return VR_BS_OK;
}

int vr_bs_parse_pps(const uint8_t *rbsp, size_t size, vr_bs_pps *pps, vr_bs_error *error)
{
    static const char *const invalid = "the picture parameter set holds a value that the standard forbids";
    vr_bs_reader r;
    vr_bs_reader_init(&r, rbsp, size);
    memset(pps, 0, sizeof *pps);
    vr_bs_skip(&r, 16);
    const uint32_t id = vr_bs_ue(&r), sps_id = vr_bs_ue(&r);
    if (id > 63 || sps_id > 15)
        return vr_bs_fail(error, VR_BS_EINVALID, invalid);
    pps->id = (int)id;
    pps->sps_id = (int)sps_id;
    pps->dependent_slices = (int)vr_bs_u(&r, 1);
    pps->output_flag = (int)vr_bs_u(&r, 1);
    pps->extra_header_bits = (int)vr_bs_u(&r, 3);
    vr_bs_skip(&r, 1);
    pps->cabac_init = (int)vr_bs_u(&r, 1);
    const uint32_t l0 = vr_bs_ue(&r), l1 = vr_bs_ue(&r);
    pps->init_qp_pos = r.pos;
    const int32_t init_qp = vr_bs_se(&r);
    pps->init_qp_end = r.pos;
    if (l0 > 14 || l1 > 14 || init_qp < -74 || init_qp > 25)
        return vr_bs_fail(error, VR_BS_EINVALID, invalid);
    pps->n_l0 = (int)l0 + 1;
    pps->n_l1 = (int)l1 + 1;
    pps->init_qp = init_qp + 26;
    vr_bs_skip(&r, 1);
    pps->transform_skip = (int)vr_bs_u(&r, 1);
    if (vr_bs_u(&r, 1))
        vr_bs_ue(&r);
    vr_bs_se(&r);
    vr_bs_se(&r);
    pps->slice_chroma_qp = (int)vr_bs_u(&r, 1);
    pps->weighted_p = (int)vr_bs_u(&r, 1);
    pps->weighted_b = (int)vr_bs_u(&r, 1);
    vr_bs_skip(&r, 1);
    if (parse_pps_tiles(&r, pps))
        return vr_bs_fail(error, r.overrun ? VR_BS_ETRUNCATED : VR_BS_EINVALID, invalid);
    pps->loop_filter_slices = (int)vr_bs_u(&r, 1);
    if (vr_bs_u(&r, 1)) {
        pps->deblocking_override = (int)vr_bs_u(&r, 1);
        pps->deblocking_disabled = (int)vr_bs_u(&r, 1);
        if (!pps->deblocking_disabled) {
            vr_bs_se(&r);
            vr_bs_se(&r);
        }
    }
    if (vr_bs_u(&r, 1))
        skip_scaling_lists(&r);
    pps->lists_modification = (int)vr_bs_u(&r, 1);
    vr_bs_ue(&r);
    pps->header_extension = (int)vr_bs_u(&r, 1);
    if (vr_bs_u(&r, 1)) {
        const int range = (int)vr_bs_u(&r, 1);
        vr_bs_skip(&r, 7);
        if (range) { /* pps_range_extension(), 7.3.2.3.2 */
            if (pps->transform_skip)
                vr_bs_ue(&r);
            vr_bs_skip(&r, 1);
            pps->range_chroma_offsets = (int)vr_bs_u(&r, 1);
        }
    }
    return r.overrun ? vr_bs_fail(error, VR_BS_ETRUNCATED, "the picture parameter set ends too early") : VR_BS_OK;
}

int vr_bs_tile_grid(const vr_bs_sps *sps, const vr_bs_pps *pps, int *col_x, int *row_y, vr_bs_error *error)
{
    if (pps->cols > sps->ctb_cols || pps->rows > sps->ctb_rows)
        return vr_bs_fail(error, VR_BS_EINVALID, "the tile grid has more columns or rows than the picture has blocks");
    col_x[0] = row_y[0] = 0;
    for (int i = 0; i < pps->cols; i++)
        col_x[i + 1] = pps->uniform ? (i + 1) * sps->ctb_cols / pps->cols
                     : i == pps->cols - 1 ? sps->ctb_cols : col_x[i] + pps->col_ctbs[i];
    for (int i = 0; i < pps->rows; i++)
        row_y[i + 1] = pps->uniform ? (i + 1) * sps->ctb_rows / pps->rows
                     : i == pps->rows - 1 ? sps->ctb_rows : row_y[i] + pps->row_ctbs[i];
    if ((pps->cols > 1 && col_x[pps->cols - 1] >= sps->ctb_cols) || (pps->rows > 1 && row_y[pps->rows - 1] >= sps->ctb_rows))
        return vr_bs_fail(error, VR_BS_EINVALID, "the tile grid is larger than the picture");
    return VR_BS_OK;
}
