/* CABAC: contexts, arithmetic coder and bit-cost estimates (9.3). */
#ifndef VR_CABAC_H
#define VR_CABAC_H

#include <stdint.h>

#include "common/bitwriter.h"

/* First context of each syntax element (tables 9-5 .. 9-37). */
enum {
    CTX_SAO_MERGE = 0,
    CTX_SAO_TYPE = 1,
    CTX_SPLIT_CU = 2,
    CTX_SKIP = 5,
    CTX_QP_DELTA = 8,
    CTX_PRED_MODE = 10,
    CTX_PART_MODE = 11,
    CTX_PREV_INTRA = 15,
    CTX_CHROMA_MODE = 16,
    CTX_MERGE_FLAG = 17,
    CTX_MERGE_IDX = 18,
    CTX_INTER_DIR = 19,
    CTX_REF_IDX = 24,
    CTX_MVD_GT0 = 26,
    CTX_MVD_GT1 = 27,
    CTX_MVP = 28,
    CTX_ROOT_CBF = 29,
    CTX_SPLIT_TU = 30,
    CTX_CBF_LUMA = 33,
    CTX_CBF_CHROMA = 35,
    CTX_LAST_X = 39,
    CTX_LAST_Y = 57,
    CTX_CSBF = 75,
    CTX_SIG = 79,
    CTX_GT1 = 121,
    CTX_GT2 = 145,
    CTX_COUNT = 151
};

enum { VR_INIT_I = 0, VR_INIT_P = 1, VR_INIT_B = 2 };

typedef struct {
    uint8_t ctx[CTX_COUNT]; /* pStateIdx << 1 | valMps */
    uint32_t low, range;
    int bits_left;      /* free bits in low before a byte must leave */
    int n_buffered;     /* bytes withheld for a possible carry */
    uint32_t buffered;  /* the first of them; the rest are 0xff */
    vr_buffer out;
} vr_cabac;

/* Bits of coding `bin` in a context of `state`, Q15: vr_bit_cost[state ^ bin]. */
extern const uint32_t vr_bit_cost[128];
#define VR_BITS(n) ((uint32_t)(n) << 15)
#define VR_CTX_BITS(contexts, index, bin) (vr_bit_cost[(contexts)[index] ^ (bin)])

/* Context start values for a slice (9.3.2.2). */
void vr_cabac_init_contexts(uint8_t ctx[CTX_COUNT], int init_type, int slice_qp);
/* Begin slice data: arithmetic coder at its start state, output emptied. */
void vr_cabac_start(vr_cabac *c);
void vr_cabac_encode(vr_cabac *c, int ctx, int bin);
void vr_cabac_bypass(vr_cabac *c, uint32_t value, int bits); /* bits 0..32, most significant first */
void vr_cabac_terminate(vr_cabac *c, int bin);
/* After the last terminate(1): flush and write rbsp_slice_segment_trailing_bits. */
void vr_cabac_finish(vr_cabac *c);
/* Bits produced so far, for rate control. */
int64_t vr_cabac_bits(const vr_cabac *c);

#endif
