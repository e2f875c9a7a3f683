"""A number with its reasons, as a tree of frozen records, and its two readings: plain text and table rows."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from models.basis.entry import Value, told
from models.basis.rates import RATES
from models.evidence.sources import Source
from models.explain.equation import Kind, Status


@dataclass(frozen=True, eq=False)
class Trace:
    """One number, how it comes about, and the numbers it comes from.

    Attributes
    ----------
    path : str
        Address of the number; every operand can be asked for by its own.
    label, unit : str
        Short name, and plain unit (0.35 is 35%; USD, not millions).
    value
        As stored; None where there is none, NaN where it is undefined.
    status : {"computed", "fact", "assumption", "judgment", "draw"}
        What kind of number it is; ``"draw"`` comes from random draws.
    formula, equation : str
        The formula in words, and in the symbols of the operands; for an assumption what it is, and its symbol.
    kind : str
        How the number comes about; an ``"expression"`` can be computed from its operands as printed.
    with_numbers : str
        The equation with the values of its operands in the place of their symbols; empty where it has none.
    symbols : tuple of str
        Symbol of each operand in the equation.
    operands : tuple of Trace
        What the formula is applied to.
    rule : str
        ``"sum"``, ``"product"`` (of all operands), ``"quotient"``, ``"difference"`` (of the first two), ``"average"``,
        ``"minus"`` (the operand with the other sign), ``"same"``, or empty: as the equation says.
    beside : tuple of Trace
        Numbers worth reading with it that the formula does not use.
    standard_error : float or None
        Sampling error, in the unit of the value.
    source : Source or None
        Where a declared number comes from; None for what is computed, drawn, or set by the user.
    note : str
        What to know before using it.
    is_cut : bool
        Whether operands were left out because the asked depth was reached; ask for ``path`` to go on.
    """

    path: str
    label: str
    value: Value
    unit: str
    status: Status
    formula: str
    equation: str
    kind: Kind = "given"
    with_numbers: str = ""
    symbols: tuple[str, ...] = ()
    operands: tuple[Trace, ...] = ()
    rule: str = ""
    beside: tuple[Trace, ...] = ()
    standard_error: float | None = None
    source: Source | None = None
    note: str = ""
    is_cut: bool = False

    @property
    def is_history(self) -> bool:
        """Whether the source is more than a year older than the data, so that it is shown as history."""
        return self.source is not None and self.source.is_history

    @property
    def is_leaf(self) -> bool:
        """Whether nothing stands behind this number but a declaration, a draw or a definition."""
        return not self.operands and not self.is_cut


def steps(trace: Trace, depth: int | None = None) -> Iterator[tuple[int, str, str, Trace, bool]]:
    """Walk a trace in reading order: level, role, path of the parent, trace, whether it was already taken apart.

    What was taken apart before is not taken apart again, so the walk is as long as the numbers are many.
    """
    seen: set[str] = set()

    def walk(node: Trace, level: int, role: str, parent: str) -> Iterator[tuple[int, str, str, Trace, bool]]:
        is_known = node.path in seen
        yield level, role, parent, node, is_known
        if is_known or (depth is not None and level >= depth):
            return
        if node.operands:
            seen.add(node.path)
        for operand in node.operands:
            yield from walk(operand, level + 1, "operand", node.path)
        for other in node.beside:
            yield from walk(other, level + 1, "beside", node.path)

    yield from walk(trace, 0, "", "")


def as_text(trace: Trace, depth: int = 4) -> str:
    """Trace as indented plain text, ``depth`` levels below the number itself."""
    lines: list[str] = []
    told: set[str] = set()
    for level, role, _, node, is_known in steps(trace, depth):
        pad = "  " * level
        lines.append(f"{pad}{'beside: ' if role == 'beside' else ''}{_head(node)}{' (see above)' if is_known else ''}")
        if is_known or (node.path in told and (node.is_leaf or level == depth)):
            continue
        told.add(node.path)
        lines += [f"{pad}  | {line}" for line in _body(node)]
        if node.is_cut or (level == depth and node.operands):
            lines.append(f"{pad}  | goes on at {node.path}")
    return "\n".join(lines)


def as_rows(trace: Trace, depth: int | None = None) -> list[dict[str, Any]]:
    """Trace as table rows in reading order.

    Returns
    -------
    list of dict
        ``level`` (0 for the number itself), ``role`` (operand or beside), ``parent`` (path), ``path``, ``label``,
        ``value``, ``unit``, ``standard_error``, ``status``, ``formula``, ``equation``, ``with_numbers`` (the equation
        filled in), ``kind``, ``rule``, ``source`` (citation), ``source_id``, ``address``, ``date``, ``confidence``,
        ``is_history``, ``note``, ``is_repeated`` (taken apart in an earlier row) and ``goes_on`` (operands were left
        out).
    """
    rows = []
    for level, role, parent, node, is_known in steps(trace, depth):
        origin = node.source
        rows.append(
            {
                "level": level, "role": role, "parent": parent, "path": node.path, "label": node.label,
                "value": node.value, "unit": node.unit, "standard_error": node.standard_error, "status": node.status,
                "formula": node.formula, "equation": node.equation, "with_numbers": node.with_numbers,
                "kind": node.kind, "rule": node.rule,
                "source": origin.citation if origin else "", "source_id": origin.id if origin else "",
                "address": origin.address if origin else "", "date": origin.date if origin else "",
                "confidence": origin.confidence if origin else "", "is_history": node.is_history, "note": node.note,
                "is_repeated": is_known,
                "goes_on": not is_known and (node.is_cut or bool(node.operands and level == depth)),
            }
        )
    return rows


def number(value: Value) -> str:
    """Value as plain text with four significant digits, thousands grouped."""
    if value is None:
        return "no value"
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, str):
        return value
    if isinstance(value, tuple):
        return ", ".join(map(number, value))
    if math.isnan(value):
        return "undefined"
    if math.isinf(value):
        return "never" if value > 0 else "without bound"
    return f"{value:,.0f}" if abs(value) >= 1000 or value == int(value) else f"{value:.4g}"


def _head(node: Trace) -> str:
    error = f" ± {number(node.standard_error)}" if node.standard_error else ""
    is_number = isinstance(node.value, tuple) or (
        not isinstance(node.value, str | bool | None) and math.isfinite(node.value)
    )
    if is_number and node.kind == "given" and node.unit in RATES:
        return f"{node.label}: {told(node.value, node.unit)}{RATES[node.unit].words.removeprefix('%')}"
    return f"{node.label}: {number(node.value)}{error}{f' {node.unit}' if is_number and node.unit else ''}"


def _body(node: Trace) -> list[str]:
    filled = f" = {node.with_numbers.split(' = ', 1)[-1]}" if node.with_numbers else ""
    said = f"{node.formula}  [{node.equation}{filled}]" if node.equation else node.formula
    out = [f"= {said}" if node.operands or node.is_cut else said] if said else []
    if node.status != "computed":
        out.append(_origin(node))
    return [*out, node.note] if node.note else out


def _origin(node: Trace) -> str:
    if node.source is None:
        return "random draw" if node.status == "draw" else node.status
    if node.source.evidence == "judgment":
        return f"{node.status}: our own"
    age = "; history" if node.is_history else ""
    reading = f" ({node.source.reading})" if node.source.reading else ""
    return f"{node.status}: {node.source.citation}{reading}; confidence {node.source.confidence}{age}"
