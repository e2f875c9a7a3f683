"""What hurts a class and what helps it: one driver moved at a time, on shared draws, at the price already paid."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from models.basis.entry import Entry, Value
from models.basis.shocks import Shocks, draw_shocks
from models.basis.timeline import Array
from models.claims.registry import CLASSES, VARIANTS, build_claims
from models.engine.prices import fair_prices, market_price
from models.engine.valuation import committed_capital
from models.errors import ScenarioError
from models.market.simulate import simulate_market
from models.measures import returns, risk
from models.scenario.catalog import PROGRAMS, catalog, with_programs
from models.scenario.catalog import entry as declared
from models.scenario.scenario import Scenario

PATHS = 1_024
COLUMNS = ("path", "label", "unit", "before", "after", "asset", "effect", "effect_se", "problem")


@dataclass(frozen=True)
class Driver:
    """One driver of the dependence map and how far it is moved: by ``step``, or by ``factor`` of its value.

    A path with ``*`` stands for the same field of every program.
    """

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
    Driver(f"{PROGRAMS}.*.schedule.cliff_rate", "Policy cliff", step=0.20),
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
        item = declaration(driver.path)
        before, after, changes, problem = _move(driver, scenario, shocks)
        there: dict[str, Array] = {}
        if not problem:
            try:
                there = _values(scenario.replace(changes), shocks, paid)
            except ScenarioError as error:
                problem = str(error)
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


def declaration(path: str) -> Entry:
    """Declared assumption behind a driver; that of the first program where the driver is in all of them."""
    return declared(path.replace("*", "0"), with_programs(Scenario(), 1))


def _move(driver: Driver, scenario: Scenario, shocks: Shocks) -> tuple[float, float, dict[str, Value], str]:
    """Value before and after, the changes that make it, and why there are none (empty otherwise)."""
    count = len(scenario.policy.programs)
    paths = [driver.path.replace("*", str(i)) for i in range(count)] if "*" in driver.path else [driver.path]
    if not paths:
        return np.nan, np.nan, {}, "No program runs in this scenario, so none can end."
    entries = [declared(path, scenario) for path in paths]
    held = _held_by(driver.path, scenario)
    if held:
        return np.nan, np.nan, {}, f"{held} is given, which is used instead."
    before = [_number(item, scenario, shocks) for item in entries]
    after = [
        _moved(driver, value, float(item.low or 0.0), float(item.high or 0.0))
        for item, value in zip(entries, before, strict=True)
    ]
    return float(np.mean(before)), float(np.mean(after)), dict(zip(paths, after, strict=True)), ""


def _held_by(path: str, scenario: Scenario) -> str:
    """Label of the path by year that replaces a driver; empty where it acts."""
    return next((item.label for item in catalog(scenario) if path in item.replaces and item.value is not None), "")


def _number(item: Entry, scenario: Scenario, shocks: Shocks) -> float:
    return float(item.value) if isinstance(item.value, int | float) else _spot(scenario, shocks)


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
