/* MD5 (RFC 1321), for the decoded picture hash SEI. */
#ifndef VR_MD5_H
#define VR_MD5_H

#include <stddef.h>
#include <stdint.h>

typedef struct {
    uint32_t state[4];
    uint64_t bytes;
    uint8_t block[64];
} vr_md5;

void vr_md5_init(vr_md5 *m);
void vr_md5_update(vr_md5 *m, const uint8_t *data, size_t n);
void vr_md5_final(vr_md5 *m, uint8_t digest[16]);

#endif
