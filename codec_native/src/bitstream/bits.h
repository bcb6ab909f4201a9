/* Bit reader and writer for parameter sets and slice headers (H.265 clause 7.2, 9.2). The reader works on unescaped bytes,
 * never reads past the end, and remembers that it was asked to. */
#ifndef VR_BS_BITS_H
#define VR_BS_BITS_H

#include <stddef.h>
#include <stdint.h>

#include "bitstream/bitstream.h"

typedef struct {
    const uint8_t *data;
    size_t bits;     /* length */
    size_t pos;      /* next bit */
    int overrun;     /* asked for bits behind the end, or for an Exp-Golomb code longer than 32 bits */
} vr_bs_reader;

typedef struct {
    uint8_t *data;
    size_t capacity; /* bytes */
    size_t bits;
    int overflow;    /* did not fit */
} vr_bs_writer;

static inline void vr_bs_reader_init(vr_bs_reader *r, const uint8_t *data, size_t size)
{
    r->data = data;
    r->bits = size * 8;
    r->pos = 0;
    r->overrun = 0;
}

/* n = 0..32 bits, most significant first */
uint32_t vr_bs_u(vr_bs_reader *r, int n);
void vr_bs_skip(vr_bs_reader *r, size_t n);
uint32_t vr_bs_ue(vr_bs_reader *r);
int32_t vr_bs_se(vr_bs_reader *r);
/* position of the last 1 bit (rbsp_stop_one_bit), or 0 when all bits are zero */
size_t vr_bs_stop_bit(const vr_bs_reader *r);

void vr_bs_writer_init(vr_bs_writer *w, uint8_t *data, size_t capacity);
void vr_bs_put(vr_bs_writer *w, uint32_t value, int n);
void vr_bs_put_ue(vr_bs_writer *w, uint32_t value);
void vr_bs_put_se(vr_bs_writer *w, int32_t value);
/* copies bits [r->pos, end) */
void vr_bs_copy_until(vr_bs_writer *w, vr_bs_reader *r, size_t end);
/* a 1 bit and zero bits to the byte boundary: rbsp_trailing_bits() and byte_alignment() are the same bits */
void vr_bs_put_trailing(vr_bs_writer *w);

/* Removes emulation prevention bytes (7.3.1.1) from at most `size` bytes into out (capacity bytes); returns bytes written. */
size_t vr_bs_unescape(const uint8_t *data, size_t size, uint8_t *out, size_t capacity);
/* How many escaped bytes hold the first n unescaped ones; size when there are fewer. */
size_t vr_bs_escaped_length(const uint8_t *data, size_t size, size_t n);
/* Appends with emulation prevention; 0 or VR_BS_ENOMEM. */
int vr_bs_append_escaped(vr_bs_buffer *out, const uint8_t *data, size_t size);
int vr_bs_append(vr_bs_buffer *out, const uint8_t *data, size_t size);

#endif
