"""The loan on a data center path by path: drawn with construction, served from rent, the keys if it fails.

It is non-recourse. A quarter that asks the owner for money is funded only where the building, as it stands, is worth
more than what is owed and asked; otherwise the owner stops, hands over the keys and loses what it paid in.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.assets.data_center.building import Building
from models.assets.data_center.loan import CenterTerms, ConstructionLoan
from models.assets.data_center.worth import Worth
from models.basis.compiled import kernel, over_paths, time_major
from models.basis.flows import CashFlows, split
from models.basis.timeline import DELTA, Array


class CenterLoan(NamedTuple):
    """One loan on every path: lines of (paths, quarters + 1) in USD, the lender's receipts positive.

    ``drawn``, ``interest`` and ``principal`` (balloon included) paid, ``recovery`` after the keys are handed over,
    ``balance`` owed at the end of a quarter, ``dscr`` net operating income over debt service (NaN without); ``owner``
    net flow of the equity; ``unpaid`` running costs nobody pays in the quarter of default; ``forced`` value sold by the
    lender, before the cut of a forced sale; ``guarantee`` paid to the lender by states when that sale is done;
    ``default_quarter`` (paths,) past the horizon where there is none,
    ``exposure`` and ``loss`` (paths,) at default.
    """

    drawn: Array
    interest: Array
    principal: Array
    recovery: Array
    balance: Array
    dscr: Array
    owner: Array
    unpaid: Array
    forced: Array
    guarantee: Array
    default_quarter: NDArray[np.int64]
    exposure: Array
    loss: Array

    @property
    def is_defaulted(self) -> NDArray[np.bool_]:
        """Whether the keys were handed over, (paths,)."""
        return np.asarray(self.default_quarter < self.balance.shape[1])

    @property
    def least_dscr(self) -> Array:
        """Least coverage of each path while debt service is due, (paths,); NaN where none was."""
        least = np.where(np.isnan(self.dscr), np.inf, self.dscr).min(axis=1)
        return np.where(np.isinf(least), np.nan, least)

    @property
    def lender(self) -> Array:
        """Net flow of the lender, (paths, quarters + 1)."""
        return self.interest + self.principal + self.recovery + self.guarantee - self.drawn


LINES = CenterLoan._fields[:10]


class _Rules(NamedTuple):
    rate_q: float
    service: float
    walk_away: float
    forced_sale: float
    sale_lag: int


@kernel
def center_loop(
    first: int, last: int, rules: _Rules, draw: Array, capex: Array, support: Array, noi: Array, income: Array,
    sale: Array, worth: Array, price: Array, opening: NDArray[np.int64], out: CenterLoan,
) -> None:
    """Serve the loan, or hand over the keys, on paths first..last; arrays (quarters + 1, paths).

    ``support`` is what states pay an owner who goes on, ``income`` what rent leaves after running, fit-out and tax,
    ``sale`` what the sale at the horizon brings, ``worth`` what the owner takes the building for, ``price`` what a
    buyer does.
    """
    end = capex.shape[0] - 1
    for i in range(first, last):
        balance, claim, proceeds, sold_at, defaulted = 0.0, 0.0, 0.0, -1, False
        for t in range(end + 1):
            if defaulted:
                claim *= 1.0 + rules.rate_q
                if t == sold_at:
                    paid = min(claim, proceeds)
                    out.recovery[t, i] += paid
                    out.owner[t, i] += proceeds - paid
                    claim = 0.0
                out.balance[t, i] = claim
                continue
            interest = balance * rules.rate_q
            principal = min(balance, max(rules.service - interest, 0.0)) if t > opening[i] else 0.0
            if t > opening[i] and interest + principal > 0.0:
                out.dscr[t, i] = noi[t, i] / (interest + principal)
            after = balance + draw[t] - principal
            flow = income[t, i] + capex[t, i] + support[t, i] + draw[t] - interest - principal
            if t == end:
                walks = flow + sale[t, i] < after
            else:
                walks = t > 0 and flow < 0.0 and worth[t, i] + flow < rules.walk_away * after
            if walks and balance > 0.0:
                defaulted = True
                out.default_quarter[i] = t
                owed = balance + interest
                at_hand = income[t, i] + sale[t, i]
                paid = min(owed, max(at_hand, 0.0))
                out.unpaid[t, i] = max(-at_hand, 0.0)
                out.owner[t, i] = max(at_hand, 0.0) - paid
                claim = owed - paid
                sold_at = min(t + rules.sale_lag, end)
                if t < end:
                    out.forced[sold_at, i] = max(price[t, i] + capex[t, i], 0.0)
                proceeds = (1.0 - rules.forced_sale) * out.forced[sold_at, i]
                back = min(claim, proceeds * (1.0 + rules.rate_q) ** (t - sold_at))
                out.exposure[i], out.loss[i] = owed, claim - back
                out.recovery[t, i] = paid
                if sold_at == t:
                    more = min(claim, proceeds)
                    out.recovery[t, i] += more
                    out.owner[t, i] += proceeds - more
                    claim = 0.0
                out.balance[t, i] = claim
                continue
            if t == end:
                flow += sale[t, i] - after
                principal += after
                after = 0.0
            out.drawn[t, i], out.interest[t, i], out.principal[t, i] = draw[t], interest, principal
            out.owner[t, i] = flow
            balance = after
            out.balance[t, i] = balance


def run_loan(
    loan: ConstructionLoan, terms: CenterTerms, building: Building, worth: Worth, tax: Array | None = None
) -> CenterLoan:
    """Every claimant's cash on every path, per MW.

    Parameters
    ----------
    worth : Worth
        Value of the building as it stands, USD.
    tax : (paths, quarters + 1), optional
        Paid by the owner while it owns the building, USD; that of the sale comes before the lender.

    Notes
    -----
    Performing quarters balance as construction + support + income + sale = lender + owner; the quarter of default has
    neither of the first two, and adds what nobody pays; the forced sale less its cut goes to the lender, and what he is
    not owed to the owner. States then pay their share of what he lost.
    """
    paths, quarters = building.noi.shape[0], building.noi.shape[1] - 1
    support = np.zeros((1, quarters + 1)) if building.support is None else building.support.paid
    income = building.noi + building.fit_out if tax is None else building.noi + building.fit_out - tax
    lines = {name: np.zeros((quarters + 1, paths)) for name in LINES}
    lines["dscr"].fill(np.nan)
    out = CenterLoan(
        **lines, default_quarter=np.full(paths, quarters + 1, dtype=np.int64), exposure=np.zeros(paths),
        loss=np.zeros(paths),
    )
    rules = _Rules(terms.coupon * DELTA, terms.service, loan.walk_away, loan.forced_sale, loan.sale_lag)
    over_paths(
        center_loop, paths, rules, drawn(terms, building), time_major(building.capex),
        time_major(np.broadcast_to(support, income.shape)), time_major(building.noi), time_major(income),
        time_major(building.sale), time_major(worth.owner), time_major(worth.buyer), building.opening, out,
    )
    paid = out._replace(**{name: line.T for name, line in lines.items()})
    return paid if building.support is None else _guaranteed(paid, building.support.guarantee, rules)


def _guaranteed(paid: CenterLoan, cover: Array, rules: _Rules) -> CenterLoan:
    """The loan with the share of its losses that states pay, (paths or 1, quarters + 1) by quarter of default."""
    rows = np.flatnonzero(paid.is_defaulted)
    failed = paid.default_quarter[rows]
    sold = np.minimum(failed + rules.sale_lag, paid.balance.shape[1] - 1)
    covered = np.broadcast_to(cover, paid.balance.shape)[rows, failed] * paid.loss[rows]
    guarantee, loss = paid.guarantee.copy(), paid.loss.copy()
    guarantee[rows, sold] = covered * (1.0 + rules.rate_q) ** (sold - failed)
    loss[rows] -= covered
    return paid._replace(guarantee=guarantee, loss=loss)


def drawn(terms: CenterTerms, building: Building) -> Array:
    """Draws as the budget is spent, (quarters + 1,), USD."""
    return np.asarray(terms.principal * building.budget_draw / building.budget_draw.sum())


def owner_flows(loan: ConstructionLoan, building: Building, paid: CenterLoan, tax: Array | None = None) -> CashFlows:
    """Flows of the equity of one MW, USD; ledger, balance and loss beside them."""
    contrib, distrib = split(paid.owner)

    def lines() -> dict[str, Array]:
        t = np.arange(building.noi.shape[1])[None, :]
        defaults = paid.default_quarter[:, None]
        owned, funded = t <= defaults, t < defaults
        out = {
            "construction": building.capex * funded, "net operating income": building.noi * owned,
            "fit-out": building.fit_out * owned, "loan drawn": paid.drawn, "interest": -paid.interest,
            "sale": building.sale * owned, "loan repaid": -paid.principal,
        }
        if building.support is not None:
            out["support"] = building.support.paid * funded
        if tax is not None:
            out["tax"] = -tax * owned
        return out | {
            "forced sale": (1.0 - loan.forced_sale) * paid.forced, "handed to the lender": -paid.recovery,
            "costs left unpaid": paid.unpaid,
        }

    extras = {"noi": building.noi, "loan_balance": paid.balance, "loan_loss": paid.loss, "dscr": paid.dscr,
              "default_quarter": paid.default_quarter.astype(float)}
    return CashFlows(contrib, distrib, extras, lines)


def lender_flows(paid: CenterLoan) -> CashFlows:
    """Flows of the lender on one MW, USD, with what makes them up."""
    contrib, distrib = split(paid.lender)

    def lines() -> dict[str, Array]:
        out = {"loan drawn": -paid.drawn, "interest": paid.interest, "principal": paid.principal,
               "recovery after default": paid.recovery}
        return out | {"state guarantee": paid.guarantee} if paid.guarantee.any() else out

    extras = {"balance": paid.balance, "dscr": paid.dscr, "default_quarter": paid.default_quarter.astype(float)}
    return CashFlows(contrib, distrib, extras, lines)
