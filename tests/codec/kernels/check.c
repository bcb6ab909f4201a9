#define _GNU_SOURCE
#include "check.h"

#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "common/cpu.h"
#include "kernels/kernels_internal.h"

static uint8_t *slots[PLANES];

static uint8_t *slot_memory(int slot)
{
    if (!slots[slot]) {
        const size_t page = (size_t)sysconf(_SC_PAGESIZE);
        uint8_t *mapping = mmap(NULL, PLANE_BYTES + 2 * page, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (mapping == MAP_FAILED || mprotect(mapping + page, PLANE_BYTES, PROT_READ | PROT_WRITE))
            return NULL;
        slots[slot] = mapping + page;
    }
    return slots[slot];
}

uint32_t check_random(check *t)
{
    t->seed ^= t->seed << 13;
    t->seed ^= t->seed >> 7;
    t->seed ^= t->seed << 17;
    return (uint32_t)(t->seed >> 16);
}

int check_between(check *t, int low, int high)
{
    return low + (int)(check_random(t) % (uint32_t)(high - low + 1));
}

plane check_plane(int slot, const layout *l)
{
    plane p;
    p.memory = slot_memory(slot);
    p.stride = l->left + l->width + l->right + l->padding;
    if (l->placement == AT_END)
        p.origin = p.memory + PLANE_BYTES -
                   l->element * ((l->height - 1 + l->below) * p.stride + l->width + l->right);
    else
        p.origin = p.memory + l->element * (l->above * p.stride + l->left);
    return p;
}

plane check_twin(plane p, int slot)
{
    plane twin = p;
    twin.memory = slot_memory(slot);
    twin.origin = twin.memory + ((uint8_t *)p.origin - p.memory);
    memcpy(twin.memory, p.memory, PLANE_BYTES);
    return twin;
}

/* One of: noise, all low, all high, columns in turn, rows in turn, chequered. */
static int pattern_value(check *t, int pattern, ptrdiff_t x, ptrdiff_t y, int low, int high)
{
    switch (pattern) {
    case 0: return check_between(t, low, high);
    case 1: return low;
    case 2: return high;
    case 3: return x & 1 ? high : low;
    case 4: return y & 1 ? high : low;
    default: return (x ^ y) & 1 ? high : low;
    }
}

void check_fill_8(check *t, plane p, int pattern)
{
    for (ptrdiff_t i = 0; i < PLANE_BYTES; i++)
        p.memory[i] = (uint8_t)pattern_value(t, pattern, i % p.stride, i / p.stride, 0, 255);
}

void check_fill_16(check *t, plane p, int pattern, int low, int high)
{
    int16_t *values = (int16_t *)p.memory;
    for (ptrdiff_t i = 0; i < PLANE_BYTES / 2; i++)
        values[i] = (int16_t)pattern_value(t, pattern, i % p.stride, i / p.stride, low, high);
}

int check_fail(check *t, const char *what, long long c, long long fast)
{
    snprintf(t->message, t->message_size, "%s, width %d: %s: C gives %lld, this one %lld", t->kernel, t->width, what, c,
             fast);
    return 0;
}

int check_equal(check *t, long long c, long long fast, const char *what)
{
    return c == fast || check_fail(t, what, c, fast);
}

int check_same(check *t, plane c, plane fast, plane before, int width, int height, int element, const char *what)
{
    char where[160];
    const ptrdiff_t origin = (uint8_t *)c.origin - c.memory;
    for (ptrdiff_t i = 0; i < PLANE_BYTES; i++) {
        const ptrdiff_t from_origin = i - origin;
        const ptrdiff_t row_bytes = c.stride * element;
        const ptrdiff_t y = from_origin >= 0 ? from_origin / row_bytes : -1;
        const ptrdiff_t x = from_origin >= 0 ? from_origin % row_bytes / element : -1;
        if (c.memory[i] != fast.memory[i]) {
            snprintf(where, sizeof(where), "%s, byte at x %td y %td (%d rows)", what, x, y, height);
            return check_fail(t, where, c.memory[i], fast.memory[i]);
        }
        if (c.memory[i] != before.memory[i] && (y < 0 || y >= height || x >= width)) {
            snprintf(where, sizeof(where), "%s: written outside the block at x %td y %td", what, x, y);
            return check_fail(t, where, before.memory[i], c.memory[i]);
        }
    }
    return 1;
}

/* ---- What the Python tests call ------------------------------------------------------------------------------ */

static const check_entry *find_entry(const char *kernel)
{
    const check_entry *lists[] = {check_predict_entries, check_cost_entries, check_transform_entries,
                                  check_filter_entries};
    for (size_t i = 0; i < sizeof(lists) / sizeof(*lists); i++)
        for (const check_entry *e = lists[i]; e->kernel; e++)
            if (!strcmp(e->kernel, kernel))
                return e;
    return NULL;
}

/* With VR_AVX512_EMULATED the AVX-512 files are built upon an emulation, and asked for without regard to the CPU. */
static const vr_kernels *table_of(int level)
{
#ifdef VR_AVX512_EMULATED
    static vr_kernels emulated;
    (void)level;
    if (!emulated.sad[VR_W(8)]) {
        vr_c_init(&emulated);
        if (vr_cpu_best_level() >= VR_SIMD_AVX2)
            vr_avx2_init(&emulated);
        vr_avx512_init(&emulated);
    }
    return &emulated;
#else
    return vr_kernels_get((vr_simd_level)level);
#endif
}

/* 1: same bits; 0: not, and why in the message; -1: no such check. */
int check_kernel(const char *kernel, int level, int width, unsigned long long seed, char *message, int message_size);
int check_kernel(const char *kernel, int level, int width, unsigned long long seed, char *message, int message_size)
{
    const check_entry *entry = find_entry(kernel);
    check t = {vr_kernels_get(VR_SIMD_C), table_of(level), kernel, message, (size_t)message_size, width,
               seed * 0x9E3779B97F4A7C15u + 1};
    if (!entry || !t.fast)
        return -1;
    for (int i = 0; i < PLANES; i++)
        if (!slot_memory(i))
            return -1;
    return entry->run(&t);
}

/* The highest level of this machine. */
int check_best_level(void);
int check_best_level(void)
{
    return (int)vr_cpu_best_level();
}
