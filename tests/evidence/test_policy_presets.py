"""Policy presets on one path without shocks, O = 0, against the figures of an independent implementation (model 5.8).

Price is the change of the home price against the same bloc without programs. Value is that of an unlevered merchant
fleet at 12% per H100e of 22 thousand dollars, split by switching one channel of the programs off.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import pytest

from models.assets.gpu_fleet.fleet import MARKET_POWER_PRICE
from models.basis.shocks import calm_shocks
from models.basis.timeline import discount_factors
from models.claims.registry import build_claims
from models.market.simulate import MarketPaths, simulate_market
from models.scenario.scenario import Scenario
from tests.engine.figures import FIRST_EDITION

# Where the fleet stands and what it pays for chips are no policy: the table holds them at the default, and its fleet
# is a full recipient.
TABLE: dict[str, Any] = {
    **FIRST_EDITION,
    "overcapacity.peak": 0.0,
    "gpu_fleet.contracted_share": 0.0,
    "gpu_fleet.power_price": MARKET_POWER_PRICE,
    "gpu_fleet.cost_factor": 1.0,
    "policy.fleet_share": 1.0,
}
PRICE, VALUE, UNITS = 0.15, 0.05, 0.03  # tolerances: percentage points, thousand dollars, share of N
ROUNDING = 0.005
BLOCS = ("us", "eu_gigafactories", "france_uk", "gulf", "india", "japan_korea", "canada", "china")


@dataclass(frozen=True)
class Row:
    """One bloc: USD bn spent, million H100e built, price change in % at each quarter, value in thousand USD."""

    spent: float
    units: float
    price: np.ndarray
    none: float
    direct: float
    market: float
    interaction: float
    paths: MarketPaths


@lru_cache(maxsize=32)
def row(name: str, intensity: float = 1.0) -> Row:
    scenario = Scenario.preset(name).replace({**TABLE, "policy.intensity": intensity}).calm
    none, bare = value(scenario.replace({"policy.programs": []}))
    both, paths = value(scenario)
    direct = value(scenario.replace({"policy.market_channel": False}))[0] - none
    market = value(scenario.replace({"policy.direct_channel": False}))[0] - none
    return Row(
        spent=sum(float(money.sum()) for money in paths.policy.spend.values()) / 1e9,
        units=float(paths.policy.builds.sum()) / 1e6,
        price=100.0 * (paths.price[0] / bare.price[0] - 1.0),
        none=none, direct=direct, market=market, interaction=both - none - direct - market, paths=paths,
    )


def value(scenario: Scenario) -> tuple[float, MarketPaths]:
    shocks = calm_shocks()
    market = simulate_market(scenario.setting, shocks)
    flows = build_claims(scenario, market, shocks, ["gpu_fleet"]).by_key["gpu_fleet"].flows.net[0]
    return float(flows @ discount_factors(0.12, len(flows) - 1)) / 1e3, market


def cap_use(paths: MarketPaths, share: float) -> float:
    """Highest share of the bloc's planned additions that a program builds in a quarter."""
    built = paths.policy.builds[0] > 0
    return float((paths.policy.builds[0][built] / (share * paths.planned_additions[built])).max())


@pytest.mark.parametrize(
    ("name", "spent", "units", "price", "direct", "market"),
    [
        ("us", 5.25, 2.46, (0.0, -0.2, -0.3), 1.46, -0.08),
        ("eu_gigafactories", 4.06, 0.54, (0.5, -0.3, -0.75), 5.40, -0.21),
        ("france_uk", 2.80, 0.09, (1.0, -0.1, -0.3), 0.88, 0.00),
        ("gulf", 21.0, 1.40, (0.0, -2.8, -3.6), 2.25, -0.76),
        ("india", 0.05, 0.0, (0.0, 0.0, 0.0), 0.0, -0.13),
        ("japan_korea", 4.51, 0.56, (0.6, -0.6, -0.9), 5.40, -0.16),
        ("canada", 0.50, 0.05, (0.3, -0.1, -0.2), 4.90, -0.07),
        ("china", 14.0, 0.82, (2.1, -0.5, -1.0), 5.36, -0.66),
    ],
)
def test_bloc_at_announced_budgets(
    name: str, spent: float, units: float, price: tuple[float, float, float], direct: float, market: float
) -> None:
    got = row(name)
    assert got.spent == pytest.approx(spent, abs=ROUNDING)
    assert got.units == pytest.approx(units, abs=max(UNITS * units, ROUNDING))
    assert got.price[[4, 12, 20]] == pytest.approx(price, abs=PRICE)
    assert abs(got.price[40]) < 0.1
    assert got.none == pytest.approx(0.57, abs=VALUE)
    assert got.direct == pytest.approx(direct, abs=VALUE)
    assert got.market == pytest.approx(market, abs=VALUE)
    assert abs(got.interaction) < 0.03 + ROUNDING
    assert got.paths.policy.unspent.sum() == 0.0


