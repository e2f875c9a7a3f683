"""Model against history: one picture a series of a replay, from the tidy frame of the replay."""

from __future__ import annotations

import datetime as dt
from math import isnan

import altair as alt
import pandas as pd

from dashboard import format as f
from dashboard.charts.marks import PERCENT, drawn, known, rows, span, tips, upright, value_axis
from dashboard.charts.style import BAND, INK, MUTED, PAGE, Look, Spec

KINDS = ("time", "quarters", "labels")
_NUMBERS = "abs(datum.value) < 10 ? format(datum.value, '.2~f') : format(datum.value, ',.3~g')"
FORMATS = {"share": PERCENT, "number": _NUMBERS}
UNITS = {
    "USD/h": "USD an hour", "USD/kg": "USD per kg", "index": "Index", "x": "Multiple", "share": "Share",
    "per year": "A year", "years": "Years",
}


def kind_of(frame: pd.DataFrame) -> str:
    """How a series is drawn: along dates, along quarters of the replay, or by label where it has neither."""
    if (frame["date"] != "").all():
        return "time"
    return "quarters" if frame["quarter"].notna().all() else "labels"


def format_of(unit: str) -> str:
    """Key of `FORMATS`, by the unit of a series."""
    return "share" if f.is_share(unit) else "number"


def replay_frame(series: pd.DataFrame, kind: str) -> pd.DataFrame:
    """Everything a picture draws: x (decimal year or quarter), label, observed, p05, p50, p95, and texts."""
    write = f.percent if format_of(str(series["unit"].iloc[0])) == "share" else f.digits
    x = [_year(d) for d in series["date"]] if kind == "time" else series["quarter"].tolist()
    out = []
    for at, row in zip(x, series.to_dict("records"), strict=True):
        low, middle, high, seen = (float(row[name]) for name in ("p05", "p50", "p95", "observed"))
        spread = "" if isnan(low) else f" ({span(low, high, write)})"
        out.append({
            "x": at, "label": row["label"], "observed": row["observed"], "p05": low, "p50": middle, "p95": high,
            "seen": None if isnan(seen) else write(seen), "model": None if isnan(middle) else write(middle) + spread,
            "when": row["date"] or ("" if kind == "labels" else f"quarter {f.digits(float(row['quarter']))}"),
        })
    return pd.DataFrame(out)


def _year(date: str) -> float:
    day = dt.date.fromisoformat(date)
    return day.year + (day.timetuple().tm_yday - 1) / 365.25


def along_chart(kind: str, unit: str) -> Spec:
    """Model as line and band along time, history as open circles."""
    title = None if kind == "time" else "Quarters from closing"
    x = alt.X("x:Q", scale=alt.Scale(zero=False, nice=False, padding=8),
              axis=alt.Axis(title=title, format="d", tickCount=5, tickMinStep=1, grid=False, domain=True))
    y = upright(value_axis("", FORMATS[unit]), zero=True, nice=True)
    model = known("p50")
    return drawn(
        known("p05").mark_area(color=BAND, opacity=0.14, aria=False).encode(x=x, y=y("p05"), y2="p95:Q"),
        model.mark_line(color=INK, strokeWidth=2).encode(x=x, y=y("p50")),
        model.mark_point(size=110, opacity=0).encode(x=x, y=y("p50"), tooltip=_MODEL),
        _history().encode(x=x, y=y("observed"), tooltip=_SEEN),
        height=220,
    )


def label_chart(unit: str) -> Spec:
    """Model as tick and whisker by label, history as open circles."""
    y, axis = alt.Y("label:N", sort=None, axis=None), alt.Axis(title=None, labelExpr=FORMATS[unit], tickCount=5)
    low, middle, seen = (
        alt.X(f"{field}:Q", axis=axis, scale=alt.Scale(zero=True, nice=True)) for field in ("p05", "p50", "observed")
    )
    names = rows.mark_text(align="left", baseline="bottom", dy=-8, fontSize=11, color=MUTED, limit=300)
    return drawn(
        names.encode(y=y, x=alt.value(0), text="label:N"),
        known("p05").mark_bar(color=BAND, opacity=0.18, height=8).encode(y=y, x=low, x2="p95:Q"),
        known("p50").mark_tick(color=INK, thickness=3, height=14).encode(y=y, x=middle, tooltip=_MODEL),
        _history().encode(y=y, x=seen, tooltip=_SEEN),
        height=alt.Step(40),
    )


def _history() -> alt.Chart:
    look: Look = {"size": 60, "filled": True, "opacity": 1, "color": PAGE, "stroke": INK, "strokeWidth": 1.8}
    circles: alt.Chart = known("observed").mark_point(**look)
    return circles


_MODEL, _SEEN = tips(label="What", when="When", model="Model"), tips(label="What", when="When", seen="Observed")
SPECS = {
    (kind, unit): label_chart(unit) if kind == "labels" else along_chart(kind, unit)
    for kind in KINDS for unit in FORMATS
}
