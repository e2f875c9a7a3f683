"""The unit said is the unit used: what a label promises of a year is what the engine does in that year.

Every assumption that is stored as a continuous rate is moved to a yearly percentage, and the engine's own function is
asked what is there, or left, after four quarters.
"""

import csv
from collections.abc import Callable
from dataclasses import replace
from math import exp, expm1, log
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.assets.data_center.leasing import Leasing, market_rent_path
from models.assets.gpu_fleet.guarantee import ResidualGuarantee, vendor_alive
from models.assets.llm_developer import MULTIPLE_CLIP, LlmCosts, LlmDeveloper, LlmFunding, simulate_operations
from models.basis.entry import Entry, told, value_text
from models.basis.rates import RATES, percent_text
from models.basis.reading import read_number
from models.basis.shocks import calm_shocks
from models.debt.contract import ContractCredit, ContractTerms, renegotiated_prices, sovereign_pays
from models.errors import ScenarioError
from models.evidence.presets import presets
from models.evidence.sources import DATA
from models.market.ai_revenue import AiRevenue
from models.market.customer import Tie, alive
from models.market.demand import Demand, _bust_marks, cumulative_growth, log_growth
from models.market.export import ExportControl, simulate_export
from models.market.long_run import Hardware, cost_index
from models.market.regime import Regime, regime_compensator, transition
from models.policy.effects import cliff_quarter
from models.policy.program import Program
from models.policy.support import ChampionSupport
from models.scenario.catalog import declared, json_schema, parse
from models.scenario.link import decode, encode
from models.scenario.scenario import Scenario
from tests.engine.runs import calm_market

PROGRAM = "policy.programs.0.schedule.cliff_rate"
OF_RATES = {path: item for path, item in declared(1).items() if item.unit in RATES}
UNIFORM = (np.arange(20_000) + 0.5) / 20_000
"""As good as every draw there is: a share of it is a chance to within a twenty-thousandth."""
YEAR = np.array([1.0])

Yearly = Callable[[float], float]
"""What is there after a year over what was there, for a stored rate."""


def grown(path: str) -> Yearly:
    """Developer and cloud: the engine's integral with a rate that stays."""
    if path == "demand.growth_by_year":
        return lambda r: exp(log_growth(Demand().derived(growth_by_year=(r,) * 10), YEAR)[0])
    if path.startswith("demand."):
        return lambda r: exp(log_growth(Demand().derived(growth_now=r, growth_long_run=r), YEAR)[0])
    return lambda r: exp(cumulative_growth(r, r, 0.4, YEAR)[0])


def gap_left(integral: Callable[[float, np.ndarray[Any, Any]], Any]) -> Yearly:
    """Growth over its long run after a year, over that at the start: slopes of the engine's integral."""
    def slope(k: float, t: float) -> float:
        ends = integral(k, np.array([t - 1e-4, t + 1e-4]))
        return float(ends[1] - ends[0])

    return lambda k: slope(k, 1.0) / slope(k, 0.0)


def cheapened(**changes: Any) -> Yearly:
    """Cost of compute after a year, with one rate of ``Hardware`` (or a path) moved."""
    def left(r: float) -> float:
        values = {name: (r,) * 10 if name == "deflation_by_year" else r if value is None else value
                  for name, value in changes.items()}
        return float(cost_index(Hardware().derived(**values), 8)[4])

    return left


def erosion(r: float) -> float:
    with_, without = (_operations(LlmDeveloper().derived(erosion=e)).revenue[0, 4] for e in (r, 0.0))
    return float(with_ / without)


def multiple_left(k: float) -> float:
    """Growth part of the multiple after three quarters, told for a year; later ones depend on growth."""
    funding = LlmFunding().derived(multiple_fade=k)
    part = _operations(LlmDeveloper(), funding).multiple[0] / MULTIPLE_CLIP[1] - funding.multiple_floor
    return float((part[3] / part[0]) ** (4.0 / 3.0))


def _operations(developer: LlmDeveloper, funding: LlmFunding | None = None) -> Any:
    rich = LlmCosts().derived(inference=0.0, maintenance=0.0)  # a margin of one, at which it moves no multiple
    market = calm_market(Scenario())
    nothing = ChampionSupport(*(np.zeros((1, 41)),) * 3)
    return simulate_operations(developer, rich, funding or LlmFunding(), AiRevenue(), market, calm_shocks(), nothing)


def boom(r: float) -> float:
    mean = regime_compensator(Regime().derived(boom_drift=r, bust_rate=0.0), 8)
    return exp(mean[5] - mean[1])


