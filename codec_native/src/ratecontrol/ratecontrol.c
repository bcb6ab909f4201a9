/* Rate control: a size model for every class of pictures, one QP for the anchors, the cascade below them, and the decoder's
 * buffer as a bound.
 *
 * The model of a class (I pictures, and each temporal level of the others) is
 *     bits = k * cost / divisor,   divisor = step * (step / step(32))^(slope - 1),   step = 2^((QP - 12) / 6)
 * where cost comes from the lookahead and k is learned from the pictures already coded. slope 1 would halve the bits every
 * 6 QP, as transform coding does; inter pictures lose whole blocks to skipping besides, and halve about every 4. */
#include "ratecontrol/ratecontrol.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define CLASSES (VR_RC_MAX_LEVEL + 2) /* 0: I; 1 + t: temporal level t */
#define RING 64                       /* pictures between their QP and their result */
#define SETTLING 40                   /* pictures in which each anchor waits for all results before it */

/* What is expected of a class before the first picture of it: k, and cost against an I picture (three real clips) */
static const double prior_k[CLASSES] = {0.45, 0.5, 0.45, 0.4, 0.3, 0.25, 0.2, 0.2};
static const double prior_cost[CLASSES] = {1.0, 0.3, 0.18, 0.14, 0.1, 0.08, 0.08, 0.08};

static const double slopes[CLASSES] = {1.2, 1.5, 1.6, 1.6, 1.6, 1.6, 1.6, 1.6};

typedef struct {
    double k, cost;   /* decayed sums */
    double weight;    /* of the pictures behind them, 0: none yet */
    double frequency; /* share of all pictures, from the structure */
    double offset;    /* QP against the anchors */
} class_model;

typedef struct {
    int64_t coding_idx;   /* -1: free */
    int class;
    double cost, qp, anchor_qp, mean_offset;
    double predicted;     /* bits */
    double max_bits, target_bits;
    int done;
    double bits, done_qp;
    double lowest_qp;     /* recoding asks for at least this */
} pending;

struct vr_rc {
    vr_rc_param p;
    class_model model[CLASSES];
    pending ring[RING];
    int64_t next_asked, next_used;
    double intra_cost;       /* of the newest I picture; anchors the priors */
    double anchor_qp;        /* QP of the newest anchor before offsets; <0: none yet */
    double wanted, spent;    /* bits since the start */
    int64_t key_idx;         /* coding index of the newest I picture */
    double key_bits;         /* its bits: predicted, then real */
    double seconds;          /* coded so far */
    double buffer;           /* bits in the decoder's buffer */
    int vbv;
};

static double clip(double v, double lo, double hi)
{
    return v < lo ? lo : v > hi ? hi : v;
}

static double divisor_of(int class, double qp)
{
    return exp2((qp - 12.0 + (slopes[class] - 1) * (qp - 32.0)) / 6.0);
}

static double qp_of(int class, double divisor)
{
    return (6.0 * log2(divisor) + 12.0 + (slopes[class] - 1) * 32.0) / slopes[class];
}

static const char *check(const vr_rc_param *p)
{
    if (!(p->fps > 0 && p->fps <= 1000) || p->width < 8 || p->height < 8)
        return "frame rate or picture size is out of range";
    if (p->mode < VR_RATE_CQP || p->mode > VR_RATE_CBR)
        return "the rate control mode is unknown";
    if (p->mode == VR_RATE_CQP && !(p->qp >= 0 && p->qp <= 51))
        return "qp must lie in 0..51";
    if (p->mode == VR_RATE_CRF && !(p->crf >= 0 && p->crf <= 51))
        return "crf must lie in 0..51";
    if (p->mode >= VR_RATE_ABR && !(p->bitrate >= 1000))
        return "bitrate must be at least 1000 bit/s";
    if (p->maxrate < 0 || p->bufsize < 0 || (p->mode != VR_RATE_CBR && (p->maxrate > 0) != (p->bufsize > 0)))
        return "maxrate and bufsize must be given together";
    if (p->mode == VR_RATE_ABR && p->maxrate > 0 && p->maxrate < p->bitrate)
        return "maxrate must not be below bitrate";
    if (p->bufsize > 0 && p->bufsize < (p->maxrate > 0 ? p->maxrate : p->bitrate) / p->fps)
        return "bufsize must hold at least one picture at maxrate";
    if (p->frame_delay < 0 || p->frame_delay > 16 || p->qp_min < 0 || p->qp_max > 51 || p->qp_max < p->qp_min)
        return "qp_min, qp_max or frame_delay is out of range";
    if (p->frame_delay > 0 && (p->mode == VR_RATE_CBR || p->maxrate > 0))
        return "a buffer needs the size of each picture before the next: frame_delay must be 0";
    return NULL;
}

