/*
 * Draws the home page's and the articles' pictures: clay figures by ray marching a signed distance field.
 * Usage: clay SCENE WIDTH HEIGHT > picture.ppm   (see make_pictures.py for the scenes and sizes)
 * Units: metres, y up, floor at y = 0. Distances after Inigo Quilez, "distance functions".
 */
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct { float x, y, z; } V;
static V v(float x, float y, float z) { return (V){x, y, z}; }
static V add(V a, V b) { return v(a.x + b.x, a.y + b.y, a.z + b.z); }
static V sub(V a, V b) { return v(a.x - b.x, a.y - b.y, a.z - b.z); }
static V mul(V a, float s) { return v(a.x * s, a.y * s, a.z * s); }
static V mulv(V a, V b) { return v(a.x * b.x, a.y * b.y, a.z * b.z); }
static float dot(V a, V b) { return a.x * b.x + a.y * b.y + a.z * b.z; }
static float len(V a) { return sqrtf(dot(a, a)); }
static V unit(V a) { return mul(a, 1 / len(a)); }
static V cross(V a, V b) { return v(a.y * b.z - a.z * b.y, a.z * b.x - a.x * b.z, a.x * b.y - a.y * b.x); }
static V mix(V a, V b, float t) { return add(mul(a, 1 - t), mul(b, t)); }
static float clampf(float x, float lo, float hi) { return x < lo ? lo : x > hi ? hi : x; }
static float smooth(float lo, float hi, float x) { x = clampf((x - lo) / (hi - lo), 0, 1); return x * x * (3 - 2 * x); }

enum { CONE, BALL, BOX };
/* One part: a tapered capsule a..b with radii ra, rb; an ellipsoid at a with radii b; or a rounded box at a, half size b. */
typedef struct { int kind, group, colour; V a, b; float ra, rb, k; V axis; } Part;
#define MAX_PARTS 256
static Part parts[MAX_PARTS];
static int count, group;
static V group_lo[32], group_hi[32];
static V palette[16];
static V camera, target, backdrop_low, backdrop_high;
static float lens;

static void touch(V p, float r) {
    V *lo = &group_lo[group], *hi = &group_hi[group];
    lo->x = fminf(lo->x, p.x - r); lo->y = fminf(lo->y, p.y - r); lo->z = fminf(lo->z, p.z - r);
    hi->x = fmaxf(hi->x, p.x + r); hi->y = fmaxf(hi->y, p.y + r); hi->z = fmaxf(hi->z, p.z + r);
}
static void begin(void) { group++; group_lo[group] = v(1e9, 1e9, 1e9); group_hi[group] = v(-1e9, -1e9, -1e9); }
static Part *part(int kind, int colour, V a, V b, float ra, float rb, float k) {
    if (count == MAX_PARTS) abort();
    Part *p = &parts[count++];
    *p = (Part){kind, group, colour, a, b, ra, rb, k, v(0, 0, 0)};
    if (kind == CONE) { touch(a, ra + k); touch(b, rb + k); }
    else touch(a, len(b) + ra + k);
    return p;
}
static void limb(int colour, V a, V b, float ra, float rb) { part(CONE, colour, a, b, ra, rb, 0.02f); }
static void box(int colour, V at, V half, float round) { part(BOX, colour, at, half, round, 0, 0.004f); }

