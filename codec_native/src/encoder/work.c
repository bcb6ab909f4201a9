/* Workers, and the pools of memory that pictures are coded in. */
#include "encoder/encoder_state.h"

#include <stdlib.h>

#include "encoder/frame.h"
#include "encoder/headers.h"

static void hash_picture(picture *p)
{
    p->hash.size = 0;
    if (p->enc->seq.param.hash_sei)
        vr_write_hash_sei(&p->enc->seq, p->pic.frame, &p->hash);
}

static void run_tile(void *arg, int worker)
{
    struct tile_job *job = arg;
    picture *p = job->picture;
    vr_encoder *e = p->enc;
    int last;
    vr_code_tile(e->coder[worker], &p->pic, job->tile, &p->stats[job->tile]);
    pthread_mutex_lock(&e->lock);
    last = --p->pic.tiles_left == 0;
    pthread_mutex_unlock(&e->lock);
    if (!last)
        return;
    hash_picture(p);
    pthread_mutex_lock(&e->lock);
    p->pic.done = 1;
    pthread_cond_broadcast(&e->finished);
    pthread_mutex_unlock(&e->lock);
}

int vr_submit(vr_encoder *e, picture *p)
{
    p->pic.done = 0;
    p->pic.tiles_left = e->seq.n_tiles;
    for (int i = 0; i < e->seq.n_tiles; i++)
        if (vr_pool_submit(e->pool, run_tile, &p->jobs[i]))
            return VR_ERR_MEMORY;
    return VR_OK;
}

void vr_wait_done(vr_encoder *e, picture *p)
{
    pthread_mutex_lock(&e->lock);
    while (!p->pic.done)
        pthread_cond_wait(&e->finished, &e->lock);
    pthread_mutex_unlock(&e->lock);
}

int vr_is_done(vr_encoder *e, picture *p)
{
    int done;
    pthread_mutex_lock(&e->lock);
    done = p->pic.done;
    pthread_mutex_unlock(&e->lock);
    return done;
}

vr_frame *vr_take_frame(vr_encoder *e)
{
    vr_frame *f = NULL, **grown;
    for (int i = 0; i < e->n_frames && !f; i++)
        if (!e->frames[i]->users)
            f = e->frames[i];
    if (!f) {
        grown = realloc(e->frames, sizeof *grown * (size_t)(e->n_frames + 1));
        if (!grown)
            return NULL;
        e->frames = grown;
        f = vr_frame_new(&e->seq);
        if (!f)
            return NULL;
        e->frames[e->n_frames++] = f;
    }
    vr_frame_reset(f);
    f->users = 1;
    return f;
}

vr_source *vr_take_source(vr_encoder *e)
{
    vr_source *p = NULL, **grown;
    for (int i = 0; i < e->n_sources && !p; i++)
        if (!e->sources[i]->users)
            p = e->sources[i];
    if (!p) {
        grown = realloc(e->sources, sizeof *grown * (size_t)(e->n_sources + 1));
        if (!grown)
            return NULL;
        e->sources = grown;
        p = vr_source_new(&e->seq);
        if (!p)
            return NULL;
        e->sources[e->n_sources++] = p;
    }
    p->users = 1;
    return p;
}

void vr_free_record(picture *p)
{
    if (!p)
        return;
    for (int i = 0; p->pic.tile_bits && i < p->enc->seq.n_tiles; i++)
        vr_buffer_free(&p->pic.tile_bits[i]);
    free(p->pic.tile_bits);
    free(p->pic.tile_intra);
    free(p->pic.ranges);
    free(p->pic.tile_sse);
    vr_buffer_free(&p->pic.packet);
    vr_buffer_free(&p->hash);
    free(p->stats);
    free(p->jobs);
    free(p);
}

picture *vr_take_record(vr_encoder *e)
{
    picture *p = e->idle;
    size_t n = (size_t)e->seq.n_tiles;
    if (p) {
        e->idle = p->next;
        p->next = NULL;
        return p;
    }
    p = calloc(1, sizeof *p);
    if (!p)
        return NULL;
    p->enc = e;
    p->pic.tile_bits = calloc(n, sizeof *p->pic.tile_bits);
    p->pic.tile_intra = calloc(n, 1);
    p->pic.ranges = calloc(n, sizeof *p->pic.ranges);
    p->pic.tile_sse = calloc(n, sizeof *p->pic.tile_sse);
    p->stats = calloc(n, sizeof *p->stats);
    p->jobs = calloc(n, sizeof *p->jobs);
    if (!p->pic.tile_bits || !p->pic.tile_intra || !p->pic.ranges || !p->pic.tile_sse || !p->stats || !p->jobs) {
        vr_free_record(p);
        return NULL;
    }
    for (size_t i = 0; i < n; i++) {
        p->jobs[i].picture = p;
        p->jobs[i].tile = (int)i;
    }
    return p;
}
