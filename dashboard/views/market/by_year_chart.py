"""One driver year by year: what the reader gave against the path the model takes otherwise."""

from __future__ import annotations

from dataclasses import dataclass

import altair as alt
import pandas as pd

from dashboard import format as f
from dashboard import theme
from dashboard.charts.market_fans import value_axis
from dashboard.charts.style import Spec, specification

HEIGHT = 220
COLUMNS = ("year", "value", "line", "text", "name")
GIVEN, USUAL = "as given", "usual path"


@dataclass(frozen=True)
class Scale:
    """How a driver is shown: stored values times ``factor``, in ``unit``."""

    factor: float
    unit: str


def path_frame(table: pd.DataFrame, scale: Scale) -> pd.DataFrame:
    """Rows of both lines: year, value in the unit shown, line, text, name (at one end, where the other line is not).

    Parameters
    ----------
    table : DataFrame
        year, usual, given, as from `models.driver_paths.driver_path`.
    """
    rows = []
    for line, name in ((USUAL, "usual"), (GIVEN, "given")):
        shown = table.loc[table[name].notna()]
        for row in shown.to_dict("records"):
            value = float(row[name]) * scale.factor
            is_named = row["year"] == (shown["year"].min() if line == USUAL else shown["year"].max())
            rows.append({
                "year": f.year_of(4 * int(row["year"]) - 3), "value": value, "line": line,
                "text": f"{f.assumption(round(value, 4), '')} {scale.unit}".strip(), "name": line if is_named else None,
            })
    return pd.DataFrame(rows, columns=list(COLUMNS))


def path_message(label: str, table: pd.DataFrame, scale: Scale, none: str) -> str:
    """How far the given path lies from the usual one, and where most."""
    name = label.removesuffix(" by year")
    if table["given"].isna().all():
        return f"{name}: {none}"
    if table["usual"].isna().all():
        first, last = (f.digits(float(table["given"].iloc[i]) * scale.factor, 3, 2) for i in (0, -1))
        return f"{name} as given: {first} at first, {last} in the end; usually there is none"
    gap = (table["given"] - table["usual"]) * scale.factor
    most = int(gap.abs().to_numpy().argmax())
    mean = float(gap.mean())
    unit = "points" if scale.factor == 100.0 else scale.unit
    if float(gap.abs().max()) == 0.0:
        return f"{name} as given is the usual path"
    side = "above" if mean > 0 else "below"
    far = f.signed(float(gap.iloc[most]), 2)
    return (
        f"{name} as given: {f.digits(abs(mean), 3, 2)} {unit} {side} the usual path on average, "
        f"furthest in {f.year_of(4 * most + 1)} ({far})"
    )


def path_chart(frame: pd.DataFrame) -> alt.LayerChart:
    """Two lines with their years: what is given in ink, the usual path dashed."""
    base = alt.Chart(frame)
    years = list(range(f.year_of(1), f.year_of(37) + 1))
    x = alt.X(
        "year:Q", scale=alt.Scale(domain=[years[0], years[-1]], nice=False, padding=14),
        axis=alt.Axis(title=None, grid=False, values=years[::3], labelExpr="format(datum.value, 'd')"),
    )
    y = alt.Y("value:Q", scale=alt.Scale(zero=True, nice=True), axis=value_axis("", "datum.label"))
    ink, muted = theme.gray("ink"), theme.gray("muted")
    tips = [
        alt.Tooltip("year:Q", title="Year", format="d"), alt.Tooltip("text:N", title="Value"),
        alt.Tooltip("line:N", title="Line"),
    ]
    usual, given = (base.transform_filter(f"datum.line === '{name}'") for name in (USUAL, GIVEN))
    names = base.transform_filter("isValid(datum.name)")
    return alt.layer(
        usual.mark_line(color=muted, strokeDash=[4, 3], strokeWidth=1.4).encode(x=x, y=y),
        given.mark_line(color=ink, strokeWidth=2).encode(x=x, y=y),
        usual.mark_point(color=muted, filled=True, size=24, opacity=1).encode(x=x, y=y, tooltip=tips),
        given.mark_point(color=ink, filled=True, size=40, opacity=1).encode(x=x, y=y, tooltip=tips),
        names.transform_filter(f"datum.line === '{USUAL}'")
        .mark_text(align="left", baseline="bottom", dx=10, dy=2, fontSize=12, color=muted)
        .encode(x=x, y=y, text="name:N"),
        names.transform_filter(f"datum.line === '{GIVEN}'")
        .mark_text(align="right", baseline="bottom", dy=-6, fontSize=12, color=ink).encode(x=x, y=y, text="name:N"),
    ).properties(width="container", height=HEIGHT)


SPEC: Spec = specification(path_chart(pd.DataFrame(columns=list(COLUMNS))))
