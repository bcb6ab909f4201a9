/* Tile tracks: one Annex B file for each tile.
 *
 * Each access unit of a track is
 *     access unit delimiter (a tile's slice alone does not show where a picture begins)
 *     at random-access points: VPS, SPS, PPS of the whole stream, and a prefix SEI user_data_unregistered:
 *         uuid 8d1f5b0a-365e-4c21-9a77-2ec463b810f5, version u(8) = 1, tile u(16), columns u(8), rows u(8)
 *     the other prefix SEI of the picture (sphere, motion-constrained tiles), unchanged
 *     the slice of the tile, unchanged
 * Picture hashes are left out, for they describe whole pictures. */
#include "bitstream/stream.h"

#include <string.h>

enum { NAL_SEI_PREFIX = 39, TRACK_VERSION = 1 };

static int append_track_sei(const vr_bs_config *c, int tile, vr_bs_buffer *out)
{
    uint8_t sei[2 + 2 + 16 + 5 + 1] = {NAL_SEI_PREFIX << 1, 1, 5, 21};
    memcpy(sei + 4, vr_bs_track_uuid, 16);
    sei[20] = TRACK_VERSION;
    sei[21] = (uint8_t)(tile >> 8);
    sei[22] = (uint8_t)tile;
    sei[23] = (uint8_t)c->parsed_pps.cols;
    sei[24] = (uint8_t)c->parsed_pps.rows;
    sei[25] = 0x80;
    static const uint8_t start[3] = {0, 0, 1};
    if (vr_bs_append(out, start, sizeof start))
        return VR_BS_ENOMEM;
    return vr_bs_append_escaped(out, sei, sizeof sei);
}

static int append_track_head(const vr_bs_stream *s, const vr_bs_unit *u, int tile, vr_bs_buffer *out)
{
    static const uint8_t delimiter[3] = {35 << 1, 1, 0x50}; /* pic_type 2: any slice type */
    const vr_bs_config *c = &s->configs[u->config];
    int code = vr_bs_append_nal(out, delimiter, sizeof delimiter, 1);
    if (!code && vr_bs_is_irap(u->nal_type)) {
        const int64_t sets[3] = {c->vps, c->sps, c->pps};
        for (int i = 0; i < 3 && !code; i++)
            if (sets[i] >= 0)
                code = vr_bs_append_nal(out, s->data + s->nals[sets[i]].offset, s->nals[sets[i]].size, 1);
        if (!code)
            code = append_track_sei(c, tile, out);
    }
    for (int64_t i = u->first_nal; i < u->first_nal + u->n_nals && !code; i++)
        if (s->nals[i].type == NAL_SEI_PREFIX)
            code = vr_bs_append_nal(out, s->data + s->nals[i].offset, s->nals[i].size, 0);
    return code;
}

int vr_bs_split_picture(const vr_bs_stream *stream, int64_t picture, int tile, vr_bs_buffer *out, vr_bs_error *error)
{
    if (picture < 0 || picture >= stream->n_units)
        return vr_bs_fail_at(error, VR_BS_EARG, 0, picture, tile, "the stream does not hold this picture");
    const vr_bs_unit *u = &stream->units[picture];
    const int tiles = stream->configs[u->config].tiles;
    if (tile < 0 || tile >= tiles)
        return vr_bs_fail_at(error, VR_BS_EARG, 0, picture, tile, "the grid of the stream does not have this tile");
    const vr_bs_slice *slice = vr_bs_find_slice(stream, picture, tile);
    if (!slice)
        return vr_bs_fail_at(error, VR_BS_EMISSING, 0, picture, tile, "the stream does not hold this tile");
    if (slice->header.entry_points || u->n_slices > tiles)
        return vr_bs_fail_at(error, VR_BS_EUNSUPPORTED, 0, picture, tile,
                             "tiles and slices do not match; encode with one slice per tile");
    const vr_bs_nal *nal = &stream->nals[slice->nal];
    if (append_track_head(stream, u, tile, out) || vr_bs_append_nal(out, stream->data + nal->offset, nal->size, 0))
        return vr_bs_fail(error, VR_BS_ENOMEM, "out of memory");
    return VR_BS_OK;
}
