"""Tables of the asset pages: measures at both entries, single figures, effects of the drivers, key of the lines."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from html import escape
from typing import Any

from dashboard import format as f
from dashboard.blocks.markup import tag, tip
from dashboard.views.asset_class.charts import WRITTEN, kind_of
from dashboard.views.asset_class.words import NOTHING, effect_words
from models.studies.sensitivity.driver_effects import declaration

Row = Mapping[str, Any]


def _spread(row: Row, name: str, write: Callable[[float], str]) -> str:
    low, middle, high = (escape(write(float(row[f"{name}_{part}"]))) for part in ("p05", "p50", "p95"))
    return f"<i>{low}</i> <b>{middle}</b> <i>{high}</i>"


def _one(row: Row, name: str, write: Callable[[float], str]) -> str:
    return f"<b>{escape(write(float(row[name])))}</b>"


def _points(row: Row, name: str) -> str:
    text = f.noise(float(row[f"{name}_se"]), 2)
    return f"{text} pts" if text else ""


def _absolute(row: Row, name: str, unit: str) -> str:
    error = float(row[f"{name}_se"])
    return f"±{f.digits(2 * error, 2, 3)} {unit}" if error > 0.00025 else ""


MEASURES: tuple[tuple[str, str, Callable[[Row], str], Callable[[Row], str]], ...] = (
    (
        "Return a year",
        "Internal rate of return, % a year: 5th percentile, median and 95th percentile of all futures.",
        lambda row: _spread(row, "irr", f.irr),
        lambda row: _points(row, "irr_p50"),
    ),
    (
        "P(loss)",
        "Share of futures that return less money than was paid in.",
        lambda row: _one(row, "probability_of_loss", f.percent),
        lambda row: _points(row, "probability_of_loss"),
    ),
    (
        "P(below cash)",
        "Share of futures that earn less than the common funding rate would have.",
        lambda row: _one(row, "probability_below_cash", f.percent),
        lambda row: _points(row, "probability_below_cash"),
    ),
    (
        "Worst 5%",
        "CVaR 95: mean loss of value at the common funding rate in the worst 5% of futures, % of capital committed.",
        lambda row: _one(row, "cvar_95", f.percent),
        lambda row: _points(row, "cvar_95"),
    ),
    (
        "Money back",
        "MOIC: money paid out over money paid in, x: 5th percentile, median and 95th percentile.",
        lambda row: _spread(row, "moic", f.multiple),
        lambda row: _absolute(row, "moic_p50", "x"),
    ),
    (
        "Payback",
        "Years until the money paid in is back: 5th percentile, median and 95th percentile.",
        lambda row: _spread(row, "payback_years", _short_years),
        lambda row: _absolute(row, "payback_years_p50", "years"),
    ),
    (
        "Sure gain",
        "Sure gain over cash, % of capital, that a cautious investor would take instead; below zero the risk is not "
        "paid for.",
        lambda row: _one(row, "certainty_equivalent", f.percent),
        lambda row: _points(row, "certainty_equivalent"),
    ),
    (
        "Value at the hurdle",
        "Mean net present value at the class's own required return, USD per unit; zero is fairly paid. Levered "
        "equity is measured at the hurdle of the asset below it, so leverage shows here.",
        lambda row: _one(row, "npv_mean", f.money),
        lambda row: f"±{f.money(2 * float(row['npv_mean_se']))}" if row["npv_mean_se"] > 0 else "",
    ),
    (
        "Entry price",
        "All that is paid for one unit, USD; known at closing, so without sampling error.",
        lambda row: f"<b>{escape(f.money(float(row['price'])))}</b>",
        lambda row: f"per {row['unit']}",
    ),
)
"""Name, one sentence, value, noise (two standard errors) of each measure."""


def _short_years(value: float) -> str:
    return "never" if value == float("inf") else f"{f.digits(value, 2, 1)} y" if value == value else f.NOT_AVAILABLE


def measures(rows: Mapping[str, Row], names: Mapping[str, str], shown: str) -> str:
    """Table of the measures, one column an entry; the one the charts show is marked."""
    head = "".join(
        f'<th scope="col"{" class=shown" if entry == shown else ""}>{escape(name)}</th>'
        for entry, name in names.items()
    )
    body = "".join(
        f'<tr><th scope="row">{tip(label, about)}</th>'
        + "".join(f'<td>{value(rows[e])}<span class="noise">{escape(noise(rows[e]))}</span></td>' for e in names)
        + "</tr>"
        for label, about, value, noise in MEASURES
    )
    caption = tag("caption", "Risk and return at both entry prices; noise is two standard errors")
    return f'<table class="measures">{caption}<thead><tr><th></th>{head}</tr></thead><tbody>{body}</tbody></table>'


def line_key(key: str, shading: Sequence[tuple[str, str, float]]) -> str:
    """Names of the lines in the bars: money in in the color of the class, money out in gray."""
    color = {"in": f"var(--{key.replace('_', '-')})", "out": "var(--faint)"}
    parts = (
        f'<span class="line-name"><span class="mark" style="--c:{color[side]};opacity:{shade}"></span>'
        f"{escape(name)}</span>"
        for name, side, shade in shading
    )
    return f'<p class="key">{" ".join(parts)}</p>'


def facts(rows: Sequence[Row]) -> str:
    """Single figures only this class has."""
    return f'<dl class="facts">{"".join(_fact(row) for row in rows)}</dl>'


def _fact(row: Row) -> str:
    write = f.years if row["unit"] == "years" else WRITTEN[kind_of(str(row["unit"]))]
    low, high = float(row["p05"]), float(row["p95"])
    error = float(row["p50_se"])
    spread = f"{write(low)} to {write(high)} in nine of ten" if low == low else ""
    noise = ""
    if error > 0:
        noise = f"{f.noise(error, 2)} pts" if kind_of(str(row["unit"])) == "share" else f"±{write(2 * error)}"
    note = ", ".join(part for part in (spread, noise) if part) or "\N{NO-BREAK SPACE}"
    label = tip(str(row["label"]), str(row["about"]))
    return f"<div><dt>{label}</dt><dd><b>{escape(write(float(row['p50'])))}</b><small>{escape(note)}</small></dd></div>"


def drivers(rows: Sequence[Row]) -> str:
    """Table of the drivers: how far each is moved, and what that does to the value of the class."""
    body = "".join(_driver(row) for row in rows)
    head = "".join(f'<th scope="col">{escape(text)}</th>' for text in ("Driver", "Moved", "Value per $", "Noise"))
    caption = tag("caption", "Change in mean value at the hurdle when one driver moves")
    return f'<table class="measures drivers">{caption}<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>'


def _driver(row: Row) -> str:
    item = declaration(str(row["path"]))
    is_moved = row["before"] == row["before"]
    moved = str(row["problem"])
    if is_moved:
        moved = " → ".join(f.assumption(round(float(row[name]), 4), item.unit) for name in ("before", "after"))
    noise = f"±{f.digits(200 * float(row['effect_se']), 2, 2)}¢" if row["effect_se"] >= NOTHING / 2 else ""
    words = effect_words(float(row["effect"]), float(row["effect_se"]))
    about = f"{item.help} {row['problem']}".strip()
    return (
        f'<tr><th scope="row">{tip(str(row["label"]), about)}</th><td>{escape(moved)}</td>'
        f'<td><b>{escape(words)}</b></td><td><span class="noise">{escape(noise)}</span></td></tr>'
    )
