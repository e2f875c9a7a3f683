"""The loan designer: its figures are the engine's, structure moves them, tools answer, sentences follow their rules."""

import re
from collections.abc import Iterator
from types import SimpleNamespace

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from dashboard import format as f
from dashboard import run
from dashboard.views.loan import charts
from dashboard.views.loan import words as say
from dashboard.views.loan.terms import PARTS
from models.assets.gpu_debt.size import RULES, LoanSize
from models.engine.estimate import Estimate
from models.scenario.catalog import declared
from models.scenario.link import query_items
from models.scenario.scenario import Scenario
from models.studies.facility import lender
from models.studies.facility.facility import facility_result
from models.studies.facility.haircut import Haircut
from models.studies.facility.solve import Solution
from tests.dashboard.finished import AtOnce

FEW = {"run.paths": 256}


def script() -> None:
    from dashboard import address
    from dashboard.views.loan import page as designer

    address.read()
    address.write()
    designer.render()


@pytest.fixture(scope="module", autouse=True)
def jobs() -> Iterator[AtOnce]:
    jobs = AtOnce()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(run, "job", jobs)
        yield jobs


def page(changes: dict[str, object] = FEW) -> AppTest:
    app = AppTest.from_function(script, default_timeout=300)
    for key, value in query_items(Scenario().replace(FEW | changes), "base").items():
        app.query_params[key] = value
    app.run()
    assert not app.exception
    return app


def texts(app: AppTest) -> str:
    return " ".join(element.proto.body for element in app.get("html"))


def figure(app: AppTest, label: str) -> str:
    found = re.search(rf"{label}</span></dt><dd><b>([^<]*)</b>", texts(app))
    assert found, label
    return found.group(1)


def test_figures_are_those_of_the_engine() -> None:
    base = page()
    view = lender.lender_view(facility_result(Scenario().replace(FEW)))
    assert figure(base, "Default probability") == f.percent(view.default_probability.value)
    assert figure(base, "Expected loss") == f.percent(view.expected_loss.value)
    assert figure(base, "Average life") == f.years(view.wal.value)
    assert figure(base, "Rating band") == f"{view.by_loss.grade} / {view.by_default.grade}"
    assert f"±{f.digits(200 * view.default_probability.error, 2, 3)} pts" in texts(base)


def test_a_smaller_loan_defaults_less() -> None:
    app = page()
    before = float(figure(app, "Default probability").rstrip("%"))
    app.number_input(key="designer:gpu_debt.advance_cap:typed").set_value(30.0).run()
    assert not app.exception
    assert float(figure(app, "Default probability").rstrip("%")) < before
    assert "At 30% of cost" in texts(app)


def test_every_part_of_the_term_sheet_opens() -> None:
    app = page()
    for part in PARTS:
        app.selectbox(key="designer:part").set_value(part).run()
        assert not app.exception, part
    listed = [path for _, paths in PARTS.values() for path in paths]
    assert len(listed) == len(set(listed)), "no assumption stands in two parts"
    assert set(listed) <= set(declared(0))
    fields = {path for path in declared(0) if path.split(".")[0] in
              ("gpu_debt", "covenants", "loan_pricing", "loan_triggers", "mezzanine", "contract_credit", "rent_floor")}
    assert fields - set(listed) == set(), "every term of the loan is on the page"


def test_solve_for() -> None:
    app = page()
    answer = re.search(r"([\d.]+)% of cost can be lent with default under 5.0%", texts(app))
    assert answer is not None
    app.button(key="designer:use").click().run()
    assert not app.exception
    assert f"At {float(answer.group(1)):.0f}% of cost" in texts(app)
    assert float(figure(app, "Default probability").rstrip("%")) <= 5.05
    app.selectbox(key="designer:question").set_value("spread").run()
    assert "basis points pays for the loss" in texts(app)


def test_a_future_step_by_step() -> None:
    app = page()
    app.segmented_control(key="designer:tool").set_value("path").run()
    assert not app.exception
    app.selectbox(key="designer:story").set_value("default, middle loss").run()
    quarters, shown = app.dataframe[0].value, app.dataframe[1].value
    assert any("payment default" in rule for rule in quarters["Rule"])
    assert list(shown.columns) == ["Step", "Due", "Paid", "Short", "Rule"]
    assert "sale of machines and contract" in set(shown["Step"]), "opens where something happens"
    app.selectbox(key="designer:story").set_value("by number").run()
    app.number_input(key="designer:path").set_value(3).run()
    assert not app.exception
    assert "Future 3" in texts(app)


def test_a_pinned_facility_stays_while_this_one_changes() -> None:
    app = page()
    app.segmented_control(key="designer:tool").set_value("compare").run()
    app.button(key="designer:pin").click().run()
    assert "Both facilities lose the same" in texts(app)
    app.number_input(key="designer:gpu_debt.advance_cap:typed").set_value(40.0).run()
    assert not app.exception
    table = app.dataframe[0].value.set_index("Figure")
    assert table.loc["Advance rate", "Pinned"] == "72.2%"
    assert table.loc["Advance rate", "This one"] == "40.0%"
    assert "less than the pinned one" in texts(app)
    app.button(key="designer:unpin").click().run()
    assert "Nothing is pinned yet" in texts(app)


