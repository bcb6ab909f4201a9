#include "sphere/sphere.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "common/cpu.h"
#include "include/vr_codec.h"
#include "sphere/sample.h"

/* Samples kept beyond each edge: three taps and a half sample each way, and a vector's reach to the right. */
enum { MARGIN = 8, FIRST_TAP = VR_SPHERE_TAPS / 2 - 1 };

/* Where a turned row comes from is reckoned exactly at nodes this far apart, and between them by a cubic. */
enum { NODE_STEP = 16, NODE_STEP_SMALL = 4, SMALL_WIDTH = 1920 };

/* Between nodes the cubic is only used where the way of the source bends by less than this many samples a step. */
static const float MOST_BEND = 1.0f;

typedef struct turning {
    const double *rotation;
    int width, height, step, nodes;
    double *sine, *cosine; /* of the longitude of each column */
    float *node_x, *node_y; /* nodes -1 .. nodes + 1 */
    int32_t *x, *y;
    uint8_t *padded;
    ptrdiff_t stride;
    vr_sphere_weights weights;
} turning;

static double lanczos(double x)
{
    const double reach = VR_SPHERE_TAPS / 2;
    if (x == 0)
        return 1;
    return fabs(x) < reach ? sin(M_PI * x) * sin(M_PI * x / reach) * reach / (M_PI * M_PI * x * x) : 0;
}

/* The weights of each phase have the sum of one exactly: what is even stays even. */
static void make_weights(vr_sphere_weights weights)
{
    memset(weights, 0, sizeof(vr_sphere_weights));
    for (int phase = 0; phase < VR_SPHERE_PHASES; phase++) {
        double exact[VR_SPHERE_TAPS], whole = 0;
        int sum = 0, largest = 0;
        for (int k = 0; k < VR_SPHERE_TAPS; k++)
            whole += exact[k] = lanczos(k - FIRST_TAP - (double)phase / VR_SPHERE_PHASES);
        for (int k = 0; k < VR_SPHERE_TAPS; k++) {
            weights[phase][k] = (int16_t)lrint(exact[k] / whole * (1 << VR_SPHERE_WEIGHT_BITS));
            sum += weights[phase][k];
            if (weights[phase][k] > weights[phase][largest])
                largest = k;
        }
        weights[phase][largest] = (int16_t)(weights[phase][largest] + (1 << VR_SPHERE_WEIGHT_BITS) - sum);
    }
}

/* The plane with what lies beyond its edges: left and right it goes on, and over a pole is the meridian opposite. */
static void pad(const turning *t, const uint8_t *src, ptrdiff_t src_stride)
{
    const int width = t->width, height = t->height, half = width / 2;
    for (int y = -MARGIN; y < height + MARGIN; y++) {
        uint8_t *row = t->padded + (y + MARGIN) * t->stride + MARGIN;
        const uint8_t *from = src + (y < 0 ? -1 - y : y < height ? y : 2 * height - 1 - y) * src_stride;
        if (y >= 0 && y < height) {
            memcpy(row, from, (size_t)width);
        } else {
            memcpy(row, from + half, (size_t)(width - half));
            memcpy(row + width - half, from, (size_t)half);
        }
        memcpy(row - MARGIN, row + width - MARGIN, MARGIN);
        memcpy(row + width, row, MARGIN);
    }
}

/* Where in the source a direction of the turned picture is, in samples. */
static void source_of(const turning *t, int column, double sine, double cosine, float *x, float *y)
{
    const double *r = t->rotation;
    const double right = cosine * t->sine[column], up = sine, ahead = cosine * t->cosine[column];
    const double to_right = r[0] * right + r[1] * up + r[2] * ahead;
    const double to_up = r[3] * right + r[4] * up + r[5] * ahead;
    const double to_ahead = r[6] * right + r[7] * up + r[8] * ahead;
    *x = (float)((atan2(to_right, to_ahead) / (2 * M_PI) + 0.5) * t->width - 0.5);
    *y = (float)((0.5 - asin(fmax(-1, fmin(1, to_up))) / M_PI) * t->height - 0.5);
}

/* A value in 1/64 sample, brought into the plane and moved to the padded plane's first tap. */
static int32_t place_x(const turning *t, float x)
{
    const int32_t round = t->width * VR_SPHERE_PHASES;
    int32_t at = (int32_t)lrintf(x * VR_SPHERE_PHASES);
    at += at < 0 ? round : at >= round ? -round : 0;
    return at + (MARGIN - FIRST_TAP) * VR_SPHERE_PHASES;
}

static int32_t place_y(const turning *t, float y)
{
    const int32_t last = t->height * VR_SPHERE_PHASES - VR_SPHERE_PHASES / 2;
    int32_t at = (int32_t)lrintf(y * VR_SPHERE_PHASES);
    at = at < -VR_SPHERE_PHASES / 2 ? -VR_SPHERE_PHASES / 2 : at > last ? last : at;
    return at + (MARGIN - FIRST_TAP) * VR_SPHERE_PHASES;
}

