"""What a partner does: move a slider, see the answer change, send the link, take the report away."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from pypdf import PdfReader

pytestmark = pytest.mark.browser

Visit = Callable[..., Page]
SLIDER = ".st-key-overcapacity-peak input[type=range]"
CARDS = '[data-testid="stMetricValue"]'
WIDE = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"


def figures(page: Page) -> tuple[str, list[str], str]:
    """Verdict, cards and rows as a reader sees them."""
    words = page.locator(".verdict").inner_text()
    return words, page.locator(CARDS).all_inner_texts(), page.locator("table.classes").inner_text()


def move(page: Page, presses: int) -> None:
    """Press the arrow key on the overcapacity slider and wait until the address holds the new value."""
    start = float(page.locator(SLIDER).input_value())
    page.locator(SLIDER).focus()
    for _ in range(presses):
        page.keyboard.press("ArrowRight")
    expected = f"overcapacity.peak={round(start / 100 + 0.05 * presses, 2):g}"
    page.wait_for_function("part => location.search.includes(part)", arg=expected)


def settled(page: Page, before: tuple[str, list[str], str]) -> tuple[str, list[str], str]:
    """Figures once all of them belong to the new scenario."""
    expect(page.locator(CARDS).nth(1)).not_to_have_text(before[1][1])
    expect(page.locator("table.classes .change").first).not_to_have_text("–")
    page.wait_for_selector('[data-stale="true"]', state="detached")
    return figures(page)


def test_move_a_slider_share_the_link_and_take_the_report(visit: Visit, tmp_path: Path) -> None:
    page = visit()
    before = figures(page)
    move(page, 12)
    after = settled(page, before)
    assert after[0] != before[0], "a glut of 60% must change the verdict"
    assert "overcapacity.peak=0.6" in page.url

    page.get_by_role("button", name="Share", exact=True).click()
    link = page.locator('[data-testid="stCode"] code').inner_text().strip()
    assert link.split("?")[1] == page.url.split("?")[1]
    page.keyboard.press("Escape")

    elsewhere = visit("?" + link.split("?")[1])
    assert figures(elsewhere) == after
    assert elsewhere.locator(SLIDER).input_value() == "60"

    with page.expect_download() as download:
        page.get_by_role("button", name="Export PDF", exact=True).click()
    report = tmp_path / "report.pdf"
    download.value.save_as(report)
    text = " ".join(" ".join(sheet.extract_text() for sheet in PdfReader(report).pages).split())
    headline = " ".join(after[0].split("\n")[0].split())
    assert headline in text
    for card in after[1][:1]:
        assert card in text


@pytest.mark.parametrize("pause", [0, 300, 1000])
def test_back_and_forward_walk_through_the_scenarios_however_soon(visit: Visit, pause: int) -> None:
    page = visit("?overcapacity.peak=0.2")
    move(page, 1)
    move(page, 1)
    for press, value in ((page.go_back, 25), (page.go_back, 20), (page.go_forward, 25), (page.go_forward, 30)):
        page.wait_for_timeout(pause)
        press()
        expect(page.locator(SLIDER)).to_have_value(str(value))
        expect(page.locator(".st-key-input-overcapacity-peak input[type=number]")).to_have_value(str(value))
        assert f"overcapacity.peak={value / 100:g}" in page.url, "the address is not written over"


def test_a_hostile_link_shows_what_was_ignored_and_nothing_runs(visit: Visit) -> None:
    page = visit(
        "?overcapacity.peak=99&p=<script>window.hit=1</script>&policy.intensity=2&zz=<img src=x onerror=hit=1>"
    )
    notes = page.locator('[data-testid="stAlert"]').inner_text()
    assert "too high" in notes and "no preset" in notes and "<script>" in notes
    assert page.evaluate("() => window.hit") is None
    assert page.locator(".st-key-policy-intensity input[type=range]").input_value() == "2"
    assert "Traceback" not in page.inner_text("body")
    page.get_by_role("button", name="Understood").click()
    expect(page.locator('[data-testid="stAlert"]')).to_have_count(0)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_phone_shows_everything_without_scrolling_sideways(visit: Visit, scheme: str) -> None:
    page = visit(width=390, scheme=scheme)
    assert page.evaluate(WIDE) == 0
    main = page.locator('[data-testid="stMain"]')
    assert main.evaluate("e => e.scrollWidth - e.clientWidth") == 0
    right = page.locator("table.classes tbody *").evaluate_all(
        "cells => Math.max(...cells.map(cell => cell.getBoundingClientRect().right))"
    )
    assert right <= 390
    page.locator('[data-testid="stExpandSidebarButton"]').click()
    expect(page.locator(SLIDER)).to_be_visible()
    paper, ink = page.evaluate(
        "() => { const s = getComputedStyle(document.querySelector('.stApp')); return [s.backgroundColor, s.color] }"
    )
    dots = page.locator("svg.marks .mark-symbol path").evaluate_all("paths => paths.map(p => getComputedStyle(p).fill)")
    assert (paper, ink) == {
        "light": ("rgb(255, 255, 255)", "rgb(28, 33, 39)"),
        "dark": ("rgb(18, 21, 25)", "rgb(233, 235, 238)"),
    }[scheme]
    assert {"light": "rgb(213, 94, 0)", "dark": "rgb(240, 130, 55)"}[scheme] in dots


def test_a_number_answers_to_the_keyboard_and_to_a_tap(visit: Visit) -> None:
    page = visit()
    number = page.locator("table.classes tbody tr").first.locator('td[data-name="Loses"] .tip')
    number.focus()
    bubble = number.evaluate("e => getComputedStyle(e, '::after').content")
    assert "of futures return less money than was paid in" in bubble
    assert page.evaluate(WIDE) == 0
    names = page.locator("input[type=range]").evaluate_all("inputs => inputs.map(i => i.getAttribute('aria-label'))")
    assert len(names) == 8 and all(names)
    assert page.locator("h1").count() == 1 and page.locator('.verdict[role="status"]').count() == 1
    unnamed = page.locator("button:visible").evaluate_all(
        "all => all.filter(b => !b.innerText.trim() && !b.ariaLabel && !b.title).length"
    )
    assert unnamed == 0
