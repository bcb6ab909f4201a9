"""From an encoder's byte stream to what ISO base media files store: samples, configuration records, codec strings.

H.264: ISO/IEC 14496-15 clause 5.3.3 (avcC). HEVC: clause 8.3.3 (hvcC). AV1: AV1-ISOBMFF 2.3 (av1C).
Codec strings: RFC 6381, 14496-15 Annex E, AV1-ISOBMFF 5.
"""

import re
import struct
from dataclasses import dataclass

START_CODE = re.compile(rb"\x00\x00\x01")
HEVC_VPS, HEVC_SPS, HEVC_PPS, HEVC_AUD = 32, 33, 34, 35
HEVC_SEI_PREFIX = 39
OBU_SEQUENCE_HEADER, OBU_TEMPORAL_DELIMITER = 1, 2


@dataclass(frozen=True)
class SampleEntry:
    """`type` of the sample entry, its configuration `box` (type and payload), and the RFC 6381 string."""

    type: bytes
    box: bytes
    record: bytes
    codecs: str


def nal_units(stream: bytes) -> list[bytes]:
    """NAL units of an Annex B byte stream, without start codes and trailing zeros."""
    marks = [match.start() for match in START_CODE.finditer(stream)]
    ends = [*marks[1:], len(stream)]
    return [stream[mark + 3 : end].rstrip(b"\x00") for mark, end in zip(marks, ends, strict=True)]


def length_prefixed(stream: bytes) -> bytes:
    """Annex B to four-byte lengths."""
    return b"".join(struct.pack(">I", len(unit)) + unit for unit in nal_units(stream) if unit)


def without_emulation(unit: bytes) -> bytes:
    return unit.replace(b"\x00\x00\x03", b"\x00\x00")


def avc_entry(extradata: bytes) -> SampleEntry:
    """From SPS and PPS in Annex B. Raises ValueError if one is missing."""
    units = nal_units(extradata)
    sps = [unit for unit in units if unit[0] & 31 == 7]
    pps = [unit for unit in units if unit[0] & 31 == 8]
    if not sps or not pps:
        raise ValueError("H.264 headers without SPS or PPS")
    profile, compatible, level = sps[0][1:4]
    record = bytes([1, profile, compatible, level, 0xFF, 0xE0 | len(sps)])
    record += b"".join(struct.pack(">H", len(unit)) + unit for unit in sps)
    record += bytes([len(pps)]) + b"".join(struct.pack(">H", len(unit)) + unit for unit in pps)
    if profile in {100, 110, 122, 144}:
        record += bytes([0xFD, 0xF8, 0xF8, 0])  # 4:2:0, 8 bits luma, 8 bits chroma, no SPS extension
    return SampleEntry(b"avc1", b"avcC", record, f"avc1.{profile:02x}{compatible:02x}{level:02x}")


def hevc_entry(headers: bytes) -> SampleEntry:
    """From VPS, SPS and PPS in Annex B, 8 bits 4:2:0. Raises ValueError if one is missing."""
    by_type: dict[int, list[bytes]] = {}
    for unit in nal_units(headers):
        by_type.setdefault(unit[0] >> 1 & 63, []).append(unit)
    if any(kind not in by_type for kind in (HEVC_VPS, HEVC_SPS, HEVC_PPS)):
        raise ValueError("HEVC headers without VPS, SPS or PPS")
    sps = without_emulation(by_type[HEVC_SPS][0])
    layers, tier_level = sps[2], sps[3:15]
    record = b"\x01" + tier_level + struct.pack(">HBBBBH", 0xF000, 0xFC, 0xFD, 0xF8, 0xF8, 0)
    sub_layers, nested = (layers >> 1 & 7) + 1, layers & 1
    record += bytes([sub_layers << 3 | nested << 2 | 3, 3])
    for kind in (HEVC_VPS, HEVC_SPS, HEVC_PPS):
        units = by_type[kind]
        record += bytes([0x80 | kind]) + struct.pack(">H", len(units))
        record += b"".join(struct.pack(">H", len(unit)) + unit for unit in units)
    return SampleEntry(b"hvc1", b"hvcC", record, hevc_codecs(tier_level))


