"""A master (the file somebody brought), its renditions, and the segments that workers make of it.

Files of one master live under `storage_prefix` of the default storage:

    masters/<id hex>/source/<file>            the original, never served to viewers
    masters/<id hex>/stills/...               poster.jpg, poster-flat.jpg, preview.jpg, preview.vtt
    masters/<id hex>/published-<generation>/  master.m3u8, manifest.mpd and the CMAF segments they name; tiled/.
                                              Older ones stay while addresses to them may be out
    masters/<id hex>/timeline.npz             the source's index (`probe.timeline.Timeline`)
    masters/<id hex>/turning.npz              how its camera turned (`steady.track.Track`), where it did
    masters/<id hex>/building-<generation>/   segments on their way; becomes published-<generation>/
"""

import uuid
from datetime import timedelta
from fractions import Fraction

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class MasterState(models.TextChoices):
    RECEIVED = "received", _("Received")
    PROBING = "probing", _("Being examined")
    MEASURING = "measuring", _("Being measured")
    PLANNED = "planned", _("Planned")
    TRANSCODING = "transcoding", _("Being made ready")
    ASSEMBLING = "assembling", _("Being put together")
    VERIFYING = "verifying", _("Being checked")
    PUBLISHED = "published", _("Ready")
    FAILED = "failed", _("Failed")
    CANCELLED = "cancelled", _("Cancelled")


class Projection(models.TextChoices):
    EQUIRECTANGULAR = "equirectangular", _("360° (equirectangular)")
    FLAT = "flat", _("Flat picture")
    UNSUPPORTED = "unsupported", _("Unsupported projection")


class Stereo(models.TextChoices):
    MONO = "mono", _("One picture for both eyes")
    TOP_BOTTOM = "top-bottom", _("Stereo, left eye on top")
    LEFT_RIGHT = "left-right", _("Stereo, side by side")


class ProjectionSource(models.TextChoices):
    V1 = "v1", _("Spherical Video V1 metadata")
    V2 = "v2", _("Spherical Video V2 metadata")
    SHAPE = "shape", _("Guessed from the shape of the picture")
    HAND = "hand", _("Set by hand")


class Codec(models.TextChoices):
    AV1 = "av1", "AV1"
    H264 = "h264", "H.264"
    HEVC = "hevc", "HEVC"


class RenditionKind(models.TextChoices):
    """`tiled`: one row stands for all qualities of the tiles and their low layer (docs/tiles.md)."""

    PLAIN = "plain", _("Whole picture")
    TILED = "tiled", _("Tiles")


class WorkState(models.TextChoices):
    """Of a segment, an audio rendition or a rendition."""

    WAITING = "waiting", _("Waiting")
    RUNNING = "running", _("Running")
    DONE = "done", _("Done")
    FAILED = "failed", _("Failed")


