"""The loan (model 3.iii): every dollar is somewhere, and terms act the way a lender expects.

Terms are drawn from wide ranges and met by random cash flows and collateral that often fail, so that default, cure,
lock-up, trap and recovery all occur. `test_the_draws_reach_every_rule` keeps it so.
"""

from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.assets.gpu_debt.loan import cash_flows
from models.assets.gpu_debt.size import LEAST
from models.basis.timeline import Array
from models.claims.gpu_debt import collateral
from models.debt import ledger as kernel
from models.debt.loan import LoanPaths, LoanTerms, loan_life
from models.debt.schedule import level_payment, minimum_dscr, scheduled_principal
from models.measures import returns
from models.scenario.scenario import Scenario
from tests.debt.structures import QUARTERS, Met, liquidated, met_by, plain_loan, run
from tests.engine.figures import FIRST_EDITION
from tests.engine.runs import claims_of, draws, market_of, scenarios

DUST = 1e-7


_RATES = st.just(0.0) | st.floats(0.001, 0.25)


@st.composite
def loans(draw: Any) -> LoanTerms:
    first = draw(st.integers(1, 5))
    return plain_loan(
        coupon=draw(_RATES), first=first, last=first + draw(st.integers(3, 20)),
        amortization=draw(st.sampled_from(["level", "straight"])), balloon=draw(st.sampled_from([0.0, 0.0, 0.3, 0.6])),
        reserve_quarters=draw(st.floats(0.0, 4.0)), reserve_rate=draw(st.floats(0.0, 0.06)),
        lockup=draw(st.floats(1.0, 1.5)), event_of_default=draw(st.floats(0.8, 1.2)), sweep=draw(st.floats(0.0, 1.0)),
        ltv_cap=draw(st.none() | st.floats(0.5, 1.5)), cures=draw(st.integers(0, 4)),
        cure_cover=draw(st.floats(1.0, 1.5)), fire_sale=draw(st.floats(0.0, 0.7)), sale_cost=draw(st.floats(0.0, 0.1)),
        recovery_lag=draw(st.integers(0, 6)), contract_recovery=draw(st.floats(0.0, 1.0)),
        guarantee=draw(st.sampled_from([0.0, 0.0, 0.5, 1.0])), mezz_principal=draw(st.sampled_from([0.0, 20.0])),
        mezz_coupon=draw(_RATES), pays_in_kind=draw(st.booleans()),
    )


def after_default(loan: LoanPaths) -> Array:
    """True from the quarter after a default."""
    return np.asarray(np.arange(QUARTERS + 1)[None, :] > loan.default_quarter[:, None])


seeds = st.integers(0, 2**31)
many = settings(max_examples=200)


def test_the_draws_reach_every_rule() -> None:
    """Otherwise the properties below would prove little."""
    seen, defaults, repaid = 0, [], []
    rng = np.random.default_rng(0)
    for seed in range(60):
        terms = plain_loan(
            first=3, last=18, reserve_quarters=1.0, lockup=1.2, event_of_default=1.05, cures=2, sweep=0.3,
            ltv_cap=float(rng.uniform(0.5, 1.5)), mezz_principal=20.0, mezz_coupon=0.15, pays_in_kind=bool(seed % 2),
        )
        loan = run(terms, met_by(terms, seed))
        seen |= int(np.bitwise_or.reduce(loan.rule.astype(int).ravel()))
        defaults.append(loan.is_defaulted.mean())
        repaid.append((loan.balance[:, -1] == 0.0).mean())
    every = kernel.LOCKUP | kernel.EVENT | kernel.TRAPPED | kernel.CURED | kernel.DEFAULTED | kernel.REPAID | kernel.PIK
    assert seen == every
    assert 0.2 < np.mean(defaults) < 0.8


