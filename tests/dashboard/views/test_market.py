"""The market page by its widgets, its charts by the values they are given, and the tables behind them."""

from math import exp, log, log1p

import numpy as np
import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from dashboard.blocks import inputs
from dashboard.views.market import by_year_chart as driver_path_chart
from dashboard.views.market import charts
from dashboard.views.market import words as market_messages
from models.engine.evaluate import evaluate
from models.scenario.by_year import driver_path
from models.scenario.catalog import entry
from models.scenario.link import decode
from models.scenario.scenario import Scenario
from models.tables import market as market_tables

SMALL = {"run.paths": 512}


def page(name: str = "market") -> AppTest:
    def script(name):
        import importlib

        from dashboard import address

        address.read()
        address.write()
        importlib.import_module(f"dashboard.views.{name}.page").render()

    app = AppTest.from_function(script, args=(name,), default_timeout=300)
    app.query_params["p"] = "telecom_glut"
    app.query_params["run.paths"] = "512"
    return app


@pytest.fixture(scope="module")
def glut():
    return evaluate(Scenario.preset("telecom_glut").replace(SMALL), variants=False)


def test_a_widget_of_the_page_changes_its_numbers():
    app = page().run()
    assert not app.exception
    before = {metric.label: metric.value for metric in app.metric}
    assert before["Peak of each future"].endswith("%")
    assert "assumed 300%" in app.caption[0].value
    app.number_input(key="market:overcapacity.peak:typed").set_value(50.0).run()
    assert not app.exception
    after = {metric.label: metric.value for metric in app.metric}
    assert after["Peak of each future"] != before["Peak of each future"]
    assert "assumed 50%" in app.caption[0].value
    assert not any("nan" in metric.value.lower() for metric in app.metric)


def test_another_group_shows_its_own_assumptions():
    app = page().run()
    app.pills(key="market:group").set_value("localization").run()
    assert not app.exception
    keys = [widget.key for widget in app.number_input]
    assert "market:localization.share:typed" in keys
    assert "market:overcapacity.peak:typed" not in keys


def test_a_steep_price_is_warned_about_beside_its_sliders():
    app = page().run()
    app.pills(key="market:group").set_value("clearing").run()
    assert not any("rental markets show" in caption.value for caption in app.caption)
    app.number_input(key="market:clearing.supply_slope:typed").set_value(6.0)
    app.number_input(key="market:clearing.demand_elasticity:typed").set_value(0.05).run()
    assert not app.exception
    assert sum("rental markets show" in caption.value for caption in app.caption) == 2, "under slope and elasticity"


@pytest.mark.parametrize("name", ["gulf", "telecom_glut", "export_shock"])
def test_orders_by_builder_add_up_to_what_the_market_did(name):
    result = evaluate(Scenario.preset(name).replace(SMALL), variants=False)
    run = result.market.world
    orders = market_tables.builder_orders(result.scenario.setting, result.market).sum(axis=0)
    np.testing.assert_allclose(orders[:, 1:], (run.private + run.displaced)[:, 1:], rtol=1e-9)
    table = market_tables.additions_by_builder(result)
    np.testing.assert_allclose(table["mean"].sum(), run.additions[:, 1:].sum(axis=1).mean(), rtol=1e-9)


def test_power_follows_what_is_added_and_what_retires(glut):
    market = glut.market
    power = market_tables.power_gw(market)
    assert power[0, 0] == pytest.approx(market.world.stock[0, 0] * 0.76 / 1e6)
    assert (power <= market.world.stock * 0.76 / 1e6 + 1e-9).all(), "no machine draws more than today's"
    assert (power > 0).all()


def test_the_glut_that_comes_out_is_not_the_one_put_in(glut):
    table = market_tables.surplus_outcome(glut).set_index("measure")
    assert table.loc["peak", "assumed"] == 3.0
    assert table.loc["peak", "p05"] < 3.0 < table.loc["peak", "p95"]
    assert (table["p05"] <= table["p50"]).all() and (table["p50"] <= table["p95"]).all()
    assert 0 < table.loc["idle_capital", "p50"] < 1