class Master(models.Model):
    """One uploaded or imported film with all that is known about it.

    `error_code` and `error_params` become a sentence in the reader's language by `error_sentence`.
    `frames` counts pictures at the constant rate `fps_num / fps_den` that the renditions have.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="masters"
    )
    title = models.CharField(_("title"), max_length=200)
    original_name = models.CharField(_("file name"), max_length=255, blank=True)
    file = models.FileField(max_length=500, blank=True)
    size = models.BigIntegerField(_("size in bytes"), default=0)

    state = models.CharField(_("state"), max_length=16, choices=MasterState.choices, default=MasterState.RECEIVED)
    error_code = models.CharField(max_length=40, blank=True)
    error_params = models.JSONField(default=dict, blank=True)
    # What an operator needs and a reader does not: the exception behind error_code.
    error_detail = models.TextField(blank=True)

    probe = models.JSONField(default=dict, blank=True)
    projection = models.CharField(_("projection"), max_length=16, choices=Projection.choices, blank=True)
    stereo = models.CharField(_("stereo layout"), max_length=12, choices=Stereo.choices, default=Stereo.MONO)
    projection_source = models.CharField(max_length=8, choices=ProjectionSource.choices, blank=True)
    # Wanted: a camera that turns is shown as if it stood still. `is_steadied` says whether there is anything to it.
    steady = models.BooleanField(_("steady picture"), default=True)
    width = models.PositiveIntegerField(default=0)
    height = models.PositiveIntegerField(default=0)
    fps_num = models.PositiveIntegerField(default=0)
    fps_den = models.PositiveIntegerField(default=1)
    frames = models.PositiveIntegerField(default=0)
    duration = models.FloatField(_("duration in seconds"), default=0.0)

    poster = models.CharField(max_length=200, blank=True)
    poster_flat = models.CharField(max_length=200, blank=True)
    preview_sprite = models.CharField(max_length=200, blank=True)
    preview_vtt = models.CharField(max_length=200, blank=True)

    # Counts plans; a task that carries an older generation has nothing left to do.
    generation = models.PositiveIntegerField(default=0)
    published_prefix = models.CharField(max_length=200, blank=True)
    # Storage name of the published tiles' index; empty where there are none.
    tiled = models.CharField(max_length=200, blank=True)

    # Lease of the one task that examines, assembles or checks this master.
    lease = models.UUIDField(null=True, blank=True)
    heartbeat_at = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    stage_progress = models.FloatField(default=0.0)
    queued_at = models.DateTimeField(null=True, blank=True)

    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    started_at = models.DateTimeField(null=True, blank=True)
    published_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("master")
        verbose_name_plural = _("masters")
        ordering = ["-created_at"]
        indexes = [
            models.Index(fields=["state", "-created_at"], name="library_master_state"),
            models.Index(fields=["owner", "-created_at"], name="library_master_owner"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def storage_prefix(self) -> str:
        return f"masters/{self.id.hex}/"

    @property
    def fps(self) -> Fraction:
        return Fraction(self.fps_num, self.fps_den or 1)

    @property
    def color(self) -> tuple[int, int, int]:
        """ITU-T H.273 code points of the source (primaries, transfer, matrix), 2 where it does not say."""
        stored = self.probe["color"]
        primaries, transfer, matrix = (stored[key] or 2 for key in ("primaries", "transfer", "matrix"))
        return primaries, transfer, matrix

    @property
    def timeline_name(self) -> str:
        """Storage name of the source's index."""
        return f"{self.storage_prefix}timeline.npz"

    @property
    def turning_name(self) -> str:
        """Storage name of how the camera turned."""
        return f"{self.storage_prefix}turning.npz"

    @property
    def can_be_steadied(self) -> bool:
        """A turned sphere is a sphere; two eyes would see different things beside each other."""
        return self.projection == Projection.EQUIRECTANGULAR and self.stereo == Stereo.MONO

    @property
    def is_steadied(self) -> bool:
        """Renditions show it as if the camera had not turned."""
        return self.steady and self.can_be_steadied and bool(self.probe.get("turning"))

    @property
    def length(self) -> timedelta:
        return timedelta(seconds=self.duration)

    @property
    def hls(self) -> str:
        """Storage name of the HLS multivariant playlist, empty until published."""
        return f"{self.published_prefix}master.m3u8" if self.published_prefix else ""

    @property
    def dash(self) -> str:
        """Storage name of the DASH manifest, empty until published."""
        return f"{self.published_prefix}manifest.mpd" if self.published_prefix else ""

    @property
    def is_working(self) -> bool:
        return self.state in WORKING_STATES

    @property
    def is_published(self) -> bool:
        return self.state == MasterState.PUBLISHED

    @property
    def is_watchable(self) -> bool:
        """Also while a new version of what is published is being made."""
        return self.is_published or bool(self.published_prefix)


WORKING_STATES = frozenset(
    {
        MasterState.RECEIVED,
        MasterState.PROBING,
        MasterState.MEASURING,
        MasterState.PLANNED,
        MasterState.TRANSCODING,
        MasterState.ASSEMBLING,
        MasterState.VERIFYING,
    }
)