static float part_distance(const Part *p, V at) {
    if (p->kind == CONE) {
        V ba = sub(p->b, p->a), pa = sub(at, p->a);
        float l2 = dot(ba, ba), rr = p->ra - p->rb, a2 = l2 - rr * rr, il2 = 1 / l2;
        float y = dot(pa, ba), z = y - l2;
        V q = sub(mul(pa, l2), mul(ba, y));
        float x2 = dot(q, q), y2 = y * y * l2, z2 = z * z * l2;
        float k = (rr > 0 ? 1.f : -1.f) * rr * rr * x2;
        if ((z > 0 ? 1.f : -1.f) * a2 * z2 > k) return sqrtf(x2 + z2) * il2 - p->rb;
        if ((y > 0 ? 1.f : -1.f) * a2 * y2 < k) return sqrtf(x2 + y2) * il2 - p->ra;
        return (sqrtf(x2 * a2 * il2) + y * rr) * il2 - p->ra;
    }
    V q = sub(at, p->a);
    if (p->kind == BALL) {
        float k0 = len(v(q.x / p->b.x, q.y / p->b.y, q.z / p->b.z));
        float k1 = len(v(q.x / (p->b.x * p->b.x), q.y / (p->b.y * p->b.y), q.z / (p->b.z * p->b.z)));
        return k1 > 0 ? k0 * (k0 - 1) / k1 : -fminf(p->b.x, p->b.y);
    }
    V d = v(fabsf(q.x) - p->b.x + p->ra, fabsf(q.y) - p->b.y + p->ra, fabsf(q.z) - p->b.z + p->ra);
    float outside = len(v(fmaxf(d.x, 0), fmaxf(d.y, 0), fmaxf(d.z, 0)));
    return outside + fminf(fmaxf(d.x, fmaxf(d.y, d.z)), 0) - p->ra;
}

static float box_distance(V lo, V hi, V at) {
    float x = fmaxf(fmaxf(lo.x - at.x, at.x - hi.x), 0), y = fmaxf(fmaxf(lo.y - at.y, at.y - hi.y), 0);
    float z = fmaxf(fmaxf(lo.z - at.z, at.z - hi.z), 0);
    return sqrtf(x * x + y * y + z * z);
}

/* Distance to the figures; parts of one group melt together. colour: blended albedo where wanted. */
static float figures(V at, V *colour) {
    float best = 1e9f;
    V tint = palette[0];
    for (int i = 0; i < count;) {
        int g = parts[i].group, end = i;
        while (end < count && parts[end].group == g) end++;
        float bound = box_distance(group_lo[g], group_hi[g], at);
        if (bound > 0.25f && !colour) { best = fminf(best, bound); i = end; continue; }
        float d = 1e9f;
        V c = v(0, 0, 0);
        for (; i < end; i++) {
            float e = part_distance(&parts[i], at), k = parts[i].k;
            float h = clampf(0.5f + 0.5f * (e - d) / k, 0, 1);
            if (colour) { float w = smooth(0.25f, 0.75f, h); c = mix(palette[parts[i].colour], c, w); }
            d = e + (d - e) * h - k * h * (1 - h);
        }
        if (d < best) { best = d; tint = c; }
    }
    if (colour) *colour = tint;
    return best;
}

static float scene(V at) { return fminf(at.y, figures(at, 0)); }

static V normal(V p) {
    const float e = 0.0009f;
    float a = figures(v(p.x + e, p.y - e, p.z - e), 0), b = figures(v(p.x - e, p.y - e, p.z + e), 0);
    float c = figures(v(p.x - e, p.y + e, p.z - e), 0), d = figures(v(p.x + e, p.y + e, p.z + e), 0);
    return unit(v(a - b - c + d, -a - b + c + d, -a + b - c + d));
}

static float shadow(V from, V to_light, float softness) {
    float lit = 1, t = 0.015f;
    for (int i = 0; i < 48 && t < 4; i++) {
        float d = figures(add(from, mul(to_light, t)), 0);
        lit = fminf(lit, 0.5f + 0.5f * softness * d / t);
        if (lit < 0) return 0;
        t += clampf(d, 0.012f, 0.18f);
    }
    lit = clampf(lit, 0, 1);
    return lit * lit * (3 - 2 * lit);
}

static float openness(V p, V n) {
    float closed = 0, weight = 1;
    for (int i = 1; i <= 6; i++) {
        float h = 0.022f * i * i * 0.6f;
        closed += weight * fmaxf(h - scene(add(p, mul(n, h))), 0) / h;
        weight *= 0.72f;
    }
    return clampf(1 - closed * 0.34f, 0, 1);
}

