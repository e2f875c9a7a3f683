"""Every claim can fail: a scenario within the bounds of its sliders, and the figure that refutes it."""

from typing import Any

import pytest

from models.studies.thesis import STATEMENTS, TESTS
from models.studies.thesis.record import FAILS, HOLDS, REPORTED, UNTESTED
from tests.studies.thesis.worlds import base, part, shown, under

pytestmark = pytest.mark.usefixtures("thin_prices")

STEADY = {"demand.volatility": 0.0, "demand.bust_rate": 0.0}
LOCAL_BOOM = {"pipeline.hyperscaler_share": 0.45, "pipeline.local_share": 0.50, "pipeline.sovereign_share": 0.05}
NO_STATE = {"pipeline.hyperscaler_share": 0.76, "pipeline.local_share": 0.24, "pipeline.sovereign_share": 0.0}
DOMESTIC = {"chip.h100e": 0.28, "chip.rent_factor": 0.6}
CONTROLS = {"export.start_quarter": 4}

FAILING = [
    # claim, preset, changes, the part that fails
    ("T1", "base", {"overcapacity.peak": 2.0}, "GPU fleet is safer"),
    ("T1", "base", {"cloud_platform.market_multiple": 25.0}, "The cloud platform earns more"),
    ("T2", "base", {"overcapacity.peak": 1.0}, "An operator who sells early earns more than one who stays"),
    ("T2", "base", {"demand.growth_fade": 0.12}, "The supplier's cash comes early"),
    ("T3", "base", STEADY, "A glut is more than"),
    ("T4", "base", {"demand.growth_fade": 0.12}, "In most futures revenue"),
    ("T5", "merchant_loan", {"overcapacity.peak": 0.6}, "The spread pays"),
    ("T6", "base", LOCAL_BOOM, "Local providers build"),
    ("T6", "base", LOCAL_BOOM, "Hyperscalers build most"),
    ("T7", "base", NO_STATE, "States still order"),
    ("T7", "base", NO_STATE, "The supplier still sells"),
    ("T9", "base", {"llm_costs.training_growth_now": 0.1}, "Its bill doubles"),
    ("T10", "base", {"llm_developer.erosion": 0.0}, "Open models take more"),
    ("T11", "base", {"llm_costs.frontier_bill": 3.0e9, "llm_costs.training": 0.8}, ""),
    ("T12", "base", {"cloud_platform.jv_cost": 0.4, "cloud_platform.jv_share": 0.6, "localization.share": 0.9},
     "Adapting is worth more"),
    ("T13", "base", {"data_center.delay_mean": 0.0}, "The wait costs builds"),
    ("T13", "base", {"capacity.power_cap": 20.0}, "The power limit"),
    ("T14", "base", {"localization.flexibility": 1.0}, "Borders take use"),
    ("T15", "china", {"localization.flexibility": 1.0}, "Most data is processed"),
    ("T15", "base", {"localization.share": 0.3}, "Most data is stored"),
    ("T17", "base", NO_STATE, "States are a customer"),
    ("T17", "base", CONTROLS, "No bloc is shut out"),
    ("T17", "base", DOMESTIC, "The home bloc has no stack"),
    ("T18", "base", {"llm_costs.other": 0.0}, "Talent costs money"),
    ("T18", "base", {"llm_costs.other": 0.0}, "Localized data costs money"),
    ("T19", "base", CONTROLS | {"export.additions_cut": 0.0}, "Controls cut deliveries"),
    ("T19", "base", CONTROLS | {"export.diverted": 1.0}, "Controls cut deliveries"),
    ("T19", "base", CONTROLS | {"export.affected_share": 0.0}, "Controls cut deliveries"),
    ("T20", "base", {"localization.correlation": 1.0}, "Split or alliance"),
    ("T20", "base", {"localization.blocs": 1}, "Split or alliance"),
]  # fmt: skip

