"""The six classes as rows: range of returns, both chances of loss, money back, sure gain, change against the preset."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from math import isnan
from typing import Any

from dashboard import format as f
from dashboard import theme
from dashboard.blocks.markup import tag, tip

Row = Mapping[str, Any]

LOW, HIGH = -0.5, 0.4
"""Returns at the two ends of the bars."""

SORTS: Mapping[str, tuple[str, bool]] = {
    "certainty_equivalent": ("Sure gain", False),
    "irr_p50": ("Median return", False),
    "probability_of_loss": ("Chance of loss", True),
    "cvar_95": ("Worst 5%", True),
}
"""What a reader may care about: column, name, and whether less is better."""

HEADS = (
    ("Class", "Asset class; warm colors and circles are picks and shovels, cool colors and diamonds LLM and cloud."),
    ("Return a year", "Internal rate of return, % a year: 5th percentile, median and 95th percentile of all futures."),
    ("Loses", "P(loss): share of futures that return less money than was paid in."),
    ("Under cash", "P(below cash): share of futures that earn less than the common funding rate would have."),
    ("Money back", "Multiple of money: median of money back over money in."),
    (
        "Sure gain",
        "Sure gain over cash, per $100 committed, that a cautious investor would take instead of this class; "
        "below zero the risk is not paid for.",
    ),
    (
        "Change",
        "Change against the preset in what the rows are sorted by; within two standard errors it is too close to call.",
    ),
)


def rows_html(classes: Sequence[Row], base: Sequence[Row], sort: str, is_preset: bool) -> str:
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
    body = "".join(_row(row, before.get(row["asset"], row), sort, is_preset) for row in ranked(classes, sort))
    head = "".join(f'<th scope="col">{tip(name, about)}</th>' for name, about in HEADS)
    caption = tag("caption", f"The six classes, {SORTS[sort][0].lower()} first")
    return f'<table class="classes">{caption}<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>'


def _row(row: Row, before: Row, sort: str, is_preset: bool) -> str:
    shape, family = theme.FAMILY_SHAPES[str(row["family"])], theme.FAMILY_NAMES[str(row["family"])]
    key = str(row["asset"]).replace("_", "-")
    mark = f'<span class="mark {shape}" style="--c:var(--{key})" aria-hidden="true"></span>'
    name = str(row["label"])
    cells = [
        f'<th scope="row">{mark}{tip(name, f"{name}, one of {family}")}</th>',
        f'<td class="bar-cell">{_bar(row, key)}</td>',
        _cell(row, "probability_of_loss", "Loses", "of futures return less money than was paid in"),
        _cell(row, "probability_below_cash", "Under cash", "of futures earn less than cash would have"),
        f'<td data-name="Money back">{tip(f.multiple(_number(row, "moic_p50")), _money_back(row))}</td>',
        f'<td data-name="Sure gain">{tip(_sure_gain(row), _sure_gain_about(row))}</td>',
        f'<td data-name="Change" class="change">{_change(row, before, sort, is_preset)}</td>',
    ]
    return f"<tr>{''.join(cells)}</tr>"


def _bar(row: Row, key: str) -> str:
    low, middle, high = (_number(row, f"irr_{name}") for name in ("p05", "p50", "p95"))
    words = _range_words(row)
    if isnan(middle):
        return tip(f.NOT_AVAILABLE, words)
    low, high = (middle if isnan(value) else value for value in (low, high))
    left, center, right, zero = (_place(value) for value in (low, middle, high, 0.0))
    style = f"--l:{left:.1f}%;--w:{max(right - left, 0.5):.1f}%;--m:{center:.1f}%;--z:{zero:.1f}%;--c:var(--{key})"
    cut = " cut" if low < LOW else ""
    about = f'tabindex="0" role="img" aria-label="{escape(words)}" title="{escape(words)}"'
    numbers = f"<i>{_low(row)}</i><b>{escape(f.irr(middle))}</b><i>{escape(f.percent(high, 0))}</i>"
    return (
        f'<span class="tip bar{cut}" style="{style}" {about}><i></i></span>'
        f'<span class="three" aria-hidden="true">{numbers}</span>'
    )


def _low(row: Row) -> str:
    """Fifth percentile; below half lost, money back says more than a rate."""
    low = _number(row, "irr_p05")
    return escape(f.percent(low, 0) if not low < LOW else f"{f.multiple(_number(row, 'moic_p05'))} back")


def _range_words(row: Row) -> str:
    low, middle, high = (f.irr(_number(row, f"irr_{name}")) for name in ("p05", "p50", "p95"))
    error = f.noise(_number(row, "irr_p50_se"))
    spread = f" (median {error} points)" if error else ""
    return f"Return a year: 5th percentile {low}, median {middle}, 95th percentile {high}{spread}"


def _place(value: float) -> float:
    return 100.0 * (min(max(value, LOW), HIGH) - LOW) / (HIGH - LOW)


def _cell(row: Row, name: str, head: str, words: str) -> str:
    value, error = _number(row, name), f.noise(_number(row, f"{name}_se"))
    spread = f" ({error} points)" if error else ""
    return f'<td data-name="{head}">{tip(f.percent(value, 0), f"{f.percent(value)} {words}{spread}")}</td>'


def _money_back(row: Row) -> str:
    low, middle, high = (f.multiple(_number(row, f"moic_{name}")) for name in ("p05", "p50", "p95"))
    payback = f.years(_number(row, "payback_years_p50"))
    return f"Median {middle} of the money paid in, {low} to {high} in nine futures of ten; paid back after: {payback}"


def _sure_gain(row: Row) -> str:
    value = _number(row, "certainty_equivalent")
    return f.NOT_AVAILABLE if isnan(value) else f.money(100 * value)


def _sure_gain_about(row: Row) -> str:
    error = _number(row, "certainty_equivalent_se")
    spread = f" (±{f.money(200 * error)})" if error > 0 else ""
    return f"{_sure_gain(row)} per $100 committed{spread}: the sure gain over cash worth the same as this risk"


def _change(row: Row, before: Row, sort: str, is_preset: bool) -> str:
    name, less_is_better = SORTS[sort]
    if is_preset:
        return tip("–", "Nothing is changed against the preset")
    now, then = _number(row, sort), _number(before, sort)
    if isnan(now) or isnan(then):
        return tip(f.NOT_AVAILABLE, f"{name} is undefined here or in the preset")
    difference = now - then
    error = (_noise(row, sort) ** 2 + _noise(before, sort) ** 2) ** 0.5
    write = _dollars if sort == "certainty_equivalent" else f.points
    about = f"{name}: {_written(sort, now)} against {_written(sort, then)} in the preset"
    if difference == 0.0:
        return tip("none", about)
    if f.is_close(difference, error):
        return tip("too close", f"{about}; too close to call, the difference is within its noise")
    better = (difference < 0) == less_is_better
    return tip(write(difference), f"{about}, {'better' if better else 'worse'}", "better" if better else "worse")


def _noise(row: Row, sort: str) -> float:
    error = _number(row, f"{sort}_se")
    return 0.0 if isnan(error) else error


def _dollars(difference: float) -> str:
    return f"+{f.money(100 * difference)}" if difference > 0 else f.money(100 * difference)


def _written(sort: str, value: float) -> str:
    return f"{f.money(100 * value)} per $100" if sort == "certainty_equivalent" else f.percent(value)


def _number(row: Row, name: str) -> float:
    value = row.get(name)
    return float(value) if isinstance(value, int | float) else float("nan")


def ranked(classes: Sequence[Row], sort: str) -> list[Row]:
    """Records of the classes, best first; what is undefined comes last."""
    sign = 1.0 if SORTS[sort][1] else -1.0

    def place(row: Row) -> tuple[bool, float]:
        value = _number(row, sort)
        return isnan(value), 0.0 if isnan(value) else sign * value

    return sorted(classes, key=place)
