"""A claim at a price: what an investor pays and gets on every path, each figure written once, computed when read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any
from weakref import WeakValueDictionary

import numpy as np
from numpy.typing import NDArray

from models.basis.flows import CashFlows
from models.basis.investor import Rates
from models.basis.timeline import Array
from models.claims.registry import CLASSES, PICKS, Claim, Claims
from models.engine.prices import steadied
from models.measures import returns, risk

_BY_PATH = ("irr", "irr_status", "moic", "payback", "hurdle_npv", "cash_npv")
DUST = 0.01
"""Share of its cost below which money of the investor's own in a claim counts as none."""
QUARTER_BACK = 0.25
"""Multiple of money below which nearly all is lost."""
_MEANS = ("mean_net", "mean_paid")


@dataclass(frozen=True, eq=False)
class Position:
    """A claim at the price paid for it. Arrays are (paths,) unless said otherwise; money in USD per unit of the class.

    Attributes
    ----------
    claim : Claim
    premium : float
        Paid over cost or par, or the whole price of a company.
    rates : Rates
        Common funding rate, and the investor's risk aversion.
    claims : Claims
        What the claim was built with; its loan, for debt.
    replicate : (paths,)
        Independent scramble of each path.
    """

    claim: Claim
    premium: float
    rates: Rates
    claims: Claims
    replicate: NDArray[np.int64]

    @property
    def flows(self) -> CashFlows:
        """Money in and out after the price, (paths, quarters + 1)."""
        found = self._held.get("flows")
        if found is None:
            self._held["flows"] = found = self.claim.flows.with_entry(self.premium)
        return found

    @property
    def net(self) -> Array:
        """Net flow after the price, (paths, quarters + 1)."""
        found = self._held.get("net")
        if found is None:
            self._held["net"] = found = self.flows.net
        return found

    @cached_property
    def _held(self) -> WeakValueDictionary[str, Any]:
        """Flows as long as somebody holds them: many figures are read together, and kept they would fill memory."""
        return WeakValueDictionary()

    @property
    def price(self) -> float:
        """All that is paid: cost or par and the premium, or the price of a company."""
        return self.claim.capital + self.premium

    @cached_property
    def mean_net(self) -> Array:
        """Net flow averaged over the paths, (quarters + 1,)."""
        return np.asarray(self.net.mean(axis=0))

    @cached_property
    def mean_paid(self) -> Array:
        """What is paid in, averaged over the paths, <= 0, (quarters + 1,)."""
        return np.asarray(self.flows.contrib.mean(axis=0))

    @property
    def mean_received(self) -> Array:
        """What is received, averaged over the paths, >= 0, (quarters + 1,)."""
        return np.asarray(self.mean_net - self.mean_paid)

    @property
    def held(self) -> tuple[CashFlows, Array]:
        """Flows and net, to be held by whoever reads several figures: then they are made once."""
        flows = self.flows
        return flows, self.net

    @cached_property
    def capital(self) -> float:
        """Dollars committed: mean present value of everything paid in; NaN where nothing is."""
        return committed_capital(self.mean_paid, self.rates.cash_rate)

    @cached_property
    def stake(self) -> float:
        """Most that an investor ever has in it: lowest point of the mean flow added up, turned positive, USD."""
        return max(0.0, -float(np.cumsum(self.mean_net).min()))

    @cached_property
    def absent(self) -> str:
        """Why there is no investment in it; empty where there is one. The one place that decides what is present.

        A claim that nothing is paid for has no return, no loss and no rank, so whoever compares leaves it out.
        """
        if self.claim.nothing:
            return self.claim.nothing
        if self.stake > DUST * self.claim.capital:
            return ""
        if self.price <= 0.0:
            return "nothing is paid for it: at the return it must earn it is worth less than nothing"
        return "nothing is paid in: support and the first money back cover its cost"

    @cached_property
    def cash_npv(self) -> Array:
        """Present value at the common funding rate."""
        return np.asarray(returns.npv(self.rates.cash_rate, self.net))

    @cached_property
    def hurdle_npv(self) -> Array:
        """Present value at the class's own hurdle."""
        return np.asarray(returns.npv(self.claim.hurdle, self.net))

    @cached_property
    def value(self) -> Array:
        """Present value over cash per dollar committed."""
        return np.asarray(self.cash_npv / self.capital)

    @cached_property
    def steady_value(self) -> Array:
        """The same mean as `value` with less noise: what control variates explain is taken out."""
        return steadied(self.value, self.controls)

    @cached_property
    def npv(self) -> Array:
        """Present value at the hurdle per dollar committed, less what control variates explain of its noise."""
        return steadied(self.hurdle_npv / self.capital, self.controls)

    @property
    def irr(self) -> Array:
        """Return per year by the rules of the model; -1 is a total loss, NaN undefined."""
        return self._rates[0]

    @property
    def irr_status(self) -> NDArray[np.int64]:
        """Code of what kind of return it is, see `models.measures.returns.status_names`."""
        return self._rates[1]

    @cached_property
    def moic(self) -> Array:
        """Money back over money in."""
        flows = self.flows
        return np.asarray(returns.moic(flows.contrib, flows.distrib))

    @property
    def is_lost(self) -> NDArray[np.bool_]:
        """Whether less comes back than was paid in; where nothing was, nothing is lost."""
        return np.asarray(self.moic < 1.0)

    @property
    def is_nearly_lost(self) -> NDArray[np.bool_]:
        """Whether less than a quarter of what was paid in comes back."""
        return np.asarray(self.moic < QUARTER_BACK)

    @cached_property
    def payback(self) -> Array:
        """Years until what was paid in has come back."""
        return np.asarray(returns.payback(self.net))

    @cached_property
    def sure_gain(self) -> float:
        """Certain gain over cash per dollar that is as good as the gamble to the investor (model 4.4)."""
        return float(sure_gain(self.value, self.rates))

    @cached_property
    def sure_return(self) -> float:
        """The same a year while money is invested, see `yearly`."""
        return float(self.yearly(np.asarray(self.sure_gain)))

    def yearly(self, gains: Array) -> Array:
        """Sure gains over cash per dollar as returns over cash a year while invested, same shape.

        The timing of the money is that of all paths, whichever of them the gains are of.
        """
        return np.asarray(returns.certainty_equivalent_return(
            -self.mean_paid, np.maximum(self.mean_received, 0.0), gains, self.rates.cash_rate
        ))

    @cached_property
    def years_at_stake(self) -> float:
        """Mean time of what comes back less that of what is paid in, weighted by present value at the cash rate."""
        return float(returns.years_at_stake(
            -self.mean_paid, np.maximum(self.mean_received, 0.0), self.rates.cash_rate
        ))

    @cached_property
    def controls(self) -> Array | None:
        """Control variates of mean zero, (paths, k), where the class has any."""
        return self.claim.controls

    @cached_property
    def _rates(self) -> tuple[Array, NDArray[np.int64]]:
        rates, status = returns.irr(self.net)
        return np.asarray(rates), np.asarray(status)

    def on(self, rows: NDArray[np.int64]) -> Position:
        """The same on some of its paths (rows,) alone, as if no others had been drawn."""
        claim, flows = self.claim, self.claim.flows
        paid, received = (_rows_of(part, rows) for part in (flows.contrib, flows.distrib))
        controls = None if claim.controls is None else claim.controls[rows]
        claim = replace(claim, flows=CashFlows(paid, received), controls=controls)
        return replace(self, claim=claim, replicate=self.replicate[rows])

    def by_path(self) -> dict[str, Any]:
        """Everything that measures read, without the flows behind it: what is left of a block of many paths."""
        names = (*_BY_PATH, *_MEANS, "controls", "replicate")
        return {name: getattr(self, name) for name in names}


