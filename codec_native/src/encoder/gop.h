/* Structure of groups of pictures: coding order, references, what is kept. A pure function of counts, so that every
 * quality and every separate encode has the same structure. */
#ifndef VR_GOP_H
#define VR_GOP_H

#include <stdint.h>

#define VR_GOP_MAX 16
#define VR_DPB_MAX 16

typedef struct {
    int64_t display;      /* display index */
    int type;             /* vr_slice_type */
    int key;              /* starts a closed group: IDR or CRA */
    int entry;            /* nothing that follows looks back across it; not a key: it does itself */
    int level;            /* 0 = anchor */
    int is_reference;
    int n_before, n_after; /* pictures used as references, nearest first */
    int64_t before[4], after[4];
    int n_keep;           /* the reference picture set: all pictures that stay, in any order */
    int64_t keep[VR_DPB_MAX];
} vr_gop_entry;

typedef struct {
    int refs;             /* references per list wanted */
    int low_delay;
    int n_dpb;
    int64_t dpb[VR_DPB_MAX]; /* display indices of decoded pictures that may still be referenced */
    int n_anchors;
    int64_t anchors[4];   /* latest anchors, newest first */
    int64_t key;          /* display index of the last picture that started a group */
    int count_since_key;
} vr_gop_state;

void vr_gop_init(vr_gop_state *g, int refs, int low_delay);

/* Plan the picture at display index `display` as the start of a closed group (IDR or CRA). */
void vr_gop_plan_key(vr_gop_state *g, int64_t display, vr_gop_entry *out);

/* The same picture in a quality that continues: it looks back to the picture before it, and nothing after it does. */
void vr_gop_plan_continued(const vr_gop_entry *key, vr_gop_entry *out);

/* Plan pictures first .. first + n - 1 (n <= VR_GOP_MAX) as one mini-GOP whose last picture is the anchor; out[] in
 * coding order. With low_delay n is 1. */
void vr_gop_plan(vr_gop_state *g, int64_t first, int n, vr_gop_entry *out);

#endif
