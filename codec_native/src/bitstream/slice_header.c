#include "bitstream/slice_header.h"

#include <string.h>

typedef struct {
    vr_bs_reader r;
    const vr_bs_sps *sps;
    const vr_bs_pps *pps;
    vr_bs_slice_header *out;
    int nal_type;
    int n_refs[2];        /* num_ref_idx_active */
    int n_pic_total_curr;
} header_parser;

/* FNV-1a over 32-bit values */
static void mix(uint64_t *key, uint32_t value)
{
    for (int i = 0; i < 4; i++) {
        *key ^= (value >> (8 * i)) & 0xff;
        *key *= 0x100000001b3ull;
    }
}

static int parse_long_term(header_parser *p)
{
    vr_bs_reader *r = &p->r;
    const uint32_t n_sps = p->sps->n_long_term_sps > 0 ? vr_bs_ue(r) : 0, n_here = vr_bs_ue(r);
    if (n_sps > VR_BS_MAX_DPB || n_here > VR_BS_MAX_DPB)
        return VR_BS_EINVALID;
    for (uint32_t i = 0; i < n_sps + n_here; i++) {
        if (i < n_sps) {
            const int bits = vr_bs_ceil_log2((uint32_t)p->sps->n_long_term_sps);
            mix(&p->out->reference_key, vr_bs_u(r, bits));
            p->n_pic_total_curr++; /* the SPS says whether it is used; only an upper bound is needed for refusal */
        } else {
            mix(&p->out->reference_key, vr_bs_u(r, p->sps->log2_poc_lsb));
            const uint32_t used = vr_bs_u(r, 1);
            mix(&p->out->reference_key, used);
            p->n_pic_total_curr += (int)used;
        }
        if (vr_bs_u(r, 1))
            mix(&p->out->reference_key, vr_bs_ue(r));
    }
    return n_sps && p->pps->lists_modification ? VR_BS_EUNSUPPORTED : VR_BS_OK;
}

/* POC and reference picture sets of pictures that are not IDR */
static int parse_references(header_parser *p)
{
    vr_bs_reader *r = &p->r;
    const vr_bs_sps *sps = p->sps;
    vr_bs_rps own;
    const vr_bs_rps *rps = &own;
    memset(&own, 0, sizeof own);
    p->out->poc_lsb = (int)vr_bs_u(r, sps->log2_poc_lsb);
    if (!vr_bs_u(r, 1)) {
        const int code = vr_bs_parse_rps(r, sps->n_rps, sps, &own);
        if (code)
            return code;
    } else {
        const uint32_t idx = sps->n_rps > 1 ? vr_bs_u(r, vr_bs_ceil_log2((uint32_t)sps->n_rps)) : 0;
        if (idx >= (uint32_t)sps->n_rps)
            return VR_BS_EINVALID;
        rps = &sps->rps[idx];
    }
    for (int i = 0; i < rps->n_negative + rps->n_positive; i++) {
        mix(&p->out->reference_key, (uint32_t)rps->delta[i]);
        mix(&p->out->reference_key, rps->used[i]);
        p->n_pic_total_curr += rps->used[i];
    }
    p->out->looks_ahead = rps->n_positive > 0;
    if (sps->long_term) {
        const int code = parse_long_term(p);
        if (code)
            return code;
    }
    if (sps->temporal_mvp)
        p->out->temporal_mvp = (int)vr_bs_u(r, 1);
    return VR_BS_OK;
}

/* pred_weight_table(), 7.3.6.3; none of our references is the picture itself, so every entry has its flags */
static void skip_weights(header_parser *p)
{
    vr_bs_reader *r = &p->r;
    const int chroma = p->sps->chroma_format != 0 && !p->sps->separate_planes;
    vr_bs_ue(r);
    if (chroma)
        vr_bs_se(r);
    for (int list = 0; list < (p->out->type == VR_BS_SLICE_B ? 2 : 1); list++) {
        uint8_t luma[16] = {0}, colour[16] = {0};
        for (int i = 0; i < p->n_refs[list]; i++)
            luma[i] = (uint8_t)vr_bs_u(r, 1);
        for (int i = 0; chroma && i < p->n_refs[list]; i++)
            colour[i] = (uint8_t)vr_bs_u(r, 1);
        for (int i = 0; i < p->n_refs[list]; i++)
            for (int k = 0; k < 2 * luma[i] + 4 * colour[i]; k++)
                vr_bs_se(r);
    }
}

