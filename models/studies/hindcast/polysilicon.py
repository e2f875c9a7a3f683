"""Solar polysilicon, 2008 to 2012: a subsidized boom, a price of eleven times the old, and the overbuild after it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from models.basis.timeline import Array
from models.market.simulate import MarketPaths, market_curves
from models.studies.hindcast.observations import Observation, observed, reading
from models.studies.hindcast.past import Episode, PastScenario, past
from models.studies.hindcast.quarters import quarter_of
from models.studies.hindcast.record import Check, Replay, model_rows, observed_rows, spread, tidy

START = "2008-06-30"
INPUTS: dict[str, Any] = {
    # Costs did not fall: 35 dollars a kilogram before the boom, 42.5 for the marginal producer of 2011.
    "hardware.deflation_now": 0.0, "hardware.deflation_long_run": 0.0,
    # Producers built for 40 GW of demand and 30 GW came (note of the fact row).
    "overcapacity.peak": 40.0 / 30.0 - 1.0, "overcapacity.peak_quarter": 14,
}
LAST = 18


def replay() -> Replay:
    """The replay: the long-run price is that of 2004, the run begins at the peak of 2008."""
    scenario = _scenario()
    market = Episode(scenario).market
    index = market.price / market.price[:, :1] * reading("polysilicon-2").value
    later = [reading(f"polysilicon-{k}") for k in (3, 4, 5)]
    cost, shut = reading("polysilicon-6"), reading("polysilicon-7")
    quarter = quarter_of(START, reading("polysilicon-4").date)
    checks = (
        *(_price(seen, index) for seen in later),
        Check("Price over the operating cost of the old machines, June 2012", "x", 0.0, 1.0,
              spread(_over_cost(scenario, market, quarter)), source=cost.source),
        Check("Capacity that stands idle, June 2012", "share", shut.value, 1.0,
              spread(1.0 - market.utilization[:, quarter]), source=shut.source),
    )
    return Replay(
        name="polysilicon", title="Solar polysilicon, 2008 to 2012",
        story="Subsidies made solar silicon scarce and eleven times as dear as before. Everybody built; four years "
        "later the price was 95% lower and more than half of China's producers were shut.",
        inputs=INPUTS | {"clearing.spot_price": scenario.clearing.spot_price},
        checks=checks, note=_note(scenario, market),
        frame=_frame(market, index),
    )


def _scenario() -> PastScenario:
    """Spot price over long-run price as the peak of 2008 over the price of 2004."""
    world = past(INPUTS)
    level = float(market_curves(world.setting, 40).price[0])
    ratio = reading("polysilicon-2").value / reading("polysilicon-1").value
    return world.replace({"clearing.spot_price": level * ratio})


def _price(seen: Observation, index: Array) -> Check:
    return Check(f"{seen.label}, spot price", seen.unit, seen.value, seen.value,
                 spread(index[:, quarter_of(START, seen.date)]), source=seen.source, rule="range")


def _over_cost(scenario: PastScenario, market: MarketPaths, quarter: int) -> Array:
    """Income of the oldest machines over what they cost to run, per available hour, (paths,)."""
    earned = scenario.hardware.availability * market.utilization[:, quarter] * market.price[:, quarter]
    return np.asarray(earned / market.curves.old_cash_cost[quarter])


def _frame(market: MarketPaths, index: Array) -> pd.DataFrame:
    seen, quarters = observed("polysilicon", "spot price")[1:], range(LAST + 1)
    return tidy(
        model_rows("spot price", "USD/kg", quarters, index[:, : LAST + 1], START),
        observed_rows("spot price", seen, start=START),
        model_rows("utilization", "share", quarters, market.utilization[:, : LAST + 1], START),
    )


def _note(scenario: PastScenario, market: MarketPaths) -> str:
    quarter = quarter_of(START, reading("polysilicon-4").date)
    ratio = float(np.median(_over_cost(scenario, market, quarter)))
    return (
        "Prices come down as they did, but not because producers go under: the income of the old machines is still "
        f"{ratio:.1f} times what they cost to run, where it was "
        f"{reading('polysilicon-4').value / reading('polysilicon-6').value:.2f}. A third too much capacity is what one "
        "row says was planned, and more was built. Running cost is a smaller part of the price of compute than of "
        "silicon, and the model's surplus capacity still sells, at a discount. The peak price is a quote of a thin "
        "spot market (another source has 500), far above the ceiling the model lets a price reach by itself."
    )
