"""Pinning and comparing: limit, names as text, differences, figures and the bridge."""

from collections.abc import Iterator

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from dashboard import format as f
from dashboard import run, state
from dashboard.pins import MOST, NAME_LENGTH, Board, Pin
from dashboard.views.compare import board, charts, reading
from dashboard.views.compare import page as view
from dashboard.views.compare import words as says
from models.engine.figures import ROW
from models.evidence.presets import presets
from models.scenario.link import decode, encode
from models.scenario.scenario import Scenario
from models.studies.comparison.bridge import bridge, drill_down
from models.studies.comparison.compare import compare
from tests.dashboard.finished import AtOnce, on_less

PATHS = 64


def script() -> None:
    from dashboard import address
    from dashboard.blocks import frame
    from dashboard.views.compare import page as compare

    address.read()
    address.write()
    frame.top_bar(lambda *_: b"")
    compare.render()


@pytest.fixture(scope="module", autouse=True)
def jobs() -> Iterator[AtOnce]:
    """Every comparison on few paths, and once for all tests."""
    jobs = AtOnce()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(run, "job", jobs)
        for make in (compare, bridge, drill_down):
            patch.setattr(view, make.__name__, on_less(make, paths=PATHS))
        yield jobs


@pytest.fixture
def app() -> AppTest:
    page = AppTest.from_function(script, default_timeout=300)
    page.query_params["run.paths"] = str(PATHS)
    return page.run()


def texts(app: AppTest) -> str:
    return " ".join(element.proto.body for element in app.get("html"))


def pins(app: AppTest) -> list[Pin]:
    return app.session_state[state.STORE].board.pins


def add(app: AppTest, name: str) -> AppTest:
    app.selectbox(key="pin:preset").set_value(name)
    return app.button(key="pin:add").click().run()


def test_two_pins_are_compared_and_explained(app: AppTest) -> None:
    assert not app.exception and "Pin two scenarios to compare" in texts(app)
    app.button(key="pin").click().run()
    assert "Pin one more scenario to compare" in texts(app)
    assert pins(app)[0].name == "Global investor, no policy, 1 changed"
    assert app.button(key="pin").disabled, "what is pinned is not pinned twice"
    add(app, "telecom_glut")
    body = texts(app)
    assert not app.exception
    assert "Overcapacity at its peak" in body and "300%" in body and "Demand growth now" not in body
    here, there = (decode(pin.link).scenario for pin in pins(app))
    found = compare((here, there), ("a", "b"), paths=PATHS, entry="at_cost")
    key = "gpu_fleet.value"
    for i in (0, 1):
        assert says.amount(found.figures[i][key], "share of capital") in body
    assert f.points(found.change(1, key)[0]) in body
    assert "Most comes from supply and overcapacity" in body, "the bridge explains the first figure"


def test_what_differs_from_the_base_follows_the_base(app: AppTest) -> None:
    app.button(key="pin").click().run()
    add(app, "telecom_glut")
    before = texts(app)
    app.segmented_control(key="compare:base:2").set_value("B").run()
    assert not app.exception and texts(app) != before


def test_a_group_is_split_further(app: AppTest, jobs: AtOnce) -> None:
    app.button(key="pin").click().run()
    add(app, "efficiency_shock")
    app.selectbox(key="bridge:group").set_value("demand").run()
    assert not app.exception
    whole, inner = ([job.found for where, job in jobs.made.items() if where[0] == f"little {make.__name__}"][-1]
                    for make in (bridge, drill_down))
    figure = "families.lead"
    part = next(part for part in whole.parts if part.key == "demand")
    assert inner.total(figure) == pytest.approx(part.value(figure), abs=1e-12)
    assert {p.label for p in inner.parts} == {"Efficiency surprise", "Quarter of the efficiency surprise", "Rebound"}


def test_six_are_the_most(app: AppTest) -> None:
    for seed in range(2, 2 + MOST - 1):
        app.session_state[state.STORE].board.add(f"seed {seed}", encode(Scenario().replace({"run.seed": seed})))
    add(app, "us")
    assert len(pins(app)) == MOST == 6
    assert app.button(key="pin").disabled and "pin:add" not in {button.key for button in app.button}
    app.button(key="pin:drop:0").click().run()
    assert len(pins(app)) == 5 and not app.button(key="pin").disabled
    add(app, "us")
    assert len(pins(app)) == 5, "the same scenario is pinned once"


def test_a_hostile_name_stays_text(app: AppTest) -> None:
    app.button(key="pin").click().run()
    add(app, "gulf")
    app.text_input(key="pin:name:0").set_value("<img src=x> **b** [a](http://c)").run()
    assert not app.exception
    assert pins(app)[0].name == "<img src=x> **b** [a](http://c)"
    assert "<img" not in texts(app) and "&lt;img src=x&gt;" in texts(app)
    assert any(name.startswith("A: <img") for name in app.selectbox(key="bridge:from:2").options)
    app.text_input(key="pin:name:1").set_value("<img src=x> **b** [a](http://c)").run()
    assert pins(app)[1].name.endswith("(2)"), "two pins never have one name"


