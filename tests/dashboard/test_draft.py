"""Drafts: who gets one, what it shows, that it ends in the whole answer, and what never is one."""

from collections.abc import Callable
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from dashboard import draft, run, state
from dashboard.blocks import frame
from dashboard.format import percent
from dashboard.turns import Gate
from dashboard.views.decide import reading
from models.scenario.link import decode
from models.scenario.scenario import Scenario

Opener = Callable[..., AppTest]
PEAK = "overcapacity.peak"
FEW, ALL = 128, 256
FOOT = f"draft: {FEW:,} of {ALL:,} paths"
LABEL = f"Draft: {FEW:,} of {ALL:,} futures, the rest follows once you rest"


@pytest.fixture(autouse=True)
def _of_few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(draft, "FUTURES", FEW)


def said(page: AppTest) -> list[str]:
    return [caption.value for caption in page.caption]


def is_draft(page: AppTest) -> bool:
    at_the_foot = any(FOOT in words for words in said(page))
    assert at_the_foot == (LABEL in said(page))
    return at_the_foot


def shares(page: AppTest) -> list[str]:
    return [metric.value for metric in page.metric]


def shares_of(scenario: Scenario) -> list[str]:
    found = reading.read(scenario)
    figures = (found.lead, found.peak_surplus, found.rent_gap, found.loan_default)
    return [percent(each.value, 0) for each in figures]


def moved(peak: float, paths: int) -> Scenario:
    return Scenario().replace({PEAK: peak, "run.paths": paths})


def crowd(patch: pytest.MonkeyPatch, is_full: bool = True) -> None:
    patch.setattr(Gate, "is_full", is_full)


def test_only_who_comes_to_a_full_gate_must_wait() -> None:
    gate = Gate(places=1)
    assert not gate.is_full
    with gate.inside():
        assert gate.is_full
    assert not gate.is_full


def test_a_slider_on_the_move_is_answered_from_fewer_futures_while_others_wait(
    open_page: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    crowd(monkeypatch)
    page = open_page(run__paths=str(ALL))
    assert not is_draft(page)  # nothing has moved
    page.slider(key=PEAK).set_value(83.0).run()
    assert is_draft(page) and not page.exception
    few, all_ = shares_of(moved(0.83, FEW)), shares_of(moved(0.83, ALL))
    assert shares(page) == few
    state_of(page).whole = moved(0.83, ALL)  # what the timer says once the scenario has stood still
    page.run()
    assert not is_draft(page) and shares(page) == all_
    page.slider(key=PEAK).set_value(84.0).run()
    assert is_draft(page)
    page.button(key="undo").click().run()
    assert not is_draft(page) and shares(page) == all_  # known, so nobody waits for it


def state_of(page: AppTest) -> state.Store:
    found: state.Store = page.session_state[state.STORE]
    return found


def test_the_whole_answer_follows_by_itself(open_page: Opener, monkeypatch: pytest.MonkeyPatch) -> None:
    crowd(monkeypatch)
    monkeypatch.setattr(draft, "RESTED", 1e-9)
    page = open_page(run__paths=str(ALL))
    page.slider(key=PEAK).set_value(86.0).run()
    assert not is_draft(page) and run.knows(moved(0.86, ALL))


def test_without_a_queue_there_are_no_drafts(open_page: Opener, monkeypatch: pytest.MonkeyPatch) -> None:
    crowd(monkeypatch, is_full=False)
    page = open_page(run__paths=str(ALL))
    page.slider(key=PEAK).set_value(87.0).run()
    assert not is_draft(page) and run.knows(moved(0.87, ALL))


def test_a_scenario_of_few_futures_has_no_draft(open_page: Opener, monkeypatch: pytest.MonkeyPatch) -> None:
    crowd(monkeypatch)
    page = open_page(run__paths=str(FEW))
    page.slider(key=PEAK).set_value(88.0).run()
    assert not any("raft" in words for words in said(page)) and run.knows(moved(0.88, FEW))


def test_address_pins_and_exports_of_a_draft_are_whole(open_page: Opener, monkeypatch: pytest.MonkeyPatch) -> None:
    crowd(monkeypatch)
    exported: list[Scenario] = []

    def report(scenario: Scenario, *_: object) -> bytes:
        exported.append(scenario)
        return b""

    def download(label: str, data: Callable[[], bytes], *_: Any) -> None:
        data()

    monkeypatch.setattr(reading, "report", report)
    monkeypatch.setattr(frame, "download", download)
    page = open_page(run__paths=str(ALL))
    page.slider(key=PEAK).set_value(89.0).run()
    page.button(key="pin").click().run()
    assert is_draft(page)
    whole = moved(0.89, ALL)
    assert exported[-1] == whole
    assert [decode(pin.link).scenario for pin in state_of(page).board.pins] == [whole]
    address = {key: value if isinstance(value, str) else value[-1] for key, value in dict(page.query_params).items()}
    assert decode(address).scenario == whole


@pytest.mark.parametrize("page", ["market.page", "programs.page", "asset_class.page", "loan.page"])
def test_pages_draft_what_they_show_at_once_but_not_single_futures(
    monkeypatch: pytest.MonkeyPatch, page: str
) -> None:
    asked: list[Scenario] = []
    kept = run.kept

    def noted(make: Callable[..., Any], *key: Any) -> Any:
        asked.extend(part for part in key if isinstance(part, Scenario))
        return kept(make, *key)

    monkeypatch.setattr(run, "kept", noted)
    key = "'gpu_fleet'" if page == "asset_class.page" else ""
    script = (
        "from dashboard import address, draft, state\n"
        f"from dashboard.views.{page} import render\n"
        f"address.read(); state.store().is_draft = True; render({key}); draft.label()\n"
    )
    test = AppTest.from_string(script, default_timeout=120)
    test.query_params["run.paths"], test.query_params["p"] = str(ALL), "gulf"
    test.run()
    assert not test.exception and LABEL in said(test)
    assert {scenario.run.paths for scenario in asked} == {ALL if page == "loan.page" else FEW}
