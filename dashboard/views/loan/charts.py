"""Charts of one facility: coverage and collateral through time, defaults by year, losses by tranche, maturity."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import altair as alt
import pandas as pd

from dashboard import format as f
from dashboard import theme
from dashboard.charts import marks
from dashboard.charts.marks import SAID, TENTHS, calendar, choice, drawn, known, rows, table, upright, value_axis, where
from dashboard.charts.style import FAINT, INK, LINE, MUTED, Look, Spec

HEIGHT = 200
Kind = Literal["dscr", "ltv"]
TITLES = {"dscr": "Cash over debt service", "ltv": "Loan over value of the machines"}
COLOR = theme.SCREEN["gpu_debt"]
_LOSS = ("loss", "probability", "tranche", "text", "mark")
_BREACH = ("when", "test", "probability", "text", "mark")
_FAN = (*marks.QUANTILES, "when", "test", "test_text", "test_below", "date", "middle", "half", "most", "alive")
_SIZE = ("rule", "amount", "is_binding", "text")
_DEFAULT = ("year", "by_year", "low", "high", "text")
MOST_LTV = 3.0
"""Loan-to-value above which the axis is cut: collateral that is worth almost nothing."""
TESTS = {"lock-up": "cash locked up", "loan above value": "loan above value", "in default": "in default"}
BARS = {"loan": "Loan", "contract": "Contract", "economic life": "Machines earn"}


def fan_frame(fan: pd.DataFrame, kind: Kind, tests: Mapping[str, float]) -> pd.DataFrame:
    """Quantiles by quarter with a test's level in the first rows; columns of `_FAN`."""
    columns = marks.fan_columns(fan, f.multiple if kind == "dscr" else lambda value: f.percent(value, 0))
    spare = len(fan) - len(tests)
    columns |= {
        "test": [*tests.values(), *[float("nan")] * spare][: len(fan)],
        "test_text": [*tests, *[None] * spare][: len(fan)],
        "test_below": [i > 0 for i in range(len(fan))],
        "middle": [text + _plus_minus(e, kind) for text, e in zip(columns["middle"], fan["p50_se"], strict=True)],
        "alive": [f.percent(share, 0) for share in fan["alive"]],
    }
    frame = pd.DataFrame(columns, columns=list(_FAN))
    if kind == "ltv":
        frame[list(marks.QUANTILES)] = frame[list(marks.QUANTILES)].clip(upper=MOST_LTV)
    return frame


def _plus_minus(error: float, kind: Kind) -> str:
    if not error > 0.0:
        return ""
    return f" ±{f.digits(2 * error, 2, 3)}x" if kind == "dscr" else f" {f.noise(error)} pts"


def fan_chart(kind: Kind) -> Spec:
    """Median, half and nine tenths of living loans; dashed lines are what the lender tests."""
    x = calendar(ticks=5)
    labels = "format(datum.value, '.1f') + 'x'" if kind == "dscr" else marks.PERCENT
    # Coverage lives near its tests; loan-to-value is read against nothing owed.
    y = upright(value_axis(TITLES[kind], labels), zero=kind == "ltv", nice=True)
    tests = known("test_text")
    places: dict[str, Look] = {"false": {"baseline": "bottom", "dy": -3}, "true": {"baseline": "top", "dy": 4}}
    named = [
        tests.transform_filter(f"datum.test_below == {below}").mark_text(
            align="right", fontSize=11, color=MUTED, **place
        ).encode(x=alt.value("width"), y=y("test"), text="test_text:N")
        for below, place in places.items()
    ]
    said = marks.tips(**marks.FAN_TIPS | {"half": "Half of living loans", "alive": "Not in default"})
    lines = tests.mark_rule(color=COLOR, strokeDash=[4, 3], strokeWidth=1.3).encode(y=y("test"))
    return drawn(*marks.fan(x, y, lines, *named), marks.hover(x, said, width=12), height=HEIGHT)


