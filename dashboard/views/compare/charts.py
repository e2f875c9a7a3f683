"""Scenarios side by side on the same axes, and the bridge between two of them: frames, charts, sentences."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt
import pandas as pd

from dashboard import format as f
from dashboard import theme
from dashboard.charts.marks import TICKS
from dashboard.charts.style import PERCENT, Spec, specification

LETTERS = "ABCDEF"
"""Scenarios by letter: one color is one class everywhere, so color cannot name a scenario."""
DASHES = ([1, 0], [6, 3], [2, 2], [8, 2, 2, 2], [12, 4], [1, 4])
SERIES = {"price": "Rent, median of futures", "surplus": "Surplus capacity, median of futures"}
LARGEST_IRR = 0.6
_RANGES = ("label", "asset", "letter", "p05", "p50", "p95", "text")
_LINES = ("when", "value", "letter", "end_text", "date", "text")
_STEPS = ("label", "order", "start", "end", "low", "high", "kind", "text", "tip")


def amount(value: float, unit: str) -> str:
    """Figure in its unit."""
    return f.irr(value) if unit == "per year" else f.percent(value)


def ranges_frame(ranges: pd.DataFrame) -> pd.DataFrame:
    """One row a class and scenario; ends beyond the frame are cut, the text keeps them."""
    rows = []
    order = {key: i for i, key in enumerate(theme.SCREEN)}
    ranked = sorted(ranges.to_dict("records"), key=lambda row: (order[row["asset"]], row["position"]))
    for row in ranked:
        low, middle, high = (float(row[p]) for p in ("p05", "p50", "p95"))
        letter = LETTERS[int(row["position"])]
        rows.append({
            "label": row["label"], "asset": row["asset"], "letter": letter, "p05": low, "p50": min(middle, LARGEST_IRR),
            "p95": min(high, LARGEST_IRR),
            "text": f"{letter}: median {f.irr(middle)}, from {f.irr(low)} to {f.irr(high)} in nine of ten futures",
        })
    return pd.DataFrame(rows, columns=list(_RANGES))


def ranges_chart(frame: pd.DataFrame) -> alt.FacetChart:
    """Bars from the 5th to the 95th percentile of yearly return, a tick at the median, a row a scenario."""
    base = alt.Chart(frame)
    colors = alt.Color("asset:N", legend=None, scale=alt.Scale(
        domain=list(theme.SCREEN), range=list(theme.SCREEN.values())))
    x = alt.X("p05:Q", scale=alt.Scale(nice=False, domainMax=LARGEST_IRR), axis=alt.Axis(
        title="Return a year: 5th to 95th percentile, median", labelExpr=PERCENT, tickCount=6))
    y = alt.Y("row:N", sort=None, axis=alt.Axis(title=None, labelLimit=170, labelColor=theme.gray("ink")))
    tips = [alt.Tooltip("label:N", title="Class"), alt.Tooltip("text:N", title="Return")]
    named = base.transform_calculate(row="datum.label + '  ' + datum.letter")
    return alt.layer(
        named.mark_bar(height=5, opacity=0.45, cornerRadius=2).encode(x=x, x2="p95:Q", y=y, color=colors, tooltip=tips),
        named.mark_tick(thickness=3, size=13).encode(x="p50:Q", y=y, color=colors, tooltip=tips),
    ).properties(width="container", height=alt.Step(17))


def lines_frame(medians: pd.DataFrame, series: str) -> pd.DataFrame:
    """Median of one series by quarter, a line a scenario; names pushed apart at the right end."""
    part = medians[medians["series"] == series]
    last = int(part["quarter"].max())
    write = f.rent if series == "price" else f.percent
    rows = [
        {
            "when": f.moment(int(row["quarter"])), "value": row["value"], "letter": LETTERS[int(row["position"])],
            "end_text": LETTERS[int(row["position"])] if row["quarter"] == last else None,
            "date": f.calendar(int(row["quarter"])), "text": write(float(row["value"])),
        }
        for row in part.to_dict("records")
    ]
    frame = pd.DataFrame(rows, columns=list(_LINES))
    reach = float(frame["value"].max() - frame["value"].min()) or 1.0
    taken: dict[str, float] = {}
    for i in frame[frame["end_text"].notna()].sort_values("value").index:
        height = float(frame.loc[i, "value"])
        near = next((name for name, at in taken.items() if abs(at - height) < 0.06 * reach), None)
        name = str(frame.loc[i, "letter"])
        if near is None:
            taken[name] = height
        else:  # lines that end together share one name
            other = frame[(frame["end_text"].notna()) & (frame["letter"] == near)].index[0]
            frame.loc[other, "end_text"] = f"{frame.loc[other, 'end_text']}, {name}"
            frame.loc[i, "end_text"] = None
    return frame


def lines_chart(frame: pd.DataFrame, series: str) -> alt.LayerChart:
    """One dash a scenario, named by letter at the right end."""
    base = alt.Chart(frame)
    label = "'$' + format(datum.value, '.2~f')" if series == "price" else PERCENT
    title = "USD per H100e-hour" if series == "price" else "share of demand"
    x = alt.X("when:Q", scale=alt.Scale(nice=False, zero=False, padding=0), axis=alt.Axis(
        title=None, grid=False, values=TICKS, labelExpr="format(datum.value, 'd')", domain=True))
    y = alt.Y("value:Q", scale=alt.Scale(zero=True, nice=True), axis=alt.Axis(
        title=title, titleAngle=0, titleAlign="left", titleAnchor="end", titleX=-32, titleY=-10, tickCount=4,
        labelExpr=label))
    dash = alt.StrokeDash("letter:N", legend=None, scale=alt.Scale(domain=list(LETTERS), range=list(DASHES)))
    tips = [alt.Tooltip("letter:N", title="Scenario"), alt.Tooltip("date:N", title="Quarter"),
            alt.Tooltip("text:N", title="Median")]
    return alt.layer(
        base.mark_line(color=theme.gray("ink"), strokeWidth=1.6).encode(x=x, y=y, strokeDash=dash),
        base.mark_point(opacity=0, size=60).encode(x=x, y=y, detail="letter:N", tooltip=tips),
        base.transform_filter("isValid(datum.end_text)").mark_text(
            align="left", dx=5, fontSize=12, color=theme.gray("ink"), aria=False
        ).encode(x=x, y=y, text="end_text:N"),
    ).properties(width="container", height=220)


def steps_frame(start: float, end: float, parts: Sequence[Mapping[str, Any]], unit: str, ends: tuple[str, str]
                ) -> pd.DataFrame:
    """Waterfall from one scenario to the other; parts need label, value and error, and are drawn as they come."""
    rows = [_step(ends[0], 0, 0.0, start, start, 0.0, "end", amount(start, unit), f"{ends[0]}: {amount(start, unit)}")]
    level = start
    for i, part in enumerate(parts, start=1):
        value, error = float(part["value"]), float(part["error"])
        kind = "close" if f.is_close(value, error) else "up" if value > 0 else "down"
        noise = f" {n} pts" if (n := f.noise(error, 2)) else ""
        tip = f"{part['label']}: {f.points(value, 2)}{noise}"
        rows.append(_step(part["label"], i, level, level + value, level + value, error, kind, f.points(value), tip))
        level += value
    rows.append(_step(ends[1], len(parts) + 1, 0.0, end, end, 0.0, "end", amount(end, unit),
                      f"{ends[1]}: {amount(end, unit)}"))
    return pd.DataFrame(rows, columns=list(_STEPS))


def _step(label: str, order: int, start: float, end: float, at: float, error: float, kind: str, text: str, tip: str
          ) -> dict[str, Any]:
    noise = 0.0 if error != error else 2.0 * error
    return {"label": label, "order": order, "start": start, "end": end, "low": at - noise, "high": at + noise,
            "kind": kind, "text": text, "tip": tip}


def steps_chart(frame: pd.DataFrame) -> alt.LayerChart:
    """Bars that start where the last one ended; hollow where the part is within its noise."""
    base = alt.Chart(frame)
    x = alt.X("start:Q", axis=alt.Axis(title=None, labelExpr=PERCENT, tickCount=5), scale=alt.Scale(zero=False))
    y = alt.Y("label:N", sort=alt.EncodingSortField("order"), axis=alt.Axis(
        title=None, labelLimit=190, labelColor=theme.gray("ink")))
    tips = [alt.Tooltip("tip:N", title=" ")]
    ink = theme.gray("ink")
    fill = alt.Opacity("kind:N", legend=None, scale=alt.Scale(
        domain=["end", "up", "down", "close"], range=[0.25, 0.85, 0.85, 0.25]))
    colors = alt.Color("kind:N", legend=None, scale=alt.Scale(
        domain=["end", "up", "down", "close"],
        range=[ink, theme.SCREEN["llm_developer"], theme.SCREEN["gpu_fleet"], theme.gray("faint")]))
    edge = "max(datum.start, datum.end, datum.high)"
    return alt.layer(
        base.mark_bar(height=15).encode(x=x, x2="end:Q", y=y, opacity=fill, color=colors, tooltip=tips),
        base.transform_filter("datum.kind != 'end'").mark_rule(color=ink, strokeWidth=1.2, aria=False).encode(
            x=alt.X("low:Q"), x2="high:Q", y=y),
        base.transform_calculate(edge=edge).mark_text(align="left", dx=6, fontSize=11.5).encode(
            x=alt.X("edge:Q"), y=y, text="text:N"),
    ).properties(width="container", height=alt.Step(30))


def bridge_message(label: str, parts: Sequence[Mapping[str, Any]], total: float, error: float) -> str:
    """What moves a figure most between two scenarios, and what works against it."""
    if f.is_close(total, error) and all(f.is_close(p["value"], p["error"]) for p in parts):
        return f"Nothing moves this figure by more than the noise: {label}"
    sure = [p for p in parts if not f.is_close(p["value"], p["error"])]
    ranked = sorted(sure, key=lambda p: -abs(float(p["value"])))
    first = ranked[0]
    words = f"Most comes from {_inside(first['label'])}: {f.points(float(first['value']))} of {f.points(total)}"
    against = next((p for p in ranked if float(p["value"]) * float(first["value"]) < 0), None)
    if against is not None:
        words += f"; against it: {_inside(against['label'])}, {f.points(float(against['value']))}"
    return words


def _inside(label: str) -> str:
    """Label inside a sentence; abbreviations keep their capitals."""
    return label if label[1:2].isupper() else label[0].lower() + label[1:]


RANGES: Spec = specification(ranges_chart(pd.DataFrame(columns=list(_RANGES))))
LINES: Mapping[str, Spec] = {
    series: specification(lines_chart(pd.DataFrame(columns=list(_LINES)), series)) for series in SERIES
}
STEPS: Spec = specification(steps_chart(pd.DataFrame(columns=list(_STEPS))))
