"""T8 to T11 and T18: what champions cost, what they are given, and whether scale wins."""

from __future__ import annotations

import math

import numpy as np

from models.policy.effects import mean_intensity
from models.studies.thesis.labs import (
    CHAMPION,
    OPEN_LAB,
    Lab,
    frontier,
    funding_gap,
    operations,
    run_lab,
    small_lab,
    training_bill,
)
from models.studies.thesis.record import Figure, Finding, Part, all_of, call, dollars, fact, fails_if, figure, percent
from models.studies.thesis.subject import BAIN, BLOG, Subject, claim

PROGRAM_QUARTERS = 20
DOUBLES_IN_TWO_YEARS = 2.0**0.5 - 1.0
HUNDRED_MILLION = 100e6
CHEAP = 0.05  # of the frontier bill
TEN_YEARS = 10.0
# Talent, data and rest inside the declared 22% of revenue.
SPLIT = {"Talent": 0.12 / 0.22, "Localized data": 0.04 / 0.22, "Other cost": 0.06 / 0.22}


@claim("T8", "AI subsidies are below those for semiconductor fabs, and below what local champions would need to "
       "compete at scale.", BAIN)
def subsidies(subject: Subject) -> Finding:
    """T8: announced money for AI against fabs, and paid money against what a champion at the frontier would need."""
    scenario = small_lab(subject, CHAMPION).replace({"llm_costs.frontier_share": 1.0})
    need = subject.median(
        "What a champion with the frontier's training bill must find in five years, middle of futures",
        funding_gap(operations(subject, scenario), PROGRAM_QUARTERS), "USD",
    )
    policy = subject.scenario.policy
    paid = sum(mean_intensity(p, policy) * p.schedule.budget * p.schedule.disbursement for p in policy.home)
    fabs_us, fabs_eu = fact("US support for fabs", "sovereign_programs-027", "USD", 1e9, "amount_usd_bn"), fact(
        "EU support for fabs", "sovereign_programs-028", "USD", 1e9, "amount_usd_bn")
    ai_us = fact("US direct support for AI compute", "sovereign_programs-026", "USD", 1e9, "amount_usd_bn")
    ai_eu = [
        fact("EU gigafactories", "sovereign_programs-001", "USD", 1e9, "amount_usd_bn"),
        fact("EuroHPC", "sovereign_programs-003", "USD", 1e9, "amount_usd_bn"),
    ]
    home = figure("Paid by this scenario's home programs", float(paid), "USD")
    europe = sum(one.value for one in ai_eu)
    parts = (
        Part("Below fabs in the US", fails_if(ai_us.value >= fabs_us.value)),
        Part("Below fabs in the EU", fails_if(europe >= fabs_eu.value)),
        Part("Below what a champion needs at scale", call(need.estimate, paid)),
    )
    given = f"this scenario pays {dollars(paid)}" if paid else "this scenario pays nothing"
    why = (
        f"Announced for AI compute: {dollars(ai_us.value)} in the US against {dollars(fabs_us.value)} for fabs, "
        f"{dollars(europe)} in the EU against {dollars(fabs_eu.value)}. A champion that trains at the frontier would "
        f"have to find {dollars(need.value)} in five years; {given}."
    )
    times = f", {need.value / paid:,.0f} times as much" if 0.0 < paid < need.value else ""
    turn = f"Home programs that pay {dollars(need.value)} in five years{times}."
    return Finding((fabs_us, ai_us, fabs_eu, *ai_eu, need, home), why, turn, parts)


@claim("T9", "Training costs of the dearest models passed 100 million dollars and grow exponentially; small models are "
       "cheap.", BAIN)