static void set_structure(vr_rc *rc)
{
    int gop = 1, levels = 0;
    while (gop < rc->p.gop_size && levels < VR_RC_MAX_LEVEL) {
        gop *= 2;
        levels++;
    }
    const double intra = rc->p.keyint > 0 ? 1.0 / rc->p.keyint : 0;
    for (int c = 0; c < CLASSES; c++) {
        class_model *m = &rc->model[c];
        const int level = c - 1;
        m->offset = c == 0 ? rc->p.intra_offset : rc->p.level_offset[level];
        m->frequency = c == 0 ? intra
                     : level > levels ? 0
                     : (level == 0 ? 1.0 : (double)(1 << (level - 1))) / gop * (1 - intra);
    }
}

vr_rc *vr_rc_open(const vr_rc_param *param, const char **error)
{
    vr_rc_param p = *param;
    if (p.qp_max == 0)
        p.qp_max = 51;
    const char *wrong = check(&p);
    vr_rc *rc = wrong ? NULL : calloc(1, sizeof *rc);
    if (error)
        *error = wrong ? wrong : rc ? NULL : "out of memory";
    if (!rc)
        return NULL;
    if (p.mode == VR_RATE_CBR) {
        if (p.maxrate <= 0)
            p.maxrate = p.bitrate;
        if (p.bufsize <= 0)
            p.bufsize = p.maxrate / 4;
        if (p.bufsize < p.maxrate / p.fps)
            p.bufsize = p.maxrate / p.fps;
    }
    rc->p = p;
    rc->vbv = p.mode != VR_RATE_CQP && p.maxrate > 0;
    rc->buffer = p.bufsize * (p.vbv_init > 0 ? clip(p.vbv_init, 0, 1) : 0.9);
    rc->anchor_qp = -1;
    for (int i = 0; i < RING; i++)
        rc->ring[i].coding_idx = -1;
    set_structure(rc);
    return rc;
}

void vr_rc_close(vr_rc *rc)
{
    free(rc);
}

/* ---- the size model ---- */

static double model_k(const vr_rc *rc, int class)
{
    /* a class without experience borrows the error of the prior from the classes that have some */
    const class_model *m = &rc->model[class];
    double scale = 0, weight = 0;
    for (int c = 0; c < CLASSES; c++) {
        if (rc->model[c].weight > 0) {
            scale += log(rc->model[c].k / rc->model[c].weight / prior_k[c]) * rc->model[c].weight;
            weight += rc->model[c].weight;
        }
    }
    const double guess = prior_k[class] * (weight > 0 ? exp(scale / weight) : 1);
    return (m->k + 0.5 * guess) / (m->weight + 0.5);
}

static double model_cost(const vr_rc *rc, int class)
{
    const class_model *m = &rc->model[class];
    const double guess = prior_cost[class] * (rc->intra_cost > 0 ? rc->intra_cost : 1);
    return (m->cost + 0.25 * guess) / (m->weight + 0.25);
}

static double predict_bits(const vr_rc *rc, int class, double cost, double qp)
{
    return model_k(rc, class) * cost / divisor_of(class, qp);
}

/* Bits of an average picture when anchors have this QP. */
static double average_bits(const vr_rc *rc, double anchor_qp)
{
    double bits = 0;
    for (int c = 0; c < CLASSES; c++) {
        const class_model *m = &rc->model[c];
        if (m->frequency > 0)
            bits += m->frequency * predict_bits(rc, c, model_cost(rc, c), anchor_qp + m->offset);
    }
    return bits;
}

/* ---- results ---- */

