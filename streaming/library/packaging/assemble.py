"""Manifests over the finished segments of a master."""

from streaming.library.models import AudioRendition, Master, Rendition, RenditionKind
from streaming.library.packaging import store
from streaming.library.packaging.manifests import Track, dash_manifest, media_playlist, multivariant_playlist
from streaming.library.packaging.names import PLAYLIST_NAME
from streaming.library.transcode.segment import timescale_for

HLS_NAME, DASH_NAME = "master.m3u8", "manifest.mpd"


def assemble(master: Master) -> None:
    """Write the playlists of each rendition, then the two manifests, beside the segments."""
    prefix = store.building_prefix(master.storage_prefix, master.generation)
    tracks = public_tracks(master)
    videos = [track for track in tracks if track.width]
    audios = [track for track in tracks if not track.width]
    for track in tracks:
        store.write(f"{prefix}{track.name}/{PLAYLIST_NAME}", media_playlist(track).encode())
    store.write(prefix + HLS_NAME, multivariant_playlist(videos, audios).encode())
    store.write(prefix + DASH_NAME, dash_manifest(videos, audios).encode())


def public_tracks(master: Master) -> list[Track]:
    """What a player without tiles can choose from: pictures from the best down, then the sounds."""
    plain = master.renditions.filter(kind=RenditionKind.PLAIN)
    videos = [video_track(master, rendition) for rendition in plain]
    return videos + [audio_track(audio) for audio in master.audio_renditions.all()]


def video_track(master: Master, rendition: Rendition) -> Track:
    timescale, ticks = timescale_for(master.fps)
    return Track(
        name=rendition.name,
        codec=rendition.codec,
        codecs=rendition.codecs,
        timescale=timescale,
        ticks=[frames * ticks for frames in rendition.segments.order_by("index").values_list("frames", flat=True)],
        peak_bandwidth=round(max(rendition.peak_kbps or 0, rendition.kbps or 0) * 1000),
        average_bandwidth=round((rendition.kbps or 0) * 1000),
        width=rendition.width,
        height=rendition.height,
        fps=master.fps,
    )


def audio_track(audio: AudioRendition) -> Track:
    peak = max(size * 8 * audio.sample_rate / ticks for ticks, size in audio.segments)
    language = audio.master.probe["audio"]["language"]
    return Track(
        name=audio.name,
        codec=audio.codec,
        codecs=audio.codecs,
        timescale=audio.sample_rate,
        ticks=[ticks for ticks, _ in audio.segments],
        peak_bandwidth=round(max(peak, (audio.kbps or 0) * 1000)),
        average_bandwidth=round((audio.kbps or 0) * 1000),
        channels=audio.channels,
        language="" if language == "und" else language,
    )
