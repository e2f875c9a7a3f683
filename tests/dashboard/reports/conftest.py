"""One evaluation and one report for the tests of this directory: rendering is fast, evaluating is not."""

import datetime as dt
from collections.abc import Callable

import pytest

from dashboard.reports.pdf import render_pdf
from models import Scenario, evaluate
from models.engine.evaluate import Evaluation
from models.scenario.link import encode
from models.studies.verdict import verdict

TODAY = dt.date(2026, 11, 22)
ADDRESS = "https://assay.example/"
Render = Callable[..., bytes]


@pytest.fixture(scope="session")
def base() -> Scenario:
    """A preset with a program, on few paths."""
    return Scenario.preset("gulf").replace({"run.paths": 512})


@pytest.fixture(scope="session")
def evaluation(base: Scenario) -> Evaluation:
    return evaluate(base)


@pytest.fixture(scope="session")
def render(base: Scenario, evaluation: Evaluation) -> Render:
    """Render an evaluation against its preset; every argument of `render_pdf` can be replaced."""

    def rendered(shown: Evaluation = evaluation, **given: object) -> bytes:
        link = f"{ADDRESS}?{encode(shown.scenario, 'gulf')}"
        usual = {"preset": "gulf", "base": base, "link": link, "verdict": verdict(shown), "today": TODAY}
        return render_pdf(shown, **(usual | given))

    return rendered


@pytest.fixture(scope="session")
def document(render: Render) -> bytes:
    return render()
