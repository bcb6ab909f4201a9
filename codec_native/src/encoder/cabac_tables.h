#ifndef VR_CABAC_TABLES_H
#define VR_CABAC_TABLES_H

#include "encoder/cabac.h"

extern const uint8_t vr_ctx_init[3][CTX_COUNT];
extern const uint8_t vr_lps_range[64][4];
extern const uint8_t vr_next_state[128][2];

#endif