static void learn(vr_rc *rc, const pending *f)
{
    class_model *m = &rc->model[f->class];
    const double decay = f->class == 0 ? 0.5 : 0.8;
    const double k = f->bits * divisor_of(f->class, f->done_qp + f->mean_offset) / f->cost;
    m->k = m->k * decay + clip(k, 1e-4, 1e4);
    m->cost = m->cost * decay + f->cost;
    m->weight = m->weight * decay + 1;
}

static int64_t use_result(vr_rc *rc, pending *f)
{
    int64_t filler = 0;
    learn(rc, f);
    if (rc->vbv) {
        rc->buffer -= f->bits;
        const double refill = rc->p.maxrate / rc->p.fps;
        if (rc->p.mode == VR_RATE_CBR && rc->buffer + refill > rc->p.bufsize) {
            filler = (int64_t)ceil((rc->buffer + refill - rc->p.bufsize) / 8) * 8;
            if (filler < 48) /* start code, header and trailing bits of a filler NAL unit */
                filler = 48;
            rc->buffer -= (double)filler;
        }
        rc->buffer += refill;
        if (rc->buffer > rc->p.bufsize)
            rc->buffer = rc->p.bufsize;
    }
    rc->spent += f->bits + (double)filler;
    if (f->coding_idx == rc->key_idx)
        rc->key_bits = f->bits;
    rc->wanted += rc->p.bitrate / rc->p.fps;
    rc->seconds += 1 / rc->p.fps;
    f->coding_idx = -1;
    rc->next_used++;
    return filler;
}

static int use_results_until(vr_rc *rc, int64_t coding_idx)
{
    while (rc->next_used < coding_idx) {
        pending *f = &rc->ring[rc->next_used % RING];
        if (f->coding_idx != rc->next_used || !f->done)
            return -1;
        use_result(rc, f);
    }
    return 0;
}

/* ---- the QP of a picture ---- */

/* Before anything is known: from bits per sample. */
static double first_guess(const vr_rc *rc)
{
    const double samples = rc->p.fps * rc->p.width * rc->p.height;
    return clip(30 - 6 * log2(rc->p.bitrate / samples / 0.05) * 0.8, 18, 45);
}

/* What an I picture took beyond the average is no debt at once: the pictures of its group, for two seconds at most, pay for
 * it in equal parts, so that the rate is met where a group ends. */
static double open_key_bits(const vr_rc *rc)
{
    const double average = rc->p.bitrate / rc->p.fps, span = clip(rc->p.keyint, 1, 2 * rc->p.fps);
    const double left = 1 - (double)(rc->next_asked - rc->key_idx) / span;
    return left > 0 && rc->key_bits > average ? left * (rc->key_bits - average) : 0;
}

/* Anchor QP at which the pictures to come fill the rate, with what was spent too much or too little paid back. */
static double abr_anchor_qp(const vr_rc *rc, int scene_cut)
{
    if (rc->intra_cost <= 0 || (rc->anchor_qp >= 0 && rc->next_used == 0))
        return rc->anchor_qp >= 0 ? rc->anchor_qp : first_guess(rc); /* nothing new is known */
    double spent = rc->spent, wanted = rc->wanted;
    for (int64_t i = rc->next_used; i < rc->next_asked; i++) {
        spent += rc->ring[i % RING].predicted;
        wanted += rc->p.bitrate / rc->p.fps;
    }
    spent -= open_key_bits(rc);
    /* pay back within half a second to four: short clips must hit their rate, long ones may breathe */
    const double horizon = rc->p.bitrate * clip(0.05 * rc->seconds, 0.5, 4.0);
    const double rate = rc->p.bitrate / rc->p.fps * clip(1 - (spent - wanted) / horizon, 0.4, 2.5);
    double low = 0, high = 51; /* more QP, fewer bits: halve the interval */
    while (high - low > 0.01) {
        const double middle = 0.5 * (low + high);
        if (average_bits(rc, middle) > rate)
            low = middle;
        else
            high = middle;
    }
    if (rc->anchor_qp < 0)
        return 0.75 * high + 0.25 * first_guess(rc);
    /* the first pictures tell most about the source; later a step is noticed more than a wrong rate */
    const double reach = scene_cut ? 12 : rc->seconds < 1.5 ? 7 : 4;
    return clip(high, rc->anchor_qp - reach, rc->anchor_qp + reach);
}

