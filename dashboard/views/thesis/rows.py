"""A claim as it stands on the page: verdict, reason, figures with their noise, who says it, what would turn it."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence

from dashboard import format as f
from dashboard.blocks.markup import Cell, Markup, pieces, row, table_html
from models.errors import DataError
from models.evidence.sources import source
from models.studies.thesis import ClaimTest, Figure, Part

GROUPS: Mapping[str, str] = {
    "does not hold": "Do not hold here",
    "too close to call": "Too close to call",
    "holds": "Hold here",
    "reported": "Reported: facts and definitions, not tests",
    "not testable here": "Not testable here",
}
"""Verdict -> heading, in the order of the page: what contradicts the documents comes first."""
MAIN_FIGURES = 3
REST = ("too close to call", "reported", "not testable here")


def summary(tests: Sequence[ClaimTest]) -> str:
    """How many claims hold, and how many do not."""
    counts = {verdict: sum(test.verdict == verdict for test in tests) for verdict in GROUPS}
    words = [f"{counts['holds']} of {len(tests)} claims hold under this scenario"]
    if counts["does not hold"]:
        words.append(f"{counts['does not hold']} {'does' if counts['does not hold'] == 1 else 'do'} not")
    words += [f"{counts[name]} {name}" for name in REST if counts[name]]
    return ", ".join(words)


def claim_html(test: ClaimTest) -> Markup:
    """A claim with its verdict, reason and figures."""
    more = len(test.figures) - MAIN_FIGURES
    count = f"{more} more {'figure' if more == 1 else 'figures'}" if more > 0 else "Part by part"
    return Markup(pieces("views/thesis/claim.html").claim(
        f"{test.claim.id}  {test.claim.words}", said_by(test.claim.said_by),
        f"{test.verdict[:1].upper()}{test.verdict[1:]}", _minus(test.why), refuted_by(test), _minus(test.would_take),
        _figures(test.figures[:MAIN_FIGURES]), _figures(test.figures[MAIN_FIGURES:]),
        [part_words(part) for part in test.parts], count,
    ))


def refuted_by(test: ClaimTest) -> str:
    """The figures that would refute a claim, each with the bound it must keep."""
    bounds = [limit(part) for part in test.parts if part.counts and part.refuted_by]
    if bounds:
        more = len(bounds) - MAIN_FIGURES
        named = "; ".join(bounds[:MAIN_FIGURES])
        return f"{named}{f'; and {more} more, part by part' if more > 0 else ''}."
    if test.claim.refuted_by:
        return f"{'; '.join(test.claim.refuted_by)}."
    return "nothing in a scenario, because it is a fact or a definition and not a test."


def limit(part: Part) -> str:
    """The figure that decides a part, with the bounds beyond which it refutes it."""
    one = part.refuted_by
    assert one is not None
    ends = [f"at {written(part.above, one.unit)} or less"] if math.isfinite(part.above) else []
    if math.isfinite(part.below):
        ends.append(f"at {written(part.below, one.unit)} or more")
    return f"{one.label}, {' or '.join(ends)}"


def part_words(part: Part) -> str:
    """One part of a claim: its verdict, and the figure that decides it."""
    beside = "" if part.counts else " (beside the claim)"
    return f"{part.label}{beside}: {part.verdict}" + (f". Refuted by {limit(part)}" if part.refuted_by else "")


def said_by(keys: Sequence[str]) -> str:
    """Who says it and when; a document more than a year old is labeled history."""
    return "; ".join(map(_document, keys))


def _document(key: str) -> str:
    try:
        known = source(key)
    except DataError:
        return key
    words = ", ".join(part for part in (known.publisher, known.title, known.date) if part)
    return f"{words} (history)" if known.is_history else words


def _figures(figures: Sequence[Figure]) -> str:
    if not figures:
        return ""
    return table_html("", (), [
        row(Cell(figure.label, _document(figure.source) if figure.source else ""),
            Cell(written(figure.value, figure.unit), noise(figure), is_bold=True))
        for figure in figures
    ], "measures claim-figures")


def written(value: float, unit: str) -> str:
    """Figure with its unit, as a person reads it."""
    if f.is_share(unit):
        text = f.percent(value)
        return f"{text} of {unit.removeprefix('share of ')}" if unit.startswith("share of ") else text
    if unit in ("USD", "USD/year", "USD a year"):
        return f.money(value)
    if unit == "USD/h":
        return f.rent(value)
    if unit == "x" or unit.startswith("x "):
        return f"{f.digits(value, 3, 2)}{unit}"
    number = f.digits(value, 3, 2)
    return number if unit in ("count", "") else f"{number} {unit}"


def noise(figure: Figure) -> str:
    """Two standard errors of a figure; empty for facts, inputs, and where nothing varies."""
    error = 2 * figure.estimate.error
    if not error > 0:
        return ""
    if f.is_share(figure.unit):
        return f"±{f.digits(100 * error, 2, 2)} pts" if error > 5e-5 else "±0.01 pts or less"
    return f"±{written(error, figure.unit)}"


def _minus(text: str) -> str:
    """A true minus before a figure."""
    return re.sub(r"(?<![\w-])-(?=[$\d])", f.MINUS, text)