def default_frame(years: pd.DataFrame) -> pd.DataFrame:
    """Chance of having defaulted by the end of each year, with two standard errors; columns of `_DEFAULT`."""
    out = []
    for row in years.to_dict("records"):
        chance, error = float(row["by_year"]), float(row["by_year_se"])
        spread = 2 * error if error > 0 else 0.0
        out.append({
            "year": str(int(row["year"])), "by_year": chance, "low": max(chance - spread, 0.0), "high": chance + spread,
            "text": f"by the end of year {int(row['year'])}: {f.percent(chance)} {f.noise(error)} pts, "
                    f"of it {f.percent(float(row['in_year']))} in the year",
        })
    return table(out, _DEFAULT)


def default_chart() -> Spec:
    """Bars that add up over the years, with the noise of the simulation."""
    x = alt.X("year:O", axis=alt.Axis(title="Years from closing", labelAngle=0), scale=alt.Scale(paddingInner=0.3))
    y = upright(value_axis("Chance of default until then", TENTHS), zero=True)("by_year")
    return drawn(
        rows.mark_bar(color=COLOR).encode(x=x, y=y, tooltip=SAID),
        rows.mark_rule(color=INK, strokeWidth=1.2, aria=False).encode(x=x, y="low:Q", y2="high:Q"),
        height=HEIGHT,
    )


def loss_frame(curve: pd.DataFrame) -> pd.DataFrame:
    """Chance of losing more than a share, by tranche; columns of `_LOSS`."""
    out = []
    for tranche, part in curve.groupby("tranche", sort=False):
        named = len(part) // (2 if tranche == "senior" else 3 if tranche == "equity" else 5)
        for i, row in enumerate(part.to_dict("records")):
            loss, chance = f.percent(row["loss"], 0), f.percent(row["probability"])
            words = f"{tranche} loses more than {loss} in {chance} of futures"
            out.append({"loss": row["loss"], "probability": row["probability"], "tranche": tranche, "text": words,
                        "mark": tranche if i == named else None})
    return table(out, _LOSS)


def loss_chart() -> Spec:
    """One curve a tranche: the senior in color, mezzanine dashed, owner in gray."""
    x = alt.X("loss:Q", axis=alt.Axis(title="Loss, share of what the tranche paid in", labelExpr=marks.PERCENT,
                                      tickCount=5, grid=False, domain=True))
    y = upright(value_axis("Chance of losing more", TENTHS))("probability")
    looks = {"senior": (COLOR, [1, 0], 2.4), "mezzanine": (MUTED, [5, 3], 1.6), "equity": (FAINT, [1, 0], 1.6)}
    return drawn(
        *(
            where(f"datum.tranche == '{name}'").mark_line(color=color, strokeDash=dash, strokeWidth=width)
            .encode(x=x, y=y) for name, (color, dash, width) in looks.items()
        ),
        known("mark").mark_text(align="left", baseline="bottom", dx=4, dy=-4).encode(x=x, y=y, text="mark:N"),
        rows.mark_point(size=70, opacity=0, aria=False).encode(x=x, y=y, tooltip=SAID),
        height=HEIGHT,
    )


def horizon_frame(lives: pd.DataFrame) -> pd.DataFrame:
    """Loan, contract and economic life as bars in calendar time: bar, start, middle, end, marks, text, name."""
    out = []
    for row in lives.to_dict("records"):
        start, middle, end = (f.moment(4 * float(row[name])) for name in ("start", "middle", "end"))
        text = f"{BARS[row['bar']]}: {f.calendar(4 * row['start'])} to {f.calendar(4 * row['end'])}"
        if middle == middle:  # a loan of nothing has no life
            text += f"; the dot is the {row['marks']}, {f.calendar(4 * row['middle'])}"
        out.append({"bar": row["bar"], "start": start, "middle": middle, "end": end, "marks": row["marks"],
                    "text": text, "name": BARS[row["bar"]]})
    return pd.DataFrame(out)


