"""Value per dollar of every class on shared draws: the quantity that decisions compare, without measuring the rest."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np

from models.basis.shocks import Shocks
from models.basis.timeline import Array
from models.claims.registry import CLASSES, PICKS, build_claims
from models.engine.prices import fair_prices, market_price
from models.engine.valuation import committed_capital
from models.market.simulate import simulate_market
from models.measures import returns
from models.scenario.scenario import Scenario


def class_values(
    scenario: Scenario, shocks: Shocks, keys: Iterable[str] = tuple(CLASSES), entry: str = "fair"
) -> dict[str, Array]:
    """Present value over cash per dollar of capital, (paths,), of each class.

    Parameters
    ----------
    shocks : Shocks
        Compared scenarios must be given the same object.
    entry : {"fair", "at_cost"}
    """
    wanted = tuple(keys)
    market = simulate_market(scenario.setting, shocks)
    prices = fair_prices(scenario)
    out = {}
    for key, claim in build_claims(scenario, market, shocks, wanted).by_key.items():
        premium = prices[key].premium if entry == "fair" else market_price(key, claim, prices[key])
        flows = claim.flows.with_entry(premium)
        capital = committed_capital(flows, scenario.rates.cash_rate)
        out[key] = returns.npv(scenario.rates.cash_rate, flows.net) / capital
    return out


def family_lead(values: Mapping[str, Array]) -> Array:
    """Mean value per dollar of picks and shovels less that of LLM and cloud, (paths,), equal weights in a family."""
    picks = [value for key, value in values.items() if CLASSES[key].family == PICKS]
    others = [value for key, value in values.items() if CLASSES[key].family != PICKS]
    return np.asarray(np.mean(picks, axis=0) - np.mean(others, axis=0))
