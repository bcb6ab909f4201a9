/* Pictures of a sphere, turned: what a camera that turned has filmed, as if it had stood still.
 *
 * Equirectangular planes of 8 bits. Directions: x to the right, y up, z ahead (the middle of the picture). Sampling is
 * Lanczos with three lobes (six taps each way) at 1/64 sample, in integers: the bytes do not depend on the instruction
 * set. The picture goes on beyond its left and right edge, and over the poles.
 */
#ifndef VR_SPHERE_H
#define VR_SPHERE_H

#include <stddef.h>
#include <stdint.h>

/* The smallest plane: as many samples as the filter reaches beyond an edge. */
#define VR_SPHERE_MIN_SIDE 8

/* What direction d shows in dst is what direction `rotation` * d shows in src. rotation: rows of an orthonormal matrix.
 * level: 0 C, 1 AVX2 or better, -1 what vr_cpu_choose_level says. 0: done; -1: a side is too small; -2: no memory;
 * -4: this machine lacks the level. */
int vr_sphere_turn(uint8_t *dst, ptrdiff_t dst_stride, const uint8_t *src, ptrdiff_t src_stride, int width, int height,
                   const double *rotation, int level);

#endif
