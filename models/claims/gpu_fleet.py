"""One H100e of the scenario's own fleet: its claim, what it earns on, and what may become of it."""

from __future__ import annotations

from functools import partial

import numpy as np
from numpy.typing import NDArray

from models.assets.gpu_fleet import fleet as gpu_fleet
from models.basis.shocks import Shocks
from models.basis.timeline import Array
from models.claims.asset_class import PICKS, AssetClass, Run, Series, line, quarters
from models.claims.claim import Claim, Claims
from models.claims.contagion import lab_draws
from models.claims.fleet_run import run_fleet
from models.market.simulate import MarketPaths
from models.scenario.scenario import Scenario

KEY = "gpu_fleet"


def fleet_claim(scenario: Scenario, market: MarketPaths, shocks: Shocks) -> Claim:
    """Claim on one H100e of the scenario's fleet."""
    run = run_fleet(scenario, scenario.gpu_fleet, market, shocks)
    flows = gpu_fleet.cash_flows(run.terms, market, run.support, run.flow, run.extras, run.protection)
    return Claim(
        flows,
        gpu_fleet.fleet_hurdle(run.fleet, scenario.hardware),
        run.terms.cost + run.protection,
        exit_values=lambda: run.exit_values(market),
    )


def _build(scenario: Scenario, market: MarketPaths, shocks: Shocks) -> Claims:
    return Claims({KEY: fleet_claim(scenario, market, shocks)})


def contract_draws(scenario: Scenario) -> tuple[str, ...]:
    """Draws of a fleet under a contract, with its vendor's where he guarantees the residual."""
    vendor = ("vendor_u",) if scenario.residual_guarantee.is_on else ()
    return ("offtaker_u", *vendor, *lab_draws(scenario, flag=True))


def _in_life(run: Run) -> NDArray[np.bool_]:
    """Quarters in which the fleet earns, (1, quarters + 1): from the ramp to the end of its life, or to its sale."""
    last = int(line(run, KEY, "last")[0])
    return (quarters(run) > run.scenario.hardware.ramp_quarters) & (quarters(run) <= last)


def _rate(name: str, run: Run) -> Array:
    """Yearly rate of a line while the fleet is in its life and not scrapped; (paths, quarters + 1)."""
    stands = quarters(run) < line(run, KEY, "scrapped_at")[:, None]
    return np.where(_in_life(run) & stands, 4.0 * line(run, KEY, name), np.nan)


def _mean_cost(run: Run) -> Array:
    """Mean running cost of fleets not scrapped, a year, (1, quarters + 1); 0 outside their life."""
    cost = _rate("running_cost", run)
    stands = ~np.isnan(cost)
    total = np.where(stands, cost, 0.0).sum(axis=0) / np.maximum(stands.sum(axis=0), 1)
    return np.asarray(total[None, :])


def _until_last(is_so: NDArray[np.bool_], run: Run) -> NDArray[np.bool_]:
    """Whether something is so, until the fleet's last quarter; false before it earns."""
    return (is_so & _in_life(run))[:, : int(line(run, KEY, "last")[0]) + 1]


CLASS = AssetClass(
    KEY, "GPU fleet", PICKS, "H100e", _build, is_lean=True,
    short="GPU fleet", subject="GPU fleets", is_plural=True, color="vermilion",
    slices=(
        "gpu_fleet", "chip", "cluster", "fleet_stages", "residual_guarantee", "offtaker", "hardware", "tax",
    ),
    draws=contract_draws,
    series={
        "revenue": Series("Revenue of one H100e", "USD a year", partial(_rate, "revenue"), _mean_cost,
                          "mean running cost"),
        "rent": Series("Spot rent in the home bloc", "USD/h", lambda run: run.market.price,
                       lambda run: run.market.curves.price[None, : run.market.quarters + 1],
                       "break-even of a new machine"),
    },
    events={
        "idle or scrapped": lambda run: _until_last(line(run, KEY, "revenue") == 0.0, run),
        "customer has stopped paying": lambda run: _until_last(~line(run, KEY, "alive").astype(bool), run),
    },
)
