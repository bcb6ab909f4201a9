"""Masters in words, for the library's pages: facts, the story from received to ready, rows and cards."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from streaming.library import selectors
from streaming.library.errors import error_sentence
from streaming.library.models import Codec, Master, MasterState, Projection, ProjectionSource, Rendition
from streaming.library.progress import progress_of

BADGES = {
    MasterState.PUBLISHED: "badge--accent",
    MasterState.FAILED: "badge--alarm",
    MasterState.CANCELLED: "",
}
CODEC_NAMES = {"h264": "H.264", "hevc": "HEVC", "av1": "AV1", "vp9": "VP9", "prores": "ProRes", "mpeg4": "MPEG-4"}


@dataclass(frozen=True)
class Step:
    """One step of a master's story. `mark`: done, now, todo or stopped."""

    key: str
    title: str
    text: str
    mark: str
    at: datetime | None = None


def story(master: Master) -> list[Step]:
    """Received, understood, being made ready, ready; and where it stopped, if it did."""
    marks = _marks(master)
    return [
        Step("received", _("Received"), _received_text(master), "done", master.created_at),
        Step("understood", _understood_title(marks[0]), _understood_text(master, marks[0]), marks[0]),
        Step("preparing", _preparing_title(marks[1]), _preparing_text(master, marks[1]), marks[1], master.started_at),
        Step("ready", _("Ready"), _ready_text(marks[2]), marks[2], master.published_at),
    ]


def _marks(master: Master) -> tuple[str, str, str]:
    match master.state:
        case MasterState.PUBLISHED:
            return "done", "done", "done"
        case MasterState.RECEIVED | MasterState.PROBING | MasterState.MEASURING:
            return "now", "todo", "todo"
        case MasterState.FAILED | MasterState.CANCELLED:
            return ("done", "stopped", "todo") if master.frames else ("stopped", "todo", "todo")
        case _:
            return "done", "now", "todo"


def _received_text(master: Master) -> str:
    return f"{master.original_name or master.title} · {filesizeformat(master.size)}"


def _understood_title(mark: str) -> str:
    return {"done": _("Understood"), "stopped": _("Not understood")}.get(mark, _("Being understood"))


def _preparing_title(mark: str) -> str:
    return {"done": _("Made ready"), "stopped": _("Not made ready")}.get(mark, _("Being made ready"))


def _understood_text(master: Master, mark: str) -> str:
    if mark == "now":
        if master.state == MasterState.MEASURING:
            return _("Finding out how the camera turned: %(percent)d%%.") % {"percent": 100 * master.stage_progress}
        return _("Finding out what is in the file: picture, sound, layout.")
    if mark == "stopped":
        return error_sentence(master.error_code, master.error_params) or _("Stopped on request.")
    return summary(master)


def _preparing_text(master: Master, mark: str) -> str:
    if mark == "todo":
        return _("Qualities for every screen and connection.")
    if mark == "stopped":
        return error_sentence(master.error_code, master.error_params) or _("Stopped on request.")
    if mark == "done":
        count = master.renditions.count()
        return ngettext("%(count)d quality made and checked.", "%(count)d qualities made and checked.", count) % {
            "count": count
        }
    if master.state == MasterState.ASSEMBLING:
        return _("Putting the parts together.")
    if master.state == MasterState.VERIFYING:
        return _("Checking every picture before anybody sees it.")
    return _("Making the qualities for every screen and connection.")


def _ready_text(mark: str) -> str:
    return _("It can be watched and used in lessons.") if mark == "done" else _("Then it can be watched.")


