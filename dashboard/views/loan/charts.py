"""Charts of one facility: coverage and collateral through time, defaults by year, losses by tranche, maturity."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

import altair as alt
import pandas as pd

from dashboard import format as f
from dashboard import theme
from dashboard.charts.marks import value_axis
from dashboard.charts.style import PERCENT, Spec, specification

HEIGHT = 200
Kind = Literal["dscr", "ltv"]
QUANTILES = ("p05", "p25", "p50", "p75", "p95")
TITLES = {"dscr": "Cash over debt service", "ltv": "Loan over value of the machines"}
_FAN = ("when", *QUANTILES, "test", "test_text", "test_below", "date", "middle", "half", "most", "alive")
_DEFAULT = ("year", "by_year", "low", "high", "text")
_LOSS = ("loss", "probability", "tranche", "text", "mark")
_BAR = ("bar", "start", "middle", "end", "marks", "text", "name")
_BREACH = ("when", "test", "probability", "text", "mark")
_SIZE = ("rule", "amount", "is_binding", "text")
MOST_LTV = 3.0
"""Loan-to-value above which the axis is cut: collateral that is worth almost nothing."""
TESTS = {
    "lock-up": "cash locked up", "loan above value": "loan above value", "in default": "in default",
}
BARS = {"loan": "Loan", "contract": "Contract", "economic life": "Machines earn"}


def fan_frame(fan: pd.DataFrame, kind: Kind, tests: Mapping[str, float]) -> pd.DataFrame:
    """Quantiles by quarter with a test's level in the first rows; columns of `_FAN`."""
    write = f.multiple if kind == "dscr" else (lambda value: f.percent(value, 0))
    top = float("inf") if kind == "dscr" else MOST_LTV
    named = list(tests.items())
    out = []
    for i, row in enumerate(fan.to_dict("records")):
        low, lower, middle, upper, high = (float(row[name]) for name in QUANTILES)
        name, level = named[i] if i < len(named) else (None, float("nan"))
        out.append({
            "when": f.moment(row["quarter"]), **{q: min(float(row[q]), top) for q in QUANTILES},
            "test": level, "test_text": name, "test_below": i > 0, "date": f.calendar(row["quarter"]),
            "middle": f"{write(middle)}{_plus_minus(float(row['p50_se']), kind)}",
            "half": f"{write(lower)} to {write(upper)}", "most": f"{write(low)} to {write(high)}",
            "alive": f.percent(float(row["alive"]), 0),
        })
    return pd.DataFrame(out, columns=list(_FAN))


def _plus_minus(error: float, kind: Kind) -> str:
    if not error > 0.0:
        return ""
    return f" ±{f.digits(2 * error, 2, 3)}x" if kind == "dscr" else f" {f.noise(error)} pts"


def fan_chart(frame: pd.DataFrame, kind: Kind) -> alt.LayerChart:
    """Median, half and nine tenths of living loans; dashed lines are what the lender tests."""
    base, band = alt.Chart(frame), theme.gray("band")
    x = alt.X("when:Q", scale=alt.Scale(nice=False, zero=False, padding=0),
              axis=alt.Axis(title=None, grid=False, labelExpr="format(datum.value, 'd')", tickCount=5, domain=True))
    labels = "format(datum.value, '.1f') + 'x'" if kind == "dscr" else PERCENT
    # Coverage lives near its tests; loan-to-value is read against nothing owed.
    axis, scale = value_axis(TITLES[kind], labels), alt.Scale(zero=kind == "ltv", nice=True)

    def y(field: str) -> alt.Y:
        return alt.Y(f"{field}:Q", scale=scale, axis=axis)

    tests = base.transform_filter("isValid(datum.test_text)")
    tips = [alt.Tooltip("date:N", title="Quarter"), alt.Tooltip("middle:N", title="Median"),
            alt.Tooltip("half:N", title="Half of living loans"), alt.Tooltip("most:N", title="Nine in ten"),
            alt.Tooltip("alive:N", title="Not in default")]
    return alt.layer(
        base.mark_area(color=band, opacity=0.10, aria=False).encode(x=x, y=y("p05"), y2="p95:Q"),
        base.mark_area(color=band, opacity=0.16, aria=False).encode(x=x, y=y("p25"), y2="p75:Q"),
        tests.mark_rule(color=theme.SCREEN["gpu_debt"], strokeDash=[4, 3], strokeWidth=1.3).encode(y=y("test")),
        *(
            tests.transform_filter(f"datum.test_below == {str(below).lower()}").mark_text(
                align="right", baseline="top" if below else "bottom", dy=4 if below else -3, fontSize=11,
                color=theme.gray("muted"),
            ).encode(x=alt.value("width"), y=y("test"), text="test_text:N")
            for below in (False, True)
        ),
        base.mark_line(color=theme.gray("ink"), strokeWidth=2).encode(x=x, y=y("p50")),
        base.mark_rule(opacity=0, strokeWidth=12, aria=False).encode(x=x, tooltip=tips),
    ).properties(width="container", height=HEIGHT)


