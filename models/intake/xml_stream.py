"""Parts of a workbook as a stream of elements; what would cost more than a table may is refused on the way."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import IO, NamedTuple
from xml.parsers import expat

from models.errors import DataError

MAX_ELEMENTS = 1_000_000
"""Of all parts: 5,000 rows of 60 filled cells, and what they say."""
MAX_TOKEN = 1 << 20
"""Bytes of one tag or comment: a parser looks at a longer one again and again while it grows."""
CHUNK = 1 << 16


@dataclass
class Budget:
    """Elements that may still be read."""

    thing: str
    left: int = MAX_ELEMENTS

    def spend(self) -> None:
        """Take one; raises DataError where none is left."""
        self.left -= 1
        if self.left < 0:
            raise DataError(f"the workbook holds too many cells; keep only the sheet with the {self.thing}s")


class Element(NamedTuple):
    """An element with its attributes, without their namespaces."""

    name: str
    attributes: Mapping[str, str]

    def get(self, key: str, default: str) -> str:
        """Attribute of this name in any namespace."""
        return next((text for name, text in self.attributes.items() if name.rpartition(" ")[2] == key), default)


def elements(part: IO[bytes], budget: Budget, names: Collection[str], use: Callable[[Element], object]) -> None:
    """Hand over the elements of these names in their order."""
    def start(name: str, attributes: dict[str, str]) -> None:
        budget.spend()
        if (local := name.rpartition(" ")[2]) in names:
            use(Element(local, attributes))

    parse(part, start)


def parse(
    part: IO[bytes], start: Callable[[str, dict[str, str]], object], end: Callable[[str], object] | None = None,
    text: Callable[[str], object] | None = None,
) -> None:
    """Parse a part in pieces; names of elements come with their namespace and a space before them.

    Raises
    ------
    DataError
        If it declares entities: no spreadsheet does.
    """
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartElementHandler = start
    parser.StartDoctypeDeclHandler = _refuse
    if end is not None:
        parser.EndElementHandler = end
    if text is not None:
        parser.CharacterDataHandler = text
    read = 0
    while piece := part.read(CHUNK):
        parser.Parse(piece, False)
        read += len(piece)
        if read - parser.CurrentByteIndex > MAX_TOKEN:
            raise DataError("the workbook is damaged; save it again, or as CSV")
    parser.Parse(b"", True)


def _refuse(*_: object) -> None:
    raise DataError("the workbook declares a document type, as no spreadsheet does; save it again")