static V trace(V from, V way) {
    float t = 0.3f;
    V back = mix(backdrop_low, backdrop_high, smooth(-0.32f, 0.45f, way.y));
    float ground = way.y < -1e-4f ? -from.y / way.y : 1e9f;
    int hit = 0;
    for (int i = 0; i < 200 && t < fminf(ground, 12); i++) {
        float d = figures(add(from, mul(way, t)), 0);
        if (d < 0.0004f * t) { hit = 1; break; }
        t += d * 0.92f;
    }
    if (!hit && ground > 12) return back;
    V p = add(from, mul(way, hit ? t : ground)), colour = palette[0];
    V n = v(0, 1, 0);
    if (hit) { figures(p, &colour); n = normal(p); }
    V key = unit(v(-0.55f, 1.0f, 0.62f)), rim = unit(v(0.8f, 0.5f, -0.75f));
    V start = add(p, mul(n, 0.004f));
    float lit = fmaxf(dot(n, key), 0);
    lit = lit > 0 ? lit * shadow(start, key, 7) : 0;
    float open = openness(p, n), sky = 0.5f + 0.5f * n.y;
    float edge = powf(clampf(1 + dot(n, way), 0, 1), 3) * 0.30f * open;
    V light = mul(v(1.02f, 0.97f, 0.90f), lit * 1.45f);
    light = add(light, mul(mix(v(0.30f, 0.27f, 0.25f), v(0.60f, 0.70f, 0.74f), sky), open * 0.72f));
    light = add(light, mul(v(0.55f, 0.80f, 0.85f), fmaxf(dot(n, rim), 0) * 0.36f * open));
    V shade = add(mulv(colour, light), mul(v(0.7f, 0.85f, 0.85f), edge * 0.5f));
    if (!hit) { /* the floor fades into the backdrop, so that there is no horizon */
        float shaded = lit > 0 ? lit / fmaxf(dot(n, key), 0.01f) : 0;
        V ground_tone = mul(mix(backdrop_low, backdrop_high, 0.35f), 0.42f + 0.58f * open * (0.50f + 0.50f * shaded));
        shade = mix(ground_tone, back, smooth(1.2f, 4.5f, len(sub(p, target))));
    }
    return shade;
}

#include "scenes.h"

int main(int argc, char **argv) {
    if (argc != 4) { fprintf(stderr, "usage: clay SCENE WIDTH HEIGHT > picture.ppm\n"); return 2; }
    int width = atoi(argv[2]), height = atoi(argv[3]);
    if (!build(argv[1]) || width < 8 || height < 8) { fprintf(stderr, "no such scene or size\n"); return 2; }
    V ahead = unit(sub(target, camera)), right = unit(cross(ahead, v(0, 1, 0))), up = cross(right, ahead);
    uint8_t *row = malloc((size_t)width * 3);
    printf("P6\n%d %d\n255\n", width, height);
    for (int y = 0; y < height; y++) {
        for (int x = 0; x < width; x++) {
            V sum = v(0, 0, 0);
            for (int s = 0; s < 4; s++) {
                float px = (x + 0.25f + 0.5f * (s & 1) - width / 2.f) / height;
                float py = (height / 2.f - y - 0.25f - 0.5f * (s >> 1)) / height;
                V c = trace(camera, unit(add(mul(ahead, lens), add(mul(right, px), mul(up, py)))));
                /* filmic shoulder, then sRGB */
                c = v(c.x / (c.x * 0.45f + 0.72f), c.y / (c.y * 0.45f + 0.72f), c.z / (c.z * 0.45f + 0.72f));
                sum = add(sum, v(powf(clampf(c.x, 0, 1), 1 / 2.2f), powf(clampf(c.y, 0, 1), 1 / 2.2f), powf(clampf(c.z, 0, 1), 1 / 2.2f)));
            }
            row[3 * x] = (uint8_t)(sum.x * 63.75f + 0.5f);
            row[3 * x + 1] = (uint8_t)(sum.y * 63.75f + 0.5f);
            row[3 * x + 2] = (uint8_t)(sum.z * 63.75f + 0.5f);
        }
        fwrite(row, 3, (size_t)width, stdout);
    }
    free(row);
    return 0;
}
