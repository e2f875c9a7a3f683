"""T1 and T2: which family carries the risk, and who earns early."""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from models.claims.registry import CLASSES, PICKS
from models.engine.estimate import Estimate
from models.engine.evaluate import evaluate
from models.engine.holding import holding_returns
from models.engine.measures import Measures
from models.errors import AbsentError
from models.scenario.scenario import Scenario
from models.studies.thesis.record import (
    FAILS,
    HOLDS,
    UNTESTED,
    Figure,
    Finding,
    Part,
    Verdict,
    all_of,
    call,
    fails_if,
    figure,
    listed,
    over,
    percent,
    untested,
)
from models.studies.thesis.subject import BAIN, Subject, claim

MERCHANT = {"gpu_fleet.contracted_share": 0.0}
GOOD_CUSTOMER = {"gpu_fleet.customer": "ig", "gpu_debt.customer": "ig"}
PERIODS = (12, 40)
BUILT = ("gpu_fleet", "data_center")
RIVALS = ("llm_developer", "cloud_platform")


@dataclass(frozen=True)
class Risk:
    """Chance of loss and loss in the worst 5% of one way to invest, at fair entry."""

    name: str
    loss: Estimate
    tail: Estimate

    @classmethod
    def of(cls, name: str, m: Measures) -> Risk:
        """Risk as measured."""
        return cls(
            name, Estimate(m.probability_of_loss, m.probability_of_loss_se), Estimate(m.cvar_95, m.cvar_95_se)
        )

    def safer_than(self, other: Risk) -> Verdict:
        """Whether less is lost in the worst 5%."""
        return call(over(other.tail, self.tail))

    def figures(self) -> tuple[Figure, Figure]:
        """Both figures."""
        return (
            figure(f"{self.name}: chance of loss", self.loss, "share"),
            figure(f"{self.name}: loss in the worst 5% of futures", self.tail, "share of capital"),
        )


@lru_cache(maxsize=16)
def close_variants(scenario: Scenario) -> tuple[Risk, ...]:
    """The same fleet without a contract, and fleet and loan with an investment-grade customer."""
    merchant = evaluate(scenario.replace(MERCHANT), keys=("gpu_fleet",), variants=False).assets
    good = evaluate(scenario.replace(GOOD_CUSTOMER), keys=("gpu_fleet", "gpu_debt"), variants=False).assets
    variants = (
        ("GPU fleet without a contract", merchant["gpu_fleet"]),
        ("GPU fleet with an investment-grade customer", good["gpu_fleet"]),
        ("GPU-backed debt with an investment-grade customer", good["gpu_debt"]),
    )
    return tuple(Risk.of(name, result.fair) for name, result in variants if not result.absent())


def family_risk(risks: Mapping[str, Risk], family: bool) -> Risk:
    """Average over the classes of a family; its error is at most the average of theirs."""
    members = [risk for key, risk in risks.items() if (CLASSES[key].family == PICKS) == family]
    if not members:
        raise AbsentError("No class of one family has an investment in it")
    name = "Picks and shovels, average" if family else "LLM and cloud, average"
    return Risk(name, _average([one.loss for one in members]), _average([one.tail for one in members]))


def _average(estimates: Sequence[Estimate]) -> Estimate:
    return Estimate(float(np.mean([one.value for one in estimates])), float(np.mean([one.error for one in estimates])))


@claim("T1", "Picks and shovels (GPUs, data centers) are the lower-risk bets; LLMs and cloud platforms are higher risk "
       "and higher reward.", BAIN)
def lower_risk(subject: Subject) -> Finding:
    """T1: the families' risk decides; each class is compared with LLM developer and cloud platform beside it."""
    results = subject.evaluation.present()
    if subject.evaluation.is_calm:
        return untested("One path without shocks has no risk.", "Shocks.")
    risks = {key: Risk.of(result.asset.label, result.fair) for key, result in results.items()}
    others = [risk for key, risk in risks.items() if CLASSES[key].family == PICKS]
    below = subject.evaluation.variants["gpu_debt_equity"]
    others += [] if below.absent() else [Risk.of("Equity under the GPU loan", below.fair)]
    others += list(close_variants(subject.scenario))
    rivals = [Risk.of(subject.result(key).asset.label, subject.result(key).fair) for key in RIVALS]
    parts = [Part(f"{one.name} is safer than both", all_of([one.safer_than(rival) for rival in rivals]))
             for one in others]
    picks, rest = family_risk(risks, True), family_risk(risks, False)
    verdict = all_of([call(over(rest.loss, picks.loss)), picks.safer_than(rest)])
    reward = _reward(subject)
    figures = [f for risk in (picks, rest, *others, *rivals) for f in risk.figures()]
    earns = Part("LLM and cloud earn more than what is built", _rewarded(reward))
    return Finding(
        (*figures, *reward.values()), _why_risk(picks, rest, parts), _turn_risk(picks, rest), (*parts, earns), verdict
    )


