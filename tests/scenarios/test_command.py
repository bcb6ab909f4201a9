"""`manage.py scenario`: what is typed, what comes back."""

import json
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from courses.scenarios.motion.signals import ISSUE_SIGNALS, Pressing, record
from courses.scenarios.motion.sources import Source
from tests.scenarios.runs import as_yaml, document, file_of, script_file


def test_lint_of_a_shipped_file(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("scenario", "lint", str(file_of("adult-metro-aed")))
    assert "adult-metro-aed.yaml" in capsys.readouterr().out


def test_lint_prints_file_and_line_and_fails(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "loop.yaml"
    file.write_text(as_yaml(document(start="nowhere")), encoding="utf-8")
    with pytest.raises(CommandError):
        call_command("scenario", "lint", str(file))
    assert f"{file}:" in capsys.readouterr().out


def test_simulate_prints_score_and_time_line(capsys: pytest.CaptureFixture[str]) -> None:
    events = str(script_file("choking-adult", "expert"))
    call_command("scenario", "simulate", str(file_of("choking-adult")), "--events", events, "--seed", "2")
    result = json.loads(capsys.readouterr().out)
    assert (result["score"], result["seed"]) == (100.0, 2)
    assert result["timeline"][0]["t_s"] == 0


@pytest.mark.parametrize("content", ["{", "{}", '{"events": [{"t": -1, "action": "x"}]}', '{"events": [3]}'])
def test_simulate_refuses_a_bad_script_in_a_sentence(tmp_path: Path, content: str) -> None:
    events = tmp_path / "events.json"
    events.write_text(content)
    with pytest.raises(CommandError, match=r"events\.json"):
        call_command("scenario", "simulate", str(file_of("choking-adult")), "--events", str(events))


@pytest.mark.parametrize("source", list(Source))
def test_measure_prints_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str], source: Source) -> None:
    file = tmp_path / "signal.csv"
    signal = record(Pressing(seconds=20.0, pauses=()), ISSUE_SIGNALS[source], 1)
    signal.write(file)
    call_command("scenario", "measure", str(file), "--source", source.value)
    printed = capsys.readouterr().out
    result = json.loads(printed)
    assert printed.count("\n") == 1
    assert set(result) == {"rate_cpm", "ccf", "compressions"}
    assert set(result["compressions"][0]) == {"t_s", "depth_mm", "recoil"}
    assert result["rate_cpm"] == pytest.approx(signal.rate_cpm, abs=0.5)


@pytest.mark.parametrize(
    "content",
    [
        "a,b\n1,2\n",
        "t_s,x,y,z\n",
        "t_s,x,y,z\n0,0,0,0\n1,0,deep,0\n",
        "t_s,x,y,z\n1,0,0,0\n1,0,0,0\n",
        "t_s,x,y,z\n0,inf,0,0\n",
    ],
)
def test_measure_refuses_a_bad_recording_in_a_sentence(tmp_path: Path, content: str) -> None:
    file = tmp_path / "signal.csv"
    file.write_text(content)
    with pytest.raises(CommandError, match=r"signal\.csv"):
        call_command("scenario", "measure", str(file), "--source", "controller")


def test_a_file_that_is_not_there_is_a_sentence(tmp_path: Path) -> None:
    for words in (["lint"], ["measure", "--source", "hand"], ["simulate", "--events", "none.json"]):
        with pytest.raises(CommandError, match="missing"):
            call_command("scenario", words[0], str(tmp_path / "missing"), *words[1:])