@many
@given(loans(), seeds)
def test_balance_rolls_forward(terms: LoanTerms, seed: int) -> None:
    """Open plus capitalized interest less principal, prepayment and what a default ends = close; it ends at zero."""
    loan = run(terms, met_by(terms, seed))
    t = np.arange(QUARTERS + 1)
    assert (loan.balance >= 0.0).all()
    grown = loan.balance[:, :-1] * np.where(t[1:] < terms.first, 1.0 + terms.rate_q, 1.0)
    ended = np.where(t[None, 1:] == loan.default_quarter[:, None], grown, 0.0)
    moved = grown - loan.principal[:, 1:] - loan.prepaid[:, 1:] - ended
    assert np.allclose(loan.balance[:, 1:], moved, rtol=0.0, atol=DUST)
    assert (loan.balance[:, terms.last :] <= DUST).all(), "nothing is owed after the last quarter"
    opening = terms.principal * (1.0 + terms.rate_q) ** (terms.first - 1)
    paid = (loan.principal + loan.prepaid).sum(axis=1)
    assert np.allclose(paid + ended.sum(axis=1), opening, rtol=1e-9)
    interest = terms.rate_q * loan.balance[:, :-1]
    serves = (t[None, 1:] >= terms.first) & (t[None, 1:] < loan.default_quarter[:, None])
    assert np.allclose(loan.interest[:, 1:], np.where(serves, interest, 0.0), rtol=1e-9, atol=DUST)
    assert np.allclose(loan.exposure, ended.sum(axis=1) * (1.0 + terms.rate_q), rtol=1e-9, atol=DUST)


@many
@given(loans(), seeds)
def test_every_dollar_is_somewhere(terms: LoanTerms, seed: int) -> None:
    """Cash, reserve income, sale, guarantee and unpaid cost = lender + mezzanine + equity + change of reserves."""
    met = met_by(terms, seed)
    loan = run(terms, met)
    project = np.where(after_default(loan), 0.0, met.cfads)
    sources = project + loan.reserve_income + loan.sale + loan.guarantee + loan.unpaid
    kept = np.diff(loan.reserve + loan.trap, axis=1)
    uses = loan.lender + loan.mezzanine + loan.equity
    gap = sources[:, 1:] - uses[:, 1:] - kept
    assert np.abs(gap).max() <= 1e-9 * np.abs(met.cfads).max()
    assert np.allclose(loan.equity[:, 0], -loan.reserve[:, 0])
    assert np.all(loan.lender[:, 0] == -terms.principal)
    performing = np.where(after_default(loan), 0.0, loan.lender)[:, 1:]
    on_time = loan.interest + loan.principal + loan.prepaid + loan.recovery + loan.guarantee
    assert np.allclose(loan.lender[:, 1:], on_time[:, 1:], rtol=0.0, atol=DUST)
    assert performing.min() >= 0.0


@many
@given(loans(), seeds)
def test_reserve_stays_within_its_target(terms: LoanTerms, seed: int) -> None:
    loan = run(terms, met_by(terms, seed))
    assert loan.reserve.min() >= 0.0
    assert loan.trap.min() >= -DUST
    assert not loan.trap.any() or terms.ltv_cap is not None
    t = np.arange(QUARTERS + 1)
    plan = np.zeros(QUARTERS + 2)
    plan[terms.first : terms.last + 1] = scheduled_principal(terms, np.zeros(QUARTERS + 1))
    interest = loan.balance * terms.rate_q
    if terms.amortization == "level" and terms.balloon == 0.0:
        payment = level_payment(terms.opening_balance, 0.0, terms.rate_q, terms.last - terms.first + 1)
        due = np.minimum(payment - interest, loan.balance)
    else:
        due = np.minimum(plan[1:][None, :], loan.balance)
    due = np.where(t[None, :] + 1 >= terms.last, loan.balance, due)
    target = np.where((t >= terms.first) & (t < terms.last), terms.reserve_quarters * (interest + due), 0.0)
    served = (t[None, :] >= terms.first) & ~after_default(loan)
    assert (loan.reserve <= target + DUST)[served].all()
    income = 0.25 * terms.reserve_rate * (loan.reserve + loan.trap)[:, :-1]
    expected = np.where(after_default(loan)[:, 1:], 0.0, income)
    assert np.allclose(loan.reserve_income[:, 1:], expected, rtol=0.0, atol=DUST)


