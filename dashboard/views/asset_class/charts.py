"""What a class earns on, as fans by quarter, and what becomes of it, as shares of futures."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import altair as alt
import pandas as pd

from dashboard import format as f
from dashboard import theme
from dashboard.charts import marks
from dashboard.charts.marks import DOLLARS, PERCENT, drawn, rows, tips, upright, where
from dashboard.charts.style import SCREEN, Spec

HEIGHT = 210
EVENT_COLUMNS = ("when", "event", "share", "date", "written", "is_last", "named_at")
APART = 0.1  # least distance of two names, share of the highest line
_GIGA = "replace(format(datum.value, '$.3~s'), 'G', 'bn')"

LABELS: Mapping[str, str] = {
    "share": PERCENT,
    "money": f"replace(replace({_GIGA}, 'T', 'tn'), 'M', 'm')",
    "rent": DOLLARS,
    "multiple": "format(datum.value, '.2~f') + 'x'",
}
WRITTEN: Mapping[str, Callable[[float], str]] = {
    "share": f.percent,
    "money": f.money,
    "rent": f.rent,
    "multiple": lambda value: f"{f.digits(value, 3, 2)}x",
}


def kind_of(unit: str) -> str:
    """How quantities of a unit are drawn and written: "share", "money", "rent" or "multiple"."""
    if f.is_share(unit):
        return "share"
    if unit == "USD/h":
        return "rent"
    return "money" if unit.startswith("USD") else "multiple"


def fan_frame(fan: pd.DataFrame, kind: str) -> pd.DataFrame:
    """Everything a fan draws, one row a quarter.

    Columns needed: quarter, p05, p25, p50, p75, p95, reference (NaN where there is none).
    """
    columns, reference = marks.fan_columns(fan, WRITTEN[kind]), fan["reference"].tolist()
    return pd.DataFrame(columns | {"reference": reference, "compared": [WRITTEN[kind](value) for value in reference]})


def events_frame(events: pd.DataFrame) -> pd.DataFrame:
    """Everything the chart of events draws, one row an event and quarter. Columns needed: quarter, event, share."""
    last = events["quarter"].max() if len(events) else 0
    named = _named_at(dict(zip(*(events[events["quarter"] == last][c] for c in ("event", "share")), strict=True)))
    return marks.table([
        {
            "when": f.moment(row["quarter"]), "event": row["event"], "share": float(row["share"]),
            "date": f.calendar(row["quarter"]), "written": f.percent(float(row["share"])),
            "is_last": row["quarter"] == last, "named_at": named[row["event"]],
        }
        for row in events.to_dict("records")
    ], EVENT_COLUMNS)


def _named_at(ends: Mapping[str, float]) -> dict[str, float]:
    """Where the name of each line stands: at its end, or above the name below it."""
    out: dict[str, float] = {}
    gap, free = APART * max(ends.values(), default=0.0), 0.0
    for event, share in sorted(ends.items(), key=lambda item: item[1]):
        out[event] = max(float(share), free)
        free = out[event] + gap
    return out


def _x() -> alt.X:
    return marks.calendar(domain=[f.moment(0), f.moment(40)])


def _axis(kind: str) -> alt.Axis:
    return alt.Axis(title=None, tickCount=4, labelExpr=LABELS[kind])


def fan_chart(kind: str, color: str) -> Spec:
    """Median, 25% to 75% and 5% to 95% of futures in the color of the class; a dashed line to compare with."""
    x, y = _x(), upright(_axis(kind), zero=True, nice=True)
    look = {name: SCREEN[name] | {"color": color, "opacity": opacity, "clip": True}
            for name, opacity in (("most", 0.16), ("half", 0.28))}
    return drawn(
        *marks.fan(x, y, marks.compared(x, y("reference")), look={**SCREEN, **look}),
        marks.hover(x, tips(**marks.FAN_TIPS, compared="Dashed line")),
        height=HEIGHT,
    )


def events_chart(color: str) -> Spec:
    """Share of futures in which something has happened, one named line an event."""
    x, upwards = _x(), upright(_axis("share"), domainMin=0, nice=True)
    y = upwards("share")
    said = tips(date="Quarter", event="In these futures it is", written="Share of futures")
    return drawn(
        rows.mark_line(color=color, strokeWidth=2.5).encode(x=x, y=y, detail="event:N"),
        where("datum.is_last").mark_text(align="right", baseline="bottom", dy=-5, fontSize=12).encode(
            x=x, y=upwards("named_at"), text="event:N"
        ),
        rows.mark_point(opacity=0, size=120).encode(x=x, y=y, tooltip=said),
        height=HEIGHT,
    )


FAN_SPECS = {(key, kind): fan_chart(kind, color) for key, color in theme.SCREEN.items() for kind in LABELS}
EVENT_SPECS = {key: events_chart(color) for key, color in theme.SCREEN.items()}
