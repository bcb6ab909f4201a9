/* The C reference once more, without auto-vectorisation: the bench's second C column. */
#pragma GCC optimize("no-tree-vectorize")
#define VR_C_NAME(name) vr_novec_##name
#include "kernels/kernels_c_interp.c"
