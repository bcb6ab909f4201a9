/* The lookahead's store of small pictures: what comes in, what the core plans, what it may read. */
#include "ratecontrol/lookahead_internal.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* One parallel step over bands of block rows. */
typedef struct {
    vr_lookahead *la;
    vr_la_picture *pic, *ref[VR_LA_MAX_REFS];
    vr_la_pair *pair[VR_LA_MAX_REFS];
    int n_refs;
} band_job;

static void run_bands(vr_lookahead *la, int rows, void (*fn)(void *, int), void *arg)
{
    const int n = (rows + VR_LA_BAND - 1) / VR_LA_BAND;
    if (la->param.parallel) {
        la->param.parallel(la->param.pool, n, fn, arg);
        return;
    }
    for (int i = 0; i < n; i++)
        fn(arg, i);
}

static int band_end(int band, int rows)
{
    const int end = (band + 1) * VR_LA_BAND;
    return end < rows ? end : rows;
}

vr_la_picture *vr_la_find(const vr_lookahead *la, int64_t display_idx)
{
    for (int i = 0; i < la->param.max_pictures; i++)
        if (la->pictures[i].display_idx == display_idx && display_idx >= 0)
            return &la->pictures[i];
    return NULL;
}

/* ---- memory ---- */

static void free_picture(vr_la_picture *pic)
{
    for (int i = 0; i < 2; i++)
        vr_la_plane_free(&pic->plane[i]);
    for (int i = 0; i < VR_LA_PAIRS; i++) {
        free(pic->pairs[i].cost);
        free(pic->pairs[i].mv);
    }
    for (int i = 0; i < VR_LA_MAX_REFS; i++)
        free(pic->seed[i]);
    free(pic->intra_cost);
    free(pic->inter_cost);
    free(pic->from_refs);
    free(pic->aq_offset);
    free(pic->qp_offset);
    free(pic->importance);
}

/* Pictures get their memory when they are first used; pairs when they are first searched. */
static int alloc_picture(const vr_lookahead *la, vr_la_picture *pic)
{
    const size_t n = (size_t)(la->blocks_w * la->blocks_h);
    if (pic->plane[0].memory)
        return 0;
    if (vr_la_plane_alloc(&pic->plane[0], la->blocks_w * 8, la->blocks_h * 8) ||
        vr_la_plane_alloc(&pic->plane[1], la->blocks_w * 4, la->blocks_h * 4))
        return -1;
    pic->intra_cost = malloc(n * sizeof *pic->intra_cost);
    pic->inter_cost = malloc(n * sizeof *pic->inter_cost);
    pic->from_refs = malloc(n);
    pic->aq_offset = malloc(n * sizeof *pic->aq_offset);
    pic->qp_offset = malloc(n * sizeof *pic->qp_offset);
    pic->importance = calloc(n, sizeof *pic->importance);
    for (int i = 0; i < VR_LA_MAX_REFS; i++)
        pic->seed[i] = malloc(n * sizeof *pic->seed[i]);
    return pic->intra_cost && pic->inter_cost && pic->from_refs && pic->aq_offset && pic->qp_offset &&
           pic->importance && pic->seed[0] && pic->seed[1] ? 0 : -1;
}

static void set_row_weights(vr_lookahead *la)
{
    const int half = la->param.stereo_top_bottom ? la->param.height / 2 : la->param.height;
    double sum = 0;
    for (int by = 0; by < la->blocks_h; by++) {
        const double y = fmod(by * 16 + 8.0, half);
        const double w = cos((y - half / 2.0) * 3.14159265358979323846 / half);
        la->row_weight[by] = (float)(1 + la->param.row_weight_erp * ((w > 0 ? w : 0) - 1));
        sum += la->row_weight[by];
    }
    for (int by = 0; by < la->blocks_h; by++)
        la->row_weight[by] = sum > 0 ? (float)(la->row_weight[by] * la->blocks_h / sum) : 1;
}

