"""Bytes of an uploaded text file as text."""

from __future__ import annotations

from models.errors import DataError

WINDOWS = "The file is not UTF-8; names were read as Windows text."
_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe\0\0", "utf-32"), (b"\0\0\xfe\xff", "utf-32"),
          (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))


def text_of(data: bytes) -> tuple[str, tuple[str, ...]]:
    """Text of a file, and what to tell about it.

    What spreadsheets write is tried in turn. Guessing among more (`charset_normalizer` was tried) takes a name of a few
    letters for Polish or Baltic; digits and marks are the same in all of them, so a wrong guess spoils names only.

    Raises
    ------
    DataError
        If it is no text.
    """
    marked = next((name for mark, name in _MARKS if data.startswith(mark)), "")
    for encoding in (marked,) if marked else _unmarked(data):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" in text or text.startswith("%PDF"):
            break
        return text, (WINDOWS,) if encoding == "cp1252" else ()
    raise DataError("this is neither text nor a workbook; upload CSV or .xlsx")


def _unmarked(data: bytes) -> tuple[str, ...]:
    """Without a mark, every second byte of a table in UTF-16 is nearly always zero."""
    head = data[:1000]
    for odd, name in ((1, "utf-16-le"), (0, "utf-16-be")):
        zeros = head[odd::2]
        if len(data) % 2 == 0 and len(zeros) > 3 and zeros.count(0) > 0.8 * len(zeros) and 0 not in head[1 - odd :: 2]:
            return (name,)
    return "utf-8", "cp1252"
