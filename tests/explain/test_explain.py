"""`explain` and its two readings: every number of the contract, paths that lead nowhere, depth, sources, notes."""

import dataclasses
import json
import math
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest

from models.basis.shocks import draw_shocks
from models.commands.options import plain_json
from models.engine.evaluate import Evaluation, evaluate
from models.errors import ScenarioError
from models.explain import Trace, as_rows, as_text, explain, headline_paths, resolve, risks
from models.explain.bought import Bought
from models.explain.equation import Equation
from models.explain.registry import Reader
from models.explain.resolve import spec_of
from models.explain.trace import steps
from models.scenario.scenario import Scenario
from models.tables.contract import evaluation_json
from tests.explain.graph import behind


def scalars(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Every value of the JSON object that is neither a container nor words, by its path."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from scalars(inner, f"{path}.{key}" if path else key)
    elif isinstance(value, list | tuple | np.ndarray):
        for i, inner in enumerate(value):
            yield from scalars(inner, f"{path}.{i}")
    elif not isinstance(value, str):
        yield path, value


def same(stated: Any, explained: Any) -> bool:
    if isinstance(stated, float | np.floating) and not isinstance(stated, bool):
        return (math.isnan(stated) and math.isnan(explained)) or explained == pytest.approx(stated, rel=1e-12)
    return stated == explained


@pytest.mark.parametrize("world", ["base", "glut", "calm"])
def test_every_number_of_the_contract_is_explained(world: str, request: pytest.FixtureRequest) -> None:
    evaluation = request.getfixturevalue(world)
    stated = dict(scalars(evaluation_json(evaluation, "link")))
    wrong = [path for path, value in stated.items() if not same(value, explain(evaluation, path, depth=1).value)]
    assert not wrong[:5]
    assert len(stated) > 1_500


def test_headlines_are_the_numbers_of_the_contract(base: Evaluation) -> None:
    stated = {path for path, _ in scalars(evaluation_json(base, "link")) if not path.startswith("scenario.")}
    names = set(headline_paths(base))
    assert names - stated == set()
    assert {path for path in stated - names if "irr_status" not in path} == {"no_shocks"}


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("assets.gpu_fleet.ir.p50", "assets.gpu_fleet.irr.p50"),
        ("gpu_fleet.irr", "assets.gpu_fleet.irr.p05"),
        ("market.price.p50.41", "quarters run from 0 to 40"),
        ("market.prise.p50.3", "market.price.p50.3"),
        ("assets.gpu_flet.price", "assets are gpu_fleet"),
        ("assets.gpu_fleet.irr.path1024", "path1023"),
        ("assets.data_center.default_probability", "only gpu_debt"),
        ("hardware.instaled_cost", "hardware.installed_cost"),
        ("correlation.rank.0.9", "counted from 0"),
        ("assets.gpu_fleet.net.mean.99", "years run from 0"),
        ("", "no such number"),
        ("x" * 5_000, "no such number"),
    ],
)
def test_a_path_that_leads_nowhere_names_the_nearest(base: Evaluation, path: str, said: str) -> None:
    with pytest.raises(ScenarioError, match="no such number") as refusal:
        explain(base, path)
    assert said in str(refusal.value)
    assert len(str(refusal.value)) < 600


def test_a_rate_of_return_reaches_the_calibration(base: Evaluation) -> None:
    near = {node.path: node for *_, node, _ in steps(explain(base, "assets.gpu_fleet.irr.p50"))}
    for path in (
        "hardware.installed_cost", "hardware.deflation_now", "hardware.merchant_hurdle", "clearing.ceiling_utilization",
        "gpu_fleet.contracted_share", "calibration.block", "run.seed",
    ):
        assert path in near, path
    cost = near["hardware.installed_cost"]
    assert (cost.value, cost.status, cost.is_leaf) == (22_000.0, "assumption", True)
    assert cost.source is not None and cost.source.id == "gpu_prices-001"
    far = behind(base, ["assets.gpu_fleet.irr.p50"], each=30)
    assert {"clearing.balance_utilization", "demand.growth_now", "pipeline.local_response"} <= far.keys()


def test_depth_cuts_and_every_cut_can_be_followed(base: Evaluation) -> None:
    trace = explain(base, "assets.gpu_debt.irr.p50", depth=3)
    reached = list(steps(trace))
    assert max(level for level, *_ in reached) == 3
    cut = [node for level, *_, node, _ in reached if node.is_cut]
    assert cut and not any(node.operands for node in cut)
    on = explain(base, cut[0].path, depth=1)
    assert on.value == cut[0].value and on.operands and not on.is_cut
    assert explain(base, "assets.gpu_debt.irr.p50", depth=0).operands == ()


