"""The six classes as rows: returns, both chances of loss, money back, sure return, change against the preset."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import isnan, nan
from typing import Any

from dashboard import format as f
from dashboard import theme
from dashboard.blocks.markup import Cell, Markup, Row, pieces, table_html

Record = Mapping[str, Any]

LOW, HIGH = -0.5, 0.4
"""Returns at the two ends of the bars."""

SORTS: Mapping[str, tuple[str, bool]] = {
    "certainty_equivalent_return": ("Sure return", False),
    "irr_p50": ("Median return", False),
    "probability_of_loss": ("Chance of loss", True),
    "cvar_95": ("Worst 5%", True),
}
"""What a reader may care about: column, name, and whether less is better."""

HEADS = {
    "Class": "Asset class; warm colors and circles are picks and shovels, cool colors and diamonds LLM and cloud.",
    "Return a year": "Internal rate of return, % a year: 5th percentile, median and 95th percentile of all futures.",
    "Loses": "P(loss): share of futures that return less money than was paid in.",
    "Under cash": "P(below cash): share of futures that earn less than the common funding rate would have.",
    "Money back": "Multiple of money: median of money back over money in.",
    "Sure return": "Return over cash a year, while the money is invested, of the sure flow that a cautious investor "
    "finds as good; below zero the risk is not paid for. The verdict judges by it.",
    "Change": "Change against the preset in what the rows are sorted by; within two standard errors it is too close "
    "to call.",
}
_PIECES = pieces("views/decide/rows.html")
FAMILY_KEY = Markup(_PIECES.family_key())


def rows_html(classes: Sequence[Record], base: Sequence[Record], sort: str, is_preset: bool) -> Markup:
    """Table of the classes, best first.

    Parameters
    ----------
    classes, base : sequence of mapping
        One record a class of the scenario and of its preset, at the same entry.
    sort : str
        Key of `SORTS`.
    is_preset : bool
        Whether nothing was changed against the preset.
    """
    before = {row["asset"]: row for row in base}
    body = [_row(row, before.get(row["asset"], row), sort, is_preset) for row in ranked(classes, sort)]
    heads = [Cell(name, about=about) for name, about in HEADS.items()]
    return table_html(f"The classes, {SORTS[sort][0].lower()} first", heads, body, "classes")


def _row(row: Record, before: Record, sort: str, is_preset: bool) -> Row:
    family, name = str(row["family"]), str(row["label"])
    mark = _PIECES.mark(theme.FAMILY_SHAPES[family], str(row["asset"]).replace("_", "-"))
    return Row(
        Cell(name, about=f"{name}, one of {theme.FAMILY_NAMES[family]}", before=mark),
        (
            Cell(_bar(row), css="bar-cell"),
            _share(row, "probability_of_loss", "Loses", "of futures return less money than was paid in"),
            _share(row, "probability_below_cash", "Under cash", "of futures earn less than cash would have"),
            Cell(f.multiple(_number(row, "moic_p50")), about=_money_back(row), name="Money back"),
            Cell(_sure_return(row), about=_sure_return_about(row), name="Sure return"),
            _change(row, before, sort, is_preset),
        ),
    )


def _bar(row: Record) -> Markup:
    low, middle, high = (_number(row, f"irr_{name}") for name in ("p05", "p50", "p95"))
    words = _range_words(row)
    if isnan(middle):
        return Markup(pieces().tip(f.NOT_AVAILABLE, words))
    # below half lost, money back says more than a rate
    worst = f.percent(low, 0) if not low < LOW else f"{f.multiple(_number(row, 'moic_p05'))} back"
    left, right = (_place(middle if isnan(value) else value) for value in (low, high))
    style = f"--l:{left:.1f}%;--w:{max(right - left, 0.5):.1f}%;--m:{_place(middle):.1f}%;--z:{_place(0.0):.1f}%"
    color = str(row["asset"]).replace("_", "-")
    texts = worst, f.irr(middle), f.percent(middle if isnan(high) else high, 0)
    return Markup(_PIECES.bar(style, color, words, texts, low < LOW))


def _range_words(row: Record) -> str:
    low, middle, high = (f.irr(_number(row, f"irr_{name}")) for name in ("p05", "p50", "p95"))
    error = f.noise(_number(row, "irr_p50_se"))
    spread = f" (median {error} points)" if error else ""
    return f"Return a year: 5th percentile {low}, median {middle}, 95th percentile {high}{spread}"


def _place(value: float) -> float:
    return 100.0 * (min(max(value, LOW), HIGH) - LOW) / (HIGH - LOW)


def _share(row: Record, name: str, head: str, words: str) -> Cell:
    value, error = _number(row, name), f.noise(_number(row, f"{name}_se"))
    spread = f" ({error} points)" if error else ""
    return Cell(f.percent(value, 0), about=f"{f.percent(value)} {words}{spread}", name=head)


def _money_back(row: Record) -> str:
    low, middle, high = (f.multiple(_number(row, f"moic_{name}")) for name in ("p05", "p50", "p95"))
    payback = f.years(_number(row, "payback_years_p50"))
    return f"Median {middle} of the money paid in, {low} to {high} in nine futures of ten; paid back after: {payback}"


def _sure_return(row: Record) -> str:
    return f.irr(_number(row, "certainty_equivalent_return"))


def _sure_return_about(row: Record) -> str:
    spread = f" ({error} points)" if (error := f.noise(_number(row, "certainty_equivalent_return_se"))) else ""
    gain = _number(row, "certainty_equivalent")
    in_all = "" if isnan(gain) else f"; over its whole life a sure gain of {f.money(100 * gain)} per $100 committed"
    return f"{_sure_return(row)} a year over cash{spread}: the sure flow worth the same as this risk{in_all}"


def _change(row: Record, before: Record, sort: str, is_preset: bool) -> Cell:
    def cell(text: str, about: str, css: str = "") -> Cell:
        return Cell(text, about=about, name="Change", css="change", tip_css=css)

    name, less_is_better = SORTS[sort]
    now, then = _number(row, sort), _number(before, sort)
    if is_preset:
        return cell("–", "Nothing is changed against the preset")
    if isnan(now) or isnan(then):
        return cell(f.NOT_AVAILABLE, f"{name} is undefined here or in the preset")
    difference = now - then
    error = (_noise(row, sort) ** 2 + _noise(before, sort) ** 2) ** 0.5
    about = f"{name}: {f.percent(now)} against {f.percent(then)} in the preset"
    if difference == 0.0:
        return cell("none", about)
    if f.is_close(difference, error):
        return cell("too close", f"{about}; too close to call, the difference is within its noise")
    better = "better" if (difference < 0) == less_is_better else "worse"
    return cell(f.points(difference), f"{about}, {better}", better)


def _noise(row: Record, sort: str) -> float:
    error = _number(row, f"{sort}_se")
    return 0.0 if isnan(error) else error


def _number(row: Record, name: str) -> float:
    value = row.get(name)
    return float(value) if isinstance(value, int | float) else nan


def ranked(classes: Sequence[Record], sort: str) -> list[Record]:
    """Records of the classes, best first; what is undefined comes last."""
    sign = 1.0 if SORTS[sort][1] else -1.0

    def place(row: Record) -> tuple[bool, float]:
        value = _number(row, sort)
        return isnan(value), 0.0 if isnan(value) else sign * value

    return sorted(classes, key=place)
