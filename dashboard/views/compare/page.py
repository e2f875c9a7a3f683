"""Compare: up to six pinned scenarios side by side, and the bridge between any two of them."""

from __future__ import annotations

from collections.abc import Callable
from html import escape

import streamlit as st

from dashboard import format as f
from dashboard import run, state
from dashboard.blocks import inputs
from dashboard.blocks.long_run import long_run
from dashboard.blocks.markup import Markup, heading, tag, tip
from dashboard.pins import NAME_LENGTH
from dashboard.views.compare import charts
from models.claims.registry import CLASSES
from models.engine.figures import CLASS_FIGURES, FIGURES, WORLD_FIGURES
from models.evidence.presets import presets
from models.scenario import link as links
from models.studies.comparison.bridge import Bridge, bridge, drill_down
from models.studies.comparison.compare import Comparison, InputRow, compare
from models.studies.comparison.driver_groups import DRAWS, GROUPS

Progress = Callable[[float], None]

SECONDS = {"compare": 5.0, "bridge": 20.0, "drill": 60.0}
"""Rough times on one quiet core; the bar corrects them as it goes."""
WHOLE = ""
EXAMPLE = ("base", "telecom_glut", "shortage")
BRIDGE_ABOUT = (
    "Shapley's rule: each group of drivers moves as a whole from its value in the one scenario to that in the other, "
    "and its part is what that changes, averaged over all orders of the groups, on the same futures. Parts add up "
    "exactly; lines are two standard errors."
)


def find_comparison(pinned: tuple[str, ...], names: tuple[str, ...], base: int, entry: str, progress: Progress
                    ) -> Comparison:
    """Pinned scenarios side by side."""
    scenarios = [links.decode(link).scenario for link in pinned]
    return compare(scenarios, names, base=base, entry=entry, progress=progress)


def find_bridge(here: str, there: str, entry: str, progress: Progress) -> Bridge:
    """Difference of two links by groups of drivers."""
    return bridge(links.decode(here).scenario, links.decode(there).scenario, entry=entry, progress=progress)


def find_drill(here: str, there: str, group: str, entry: str, progress: Progress) -> Bridge:
    """Part of one group by single assumptions."""
    sides = (links.decode(link).scenario for link in (here, there))
    return drill_down(*sides, group, entry=entry, progress=progress)


def render() -> None:
    """Pins, then what differs, figures, pictures and the bridge."""
    pinned, entry = state.board().pins, state.view("entry")
    if len(pinned) < 2:
        missing = "two scenarios" if not pinned else "one more scenario"
        words = tag("h1", f"Pin {missing} to compare") + tag(
            "p", "Pin, at the top of every page, puts the scenario on screen aside; presets can be added here.")
        st.html(f'<div class="verdict" role="status">{words}</div>')
        if not pinned:
            st.button("Show an example: the base case, a glut and a shortage", key="pin:example", on_click=_example)
        _pins()
        return
    base = _base(len(pinned))
    found = long_run(
        run.job(find_comparison, tuple(p.link for p in pinned), tuple(p.name for p in pinned), base, entry),
        slot="compare", words="Running the pinned scenarios on the same futures", seconds=SECONDS["compare"],
    )
    if found is not None:
        words = tag("h1", lead_message(found)) + tag(
            "p", f"{len(found.inputs)} assumptions differ; every scenario on the same {found.paths:,} futures, at "
            f"{'fair entry' if entry == 'fair' else 'entry at cost or market'}.")
        st.html(f'<div class="verdict" role="status" aria-live="polite">{words}</div>')
    _pins()
    if found is not None:
        _inputs(found)
        _figures(found)
        _pictures(found)
    _bridge(entry)


def lead_message(found: Comparison) -> str:
    """In which scenario picks and shovels are ahead most often, and in which least."""
    shares = [figures["families.lead_share"] for figures in found.figures]
    best, worst = (shares.index(pick(shares)) for pick in (max, min))
    change = found.change(best, "families.lead_share")
    other = found.change(worst, "families.lead_share")
    widest = max((change, other), key=lambda pair: abs(pair[0]))
    if f.is_close(*widest):
        return "Which family leads is too close to call between these scenarios"
    return (
        f"Picks and shovels are ahead in {f.percent(shares[best], 0)} of futures in {charts.LETTERS[best]}, "
        f"in {f.percent(shares[worst], 0)} in {charts.LETTERS[worst]}"
    )