def test_localization_costs_utilization_and_pooling_saves_capacity():
    scenario = Scenario()
    pooling = market_tables.pooling(scenario)
    assert pooling["utilization"].is_monotonic_decreasing
    assert pooling.loc[pooling["is_here"], "share"].tolist() == [0.25]
    safety = market_tables.safety_capacity(scenario).set_index("blocs")["ratio"]
    assert safety[1] == 1.0
    assert safety[12] == pytest.approx((12 / (1 + 11 * 0.5)) ** 0.5)


def test_frames_hold_what_is_drawn(glut):
    power = market_tables.run_fan(glut, "power")
    frame = charts.quantity_frame(power, "power", power, "itself")
    assert frame["p50"].tolist() == power["p50"].tolist()
    assert frame["reference_text"].notna().sum() == 1
    assert frame["middle"].iloc[0].endswith("GW")
    stopped = charts.stopped_frame(market_tables.stopped(glut))
    assert stopped["share"].between(0, 1).all() and (stopped["low"] <= stopped["high"]).all()
    additions = charts.additions_frame(market_tables.additions_by_builder(glut))
    assert additions["year"].iloc[0] == "2027"
    assert max(len(f) for f in (frame, stopped, additions)) <= 300


@pytest.mark.parametrize("spec", [*charts.SPECS.values(), charts.STOPPED, charts.ADDITIONS,
                                  charts.POOLING, charts.SAFETY, charts.COVERED])
def test_specifications_carry_no_data_and_name_their_axis(spec):
    text = str(spec)
    assert "'datasets'" not in text and "'values': [{" not in text
    titles = [layer["encoding"]["y"]["axis"].get("title") for layer in spec["layer"]
              if isinstance(layer.get("encoding", {}).get("y", {}).get("axis"), dict)]
    assert any(titles)


def test_messages_follow_the_figures():
    quiet = pd.DataFrame({"quarter": [0, 1], "share": [0.0, 0.01], "share_se": [0.0, 0.0]})
    assert market_messages.stopped_message(quiet) == "Builders hardly ever stop ordering"
    loud = pd.DataFrame({"quarter": [0, 4], "share": [0.0, 0.5], "share_se": [0.0, 0.0]})
    assert market_messages.stopped_message(loud) == "By 2027-Q4, builders have stopped ordering in 50% of futures"


GROWTH = "market:years:demand.growth_by_year"


def test_a_column_of_growth_is_pasted_refused_used_and_taken_back():
    app = page().run()
    before = {metric.label: metric.value for metric in app.metric}
    app.text_area(key=f"{GROWTH}:text").set_value("40\n" * 9)
    app.button(key=f"{GROWTH}:use").click().run()
    assert not app.exception
    assert "9 rows hold a value" in app.warning[0].value
    assert {metric.label: metric.value for metric in app.metric} == before, "the scenario is kept"
    app.text_area(key=f"{GROWTH}:text").set_value("60\n" * 10)
    app.button(key=f"{GROWTH}:use").click().run()
    assert not app.exception and not app.warning
    assert app.query_params["demand.growth_by_year"] == "~".join([repr(log1p(0.6))] * 10)
    assert {metric.label: metric.value for metric in app.metric} != before
    assert "points above the usual path" in " ".join(element.proto.body for element in app.get("html"))
    app.button(key=f"{GROWTH}:reset").click().run()
    assert {metric.label: metric.value for metric in app.metric} == before
    assert "demand.growth_by_year" not in app.query_params