static int parse_inter(header_parser *p)
{
    vr_bs_reader *r = &p->r;
    const int is_b = p->out->type == VR_BS_SLICE_B;
    p->n_refs[0] = p->pps->n_l0;
    p->n_refs[1] = is_b ? p->pps->n_l1 : 0;
    if (vr_bs_u(r, 1)) {
        for (int list = 0; list <= is_b; list++) {
            const uint32_t n = vr_bs_ue(r);
            if (n > 14)
                return VR_BS_EINVALID;
            p->n_refs[list] = (int)n + 1;
        }
    }
    if (p->pps->lists_modification && p->n_pic_total_curr > 1) {
        const int bits = vr_bs_ceil_log2((uint32_t)p->n_pic_total_curr);
        for (int list = 0; list <= is_b; list++)
            if (vr_bs_u(r, 1))
                vr_bs_skip(r, (size_t)bits * (size_t)p->n_refs[list]);
    }
    if (is_b)
        vr_bs_skip(r, 1);
    if (p->pps->cabac_init)
        vr_bs_skip(r, 1);
    if (p->out->temporal_mvp) {
        const int from_l0 = is_b ? (int)vr_bs_u(r, 1) : 1;
        if (p->n_refs[from_l0 ? 0 : 1] > 1)
            vr_bs_ue(r);
    }
    if ((p->pps->weighted_p && !is_b) || (p->pps->weighted_b && is_b))
        skip_weights(p);
    vr_bs_ue(r); /* five_minus_max_num_merge_cand */
    return VR_BS_OK;
}

/* from slice_qp_delta to the end */
static void parse_tail(header_parser *p, int sao)
{
    vr_bs_reader *r = &p->r;
    vr_bs_slice_header *out = p->out;
    out->qp_pos = (uint32_t)r->pos;
    out->qp_delta = vr_bs_se(r);
    out->qp_end = (uint32_t)r->pos;
    if (p->pps->slice_chroma_qp) {
        vr_bs_se(r);
        vr_bs_se(r);
    }
    if (p->pps->range_chroma_offsets)
        vr_bs_skip(r, 1);
    int deblocking_off = p->pps->deblocking_disabled;
    if (p->pps->deblocking_override && vr_bs_u(r, 1)) {
        deblocking_off = (int)vr_bs_u(r, 1);
        if (!deblocking_off) {
            vr_bs_se(r);
            vr_bs_se(r);
        }
    }
    if (p->pps->loop_filter_slices && (sao || !deblocking_off)) {
        out->filter_pos = (uint32_t)r->pos;
        out->filters_across = (int)vr_bs_u(r, 1);
    }
}

static int parse_entries_and_extension(header_parser *p)
{
    vr_bs_reader *r = &p->r;
    p->out->entry_pos = (uint32_t)r->pos;
    if (p->pps->tiles || p->pps->wpp) {
        const uint32_t n = vr_bs_ue(r);
        if (n > VR_BS_MAX_TILES * 264u)
            return VR_BS_EINVALID;
        p->out->entry_points = n;
        if (n) {
            const uint32_t bits = vr_bs_ue(r) + 1;
            if (bits > 32)
                return VR_BS_EINVALID;
            vr_bs_skip(r, (size_t)n * bits);
        }
    }
    p->out->entry_end = (uint32_t)r->pos;
    if (p->pps->header_extension)
        vr_bs_skip(r, 8 * (size_t)vr_bs_ue(r));
    p->out->align_pos = (uint32_t)r->pos;
    const uint32_t one = vr_bs_u(r, 1);
    while (r->pos & 7)
        if (vr_bs_u(r, 1))
            return VR_BS_EINVALID;
    p->out->size = (uint32_t)(r->pos >> 3);
    return r->overrun ? VR_BS_ETRUNCATED : one ? VR_BS_OK : VR_BS_EINVALID;
}

