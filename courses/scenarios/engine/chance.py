"""Chance by seed: the same number for the same label on every machine and in the browser (static/js/stage/engine)."""

MASK = 0xFFFFFFFF


def draw(seed: int, label: str) -> float:
    """A number in [0, 1) that belongs to this seed and label.

    FNV-1a over the UTF-8 text, then MurmurHash3's finaliser, so that neighbouring seeds have nothing in common. One
    number is drawn per label, never a series, so 32 bits are plenty.
    """
    h = 0x811C9DC5
    for byte in f"{label}:{seed}".encode():
        h = ((h ^ byte) * 0x01000193) & MASK
    h = ((h ^ (h >> 16)) * 0x85EBCA6B) & MASK
    h = ((h ^ (h >> 13)) * 0xC2B2AE35) & MASK
    return (h ^ (h >> 16)) / 2**32
