#include "encoder/scan.h"

#include <pthread.h>

#include "encoder/types.h"

vr_scan_tables vr_scan;

const uint8_t vr_zscan[16][16] = {
#define Z(x, y) (((x) & 1) | ((y) & 1) << 1 | ((x) & 2) << 1 | ((y) & 2) << 2 | ((x) & 4) << 2 | ((y) & 4) << 3 | \
                 ((x) & 8) << 3 | ((y) & 8) << 4)
#define ROW(y) {Z(0, y), Z(1, y), Z(2, y), Z(3, y), Z(4, y), Z(5, y), Z(6, y), Z(7, y), Z(8, y), Z(9, y), Z(10, y), \
                Z(11, y), Z(12, y), Z(13, y), Z(14, y), Z(15, y)}
    ROW(0), ROW(1), ROW(2), ROW(3), ROW(4), ROW(5), ROW(6), ROW(7),
    ROW(8), ROW(9), ROW(10), ROW(11), ROW(12), ROW(13), ROW(14), ROW(15)
#undef ROW
#undef Z
};

/* 6.5.3 up-right diagonal, 6.5.4 horizontal, 6.5.5 vertical scan of a blk x blk array. */
static void make_scan(uint8_t *out, int scan, int blk)
{
    int n = 0;
    if (scan == VR_SCAN_DIAG) {
        for (int d = 0; d <= 2 * (blk - 1); d++)
            for (int x = 0; x <= d; x++)
                if (x < blk && d - x < blk)
                    out[n++] = (uint8_t)((d - x) * blk + x);
        return;
    }
    for (int a = 0; a < blk; a++)
        for (int b = 0; b < blk; b++)
            out[n++] = (uint8_t)(scan == VR_SCAN_HOR ? a * blk + b : b * blk + a);
}

/* sigCtx by position and the coded neighbours right (1) and below (2) (9.3.4.2.5). */
static int pattern_context(int neighbours, int x, int y)
{
    switch (neighbours) {
    case 0: return x + y == 0 ? 2 : x + y < 3 ? 1 : 0;
    case 1: return y == 0 ? 2 : y == 1 ? 1 : 0;
    case 2: return x == 0 ? 2 : x == 1 ? 1 : 0;
    default: return 2;
    }
}

static void fill_tables(void)
{
    static const uint8_t map[16] = {0, 1, 4, 5, 2, 3, 4, 5, 6, 6, 8, 8, 7, 7, 8, 8};
    static const uint8_t groups[32] = {0, 1, 2, 3, 4, 4, 5, 5, 6, 6, 6, 6, 7, 7, 7, 7,
                                       8, 8, 8, 8, 8, 8, 8, 8, 9, 9, 9, 9, 9, 9, 9, 9};
    for (int s = 0; s < 3; s++) {
        make_scan(vr_scan.pos[s], s, 4);
        for (int l = 0; l < 4; l++)
            make_scan(vr_scan.cg[s][l], s, 1 << l);
        for (int m = 0; m < 256; m++)
            for (int i = 0; i < 16; i++) {
                int p = vr_scan.pos[s][i];
                if (p < 8 && (m >> p & 1))
                    vr_scan.mask_lo[s][m] |= (uint16_t)(1 << i);
                if (p >= 8 && (m >> (p - 8) & 1))
                    vr_scan.mask_hi[s][m] |= (uint16_t)(1 << i);
            }
    }
    for (int i = 0; i < 16; i++) {
        vr_scan.sig_4x4[i] = map[i];
        for (int n = 0; n < 4; n++)
            vr_scan.sig_base[n][i] = (uint8_t)pattern_context(n, i & 3, i >> 2);
    }
    for (int i = 0; i < 32; i++)
        vr_scan.group[i] = groups[i];
}

void vr_scan_init(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, fill_tables);
}