HOLDING = [
    ("T2", "base", {}), ("T3", "base", {"overcapacity.peak": 3.0}), ("T4", "base", {}), ("T5", "base", {}),
    ("T6", "base", {}), ("T7", "base", {}), ("T8", "gulf", {}), ("T12", "base", {}), ("T13", "base", {}),
    ("T13", "base", {"capacity.power_cap": 1.0}), ("T14", "base", {"localization.share": 0.9}),
    ("T15", "china", {}), ("T17", "base", {}),
    ("T18", "base", {}), ("T19", "base", CONTROLS), ("T19", "base", {"export.rate": 0.3}), ("T20", "base", {}),
]  # fmt: skip


@pytest.mark.parametrize(("name", "preset", "changes", "label"), FAILING)
def test_a_scenario_refutes_the_claim(name: str, preset: str, changes: dict[str, Any], label: str) -> None:
    found = under(name, preset, changes)
    assert found.verdict == FAILS, found.why
    if not label:
        return
    failed = part(found, label)
    assert failed.verdict == FAILS and failed.counts
    assert failed.refuted_by in found.figures
    value = failed.refuted_by.value
    assert value <= failed.above or value >= failed.below


@pytest.mark.parametrize(("name", "preset", "changes"), HOLDING)
def test_a_scenario_confirms_the_claim(name: str, preset: str, changes: dict[str, Any]) -> None:
    assert under(name, preset, changes).verdict == HOLDS, under(name, preset, changes).why


def test_every_claim_can_fail_or_is_reported() -> None:
    refuted = {name for name, *_ in FAILING} | {"T8"}  # a test of its own below
    reported = {name for name in TESTS if not STATEMENTS[name].refuted_by}
    assert refuted | reported == set(TESTS)
    assert not refuted & reported
    assert all(under(name).verdict == REPORTED for name in reported)


FOR_CHAMPIONS = {
    **{f"policy.programs.0.schedule.{name}": value for name, value in (("budget", 2.0e9), ("disbursement", 1.0))},
    **{f"policy.programs.0.mix.{name}": float(name == "champion") for name in ("loan", "equity", "power", "champion")},
}


def test_a_program_larger_than_the_gap_turns_t8() -> None:
    cheap = {"llm_costs.frontier_bill": 3.0e9, "llm_costs.inference": 0.25, "llm_costs.training_growth_now": 0.0,
             "llm_costs.training_growth_long_run": 0.0, "llm_costs.other": 0.0, "llm_costs.fixed": 0.0,
             "llm_developer.excess_growth_now": 0.5}
    rich = under("T8", "gulf", cheap | FOR_CHAMPIONS | {"policy.intensity": 30.0})
    assert part(rich, "Below what a champion needs").verdict == FAILS
    assert rich.verdict == FAILS
    poor = under("T8", "gulf", cheap | FOR_CHAMPIONS)
    assert shown(rich, "What reaches it") > shown(poor, "What reaches it")


@pytest.mark.parametrize(
    ("name", "changes"),
    [("T12", {"localization.share": 0.0}), ("T14", {"localization.share": 0.0}), ("T19", {})],
)
def test_what_a_scenario_says_nothing_about_is_not_tested(name: str, changes: dict[str, Any]) -> None:
    found = under(name, "base", changes)
    assert (found.verdict, found.parts) == (UNTESTED, ())
    assert found.claim.refuted_by


# Why figures move


def test_reward_and_risk_of_t1_move_with_prices_and_gluts() -> None:
    assert not any(one.counts for one in under("T1").parts if one.label.startswith("Hardware supplier"))
    dear = under("T1", "base", {"cloud_platform.market_multiple": 25.0})
    label = "Reward at today's prices, Cloud platform"
    assert shown(dear, label) < shown(under("T1"), label)
    glut = under("T1", "base", {"overcapacity.peak": 2.0})
    assert shown(glut, "GPU fleet: loss in") > shown(under("T1"), "GPU fleet: loss in")