def test_a_number_that_explains_itself_is_a_defect(base: Evaluation, monkeypatch: pytest.MonkeyPatch) -> None:
    ring = {"a": "b", "b": "a"}
    monkeypatch.setattr(resolve, "spec_of", lambda reader, path: Equation(path, 1.0, "", "x", "y", {"y": ring[path]}))
    with pytest.raises(RuntimeError, match="explains itself"):
        explain(base, "a")


def test_a_trace_cannot_be_changed(base: Evaluation) -> None:
    trace = explain(base, "assets.gpu_fleet.price")
    with pytest.raises(dataclasses.FrozenInstanceError):
        trace.value = 1.0  # type: ignore[misc]


def test_entries_differ_by_the_premium(base: Evaluation) -> None:
    fair, cost = (explain(base, f"assets.gpu_fleet.{entry}price") for entry in ("", "at_cost."))
    premium = explain(base, "assets.gpu_fleet.premium")
    assert fair.value == pytest.approx(cost.value + premium.value)
    assert premium.standard_error and {part.path.rsplit(".", 1)[1] for part in premium.operands} >= {"revenue", "cost"}


def test_the_scenario_may_be_named_as_in_the_contract(base: Evaluation) -> None:
    assert explain(base, "scenario.demand.growth_now").path == explain(base, " demand.growth_now ").path


def test_a_value_of_the_user_does_not_borrow_the_source_of_the_default(base: Evaluation) -> None:
    paths = explain(base, "run.paths")
    assert paths.source is None and paths.status == "assumption"
    assert "set in this scenario; the default is 4096" in paths.note


def test_a_value_of_a_preset_carries_the_reason_of_the_preset(gulf: Evaluation) -> None:
    with_preset = explain(gulf, "policy.programs.0.schedule.budget", preset="gulf")
    assert with_preset.source is not None and with_preset.source.id == "sovereign_programs-019"
    assert "60 of about 200 bn USD" in with_preset.note
    assert explain(gulf, "policy.programs.0.schedule.budget").source is None
    assert explain(gulf, "hardware.installed_cost", preset="gulf").source.id == "gpu_prices-001"  # type: ignore[union-attr]
    with pytest.raises(ScenarioError, match="no such preset"):
        explain(gulf, "run.seed", preset="atlantis")


def test_old_figures_are_history(base: Evaluation) -> None:
    coupon, tenor = (explain(base, path) for path in ("assets.gpu_debt.coupon", "gpu_debt.tenor_quarters"))
    assert not any(operand.is_history for operand in coupon.operands) and tenor.is_history
    assert as_text(coupon).count("; history") == 0 and as_text(tenor).count("; history") == 1
    assert [row["is_history"] for row in as_rows(coupon)] == [False, False, False]


def test_without_shocks_volatility_is_switched_off(calm: Evaluation) -> None:
    assert "switched off" in explain(calm, "demand.volatility").note
    rate = explain(calm, "assets.gpu_fleet.irr.p50")
    assert rate.standard_error is None and rate.value == explain(calm, "assets.gpu_fleet.irr.p95").value


def test_foreign_draws_are_refused_where_they_matter() -> None:
    scenario = Scenario().replace({"run.paths": 64})
    other = evaluate(scenario, draw_shocks(99, 64))
    assert explain(other, "market.price.p50.8").value == pytest.approx(float(np.median(other.market.price[:, 8])))
    for path in ("assets.gpu_fleet.irr.p50", "assets.data_center.irr.p50", "assets.gpu_debt.min_dscr.p50"):
        with pytest.raises(ScenarioError, match="other draws"):
            explain(other, path)


