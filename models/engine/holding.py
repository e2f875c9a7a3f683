"""Returns by holding period: windfall first, glut later.

A sale after s quarters brings the exit value times psi_s, solved once in the neutral world so that a holder for any
period just earns the hurdle at fair entry. So a four-year and a ten-year asset are compared on the same footing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from models.basis.shocks import REPLICATES, Shocks, draw_replicate, draw_shocks
from models.basis.timeline import Array, discount_factors
from models.claims.gpu_debt import financed_fleet
from models.claims.registry import CLASSES, VARIANTS, Claim, build_claims
from models.engine.prices import SEED, FairPrice, fair_prices, premium
from models.market.simulate import MarketPaths, simulate_market
from models.measures import returns, risk
from models.scenario.scenario import Scenario

PERIODS = (12, 20, 28, 40)
PSI_PATHS = 8_192
# Levered claims are sold at the price of the asset below them.
_BELOW = {"data_center": "data_center_unlevered", "gpu_debt_equity": "gpu_debt_equity_asset"}
_HELD = ("gpu_fleet", "data_center", "hardware_supplier", "llm_developer", "cloud_platform", "data_center_unlevered",
         "gpu_debt_equity")


@dataclass(frozen=True, eq=False)
class Held:
    """A claim held for some quarters: its net flows (paths, quarters + 1), zero after the sale, USD."""

    key: str
    quarters: int
    net: Array


def exit_factors(scenario: Scenario, quarters: Sequence[int] = PERIODS) -> dict[str, dict[int, float]]:
    """Psi of every class and holding period: fair price less flows before the sale, over the exit value.

    Returns
    -------
    dict
        Class -> quarters -> factor; 1 at the horizon and where nothing is left to sell.
    """
    return _exit_factors(scenario.neutral, tuple(quarters))


@lru_cache(maxsize=16)
def _exit_factors(neutral: Scenario, quarters: tuple[int, ...]) -> dict[str, dict[int, float]]:
    prices = fair_prices(neutral)
    earlier: dict[tuple[str, int], list[float]] = {}
    exits: dict[tuple[str, int], list[float]] = {}
    keys: set[str] = set()
    for group in range(REPLICATES):
        shocks = draw_replicate(SEED, group, PSI_PATHS // REPLICATES)
        market = simulate_market(neutral.setting, shocks)
        for key, claim in _unlevered(neutral, market, shocks).items():
            keys.add(key)
            price = prices["gpu_debt_equity" if key == "gpu_debt_equity_asset" else key]
            held, worth, v = _parts(claim, price, market.quarters)
            for s in quarters:
                earlier.setdefault((key, s), []).append(float((held[:, : s + 1] @ v[: s + 1]).mean()))
                exits.setdefault((key, s), []).append(float(worth[:, s].mean() * v[s]))
    out = {
        key: {s: _factor(float(np.mean(earlier[key, s])), float(np.mean(exits[key, s]))) for s in quarters}
        for key in keys
    }
    return out | {levered: out[below] for levered, below in _BELOW.items()}


def held_claims(
    scenario: Scenario, market: MarketPaths, shocks: Shocks, quarters: int, entry: str = "at_cost",
    keys: Sequence[str] = _HELD,
) -> dict[str, Held]:
    """Every claim bought at ``entry`` and sold after ``quarters``.

    Parameters
    ----------
    entry : {"fair", "at_cost"}
        At a market price the exit is re-rated as the entry is, so that no return is only a change of multiple.
    """
    prices, factors = fair_prices(scenario), exit_factors(scenario, sorted({*PERIODS, quarters}))
    out = {}
    for key, claim in build_claims(scenario, market, shocks, keys).by_key.items():
        if claim.exit_values is None:
            continue
        fair = prices[key]
        paid = premium(key, claim, fair, entry)
        factor = factors[key][quarters]
        if entry != "fair" and key in CLASSES and CLASSES[key].at_market and quarters < market.quarters:
            factor *= paid / fair.premium
        out[key] = Held(key, quarters, _sold(claim, paid, factor, quarters))
    return out


def holding_returns(
    scenario: Scenario, shocks: Shocks | None = None, *, periods: Sequence[int] = PERIODS, entry: str = "at_cost"
) -> pd.DataFrame:
    """Tidy table of every class and holding period.

    Columns: asset, label, quarters, years; irr_p05, irr_p50, irr_p95, irr_p50_se per year; probability_of_loss(+_se);
    wealth_p05, wealth_p50, wealth_p95, wealth_mean and their _se: what a dollar has become at the common horizon of
    ten years when proceeds earn the common funding rate after the sale, so that periods can be compared.
    """
    if shocks is None:
        shocks = draw_shocks(scenario.run.seed, scenario.run.paths)
    market = simulate_market(scenario.setting, shocks)
    rows = []
    for s in periods:
        for key, held in held_claims(scenario, market, shocks, s, entry).items():
            rate, _ = returns.irr(held.net)
            multiple = returns.moic(held.net)
            low, middle, high = risk.quantiles(rate, (0.05, 0.5, 0.95))
            rows.append({
                "asset": key, "label": (CLASSES.get(key) or VARIANTS[key]).label, "quarters": s, "years": s / 4,
                "irr_p05": low, "irr_p50": middle, "irr_p95": high,
                "irr_p50_se": risk.quantile_standard_error(rate, 0.5, shocks.replicate),
                "probability_of_loss": risk.probability_of_loss(multiple),
                "probability_of_loss_se": risk.probability_standard_error(multiple, 1.0, shocks.replicate),
                **_wealth(held.net, scenario.rates.cash_rate, shocks.replicate),
            })
    return pd.DataFrame(rows)


def _wealth(net: Array, rate: float, replicate: NDArray[np.int64]) -> dict[str, float]:
    """Terminal wealth of a dollar committed, by what is paid in and out at one reinvestment rate."""
    paid = -returns.npv(rate, np.minimum(net, 0.0).mean(axis=0))
    wealth = (1.0 + returns.npv(rate, net) / paid) * (1.0 + rate) ** ((net.shape[1] - 1) / 4)
    values = risk.quantiles(wealth, (0.05, 0.5, 0.95))
    errors = risk.quantile_standard_error(wealth, (0.05, 0.5, 0.95), replicate)
    out = {f"wealth_{name}": float(value) for name, value in zip(("p05", "p50", "p95"), values, strict=True)}
    out |= {f"wealth_{name}_se": float(error) for name, error in zip(("p05", "p50", "p95"), errors, strict=True)}
    mean, error = float(wealth.mean()), risk.mean_standard_error(wealth, replicate)
    return out | {"wealth_mean": mean, "wealth_mean_se": float(error)}


def _unlevered(neutral: Scenario, market: MarketPaths, shocks: Shocks) -> dict[str, Claim]:
    keys = [key for key in _HELD if key not in ("data_center", "gpu_debt_equity")]
    out = dict(build_claims(neutral, market, shocks, keys).by_key)
    out["gpu_debt_equity_asset"] = financed_fleet(neutral, market, shocks)
    return out


def _parts(claim: Claim, price: FairPrice, quarters: int) -> tuple[Array, Array, Array]:
    """Flows at fair entry without the horizon's own exit, exit values, and discount factors at the hurdle."""
    assert claim.exit_values is not None
    worth = claim.exit_values()
    net = claim.flows.with_entry(price.premium).net.copy(order="K")
    net[:, -1] -= _final_exit(claim)
    return net, worth, discount_factors(claim.hurdle, quarters)


def _final_exit(claim: Claim) -> Array | float:
    """The exit already inside a claim's last flow, USD."""
    for line in ("exit", "sale or exit", "sale"):
        if line in claim.flows.ledger and line != "sale or exit":
            return claim.flows.ledger[line][:, -1]
    if "own" in claim.flows.extras and claim.exit_values is not None:
        return claim.exit_values()[:, -1]
    return 0.0


def _factor(before: float, exit_value: float) -> float:
    return -before / exit_value if exit_value > 1e-9 * abs(before) and exit_value > 0 else 1.0


def _sold(claim: Claim, paid: float, factor: float, quarters: int) -> Array:
    """Net flows until the sale; a levered claim repays its debt first and walks away from a shortfall."""
    assert claim.exit_values is not None
    net = claim.flows.with_entry(paid).net
    if quarters >= net.shape[1] - 1:
        return net
    out = np.zeros_like(net)
    out[:, : quarters + 1] = net[:, : quarters + 1]
    proceeds = factor * claim.exit_values()[:, quarters]
    if claim.debt_due is not None:
        due = np.broadcast_to(claim.debt_due, net.shape)[:, quarters]
        proceeds = np.maximum(proceeds - due, 0.0)
    out[:, quarters] += proceeds
    return out
