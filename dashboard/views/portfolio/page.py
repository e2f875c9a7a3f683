"""Portfolio: what to hold, when to enter, what to find out first, and how long to hold."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict

import streamlit as st

from dashboard import format as f
from dashboard import run, state
from dashboard.blocks import inputs
from dashboard.blocks.long_run import long_run
from dashboard.blocks.markup import heading, tag
from dashboard.views.portfolio import charts as frontier
from dashboard.views.portfolio import inputs as portfolio_inputs
from dashboard.views.portfolio import mix_chart as mix
from dashboard.views.portfolio import rows as portfolio_tables
from dashboard.views.portfolio import timing as portfolio_when
from dashboard.views.portfolio import words as messages
from models.claims.registry import CLASSES
from models.engine.wealth import wealth_of_cash
from models.errors import ScenarioError
from models.scenario.catalog import catalog, values
from models.scenario.scenario import Scenario
from models.studies.portfolio.mandate import Settings, notes
from models.studies.portfolio.mixes import Mix
from models.studies.portfolio.portfolio import Own, Study, own_mix, study

ENTRIES = {"fair": "Fair entry", "at_cost": "At cost or market"}
TASTE = ("rates.risk_aversion", "rates.wealth_share", "rates.cash_rate")


def find_study(scenario: Scenario, settings: Settings, progress: Callable[[float], None]) -> Study:
    """Mixes of a scenario, judged on the paths of its pages; takes seconds, so it is a job of `run`."""
    return study(scenario, settings, evaluation=run.evaluation(scenario), progress=progress)


def render() -> None:
    """The reader's mix and the verdict on it, then the frontier, risk, regret, holding periods and timing."""
    scenario = state.scenario()
    verdict = st.container()
    weights = portfolio_inputs.own_weights()
    entry, settings = _choices(scenario)
    if settings is not None:
        found = long_run(
            run.job(find_study, scenario, settings), slot="portfolio:study", words="Fitting mixes", seconds=4
        )
        if found is not None:
            _study(verdict, found, weights)
    portfolio_when.holding(scenario)
    portfolio_when.entering(scenario, entry)
    portfolio_when.knowing(scenario, entry)


def _choices(scenario: Scenario) -> tuple[str, Settings | None]:
    """Entry price, upload, limits and taste for risk; no settings where the limits leave no mix."""
    state.seed("portfolio:entry", state.view("entry"))
    st.segmented_control(
        "Entry price", list(ENTRIES), format_func=ENTRIES.__getitem__, key="portfolio:entry", required=True,
        default=state.view("entry"), label_visibility="collapsed", on_change=_entry_chosen,
    )
    entry, settings = state.view("entry"), None
    with st.grid(3, min_column_width=260, gap="small"):
        with st.container():
            portfolio_inputs.upload()
        with st.container():
            try:
                settings = portfolio_inputs.limits(entry)
            except ScenarioError as error:
                st.warning(f.plain(str(error)), title="No mix obeys these limits")
        with st.container():
            _taste(scenario)
    return entry, settings


def _entry_chosen() -> None:
    value = state.entered("portfolio:entry")
    state.set_view("entry", value if isinstance(value, str) else None)


def _taste(scenario: Scenario) -> None:
    """Risk aversion, share of wealth and the reinvestment rate: assumptions of the scenario."""
    box = st.expander("Taste for risk, and the rate of cash", on_change="rerun", key="portfolio:taste")
    if box.open:
        entries, preset = {e.path: e for e in catalog(scenario)}, values(state.base())
        with box:
            for path in TASTE:
                inputs.any_assumption(entries[path], preset.get(path), "portfolio:")


