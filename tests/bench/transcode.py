"""What transcoding costs -> build/bench/transcode.json.

    .venv/bin/python tests/bench/transcode.py

Overhead. Pictures per CPU second of our pipeline (open, seek, decode, scale, encode, CMAF; segment by segment, without
and with the measuring of quality) against one run over the whole film by
  - the ffmpeg command line with the same encoder and settings (H.264; it needs the libx264 of this machine), and
  - a bare PyAV loop of decode, scale and encode (H.264 and AV1: the same library binaries as ours).
CPU seconds are user and system time of the process that works, without the start of Python, all on one thread. The
runs take turns, `ROUNDS` times, and the smallest of each counts.

Workers. Wall time of all segments of a film with one process and with two, database, leases and announcements
included. It means something on two free cores only: the load of the machine is written beside it.
"""

import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))
os.environ["SVT_LOG"] = "1"
CLIP = ROOT.parent / "shared" / "clips" / "valiant_overpass.mp4"
ROUNDS = 3
WIDTH, HEIGHT, MAX_KBPS, GOP = 1280, 640, 2700, 60


def film(folder: Path) -> Path:
    """A real clip where there is one, else one that is made."""
    if CLIP.is_file():
        return CLIP
    from tests.library.films import make_film

    return make_film(folder / "film.mp4", frames=240, width=1920, height=960)


def own_cpu(work: Callable[[], Any]) -> float:
    before = os.times()
    work()
    after = os.times()
    return after.user + after.system - before.user - before.system


def child_cpu(command: list[str]) -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def pipeline(source: Path, settings: Any, facts: dict[str, Any], timeline: Any, *, measure: bool) -> None:
    from streaming.library.transcode.ladder import cut
    from streaming.library.transcode.segment import SegmentWork, make_segment

    for index, (start, count) in enumerate(cut(timeline.frames, timeline.fps)):
        work = SegmentWork(source, timeline, facts["stream_index"], 0, settings, index, start, count)
        make_segment(work, measure=measure)


def bare_loop(source: Path, settings: Any) -> None:
    from streaming.library.encoders.libav import make_context
    from streaming.library.probe.examine import open_source
    from streaming.library.transcode.segment import shaper

    encoder, shape = make_context(settings), shaper(settings, 0)
    with open_source(source) as container:
        stream = container.streams.video[0]
        stream.codec_context.thread_count = 1
        for number, picture in enumerate(container.decode(stream)):
            shaped = shape(picture)
            shaped.pts, shaped.time_base, shaped.pict_type = number, 1 / settings.fps, 0
            encoder.encode(shaped)
        encoder.encode(None)


def ffmpeg_command(source: Path, settings: Any, target: Path) -> list[str]:
    options = [argument for key, value in settings.options.items() for argument in (f"-{key}", value)]
    return [
        *("ffmpeg", "-v", "error", "-y", "-threads", "1", "-filter_threads", "1", "-i", str(source), "-map", "0:v:0"),
        *("-vf", f"scale={settings.width}:{settings.height}:flags=bicubic", "-pix_fmt", "yuv420p"),
        *("-c:v", "libx264", *options, "-threads", "1", str(target)),
    ]


