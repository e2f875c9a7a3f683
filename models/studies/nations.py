"""Nations side by side, on the same draws: what a state pays its champion, what compute costs, what classes earn.

Each nation is a world of its own, with its champion as the developer of models. All are read by the one engine; the
cost of an hour is the rent today at which a new machine just earns the merchant hurdle, as in the calibration, with
the nation's price of hardware and power.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from models.assets.gpu_fleet.fleet import fleet_terms
from models.basis.pace import pause
from models.basis.shocks import Shocks, draw_shocks
from models.basis.timeline import DELTA
from models.claims.fleet_run import fleet_plan, fleet_support
from models.claims.registry import CLASSES
from models.engine.estimate import Estimate, mean, quantile
from models.engine.evaluate import Evaluation, evaluate
from models.evidence.countries import Country, load_countries
from models.market.long_run import break_even_price
from models.market.simulate import MarketPaths
from models.scenario.nations import nation_scenario
from models.scenario.scenario import Scenario
from models.studies.comparison.incidence import incidence
from models.studies.thesis.labs import need_and_money
from models.studies.thesis.subject import Subject

PATHS = 1_024
SEED = 1
PROGRAM_QUARTERS = 20
"""Five years of a program, over which a champion's need is counted, as in the claim on subsidies."""
EARNERS = ("gpu_fleet", "data_center", "gpu_debt", "llm_developer")
"""Classes whose return is shown: a fleet, a data center, a loan and a champion."""
CREDIT_QUARTER = 4
NEXT_TO_NOTHING = 0.0005
"""Gain per dollar of capital that no page shows."""


class HourCost(NamedTuple):
    """What an H100e-hour must cost, USD: at home, at home after what programs pay the fleet, and in the world."""

    home: float
    supported: float
    world: float


@dataclass(frozen=True)
class Nation:
    """One nation.

    Attributes
    ----------
    country : Country
        Its record.
    scenario : Scenario
        What was read, on ``PATHS`` paths unless told otherwise.
    announced, paid : float
        Budgets of its home programs, and what they are to pay: times the share that is paid; USD.
    need, given : Estimate
        What a champion at the frontier must find in five years, middle of futures, and what home programs give it,
        mean; USD.
    hour : HourCost
    earns : mapping of class to Estimate
        Sure return a year over cash at today's prices; NaN where undefined.
    keeps : mapping of class to Estimate
        Change of value at the hurdle by its programs, per dollar of capital.
    undefined : mapping
        Why a figure is undefined, by its column of `nation_rows`.
    """

    country: Country
    scenario: Scenario
    announced: float
    paid: float
    need: Estimate
    given: Estimate
    hour: HourCost
    earns: Mapping[str, Estimate]
    keeps: Mapping[str, Estimate]
    undefined: Mapping[str, str]

    @property
    def met(self) -> float:
        """Share of the champion's need that programs meet; NaN where there is none."""
        return self.given.value / self.need.value if self.need.value > 0.0 else math.nan

    @property
    def covered(self) -> float:
        """The same if all that its programs pay, to whomever, went to the champion."""
        return self.paid / self.need.value if self.need.value > 0.0 else math.nan

    @property
    def keeper(self) -> str:
        """Class that gains most by the programs, beyond the noise and more than next to nothing; empty if none does."""
        sure = {key: one.value for key, one in self.keeps.items() if one.value > max(2.0 * one.error, NEXT_TO_NOTHING)}
        return max(sure, key=sure.__getitem__) if sure else ""


def nations(
    keys: Sequence[str] | None = None, *, paths: int = PATHS, seed: int = SEED,
    progress: Callable[[float], None] | None = None,
) -> tuple[Nation, ...]:
    """Read countries, all of them unless named, on the same draws.

    Raises
    ------
    ScenarioError
        If there is no country of a name.
    """
    wanted = tuple(load_countries()) if keys is None else tuple(dict.fromkeys(keys))
    scenarios = {key: nation_scenario(key).replace({"run.paths": paths, "run.seed": seed}) for key in wanted}
    shocks, found = draw_shocks(seed, paths), []
    for done, (key, scenario) in enumerate(scenarios.items(), start=1):
        pause()
        found.append(read_nation(load_countries()[key], scenario, shocks))
        if progress is not None:
            progress(done / len(scenarios))
    return tuple(found)