def bust(r: float) -> float:
    mean = regime_compensator(Regime().derived(bust_drift=r, bust_rate=1e6, boom_rate=0.0), 8)
    return exp(mean[5] - mean[1])


def leaves(boom: int) -> Yearly:
    def stays(r: float) -> float:
        name = "bust_rate" if boom == 0 else "boom_rate"
        return float(transition(Regime().derived(**{name: r}))[boom, boom] ** 4)

    return stays


def unhurt(rate: float) -> float:
    """Share of paths without a bust in a year."""
    shocks: Any = SimpleNamespace(quarters=8, paths=len(UNIFORM), jump_gap_u=UNIFORM[:, None] * np.ones((1, 8)))
    return float((_bust_marks(Demand().derived(bust_rate=rate), shocks)[:, :5].max(axis=1) == 0.0).mean())


def untouched_by_export(rate: float) -> float:
    shocks: Any = SimpleNamespace(quarters=8, export_u=UNIFORM[:, None] * np.ones((1, 9)))
    found = simulate_export(ExportControl().derived(rate=rate), shocks)
    assert found is not None
    return float((found.is_on[:, :5].max(axis=1) == 0.0).mean())


def paying(which: int, price: float = 1.0, state: float = 0.0) -> Yearly:
    """Share of customers that still pay after a year, with one of the three rates."""
    def left(rate: float) -> float:
        rates = tuple(rate if i == which else 0.0 for i in range(3))
        shape = (len(UNIFORM), 9)
        pays = alive(rates, np.full(shape, price), 1.0, np.full(shape, state), UNIFORM, 1)  # type: ignore[arg-type]
        return float(pays[:, 4].mean())

    return left


def lab_short_of_money(rate: float) -> float:
    shape = (len(UNIFORM), 9)
    tie = Tie(np.full(shape, rate), np.full(len(UNIFORM), np.inf))
    pays = alive((0.0, 0.0, 0.0), np.ones(shape), 1.0, np.zeros(shape), UNIFORM, 1, tie)
    return float(pays[:, 4].mean())


def under_contract(rate: float) -> float:
    pays = np.ones((len(UNIFORM), 9), dtype=bool)
    ends = sovereign_pays(ContractCredit().derived(cliff_rate=rate, notice_quarters=0), pays, UNIFORM)
    return float(ends[:, 4].mean())


def program_runs(rate: float) -> float:
    plan = Program()
    plan = plan.derived(schedule=plan.schedule.derived(cliff_rate=rate))
    shocks: Any = SimpleNamespace(policy_u=UNIFORM)
    return float((cliff_quarter(plan, shocks) > 4).mean())


def not_renegotiated(rate: float) -> float:
    credit = ContractCredit().derived(renegotiation_rate=rate, renegotiation_gap=0.0)
    terms = ContractTerms(price=1.0, contracted=1.0, hours=1.0, first=1, last=8)
    shape = (len(UNIFORM), 9)
    found = renegotiated_prices(credit, terms, np.zeros(shape), np.ones(shape, dtype=bool), UNIFORM)
    return float((found[:, 4] == 1.0).mean())


def vendor(name: str, log_ratio: float) -> Yearly:
    def left(rate: float) -> float:
        promise = ResidualGuarantee().derived(**{"default_base": 0.0, "default_glut": 0.0, name: rate})
        return float(vendor_alive(promise, np.full((len(UNIFORM), 9), log_ratio), UNIFORM)[:, 4].mean())

    return left


def _fade(k: float, t: np.ndarray[Any, Any]) -> Any:
    return cumulative_growth(1.0, 0.0, k, t)


def deflation_gap(k: float) -> float:
    steps = -np.diff(np.log(cost_index(Hardware().derived(deflation_long_run=0.0, deflation_fade=k), 8)))
    return float(steps[4] / steps[0])


def rents(r: float) -> float:
    leasing = Leasing().derived(inflation=r)
    return float(market_rent_path(leasing, 1.0, np.full((1, 9), leasing.natural_vacancy))[0, 4])


