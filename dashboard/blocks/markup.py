"""Pieces of HTML as text: templates with autoescape on, so that no page escapes anything by hand.

Whatever goes in is text, unless it is `Markup`, which only our own templates make.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

__all__ = ["Cell", "Fact", "Markup", "Row", "facts_html", "heading", "key_html", "pieces", "table_html", "tag", "tip"]

_ENVIRONMENT = Environment(
    loader=FileSystemLoader(Path(__file__).resolve().parent.parent), autoescape=True, undefined=StrictUndefined
)


@lru_cache
def pieces(path: str = "blocks/pieces.html") -> Any:
    """Macros of a template under dashboard/, to be called like functions; each returns `Markup`."""
    return _ENVIRONMENT.get_template(path).module


@dataclass(frozen=True)
class Fact:
    """A single figure: name, what it is, value, and what stands small below it."""

    label: str
    about: str
    value: str
    note: str = ""


@dataclass(frozen=True)
class Cell:
    """A cell of a table.

    Attributes
    ----------
    text, note : str
        What it says, and what stands small behind or below it, such as noise.
    about, tip_css : str
        What it is, said when pointed at, tapped or reached by keyboard; and a class of that text.
    before : Markup
        A mark in front of the text.
    name : str
        Head of its column, for narrow screens that show cells one by one.
    css, style, title : str
        As attributes of the cell.
    span : int
        Columns it takes.
    """

    text: str
    note: str = ""
    about: str = ""
    is_bold: bool = False
    css: str = ""
    name: str = ""
    title: str = ""
    style: str = ""
    span: int = 1
    before: str = ""
    tip_css: str = ""


@dataclass(frozen=True)
class Row:
    """A row: its name, its cells, and a line of text below them."""

    name: Cell
    cells: Sequence[Cell] = field(default_factory=tuple)
    more: str = ""


def row(name: str | Cell, *cells: str | Cell, about: str = "", more: str = "") -> Row:
    """A row of plain texts or cells."""
    return Row(_cell(name, about), [_cell(each) for each in cells], more)


def table_html(caption: str, head: Iterable[str | Cell], rows: Iterable[Row], css: str = "measures") -> Markup:
    """A table; the first name of ``head`` stands above the names of the rows, no head at all leaves it out."""
    return Markup(pieces().table(caption, [_cell(each) for each in head], list(rows), css))


def _cell(text: str | Cell, about: str = "") -> Cell:
    return text if isinstance(text, Cell) else Cell(text, about=about)


def facts_html(rows: Iterable[Fact]) -> Markup:
    """Single figures side by side."""
    return Markup(pieces().facts(list(rows)))


def key_html(marks: Iterable[tuple[str, float, str]]) -> Markup:
    """Names of what a chart draws, each behind its color and opacity."""
    return Markup(pieces().key(list(marks)))


def tip(text: str, about: str, css: str = "") -> Markup:
    """Text that says what it is when pointed at, tapped or reached by keyboard."""
    return Markup(pieces().tip(text, about, css))


def tag(name: str, text: str, css: str = "") -> Markup:
    """One element with plain text."""
    return Markup(pieces().tag(name, text, css))


def heading(text: str, about: str = "", level: int = 3) -> Markup:
    """Title of a chart: the sentence it proves."""
    return Markup(pieces().heading(text, about, level))
