"""T1: which family carries the risk, and whether the other one is paid for it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from models.basis.timeline import Array
from models.claims.registry import CLASSES, PICKS
from models.engine.estimate import Estimate, by_scramble
from models.engine.evaluate import evaluate
from models.engine.measures import Measures
from models.engine.valuation import AssetResult
from models.errors import AbsentError
from models.measures import returns
from models.scenario.scenario import Scenario
from models.studies.thesis.record import (
    FAILS,
    Figure,
    Finding,
    Part,
    figure,
    finite,
    listed,
    over,
    percent,
    tested,
    untested,
)
from models.studies.thesis.subject import BAIN, Subject, claim

MERCHANT = {"gpu_fleet.contracted_share": 0.0}
GOOD_CUSTOMER = {"gpu_fleet.customer": "ig", "gpu_debt.customer": "ig"}
BUILT = ("gpu_fleet", "data_center")
RIVALS = ("llm_developer", "cloud_platform")
SAFER = " is safer than both"


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
       "and higher reward.", BAIN,
       refuted_by=("Loss in the worst 5%, LLM and cloud less picks", "Chance of loss, LLM and cloud less picks",
                   "Reward at today's prices, LLM developer less", "Reward at today's prices, Cloud platform less",
                   "Loss in the worst 5%, safer of"))
def lower_risk(subject: Subject) -> Finding:
    """T1: risk and reward of both families, and of GPU fleet and data center against both rivals by themselves."""
    results = subject.evaluation.present()
    if subject.evaluation.is_calm:
        return untested("One path without shocks has no risk.", "Shocks.")
    risks = {key: Risk.of(result.asset.label, result.fair) for key, result in results.items()}
    rivals = [Risk.of(subject.result(key).asset.label, subject.result(key).fair) for key in RIVALS]
    named = [Risk.of(subject.result(key).asset.label, subject.result(key).fair) for key in BUILT]
    beside = [risk for key, risk in risks.items() if CLASSES[key].family == PICKS and key not in BUILT]
    below = subject.evaluation.variants["gpu_debt_equity"]
    beside += [] if below.absent() else [Risk.of("Equity under the GPU loan", below.fair)]
    beside += list(close_variants(subject.scenario))
    picks, rest = family_risk(risks, True), family_risk(risks, False)
    reward = {key: _reward(result) for key, result in subject.evaluation.present("at_cost").items()}
    gaps = (
        figure("Loss in the worst 5%, LLM and cloud less picks and shovels", over(rest.tail, picks.tail),
               "share of capital"),
        figure("Chance of loss, LLM and cloud less picks and shovels", over(rest.loss, picks.loss), "share"),
    )
    leads = {key: _lead(reward, key) for key in RIVALS}
    margins = {one.name: _margin(one, rivals) for one in (*named, *beside)}
    parts = (
        tested("Picks and shovels lose less in bad futures", gaps[0], above=0.0),
        tested("Picks and shovels lose money less often", gaps[1], above=0.0),
        tested("The LLM developer earns more than what is built", leads["llm_developer"], above=0.0),
        tested("The cloud platform earns more than what is built", leads["cloud_platform"], above=0.0),
        *(tested(f"{one.name} is safer than both", margins[one.name], above=0.0) for one in named),
        *(tested(f"{one.name} is safer than both", margins[one.name], above=0.0, counts=False) for one in beside),
    )
    levels = [f for risk in (picks, rest, *named, *beside, *rivals) for f in risk.figures()]
    return Finding(
        finite(*gaps, *leads.values(), *levels, *reward.values(), *margins.values()),
        _why_risk(picks, rest, leads.values(), parts), _turn_risk(picks, rest, leads.values()), parts,
    )


def _reward(result: AssetResult) -> Figure:
    """Return of the mean cash flow at cost or market, the entry that does not set it to the hurdle."""
    rate = by_scramble(_rate_of_mean, result.bought["at_cost"].net, result.replicate, omit=True)
    return figure(f"{result.asset.label}: return of the mean cash flow, at today's price", rate, "per year")


def _rate_of_mean(net: Array) -> float:
    return float(returns.irr(net.mean(axis=0)[None, :])[0][0])


def _lead(reward: Mapping[str, Figure], key: str) -> Figure:
    """Reward of a rival less the mean reward of what is built; NaN unless all three have one."""
    label = f"Reward at today's prices, {CLASSES[key].label} less GPU fleet and data center"
    if not {*BUILT, key} <= reward.keys():
        return figure(label, math.nan, "per year")
    return figure(label, over(reward[key].estimate, _average([reward[one].estimate for one in BUILT])), "per year")


def _margin(one: Risk, rivals: Sequence[Risk]) -> Figure:
    """Loss in the worst 5% of the safer rival less that of a class."""
    safer = min(rivals, key=lambda rival: rival.tail.value)
    return figure(f"Loss in the worst 5%, safer of LLM and cloud less {one.name}", over(safer.tail, one.tail),
                  "share of capital")


def _why_risk(picks: Risk, rest: Risk, leads: Iterable[Figure], parts: Sequence[Part]) -> str:
    bad = [part.label.removesuffix(SAFER) for part in parts if part.label.endswith(SAFER) and part.verdict == FAILS]
    text = (
        f"Picks and shovels lose money in {percent(picks.loss)} of futures on average and LLM and cloud in "
        f"{percent(rest.loss)}; in the worst 5% they lose {percent(picks.tail)} and {percent(rest.tail)} of capital."
    )
    known = [f"the {_inside(lead)} earns {percent(abs(lead.value))} a year {'more' if lead.value > 0.0 else 'less'}"
             for lead in leads if math.isfinite(lead.value)]
    if known:
        text += f" At today's prices {' and '.join(known)} than GPU fleet and data center on average."
    if bad:
        text += f" Not safer than both the LLM developer and the cloud platform: {listed(bad)}."
    return text


def _inside(lead: Figure) -> str:
    """Name of the rival as it stands inside a sentence."""
    return lead.label.split(", ")[1].split(" less ")[0].replace("Cloud", "cloud")


def _turn_risk(picks: Risk, rest: Risk, leads: Iterable[Figure]) -> tuple[str, str]:
    gap, least = rest.tail.value - picks.tail.value, min(lead.value for lead in leads)
    missing = []
    if gap <= 0.0 or rest.loss.value <= picks.loss.value:
        missing.append(
            f"picks and shovels that lose less than {percent(rest.tail)} of capital in bad futures and money in fewer "
            f"than {percent(rest.loss)} of futures, as with contracts and without a glut"
        )
    if not least > 0.0:
        missing.append("a lower price of LLM developer or cloud platform, or more growth of theirs")
    needed = "; ".join(missing) or "less risk of GPU fleet and data center: longer contracts, better customers"
    return (
        f"Picks and shovels would have to lose {percent(abs(gap))} of capital more in bad futures, as they do without "
        f"contracts in a glut, or one of the others to earn {percent(abs(least))} a year less.",
        f"{needed[0].upper()}{needed[1:]}.",
    )
