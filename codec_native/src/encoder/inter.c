#include "encoder/inter.h"

static int axis_allowed(int pos, int size, int mv, int lo, int hi, int before, int after)
{
    int p = pos + (mv >> 2);
    if (!(mv & 7)) /* full-sample in luma and chroma */
        before = after = 0;
    return p - before >= lo && p + size + after <= hi;
}

int vr_mv_allowed(const vr_coder *c, int x, int y, int w, int h, vr_mv mv)
{
    const vr_seq *s = c->seq;
    if (s->param.mcts)
        return axis_allowed(x, w, mv.x, c->tile->x0, c->tile->x1, 3, 4) &&
               axis_allowed(y, h, mv.y, c->tile->y0, c->tile->y1, 3, 4);
    if (y + (mv.y >> 2) + h > c->ctu_y + VR_CTU + s->mv_range_y)
        return 0;
    return axis_allowed(x, w, mv.x, -VR_MV_SLACK, s->coded_w + VR_MV_SLACK, 0, 0) &&
           axis_allowed(y, h, mv.y, -VR_MV_SLACK, s->coded_h + VR_MV_SLACK, 0, 0);
}

int vr_motion_allowed(const vr_coder *c, int x, int y, int w, int h, const vr_motion *m)
{
    return (m->ref[0] < 0 || vr_mv_allowed(c, x, y, w, h, m->mv[0])) &&
           (m->ref[1] < 0 || vr_mv_allowed(c, x, y, w, h, m->mv[1]));
}

void vr_predict_luma_uni(vr_coder *c, const vr_frame *ref, int x, int y, int w, int h, vr_mv mv, vr_pixel *dst,
                         ptrdiff_t dst_stride)
{
    ptrdiff_t stride = ref->stride[0];
    const vr_pixel *src = ref->plane[0] + (y + (mv.y >> 2)) * stride + x + (mv.x >> 2);
    int fx = mv.x & 3, fy = mv.y & 3;
    if (!fx && !fy)
        c->k->copy[VR_W(w)](src, stride, dst, dst_stride, h);
    else if (!fy)
        c->k->interp_hor_8to8[VR_W(w)](src, stride, dst, dst_stride, h, fx);
    else if (!fx)
        c->k->interp_ver_8to8[VR_W(w)](src, stride, dst, dst_stride, h, fy);
    else {
        c->k->interp_hor_8to16[VR_W(w)](src - 3 * stride, stride, c->interp, VR_CTU, h + 7, fx);
        c->k->interp_ver_16to8[VR_W(w)](c->interp + 3 * VR_CTU, VR_CTU, dst, dst_stride, h, fy);
    }
}

void vr_predict_luma_14(vr_coder *c, const vr_frame *ref, int x, int y, int w, int h, vr_mv mv, int16_t *dst,
                        ptrdiff_t dst_stride)
{
    ptrdiff_t stride = ref->stride[0];
    const vr_pixel *src = ref->plane[0] + (y + (mv.y >> 2)) * stride + x + (mv.x >> 2);
    int fx = mv.x & 3, fy = mv.y & 3;
    if (!fx && !fy)
        c->k->copy_8to16[VR_W(w)](src, stride, dst, dst_stride, h);
    else if (!fy)
        c->k->interp_hor_8to16[VR_W(w)](src, stride, dst, dst_stride, h, fx);
    else if (!fx)
        c->k->interp_ver_8to16[VR_W(w)](src, stride, dst, dst_stride, h, fy);
    else {
        c->k->interp_hor_8to16[VR_W(w)](src - 3 * stride, stride, c->interp, VR_CTU, h + 7, fx);
        c->k->interp_ver_16to16[VR_W(w)](c->interp + 3 * VR_CTU, VR_CTU, dst, dst_stride, h, fy);
    }
}

/* Chroma of one list; x, y, w, h in chroma samples, vectors in eighths. */
static void chroma_uni(vr_coder *c, const vr_frame *ref, int plane, int x, int y, int w, int h, vr_mv mv, vr_pixel *dst,
                       ptrdiff_t dst_stride)
{
    ptrdiff_t stride = ref->stride[plane];
    const vr_pixel *src = ref->plane[plane] + (y + (mv.y >> 3)) * stride + x + (mv.x >> 3);
    int fx = mv.x & 7, fy = mv.y & 7;
    if (!fx && !fy)
        c->k->copy[VR_W(w)](src, stride, dst, dst_stride, h);
    else if (!fy)
        c->k->chroma_hor_8to8[VR_W(w)](src, stride, dst, dst_stride, h, fx);
    else if (!fx)
        c->k->chroma_ver_8to8[VR_W(w)](src, stride, dst, dst_stride, h, fy);
    else {
        c->k->chroma_hor_8to16[VR_W(w)](src - stride, stride, c->interp, VR_CTU, h + 3, fx);
        c->k->chroma_ver_16to8[VR_W(w)](c->interp + VR_CTU, VR_CTU, dst, dst_stride, h, fy);
    }
}

static void chroma_14(vr_coder *c, const vr_frame *ref, int plane, int x, int y, int w, int h, vr_mv mv, int16_t *dst)
{
    ptrdiff_t stride = ref->stride[plane];
    const vr_pixel *src = ref->plane[plane] + (y + (mv.y >> 3)) * stride + x + (mv.x >> 3);
    int fx = mv.x & 7, fy = mv.y & 7;
    if (!fx && !fy)
        c->k->copy_8to16[VR_W(w)](src, stride, dst, VR_CTU, h);
    else if (!fy)
        c->k->chroma_hor_8to16[VR_W(w)](src, stride, dst, VR_CTU, h, fx);
    else if (!fx)
        c->k->chroma_ver_8to16[VR_W(w)](src, stride, dst, VR_CTU, h, fy);
    else {
        c->k->chroma_hor_8to16[VR_W(w)](src - stride, stride, c->interp, VR_CTU, h + 3, fx);
        c->k->chroma_ver_16to16[VR_W(w)](c->interp + VR_CTU, VR_CTU, dst, VR_CTU, h, fy);
    }
}

void vr_predict_inter(vr_coder *c, int plane, int x, int y, int w, int h, const vr_motion *m, vr_pixel *dst,
                      ptrdiff_t dst_stride)
{
    vr_frame *(*refs)[VR_MAX_REFS] = c->pic->ref;
    if (plane) {
        x >>= 1;
        y >>= 1;
        w >>= 1;
        h >>= 1;
    }
    if (m->ref[0] >= 0 && m->ref[1] >= 0) {
        for (int l = 0; l < 2; l++)
            if (plane)
                chroma_14(c, refs[l][m->ref[l]], plane, x, y, w, h, m->mv[l], c->mc16[l]);
            else
                vr_predict_luma_14(c, refs[l][m->ref[l]], x, y, w, h, m->mv[l], c->mc16[l], VR_CTU);
        c->k->bipred_avg[VR_W(w)](c->mc16[0], VR_CTU, c->mc16[1], VR_CTU, dst, dst_stride, h);
        return;
    }
    {
        int l = m->ref[0] >= 0 ? 0 : 1;
        if (plane)
            chroma_uni(c, refs[l][m->ref[l]], plane, x, y, w, h, m->mv[l], dst, dst_stride);
        else
            vr_predict_luma_uni(c, refs[l][m->ref[l]], x, y, w, h, m->mv[l], dst, dst_stride);
    }
}
