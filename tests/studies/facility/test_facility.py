"""The facility as the lender sees it: the same loan as the evaluation's, every figure from its definition."""

from typing import Any

import numpy as np
import pytest

from models.basis.shocks import draw_shocks
from models.engine.evaluate import evaluate
from models.errors import ScenarioError
from models.scenario.scenario import Scenario
from models.studies.facility import lender
from models.studies.facility.facility import FacilityResult, facility_result
from models.studies.facility.haircut import price_haircut, residual_haircut
from models.studies.facility.horizon import horizon, wall
from models.studies.facility.solve import largest_advance, lender_value, paying_spread, surviving_loan

PATHS = 1_024
BASE = Scenario().replace({"run.paths": PATHS})


def run(**changes: Any) -> FacilityResult:
    return facility_result(BASE, changes={name.replace("__", "."): value for name, value in changes.items()})


@pytest.fixture(scope="module")
def base() -> FacilityResult:
    return run()


def test_it_is_the_loan_of_the_evaluation(base: FacilityResult) -> None:
    debt = evaluate(BASE, keys=("gpu_debt",), variants=False).assets["gpu_debt"].debt
    view = lender.lender_view(base)
    assert debt is not None
    assert view.default_probability.value == debt.default_probability
    assert view.default_probability.error == pytest.approx(debt.default_probability_se)
    assert view.expected_loss.value == pytest.approx(debt.expected_loss, rel=1e-12)
    assert view.loss_given_default.value == pytest.approx(debt.loss_given_default, rel=1e-12)
    assert view.wal.value == pytest.approx(debt.wal_years, rel=1e-12)
    assert view.min_dscr.value == pytest.approx(debt.min_dscr.p50, rel=1e-9)
    assert base.advance_rate == pytest.approx(debt.advance_rate)


def test_an_evaluation_lends_its_market() -> None:
    evaluation = evaluate(BASE, keys=("gpu_debt",), variants=False)
    assert np.array_equal(facility_result(evaluation).loan.balance, run().loan.balance)


FEATURES: dict[str, dict[str, Any]] = {
    "draws, fees, discount": {
        "loan_pricing.draws": 3, "loan_pricing.upfront_fee": 0.02, "loan_pricing.discount": 0.01,
        "loan_pricing.agent_fee": 0.001,
    },
    "owner pays the ramp": {"loan_pricing.capitalizes": False},
    "drawn rate, half swapped": {"loan_pricing.base": "simulated", "loan_pricing.hedged": 0.5},
    "super-senior swap": {
        "loan_pricing.base": "simulated", "loan_pricing.hedged": 1.0, "loan_pricing.swap_rank": "super_senior",
    },
    "balloon and new lender": {
        "gpu_debt.balloon": 0.4, "loan_triggers.refinances": True, "gpu_fleet.contract_quarters": 20,
    },
    "called": {"loan_triggers.accelerates": True, "loan_triggers.builds_reserve": True},
    "mezzanine": {"mezzanine.advance": 0.1, "mezzanine.pays_in_kind": False},
    "merchant with floor": {"gpu_debt.customer": "merchant", "rent_floor.share": 1.0},
    "sovereign": {"gpu_debt.customer": "sovereign", "contract_credit.termination_quarters": 4},
    "renegotiated": {"contract_credit.renegotiation_rate": 1.0, "contract_credit.take_or_pay": 0.5},
    "taxed": {"tax.is_on": True},
}


def balance_check(result: FacilityResult) -> np.ndarray:
    """Sources less uses of every quarter and path, USD, (paths, quarters + 1): zero up to rounding."""
    loan, pot = result.loan, result.ground.pot
    gone = np.arange(result.quarters + 1)[None, :] > loan.default_quarter[:, None]
    project = np.where(gone, 0.0, pot.cfads)
    project[:, 0] = 0.0
    drawn = result.terms.drawn(result.terms.principal + result.terms.mezz_principal, result.quarters)
    kept = np.diff(loan.reserve + loan.trap, axis=1, prepend=0.0)
    sources = project + loan.reserve_income + loan.sale + loan.guarantee + loan.unpaid - drawn
    uses = loan.lender + loan.mezzanine + loan.equity + loan.agent + loan.swap + loan.refinance + kept
    return np.asarray(sources - uses)


@pytest.mark.parametrize("changes", FEATURES.values(), ids=FEATURES.keys())
def test_ledgers_close_with_every_feature(changes: dict[str, Any]) -> None:
    """Claimants sum to the project, and the lines of lender and owner add to their flows, every quarter and path."""
    result = facility_result(BASE, changes=changes)
    scale = np.abs(result.ground.pot.cfads).max()
    assert np.abs(balance_check(result)).max() <= 1e-9 * scale
    for flows in result.flows():
        total = sum(np.broadcast_to(line, flows.net.shape) for line in flows.lines().values())
        assert np.abs(total - flows.net).max() <= 1e-9 * scale
    assert result.flows()[0].net == pytest.approx(result.lender, abs=1e-9)
    assert result.flows()[1].net == pytest.approx(result.equity, abs=1e-9)


