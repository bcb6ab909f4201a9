"""A simple patient: enough for colour, pulse, breathing, monitor and outcome to answer to what is done.

Nothing here is a prognosis. Survival declines by the published points per minute (profile), less with good
compressions; flow during compressions is at most about a third of normal; blood loss beyond 40 % is not survived.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from courses.scenarios.clinical.profiles import Profile
from courses.scenarios.engine.chance import draw
from courses.scenarios.rhythm.synthesis import SHOCKABLE, Rhythm

# Share of normal cardiac output that the best compressions give (25 to 33 % in the literature).
BEST_CPR_FLOW = 0.3
# Coronary perfusion is built up over several compressions and lost within seconds of a pause.
BUILD_UP_SHARE = 0.12
PAUSE_AFTER_S = 1.0
PAUSE_DECAY_S = 4.0
FATAL_LOSS_SHARE = 0.4
COMPENSATED_LOSS_SHARE = 0.15
BLOOD_ML_PER_KG = 70.0
# Oxygen saturation, points per minute: airway shut with a beating heart, no breathing without flow, and recovery.
OXYGEN_FALL_BLOCKED = 25.0
OXYGEN_FALL_ARREST = 8.0
OXYGEN_FALL_PARTIAL = 4.0
OXYGEN_RISE = 40.0
OXYGEN_PER_BREATH = 2.5


@dataclass
class Patient:
    """Vital signs now. perfusion 0..1 of normal, oxygen in percent, survival 0..1, blood_loss in ml."""

    profile: Profile
    seed: int
    rhythm: Rhythm
    conscious: bool
    breathing: str
    airway: str
    bleeding_ml_min: float
    blood_ml: float
    converts_to: Rhythm | None
    converts_from_shock: int
    fades_after_s: float | None
    oxygen: float = 97.0
    survival: float = 1.0
    blood_loss_ml: float = 0.0
    cpr_flow: float = 0.0
    dead: bool = False
    _last_compression_s: float = -1000.0
    _untreated_s: float = 0.0

    @classmethod
    def of(cls, person: Mapping[str, Any], profile: Profile, seed: int) -> "Patient":
        """The patient as the definition has them at the beginning. Weight by age where it does not say."""
        start = person.get("patient", {})
        age = person.get("age_years", 40)
        weight = person.get("weight_kg") or (4 + 8 * age if age < 1 else min(8 + 2.5 * age, 68))
        rhythm = Rhythm(start.get("rhythm", "sinus"))
        fades = start.get("fades_after_s")
        spread = 0.9 + 0.2 * draw(seed, "fade")
        return cls(
            profile,
            seed,
            rhythm,
            start.get("conscious", rhythm is Rhythm.SINUS),
            start.get("breathing", "normal" if rhythm is Rhythm.SINUS else "none"),
            start.get("airway", "clear"),
            float(start.get("bleeding_ml_min", 0.0)),
            weight * BLOOD_ML_PER_KG,
            Rhythm(start["converts_to"]) if "converts_to" in start else None,
            int(start.get("converts_from_shock", 1)),
            fades * spread if fades is not None else None,
            survival=1.0 if rhythm is Rhythm.SINUS else profile.survival_at_collapse,
        )

    @property
    def own_flow(self) -> float:
        if self.rhythm is not Rhythm.SINUS or self.dead:
            return 0.0
        lost = self.blood_loss_ml / self.blood_ml
        shortage = max(0.0, lost - COMPENSATED_LOSS_SHARE) / (FATAL_LOSS_SHARE - COMPENSATED_LOSS_SHARE)
        return max(0.0, 1.0 - shortage)

    @property
    def perfusion(self) -> float:
        return max(self.own_flow, self.cpr_flow)

    @property
    def pulse(self) -> bool:
        return self.own_flow > 0.2

    @property
    def shockable(self) -> bool:
        return self.rhythm in SHOCKABLE

    def compress(self, t_s: float, credit: float) -> None:
        """One compression, worth 0..1."""
        self.cpr_flow += BUILD_UP_SHARE * (BEST_CPR_FLOW * credit - self.cpr_flow)
        self._last_compression_s = t_s

    def breathe_into(self) -> None:
        if self.airway != "blocked":
            self.oxygen = min(98.0, self.oxygen + OXYGEN_PER_BREATH)

    def shock(self, number: int) -> bool:
        """The number-th shock; True when the rhythm converts. The chance rises with flow and falls with time."""
        if not self.shockable or self.converts_to is None or number < self.converts_from_shock:
            return False
        chance = min(0.98, 0.3 + self.survival + self.cpr_flow)
        if draw(self.seed, f"shock:{number}") >= chance:
            return False
        self.rhythm = self.converts_to
        return True

    def step(self, t_s: float, dt: float) -> None:
        """Let dt seconds pass."""
        if self.dead:
            return
        if t_s - self._last_compression_s > PAUSE_AFTER_S:
            self.cpr_flow *= math.exp(-dt / PAUSE_DECAY_S)
        self._bleed(dt)
        self._oxygenate(dt)
        self._decline(dt)
        self._fade(dt)

    def _bleed(self, dt: float) -> None:
        self.blood_loss_ml += self.bleeding_ml_min * self.perfusion * dt / 60.0
        if self.blood_loss_ml >= FATAL_LOSS_SHARE * self.blood_ml:
            self.survival = 0.0

    def _oxygenate(self, dt: float) -> None:
        if self.airway == "blocked":
            change = -OXYGEN_FALL_BLOCKED if self.pulse else -OXYGEN_FALL_ARREST
        elif self.airway == "partial":
            change = -OXYGEN_FALL_PARTIAL
        elif self.pulse and self.breathing in {"normal", "laboured"}:
            change = OXYGEN_RISE
        else:
            change = -OXYGEN_FALL_ARREST
        self.oxygen = min(98.0, max(0.0, self.oxygen + change * dt / 60.0))

    def _decline(self, dt: float) -> None:
        if self.pulse and self.oxygen > 40.0:
            return
        share = min(1.0, self.cpr_flow / BEST_CPR_FLOW)
        without, with_cpr = self.profile.survival_loss_no_cpr, self.profile.survival_loss_with_cpr
        self.survival = max(0.0, self.survival - (without + share * (with_cpr - without)) * dt / 60.0)
        if self.survival <= 0.0:
            self._die()

    def _fade(self, dt: float) -> None:
        if self.rhythm is not Rhythm.VF_COARSE or self.fades_after_s is None:
            return
        self._untreated_s += dt * (1.0 - min(1.0, self.cpr_flow / BEST_CPR_FLOW))
        if self._untreated_s >= self.fades_after_s:
            self.rhythm = Rhythm.VF_FINE

    def _die(self) -> None:
        self.dead, self.rhythm, self.breathing, self.conscious = True, Rhythm.ASYSTOLE, "none", False
