"""Portfolio: what to hold, when to enter, what to find out first, and how long to hold."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from dashboard import format as f
from dashboard import run, state
from dashboard.blocks.blocks import chart, charts, notes, title, verdict
from dashboard.blocks.choices import entry_price, pill
from dashboard.blocks.long_run import long_run
from dashboard.views.portfolio import inputs, reading, rows, timing, words
from models.errors import ScenarioError
from models.scenario.scenario import Scenario
from models.studies.portfolio import mandate
from models.studies.portfolio.mandate import Settings
from models.studies.portfolio.portfolio import Own, Study, own_mix, study


def find_study(scenario: Scenario, settings: Settings, progress: Callable[[float], None]) -> Study:
    """Mixes of a scenario, judged on the paths of its pages."""
    return study(scenario, settings, evaluation=run.evaluation(scenario), progress=progress)


def render() -> None:
    """The reader's mix and the verdict on it, then the frontier, risk, regret, holding periods and timing."""
    scenario = state.scenario()
    top = st.container()
    weights = inputs.own_weights()
    entry = entry_price("portfolio:entry")
    settings = _settings(scenario, entry)
    mixes = settings and long_run(
        run.job(find_study, scenario, settings), slot="portfolio:study", words="Fitting mixes", seconds=4
    )
    if mixes:
        with top:
            own = _judged(mixes, weights)
        if own:
            _study(mixes, own)
    timing.holding(scenario)
    timing.entering(scenario, entry)
    timing.knowing(scenario, entry)


def _settings(scenario: Scenario, entry: str) -> Settings | None:
    """Upload, limits and taste for risk; no settings where the limits leave no mix."""
    with st.grid(3, min_column_width=260, gap="small"):
        with st.container():
            inputs.upload()
        with st.container():
            settings = inputs.limits(entry)
        with st.container():
            inputs.taste(scenario)
    return settings


def _judged(mixes: Study, weights: tuple[float, ...]) -> Own | None:
    """The verdict on the reader's own mix; None where it cannot be held."""
    try:
        own = own_mix(mixes, weights)
    except ScenarioError as error:
        st.warning(f.plain(str(error)), title="Your mix cannot be held")
        return None
    verdict(*reading.told(mixes, own, sum(weights)))
    return own


def _study(mixes: Study, own: Own) -> None:
    known = {mix.name: mix for mix in (own.mix, *mixes.mixes)}
    names = {key: mix.label for key, mix in known.items()}
    left, right = st.columns([3, 2], gap="medium")
    with left:
        chart(reading.frontier(mixes, own))
    with right:
        chart(reading.parts(known[pill("Mix", names, "portfolio:parts")]))
    title("What each goal would hold", "Mixes are fitted on other futures than those they are judged on.")
    st.html(rows.mixes_html(tuple(known.values())))
    notes(*mandate.absences(mixes.absent, own.mix.weights), *mandate.notes(mixes.settings))
    missed = reading.regret(mixes, own)
    title(words.regret_message(missed), "Sure gain missed against the best mix of each world, had it been known. Your "
          "deals are kept; demand, supply, policy and trade are those of the preset, at today's prices.")
    st.html(rows.regret_html(missed, names))
    charts(reading.dependence(mixes))
