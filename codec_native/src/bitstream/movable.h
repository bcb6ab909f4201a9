/* When may a tile travel from one stream to another? The rules that merging and packing share. */
#ifndef VR_BS_MOVABLE_H
#define VR_BS_MOVABLE_H

#include "bitstream/stream.h"

/* The slice of a tile, after checking that nothing ties it to its neighbours or to other pictures' neighbours. */
const vr_bs_slice *vr_bs_movable_slice(vr_bs_stream *const *streams, int stream, int64_t picture, int tile,
                                       vr_bs_error *error);
/* Two slices may stand in one picture: same picture type, temporal layer, POC, reference picture set. */
int vr_bs_check_companions(vr_bs_stream *const *streams, int stream_a, const vr_bs_slice *a, int stream_b,
                           const vr_bs_slice *b, int64_t picture, vr_bs_error *error);
/* 1 where the tile goes on although a group of pictures ends: the picture is a random-access point in another of the
 * streams, here it is a trailing one whose slice (P, no temporal vectors) looks back over that point, and nothing that
 * follows does: it can also follow the tile of another stream, and then decodes with that one's errors. */
int vr_bs_tile_continues(vr_bs_stream *const *streams, int n, int stream, int64_t picture, int tile);
/* At least one stream, and all of them equally long. */
int vr_bs_check_lengths(vr_bs_stream *const *streams, int n, vr_bs_error *error);

#endif
