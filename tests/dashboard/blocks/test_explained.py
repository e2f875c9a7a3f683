"""Every headline figure opens to where it comes from, and what opens is the figure."""

import math
from collections.abc import Iterator

import pytest
from streamlit.testing.v1 import AppTest

from dashboard import run
from dashboard.blocks.explained import Figure, assumptions_html, number_html, read
from dashboard.blocks.prices import read_prices
from dashboard.views.asset_class import reading as asset_class
from dashboard.views.asset_class.reading import VARIANTS_OF, read_claim
from dashboard.views.decide import page as decide
from dashboard.views.decide.reading import read as read_decide
from dashboard.views.decide.reading import standing
from dashboard.views.loan.reading import read_design
from dashboard.views.market import page as market
from models.claims.registry import CLASSES
from models.explain import Trace, explain
from models.scenario.scenario import Scenario


def figures(scenario: Scenario) -> Iterator[Figure]:
    """Headline figures of the pages that open them."""
    for entry in ("fair", "at_cost"):
        yield from decide.figures(run.kept(read_decide, scenario), run.kept(standing, scenario, entry), entry)
        for key in (*CLASSES, *(name for names in VARIANTS_OF.values() for name in names)):
            yield from asset_class.figures(run.kept(read_claim, scenario, key), key, entry)
    yield from market.figures(run.kept(read_prices, scenario))
    yield from run.kept(read_design, scenario).explained


@pytest.mark.parametrize("preset", ["base", "gulf"])
def test_what_opens_is_the_figure_shown(preset: str) -> None:
    scenario = Scenario.preset(preset).replace({"run.paths": 128, "gpu_debt.sizing_dscr": None})
    shown, evaluation = list(figures(scenario)), run.evaluation(scenario)
    assert len(shown) > 150 and len({figure.path for figure in shown}) > 100
    for figure in shown:
        value = explain(evaluation, figure.path, depth=0).value
        assert value == pytest.approx(figure.value, rel=1e-9, nan_ok=True), figure


def test_assumptions_and_sources_stand_below() -> None:
    scenario = Scenario().replace({"run.paths": 64})
    opened = read(scenario, "base", "assets.gpu_debt.coupon")
    html = assumptions_html(opened.assumptions)
    assert "Base rate" in html and "3.87%" in html and "FRED" in html
    assert "SOFR + spread" in number_html(opened.trace) and "0.0387 + 0.05" in number_html(opened.trace)
    assert len(read(scenario, "base", "assets.gpu_fleet.irr.p50").assumptions) > 10


def test_text_of_users_is_escaped() -> None:
    evil = Trace("p", "<b>a</b>", math.inf, "USD", "computed", "<script>", "<i>", note="<img>", kind="given")
    for html in (number_html(evil), assumptions_html([evil])):
        assert not any(tag in html for tag in ("<b>a", "<script", "<i>", "<img"))


def _opened() -> None:
    from dashboard import address, state
    from dashboard.blocks import explained
    from models.scenario.scenario import Scenario

    if not state.is_open():
        address.read()
        state.exchange(explained.PLACE, ("page", "assets.gpu_debt.at_cost.npv_mean"))
    explained.show(Scenario().replace({"run.paths": 64}))


def test_an_operand_opens_further_and_back() -> None:
    page = AppTest.from_function(_opened, default_timeout=60).run()
    assert not page.exception and [button.label for button in page.button if button.label == "Back"] == []

    def title() -> str:
        return str(page.get("html")[0].proto.body)

    first = title()
    assert "Mean NPV" in first or "present value" in first
    page.button[0].click().run()
    assert not page.exception and title() != first and page.button[0].label == "Back"
    page.button[0].click().run()
    assert title() == first
