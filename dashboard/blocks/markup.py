"""Small pieces of HTML; every text that goes in is escaped here and nowhere else."""

from __future__ import annotations

from html import escape


def tip(text: str, explanation: str, css: str = "") -> str:
    """Text that says what it is when pointed at, tapped or reached by keyboard."""
    return f'<span class="tip {css}" tabindex="0" title="{escape(explanation)}">{escape(text)}</span>'


def tag(name: str, text: str, css: str = "") -> str:
    """One element with plain text."""
    return f'<{name} class="{css}">{escape(text)}</{name}>' if css else f"<{name}>{escape(text)}</{name}>"


def heading(text: str, explanation: str = "", level: int = 3) -> str:
    """Title of a chart: the sentence it proves."""
    inner = tip(text, explanation) if explanation else escape(text)
    return f'<h{level} class="assay-h">{inner}</h{level}>'
