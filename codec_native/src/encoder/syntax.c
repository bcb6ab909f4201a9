#include "encoder/syntax.h"

#include <stdlib.h>

#include "encoder/intra.h"
#include "encoder/residual.h"
#include "encoder/scan.h"

static int cell(const vr_coder *c, int x, int y)
{
    return c->frame->grid.flags[(y >> 3) * c->frame->grid.stride8 + (x >> 3)];
}

static int split_context(const vr_coder *c, int x, int y, int log2_size)
{
    int ctx = CTX_SPLIT_CU;
    if (x > c->tile->x0)
        ctx += (cell(c, x - 1, y) >> 4) < log2_size;
    if (y > c->tile->y0)
        ctx += (cell(c, x, y - 1) >> 4) < log2_size;
    return ctx;
}

static int skip_context(const vr_coder *c, int x, int y)
{
    int ctx = CTX_SKIP;
    if (x > c->tile->x0)
        ctx += cell(c, x - 1, y) & VR_CELL_SKIP;
    if (y > c->tile->y0)
        ctx += cell(c, x, y - 1) & VR_CELL_SKIP;
    return ctx;
}

void vr_for_each_cu(vr_coder *c, void (*fn)(vr_coder *c, vr_cu *cu, int x, int y))
{
    for (int z = 0; z < 64; ) {
        int x = c->ctu_x + (((z & 1) | (z & 4) >> 1 | (z & 16) >> 2) << 3);
        int y = c->ctu_y + (((z & 2) >> 1 | (z & 8) >> 2 | (z & 32) >> 3) << 3);
        vr_cu *cu = &c->cu[vr_cu_index(x, y)];
        if (x >= c->tile->x1 || y >= c->tile->y1) {
            z++;
            continue;
        }
        fn(c, cu, x, y);
        z += 1 << (2 * (cu->log2_size - 3));
    }
}

/* ---- bit estimates ---- */

uint32_t vr_bits_split(const vr_coder *c, int x, int y, int log2_size, int split)
{
    return VR_CTX_BITS(c->cabac.ctx, split_context(c, x, y, log2_size), split);
}

uint32_t vr_bits_skip(const vr_coder *c, int x, int y, int skip)
{
    return VR_CTX_BITS(c->cabac.ctx, skip_context(c, x, y), skip);
}

uint32_t vr_bits_merge_idx(const vr_coder *c, int idx)
{
    int max = c->seq->max_merge;
    if (max == 1)
        return 0;
    return VR_CTX_BITS(c->cabac.ctx, CTX_MERGE_IDX, idx > 0) + (idx ? VR_BITS(idx - (idx == max - 1)) : 0);
}

static uint32_t mvd_component_bits(int v)
{
    int a = abs(v) - 2, k = 1, bits = 1; /* sign */
    if (!v)
        return 0;
    if (a < 0)
        return VR_BITS(1);
    while (a >= 1 << k) {
        a -= 1 << k++;
        bits++;
    }
    return VR_BITS(bits + 1 + k);
}

uint32_t vr_bits_mvd(const vr_coder *c, vr_mv mvd)
{
    const uint8_t *ctx = c->cabac.ctx;
    uint32_t bits = VR_CTX_BITS(ctx, CTX_MVD_GT0, mvd.x != 0) + VR_CTX_BITS(ctx, CTX_MVD_GT0, mvd.y != 0);
    if (mvd.x)
        bits += VR_CTX_BITS(ctx, CTX_MVD_GT1, abs(mvd.x) > 1) + mvd_component_bits(mvd.x);
    if (mvd.y)
        bits += VR_CTX_BITS(ctx, CTX_MVD_GT1, abs(mvd.y) > 1) + mvd_component_bits(mvd.y);
    return bits;
}

uint32_t vr_bits_ref(const vr_coder *c, int list, int ref)
{
    int n = c->pic->n_refs[list];
    uint32_t bits = 0;
    if (n < 2)
        return 0;
    for (int i = 0; i < n - 1; i++) {
        int more = ref > i;
        bits += i < 2 ? VR_CTX_BITS(c->cabac.ctx, CTX_REF_IDX + i, more) : VR_BITS(1);
        if (!more)
            break;
    }
    return bits;
}

uint32_t vr_bits_part(const vr_coder *c, int log2_size, int part)
{
    const uint8_t *ctx = c->cabac.ctx;
    uint32_t bits = VR_CTX_BITS(ctx, CTX_PART_MODE, part == VR_PART_2Nx2N);
    if (part != VR_PART_2Nx2N) {
        bits += VR_CTX_BITS(ctx, CTX_PART_MODE + 1, part == VR_PART_2NxN);
        if (part == VR_PART_Nx2N && log2_size == c->tools->min_cu_log2 && log2_size > 3)
            bits += VR_CTX_BITS(ctx, CTX_PART_MODE + 2, 1);
    }
    return bits;
}