def test_a_glut_takes_the_early_return_and_brings_the_supplier_cash_forward() -> None:
    """The windfall of operators ends where that of suppliers is largest, and no buyer at today's price gets it."""
    calm, glut = under("T2"), under("T2", "base", {"overcapacity.peak": 1.0})
    assert shown(glut, "Data center: return held 3 years") < shown(calm, "Data center: return held 3 years")
    second = "Hardware supplier: cash, year 2"
    assert shown(glut, second) > shown(calm, second)
    assert not part(glut, "A buyer of the supplier").counts


def test_builders_deliver_what_the_market_adds() -> None:
    """Shares follow orders: with one answer to prices they stay as planned; a program adds to states."""
    from models.studies.thesis.builders import LARGE, STATES, built

    same = {f"pipeline.{who}_{what}": value for who in ("hyperscaler", "local", "sovereign")
            for what, value in (("response", 0.5), ("lag", 5))}
    even = _subject("base", same)
    shares = built(even, 12)
    assert shares[LARGE] == pytest.approx(even.scenario.pipeline.hyperscaler_share, abs=1e-12)
    assert sum(shares.values()) == pytest.approx(1.0, abs=1e-12)
    assert built(_subject("gulf", {"policy.intensity": 10.0}), 12)[STATES].mean() > built(_subject("gulf"), 12)[
        STATES].mean()


def test_orders_by_builder_add_up_to_private_deliveries() -> None:
    """The same rules as the loop: without programs, limits and controls their sum is what was added."""
    from models.studies.thesis.builders import orders_by_builder

    whole = _subject("base", {"overcapacity.peak": 1.0, "capacity.supply_growth": None})
    assert whole.market.world.is_bust.any()
    total = sum(orders_by_builder(whole, 40))
    assert total == pytest.approx(whole.market.world.additions[:, 1:].sum(axis=1), rel=1e-9)


def test_the_wait_costs_what_idle_money_must_earn() -> None:
    found = under("T13", "base", {"data_center.hurdle": 0.12})
    assert shown(found, "Cost of the wait, per MW") > shown(under("T13"), "Cost of the wait, per MW")
    longer = under("T13", "base", {"data_center.delay_mean": 6.0})
    for label in ("Cost of the wait, per dollar", "Service lost"):
        assert shown(longer, label) > shown(under("T13"), label)


def test_sectors_fill_in_the_order_of_rules() -> None:
    found = under("T15", "base", {"localization.share": 0.3})
    order = "State and defense", "Finance", "Health", "All other sectors"
    inside = [shown(found, f"{sector}: processed") for sector in order]
    assert inside == sorted(inside, reverse=True)
    assert (inside[0], inside[1], inside[3]) == (1.0, 1.0, 0.0)
    allied = under("T15", "china", {"localization.flexibility": 0.5})
    assert shown(allied, "Stored") > shown(allied, "Processed") > shown(allied, "Served")


def test_a_champion_pays_for_talent_and_data_of_its_bloc() -> None:
    gulf, india = under("T18", "gulf"), under("T18", "india")
    assert "Gulf" in gulf.why and "India" in india.why
    assert shown(gulf, "Talent, share of cost") > shown(india, "Talent, share of cost")
    assert "missing" in gulf.why


def test_controls_are_those_of_the_scenario() -> None:
    by_year = under("T19", "base", {"export.cut_by_year": (0.0, 0.8) + (0.0,) * 8})
    assert by_year.verdict == HOLDS
    assert shown(by_year, "Deliveries that affected blocs lose") == 0.8
    once = under("T19", "base", CONTROLS)
    assert shown(by_year, "Deliveries of the world lost") > shown(once, "Deliveries of the world lost")


def _subject(preset: str, changes: dict[str, Any] | None = None):  # type: ignore[no-untyped-def]
    from dataclasses import replace

    from tests.studies.thesis.worlds import scenario_of

    return replace(base(), scenario=scenario_of(preset, tuple((changes or {}).items())))