int vr_bs_slice_pps_id(const uint8_t *rbsp, size_t size)
{
    vr_bs_reader r;
    vr_bs_reader_init(&r, rbsp, size);
    vr_bs_skip(&r, 16 + 1);
    if (size >= 2 && vr_bs_is_irap(vr_bs_nal_type(rbsp)))
        vr_bs_skip(&r, 1);
    const uint32_t id = vr_bs_ue(&r);
    return r.overrun || id > 63 ? -1 : (int)id;
}

static int parse_header(header_parser *p)
{
    vr_bs_reader *r = &p->r;
    vr_bs_slice_header *out = p->out;
    vr_bs_skip(r, 16);
    out->first = (int)vr_bs_u(r, 1);
    if (vr_bs_is_irap(p->nal_type))
        out->no_output_of_prior = (int)vr_bs_u(r, 1);
    out->pps_id = (int)vr_bs_ue(r);
    if (!out->first) {
        const uint32_t ctbs = (uint32_t)p->sps->ctb_cols * (uint32_t)p->sps->ctb_rows;
        if (p->pps->dependent_slices)
            out->dependent = (int)vr_bs_u(r, 1);
        out->address = vr_bs_u(r, vr_bs_ceil_log2(ctbs));
        if (r->overrun)
            return VR_BS_ETRUNCATED;
        if (out->address == 0 || out->address >= ctbs)
            return VR_BS_EINVALID;
    }
    out->body_pos = (uint32_t)r->pos;
    if (out->dependent)
        return parse_entries_and_extension(p);
    vr_bs_skip(r, (size_t)p->pps->extra_header_bits);
    out->type = (int)vr_bs_ue(r);
    if (r->overrun)
        return VR_BS_ETRUNCATED;
    if (out->type < 0 || out->type > 2 || (p->nal_type >= 16 && out->type != VR_BS_SLICE_I))
        return VR_BS_EINVALID;
    out->output = p->pps->output_flag ? (int)vr_bs_u(r, 1) : 1;
    if (p->pps->output_flag)
        mix(&out->reference_key, (uint32_t)out->output);
    if (p->sps->separate_planes)
        vr_bs_skip(r, 2);
    out->refs_pos = (uint32_t)r->pos;
    if (!vr_bs_is_idr(p->nal_type)) {
        const int code = parse_references(p);
        if (code)
            return r->overrun ? VR_BS_ETRUNCATED : code;
    }
    out->refs_end = (uint32_t)r->pos;
    int sao = 0;
    if (p->sps->sao) {
        sao = (int)vr_bs_u(r, 1);
        if (p->sps->chroma_format != 0 && !p->sps->separate_planes)
            sao |= (int)vr_bs_u(r, 1);
    }
    if (out->type != VR_BS_SLICE_I && parse_inter(p))
        return VR_BS_EINVALID;
    mix(&out->reference_key, (uint32_t)out->poc_lsb);
    mix(&out->reference_key, (uint32_t)(out->temporal_mvp * 2 + out->no_output_of_prior));
    parse_tail(p, sao);
    return parse_entries_and_extension(p);
}

int vr_bs_parse_slice(const uint8_t *rbsp, size_t size, const vr_bs_sps *sps, const vr_bs_pps *pps,
                      vr_bs_slice_header *out, vr_bs_error *error)
{
    header_parser p;
    memset(&p, 0, sizeof p);
    memset(out, 0, sizeof *out);
    out->reference_key = 0xcbf29ce484222325ull;
    if (size < 3)
        return vr_bs_fail(error, VR_BS_ETRUNCATED, "a slice is shorter than its header");
    vr_bs_reader_init(&p.r, rbsp, size);
    p.sps = sps;
    p.pps = pps;
    p.out = out;
    p.nal_type = vr_bs_nal_type(rbsp);
    const int code = parse_header(&p);
    if (code == VR_BS_ETRUNCATED || (code && p.r.overrun))
        return vr_bs_fail(error, VR_BS_ETRUNCATED, "a slice is shorter than its header");
    if (code == VR_BS_EUNSUPPORTED)
        return vr_bs_fail(error, code, "slices that reorder long-term references are not supported");
    if (code)
        return vr_bs_fail(error, VR_BS_EINVALID, "a slice header holds a value that the standard forbids");
    if (p.r.overrun)
        return vr_bs_fail(error, VR_BS_ETRUNCATED, "a slice is shorter than its header");
    return VR_BS_OK;
}