def test_the_binding_limit_is_named() -> None:
    assert run(gpu_debt__advance_cap=0.7).size.binding == "advance"
    by_coverage = run(gpu_debt__sizing_dscr=1.6)
    assert by_coverage.size.binding == "coverage"
    assert by_coverage.terms.principal == min(by_coverage.size.limits.values())
    assert run(loan_triggers__sizing_ltv=0.5).size.binding == "value"
    assert run(gpu_debt__customer="merchant", gpu_debt__sizing_dscr=None).size.binding == "grade"


def test_without_loan_the_fleet_is_the_owners() -> None:
    """B4: advance 0, equity cash = project cash, coverage undefined, no default."""
    none = run(gpu_debt__advance_cap=0.0)
    pot = none.ground.pot
    fleet = pot.cfads + pot.extra
    fleet[:, 0] = -pot.cost
    assert np.allclose(none.equity[:, 1:], fleet[:, 1:], atol=1e-9)
    assert np.isnan(none.dscr).all()
    assert not none.loan.is_defaulted.any()


def test_promised_yield_of_a_plain_loan_is_its_coupon(base: FacilityResult) -> None:
    """B10, and on paths that pay in full and on time the lender's own flow says the same."""
    coupon = (1.0 + base.terms.rate_q) ** 4 - 1.0
    view = lender.lender_view(base)
    assert view.yield_promised == pytest.approx(coupon, abs=1e-9)
    fine = ~base.loan.is_defaulted
    assert np.allclose(lender._irrs(base)[fine], coupon, atol=1e-9)
    assert view.spread == pytest.approx(0.05, abs=1e-9)
    fee = lender.lender_view(run(loan_pricing__upfront_fee=0.02, loan_pricing__discount=0.01))
    assert 0.008 < fee.spread - 0.05 < 0.02, "three points over two and a half years"


def test_default_by_year_ends_at_the_default_probability(base: FacilityResult) -> None:
    table = lender.default_by_year(base)
    assert table["by_year"].iloc[-1] == pytest.approx(base.loan.is_defaulted.mean())
    assert (table["in_year"] >= 0.0).all()
    assert table["in_year"].sum() == pytest.approx(table["by_year"].iloc[-1])


def test_life_coverage_starts_as_cash_over_loan(base: FacilityResult) -> None:
    rates, cfads = base.terms.rates_q(40), base.ground.pot.base_cfads
    worth = (cfads[3:19] / np.cumprod(1.0 + rates[1:])[2:18]).sum()
    expected = (worth + base.loan.reserve[0, 0]) / base.terms.principal
    assert base.llcr[:, 0] == pytest.approx(expected)
    assert (lender.fan(base, "llcr")["p50"].to_numpy() > 1.0).all()


def test_fans_are_ordered_and_count_only_living_loans(base: FacilityResult) -> None:
    for name in ("dscr", "ltv", "llcr"):
        table = lender.fan(base, name)
        values = table[["p05", "p25", "p50", "p75", "p95"]].to_numpy()
        assert (np.diff(values, axis=1) >= 0.0).all()
        assert table["alive"].is_monotonic_decreasing or name == "dscr"
        assert table["alive"].iloc[-1] <= 1.0 - base.loan.is_defaulted.mean() + 0.05
    in_default = lender.breaches(base).query("test == 'in default'")["probability"]
    assert in_default.is_monotonic_increasing
    assert in_default.iloc[-1] == pytest.approx(base.loan.is_defaulted.mean())


def test_tranches_lose_in_order_of_rank() -> None:
    """E12 over a whole run, and E13: junior money hurts the senior lender only where the owner keeps too little."""
    with_mezz = run(mezzanine__advance=0.1)
    table = lender.tranche_losses(with_mezz).set_index("tranche")
    assert table.loc["senior", "mean"] <= table.loc["mezzanine", "mean"] <= table.loc["equity", "mean"] + 0.2
    assert table.loc["senior", "probability"] <= table.loc["mezzanine", "probability"]
    uncured = [lender.tranche_losses(run(covenants__cures=0, mezzanine__advance=x)).set_index("tranche")
               for x in (0.0, 0.1)]
    assert uncured[1].loc["senior", "mean"] == pytest.approx(uncured[0].loc["senior", "mean"], abs=1e-12)
    assert uncured[1].loc["senior", "mean"] >= table.loc["senior", "mean"]
    curve = lender.loss_curve(with_mezz).query("tranche == 'mezzanine'")["probability"]
    assert curve.is_monotonic_decreasing


