"""The sentences of the drivers page, and its figures in their units."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dashboard import format as f


def short(value: float, unit: str) -> str:
    """Value of an assumption in three digits."""
    return f.brief(value, unit)


def amount(value: float, unit: str) -> str:
    """Value of a metric in its unit."""
    if unit.startswith("USD"):
        return f.money(value)
    return f.multiple(value) if unit == "x" else f.percent(value)


def difference(value: float, unit: str) -> str:
    """Difference of two values of a metric, signed."""
    if unit.startswith("USD"):
        return f"{'+' if value > 0 else ''}{f.money(value)}"
    return f"{f.signed(value, 2)}x" if unit == "x" else f.points(value)


def tornado_message(found: Mapping[str, Any], names: Mapping[str, str]) -> str:
    """Which assumption moves the metric most, and how many others do."""
    unit, sure = found["unit"], [bar for bar in found["bars"] if not bar["is_noise"]]
    if not sure:
        return f"No assumption moves {f.inside(found['label'])} by more than the noise"
    top, others = sure[0], len(sure) - 1
    ends = sorted((e, s) for e, s in ((top["effect_low"], "low"), (top["effect_high"], "high")) if e == e)
    moved = " to ".join(dict.fromkeys(difference(e, unit) for e, _ in ends))
    also = f"; {others} other{'s' * (others != 1)} move it by more than the noise" if others else "; nothing else does"
    return f"{names[top['path']]} moves {f.inside(found['label'])} most: {moved}{also}"


def without(count: int, total: int, what: str, why: str) -> str:
    """How many scenarios have no answer, and why the first of them has none; empty where all have one."""
    return f"{count:,} of {total:,} {what} {'is' if count == 1 else 'are'} left out: {why}." if count else ""


def shares_message(found: Mapping[str, Any], names: Mapping[str, str]) -> str:
    """What most of the uncertainty comes from, and how much is interaction."""
    if not found["indices"] or not found["sd"] > 0:
        return "Nothing within the declared bounds moves it"
    top = found["indices"][0]
    together = found["interaction_share"]
    rest = f"; {f.percent(together, 0)} comes only from assumptions acting together" if together >= 0.02 else ""
    return f"{names[top['path']]} brings {f.percent(min(1.0, top['total']), 0)} of what is uncertain{rest}"


def written(value: float, found: Mapping[str, Any]) -> str:
    """Value of the assumption that is sought, or of the price of a class."""
    return f.money(value) if found["unit"].startswith("USD per ") else short(value, found["unit"])


def surface_message(found: Mapping[str, Any], first: str, second: str) -> str:
    """Who beats whom over how much of the range."""
    sure, close, lost = found["share_first"], found["share_too_close"], found["share_second"]
    everywhere = "wherever one can invest in both" if found.get("absent") else "everywhere within these ranges"
    for share, ahead, behind in ((sure, first, second), (lost, second, first)):
        if share >= 0.995:
            return f"{ahead} beats {f.inside(behind)} {everywhere}"
    if close >= 0.995:
        return f"{first} against {f.inside(second)} is too close to call {everywhere}"
    parts = [f"{first} beats {f.inside(second)} over {f.percent(sure, 0)} of these ranges"]
    parts.append(f"the other way over {f.percent(lost, 0)}")
    if close > 0.005:
        parts.append(f"{f.percent(close, 0)} is too close to call")
    return ", ".join(parts)
