#include "common/bitwriter.h"

#include <stdlib.h>
#include <string.h>

void vr_buffer_reserve(vr_buffer *b, size_t extra)
{
    size_t need = b->size + extra, cap = b->capacity ? b->capacity : 256;
    uint8_t *grown;
    if (b->failed || need <= b->capacity)
        return;
    while (cap < need)
        cap += cap / 2 + 64;
    grown = realloc(b->data, cap);
    if (!grown) {
        b->failed = 1;
        return;
    }
    b->data = grown;
    b->capacity = cap;
}

void vr_buffer_append(vr_buffer *b, const void *bytes, size_t n)
{
    vr_buffer_reserve(b, n);
    if (b->failed || !n)
        return;
    memcpy(b->data + b->size, bytes, n);
    b->size += n;
}

void vr_buffer_free(vr_buffer *b)
{
    free(b->data);
    memset(b, 0, sizeof *b);
}

void vr_bw_reset(vr_bitwriter *w)
{
    w->out.size = 0;
    w->cache = 0;
    w->n_cached = 0;
}

void vr_bw_free(vr_bitwriter *w)
{
    vr_buffer_free(&w->out);
    w->n_cached = 0;
}

void vr_bw_u(vr_bitwriter *w, uint32_t value, int bits)
{
    if (!bits)
        return;
    w->cache = (w->cache << bits) | (value & (0xffffffffu >> (32 - bits)));
    w->n_cached += bits;
    while (w->n_cached >= 8) {
        uint8_t byte = (uint8_t)(w->cache >> (w->n_cached - 8));
        vr_buffer_append(&w->out, &byte, 1);
        w->n_cached -= 8;
    }
}

void vr_bw_ue(vr_bitwriter *w, uint32_t value)
{
    int bits = 31 - __builtin_clz(value + 1);
    vr_bw_u(w, 0, bits);
    vr_bw_u(w, value + 1, bits + 1);
}

void vr_bw_se(vr_bitwriter *w, int32_t value)
{
    vr_bw_ue(w, value > 0 ? 2u * (uint32_t)value - 1 : 2u * (uint32_t)-value);
}

void vr_bw_trailing(vr_bitwriter *w)
{
    vr_bw_u(w, 1, 1);
    if (w->n_cached)
        vr_bw_u(w, 0, 8 - w->n_cached);
}

int vr_bw_bits(const vr_bitwriter *w)
{
    return (int)w->out.size * 8 + w->n_cached;
}

void vr_nal_append(vr_buffer *out, int nal_type, int temporal_id, const uint8_t *payload, size_t size, int long_start)
{
    static const uint8_t start[4] = {0, 0, 0, 1};
    uint8_t header[2] = {(uint8_t)(nal_type << 1), (uint8_t)(temporal_id + 1)};
    size_t i = 0, from = 0;
    vr_buffer_append(out, long_start ? start : start + 1, long_start ? 4 : 3);
    vr_buffer_append(out, header, 2);
    /* An escape is needed where two zero bytes are followed by a byte <= 3: look for those zeros only. */
    while (i + 2 < size) {
        const uint8_t *z = memchr(payload + i, 0, size - 2 - i);
        if (!z)
            break;
        i = (size_t)(z - payload);
        if (payload[i + 1] == 0 && payload[i + 2] <= 3) {
            static const uint8_t escape = 3;
            vr_buffer_append(out, payload + from, i + 2 - from);
            vr_buffer_append(out, &escape, 1);
            from = i + 2;
            i += 2;
        } else {
            i++;
        }
    }
    vr_buffer_append(out, payload + from, size - from);
}