@pytest.mark.parametrize("how", ["typed", "uploaded"])
def test_fifty_percent_in_each_of_ten_years_multiplies_by_one_and_a_half(how: str):
    app = page().run()
    if how == "typed":
        app.text_area(key=f"{GROWTH}:text").set_value("50\n" * 10)
    else:
        app.file_uploader(key=f"{GROWTH}:file").set_value(("growth.csv", b"50\n" * 10, "text/csv"))
    app.button(key=f"{GROWTH}:use").click().run()
    assert not app.exception and not app.warning
    path = decode(dict(app.query_params)).scenario.demand.growth_by_year
    assert path is not None and exp(sum(path)) == pytest.approx(1.5**10) == pytest.approx(57.665)
    assert app.text_area(key=f"{GROWTH}:text").value == "\n".join(["50"] * 10)


def test_nothing_left_after_a_year_is_refused_in_the_unit_typed():
    app = page().run()
    app.text_area(key=f"{GROWTH}:text").set_value("50\n" * 9 + "-100")
    app.button(key=f"{GROWTH}:use").click().run()
    assert "2036" in app.warning[0].value and "171" in app.warning[0].value and "too low" in app.warning[0].value
    assert "demand.growth_by_year" not in app.query_params


def test_a_path_of_an_old_link_is_shown_in_percent_and_never_rounded_again():
    old = "~".join(["0.4", "0.123456789012345", *["0.1"] * 8])
    app = page()
    app.query_params["demand.growth_by_year"] = old
    app.run()
    assert app.text_area(key=f"{GROWTH}:text").value.startswith("49.1824697641\n13.14011145")
    app.button(key=f"{GROWTH}:use").click().run()
    assert not app.exception and app.query_params["demand.growth_by_year"] == old


def test_a_slider_that_a_path_replaces_says_so():
    app = page()
    app.query_params["overcapacity.plan_by_year"] = "~".join(["0.5"] * 10)
    app.run()
    assert not app.exception
    assert "assumed 50%" in app.caption[0].value
    assert any("Without effect" in caption.value for caption in app.caption)


def test_the_chosen_index_is_marked_and_moves_the_start():
    app = page().run()
    tables = [e.proto.body for e in app.get("html") if "by index, with segment" in e.proto.body]
    assert len(tables) == 1 and "2026-09-26" in tables[0] and "history" in tables[0]
    rows = tables[0].split("<tr>")[2:]
    assert [("chosen" in row) for row in rows] == [True] + [False] * 11, "the model's own anchor stands first"
    app.selectbox(key="market:index:clearing.price_index").set_value("hyperscaler_on_demand").run()
    assert not app.exception
    assert any("starts at" in c.value and "7\\.18" in c.value for c in app.caption)
    assert any("Scarcity alone" in c.value for c in app.caption)
    rows = next(e.proto.body for e in app.get("html") if "by index, with segment" in e.proto.body).split("<tr>")[2:]
    assert [row.count("chosen") for row in rows].index(1) == 7 and "Hyperscaler, on demand" in rows[7]
    app.toggle(key="market:index:clearing.spot_price:own").set_value(True).run()
    assert any("A typed price comes first" in c.value for c in app.caption)
    assert "Own value, typed" in "".join(e.proto.body for e in app.get("html"))


def test_what_is_given_by_year_is_drawn_against_the_usual_path():
    scale = inputs.scale(entry("demand.growth_by_year"))
    scenario = Scenario().replace({"demand.growth_by_year": (log(1.5),) * 10})
    table = driver_path(scenario, "demand.growth_by_year")
    frame = driver_path_chart.path_frame(table, scale)
    assert len(frame) == 20 and frame["year"].min() == 2027 and frame["year"].max() == 2036
    assert frame.loc[frame["line"] == driver_path_chart.GIVEN, "value"].tolist() == [50.0] * 10
    title = market_messages.path_message("Demand growth by year", table, scale, "fades")
    assert title.startswith("Demand growth as given: ") and "points above the usual path" in title
    usual = driver_path(Scenario(), "demand.growth_by_year")
    assert market_messages.path_message("Demand growth by year", usual, scale, "fades") == "Demand growth: fades"
