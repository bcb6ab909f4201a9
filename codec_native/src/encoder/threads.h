/* A pool of workers that take jobs in the order they were given. Jobs may wait for earlier jobs, never for later ones, so
 * that nothing can block for ever. */
#ifndef VR_THREADS_H
#define VR_THREADS_H

typedef struct vr_pool vr_pool;

/* fn gets the job's argument and the number of the worker, 0 .. n - 1. NULL when threads cannot start. */
typedef void (*vr_job_fn)(void *arg, int worker);

vr_pool *vr_pool_new(int n_workers);
/* 0, or -1 when out of memory. */
int vr_pool_submit(vr_pool *p, vr_job_fn fn, void *arg);
/* Waits for all jobs given so far, stops the workers. */
void vr_pool_free(vr_pool *p);

#endif