vr_lookahead *vr_lookahead_open(const vr_lookahead_param *param)
{
    if (!param->kernels || param->width < 16 || param->height < 16 || param->width > 8192 || param->height > 8192 ||
        param->max_pictures < 2 || param->max_pictures > 512 || !(param->aq_strength >= 0 && param->aq_strength <= 4) ||
        !(param->tree_strength >= 0 && param->tree_strength <= 8) || param->scenecut < 0 || param->scenecut > 100 ||
        !(param->row_weight_erp >= 0 && param->row_weight_erp <= 1))
        return NULL;
    vr_lookahead *la = calloc(1, sizeof *la);
    if (!la)
        return NULL;
    la->param = *param;
    la->blocks_w = (param->width + VR_LA_BLOCK - 1) / VR_LA_BLOCK;
    la->blocks_h = (param->height + VR_LA_BLOCK - 1) / VR_LA_BLOCK;
    const size_t coarse = (size_t)((la->blocks_w + 1) / 2) * (size_t)((la->blocks_h + 1) / 2);
    la->pictures = calloc((size_t)param->max_pictures, sizeof *la->pictures);
    la->row_weight = malloc((size_t)la->blocks_h * sizeof *la->row_weight);
    la->coarse_cost = malloc(coarse * sizeof *la->coarse_cost);
    la->coarse_intra = malloc(coarse * sizeof *la->coarse_intra);
    la->coarse_mv = malloc(coarse * sizeof *la->coarse_mv);
    if (!la->pictures || !la->row_weight || !la->coarse_cost || !la->coarse_intra || !la->coarse_mv) {
        vr_lookahead_close(la);
        return NULL;
    }
    for (int i = 0; i < param->max_pictures; i++)
        la->pictures[i].display_idx = -1;
    set_row_weights(la);
    return la;
}

void vr_lookahead_close(vr_lookahead *la)
{
    if (!la)
        return;
    for (int i = 0; la->pictures && i < la->param.max_pictures; i++)
        free_picture(&la->pictures[i]);
    free(la->pictures);
    free(la->row_weight);
    free(la->coarse_cost);
    free(la->coarse_intra);
    free(la->coarse_mv);
    free(la);
}

/* ---- a new picture ---- */

static void make_planes(const vr_lookahead *la, vr_la_picture *pic, const uint8_t *luma, ptrdiff_t stride)
{
    const vr_kernels *k = la->param.kernels;
    vr_la_plane *half = &pic->plane[0], *quarter = &pic->plane[1];
    k->downsample_2x2(luma, stride, half->origin, half->stride, la->param.width / 2, la->param.height / 2);
    vr_la_plane_extend(half, la->param.width / 2, la->param.height / 2);
    k->downsample_2x2(half->origin, half->stride, quarter->origin, quarter->stride, half->width / 2, half->height / 2);
    vr_la_plane_extend(quarter, half->width / 2, half->height / 2);
}

static void intra_band(void *arg, int band)
{
    const band_job *j = arg;
    const vr_la_plane *p = &j->pic->plane[0];
    vr_la_intra_rows(j->la, p, band * VR_LA_BAND, band_end(band, p->blocks_h), j->pic->intra_cost);
}

static void coarse_intra_band(void *arg, int band)
{
    const band_job *j = arg;
    const vr_la_plane *p = &j->pic->plane[1];
    vr_la_intra_rows(j->la, p, band * VR_LA_BAND, band_end(band, p->blocks_h), j->la->coarse_intra);
}

static void coarse_search_band(void *arg, int band)
{
    const band_job *j = arg;
    const vr_la_plane *p = &j->pic->plane[1];
    vr_la_search_rows(j->la, p, &j->ref[0]->plane[1], NULL, 0, band * VR_LA_BAND, band_end(band, p->blocks_h),
                      j->la->coarse_cost, j->la->coarse_mv);
}

static int same_plane(const vr_la_plane *a, const vr_la_plane *b)
{
    for (int y = 0; y < a->height; y++)
        if (memcmp(a->origin + y * a->stride, b->origin + y * b->stride, (size_t)a->width))
            return 0;
    return 1;
}