def _pins() -> None:
    """Names, what can be done with each, and presets to add."""
    pinned = state.board().pins
    for i, pin in enumerate(pinned):
        with st.container(horizontal=True, vertical_alignment="center", gap="small", key=f"pin-row:{i}"):
            st.markdown(f"**{charts.LETTERS[i]}**", width="content")
            key = state.seed(f"pin:name:{i}", pin.name)
            st.text_input("Name", pin.name, key=key, label_visibility="collapsed", max_chars=NAME_LENGTH, width=320,
                          on_change=_renamed, args=(i, key))
            st.button("Open", key=f"pin:open:{i}", type="tertiary", on_click=state.open_pin, args=(i,),
                      help="Put this scenario on screen; undo returns")
            st.button("Take away", key=f"pin:drop:{i}", type="tertiary", on_click=state.unpin, args=(i,))
    if not state.board().is_full:
        with st.container(horizontal=True, vertical_alignment="center", gap="small", key="pin-add"):
            known = presets()
            st.selectbox("Preset to pin", list(known), format_func=lambda n: known[n].title, key="pin:preset",
                         label_visibility="collapsed", width=320)
            st.button("Pin this preset", key="pin:add", on_click=_add)
    else:
        st.caption(f"{len(pinned)} scenarios are pinned, the most that can be told apart.")


def _example() -> None:
    for name in EXAMPLE:
        state.pin_preset(name)


def _add() -> None:
    state.pin_preset(str(state.entered("pin:preset")))


def _renamed(position: int, key: str) -> None:
    state.board().rename(position, str(state.entered(key) or ""))


def _base(count: int) -> int:
    chosen = st.segmented_control(
        "Changes are against", list(charts.LETTERS[:count]), default=charts.LETTERS[0], key=f"compare:base:{count}",
        required=True, persist_state="session",
    )
    return charts.LETTERS.index(str(chosen))


def _inputs(found: Comparison) -> None:
    if not found.inputs:
        st.html(heading("The pinned scenarios are the same"))
        return
    st.html(heading(f"{len(found.inputs)} inputs differ", "Only assumptions in which at least two scenarios differ.")
            + Markup(inputs_html(found)))


def inputs_html(found: Comparison) -> str:
    """One row an assumption, a column a scenario; what is as in the base is gray."""
    body = "".join(_input_row(row, found.base) for row in found.inputs)
    return _table("side", "Inputs that differ", found, body)


def _input_row(row: InputRow, base: int) -> str:
    group = "Draws" if row.group == DRAWS else GROUPS[row.group].label
    cells = "".join(
        f'<td data-name="{charts.LETTERS[i]}" class="{"same" if i != base and value == row.values[base] else ""}">'
        f"{escape(inputs.written(row.entry, value))}</td>"
        for i, value in enumerate(row.values)
    )
    label = tip(row.entry.label, row.entry.help)
    return f'<tr><th scope="row">{label}<small>{escape(group)}</small></th>{cells}</tr>'


def _table(css: str, caption: str, found: Comparison, body: str) -> str:
    head = "".join(
        f'<th scope="col">{charts.LETTERS[i]}<small>{escape(name)}</small></th>' for i, name in enumerate(found.names)
    )
    words = tag("caption", caption)
    return f'<table class="{css}">{words}<thead><tr><th></th>{head}</tr></thead><tbody>{body}</tbody></table>'


def _figures(found: Comparison) -> None:
    labels = {name: about.label for name, about in CLASS_FIGURES.items()}
    st.html(heading("Headline figures", "Each scenario in full, and below it its change against the base with two "
                    "standard errors of that difference.", level=2))
    chosen = st.segmented_control("Figure of each class", list(labels), format_func=labels.__getitem__, default="value",
                                  key="compare:figure", required=True, persist_state="session",
                                  label_visibility="collapsed")
    st.html(figures_html(found, [*WORLD_FIGURES, *(f"{key}.{chosen}" for key in CLASSES)]))


def figures_html(found: Comparison, keys: list[str]) -> str:
    """One row a figure, a column a scenario: the figure, and its change against the base."""
    body = "".join(
        f'<tr><th scope="row">{tip(FIGURES[key].label, FIGURES[key].help)}</th>'
        + "".join(_figure(found, i, key) for i in range(len(found.names))) + "</tr>"
        for key in keys
    )
    return _table("side", "Headline figures", found, body)


