#include "common/md5.h"

#include <string.h>

static const uint32_t sine_table[64] = {
    0xd76aa478, 0xe8c7b756, 0x242070db, 0xc1bdceee, 0xf57c0faf, 0x4787c62a, 0xa8304613, 0xfd469501,
    0x698098d8, 0x8b44f7af, 0xffff5bb1, 0x895cd7be, 0x6b901122, 0xfd987193, 0xa679438e, 0x49b40821,
    0xf61e2562, 0xc040b340, 0x265e5a51, 0xe9b6c7aa, 0xd62f105d, 0x02441453, 0xd8a1e681, 0xe7d3fbc8,
    0x21e1cde6, 0xc33707d6, 0xf4d50d87, 0x455a14ed, 0xa9e3e905, 0xfcefa3f8, 0x676f02d9, 0x8d2a4c8a,
    0xfffa3942, 0x8771f681, 0x6d9d6122, 0xfde5380c, 0xa4beea44, 0x4bdecfa9, 0xf6bb4b60, 0xbebfbc70,
    0x289b7ec6, 0xeaa127fa, 0xd4ef3085, 0x04881d05, 0xd9d4d039, 0xe6db99e5, 0x1fa27cf8, 0xc4ac5665,
    0xf4292244, 0x432aff97, 0xab9423a7, 0xfc93a039, 0x655b59c3, 0x8f0ccc92, 0xffeff47d, 0x85845dd1,
    0x6fa87e4f, 0xfe2ce6e0, 0xa3014314, 0x4e0811a1, 0xf7537e82, 0xbd3af235, 0x2ad7d2bb, 0xeb86d391};

static void md5_block(uint32_t s[4], const uint8_t *p)
{
    static const uint8_t rotation[4][4] = {{7, 12, 17, 22}, {5, 9, 14, 20}, {4, 11, 16, 23}, {6, 10, 15, 21}};
    uint32_t w[16], a = s[0], b = s[1], c = s[2], d = s[3];
    for (int i = 0; i < 16; i++)
        w[i] = (uint32_t)p[4 * i] | (uint32_t)p[4 * i + 1] << 8 | (uint32_t)p[4 * i + 2] << 16 |
               (uint32_t)p[4 * i + 3] << 24;
    for (int i = 0; i < 64; i++) {
        uint32_t f, t;
        int g, r = rotation[i >> 4][i & 3];
        switch (i >> 4) {
        case 0: f = (b & c) | (~b & d); g = i; break;
        case 1: f = (d & b) | (~d & c); g = (5 * i + 1) & 15; break;
        case 2: f = b ^ c ^ d; g = (3 * i + 5) & 15; break;
        default: f = c ^ (b | ~d); g = (7 * i) & 15; break;
        }
        t = a + f + sine_table[i] + w[g];
        a = d;
        d = c;
        c = b;
        b += t << r | t >> (32 - r);
    }
    s[0] += a;
    s[1] += b;
    s[2] += c;
    s[3] += d;
}

void vr_md5_init(vr_md5 *m)
{
    static const uint32_t start[4] = {0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476};
    memcpy(m->state, start, sizeof start);
    m->bytes = 0;
}

void vr_md5_update(vr_md5 *m, const uint8_t *data, size_t n)
{
    size_t fill = m->bytes & 63;
    m->bytes += n;
    if (fill) {
        size_t take = n < 64 - fill ? n : 64 - fill;
        memcpy(m->block + fill, data, take);
        data += take;
        n -= take;
        if (fill + take < 64)
            return;
        md5_block(m->state, m->block);
    }
    for (; n >= 64; data += 64, n -= 64)
        md5_block(m->state, data);
    if (n)
        memcpy(m->block, data, n);
}

void vr_md5_final(vr_md5 *m, uint8_t digest[16])
{
    static const uint8_t pad[64] = {0x80};
    uint64_t bits = m->bytes * 8;
    uint8_t length[8];
    for (int i = 0; i < 8; i++)
        length[i] = (uint8_t)(bits >> (8 * i));
    vr_md5_update(m, pad, ((m->bytes & 63) < 56 ? 56 : 120) - (m->bytes & 63));
    vr_md5_update(m, length, 8);
    for (int i = 0; i < 16; i++)
        digest[i] = (uint8_t)(m->state[i >> 2] >> (8 * (i & 3)));
}