/* The third-order curve through four nodes, from the second to the third: value = a + u (b + u (c + u d)). */
typedef struct cubic {
    float a, b, c, d;
} cubic;

static cubic through(const float *node)
{
    const float before = node[-1], first = node[0], second = node[1], after = node[2];
    return (cubic){
        first,
        second - before / 3 - first / 2 - after / 6,
        (before + second) / 2 - first,
        (after - before) / 6 + (first - second) / 2,
    };
}

/* Nodes of x around an interval, each beside the one before it: the source's edge may lie between them. */
static void unwrapped(const turning *t, const float *node, float *out)
{
    out[0] = node[-1];
    for (int k = 1; k < 4; k++) {
        float difference = node[k - 1] - node[k - 2];
        difference -= t->width * rintf(difference / t->width);
        out[k] = out[k - 1] + difference;
    }
}

static int is_smooth(const float *node)
{
    return fabsf(node[-1] - 2 * node[0] + node[1]) < MOST_BEND && fabsf(node[0] - 2 * node[1] + node[2]) < MOST_BEND;
}

static void locate_row(turning *t, int y)
{
    const double latitude = (0.5 - (y + 0.5) / t->height) * M_PI, sine = sin(latitude), cosine = cos(latitude);
    for (int i = -1; i <= t->nodes + 1; i++) {
        const int column = (i * t->step % t->width + t->width) % t->width;
        source_of(t, column, sine, cosine, t->node_x + i, t->node_y + i);
    }
    for (int i = 0; i < t->nodes; i++) {
        const int begin = i * t->step;
        float near[4];
        unwrapped(t, t->node_x + i, near);
        if (begin + t->step <= t->width && is_smooth(near + 1) && is_smooth(t->node_y + i)) {
            const cubic across = through(near + 1), down = through(t->node_y + i);
            for (int k = 0; k < t->step; k++) {
                const float u = (float)k / (float)t->step;
                t->x[begin + k] = place_x(t, across.a + u * (across.b + u * (across.c + u * across.d)));
                t->y[begin + k] = place_y(t, down.a + u * (down.b + u * (down.c + u * down.d)));
            }
            continue;
        }
        for (int column = begin; column < begin + t->step && column < t->width; column++) {
            float source_x, source_y;
            source_of(t, column, sine, cosine, &source_x, &source_y);
            t->x[column] = place_x(t, source_x);
            t->y[column] = place_y(t, source_y);
        }
    }
}

static void release(turning *t)
{
    free(t->sine);
    free(t->node_x ? t->node_x - 1 : NULL);
    free(t->x);
    free(t->padded);
}

static int prepare(turning *t)
{
    const size_t columns = (size_t)t->width, nodes = (size_t)t->nodes + 3;
    t->stride = t->width + 2 * MARGIN;
    t->sine = malloc(2 * columns * sizeof(double));
    t->node_x = malloc(2 * nodes * sizeof(float));
    t->x = malloc(2 * columns * sizeof(int32_t));
    t->padded = malloc((size_t)t->stride * (size_t)(t->height + 2 * MARGIN));
    if (t->node_x)
        t->node_x++;
    if (!t->sine || !t->node_x || !t->x || !t->padded)
        return VR_ERR_MEMORY;
    t->cosine = t->sine + columns;
    t->node_y = t->node_x + nodes;
    t->y = t->x + columns;
    for (int column = 0; column < t->width; column++) {
        const double longitude = ((column + 0.5) / t->width - 0.5) * 2 * M_PI;
        t->sine[column] = sin(longitude);
        t->cosine[column] = cos(longitude);
    }
    make_weights(t->weights);
    return VR_OK;
}

int vr_sphere_turn(uint8_t *dst, ptrdiff_t dst_stride, const uint8_t *src, ptrdiff_t src_stride, int width, int height,
                   const double *rotation, int level)
{
    if (width < VR_SPHERE_MIN_SIDE || height < VR_SPHERE_MIN_SIDE)
        return VR_ERR_PARAM;
    if (level < 0)
        level = vr_cpu_choose_level();
    if (level < VR_SIMD_C || level > (int)vr_cpu_best_level())
        return VR_ERR_SIMD;
    const int step = width >= SMALL_WIDTH ? NODE_STEP : NODE_STEP_SMALL;
    turning t = {.rotation = rotation, .width = width, .height = height, .step = step};
    t.nodes = (width + step - 1) / step;
    vr_sphere_sample_row *sample = level >= VR_SIMD_AVX2 ? vr_sphere_sample_row_avx2 : vr_sphere_sample_row_c;
    const int error = prepare(&t);
    if (!error) {
        pad(&t, src, src_stride);
        for (int y = 0; y < height; y++) {
            locate_row(&t, y);
            sample(dst + y * dst_stride, t.x, t.y, width, t.padded, t.stride, t.weights);
        }
    }
    release(&t);
    return error;
}
