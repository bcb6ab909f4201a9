#include "encoder/cabac.h"

#include <string.h>

#include "encoder/cabac_tables.h"

void vr_cabac_init_contexts(uint8_t ctx[CTX_COUNT], int init_type, int slice_qp)
{
    int qp = slice_qp < 0 ? 0 : slice_qp > 51 ? 51 : slice_qp;
    for (int i = 0; i < CTX_COUNT; i++) {
        int v = vr_ctx_init[init_type][i];
        int slope = (v >> 4) * 5 - 45, offset = ((v & 15) << 3) - 16;
        int state = ((slope * qp) >> 4) + offset;
        state = state < 1 ? 1 : state > 126 ? 126 : state;
        ctx[i] = (uint8_t)(state <= 63 ? (63 - state) << 1 : ((state - 64) << 1) | 1);
    }
}

void vr_cabac_start(vr_cabac *c)
{
    c->low = 0;
    c->range = 510;
    c->bits_left = 23;
    c->n_buffered = 0;
    c->buffered = 0xff;
    c->out.size = 0;
}

static inline void put_byte(vr_cabac *c, uint32_t byte)
{
    if (c->out.size < c->out.capacity)
        c->out.data[c->out.size++] = (uint8_t)byte;
    else {
        uint8_t b = (uint8_t)byte;
        vr_buffer_append(&c->out, &b, 1);
    }
}

/* Move the top byte of low out, resolving the carry into bytes withheld before. */
static void write_out(vr_cabac *c)
{
    uint32_t lead = c->low >> (24 - c->bits_left);
    c->bits_left += 8;
    c->low &= 0xffffffffu >> c->bits_left;
    if (lead == 0xff) {
        c->n_buffered++;
        return;
    }
    if (c->n_buffered > 0) {
        uint32_t carry = lead >> 8;
        put_byte(c, c->buffered + carry);
        for (; c->n_buffered > 1; c->n_buffered--)
            put_byte(c, 0xff + carry);
    }
    c->n_buffered = 1;
    c->buffered = lead & 0xff;
}

void vr_cabac_encode(vr_cabac *c, int index, int bin)
{
    uint32_t state = c->ctx[index];
    uint32_t lps = vr_lps_range[state >> 1][(c->range >> 6) & 3];
    int is_lps = (int)(state & 1) != bin;
    c->range -= lps;
    c->ctx[index] = vr_next_state[state][is_lps];
    if (is_lps) {
        int n = __builtin_clz(lps) - 23;
        c->low = (c->low + c->range) << n;
        c->range = lps << n;
        c->bits_left -= n;
    } else {
        if (c->range >= 256)
            return;
        c->low <<= 1;
        c->range <<= 1;
        c->bits_left--;
    }
    if (c->bits_left < 12)
        write_out(c);
}

void vr_cabac_bypass(vr_cabac *c, uint32_t value, int bits)
{
    while (bits > 8) {
        uint32_t part = (value >> (bits - 8)) & 0xff;
        c->low = (c->low << 8) + c->range * part;
        bits -= 8;
        c->bits_left -= 8;
        if (c->bits_left < 12)
            write_out(c);
    }
    if (bits > 0) {
        c->low = (c->low << bits) + c->range * (value & (0xffu >> (8 - bits)));
        c->bits_left -= bits;
        if (c->bits_left < 12)
            write_out(c);
    }
}

void vr_cabac_terminate(vr_cabac *c, int bin)
{
    c->range -= 2;
    if (bin) {
        c->low = (c->low + c->range) << 7;
        c->range = 2 << 7;
        c->bits_left -= 7;
    } else {
        if (c->range >= 256)
            return;
        c->low <<= 1;
        c->range <<= 1;
        c->bits_left--;
    }
    if (c->bits_left < 12)
        write_out(c);
}

void vr_cabac_finish(vr_cabac *c)
{
    uint64_t tail;
    int bits, carry = (int)((c->low >> (32 - c->bits_left)) & 1);
    if (carry) {
        put_byte(c, c->buffered + 1);
        for (; c->n_buffered > 1; c->n_buffered--)
            put_byte(c, 0);
        c->low -= 1u << (32 - c->bits_left);
    } else {
        if (c->n_buffered > 0)
            put_byte(c, c->buffered);
        for (; c->n_buffered > 1; c->n_buffered--)
            put_byte(c, 0xff);
    }
    /* The rest of low (its bits above position 8), then the stop bit and zeros to the byte boundary. */
    bits = 24 - c->bits_left;
    tail = ((uint64_t)(c->low >> 8) << 1) | 1;
    bits++;
    while (bits & 7) {
        tail <<= 1;
        bits++;
    }
    for (; bits > 0; bits -= 8)
        put_byte(c, (uint32_t)(tail >> (bits - 8)) & 0xff);
}

int64_t vr_cabac_bits(const vr_cabac *c)
{
    return ((int64_t)c->out.size + c->n_buffered) * 8 + 23 - c->bits_left;
}
