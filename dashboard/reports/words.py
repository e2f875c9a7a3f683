"""Text of users and files, made safe to print: no control characters, no unbounded length, no active address."""

import unicodedata
from urllib.parse import urlsplit

JOINERS = "\u200c\u200d"
"""Marks that Arabic, Indic scripts and emoji need; other invisible characters could reorder or hide what is printed."""

INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})


def printable(text: str, length: int = 240) -> str:
    """Text on one line, without characters that cannot be printed, shortened with an ellipsis."""
    shown = "".join(
        c if c in JOINERS else " " if unicodedata.category(c) in INVISIBLE else c for c in text[: 4 * length]
    )
    shown = " ".join(shown.split())
    return shown if len(shown) <= length else shown[: length - 1].rstrip() + "…"


def web_address(text: str) -> str:
    """The address if it can be opened from a document without harm, empty otherwise."""
    try:
        parts = urlsplit(text)
        is_web = parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        return ""
    return text if is_web and text.isprintable() and not set(text) & set(' "<>\\') else ""