def _reward(subject: Subject) -> dict[str, Figure]:
    """Return of the mean cash flow at cost or market, the one entry that does not set it to the hurdle, by class."""
    return {
        key: figure(f"{result.asset.label}: return of the mean cash flow, at cost or market",
                    result.at_cost.irr_of_mean, "per year")
        for key, result in subject.evaluation.present("at_cost").items()
        if math.isfinite(result.at_cost.irr_of_mean)
    }


def _rewarded(reward: Mapping[str, Figure]) -> Verdict:
    if not {*BUILT, *RIVALS} <= reward.keys():
        return UNTESTED
    built = max(reward[key].value for key in BUILT)
    return fails_if(min(reward[key].value for key in RIVALS) <= built)


def _why_risk(picks: Risk, rest: Risk, parts: list[Part]) -> str:
    good = [_short(part) for part in parts if part.verdict == HOLDS]
    bad = [_short(part) for part in parts if part.verdict == FAILS]
    text = (
        f"Picks and shovels lose money in {percent(picks.loss)} of futures on average and LLM and cloud in "
        f"{percent(rest.loss)}; in the worst 5% they lose {percent(picks.tail)} and {percent(rest.tail)} of capital."
    )
    if bad:
        text += f" Not safer than both the LLM developer and the cloud platform: {listed(bad)}."
    elif good:
        text += " Each of them is safer than both the LLM developer and the cloud platform."
    return text


def _short(part: Part) -> str:
    return part.label.removesuffix(" is safer than both")


def _turn_risk(picks: Risk, rest: Risk) -> tuple[str, str]:
    gap = rest.tail.value - picks.tail.value
    return (
        f"Picks and shovels would have to lose {percent(gap)} of capital more in bad futures, as they do without "
        "contracts in a glut.",
        f"Picks and shovels would have to lose less than {percent(rest.tail)} of capital in bad futures and money in "
        f"fewer than {percent(rest.loss)} of futures, as they do with contracts and without a glut.",
    )


@claim("T2", "Data center operators and hardware suppliers get a short-term windfall.", BAIN)
def windfall(subject: Subject) -> Finding:
    """T2: a windfall is an early return above the hurdle and above that of the full period."""
    if subject.evaluation.is_calm:
        why = "Holding periods are priced with shocks; one path without them says nothing about them."
        return untested(why, "Shocks.")
    for key in ("data_center", "hardware_supplier"):
        subject.result(key, "at_cost")
    table = holding_returns(subject.scenario, subject.shocks, periods=PERIODS).to_dict("records")
    builder, maker = _held(table, "data_center"), _held(table, "hardware_supplier")
    hurdles = subject.scenario.data_center.hurdle, subject.scenario.hardware_supplier.hurdle
    parts = [
        Part("Data center, at cost", _is_windfall(builder, hurdles[0])),
        Part("Hardware supplier, at its market price", _is_windfall(maker, hurdles[1])),
    ]
    why = (
        f"Sold after three years a data center bought at cost returns {percent(builder[0].value)} a year in the middle "
        f"of futures, against {percent(builder[1].value)} over ten; a supplier bought at its market price "
        f"{percent(maker[0].value)}, against {percent(maker[1].value)}. A windfall is an early return above both the "
        f"long one and what the class must earn ({percent(hurdles[0])} and {percent(hurdles[1])})."
    )
    missing = [
        f"{part.label.split(',')[0].lower()}: over {percent(max(figures[1].value, hurdle))} a year for three years"
        for part, figures, hurdle in zip(parts, (builder, maker), hurdles, strict=True) if part.verdict != HOLDS
    ]
    turn = f"Needed, {'; '.join(missing)}." if missing else (
        "A glut that peaks within three years takes the early return away first."
    )
    return Finding((*builder, *maker), why, turn, parts)


def _held(table: list[dict[Hashable, Any]], key: str) -> tuple[Figure, Figure]:
    """Median return of the short and of the full holding period."""
    rows = {row["quarters"]: row for row in table if row["asset"] == key}
    short, full = (
        figure(f"{rows[s]['label']}: return held {s // 4} years",
               Estimate(float(rows[s]["irr_p50"]), float(rows[s]["irr_p50_se"])), "per year")
        for s in PERIODS
    )
    return short, full


def _is_windfall(returns: tuple[Figure, Figure], hurdle: float) -> Verdict:
    short, full = returns
    return all_of([call(over(short.estimate, full.estimate)), call(short.estimate, hurdle)])