def training_costs(subject: Subject) -> Finding:
    """T9: size and growth of the frontier's bill, and what a small lab pays."""
    scenario = subject.scenario
    costs = scenario.llm_costs
    now = math.expm1(costs.training_growth_now)
    later = math.expm1(
        costs.training_growth_long_run
        + (costs.training_growth_now - costs.training_growth_long_run) * math.exp(-5.0 * costs.training_growth_fade)
    )
    small = training_bill(small_lab(subject, OPEN_LAB)) / costs.frontier_bill
    figures = (
        figure("Frontier training bill a year", costs.frontier_bill, "USD"),
        figure("Its growth now", now, "per year"), figure("Its growth in five years", later, "per year"),
        figure("Open-source lab's bill over the frontier's", small, "share"),
        fact("Growth of training cost, 2016 to 2024, a year", "llm_economics-016", "x"),
        fact("Growth of training cost lately, a year", "llm_economics-017", "x"),
        fact("Final training run of DeepSeek V3", "llm_economics-013", "USD", 1e6),
    )
    parts = (
        Part("Above 100 million dollars", call(costs.frontier_bill - HUNDRED_MILLION)),
        Part("Doubles within two years", call(now - DOUBLES_IN_TWO_YEARS)),
        Part("Small models cost a twentieth or less", call(CHEAP - small)),
    )
    why = (
        f"The frontier pays {dollars(costs.frontier_bill)} a year, {percent(now)} more each year now and "
        f"{percent(later)} in five years; history is {figures[4].value:.1f} times a year. A small lab pays "
        f"{percent(small)} of that."
    )
    turn = f"Growth of the training bill below {percent(DOUBLES_IN_TWO_YEARS)} a year, or small models that are dear."
    return Finding(figures, why, turn, parts)


@claim("T10", "Open-source models make market entry easier than in chips.", BAIN)
def open_source(subject: Subject) -> Finding:
    """T10: what open models take from developers, against what rivals take from the chip leader."""
    scenario, supplier = subject.scenario, subject.scenario.hardware_supplier
    lost_models = -math.expm1(-TEN_YEARS * scenario.llm_developer.erosion)
    left = supplier.share_long_run + (supplier.share_now - supplier.share_long_run) * 2.0 ** (
        -TEN_YEARS / supplier.share_half_life
    )
    lost_chips = 1.0 - left / supplier.share_now
    safe = scenario.replace({"llm_developer.erosion": 0.0})
    hit = run_lab(subject, "safe", safe).value - run_lab(subject, "now", scenario).value
    lab = run_lab(subject, OPEN_LAB, small_lab(subject, OPEN_LAB))
    figures = (
        figure("Revenue a developer loses to open models in ten years", lost_models, "share"),
        figure("Market share the chip leader loses in ten years", lost_chips, "share"),
        subject.mean("What open models take from the developer's value", hit, "x revenue today"),
        figure("Open-source lab's training bill a year", lab.bill, "USD"),
        subject.mean("Open-source labs that fail in ten years", lab.failed, "share"),
        fact("Fall of the price of the same answers, a year", "llm_economics-022", "x"),
    )
    why = (
        f"Open models take {percent(lost_models)} of a developer's revenue in ten years, rivals take "
        f"{percent(lost_chips)} of the chip leader's share; both are assumptions. Entry costs an open-source lab "
        f"{dollars(lab.bill)} a year, but {percent(figures[4].value)} of such labs fail: easy to enter, hard to stay."
    )
    turn = (
        f"Erosion by open models below {percent(-math.log1p(-lost_chips) / TEN_YEARS)} a year, or a chip leader that "
        "loses more of its market.",
        "More erosion by open models, or a chip leader that keeps its market.",
    )
    return Finding(figures, why, turn, verdict=call(lost_models - lost_chips))


