"""When to enter, what to find out first and how long to hold: the lower half of the portfolio page."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pandas as pd
import streamlit as st

from dashboard import format as f
from dashboard import run
from dashboard.blocks.long_run import long_run
from dashboard.blocks.markup import Markup, heading, tag
from dashboard.views.portfolio import timing_chart as when
from dashboard.views.portfolio import words as messages
from dashboard.views.portfolio.mix_chart import SHORT
from dashboard.views.portfolio.rows import held_html
from models.engine.horizon import horizon
from models.engine.wealth import EntryName
from models.scenario.scenario import Scenario
from models.studies.timing.information import Information, information
from models.studies.timing.waiting import Waiting, waiting


def find_waiting(scenario: Scenario, entry: EntryName, progress: Callable[[float], None]) -> Waiting:
    """Strategies of entry; takes seconds, so it is a job of `run`."""
    return waiting(scenario, entry, progress=progress)


def find_information(scenario: Scenario, entry: EntryName, progress: Callable[[float], None]) -> Information:
    """Value of information; takes half a minute."""
    return information(scenario, entry, progress=progress)


def find_horizon(scenario: Scenario, progress: Callable[[float], None]) -> pd.DataFrame:
    """Returns and wealth by holding period."""
    progress(0.1)
    return horizon(run.evaluation(scenario))


def holding(scenario: Scenario) -> None:
    """Two charts and the table behind them, at cost or market: at fair entry every period pays the hurdle by design."""
    st.html(heading("How long to hold", "What a class is sold for follows one rule for every period.", level=2))
    found = long_run(
        run.job(find_horizon, scenario), slot="portfolio:horizon", words="Selling after three to ten years",
        seconds=3,
    )
    if found is None:
        return
    rows: Sequence[Mapping[str, Any]] = found.to_dict("records")
    drawn = when.held_frame(rows)
    columns = st.columns(2, gap="medium")
    with columns[0]:
        st.html(heading(messages.held_return_message(rows), "Median return a year of what is sold after so many years. "
                        "It says nothing of what the money does afterwards."))
        st.vega_lite_chart(drawn, when.HELD_RETURN, theme=None, alt="Median return a year by years held")
    with columns[1]:
        st.html(heading(messages.held_wealth_message(rows), "The same holdings carried to ten years: proceeds earn the "
                        "common funding rate after the sale. Bars are two standard errors."))
        st.vega_lite_chart(drawn, when.HELD_WEALTH, theme=None, alt="Median wealth after ten years by years held")
    st.html(held_html(rows))
    st.caption("Median return a year, median wealth of a dollar after ten years, and chance of loss, bought at cost or "
               "at the market's price. Sales bring the exit value times a factor that would make every holding period "
               "pay the hurdle at fair entry in the neutral world, so no return is only a change of multiple.")


def entering(scenario: Scenario, entry: EntryName) -> None:
    """Now, later, in stages or never; and which classes cannot be entered later."""
    st.html(heading("When to enter", "Sure gain over cash of each way in, on futures the rule was not fitted on.",
                    level=2))
    found = long_run(
        run.job(find_waiting, scenario, entry), slot="portfolio:waiting", words="Entering later", seconds=5,
        label="Value waiting",
    )
    if found is None:
        return
    table = found.table()
    keys = list(dict.fromkeys(table["asset"]))
    for column, key in zip(st.columns(len(keys), gap="medium"), keys, strict=True):
        rows = table[table["asset"] == key].to_dict("records")
        with column:
            st.html(heading(messages.waiting_message(rows), "A later entry pays that quarter's cost and meets its "
                            "prices; until then the money is in cash. The dashed line is committing now. Hindsight "
                            "knows the future and bounds what any rule can gain."))
            st.vega_lite_chart(when.waiting_frame(rows), when.WAITING, theme=None, alt="Sure gain of each strategy")
            rules = [vars(rule) for rule in found.rules if rule.asset == key]
            st.caption(f.plain(messages.rule_message(rules)))
    st.html(tag("p", "Without a later entry in this model:", "note") + Markup("").join(
        tag("p", f"{SHORT[key]}. {reason}", "note") for key, reason in found.without.items()
    ))


def knowing(scenario: Scenario, entry: EntryName) -> None:
    """What finding out first is worth."""
    st.html(heading("What to find out first", "Each uncertain assumption spread over its bounds, likeliest at its "
                    "present value; classes are bought at today's prices.", level=2))
    found = long_run(
        run.job(find_information, scenario, entry), slot="portfolio:information", words="Drawing worlds", seconds=25,
        label="Value information",
    )
    if found is None:
        return
    rows = found.table().to_dict("records")
    st.html(heading(messages.information_message(rows[0], rows[1:]), "Sure gain of choosing a class after knowing the "
                    "driver, less that of choosing now. An upper bound for any study. Bars are two standard errors."))
    st.vega_lite_chart(when.information_frame(rows), when.INFORMATION, theme=None, alt="Worth of knowing each driver")
    best = ", ".join(
        f"{SHORT.get(name, 'cash')} {f.percent(share, 0)}"
        for name, share in sorted(found.best_in.items(), key=lambda item: -item[1]) if share >= 0.005
    )
    st.caption(f.plain(
        f"Without knowing more the best single class is {SHORT.get(found.choice, 'cash')} (sure gain "
        f"{when.cents(found.sure)} {when.noise(found.sure_se)}). Best in so many of {found.worlds} worlds: {best}."
    ))