def default_frame(table: pd.DataFrame) -> pd.DataFrame:
    """Chance of having defaulted by the end of each year, with two standard errors; columns of `_DEFAULT`."""
    out = []
    for row in table.to_dict("records"):
        chance, error = float(row["by_year"]), float(row["by_year_se"])
        spread = 2 * error if error > 0 else 0.0
        out.append({
            "year": str(int(row["year"])), "by_year": chance, "low": max(chance - spread, 0.0), "high": chance + spread,
            "text": f"by the end of year {int(row['year'])}: {f.percent(chance)} {f.noise(error)} pts, "
                    f"of it {f.percent(float(row['in_year']))} in the year",
        })
    return pd.DataFrame(out, columns=list(_DEFAULT))


def default_chart(frame: pd.DataFrame) -> alt.LayerChart:
    """Bars that add up over the years, with the noise of the simulation."""
    base = alt.Chart(frame)
    x = alt.X("year:O", axis=alt.Axis(title="Years from closing", labelAngle=0), scale=alt.Scale(paddingInner=0.3))
    y = alt.Y("by_year:Q", axis=value_axis("Chance of default until then", "format(datum.value, '.1~%')"),
              scale=alt.Scale(zero=True))
    return alt.layer(
        base.mark_bar(color=theme.SCREEN["gpu_debt"]).encode(x=x, y=y, tooltip=[alt.Tooltip("text:N", title=" ")]),
        base.mark_rule(color=theme.gray("ink"), strokeWidth=1.2, aria=False).encode(x=x, y=alt.Y("low:Q"), y2="high:Q"),
    ).properties(width="container", height=HEIGHT)


def loss_frame(curve: pd.DataFrame) -> pd.DataFrame:
    """Chance of losing more than a share, by tranche; columns of `_LOSS`."""
    out = []
    for tranche, part in curve.groupby("tranche", sort=False):
        last = len(part) // (2 if tranche == "senior" else 3 if tranche == "equity" else 5)
        for i, row in enumerate(part.to_dict("records")):
            loss, chance = f.percent(row["loss"], 0), f.percent(row["probability"])
            words = f"{tranche} loses more than {loss} in {chance} of futures"
            out.append({"loss": row["loss"], "probability": row["probability"], "tranche": tranche, "text": words,
                        "mark": tranche if i == last else None})
    return pd.DataFrame(out, columns=list(_LOSS))


