"""What drives a metric and what would bring it to a goal: frames, charts and the sentences above them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

import altair as alt
import pandas as pd

from dashboard import format as f
from dashboard.charts.marks import PERCENT, SAID, choice, drawn, legend, rows, tips, upright, where, zero
from dashboard.charts.style import BAND, FAINT, INK, MUTED, PAGE, Look, Spec
from dashboard.views.drivers.words import amount, difference, short, written

SHOWN = 14
SIDES = ("at the low end", "at the high end", "within the noise")
ORDERS = ("alone", "only together with others")

Bar = Mapping[str, Any]

_BARS = alt.Y("label:N", sort=alt.SortField("order"), axis=None)
_ABOVE: Look = {"align": "left", "baseline": "bottom", "dy": -9, "fontSize": 12}
"""Words above a bar."""


def tornado_frame(bars: Sequence[Bar], names: Mapping[str, str], unit: str) -> pd.DataFrame:
    """Two rows a bar, one for each end; ``names`` words the assumptions by path."""
    out = []
    for order, bar in enumerate(bars[:SHOWN]):
        ends = f"{short(bar['low'], bar['unit'])} to {short(bar['high'], bar['unit'])}"
        starts = _starts(bar["effect_low"], bar["effect_high"])
        for side, name, start in zip(("low", "high"), SIDES, starts, strict=False):
            effect, error, at = bar[f"effect_{side}"], bar[f"effect_{side}_se"], short(bar[side], bar["unit"])
            noise = f" ±{difference(2 * error, unit).lstrip('+')}" if error == error and error > 0 else ""
            out.append({
                "label": names[bar["path"]], "order": order, "which": side,
                "side": SIDES[2] if bar["is_noise"] else name,
                "start": start, "end": effect, "low": effect - 2 * error, "high": effect + 2 * error,
                "text": f"{names[bar['path']]}: {ends}",
                "tip": f"At {at}: {difference(effect, unit)}{noise}" if effect == effect else f"No figure at {at}",
            })
    return pd.DataFrame(out)


def _starts(low: float, high: float) -> tuple[float, float]:
    """Where the pieces of a bar begin: at today, or at the nearer end where both ends lie on the same side."""
    if not low * high > 0.0:
        return 0.0, 0.0
    return (high, 0.0) if abs(low) > abs(high) else (0.0, low)


@lru_cache(maxsize=4)
def tornado_spec(title: str, is_share: bool) -> Spec:
    """Bars from today's value to both ends, whiskers of two standard errors, names above the bars."""
    axis = _axis(title, is_share)
    x = alt.X("end:Q", axis=axis, scale=alt.Scale(nice=True, padding=28))
    scale = alt.Scale(type="ordinal", domain=list(SIDES), range=[0.35, 0.85, 0.14])
    shade = alt.Opacity("side:N", scale=scale, legend=legend(columns=3))
    return drawn(
        rows.mark_bar(color=INK, height=13).encode(
            y=_BARS, x=x, x2="start:Q", opacity=shade, tooltip=tips(label="Assumption", tip="Change")
        ),
        rows.mark_rule(color=FAINT, strokeWidth=1.5, aria=False).encode(
            y=_BARS, x=alt.X("low:Q", axis=axis), x2="high:Q"
        ),
        zero("x"),
        where("datum.which == 'low'").mark_text(**_ABOVE).encode(y=_BARS, x=alt.value(0), text="text:N"),
        height=alt.Step(44),
    )


def _axis(title: str, is_share: bool) -> alt.Axis:
    return alt.Axis(title=title, tickCount=5, labelExpr=PERCENT if is_share else alt.Undefined)


