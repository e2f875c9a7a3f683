"""What a dollar in each class becomes: the matrix of paths and classes that every allocation question is asked of.

Money that is not in a class yet, or no longer, earns the common funding rate. So the terminal wealth of a dollar is
(1 + value over cash) times what cash alone would have become, whatever the life of the asset: a four-year loan and a
ten-year building stand on the same footing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from models.basis.investor import Rates
from models.basis.shocks import Method, Shocks, draw_shocks
from models.basis.timeline import QUARTERS, Array
from models.claims.registry import CLASSES, Claims, build_claims
from models.engine.evaluate import Evaluation
from models.engine.prices import fair_prices, market_price, steadied
from models.engine.valuation import committed_capital
from models.market.simulate import simulate_market
from models.measures import returns, risk
from models.scenario.scenario import Scenario

EntryName = Literal["fair", "at_cost"]
TRAINING_OFFSET = 1_000_003
"""Seeds of the draws that rules are fitted on lie this far from those that they are valued on."""
NO_WEALTH = 0.01
"""Wealth below one percent of today's counts as one percent while mixes and rules are fitted, never when a mix or a
strategy is reported."""


@dataclass(frozen=True, eq=False)
class Outcomes:
    """Value of a dollar in each class on the same paths.

    Attributes
    ----------
    keys : tuple of str
        Classes, one per column.
    gains : (paths, classes)
        Present value over cash per dollar committed; terminal wealth is (1 + gain) times that of cash.
    steady : (paths, classes)
        The same mean with less noise (control variates of the LLM developer); for means only.
    replicate : (paths,)
        Independent scramble of each path, for standard errors.
    """

    keys: tuple[str, ...]
    gains: Array
    steady: Array
    replicate: NDArray[np.int64]

    @property
    def means(self) -> Array:
        """Mean value over cash per dollar, (classes,)."""
        return np.asarray(self.steady.mean(axis=0))


def outcomes(
    scenario: Scenario, shocks: Shocks, entry: EntryName = "fair", priced: Scenario | None = None
) -> Outcomes:
    """Outcomes of the six classes of a scenario on the given draws.

    Parameters
    ----------
    priced : Scenario, optional
        Scenario whose entry prices are paid; the same one if omitted. A buyer who does not know yet which world comes
        pays the price of the world he expects.
    """
    market = simulate_market(scenario.setting, shocks)
    claims = build_claims(scenario, market, shocks, tuple(CLASSES))
    return _outcomes(claims, priced or scenario, shocks.replicate, entry)


def outcomes_of(evaluation: Evaluation, entry: EntryName = "fair") -> Outcomes:
    """Outcomes on the paths of an evaluation: the ones its pages show."""
    return _outcomes(evaluation.claims, evaluation.scenario, evaluation.replicate, entry)


def _outcomes(claims: Claims, priced: Scenario, replicate: NDArray[np.int64], entry: EntryName) -> Outcomes:
    prices, rate = fair_prices(priced), priced.rates.cash_rate
    values, steady = [], []
    for key in CLASSES:
        claim = claims.by_key[key]
        premium = prices[key].premium if entry == "fair" else market_price(key, claim, prices[key])
        flows = claim.flows.with_entry(premium)
        value = returns.npv(rate, flows.net) / committed_capital(flows, rate)
        values.append(value)
        steady.append(steadied(value, claim.controls))
    return Outcomes(tuple(CLASSES), np.stack(values, axis=1), np.stack(steady, axis=1), replicate)


def training_shocks(scenario: Scenario, paths: int) -> Shocks:
    """Draws that rules and mixes are fitted on; never those of the scenario's own evaluation."""
    method: Method = "sobol" if scenario.run.method == "sobol" else "random"
    return draw_shocks((scenario.run.seed + TRAINING_OFFSET) % 2**31, paths, method)


def wealth_of_cash(rates: Rates) -> float:
    """What a dollar left in cash has become at the common horizon of ten years."""
    return float((1.0 + rates.cash_rate) ** (QUARTERS / 4))


def sure_gain(values: Array, rates: Rates) -> float:
    """Certain gain over cash per dollar that is as good as the gamble, at the investor's risk aversion (model 4.4).

    Parameters
    ----------
    values : (paths,)
        Value over cash per dollar; the share of wealth that `rates` names is invested in it.
    """
    return (sure_wealth(values, rates.risk_aversion, rates.wealth_share) - 1.0) / rates.wealth_share


def sure_wealth(values: Array, aversion: float, share: float) -> float:
    """Certain wealth as good as putting `share` of it into values (paths,), over what cash would bring.

    A path that takes all wealth away makes it zero for an aversion of one or more: that is reported, not smoothed.
    """
    multiple = np.maximum(1.0 + np.asarray(values), 1.0 - 1.0 / share)
    return float(risk.certainty_equivalent(multiple, aversion, share))


def utility(values: Array, rates: Rates) -> Array:
    """Gain of utility over cash of an investor with constant relative risk aversion, shape of ``values``."""
    wealth = np.maximum(1.0 + rates.wealth_share * values, NO_WEALTH)
    power = 1.0 - rates.risk_aversion
    return np.log(wealth) if abs(power) < 1e-12 else np.asarray((wealth**power - 1.0) / power)


def gain_of_utility(value: float, rates: Rates) -> float:
    """Sure gain over cash per dollar that has this mean `utility`."""
    power = 1.0 - rates.risk_aversion
    # A regression may promise more utility than any wealth gives; it then counts as very much, not as an error.
    wealth = np.exp(value) if abs(power) < 1e-12 else max(1.0 + power * value, 1e-12) ** (1.0 / power)
    return float((wealth - 1.0) / rates.wealth_share)


def sure_gain_slope(values: Array, weights: Array, rates: Rates) -> tuple[float, Array]:
    """Sure gain of a mix (classes,) of values (paths, classes), and its slope in each weight, (classes,)."""
    aversion, share = rates.risk_aversion, rates.wealth_share
    wealth = np.maximum(1.0 + share * (values @ weights), NO_WEALTH)
    sure = float(risk.certainty_equivalent(wealth, aversion, 1.0))
    slope = (sure / wealth) ** aversion @ values / len(values)
    return (sure - 1.0) / share, np.asarray(slope)