def _figure(found: Comparison, position: int, key: str) -> str:
    value = charts.amount(found.figures[position][key], FIGURES[key].unit)
    below = ""
    if position != found.base:
        change, error = found.change(position, key)
        noise = f" {text}" if (text := f.noise(error, 2)) else ""
        words = "too close to call" if f.is_close(change, error) else f"{f.points(change)}{noise}"
        below = f"<small>{escape(words)}</small>"
    return f'<td data-name="{charts.LETTERS[position]}">{escape(value)}{below}</td>'


def _pictures(found: Comparison) -> None:
    st.html(heading("Return of each class, scenario by scenario", "Nine of ten futures lie within the bar; the tick is "
                    "the median. Letters are the scenarios above."))
    st.vega_lite_chart(charts.ranges_frame(found.ranges), charts.RANGES, theme=None, alt="Returns by scenario")
    for column, (series, label) in zip(st.columns(2, gap="large"), charts.SERIES.items(), strict=True):
        with column:
            st.html(heading(label))
            st.vega_lite_chart(charts.lines_frame(found.medians, series), charts.LINES[series], theme=None, alt=label)


def _bridge(entry: str) -> None:
    pinned = state.board().pins
    names = {i: f"{charts.LETTERS[i]}: {pin.name}" for i, pin in enumerate(pinned)}
    st.html(heading("Why do two of them differ", level=2))
    with st.grid(4, min_column_width=180, gap="small"):
        here = st.selectbox("From", list(names), format_func=names.__getitem__,
                            key=f"bridge:from:{len(names)}")
        there = st.selectbox("To", list(names), index=1, format_func=names.__getitem__,
                             key=f"bridge:to:{len(names)}")
        key = st.selectbox("Figure", list(FIGURES), format_func=lambda k: FIGURES[k].label, key="bridge:figure",
                           persist_state="session")
    if here == there:
        st.caption("Choose two different scenarios.")
        return
    sides = (pinned[here].link, pinned[there].link)
    found = long_run(
        run.job(find_bridge, *sides, entry), slot="bridge", words="Moving the drivers in every order",
        seconds=SECONDS["bridge"], label="Explain the difference",
    )
    if found is None:
        return
    ends = (charts.LETTERS[here], charts.LETTERS[there])
    _steps(found, key, ends, BRIDGE_ABOUT)
    groups = {WHOLE: "No group"} | {part.key: GROUPS[part.key].label for part in found.parts if part.paths}
    group = st.selectbox("Look into a group", list(groups), format_func=groups.__getitem__, key="bridge:group",
                         width=320)
    if not group:
        return
    inner = long_run(
        run.job(find_drill, *sides, group, entry), slot="drill", words=f"Moving what is in {groups[group].lower()}",
        seconds=SECONDS["drill"], label="Split this group",
    )
    if inner is None:
        return
    rule = "all of their orders" if inner.is_exact else "a few fixed orders and their reverses"
    about = (
        f"Single assumptions move within their group, by {rule}, with every coalition of the other groups around them; "
        "they add exactly to the part of the group."
    )
    _steps(inner, key, ends, about, of=next(part.value(key) for part in found.parts if part.key == group))


def _steps(found: Bridge, key: str, ends: tuple[str, str], about: str, of: float | None = None) -> None:
    """Waterfall of a bridge, of the whole or of the part ``of`` one group."""
    figure = FIGURES[key]
    parts = [{"label": p.label, "value": p.value(key), "error": p.error(key)} for p in found.parts if p.paths]
    total, error = found.total(key), found.total_error(key)
    if total != total:
        st.caption(f"{figure.label} is undefined in one of the mixtures, so it cannot be split.")
        return
    st.html(heading(charts.bridge_message(figure.label, parts, total, error), about))
    start, end, names = (
        (found.start[key], found.end[key], ends) if of is None else (0.0, of, ("Without the group", "The group"))
    )
    st.vega_lite_chart(
        charts.steps_frame(start, end, parts, figure.unit, names), charts.STEPS, theme=None, alt="Bridge of a figure"
    )
    st.caption(f"{figure.label}: {figure.help} {found.runs} runs of {found.paths:,} futures. "
               f"Total {f.points(total)}" + (f" {n} points." if (n := f.noise(error)) else "."))
