"""Scenarios side by side on the same axes, and the bridge between two of them: frames, charts, sentences."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt
import pandas as pd

from dashboard import format as f
from dashboard import theme
from dashboard.charts import marks
from dashboard.charts.marks import PERCENT, choice, class_color, drawn, known, rows, tips, upright, value_axis, where
from dashboard.charts.style import FAINT, INK, Spec
from dashboard.views.compare.words import amount

DOLLARS = "'$' + format(datum.value, '.2~f')"

LETTERS = "ABCDEF"
"""Scenarios by letter: one color is one class everywhere, so color cannot name a scenario."""
DASHES = ([1, 0], [6, 3], [2, 2], [8, 2, 2, 2], [12, 4], [1, 4])
SERIES = {"price": "Rent, median of futures", "surplus": "Surplus capacity, median of futures"}
LARGEST_IRR = 0.6


def ranges_frame(ranges: pd.DataFrame) -> pd.DataFrame:
    """One row a class and scenario; ends beyond the frame are cut, the text keeps them."""
    out = []
    order = {key: i for i, key in enumerate(theme.SCREEN)}
    for row in sorted(ranges.to_dict("records"), key=lambda row: (order[row["asset"]], row["position"])):
        low, middle, high = (float(row[p]) for p in ("p05", "p50", "p95"))
        letter = LETTERS[int(row["position"])]
        out.append({
            "label": row["label"], "asset": row["asset"], "letter": letter, "p05": low, "p50": min(middle, LARGEST_IRR),
            "p95": min(high, LARGEST_IRR),
            "text": f"{letter}: median {f.irr(middle)}, from {f.irr(low)} to {f.irr(high)} in nine of ten futures",
        })
    return pd.DataFrame(out)


def ranges_chart() -> Spec:
    """Bars from the 5th to the 95th percentile of yearly return, a tick at the median, a row a scenario."""
    x = alt.X("p05:Q", scale=alt.Scale(nice=False, domainMax=LARGEST_IRR), axis=alt.Axis(
        title="Return a year: 5th to 95th percentile, median", labelExpr=PERCENT, tickCount=6))
    y = alt.Y("row:N", sort=None, axis=alt.Axis(title=None, labelLimit=170, labelColor=INK))
    named, said = rows.transform_calculate(row="datum.label + '  ' + datum.letter"), tips(label="Class", text="Return")
    looks = {"y": y, "color": class_color(), "tooltip": said}
    return drawn(
        named.mark_bar(height=5, opacity=0.45, cornerRadius=2).encode(x=x, x2="p95:Q", **looks),
        named.mark_tick(thickness=3, size=13).encode(x="p50:Q", **looks),
        height=alt.Step(17),
    )


def lines_frame(medians: pd.DataFrame, series: str) -> pd.DataFrame:
    """Median of one series by quarter, a line a scenario; names pushed apart at the right end."""
    part = medians[medians["series"] == series]
    last = int(part["quarter"].max())
    write = f.rent if series == "price" else f.percent
    out = [
        {
            "when": f.moment(int(row["quarter"])), "value": row["value"], "letter": LETTERS[int(row["position"])],
            "end_text": LETTERS[int(row["position"])] if row["quarter"] == last else None,
            "date": f.calendar(int(row["quarter"])), "text": write(float(row["value"])),
        }
        for row in part.to_dict("records")
    ]
    frame = pd.DataFrame(out)
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


def lines_chart(series: str) -> Spec:
    """One dash a scenario, named by letter at the right end."""
    is_price = series == "price"
    title, labels = ("USD per H100e-hour", DOLLARS) if is_price else ("share of demand", PERCENT)
    x, y = marks.calendar(), upright(value_axis(title, labels), zero=True, nice=True)("value")
    dash = choice(alt.StrokeDash, "letter", dict(zip(LETTERS, DASHES, strict=True)))
    said = tips(letter="Scenario", date="Quarter", text="Median")
    return drawn(
        rows.mark_line(color=INK, strokeWidth=1.6).encode(x=x, y=y, strokeDash=dash),
        rows.mark_point(opacity=0, size=60).encode(x=x, y=y, detail="letter:N", tooltip=said),
        known("end_text").mark_text(align="left", dx=5, fontSize=12, color=INK, aria=False).encode(
            x=x, y=y, text="end_text:N"
        ),
        height=220,
    )


def steps_frame(
    start: float, end: float, parts: Sequence[Mapping[str, Any]], unit: str, ends: tuple[str, str]
) -> pd.DataFrame:
    """Waterfall from one scenario to the other; parts need label, value and error, and are drawn as they come."""
    out, level = [_end(ends[0], 0, start, unit)], start
    for i, part in enumerate(parts, start=1):
        value, error = float(part["value"]), float(part["error"])
        noise = f" {n} pts" if (n := f.noise(error, 2)) else ""
        to, spread = level + value, 0.0 if error != error else 2.0 * error
        out.append({
            "label": part["label"], "order": i, "start": level, "end": to, "low": to - spread, "high": to + spread,
            "kind": "close" if f.is_close(value, error) else "up" if value > 0 else "down", "text": f.points(value),
            "tip": f"{part['label']}: {f.points(value, 2)}{noise}",
        })
        level = to
    return pd.DataFrame([*out, _end(ends[1], len(parts) + 1, end, unit)])


def _end(label: str, order: int, at: float, unit: str) -> dict[str, Any]:
    text = amount(at, unit)
    return {"label": label, "order": order, "start": 0.0, "end": at, "low": at, "high": at, "kind": "end", "text": text,
            "tip": f"{label}: {text}"}


def steps_chart() -> Spec:
    """Bars that start where the last one ended; hollow where the part is within its noise."""
    x = alt.X("start:Q", axis=alt.Axis(title=None, labelExpr=PERCENT, tickCount=5), scale=alt.Scale(zero=False))
    y = alt.Y("label:N", sort=alt.EncodingSortField("order"), axis=alt.Axis(
        title=None, labelLimit=190, labelColor=INK))
    kinds = ("end", "up", "down", "close")
    opacity = choice(alt.Opacity, "kind", dict(zip(kinds, (0.25, 0.85, 0.85, 0.25), strict=True)))
    colors = (INK, theme.SCREEN["llm_developer"], theme.SCREEN["gpu_fleet"], FAINT)
    color = choice(alt.Color, "kind", dict(zip(kinds, colors, strict=True)))
    edge = rows.transform_calculate(edge="max(datum.start, datum.end, datum.high)")
    return drawn(
        rows.mark_bar(height=15).encode(x=x, x2="end:Q", y=y, opacity=opacity, color=color, tooltip=tips(tip=" ")),
        where("datum.kind != 'end'").mark_rule(color=INK, strokeWidth=1.2, aria=False).encode(
            x="low:Q", x2="high:Q", y=y
        ),
        edge.mark_text(align="left", dx=6, fontSize=11.5).encode(x="edge:Q", y=y, text="text:N"),
        height=alt.Step(30),
    )


RANGES, STEPS = ranges_chart(), steps_chart()
LINES = {series: lines_chart(series) for series in SERIES}