/* Compares with the picture before at quarter size: enough to see a cut. */
static void compare_with_previous(vr_lookahead *la, vr_la_picture *pic, vr_la_picture *previous)
{
    band_job job = {.la = la, .pic = pic, .ref = {previous}};
    const vr_la_plane *p = &pic->plane[1];
    pic->info.static_picture = same_plane(&pic->plane[0], &previous->plane[0]);
    if (pic->info.static_picture) {
        pic->coarse_ratio = 0;
        return;
    }
    run_bands(la, p->blocks_h, coarse_intra_band, &job);
    run_bands(la, p->blocks_h, coarse_search_band, &job);
    int64_t intra = 0, inter = 0;
    for (int i = 0; i < p->blocks_w * p->blocks_h; i++) {
        intra += la->coarse_intra[i];
        inter += la->coarse_cost[i] < la->coarse_intra[i] ? la->coarse_cost[i] : la->coarse_intra[i];
    }
    pic->coarse_ratio = intra ? (double)inter / (double)intra : 0;
}

/* A cut: prediction from the picture before is hardly better than intra, and clearly worse than it was a picture ago (noise
 * and water predict badly all the time). Soon after a cut the proof has to be stronger. */
static int is_scene_cut(const vr_lookahead *la, const vr_la_picture *pic, const vr_la_picture *previous)
{
    if (!la->param.scenecut || pic->info.static_picture)
        return 0;
    const double full = la->param.scenecut / 100.0;
    const double age = la->since_cut < 60 ? (double)la->since_cut / 60.0 : 1.0;
    const double bias = full * (0.25 + 0.75 * age);
    const int first = previous->display_idx == 0;
    return pic->coarse_ratio >= 1.0 - bias && (first || pic->coarse_ratio > previous->coarse_ratio * 1.15 + 0.05);
}

/* Everything that can be said before the structure is known. */
static void set_first_info(vr_lookahead *la, vr_la_picture *pic)
{
    vr_la_info *info = &pic->info;
    const size_t n = (size_t)(la->blocks_w * la->blocks_h);
    info->display_idx = pic->display_idx;
    info->blocks_w = la->blocks_w;
    info->blocks_h = la->blocks_h;
    info->qp_offset = pic->qp_offset;
    info->aq_offset = pic->aq_offset;
    info->intra_cost = pic->intra_cost;
    info->inter_cost = pic->inter_cost;
    memcpy(pic->inter_cost, pic->intra_cost, n * sizeof *pic->inter_cost);
    memcpy(pic->qp_offset, pic->aq_offset, n * sizeof *pic->qp_offset);
    for (int r = 0; r < VR_LA_MAX_REFS; r++) {
        info->mv[r] = NULL;
        info->ref_display_idx[r] = -1;
    }
    double intra = 0;
    int64_t offsets = 0;
    for (int i = 0; i < (int)n; i++) {
        intra += (double)(la->row_weight[i / la->blocks_w] * pic->intra_cost[i]);
        offsets += pic->qp_offset[i];
    }
    info->frame_intra_cost = (int64_t)intra;
    info->frame_cost = (int64_t)(intra * pic->coarse_ratio);
    info->mean_qp_offset = (double)offsets / (double)n / 256.0;
}

/* Released pictures serve as references a while longer: their memory is taken oldest first, once enough of them lie about. */
static vr_la_picture *take_slot(vr_lookahead *la)
{
    vr_la_picture *unused = NULL, *oldest = NULL;
    int n_released = 0;
    for (int i = 0; i < la->param.max_pictures; i++) {
        vr_la_picture *pic = &la->pictures[i];
        if (pic->display_idx < 0) {
            unused = unused ? unused : pic;
        } else if (pic->released) {
            n_released++;
            if (!oldest || pic->display_idx < oldest->display_idx)
                oldest = pic;
        }
    }
    return unused && n_released <= VR_LA_SPARE ? unused : oldest ? oldest : unused;
}

int64_t vr_lookahead_push(vr_lookahead *la, const uint8_t *luma, ptrdiff_t stride, int *scene_cut)
{
    vr_la_picture *pic = take_slot(la);
    if (!pic || alloc_picture(la, pic))
        return -1;
    pic->released = 0;
    for (int i = 0; i < VR_LA_PAIRS; i++)
        pic->pairs[i].ref_display_idx = -1;
    pic->next_pair = 0;
    pic->display_idx = la->next_display_idx++;
    memset(&pic->info, 0, sizeof pic->info);
    pic->coarse_ratio = 1;
    make_planes(la, pic, luma, stride);
    vr_la_aq(la, pic, luma, stride);
    band_job job = {.la = la, .pic = pic};
    run_bands(la, la->blocks_h, intra_band, &job);
    vr_la_picture *previous = vr_la_find(la, pic->display_idx - 1);
    la->since_cut++;
    if (previous) {
        compare_with_previous(la, pic, previous);
        pic->info.scene_cut = is_scene_cut(la, pic, previous);
        if (pic->info.scene_cut)
            la->since_cut = 0;
    }
    set_first_info(la, pic);
    if (scene_cut)
        *scene_cut = pic->info.scene_cut;
    return pic->display_idx;
}