def hevc_sample(access_unit: bytes) -> bytes:
    """Length-prefixed, without what belongs into the sample entry (parameter sets) or nowhere (delimiters)."""
    outside = {HEVC_VPS, HEVC_SPS, HEVC_PPS, HEVC_AUD}
    units = [unit for unit in nal_units(access_unit) if unit and unit[0] >> 1 & 63 not in outside]
    return b"".join(struct.pack(">I", len(unit)) + unit for unit in units)


def hevc_codecs(tier_level: bytes) -> str:
    space, tier, profile = tier_level[0] >> 6, tier_level[0] >> 5 & 1, tier_level[0] & 31
    compatible = int(f"{int.from_bytes(tier_level[1:5], 'big'):032b}"[::-1], 2)
    constraints = tier_level[5:11].rstrip(b"\x00")
    parts = [f"hvc1.{('', 'A', 'B', 'C')[space]}{profile}", f"{compatible:X}", f"{'LH'[tier]}{tier_level[11]}"]
    return ".".join(parts + [f"{byte:X}" for byte in constraints])


def av1_entry(extradata: bytes) -> SampleEntry:
    """From a sequence header OBU (8 bits, 4:2:0). Raises ValueError for anything else."""
    header = obu_payload(extradata, OBU_SEQUENCE_HEADER)
    bits = int.from_bytes(header, "big")
    total = len(header) * 8

    def take(position: int, count: int) -> int:
        return bits >> (total - position - count) & ((1 << count) - 1)

    profile = take(0, 3)
    if take(4, 1) or take(5, 1):
        raise ValueError("AV1 sequence header with a reduced form or timing information")
    # initial_display_delay 1, operating_points_cnt 5, operating_point_idc 12, then the level
    level = take(24, 5)
    tier = take(29, 1) if level > 7 else 0
    record = bytes([0x81, profile << 5 | level, tier << 7 | 0x0C, 0]) + extradata
    return SampleEntry(b"av01", b"av1C", record, f"av01.{profile}.{level:02d}{'MH'[tier]}.08")


def obu_payload(stream: bytes, kind: int) -> bytes:
    """Payload of the first OBU of a type."""
    for found, start, end in obus(stream):
        if found == kind:
            return stream[start:end]
    raise ValueError(f"no OBU of type {kind}")


def obus(stream: bytes) -> list[tuple[int, int, int]]:
    """(type, payload start, payload end) of each OBU in low-overhead format (AV1 specification 5.3)."""
    found, position = [], 0
    while position < len(stream):
        header = stream[position]
        kind, extension, sized = header >> 3 & 15, header >> 2 & 1, header >> 1 & 1
        start = position + 1 + extension
        size = len(stream) - start
        if sized:
            size, start = leb128(stream, start)
        found.append((kind, start, start + size))
        position = start + size
    return found


def leb128(stream: bytes, position: int) -> tuple[int, int]:
    value = 0
    for place in range(8):
        byte = stream[position + place]
        value |= (byte & 127) << 7 * place
        if not byte & 128:
            return value, position + place + 1
    raise ValueError("leb128 longer than 8 bytes")


def without_temporal_delimiter(unit: bytes) -> bytes:
    """An AV1 sample has no temporal delimiter (AV1-ISOBMFF 2.4)."""
    kind, _, end = obus(unit[:2])[0]
    return unit[end:] if kind == OBU_TEMPORAL_DELIMITER else unit


def aac_entry(audio_specific_config: bytes) -> SampleEntry:
    """esds (14496-1 7.2.6.5) with an AudioSpecificConfig."""
    specific = _descriptor(5, audio_specific_config)
    decoder = _descriptor(4, bytes([0x40, 0x15]) + bytes(3) + bytes(8) + specific)
    record = bytes(4) + _descriptor(3, bytes(3) + decoder + _descriptor(6, b"\x02"))
    object_type = audio_specific_config[0] >> 3
    return SampleEntry(b"mp4a", b"esds", record, f"mp4a.40.{object_type}")


def _descriptor(tag: int, payload: bytes) -> bytes:
    return bytes([tag, 0x80, 0x80, 0x80, len(payload)]) + payload


def opus_entry(opus_head: bytes) -> SampleEntry:
    """dOps from an Ogg OpusHead (channel mapping family 0): the same fields, big endian, version 0."""
    channels, pre_skip, rate, gain = struct.unpack("<BHIh", opus_head[9:18])
    record = struct.pack(">BBHIhB", 0, channels, pre_skip, rate, gain, 0)
    return SampleEntry(b"Opus", b"dOps", record, "opus")
