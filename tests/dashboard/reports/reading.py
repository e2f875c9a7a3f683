"""How tests read a PDF: as words, as objects, as words without spaces where long ones are broken over lines."""

import re
from collections.abc import Iterator
from io import BytesIO
from typing import Any

from pypdf import PdfReader
from pypdf.generic import DictionaryObject, IndirectObject

RUNNING = re.compile(r"^Assay Scenario report \d+ \w+ \d{4} |Model [\d.]+ · seed .*$")


def opened(data: bytes) -> PdfReader:
    return PdfReader(BytesIO(data))


def pages(data: bytes) -> list[str]:
    """Text of each page as it is read aloud, all white space made one space."""
    return [" ".join(page.extract_text().split()) for page in opened(data).pages]


def words(data: bytes) -> str:
    return " ".join(pages(data))


def unbroken(data: bytes) -> str:
    """All text between the running heads and feet, without white space: long words are broken, never changed."""
    bodies = (RUNNING.sub("", page) for page in pages(data))
    return "".join("".join(bodies).split())


def objects(data: bytes) -> list[DictionaryObject]:
    """Every dictionary of the file, streams included."""
    reader = opened(data)
    found = (reader.get_object(IndirectObject(number, 0, reader)) for number in range(1, len(reader.xref[0]) + 1))
    return [item for item in found if isinstance(item, DictionaryObject)]


def links(data: bytes) -> Iterator[str]:
    """Addresses of the clickable links."""
    for page in opened(data).pages:
        for note in page.get("/Annots", []):
            action: Any = note.get_object().get("/A", {})
            if "/URI" in action:
                yield str(action["/URI"])