/* QP of a low-delay picture: its share of the rate, and a part of what the buffer holds above its resting level. */
static double cbr_qp(const vr_rc *rc, int class, double cost, double *target)
{
    const double share = rc->p.bitrate / rc->p.fps;
    const double surplus = rc->buffer - 0.75 * rc->p.bufsize;
    double bits = share + surplus * 0.15;
    if (class == 0) /* a random-access picture takes what the buffer can give */
        bits = rc->buffer * 0.6 > share ? rc->buffer * 0.6 : share;
    bits = clip(bits, share * 0.3, rc->buffer * 0.8 > share * 0.3 ? rc->buffer * 0.8 : share * 0.3);
    *target = bits;
    double qp = rc->intra_cost > 0 ? qp_of(class, model_k(rc, class) * cost / bits) : first_guess(rc);
    if (rc->anchor_qp >= 0 && qp < rc->anchor_qp - 2 && class != 0)
        qp = rc->anchor_qp - 2; /* quality comes back slowly, so that one still picture does not empty the buffer */
    return qp;
}

/* Raises a QP until the buffer holds: this picture, and the pictures until the buffer would be filled once. */
static double vbv_qp(const vr_rc *rc, int class, double cost, double qp, double mean_offset)
{
    const double refill = rc->p.maxrate / rc->p.fps, size = rc->p.bufsize;
    const double horizon = clip(size / refill, 1, 120);
    const double floor_now = (class == 0 ? 0.1 : 0.2) * size;
    for (; qp < rc->p.qp_max; qp += 0.25) {
        const double bits = predict_bits(rc, class, cost, qp + mean_offset) * 1.1;
        const double anchor = qp - rc->model[class].offset;
        const double after = rc->buffer - bits;
        const double later = after + horizon * (refill - average_bits(rc, anchor));
        if (after >= (rc->buffer < 2 * floor_now ? rc->buffer * 0.5 : floor_now) &&
            (later >= 0.3 * size || average_bits(rc, anchor) < 0.7 * refill))
            break;
    }
    return qp;
}

static double choose_qp(vr_rc *rc, pending *f, int new_scene)
{
    const double offset = rc->model[f->class].offset;
    const int anchor = f->class <= 1;
    double base;
    switch (rc->p.mode) {
    case VR_RATE_CQP:
        return clip(rc->p.qp + offset, rc->p.qp_min, rc->p.qp_max);
    case VR_RATE_CRF:
        base = rc->p.crf;
        break;
    case VR_RATE_ABR:
        base = anchor || rc->anchor_qp < 0 ? abr_anchor_qp(rc, new_scene) : rc->anchor_qp;
        break;
    default:
        base = cbr_qp(rc, f->class, f->cost, &f->target_bits) - offset - f->mean_offset;
        break;
    }
    base = clip(base, rc->p.qp_min, rc->p.qp_max);
    double qp = base + offset;
    if (rc->vbv) {
        qp = vbv_qp(rc, f->class, f->cost, qp, f->mean_offset);
        base = qp - offset;
    }
    if (anchor)
        rc->anchor_qp = clip(base, rc->p.qp_min, rc->p.qp_max);
    return clip(qp, rc->p.qp_min, rc->p.qp_max);
}

/* An I picture shows what the source is like now. When that is another scene, what was learned of costs is scaled to it. */
static int meet_intra(vr_rc *rc, double cost)
{
    const double change = rc->intra_cost > 0 ? cost / rc->intra_cost : 1;
    const int new_scene = change > 1.5 || change < 1 / 1.5;
    for (int c = 0; c < CLASSES && new_scene; c++)
        rc->model[c].cost *= change;
    rc->intra_cost = cost;
    return new_scene;
}

int vr_rc_delay(const vr_rc *rc, int64_t coding_idx, int temporal_level)
{
    /* a short clip has no time to pay back what was spent on a guess */
    return rc->p.mode == VR_RATE_ABR && temporal_level <= 0 && coding_idx < SETTLING ? 0 : rc->p.frame_delay;
}

