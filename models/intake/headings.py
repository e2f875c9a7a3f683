"""Which column a heading names, and in which unit it says the cells stand."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from difflib import SequenceMatcher
from typing import NamedTuple

from models.basis.reading import quoted
from models.intake.cell import Fault
from models.intake.column import Column
from models.intake.dates import order_of
from models.intake.units import EMPTY, Unit, tokens, unit_of

CUTOFF = 0.75
_BRACKETS = re.compile(r"[(\[{]([^)\]}]*)[)\]}]?")
_SPELLINGS = {"hr": "h", "hrs": "h", "hour": "h", "hours": "h", "yr": "years", "yrs": "years", "year": "years",
              "y": "years", "month": "months", "mos": "months", "mo": "months", "annum": "years"}
_DECIMAL = frozenset(("ratio", "fraction", "decimal", "decimals"))
_PLAIN = {
    "amount": frozenset(("amount", "value")), "share": _DECIMAL | {"share"}, "number": frozenset(("number", "it")),
    "rate": _DECIMAL | {"per", "a", "p", "pa", "years", "annual", "yearly", "rate"},
}
"""Words beside a name that change nothing; "it" is the load of the machines, as data centers count it."""


class Named(NamedTuple):
    """A heading that names a column, and what it says about its unit."""

    column: Column
    unit: Unit


def named(heading: str, columns: Iterable[Column]) -> Named | None:
    """Column a heading names: by its name, label or alias, with a unit beside it, in brackets or not."""
    outside, inside = _split(heading)
    found: list[tuple[int, Named]] = []
    for column in columns:
        for phrase in _phrases(column):
            if (rest := _without(outside, phrase)) is None:
                continue
            beside, words = unit_of(beyond(rest, column)), beyond([*rest, *inside], column)
            is_order = column.kind == "date" and order_of(rest) != ""
            if is_order or (not beside.words and (beside == Unit() or column.is_number)):
                unit = unit_of(words) if column.is_number else Unit(words=tuple(words))  # mm may be months
                found.append((len(phrase), Named(column, unit)))
    return max(found, key=lambda one: one[0])[1] if found else None


def unit_fault(heading: str, unit: Unit, column: Column) -> Fault | None:
    """What is wrong with the unit of a heading; its cells cannot be read then."""
    if not column.is_number:
        return None
    plain = f"write the heading as {column.name}"
    if unit.is_foreign:
        return Fault(f"the amounts are in {money(unit)}, not in US dollars", "convert them, and say USD in the heading")
    if unit.words:
        words = quoted(" ".join(unit.words))
        such = ", or with a unit such as USD m" if column.kind == "amount" else f" for {column.unit}"
        return Fault(f"{words} is no unit that is known here", plain + such)
    if column.kind == "amount" and unit.mark:
        return Fault("the amounts are no percentages", f"{plain}, in dollars")
    if column.kind != "amount" and unit.scale:
        return Fault(f"the heading multiplies, but {column.unit} are wanted", plain)
    if (column.kind not in ("share", "rate") and unit.mark) or (column.kind != "amount" and unit.currency):
        return Fault(f"the heading is in {unit.mark or money(unit)}, but {column.unit} are wanted", plain)
    return None


def unit_note(heading: str, unit: Unit, column: Column) -> str:
    """What a heading changes about its cells, or says that has no effect; empty if nothing."""
    if column.is_number and unit.scale:
        return f"{quoted(heading)}: cells of {column.name} were multiplied by {10**unit.scale:,}."
    if column.is_number and unit.mark:
        return f"{quoted(heading)}: cells of {column.name} were read in {unit.mark}."
    if not column.is_number and (unit != Unit()) and not (column.kind == "date" and order_of(unit.words)):
        return f"{quoted(heading)} was read as {column.name}; what else it says has no effect."
    return ""


def money(unit: Unit) -> str:
    """Currency in words."""
    return "dollars of another country" if unit.currency == "XX$" else unit.currency


def nearest(heading: str, absent: Collection[Column]) -> list[str]:
    """Names of the absent columns that a heading is close to; two where it is as close to one as to the other."""
    text = " ".join(tokens(heading))
    if not text:
        return []
    scores = {
        c.name: max(SequenceMatcher(None, " ".join(phrase), text).ratio() for phrase in _phrases(c)) for c in absent
    }
    best = max(scores.values(), default=0.0)
    return [name for name, score in scores.items() if score >= max(CUTOFF, best - 0.03)][:2]


def beyond(words: Iterable[str], column: Column) -> list[str]:
    """Words that are not those of a column's own unit."""
    return _others(words, _plain_words(column))


def _split(heading: str) -> tuple[tuple[str, ...], list[str]]:
    """Tokens outside and inside of brackets."""
    inside = [token for part in _BRACKETS.findall(heading) for token in tokens(part)]
    return tokens(_BRACKETS.sub(" ", heading)), inside


def _phrases(column: Column) -> Iterator[tuple[str, ...]]:
    for words in (column.name, column.label, *column.aliases):
        yield tokens(words)


def _without(words: Sequence[str], phrase: Sequence[str]) -> list[str] | None:
    """Words before and after a phrase, or None where it does not stand among them."""
    n = len(phrase)
    at = next((k for k in range(len(words) - n + 1) if tuple(words[k : k + n]) == tuple(phrase)), None)
    return None if at is None or not n else [*words[:at], *words[at + n :]]


def _plain_words(column: Column) -> frozenset[str]:
    """Words that say nothing new beside the name of a column: those of its unit among them."""
    own = {_SPELLINGS.get(word, word) for word in tokens(column.unit)} - {"usd"}
    if "usd" in tokens(column.unit) and column.kind == "number":
        own |= {"usd", "$", "us$", "us", "dollar", "dollars", "per"}
    return frozenset(own) | _PLAIN.get(column.kind, frozenset())


def _others(words: Iterable[str], known: Collection[str]) -> list[str]:
    return [word for word in words if _SPELLINGS.get(word, word) not in known and word not in EMPTY]
