"""Typed access to guideline_profiles.yaml."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

FILE = Path(__file__).parent / "guideline_profiles.yaml"
CONFIDENCES = frozenset({"A", "B", "own"})
DEFAULT_PROFILE = "cn"


class UnknownProfile(LookupError):
    """No guideline profile of that name."""


@dataclass(frozen=True)
class CompressionTarget:
    """Ranges are inclusive. rate in compressions per minute, depth and lean in millimetres."""

    rate_cpm: tuple[float, float]
    depth_mm: tuple[float, float]
    lean_max_mm: float
    site: str
    ventilation_ratio: tuple[int, int]


@dataclass(frozen=True)
class PadSite:
    """Centre of a pad on the chest, metres (x to the patient's left, y to the head), and how far off is still right."""

    x_m: float
    y_m: float
    back: bool
    radius_m: float


@dataclass(frozen=True)
class AedTiming:
    """Seconds."""

    analyse_s: tuple[float, float]
    charge_s: tuple[float, float]
    cpr_cycle_s: float
    resume_after_shock_max_s: float


@dataclass(frozen=True)
class Profile:
    """One guideline. Survival values are shares and points of share per minute; times are seconds unless named."""

    id: str
    name: Mapping[str, str]
    source: str
    emergency_number: str
    call_first: str
    check_breathing_max_s: float
    targets: Mapping[str, CompressionTarget]
    ccf_min: float
    ccf_goal: float
    pause_max_s: float
    perishock_goal_s: float
    aed: AedTiming
    pads: Mapping[str, Mapping[str, PadSite]]
    child_pads_under_years: float
    survival_at_collapse: float
    survival_loss_no_cpr: float
    survival_loss_with_cpr: float
    severe_bleed_death_min: float

    def target(self, age_years: float) -> CompressionTarget:
        """Infants are under one year; children until puberty, taken as 14 years."""
        return self.targets["infant" if age_years < 1 else "child" if age_years < 14 else "adult"]

    def pad_sites(self, age_years: float) -> Mapping[str, PadSite]:
        return self.pads["child" if age_years < self.child_pads_under_years else "adult"]


@cache
def _document() -> dict[str, Any]:
    document: dict[str, Any] = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    return document


def profile_ids() -> tuple[str, ...]:
    return tuple(_document()["profiles"])


@cache
def load_profile(profile_id: str) -> Profile:
    """The profile of that name, common values included. Raises UnknownProfile."""
    document = _document()
    if profile_id not in document["profiles"]:
        raise UnknownProfile(profile_id)
    own = document["profiles"][profile_id]
    merged = {**document["common"], **own}
    v = {key: _plain(value) for key, value in merged.items()}
    middle = {key: sum(v[key]) / 2 for key in ("survival_loss_per_min_no_cpr", "survival_loss_per_min_with_cpr")}
    return Profile(
        id=profile_id,
        name=own["name"],
        source=own["source"],
        emergency_number=v["emergency_number"],
        call_first=v["call_first"],
        check_breathing_max_s=v["check_breathing_max_s"],
        targets={age: _target(v[age]) for age in ("adult", "child", "infant")},
        ccf_min=v["ccf_min"],
        ccf_goal=v["ccf_goal"],
        pause_max_s=v["pause_max_s"],
        perishock_goal_s=v["perishock_goal_s"],
        aed=_aed(v["aed"]),
        pads={age: {pad: PadSite(**site) for pad, site in v[f"pads_{age}"].items()} for age in ("adult", "child")},
        child_pads_under_years=v["child_pads_under_years"],
        survival_at_collapse=v["survival_at_collapse"],
        survival_loss_no_cpr=middle["survival_loss_per_min_no_cpr"],
        survival_loss_with_cpr=middle["survival_loss_per_min_with_cpr"],
        severe_bleed_death_min=v["severe_bleed_death_min"],
    )


def numbers() -> Iterator[tuple[str, Any, str]]:
    """Every number of the file: its path, its value, how sure we are. For the clinician who reviews it."""
    yield from _numbers("", _document())


def _numbers(path: str, node: Any) -> Iterator[tuple[str, Any, str]]:
    if not isinstance(node, dict):
        return
    if "conf" in node:
        yield path, node["value"], node["conf"]
        return
    for key, child in node.items():
        yield from _numbers(f"{path}.{key}" if path else key, child)


def _plain(node: Any) -> Any:
    if not isinstance(node, dict):
        return node
    if "conf" in node:
        return node["value"]
    return {key: _plain(child) for key, child in node.items()}


def _target(v: dict[str, Any]) -> CompressionTarget:
    rate, depth, ratio = v["rate_cpm"], v["depth_mm"], v["ventilation_ratio"]
    return CompressionTarget(
        (rate[0], rate[1]), (depth[0], depth[1]), v["lean_max_mm"], v["site"], (ratio[0], ratio[1])
    )


def _aed(v: dict[str, Any]) -> AedTiming:
    analyse, charge = v["analyse_s"], v["charge_s"]
    return AedTiming((analyse[0], analyse[1]), (charge[0], charge[1]), v["cpr_cycle_s"], v["resume_after_shock_max_s"])
