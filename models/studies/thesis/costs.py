"""T9 and T18: what training costs and how it grows, and what else a champion pays for."""

from __future__ import annotations

import numpy as np

from models.basis.timeline import Array
from models.evidence.blocs import BlocCost, bloc_costs
from models.evidence.presets import preset
from models.scenario.scenario import Scenario
from models.studies.thesis.labs import (
    CHAMPION,
    OPEN_LAB,
    frontier,
    operations,
    public_money,
    small_lab,
    training_bill,
)
from models.studies.thesis.record import Finding, dollars, fact, figure, percent, reported, tested
from models.studies.thesis.subject import BAIN, BLOG, Subject, claim

DOUBLES = 2.0
HUNDRED_MILLION = 100e6
CHEAP = 0.05  # of the frontier bill
MATTERS = 0.01  # share of all cost
ANYWHERE = "us"
"""Bloc whose talent and data a scenario without a nation pays for: the default's."""


@claim("T9", "Training costs of the dearest models passed 100 million dollars and grow exponentially; small models are "
       "cheap.", BAIN,
       refuted_by=("Frontier's training cost, year 1", "Frontier's training cost, year 3"))
def training_costs(subject: Subject) -> Finding:
    """T9: what the scenario's frontier developer really spends on training and how fast it grows; facts beside it."""
    scenario = frontier(subject)
    spent = operations(subject, scenario).training
    year = [spent[:, 4 * k + 1 : 4 * k + 5].mean(axis=1) for k in range(5)]
    first = subject.mean("Frontier's training cost, year 1", year[0], "USD")
    growth = subject.median("Frontier's training cost, year 3 over year 1, middle of futures", year[2] / year[0], "x")
    small = training_bill(small_lab(subject, OPEN_LAB)) / training_bill(scenario)
    figures = (
        first, growth,
        subject.median("Frontier's training cost, year 5 over year 3, middle of futures", year[4] / year[2], "x"),
        figure("Open-source lab's bill over the frontier's", small, "share"),
        fact("Growth of training cost, 2016 to 2024, a year", "llm_economics-016", "x"),
        fact("Growth of training cost lately, a year", "llm_economics-017", "x"),
        fact("Dearest models, 2024 (exceeding)", "llm_economics-020", "USD", 1e6),
        fact("Final training run of DeepSeek V3", "llm_economics-013", "USD", 1e6),
    )
    history, dearest, cheapest = figures[4].value, figures[6].value, figures[7].value
    parts = (
        reported("The dearest models of 2024 passed 100 million dollars", dearest >= HUNDRED_MILLION),
        reported("Training costs grew exponentially until 2024", history > 1.0),
        reported("A small model was trained for a twentieth of that", cheapest < HUNDRED_MILLION),
        tested("The frontier pays more than that in this scenario", first, above=HUNDRED_MILLION),
        tested("Its bill doubles within two years", growth, above=DOUBLES),
    )
    why = (
        f"History: training grew {history:.1f}-fold a year, past {dollars(dearest)}, while a small model took "
        f"{dollars(cheapest)}. In this scenario the frontier spends {dollars(first.value)} on training in its first "
        f"year and {growth.value:.2f} times as much two years later; a small lab pays {percent(small)} of that, by "
        "definition of its preset."
    )
    turn = (
        "A training bill that takes more than two years to double, as it does when its growth fades.",
        "A training bill that doubles within two years.",
    )
    return Finding(figures, why, turn, parts)


@claim("T18", "Building sovereign AI costs compute, localized data, talent and training expertise.", BLOG,
       refuted_by=("Compute, share of cost", "Localized data, share of cost", "Talent, share of cost"))
def cost_of_building(subject: Subject) -> Finding:
    """T18: cost lines of a champion in its first year with the figures of the scenario's bloc, against its income."""
    scenario = small_lab(subject, CHAMPION)
    bloc = bloc_of(subject.scenario)
    lines = _cost_lines(subject, scenario, bloc)
    revenue = operations(subject, scenario).revenue[:, 1:5].mean(axis=1)
    total = np.sum(list(lines.values()), axis=0)
    given = public_money(subject, scenario, 4)
    short = subject.mean("Short of cost in the first year, after public money", total - revenue - given, "USD")
    shares = {name: subject.mean(f"{name}, share of cost", values / total, "share") for name, values in lines.items()}
    figures = (
        *(shares[name] for name in ("Compute", "Localized data", "Talent")),
        *(subject.mean(f"{name}, first year", values, "USD") for name, values in lines.items()),
        subject.mean("Revenue, first year", revenue, "USD"),
        subject.mean("Public money, first year", given, "USD"), short,
        fact("Staff share of what a frontier model costs to develop, 29 to 49%", "llm_economics-101", "share", 0.01),
    )
    parts = (
        *(tested(f"{name} costs money that matters", shares[name], above=MATTERS)
          for name in ("Compute", "Localized data", "Talent")),
        tested("A champion's income does not pay for it", short, above=0.0, counts=False),
    )
    where = "at their default, because no nation's program is at home here," if bloc is None else (
        f"as in the preset {preset(bloc).title.split(':')[0]}")
    why = (
        f"With the cost of talent and data {where} a champion spends {dollars(float(total.mean()))} in its first year "
        f"on {dollars(float(revenue.mean()))} of revenue: {percent(shares['Compute'].value)} of it on compute, "
        f"{percent(shares['Talent'].value)} on talent and {percent(shares['Localized data'].value)} on data. No bloc's "
        "cost of training expertise by itself is known, so it is missing here: it is part of talent, and of compute "
        f"for experiments. After {dollars(float(given.mean()))} of public money the champion is "
        f"{dollars(abs(short.value))} {'short' if short.value > 0.0 else 'ahead'}."
    )
    turn = (
        "Compute, data or talent that cost next to nothing.",
        "Talent and data that must be paid for, as a share of revenue above zero.",
    )
    return Finding(figures, why, turn, parts)


def bloc_of(scenario: Scenario) -> str | None:
    """Key of the bloc preset whose program is at home in a scenario; None where there is no such program."""
    names = {program.name for program in scenario.policy.home}
    for key in bloc_costs():
        programs = preset(key).changes.get("policy.programs", ())
        if names & {program["name"] for program in programs}:
            return key
    return None


def _cost_lines(subject: Subject, scenario: Scenario, bloc: str | None) -> dict[str, Array]:
    """Cost of the first year by what it is paid for, USD, (paths,): talent and data as the bloc splits them."""
    ops, known = operations(subject, scenario), bloc_costs()[bloc or ANYWHERE]
    year, costs = slice(1, 5), scenario.llm_costs
    revenue = ops.revenue[:, year].mean(axis=1)
    return {
        "Compute": ops.compute_cost[:, year].mean(axis=1),
        "Localized data": _part(known, known.data) * costs.other * revenue,
        "Talent": _part(known, known.talent) * costs.other * revenue,
        "Other cost": _part(known, known.rest) * costs.other * revenue,
        "Fixed cost": np.full(len(revenue), costs.fixed * scenario.llm_developer.revenue_now),
    }


def _part(bloc: BlocCost, line: float) -> float:
    return line / bloc.total