double vr_rc_frame_qp(vr_rc *rc, const vr_rc_frame *frame, vr_rc_target *target)
{
    const int delay = vr_rc_delay(rc, frame->coding_idx, frame->temporal_level);
    if (frame->coding_idx != rc->next_asked || use_results_until(rc, frame->coding_idx - delay))
        return -1;
    const int level = frame->temporal_level < 0 ? 0
                    : frame->temporal_level > VR_RC_MAX_LEVEL ? VR_RC_MAX_LEVEL : frame->temporal_level;
    pending *f = &rc->ring[frame->coding_idx % RING];
    memset(f, 0, sizeof *f);
    f->class = frame->kind == VR_PIC_I ? 0 : 1 + level;
    f->mean_offset = frame->mean_qp_offset;
    f->cost = frame->cost > 1 ? frame->cost : 1;
    const int new_scene = f->class == 0 && frame->cost > 1 && meet_intra(rc, frame->cost);
    if (rc->intra_cost <= 0) /* no lookahead: every picture weighs the same */
        f->cost = 1;
    f->qp = choose_qp(rc, f, frame->scene_cut || new_scene);
    f->anchor_qp = rc->anchor_qp;
    f->predicted = predict_bits(rc, f->class, f->cost, f->qp + f->mean_offset);
    if (f->target_bits <= 0)
        f->target_bits = f->predicted;
    f->max_bits = rc->vbv ? rc->buffer : 0;
    f->lowest_qp = f->qp;
    f->coding_idx = frame->coding_idx;
    if (f->class == 0) {
        rc->key_idx = frame->coding_idx;
        rc->key_bits = f->predicted;
    }
    rc->next_asked++;
    if (target)
        *target = (vr_rc_target){.qp = f->qp, .target_bits = f->target_bits, .max_bits = f->max_bits};
    return f->qp;
}

static const pending *find_pending(const vr_rc *rc, int64_t coding_idx)
{
    const pending *f = coding_idx >= 0 ? &rc->ring[coding_idx % RING] : NULL;
    return f && f->coding_idx == coding_idx ? f : NULL;
}

double vr_rc_part_qp(const vr_rc *rc, int64_t coding_idx, double share, double part, double bits)
{
    const pending *f = find_pending(rc, coding_idx);
    if (!f)
        return -1;
    if (!rc->vbv || share < 0.05 || part <= 0)
        return f->lowest_qp;
    /* CBR pictures keep to their target with a little room, others only to the buffer */
    double allowed = f->max_bits * 0.9;
    if (rc->p.mode == VR_RATE_CBR && f->target_bits * 1.3 < allowed)
        allowed = f->target_bits * 1.3;
    allowed *= part;
    const double rest = bits / share * (1 - share), room = allowed - bits;
    if (rest <= room)
        return f->lowest_qp;
    const double raise = room > 0 ? 6 * log2(rest / room) : 12;
    return clip(f->lowest_qp + clip(raise, 0, 12), rc->p.qp_min, rc->p.qp_max);
}

int vr_rc_frame_recode(vr_rc *rc, int64_t coding_idx, double bits, double *qp)
{
    pending *f = (pending *)find_pending(rc, coding_idx);
    if (!f || !rc->vbv || bits <= f->max_bits || f->lowest_qp >= rc->p.qp_max)
        return 0;
    const double goal = f->max_bits > 64 ? f->max_bits * 0.85 : 64;
    const double raise = ceil(6 * log2(bits / goal));
    f->lowest_qp = clip(f->lowest_qp + (raise > 1 ? raise : 1), rc->p.qp_min, rc->p.qp_max);
    *qp = f->lowest_qp;
    return 1;
}

int64_t vr_rc_frame_done(vr_rc *rc, int64_t coding_idx, double bits, double qp)
{
    pending *f = (pending *)find_pending(rc, coding_idx);
    if (!f || f->done)
        return 0;
    f->bits = bits > 1 ? bits : 1;
    f->done_qp = qp;
    f->done = 1;
    return rc->p.frame_delay == 0 ? use_result(rc, f) : 0;
}

double vr_rc_buffer(const vr_rc *rc)
{
    return rc->vbv ? rc->buffer : -1;
}