@many
@given(loans(), seeds)
def test_default_shares_by_rank(terms: LoanTerms, seed: int) -> None:
    """The lender never gets more than it is owed; who ranks below gets nothing while it is short."""
    met = met_by(terms, seed)
    loan = run(terms, met)
    rows = np.flatnonzero(loan.is_defaulted)
    tau = loan.default_quarter[rows]
    when = np.minimum(tau + terms.recovery_lag, QUARTERS)
    growth = (1.0 + terms.rate_q) ** terms.recovery_lag
    sale, later = loan.sale[rows, when], loan.recovery[rows].sum(axis=1)
    cut = (1.0 - terms.fire_sale) * (1.0 - terms.sale_cost)
    proceeds = cut * met.value[rows, tau] + terms.contract_recovery * met.claim[rows, tau]
    assert np.allclose(sale, proceeds, rtol=1e-9)
    now = np.where(terms.recovery_lag == 0, later - np.minimum(later, sale), loan.recovery[rows, tau])
    rest = (loan.exposure[rows] - now) * growth
    assert (later - now <= rest + DUST).all()
    assert (loan.loss[rows] >= -DUST).all()
    assert (loan.loss[rows] <= loan.exposure[rows] + DUST).all()
    unguaranteed = loan.loss[rows] / max(1.0 - terms.guarantee, 1e-12) if terms.guarantee < 1.0 else None
    if unguaranteed is not None and terms.guarantee == 0.0:
        short = unguaranteed > DUST
        after = np.arange(QUARTERS + 1)[None, :] > tau[:, None]
        assert not (loan.mezzanine[rows] * after)[short].any(), "mezzanine paid before the senior lender is whole"
        assert (np.abs(loan.equity[rows] * after)[short] <= DUST).all(), "equity paid before the lenders are whole"
        mezz_share = loan.written_off[rows].sum(axis=1)
        assert (mezz_share[short] >= 0.0).all()
    assert not loan.loss[~loan.is_defaulted].any()
    assert not loan.exposure[~loan.is_defaulted].any()


@settings(max_examples=300)
@given(st.floats(0.0, 200.0), st.floats(0.1, 100.0), st.floats(0.0, 100.0))
def test_liquidation_adds_up(proceeds: float, senior: float, mezz: float) -> None:
    parts = liquidated(proceeds, senior, mezz)
    assert sum(parts) == pytest.approx(proceeds, abs=1e-9)
    assert min(parts) >= 0.0
    assert parts[0] <= senior + DUST
    assert parts[1] <= mezz + DUST
    assert parts[1] == 0.0 or parts[0] == pytest.approx(senior)
    assert parts[2] <= DUST or parts[1] == pytest.approx(mezz)


@many
@given(loans(), seeds)
def test_a_cured_shortfall_is_exactly_paid(terms: LoanTerms, seed: int) -> None:
    met = met_by(terms, seed)
    loan = run(terms, met)
    assert ((loan.cure > 0.0).sum(axis=1) <= terms.cures).all()
    row, t = np.nonzero(loan.cure > 0.0)
    # Before a prepayment, of which a quarter with a cure has none, the balance after it is what is owed to the lender.
    kept = met.value[row, t] + met.claim[row, t] - loan.balance[row, t] - mezzanine_before(terms, loan)[row, t]
    assert (kept >= terms.cure_cover * loan.cure[row, t] - DUST).all(), "nobody pays in more than it keeps"
    assert lower(loan.reserve[row, t] + loan.prepaid[row, t], np.zeros(len(row))), "a cure comes after the reserve"
    missing = loan.interest[row, t] + loan.principal[row, t] - met.cfads[row, t] - loan.reserve_income[row, t]
    used = loan.reserve[row, t - 1] + loan.trap[row, t - 1]
    assert np.allclose(loan.cure[row, t], missing - used, rtol=0.0, atol=DUST)


def mezzanine_before(terms: LoanTerms, loan: LoanPaths) -> Array:
    """Balance of the mezzanine before each quarter's service, (paths, quarters + 1)."""
    return np.roll(loan.mezz_balance, 1, axis=1)