def shares_frame(indices: Sequence[Bar], names: Mapping[str, str]) -> pd.DataFrame:
    """Two rows an assumption: what it brings alone, and what it brings only together with others."""
    out = []
    for order, index in enumerate(indices):
        alone, total = max(0.0, index["first"]), max(0.0, index["total"])
        text = f"{names[index['path']]}: {f.percent(total, 0)}"
        tip = (
            f"{f.percent(index['first'])} ±{f.percent(index['first_ci'])} alone, {f.percent(index['total'])} "
            f"±{f.percent(index['total_ci'])} in all; places {index['ranks'][0]} and {index['ranks'][1]} in two runs"
        )
        for part, start, end in ((ORDERS[0], 0.0, min(alone, total)), (ORDERS[1], min(alone, total), total)):
            out.append({
                "label": names[index["path"]], "order": order, "part": part, "start": start, "end": end,
                "low": max(0.0, total - index["total_ci"]), "high": total + index["total_ci"], "text": text, "tip": tip,
            })
    return pd.DataFrame(out)


def _shares_chart() -> Spec:
    axis = alt.Axis(title="Share of the variance over the declared bounds", labelExpr=PERCENT, tickCount=5)
    x = alt.X("start:Q", axis=axis, scale=alt.Scale(domainMin=0))
    shade = choice(alt.Opacity, "part", dict(zip(ORDERS, (0.85, 0.3), strict=True)), legend())
    return drawn(
        rows.mark_bar(color=INK, height=13).encode(
            y=_BARS, x=x, x2="end:Q", opacity=shade, tooltip=tips(label="Assumption", tip="Share")
        ),
        rows.mark_rule(color=FAINT, strokeWidth=1.5, aria=False).encode(y=_BARS, x="low:Q", x2="high:Q"),
        where(f"datum.part == '{ORDERS[0]}'").mark_text(**_ABOVE).encode(y=_BARS, x=alt.datum(0), text="text:N"),
        height=alt.Step(44),
    )


def seek_frame(found: Mapping[str, Any], scale: f.Scale) -> pd.DataFrame:
    """The scan with its noise and the goal, and as points the solutions or what comes nearest; x as it is shown."""
    scan = [
        {"x": scale.shown(x), "y": y, "low": y - 2 * error, "high": y + 2 * error, "goal": goal, "kind": "scan",
         "text": f"{written(x, found)}: {amount(y, found['target_unit'])}"}
        for x, y, error, goal in zip(found["points"], found["metrics"], found["errors"], found["goals"], strict=True)
    ]
    marks = [(s["value"], s["metric"], "") for s in found["solutions"]] or [
        (found["nearest"], found["nearest_metric"], "nearest: ")
    ]
    points = [{"x": scale.shown(x), "y": y, "kind": "found", "text": name + written(x, found)} for x, y, name in marks]
    return pd.DataFrame(scan + points)


@lru_cache(maxsize=16)
def seek_spec(x_title: str, y_title: str, is_share: bool) -> Spec:
    """Line of the metric with its noise, the dashed goal, dots where they meet, a ring for today."""
    scan, found = where("datum.kind == 'scan'"), where("datum.kind != 'scan'")
    x = alt.X("x:Q", axis=alt.Axis(title=x_title, grid=False, tickCount=6), scale=alt.Scale(nice=False, zero=False))
    y = upright(_axis(y_title, is_share), zero=False)
    return drawn(
        scan.mark_area(color=BAND, opacity=0.14, aria=False).encode(x=x, y=y("low"), y2="high:Q"),
        scan.mark_line(color=INK, strokeWidth=1.8).encode(x=x, y=y("y")),
        scan.mark_line(color=MUTED, strokeDash=[5, 4], strokeWidth=1.3).encode(x=x, y="goal:Q"),
        scan.mark_point(size=70, opacity=0, filled=True).encode(x=x, y="y:Q", tooltip=SAID),
        found.mark_point(size=80, filled=True, opacity=1, color=PAGE, stroke=INK, strokeWidth=1.6).encode(
            x=x, y="y:Q", tooltip=SAID
        ),
        found.mark_text(dy=-14, fontSize=12).encode(x=x, y="y:Q", text="text:N"),
        height=260,
    )


SHARES = _shares_chart()
