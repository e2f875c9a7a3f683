"""The six rows: order, words, escaping, and differences that are no difference."""

from html.parser import HTMLParser
from math import nan
from typing import Any

import pytest

from dashboard.views.decide import rows

Row = dict[str, Any]


def row(asset: str, label: str, **changes: Any) -> Row:
    """One class as a record, in round numbers."""
    family = "llm_and_cloud" if asset in ("llm_developer", "cloud_platform") else "picks_and_shovels"
    values = {
        "irr_p05": -0.1,
        "irr_p50": 0.08,
        "irr_p95": 0.2,
        "irr_p50_se": 0.001,
        "probability_of_loss": 0.2,
        "probability_of_loss_se": 0.005,
        "probability_below_cash": 0.4,
        "probability_below_cash_se": 0.005,
        "probability_below_quarter": 0.1,
        "probability_below_quarter_se": 0.005,
        "moic_p05": 0.7,
        "moic_p50": 1.6,
        "moic_p95": 3.0,
        "payback_years_p50": 5.0,
        "certainty_equivalent": 0.1,
        "certainty_equivalent_return": 0.1,
        "certainty_equivalent_return_se": 0.002,
        "cvar_95": 0.5,
        "cvar_95_se": 0.004,
    }
    return {"asset": asset, "label": label, "family": family} | values | changes


class Cells(HTMLParser):
    """Text of every cell, and every explanation."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[list[str]] = []
        self.titles: list[str] = []
        self.tags: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.titles += [value or "" for name, value in attrs if name == "title"]
        if tag == "tr":
            self.rows.append([])
        elif tag in ("td", "th"):
            self.rows[-1].append("")

    def handle_data(self, data: str) -> None:
        if self.rows and self.rows[-1]:
            self.rows[-1][-1] += data


def parsed(html: str) -> Cells:
    cells = Cells()
    cells.feed(html)
    return cells


FLEET, DEBT, LLM = (
    row("gpu_fleet", "GPU fleet"),
    row("gpu_debt", "GPU-backed debt"),
    row("llm_developer", "LLM developer"),
)


@pytest.mark.parametrize(
    ("sort", "changes", "first"),
    [
        ("certainty_equivalent_return", {"certainty_equivalent_return": 0.3}, "GPU-backed debt"),
        ("irr_p50", {"irr_p50": 0.2}, "GPU-backed debt"),
        ("probability_of_loss", {"probability_of_loss": 0.01}, "GPU-backed debt"),
        ("cvar_95", {"cvar_95": 0.01}, "GPU-backed debt"),
        ("cvar_95", {"cvar_95": 0.9}, "GPU fleet"),
        ("irr_p50", {"irr_p50": nan}, "GPU fleet"),
    ],
)
def test_rows_are_sorted_by_what_the_reader_cares_about(sort: str, changes: Row, first: str) -> None:
    table = [FLEET, DEBT | changes, LLM]
    shown = parsed(rows.rows_html(table, table, sort, True))
    assert shown.rows[1][0] == first
    assert len(shown.rows) == 4


def test_every_number_says_what_it_is() -> None:
    shown = parsed(rows.rows_html([FLEET], [FLEET], "certainty_equivalent_return", True))
    assert shown.rows[1] == ["GPU fleet", "−10%8.0%20%", "20%", "40%", "1.6x", "10.0%", "–"]
    for words in (
        "less money than was paid in",
        "earn less than cash",
        "nine futures of ten",
        "per $100",
        "5th percentile",
    ):
        assert any(words in title for title in shown.titles), words
    assert all(title.strip() for title in shown.titles)


@pytest.mark.parametrize(
    ("now", "shown", "words"),
    [
        (0.14, "+4.0 pts", "better"),
        (0.06, "−4.0 pts", "worse"),
        (0.103, "too close", "too close to call"),
        (0.1, "none", "against"),
        (nan, "n/a", "undefined"),
    ],
)
def test_a_change_is_told_from_its_noise(now: float, shown: str, words: str) -> None:
    name = "certainty_equivalent_return"
    cells = parsed(rows.rows_html([FLEET | {name: now}], [FLEET], name, False))
    assert cells.rows[1][-1] == shown
    assert words in cells.titles[-1]


def test_less_loss_is_better() -> None:
    cells = parsed(rows.rows_html([FLEET | {"probability_of_loss": 0.1}], [FLEET], "probability_of_loss", False))
    assert cells.rows[1][-1] == "−10.0 pts" and "better" in cells.titles[-1]


def test_a_total_loss_and_what_is_undefined_are_words() -> None:
    dead = FLEET | {"irr_p50": -1.0, "irr_p05": -1.0, "irr_p95": -1.0, "moic_p05": 0.0, "moic_p50": 0.0}
    assert "total loss" in parsed(rows.rows_html([dead], [dead], "irr_p50", True)).rows[1][1]
    empty = FLEET | {name: nan for name in FLEET if isinstance(FLEET[name], float)}
    shown = parsed(rows.rows_html([empty], [empty], "irr_p50", False)).rows[1]
    assert shown == ["GPU fleet", "n/a", "n/a", "n/a", "n/a", "n/a", "n/a"]
    assert "nan" not in "".join(shown)


def test_below_half_lost_money_back_says_more_than_a_rate() -> None:
    shown = parsed(rows.rows_html([FLEET | {"irr_p05": -0.6, "moic_p05": 0.2}], [FLEET], "irr_p50", True)).rows[1][1]
    assert shown.startswith("0.2x back")


def test_the_table_is_a_table_for_a_screen_reader() -> None:
    html = rows.rows_html([FLEET, LLM], [FLEET, LLM], "irr_p50", True)
    assert html.count('scope="col"') == len(rows.HEADS) and html.count('scope="row"') == 2
    assert "<caption>" in html and 'aria-hidden="true"' in html and 'role="img" aria-label="Return a year' in html


@pytest.mark.parametrize("text", ["<script>alert(1)</script>", '" onmouseover="x', "a & b", "'><img src=x onerror=y>"])
def test_text_never_becomes_markup(text: str) -> None:
    html = rows.rows_html([FLEET | {"label": text}], [FLEET], "irr_p50", True)
    assert not {"script", "img"} & set(parsed(html).tags) and 'onmouseover="x' not in html
