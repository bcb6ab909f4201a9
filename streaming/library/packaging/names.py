"""Names of the files of a rendition."""

INIT_NAME = "init.mp4"
PLAYLIST_NAME = "index.m3u8"


def segment_name(index: int) -> str:
    return f"seg-{index:05d}.m4s"