FLAT = {"deflation_now": 0.0, "deflation_long_run": 0.0, "deflation_surprise": 0.0, "surprise_year": 0.0}
ENGINE: dict[str, Yearly] = {
    **{path: grown(path) for path in (
        "demand.growth_now", "demand.growth_long_run", "demand.growth_by_year", "llm_developer.excess_growth_now",
        "llm_developer.excess_growth_long_run", "llm_costs.training_growth_now", "llm_costs.training_growth_long_run",
        "cloud_platform.core_growth_now", "cloud_platform.core_growth_long_run")},
    **{path: gap_left(_fade) for path in (
        "demand.growth_fade", "llm_developer.excess_growth_fade", "llm_costs.training_growth_fade",
        "cloud_platform.core_growth_fade")},
    "hardware.deflation_fade": deflation_gap,
    "hardware.deflation_now": cheapened(**FLAT | {"deflation_now": None, "deflation_long_run": None}),
    "hardware.deflation_long_run": cheapened(**FLAT | {"deflation_now": None, "deflation_long_run": None}),
    "hardware.deflation_by_year": cheapened(**FLAT | {"deflation_by_year": None}),
    "hardware.deflation_surprise": cheapened(**FLAT | {"deflation_surprise": None}),
    "llm_developer.erosion": erosion,
    "llm_funding.multiple_fade": multiple_left,
    "leasing.inflation": rents,
    "regime.boom_drift": boom, "regime.bust_drift": bust, "demand.bust_rate": unhurt,
    "regime.bust_rate": leaves(0), "regime.boom_rate": leaves(1),
    "export.rate": untouched_by_export,
    "offtaker.ig_base": paying(0), "offtaker.non_ig_base": paying(0),
    "offtaker.ig_price": paying(1, price=0.0), "offtaker.non_ig_price": paying(1, price=0.0),
    "offtaker.ig_demand": paying(2, state=-1.0), "offtaker.non_ig_demand": paying(2, state=-1.0),
    "contagion.weak_hazard": lab_short_of_money,
    "contract_credit.sovereign_default": paying(0),
    "contract_credit.cliff_rate": under_contract, "contract_credit.renegotiation_rate": not_renegotiated,
    "residual_guarantee.default_base": vendor("default_base", 0.0),
    "residual_guarantee.default_glut": vendor("default_glut", -60.0),
    PROGRAM: program_runs,
}


def test_every_rate_is_asked_and_no_other_unit_hides_one() -> None:
    assert ENGINE.keys() == OF_RATES.keys()
    plain = {path: item for path, item in declared(1).items() if item.unit not in RATES}
    assert not [path for path, item in plain.items() if "log" in item.unit.split() and "year" in item.unit]
    words = ("hazard", "continuous", "yearly rate")
    assert not [path for path, item in plain.items() if any(word in item.help.lower() for word in words)]


@pytest.mark.parametrize("path", OF_RATES)
def test_what_the_label_promises_of_a_year_is_what_the_engine_does(path: str) -> None:
    item = OF_RATES[path]
    rate = RATES[item.unit]
    least, most = rate.limits(float(item.low or 0.0), float(item.high or 0.0))
    for share in {most, round(0.5 * (least + most), 4), round(0.1 * least + 0.9 * most, 4)} - {0.0}:
        typed = f"{percent_text(share)}" if item.kind != "years" else " ".join([percent_text(share)] * 10)
        stored = parse(path, typed, Scenario().replace({"policy.programs": [{}]}))
        held = stored[0] if isinstance(stored, tuple) else stored
        assert isinstance(held, float)
        tolerance = 2e-4 if item.unit == "events per year" else 1e-6
        assert ENGINE[path](held) == pytest.approx(1.0 + rate.sign * share, abs=tolerance), f"{typed} {rate.words}"
        assert told(held, item.unit) == percent_text(share)


def test_the_case_of_the_market_page() -> None:
    """50 in each of ten years is spending times 1.5^10 = 57.7, not e^5 = 148.4."""
    path = parse("demand.growth_by_year", " ".join(["50%"] * 10))
    scenario = Scenario().replace({"demand.growth_by_year": path})
    assert np.exp(log_growth(scenario.demand, np.array([10.0]))[0]) == pytest.approx(1.5**10) == pytest.approx(57.665)
    assert parse("demand.growth_now", "100%") == log(2.0)
    assert parse("hardware.deflation_by_year", " ".join(["40%"] * 10))[0] == pytest.approx(-log(0.6))  # type: ignore


def test_a_plain_number_stays_what_is_stored_and_a_link_keeps_it() -> None:
    assert parse("demand.growth_now", "0.4") == 0.4
    assert decode("demand.growth_now=0.437").scenario.demand.growth_now == 0.437
    old = Scenario().replace({"demand.growth_now": 0.1 + 0.2, "hardware.deflation_by_year": (0.1 + 0.2,) * 10})
    assert decode(encode(old)).scenario == old


