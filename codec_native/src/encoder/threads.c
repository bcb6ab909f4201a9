#include "encoder/threads.h"

#include <pthread.h>
#include <stdlib.h>

typedef struct job {
    vr_job_fn fn;
    void *arg;
    struct job *next;
} job;

typedef struct {
    vr_pool *pool;
    int index;
} worker_id;

struct vr_pool {
    pthread_mutex_t lock;
    pthread_cond_t has_work;
    job *head, **tail;
    int stop, n;
    pthread_t *threads;
    worker_id *ids;
};

static void *worker(void *arg)
{
    worker_id *id = arg;
    vr_pool *p = id->pool;
    for (;;) {
        job *j;
        pthread_mutex_lock(&p->lock);
        while (!p->head && !p->stop)
            pthread_cond_wait(&p->has_work, &p->lock);
        j = p->head;
        if (j) {
            p->head = j->next;
            if (!p->head)
                p->tail = &p->head;
        }
        pthread_mutex_unlock(&p->lock);
        if (!j)
            return NULL;
        j->fn(j->arg, id->index);
        free(j);
    }
}

vr_pool *vr_pool_new(int n_workers)
{
    vr_pool *p = calloc(1, sizeof *p);
    if (!p)
        return NULL;
    p->threads = calloc((size_t)n_workers, sizeof *p->threads);
    p->ids = calloc((size_t)n_workers, sizeof *p->ids);
    pthread_mutex_init(&p->lock, NULL);
    pthread_cond_init(&p->has_work, NULL);
    p->tail = &p->head;
    for (int i = 0; p->threads && p->ids && i < n_workers; i++) {
        p->ids[i].pool = p;
        p->ids[i].index = i;
        if (pthread_create(&p->threads[i], NULL, worker, &p->ids[i]))
            break;
        p->n++;
    }
    if (p->n < n_workers) {
        vr_pool_free(p);
        return NULL;
    }
    return p;
}

int vr_pool_submit(vr_pool *p, vr_job_fn fn, void *arg)
{
    job *j = malloc(sizeof *j);
    if (!j)
        return -1;
    j->fn = fn;
    j->arg = arg;
    j->next = NULL;
    pthread_mutex_lock(&p->lock);
    *p->tail = j;
    p->tail = &j->next;
    pthread_cond_signal(&p->has_work);
    pthread_mutex_unlock(&p->lock);
    return 0;
}

void vr_pool_free(vr_pool *p)
{
    if (!p)
        return;
    pthread_mutex_lock(&p->lock);
    p->stop = 1;
    pthread_cond_broadcast(&p->has_work);
    pthread_mutex_unlock(&p->lock);
    for (int i = 0; i < p->n; i++)
        pthread_join(p->threads[i], NULL);
    pthread_mutex_destroy(&p->lock);
    pthread_cond_destroy(&p->has_work);
    free(p->threads);
    free(p->ids);
    free(p);
}
