"""Pages of scenarios in which a class has no investment: no figure of nothing, and its reason."""

import re
from collections.abc import Iterator

import pytest
from streamlit.testing.v1 import AppTest

from dashboard import run
from models.scenario.link import query_items
from models.scenario.scenario import Scenario
from tests.dashboard.finished import AtOnce

WORLDS = {
    "nothing is lent: leverage is 0": Scenario().replace({"gpu_debt.advance_cap": 0.0}),
    "coverage allows no loan": Scenario().replace({
        "gpu_debt.contracted_share": 1.0, "gpu_debt.contract_price": 0.4, "gpu_fleet.power_price": 0.25,
        "gpu_fleet.facility_overhead": 1.6,
    }),
    "nothing is paid for it": Scenario.preset("gulf").replace({"chip.power_kw": 4.0}),
}
UNDEFINED = re.compile(r"(?<![\w-])(nan|inf)(?![\w-])", re.IGNORECASE)
PAGES = {
    "decide": "decide.page import render", "class": "asset_class.page import render as page; render = lambda: "
    "page('gpu_debt')", "book": "book.page import render", "thesis": "thesis.page import render",
}


@pytest.fixture(scope="module", autouse=True)
def jobs() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(run, "job", AtOnce())
        yield


@pytest.mark.parametrize("why", WORLDS)
@pytest.mark.parametrize("name", PAGES)
def test_a_page_goes_without_what_is_absent(name: str, why: str, thin_prices: None) -> None:
    head, _, rest = PAGES[name].partition("; ")
    start = f"from dashboard import address\naddress.read()\naddress.write()\nfrom dashboard.views.{head}\n{rest}\n"
    app = AppTest.from_string(f"{start}render()", default_timeout=300)
    for key, value in query_items(WORLDS[why].replace({"run.paths": 64}), "base").items():
        app.query_params[key] = value
    app.run()
    assert not app.exception
    texts = [element.proto.body for element in (*app.get("html"), *app.get("markdown"))]
    assert not [text for text in texts if UNDEFINED.search(text)]
    is_told_everywhere = why.startswith("nothing is lent") and name not in ("book", "thesis")
    if name == "decide" or is_told_everywhere:  # other pages name who is missing where they would speak of it
        assert any(why in text or why.capitalize() in text for text in texts)
