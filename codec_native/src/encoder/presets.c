#include "encoder/presets.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

static const char *const preset_names[5] = {"ultrafast", "superfast", "fast", "medium", "slow"};

static const vr_tools preset_tools[5] = {
    [VR_PRESET_ULTRAFAST] = {.min_cu_log2 = 3, .max_merge = 2, .refs = 1, .gop_size = 8, .lookahead = 0,
                             .intra_rd = 1, .search_range = 16, .me_iterations = 4, .sign_hiding = 1, .sao = 1,
                             .deblock = 1, .early_skip = 1, .skip_only_64 = 1, .sao_levels = 2},
    [VR_PRESET_SUPERFAST] = {.min_cu_log2 = 3, .max_merge = 3, .refs = 1, .gop_size = 8, .lookahead = 0,
                             .intra_rd = 1, .search_range = 32, .me_iterations = 8, .rdoq = 1, .sign_hiding = 1,
                             .sao = 1, .deblock = 1, .early_skip = 1, .border_effort = 1, .chroma_rd = 1,
                             .sao_levels = 3},
    [VR_PRESET_FAST] = {.min_cu_log2 = 3, .max_merge = 4, .refs = 2, .gop_size = 8, .lookahead = 24,
                        .tu_split_inter = 1, .intra_nxn = 1, .intra_rd = 2, .search_range = 48, .me_iterations = 12,
                        .rdoq = 1, .sign_hiding = 1, .sao = 1, .deblock = 1, .early_skip = 1, .border_effort = 1,
                        .chroma_rd = 1, .sao_levels = 8},
    [VR_PRESET_MEDIUM] = {.min_cu_log2 = 3, .max_merge = 5, .refs = 2, .gop_size = 8, .lookahead = 32, .rect = 1,
                          .tu_split_inter = 1, .intra_nxn = 1, .intra_rd = 3, .search_range = 64,
                          .me_iterations = 16, .subpel = 1, .rdoq = 1, .sign_hiding = 1, .sao = 1, .deblock = 1,
                          .early_skip = 1, .border_effort = 1, .chroma_rd = 1, .sao_levels = 8},
    [VR_PRESET_SLOW] = {.min_cu_log2 = 3, .max_merge = 5, .refs = 3, .gop_size = 16, .lookahead = 48, .rect = 1,
                        .tu_split_inter = 1, .tu_split_intra = 1, .intra_nxn = 1, .intra_rd = 5,
                        .intra_full_search = 1, .intra_in_inter = 1, .search_range = 96, .me_iterations = 24,
                        .subpel = 1, .rdoq = 1, .sign_hiding = 1, .sao = 1, .deblock = 1, .border_effort = 1,
                        .chroma_rd = 1, .sao_levels = 8},
};

int vr_preset_from_name(const char *name)
{
    for (int i = 0; name && i < 5; i++)
        if (!strcasecmp(name, preset_names[i]))
            return i;
    return -1;
}

void vr_param_default(vr_param *p, int preset)
{
    memset(p, 0, sizeof *p);
    p->width = 1920;
    p->height = 960;
    p->fps_num = 30;
    p->fps_den = 1;
    p->rc_mode = VR_RATE_CQP;
    p->qp = 32;
    p->crf = 28;
    p->latitude_strength = 1;
    p->aq_strength = -1;
    p->cutree = -1;
    p->lookahead = -1;
    p->preset = vr_clip3(VR_PRESET_ULTRAFAST, VR_PRESET_SLOW, preset);
    p->keyint = 32;
    p->key_group = 1;
    p->tile_cols = p->tile_rows = 1;
    p->n_qualities = 1;
    p->simd = VR_ISA_AUTO;
    p->repeat_headers = 1;
    p->colour_primaries = p->transfer_characteristics = p->matrix_coefficients = 2;
    p->sao = p->deblock = p->rdoq = p->sign_hiding = p->rect_partitions = p->max_merge = p->min_cu_log2 = -1;
}