def test_more_loan_defaults_more_often() -> None:
    """E11 on the market's own paths; at the largest size a lock-up sweeps early and saves a few loans."""
    shares = [run(gpu_debt__advance_cap=x, gpu_debt__sizing_dscr=None) for x in (0.2, 0.4, 0.6, 0.9)]
    defaults = [s.loan.is_defaulted.mean() for s in shares]
    assert defaults[:3] == sorted(defaults[:3])
    assert defaults[3] > defaults[1]
    least = [np.nanmedian(s.least_dscr) for s in shares]
    assert least == sorted(least, reverse=True)


def test_largest_advance_meets_its_limit_and_no_more_does() -> None:
    told: list[float] = []
    found = largest_advance(BASE, 0.08, progress=told.append)
    assert found.reached <= 0.08
    above = run(gpu_debt__advance_cap=found.value + 0.01, gpu_debt__sizing_dscr=None)
    assert above.loan.is_defaulted.mean() > 0.08
    assert told == sorted(told)
    assert told[-1] == pytest.approx(1.0, abs=0.05)
    assert largest_advance(BASE, 1.0).is_bounded
    assert largest_advance(BASE, 0.08).value == found.value, "same draws, same answer"
    with pytest.raises(ScenarioError, match="most_default"):
        largest_advance(BASE, 1.5)


def test_a_glut_leaves_a_smaller_loan() -> None:
    calm, glut = (surviving_loan(BASE, o, 0.10) for o in (0.25, 1.0))
    assert glut.value < calm.value
    assert glut.coverage > calm.coverage


def test_the_spread_that_pays_for_the_loss() -> None:
    found = paying_spread(BASE)
    priced = run(gpu_debt__spread=max(found.value, 0.02), gpu_debt__sizing_dscr=None)
    assert found.value < 0.02, "the least spread of the sliders is dearer than the loss"
    assert lender_value(priced).mean() > 0.0
    dearer = paying_spread(BASE, margin=0.02)
    assert dearer.value > found.value + 0.019
    merchant = paying_spread(BASE.replace({"gpu_debt.contracted_share": 0.0, "gpu_debt.sizing_dscr": None}))
    assert np.isnan(merchant.value) or merchant.value > 0.04


def test_break_even_haircuts() -> None:
    base = run()
    rent = price_haircut(base)
    assert 0.2 < rent.value < 0.95
    assert rent.error < 0.05
    merchant = price_haircut(run(gpu_debt__contracted_share=0.5))
    assert merchant.value < rent.value or merchant.fails_already
    cheap = run(gpu_debt__spread=0.02, covenants__contract_recovery=0.0)
    residual = residual_haircut(cheap)
    assert residual.holds_always or 0.0 <= residual.value < 1.0


def test_maturity_against_contract_and_life() -> None:
    plain = run()
    assert wall(plain).margin == 0
    assert wall(plain).missed.value <= 0.02
    bars = horizon(plain).set_index("bar")
    assert bars.loc["loan", "end"] == bars.loc["contract", "end"] == 4.5
    assert bars.loc["economic life", "end"] == 6.5
    short = run(gpu_fleet__contract_quarters=8)
    assert wall(short).margin == -8
    balloon = {"gpu_debt.balloon": 0.2, "gpu_debt.sizing_dscr": None, "gpu_fleet.contract_quarters": 20,
               "covenants.cures": 0, "loan_triggers.balloon_ltv": None}
    hit, spared = (
        wall(facility_result(BASE, changes=balloon | {"loan_triggers.refinances": new}))
        for new in (False, True)
    )
    assert hit.missed.value > spared.missed.value
    assert spared.refinanced.value > 0.3
    assert hit.refinanced.value == 0.0


def test_searches_share_their_ground() -> None:
    """A loan-only change meets the very same collateral, so differences are the loan's."""
    shocks = draw_shocks(1, PATHS)
    a = facility_result(BASE, shocks)
    b = facility_result(BASE, shocks, changes={"gpu_debt.advance_cap": 0.6})
    c = facility_result(BASE, shocks, changes={"gpu_debt.contracted_share": 0.5})
    assert a.ground.pot.cfads is b.ground.pot.cfads
    assert a.ground.market is c.ground.market
    assert a.ground.pot.cfads is not c.ground.pot.cfads
    d = facility_result(BASE, shocks, changes={"overcapacity.peak": 0.6})
    assert d.ground.market is not a.ground.market


def test_a_wrong_path_is_named() -> None:
    with pytest.raises(ScenarioError, match="path: 5000"):
        run().alone(5_000)
