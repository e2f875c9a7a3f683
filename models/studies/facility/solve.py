"""Solve for terms: the largest loan under a default limit, the spread that pays for the loss, the loan a glut spares.

Every trial runs on the same draws and the same collateral, so what differs is the loan; bisection then is smooth.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from models.basis.shocks import Shocks
from models.basis.timeline import DELTA, Array
from models.debt.schedule import minimum_dscr
from models.errors import ScenarioError
from models.measures import risk
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

    ``value`` (NaN where nothing fits), ``reached`` what the trial at that value gave, with its ``error``;
    ``is_bounded``: even the end of the range meets the wish; ``coverage`` least coverage on the path without shocks
    and ``advance`` rate of the loan found.
    """

    value: float
    reached: float
    error: float
    is_bounded: bool
    coverage: float
    advance: float
    trials: int


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
    _probability("most_default", most_default)
    ground = facility_result(scenario, shocks).ground

    def default(x: float) -> tuple[float, float, FacilityResult]:
        result = on_ground(_sized(scenario, x), ground)
        hit = result.loan.is_defaulted.astype(float)
        return float(hit.mean()), float(risk.mean_standard_error(hit, result.replicate)), result

    return _search(default, 0.0, MOST_ADVANCE, most_default, progress)


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
    ground, size = first.ground, first.advance_rate

    def shortfall(x: float) -> tuple[float, float, FacilityResult]:
        result = on_ground(_priced(scenario, x, size), ground)
        value = lender_value(result, margin) / result.terms.principal
        return -float(value.mean()), float(risk.mean_standard_error(value, result.replicate)), result

    grid = np.linspace(0.0, MOST_SPREAD, 2 * GRID + 1)
    done, before = 0, 0.0
    for high in grid:
        found = shortfall(float(high))
        done += 1
        _tell(progress, done / (len(grid) + STEPS))
        if found[0] <= 0.0:
            return _refined(shortfall, before, float(high), 0.0, found, done, progress, takes_high=True)
        before = float(high)
    return Solution(float("nan"), -found[0], found[1], False, float("nan"), size, done)


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
    return scenario.model_copy(update={
        "gpu_debt": scenario.gpu_debt.model_copy(update={"advance_cap": advance, "sizing_dscr": None}),
        "loan_triggers": scenario.loan_triggers.model_copy(update={"sizing_ltv": None}),
        "contract_credit": scenario.contract_credit.model_copy(
            update={"sovereign_advance": MOST_ADVANCE, "merchant_advance": MOST_ADVANCE}
        ),
    })


def _priced(scenario: Scenario, spread: float, advance: float) -> Scenario:
    """The facility at a spread; a fixed coupon moves with it."""
    sized = _sized(scenario, advance)
    pricing = scenario.loan_pricing
    if pricing.base == "fixed":
        pricing = pricing.model_copy(update={"fixed_coupon": scenario.rates.base_rate + spread})
    return sized.model_copy(update={
        "gpu_debt": sized.gpu_debt.model_copy(update={"spread": spread}), "loan_pricing": pricing,
    })


Trial = Callable[[float], tuple[float, float, FacilityResult]]


def _search(trial: Trial, low: float, high: float, limit: float, progress: Progress | None) -> Solution:
    """Largest x up to the first crossing of ``limit`` by a quantity that rises with x."""
    done, before = 0, low
    found = trial(low)
    for x in np.linspace(low, high, GRID + 1)[1:]:
        found_next = trial(float(x))
        done += 1
        _tell(progress, done / (GRID + STEPS))
        if found_next[0] > limit:
            return _refined(trial, before, float(x), limit, found, done, progress, takes_high=False)
        before, found = float(x), found_next
    return _solution(high, found, True, done)


def _refined(
    trial: Trial, low: float, high: float, limit: float, best: tuple[float, float, FacilityResult], done: int,
    progress: Progress | None, *, takes_high: bool,
) -> Solution:
    """Halve the bracket; the end that meets the wish is the answer."""
    for k in range(STEPS):
        middle = 0.5 * (low + high)
        found = trial(middle)
        done += 1
        meets = found[0] <= limit
        if meets:
            best = found
        if meets == takes_high:
            high = middle
        else:
            low = middle
        _tell(progress, (GRID + k + 1) / (GRID + STEPS))
    return _solution(high if takes_high else low, best, False, done)


def _solution(value: float, found: tuple[float, float, FacilityResult], is_bounded: bool, done: int) -> Solution:
    reached, error, result = found
    has_loan = result.terms.principal > 0.0
    coverage = minimum_dscr(result.terms, result.ground.pot.base_cfads) if has_loan else float("inf")
    return Solution(value, reached, error, is_bounded, coverage, result.advance_rate, done)


def _tell(progress: Progress | None, share: float) -> None:
    if progress is not None:
        progress(min(share, 1.0))


def _probability(name: str, value: float) -> None:
    if not 0.0 <= value <= 1.0:
        raise ScenarioError(f"{name}: {value:g} is no probability; use 0 to 1, such as 0.05 for 5%")


__all__ = ["Ground", "Solution", "largest_advance", "lender_value", "paying_spread", "surviving_loan"]
