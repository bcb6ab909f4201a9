/* Bit-exactness checks of the kernels: shared parts. A check runs the plain C kernel and the one under test on twin
 * buffers and compares them whole, so that a write beside the block shows as well. The buffers lie between
 * inaccessible pages, so that a read beyond the promised margins ends the process. */
#ifndef CHECK_H
#define CHECK_H

#include <stddef.h>
#include <stdint.h>

#include "kernels/kernels.h"

enum { PLANES = 7, PATTERNS = 6, PLANE_BYTES = 6 * 4096 };

/* One buffer. `origin` is the block's first sample; the readable part goes as far as asked and no further. */
typedef struct {
    uint8_t *memory;
    void *origin;
    ptrdiff_t stride; /* in elements */
} plane;

/* Where the readable part touches an inaccessible page: with its last byte, or with its first. */
enum { AT_END, AT_START };

typedef struct {
    int width, height;
    int left, right, above, below; /* readable margins */
    int element;                   /* bytes of an element */
    int padding;                   /* stride beyond the margins, in elements */
    int placement;
} layout;

typedef struct {
    const vr_kernels *c, *fast;
    const char *kernel;
    char *message;
    size_t message_size;
    int width;     /* of the block, or the transform's size */
    uint64_t seed; /* of the random numbers */
} check;

typedef int (*check_function)(check *t);

typedef struct {
    const char *kernel;
    check_function run;
} check_entry;

extern const check_entry check_predict_entries[], check_cost_entries[], check_transform_entries[],
    check_filter_entries[]; /* each ends with a null name */

uint32_t check_random(check *t);
int check_between(check *t, int low, int high);

/* Plane of a slot (0 .. PLANES - 1). Its memory keeps what it held. */
plane check_plane(int slot, const layout *l);
/* Fills the whole memory of an 8-bit or 16-bit plane with a pattern between the two values. */
void check_fill_8(check *t, plane p, int pattern);
void check_fill_16(check *t, plane p, int pattern, int low, int high);
/* Twin of a plane in another slot: the same place, and the same contents. */
plane check_twin(plane p, int slot);
/* Whether two twins hold the same, and differ from `before` only inside width x height elements of the block.
 * Writes the message of a failure. */
int check_same(check *t, plane c, plane fast, plane before, int width, int height, int element, const char *what);
int check_equal(check *t, long long c, long long fast, const char *what);
int check_fail(check *t, const char *what, long long c, long long fast);

#endif