def read_nation(country: Country, scenario: Scenario, shocks: Shocks) -> Nation:
    """One country on given draws."""
    read = evaluate(scenario, shocks, variants=False)
    subject = Subject(read, scenario, shocks)
    need, given = need_and_money(subject, PROGRAM_QUARTERS)
    earns, keeps, undefined = _earned(read), _kept(read, shocks), {}
    for key in EARNERS:
        if math.isnan(earns[key].value):
            measures = read.assets[key].at_cost
            undefined[f"earns_{key}"] = read.assets[key].absent("at_cost") or measures.undefined.get(
                "certainty_equivalent_return", "it has no return"
            )
    middle = quantile(need, 0.5, shocks.replicate)
    if middle.value <= 0.0:
        reason = "a champion at the frontier has no need in the middle of futures"
        undefined |= {"met": reason, "covered": reason}
    if not scenario.policy.active:
        undefined["keeper"] = "no program acts"
    if not any(row.delivered_usd for row in country.library_programs):
        undefined["delivered_usd"] = "what was delivered of its programs is not known, which is not zero"
    return Nation(
        country, scenario, sum(one.schedule.budget for one in scenario.policy.home),
        sum(one.schedule.budget * one.schedule.disbursement for one in scenario.policy.home),
        middle, mean(given, shocks.replicate), hour_cost(scenario, read.market, shocks), earns, keeps, undefined,
    )


def hour_cost(scenario: Scenario, market: MarketPaths, shocks: Shocks) -> HourCost:
    """Rent today at which a new machine just earns the merchant hurdle, USD per H100e-hour.

    At home it has the fleet's price of hardware and power; after support, grants and credits come off the hardware and
    cheaper power off the running cost, as the fleet receives them. What states rent is income and left out.
    """
    hardware, earned = scenario.in_force.hardware, market.curves.balance_utilization
    terms = fleet_terms(scenario.gpu_fleet, scenario.offtaker, hardware, market, fleet_plan(scenario))
    support = fleet_support(scenario, market, shocks)
    credit = support.credit / (1.0 + hardware.merchant_hurdle) ** (CREDIT_QUARTER * DELTA)
    cheaper = float(np.mean(support.cash_cost_cut[:, terms.first : terms.last + 1]))
    home = hardware.derived(installed_cost=terms.cost, cash_cost=terms.cash_cost)
    supported = hardware.derived(
        installed_cost=terms.cost - support.at_closing - credit, cash_cost=terms.cash_cost - cheaper
    )
    return HourCost(
        break_even_price(home, earned), break_even_price(supported, earned), break_even_price(hardware, earned)
    )


def _earned(read: Evaluation) -> dict[str, Estimate]:
    found = {}
    for key in EARNERS:
        measures = read.assets[key].at_cost
        found[key] = Estimate(measures.certainty_equivalent_return, measures.certainty_equivalent_return_se)
    return found


def _kept(read: Evaluation, shocks: Shocks) -> dict[str, Estimate]:
    """Total effect of the programs on each class that is present, per dollar of its capital."""
    present = read.present()
    if not read.scenario.policy.active:
        return {}
    return {
        part.asset: Estimate(part.total.value / capital, part.total.error / capital)
        for part in incidence(read.scenario, shocks)
        if part.asset in present and (capital := present[part.asset].fair.capital)
    }


def nation_rows(found: Sequence[Nation]) -> list[dict[str, Any]]:
    """One row a nation.

    Columns: key, title, short (as in the library), announced and paid by the programs that count, delivered_usd as far
    as the library knows (NaN where nothing is known), need and given with ``_se``, met, covered, hour_home,
    hour_supported, hour_world, keeper, ``earns_`` and ``keeps_`` a class with ``_se``.
    """
    rows = []
    for nation in found:
        row: dict[str, Any] = {
            "key": nation.country.key, "title": nation.country.title, "short": nation.country.library,
            "announced": nation.announced, "paid": nation.paid,
            "delivered_usd": _sum([row.delivered_usd for row in nation.country.library_programs]),
            "need": nation.need.value, "need_se": nation.need.error, "given": nation.given.value,
            "given_se": nation.given.error, "met": nation.met, "covered": nation.covered,
            "hour_home": nation.hour.home, "hour_supported": nation.hour.supported, "hour_world": nation.hour.world,
            "keeper": nation.keeper,
        }
        for key, one in nation.earns.items():
            row |= {f"earns_{key}": one.value, f"earns_{key}_se": one.error}
        for key in CLASSES:
            one = nation.keeps.get(key, Estimate(math.nan, math.nan))
            row |= {f"keeps_{key}": one.value, f"keeps_{key}_se": one.error}
        rows.append(row)
    return rows


def _sum(amounts: Sequence[float | None]) -> float:
    """Sum of what is known; NaN where nothing is."""
    known = [amount for amount in amounts if amount is not None]
    return sum(known) if known else math.nan
