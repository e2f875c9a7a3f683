"""The six asset pages: figures agree with the engine, charts carry what they are given, one widget moves a number."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from dashboard import format as f
from dashboard import theme
from dashboard.blocks.markup import facts_html
from dashboard.charts.marks import QUANTILES
from dashboard.views.asset_class import cash_chart as cash_flow
from dashboard.views.asset_class import charts as asset_fan
from dashboard.views.asset_class import page as asset_class
from dashboard.views.asset_class import rows as asset_rows
from dashboard.views.asset_class import words as asset_messages
from models.claims.registry import CLASSES, VARIANTS
from models.engine.evaluate import Evaluation, evaluate
from models.scenario.scenario import Scenario
from models.studies.sensitivity.driver_effects import PUSHES, driver_effects
from models.tables import classes as tables
from models.tables import one_class as asset_tables

SMALL = Scenario().replace({"run.paths": 256})
APP = Path(__file__).resolve().parents[3] / "dashboard" / "app.py"
CLAIMS = (*CLASSES, *VARIANTS)


@pytest.fixture(scope="module")
def result() -> Evaluation:
    return evaluate(SMALL)


@pytest.fixture(scope="module")
def effects() -> pd.DataFrame:
    return driver_effects(SMALL)


@pytest.mark.parametrize("entry", ["fair", "at_cost"])
@pytest.mark.parametrize("claim", CLAIMS)
def test_lines_add_up_to_the_mean_flow(result: Evaluation, claim: str, entry: str) -> None:
    net = asset_tables.cash_lines(result, claim, entry).groupby("year")["value"].sum()
    mean = tables.cash_flow_fan(result, claim, entry).set_index("year")["mean"]
    assert net.to_numpy() == pytest.approx(mean.to_numpy(), abs=1e-9)


@pytest.mark.parametrize(("key", "name"), [(key, name) for key, one in CLASSES.items() for name in one.series])
def test_fans_are_ordered_and_have_no_hole(result: Evaluation, key: str, name: str) -> None:
    fan = asset_tables.operating_fan(result, key, name)
    values = fan[list(QUANTILES)].to_numpy()
    assert (np.diff(values, axis=1) >= -1e-9 * np.abs(values[:, 1:])).all()
    assert (np.diff(fan["quarter"]) == 1).all()
    unit = CLASSES[key].series[name].unit
    assert fan.attrs["units"]["p50"] == unit
    frame = asset_fan.fan_frame(fan, asset_fan.kind_of(unit))
    assert len(frame) == len(fan) <= 300
    assert not frame[["when", "p50"]].isna().any().any()


def test_events_and_facts_agree_with_the_loan(result: Evaluation) -> None:
    debt = result.assets["gpu_debt"].debt
    assert debt is not None
    events = asset_tables.events(result, "gpu_debt")
    assert events["share"].iloc[-1] == pytest.approx(debt.default_probability)
    assert events["share"].is_monotonic_increasing
    facts = asset_tables.facts(result, "gpu_debt").set_index("label")["p50"]
    assert facts["Expected loss"] == pytest.approx(debt.expected_loss)


def test_a_contract_customer_lives_no_longer_than_the_fleet(result: Evaluation) -> None:
    hardware = result.scenario.hardware
    events = asset_tables.events(result, "gpu_fleet")
    assert events["quarter"].max() == hardware.ramp_quarters + hardware.life_quarters
    assert events["share"].between(0.0, 1.0).all()


def test_drivers_have_the_signs_of_the_dependence_map(effects: pd.DataFrame) -> None:
    assert set(effects["path"]) == {driver.path for driver in PUSHES}
    table = effects.set_index(["path", "asset"])["effect"]
    glut, rent = table.loc["overcapacity.peak"], table.loc["clearing.spot_price"]
    assert (glut.loc[["gpu_fleet", "data_center", "gpu_debt", "cloud_platform"]] < 0).all()
    assert rent["gpu_fleet"] > 0
    assert table.loc["hardware.deflation_surprise", "gpu_fleet"] < 0
    assert table.loc["localization.share", "cloud_platform"] < 0
    cliff = effects["path"].str.endswith("cliff_rate")
    assert not effects.loc[~cliff, "effect"].isna().any()
    assert effects.loc[cliff, "effect"].isna().all(), "no program, no cliff"
    assert effects.loc[cliff, "problem"].str.startswith("No program").all()


def test_a_policy_cliff_hurts_who_is_paid_over_time() -> None:
    table = driver_effects(Scenario.preset("gulf").replace({"run.paths": 256}))
    rows = table[table["path"].str.endswith("cliff_rate")].set_index("asset")
    assert (rows["problem"] == "").all() and rows.loc["gpu_fleet", "effect"] < 0
    assert rows["after"].iloc[0] == pytest.approx(rows["before"].iloc[0] + 0.20)


def test_a_driver_given_by_year_is_not_moved() -> None:
    held = driver_effects(SMALL.replace({"demand.growth_by_year": (0.3,) * 10}))
    row = held[held["path"] == "demand.growth_now"].iloc[0]
    assert "Demand growth by year is given" in row["problem"] and row["effect"] != row["effect"]


def test_a_driver_at_its_bound_moves_the_other_way() -> None:
    top = driver_effects(SMALL.replace({"overcapacity.peak": 3.0}))
    row = top[top["path"] == "overcapacity.peak"].iloc[0]
    assert row["after"] < row["before"] == 3.0


def test_an_effect_within_noise_is_too_close_to_call() -> None:
    assert asset_messages.effect_words(0.010, 0.006) == "too close to call"
    assert asset_messages.effect_words(-0.0977, 0.001) == f"{f.MINUS}9.77¢"
    assert asset_messages.effect_words(0.0, 0.0) == "no effect"
    assert asset_messages.effect_words(float("nan"), float("nan")) == f.NOT_AVAILABLE


def test_a_sure_return_within_noise_is_no_verdict() -> None:
    row = {"asset": "gpu_fleet", "certainty_equivalent_return": 0.01, "certainty_equivalent_return_se": 0.02}
    assert "too close to call" in asset_messages.headline(row, "fair")
    assert "not pay" in asset_messages.headline({**row, "certainty_equivalent_return": -0.2}, "fair")
    assert asset_messages.headline({**row, "certainty_equivalent_return": 0.2}, "fair").startswith("GPU fleets pay")


def test_the_fan_leaves_out_closing_and_what_comes_after_the_end() -> None:
    quantiles = {name: [-1.0, 0.3, 0.2, 0.0] for name in QUANTILES}
    frame = cash_flow.fan_frame(pd.DataFrame({"year": range(4), **quantiles, "mean": [-1.0, 0.3, 0.2, 0.0]}))
    assert frame["when"].tolist() == ["2027", "2028"]
    assert frame["middle"].tolist() == ["30.0%", "20.0%"]


def test_a_sale_that_would_flatten_the_chart_is_left_to_words() -> None:
    quantiles = {name: [-1.0, 0.1, 0.1, 2.0] for name in QUANTILES}
    fan = pd.DataFrame({"year": range(4), **quantiles, "mean": [-1.0, 0.1, 0.1, 2.0]})
    assert cash_flow.exit_note(fan) == "Not drawn: 2029, with the sale, brings 200% (200% to 200% in nine of ten)."
    assert cash_flow.fan_frame(fan)["when"].tolist() == ["2027", "2028"]
    assert cash_flow.exit_note(fan.assign(p95=0.1)) == ""


def test_bars_carry_both_sides_and_their_net() -> None:
    lines = pd.DataFrame(
        [(0, "cost", -1.0), (1, "revenue", 0.5), (1, "running cost", -0.2)], columns=["year", "line", "value"]
    )
    frame = cash_flow.lines_frame(lines)
    assert frame["side"].tolist() == ["out", "in", "out"]
    assert frame.set_index("line")["net_written"].to_dict() == {
        "cost": f"{f.MINUS}100%",
        "revenue": "30%",
        "running cost": "30%",
    }
    assert asset_messages.lines_message(lines) == "All that comes in comes from one line: revenue"


def test_specs_hold_no_data_and_use_the_color_of_the_class() -> None:
    for key, color in theme.SCREEN.items():
        for spec in (cash_flow.FAN_SPECS[key], cash_flow.LINE_SPECS[key], cash_flow.HOLDING_SPECS[key]):
            assert color in str(spec)
            assert "datasets" not in str(spec)


def test_user_words_do_not_become_markup() -> None:
    row = {"label": "<script>", "about": '"><b>', "p05": 0.1, "p50": 0.2, "p95": 0.3, "p50_se": 0.0, "unit": "share"}
    html = facts_html(asset_rows.facts([row], asset_rows.written))
    assert "<script>" not in html
    assert '"><b>' not in html


def page(key: str) -> AppTest:
    script = (
        "from dashboard import address\n"
        "from dashboard.views.asset_class import page as asset_class\n"
        "address.read()\n"
        f"asset_class.render({key!r})\n"
    )
    test = AppTest.from_string(script, default_timeout=120)
    test.query_params["run.paths"] = "256"
    return test


def text_of(test: AppTest) -> str:
    return re.sub(r"<[^>]+>", " ", " ".join(str(item.proto.body) for item in test.get("html")))


@pytest.mark.slow
@pytest.mark.parametrize("key", CLASSES)
def test_each_page_shows_the_figures_of_the_engine(key: str, result: Evaluation) -> None:
    test = page(key).run()
    assert not test.exception
    words = text_of(test)
    measures = result.assets[key].fair
    assert f.irr(measures.irr.p50) in words
    assert f.percent(measures.probability_of_loss) in words
    assert asset_class.PAGES[list(CLASSES).index(key)][2] == CLASSES[key].label.lower().replace(" ", "-")
    assert "nan" not in words.lower().split()
    assert "Traceback" not in words


@pytest.mark.slow
def test_the_variant_and_the_entry_change_the_figures(result: Evaluation) -> None:
    test = page("gpu_debt").run()
    before = text_of(test)
    test.segmented_control(key="claim:gpu_debt").set_value("gpu_debt_equity").run()
    after = text_of(test)
    assert not test.exception
    assert "Equity under the GPU loan" in after
    assert "Equity under the GPU loan" not in before
    assert f.irr(result.variants["gpu_debt_equity"].fair.irr.p50) in after
    assert "at today&#39;s prices" in after
    test.segmented_control(key="entry:gpu_debt").set_value("fair").run()
    assert "at fair entry" in text_of(test)


@pytest.mark.slow
def test_a_widget_of_its_own_assumptions_changes_the_figures() -> None:
    test = page("hardware_supplier").run()
    before = text_of(test)
    test.session_state["own:hardware_supplier"] = True
    test.run()
    test.number_input(key="hardware_supplier:hardware_supplier.payout:typed").set_value(50.0).run()
    assert not test.exception
    assert text_of(test) != before
    assert "1 changed" in " ".join(str(item.label) for item in test.expander)


def test_names_of_lines_that_end_together_stand_apart() -> None:
    ends = {"a": 0.06, "b": 0.008, "c": 0.005}
    frame = asset_fan.events_frame(pd.DataFrame([
        {"quarter": t, "event": name, "share": share * t / 40} for name, share in ends.items() for t in (0, 40)
    ]))
    named = frame[frame["is_last"]].set_index("event")["named_at"].sort_values()
    assert named["a"] == ends["a"] and named["c"] == ends["c"], "a line that is alone carries its name"
    assert named.diff().min() >= asset_fan.APART * ends["a"] - 1e-12