@many
@given(loans(), seeds)
def test_life_is_the_time_to_principal(terms: LoanTerms, seed: int) -> None:
    """On paths that repay in full, where every definition agrees: interest is rate x principal x life."""
    met = met_by(terms, seed)
    fine = ~run(terms, met).is_defaulted
    if fine.any():
        loan = run(terms, Met(*(line[fine] for line in met[:3]), None, met.lost[fine]))
        paid = loan.principal + loan.prepaid
        years = np.maximum(0.0, np.arange(QUARTERS + 1) - (terms.first - 1)) / 4.0
        life = loan_life(terms, loan.balance, terms.first - 1)
        assert life == pytest.approx(float((paid @ years).sum() / paid.sum()), rel=1e-9)
        interest = loan.interest.sum() / paid.sum()
        assert interest == pytest.approx(terms.coupon * life, rel=1e-9, abs=1e-12)


# How terms act, path by path on the same cash and collateral. Covenants and cures are off where the condition of the
# property asks for it: an early lock-up of the weaker loan may save it later.


def simple(terms: LoanTerms, **changes: Any) -> LoanTerms:
    quiet = {"lockup": 0.0, "event_of_default": 0.0, "ltv_cap": None, "cures": 0, "mezz_principal": 0.0, "sweep": 0.0}
    return replace(terms, **{**quiet, **changes})


def lower(a: Array, b: Array) -> bool:
    """Whether a is nowhere above b."""
    return bool((a <= b + DUST).all())


@many
@given(loans(), seeds, st.floats(0.3, 0.95))
def test_a_larger_loan_covers_less_and_fails_no_later(terms: LoanTerms, seed: int, share: float) -> None:
    large = simple(terms)
    small = replace(large, principal=share * large.principal)
    met = met_by(large, seed)
    met = met._replace(cfads=np.maximum(met.cfads, 0.0))  # else the larger reserve pays for running the machines
    less, more = run(small, met), run(large, met)
    service = slice(terms.first, terms.last + 1)
    both = ~np.isnan(less.dscr[:, service]) & ~np.isnan(more.dscr[:, service]) & (met.cfads[:, service] > 0.0)
    assert lower(more.dscr[:, service][both], less.dscr[:, service][both])
    assert (more.default_quarter <= less.default_quarter).all()
    standing = ~(after_default(more) | (np.arange(QUARTERS + 1) == more.default_quarter[:, None]))
    assert lower(less.balance[standing], more.balance[standing])


@many
@given(loans(), seeds, st.floats(0.0, 0.9), st.floats(0.05, 1.0))
def test_a_sweep_shortens_the_loan_and_never_costs_the_lender(
    terms: LoanTerms, seed: int, sweep: float, more_sweep: float
) -> None:
    """Without a reserve: one that shrinks with the loan is released to equity and may be missed later."""
    bare = simple(terms, reserve_quarters=0.0)
    met = met_by(bare, seed)
    less = run(replace(bare, sweep=sweep), met)
    more = run(replace(bare, sweep=min(1.0, sweep + more_sweep)), met)
    standing = np.arange(QUARTERS + 1) < less.default_quarter[:, None]
    assert lower(more.balance[standing], less.balance[standing])
    assert (more.default_quarter >= less.default_quarter).all()
    same = more.default_quarter == less.default_quarter  # a default put off meets older collateral
    assert lower(more.loss[same], less.loss[same])
    if terms.amortization == "level" and terms.balloon == 0.0:  # elsewhere saved interest lowers the next service
        early = np.cumsum(np.where(more.balance > 0.0, more.equity - less.equity, 0.0), axis=1)
        assert (early <= DUST).all(), "until it is repaid, equity gets no more"
    kept = ~less.is_defaulted
    if kept.any():
        life = [loan_life(terms, select(loan, kept).balance, terms.first - 1) for loan in (more, less)]
        assert life[0] <= life[1] + 1e-9


def select(loan: LoanPaths, rows: Array) -> LoanPaths:
    lines = ("principal", "prepaid", "recovery", "balance", "default_quarter")
    return loan._replace(**{name: getattr(loan, name)[rows] for name in lines})


@many
@given(loans(), seeds, st.floats(0.0, 3.0), st.floats(0.1, 3.0))
def test_a_bigger_reserve_never_hastens_default(terms: LoanTerms, seed: int, reserve: float, more: float) -> None:
    met = met_by(terms, seed)
    thin = run(simple(terms, reserve_quarters=reserve), met)
    thick = run(simple(terms, reserve_quarters=reserve + more), met)
    assert (thick.default_quarter >= thin.default_quarter).all()