def test_a_pin_opens_exactly_its_scenario(app: AppTest) -> None:
    mine = Scenario().replace({"run.paths": PATHS})
    app.button(key="pin").click().run()
    add(app, "gulf")
    app.button(key="pin:open:1").click().run()
    assert app.session_state[state.STORE].now.scenario == Scenario.preset("gulf")
    app.button(key="undo").click().run()
    assert app.session_state[state.STORE].now.scenario == mine
    assert pins(app)[0].link == encode(mine)


def test_the_same_scenarios_have_no_differences() -> None:
    found = compare((Scenario(), Scenario().replace({"run.seed": 2})), ("a", "b"), paths=64)
    assert [row.entry.path for row in found.inputs] == ["run.seed"]
    assert reading.lead_message(found) == "Which family leads is too close to call between these scenarios"


def test_the_waterfall_starts_and_ends_at_the_scenarios() -> None:
    parts = [{"label": "Demand", "value": -0.2, "error": 0.01}, {"label": "Place", "value": 0.05, "error": 0.1}]
    frame = charts.steps_frame(0.5, 0.35, parts, "share", ("A", "B"))
    assert frame["end"].tolist() == pytest.approx([0.5, 0.3, 0.35, 0.35])
    assert frame["start"].tolist() == pytest.approx([0.0, 0.5, 0.3, 0.0])
    assert frame["kind"].tolist() == ["end", "down", "close", "end"]
    assert says.bridge_message("x", parts, -0.15, 0.02) == "Most comes from demand: −20.0 pts of −15.0 pts"
    parts[1]["error"] = 0.001
    assert says.bridge_message("x", parts, -0.15, 0.02).endswith("; against it: place, +5.0 pts")
    close = [{"label": "Demand", "value": 0.01, "error": 0.1}]
    assert says.bridge_message("x", close, 0.01, 0.1).startswith("Nothing moves this figure")


def test_lines_that_end_together_share_a_name() -> None:
    rows = [
        {"position": i, "name": "n", "series": "price", "quarter": q, "value": value + q}
        for i, value in enumerate((1.0, 1.0, 30.0)) for q in range(41)
    ]
    ends = charts.lines_frame(pd.DataFrame(rows), "price")["end_text"].dropna().tolist()
    assert sorted(ends) == ["A, B", "C"]
    for spec in (charts.RANGES, charts.STEPS, *charts.LINES.values()):
        assert "datasets" not in spec


def test_a_board_has_room_for_six_scenarios_and_no_name_twice() -> None:
    board = Board()
    for i in range(8):
        board.add("same\nname " + "x" * 99, f"p=base&run.seed={i}")
    assert len(board.pins) == MOST and board.is_full
    assert len({pin.name for pin in board.pins}) == MOST
    assert board.pins[0].name == ("same name " + "x" * 99)[:NAME_LENGTH]
    board.rename(0, "  ")
    board.rename(9, "nobody")
    board.drop(-1)
    assert board.pins[0].name.startswith("same name") and len(board.pins) == MOST
    board.rename(0, "mine")
    assert board.pins[0] == Pin("mine", "p=base&run.seed=0")


def test_an_example_is_one_press_away(app: AppTest) -> None:
    app.button(key="pin:example").click().run()
    assert [pin.name for pin in pins(app)] == [presets()[name].title for name in board.EXAMPLE]
    assert not app.exception and "inputs differ" in texts(app)
    assert not [button for button in app.button if button.key == "pin:example"]


def test_a_class_that_only_one_scenario_has_is_named_once_and_compared_nowhere() -> None:
    few = Scenario().replace({"run.paths": PATHS})
    bare = few.replace({"gpu_debt.advance_cap": 0.0})
    found = compare((few, bare), ("with", "without"), paths=PATHS)
    assert reading.absences(found) == ["B: GPU-backed debt is left out, because nothing is lent: leverage is 0."]
    keys = ("gpu_debt.value", "gpu_fleet.value", "gpu_debt.default_probability")
    table = reading.figures_html(found, keys)
    assert "n/a" not in table and table.count("–</td>") == 2 and table.count(">GPU") == 3
    backwards = reading.figures_html(compare((bare, few), ("without", "with"), paths=PATHS), keys)
    assert "n/a" not in backwards and backwards.count("not there in the base") == 2
    neither = reading.figures_html(compare((bare, bare), ("a", "b"), paths=PATHS), keys)
    assert "debt" not in neither and "GPU fleet" in neither


def test_a_lead_that_is_undefined_decides_nothing() -> None:
    found = compare([Scenario().replace({"run.paths": PATHS, "run.seed": seed}) for seed in (1, 2, 3)], "abc", paths=64)
    row = ROW[reading.LEAD]
    for i, share in enumerate((float("nan"), 0.9, 0.2)):
        found.figures[i].whole[row] = share
        found.figures[i].each[:, row] = share
    assert reading.lead_message(found) == "Picks and shovels are ahead in 90% of futures in B, in 20% in C"
    found.figures[1].whole[row] = float("nan")
    assert reading.lead_message(found).startswith("There are not two scenarios in which both families have a class")
