"""Pieces of pages: text never becomes markup, no cell becomes a formula, figures and charts are drawn as told."""

import csv
import io
from html.parser import HTMLParser

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from dashboard.blocks.blocks import safe_csv
from dashboard.blocks.markup import Cell, Fact, facts_html, heading, key_html, pieces, row, table_html, tag, tip

HOSTILE = ["<script>alert(1)</script>", '" onmouseover="x', "a & b", "'><img src=x onerror=y>", "{{ 7 * 7 }}"]


class Read(HTMLParser):
    """Tags, attributes and text of a piece."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.text = ""
        self.feed(str(html))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.mark.parametrize("text", HOSTILE)
def test_text_never_becomes_markup(text: str) -> None:
    cell = Cell(text, note=text, about=text, css=text, name=text, title=text, style=text, tip_css=text)
    made = {
        "tip": tip(text, text), "tag": tag("p", text, text), "heading": heading(text, text), "bare": heading(text),
        "facts": facts_html([Fact(text, text, text, text)]), "key": key_html([(text, 0.5, text)]),
        "table": table_html(text, [text, cell], [row(text, text, cell, about=text, more=text)], text),
        "verdict": pieces().verdict(text, text), "spread": pieces().spread(text, text, text),
    }
    for name, html in made.items():
        read = Read(html)
        assert not {"script", "img"} & set(read.tags), name
        assert text in read.text, name
        assert {key for key, _ in read.attributes} <= {
            "class", "tabindex", "title", "role", "aria-live", "style", "scope", "colspan", "data-name"
        }, name


def test_pieces_are_put_together_without_losing_their_escaping() -> None:
    assert heading("a") + tag("p", "<b>") + "<i>" == '<h3 class="assay-h">a</h3><p>&lt;b&gt;</p>&lt;i&gt;'


def test_a_table_says_what_is_a_head_and_what_a_row_needs_more_words() -> None:
    body = [row("name", Cell("1", "±2", is_bold=True), more="why")]
    html = table_html("Caption", ["", Cell("Head", css="shown")], body)
    assert html.count('scope="col"') == 1 and html.count('scope="row"') == 1
    assert '<caption>Caption</caption><thead><tr><th></th><th scope="col" class="shown">Head</th></tr></thead>' in html
    assert '<td><b>1</b><span class="noise">±2</span></td>' in html
    assert html.count('class="has-more"') == 1 and '<td colspan="2"><span class="noise">why</span></td>' in html
    assert "<caption>" not in table_html("", (), [row("a")]) and "<thead>" not in table_html("", (), [row("a")])


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1+1", "@SUM(A1)", "\t=1", "\r=1", " =HYPERLINK(0)"])
def test_no_cell_of_a_download_is_a_formula(text: str) -> None:
    made = safe_csv([{"a": text, "b": -0.1, "c": None}], "abc").decode("utf-8-sig")
    assert list(csv.DictReader(io.StringIO(made, newline=""))) == [{"a": f"'{text}", "b": "-0.1", "c": ""}]


def script() -> None:
    import pandas as pd

    from dashboard import address
    from dashboard.blocks import blocks, choices

    address.read()
    blocks.verdict("A headline", "A detail", "alert")
    one = blocks.Tile("Label", "1%", "What *it* is", "+1 pts", "up", "from 0% to 2%")
    blocks.tiles([one, blocks.Tile("Other", "2")])
    spec = {"mark": "point"}
    data = pd.DataFrame({"a": [1]})
    blocks.charts([blocks.Chart(f"Title {i}", data, spec, "About") for i in range(3)], columns=2)
    blocks.sheet(data, "sheet", height="fit")
    blocks.notes("One", "Two")
    entry = choices.entry_price("entry")
    side = choices.switch("Side", {"l": "Left", "r": "Right"}, "side", "r")
    blocks.section(f"{entry} {side} {choices.pick('One', {1: 'First', 2: 'Second'}, 'pick', 2)}")


def test_blocks_draw_what_they_are_told() -> None:
    app = AppTest.from_function(script, default_timeout=30).run()
    assert not app.exception
    html = [element.proto.body for element in app.get("html")]
    assert 'role="alert"' in html[0] and "<h1>A headline</h1><p>A detail</p>" in html[0]
    assert [(m.label, m.value, m.delta) for m in app.metric] == [("Label", "1%", "+1 pts"), ("Other", "2", "")]
    assert app.metric[0].help == r"What \*it\* is" and app.caption[0].value == "from 0% to 2%"
    assert sum("Title" in piece for piece in html) == 3 and len(app.get("vega_lite_chart")) == 3
    assert isinstance(app.dataframe[0].value, pd.DataFrame)
    assert html[-2] == '<p class="note">One</p><p class="note">Two</p>'
    assert html[-1] == '<h2 class="assay-h">at_cost r 2</h2>'
    app.segmented_control(key="entry").set_value("fair").run()
    assert app.get("html")[-1].proto.body == '<h2 class="assay-h">fair r 2</h2>'
