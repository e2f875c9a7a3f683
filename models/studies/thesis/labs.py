"""Three developers on one market: the scenario's own, a sovereign champion and an open-source lab."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.assets.llm_developer import Operations, control_variates, simulate_operations
from models.basis.timeline import DELTA, Array
from models.claims.llm_developer import has_failed, public_support
from models.engine.prices import present_value
from models.evidence.presets import preset
from models.scenario.scenario import Scenario
from models.studies.thesis.subject import Subject

CHAMPION, OPEN_LAB = "sovereign_champion", "open_lab"


@dataclass(frozen=True, eq=False)
class Lab:
    """One developer. ``value`` over today's revenue, tail taken out by control variates, and ``failed``, (paths,)."""

    name: str
    scenario: Scenario
    bill: float
    value: Array
    failed: Array

    @property
    def bill_share(self) -> float:
        """Training bill over revenue today."""
        return self.bill / self.scenario.llm_developer.revenue_now


def frontier(subject: Subject) -> Scenario:
    """The scenario with a developer at the frontier: its own, unless it is itself a small one."""
    scenario = subject.scenario
    defaults = Scenario().llm_developer
    if scenario.llm_costs.frontier_share == 1.0 and not scenario.llm_developer.champion:
        return scenario
    return scenario.replace({
        "llm_developer.revenue_now": defaults.revenue_now, "llm_developer.champion": False,
        "llm_developer.excess_growth_now": defaults.excess_growth_now,
        "llm_costs.frontier_share": 1.0,
    })


def small_lab(subject: Subject, name: str) -> Scenario:
    """The scenario with the developer of a preset; a champion without a home program is given that of the preset."""
    changes = {path: value for path, value in preset(name).changes.items() if path.startswith("llm_")}
    if name == OPEN_LAB:
        changes["llm_developer.champion"] = False
    scenario = subject.scenario.replace(changes)
    if name == CHAMPION and not scenario.policy.home:
        scenario = scenario.derived(policy=Scenario.preset(name).policy)
    return scenario


def run_lab(subject: Subject, name: str, scenario: Scenario) -> Lab:
    """Value and failure of a developer on the subject's market; its own program pays it but does not move prices."""
    claim = subject.claim("llm_developer", scenario=scenario)
    value = present_value(claim) / scenario.llm_developer.revenue_now
    controls = control_variates(scenario.llm_developer, subject.market, subject.shocks) - 1.0
    slope = np.linalg.lstsq(controls - controls.mean(axis=0), value - value.mean(), rcond=None)[0]
    failed = has_failed(claim.flows).astype(float)
    return Lab(name, scenario, training_bill(scenario), value - controls @ slope, failed)


def training_bill(scenario: Scenario) -> float:
    """Training cost a year at the long-run rental price, USD."""
    costs, revenue = scenario.llm_costs, scenario.llm_developer.revenue_now
    return max(costs.training * revenue, costs.frontier_share * costs.frontier_bill)


def operations(subject: Subject, scenario: Scenario) -> Operations:
    """Revenue and cost of a scenario's developer on the subject's market, USD a year."""
    return simulate_operations(
        scenario.llm_developer, scenario.llm_costs, scenario.llm_funding, scenario.ai_revenue, subject.market,
        subject.shocks, public_support(scenario, subject.shocks),
    )


def need_and_money(subject: Subject, quarters: int) -> tuple[Array, Array]:
    """What a champion that trains at the frontier must find over the first quarters, and what home programs give it.

    USD, (paths,) each: the measure of subsidy against need, for the claim and for the page of nations.
    """
    scenario = small_lab(subject, CHAMPION).replace({"llm_costs.frontier_share": 1.0})
    return funding_gap(operations(subject, scenario), quarters), public_money(subject, scenario, quarters)


def funding_gap(ops: Operations, quarters: int) -> Array:
    """Money a developer must find elsewhere over the first quarters before it pays for itself, USD, (paths,)."""
    running = np.cumsum(DELTA * ops.net[:, 1 : quarters + 1], axis=1)
    return np.asarray(np.maximum(-running.min(axis=1), 0.0))


def public_money(subject: Subject, scenario: Scenario, quarters: int) -> Array:
    """What home programs give a champion over the first quarters, USD, (paths,)."""
    public = public_support(scenario, subject.shocks)
    paid = (public.grant + public.equity)[:, 1 : quarters + 1].sum(axis=1) * scenario.llm_developer.champion
    return np.array(np.broadcast_to(paid, subject.market.paths))