def loss_chart(frame: pd.DataFrame) -> alt.LayerChart:
    """One curve a tranche: the senior in color, mezzanine dashed, owner in gray."""
    base = alt.Chart(frame)
    x = alt.X("loss:Q", axis=alt.Axis(title="Loss, share of what the tranche paid in", labelExpr=PERCENT, tickCount=5,
                                      grid=False, domain=True))
    y = alt.Y("probability:Q", axis=value_axis("Chance of losing more", "format(datum.value, '.1~%')"))
    styles = {"senior": (theme.SCREEN["gpu_debt"], [1, 0], 2.4), "mezzanine": (theme.gray("muted"), [5, 3], 1.6),
              "equity": (theme.gray("faint"), [1, 0], 1.6)}
    lines = [
        base.transform_filter(f"datum.tranche == '{name}'").mark_line(color=color, strokeDash=dash, strokeWidth=width)
        .encode(x=x, y=y) for name, (color, dash, width) in styles.items()
    ]
    names = base.transform_filter("isValid(datum.mark)").mark_text(align="left", baseline="bottom", dx=4, dy=-4)
    points = base.mark_point(size=70, opacity=0, aria=False)
    return alt.layer(
        *lines, names.encode(x=x, y=y, text="mark:N"),
        points.encode(x=x, y=y, tooltip=[alt.Tooltip("text:N", title=" ")]),
    ).properties(width="container", height=HEIGHT)


def horizon_frame(table: pd.DataFrame) -> pd.DataFrame:
    """Loan, contract and economic life as bars in calendar time; columns of `_BAR`."""
    out = []
    for row in table.to_dict("records"):
        start, middle, end = (f.moment(4 * float(row[name])) for name in ("start", "middle", "end"))
        text = f"{BARS[row['bar']]}: {f.calendar(4 * row['start'])} to {f.calendar(4 * row['end'])}"
        if middle == middle:  # a loan of nothing has no life
            text += f"; the dot is the {row['marks']}, {f.calendar(4 * row['middle'])}"
        out.append({"bar": row["bar"], "start": start, "middle": middle, "end": end, "marks": row["marks"],
                    "text": text, "name": BARS[row["bar"]]})
    return pd.DataFrame(out, columns=list(_BAR))


def horizon_chart(frame: pd.DataFrame) -> alt.LayerChart:
    """Three bars one under the other; where the loan ends, a line through all of them."""
    base = alt.Chart(frame)
    x = alt.X("start:Q", scale=alt.Scale(zero=False, nice=False, padding=6),
              axis=alt.Axis(title=None, labelExpr="format(datum.value, 'd')", tickCount=6, grid=False, domain=True))
    y = alt.Y("bar:N", sort=list(BARS), axis=None)
    shades = alt.Scale(domain=list(BARS), range=[theme.SCREEN["gpu_debt"], theme.gray("faint"), theme.gray("line")])
    tips = [alt.Tooltip("text:N", title=" ")]
    return alt.layer(
        base.mark_bar(height=14, yOffset=6).encode(
            x=x, x2="end:Q", y=y, color=alt.Color("bar:N", scale=shades, legend=None), tooltip=tips),
        base.mark_point(filled=True, size=60, opacity=1, color=theme.gray("ink"), yOffset=6).encode(
            x=alt.X("middle:Q"), y=y, tooltip=tips),
        base.transform_filter("datum.bar == 'loan'").mark_rule(
            color=theme.gray("ink"), strokeDash=[4, 3], strokeWidth=1.2).encode(x=alt.X("end:Q")),
        base.mark_text(align="left", baseline="bottom", dy=-4, fontSize=12, color=theme.gray("muted")).encode(
            x=x, y=y, text="name:N"),
    ).properties(width="container", height=alt.Step(44))


def breach_frame(table: pd.DataFrame) -> pd.DataFrame:
    """Share of futures in which a test fails, by quarter; columns of `_BREACH`."""
    shown = table[table["test"].isin(TESTS)]
    out = []
    for test, part in shown.groupby("test", sort=False):
        rows = part.to_dict("records")
        peak = max(range(len(rows)), key=lambda i, rows=rows: rows[i]["probability"])
        for i, row in enumerate(rows):
            chance, error = float(row["probability"]), float(row["error"])
            words = f"{f.calendar(row['quarter'])}, {TESTS[str(test)]}: {f.percent(chance)} {f.noise(error)} pts"
            out.append({"when": f.moment(row["quarter"]), "test": test, "probability": chance, "text": words,
                        "mark": TESTS[str(test)] if i == peak and chance > 0 else None})
    return pd.DataFrame(out, columns=list(_BREACH))


