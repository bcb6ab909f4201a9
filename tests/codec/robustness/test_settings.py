"""Any settings give an error with a reason or a stream that decodes to what the encoder reconstructed."""

from __future__ import annotations

import base64
import hashlib
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.codec.media import decode
from tests.codec.robustness.conftest import Worker

# no shrinking: each try may start a process anew
PHASES = (Phase.explicit, Phase.generate)
SIZES = st.one_of(st.integers(8, 40).map(lambda n: n * 2), st.sampled_from([64, 128, 130, 192, 256, 320]))
KILOBITS = st.integers(1, 20000)
RATES = st.one_of(
    st.fixed_dictionaries({"qp": st.floats(0, 51)}),
    st.fixed_dictionaries({"crf": st.floats(0, 51)}),
    st.fixed_dictionaries({"crf": st.floats(0, 51), "maxrate": KILOBITS, "bufsize": KILOBITS}),
    st.fixed_dictionaries({"bitrate": KILOBITS}),
    st.fixed_dictionaries({"bitrate": st.integers(1, 900), "maxrate": st.integers(900, 20000), "bufsize": KILOBITS}),
    st.fixed_dictionaries({"bitrate": KILOBITS, "cbr": st.just(True), "low_delay": st.just(True)}),
)
SETTINGS = st.fixed_dictionaries(
    {"width": SIZES, "height": SIZES, "preset": st.sampled_from(["ultrafast", "superfast", "fast", "medium", "slow"])},
    optional={
        "keyint": st.integers(0, 9),
        "key_type": st.sampled_from(["idr", "cra"]),
        "gop_size": st.sampled_from([0, 1, 2, 4, 8, 16]),
        "refs": st.integers(0, 4),
        "low_delay": st.booleans(),
        "tiles": st.sampled_from([(1, 1), (2, 1), (1, 2), (2, 2), (3, 2)]),
        "mcts": st.booleans(),
        "tile_refresh": st.integers(0, 5),
        "threads": st.integers(1, 3),
        "projection": st.sampled_from(["flat", "erp"]),
        "stereo": st.sampled_from(["mono", "top-bottom"]),
        "hash_sei": st.booleans(),
        "aud": st.booleans(),
        "fps": st.sampled_from([1, 24, 30, 60, 240]),
        "aq_strength": st.floats(0, 2),
        "cutree": st.integers(0, 1),
        "lookahead": st.integers(0, 20),
        "scenecut": st.integers(0, 1),
        "sao": st.integers(-1, 1),
        "deblock": st.integers(-1, 1),
        "rdoq": st.integers(-1, 1),
        "sign_hiding": st.integers(-1, 1),
        "max_merge": st.integers(-1, 5),
        "key_group": st.integers(0, 4),
        "qualities": st.sampled_from(
            [
                [{"qp_offset": 0}, {"qp_offset": 6}],
                [{"qp_offset": 0}],
                [{"qp_offset": 0}, {"qp_offset": 6, "continues": 1}],
            ]
        ),
    },
)
CONTENT = st.sampled_from(["noise", "black", "white", "static", "checkerboard", "moving"])


def reconcile(values: dict[str, Any]) -> dict[str, Any]:
    """Takes out the contradictions that would only be refused, so that most examples reach the encoder."""
    values = dict(values)
    columns, rows = values.get("tiles", (1, 1))
    values["width"], values["height"] = max(values["width"], 256 * columns), max(values["height"], 64 * rows)
    if columns * rows == 1:
        values["width"] = values["width"] % 256 // 2 * 2 + 16
    if values.get("low_delay"):
        values.pop("gop_size", None)
        if values.get("tile_refresh"):
            values["tile_refresh"] += columns * rows - 1
    else:
        values.pop("tile_refresh", None)
    if values.get("max_merge") == 0:
        del values["max_merge"]
    return values


@settings(max_examples=25, deadline=None, derandomize=True, phases=PHASES, suppress_health_check=list(HealthCheck))
@given(
    values=SETTINGS,
    rate=RATES,
    content=CONTENT,
    keyint=st.integers(15, 36),
    group=st.integers(1, 4),
    qualities=st.lists(st.booleans(), min_size=1, max_size=3),
)
def test_settings_of_qualities_that_continue_give_an_error_or_a_valid_stream(
    worker: Worker, values: dict, rate: dict, content: str, keyint: int, group: int, qualities: list[bool]
) -> None:
    rate = {name: value for name, value in rate.items() if name not in ("cbr", "low_delay")}
    rates = {name: rate[name] for name in ("bitrate", "maxrate", "bufsize") if name in rate}
    values = {
        **{name: value for name, value in values.items() if name not in ("low_delay", "tile_refresh", "key_type")},
        "keyint": keyint,
        "key_group": group,
        "mcts": True,
        "preset": "ultrafast",
        "qualities": [{}] + [{"qp_offset": 4 * i, "continues": on, **rates} for i, on in enumerate(qualities)],
    }
    check(worker, reconcile(values), rate, content, 2 * keyint + 3)