@many
@given(loans(), seeds, st.integers(0, 4), st.floats(0.0, 0.4), st.floats(0.01, 0.3))
def test_slow_or_forced_sales_cost_the_lender(
    terms: LoanTerms, seed: int, lag: int, fire: float, more_fire: float
) -> None:
    """Defaults are the same; each loss is weakly larger."""
    met = met_by(terms, seed)
    base = run(replace(terms, recovery_lag=lag, fire_sale=fire), met)
    for change in ({"recovery_lag": lag + 2}, {"fire_sale": fire + more_fire}):
        worse = run(replace(terms, **{"recovery_lag": lag, "fire_sale": fire, **change}), met)
        assert (worse.default_quarter == base.default_quarter).all()
        assert lower(base.loss, worse.loss)


@many
@given(loans(), seeds, st.floats(1.01, 3.0))
def test_better_collateral_lowers_losses_and_leaves_defaults(terms: LoanTerms, seed: int, factor: float) -> None:
    quiet = replace(terms, ltv_cap=None, cures=0)
    met = met_by(terms, seed)
    base, rich = run(quiet, met), run(quiet, met._replace(value=factor * met.value))
    assert (rich.default_quarter == base.default_quarter).all()
    assert lower(rich.loss, base.loss)


@many
@given(loans(), seeds, st.floats(0.001, 0.1))
def test_a_wider_spread_moves_money_from_equity_to_the_lender(terms: LoanTerms, seed: int, wider: float) -> None:
    base = simple(terms, guarantee=0.0)
    dear = replace(base, coupon=base.coupon + wider)
    met = met_by(base, seed)
    less, more = run(base, met), run(dear, met)
    service = slice(terms.first, terms.last + 1)
    both = ~np.isnan(less.dscr[:, service]) & ~np.isnan(more.dscr[:, service]) & (met.cfads[:, service] > 0.0)
    assert lower(more.dscr[:, service][both], less.dscr[:, service][both])
    sound = ~more.is_defaulted & ~less.is_defaulted
    if sound.any():
        rates = [returns.irr(loan.lender[sound])[0] for loan in (less, more)]
        assert (rates[1] > rates[0]).all()
        total = [loan.equity[sound].sum(axis=1) for loan in (less, more)]
        assert terms.reserve_rate > 0.0 or lower(total[1], total[0])


@many
@given(loans(), seeds, st.floats(0.0, 60.0))
def test_junior_money_does_not_hurt_the_senior_lender(terms: LoanTerms, seed: int, mezz: float) -> None:
    """Service and pool held: a mezzanine tranche is paid from what would be equity's."""
    met = met_by(terms, seed)
    alone = run(simple(terms), met)
    above = run(simple(terms, mezz_principal=mezz), met)
    assert (above.default_quarter == alone.default_quarter).all()
    assert np.allclose(above.loss, alone.loss, rtol=0.0, atol=DUST)
    assert lower(above.equity.sum(axis=1), alone.equity.sum(axis=1))


def test_a_guarantee_pays_its_share_of_the_loss() -> None:
    terms = plain_loan(first=3, last=18, reserve_quarters=1.0)
    met = met_by(terms, 5)
    bare = run(terms, met)
    assert bare.is_defaulted.mean() > 0.2
    for cover in (0.25, 1.0):
        held = run(replace(terms, guarantee=cover), met)
        assert np.allclose(held.loss, (1.0 - cover) * bare.loss, rtol=0.0, atol=DUST)


@many
@given(loans(), seeds)
def test_without_default_the_lender_earns_its_coupon(terms: LoanTerms, seed: int) -> None:
    met = met_by(terms, seed)
    loan = run(terms, met)
    sound = ~loan.is_defaulted
    if sound.any():
        rate = returns.irr(loan.lender[sound])[0]
        assert np.allclose(rate, (1.0 + terms.rate_q) ** 4 - 1.0, rtol=0.0, atol=1e-8)
    assert not loan.loss[sound].any()


