"""What a class earns on, as fans by quarter, and what becomes of it, as shares of futures."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import altair as alt
import pandas as pd

from dashboard import format as f
from dashboard import theme
from dashboard.charts.style import PERCENT, Spec, specification

HEIGHT = 210
QUANTILES = ("p05", "p25", "p50", "p75", "p95")
COLUMNS = ("when", *QUANTILES, "reference", "date", "middle", "half", "most", "compared")
EVENT_COLUMNS = ("when", "event", "share", "date", "written", "is_last")
TICKS = [2028, 2030, 2032, 2034, 2036]
_GIGA = "replace(format(datum.value, '$.3~s'), 'G', 'bn')"

LABELS: Mapping[str, str] = {
    "share": PERCENT,
    "money": f"replace(replace({_GIGA}, 'T', 'tn'), 'M', 'm')",
    "rent": "'$' + format(datum.value, '.1f')",
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
    write = WRITTEN[kind]
    rows = []
    for row in fan.to_dict("records"):
        low, lower, middle, upper, high = (float(row[name]) for name in QUANTILES)
        rows.append(
            {name: float(row[name]) for name in (*QUANTILES, "reference")}
            | {
                "when": f.moment(row["quarter"]),
                "date": f.calendar(row["quarter"]),
                "middle": write(middle),
                "half": f"{write(lower)} to {write(upper)}",
                "most": f"{write(low)} to {write(high)}",
                "compared": write(float(row["reference"])),
            }
        )
    return pd.DataFrame(rows, columns=list(COLUMNS))


def events_frame(events: pd.DataFrame) -> pd.DataFrame:
    """Everything the chart of events draws, one row an event and quarter. Columns needed: quarter, event, share."""
    last = events["quarter"].max() if len(events) else 0
    rows = [
        {
            "when": f.moment(row["quarter"]),
            "event": row["event"],
            "share": float(row["share"]),
            "date": f.calendar(row["quarter"]),
            "written": f.percent(float(row["share"])),
            "is_last": row["quarter"] == last,
        }
        for row in events.to_dict("records")
    ]
    return pd.DataFrame(rows, columns=list(EVENT_COLUMNS))


def _x() -> alt.X:
    return alt.X(
        "when:Q",
        scale=alt.Scale(nice=False, zero=False, padding=0, domain=[f.moment(0), f.moment(40)]),
        axis=alt.Axis(title=None, grid=False, values=TICKS, labelExpr="format(datum.value, 'd')", domain=True),
    )


def _axis(kind: str) -> alt.Axis:
    return alt.Axis(title=None, tickCount=4, labelExpr=LABELS[kind])


def fan_chart(frame: pd.DataFrame, kind: str, color: str) -> alt.LayerChart:
    """Median, 25% to 75% and 5% to 95% of futures in the color of the class; a dashed line to compare with."""
    base, x, axis = alt.Chart(frame), _x(), _axis(kind)

    def y(field: str) -> alt.Y:
        return alt.Y(f"{field}:Q", axis=axis, scale=alt.Scale(zero=True, nice=True))

    tips = [
        alt.Tooltip("date:N", title="Quarter"),
        alt.Tooltip("middle:N", title="Median"),
        alt.Tooltip("half:N", title="Half of futures"),
        alt.Tooltip("most:N", title="Nine in ten"),
        alt.Tooltip("compared:N", title="Dashed line"),
    ]
    return alt.layer(
        base.mark_area(color=color, opacity=0.16, aria=False, clip=True).encode(x=x, y=y("p05"), y2="p95:Q"),
        base.mark_area(color=color, opacity=0.28, aria=False, clip=True).encode(x=x, y=y("p25"), y2="p75:Q"),
        base.mark_line(color=theme.gray("muted"), strokeDash=[4, 3], strokeWidth=1.2).encode(x=x, y=y("reference")),
        base.mark_line(color=theme.gray("ink"), strokeWidth=2).encode(x=x, y=y("p50")),
        base.mark_rule(opacity=0, strokeWidth=9, aria=False).encode(x=x, tooltip=tips),
    ).properties(width="container", height=HEIGHT)


def events_chart(frame: pd.DataFrame, color: str) -> alt.LayerChart:
    """Share of futures in which something has happened, one named line an event."""
    base, x = alt.Chart(frame), _x()
    y = alt.Y("share:Q", axis=_axis("share"), scale=alt.Scale(domainMin=0, nice=True))
    tips = [
        alt.Tooltip("date:N", title="Quarter"),
        alt.Tooltip("event:N", title="In these futures it is"),
        alt.Tooltip("written:N", title="Share of futures"),
    ]
    line = base.mark_line(color=color, strokeWidth=2.5).encode(x=x, y=y, detail="event:N")
    name = (
        base.transform_filter("datum.is_last")
        .mark_text(align="right", baseline="bottom", dy=-5, fontSize=12)
        .encode(x=x, y=y, text="event:N")
    )
    return alt.layer(line, name, base.mark_point(opacity=0, size=120).encode(x=x, y=y, tooltip=tips)).properties(
        width="container", height=HEIGHT
    )


_EMPTY, _NO_EVENTS = pd.DataFrame(columns=list(COLUMNS)), pd.DataFrame(columns=list(EVENT_COLUMNS))
FAN_SPECS: dict[tuple[str, str], Spec] = {
    (key, kind): specification(fan_chart(_EMPTY, kind, color)) for key, color in theme.SCREEN.items() for kind in LABELS
}
EVENT_SPECS: dict[str, Spec] = {
    key: specification(events_chart(_NO_EVENTS, color)) for key, color in theme.SCREEN.items()
}
