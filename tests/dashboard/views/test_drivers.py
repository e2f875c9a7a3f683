"""The page of what drives a metric: bars at once, long runs when asked, goals, a surface, a combination to apply."""

import time
from collections.abc import Callable, Iterator

import numpy as np
import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from dashboard import format as f
from dashboard.views.drivers import charts, reading, surface_chart
from dashboard.views.drivers import page as drivers
from dashboard.views.drivers import words as says
from models.engine.target import Target
from models.errors import AbsentError
from models.scenario.scenario import Scenario
from models.studies.sensitivity.break_even import surface
from models.studies.sensitivity.cheapest import Change, Cheapest
from models.studies.sensitivity.goal_seek import seek
from models.studies.sensitivity.sobol import sobol
from models.studies.sensitivity.tornado import numbers, tornado
from tests.dashboard.finished import on_less

PATHS = 64
FEW = ("overcapacity.peak", "chip.rent_factor", "demand.growth_now", "leasing.term_short")
POOR = {"gpu_debt.contract_price": 0.4}  # dear power leaves no lender anything


def script() -> None:
    from dashboard import address
    from dashboard.views.drivers import page as drivers

    address.read()
    address.write()
    drivers.render()


def a_flip(scenario: Scenario, question: str, progress: Callable[[float], None]) -> Cheapest:
    change = Change("overcapacity.peak", "Overcapacity at its peak", "share", 0.0, 0.4, 0.13)
    other = Change("hardware.life_quarters", "<b>Life</b>", "quarters", 20.0, 18.0, -0.1)
    return Cheapest("family", "picks_and_shovels", "llm_and_cloud", (change, other), 0.16, None, "", 1, 64)


@pytest.fixture(scope="module")
def page() -> Iterator[AppTest]:
    app = AppTest.from_function(script, default_timeout=300)
    app.query_params["run.paths"] = str(PATHS)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(drivers, "tornado", on_less(tornado, drivers=FEW))
        patch.setattr(drivers, "seek", on_less(seek, points=5))
        patch.setattr(drivers, "surface", on_less(surface, points=5))
        patch.setattr(drivers, "cheapest", a_flip)
        yield settled(app.run())


def settled(app: AppTest) -> AppTest:
    """Run again until no job is under way, as the browser does."""
    end = time.monotonic() + 120
    while app.get("progress"):
        assert time.monotonic() < end
        time.sleep(0.1)
        app.run()
    assert not app.exception
    return app


def words(app: AppTest) -> str:
    return "".join(e.proto.body for e in app.get("html")) + " ".join(c.value for c in app.caption)


def charts_on(app: AppTest) -> int:
    return len(app.get("vega_lite_chart"))


def test_the_page_opens_on_bars_and_a_goal_and_runs_nothing_long_by_itself(page: AppTest) -> None:
    assert charts_on(page) == 2
    assert "moves mean NPV at the hurdle of GPU fleet most" in words(page)
    assert "two standard errors" in words(page) and "Cannot be moved alone" in words(page)
    assert {b.key for b in page.button} == {"sobol:start", "surface:start", "cheapest:start"}


def test_a_goal_out_of_reach_is_answered_with_the_nearest(page: AppTest) -> None:
    page.selectbox(key="drivers:metric").set_value("irr_p50")
    settled(page.run())
    assert "its hurdle" in words(page)
    page.toggle(key="drivers:hurdle:irr_p50").set_value(False)
    settled(page.run())
    page.number_input(key="drivers:goal:irr_p50:False").set_value(90.0)
    settled(page.run())
    assert "No value of overcapacity at its peak brings median IRR of GPU fleet to 90.0%" in words(page)
    assert "its lower bound" in words(page)


def test_a_surface_is_drawn_when_asked_and_its_title_says_who_wins(page: AppTest) -> None:
    before = charts_on(page)
    page.button(key="surface:start").click()
    settled(page.run())
    assert charts_on(page) == before + 1
    assert "GPU fleet beats data center" in words(page) or "Data center beats GPU fleet" in words(page)
    assert "Data center ahead" in words(page)


def test_a_combination_is_applied_with_one_press(page: AppTest) -> None:
    page.button(key="cheapest:start").click()
    settled(page.run())
    assert "LLM and cloud lead after 2 changes of 16% of a range together; no single assumption flips it" in words(page)
    assert "<b>Life</b>" not in words(page) and "&lt;b&gt;Life" in words(page)
    page.button(key="drivers:apply").click().run()
    assert page.query_params["overcapacity.peak"] in ("0.4", ["0.4"])
    assert page.query_params["hardware.life_quarters"] in ("18", ["18"])


