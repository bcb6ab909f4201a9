/* Coefficient scans and context selection of residual_coding() (6.5.3 - 6.5.5, 9.3.4.2.4 - 9.3.4.2.7). */
#ifndef VR_SCAN_H
#define VR_SCAN_H

#include <stdint.h>

enum { VR_SCAN_DIAG = 0, VR_SCAN_HOR = 1, VR_SCAN_VER = 2 };

typedef struct {
    uint8_t pos[3][16];         /* scan position -> 4 * y + x inside a sub-block */
    uint8_t cg[3][4][64];       /* [scan][log2 size - 2]: scan position -> raster index of the sub-block */
    uint16_t mask_lo[3][256];   /* raster significance mask (low byte, high byte) -> scan-order mask */
    uint16_t mask_hi[3][256];
    uint8_t sig_base[4][16];    /* [neighbour sub-blocks right | below << 1][4 * y + x] -> sigCtx (9-50 ff.) */
    uint8_t sig_4x4[16];        /* ctxIdxMap */
    uint8_t group[32];          /* last_sig_coeff prefix of a coordinate */
} vr_scan_tables;

extern vr_scan_tables vr_scan;

/* Fills vr_scan; cheap and safe to call again. */
void vr_scan_init(void);

static inline uint32_t vr_scan_mask(int scan, uint32_t raster_mask)
{
    return (uint32_t)vr_scan.mask_lo[scan][raster_mask & 255] | vr_scan.mask_hi[scan][raster_mask >> 8];
}

/* First sig_coeff_flag context of a sub-block, before the pattern's 0..2 is added (luma 0..26, chroma 27..41). */
static inline int vr_sig_offset(int log2_size, int chroma, int scan, int sub_block)
{
    if (log2_size == 2)
        return chroma ? 27 : 0;
    if (chroma)
        return 27 + (log2_size == 3 ? 9 : 12);
    return (sub_block ? 3 : 0) + (log2_size == 3 ? (scan == VR_SCAN_DIAG ? 9 : 15) : 21);
}

/* scanIdx of 7.4.9.11: mode-dependent for small intra blocks. */
static inline int vr_scan_of(int intra, int log2_size, int chroma, int mode)
{
    if (!intra || log2_size > (chroma ? 2 : 3))
        return VR_SCAN_DIAG;
    return mode >= 6 && mode <= 14 ? VR_SCAN_VER : mode >= 22 && mode <= 30 ? VR_SCAN_HOR : VR_SCAN_DIAG;
}

#endif