def _rows_of(part: Array, rows: NDArray[np.int64]) -> Array:
    """Some paths (rows,) of an array (paths, quarters + 1) in its own layout, which sets the last digit of a mean."""
    return np.asarray(np.take(part.T, rows, axis=1).T if part.flags.f_contiguous else part[rows])


def pooled(position: Position, blocks: Sequence[Mapping[str, Any]]) -> Position:
    """The position on many more paths than its claim keeps, from the figures of blocks of equal size.

    Its figures by path are those of all blocks; its claim, flows and net remain the ones of the paths that are kept.
    """
    joined = {name: np.concatenate([block[name] for block in blocks]) for name in (*_BY_PATH, "replicate")}
    out = replace(position, replicate=joined.pop("replicate"))
    # A cached property that is there already is not computed.
    vars(out)["_rates"] = joined.pop("irr"), joined.pop("irr_status")
    vars(out).update(joined)
    vars(out).update({name: np.asarray(np.mean([block[name] for block in blocks], axis=0)) for name in _MEANS})
    has_controls = blocks[0]["controls"] is not None
    vars(out)["controls"] = np.concatenate([block["controls"] for block in blocks]) if has_controls else None
    return out


def committed_capital(mean_paid: Array, cash_rate: float) -> float:
    """Dollars an investor commits, USD > 0: present value of mean payments (quarters + 1,), <= 0; NaN for none."""
    paid = -float(returns.npv(cash_rate, mean_paid))
    return paid if paid > 0 else float("nan")


def sure_gain(values: Array, rates: Rates) -> Array:
    """Certain gain over cash per dollar that is as good as the gamble (model 4.4), along the last axis.

    Parameters
    ----------
    values : (..., paths)
        Value over cash per dollar; the share of wealth that ``rates`` names is invested in it.
    """
    return np.asarray((sure_wealth(values, rates.risk_aversion, rates.wealth_share) - 1.0) / rates.wealth_share)


def sure_wealth(values: Array, aversion: float, share: float) -> Array:
    """Certain wealth as good as putting ``share`` of it into values (..., paths), over what cash would bring.

    A path that takes all wealth away, or more, makes it zero for an aversion of one or more: that is reported, not
    smoothed.
    """
    multiple = np.maximum(1.0 + np.asarray(values), 1.0 - 1.0 / share)
    return np.asarray(risk.certainty_equivalent(multiple, aversion, share))


def family_lead(values: Mapping[str, Array]) -> Array | None:
    """Value per dollar of picks and shovels less that of LLM and cloud, (paths,), equal weights in a family.

    Parameters
    ----------
    values : mapping
        Of the classes that are present; None where a family has none, so that there is nothing to compare.
    """
    picks = [value for key, value in values.items() if CLASSES[key].family == PICKS]
    others = [value for key, value in values.items() if CLASSES[key].family != PICKS]
    return np.asarray(np.mean(picks, axis=0) - np.mean(others, axis=0)) if picks and others else None