/* ---- planning ---- */

static void search_band(void *arg, int band)
{
    const band_job *j = arg;
    const vr_la_plane *p = &j->pic->plane[0];
    vr_la_search_rows(j->la, p, &j->ref[0]->plane[0], j->la->coarse_mv, j->pic->plane[1].blocks_w, band * VR_LA_BAND,
                      band_end(band, p->blocks_h), j->pair[0]->cost, j->pair[0]->mv);
}

static vr_la_pair *search_pair(vr_lookahead *la, vr_la_picture *pic, vr_la_picture *ref)
{
    const size_t n = (size_t)(la->blocks_w * la->blocks_h);
    for (int i = 0; i < VR_LA_PAIRS; i++)
        if (pic->pairs[i].ref_display_idx == ref->display_idx)
            return &pic->pairs[i];
    vr_la_pair *pair = &pic->pairs[pic->next_pair];
    pic->next_pair = (pic->next_pair + 1) % VR_LA_PAIRS;
    if (!pair->cost) {
        pair->cost = malloc(n * sizeof *pair->cost);
        pair->mv = malloc(n * sizeof *pair->mv);
        if (!pair->cost || !pair->mv)
            return NULL;
    }
    band_job job = {.la = la, .pic = pic, .ref = {ref}, .pair = {pair}};
    run_bands(la, pic->plane[1].blocks_h, coarse_search_band, &job);
    run_bands(la, la->blocks_h, search_band, &job);
    pair->ref_display_idx = ref->display_idx;
    return pair;
}

static int16_t quarter_samples(int half_lowres)
{
    const int v = half_lowres * 4;
    return (int16_t)(v < -32768 ? -32768 : v > 32767 ? 32767 : v);
}

static void combine_block(const band_job *j, int bx, int by)
{
    const vr_lookahead *la = j->la;
    vr_la_picture *pic = j->pic;
    const int i = by * la->blocks_w + bx;
    int best = pic->intra_cost[i], from = 0, nearest = VR_LA_COST_MAX;
    for (int r = 0; r < j->n_refs; r++) {
        const int c = j->pair[r]->cost[i];
        pic->seed[r][i] = (vr_la_mv){quarter_samples(j->pair[r]->mv[i].x), quarter_samples(j->pair[r]->mv[i].y)};
        nearest = c < nearest ? c : nearest;
        if (c < best) {
            best = c;
            from = 1 << r;
        }
    }
    if (j->n_refs == 2 && nearest > (la->param.fast ? 192 : 64)) {
        const int both = vr_la_bi_cost(la, &pic->plane[0], &j->ref[0]->plane[0], j->pair[0]->mv[i],
                                       &j->ref[1]->plane[0], j->pair[1]->mv[i], bx, by);
        if (both < best) {
            best = both;
            from = 3;
        }
    }
    pic->inter_cost[i] = (uint16_t)best;
    pic->from_refs[i] = (uint8_t)from;
}

static void combine_band(void *arg, int band)
{
    const band_job *j = arg;
    for (int by = band * VR_LA_BAND; by < band_end(band, j->la->blocks_h); by++)
        for (int bx = 0; bx < j->la->blocks_w; bx++)
            combine_block(j, bx, by);
}