def test_each_number_is_read_once(base: Evaluation, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    real = resolve.spec_of

    def counted(reader: Reader, path: str) -> Equation:
        asked.append(path)
        return real(reader, path)

    monkeypatch.setattr(resolve, "spec_of", counted)
    explain(base, "market.price.p50.12", depth=12)
    assert len(asked) == len(set(asked)) > 100


def test_rows_form_a_tree(base: Evaluation) -> None:
    rows = as_rows(explain(base, "assets.gpu_fleet.hurdle"))
    assert [(row["level"], row["path"]) for row in rows[:3]] == [
        (0, "assets.gpu_fleet.hurdle"), (1, "assets.gpu_fleet.fleet_hurdle"), (2, "gpu_fleet.contracted_share"),
    ]
    assert rows[2]["parent"] == "assets.gpu_fleet.fleet_hurdle" and rows[2]["unit"] == "share"
    assert json.loads(plain_json(rows))[0]["value"] == pytest.approx(0.113)


def test_what_was_taken_apart_is_not_taken_apart_again(base: Evaluation) -> None:
    trace = explain(base, "market.price.p50.12", depth=6)
    rows = as_rows(trace)
    opened = [row["path"] for row in rows if any(other["parent"] == row["path"] for other in rows)]
    repeated = [row["path"] for row in rows if row["is_repeated"]]
    assert repeated and set(repeated) <= set(opened)
    assert as_text(trace, 6).count("(see above)") == len(repeated)


def test_text_reads_from_the_number_to_its_reasons(base: Evaluation) -> None:
    lines = as_text(explain(base, "assets.gpu_fleet.fleet_hurdle"), 1).splitlines()
    assert lines[0] == "Hurdle, GPU fleet: 0.113 per year"
    assert lines[1].startswith("  | = Hurdle of the contract")
    assert "[q·r_contract + (1 − q)·r_M = 0.7·0.11 + (1 − 0.7)·0.12]" in lines[1]
    assert lines[2] == "  Contracted share: 0.7 share"


def test_text_says_where_it_goes_on(base: Evaluation) -> None:
    text = as_text(explain(base, "market.price.p50.12", depth=2), 2)
    assert "goes on at market.price_long_run.12" in text
    assert "goes on" not in as_text(explain(base, "assets.gpu_debt.coupon"))


def test_numbers_that_are_none_read_as_words() -> None:
    def line(value: Any, unit: str = "years") -> str:
        return as_text(Trace("p", "label", value, unit, "computed", "", ""))

    assert line(math.inf) == "label: never"
    assert line(math.nan) == "label: undefined"
    assert line(None) == "label: no value"
    assert line(True, "on/off") == "label: on"
    assert line("sobol", "choice") == "label: sobol"
    assert line(1_234_567.8, "USD") == "label: 1,234,568 USD"


def test_a_rate_of_return_makes_its_flows_worth_nothing(base: Evaluation) -> None:
    reader = Reader(base)
    for stake in [*(f"assets.{key}" for key in base.assets), "assets.gpu_fleet.at_cost", "variants.gpu_debt_equity"]:
        for path in spec_of(reader, f"{stake}.irr.p50").paths:
            rate, row = spec_of(reader, path).value, path.rsplit(".", 1)[1]
            flows = [spec_of(reader, f"{stake}.net_quarter.{row}.{t}").value for t in range(41)]
            worth = sum(flow * (1 + rate) ** (-t / 4) for t, flow in enumerate(flows))
            assert abs(worth) < 1e-6 * abs(flows[0]), path
            years = [spec_of(reader, name) for name in spec_of(reader, path).paths]
            assert sum(year.value for year in years) == pytest.approx(sum(flows)), path


def test_the_parts_of_a_fair_price_are_the_price_up_to_sampling(base: Evaluation) -> None:
    reader = Reader(base)
    for key in ("gpu_fleet", "data_center", "gpu_debt", "hardware_supplier", "cloud_platform"):
        error = base.assets[key].fair_price.premium_se * math.sqrt(8)  # of the one block of eight that is shown
        assert abs(spec_of(reader, f"assets.{key}.neutral_rest").value) < 4 * error, key


def test_a_default_is_a_shortfall(base: Evaluation) -> None:
    reader = Reader(base)
    example = next(p for p in spec_of(reader, "assets.gpu_debt.defaults").paths if ".default." in p)
    cash, reserve, due, *_ = (spec_of(reader, p).value for p in spec_of(reader, example).paths)
    income = reserve * base.scenario.rates.base_rate / 4
    assert cash + reserve + income < due


def test_a_borrowers_rate_stands_beside_no_investment() -> None:
    """100 first and 110 a year later cost a borrower 10%; who pays first has a return, and no such words."""
    net = np.array([[100.0, 0.0, 0.0, 0.0, -110.0], [-100.0, 0.0, 0.0, 0.0, 110.0]])
    stake = cast(Bought, SimpleNamespace(position=SimpleNamespace(net=net)))
    said = risks._borrowed(stake, "no_root")
    assert said == " On one path of these money comes first and is paid back later: a borrower's 10.0% a year."
    assert risks._borrowed(stake, "ok") == ""


def test_a_loan_tells_what_rules_that_do_not_bind_would_allow(base: Evaluation) -> None:
    size = base.claims.loan_size
    assert size is not None and size.binding == "coverage" and set(size.limits) == {"advance", "coverage"}
    asked = 100.0 * base.scenario.gpu_debt.advance_cap
    assert explain(base, "assets.gpu_debt.principal", depth=1).note.endswith(
        f"the advance rate would allow {asked:.3g}% of cost")