@claim("T11", "Scale (ecosystem, deep coffers, spreading R&D) favors global incumbents.", BAIN)
def scale(subject: Subject) -> Finding:
    """T11: value per dollar of revenue and failure of frontier, champion and open-source lab on the same draws."""
    big = run_lab(subject, "frontier", frontier(subject))
    labs = {"champion": run_lab(subject, CHAMPION, small_lab(subject, CHAMPION)),
            "open-source lab": run_lab(subject, OPEN_LAB, small_lab(subject, OPEN_LAB))}
    named = {"frontier developer": big, **labs}
    figures = [one for name, lab in named.items() for one in _lab_figures(subject, name, lab)]
    parts = [
        Part(f"The {name} is worth less per dollar of revenue than the frontier",
             call(subject.estimate(big.value - lab.value)))
        for name, lab in labs.items()
    ]
    parts += [Part(f"The {name} fails more often", call(subject.estimate(lab.failed - big.failed)))
              for name, lab in labs.items()]
    values = {name: float(lab.value.mean()) for name, lab in named.items()}
    base = values["frontier developer"]
    why = (
        f"A dollar of revenue is worth {base:.1f} dollars at the frontier, {values['champion'] / base:.0%} of that in "
        f"a champion and {values['open-source lab'] / base:.0%} in an open-source lab; in ten years "
        f"{percent(float(big.failed.mean()))}, {percent(float(labs['champion'].failed.mean()))} and "
        f"{percent(float(labs['open-source lab'].failed.mean()))} of them fail. Training takes {big.bill_share:.2f}, "
        f"{labs['champion'].bill_share:.2f} and {labs['open-source lab'].bill_share:.2f} times their revenue."
    )
    turn = (
        "A frontier bill so low, or grants so high, that training takes no more of a champion's revenue than of the "
        "frontier's."
    )
    return Finding(figures, why, turn, parts)


def _lab_figures(subject: Subject, name: str, lab: Lab) -> tuple[Figure, ...]:
    who = name.capitalize()
    return (
        subject.mean(f"{who}: value per dollar of revenue", lab.value, "x revenue today"),
        figure(f"{who}: training bill over revenue", lab.bill_share, "share of revenue"),
        subject.mean(f"{who}: fails in ten years", lab.failed, "share"),
    )


@claim("T18", "Building sovereign AI costs compute, localized data, talent and training expertise.", BLOG)
def cost_of_building(subject: Subject) -> Finding:
    """T18: the cost lines of a champion in its first year, against its income."""
    scenario = small_lab(subject, CHAMPION)
    developer, costs = scenario.llm_developer, scenario.llm_costs
    ops = operations(subject, scenario)
    year = slice(1, 5)
    revenue = ops.revenue[:, year].mean(axis=1)
    lines = {
        "Compute for training": ops.training[:, year].mean(axis=1),
        "Compute for inference": ops.inference[:, year].mean(axis=1),
        **{name: share * costs.other * revenue for name, share in SPLIT.items()},
        "Fixed cost": np.full(len(revenue), costs.fixed * developer.revenue_now),
    }
    total = np.sum(list(lines.values()), axis=0)
    grant = developer.champion_grant if scenario.policy.home else 0.0
    short = subject.mean("Short of cost in the first year, after the grant", total - revenue - grant, "USD")
    figures = (
        *(subject.mean(f"{name}, first year", values, "USD") for name, values in lines.items()),
        subject.mean("Revenue, first year", revenue, "USD"), figure("Grant a year", grant, "USD"), short,
    )
    parts = tuple(Part(f"{name} costs money", call(float(values.mean()))) for name, values in lines.items())
    verdict = all_of([*(part.verdict for part in parts), call(short.estimate)])
    compute = float((ops.compute_cost[:, year].mean(axis=1) / total).mean())
    why = (
        f"A champion spends {dollars(float(total.mean()))} in its first year on {dollars(float(revenue.mean()))} of "
        f"revenue: {percent(compute)} of it on compute, {dollars(float(lines['Talent'].mean()))} on talent and "
        f"{dollars(float(lines['Localized data'].mean()))} on data. After a grant of {dollars(grant)} it is "
        f"{dollars(abs(short.value))} {'short' if short.value > 0.0 else 'ahead'}."
    )
    turn = f"Revenue or grants higher by {dollars(abs(short.value))} a year." if short.value > 0.0 else (
        "A larger part of the frontier's training bill, or a smaller grant."
    )
    return Finding(figures, why, turn, parts, verdict)