void vr_tools_from_param(const vr_param *p, vr_tools *t)
{
    *t = preset_tools[p->preset];
    if (p->sao >= 0)
        t->sao = p->sao;
    if (p->deblock >= 0)
        t->deblock = p->deblock;
    if (p->rdoq >= 0)
        t->rdoq = p->rdoq;
    if (p->sign_hiding >= 0)
        t->sign_hiding = p->sign_hiding;
    if (p->rect_partitions >= 0)
        t->rect = p->rect_partitions;
    if (p->max_merge >= 0)
        t->max_merge = p->max_merge;
    if (p->min_cu_log2 >= 0)
        t->min_cu_log2 = p->min_cu_log2;
    if (p->refs > 0)
        t->refs = p->refs;
    if (p->gop_size > 0)
        t->gop_size = p->gop_size;
    if (p->lookahead >= 0)
        t->lookahead = p->lookahead;
    if (p->low_delay) {
        t->gop_size = 1;
        t->lookahead = 0;
    }
}

int vr_tile_bounds(int n, int total, const int *sizes, int *bounds)
{
    int explicit_sizes = 0, at = 0;
    for (int i = 0; i < n; i++)
        explicit_sizes |= sizes[i];
    bounds[0] = 0;
    for (int i = 0; i < n; i++) {
        if (!explicit_sizes)
            at = (i + 1) * total / n;
        else if (sizes[i] < 1)
            return 0;
        else
            at += sizes[i];
        bounds[i + 1] = at;
    }
    return at == total;
}

/* One value of a reason as text: d int, g double, s string. */
static void print_value(char *out, size_t size, char kind, va_list *args)
{
    if (kind == 'd')
        snprintf(out, size, "%d", va_arg(*args, int));
    else if (kind == 'g')
        snprintf(out, size, "%g", va_arg(*args, double));
    else
        snprintf(out, size, "%s", va_arg(*args, const char *));
}

static int reject(vr_reason *why, const char *text, const char *kinds, ...)
{
    va_list args;
    why->text = text;
    va_start(args, kinds);
    for (why->n_values = 0; kinds[why->n_values] && why->n_values < VR_REASON_VALUES; why->n_values++)
        print_value(why->value[why->n_values], sizeof why->value[0], kinds[why->n_values], &args);
    va_end(args);
    return VR_ERR_PARAM;
}

#define REJECT(text, ...) return reject(why, text, __VA_ARGS__)
#define RANGE(field, lo, hi)                                                                             \
    do {                                                                                                 \
        if (!(p->field >= (lo) && p->field <= (hi)))                                                     \
            REJECT("{0} is {1}; it must be between {2} and {3}", "sggg", #field, (double)p->field, (double)(lo), \
                   (double)(hi));                                                                        \
    } while (0)

static int check_rate(const vr_param *p, vr_reason *why)
{
    RANGE(rc_mode, VR_RATE_CQP, VR_RATE_CBR);
    RANGE(qp, 0, 51);
    RANGE(crf, 0, 51);
    RANGE(latitude_strength, 0, 2);
    RANGE(aq_strength, -1, 2);
    RANGE(cutree, -1, 1);
    RANGE(lookahead, -1, 64);
    RANGE(scenecut, 0, 1);
    if (p->rc_mode == VR_RATE_ABR || p->rc_mode == VR_RATE_CBR)
        RANGE(bitrate_kbps, 1, 2000000);
    RANGE(maxrate_kbps, 0, 2000000);
    RANGE(bufsize_kbit, 0, 4000000);
    if (p->maxrate_kbps && p->rc_mode == VR_RATE_ABR && p->maxrate_kbps < p->bitrate_kbps)
        REJECT("maxrate_kbps ({0}) is below bitrate_kbps ({1})", "dd", p->maxrate_kbps, p->bitrate_kbps);
    if ((p->maxrate_kbps != 0) != (p->bufsize_kbit != 0) && p->rc_mode != VR_RATE_CBR)
        REJECT("maxrate_kbps and bufsize_kbit describe one buffer: give both or neither", "");
    if (p->maxrate_kbps && p->rc_mode == VR_RATE_CQP)
        REJECT("a buffer (maxrate_kbps, bufsize_kbit) cannot be kept with constant QP: use crf or bitrate", "");
    return VR_OK;
}