/* Costs and vectors of a picture against the references of its plan, unless they are there already. */
static int analyse(vr_lookahead *la, vr_la_picture *pic, const vr_la_plan *plan)
{
    band_job job = {.la = la, .pic = pic, .n_refs = plan->n_refs};
    int known = plan->n_refs > 0;
    for (int r = 0; r < VR_LA_MAX_REFS; r++) {
        const int64_t ref = r < plan->n_refs ? plan->ref_display_idx[r] : -1;
        known = known && pic->info.ref_display_idx[r] == ref;
    }
    if (known)
        return 0;
    for (int r = 0; r < plan->n_refs; r++) {
        job.ref[r] = vr_la_find(la, plan->ref_display_idx[r]);
        job.pair[r] = search_pair(la, pic, job.ref[r]);
        if (!job.pair[r])
            return -1;
    }
    run_bands(la, la->blocks_h, combine_band, &job);
    double cost = 0;
    for (int i = 0; i < la->blocks_w * la->blocks_h; i++)
        cost += (double)(la->row_weight[i / la->blocks_w] * pic->inter_cost[i]);
    pic->info.frame_cost = (int64_t)cost;
    for (int r = 0; r < VR_LA_MAX_REFS; r++) {
        pic->info.ref_display_idx[r] = r < plan->n_refs ? plan->ref_display_idx[r] : -1;
        pic->info.mv[r] = r < plan->n_refs ? pic->seed[r] : NULL;
    }
    return 0;
}

/* The plan of one picture without references whose memory has gone to newer pictures. */
static vr_la_plan drop_forgotten(const vr_lookahead *la, const vr_la_plan *plan)
{
    vr_la_plan known = *plan;
    known.n_refs = 0;
    for (int r = 0; r < plan->n_refs; r++)
        if (vr_la_find(la, plan->ref_display_idx[r]))
            known.ref_display_idx[known.n_refs++] = plan->ref_display_idx[r];
    return known;
}

int vr_lookahead_plan(vr_lookahead *la, const vr_la_plan *plan, int n, int n_commit)
{
    if (n < 0 || n_commit < 0 || n_commit > n)
        return -1;
    for (int i = 0; i < n; i++) {
        if (!vr_la_find(la, plan[i].display_idx) || plan[i].n_refs < 0 || plan[i].n_refs > VR_LA_MAX_REFS)
            return -1;
        for (int r = 0; r < plan[i].n_refs; r++)
            if (plan[i].ref_display_idx[r] < 0 || plan[i].ref_display_idx[r] >= la->next_display_idx ||
                plan[i].ref_display_idx[r] == plan[i].display_idx)
                return -1;
    }
    /* what is not committed only matters to the tree */
    const int n_analysed = la->param.tree_strength > 0 ? n : n_commit;
    for (int i = 0; i < n_analysed; i++) {
        const vr_la_plan known = drop_forgotten(la, &plan[i]);
        if (analyse(la, vr_la_find(la, plan[i].display_idx), &known))
            return -1;
    }
    vr_la_tree(la, plan, n_analysed, n_commit);
    return 0;
}

/* Middle picture first, then the two halves: coding order of a dyadic hierarchy. */
static int plan_between(vr_la_plan *plan, int64_t before, int64_t first, int n, int64_t after)
{
    if (n <= 0)
        return 0;
    const int middle = (n - 1) / 2;
    vr_la_plan *p = plan;
    *p = (vr_la_plan){.display_idx = first + middle, .kind = VR_PIC_B, .is_reference = n > 1};
    if (before >= 0)
        p->ref_display_idx[p->n_refs++] = before;
    p->ref_display_idx[p->n_refs++] = after;
    int count = 1;
    count += plan_between(plan + count, before, first, middle, first + middle);
    count += plan_between(plan + count, first + middle, first + middle + 1, n - middle - 1, after);
    return count;
}

int vr_la_plan_dyadic(vr_la_plan *plan, int64_t prev, int64_t first, int n, vr_pic_kind anchor)
{
    if (n <= 0)
        return 0;
    const int64_t last = first + n - 1;
    plan[0] = (vr_la_plan){.display_idx = last, .kind = anchor, .is_reference = 1};
    if (anchor != VR_PIC_I && prev >= 0)
        plan[0].ref_display_idx[plan[0].n_refs++] = prev;
    return 1 + plan_between(plan + 1, prev, first, n - 1, last);
}

const vr_la_info *vr_lookahead_info(const vr_lookahead *la, int64_t display_idx)
{
    const vr_la_picture *pic = vr_la_find(la, display_idx);
    return pic ? &pic->info : NULL;
}

void vr_lookahead_release(vr_lookahead *la, int64_t display_idx)
{
    vr_la_picture *pic = vr_la_find(la, display_idx);
    if (pic)
        pic->released = 1;
}
