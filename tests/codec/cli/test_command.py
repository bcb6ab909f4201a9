"""The command as a person at a terminal, or a script, uses it."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from codec_native import Stream, i18n
from codec_native.cli import main
from tests.codec.media import Picture, crop, decode, moving_pictures, same
from vrtraining.messages import compile_catalogue

WIDTH, HEIGHT, COUNT = 512, 128, 9
TILED = ["--tiles", "2x1", "--mcts", "--keyint", "4", "--preset", "ultrafast", "--threads", "1"]


def write_y4m(path: Path, pictures: list[Picture], header: str = "F30:1 Ip A1:1 C420jpeg") -> Path:
    height, width = pictures[0][0].shape
    with path.open("wb") as file:
        file.write(f"YUV4MPEG2 W{width} H{height} {header}\n".encode())
        for picture in pictures:
            file.write(b"FRAME\n" + b"".join(plane.tobytes() for plane in picture))
    return path


@pytest.fixture(scope="module")
def pictures() -> list[Picture]:
    return moving_pictures(WIDTH, HEIGHT, COUNT)


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory, pictures: list[Picture]) -> Path:
    return write_y4m(tmp_path_factory.mktemp("clips") / "clip.y4m", pictures)


@pytest.fixture(scope="module")
def streams(tmp_path_factory: pytest.TempPathFactory, clip: Path) -> list[Path]:
    folder = tmp_path_factory.mktemp("streams")
    paths = [folder / f"qp{qp}.hevc" for qp in (24, 38)]
    for path, qp in zip(paths, ("24", "38"), strict=True):
        assert main(["encode", str(clip), str(path), "--qp", qp, *TILED]) == 0
    return paths


def test_encode_writes_a_stream_its_reconstruction_and_a_summary(
    tmp_path: Path, clip: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out, recon = tmp_path / "out.hevc", tmp_path / "recon.yuv"
    assert (
        main(
            [
                "encode",
                str(clip),
                str(out),
                "--preset",
                "superfast",
                "--qp",
                "30",
                "--keyint",
                "5",
                "--hash",
                "--recon",
                str(recon),
                "--projection",
                "erp",
                "--threads",
                "2",
                "--json",
            ]
        )
        == 0
    )
    summary = json.loads(capsys.readouterr().out)
    assert (summary["frames"], summary["keyframes"], summary["bytes"]) == (COUNT, 2, out.stat().st_size)
    assert 25 < summary["psnr_y"] < 60
    decoded = decode(out.read_bytes())
    assert recon.read_bytes() == b"".join(plane.tobytes() for picture in decoded for plane in picture)
    assert Stream.from_file(out).info.equirectangular


def test_random_access_points_can_be_cra(tmp_path: Path, clip: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "out.hevc"
    options = ["--preset", "ultrafast", "--keyint", "5", "--keytype", "cra", "--frames", "8"]
    assert main(["encode", str(clip), str(out), *options]) == 0
    capsys.readouterr()
    assert main(["info", str(out), "--pictures", "--json"]) == 0
    listed = json.loads(capsys.readouterr().out)
    assert [p["nal_type"] for p in listed["list"] if p["keyframe"]] == [19, 21]


def test_frames_limits_how_much_is_encoded(tmp_path: Path, clip: Path) -> None:
    out = tmp_path / "out.hevc"
    assert main(["encode", str(clip), str(out), "--preset", "ultrafast", "--frames", "3"]) == 0
    assert len(Stream.from_file(out)) == 3


def test_any_video_can_be_encoded(tmp_path: Path, streams: list[Path], pictures: list[Picture]) -> None:
    """An HEVC stream itself stands for any video that FFmpeg reads."""
    out = tmp_path / "again.hevc"
    assert main(["encode", str(streams[0]), str(out), "--preset", "ultrafast", "--qp", "20"]) == 0
    first, again = decode(streams[0].read_bytes()), decode(out.read_bytes())
    assert len(again) == COUNT
    assert np.abs(first[4][0].astype(int) - again[4][0]).mean() < 4


def test_pictures_can_come_through_a_pipe(tmp_path: Path, clip: Path) -> None:
    out, direct = tmp_path / "piped.hevc", tmp_path / "direct.hevc"
    options = ["--preset", "ultrafast", "--threads", "1"]
    with clip.open("rb") as file:
        subprocess.run(
            [sys.executable, "-m", "codec_native", "encode", "-", str(out), *options],
            stdin=file,
            check=True,
            capture_output=True,
        )
    assert main(["encode", str(clip), str(direct), *options]) == 0
    assert out.read_bytes() == direct.read_bytes()


def test_several_qualities_are_written_side_by_side(tmp_path: Path, clip: Path) -> None:
    assert main(["encode", str(clip), str(tmp_path / "x.hevc"), "--qp", "24", "--qualities", "0,12", *TILED]) == 0
    good, poor = tmp_path / "x.q0.hevc", tmp_path / "x.q1.hevc"
    assert good.stat().st_size > poor.stat().st_size
    assert main(["merge", "--grid", "2x1", "--pick", "01", str(good), str(poor), "-o", str(tmp_path / "m.hevc")]) == 0
    assert len(decode((tmp_path / "m.hevc").read_bytes())) == COUNT


def test_qualities_that_continue_are_written_beside_and_merge(tmp_path: Path) -> None:
    clip = write_y4m(tmp_path / "long.y4m", moving_pictures(WIDTH, HEIGHT, 38))
    options = [*TILED, "--keyint", "18", "--key-group", "2", "--qualities", "0,12", "--qp", "30"]
    assert main(["encode", str(clip), str(tmp_path / "x.hevc"), *options]) == 0
    names = ["q0", "q1", "c0", "c1"]
    paths = [tmp_path / f"x.{name}.hevc" for name in names]
    assert [Stream.from_file(path).info.keyframes for path in paths] == [3, 3, 2, 2]
    out = tmp_path / "m.hevc"
    assert main(["merge", "--grid", "2x1", "--pick", "03", *map(str, paths), "-o", str(out)]) == 0
    entered, continued = (decode(paths[number].read_bytes()) for number in (0, 3))
    for merged, left, right in zip(decode(out.read_bytes()), entered, continued, strict=True):
        assert same(crop(merged, 0, 0, 256, HEIGHT), crop(left, 0, 0, 256, HEIGHT))
        assert same(crop(merged, 256, 0, 256, HEIGHT), crop(right, 256, 0, 256, HEIGHT))


def test_merge_takes_each_tile_from_its_stream(tmp_path: Path, streams: list[Path]) -> None:
    out = tmp_path / "merged.hevc"
    assert main(["merge", "--grid", "2x1", "--pick", "10", *map(str, streams), "-o", str(out)]) == 0
    sources = [decode(path.read_bytes()) for path in streams]
    for merged, good, poor in zip(decode(out.read_bytes()), *sources, strict=True):
        assert same(crop(merged, 0, 0, 256, HEIGHT), crop(poor, 0, 0, 256, HEIGHT))
        assert same(crop(merged, 256, 0, 256, HEIGHT), crop(good, 256, 0, 256, HEIGHT))


def test_split_and_merge_give_back_the_stream(
    tmp_path: Path, streams: list[Path], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["split", str(streams[0]), "-o", str(tmp_path / "tiles"), "--json"]) == 0
    files = [tmp_path / "tiles" / entry["file"] for entry in json.loads(capsys.readouterr().out)["files"]]
    assert main(["merge", "--grid", "2x1", "--pick", "01", *map(str, files), "-o", str(tmp_path / "m.hevc")]) == 0
    whole, merged = decode(streams[0].read_bytes()), decode((tmp_path / "m.hevc").read_bytes())
    assert all(same(a, b) for a, b in zip(whole, merged, strict=True))


def test_split_alone_gives_streams_that_play(tmp_path: Path, streams: list[Path]) -> None:
    assert main(["split", str(streams[0]), "-o", str(tmp_path), "--alone"]) == 0
    whole = decode(streams[0].read_bytes())
    for tile, path in enumerate(sorted(tmp_path.glob("*.hevc"))):
        for a, b in zip(decode(path.read_bytes()), whole, strict=True):
            assert same(a, crop(b, 256 * tile, 0, 256, HEIGHT))


def test_info_describes_a_stream(streams: list[Path], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["info", str(streams[0]), "--json", "--pictures"]) == 0
    info = json.loads(capsys.readouterr().out)
    assert (info["cols"], info["rows"], info["pictures"], len(info["list"])) == (2, 1, COUNT, COUNT)
    assert main(["info", str(streams[0])]) == 0
    assert "2x1" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("pick", "grid", "reason"),
    [
        ("012", "2x1", "3 tiles"),
        ("02", "2x1", "stream 2"),
        ("0a", "2x1", "digits"),
        ("01", "1x2", "grid of 2x1"),
        ("01", "2by1", "must look like"),
        ("0101", "2x2", "grid of 2x1"),
    ],
)
def test_merging_mistakes_are_explained(
    tmp_path: Path, streams: list[Path], capsys: pytest.CaptureFixture[str], pick: str, grid: str, reason: str
) -> None:
    out = tmp_path / "never.hevc"
    assert main(["merge", "--grid", grid, "--pick", pick, *map(str, streams), "-o", str(out)]) == 1
    assert reason in capsys.readouterr().err
    assert not out.exists()


def test_a_truncated_input_leaves_no_output_behind(
    tmp_path: Path, streams: list[Path], capsys: pytest.CaptureFixture[str]
) -> None:
    cut = tmp_path / "cut.hevc"
    stream = Stream.from_file(streams[1])
    cut.write_bytes(streams[1].read_bytes()[: stream.picture(COUNT - 2).offset])
    out = tmp_path / "never.hevc"
    assert main(["merge", "--grid", "2x1", "--pick", "01", str(streams[0]), str(cut), "-o", str(out)]) == 1
    assert "fewer pictures" in capsys.readouterr().err
    assert not out.exists()


def test_a_merge_does_not_overwrite_its_input(streams: list[Path], capsys: pytest.CaptureFixture[str]) -> None:
    before = streams[0].read_bytes()
    assert main(["merge", "--grid", "2x1", "--pick", "01", *map(str, streams), "-o", str(streams[0])]) == 1
    assert "overwrite" in capsys.readouterr().err
    assert streams[0].read_bytes() == before


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "video"),
        (b"YUV4MPEG2 W64\n", "width, height"),
        (b"YUV4MPEG2 W64 H64 F30:1 C444\nFRAME\n", "4:2:0"),
        (b"YUV4MPEG2 W63 H64 F30:1\nFRAME\n", "even"),
        (b"YUV4MPEG2 W64 H64 F30:1\nFRAME\nxx", "picture 0"),
        (b"YUV4MPEG2 W64 H64 F30:1\nXXXXX\n", "frame header"),
        (b"YUV4MPEG2 W64 H64 F30:1\n", "no pictures"),
        (b"neither one nor the other", "video"),
    ],
)
def test_inputs_that_are_no_video_are_explained(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: bytes, reason: str
) -> None:
    path = tmp_path / "in.y4m"
    path.write_bytes(content)
    assert main(["encode", str(path), str(tmp_path / "out.hevc")]) == 1
    assert reason in capsys.readouterr().err


def test_a_missing_file_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["info", str(tmp_path / "missing.hevc")]) == 1
    assert "missing.hevc" in capsys.readouterr().err


def test_a_wrong_command_line_is_status_two() -> None:
    with pytest.raises(SystemExit) as caught:
        main(["encode", "in.y4m", "out.hevc", "--qp", "30", "--crf", "20"])
    assert caught.value.code == 2


def test_a_terminal_sees_a_progress_bar_and_a_pipe_does_not(tmp_path: Path, clip: Path) -> None:
    command = [sys.executable, "-m", "codec_native", "encode", str(clip), str(tmp_path / "o.hevc"), "--preset", "slow"]
    environment = {**os.environ, "LANG": "C", "LANGUAGE": "en"}
    master, slave = pty.openpty()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=slave, env=environment)
    os.close(slave)
    shown = b""
    try:
        while chunk := os.read(master, 4096):
            shown += chunk
    except OSError:  # the other end is closed
        pass
    assert process.wait() == 0
    os.close(master)
    assert b"pictures" in shown
    assert b"[#" in shown
    piped = subprocess.run(command, capture_output=True, env=environment, check=True)
    assert piped.stderr == b""


def test_a_chinese_terminal_is_answered_in_chinese(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    catalogue = compile_catalogue(Path(i18n.__file__).parent / "locale" / "zh_Hans" / "LC_MESSAGES" / "django.po")
    assert catalogue.exists()
    i18n._catalogue.cache_clear()
    path = tmp_path / "nothing.hevc"
    path.write_bytes(b"nothing")
    monkeypatch.setenv("LANGUAGE", "zh_CN")
    assert main(["info", str(path)]) == 1
    chinese = capsys.readouterr().err
    assert "错误" in chinese
    assert "NAL 单元" in chinese
    monkeypatch.setenv("LANGUAGE", "en")
    assert main(["info", str(path)]) == 1
    assert "there are no HEVC NAL units in it" in capsys.readouterr().err


def test_refused_settings_are_explained_in_chinese(
    tmp_path: Path, clip: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    compile_catalogue(Path(i18n.__file__).parent / "locale" / "zh_Hans" / "LC_MESSAGES" / "django.po")
    i18n._catalogue.cache_clear()
    monkeypatch.setenv("LANGUAGE", "zh_CN")
    assert main(["encode", str(clip), str(tmp_path / "out.hevc"), "--qp", "60"]) == 1
    assert "错误：qp 为 60；须在 0 到 51 之间" in capsys.readouterr().err