def _study(verdict: st.delta_generator.DeltaGenerator, found: Study, weights: tuple[float, ...]) -> None:
    try:
        own = own_mix(found, weights)
    except ScenarioError as error:
        with verdict:
            st.warning(f.plain(str(error)), title="Your mix cannot be held")
        return
    best = found.mix("sure")
    match_tail = None if own.match is None else own.match.figures.tail
    title = messages.headline(own.gap, own.gap_se, own.mix.figures.tail, match_tail, sum(weights))
    said = messages.detail(asdict(own.mix.figures), asdict(best.figures), "highest sure gain")
    with verdict:
        st.html(f'<div class="verdict" role="status" aria-live="polite">{tag("h1", title)}{tag("p", said)}</div>')
    left, right = st.columns([3, 2], gap="medium")
    with left:
        _frontier(found, own)
    with right:
        _parts(found, own)
    st.html(heading("What each goal would hold", "Mixes are fitted on other futures than those they are judged on."))
    st.html(portfolio_tables.mixes_html((own.mix, *found.mixes)))
    st.html("".join(tag("p", line, "note") for line in notes(found.settings)))
    _regret(found, own)
    _dependence(found)


def _frontier(found: Study, own: Own) -> None:
    line = found.frontier.to_dict("records")
    mixes = [
        asdict(m.figures) | {"key": m.name, "mix_text": _made_of(m.weights)} for m in (own.mix, *found.mixes)
    ]
    line = [point | {"mix_text": _made_of({key: point[key] for key in CLASSES})} for point in line]
    match = None if own.match is None else asdict(own.match.figures)
    drawn = frontier.frontier_frame(
        line, found.singles.to_dict("records"), mixes, wealth_of_cash(found.rates), match
    )
    st.html(heading(messages.frontier_message(line), "Each point of the line loses least for its mean. Line and bars: "
                    "on fresh futures, with two standard errors, against cash, per dollar. "
                    "Dashes: on the futures the mixes were fitted on, "
                    "where they look better than they are."))
    st.vega_lite_chart(drawn, frontier.SPEC, theme=None, alt="Wealth after ten years against the loss in the worst 5%")


def _made_of(weights: Mapping[str, float]) -> str:
    parts = [f"{mix.SHORT[key]} {f.percent(w, 0)}" for key, w in weights.items() if w >= 0.005]
    return ", ".join(parts) or "cash"


def _parts(found: Study, own: Own) -> None:
    known: dict[str, Mix] = {m.name: m for m in (own.mix, *found.mixes)}
    name = st.pills(
        "Mix", list(known), default="own", format_func=lambda key: known[key].label, key="portfolio:parts",
        label_visibility="collapsed", required=True,
    )
    shown = known[name or "own"]
    st.html(heading(messages.parts_message(shown.weights, shown.contributions, shown.contributions_se),
                    "Parts of the loss in the worst 5% of futures; they add up to it exactly. A negative part is a "
                    "class that gains when the mix loses. Lines are two standard errors."))
    drawn = mix.parts_frame(shown.weights, shown.contributions, shown.contributions_se, shown.figures.tail)
    st.vega_lite_chart(drawn, mix.PARTS, theme=None, alt="Share of the money and of the tail loss by class")


def _regret(found: Study, own: Own) -> None:
    missed, errors = zip(*own.regret, strict=True)
    rows = found.regret.assign(own=missed, own_se=errors).to_dict("records")
    titles = [str(row["title"]) for row in rows]
    worst = {key: messages.largest_regret(titles, [float(row[key]) for row in rows]) for key in ("own", "regret")}
    st.html(heading(messages.regret_message(worst), "Sure gain missed against the best mix of each world, had it been "
                    "known. Your deals are kept; demand, supply, policy and trade are those of the preset, at today's "
                    "prices."))
    names = {"own": own.mix.label} | {m.name: m.label for m in found.mixes}
    st.html(portfolio_tables.regret_html(rows, names))


def _dependence(found: Study) -> None:
    keys = list(CLASSES)
    both = ((found.rank, found.rank_se, "move together", "Correlation of ranks of value over all futures."),
            (found.tails, found.tails_se, "fail together", "Correlation of being in one's own worst tenth of futures."))
    for column, (numbers, errors, word, about) in zip(st.columns(2, gap="medium"), both, strict=True):
        with column:
            st.html(heading(messages.heat_message(numbers.tolist(), keys, word), f"{about} Nobody typed these in: they "
                            "follow from shared markets. Point at a cell for two standard errors."))
            drawn = mix.heat_frame(numbers.tolist(), errors.tolist(), keys)
            st.vega_lite_chart(drawn, mix.HEAT, theme=None, alt=about)
