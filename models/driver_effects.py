"""What hurts a class and what helps it: one driver moved at a time, on shared draws, at the price already paid."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from models.basis.shocks import Shocks, draw_shocks
from models.basis.timeline import Array
from models.calibration import fair_prices, market_price
from models.catalog import entry as declared
from models.claims import CLASSES, VARIANTS, build_claims
from models.errors import ScenarioError
from models.market.simulate import simulate_market
from models.measures import returns, risk
from models.scenario import Scenario
from models.valuation import committed_capital

PATHS = 1_024
COLUMNS = ("path", "label", "unit", "before", "after", "asset", "effect", "effect_se", "problem")


@dataclass(frozen=True)
class Driver:
    """One driver of the dependence map and how far it is moved: by ``step``, or by ``factor`` of its value."""

    path: str
    label: str
    step: float = 0.0
    factor: float = 1.0


DRIVERS = (
    Driver("demand.growth_now", "Demand growth", factor=1.10),
    Driver("overcapacity.peak", "Overcapacity at its peak", step=0.25),
    Driver("clearing.spot_price", "Rental price today", factor=1.10),
    Driver("hardware.deflation_surprise", "Hardware deflation surprise", step=0.03),
    Driver("localization.share", "Localized demand", step=0.20),
    Driver("rates.base_rate", "Base rate", step=0.01),
)


def driver_effects(
    scenario: Scenario, entry: str = "fair", progress: Callable[[float], None] | None = None
) -> pd.DataFrame:
    """Change in mean value at the class's hurdle per dollar committed, one row a driver and class (close variants too).

    Parameters
    ----------
    entry : {"fair", "at_cost"}
        What was paid; it stays the same while the driver moves.
    progress : callable, optional
        Called with the share done after each driver.

    Returns
    -------
    DataFrame
        path, label, unit, before, after, asset, effect, effect_se (share of capital), problem: why a driver could not
        be moved, empty otherwise.
    """
    shocks = draw_shocks(scenario.run.seed, min(PATHS, scenario.run.paths))
    paid = _premiums(scenario, shocks, entry)
    today = _values(scenario, shocks, paid)
    rows = []
    for done, driver in enumerate(DRIVERS, start=1):
        item = declared(driver.path, scenario)
        before = _spot(scenario, shocks) if item.value is None else float(item.value)
        after = _moved(driver, before, float(item.low or 0.0), float(item.high or 0.0))
        try:
            there = _values(scenario.replace({driver.path: after}), shocks, paid)
            problem = ""
        except ScenarioError as error:
            there, problem = {}, str(error)
        for key, values in today.items():
            gap = there[key] - values if key in there else np.full_like(values, np.nan)
            rows.append((
                driver.path, driver.label, item.unit, before, after, key, float(gap.mean()),
                float(risk.mean_standard_error(gap, shocks.replicate)), problem,
            ))
        if progress is not None:
            progress(done / len(DRIVERS))
    frame = pd.DataFrame(rows, columns=list(COLUMNS))
    frame.attrs["units"] = {"effect": "share of capital", "effect_se": "share of capital"}
    return frame


def _moved(driver: Driver, before: float, low: float, high: float) -> float:
    """New value: upwards where the bound leaves room for it, else downwards."""
    move = driver.step or before * (driver.factor - 1.0) or driver.factor - 1.0
    after = before + move
    if after > high + 1e-12:
        after = before - move
    return float(round(min(max(after, low), high), 6))


def _spot(scenario: Scenario, shocks: Shocks) -> float:
    """Rental price at closing where the scenario states none, USD/h."""
    return float(simulate_market(scenario.setting, shocks).price[:, 0].mean())


def _premiums(scenario: Scenario, shocks: Shocks, entry: str) -> dict[str, float]:
    prices = fair_prices(scenario)
    if entry == "fair":
        return {key: prices[key].premium for key in (*CLASSES, *VARIANTS)}
    claims = build_claims(scenario, simulate_market(scenario.setting, shocks), shocks)
    return {key: market_price(key, claim, prices[key]) for key, claim in claims.by_key.items()}


def _values(scenario: Scenario, shocks: Shocks, paid: dict[str, float]) -> dict[str, Array]:
    """Present value at the hurdle per dollar of capital, (paths,), of every claim."""
    market = simulate_market(scenario.setting, shocks)
    out = {}
    for key, claim in build_claims(scenario, market, shocks).by_key.items():
        flows = claim.flows.with_entry(paid[key])
        capital = committed_capital(flows, scenario.rates.cash_rate)
        out[key] = np.asarray(returns.npv(claim.hurdle, flows.net) / capital)
    return out
