#include "encoder/residual.h"

#include "encoder/scan.h"

#define RESIDUAL_NAME void vr_residual_write
#define RESIDUAL_ARGS vr_cabac *c
#define RESIDUAL_BEGIN
#define RESIDUAL_END
#define BIN(context, bin) vr_cabac_encode(c, context, (int)(bin))
#define BYPASS(value, bits) vr_cabac_bypass(c, (uint32_t)(value), bits)
#include "encoder/residual_template.h"
#undef RESIDUAL_NAME
#undef RESIDUAL_ARGS
#undef RESIDUAL_BEGIN
#undef RESIDUAL_END
#undef BIN
#undef BYPASS

#define RESIDUAL_NAME uint32_t vr_residual_cost
#define RESIDUAL_ARGS const uint8_t *ctx
#define RESIDUAL_BEGIN uint32_t cost = 0;
#define RESIDUAL_END return cost;
#define BIN(context, bin) (cost += VR_CTX_BITS(ctx, context, (int)(bin)))
#define BYPASS(value, bits) ((void)(value), cost += VR_BITS(bits))
#include "encoder/residual_template.h"
