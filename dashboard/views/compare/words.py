"""Figures of the comparison in their units, and what moves one most."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dashboard import format as f


def amount(value: float, unit: str) -> str:
    """Figure in its unit."""
    return f.irr(value) if unit == "per year" else f.percent(value)


def bridge_message(label: str, parts: Sequence[Mapping[str, Any]], total: float, error: float) -> str:
    """What moves a figure most between two scenarios, and what works against it."""
    if f.is_close(total, error) and all(f.is_close(p["value"], p["error"]) for p in parts):
        return f"Nothing moves this figure by more than the noise: {label}"
    sure = [p for p in parts if not f.is_close(p["value"], p["error"])]
    ranked = sorted(sure, key=lambda p: -abs(float(p["value"])))
    first = ranked[0]
    words = f"Most comes from {f.inside(first['label'])}: {f.points(float(first['value']))} of {f.points(total)}"
    against = next((p for p in ranked if float(p["value"]) * float(first["value"]) < 0), None)
    if against is not None:
        words += f"; against it: {f.inside(against['label'])}, {f.points(float(against['value']))}"
    return words
