"""What a page is made of: verdict, figures, tiles, charts, tables, downloads. A page is a list of these calls."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Literal, NamedTuple

import pandas as pd
import streamlit as st

from dashboard import format as f
from dashboard.blocks import markup
from dashboard.blocks.markup import Fact, Markup, Row

RISKY = ("=", "+", "-", "@", "\t", "\r")
"""First characters by which a spreadsheet takes a cell for a formula."""
ROW_HEIGHT, HEAD_HEIGHT, MOST_HEIGHT = 35, 38, 420


class Chart(NamedTuple):
    """A chart with the sentence it proves as its title.

    Attributes
    ----------
    title, about : str
        The sentence, and what is drawn.
    alt : str
        Name of the picture for a screen reader, by default ``about``; keep it fixed, a new name builds the chart anew.
    note : Markup
        What stands between title and chart.
    """

    title: str
    data: Any
    spec: Mapping[str, Any]
    about: str = ""
    alt: str = ""
    note: str = ""


class Tile(NamedTuple):
    """A figure in large type: name, value, what it is, what it did, and a line below."""

    label: str
    value: str
    about: str = ""
    change: str | None = None
    arrow: Literal["up", "down", "off"] = "off"
    below: str = ""


def verdict(headline: str, detail: str, role: Literal["status", "alert"] = "status") -> None:
    """What the page has found, in a sentence, and what that rests on."""
    st.html(markup.pieces().verdict(headline, detail, role))


def section(text: str, about: str = "") -> None:
    """Title of a part of a page."""
    st.html(markup.heading(text, about, level=2))


def part(text: str) -> None:
    """Title of a part of a page, below a line."""
    st.html(markup.tag("h2", text, "assay-part"))


def title(text: str, about: str = "", *below: str) -> None:
    """Title of what comes next and, without a gap, pieces of markup below it."""
    st.html(markup.heading(text, about) + Markup("").join(below))


def notes(*lines: str) -> None:
    """Small print, a paragraph a line that says something; nothing where none does."""
    if said := [line for line in lines if line]:
        st.html(Markup("").join(markup.tag("p", line, "note") for line in said))


def facts(rows: Iterable[Fact]) -> None:
    """Single figures side by side."""
    st.html(markup.facts_html(rows))


def tiles(rows: Sequence[Tile], width: int = 150) -> None:
    """Figures in large type, as many side by side as fit by ``width``."""
    with st.grid(len(rows), min_column_width=width, gap="small"):
        for tile in rows:
            with st.container(gap=None) if tile.below else st.container():
                about = f.plain(tile.about) or None
                st.metric(tile.label, tile.value, tile.change, delta_color="off", delta_arrow=tile.arrow, help=about)
                if tile.below:
                    st.caption(f.plain(tile.below))


def table(caption: str, head: Iterable[str | markup.Cell], rows: Iterable[Row], css: str = "measures") -> None:
    """A table as HTML, for few rows."""
    st.html(markup.table_html(caption, head, rows, css))


def chart(drawn: Chart) -> None:
    """Title, what stands below it, and the chart."""
    title(drawn.title, drawn.about, drawn.note)
    picture(drawn.data, drawn.spec, drawn.alt or drawn.about or drawn.title)


def picture(data: Any, spec: Mapping[str, Any], alt: str) -> None:
    """A chart without a title."""
    st.vega_lite_chart(data, dict(spec), theme=None, alt=alt)


def charts(drawn: Sequence[Chart], columns: int | None = None, gap: Literal["medium", "large"] = "medium") -> None:
    """Charts side by side, ``columns`` in a row."""
    count = columns or len(drawn)
    for start in range(0, len(drawn), count):
        for column, each in zip(st.columns(count, gap=gap), drawn[start : start + count], strict=False):
            with column:
                chart(each)


def sheet(rows: pd.DataFrame, key: str, *, height: int | Literal["fit"] | None = None, **more: Any) -> None:
    """A table to scroll and search; ``height`` "fit" is that of its rows up to a limit."""
    if height == "fit":
        height = min(MOST_HEIGHT, HEAD_HEIGHT + ROW_HEIGHT * len(rows))
    more |= {} if height is None else {"height": height}
    st.dataframe(rows, hide_index=True, key=key, placeholder="", **more)


def download(
    label: str, data: bytes | Callable[[], bytes], file_name: str, key: str, mime: str = "text/csv", help: str = ""
) -> None:
    """A button that hands out a file, made when it is pressed if ``data`` is a function."""
    st.download_button(label, data, file_name=file_name, mime=mime, key=key, on_click="ignore", help=help or None)


def safe_csv(rows: Iterable[Mapping[str, object]], columns: Sequence[str]) -> bytes:
    """Rows as CSV (UTF-8 with mark); text that a spreadsheet would run as a formula is quoted, numbers are not."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(columns)
    writer.writerows([_safe(row[name]) for name in columns] for row in rows)
    return out.getvalue().encode("utf-8-sig")


def _safe(value: object) -> object:
    if value is None:
        return ""
    return f"'{value}" if isinstance(value, str) and value.lstrip().startswith(RISKY) else value
