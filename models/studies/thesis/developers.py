"""T8, T10 and T11: what champions are given, whether entry is easy, and whether scale wins."""

from __future__ import annotations

import math
from itertools import product

from models.policy.effects import mean_intensity
from models.studies.thesis.labs import (
    CHAMPION,
    OPEN_LAB,
    Lab,
    frontier,
    need_and_money,
    run_lab,
    small_lab,
)
from models.studies.thesis.record import Figure, Finding, dollars, fact, figure, percent, reported, tested
from models.studies.thesis.subject import BAIN, Subject, claim

PROGRAM_QUARTERS = 20
TEN_YEARS = 10.0


@claim("T8", "AI subsidies are below those for semiconductor fabs, and below what local champions would need to "
       "compete at scale.", BAIN, refuted_by=("What a champion at the frontier is short of",))
def subsidies(subject: Subject) -> Finding:
    """T8: announced money for AI against fabs, and money that reaches a champion against its gap at the frontier."""
    gap, given = need_and_money(subject, PROGRAM_QUARTERS)
    need = subject.median("What a champion at the frontier must find in five years, middle of futures",
                          gap, "USD")
    reached = subject.mean("What reaches it from home programs in five years", given, "USD")
    short = subject.median("What a champion at the frontier is short of after programs, middle of futures",
                           gap - given, "USD")
    policy = subject.scenario.policy
    paid = sum(mean_intensity(p, policy) * p.schedule.budget * p.schedule.disbursement for p in policy.home)
    fabs_us, fabs_eu = fact("US support for fabs", "sovereign_programs-027", "USD", 1e9, "amount_usd_bn"), fact(
        "EU support for fabs", "sovereign_programs-028", "USD", 1e9, "amount_usd_bn")
    ai_us = fact("US direct support for AI compute", "sovereign_programs-026", "USD", 1e9, "amount_usd_bn")
    ai_eu = [
        fact("EU gigafactories", "sovereign_programs-001", "USD", 1e9, "amount_usd_bn"),
        fact("EuroHPC", "sovereign_programs-003", "USD", 1e9, "amount_usd_bn"),
    ]
    home = figure("Paid by this scenario's home programs, to all who receive", float(paid), "USD")
    europe = sum(one.value for one in ai_eu)
    parts = (
        reported("Below fabs in the US", ai_us.value < fabs_us.value),
        reported("Below fabs in the EU", europe < fabs_eu.value),
        tested("Below what a champion needs at scale", short, above=0.0),
    )
    why = (
        f"Announced for AI compute: {dollars(ai_us.value)} in the US against {dollars(fabs_us.value)} for fabs, "
        f"{dollars(europe)} in the EU against {dollars(fabs_eu.value)}. A champion that trains at the frontier would "
        f"have to find {dollars(need.value)} in five years; {dollars(reached.value)} reaches it from "
        + ("this scenario's home programs." if subject.scenario.policy.home else
           "the fund of the champion's preset, because this scenario has no program of its own.")
    )
    turn = (
        f"Money for the champion of {dollars(need.value)} in five years, or a frontier that costs less.",
        "A dearer frontier, or less money for the champion.",
    )
    return Finding((short, need, reached, home, fabs_us, ai_us, fabs_eu, *ai_eu), why, turn, parts)


@claim("T10", "Open-source models make market entry easier than in chips.", BAIN,
       refuted_by=("Open-source labs that survive", "Share lost in ten years"))
def open_source(subject: Subject) -> Finding:
    """T10: entry, new labs that survive; and erosion, against what rivals take from the chip leader."""
    scenario, supplier = subject.scenario, subject.scenario.hardware_supplier
    lost_models = -math.expm1(-TEN_YEARS * scenario.llm_developer.erosion)
    left = supplier.share_long_run + (supplier.share_now - supplier.share_long_run) * 2.0 ** (
        -TEN_YEARS / supplier.share_half_life
    )
    lost_chips = 1.0 - left / supplier.share_now
    safe = scenario.replace({"llm_developer.erosion": 0.0})
    hit = run_lab(subject, "safe", safe).value - run_lab(subject, "now", scenario).value
    lab = run_lab(subject, OPEN_LAB, small_lab(subject, OPEN_LAB))
    survive = subject.mean("Open-source labs that survive ten years", 1.0 - lab.failed, "share")
    lead = figure("Share lost in ten years, developers to open models less the chip leader to rivals",
                  lost_models - lost_chips, "share")
    figures = (
        survive, lead,
        figure("Revenue a developer loses to open models in ten years", lost_models, "share"),
        figure("Market share the chip leader loses in ten years", lost_chips, "share"),
        subject.mean("What open models take from the developer's value", hit, "x revenue today"),
        figure("Open-source lab's training bill a year", lab.bill, "USD"),
        fact("Fall of the price of the same answers, a year", "llm_economics-022", "x"),
    )
    parts = (
        tested("A new lab with open models more often stays than fails", survive, above=0.5),
        tested("Open models take more from developers than rivals from the chip leader", lead, above=0.0),
    )
    why = (
        f"Entry costs an open-source lab {dollars(lab.bill)} of training a year, and {percent(survive.value)} of such "
        f"labs are there after ten years. Open models take {percent(lost_models)} of a developer's revenue in that "
        f"time, rivals take {percent(lost_chips)} of the chip leader's share; both are assumptions."
    )
    turn = (
        f"Fewer new labs that survive, erosion by open models below {percent(-math.log1p(-lost_chips) / TEN_YEARS)} a "
        "year, or a chip leader that loses more of its market.",
        "New labs that earn their training bill; more erosion by open models, or a chip leader that keeps its market.",
    )
    return Finding(figures, why, turn, parts)


@claim("T11", "Scale (ecosystem, deep coffers, spreading R&D) favors global incumbents.", BAIN,
       refuted_by=("Frontier less champion", "Frontier less open-source lab", "Champion less frontier",
                   "Open-source lab less frontier"))
def scale(subject: Subject) -> Finding:
    """T11: value per dollar of revenue and failure of frontier, champion and open-source lab on the same draws."""
    big = run_lab(subject, "frontier", frontier(subject))
    labs = {"champion": run_lab(subject, CHAMPION, small_lab(subject, CHAMPION)),
            "open-source lab": run_lab(subject, OPEN_LAB, small_lab(subject, OPEN_LAB))}
    named = {"frontier developer": big, **labs}
    gaps = [
        one for name, lab in labs.items() for one in (
            subject.mean(f"Frontier less {name}: value per dollar of revenue", big.value - lab.value,
                         "x revenue today"),
            subject.mean(f"{name.capitalize()} less frontier: fails in ten years", lab.failed - big.failed, "share"),
        )
    ]
    figures = [*gaps, *(one for name, lab in named.items() for one in _lab_figures(subject, name, lab))]
    parts = [
        tested(f"The {name} {words}", gap, above=0.0) for (name, words), gap in zip(
            product(labs, ("is worth less per dollar of revenue than the frontier", "fails more often")), gaps,
            strict=True)
    ]
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
