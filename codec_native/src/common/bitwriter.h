/* Bits of parameter sets, SEI and slice headers, and their packing into NAL units (7.3.1, 7.4.1, 9.2). */
#ifndef VR_BITWRITER_H
#define VR_BITWRITER_H

#include <stddef.h>
#include <stdint.h>

/* A growing byte buffer. `failed` is set when memory runs out; contents are then unusable. */
typedef struct {
    uint8_t *data;
    size_t size, capacity;
    int failed;
} vr_buffer;

void vr_buffer_reserve(vr_buffer *b, size_t extra);
void vr_buffer_append(vr_buffer *b, const void *bytes, size_t n);
void vr_buffer_free(vr_buffer *b);

typedef struct {
    vr_buffer out;
    uint64_t cache; /* bits not yet in `out`, right-aligned */
    int n_cached;
} vr_bitwriter;

void vr_bw_reset(vr_bitwriter *w);
void vr_bw_free(vr_bitwriter *w);
void vr_bw_u(vr_bitwriter *w, uint32_t value, int bits); /* u(n), n 0..32 */
void vr_bw_ue(vr_bitwriter *w, uint32_t value);          /* ue(v), value < 2^31 */
void vr_bw_se(vr_bitwriter *w, int32_t value);           /* se(v) */
void vr_bw_trailing(vr_bitwriter *w);                    /* a 1 bit, then zeros to the byte boundary */
int vr_bw_bits(const vr_bitwriter *w);                   /* bits written so far */

/* Append a NAL unit: start code (4 bytes when `long_start`, else 3), header with nuh_layer_id 0 and TemporalId
 * `temporal_id`, and `payload` with emulation prevention (7.4.1.1). */
void vr_nal_append(vr_buffer *out, int nal_type, int temporal_id, const uint8_t *payload, size_t size, int long_start);

#endif