@pytest.mark.parametrize(
    ("path", "text", "words"),
    [
        ("demand.growth_now", "-100%", ("'-100%' is too low", "nothing would be left after a year")),
        ("demand.growth_now", "-250%", ("too low", "nothing would be left")),
        ("demand.growth_now", "122.56%", ("too high", "allowed is 0% to 122.55% a year")),
        ("demand.growth_now", "%", ("a value is missing",)),
        ("demand.growth_now", "nan%", ("a finite number is needed",)),
        ("demand.growth_now", "50%%", ("cannot be read",)),
        ("hardware.deflation_now", "100%", ("too high", "nothing would be left", "-10.51% to 32.96% fall a year")),
        ("regime.bust_drift", "-100%", ("too low", "nothing would be left", "-55.06% to 0% a year")),
        ("regime.boom_rate", "100%", ("too high", "chance a year")),
        ("demand.growth_by_year", " ".join(["50%"] * 9 + ["-100%"]), ("year 10", "nothing would be left")),
        ("demand.growth_by_year", " ".join(["50%"] * 9 + ["0.5"]), ("all 10 values with a percent sign, or none",)),
        ("gpu_debt.advance_cap", "50%", ("0.5, not as a percentage",)),
    ],
)
def test_a_percentage_out_of_bounds_is_refused_in_percent(path: str, text: str, words: tuple[str, ...]) -> None:
    with pytest.raises(ScenarioError) as refusal:
        parse(path, text)
    assert all(word in str(refusal.value) for word in (path, *words)), str(refusal.value)


def test_a_link_takes_no_percentage_and_says_what_is_stored() -> None:
    note = decode("demand.growth_now=50%25").notes[0]
    assert "0.5, not a percentage, would be 64.87% a year" in note and "50% a year is stored as 0.405465" in note


@given(st.sampled_from(sorted(RATES)), st.floats(-0.95, 3.0))
def test_there_and_back(unit: str, share: float) -> None:
    rate = RATES[unit]
    if rate.sign * share <= -0.99:
        return
    assert rate.shown(rate.stored(share)) == pytest.approx(share, abs=1e-12)
    assert (rate.stored(share) == 0.0) is (share == 0.0) and (rate.stored(share) > 0.0) is (share > 0.0)


def test_limits_may_be_typed() -> None:
    for path, item in OF_RATES.items():
        for share in RATES[item.unit].limits(float(item.low or 0.0), float(item.high or 0.0)):
            text = " ".join([percent_text(share)] * (10 if item.kind == "years" else 1))
            parse(path, text, Scenario().replace({"policy.programs": [{}]}))


def test_schema_and_catalog_name_what_is_typed() -> None:
    leaf = json_schema()["$defs"]["Demand"]["properties"]["growth_now"]
    assert (leaf["unit"], leaf["typed"], leaf["high"]) == ("log per year", "% a year", 0.8)
    assert value_text(declared()["demand.growth_now"].default) == "0.4"


def test_what_presets_say_of_growth_is_their_growth() -> None:
    """A percentage a year in a story is told of spending, which grows as ``demand.growth_now`` says."""
    said = 0
    for preset in presets().values():
        grows = [word for word in preset.story.split() if word.endswith("%") and "grows" in preset.story]
        for word in grows:
            growth = Scenario.preset(preset.name).demand.growth_now
            assert read_number(word.rstrip("%")) == round(100.0 * expm1(growth)), preset.story
            said += 1
    assert said, "the base says how fast spending grows"


def test_the_stories_of_a_cliff_are_its_chances() -> None:
    cliff = Scenario.preset("subsidy_cliff").policy.programs[0].schedule.cliff_rate
    assert "in three years of ten" in presets()["subsidy_cliff"].story
    assert -expm1(-cliff) == pytest.approx(0.3, abs=0.01) and -expm1(-2.0 * cliff) == pytest.approx(0.5, abs=0.01)


def is_outside(item: Entry) -> bool:
    """Whether the yearly factor of a default lies outside the interval of the fact that is named as its source."""
    facts = {row["id"]: row for table in (DATA / "facts").glob("*.csv") for row in csv.DictReader(table.open())}
    fact = facts.get(item.source)
    if fact is None or fact["unit"] != "x per year" or not fact["low"] or RATES[item.unit].sign < 0:
        return False
    factor = 1.0 + RATES[item.unit].shown(float(item.default))  # type: ignore[arg-type]
    return not float(fact["low"]) <= factor <= float(fact["high"])


def test_every_default_lies_in_the_interval_of_its_source() -> None:
    training = OF_RATES["llm_costs.training_growth_now"]
    assert training.source == "llm_economics-016" and "2.0 to 3.1 times a year" in training.help
    assert is_outside(replace(training, default=0.6)), "1.8 times a year where 2.0 to 3.1 were counted"
    assert not [path for path, item in OF_RATES.items() if is_outside(item)]