/* ---- writing ---- */

static void write_exp_golomb(vr_cabac *cabac, int value, int k)
{
    while (value >= 1 << k) {
        vr_cabac_bypass(cabac, 1, 1);
        value -= 1 << k++;
    }
    vr_cabac_bypass(cabac, 0, 1);
    vr_cabac_bypass(cabac, (uint32_t)value, k);
}

static void write_mvd(vr_cabac *cabac, vr_mv mvd)
{
    int v[2] = {mvd.x, mvd.y};
    for (int i = 0; i < 2; i++)
        vr_cabac_encode(cabac, CTX_MVD_GT0, v[i] != 0);
    for (int i = 0; i < 2; i++)
        if (v[i])
            vr_cabac_encode(cabac, CTX_MVD_GT1, abs(v[i]) > 1);
    for (int i = 0; i < 2; i++)
        if (v[i]) {
            if (abs(v[i]) > 1)
                write_exp_golomb(cabac, abs(v[i]) - 2, 1);
            vr_cabac_bypass(cabac, v[i] < 0, 1);
        }
}

static void write_merge_idx(vr_coder *c, int idx)
{
    int max = c->seq->max_merge;
    if (max < 2)
        return;
    vr_cabac_encode(&c->cabac, CTX_MERGE_IDX, idx > 0);
    for (int i = 1; i < max - 1 && idx >= i; i++)
        vr_cabac_bypass(&c->cabac, idx > i, 1);
}

/* prediction_unit(), 7.3.8.6 */
static void write_prediction_unit(vr_coder *c, const vr_cu *cu, int unit)
{
    vr_cabac *cabac = &c->cabac;
    const vr_motion *m = &cu->motion[unit];
    int bi = m->ref[0] >= 0 && m->ref[1] >= 0;
    vr_cabac_encode(cabac, CTX_MERGE_FLAG, cu->merge[unit]);
    if (cu->merge[unit]) {
        write_merge_idx(c, cu->merge_idx[unit]);
        return;
    }
    if (c->slice_type == VR_SLICE_B) {
        if (!vr_one_direction(cu))
            vr_cabac_encode(cabac, CTX_INTER_DIR + VR_CTU_LOG2 - cu->log2_size, bi);
        if (!bi)
            vr_cabac_encode(cabac, CTX_INTER_DIR + 4, m->ref[1] >= 0);
    }
    for (int l = 0; l < 2; l++) {
        int n = c->pic->n_refs[l];
        if (m->ref[l] < 0)
            continue;
        for (int i = 0; i < n - 1; i++) {
            int more = m->ref[l] > i;
            if (i < 2)
                vr_cabac_encode(cabac, CTX_REF_IDX + i, more);
            else
                vr_cabac_bypass(cabac, (uint32_t)more, 1);
            if (!more)
                break;
        }
        if (!(l == 1 && bi && c->pic->mvd_l1_zero))
            write_mvd(cabac, cu->mvd[unit][l]);
        vr_cabac_encode(cabac, CTX_MVP, cu->mvp[unit][l]);
    }
}

static void write_intra_modes(vr_coder *c, const vr_cu *cu, int x, int y)
{
    vr_cabac *cabac = &c->cabac;
    int parts = cu->part_mode == VR_PART_NxN ? 4 : 1, half = 1 << (cu->log2_size - 1), hit[4], mpm[4][3];
    for (int i = 0; i < parts; i++) {
        vr_intra_mpm(c, x + (i & 1) * half, y + (i >> 1) * half, mpm[i]);
        hit[i] = -1;
        for (int j = 0; j < 3; j++)
            if (mpm[i][j] == cu->luma_mode[i])
                hit[i] = j;
        vr_cabac_encode(cabac, CTX_PREV_INTRA, hit[i] >= 0);
    }
    for (int i = 0; i < parts; i++) {
        if (hit[i] >= 0) {
            vr_cabac_bypass(cabac, hit[i] == 0 ? 0 : hit[i] == 1 ? 2 : 3, hit[i] == 0 ? 1 : 2);
        } else {
            int rest = cu->luma_mode[i], drop = 0;
            for (int j = 0; j < 3; j++)
                drop += mpm[i][j] < cu->luma_mode[i];
            vr_cabac_bypass(cabac, (uint32_t)(rest - drop), 5);
        }
    }
    vr_cabac_encode(cabac, CTX_CHROMA_MODE, cu->chroma_syntax != 4);
    if (cu->chroma_syntax != 4)
        vr_cabac_bypass(cabac, cu->chroma_syntax, 2);
}

