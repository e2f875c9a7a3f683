"""Model against history: one picture a series of a replay, from the tidy frame of the replay."""

from __future__ import annotations

import datetime as dt
from math import isnan

import altair as alt
import pandas as pd

from dashboard import format as f
from dashboard import theme
from dashboard.charts.marks import value_axis
from dashboard.charts.style import PERCENT, Spec, specification

HEIGHT = 220
ROW = 40
KINDS = ("time", "quarters", "labels")
_COLUMNS = ("x", "label", "observed", "p05", "p50", "p95", "seen", "model", "when")
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
    rows = []
    for at, row in zip(x, series.to_dict("records"), strict=True):
        low, middle, high = (float(row[name]) for name in ("p05", "p50", "p95"))
        span = "" if isnan(low) else f" ({write(low)} to {write(high)})"
        rows.append({
            "x": at, "label": row["label"], "observed": row["observed"], "p05": low, "p50": middle, "p95": high,
            "seen": None if isnan(row["observed"]) else write(float(row["observed"])),
            "model": None if isnan(middle) else f"{write(middle)}{span}",
            "when": row["date"] or ("" if kind == "labels" else f"quarter {f.digits(float(row['quarter']))}"),
        })
    return pd.DataFrame(rows, columns=list(_COLUMNS))


def _year(date: str) -> float:
    day = dt.date.fromisoformat(date)
    return day.year + (day.timetuple().tm_yday - 1) / 365.25


def covered(frame: pd.DataFrame) -> tuple[int, int]:
    """Readings that lie between the model's 5% and 95% at the nearest point of time, and how many could be compared.

    Not counted: readings the model starts from, where it has no spread yet, and an index in the year that makes it 1.
    """
    model = frame[frame["p05"].notna()]
    if model.empty:
        return 0, 0
    inside = count = 0
    for row in frame[frame["observed"].notna()].to_dict("records"):
        near = model.loc[(model["x"] - row["x"]).abs().idxmin()]
        if near["p95"] - near["p05"] < 1e-9 or row["observed"] == near["p50"] == 1.0:
            continue
        count += 1
        inside += bool(near["p05"] <= row["observed"] <= near["p95"])
    return inside, count


def series_message(name: str, frame: pd.DataFrame, kind: str) -> str:
    """Series, and how many readings the model's range holds."""
    title = name[0].upper() + name[1:]
    inside, count = covered(frame) if kind != "labels" else (0, 0)
    if count:
        return f"{title}: {inside} of {count} reading{'' if count == 1 else 's'} in the model's range"
    if frame["observed"].notna().any() and frame["p50"].notna().any():
        return f"{title}: model beside history"
    return f"{title}: {'history' if frame['observed'].notna().any() else 'model'} only"


def replay_chart(frame: pd.DataFrame, kind: str, unit: str) -> alt.LayerChart:
    """Model as line and band (or tick and whisker by label), history as open circles."""
    return _by_label(frame, unit) if kind == "labels" else _along(frame, kind, unit)


def _along(frame: pd.DataFrame, kind: str, unit: str) -> alt.LayerChart:
    base = alt.Chart(frame)
    title = None if kind == "time" else "Quarters from closing"
    x = alt.X("x:Q", scale=alt.Scale(zero=False, nice=False, padding=8),
              axis=alt.Axis(title=title, format="d", tickCount=5, tickMinStep=1, grid=False, domain=True))
    axis = value_axis("", FORMATS[unit])

    def y(field: str) -> alt.Y:
        return alt.Y(f"{field}:Q", axis=axis, scale=alt.Scale(zero=True, nice=True))

    model = base.transform_filter("isValid(datum.p50)")
    history = base.transform_filter("isValid(datum.observed)")
    ink = theme.gray("ink")
    return alt.layer(
        base.transform_filter("isValid(datum.p05)").mark_area(color=theme.gray("band"), opacity=0.14, aria=False)
        .encode(x=x, y=y("p05"), y2="p95:Q"),
        model.mark_line(color=ink, strokeWidth=2).encode(x=x, y=y("p50")),
        model.mark_point(size=110, opacity=0).encode(x=x, y=y("p50"), tooltip=_tips("model", "Model")),
        history.mark_point(size=60, filled=True, opacity=1, color=theme.gray("page"), stroke=ink, strokeWidth=1.8)
        .encode(x=x, y=y("observed"), tooltip=_tips("seen", "Observed")),
    ).properties(width="container", height=HEIGHT)


def _by_label(frame: pd.DataFrame, unit: str) -> alt.LayerChart:
    base = alt.Chart(frame)
    y = alt.Y("label:N", sort=None, axis=None)
    axis = alt.Axis(title=None, labelExpr=FORMATS[unit], tickCount=5)

    def x(field: str) -> alt.X:
        return alt.X(f"{field}:Q", axis=axis, scale=alt.Scale(zero=True, nice=True))

    ink = theme.gray("ink")
    names = base.mark_text(align="left", baseline="bottom", dy=-8, fontSize=11, color=theme.gray("muted"), limit=300)
    return alt.layer(
        names.encode(y=y, x=alt.value(0), text="label:N"),
        base.transform_filter("isValid(datum.p05)").mark_bar(color=theme.gray("band"), opacity=0.18, height=8)
        .encode(y=y, x=x("p05"), x2="p95:Q"),
        base.transform_filter("isValid(datum.p50)").mark_tick(color=ink, thickness=3, height=14)
        .encode(y=y, x=x("p50"), tooltip=_tips("model", "Model")),
        base.transform_filter("isValid(datum.observed)")
        .mark_point(size=60, filled=True, opacity=1, color=theme.gray("page"), stroke=ink, strokeWidth=1.8)
        .encode(y=y, x=x("observed"), tooltip=_tips("seen", "Observed")),
    ).properties(width="container", height=alt.Step(ROW))


def _tips(field: str, title: str) -> list[alt.Tooltip]:
    return [alt.Tooltip("label:N", title="What"), alt.Tooltip("when:N", title="When"),
            alt.Tooltip(f"{field}:N", title=title)]


_EMPTY = pd.DataFrame(columns=list(_COLUMNS))
SPECS: dict[tuple[str, str], Spec] = {
    (kind, unit): specification(replay_chart(_EMPTY, kind, unit)) for kind in KINDS for unit in FORMATS
}