class Rendition(models.Model):
    """One quality of the picture, or the tiled title with all of its qualities. `settings` is what its encoder was
    given; quality (of a tiled title: of its best one) is known once it is done."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    master = models.ForeignKey(Master, on_delete=models.CASCADE, related_name="renditions")
    position = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=8, choices=RenditionKind.choices, default=RenditionKind.PLAIN)
    codec = models.CharField(max_length=8, choices=Codec.choices)
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    settings = models.JSONField(default=dict)
    max_kbps = models.PositiveIntegerField(_("highest rate in kbit/s"), default=0)
    frames = models.PositiveIntegerField(default=0)
    state = models.CharField(max_length=8, choices=WorkState.choices, default=WorkState.WAITING)
    # RFC 6381 string, known from the first finished segment's sample description.
    codecs = models.CharField(max_length=60, blank=True)
    bytes = models.BigIntegerField(default=0)
    kbps = models.FloatField(null=True, blank=True)
    peak_kbps = models.FloatField(null=True, blank=True)
    psnr = models.FloatField(_("PSNR of luma in dB"), null=True, blank=True)
    ws_psnr = models.FloatField(_("WS-PSNR of luma in dB"), null=True, blank=True)

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(
                fields=["master", "kind", "codec", "width", "height"], name="library_rendition_once"
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """Folder of the rendition among the published files, e.g. `h264-1920x960`, or `tiled`."""
        if self.is_tiled:
            return str(RenditionKind.TILED)
        return f"{self.codec}-{self.width}x{self.height}"

    @property
    def is_tiled(self) -> bool:
        return self.kind == RenditionKind.TILED


class Segment(models.Model):
    """Pictures `start_frame` .. `start_frame + frames - 1` of one rendition: one task, one CMAF segment. Of a tiled
    title it is a group of segments, since one pass of the encoder makes them.

    The row is the truth, not the queue: whoever sets `lease` by compare-and-set does the work, and keeps
    `heartbeat_at` fresh; a segment whose heartbeat stopped goes back to waiting.
    `sse` and `wsse` are sums over luma samples of squared errors (wsse weighted by latitude, mean weight 1).
    """

    rendition = models.ForeignKey(Rendition, on_delete=models.CASCADE, related_name="segments")
    index = models.PositiveIntegerField()
    start_frame = models.PositiveIntegerField()
    frames = models.PositiveIntegerField()
    state = models.CharField(max_length=8, choices=WorkState.choices, default=WorkState.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    lease = models.UUIDField(null=True, blank=True)
    heartbeat_at = models.DateTimeField(null=True, blank=True)
    queued_at = models.DateTimeField(null=True, blank=True)
    frames_done = models.PositiveIntegerField(default=0)
    file = models.CharField(max_length=200, blank=True)
    # Of a tiled title: what its index says of each segment of the group ("segments"), and the other files ("also").
    details = models.JSONField(default=dict, blank=True)
    bytes = models.BigIntegerField(default=0)
    sse = models.FloatField(default=0.0)
    wsse = models.FloatField(default=0.0)
    cpu_seconds = models.FloatField(default=0.0)
    wall_seconds = models.FloatField(default=0.0)
    finished_at = models.DateTimeField(null=True, blank=True)
    error = models.TextField(blank=True)

    class Meta:
        ordering = ["rendition", "index"]
        constraints = [models.UniqueConstraint(fields=["rendition", "index"], name="library_segment_once")]
        indexes = [models.Index(fields=["state", "heartbeat_at"], name="library_segment_state")]

    def __str__(self) -> str:
        return f"{self.rendition_id}/{self.index}"

    @property
    def files(self) -> list[str]:
        """Names below the rendition's folder."""
        return [self.file, *self.details.get("also", [])]


class AudioRendition(models.Model):
    """The sound in one codec; one task makes all of it. `segments` lists `[ticks, bytes]` in order."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    master = models.ForeignKey(Master, on_delete=models.CASCADE, related_name="audio_renditions")
    codec = models.CharField(max_length=8, choices=[("aac", "AAC"), ("opus", "Opus")])
    codecs = models.CharField(max_length=60, blank=True)
    channels = models.PositiveSmallIntegerField(default=2)
    sample_rate = models.PositiveIntegerField(default=48000)
    target_kbps = models.PositiveIntegerField(default=128)
    kbps = models.FloatField(null=True, blank=True)
    bytes = models.BigIntegerField(default=0)
    samples = models.BigIntegerField(default=0)
    segments = models.JSONField(default=list)
    folder = models.CharField(max_length=200, blank=True)
    state = models.CharField(max_length=8, choices=WorkState.choices, default=WorkState.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    lease = models.UUIDField(null=True, blank=True)
    heartbeat_at = models.DateTimeField(null=True, blank=True)
    queued_at = models.DateTimeField(null=True, blank=True)
    progress = models.FloatField(default=0.0)
    error = models.TextField(blank=True)

    class Meta:
        ordering = ["codec"]
        constraints = [models.UniqueConstraint(fields=["master", "codec"], name="library_audio_once")]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        return f"audio-{self.codec}"