/* cu_qp_delta_abs and sign, 7.3.8.14 and 9.3.3.10 */
static void write_qp_delta(vr_cabac *cabac, int delta)
{
    int a = abs(delta), prefix = VR_MIN(a, 5);
    for (int i = 0; i < prefix; i++)
        vr_cabac_encode(cabac, CTX_QP_DELTA + (i > 0), 1);
    if (prefix < 5)
        vr_cabac_encode(cabac, CTX_QP_DELTA + (prefix > 0), 0);
    else
        write_exp_golomb(cabac, a - 5, 0);
    if (a)
        vr_cabac_bypass(cabac, delta < 0, 1);
}

static void write_block(vr_coder *c, const vr_cu *cu, int plane, int x, int y, int log2_size, int mode)
{
    int intra = cu->pred_mode == VR_MODE_INTRA;
    vr_residual_write(&c->cabac, c->k, vr_coef_at(c, plane, x, y), log2_size, plane > 0,
                      vr_scan_of(intra, log2_size, plane > 0, mode), c->tools->sign_hiding);
}

/* transform_unit() number i at luma (x, y), 7.3.8.10; `cbf_chroma` as known to it (its parent's for 4x4 luma). */
static void write_transform_unit(vr_coder *c, const vr_cu *cu, int i, int x, int y, int log2_size, int depth,
                                 int *qp_delta_pending)
{
    vr_cabac *cabac = &c->cabac;
    int small = log2_size == 2; /* chroma comes with the fourth luma block */
    int luma = cu->cbf[0] >> i & 1;
    int cb = small ? cu->cbf[1] & 1 : cu->cbf[1] >> i & 1, cr = small ? cu->cbf[2] & 1 : cu->cbf[2] >> i & 1;
    int luma_mode = cu->luma_mode[cu->part_mode == VR_PART_NxN ? i : 0];
    if (cu->pred_mode == VR_MODE_INTRA || depth || cb || cr)
        vr_cabac_encode(cabac, CTX_CBF_LUMA + (depth == 0), luma);
    if (!luma && !cb && !cr)
        return;
    if (*qp_delta_pending) {
        write_qp_delta(cabac, cu->qp_delta);
        *qp_delta_pending = 0;
    }
    if (luma)
        write_block(c, cu, 0, x, y, log2_size, luma_mode);
    if (small) {
        if (i != 3)
            return;
        x -= 4;
        y -= 4;
        log2_size = 3;
    }
    if (cb)
        write_block(c, cu, 1, x, y, log2_size - 1, cu->chroma_mode);
    if (cr)
        write_block(c, cu, 2, x, y, log2_size - 1, cu->chroma_mode);
}

/* transform_tree(), 7.3.8.8, of at most two levels */
static void write_transform_tree(vr_coder *c, const vr_cu *cu, int x, int y)
{
    vr_cabac *cabac = &c->cabac;
    int log2_size = cu->log2_size, intra = cu->pred_mode == VR_MODE_INTRA, pending = cu->has_qp_delta;
    int max_depth = intra ? c->seq->tu_depth_intra : c->seq->tu_depth_inter;
    int forced = log2_size > 5 || (intra && cu->part_mode == VR_PART_NxN) ||
                 (!intra && max_depth == 0 && cu->part_mode != VR_PART_2Nx2N);
    if (!forced && max_depth > 0)
        vr_cabac_encode(cabac, CTX_SPLIT_TU + 5 - log2_size, cu->tu_split);
    for (int p = 1; p < 3; p++)
        vr_cabac_encode(cabac, CTX_CBF_CHROMA, cu->cbf[p] != 0);
    if (!cu->tu_split) {
        write_transform_unit(c, cu, 0, x, y, log2_size, 0, &pending);
        return;
    }
    for (int i = 0; i < 4; i++) {
        int half = 1 << (log2_size - 1);
        if (log2_size > 3)
            for (int p = 1; p < 3; p++)
                if (cu->cbf[p])
                    vr_cabac_encode(cabac, CTX_CBF_CHROMA + 1, cu->cbf[p] >> i & 1);
        write_transform_unit(c, cu, i, x + (i & 1) * half, y + (i >> 1) * half, log2_size - 1, 1, &pending);
    }
}

static void write_part_mode(vr_coder *c, const vr_cu *cu)
{
    vr_cabac *cabac = &c->cabac;
    int smallest = cu->log2_size == c->tools->min_cu_log2;
    if (cu->pred_mode == VR_MODE_INTRA) {
        if (smallest)
            vr_cabac_encode(cabac, CTX_PART_MODE, cu->part_mode == VR_PART_2Nx2N);
        return;
    }
    vr_cabac_encode(cabac, CTX_PART_MODE, cu->part_mode == VR_PART_2Nx2N);
    if (cu->part_mode == VR_PART_2Nx2N)
        return;
    vr_cabac_encode(cabac, CTX_PART_MODE + 1, cu->part_mode == VR_PART_2NxN);
    if (cu->part_mode == VR_PART_Nx2N && smallest && cu->log2_size > 3)
        vr_cabac_encode(cabac, CTX_PART_MODE + 2, 1);
}

