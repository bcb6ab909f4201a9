#include "encoder/frame.h"

#include <stdlib.h>
#include <string.h>

static size_t align64(size_t n) { return (n + 63) & ~(size_t)63; }

vr_frame *vr_frame_new(const vr_seq *s)
{
    vr_frame *f = calloc(1, sizeof *f);
    size_t offset[3], grid[7], total = 0, size8, size4, motions;
    uint8_t *base;
    int h8 = s->ctu_rows * 8, h4 = h8 * 2;
    if (!f)
        return NULL;
    f->grid.stride8 = s->ctu_cols * 8;
    f->grid.stride4 = s->ctu_cols * 16;
    f->grid.rows8 = h8;
    f->grid.motion_log2 = s->thin ? 2 : 3;
    f->grid.motion_stride = s->thin ? f->grid.stride4 : f->grid.stride8;
    for (int p = 0; p < 3; p++) {
        int pad = VR_PAD >> (p > 0), w = s->coded_w >> (p > 0), h = s->coded_h >> (p > 0);
        f->stride[p] = (ptrdiff_t)align64((size_t)w + 2 * (size_t)pad);
        offset[p] = total + (size_t)pad * (size_t)f->stride[p] + (size_t)pad;
        total += align64((size_t)f->stride[p] * (size_t)(h + 2 * pad));
    }
    size8 = align64((size_t)f->grid.stride8 * (size_t)h8);
    size4 = align64((size_t)f->grid.stride4 * (size_t)h4);
    motions = sizeof(vr_motion) * (s->thin ? size4 : size8);
    {
        size_t sizes[7] = {size8, size8, size4, motions, size8 * 2, size4 / 2, size4};
        for (int i = 0; i < 7; i++) {
            grid[i] = total;
            total += align64(sizes[i]);
        }
    }
    f->memory_size = total;
    f->progress = calloc((size_t)s->n_tiles, sizeof *f->progress);
    if (!f->progress || posix_memalign(&f->memory, 64, total)) {
        free(f->progress);
        free(f);
        return NULL;
    }
    memset(f->memory, 0, total);
    base = f->memory;
    for (int p = 0; p < 3; p++)
        f->plane[p] = base + offset[p];
    f->grid.flags = base + grid[0];
    f->grid.qp = (int8_t *)base + grid[1];
    f->grid.intra_mode = base + grid[2];
    f->grid.motion = (vr_motion *)(void *)(base + grid[3]);
    f->grid.bs_ver = base + grid[4];
    f->grid.bs_hor = base + grid[5];
    f->grid.nonzero = base + grid[6];
    f->n_tiles = s->n_tiles;
    pthread_mutex_init(&f->lock, NULL);
    pthread_cond_init(&f->moved, NULL);
    return f;
}

void vr_frame_free(vr_frame *f)
{
    if (!f)
        return;
    pthread_mutex_destroy(&f->lock);
    pthread_cond_destroy(&f->moved);
    free(f->progress);
    free(f->memory);
    free(f);
}

void vr_frame_reset(vr_frame *f)
{
    memset(f->progress, 0, sizeof *f->progress * (size_t)f->n_tiles);
}

void vr_frame_pad(const vr_seq *s, vr_frame *f, const vr_tile *t, int y0, int y1)
{
    for (int p = 0; p < 3; p++) {
        int sub = p > 0, pad = VR_PAD >> sub, w = s->coded_w >> sub, h = s->coded_h >> sub;
        int a = y0 >> sub, b = y1 >> sub, x0 = t->x0 >> sub, x1 = t->x1 >> sub;
        ptrdiff_t stride = f->stride[p];
        int left = x0 == 0 ? pad : 0, right = x1 == w ? pad : 0;
        vr_pixel *row;
        for (int y = a; y < b && (left || right); y++) {
            row = f->plane[p] + y * stride;
            if (left)
                memset(row - pad, row[0], (size_t)pad);
            if (right)
                memset(row + w, row[w - 1], (size_t)pad);
        }
        row = f->plane[p] + x0 - left;
        if (a == 0)
            for (int y = 1; y <= pad; y++)
                memcpy(row - y * stride, row, (size_t)(left + x1 - x0 + right));
        if (b == h)
            for (int y = 0; y < pad; y++)
                memcpy(row + (h + y) * stride, row + (h - 1) * stride, (size_t)(left + x1 - x0 + right));
    }
}

void vr_frame_publish(vr_frame *f, int tile, int y1)
{
    pthread_mutex_lock(&f->lock);
    f->progress[tile] = y1;
    pthread_cond_broadcast(&f->moved);
    pthread_mutex_unlock(&f->lock);
}

void vr_frame_wait(const vr_seq *s, vr_frame *f, int tile, int y)
{
    int from = tile < 0 ? 0 : tile, to = tile < 0 ? s->n_tiles : tile + 1;
    pthread_mutex_lock(&f->lock);
    for (int i = from; i < to; i++)
        while (f->progress[i] < VR_MIN(y, s->tile[i].y1) && s->tile[i].y0 < y)
            pthread_cond_wait(&f->moved, &f->lock);
    pthread_mutex_unlock(&f->lock);
}

vr_source *vr_source_new(const vr_seq *s)
{
    vr_source *p = calloc(1, sizeof *p);
    size_t offset[3], total = 0;
    if (!p)
        return NULL;
    for (int i = 0; i < 3; i++) {
        size_t w = (size_t)s->coded_w >> (i > 0), h = (size_t)s->coded_h >> (i > 0);
        p->stride[i] = (ptrdiff_t)align64(w);
        offset[i] = total;
        total += align64(w) * h;
    }
    p->refresh = calloc((size_t)s->n_tiles, 1);
    if (!p->refresh || posix_memalign(&p->memory, 64, total + 64)) {
        free(p->refresh);
        free(p);
        return NULL;
    }
    for (int i = 0; i < 3; i++)
        p->plane[i] = (vr_pixel *)p->memory + offset[i];
    return p;
}

void vr_source_free(vr_source *p)
{
    if (!p)
        return;
    free(p->memory);
    free(p->refresh);
    free(p);
}

void vr_source_fill(const vr_seq *s, vr_source *dst, const vr_picture *pic)
{
    for (int p = 0; p < 3; p++) {
        int w = s->width >> (p > 0), h = s->height >> (p > 0), cw = s->coded_w >> (p > 0), ch = s->coded_h >> (p > 0);
        for (int y = 0; y < ch; y++) {
            vr_pixel *row = dst->plane[p] + y * dst->stride[p];
            if (y >= h) {
                memcpy(row, row - dst->stride[p], (size_t)cw);
                continue;
            }
            memcpy(row, pic->plane[p] + y * pic->stride[p], (size_t)w);
            memset(row + w, row[w - 1], (size_t)(cw - w));
        }
    }
    dst->pts = pic->pts;
    dst->force_idr = pic->force_idr;
    if (pic->refresh_tiles)
        memcpy(dst->refresh, pic->refresh_tiles, (size_t)s->n_tiles);
    else
        memset(dst->refresh, 0, (size_t)s->n_tiles);
}
