"""A book of loans on one set of market paths: every loan through the waterfall, every customer with one default a path.

Loans that close at other times stand on machines of that time: dearer before, cheaper after, as hardware gets cheaper.
The rest is the scenario's: market, covenants, recovery, running cost. No program pays these borrowers, and no tax is
taken: a tape says neither.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from math import fsum
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from models.assets.gpu_fleet import fleet as gpu_fleet
from models.assets.gpu_fleet import used as used_machines
from models.basis.shocks import Shocks, draw_shocks
from models.basis.timeline import Array
from models.claims.contagion import tie_of
from models.debt.loan import loan_life, run_waterfall
from models.errors import DataError
from models.market.simulate import MarketPaths, simulate_market
from models.policy.support import no_support
from models.scenario.scenario import Scenario
from models.studies.book.placing import Placed, fleet_of, place
from models.studies.book.tape import Loan

BOOK_PATHS = 1_024
"""Paths a book is run on; eight scrambles of 128 give its standard errors."""
T = TypeVar("T")


@dataclass(frozen=True, eq=False)
class Book:
    """Losses of a book. Money in USD of today, one row a loan in the order of the tape.

    Attributes
    ----------
    loans : tuple of Loan
    balance : (loans,)
        Owed today; for a loan that closes later, what will be lent.
    coupon, wal_years : (loans,)
        Per year; years from today, or from closing and ramp, to the mean dollar of principal.
    loss : (loans, paths)
        Present value at the loan's coupon of what is lost by default.
    default_quarter : (loans, paths)
        Quarter from today, ``quarters + 1`` where none comes.
    customers : tuple of str
        Names, by `Loan.customer_key`.
    customer_default : (customers, paths)
        Quarter in which a customer stops paying, ``quarters + 1`` where it keeps all its contracts.
    replicate : (paths,)
        Scramble of each path, for standard errors.
    seed : int
    """

    loans: tuple[Loan, ...]
    balance: Array
    coupon: Array
    wal_years: Array
    loss: Array
    default_quarter: NDArray[np.int16]
    customers: tuple[str, ...]
    customer_default: NDArray[np.int16]
    replicate: NDArray[np.int64]
    quarters: int
    seed: int

    @property
    def is_defaulted(self) -> NDArray[np.bool_]:
        """Whether each loan defaults on each path, (loans, paths)."""
        return np.asarray(self.default_quarter <= self.quarters)


def evaluate_book(
    scenario: Scenario,
    loans: Sequence[Loan],
    *,
    paths: int = BOOK_PATHS,
    shocks: Shocks | None = None,
    progress: Callable[[float], None] | None = None,
) -> Book:
    """Run every loan of a book on shared paths.

    Parameters
    ----------
    scenario : Scenario
        Market, covenants, recovery and what empty cells of the tape mean.
    loans : sequence of Loan
    paths : int
        A power of two; at most those of the scenario are used.
    shocks : Shocks, optional
        Draws to use instead.
    progress : callable, optional
        Is told the share done.

    Raises
    ------
    DataError
        For a book without loans.
    """
    if not loans:
        raise DataError("the book has no loan; add a row to the tape")
    if shocks is None:
        method = "sobol" if scenario.run.method == "sobol" else "random"
        shocks = draw_shocks(scenario.run.seed, min(paths, scenario.run.paths), method)
    market = simulate_market(scenario.setting, shocks)
    placed = [place(scenario, market, loan) for loan in loans]
    customers = _customer_defaults(scenario, market, shocks, placed)
    count, quarters = len(loans), market.quarters
    loss = np.zeros((count, market.paths))
    default = np.full((count, market.paths), quarters + 1, dtype=np.int16)
    wal = np.zeros(count)
    run = _Collateral(scenario, market)
    for done, i in enumerate(sorted(range(count), key=lambda i: _order(placed[i]))):
        p = placed[i]
        failed = customers.get(p.loan.customer_key)
        loss[i], default[i], wal[i] = run.loan(p, failed)
        if progress is not None:
            progress((done + 1) / count)
    return Book(
        loans=tuple(loans),
        balance=np.array([p.units * p.terms.principal for p in placed]),
        coupon=np.array([p.terms.coupon for p in placed]),
        wal_years=wal, loss=loss, default_quarter=default, customers=tuple(customers),
        customer_default=np.array(list(customers.values()), dtype=np.int16).reshape(len(customers), market.paths),
        replicate=shocks.replicate, quarters=quarters, seed=shocks.seed,
    )


def _customer_defaults(
    scenario: Scenario, market: MarketPaths, shocks: Shocks, placed: Sequence[Placed]
) -> dict[str, NDArray[np.int16]]:
    """Quarter in which each customer fails, (paths,): one event a name, whatever number of loans hang on it.

    It weighs the average price of its contracts against the market, by the machines it rents. Whether it hangs on the
    simulated lab is drawn for each name, so that names that do fail together.
    """
    by_name: dict[str, list[Placed]] = {}
    for p in placed:
        if p.loan.contracted_share > 0.0:
            by_name.setdefault(p.loan.customer_key, []).append(p)
    out = {}
    for key in sorted(by_name):
        group = by_name[key]
        weights = [p.units * p.fleet.contracted for p in group]
        price = fsum(w * p.fleet.contract_price for w, p in zip(weights, group, strict=True)) / fsum(weights)
        if len({p.fleet.contract_price for p in group}) == 1:
            price = group[0].fleet.contract_price
        terms = group[0].fleet._replace(contract_price=price, first=min(p.fleet.first for p in group))
        fleet = fleet_of(scenario, group[0].loan)
        named = customer_shocks(shocks, key)
        tie = tie_of(scenario, fleet.customer, market, named)
        pays = gpu_fleet.customer_alive(fleet, scenario.offtaker, terms, market, named.offtaker_u, tie)
        failed = pays.sum(axis=1)
        runs_until = max(p.fleet.contract_end for p in group)
        # What becomes of a customer after its last contract is nothing to this book.
        out[key] = np.where(failed <= runs_until, failed, market.quarters + 1).astype(np.int16)
    return out


def customer_shocks(shocks: Shocks, key: str) -> Shocks:
    """Draws with those of one customer, by its name: another loan in the book moves nobody's draws."""
    fate, lab = (_uniforms(shocks.seed, f"{what} {key}", shocks.paths) for what in ("customer", "lab of"))
    return replace(shocks, offtaker_u=fate, contagion_u=lab)