@pytest.mark.parametrize(("intensity", "price", "market"), [(10.0, -2.9, -0.57), (30.0, -6.2, -1.1)])
def test_more_of_the_american_program(intensity: float, price: float, market: float) -> None:
    got = row("us", intensity)
    assert got.price[20] == pytest.approx(price, abs=PRICE)
    assert got.market == pytest.approx(market, abs=VALUE)
    assert got.direct == pytest.approx(row("us").direct, abs=1e-9), "a recipient's rate is fixed"


def test_the_build_cap_binds_at_twenty_times_the_american_budget() -> None:
    assert cap_use(row("us", 15.0).paths, 0.70) < 0.25
    assert cap_use(row("us", 20.0).paths, 0.70) == pytest.approx(0.25, abs=1e-12)
    assert row("us", 15.0).paths.policy.unspent.sum() == 0.0 < row("us", 30.0).paths.policy.unspent.sum()


def test_ten_times_the_european_program() -> None:
    price = row("eu_gigafactories", 10.0).price
    assert price[4] == pytest.approx(5.0, abs=PRICE)
    assert price[20] == pytest.approx(-5.7, abs=PRICE)


def test_the_gulf_builds_a_seventh_of_what_is_planned_there() -> None:
    paths = row("gulf").paths
    built = paths.policy.builds[0] > 0
    planned = 0.03 * paths.planned_additions[built].sum()
    assert paths.policy.builds.sum() / planned == pytest.approx(0.14, abs=ROUNDING)


def test_the_chinese_market_part_is_mostly_localization() -> None:
    scenario = Scenario.preset("china").replace(TABLE).calm
    none, _ = value(scenario.replace({"policy.programs": []}))
    bound, _ = value(scenario.replace({"policy.programs": [], "localization.share": 0.90}))
    assert bound - none < 0.5 * row("china").market < 0.0


@pytest.mark.parametrize("name", BLOCS)
def test_an_unsubsidized_fleet_receives_nothing_directly(name: str) -> None:
    off = {"policy.market_channel": False, "policy.direct_channel": False}
    scenario = Scenario.preset(name).replace({**TABLE, **off}).calm
    none = scenario.replace({"policy.programs": []})
    assert value(scenario)[0] == value(none)[0]


@pytest.mark.parametrize("name", BLOCS)
def test_no_money_is_no_policy_bit_for_bit(name: str) -> None:
    scenario = Scenario.preset(name).calm
    nothing, none = (
        simulate_market(s.setting, calm_shocks())
        for s in (scenario.replace({"policy.intensity": 0.0}), scenario.replace({"policy.programs": []}))
    )
    assert nothing.home is nothing.world
    for array in ("price", "utilization", "surplus"):
        assert np.array_equal(getattr(nothing, array), getattr(none, array))


@pytest.mark.parametrize("name", BLOCS)
def test_money_is_accounted_for(name: str) -> None:
    scenario = Scenario.preset(name)
    plan = scenario.policy.programs[0].schedule
    paths = row(name).paths
    quarterly = sum(money[0] for money in paths.policy.spend.values())
    live = (np.arange(len(quarterly)) >= plan.start) & (np.arange(len(quarterly)) < plan.stop)
    assert quarterly == pytest.approx(np.where(live, plan.budget * plan.disbursement / (plan.stop - plan.start), 0.0))