def clock(seconds: float) -> str:
    """A length as 1:02 or 1:02:03."""
    whole = round(seconds)
    minutes, rest = divmod(whole, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def rate(master: Master) -> str:
    """Pictures per second without needless digits: 30, 29.97."""
    return f"{float(master.fps):.2f}".rstrip("0").rstrip(".")


def summary(master: Master) -> str:
    """One line: length, size, rate, layout."""
    if not master.width:
        return ""
    parts = [clock(master.duration), f"{master.width} × {master.height}", _("%(rate)s fps") % {"rate": rate(master)}]
    if master.projection == Projection.EQUIRECTANGULAR:
        parts.append("360°")
    return " · ".join(parts)


def facts(master: Master) -> list[tuple[str, str]]:
    """What the probe found, as pairs of a word and a value; empty before it has looked."""
    probe = master.probe
    if not probe:
        return []
    found = [
        (_("Picture"), _picture(master)),
        (_("Length"), _length(master)),
        (_("Coded as"), _coding(probe)),
        (_("Sound"), _sound(probe.get("audio"))),
        (_("Layout"), _layout(master)),
        (_("Camera"), _camera(master)),
        (_("File"), f"{master.original_name} · {filesizeformat(master.size)}"),
    ]
    return [(label, value) for label, value in found if value]


def _picture(master: Master) -> str:
    text = f"{master.width} × {master.height}"
    if rotation := master.probe.get("rotation"):
        text += " · " + _("turned by %(degrees)s°") % {"degrees": rotation}
    if master.probe.get("hdr"):
        text += " · HDR"
    return text


def _length(master: Master) -> str:
    steady = master.probe.get("constant_rate", True)
    rate_text = _("%(rate)s fps") % {"rate": rate(master)}
    if not steady:
        rate_text = _("%(rate)s fps, made steady (the recording varies)") % {"rate": rate(master)}
    return f"{clock(master.duration)} · {rate_text}"


def _coding(probe: dict[str, Any]) -> str:
    codec = str(probe.get("codec", ""))
    parts = [CODEC_NAMES.get(codec, codec.upper()), str(probe.get("profile") or "")]
    if depth := probe.get("bit_depth"):
        parts.append(_("%(bits)s bit") % {"bits": depth})
    if bit_rate := probe.get("bit_rate"):
        parts.append(f"{bit_rate / 1e6:.1f} Mbit/s")
    return " · ".join(part for part in parts if part)


def _sound(audio: dict[str, Any] | None) -> str:
    if not audio:
        return _("None")
    channels = audio.get("channels", 0)
    name = {1: _("one channel"), 2: _("two channels")}.get(channels) or _("%(count)s channels") % {"count": channels}
    return f"{str(audio.get('codec', '')).upper()} · {name} · {audio.get('sample_rate', 0) / 1000:g} kHz"


def _layout(master: Master) -> str:
    if not master.projection:
        return ""
    text = str(master.get_projection_display())
    if master.projection == Projection.EQUIRECTANGULAR:
        text += f" · {master.get_stereo_display()}"
    return text


def _camera(master: Master) -> str:
    """Whether it turned, and what is made of that; empty where nobody has looked."""
    if not master.can_be_steadied or "turning" not in master.probe:
        return ""
    turning = master.probe["turning"]
    if not turning:
        return _("Stands still")
    values = {"speed": f"{turning['speed']:g}", "reach": f"{turning['reach']:.0f}"}
    if master.is_steadied:
        return _("Turns (%(speed)s° a second, %(reach)s° at most); taken out") % values
    return _("Turns (%(speed)s° a second, %(reach)s° at most); shown as filmed") % values


def layout_source(master: Master) -> str:
    """How we know the layout, as a sentence."""
    match master.projection_source:
        case ProjectionSource.SHAPE:
            return _("Guessed from the shape of the picture. Please check it.")
        case ProjectionSource.HAND:
            return _("Set by hand.")
        case ProjectionSource.V1 | ProjectionSource.V2:
            return _("The file says so itself.")
        case _:
            return ""


def rendition_rows(master: Master, progress: dict[str, Any]) -> list[dict[str, Any]]:
    """The plan: one row per rendition with how far it is, and its quality once it is known."""
    by_id = {row["id"]: row for row in progress["renditions"]}
    return [
        {
            "rendition": rendition,
            "codec": codec_words(rendition),
            "outdated": selectors.is_outdated(rendition),
            "quality": quality_word(rendition.width),
            "now": by_id.get(str(rendition.id), {}),
            "mbps": f"{rendition.kbps / 1000:.2f}" if rendition.kbps else "",
            "psnr_words": _decibels(rendition),
        }
        for rendition in master.renditions.all()
    ]


def codec_words(rendition: Rendition) -> str:
    label = Codec(rendition.codec).label
    if not rendition.is_tiled:
        return str(label)
    grid = rendition.settings["grid"]
    return _("%(codec)s in %(columns)d × %(rows)d tiles") % {
        "codec": label,
        "columns": grid["columns"],
        "rows": grid["rows"],
    }


def quality_word(width: int) -> str:
    """A picture's width as the player names it."""
    if width >= 7000:
        return "8K"
    if width >= 3800:
        return pgettext("picture quality", "Very clear")
    if width >= 1900:
        return pgettext("picture quality", "Clear")
    return pgettext("picture quality", "Light")


def _decibels(rendition: Rendition) -> str:
    if rendition.psnr is None:
        return ""
    return f"{rendition.psnr:.1f} / {rendition.ws_psnr:.1f} dB" if rendition.ws_psnr else f"{rendition.psnr:.1f} dB"


def cards(masters: Iterable[Master], *, user: Any, session_key: str | None) -> list[dict[str, Any]]:
    """The list page: each master with its picture, its state in a word, and how far it is if somebody works on it."""
    return [
        {
            "master": master,
            "poster": _poster(selectors.stills(master, user=user, session_key=session_key)),
            "badge": BADGES.get(MasterState(master.state), ""),
            "summary": summary(master),
            "error": error_sentence(master.error_code, master.error_params),
            "progress": progress_of(master) if master.is_working else None,
        }
        for master in masters
    ]


def _poster(stills: dict[str, str]) -> str:
    return stills.get("poster_flat") or stills.get("poster") or ""
