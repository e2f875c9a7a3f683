"""Market prices of GPU loans: what the model's expected loss leaves of the spread that lenders quote."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from models.scenario.scenario import Scenario
from models.studies.hindcast.observations import Observation, load_observations
from models.studies.hindcast.past import Episode, past
from models.studies.hindcast.record import Check, Replay, model_row, observed_rows, single, tidy

FACILITIES = {
    "market-1": "coreweave_ddtl_1", "market-2": "coreweave_ddtl_2_ig", "market-3": "coreweave_ddtl_2_non_ig",
    "market-4": "coreweave_ddtl_3", "market-5": "coreweave_ddtl_4", "market-6": "coreweave_ddtl_5", "market-7": "iren",
    "market-8": "base", "market-9": "ig_offtake", "market-10": "merchant_loan",
}
GLUTS = (0.0, 0.6, 1.0)


@dataclass(frozen=True)
class Facility:
    """One quoted loan: its reading, its spread, and the expected loss a year for each of the gluts."""

    seen: Observation
    spread: float
    losses: tuple[float, ...]

    @property
    def share(self) -> float:
        """Expected loss over spread without a glut."""
        return self.losses[0] / self.spread


def replay() -> Replay:
    """The replay: expected loss a year of life, in today's base market, against each quoted spread."""
    readings = load_observations()["market_prices"]
    found = [_facility(seen) for seen in readings]
    checks = tuple(
        Check(f"{one.seen.label}, expected loss a year within the spread", "per year", 0.0, one.spread,
              single(one.losses[0]), source=one.seen.source)
        for one in found
    )
    return Replay(
        name="market_prices", title="Market prices of GPU loans, 2023 to 2026",
        story="Lenders quoted from 2.25% over SOFR for a loan on a contract with a great firm to 13% for customers "
        "below investment grade. If the model's expected loss were above what they quote, the market would be wrong, "
        "or the model.",
        inputs={"presets": list(FACILITIES.values())}, checks=checks,
        note=_note(found), frame=_frame(found),
    )


def loss_a_year(preset: str, glut: float = 0.0) -> float:
    """Expected loss of a preset's loan over its average life, per year, with planned overcapacity ``glut``."""
    lender = Episode(Scenario.preset(preset).replace({"overcapacity.peak": glut})).lender
    return lender.expected_loss / lender.wal_years


def _facility(seen: Observation) -> Facility:
    spread = seen.value - past({}).rates.base_rate if seen.series == "coupon" else seen.value
    return Facility(seen, spread, tuple(loss_a_year(FACILITIES[seen.id], glut) for glut in GLUTS))


def _frame(found: list[Facility]) -> pd.DataFrame:
    parts = []
    for one in found:
        quoted = observed_rows("spread", [one.seen])
        quoted["observed"] = one.spread
        parts.append(quoted)
        parts += [
            model_row(f"expected loss a year, glut of {glut:g}", one.seen.label, "per year", single(loss))
            for glut, loss in zip(GLUTS, one.losses, strict=True)
        ]
    return tidy(*parts)


def _note(found: list[Facility]) -> str:
    dear, cheap = max(found, key=lambda one: one.share), min(found, key=lambda one: one.share)
    above = [f"{one.seen.label} ({one.losses[-1]:.1%} a year)" for one in found if one.losses[-1] > one.spread]
    glut = f"with a glut of {GLUTS[-1]:g} it exceeds the spread of: {'; '.join(above)}" if above else (
        f"even with a glut of {GLUTS[-1]:g} it stays below every spread"
    )
    return (
        f"Without a glut, expected loss is between {cheap.share:.0%} ({cheap.seen.label}) and {dear.share:.0%} "
        f"({dear.seen.label}) of the spread; {glut}. A spread also pays for liquidity, for capital and for losses that "
        "come together, so an expected loss below it is necessary, not proof. Terms that the sources do not give are "
        "the defaults, and every facility is valued in today's base market. No default on a GPU loan has been found "
        "yet, so history cannot contradict the figures."
    )
