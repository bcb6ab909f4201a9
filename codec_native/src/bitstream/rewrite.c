#include "bitstream/rewrite.h"

void vr_bs_rewrite_begin(vr_bs_rewrite *header, const vr_bs_stream *s, const vr_bs_slice *slice)
{
    const vr_bs_nal *nal = &s->nals[slice->nal];
    const size_t size = vr_bs_unescape(s->data + nal->offset, nal->size, header->from, slice->header.size);
    vr_bs_reader_init(&header->r, header->from, size);
    vr_bs_writer_init(&header->w, header->to, sizeof header->to);
}

int vr_bs_rewrite_end(vr_bs_rewrite *header, const vr_bs_stream *s, const vr_bs_slice *slice, int first, vr_bs_buffer *out)
{
    const vr_bs_nal *nal = &s->nals[slice->nal];
    vr_bs_put_trailing(&header->w);
    if (header->w.overflow || vr_bs_append_nal(out, NULL, 0, first) ||
        vr_bs_append_escaped(out, header->to, header->w.bits / 8) ||
        vr_bs_append(out, s->data + nal->offset + slice->payload, nal->size - slice->payload))
        return VR_BS_ENOMEM;
    return VR_BS_OK;
}
