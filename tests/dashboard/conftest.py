"""The dashboard as a value: the page run by Streamlit's own test harness, without a browser."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from dashboard import run
from models.basis.store import Store
from models.engine.evaluate import Evaluation
from models.studies.sensitivity.flip import flip_points
from tests.dashboard.finished import Finished

APP = Path(__file__).resolve().parents[2] / "dashboard" / "app.py"


@pytest.fixture(scope="module", autouse=True)
def own_evaluations() -> Iterator[None]:
    """Evaluations are kept as in the server, and gone with the module: the next one asks for others."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(run, "_evaluations", Store[Evaluation](run.EVALUATIONS))
        yield


@pytest.fixture
def open_page(monkeypatch: pytest.MonkeyPatch) -> Callable[..., AppTest]:
    """Open the first page at an address, given as query parameters."""
    job = run.job
    nothing = Finished(())  # the search itself is tested with the engine
    monkeypatch.setattr(run, "job", lambda make, *a, **b: nothing if make is flip_points else job(make, *a, **b))

    def open_(**query: str) -> AppTest:
        page = AppTest.from_file(str(APP), default_timeout=120)
        for key, value in query.items():
            page.query_params[key.replace("__", ".")] = value
        return page.run()

    return open_