def check(worker: Worker, values: dict[str, Any], rate: dict[str, Any], content: str, frames: int) -> None:
    answer = worker.ask(do="encode", settings={**values, **rate}, content=content, frames=frames)
    if "error" in answer:
        assert answer["error"] == "SettingsError", answer
        assert answer["message"]
        return
    for stream, hashes in zip(answer["streams"], answer["recon"], strict=True):
        pictures = decode(base64.b64decode(stream))
        digests = [hashlib.md5(b"".join(plane.tobytes() for plane in picture)).hexdigest() for picture in pictures]
        assert digests == hashes


@settings(max_examples=60, deadline=None, derandomize=True, phases=PHASES, suppress_health_check=list(HealthCheck))
@given(values=SETTINGS, rate=RATES, content=CONTENT, frames=st.integers(1, 7))
def test_settings_give_an_error_or_a_valid_stream(
    worker: Worker, values: dict, rate: dict, content: str, frames: int
) -> None:
    check(worker, reconcile(values), rate, content, frames)


@settings(max_examples=40, deadline=None, derandomize=True, phases=PHASES, suppress_health_check=list(HealthCheck))
@given(values=SETTINGS, rate=RATES, content=CONTENT, frames=st.integers(1, 4))
def test_settings_do_not_break_the_sanitised_build(
    sanitised_worker: Worker, values: dict, rate: dict, content: str, frames: int
) -> None:
    check(sanitised_worker, {**reconcile(values), "simd": "c" if len(content) % 2 else "auto"}, rate, content, frames)


@settings(max_examples=60, deadline=None, derandomize=True, phases=PHASES, suppress_health_check=list(HealthCheck))
@given(
    values=st.dictionaries(
        st.sampled_from(
            [
                "keyint",
                "gop_size",
                "refs",
                "low_delay",
                "tile_refresh",
                "threads",
                "lookahead",
                "qp",
                "crf",
                "bitrate",
                "maxrate",
                "bufsize",
                "aq_strength",
                "latitude_strength",
                "scenecut",
                "cutree",
                "sao",
                "level",
                "colour_primaries",
                "max_merge",
                "min_cu_log2",
                "tiles",
                "fps",
            ]
        ),
        st.one_of(
            st.integers(-(2**40), 2**40),
            st.floats(),
            st.text(max_size=4),
            st.none(),
            st.booleans(),
            st.lists(st.integers(-3, 300), max_size=3),
        ),
        max_size=3,
    )
)
def test_nonsense_is_refused_with_a_reason(worker: Worker, values: dict) -> None:
    check(worker, {"width": 64, "height": 64, "preset": "ultrafast", **values}, {}, "moving", 1)


@pytest.mark.parametrize(("width", "height"), [(16, 16), (18, 16), (16, 34), (66, 98), (130, 18), (1000, 16)])
@pytest.mark.parametrize("content", ["noise", "moving"])
def test_odd_sizes_are_shown_without_their_padding(worker: Worker, width: int, height: int, content: str) -> None:
    check(worker, {"width": width, "height": height, "preset": "superfast"}, {"qp": 30}, content, 5)


@pytest.mark.parametrize("preset", ["ultrafast", "superfast", "fast", "medium", "slow"])
@pytest.mark.parametrize("content", ["noise", "black", "static", "checkerboard"])
@pytest.mark.parametrize("qp", [0, 51])
def test_extreme_content_at_extreme_quantisers(worker: Worker, preset: str, content: str, qp: int) -> None:
    check(worker, {"width": 96, "height": 80, "preset": preset}, {"qp": qp}, content, 3)


def test_one_picture_is_a_stream(worker: Worker) -> None:
    check(worker, {"width": 256, "height": 128, "preset": "medium"}, {"crf": 28}, "moving", 1)


@pytest.mark.slow
@pytest.mark.parametrize(("width", "height"), [(8192, 16), (16, 8192), (8192, 4096)])
def test_the_largest_sizes(worker: Worker, width: int, height: int) -> None:
    check(worker, {"width": width, "height": height, "preset": "ultrafast"}, {"qp": 40}, "static", 2)
