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
static int is_high(int pattern, ptrdiff_t x, ptrdiff_t y)
{
    switch (pattern) {
    case 1: return 0;
    case 2: return 1;
    case 3: return x & 1;
    case 4: return y & 1;
    default: return (x ^ y) & 1;
    }
}

/* Steps through the memory as rows of the plane's stride. */
#define FOR_EACH_PLACE(p, count)                                                                                       \
    for (ptrdiff_t i = 0, x = 0, y = 0; i < (count); i++, x = x + 1 == (p).stride ? (y++, 0) : x + 1)

void check_fill_8(check *t, plane p, int pattern)
{
    if (pattern == 0)
        for (ptrdiff_t i = 0; i < PLANE_BYTES; i++)
            p.memory[i] = (uint8_t)check_random(t);
    else
        FOR_EACH_PLACE(p, PLANE_BYTES)
            p.memory[i] = is_high(pattern, x, y) ? 255 : 0;
}

void check_fill_16(check *t, plane p, int pattern, int low, int high)
{
    int16_t *values = (int16_t *)p.memory;
    FOR_EACH_PLACE(p, PLANE_BYTES / 2)
        values[i] = (int16_t)(pattern == 0 ? check_between(t, low, high) : is_high(pattern, x, y) ? high : low);
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

/* The first byte of a part in which two memories differ, or -1. */
static ptrdiff_t first_difference(const uint8_t *a, const uint8_t *b, ptrdiff_t from, ptrdiff_t to)
{
    if (from >= to || !memcmp(a + from, b + from, (size_t)(to - from)))
        return -1;
    while (a[from] == b[from])
        from++;
    return from;
}

int check_same(check *t, plane c, plane fast, plane before, int width, int height, int element, const char *what)
{
    char where[160];
    const ptrdiff_t origin = (uint8_t *)c.origin - c.memory, row_bytes = c.stride * element;
    const ptrdiff_t different = first_difference(c.memory, fast.memory, 0, PLANE_BYTES);
    ptrdiff_t outside, gap = 0;
    if (different >= 0) {
        snprintf(where, sizeof(where), "%s, %td bytes from the block's first (row %td), %d rows", what,
                 different - origin, (different - origin) / row_bytes, height);
        return check_fail(t, where, c.memory[different], fast.memory[different]);
    }
    for (int y = 0; y <= height; y++) {
        outside = first_difference(c.memory, before.memory, gap, y < height ? origin + y * row_bytes : PLANE_BYTES);
        if (outside >= 0) {
            snprintf(where, sizeof(where), "%s: written outside the block, %td bytes from its first", what,
                     outside - origin);
            return check_fail(t, where, before.memory[outside], c.memory[outside]);
        }
        gap = origin + y * row_bytes + width * element;
        gap = gap < 0 ? 0 : gap; /* a segment left out may put the origin before the memory */
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
