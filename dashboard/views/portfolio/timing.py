"""When to enter, what to find out first and how long to hold: the lower half of the portfolio page."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import streamlit as st

from dashboard import format as f
from dashboard import run
from dashboard.blocks.blocks import Chart, chart, charts, notes, section
from dashboard.blocks.long_run import long_run
from dashboard.views.portfolio import timing_chart, words
from dashboard.views.portfolio.rows import held_html
from dashboard.words import SHORT, records
from models.engine.holding import horizon
from models.scenario.scenario import Scenario
from models.studies.timing.information import Information, information
from models.studies.timing.waiting import Waiting, waiting


def find_horizon(scenario: Scenario, progress: Callable[[float], None]) -> pd.DataFrame:
    """Returns and wealth by holding period."""
    progress(0.1)
    return horizon(run.evaluation(scenario))


def holding(scenario: Scenario) -> None:
    """Two charts and the table behind them, at cost or market: at fair entry every period pays the hurdle by design."""
    section("How long to hold", "What a class is sold for follows one rule for every period.")
    periods = long_run(
        run.job(find_horizon, scenario), slot="portfolio:horizon", words="Selling after three to ten years", seconds=3
    )
    if periods is None:
        return
    held = records(periods)
    drawn = timing_chart.held_frame(held)
    charts([
        Chart(words.held_return_message(held), drawn, timing_chart.HELD_RETURN, "Median return a year of what is sold "
              "after so many years. It says nothing of what the money does afterwards.",
              "Median return a year by years held"),
        Chart(words.held_wealth_message(held), drawn, timing_chart.HELD_WEALTH, "The same holdings carried to ten "
              "years: proceeds earn the common funding rate after the sale. Bars are two standard errors.",
              "Median wealth after ten years by years held"),
    ])
    st.html(held_html(held))
    st.caption("Median return a year, median wealth of a dollar after ten years, and chance of loss, bought at cost or "
               "at the market's price. Sales bring the exit value times a factor that would make every holding period "
               "pay the hurdle at fair entry in the neutral world, so no return is only a change of multiple.")


def entering(scenario: Scenario, entry: str) -> None:
    """Now, later, in stages or never; and which classes cannot be entered later."""
    section("When to enter", "Sure gain over ten years of each way in, on futures the rule was not fitted on. "
            "(The verdict ranks classes by sure return a year.)")
    ways = long_run(
        run.job(waiting, scenario, entry), slot="portfolio:waiting", words="Entering later", seconds=5,
        label="Value waiting",
    )
    if ways is None:
        return
    classes = list(dict.fromkeys(strategy.asset for strategy in ways.strategies))
    for column, key in zip(st.columns(len(classes), gap="medium") if classes else (), classes, strict=True):
        with column:
            chart(_ways(ways, key))
            rules = [vars(rule) for rule in ways.rules if rule.asset == key]
            st.caption(f.plain(words.rule_message(rules)))
    notes("Without a later entry in this model:",
          *(f"{SHORT[key]}. {reason}" for key, reason in ways.without.items()))


def _ways(ways: Waiting, key: str) -> Chart:
    strategies = [row for row in records(ways.table()) if row["asset"] == key]
    return Chart(
        words.waiting_message(strategies), timing_chart.waiting_frame(strategies), timing_chart.WAITING,
        "A later entry pays that quarter's cost and meets its prices; until then the money is in cash. The dashed line "
        "is committing now. Hindsight knows the future and bounds what any rule can gain.",
        "Sure gain of each strategy",
    )


def knowing(scenario: Scenario, entry: str) -> None:
    """What finding out first is worth."""
    section("What to find out first", "Each uncertain assumption spread over its bounds, likeliest at its present "
            "value; classes are bought at today's prices.")
    worth = long_run(
        run.job(information, scenario, entry), slot="portfolio:information", words="Drawing worlds", seconds=25,
        label="Value information",
    )
    if worth is None:
        return
    drivers = records(worth.table())
    chart(Chart(
        words.information_message(drivers[0], drivers[1:]), timing_chart.information_frame(drivers),
        timing_chart.INFORMATION, "Sure gain of choosing a class after knowing the driver, less that of choosing now. "
        "An upper bound for any study. Bars are two standard errors.", "Worth of knowing each driver",
    ))
    st.caption(f.plain(_best(worth)))


def _best(worth: Information) -> str:
    ranked = sorted(worth.best_in.items(), key=lambda item: -item[1])
    best = ", ".join(f"{SHORT.get(name, 'cash')} {f.percent(share, 0)}" for name, share in ranked if share >= 0.005)
    gain = f"{timing_chart.cents(worth.sure)} {timing_chart.noise(worth.sure_se)}"
    return (
        f"Without knowing more the best single class is {SHORT.get(worth.choice, 'cash')} (sure gain {gain}). Best in "
        f"so many of {worth.worlds} worlds: {best}."
    )
