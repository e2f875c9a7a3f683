"""The loans of the market in the model: whether what they are expected to lose is below what they are paid for it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import pandas as pd

from models.assets.gpu_debt.size import LoanSize
from models.engine.lending import measure_loan
from models.engine.world import World, draws_of
from models.evidence.deals import Comparable, load_comparables
from models.scenario.presets import presets
from models.scenario.scenario import Scenario

Verdict = Literal["covered", "not covered", "too close to call", "nothing is lent"]
FLEET = "gpu_fleet"
DEBT_MODULES = ("models.debt.", "models.assets.gpu_debt")
NOISE = 2.0
"""Standard errors within which a difference is no difference."""


@dataclass(frozen=True)
class Replay:
    """One facility run in a scenario's market.

    ``loss_rate`` is the expected loss over the weighted average life, per year, beside the ``spread`` that pays for it;
    ``_se`` are standard errors. ``advance_rate`` is what the lender pays of the cost after its coverage test.
    ``note`` says what the model does not have of the real loan.
    """

    preset: str
    title: str
    comparable: Comparable
    spread: float
    default_probability: float
    default_probability_se: float
    loss_given_default: float
    expected_loss: float
    expected_loss_se: float
    wal_years: float
    loss_rate: float
    loss_rate_se: float
    advance_rate: float
    verdict: Verdict
    note: str

    @property
    def cushion(self) -> float:
        """Spread less expected loss, per year."""
        return self.spread - self.loss_rate


def replay_deals(
    scenario: Scenario | None = None, progress: Callable[[float], None] | None = None
) -> tuple[Replay, ...]:
    """Run every comparable that has a preset, with the deal's terms in the market of the scenario.

    Parameters
    ----------
    scenario : Scenario, optional
        The base scenario if omitted. Its market, customer credit and rates are used; terms are those of the deal.
    progress : callable, optional
        Is told the share done.
    """
    scenario = scenario or Scenario()
    shocks = draws_of(scenario, scenario.run.paths)
    own = _debt_slices()
    # A deal replaces the whole facility: what the scenario says of its own loan must not leak into it.
    fresh = scenario.derived(**{name: getattr(Scenario(), name) for name in own})
    known, out = presets(), []
    deals = [c for c in load_comparables() if c.preset]
    for done, deal in enumerate(deals):
        preset = known[deal.preset]
        played = fresh.replace({p: v for p, v in preset.changes.items() if p.split(".")[0] in (*own, FLEET)})
        claims = World(played, shocks).claims("gpu_debt")
        if claims.loan is None or claims.loan_terms is None or claims.loan_size is None:
            continue
        m = measure_loan(claims.loan_terms, claims.loan, claims.collateral_cost, shocks.replicate)
        spread = claims.loan_terms.coupon + claims.loan_terms.interest_subsidy - scenario.rates.base_rate
        rate, error = m.expected_loss / m.wal_years, m.expected_loss_se / m.wal_years
        out.append(Replay(
            deal.preset, preset.title, deal, spread, m.default_probability, m.default_probability_se,
            m.loss_given_default, m.expected_loss, m.expected_loss_se, m.wal_years, rate, error, m.advance_rate,
            "nothing is lent" if claims.loan_size.why_nothing else verdict(spread, rate, error),
            _note(deal, played, claims.loan_size, spread),
        ))
        if progress is not None:
            progress((done + 1) / len(deals))
    return tuple(out)


def _debt_slices() -> tuple[str, ...]:
    """Slices of a scenario that describe its loan; market, credit of customers and rates stay the scenario's."""
    base = Scenario()
    return tuple(
        name for name in Scenario.model_fields if type(getattr(base, name)).__module__.startswith(DEBT_MODULES)
    )


def verdict(spread: float, loss_rate: float, error: float) -> Verdict:
    """Whether a spread pays for the expected loss, per year; nothing is claimed within two standard errors."""
    if abs(spread - loss_rate) <= NOISE * error:
        return "too close to call"
    return "covered" if loss_rate < spread else "not covered"


def _note(deal: Comparable, played: Scenario, size: LoanSize, spread: float) -> str:
    """What a reader must know before holding the replay against the real loan."""
    debt = played.gpu_debt
    if size.why_nothing:
        return f"{size.why_nothing[:1].upper()}{size.why_nothing[1:]}."
    advance = size.lent / size.cost
    words = []
    if deal.is_history:
        words.append(f"closed {deal.date[:4]}, replayed in the market of the scenario and not in that of its time")
    if advance < debt.advance_cap - 0.005:
        words.append(f"coverage cuts it to {advance:.0%} of cost, from {debt.advance_cap:.0%}")
    if deal.spread == deal.spread and abs(deal.spread - spread) > 0.0005:
        words.append(f"the source gives {deal.spread * 1e4:,.0f} bp ({deal.spread_basis}); the rest is judgment")
    if deal.grade not in ("ig", "non_ig"):
        words.append("its customers are not named; a customer below investment grade is assumed")
    served = debt.tenor_quarters / 4.0
    if deal.tenor_years == deal.tenor_years and abs(deal.tenor_years - served) > 0.25:
        words.append(f"{served:g} years of service after the ramp stand for {deal.tenor_years:g} from closing")
    if "parent" in deal.recourse or deal.recourse == "recourse":
        words.append("its claim on the parent is not counted")
    text = "; ".join(words)
    return text[:1].upper() + text[1:] + "." if text else ""


def replay_table(replays: Sequence[Replay]) -> pd.DataFrame:
    """One row a replay: title, date, spread, expected loss, life, loss a year with its error, verdict, note."""
    frame = pd.DataFrame([
        {
            "preset": r.preset, "title": r.title, "date": r.comparable.date, "grade": r.comparable.grade,
            "advance_rate": r.advance_rate, "spread": r.spread, "default_probability": r.default_probability,
            "default_probability_se": r.default_probability_se, "loss_given_default": r.loss_given_default,
            "expected_loss": r.expected_loss, "expected_loss_se": r.expected_loss_se, "wal_years": r.wal_years,
            "loss_rate": r.loss_rate, "loss_rate_se": r.loss_rate_se, "cushion": r.cushion, "verdict": r.verdict,
            "note": r.note, "source": r.comparable.id,
        }
        for r in replays
    ])
    frame.attrs["units"] = {
        "advance_rate": "share of cost", "spread": "per year", "default_probability": "share",
        "loss_given_default": "share of exposure", "expected_loss": "share of funding", "wal_years": "years",
        "loss_rate": "per year", "cushion": "per year",
    }
    return frame
