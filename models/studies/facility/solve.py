"""Solve for terms: the largest loan under a default limit, the spread that pays for the loss, the loan a glut spares.

Every trial runs on the same draws and the same collateral, so what differs is the loan; bisection then is smooth.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from models.assets.gpu_debt.size import LEAST
from models.basis.shocks import Shocks
from models.basis.timeline import DELTA, Array
from models.debt.schedule import even_coverage
from models.engine.estimate import Estimate, mean
from models.errors import ScenarioError
from models.measures.bisection import halved
from models.scenario.scenario import Scenario
from models.studies.facility.facility import FacilityResult, Ground, facility_result, on_ground

Progress = Callable[[float], None]
MOST_ADVANCE = 0.90
MOST_SPREAD = 0.20
GRID = 9
STEPS = 12


@dataclass(frozen=True)
class Solution:
    """Answer of a search.

    ``value`` (NaN where nothing fits, 0 where no loan does), ``reached`` what the trial at that value gave, or at the
    smallest loan, with its ``error``; ``is_bounded``: even the end of the range meets the wish; ``coverage`` of all
    planned cash to ask for at closing, which yields the loan found (infinite where no loan is small enough), and
    ``advance`` its rate;
    ``why_nothing``: why nothing is lent whatever is asked, in words.
    """

    value: float
    reached: float
    error: float
    is_bounded: bool
    coverage: float
    advance: float
    trials: int
    why_nothing: str = ""


def largest_advance(
    scenario: Scenario, most_default: float, shocks: Shocks | None = None, progress: Progress | None = None
) -> Solution:
    """Find the largest advance rate whose default probability stays at or under ``most_default``.

    Coverage and value tests do not size the trials: the question is what the paths allow. Where the chance does not
    rise with every step (covenants can save a larger loan), the first crossing counts.

    Raises
    ------
    ScenarioError
        If ``most_default`` is no probability.
    """
    if not 0.0 <= most_default <= 1.0:
        raise ScenarioError(f"most_default: {most_default:g} is no probability; use 0 to 1, such as 0.05 for 5%")
    ground = facility_result(scenario, shocks).ground
    trials = _Trials(
        lambda x: on_ground(_sized(scenario, x), ground), lambda r: r.loan.is_defaulted.astype(float),
        GRID + STEPS, progress,
    )
    least, before = trials.at(LEAST), LEAST
    if least.why_nothing or least.value.value > most_default:
        return Solution(
            0.0, least.value.value, least.value.error, False, float("inf"), 0.0, len(trials.known), least.why_nothing
        )
    for x in np.linspace(0.0, MOST_ADVANCE, GRID + 1)[1:]:
        if trials.at(x).value.value > most_default:
            low, _ = halved(before, x, lambda v: trials.at(v).value.value > most_default, STEPS)
            return trials.solution(low)
        before = x
    return trials.solution(MOST_ADVANCE, is_bounded=True)


def surviving_loan(
    scenario: Scenario, glut: float, most_default: float, shocks: Shocks | None = None,
    progress: Progress | None = None,
) -> Solution:
    """Find the largest loan that stays under ``most_default`` in a market whose overcapacity peaks at ``glut``.

    ``Solution.advance`` is its advance rate there, ``Solution.coverage`` the coverage to ask for at closing.
    """
    return largest_advance(scenario.replace({"overcapacity.peak": glut}), most_default, shocks, progress)


def paying_spread(
    scenario: Scenario, margin: float = 0.0, shocks: Shocks | None = None, progress: Progress | None = None
) -> Solution:
    """Find the least spread at which the mean lender earns the base rate and ``margin`` (per year) after losses.

    The size of the loan stays; a dearer loan is harder to serve, so that there may be no such spread.
    """
    first = facility_result(scenario, shocks)
    if first.size.why_nothing:
        nothing = float("nan")
        return Solution(nothing, nothing, nothing, False, nothing, 0.0, 0, first.size.why_nothing)
    grid = np.linspace(0.0, MOST_SPREAD, 2 * GRID + 1)
    trials = _Trials(
        lambda x: on_ground(_priced(scenario, x, first.advance_rate), first.ground),
        lambda r: -(lender_value(r, margin) / r.terms.principal), len(grid) + STEPS, progress,
    )
    before = 0.0
    for x in grid:
        if trials.at(x).value.value <= 0.0:
            _, high = halved(before, x, lambda v: trials.at(v).value.value <= 0.0, STEPS)
            return trials.solution(high)
        before = x
    short = trials.at(MOST_SPREAD).value
    return Solution(
        float("nan"), -short.value, short.error, False, float("nan"), first.advance_rate, len(trials.known)
    )


def lender_value(result: FacilityResult, margin: float = 0.0) -> Array:
    """Present value of the lender's flow at the expected base rate and a margin per year, USD, (paths,)."""
    n = result.quarters
    base = result.terms.base
    curve = np.full(n + 1, result.scenario.rates.base_rate) if base is None else base[: n + 1]
    factors = np.ones(n + 1)
    factors[1:] = np.cumprod(1.0 / (1.0 + (curve[1:] + margin) * DELTA))
    return np.asarray(result.lender @ factors)


def _sized(scenario: Scenario, advance: float) -> Scenario:
    """The facility at an advance rate that nothing else limits."""
    return scenario.derived(
        gpu_debt=scenario.gpu_debt.derived(advance_cap=advance, sizing_dscr=None),
        loan_triggers=scenario.loan_triggers.derived(sizing_ltv=None),
        contract_credit=scenario.contract_credit.derived(
            sovereign_advance=MOST_ADVANCE, merchant_advance=MOST_ADVANCE
        ),
    )


def _priced(scenario: Scenario, spread: float, advance: float) -> Scenario:
    """The facility at a spread; a fixed coupon moves with it."""
    sized = _sized(scenario, advance)
    pricing = scenario.loan_pricing
    if pricing.base == "fixed":
        pricing = pricing.derived(fixed_coupon=scenario.rates.base_rate + spread)
    return sized.derived(
        gpu_debt=sized.gpu_debt.derived(spread=spread), loan_pricing=pricing,
    )


@dataclass(frozen=True)
class _Trial:
    """What one loan gives, without its paths."""

    value: Estimate
    coverage: float
    advance: float
    why_nothing: str


class _Trials:
    """Loans tried, each run once: the mean of a figure by path at each value of a term."""

    def __init__(
        self, run: Callable[[float], FacilityResult], figure: Callable[[FacilityResult], Array], most: int,
        progress: Progress | None,
    ) -> None:
        self.run, self.figure, self.most, self.progress = run, figure, most, progress
        self.known: dict[float, _Trial] = {}

    def at(self, x: ArrayLike) -> _Trial:
        """The loan at a value of the term."""
        key = float(np.asarray(x))
        if key not in self.known:
            result = self.run(key)
            self.known[key] = _Trial(
                mean(self.figure(result), result.replicate), even_coverage(result.terms, result.ground.pot.base_cfads),
                result.advance_rate, result.size.why_nothing,
            )
            if self.progress is not None:
                self.progress(min(len(self.known) / self.most, 1.0))
        return self.known[key]

    def solution(self, x: ArrayLike, *, is_bounded: bool = False) -> Solution:
        """The answer of a search that ended at a value."""
        found = self.at(x)
        if self.progress is not None:
            self.progress(1.0)
        return Solution(
            float(np.asarray(x)), found.value.value, found.value.error, is_bounded, found.coverage, found.advance,
            len(self.known),
        )


__all__ = ["Ground", "Solution", "largest_advance", "lender_value", "paying_spread", "surviving_loan"]
