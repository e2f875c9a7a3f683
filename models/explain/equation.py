"""An equation as one record: what is printed is what is computed, from operands with names and addresses.

The printed text is an expression over the symbols of the operands; `calculate` reads it with a small declared grammar,
so a reader's check by hand, the tests and a workbook with live formulas all start from the same words.

======================  ===============================================================================
``a + b``  ``a − b``    sum, difference; ``−a`` the other sign
``a·b``  ``a/b``        product, quotient
``a^b``  ``a²``         power; binds closer than the sign before it
``max(a, b)``           also ``min``, ``clip(x, low, high)``, ``ln``, ``exp``, ``e^(x)``, ``√(x)``, ``sin``
``Φ(x)``                standard normal distribution
``Σ(x)``                sum over an operand that is a list; also ``Π``, ``mean``, ``sd`` (of a sample)
``12%``  ``π``          numbers
======================  ===============================================================================
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache, reduce
from typing import Any, Literal

import numpy as np
from scipy.special import ndtr

from models.basis.entry import Value
from models.evidence.sources import Source

Kind = Literal["expression", "statistic", "root", "draw", "simulation", "given"]
"""How a number comes about: the printed expression on its operands; a statistic over all paths (a mean of what the text
says on each, a count, a rank); a search for what makes the text true; random draws with these parameters; a loop over
quarters with these inputs; or it is declared."""

Status = Literal["computed", "fact", "assumption", "judgment", "draw"]
Operand = str | tuple[str, ...] | range
"""Path of a number, paths of a list of them, or the whole numbers a sum runs over."""

_FUNCTIONS: dict[str, Callable[..., Any]] = {
    "max": lambda *x: reduce(np.maximum, x), "min": lambda *x: reduce(np.minimum, x),
    "clip": lambda x, low, high: np.minimum(np.maximum(x, low), high), "ln": np.log, "exp": np.exp, "e^": np.exp,
    "√": np.sqrt, "sin": np.sin, "Φ": ndtr, "Σ": lambda x: np.sum(x, axis=0), "Π": lambda x: np.prod(x, axis=0),
    "mean": lambda x: np.mean(x, axis=0), "sd": lambda x: np.std(x, axis=0, ddof=1),
}
_SIGNS = {"·": "*", "−": "-", "^": "**", "²": "**2", "³": "**3", "⁴": "**4", "[": "(", "]": ")", "π": repr(np.pi)}
_CALLS = {f"{name}(": f"f{i}(" for i, name in enumerate(_FUNCTIONS)}
_BY_CODE = {f"f{i}": function for i, function in enumerate(_FUNCTIONS.values())}
_NUMBER = re.compile(r"\d+(?:\.\d+)?(?:e[+-]?\d+)?(%?)")
_FILLED = re.compile(r"\{(\w+)(:%)?\}")
_BINARY: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: lambda a, b: a + b, ast.Sub: lambda a, b: a - b, ast.Mult: lambda a, b: a * b,
    ast.Div: lambda a, b: np.divide(a, b), ast.Pow: lambda a, b: np.power(np.asarray(a, dtype=float), b),
}

LONGEST_SUM = 12
"""A sum of so many numbers is written out."""


class NotAnExpression(ValueError):
    """A printed text that the grammar cannot read; the message shows where."""


@dataclass(frozen=True, eq=False)
class Equation:
    """One explained number: what it is, how it comes about, and the numbers it comes from, by their paths.

    Attributes
    ----------
    label, unit : str
        Short name, and plain unit.
    value
        The engine's own.
    words : str
        The formula in words; for an assumption what it is.
    text : str
        What is printed: ``"ζ = η/(1 + η·ε)"``, an expression after the first equals sign or as a whole. ``{name}`` is
        filled with the value of the operand of that name, ``{name:%}`` in percent.
    operands : mapping
        Symbol to path; `calculate` applies the text to them.
    kind : str
        Whether the text gives the value (``"expression"``), or how else it comes about.
    beside : tuple of str
        Paths of numbers worth reading with it that the formula does not use.
    standard_error, status, source, note
        As in `models.explain.trace.Trace`.
    """

    label: str
    value: Value
    unit: str
    words: str
    text: str = ""
    operands: Mapping[str, Operand] = field(default_factory=dict)
    kind: Kind = "expression"
    beside: tuple[str, ...] = ()
    standard_error: float | None = None
    status: Status = "computed"
    source: Source | None = None
    note: str = ""

    @property
    def paths(self) -> tuple[str, ...]:
        """Paths of the operands, each once."""
        return tuple(dict.fromkeys(path for _, path in self.symbols))

    @property
    def symbols(self) -> tuple[tuple[str, str], ...]:
        """Symbol and path of every operand; lists with one row for each of their numbers."""
        return tuple(
            (name, path) for name, where in self.operands.items() if not isinstance(where, range)
            for path in ((where,) if isinstance(where, str) else where)
        )

    @property
    def is_sum(self) -> bool:
        """Whether the value may be small against its parts: it is what is left when they are added up."""
        return any(sign in self.text.rpartition(" = ")[2] for sign in "Σ+−")

    def evaluate(self, value_of: Callable[[str], Any]) -> Any:
        """What the printed text makes of the operands; ``value_of`` gives the value at a path, scalars or arrays."""
        return calculate(self.text, self.bound(value_of))

    def bound(self, value_of: Callable[[str], Any]) -> dict[str, Any]:
        """Values by symbol; lists as arrays whose first axis runs over them."""

        def read(where: Operand) -> Any:
            if isinstance(where, str):
                value = value_of(where)
                return np.array(value, dtype=float) if isinstance(value, tuple) else value
            return np.array([x if isinstance(x, int) else value_of(x) for x in where], dtype=float)

        return {name: read(where) for name, where in self.operands.items()}


def calculate(text: str, values: Mapping[str, Any]) -> Any:
    """Value of a printed equation (or of the expression alone) for values of its symbols, scalars or arrays.

    Raises
    ------
    NotAnExpression
        If the text holds anything but the declared grammar and these symbols.
    """
    tree = _read(text, tuple(values))
    return _value(tree, dict(zip(_codes(values), values.values(), strict=True)))


def rule(text: str, symbols: tuple[str, ...]) -> str:
    """One word for an expression that is the sum, product, quotient, difference, mean or other sign of its operands."""
    try:
        tree = _read(text, symbols)
    except NotAnExpression:
        return ""
    match tree:
        case ast.Name():
            return "same"
        case ast.UnaryOp(operand=ast.Name()):
            return "minus"
        case ast.Call(func=ast.Name(id=code), args=[ast.Name()]):
            return {"Σ": "sum", "Π": "product", "mean": "average"}.get(list(_FUNCTIONS)[int(code[1:])], "")
        case ast.BinOp(left=ast.Name(), op=ast.Div(), right=ast.Name()):
            return "quotient"
        case ast.BinOp(left=ast.Name(), op=ast.Sub(), right=ast.Name()):
            return "difference"
    inside = [node for node in ast.walk(tree) if isinstance(node, ast.BinOp | ast.UnaryOp | ast.Call | ast.Constant)]
    for word, kind in (("sum", ast.Add), ("product", ast.Mult)):
        if all(isinstance(node, ast.BinOp) and isinstance(node.op, kind) for node in inside):
            return word
    return ""


def with_numbers(text: str, values: Mapping[str, Any]) -> str:
    """The printed text with the values of its symbols in their place, as far as they are single numbers."""
    single = {name: float(value) for name, value in values.items() if isinstance(value, int | float | np.number)}
    left, equals, right = text.rpartition(" = ")
    for name, value in values.items():
        if right == f"Σ({name})" and np.size(value) <= LONGEST_SUM:
            return left + equals + " + ".join(_plain(float(x), in_words=True) for x in np.ravel(value))
    return left + equals + "".join(
        _plain(single[word], in_words=True) if kind == "symbol" and word in single else word
        for kind, word in _tokens(right, tuple(values))
    )


def fill(text: str, values: Mapping[str, Any]) -> str:
    """Text whose ``{name}`` and ``{name:%}`` are the numbers they name, in as many digits as it takes."""

    def number(place: re.Match[str]) -> str:
        value = values[place[1]]
        return f"{100.0 * value:.12g}%" if place[2] else _plain(value)

    return _FILLED.sub(number, text)


def _plain(value: float, *, in_words: bool = False) -> str:
    number = f"{value:,.0f}" if in_words and abs(value) >= 1_000 else f"{value:.{4 if in_words else 12}g}"
    return f"({number.replace('-', '−')})" if value < 0 else number


def _codes(symbols: Collection[str]) -> list[str]:
    return [f"x{i}" for i in range(len(symbols))]


@lru_cache(maxsize=4_096)
def _read(text: str, symbols: tuple[str, ...]) -> ast.expr:
    """Expression as a tree; symbols are named ``x0``, ``x1``, functions ``f0``, ``f1``."""
    codes = {"symbol": dict(zip(symbols, _codes(symbols), strict=True)), "call": _CALLS, "sign": _SIGNS}
    plain = "".join(
        f"({word[:-1]}/100)" if kind == "number" and word.endswith("%") else codes.get(kind, {}).get(word, word)
        for kind, word in _tokens(text.rpartition(" = ")[2], symbols)
    )
    try:
        return ast.parse(plain.strip(), mode="eval").body
    except SyntaxError as why:
        raise NotAnExpression(f"{text!r} is no expression: {why.msg}") from None


def _tokens(text: str, symbols: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """Words of an expression, the longest first: symbols and function names win over the letters they are made of."""
    words = [(name, "symbol") for name in symbols] + [(name, "call") for name in _CALLS]
    words.sort(key=lambda word: -len(word[0]))
    at = 0
    while at < len(text):
        for word, kind in words:
            if text.startswith(word, at) and not (kind == "symbol" and _goes_on(text, at + len(word))):
                break
        else:
            number = _NUMBER.match(text, at)
            word, kind = (number[0], "number") if number else (text[at], "sign")
            if not number and word not in _SIGNS and word not in "+-/(), ":
                raise NotAnExpression(f"{text!r} is no expression of {', '.join(symbols)}: at {text[at:]!r}")
        yield kind, word
        at += len(word)


def _goes_on(text: str, at: int) -> bool:
    """Whether a word does not end here."""
    return at < len(text) and ((text[at].isalnum() and text[at] not in "²³⁴") or text[at] == "_")


def _value(node: ast.AST, values: Mapping[str, Any]) -> Any:
    match node:
        case ast.Constant(value=int() | float() as number):
            return float(number)
        case ast.Name(id=name) if name in values:
            return values[name]
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return -_value(operand, values)
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _BINARY:
            with np.errstate(all="ignore"):
                return _BINARY[type(op)](_value(left, values), _value(right, values))
        case ast.Call(func=ast.Name(id=code), args=arguments, keywords=[]) if code in _BY_CODE:
            with np.errstate(all="ignore"):
                return _BY_CODE[code](*(_value(argument, values) for argument in arguments))
    raise NotAnExpression(f"{ast.unparse(node)!r} is not in the grammar")