static int check_tiles(const vr_param *p, vr_reason *why)
{
    int unit = VR_CTU, cols = (p->width + unit - 1) / unit, rows = (p->height + unit - 1) / unit;
    int bounds[VR_MAX_TILE_ROWS + 1];
    RANGE(tile_cols, 1, VR_MAX_TILE_COLS);
    RANGE(tile_rows, 1, VR_MAX_TILE_ROWS);
    for (int axis = 0; axis < 2; axis++) {
        int n = axis ? p->tile_rows : p->tile_cols, total = axis ? rows : cols;
        int least = p->tile_cols * p->tile_rows == 1 || axis ? 1 : 4;
        const int *sizes = axis ? p->tile_row_height : p->tile_col_width;
        for (int i = 0; i < n; i++)
            if (sizes[i] < 0 || sizes[i] > total)
                REJECT(axis ? "tile row {0} is {1} CTUs; the picture has {2}"
                            : "tile column {0} is {1} CTUs; the picture has {2}", "ddd", i, sizes[i], total);
        if (n > total || !vr_tile_bounds(n, total, sizes, bounds))
            REJECT(axis ? "tile rows do not add up to the picture's {0} CTUs of 64 samples"
                        : "tile columns do not add up to the picture's {0} CTUs of 64 samples", "d", total);
        for (int i = 0; i < n; i++)
            if (bounds[i + 1] - bounds[i] < least && n > 1)
                REJECT(axis ? "tile row {0} is {1} samples; HEVC wants at least {2} (A.4.1)"
                            : "tile column {0} is {1} samples; HEVC wants at least {2} (A.4.1)", "ddd", i,
                       (bounds[i + 1] - bounds[i]) * unit, least * unit);
    }
    RANGE(mcts, 0, 1);
    RANGE(tile_refresh, 0, 100000);
    if (p->tile_refresh && !p->low_delay)
        REJECT("tile_refresh needs low_delay", "");
    if (p->tile_refresh && p->tile_refresh < p->tile_cols * p->tile_rows)
        REJECT("tile_refresh is {0}; one picture for each of the {1} tiles is needed", "dd", p->tile_refresh,
               p->tile_cols * p->tile_rows);
    return VR_OK;
}

static int check_qualities(const vr_param *p, vr_reason *why)
{
    vr_tools tools;
    int half;
    vr_tools_from_param(p, &tools);
    half = tools.gop_size > 8 ? 16 : 8; /* of what the picture order count's bits can say (vr_seq_init) */
    RANGE(n_qualities, 1, VR_MAX_QUALITIES);
    for (int i = 0; i < p->n_qualities; i++) {
        const vr_quality *q = &p->quality[i];
        if (!(q->qp_offset >= 0 && q->qp_offset <= 30))
            REJECT("quality {0}: qp_offset is {1}; it must be between 0 and 30", "dg", i, q->qp_offset);
        if (i && (p->rc_mode == VR_RATE_ABR || p->rc_mode == VR_RATE_CBR) && q->bitrate_kbps < 1)
            REJECT("quality {0} has no bitrate_kbps", "d", i);
        if (q->continues < 0 || q->continues > 1 || (q->continues && !i))
            REJECT("quality {0}: continues is {1}; it must be 0 or 1, and 0 for the first quality", "dd", i, q->continues);
        if (q->continues && (p->low_delay || p->key_type != VR_KEY_IDR || !p->mcts))
            REJECT("quality {0} can only continue with mcts, with IDR pictures, and without low_delay", "d", i);
        if (q->continues && (p->keyint <= half || p->keyint == 2 * half))
            REJECT("quality {0} cannot continue: keyint is {1}; it must be more than {2}, and not {3}", "dddd", i, p->keyint, half, 2 * half);
        if (q->bitrate_kbps < 0 || q->bitrate_kbps > 2000000 || q->maxrate_kbps < 0 || q->maxrate_kbps > 2000000 ||
            q->bufsize_kbit < 0 || q->bufsize_kbit > 4000000)
            REJECT("quality {0}: a rate is out of range", "d", i);
        if (i && p->rc_mode != VR_RATE_CBR && (q->maxrate_kbps != 0) != (q->bufsize_kbit != 0))
            REJECT("quality {0}: maxrate_kbps and bufsize_kbit describe one buffer: give both or neither", "d", i);
        if (i && q->maxrate_kbps && p->rc_mode == VR_RATE_ABR && q->maxrate_kbps < q->bitrate_kbps)
            REJECT("quality {0}: maxrate_kbps is below bitrate_kbps", "d", i);
        if (i && q->maxrate_kbps && p->rc_mode == VR_RATE_CQP)
            REJECT("quality {0}: a buffer cannot be kept with constant QP", "d", i);
    }
    return VR_OK;
}