def overhead(folder: Path) -> dict[str, Any]:
    from streaming.library.encoders.base import VideoSettings, backend
    from streaming.library.probe.examine import examine, quiet

    quiet()
    source = film(folder)
    facts, timeline = examine(source)
    figures: dict[str, Any] = {"film": source.name, "pictures": timeline.frames, "size": f"{WIDTH}x{HEIGHT}"}
    for codec in ("h264", "av1"):
        settings = VideoSettings(
            codec, WIDTH, HEIGHT, Fraction(timeline.fps), GOP, MAX_KBPS, backend(codec).options(MAX_KBPS, GOP)
        )
        runs = runs_of(codec, source, settings, facts, timeline, folder)
        spent: dict[str, list[float]] = {name: [] for name in runs}
        for _ in range(ROUNDS):
            for name, run in runs.items():
                spent[name].append(run())
        best = {name: min(seconds) for name, seconds in spent.items()}
        figures[codec] = {
            "pictures_per_cpu_second": {name: round(timeline.frames / value, 2) for name, value in best.items()},
            "cpu_of_the_pipeline_relative_to": {
                name: round(best["pipeline"] / value, 3) for name, value in best.items() if name != "pipeline"
            },
            "cpu_of_the_pipeline_with_quality_relative_to": {
                name: round(best["pipeline_with_quality"] / value, 3)
                for name, value in best.items()
                if not name.startswith("pipeline")
            },
            "all_runs_cpu_seconds": {name: [round(one, 2) for one in values] for name, values in spent.items()},
        }
    return figures


def runs_of(
    codec: str, source: Path, settings: Any, facts: dict[str, Any], timeline: Any, folder: Path
) -> dict[str, Callable[[], float]]:
    runs: dict[str, Callable[[], float]] = {
        "pipeline": lambda: own_cpu(lambda: pipeline(source, settings, facts, timeline, measure=False)),
        "pipeline_with_quality": lambda: own_cpu(lambda: pipeline(source, settings, facts, timeline, measure=True)),
        "bare_pyav_loop": lambda: own_cpu(lambda: bare_loop(source, settings)),
    }
    if codec == "h264" and shutil.which("ffmpeg"):
        runs["ffmpeg"] = lambda: child_cpu(ffmpeg_command(source, settings, folder / "ffmpeg.mp4"))
    return runs


# --- workers ----------------------------------------------------------------------------------


def one_measurement(source: Path, processes: int) -> None:
    """In a process of its own, with DATA_DIR in the environment: prints wall seconds of the transcoding alone."""
    import django

    os.environ["DJANGO_SETTINGS_MODULE"] = "vrtraining.settings"
    django.setup()
    from django.core.management import call_command

    from streaming.library.queueing import without_broker
    from streaming.library.services import examining
    from streaming.library.services.masters import receive_upload
    from streaming.library.transcode.standalone import state, transcode_all

    call_command("migrate", interactive=False, verbosity=0)
    with without_broker():
        master = receive_upload(actor=None, path=source, original_name=source.name, copy=True)
        examining.examine_master(master.id)
        started = time.monotonic()
        transcode_all(master.id, processes)
        elapsed = time.monotonic() - started
    if state(master.id) != "assembling":
        raise SystemExit(f"the film is {state(master.id)}")
    print(elapsed)


def workers(folder: Path) -> dict[str, Any]:
    from tests.library.films import make_film

    source = make_film(folder / "long.mp4", frames=720, width=1280, height=640, options={"preset": "ultrafast"})
    seconds = {}
    for processes in (1, 2):
        environment = {**os.environ, "DATA_DIR": str(folder / f"data-{processes}")}
        environment.pop("DATABASE_URL", None)
        done = subprocess.run(
            [sys.executable, __file__, "--workers", str(processes), str(source)],
            env=environment,
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=True,
        )
        seconds[processes] = float(done.stdout.split()[-1])
    return {
        "wall_seconds_1": round(seconds[1], 2),
        "wall_seconds_2": round(seconds[2], 2),
        "two_against_one": round(seconds[1] / seconds[2], 3),
    }


def main() -> None:
    if sys.argv[1:2] == ["--workers"]:
        one_measurement(Path(sys.argv[3]), int(sys.argv[2]))
        return
    before = os.getloadavg()[0]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        figures = {"overhead": overhead(folder), "workers": workers(folder)}
    figures["machine"] = {"cores": os.cpu_count(), "load_before": round(before, 2)}
    target = ROOT / "build" / "bench" / "transcode.json"
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(json.dumps(figures, indent=2) + "\n")
    print(json.dumps(figures, indent=2))


if __name__ == "__main__":
    main()
