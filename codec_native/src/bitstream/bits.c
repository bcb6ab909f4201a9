#include "bitstream/bits.h"

#include <stdlib.h>
#include <string.h>

uint32_t vr_bs_u(vr_bs_reader *r, int n)
{
    if ((size_t)n > r->bits - r->pos) {
        r->overrun = 1;
        r->pos = r->bits;
        return 0;
    }
    uint32_t v = 0;
    while (n > 0) {
        const int room = 8 - (int)(r->pos & 7);
        const int take = n < room ? n : room;
        const uint32_t byte = r->data[r->pos >> 3];
        v = (v << take) | ((byte >> (room - take)) & ((1u << take) - 1));
        r->pos += (size_t)take;
        n -= take;
    }
    return v;
}

void vr_bs_skip(vr_bs_reader *r, size_t n)
{
    if (n > r->bits - r->pos) {
        r->overrun = 1;
        r->pos = r->bits;
        return;
    }
    r->pos += n;
}

uint32_t vr_bs_ue(vr_bs_reader *r)
{
    int zeros = 0;
    while (!vr_bs_u(r, 1)) {
        if (r->overrun || ++zeros > 31) {
            r->overrun = 1;
            return 0;
        }
    }
    return ((1u << zeros) - 1) + vr_bs_u(r, zeros);
}

int32_t vr_bs_se(vr_bs_reader *r)
{
    const uint32_t k = vr_bs_ue(r);
    return k & 1 ? (int32_t)(k / 2 + 1) : -(int32_t)(k / 2);
}

size_t vr_bs_stop_bit(const vr_bs_reader *r)
{
    size_t n = r->bits / 8;
    while (n > 0 && r->data[n - 1] == 0)
        n--;
    if (n == 0)
        return 0;
    int low = 0;
    while (!((r->data[n - 1] >> low) & 1))
        low++;
    return n * 8 - 1 - (size_t)low;
}

void vr_bs_writer_init(vr_bs_writer *w, uint8_t *data, size_t capacity)
{
    w->data = data;
    w->capacity = capacity;
    w->bits = 0;
    w->overflow = 0;
}

void vr_bs_put(vr_bs_writer *w, uint32_t value, int n)
{
    for (int i = n - 1; i >= 0; i--) {
        const size_t byte = w->bits >> 3;
        if (byte >= w->capacity) {
            w->overflow = 1;
            return;
        }
        if (!(w->bits & 7))
            w->data[byte] = 0;
        w->data[byte] |= (uint8_t)(((value >> i) & 1) << (7 - (w->bits & 7)));
        w->bits++;
    }
}

void vr_bs_put_ue(vr_bs_writer *w, uint32_t value)
{
    int length = 0;
    while (length < 31 && ((value + 1) >> (length + 1)))
        length++;
    vr_bs_put(w, 0, length);
    vr_bs_put(w, value + 1, length + 1);
}

void vr_bs_put_se(vr_bs_writer *w, int32_t value)
{
    vr_bs_put_ue(w, value > 0 ? 2u * (uint32_t)value - 1 : 2u * (uint32_t)-(int64_t)value);
}

void vr_bs_copy_until(vr_bs_writer *w, vr_bs_reader *r, size_t end)
{
    while (r->pos < end && !r->overrun) {
        const size_t left = end - r->pos;
        const int n = left < 16 ? (int)left : 16;
        vr_bs_put(w, vr_bs_u(r, n), n);
    }
}

void vr_bs_put_trailing(vr_bs_writer *w)
{
    vr_bs_put(w, 1, 1);
    while (w->bits & 7)
        vr_bs_put(w, 0, 1);
}

size_t vr_bs_unescape(const uint8_t *data, size_t size, uint8_t *out, size_t capacity)
{
    size_t n = 0;
    int zeros = 0;
    for (size_t i = 0; i < size && n < capacity; i++) {
        if (zeros >= 2 && data[i] == 3) {
            zeros = 0;
            continue;
        }
        zeros = data[i] ? 0 : zeros + 1;
        out[n++] = data[i];
    }
    return n;
}

size_t vr_bs_escaped_length(const uint8_t *data, size_t size, size_t n)
{
    size_t i = 0, k = 0;
    int zeros = 0;
    while (k < n && i < size) {
        if (zeros >= 2 && data[i] == 3) {
            zeros = 0;
            i++;
            continue;
        }
        zeros = data[i] ? 0 : zeros + 1;
        k++;
        i++;
    }
    return i;
}

static int reserve(vr_bs_buffer *out, size_t more)
{
    if (more > SIZE_MAX / 2 - out->size)
        return VR_BS_ENOMEM;
    const size_t need = out->size + more;
    if (need <= out->capacity)
        return VR_BS_OK;
    size_t capacity = out->capacity ? out->capacity : 4096;
    while (capacity < need)
        capacity *= 2;
    uint8_t *data = realloc(out->data, capacity);
    if (!data)
        return VR_BS_ENOMEM;
    out->data = data;
    out->capacity = capacity;
    return VR_BS_OK;
}

int vr_bs_append(vr_bs_buffer *out, const uint8_t *data, size_t size)
{
    if (reserve(out, size))
        return VR_BS_ENOMEM;
    if (size)
        memcpy(out->data + out->size, data, size);
    out->size += size;
    return VR_BS_OK;
}

int vr_bs_append_escaped(vr_bs_buffer *out, const uint8_t *data, size_t size)
{
    if (reserve(out, size + size / 2 + 1))
        return VR_BS_ENOMEM;
    int zeros = 0;
    for (size_t i = 0; i < size; i++) {
        if (zeros >= 2 && data[i] <= 3) {
            out->data[out->size++] = 3;
            zeros = 0;
        }
        zeros = data[i] ? 0 : zeros + 1;
        out->data[out->size++] = data[i];
    }
    return VR_BS_OK;
}

void vr_bs_buffer_free(vr_bs_buffer *buffer)
{
    free(buffer->data);
    buffer->data = NULL;
    buffer->size = buffer->capacity = 0;
}
