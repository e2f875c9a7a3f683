"""A class as it was bought: the engine's position, and the lines that its flow is made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from models.assets.gpu_debt.loan import own_cost
from models.basis.flows import CashFlows
from models.basis.timeline import Array, discount_factors
from models.claims.registry import Claim, Claims
from models.engine.measures import Measures
from models.engine.position import Position
from models.engine.valuation import AssetResult
from models.errors import AbsentError
from models.explain.registry import Reader, UnknownPath, row_of

LENT, OWN_COST, RESERVE, DISTRIBUTIONS, CURES = "lent", "own_cost", "reserve", "distributions", "cures"
FEES = "fees"
_CLAIMANTS = ("investor", "equity")


@dataclass(frozen=True)
class Bought:
    """A class at one entry: the engine's position with its place among explanations.

    ``prefix`` is its path with the entry, ``claim`` without it, ``key`` the class, ``entry`` fair or at_cost.
    """

    prefix: str
    claim: str
    key: str
    entry: str
    result: AssetResult

    @property
    def position(self) -> Position:
        """The claim at the price of this entry: flows, return and value of every path."""
        return self.result.bought[self.entry]

    @property
    def label(self) -> str:
        """Name of the class and of the entry."""
        other = "entry at the market price" if self.result.asset.at_market else "entry at cost"
        return f"{self.result.asset.label}, {'fair entry' if self.entry == 'fair' else other}"

    @property
    def money(self) -> str:
        """Unit of its money."""
        unit = self.result.asset.unit
        return "USD" if unit == "company" else f"USD per {unit}"

    @property
    def measures(self) -> Measures:
        """Return and risk at this entry."""
        return self.result.entry(self.entry)

    @cached_property
    def flows(self) -> CashFlows:
        """Flows with the entry price, USD."""
        return self.position.flows

    @cached_property
    def net(self) -> Array:
        """Net flows with the entry price, (paths, quarters + 1), USD."""
        return self.flows.net

    def npv(self, which: str) -> Array:
        """Present value at the class's hurdle or at the common cash rate, (paths,), USD."""
        return self.position.hurdle_npv if which == "hurdle" else self.position.cash_npv

    def rate(self, which: str) -> float:
        """Rate behind ``"hurdle"`` or ``"cash"``, per year."""
        return self.position.claim.hurdle if which == "hurdle" else self.position.rates.cash_rate


def held(reader: Reader, path: str) -> Bought:
    """Position at a path such as ``assets.gpu_fleet`` or ``variants.gpu_debt_equity.at_cost``."""
    root, key, *entry = path.split(".")
    results = reader.evaluation.assets if root == "assets" else reader.evaluation.variants
    if key not in results:
        raise UnknownPath(f"{root} are {', '.join(results)}")
    if why := results[key].absent("at_cost" if entry else "fair"):
        raise AbsentError(f"{path}: {why}")
    bought = Bought(path, f"{root}.{key}", key, "at_cost" if entry else "fair", results[key])
    return reader.once(f"bought {path}", lambda: bought)


def quarters_of(year: int, quarters: int) -> range:
    """Columns of a year: closing alone for year 0, four quarters for the others."""
    if year == 0:
        return range(0, 1)
    first = 4 * year - 3
    if first > quarters:
        raise UnknownPath(f"years run from 0 (closing) to {(quarters + 3) // 4}")
    return range(first, min(first + 4, quarters + 1))


def rows_of(paths: Array, stat: str) -> Array:
    """Rows a statistic reads: all for the mean, one for a path."""
    return paths if stat == "mean" else paths[row_of(stat) : row_of(stat) + 1]


def when(year: int) -> str:
    """Words for a year: closing, or its number."""
    return "closing" if year == 0 else f"year {year}"


def years_of(paths: Array, quarters: int) -> tuple[int, ...]:
    """Years in which (paths or rows, quarters + 1) is not zero throughout."""
    used = np.flatnonzero(paths.any(axis=0))
    return tuple(sorted({(int(t) + 3) // 4 for t in used}))


def worth(amounts: Array, rate: float, columns: range) -> float:
    """Value at closing of (quarters + 1,) over the given columns, USD."""
    v = discount_factors(rate, len(amounts) - 1)
    return float(sum(v[t] * amounts[t] for t in columns))


def lines_of(key: str, claim: Claim, claims: Claims) -> dict[str, tuple[str, Array]]:
    """Signed lines of a claim before its entry premium: slug -> label and (paths or 1, quarters + 1), USD.

    They add up to its net flow in every quarter on every path.
    """
    if key == "gpu_debt":
        return _loan_lines(claim.flows, claims)
    if key == "gpu_debt_equity":
        return _loan_equity_lines(claim.flows, claims)
    return {
        name.lower().replace(" ", "_").replace("-", "_"): (name, line)
        for name, line in claim.flows.ledger.items()
        if name not in _CLAIMANTS
    }


def _loan_lines(lender: CashFlows, claims: Claims) -> dict[str, tuple[str, Array]]:
    loan = claims.loan
    assert loan is not None
    paid: Mapping[str, tuple[str, Array]] = {
        "interest": ("interest", loan.interest), "principal": ("scheduled principal", loan.principal),
        "prepayment": ("prepayment", loan.prepaid), "recovery": ("recovery after default", loan.recovery),
        "guarantee": ("state guarantee", loan.guarantee),
        "program": ("program pays for a cheaper coupon", lender.extras["interest_subsidy"]),
    }
    rest = _dusted(lender.net - sum(line for _, line in paid.values()))
    terms = claims.loan_terms
    assert terms is not None
    drawn = -terms.drawn(terms.principal, rest.shape[1] - 1)[None, :] if terms.charges else rest
    fees = {FEES: ("fees and issue discount", _dusted(rest - drawn))} if terms.charges else {}
    return {LENT: ("money lent", drawn + 0.0 * rest), **paid, **fees}


def _loan_equity_lines(equity: CashFlows, claims: Claims) -> dict[str, tuple[str, Array]]:
    loan, terms = claims.loan, claims.loan_terms
    assert loan is not None and terms is not None
    own, reserve = np.zeros_like(loan.equity), np.zeros_like(loan.equity)
    own -= own_cost(terms, claims.collateral_cost, own.shape[1] - 1)
    reserve[:, 0] = -loan.reserve[:, 0]
    cures, fees = -loan.cure, np.zeros_like(loan.equity)
    fees[:, 0] = _dusted(loan.equity[:, 0] - reserve[:, 0])
    return {
        OWN_COST: ("own share of the cost", own), RESERVE: ("reserve funded at closing", reserve),
        **({FEES: ("fees at closing", fees)} if fees.any() else {}),
        CURES: ("cures paid in", cures),
        DISTRIBUTIONS: ("distributions", _dusted(equity.net - own - reserve - fees - cures)),
    }


def _dusted(amounts: Array) -> Array:
    """Amounts without what rounding leaves of a difference."""
    return np.where(np.abs(amounts) < 1e-6, 0.0, amounts)


def lines(reader: Reader, stake: Bought) -> dict[str, tuple[str, Array]]:
    """Signed lines of a stake before its entry premium; see `lines_of`."""
    result = stake.result
    return reader.once(f"lines {stake.claim}", lambda: lines_of(stake.key, result.claim, result.claims))


def line(reader: Reader, stake: Bought, name: str) -> tuple[str, Array]:
    """Label and amounts of one line."""
    found = lines(reader, stake)
    if name not in found:
        raise UnknownPath(f"lines of {stake.claim} are {', '.join(found)}")
    return found[name]
