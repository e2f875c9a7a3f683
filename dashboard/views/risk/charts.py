"""Stress matrix, path of the nearest loss and regret: frames, charts and the sentences above them."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import altair as alt
import pandas as pd

from dashboard import format as f
from dashboard.charts.marks import PERCENT, calendar, choice, drawn, known, rows, tips, upright, zero
from dashboard.charts.style import INK, SCREEN, Spec
from dashboard.views.risk.words import cents
from dashboard.words import SHORT as CLASSES

FULL = 0.55
"""Strongest shade of a cell; its sign is written too."""

SHORT = CLASSES | {"gpu_fleet": "Fleet", "picks": "Picks mix", "others": "LLM+cloud mix", "both": "Mix of all"}
SERIES = {
    "demand": "Demand against plan", "price": "Rent against break-even", "surplus": "Surplus capacity",
    "cash": "Money back, share of capital",
}
NEAR, USUAL = "these losses", "all futures"


def shade(change: float, widest: float) -> float:
    """Opacity of a cell by the size of its change."""
    return 0.0 if widest <= 0 or change != change else FULL * min(1.0, abs(change) / widest)


def is_worse(figure: str, change: float) -> bool:
    """Whether a change is for the worse: more loss, or less value and return."""
    return change > 0 if figure in ("probability_of_loss", "cvar_95") else change < 0


def path_frame(path: pd.DataFrame, series: str) -> pd.DataFrame:
    """Two lines of one series over time: the near losses and all futures."""
    out = []
    part = path[path["series"] == series].sort_values("quarter")
    last = int(part["quarter"].max())
    for column, line in (("usual", USUAL), ("stressed", NEAR)):
        for quarter, value in zip(part["quarter"], part[column], strict=True):
            out.append({
                "when": f.moment(int(quarter)), "value": value, "line": line,
                "end_text": line if quarter == last else None, "date": f.calendar(int(quarter)),
                "text": f.percent(value),
            })
    frame = pd.DataFrame(out)
    ends = frame[frame["end_text"].notna()]
    reach = max(float(frame["value"].max() - frame["value"].min()), 1e-9)
    if len(ends) == 2 and abs(float(ends["value"].diff().iloc[-1])) < 0.12 * reach:
        frame.loc[ends.index[0], "end_text"] = None  # the two names would lie on each other; the dash tells them apart
    return frame


def path_chart() -> Spec:
    """Full line for the near losses, dashed for all futures, named at the right end."""
    x, y = calendar(), upright(alt.Axis(title=None, tickCount=4, labelExpr=PERCENT), zero=True, nice=True)("value")
    dash = choice(alt.StrokeDash, "line", {NEAR: [1, 0], USUAL: [4, 3]})
    width = choice(alt.StrokeWidth, "line", {NEAR: 2, USUAL: 1.2})
    said = tips(date="Quarter", line="Median of", text="Value")
    return drawn(
        zero(),
        rows.mark_line(color=INK).encode(x=x, y=y, strokeDash=dash, strokeWidth=width),
        rows.mark_point(opacity=0, size=60).encode(x=x, y=y, tooltip=said),
        known("end_text").mark_text(**SCREEN["end"]).encode(x=x, y=y, text="end_text:N"),
        height=170,
    )


def regret_frame(table: pd.DataFrame, absent: Collection[tuple[str, str]] = ()) -> pd.DataFrame:
    """One cell a choice and scenario, cents per dollar, with the largest regret of each choice in the first row."""
    widest = float(table["regret"].max()) or 1.0
    out = []
    order = {key: i for i, key in enumerate(dict.fromkeys(table["choice"]))}
    for key, part in table.groupby("choice", sort=False):
        top = float(part["largest"].iloc[0])
        tip = f"{part['label'].iloc[0]}: at most {cents(top)}"
        out.append(_cell("Largest of all", key, order[key], top, widest, tip))
    for row in table.to_dict("records"):
        noise = f" ±{f.digits(200 * row['regret_se'], 2, 1)}" if row["regret_se"] > 0 else ""
        cash = ", as cash" if (row["choice"], row["scenario"]) in absent else ""
        worth = f"worth {cents(row['value'])}, regret {cents(row['regret'])}{noise}"
        tip = f"{row['label']} in {row['title']}{cash}: {worth}"
        out.append(_cell(row["title"], row["choice"], order[row["choice"]], row["regret"], widest, tip))
    return pd.DataFrame(out)


def _cell(scenario: str, choice: Any, order: int, regret: float, widest: float, tip: str) -> dict[str, Any]:
    return {
        "scenario": scenario, "choice": SHORT.get(str(choice), str(choice)), "order": order,
        "cents": f.digits(100 * regret, 3, 0), "shade": FULL * regret / widest, "tip": tip,
        "is_best": regret == 0,
    }


def regret_chart() -> Spec:
    """Cells by scenario and choice, darker is more regret; the figure is written in each."""
    x = alt.X("choice:N", sort=alt.EncodingSortField("order"), axis=alt.Axis(
        title=None, orient="top", labelAngle=-60, labelAlign="left", labelLimit=90, labelColor=INK))
    y = alt.Y("scenario:N", sort=None, axis=alt.Axis(title=None, labelLimit=118, labelColor=INK))
    cell = {"x": x, "y": y, "tooltip": tips(tip=" ")}
    return drawn(
        rows.mark_rect(color=INK, cornerRadius=2).encode(opacity=alt.Opacity("shade:Q", scale=None), **cell),
        rows.mark_text(fontSize=10.5).encode(text="cents:N", **cell),
        height=alt.Step(24),
    )


PATH, REGRET = path_chart(), regret_chart()
