"""What every test may ask for: a browser, the word of whoever accepts golden tables, and repeatable hypotheses.

Memory is kept low as in the server: one pool for all threads, and what a test let go is given back to the system.
"""

import gc
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from dashboard import memory
from tests.prices import on_few_draws

settings.register_profile(
    "ci",
    derandomize=True,  # the same examples everywhere: a red run is red again on the next machine
    deadline=None,  # two shared cores: time says nothing about correctness
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile("explore", parent=settings.get_profile("ci"), derandomize=False, max_examples=1000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))

GROWTH = 64 * 2**20
"""Bytes that tests may add to the process before it gives back."""
_held = [0]

memory.share()


def pytest_collection_finish() -> None:
    """Tests and imports live to the end: what looks for garbage, as every run of a page does, passes them by."""
    gc.collect()
    gc.freeze()


def pytest_runtest_logfinish() -> None:
    """Give back what a test let go, where it is much: looking for it takes a twentieth of a second."""
    if resident() > _held[0] + GROWTH:
        memory.give_back()
        _held[0] = resident()


@pytest.fixture(scope="module", autouse=True)
def kept_low() -> Iterator[None]:
    """Set up first, so gone last: what the fixtures of a module held is let go by then."""
    yield
    _held[0] = 0


def resident() -> int:
    """Bytes of memory the process holds; 0 where the system does not say."""
    pages = Path("/proc/self/statm")
    return int(pages.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") if pages.exists() else 0


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="accept today's figures as the golden tables")


@pytest.fixture(scope="session")
def update_golden(request: pytest.FixtureRequest) -> bool:
    return bool(request.config.getoption("--update-golden"))


def find_chromium() -> str | None:
    """The browser to drive: $ASSAY_CHROMIUM, then one on the PATH, then playwright's own."""
    chosen = os.environ.get("ASSAY_CHROMIUM")
    if chosen:
        return shutil.which(chosen)
    for name in ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable"):
        if found := shutil.which(name):
            return found
    from playwright.sync_api import sync_playwright  # starts a driver process, so only when nothing else is there

    with sync_playwright() as playwright:
        own = playwright.chromium.executable_path
    return own if Path(own).exists() else None


@pytest.fixture(scope="session")
def chromium_path() -> str:
    """Path of a Chromium; without one the test skips, or fails where ASSAY_REQUIRE_BROWSER=1."""
    found = find_chromium()
    if found:
        return found
    missing = (
        "no browser: set ASSAY_CHROMIUM to a Chromium, or install one (Debian: apt-get install chromium; "
        "elsewhere: .venv/bin/python -m playwright install chromium)"
    )
    if os.environ.get("ASSAY_REQUIRE_BROWSER") == "1":
        pytest.fail(missing)
    pytest.skip(missing)


@pytest.fixture(scope="module")
def thin_prices() -> Iterator[None]:
    """A thousand scenarios are priced, and none of these tests asks for a third digit."""
    with on_few_draws():
        yield
