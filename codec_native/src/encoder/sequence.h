/* From settings to the constants of a sequence. */
#ifndef VR_SEQUENCE_H
#define VR_SEQUENCE_H

#include "encoder/gop.h"
#include "encoder/types.h"

/* Fill *s from checked settings. Returns VR_OK or an error. */
int vr_seq_init(vr_seq *s, const vr_param *p, const vr_kernels *k);
void vr_seq_free(vr_seq *s);

/* Reference picture set of a planned picture relative to the last IDR, sorted as it is coded: before (nearest first), then after.
 * Returns the number of pictures; their display indices into `display`, use by the picture itself into `used`. */
int vr_sorted_rps(const vr_gop_entry *e, int64_t display[16], uint8_t used[16]);

#endif