def breach_chart(frame: pd.DataFrame) -> alt.LayerChart:
    """One line a test, told apart by dashes and names; default in color."""
    base = alt.Chart(frame)
    x = alt.X("when:Q", scale=alt.Scale(zero=False, nice=False, padding=4),
              axis=alt.Axis(title=None, labelExpr="format(datum.value, 'd')", tickCount=5, grid=False, domain=True))
    y = alt.Y("probability:Q", axis=value_axis("Share of futures", "format(datum.value, '.1~%')"))
    order = list(TESTS)
    colors = [theme.gray("muted"), theme.gray("ink"), theme.SCREEN["gpu_debt"]]
    return alt.layer(
        base.mark_line(strokeWidth=1.8).encode(
            x=x, y=y, color=alt.Color("test:N", scale=alt.Scale(domain=order, range=colors), legend=None),
            strokeDash=alt.StrokeDash("test:N", scale=alt.Scale(domain=order, range=[[2, 2], [8, 3], [1, 0]]),
                                      legend=None)),
        base.transform_filter("isValid(datum.mark)").mark_text(align="right", baseline="bottom", dy=-3, fontSize=11)
        .encode(x=x, y=y, text="mark:N"),
        base.mark_point(size=60, opacity=0, aria=False).encode(x=x, y=y, tooltip=[alt.Tooltip("text:N", title=" ")]),
    ).properties(width="container", height=HEIGHT)


def size_frame(limits: Mapping[str, float], words: Mapping[str, str], cost: float) -> pd.DataFrame:
    """What each rule would lend, share of cost; columns of `_SIZE`."""
    least = min(limits.values())
    return pd.DataFrame([
        {"rule": words[name], "amount": amount / cost, "is_binding": amount == least,
         "text": f"{words[name]}: {f.percent(amount / cost)} of cost, {f.money(amount)} per H100e"}
        for name, amount in limits.items()
    ], columns=list(_SIZE))


def size_chart(frame: pd.DataFrame) -> alt.LayerChart:
    """A bar a rule, the one that sizes the loan in color."""
    base = alt.Chart(frame)
    x = alt.X("amount:Q", axis=alt.Axis(title=None, labelExpr=PERCENT, tickCount=4), scale=alt.Scale(zero=True))
    y = alt.Y("rule:N", sort=None, axis=None)
    color = alt.condition("datum.is_binding", alt.value(theme.SCREEN["gpu_debt"]), alt.value(theme.gray("line")))
    return alt.layer(
        base.mark_bar(height=10, yOffset=8).encode(x=x, y=y, color=color, tooltip=[alt.Tooltip("text:N", title=" ")]),
        base.mark_text(align="left", baseline="bottom", dy=0, fontSize=12, color=theme.gray("muted"), limit=330).encode(
            x=alt.value(0), y=y, text="text:N"),
    ).properties(width="container", height=alt.Step(42))


def _empty(columns: tuple[str, ...]) -> pd.DataFrame:
    return pd.DataFrame(columns=list(columns))


FANS: dict[str, Spec] = {kind: specification(fan_chart(_empty(_FAN), kind)) for kind in ("dscr", "ltv")}  # type: ignore[arg-type]
DEFAULT: Spec = specification(default_chart(_empty(_DEFAULT)))
LOSS: Spec = specification(loss_chart(_empty(_LOSS)))
HORIZON: Spec = specification(horizon_chart(_empty(_BAR)))
BREACH: Spec = specification(breach_chart(_empty(_BREACH)))
SIZE: Spec = specification(size_chart(_empty(_SIZE)))


def record(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows as plain values, for tests and tables."""
    return [{str(k): v for k, v in row.items()} for row in frame.to_dict("records")]