def _uniforms(seed: int, name: str, paths: int) -> Array:
    draws = np.random.default_rng([seed, zlib.crc32(name.encode())]).random(paths)
    return np.clip(draws, 2.0**-53, 1.0 - 2.0**-53)


def _order(placed: Placed) -> tuple[int, int, float, float, str]:
    """Neighbors share machines, contract and cash flow, so that each is computed once."""
    f = placed.fleet
    return placed.loan.vintage, f.contract_end, f.contract_price, f.contracted, placed.loan.customer_key


class _Collateral:
    """What loans in a row share: values of a vintage's machines, of a contract, and their cash flow."""

    def __init__(self, scenario: Scenario, market: MarketPaths) -> None:
        self.scenario, self.market = scenario, market
        self.support = no_support(market.quarters)
        self.grid = np.arange(market.quarters + 1)
        self.kept: dict[str, tuple[object, Any]] = {}

    def loan(self, p: Placed, failed: NDArray[np.int16] | None) -> tuple[Array, NDArray[np.int16], float]:
        """Loss (paths,) in USD of today, default quarter (paths,) and average life of one loan."""
        never = self.market.quarters + 1
        if failed is None:
            failed = np.full(self.market.paths, never, dtype=np.int16)
        pays = self.grid < failed[:, None]
        key = (p.loan.vintage, p.fleet.contract_end, p.fleet.contract_price, p.fleet.contracted, p.loan.customer_key)
        cfads, scrapped = self._once("cash", key, lambda: self._operate(p, pays))
        lives = self.grid[:, None] < scrapped
        machines = self._once("machines", p.loan.vintage, lambda: self._machines(p))
        contract = self._once("contract", key[:3], lambda: self._contract(p))
        value = (machines.T * lives).T
        claim = (contract.T * p.fleet.contracted * pays.T * lives).T
        clock = slice(p.closing, None)
        out = run_waterfall(p.terms, cfads[:, clock], p.plan, value[:, clock], claim[:, clock])
        is_made = failed > p.closing  # nobody lends on a contract with a customer that has failed before
        when = np.where(out.is_defaulted & is_made, out.default_quarter + p.closing, never)
        factor = (1.0 + p.terms.rate_q) ** -when.astype(float)
        loss = np.where(when < never, out.loss * factor, 0.0) * p.units
        return loss, when.astype(np.int16), loan_life(p.terms, out.balance)

    def _operate(self, p: Placed, pays: NDArray[np.bool_]) -> tuple[Array, Array]:
        ceiling = self.scenario.clearing.ceiling_utilization
        cfads, extras = gpu_fleet.operate(p.fleet, self.market, self.support, pays, ceiling)
        return cfads, extras["scrapped_at"]

    def _machines(self, p: Placed) -> Array:
        return used_machines.used_values(self.scenario.gpu_fleet, p.fleet, self.market)

    def _contract(self, p: Placed) -> Array:
        whole = p.fleet._replace(contracted=1.0)
        everyone = np.ones((self.market.paths, self.market.quarters + 1), dtype=np.bool_)
        return used_machines.contract_claims(self.scenario.gpu_fleet, whole, self.market, everyone)

    def _once(self, what: str, key: object, make: Callable[[], T]) -> T:
        """What ``make`` gives, kept until another key is asked for."""
        if what not in self.kept or self.kept[what][0] != key:
            self.kept[what] = (key, make())
        found: T = self.kept[what][1]
        return found
