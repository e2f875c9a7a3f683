"""Tables of the asset pages: measures at both entries, single figures, effects of the drivers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from dashboard import format as f
from dashboard.blocks.markup import Cell, Fact, Markup, Row, pieces, row, table_html
from dashboard.views.asset_class.charts import WRITTEN, kind_of
from dashboard.views.asset_class.words import NOTHING, effect_words
from models.studies.sensitivity.driver_effects import declaration

Record = Mapping[str, Any]
Writer = Callable[[float], str]


class Measure(NamedTuple):
    """A measure of a class: name, one sentence, column, how it is written, the unit of its noise."""

    label: str
    about: str
    column: str
    write: Writer
    noise: str = "pts"
    is_spread: bool = False


def _short_years(value: float) -> str:
    return "never" if value == float("inf") else f"{f.digits(value, 2, 1)} y" if value == value else f.NOT_AVAILABLE


MEASURES = (
    Measure("Return a year", "Internal rate of return, % a year: 5th percentile, median and 95th percentile of all "
            "futures.", "irr", f.irr, is_spread=True),
    Measure("P(loss)", "Share of futures that return less money than was paid in.", "probability_of_loss", f.percent),
    Measure("P(below cash)", "Share of futures that earn less than the common funding rate would have.",
            "probability_below_cash", f.percent),
    Measure("Worst 5%", "CVaR 95: mean loss of value at the common funding rate in the worst 5% of futures, % of "
            "capital committed.", "cvar_95", f.percent),
    Measure("P(below a quarter)", "Share of futures in which less than a quarter of the money paid in comes back. "
            "Where the worst 5% lose nearly everything, this tells how often that happens.",
            "probability_below_quarter", f.percent),
    Measure("Money back", "MOIC: money paid out over money paid in, x: 5th percentile, median and 95th percentile.",
            "moic", f.multiple, "x", is_spread=True),
    Measure("Payback", "Years until the money paid in is back: 5th percentile, median and 95th percentile.",
            "payback_years", _short_years, "years", is_spread=True),
    Measure("Sure return", "Return over cash a year, while the money is invested, of the sure flow that a cautious "
            "investor finds as good; below zero the risk is not paid for. The verdict judges by it.",
            "certainty_equivalent_return", f.percent),
    Measure("Sure gain in all", "Sure gain over cash, % of capital, over the whole life of the investment, that a "
            "cautious investor would take instead.", "certainty_equivalent", f.percent),
    Measure("Value at the hurdle", "Mean net present value at the class's own required return, USD per unit; zero is "
            "fairly paid. Levered equity must earn what its mean flow in the neutral world returns.",
            "npv_mean", f.money, "USD"),
    Measure("Entry price", "All that is paid for one unit, USD; known at closing, so without sampling error.",
            "price", f.money, "per"),
)


def measures(rows: Mapping[str, Record], names: Mapping[str, str], shown: str) -> Markup:
    """Table of the measures, one column an entry; the one the charts show is marked."""
    return table_html(
        "Risk and return at both entry prices; noise is two standard errors",
        ["", *(Cell(name, css="shown" if entry == shown else "") for entry, name in names.items())],
        [row(one.label, *(_measured(rows[entry], one) for entry in names), about=one.about) for one in MEASURES],
    )


def _measured(record: Record, one: Measure) -> Cell:
    if one.noise == "per":
        return Cell(one.write(float(record[one.column])), f"per {record['unit']}", is_bold=True)
    if one.is_spread:
        ends = (one.write(float(record[f"{one.column}_{part}"])) for part in ("p05", "p50", "p95"))
        return Cell(pieces().spread(*ends), _noise(float(record[f"{one.column}_p50_se"]), one.noise))
    noise = _noise(float(record[f"{one.column}_se"]), one.noise)
    return Cell(one.write(float(record[one.column])), noise, is_bold=True)


def _noise(error: float, unit: str) -> str:
    """Two standard errors; empty where there are none."""
    if unit == "USD":
        return f"±{f.money(2 * error)}" if error > 0 else ""
    if unit == "pts":
        return f"{text} pts" if (text := f.noise(error, 2)) else ""
    return f"±{f.digits(2 * error, 2, 3)} {unit}" if error > 0.00025 else ""


def facts(rows: Iterable[Record], writer: Callable[[str], Writer]) -> list[Fact]:
    """Single figures with their range and noise; ``writer`` says how a unit is written."""
    out = []
    for each in rows:
        write, unit = writer(str(each["unit"])), str(each["unit"])
        low, middle, high, error = (float(each[name]) for name in ("p05", "p50", "p95", "p50_se"))
        spread = f"{write(low)} to {write(high)} in nine of ten" if low == low else ""
        noise = "" if not error > 0 else f"{f.noise(error, 2)} pts" if f.is_share(unit) else f"±{write(2 * error)}"
        note = ", ".join(part for part in (spread, noise) if part)
        out.append(Fact(str(each["label"]), str(each["about"]), write(middle), note))
    return out


def written(unit: str) -> Writer:
    """How figures of a class in a unit are written."""
    return f.years if unit == "years" else WRITTEN[kind_of(unit)]


ABOUT_DRIVERS = (
    "One driver is moved, all draws and the price paid stay the same. Change in mean value at the hurdle, cents per "
    "dollar committed; within two standard errors it is too close to call."
)


def drivers(rows: Sequence[Record]) -> Markup:
    """Table of the drivers: how far each is moved, and what that does to the value of the class."""
    return table_html(
        "Change in mean value at the hurdle when one driver moves", ("Driver", "Moved", "Value per $", "Noise"),
        map(_driver, rows), "measures drivers",
    )


def _driver(effect: Record) -> Row:
    item, moved = declaration(str(effect["path"])), str(effect["problem"])
    if effect["before"] == effect["before"]:
        moved = " → ".join(f.assumption(round(float(effect[name]), 4), item.unit) for name in ("before", "after"))
    noise = f"±{f.digits(200 * float(effect['effect_se']), 2, 2)}¢" if effect["effect_se"] >= NOTHING / 2 else ""
    words = effect_words(float(effect["effect"]), float(effect["effect_se"]))
    about = f"{item.help} {effect['problem']}".strip()
    return row(str(effect["label"]), moved, Cell(words, is_bold=True), Cell("", noise), about=about)
