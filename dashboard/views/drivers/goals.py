"""What would have to be true: goal seek, break-even surface, and the cheapest combination that flips the verdict."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import streamlit as st

from dashboard import format as f
from dashboard import run, state, theme
from dashboard.blocks import inputs
from dashboard.blocks.long_run import long_run
from dashboard.blocks.markup import Markup, heading, tag
from dashboard.views.drivers import charts, surface_chart
from models.basis.entry import Entry
from models.claims.registry import CLASSES
from models.engine.target import Target
from models.scenario.catalog import entry
from models.scenario.scenario import Scenario
from models.studies.sensitivity.break_even import surface
from models.studies.sensitivity.cheapest import cheapest
from models.studies.sensitivity.goal_seek import HURDLE, PRICE, seek
from models.studies.sensitivity.tornado import numbers

Progress = Callable[[float], None]
Asked = tuple[str, str, str]

QUESTIONS = {"family": "Which family leads", "best": "Which class pays best"}
SECONDS = {"seek": 2.0, "surface": 20.0, "cheapest": 40.0}
"""Rough times on one quiet core; the bar corrects them as it goes."""

SURFACE_ABOUT = (
    "Color: the class that is ahead in more futures, the paler the closer to half. The dashed line is where the mean "
    "difference is zero, the washed-out band where it is within two standard errors of zero: too close to call. "
    "The ring is today's scenario."
)
FLIPS_ABOUT = (
    "Distance is counted in shares of each assumption's declared range, combined as the root of the sum of squares. "
    "Break points of one assumption at a time flatter: a little of several is often enough."
)


def find_goal(
    scenario: Scenario, asked: Asked, goal: float | str, path: str, paid: str, progress: Progress
) -> dict[str, Any]:
    """Values of an assumption that bring a metric to a goal."""
    return seek(scenario, Target(*asked), goal, path, entry=paid, progress=progress).to_dict()


def find_surface(scenario: Scenario, pair: tuple[str, str], axes: tuple[str, str], paid: str, progress: Progress
                 ) -> dict[str, Any]:
    """One class against another over two assumptions."""
    return surface(scenario, *pair, *axes, entry=paid, progress=progress).to_dict()


def find_cheapest(scenario: Scenario, question: str, paid: str, progress: Progress) -> dict[str, Any]:
    """The cheapest combination of changes that flips the verdict."""
    return cheapest(scenario, question, entry=paid, progress=progress).to_dict()


def render(scenario: Scenario, asked: Asked, paid: str) -> None:
    """Each search in its own place."""
    st.html(tag("h2", "What would have to be true", "assay-part"))
    _seek(scenario, asked, paid)
    _surface(scenario, paid)
    _cheapest(scenario, paid)


def assumption_names(scenario: Scenario) -> dict[str, str]:
    """Words for every assumption that is a number, told apart by their group where two are called the same."""
    items = numbers(scenario)
    labels = [item.label for item in items]
    return {i.path: i.label if labels.count(i.label) == 1 else f"{i.label}, {charts.lowered(i.group_title)}"
            for i in items}


def pick(label: str, options: Mapping[str, str], key: str, default: str, **more: Any) -> str:
    """Choice among words; it stays while the reader visits other pages."""
    found = st.selectbox(label, list(options), index=list(options).index(default), format_func=options.__getitem__,
                         key=f"drivers:{key}", persist_state="session", **more)
    return str(found)


def _seek(scenario: Scenario, asked: Asked, paid: str) -> None:
    """Goal, assumption, and the values that bring the one to the other."""
    target = Target(*asked)
    price = {} if target.minus or target.metric == "worth" else {PRICE: "Price of the class"}
    options = assumption_names(scenario) | price
    with st.grid(3, min_column_width=220, gap="small"):
        path = pick("Assumption to move", options, f"seek:{bool(target.minus)}{target.metric == 'worth'}",
                     "overcapacity.peak")
        goal = _goal(target)
    if goal is None:
        return
    found = long_run(run.job(find_goal, scenario, asked, goal, path, paid), slot="seek",
                     words="Turning the assumption", seconds=SECONDS["seek"])
    if found is None:
        return
    st.html(heading(_seek_message(found, goal), "Every value within the declared bounds at which the metric meets the "
                    "goal, on the same futures at the price already paid; in brackets what two standard errors of the "
                    "metric mean for the value. The band is the noise of the metric, the dashed line the goal."))
    unit, scale = found["target_unit"], _scale(path, scenario)
    points = [
        {"x": x * scale[0], "metric": m, "error": e, "goal": g, "kind": "scan",
         "text": f"{_written(x, found)}: {charts.amount(m, unit)}"}
        for x, m, e, g in zip(found["points"], found["metrics"], found["errors"], found["goals"], strict=True)
    ]
    marks = [(s["value"], s["metric"], _written(s["value"], found)) for s in found["solutions"]]
    marks = marks or [(found["nearest"], found["nearest_metric"], f"nearest: {_written(found['nearest'], found)}")]
    marked = [
        {"x": x * scale[0], "metric": m, "error": 0.0, "goal": m, "kind": "found", "text": t} for x, m, t in marks
    ]
    title = f"{found['label']}, {scale[1]}" if scale[1] else found["label"]
    st.vega_lite_chart(charts.seek_frame(points, marked), charts.seek_spec(title, found["target_label"],
                       charts.is_share(unit)), theme=None, alt="Metric along the assumption")


def _goal(target: Target) -> float | str | None:
    """The goal in the unit of the metric; None while none is entered."""
    unit = target.unit
    if target.metric.startswith("irr") and not target.minus:
        if st.toggle("Goal is the hurdle of the class", value=True, key=f"drivers:hurdle:{target.metric}",
                     persist_state="session"):
            return HURDLE
    percent = charts.is_share(unit)
    default = {"share": 10.0, "per year": 10.0, "x": 1.5, "USD": 20_000.0}.get(unit, 0.0) if not target.minus else 0.0
    value = st.number_input(
        f"Goal, {'%' if percent else unit}", value=default, step=1.0 if percent else 0.1,
        key=f"drivers:goal:{target.metric}:{bool(target.minus)}", persist_state="session",
        min_value=0.0 if unit == "share" and not target.minus else None,
        max_value=100.0 if unit == "share" and not target.minus else None,
    )
    return None if value is None else float(value) / (100.0 if percent else 1.0)


def _seek_message(found: Mapping[str, Any], goal: float | str) -> str:
    unit, name = found["target_unit"], charts.lowered(found["target_label"])
    wanted = "its hurdle" if goal == HURDLE else charts.amount(float(goal), unit)
    if not found["solutions"]:
        side = {"low": ", its lower bound", "high": ", its upper bound"}.get(found["at_bound"], "")
        return (
            f"No value of {charts.lowered(found['label'])} brings {name} to {wanted}; nearest is "
            f"{charts.amount(found['nearest_metric'], unit)} at {_written(found['nearest'], found)}{side}"
        )
    values = []
    for s in found["solutions"]:
        band = f" ({_written(s['low'], found)} to {_written(s['high'], found)})" if s["low"] == s["low"] else ""
        values.append(f"{_written(s['value'], found)}{band}")
    told = " or ".join(values)
    return f"{found['target_label']} is {wanted} where {charts.lowered(found['label'])} is {told}"


def _written(value: float, found: Mapping[str, Any]) -> str:
    unit = found["unit"]
    return f.money(value) if unit.startswith("USD per ") else charts.short(value, unit)


def _scale(path: str, scenario: Scenario) -> tuple[float, str]:
    """Factor from the stored to the shown value of an assumption, and its shown unit."""
    if path == PRICE:
        return 1.0, "USD"
    shape = inputs.scale(entry(path, scenario))
    return shape.factor, shape.unit


def _surface(scenario: Scenario, paid: str) -> None:
    """Two classes over two assumptions."""
    st.html(tag("h2", "Where one class stops beating another", "assay-part"))
    classes, names = {key: asset.label for key, asset in CLASSES.items()}, assumption_names(scenario)
    with st.grid(4, min_column_width=180, gap="small"):
        first = pick("Class A", classes, "first", "gpu_fleet")
        second = pick("Class B", {k: v for k, v in classes.items() if k != first}, f"second:{first}",
                       "data_center" if first != "data_center" else "gpu_fleet")
        x = pick("Across", names, "x", "overcapacity.peak")
        y = pick("Up", {k: v for k, v in names.items() if k != x}, f"y:{x}",
                  "policy.intensity" if x != "policy.intensity" else "overcapacity.peak")
    found = long_run(
        run.job(find_surface, scenario, (first, second), (x, y), paid), slot="surface",
        words="Comparing them on every point of the grid", seconds=SECONDS["surface"], label="Draw the surface",
    )
    if found is None:
        return
    st.html(heading(surface_chart.surface_message(found, classes[first], classes[second]), SURFACE_ABOUT) + Markup(_key(
        ((first, classes[first]), (second, classes[second])))))
    (x_scale, x_unit), (y_scale, y_unit) = _scale(x, scenario), _scale(y, scenario)
    spec = surface_chart.surface_spec(_title(names[x], x_unit), _title(names[y], y_unit), first, second)
    st.vega_lite_chart(surface_chart.surface_frame(found, x_scale, y_scale), spec, theme=None, alt="Break-even surface")


def _title(name: str, unit: str) -> str:
    return f"{name}, {unit}" if unit else name


def _key(classes: Sequence[tuple[str, str]]) -> str:
    marks = " ".join(
        f'<span class="line-name"><span class="mark" style="--c:{theme.SCREEN[key]}"></span>{label} ahead</span>'
        for key, label in classes
    )
    return f'<p class="key">{marks}</p>'


def _cheapest(scenario: Scenario, paid: str) -> None:
    """The cheapest combination that flips the verdict, beside the cheapest single change."""
    st.html(tag("h2", "The cheapest combination that flips the verdict", "assay-part"))
    question = pick("Verdict", QUESTIONS, "question", "family", width=260)
    found = long_run(
        run.job(find_cheapest, scenario, question, paid), slot="cheapest", words="Searching combinations",
        seconds=SECONDS["cheapest"], label="Search",
    )
    if found is None:
        return
    st.html(heading(_flip_message(found), FLIPS_ABOUT))
    if not found["changes"]:
        return
    rows = "".join(
        f'<tr><th scope="row">{_cell(c["label"])}</th><td>{_cell(charts.short(c["from_value"], c["unit"]))}</td>'
        f'<td>{_cell(charts.short(c["to_value"], c["unit"]))}</td><td>{_cell(f.percent(abs(c["effort"]), 0))}</td></tr>'
        for c in found["changes"]
    )
    st.html(
        '<table class="measures drivers"><caption>Changes of the combination</caption><thead><tr><th>Assumption</th>'
        f"<th>Today</th><th>Flips at</th><th>Share of range</th></tr></thead><tbody>{rows}</tbody></table>"
    )
    st.button("Apply this combination", key="drivers:apply", on_click=_apply, args=(found["changes"],),
              help="Undo takes the changes back one by one")


def _cell(text: str) -> str:
    return tag("span", text)


def _flip_message(found: Mapping[str, Any]) -> str:
    if not found["changes"]:
        return "No combination of these assumptions was found that flips the verdict within their declared bounds"
    who = {**{k: v.label for k, v in CLASSES.items()}, **theme.FAMILY_NAMES}[found["answer"]]
    verb = "lead" if found["question"] == "family" else "pays best"
    together = f"{f.percent(found['distance'], 0)} of a range"
    many = len(found["changes"])
    start = f"{who} {verb} after {many} change{'s' * (many > 1)} of {together} together"
    single = found["single"]
    if single is None:
        return f"{start}; no single assumption flips it"
    alone = f.percent(abs(single["effort"]), 0)
    return f"{start}; the cheapest single change, {charts.lowered(single['label'])}, takes {alone}"


def _apply(changes: Sequence[Mapping[str, Any]]) -> None:
    for change in changes:
        item: Entry = entry(change["path"], state.scenario())
        value = change["to_value"]
        state.change(item.path, int(value) if item.kind == "integer" else value)
