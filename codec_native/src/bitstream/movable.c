#include "bitstream/movable.h"

enum { NAL_TRAIL_R = 1 };

const vr_bs_slice *vr_bs_movable_slice(vr_bs_stream *const *streams, int stream, int64_t picture, int tile,
                                       vr_bs_error *error)
{
    const vr_bs_stream *s = streams[stream];
    const vr_bs_unit *u = &s->units[picture];
    const vr_bs_config *c = &s->configs[u->config];
    const vr_bs_slice *slice = vr_bs_find_slice(s, picture, tile);
    if (!slice) {
        vr_bs_fail_at(error, VR_BS_EMISSING, stream, picture, tile, "the stream does not hold this tile");
        return NULL;
    }
    if (u->n_slices > c->tiles) {
        vr_bs_fail_at(error, VR_BS_EUNSUPPORTED, stream, picture, tile, "a tile consists of several slices");
        return NULL;
    }
    if (slice->header.entry_points) {
        vr_bs_fail_at(error, VR_BS_EUNSUPPORTED, stream, picture, tile,
                      "a slice holds more than one tile; encode with one slice per tile");
        return NULL;
    }
    if (slice->header.type != VR_BS_SLICE_I && slice->header.temporal_mvp && !s->mcts_sei) {
        vr_bs_fail_at(error, VR_BS_EUNSUPPORTED, stream, picture, tile,
                      "temporal motion vector prediction ties tiles together; encode with motion-constrained tiles");
        return NULL;
    }
    if (c->tiles > 1 && (c->parsed_pps.loop_filter_tiles || slice->header.filters_across)) {
        vr_bs_fail_at(error, VR_BS_EUNSUPPORTED, stream, picture, tile,
                      "the loop filter crosses tile edges; encode with motion-constrained tiles");
        return NULL;
    }
    return slice;
}

int vr_bs_check_companions(vr_bs_stream *const *streams, int stream_a, const vr_bs_slice *a, int stream_b,
                           const vr_bs_slice *b, int64_t picture, vr_bs_error *error)
{
    const vr_bs_unit *ua = &streams[stream_a]->units[picture], *ub = &streams[stream_b]->units[picture];
    if (ua->nal_type != ub->nal_type || ua->temporal_id != ub->temporal_id)
        return vr_bs_fail_at(error, VR_BS_EMISMATCH, stream_b, picture, b->tile,
                             "the picture has another type in this stream than in the first one");
    if (a->header.reference_key != b->header.reference_key)
        return vr_bs_fail_at(error, VR_BS_EMISMATCH, stream_b, picture, b->tile,
                             "the picture has another number or other references in this stream than in the first one");
    return VR_BS_OK;
}

/* Reference picture sets only lose what is older than themselves: when the next picture has that of a stream that begins
 * anew here, neither it nor any later one holds anything from before. */
static int same_group_follows(vr_bs_stream *const *streams, int a, int b, int64_t picture)
{
    const int64_t next = picture + 1;
    if (next == streams[a]->n_units)
        return 1;
    const vr_bs_slice *next_a = &streams[a]->slices[streams[a]->units[next].first_slice];
    const vr_bs_slice *next_b = &streams[b]->slices[streams[b]->units[next].first_slice];
    return !vr_bs_check_companions(streams, a, next_a, b, next_b, next, NULL);
}

int vr_bs_tile_continues(vr_bs_stream *const *streams, int n, int stream, int64_t picture, int tile)
{
    const vr_bs_slice *slice = vr_bs_find_slice(streams[stream], picture, tile);
    if (!slice || picture == 0 || streams[stream]->units[picture].nal_type != NAL_TRAIL_R ||
        slice->header.type != VR_BS_SLICE_P || slice->header.temporal_mvp || slice->header.looks_ahead)
        return 0;
    for (int i = 0; i < n; i++)
        if (vr_bs_clean_entry(streams[i], picture) && same_group_follows(streams, stream, i, picture))
            return 1;
    return 0;
}

int vr_bs_check_lengths(vr_bs_stream *const *streams, int n, vr_bs_error *error)
{
    if (n < 1)
        return vr_bs_fail(error, VR_BS_EARG, "there are no streams to merge");
    int shortest = 0, longest = 0;
    for (int i = 1; i < n; i++) {
        if (streams[i]->n_units < streams[shortest]->n_units)
            shortest = i;
        if (streams[i]->n_units > streams[longest]->n_units)
            longest = i;
    }
    if (streams[shortest]->n_units != streams[longest]->n_units)
        return vr_bs_fail_at(error, VR_BS_ETRUNCATED, shortest, streams[shortest]->n_units, -1,
                             "the stream has fewer pictures than the others");
    return VR_BS_OK;
}