def horizon_chart() -> Spec:
    """Three bars one under the other; where the loan ends, a line through all of them."""
    x = alt.X("start:Q", scale=alt.Scale(zero=False, nice=False, padding=6),
              axis=alt.Axis(title=None, labelExpr=marks.YEAR, tickCount=6, grid=False, domain=True))
    y = alt.Y("bar:N", sort=list(BARS), axis=None)
    shade = choice(alt.Color, "bar", dict(zip(BARS, (COLOR, FAINT, LINE), strict=True)))
    return drawn(
        rows.mark_bar(height=14, yOffset=6).encode(x=x, x2="end:Q", y=y, color=shade, tooltip=SAID),
        rows.mark_point(filled=True, size=60, opacity=1, color=INK, yOffset=6).encode(x="middle:Q", y=y, tooltip=SAID),
        where("datum.bar == 'loan'").mark_rule(color=INK, strokeDash=[4, 3], strokeWidth=1.2).encode(x="end:Q"),
        rows.mark_text(align="left", baseline="bottom", dy=-4, fontSize=12, color=MUTED).encode(
            x=x, y=y, text="name:N"
        ),
        height=alt.Step(44),
    )


def breach_frame(tests: pd.DataFrame) -> pd.DataFrame:
    """Share of futures in which a test fails, by quarter; columns of `_BREACH`."""
    out = []
    for test, part in tests[tests["test"].isin(TESTS)].groupby("test", sort=False):
        peak, name = int(part["probability"].to_numpy().argmax()), TESTS[str(test)]
        for i, row in enumerate(part.to_dict("records")):
            chance, error = float(row["probability"]), float(row["error"])
            words = f"{f.calendar(row['quarter'])}, {name}: {f.percent(chance)} {f.noise(error)} pts"
            out.append({"when": f.moment(row["quarter"]), "test": test, "probability": chance, "text": words,
                        "mark": name if i == peak and chance > 0 else None})
    return table(out, _BREACH)


def breach_chart() -> Spec:
    """One line a test, told apart by dashes and names; default in color."""
    x, y = calendar(ticks=5, padding=4), upright(value_axis("Share of futures", TENTHS))("probability")
    color = choice(alt.Color, "test", dict(zip(TESTS, (MUTED, INK, COLOR), strict=True)))
    dash = choice(alt.StrokeDash, "test", dict(zip(TESTS, ([2, 2], [8, 3], [1, 0]), strict=True)))
    return drawn(
        rows.mark_line(strokeWidth=1.8).encode(x=x, y=y, color=color, strokeDash=dash),
        known("mark").mark_text(align="right", baseline="bottom", dy=-3, fontSize=11).encode(x=x, y=y, text="mark:N"),
        rows.mark_point(size=60, opacity=0, aria=False).encode(x=x, y=y, tooltip=SAID),
        height=HEIGHT,
    )


def size_frame(limits: Mapping[str, float], words: Mapping[str, str], cost: float) -> pd.DataFrame:
    """What each rule would lend, share of cost: rule, amount, is_binding, text; no row where no cost is left."""
    if cost <= 0.0:
        return table([], _SIZE)
    least = min(limits.values())
    return pd.DataFrame([
        {"rule": words[name], "amount": amount / cost, "is_binding": amount == least,
         "text": f"{words[name]}: {f.percent(amount / cost)} of cost, {f.money(amount)} per H100e"}
        for name, amount in limits.items()
    ])


def size_chart() -> Spec:
    """A bar a rule, the one that sizes the loan in color."""
    x = alt.X("amount:Q", axis=alt.Axis(title=None, labelExpr=marks.PERCENT, tickCount=4), scale=alt.Scale(zero=True))
    y = alt.Y("rule:N", sort=None, axis=None)
    color = alt.condition("datum.is_binding", alt.value(COLOR), alt.value(LINE))
    return drawn(
        rows.mark_bar(height=10, yOffset=8).encode(x=x, y=y, color=color, tooltip=SAID),
        rows.mark_text(align="left", baseline="bottom", dy=0, fontSize=12, color=MUTED, limit=330).encode(
            x=alt.value(0), y=y, text="text:N"
        ),
        height=alt.Step(42),
    )


FANS = {"dscr": fan_chart("dscr"), "ltv": fan_chart("ltv")}
DEFAULT, LOSS, HORIZON = default_chart(), loss_chart(), horizon_chart()
BREACH, SIZE = breach_chart(), size_chart()
