"""The dashboard as a value: the page run by Streamlit's own test harness, without a browser."""

from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from dashboard import run

APP = Path(__file__).resolve().parents[2] / "dashboard" / "app.py"


class NoFlips:
    """A finished search that found nothing: the search itself is tested with the engine."""

    share = 1.0
    flips = ()


@pytest.fixture
def open_page(monkeypatch: pytest.MonkeyPatch) -> Callable[..., AppTest]:
    """Open the first page at an address, given as query parameters."""
    monkeypatch.setattr(run, "flip_search", lambda scenario: NoFlips())

    def open_(**query: str) -> AppTest:
        page = AppTest.from_file(str(APP), default_timeout=120)
        for key, value in query.items():
            page.query_params[key.replace("__", ".")] = value
        return page.run()

    return open_
