"""Returns by holding period: windfall first, glut later.

A sale after s quarters brings the exit value times psi_s, solved once in the neutral world so that a holder for any
period just earns the hurdle at fair entry. So a four-year and a ten-year asset are compared on the same footing.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
import pandas as pd

from models.basis.shocks import REPLICATES, Shocks, draw_replicate, draw_shocks
from models.basis.timeline import Array, discount_factors
from models.claims.gpu_debt import financed_fleet
from models.claims.registry import CLASSES, VARIANTS, Claim, build_claims
from models.engine import estimate
from models.engine.estimate import Estimate, Replicate
from models.engine.evaluate import Evaluation
from models.engine.position import Position
from models.engine.prices import SEED, FairPrice, fair_prices
from models.engine.wealth import EntryName, wealth_of_cash
from models.engine.world import World
from models.market.simulate import MarketPaths, simulate_market
from models.measures import returns
from models.scenario.scenario import Scenario

PERIODS = (12, 20, 28, 40)
PATHS = 4_096
PSI_PATHS = 8_192
# Levered claims are sold at the price of the asset below them.
_BELOW = {"data_center": "data_center_unlevered", "gpu_debt_equity": "gpu_debt_equity_asset"}
_HELD = ("gpu_fleet", "data_center", "hardware_supplier", "llm_developer", "cloud_platform", "gpu_debt_equity",
         "data_center_unlevered")


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
    world: World, quarters: int, entry: str = "at_cost", keys: Sequence[str] = _HELD
) -> dict[str, Array]:
    """Net flows, (paths, quarters + 1), USD, of every claim bought at ``entry`` and sold after ``quarters``.

    Parameters
    ----------
    entry : {"fair", "at_cost"}
        At a market price the exit is re-rated as the entry is, so that no return is only a change of multiple.
    """
    factors = exit_factors(world.scenario, sorted({*PERIODS, quarters}))
    out = {}
    for key, position in world.positions(keys, entry).items():
        if position.claim.exit_values is None:
            continue
        factor = factors[key][quarters]
        if entry != "fair" and key in CLASSES and CLASSES[key].at_market and quarters < world.market.quarters:
            factor *= position.premium / world.prices[key].premium
        out[key] = _sold(position, factor, quarters)
    return out


def holding_returns(
    scenario: Scenario, shocks: Shocks | None = None, *, periods: Sequence[int] = PERIODS, entry: str = "at_cost"
) -> pd.DataFrame:
    """Tidy table of every class and holding period.

    Columns: asset, label, quarters, years; irr_p05, irr_p50, irr_p95, irr_p50_se per year; probability_of_loss(+_se);
    wealth_p05, wealth_p50, wealth_p95, wealth_mean and their _se: what a dollar has become at the common horizon of
    ten years when proceeds earn the common funding rate after the sale, so that periods can be compared.
    """
    world = World(scenario, shocks or draw_shocks(scenario.run.seed, scenario.run.paths))
    rate, replicate = scenario.in_force.rates.cash_rate, world.shocks.replicate
    rows = []
    for s in periods:
        for key, net in held_claims(world, s, entry).items():
            paid = -returns.npv(rate, np.minimum(net, 0.0).mean(axis=0))
            wealth = (1.0 + returns.npv(rate, net) / paid) * (1.0 + rate) ** ((net.shape[1] - 1) / 4)
            irr = estimate.quantiles(returns.irr(net)[0], replicate)
            multiple = returns.moic(net)
            lost = estimate.mean(np.where(np.isnan(multiple), np.nan, multiple < 1.0), replicate)
            spread = irr.p05.value, irr.p50.value, irr.p95.value
            rows.append(_row(key, s, spread, irr.p50.error, lost, replicate, wealth))
    return pd.DataFrame(rows)


def horizon(evaluation: Evaluation, entry: EntryName = "at_cost") -> pd.DataFrame:
    """Holding periods side by side: columns of `holding_returns`, and ``at_maturity``.

    A return a year flatters a short holding, because it says nothing of what the money does after the sale: so every
    period is also carried to the common horizon. A loan is not sold; it has one row, its term.
    """
    scenario = evaluation.scenario
    table = holding_returns(scenario, draw_shocks(scenario.run.seed, min(PATHS, scenario.run.paths)), entry=entry)
    table = table[table["asset"].isin(list(CLASSES))].assign(at_maturity=False)
    loan = [] if evaluation.assets["gpu_debt"].absent(entry) else [_loan(evaluation, entry)]
    out = pd.concat([table, *(pd.DataFrame([row]) for row in loan)], ignore_index=True)
    order = {key: i for i, key in enumerate(CLASSES)}
    return out.sort_values(["asset", "quarters"], key=lambda c: c.map(order) if c.name == "asset" else c).reset_index(
        drop=True
    )


def _loan(evaluation: Evaluation, entry: EntryName) -> dict[str, object]:
    """The loan, held until it is repaid."""
    result, kept = evaluation.assets["gpu_debt"], evaluation.sample.assets["gpu_debt"].bought[entry]
    measures, terms = result.entry(entry), evaluation.claims.loan_terms
    wealth = wealth_of_cash(kept.rates) * (1.0 + kept.cash_npv / measures.capital)
    lost = Estimate(measures.probability_of_loss, measures.probability_of_loss_se)
    irr = measures.irr
    row = _row(
        "gpu_debt", PERIODS[-1] if terms is None else terms.last, (irr.p05, irr.p50, irr.p95), irr.p50_se, lost,
        kept.replicate, wealth,
    )
    return row | {"at_maturity": True}


def _row(
    key: str, quarters: int, irr: tuple[float, float, float], irr_se: float, lost: Estimate, replicate: Replicate,
    wealth: Array,
) -> dict[str, object]:
    """One class and holding period; terminal wealth of a dollar committed, (paths,)."""
    spread, mean = estimate.quantiles(wealth, replicate), estimate.mean(wealth, replicate)
    return {
        "asset": key, "label": (CLASSES.get(key) or VARIANTS[key]).label, "quarters": quarters, "years": quarters / 4,
        "irr_p05": irr[0], "irr_p50": irr[1], "irr_p95": irr[2], "irr_p50_se": irr_se,
        "probability_of_loss": lost.value, "probability_of_loss_se": lost.error,
        "wealth_p05": spread.p05.value, "wealth_p50": spread.p50.value, "wealth_p95": spread.p95.value,
        "wealth_p05_se": spread.p05.error, "wealth_p50_se": spread.p50.error, "wealth_p95_se": spread.p95.error,
        "wealth_mean": mean.value, "wealth_mean_se": mean.error,
    }


def _unlevered(neutral: Scenario, market: MarketPaths, shocks: Shocks) -> dict[str, Claim]:
    keys = [key for key in _HELD if key not in ("data_center", "gpu_debt_equity")]
    out = dict(build_claims(neutral, market, shocks, keys).by_key)
    out["gpu_debt_equity_asset"] = financed_fleet(neutral.in_force, market, shocks)
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


def _sold(position: Position, factor: float, quarters: int) -> Array:
    """Net flows until the sale; a levered claim repays its debt first and walks away from a shortfall."""
    net, claim = position.net, position.claim
    assert claim.exit_values is not None
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