def test_full_recovery_at_once_loses_nothing() -> None:
    terms = plain_loan(first=3, last=18, recovery_lag=0, fire_sale=0.0, sale_cost=0.0)
    met = met_by(terms, 9)
    loan = run(terms, met._replace(value=np.full_like(met.value, 1e4)))
    assert loan.is_defaulted.any()
    assert np.abs(loan.loss).max() <= DUST
    rates = returns.irr(loan.lender)[0]
    assert np.allclose(rates, (1.0 + terms.rate_q) ** 4 - 1.0, atol=1e-8)


# The facility on the scenario's own fleet


@settings(max_examples=100)
@given(scenarios(only=("gpu_debt", "covenants", "gpu_fleet", "offtaker", "overcapacity", "rates"), programs=1))
def test_debt_and_equity_share_one_fleet(scenario: Scenario) -> None:
    claims = claims_of(scenario, ["gpu_debt", "gpu_debt_equity"])
    loan, terms = claims.loan, claims.loan_terms
    assert loan is not None
    assert terms is not None
    assert terms.principal <= scenario.gpu_debt.advance_cap * claims.collateral_cost * (1.0 + 1e-12)
    lines = claims.by_key["gpu_debt"].flows.ledger
    gap = sum(np.broadcast_to(line, loan.balance.shape) for line in lines.values())
    assert np.abs(gap).max() <= 1e-9 * 22_000.0
    base = scenario.gpu_debt
    if base.sizing_dscr is None:
        share = base.advance_cap if base.advance_cap >= LEAST else 0.0
        assert terms.principal == pytest.approx(share * claims.collateral_cost, rel=1e-12)


def test_no_loan_leaves_the_whole_fleet_to_equity() -> None:
    """Advance rate zero: equity's flows are the fleet's, nothing defaults, coverage is undefined."""
    scenario = Scenario().replace({"gpu_debt.advance_cap": 0.0, "gpu_fleet.contracted_share": 0.95})
    claims = claims_of(scenario, ["gpu_fleet", "gpu_debt", "gpu_debt_equity"])
    fleet, equity = claims.by_key["gpu_fleet"].flows.net, claims.by_key["gpu_debt_equity"].flows.net
    assert np.allclose(equity, fleet, rtol=0.0, atol=1e-9)
    assert claims.loan is not None
    assert not claims.loan.is_defaulted.any()
    assert np.isnan(claims.loan.dscr).all()
    assert not claims.by_key["gpu_debt"].flows.net.any()
    rates = [returns.irr(flows)[0] for flows in (fleet, equity)]
    assert np.allclose(rates[0], rates[1], atol=1e-9)


def test_base_facility_is_sized_as_the_model_says() -> None:
    """Almost all cash is under contract: coverage lies a little above 1.30, and higher still where the cap binds."""
    for customer, advance, coverage in (("non_ig", 0.75, 1.316), ("ig", 0.746, 1.309)):
        scenario = Scenario().replace({**FIRST_EDITION, "gpu_debt.customer": customer})
        claims = claims_of(scenario, ["gpu_debt"])
        assert claims.loan_terms is not None
        assert claims.loan_terms.principal / claims.collateral_cost == pytest.approx(advance, abs=5e-4)
        pot, _ = collateral(scenario, market_of(scenario), draws())
        assert minimum_dscr(claims.loan_terms, pot.base_cfads) == pytest.approx(coverage, abs=5e-4)


def test_leverage_on_the_fleet() -> None:
    """Advance rate up, everything else held, covenants off: coverage down, defaults up, balance up."""
    glut = Scenario().replace({"overcapacity.peak": 0.6})
    terms = claims_of(glut, ["gpu_debt"]).loan_terms
    assert terms is not None
    pot, _ = collateral(glut, market_of(glut), draws())
    results = []
    for advance in (0.4, 0.6, 0.75, 0.9):
        sized = replace(terms, principal=advance * pot.cost, lockup=0.0, event_of_default=0.0, cures=0)
        results.append(cash_flows(sized, pot)[2])
    for less, more in pairwise(results):
        sound = ~more.is_defaulted
        assert lower(np.nanmin(more.dscr[sound], axis=1), np.nanmin(less.dscr[sound], axis=1))
        assert lower(less.balance[sound], more.balance[sound])
        assert more.is_defaulted.mean() >= less.is_defaulted.mean()
    assert results[-1].is_defaulted.mean() > results[0].is_defaulted.mean()