def test_pieces_of_a_bar_never_overlap_and_noise_is_pale() -> None:
    few = [item.path for item in numbers(Scenario(), ("chip", "overcapacity"))]
    found = tornado(Scenario().replace({"run.paths": PATHS}), Target("npv", "gpu_fleet"), drivers=few).to_dict()
    names = {b["path"]: b["label"] for b in found["bars"]}
    frame = charts.tornado_frame(found["bars"], names, found["unit"])
    assert len(frame) == 2 * min(charts.SHOWN, len(found["bars"])) <= 300
    for path, rows in frame.groupby("order"):
        (a, b) = rows[["start", "end"]].apply(sorted, axis=1)
        assert min(a[1], b[1]) <= max(a[0], b[0]) + 1e-12, path
        assert max(a[1], b[1]) - min(a[0], b[0]) == pytest.approx(found["bars"][path]["swing"])
    noisy = {names[b["path"]] for b in found["bars"][: charts.SHOWN] if b["is_noise"]}
    assert set(frame[frame["side"] == charts.SIDES[2]]["label"]) == noisy
    assert says.tornado_message({**found, "bars": []}, names).startswith("No assumption moves")


def test_titles_say_what_the_surface_shows() -> None:
    base = {"share_first": 0.6, "share_too_close": 0.1, "share_second": 0.3}
    assert says.surface_message(base, "GPU fleet", "Data center") == (
        "GPU fleet beats data center over 60% of these ranges, the other way over 30%, 10% is too close to call"
    )
    sure = {"share_first": 1.0, "share_too_close": 0.0, "share_second": 0.0}
    assert "everywhere" in says.surface_message(sure, "GPU fleet", "Data center")
    assert says.surface_message(sure | {"absent": 3}, "GPU-backed debt", "Data center") == (
        "GPU-backed debt beats data center wherever one can invest in both"
    )
    noise = {"share_first": 0.0, "share_too_close": 1.0, "share_second": 0.0}
    assert "too close to call" in says.surface_message(noise, "GPU fleet", "Data center")


def test_the_band_is_drawn_beside_the_line_and_cells_fill_the_grid() -> None:
    gulf = Scenario.preset("gulf").replace({"run.paths": PATHS})
    found = surface(gulf, "gpu_fleet", "data_center", points=5).to_dict()
    frame = surface_chart.surface_frame(found, f.Scale(100.0, "%"), f.Scale(1.0, ""))
    cells = frame[frame["kind"] == "cell"]
    assert len(cells) == 25 and cells["ahead"].isin(["gpu_fleet", "data_center"]).all()
    assert ((cells["x2"] - cells["x"]) * (cells["y2"] - cells["y"])).sum() == pytest.approx(300.0 * 30.0)
    assert {"zero", "band", "today"} <= set(frame["kind"])
    today = frame[frame["kind"] == "today"].iloc[0]
    assert (today["x"], today["y"]) == (0.0, 1.0)
    spec = surface_chart.surface_spec("x", "y", "gpu_fleet", "data_center")
    assert [layer["mark"]["type"] for layer in spec["layer"]] == ["rect", "line", "line", "line", "point"]
    assert isinstance(frame, pd.DataFrame) and np.isfinite(cells["shade"]).all()


def test_what_is_left_out_of_a_study_is_counted_and_told() -> None:
    why = "there is no investment in GPU-backed debt, because nothing is lent: leverage is 0"
    bare = Scenario().replace({"run.paths": PATHS})
    debt, cap = Target("npv", "gpu_debt"), "gpu_debt.advance_cap"
    grid = surface(bare, "gpu_debt", "data_center", cap, "overcapacity.peak", points=3, paths=PATHS)
    line = seek(bare, debt, 0.0, cap, points=5, paths=PATHS)
    split = sobol(bare.replace(POOR), debt, drivers=("gpu_fleet.power_price", "overcapacity.peak"), base=16, paths=16)
    assert grid.absent == 3 and grid.why_absent == why
    assert line.absent == (0.0,) and line.why_absent == why
    assert 0 < split.undefined < split.evaluations and "because nothing is lent: coverage allows" in split.why_undefined
    assert says.without(1, 6, "values tried", why) == f"1 of 6 values tried is left out: {why}."
    assert says.without(0, 6, "values tried", "") == ""


def test_an_end_that_empties_the_class_is_no_contradiction_of_others() -> None:
    few = ("gpu_debt.advance_cap", "gpu_fleet.power_price", "overcapacity.peak")
    poor = Scenario().replace({"run.paths": PATHS, **POOR})
    found = tornado(poor, Target("npv", "gpu_debt"), ranges="bounds", drivers=few)
    names = {path: path for path in few}
    told = reading.unmoved(found.to_dict(), names)
    assert any("gpu_debt.advance_cap there is no investment in GPU-backed debt" in line for line in told)
    assert any("gpu_fleet.power_price there is no investment" in line for line in told)
    assert not any(line.startswith("Cannot be moved alone") for line in told)
    assert set(dict(found.emptied)) == set(few[:2])


def test_a_split_of_nothing_says_why_there_is_none() -> None:
    bare = Scenario().replace({"run.paths": PATHS, "gpu_debt.advance_cap": 0.0})
    with pytest.raises(AbsentError, match=r"16 of 16 scenarios.*nothing is lent: leverage is 0"):
        sobol(bare, Target("npv", "gpu_debt"), drivers=("overcapacity.peak", "demand.growth_now"), base=4, paths=16)
