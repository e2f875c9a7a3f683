"""The page of sovereign programs: money, effects, adding, taking out; hostile names stay text."""

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from dashboard import format as f
from dashboard.views.programs import charts as program_effects
from dashboard.views.programs import words as says
from dashboard.views.programs.library import library_table
from models.engine.evaluate import evaluate
from models.evidence.programs import load_programs
from models.policy.library import mapped
from models.scenario.link import query_items
from models.scenario.scenario import Scenario
from models.studies.comparison.incidence import incidence, incidence_table
from models.tables import programs as program_tables


def page(preset: str) -> AppTest:
    def script():
        from dashboard import address
        from dashboard.views.programs import page as programs

        address.read()
        address.write()
        programs.render()

    app = AppTest.from_function(script, default_timeout=300)
    app.query_params["p"] = preset
    app.query_params["run.paths"] = "512"
    return app


@pytest.fixture(scope="module")
def gulf() -> Scenario:
    return Scenario.preset("gulf").replace({"run.paths": 512})


def metrics(app: AppTest) -> dict[str, str]:
    return {metric.label: metric.value for metric in app.metric}


def test_programs_are_added_to_the_scenario():
    app = page("base").run()
    assert not app.exception
    assert not app.metric, "no program, no money"
    app.selectbox(key="programs:pick").set_value("sovereign_programs-009").run()
    app.button(key="programs:add").click().run()
    assert not app.exception
    assert metrics(app)["Announced"] == "$1.25bn"
    assert any("IndiaAI Mission" in box.label for box in app.expander)
    app.selectbox(key="programs:pick").set_value("sovereign_programs-001").run()
    app.button(key="programs:add").click().run()
    assert metrics(app)["Announced"] == f.money(12.85e9)
    assert not app.exception
    assert len(app.expander) == 3


def test_what_is_no_compute_cannot_be_added():
    app = page("base").run()
    app.selectbox(key="programs:pick").set_value("sovereign_programs-027").run()
    assert not app.exception
    assert app.button(key="programs:add").disabled
    assert any("It pays for chip factories" in each.value for each in app.markdown)
    table = library_table()
    assert table["refusal"].astype(bool).sum() == 6


def test_a_hostile_name_is_shown_as_text():
    program = mapped(load_programs()[0]).program.model_copy(update={"name": "<img src=x> **[a](http://b)** `c`"})
    app = page("base")
    scenario = Scenario().replace({"policy.programs": (program,), "run.paths": 512})
    for key, value in query_items(scenario, "base").items():
        app.query_params[key] = value
    app.run()
    assert not app.exception
    labels = [box.label for box in app.expander]
    assert any(r"\[a\]\(http\://b\)" in label and r"\<img" in label for label in labels), labels
    assert not any("<img" in element.proto.body for element in app.get("html"))


def test_money_adds_up_and_the_cap_leaves_money_unspent(gulf):
    table = program_tables.program_table(evaluate(gulf.replace({"policy.intensity": 20.0}), variants=False))
    one, total = table.iloc[0], table.iloc[-1]
    assert total["paid"] == one["paid"] and total["position"] == -1
    assert 0 < total["unspent"] < total["paid"] <= 20 * 60e9 * 0.35
    assert bool(total["cap_bound"])
    calm = program_tables.program_table(evaluate(gulf, variants=False)).iloc[-1]
    assert not calm["cap_bound"] and calm["unspent"] == 0


def test_two_programs_share_what_the_market_sees(gulf):
    more = gulf.replace({
        "policy.intensity": 10.0, "policy.programs": (*gulf.policy.programs, mapped(load_programs()[0]).program),
    })
    result = evaluate(more, variants=False)
    table = program_tables.program_table(result)
    policy = result.market.policy
    assert table["built"].iloc[:-1].sum() == pytest.approx(float(policy.builds.sum(axis=1).mean()), rel=1e-9)
    assert table["unspent"].iloc[:-1].sum() == pytest.approx(float(policy.unspent.mean()), rel=1e-9)


def test_intensity_zero_has_no_effect_and_more_has_more(gulf):
    curve = program_tables.intensity_curve(gulf)
    late = curve[curve["quarter"] == 20].set_index("intensity")["effect"]
    assert late[0.0] == 0.0
    assert late[30.0] < late[1.0] < 0
    assert curve["is_here"].sum() == 3


def test_parts_of_the_incidence_add_up_in_the_picture(gulf):
    result = evaluate(gulf, variants=False)
    shares = program_tables.incidence_shares(incidence_table(incidence(gulf)), result)
    assert len(shares) == 6
    frame = program_effects.keeps_frame(shares)
    for label, parts in frame.groupby("label"):
        total = (parts["end"] - parts["start"]).sum()
        assert total == pytest.approx(parts["total"].iloc[0], abs=1e-12), label
    assert says.keeps_message(shares).startswith("GPU fleet keeps most")


def test_a_difference_inside_the_noise_is_no_winner():
    shares = pd.DataFrame({"label": ["A", "B"], "total": [0.01, -0.01], "total_se": [0.02, 0.02]})
    assert says.keeps_message(shares) == "No class gains or loses more than the noise"


def test_the_library_keeps_unknown_apart_from_zero():
    table = library_table()
    assert len(table) == 37
    assert table["delivered_usd"].notna().sum() == 2
    assert not (table["delivered_usd"] == 0).any()
    frame = program_effects.delivery_frame(table)
    assert frame["name"].tolist() == ["India: IndiaAI Mission", "Sweden: AI Commission proposal"]
    assert frame["text"].iloc[0] == f"{f.money(48e6)} paid out of {f.money(1.25e9)} announced (3.8%)"


def test_a_program_is_edited_and_taken_out():
    app = page("gulf").run()
    paid = metrics(app)["Paid"]
    app.session_state["program:0"] = True
    app.run()
    app.number_input(key="programs:policy.programs.0.schedule.disbursement:typed").set_value(70.0).run()
    assert not app.exception
    assert metrics(app)["Paid"] != paid
    app.button(key="remove:0").click().run()
    assert not app.exception
    assert not app.metric
    assert "No sovereign program" in app.get("html")[0].proto.body
