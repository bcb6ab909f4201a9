#include "encoder/gop.h"

#include <string.h>

#include "encoder/types.h"

void vr_gop_init(vr_gop_state *g, int refs, int low_delay)
{
    memset(g, 0, sizeof *g);
    g->refs = refs;
    g->low_delay = low_delay;
}

static void set_anchor(vr_gop_state *g, int64_t display)
{
    memmove(g->anchors + 1, g->anchors, 3 * sizeof *g->anchors);
    g->anchors[0] = display;
    if (g->n_anchors < 4)
        g->n_anchors++;
}

void vr_gop_plan_key(vr_gop_state *g, int64_t display, vr_gop_entry *out)
{
    memset(out, 0, sizeof *out);
    out->display = display;
    out->type = VR_SLICE_I;
    out->key = out->entry = 1;
    out->is_reference = 1;
    g->key = display;
    g->n_anchors = 0;
    g->count_since_key = 0;
    g->n_dpb = 1;
    g->dpb[0] = display;
    set_anchor(g, display);
}

void vr_gop_plan_continued(const vr_gop_entry *key, vr_gop_entry *out)
{
    *out = *key;
    out->type = VR_SLICE_P;
    out->key = 0;
    out->n_before = out->n_keep = 1;
    out->before[0] = out->keep[0] = key->display - 1;
}

/* Coding order and levels of the pictures strictly between two coded ones: the middle, then both halves. */
static int order_between(int64_t lo, int64_t hi, int level, vr_gop_entry *out)
{
    int64_t mid = lo + (hi - lo) / 2;
    int n = 0;
    if (hi - lo < 2)
        return 0;
    memset(&out[0], 0, sizeof out[0]);
    out[0].display = mid;
    out[0].type = VR_SLICE_B;
    out[0].level = level;
    out[0].is_reference = hi - lo > 2; /* pictures on one of its sides follow */
    n = 1;
    n += order_between(lo, mid, level + 1, out + n);
    n += order_between(mid, hi, level + 1, out + n);
    return n;
}

/* Nearest pictures of `have` on one side of `display`. */
static int nearest(const int64_t *have, int n, int64_t display, int after, int wanted, int64_t *out)
{
    int found = 0;
    int64_t last = display;
    while (found < wanted) {
        int64_t best = -1;
        for (int i = 0; i < n; i++) {
            if (after ? have[i] <= last : have[i] >= last)
                continue;
            if (best < 0 || (after ? have[i] < best : have[i] > best))
                best = have[i];
        }
        if (best < 0)
            break;
        out[found++] = last = best;
    }
    return found;
}

static int contains(const int64_t *a, int n, int64_t v)
{
    for (int i = 0; i < n; i++)
        if (a[i] == v)
            return 1;
    return 0;
}

static int refers(const vr_gop_entry *e, int64_t display)
{
    return contains(e->before, e->n_before, display) || contains(e->after, e->n_after, display);
}

/* Anchors that the next mini-GOP will refer to. */
static int stays(const vr_gop_state *g, int64_t display)
{
    int n = VR_MIN(g->n_anchors, g->refs);
    return contains(g->anchors, n, display);
}

void vr_gop_plan(vr_gop_state *g, int64_t first, int n, vr_gop_entry *out)
{
    int64_t have[VR_DPB_MAX + VR_GOP_MAX];
    int n_have, old_anchors = VR_MIN(g->n_anchors, g->refs);
    int64_t anchor = first + n - 1;
    memset(&out[0], 0, sizeof out[0]);
    out[0].display = anchor;
    out[0].type = VR_SLICE_P;
    out[0].is_reference = 1;
    out[0].n_before = old_anchors;
    memcpy(out[0].before, g->anchors, sizeof *g->anchors * (size_t)old_anchors);
    if (g->low_delay) {
        /* every fourth picture is coded better and serves longest, as in the HM's low-delay configuration */
        int phase = (int)((anchor - g->key) & 3);
        out[0].level = phase == 0 ? 0 : phase == 2 ? 1 : 2;
        out[0].n_before = nearest(g->dpb, g->n_dpb, anchor, 0, g->refs, out[0].before);
    }
    order_between(first - 1, anchor, 1, out + 1);

    memcpy(have, g->dpb, sizeof *have * (size_t)g->n_dpb);
    n_have = g->n_dpb;
    for (int i = 0; i < n; i++) {
        vr_gop_entry *e = &out[i];
        if (i) {
            e->n_before = nearest(have, n_have, e->display, 0, g->refs, e->before);
            e->n_after = nearest(have, n_have, e->display, 1, g->refs, e->after);
        }
        if (e->is_reference)
            have[n_have++] = e->display;
    }
    if (g->low_delay) {
        /* the next picture may refer to this one and, with more references, to the last well coded ones */
        int64_t next[VR_DPB_MAX], older[4];
        int m = 0, n_older;
        memcpy(out[0].keep, g->dpb, sizeof *g->dpb * (size_t)g->n_dpb);
        out[0].n_keep = g->n_dpb;
        next[m++] = anchor;
        n_older = nearest(g->dpb, g->n_dpb, anchor, 0, 4, older);
        for (int pass = 0; pass < 2; pass++)
            for (int i = 0; i < n_older && m < g->refs; i++)
                if ((((older[i] - g->key) & 3) == 0) == (pass == 0))
                    next[m++] = older[i];
        g->n_dpb = m;
        memcpy(g->dpb, next, sizeof *next * (size_t)m);
        g->count_since_key++;
        set_anchor(g, anchor);
        return;
    }
    set_anchor(g, anchor);
    for (int i = 0; i < n; i++) {
        /* kept for picture i: decoded before it, and referred to by it or a later one, or a lasting anchor */
        vr_gop_entry *e = &out[i];
        for (int k = 0; k < n_have; k++) {
            int decoded = contains(g->dpb, g->n_dpb, have[k]), wanted = stays(g, have[k]);
            for (int j = 0; j < i; j++)
                decoded |= out[j].display == have[k];
            for (int j = i; j < n; j++)
                wanted |= refers(&out[j], have[k]);
            if (decoded && wanted)
                e->keep[e->n_keep++] = have[k];
        }
    }
    g->n_dpb = 0;
    for (int k = 0; k < n_have; k++)
        if (stays(g, have[k]))
            g->dpb[g->n_dpb++] = have[k];
    g->count_since_key += n;
}