int vr_param_validate(const vr_param *p, vr_reason *why)
{
    double fps;
    int error;
    vr_reason unread;
    if (!why)
        why = &unread;
    memset(why, 0, sizeof *why);
    RANGE(width, 16, 8192);
    RANGE(height, 16, 8192);
    if ((p->width | p->height) & 1)
        REJECT("size {0}x{1}: 4:2:0 pictures have even width and height", "dd", p->width, p->height);
    RANGE(fps_num, 1, 1000000000);
    RANGE(fps_den, 1, 1000000000);
    fps = (double)p->fps_num / p->fps_den;
    if (!(fps >= 1 && fps <= 240))
        REJECT("frame rate {0}/{1} is {2}; it must be between 1 and 240", "ddg", p->fps_num, p->fps_den, fps);
    RANGE(projection, VR_PROJECTION_FLAT, VR_PROJECTION_ERP);
    RANGE(stereo, VR_STEREO_MONO, VR_STEREO_TOP_BOTTOM);
    RANGE(preset, VR_PRESET_ULTRAFAST, VR_PRESET_SLOW);
    RANGE(keyint, 0, 65535);
    RANGE(key_type, VR_KEY_IDR, VR_KEY_CRA);
    RANGE(key_group, 1, 64);
    if (p->gop_size != 0 && p->gop_size != 1 && p->gop_size != 2 && p->gop_size != 4 && p->gop_size != 8 &&
        p->gop_size != 16)
        REJECT("gop_size is {0}; it must be 1, 2, 4, 8 or 16 (0: the preset's)", "d", p->gop_size);
    RANGE(low_delay, 0, 1);
    if (p->low_delay && p->gop_size > 1)
        REJECT("low_delay codes without B pictures: gop_size must be 1", "");
    RANGE(refs, 0, VR_MAX_REFS);
    RANGE(threads, 0, 64);
    RANGE(simd, VR_ISA_C, VR_ISA_AUTO);
    RANGE(hash_sei, 0, 1);
    RANGE(aud, 0, 1);
    RANGE(repeat_headers, 0, 1);
    RANGE(colour_primaries, 0, 255);
    RANGE(transfer_characteristics, 0, 255);
    RANGE(matrix_coefficients, 0, 255);
    RANGE(full_range, 0, 1);
    RANGE(level_idc, 0, 255);
    RANGE(high_tier, 0, 1);
    RANGE(sao, -1, 1);
    RANGE(deblock, -1, 1);
    RANGE(rdoq, -1, 1);
    RANGE(sign_hiding, -1, 1);
    RANGE(rect_partitions, -1, 1);
    RANGE(recon, 0, 1);
    if (p->max_merge != -1)
        RANGE(max_merge, 1, 5);
    if (p->min_cu_log2 != -1)
        RANGE(min_cu_log2, 3, 5);
    error = check_rate(p, why);
    if (!error)
        error = check_tiles(p, why);
    if (!error)
        error = check_qualities(p, why);
    return error;
}

const char *vr_strerror(int error)
{
    switch (error) {
    case VR_OK: return "no error";
    case VR_ERR_PARAM: return "a setting is out of range or settings contradict each other";
    case VR_ERR_MEMORY: return "out of memory";
    case VR_ERR_PICTURE: return "the picture's planes, strides or size do not fit the encoder";
    case VR_ERR_SIMD: return "this machine lacks the instruction set that was asked for";
    case VR_ERR_STATE: return "a picture was given after flushing began";
    case VR_ERR_THREAD: return "a worker thread could not be started";
    default: return "unknown error";
    }
}
