"""Slider press to last redraw in a real Chromium: the page, the page with its result precomputed, and the floor.

The floor is an app of one slider and one number. The page must stay within 1.5 times the precomputed one, which says
that the engine is not what a reader waits for. Rounds are interleaved, because other work on a machine comes and goes.
"""

from __future__ import annotations

import json
import os
import statistics
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

from tests.bench.server import APP, ROOT, serving
from tests.conftest import find_chromium

ROUNDS, PRESSES, WARM_UP = 2, 12, 3
QUIET = 450
"""Milliseconds without a message or a redraw after which a press counts as answered."""

FLOOR = """
import streamlit as st
st.metric("number", st.slider("overcapacity", 0, 300, 0, step=5, key="overcapacity.peak"))
"""
# Two finished readings take turns, so that every press changes every number and every chart, and nothing is computed.
PRECOMPUTED = """
import gc, runpy, sys
sys.path.insert(0, {root!r})
from dashboard import run
from dashboard.views.decide import reading
from models.scenario.scenario import Scenario
if not hasattr(run, "computed"):
    scenarios = [Scenario().replace({{"overcapacity.peak": peak}}) for peak in (0.0, 0.5)]
    run.computed = {{
        (make.__name__, i, *entry): run.kept(make, scenario, *entry)
        for make, entry in ((reading.read, ()), (reading.standing, ("fair",)), (run._judged, ()))
        for i, scenario in enumerate(scenarios)
    }}
    run.kept = lambda make, s, *entry: run.computed[make.__name__, round(20 * s.overcapacity.peak) % 2, *entry]
    gc.collect()
    gc.freeze()
runpy.run_path({app!r}, run_name="__main__")
"""
# When the key went down, when the last message came, when the last number or mark changed.
WATCH = """
(() => {
  const seen = window.seen = {key: 0, number: 0, mark: 0, message: 0};
  const now = () => performance.now();
  addEventListener('keydown', () => { if (!seen.key) seen.key = now(); }, true);
  new MutationObserver(changes => {
    if (!seen.key) return;
    for (const change of changes) {
      const element = change.target.nodeType === 1 ? change.target : change.target.parentElement;
      if (!element) continue;
      if (element.closest('svg.marks')) seen.mark = now();
      else if (change.type !== 'attributes' && element.closest('[data-testid="stMetricValue"]')) seen.number = now();
    }
  }).observe(document, {subtree: true, childList: true, characterData: true, attributes: true});
  window.WebSocket = class extends WebSocket {
    constructor(...args) {
      super(...args);
      super.addEventListener('message', () => { if (seen.key) seen.message = now(); });
    }
  };
})();
"""
SETTLED = """
quiet => {
  const s = window.seen;
  return (s.number || s.mark) && performance.now() - Math.max(s.number, s.mark, s.message) > quiet;
}
"""


def run() -> list[dict[str, object]]:
    """Rows of name, median milliseconds and a note; ratios are taken inside this run."""
    chromium = find_chromium()
    if chromium is None:
        return [{"name": "no browser found, page not measured", "ms": float("nan"), "note": ""}]
    presses: dict[str, list[tuple[float, float]]] = {name: [] for name in ("floor", "precomputed", "page")}
    with _apps() as addresses, sync_playwright() as playwright:
        sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
        browser = playwright.chromium.launch(executable_path=chromium, args=["--disable-gpu", *sandbox])
        for address in addresses.values():  # fair prices are computed once a process
            _opened(browser, address).close()
        for _ in range(ROUNDS):
            for name, address in addresses.items():
                presses[name] += _presses(browser, address)
        browser.close()
    return _rows(presses)


def _rows(presses: dict[str, list[tuple[float, float]]]) -> list[dict[str, object]]:
    names = {
        "floor": "one slider, one number",
        "precomputed": "the page, result precomputed",
        "page": "the page",
    }
    mark = statistics.median(last for _, last in presses["precomputed"])
    rows: list[dict[str, object]] = []
    for name, found in presses.items():
        last = sorted(value for _, value in found)
        first = statistics.median(value for value, _ in found)
        late = last[min(len(last) - 1, int(0.95 * len(last)))]
        middle = statistics.median(last)
        note = f"p95 {late:,.0f} ms, first number {first:,.0f} ms, {middle / mark:.2f}x precomputed"
        rows.append({"name": f"slider to repaint, {names[name]} (p50)", "ms": middle, "note": note})
    return rows


@contextmanager
def _apps() -> Iterator[dict[str, str]]:
    """Addresses of the three apps, each in a server of its own."""
    with tempfile.TemporaryDirectory() as directory, ExitStack() as servers:
        floor, precomputed = Path(directory) / "floor.py", Path(directory) / "precomputed.py"
        floor.write_text(FLOOR)
        precomputed.write_text(PRECOMPUTED.format(root=str(ROOT), app=str(APP)))
        scripts = {"floor": floor, "precomputed": precomputed, "page": APP}
        yield {name: servers.enter_context(serving(script)).address for name, script in scripts.items()}


def _opened(browser: Browser, address: str) -> Page:
    page = browser.new_page(viewport={"width": 1400, "height": 1100})
    page.set_default_timeout(120_000)
    page.add_init_script(WATCH)
    page.goto(address)
    page.wait_for_selector('[data-testid="stMetricValue"]')
    page.wait_for_timeout(4_000)
    return page


def _presses(browser: Browser, address: str) -> list[tuple[float, float]]:
    """Milliseconds from each key press to the first changed number and to the last redraw."""
    page = _opened(browser, address)
    slider = page.locator(".st-key-overcapacity-peak input[type=range]").first
    found = []
    for i in range(WARM_UP + PRESSES):
        slider.focus()
        page.evaluate("() => Object.assign(window.seen, {key: 0, number: 0, mark: 0, message: 0})")
        page.keyboard.press("ArrowRight")
        page.wait_for_function(SETTLED, arg=QUIET, polling=50)
        seen: dict[str, Any] = page.evaluate("() => window.seen")
        if i >= WARM_UP:
            last = max(seen["number"], seen["mark"])
            found.append(((seen["number"] or last) - seen["key"], last - seen["key"]))
    page.close()
    return found


if __name__ == "__main__":
    print(json.dumps(run(), indent=1))