@pytest.mark.parametrize(("changes", "said"), [
    ({"gpu_debt.advance_cap": 0.0}, "Nothing is lent: leverage is 0"),
    ({"gpu_debt.advance_cap": 0.0}, "present value of cash over coverage would allow 72.2% of cost"),
    ({"gpu_debt.customer": "merchant", "contract_credit.merchant_advance": 0.9, "gpu_debt.sizing_dscr": None,
      "overcapacity.peak": 1.0, "contract_credit.merchant_spread": 0.02}, "does not pay for the loss"),
    ({"gpu_debt.balloon": 0.4, "gpu_debt.sizing_dscr": None, "loan_triggers.balloon_ltv": None, "covenants.cures": 0},
     "meets a wall"),
    ({"gpu_fleet.contract_quarters": 8}, "outlives its contract by 8 quarters"),
])
def test_corners_are_drawn_and_said(changes: dict[str, object], said: str) -> None:
    assert said in texts(page(changes))


def test_charts_hold_few_rows_and_no_hidden_noise() -> None:
    result = facility_result(Scenario().replace(FEW | {"mezzanine.advance": 0.1}))
    fan = charts.fan_frame(lender.fan(result, "ltv"), "ltv", {"worth as much": 1.0})
    assert fan["p95"].max() <= charts.MOST_LTV
    assert fan["middle"].str.contains("±").all() or fan["middle"].iloc[0].endswith("%")
    years = charts.default_frame(lender.default_by_year(result))
    assert (years["high"] >= years["by_year"]).all()
    loss = charts.loss_frame(lender.loss_curve(result))
    assert set(loss["mark"].dropna()) == {"senior", "mezzanine", "equity"}
    sizes = charts.size_frame(result.size.limits, RULES, result.size.cost)
    assert sizes["is_binding"].sum() == 1
    assert max(map(len, (fan, years, loss, charts.breach_frame(lender.breaches(result))))) <= 300
    for spec in (charts.DEFAULT, charts.LOSS, charts.HORIZON, charts.BREACH, charts.SIZE, *charts.FANS.values()):
        assert "data" not in spec


def view(loss_rate: float, error: float, spread: float = 0.04, chance: float = 0.1) -> SimpleNamespace:
    return SimpleNamespace(spread=spread, loss_rate=Estimate(loss_rate, error),
                           default_probability=Estimate(chance, 0.01))


def test_headlines_follow_their_rule() -> None:
    assert "pays for the loss 4.0x over" in say.headline(view(0.01, 0.001), 0.75)
    assert "too close to call" in say.headline(view(0.0395, 0.001), 0.75)
    assert "does not pay" in say.headline(view(0.06, 0.001), 0.75)
    assert "no future drawn" in say.headline(view(0.0, 0.0, chance=0.0), 0.75)
    assert say.headline(view(0.01, 0.001), 0.0).startswith("Nothing is lent")


def test_answers_follow_their_rule() -> None:
    found = Solution(0.4, 0.05, 0.01, False, 2.0, 0.4, 20)
    said = "40.0% of cost can be lent with default under 5.0%: coverage of 2.0x at closing"
    assert say.solved("advance", found, 0.05) == said
    none = Solution(float("nan"), -0.1, 0.01, False, 1.0, 0.7, 20)
    assert say.solved("spread", none, 0.05).startswith("No spread pays")
    assert "Even the largest loan" in say.solved("glut", Solution(0.9, 0.01, 0.0, True, 1.1, 0.9, 9), 0.05)
    assert say.solved("glut", Solution(0.0, 0.0, 0.0, False, 9.0, 0.0, 9), 0.05).startswith("No loan keeps")
    assert "already" in say.haircut(Haircut(0.0, float("nan"), False, True), "rents")
    assert "No cut of rents" in say.haircut(Haircut(float("nan"), float("nan"), True, False), "rents")
    assert "±" in say.haircut(Haircut(0.5, 0.01, False, False), "rents")


def test_tools_answer_with_the_reason_where_nothing_is_lent() -> None:
    app = page({"gpu_debt.advance_cap": 0.0})
    said = texts(app)
    assert "Rating band" not in said and "n/a" not in said and "nan" not in said
    for question in ("spread", "haircut"):
        app.selectbox(key="designer:question").set_value(question).run()
        assert not app.exception and texts(app).count("Nothing is lent: leverage is 0") == 2
    app.segmented_control(key="designer:tool").set_value("path").run()
    assert not app.exception and texts(app).count("Nothing is lent: leverage is 0") == 2
    none = say.solved("spread", Solution(float("nan"), 0.0, 0.0, False, 1.0, 0.0, 0, "nothing is lent: so"), 0.05)
    assert none == "Nothing is lent: so"
    assert say.haircut(Haircut(float("nan"), float("nan"), False, False), "rents") == "Nothing is lent"
    assert say.sized(LoanSize.of(0.0, {"advance": 0.0, "coverage": 1.0}), RULES) == "No cost is left to lend on"
    assert charts.size_frame({"advance": 0.0}, RULES, 0.0).empty


def test_a_profile_that_moves_nothing_is_said() -> None:
    said = "another repayment profile moves nothing"
    assert said in say.repayment("coverage") and not say.repayment("advance")
    assert said in texts(page({})) and said not in texts(page({"gpu_debt.advance_cap": 0.5}))


def test_an_empty_coverage_is_said() -> None:
    assert say.coverage(pd.DataFrame(columns=["p50"]), pd.DataFrame(), 1.2) == "No debt service, no coverage"
