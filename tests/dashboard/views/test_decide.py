"""The first page as a value: seeded, moved, undone, linked, and never a trace."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from math import expm1, log

import pytest
from streamlit.testing.v1 import AppTest

from dashboard import run
from dashboard.blocks import inputs
from dashboard.turns import Gate
from dashboard.views.decide.reading import read
from models import MODEL_VERSION, Scenario
from models.basis.store import Store
from models.errors import ScenarioError
from models.scenario.catalog import entry
from models.scenario.link import decode, encode
from models.studies.sensitivity.flip import Flip
from tests.dashboard.finished import Finished

Opener = Callable[..., AppTest]
PEAK, TYPED = "overcapacity.peak", "overcapacity.peak:typed"


def figures(page: AppTest) -> list[str]:
    """The numbers on the cards."""
    return [metric.value for metric in page.metric]


def markup(page: AppTest) -> str:
    """All HTML of a page."""
    return "".join(element.proto.body for element in page.get("html"))


def words(page: AppTest) -> str:
    """Everything a page says outside its widgets."""
    texts = [*page.markdown, *page.caption, *page.info, *page.warning, *page.text]
    return markup(page) + " ".join(str(text.value) for text in texts)


def link_of(page: AppTest) -> dict[str, str]:
    """Address bar as a dictionary."""
    return {key: value[-1] if isinstance(value, list) else value for key, value in dict(page.query_params).items()}


def test_the_page_opens_on_the_base_with_everything_a_partner_needs(open_page: Opener) -> None:
    page = open_page()
    assert not page.exception and not page.warning and not page.info
    assert "<h1>" in markup(page) and "of futures" in markup(page)
    assert len(page.metric) == 4 and all(value not in ("", "n/a") for value in figures(page))
    assert markup(page).count('scope="row"') == 6
    assert len(page.get("vega_lite_chart")) == 4
    assert [s.key for s in page.slider] == list(inputs.HEADLINE)
    assert link_of(page) == {"v": "1", "m": MODEL_VERSION, "p": "base"}
    foot = words(page)
    for part in (f"Model {MODEL_VERSION}", "seed 1", "4,096 paths", "sampling error", "not investment advice"):
        assert part in foot
    assert "here the verdict judges who pays best" in foot


def test_widgets_are_seeded_from_the_scenario_in_the_unit_people_say(open_page: Opener) -> None:
    page = open_page(p="gulf", policy__intensity="2.5", demand__growth_now="0.437")
    shown = {slider.key: slider.value for slider in page.slider}
    assert shown["policy.intensity"] == 2.5 and shown[PEAK] == 0.0
    assert shown["demand.growth_now"] == pytest.approx(100.0 * expm1(0.437))
    assert page.number_input(key="demand.growth_now:typed").value == shown["demand.growth_now"]
    assert page.number_input(key="demand.growth_now:typed").proto.format == "%.2f"
    assert page.selectbox(key="preset").value == "gulf"


def test_a_rate_is_typed_as_what_happens_in_a_year_and_one_not_touched_stays_exact(open_page: Opener) -> None:
    page = open_page(demand__growth_now="0.437")
    page.number_input(key=TYPED).set_value(50.0).run()
    assert link_of(page)["demand.growth_now"] == "0.437", "another slider moved"
    page.number_input(key="demand.growth_now:typed").set_value(50.0).run()
    assert decode(link_of(page)).scenario.demand.growth_now == log(1.5)
    assert "was 49\\.18%" in page.number_input(key="demand.growth_now:typed").label
    slider, typed = page.slider(key="demand.growth_now"), page.number_input(key="demand.growth_now:typed")
    assert (slider.min, slider.max) == (typed.min, typed.max) == (0.0, pytest.approx(122.554, abs=1e-3))
    slider.set_value(slider.max).run()
    assert not page.exception and link_of(page)["demand.growth_now"] == "0.8", "a bound is met exactly"
    surprise = page.slider(key="hardware.deflation_surprise")
    surprise.set_value(surprise.min).run()
    assert link_of(page)["hardware.deflation_surprise"] == f"{entry('hardware.deflation_surprise').low:g}"
    steps = round(-surprise.min / surprise.step)
    page.slider(key="hardware.deflation_surprise").set_value(surprise.min + steps * surprise.step).run()
    assert "hardware.deflation_surprise" not in link_of(page), "zero is one of the steps"
    page.number_input(key="hardware.deflation_surprise:typed").set_value(10.0).run()
    assert decode(link_of(page)).scenario.hardware.deflation_surprise == pytest.approx(-log(0.9))


@pytest.mark.parametrize("path", inputs.HEADLINE)
def test_each_headline_slider_has_typed_entry_unit_help_and_source(open_page: Opener, path: str) -> None:
    page, item = open_page(), entry(path)
    slider, typed = page.slider(key=path), page.number_input(key=f"{path}:typed")
    shape = inputs.scale(item)
    assert (slider.min, slider.max) == (shape.shown(item.low), shape.shown(item.high))
    assert slider.value == typed.value == shape.shown(item.default)
    assert shape.unit in slider.label and item.label in typed.label.replace("\\", "")
    assert ("Source:" in typed.help) != ("Our judgment" in typed.help)
    assert "Default" in typed.help and "Range" in typed.help


def test_a_slider_moves_the_figures_the_typed_entry_and_the_link(open_page: Opener) -> None:
    page = open_page()
    before, headline = figures(page), markup(page)
    page.slider(key=PEAK).set_value(60.0).run()
    assert not page.exception
    assert page.number_input(key=TYPED).value == 60.0
    assert link_of(page)[PEAK] == "0.6"
    assert figures(page)[1] != before[1] and markup(page) != headline
    assert any("pts against the preset" in metric.delta for metric in page.metric)
    summary = [b.proto.popover.label for b in page.get("popover") if "changed" in b.proto.popover.label]
    assert summary == ["1 changed: overcapacity at its peak 0% → 60%"]
    assert "was 0%" in page.number_input(key=TYPED).label and "**" in page.number_input(key=TYPED).label
    assert page.number_input(key="localization.share:typed").label.count("was") == 0


def test_a_typed_value_moves_the_slider_and_keeps_every_digit(open_page: Opener) -> None:
    page = open_page()
    page.number_input(key=TYPED).set_value(58.3).run()
    assert page.slider(key=PEAK).value == 58.3
    assert link_of(page)[PEAK] == "0.583"


def test_the_same_link_gives_the_same_figures(open_page: Opener) -> None:
    first = open_page()
    first.slider(key=PEAK).set_value(60.0).run()
    first.slider(key="gpu_fleet.contracted_share").set_value(40.0).run()
    second = open_page(**{key.replace(".", "__"): value for key, value in link_of(first).items()})
    assert figures(second) == figures(first) and markup(second) == markup(first)
    scenario = decode(link_of(first)).scenario
    assert (scenario.overcapacity.peak, scenario.gpu_fleet.contracted_share) == (0.6, 0.4)


def test_undo_redo_and_reset_walk_through_the_changes(open_page: Opener) -> None:
    page = open_page(p="us")
    start = link_of(page)
    assert page.button(key="undo").disabled and page.button(key="reset").disabled
    page.slider(key=PEAK).set_value(60.0).run()
    page.slider(key="localization.share").set_value(50.0).run()
    changed = link_of(page)
    page.button(key="undo").click().run()
    assert PEAK in link_of(page) and "localization.share" not in link_of(page)
    assert page.slider(key="localization.share").value == inputs.scale(entry("localization.share")).shown(
        Scenario.preset("us").localization.share
    )
    page.button(key="redo").click().run()
    assert link_of(page) == changed
    page.button(key="reset").click().run()
    assert link_of(page) == start and page.slider(key=PEAK).value == 0.0
    page.button(key="undo").click().run()
    assert link_of(page) == changed, "reset is a change like any other, so that nothing is lost by it"


def test_another_preset_is_loaded_whole_and_reset_returns_to_it(open_page: Opener) -> None:
    page = open_page()
    page.slider(key=PEAK).set_value(60.0).run()
    page.selectbox(key="preset").set_value("subsidy_cliff").run()
    assert not page.exception
    assert link_of(page) == {"v": "1", "m": MODEL_VERSION, "p": "subsidy_cliff"}
    page.slider(key="policy.intensity").set_value(3.0).run()
    page.button(key="reset").click().run()
    assert link_of(page)["p"] == "subsidy_cliff" and "policy.intensity" not in link_of(page)


@pytest.mark.parametrize(
    ("query", "note"),
    [
        ({"overcapacity__peak": "99"}, "too high"),
        ({"overcapacity__peak": "lots"}, "cannot be read"),
        ({"overcapacity__peek": "0.5"}, "no such assumption"),
        ({"p": "atlantis"}, "no preset"),
        ({"m": "0.0.1"}, "older model"),
        ({"demand__growth_now": "nan"}, "finite"),
        ({"x": "<script>alert(1)</script>"}, "no such assumption"),
        ({"x" * 70_000: "1"}, "longer than"),
    ],
)
def test_a_bad_link_says_what_was_ignored_and_opens_the_rest(
    open_page: Opener, query: dict[str, str], note: str
) -> None:
    page = open_page(localization__share="0.5", **query)
    assert not page.exception
    assert note in page.info[0].value.replace("\\", "")
    assert "<script" not in page.info[0].value.replace("\\<", "")
    assert len(page.metric) == 4
    if "x" * 70_000 not in query:
        assert page.slider(key="localization.share").value == 50.0
    page.button(key="dismiss").click().run()
    assert not page.info and not page.exception


def test_entry_and_order_are_part_of_the_link_but_not_of_the_scenario(open_page: Opener) -> None:
    page = open_page()
    assert "today's market multiple" in words(page).replace("&#39;", "'"), "it opens at the prices of the verdict"
    asked = markup(page)
    page.get("button_group")[0].set_value("fair").run()
    assert link_of(page)["entry"] == "fair" and markup(page) != asked
    assert "the verdict may name another class" in words(page)
    page.selectbox(key="view:sort").set_value("cvar_95").run()
    assert link_of(page)["sort"] == "cvar_95"
    again = open_page(**link_of(page))
    assert not again.info and markup(again) == markup(page)
    assert encode(Scenario()) == encode(decode(link_of(page), view_keys=("entry", "sort")).scenario)
    odd = open_page(entry="<b>", sort="toes")
    assert not odd.exception and "entry" not in link_of(odd) and "sort" not in link_of(odd)


def test_changes_that_contradict_each_other_wait_until_they_agree(open_page: Opener) -> None:
    page = open_page()
    page.expander[0].open = True
    page.session_state["all-assumptions"] = True
    page.run()
    page.selectbox(key="group").set_value("Who builds").run()
    key = "all:pipeline.hyperscaler_share"
    kept = link_of(page)
    page.slider(key=key).set_value(60.0).run()
    assert not page.exception
    assert "they must add to 1" in page.warning[0].value.replace("\\", "")
    assert link_of(page) == kept and page.slider(key=key).value == 60.0
    page.slider(key="all:pipeline.local_share").set_value(25.0).run()
    assert not page.warning
    assert link_of(page)["pipeline.hyperscaler_share"] == "0.6" and link_of(page)["pipeline.local_share"] == "0.25"


def test_the_panel_costs_nothing_while_closed_and_finds_any_assumption(open_page: Opener) -> None:
    page = open_page()
    assert len(page.slider) == len(inputs.HEADLINE) and not page.text_input
    page.session_state["all-assumptions"] = True
    page.run()
    page.text_input(key="search").set_value("power price").run()
    assert not page.exception
    assert "all:gpu_fleet.power_price" in [slider.key for slider in page.slider]
    page.slider(key="all:gpu_fleet.power_price").set_value(0.05).run()
    assert link_of(page)["gpu_fleet.power_price"] == "0.05"
    page.text_input(key="search").set_value("zzzz").run()
    assert any("Nothing found" in caption.value for caption in page.caption)


def test_every_kind_of_assumption_has_a_widget_that_works(open_page: Opener) -> None:
    page = open_page(p="gulf")
    page.session_state["all-assumptions"] = True
    page.run()
    for group in page.selectbox(key="group").options:
        page.selectbox(key="group").set_value(group).run()
        assert not page.exception, group
    page.selectbox(key="group").set_value("GPU fleet").run()
    page.selectbox(key="all:gpu_fleet.customer").set_value("ig").run()
    assert link_of(page)["gpu_fleet.customer"] == "ig"
    page.toggle(key="all:gpu_fleet.contract_price:own").set_value(True).run()
    assert float(link_of(page)["gpu_fleet.contract_price"]) == 2.7
    page.toggle(key="all:gpu_fleet.contract_price:own").set_value(False).run()
    assert "gpu_fleet.contract_price" not in link_of(page)
    page.selectbox(key="group").set_value("Sovereign programs").run()
    page.text_input(key="all:policy.programs.0.name").set_value("<img src=x> [a](javascript:b)").run()
    assert not page.exception and "<img" not in markup(page)


def test_flips_are_buttons_that_apply_themselves(open_page: Opener, monkeypatch: pytest.MonkeyPatch) -> None:
    flip = Flip(PEAK, "Overcapacity at its peak", "share", 0.0, 0.64, 0.2, "best", "cloud_platform")
    family = Flip("demand.growth_now", "Demand growth now", "log per year", 0.4, 0.2, 0.3, "family", "llm_and_cloud")

    page = open_page()
    monkeypatch.setattr(run, "job", lambda make, *key: Finished((flip, family, flip)))
    page.run()
    assert "Flips if overcapacity at its peak rises to 64%: cloud platform pays best." in markup(page)
    labels = {b.key: b.label.replace("\\", "") for b in page.button if b.key and b.key.startswith("flip:")}
    assert labels["flip:0:overcapacity.peak"] == "Overcapacity at its peak 0% → 64%: cloud platform pays best"
    assert labels["flip:1:demand.growth_now"] == "Demand growth now 49.18% → 22.14%: LLM and cloud lead"
    page.button(key="flip:0:overcapacity.peak").click().run()
    assert link_of(page)[PEAK] == "0.64"


def test_a_page_that_fails_says_so_in_words_and_keeps_the_scenario(
    open_page: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = open_page(overcapacity__peak="0.6")

    def fail(error: Exception) -> Callable[[Scenario], None]:
        def raise_it(scenario: Scenario) -> None:
            raise error

        return raise_it

    monkeypatch.setattr(run, "lead_error", fail(ScenarioError("overcapacity.peak: 9 is too high")))
    page.run()
    assert not page.exception and page.text[0].value == "overcapacity.peak: 9 is too high"
    monkeypatch.setattr(run, "lead_error", fail(ZeroDivisionError("secret detail")))
    page.run()
    assert not page.exception and "secret" not in words(page)
    assert "kept" in page.caption[-1].value and link_of(page)[PEAK] == "0.6"
    monkeypatch.undo()


def test_a_reading_is_computed_once_for_everybody(monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[Scenario] = []
    original = run._evaluate
    monkeypatch.setattr(run, "_evaluate", lambda scenario: calls.append(scenario) or original(scenario))
    scenario = Scenario().replace({"run.paths": 64, "overcapacity.peak": 0.123})
    with ThreadPoolExecutor(4) as pool:
        readings = list(pool.map(lambda each: run.kept(read, each), [scenario] * 4))
    assert len(calls) == 1 and all(reading is readings[0] for reading in readings)


class Crowd(Gate):
    """A busy server: whoever comes in next pushes out the evaluations of who was inside before."""

    @contextmanager
    def inside(self, *check: Callable[[], None]) -> Iterator[None]:
        is_first = not len(self)
        with super().inside(*check):
            if is_first:
                run._evaluations = Store(run.EVALUATIONS)
            yield


def test_a_move_evaluates_once_however_many_others_move(
    open_page: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[Scenario] = []
    original = run._evaluate
    page = open_page(run__paths="64")
    monkeypatch.setattr(run, "_evaluations", run._evaluations)
    monkeypatch.setattr(run, "moves", Crowd())
    monkeypatch.setattr(run, "_evaluate", lambda scenario: calls.append(scenario) or original(scenario))
    page.number_input(key=TYPED).set_value(47.0).run()
    assert not page.exception and len(calls) == 1


@pytest.mark.parametrize("pause", [0.0, 0.3, 1.0])
def test_back_right_after_a_change_returns_to_the_scenario_before(open_page: Opener, pause: float) -> None:
    page = open_page(overcapacity__peak="0.2")
    before = dict(page.query_params)
    page.number_input(key=TYPED).set_value(50.0).run()
    after = dict(page.query_params)
    assert link_of(page)[PEAK] == "0.5"
    for there, value in ((before, 20.0), (after, 50.0), (before, 20.0)):
        time.sleep(pause)
        page.query_params.clear()
        page.query_params.update(there)
        page.run()
        assert page.number_input(key=TYPED).value == value and dict(page.query_params) == there
    page.button(key="undo").click().run()
    assert link_of(page)[PEAK] == "0.5", "undo takes the step back"
    page.query_params.clear()
    page.query_params.update(before)
    page.run()
    assert link_of(page)[PEAK] == "0.2", "Back after a button"


def test_an_address_that_a_widget_still_carries_is_not_taken_for_back(open_page: Opener) -> None:
    """The browser sends the address before ours with what is pressed before it has heard of ours."""
    page = open_page(overcapacity__peak="0.2")
    stale = dict(page.query_params)
    page.number_input(key=TYPED).set_value(50.0).run()
    page.query_params.clear()
    page.query_params.update(stale)
    page.number_input(key="policy.intensity:typed").set_value(2.0).run()
    assert link_of(page)[PEAK] == "0.5" and link_of(page)["policy.intensity"] == "2"