/* coding_unit(), 7.3.8.5 */
static void write_cu(vr_coder *c, const vr_cu *cu, int x, int y)
{
    vr_cabac *cabac = &c->cabac;
    if (c->slice_type != VR_SLICE_I) {
        vr_cabac_encode(cabac, skip_context(c, x, y), cu->pred_mode == VR_MODE_SKIP);
        if (cu->pred_mode == VR_MODE_SKIP) {
            write_merge_idx(c, cu->merge_idx[0]);
            return;
        }
        vr_cabac_encode(cabac, CTX_PRED_MODE, cu->pred_mode == VR_MODE_INTRA);
    }
    write_part_mode(c, cu);
    if (cu->pred_mode == VR_MODE_INTRA) {
        write_intra_modes(c, cu, x, y);
    } else {
        int coded = cu->cbf[0] || cu->cbf[1] || cu->cbf[2];
        write_prediction_unit(c, cu, 0);
        if (cu->part_mode != VR_PART_2Nx2N)
            write_prediction_unit(c, cu, 1);
        if (!(cu->part_mode == VR_PART_2Nx2N && cu->merge[0]))
            vr_cabac_encode(cabac, CTX_ROOT_CBF, coded);
        if (!coded)
            return;
    }
    write_transform_tree(c, cu, x, y);
}

/* coding_quadtree(), 7.3.8.4 */
static void write_quadtree(vr_coder *c, int x, int y, int log2_size)
{
    int size = 1 << log2_size, split;
    const vr_cu *cu = &c->cu[vr_cu_index(x, y)];
    if (x >= c->tile->x1 || y >= c->tile->y1)
        return;
    if (x + size <= c->tile->x1 && y + size <= c->tile->y1) {
        split = cu->log2_size < log2_size;
        if (log2_size > c->tools->min_cu_log2)
            vr_cabac_encode(&c->cabac, split_context(c, x, y, log2_size), split);
    } else
        split = 1;
    if (!split) {
        write_cu(c, cu, x, y);
        return;
    }
    for (int i = 0; i < 4; i++)
        write_quadtree(c, x + (i & 1) * size / 2, y + (i >> 1) * size / 2, log2_size - 1);
}

/* sao(), 7.3.8.3 */
static void write_sao(vr_coder *c, const vr_sao *sao)
{
    vr_cabac *cabac = &c->cabac;
    if (c->ctu_x > c->tile->x0) {
        vr_cabac_encode(cabac, CTX_SAO_MERGE, sao->merge_left);
        if (sao->merge_left)
            return;
    }
    if (c->ctu_y > c->tile->y0) {
        vr_cabac_encode(cabac, CTX_SAO_MERGE, sao->merge_up);
        if (sao->merge_up)
            return;
    }
    for (int p = 0; p < 3; p++) {
        const vr_sao_comp *s = &sao->comp[p];
        if (!(p ? c->sao_chroma : c->sao_luma))
            continue;
        if (p < 2) {
            vr_cabac_encode(cabac, CTX_SAO_TYPE, s->type != 0);
            if (s->type)
                vr_cabac_bypass(cabac, s->type == 2, 1);
        }
        if (!s->type)
            continue;
        for (int i = 0; i < 4; i++) {
            int a = abs(s->offset[i]);
            vr_cabac_bypass(cabac, a < 7 ? (2u << a) - 2 : 127, a < 7 ? a + 1 : 7);
        }
        if (s->type == 1) {
            for (int i = 0; i < 4; i++)
                if (s->offset[i])
                    vr_cabac_bypass(cabac, s->offset[i] < 0, 1);
            vr_cabac_bypass(cabac, s->band, 5);
        } else if (p < 2)
            vr_cabac_bypass(cabac, s->eo_class, 2);
    }
}

void vr_write_ctu(vr_coder *c, int is_last)
{
    const vr_tile *t = c->tile;
    vr_buffer_reserve(&c->cabac.out, 1 << 16);
    if (c->sao_luma || c->sao_chroma)
        write_sao(c, &c->sao[((c->ctu_y >> VR_CTU_LOG2) - t->ctu_y0) * (t->ctu_x1 - t->ctu_x0) +
                             (c->ctu_x >> VR_CTU_LOG2) - t->ctu_x0]);
    write_quadtree(c, c->ctu_x, c->ctu_y, VR_CTU_LOG2);
    vr_cabac_terminate(&c->cabac, is_last);
}
