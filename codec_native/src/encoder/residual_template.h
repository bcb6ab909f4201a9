/* residual_coding() (7.3.8.11), once for writing and once for counting bits.
 *
 * The including file defines RESIDUAL_NAME, RESIDUAL_ARGS, RESIDUAL_BEGIN, RESIDUAL_END and
 * BIN(context, bin), BYPASS(value, bits). `level` is the block of size 1 << log2_size, contiguous, with at least
 * one nonzero level; `hide` is sign_data_hiding_enabled_flag. */
RESIDUAL_NAME(RESIDUAL_ARGS, const vr_kernels *k, const int16_t *level, int log2_size, int chroma, int scan, int hide)
{
    uint16_t raster[64];
    uint8_t coded[8][8] = {{0}}; /* coded_sub_block_flag, [y][x] */
    const uint8_t *cg_scan = vr_scan.cg[scan][log2_size - 2];
    const uint8_t *pos_scan = vr_scan.pos[scan];
    int cg_log2 = log2_size - 2, cg_size = 1 << cg_log2;
    int last_cg = (1 << (2 * cg_log2)) - 1, last_pos, greater1 = 1;
    RESIDUAL_BEGIN

    k->sig_masks[VR_L(log2_size)](level, raster);
    while (!raster[cg_scan[last_cg]])
        last_cg--;
    last_pos = 31 - __builtin_clz(vr_scan_mask(scan, raster[cg_scan[last_cg]]));

    { /* last_sig_coeff_{x,y}_{prefix,suffix} */
        int x = ((cg_scan[last_cg] & (cg_size - 1)) << 2) + (pos_scan[last_pos] & 3);
        int y = ((cg_scan[last_cg] >> cg_log2) << 2) + (pos_scan[last_pos] >> 2);
        int offset = chroma ? 15 : 3 * (log2_size - 2) + ((log2_size - 1) >> 2);
        int shift = chroma ? log2_size - 2 : (log2_size + 1) >> 2;
        int gx, gy, longest = (log2_size << 1) - 1;
        if (scan == VR_SCAN_VER) {
            int t = x;
            x = y;
            y = t;
        }
        gx = vr_scan.group[x];
        gy = vr_scan.group[y];
        for (int i = 0; i < gx; i++)
            BIN(CTX_LAST_X + offset + (i >> shift), 1);
        if (gx < longest)
            BIN(CTX_LAST_X + offset + (gx >> shift), 0);
        for (int i = 0; i < gy; i++)
            BIN(CTX_LAST_Y + offset + (i >> shift), 1);
        if (gy < longest)
            BIN(CTX_LAST_Y + offset + (gy >> shift), 0);
        if (gx > 3)
            BYPASS(x & ((1 << ((gx >> 1) - 1)) - 1), (gx >> 1) - 1);
        if (gy > 3)
            BYPASS(y & ((1 << ((gy >> 1) - 1)) - 1), (gy >> 1) - 1);
    }

    for (int cg = last_cg; cg >= 0; cg--) {
        int cgx = cg_scan[cg] & (cg_size - 1), cgy = cg_scan[cg] >> cg_log2;
        const int16_t *block = level + ((cgy << 2) << log2_size) + (cgx << 2);
        uint32_t mask = vr_scan_mask(scan, raster[cg_scan[cg]]);
        int right = cgx + 1 < cg_size ? coded[cgy][cgx + 1] : 0;
        int below = cgy + 1 < cg_size ? coded[cgy + 1][cgx] : 0;
        int first = cg == last_cg ? last_pos - 1 : 15;
        int n = 0, absolute[16], set, c1, rice = 0, first_pos, top_pos, hidden;
        uint32_t signs = 0;

        if (cg == last_cg || cg == 0)
            coded[cgy][cgx] = 1;
        else {
            coded[cgy][cgx] = mask != 0;
            BIN(CTX_CSBF + (chroma ? 2 : 0) + (right | below), mask != 0);
            if (!mask)
                continue;
        }
        { /* sig_coeff_flag */
            const uint8_t *base = log2_size == 2 ? vr_scan.sig_4x4 : vr_scan.sig_base[right | below << 1];
            int offset = CTX_SIG + vr_sig_offset(log2_size, chroma, scan, cg);
            /* The lowest position is inferred when the sub-block is known to be coded and all others are 0. */
            int inferred = cg != last_cg && cg != 0 && mask == 1;
            for (int i = first; i > 0; i--)
                BIN(offset + base[pos_scan[i]], (mask >> i) & 1);
            if (first >= 0 && !inferred)
                BIN(cg == 0 ? CTX_SIG + (chroma ? 27 : 0) : offset + base[0], mask & 1);
        }
        if (!mask)
            continue;
        for (uint32_t m = mask; m; ) {
            int i = 31 - __builtin_clz(m), p = pos_scan[i];
            int v = block[((p >> 2) << log2_size) + (p & 3)];
            absolute[n++] = v < 0 ? -v : v;
            signs = signs << 1 | (v < 0);
            m ^= 1u << i;
        }
        top_pos = 31 - __builtin_clz(mask);
        first_pos = __builtin_ctz(mask);
        hidden = hide && top_pos - first_pos > 3;

        set = (cg == 0 || chroma ? 0 : 2) + (greater1 == 0);
        c1 = 1;
        { /* coeff_abs_level_greater1_flag, greater2_flag */
            int coded_flags = n < 8 ? n : 8, first_big = -1;
            int gt1 = CTX_GT1 + (chroma ? 16 : 0) + set * 4;
            for (int i = 0; i < coded_flags; i++) {
                int big = absolute[i] > 1;
                BIN(gt1 + c1, big);
                if (big) {
                    c1 = 0;
                    if (first_big < 0)
                        first_big = i;
                } else if (c1 > 0 && c1 < 3)
                    c1++;
            }
            if (first_big >= 0)
                BIN(CTX_GT2 + (chroma ? 4 : 0) + set, absolute[first_big] > 2);
            greater1 = c1;
            if (hidden)
                BYPASS(signs >> 1, n - 1);
            else
                BYPASS(signs, n);
            if (first_big >= 0 || n > 8) {
                int seen_big = 0;
                for (int i = 0; i < n; i++) {
                    int base = i < 8 ? (seen_big ? 2 : 3) : 1, rest;
                    if (i < 8 && absolute[i] > 1)
                        seen_big = 1;
                    rest = absolute[i] - base;
                    if (rest < 0)
                        continue;
                    /* coeff_abs_level_remaining, 9.3.3.11 */
                    if (rest < 3 << rice)
                        BYPASS((((1u << ((rest >> rice) + 1)) - 2) << rice) | (rest & ((1 << rice) - 1)),
                               (rest >> rice) + 1 + rice);
                    else {
                        int length = rice, code = rest - (3 << rice);
                        while (code >= 1 << length)
                            code -= 1 << length++;
                        BYPASS((1u << (3 + length - rice + 1)) - 2, 3 + length - rice + 1);
                        BYPASS(code, length);
                    }
                    if (absolute[i] > 3 << rice && rice < 4)
                        rice++;
                }
            }
        }
    }
    RESIDUAL_END
}
