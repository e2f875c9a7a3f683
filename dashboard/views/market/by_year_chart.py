"""One driver year by year: what the reader gave against the path the model takes otherwise."""

from __future__ import annotations

import altair as alt
import pandas as pd

from dashboard import format as f
from dashboard.charts.fans import HEIGHT
from dashboard.charts.marks import drawn, table, tips, upright, value_axis, where
from dashboard.charts.style import INK, MUTED, Spec

COLUMNS = ("year", "value", "line", "text", "name")
GIVEN, USUAL = "as given", "usual path"


def path_frame(paths: pd.DataFrame, scale: f.Scale) -> pd.DataFrame:
    """Rows of both lines: year, value in the unit shown, line, text, name (at one end, where the other line is not).

    Parameters
    ----------
    paths : DataFrame
        year, usual, given, as from `models.scenario.by_year.driver_path`.
    """
    rows = []
    for line, name in ((USUAL, "usual"), (GIVEN, "given")):
        shown = paths.loc[paths[name].notna()]
        for row in shown.to_dict("records"):
            value = scale.shown(float(row[name]))
            is_named = row["year"] == (shown["year"].min() if line == USUAL else shown["year"].max())
            rows.append({
                "year": f.year_of(4 * int(row["year"]) - 3), "value": value, "line": line,
                "text": f"{f.assumption(round(value, 4), '')} {scale.unit}".strip(), "name": line if is_named else None,
            })
    return table(rows, COLUMNS)


def path_chart() -> Spec:
    """Two lines with their years: what is given in ink, the usual path dashed."""
    years = list(range(f.year_of(1), f.year_of(37) + 1))
    x = alt.X(
        "year:Q", scale=alt.Scale(domain=[years[0], years[-1]], nice=False, padding=14),
        axis=alt.Axis(title=None, grid=False, values=years[::3], labelExpr="format(datum.value, 'd')"),
    )
    y = upright(value_axis("", "datum.label"), zero=True, nice=True)("value")
    said = [alt.Tooltip("year:Q", title="Year", format="d"), *tips(text="Value", line="Line")]
    usual, given = (where(f"datum.line === '{name}'") for name in (USUAL, GIVEN))
    names = where("isValid(datum.name)")
    return drawn(
        usual.mark_line(color=MUTED, strokeDash=[4, 3], strokeWidth=1.4).encode(x=x, y=y),
        given.mark_line(color=INK, strokeWidth=2).encode(x=x, y=y),
        usual.mark_point(color=MUTED, filled=True, size=24, opacity=1).encode(x=x, y=y, tooltip=said),
        given.mark_point(color=INK, filled=True, size=40, opacity=1).encode(x=x, y=y, tooltip=said),
        names.transform_filter(f"datum.line === '{USUAL}'")
        .mark_text(align="left", baseline="bottom", dx=10, dy=2, fontSize=12, color=MUTED)
        .encode(x=x, y=y, text="name:N"),
        names.transform_filter(f"datum.line === '{GIVEN}'")
        .mark_text(align="right", baseline="bottom", dy=-6, fontSize=12, color=INK).encode(x=x, y=y, text="name:N"),
        height=HEIGHT,
    )


SPEC: Spec = path_chart()
