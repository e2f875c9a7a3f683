"""Size follows the term without steps, and owners pay for what is worth keeping: path by path in plain Python."""

import numpy as np
import pytest

from models.basis.shocks import calm_shocks
from models.basis.timeline import Array
from models.scenario.scenario import Scenario
from models.studies.facility import solve
from models.studies.facility.facility import FacilityResult, facility_result

CALM = calm_shocks()
FREE = {"gpu_debt.advance_cap": 0.9, "gpu_debt.contract_price": 1.2}


def one(**changes: object) -> FacilityResult:
    return facility_result(Scenario().replace(FREE | {k.replace("__", "."): v for k, v in changes.items()}), CALM)


@pytest.mark.parametrize("amortization", ["level", "straight", "sculpted"])
@pytest.mark.parametrize(("name", "quarters"), [("gpu_debt__tenor_quarters", range(8, 21)),
                                                ("gpu_fleet__contract_quarters", range(4, 21))])
def test_no_quarter_moves_the_loan_by_more_than_its_cash(amortization: str, name: str, quarters: range) -> None:
    found = [one(gpu_debt__amortization=amortization, **{name: n}) for n in quarters]
    sizes = np.array([r.terms.principal for r in found])
    assert (np.diff(sizes) >= -1e-9).all(), "a longer term or contract never lowers the loan"
    assert np.diff(sizes).max() <= max(r.ground.pot.base_cfads.max() for r in found)


def test_more_under_contract_lends_more() -> None:
    sizes = [one(gpu_debt__contracted_share=q).terms.principal for q in np.linspace(0.0, 1.0, 6)]
    assert sizes == sorted(sizes)


def test_more_coverage_lends_less() -> None:
    for name, values in (("sizing_dscr", (1.1, 1.3, 1.6)), ("merchant_dscr", (1.0, 1.75, 3.0))):
        sizes = [one(**{f"gpu_debt__{name}": x, "gpu_debt__contracted_share": 0.5}).terms.principal for x in values]
        assert sizes == sorted(sizes, reverse=True) and sizes[0] > sizes[-1]


def test_cures_path_by_path() -> None:
    """A plain loan: level, one draw, no mezzanine, no swap; every cure and every default from the page's own rule."""
    glut = {"run.paths": 256, "overcapacity.peak": 1.0, "gpu_debt.reserve_months": 0.0}
    result = facility_result(Scenario().replace(glut))
    terms, loan, pot, cured, failed = result.terms, result.loan, result.ground.pot, 0, 0
    for i in range(result.paths):
        for t in range(terms.first, terms.last + 1):
            if t > loan.default_quarter[i] or loan.balance[i, t - 1] <= 1e-9:
                break
            owed = float(loan.balance[i, t - 1])
            interest = owed * terms.rate_q
            principal = min(float(result.plan[t - terms.first]), owed) if t < terms.last else owed
            if terms.amortization == "level" and t < terms.last:
                installment = float(result.plan[0]) + terms.opening_balance * terms.rate_q
                level = min(max(installment - interest, 0.0), owed)
                principal = level if np.ptp(service(result)) <= 1e-9 * installment else principal
            short = interest + principal - float(pot.cfads[i, t])
            if short <= 1e-9:
                assert loan.cure[i, t] == 0.0 and loan.default_quarter[i] != t
                continue
            kept = float(pot.value[i, t] + pot.claim[i, t]) - (owed - principal)
            if kept > terms.cure_cover * short:
                cured += 1
                assert loan.cure[i, t] == pytest.approx(short, abs=1e-9) and loan.default_quarter[i] != t
            else:
                failed += 1
                assert loan.default_quarter[i] == t and loan.exposure[i] == pytest.approx(owed + interest, abs=1e-9)
    assert cured > 5 and failed > 5, (cured, failed)


def service(result: FacilityResult) -> Array:
    """Interest and principal of each quarter as planned."""
    owed = result.terms.opening_balance - np.concatenate([[0.0], np.cumsum(result.plan)[:-1]])
    return np.asarray(result.plan + owed * result.terms.rate_q)


@pytest.mark.parametrize("amortization", ["level", "sculpted"])
def test_the_smallest_loan_hardly_ever_defaults_in_a_glut(amortization: str) -> None:
    glut = Scenario.preset("telecom_glut").replace(
        {"run.paths": 512, "gpu_debt.advance_cap": 0.01, "gpu_debt.amortization": amortization}
    )
    result = facility_result(glut)
    assert result.advance_rate == pytest.approx(0.01)
    assert result.loan.is_defaulted.mean() <= 0.01
    assert result.loan.cure.any(), "because owners pay"


def test_a_sculpted_loan_that_survives_a_glut_is_found() -> None:
    sculpted = Scenario().replace({"run.paths": 256, "gpu_debt.amortization": "sculpted"})
    found = solve.surviving_loan(sculpted, 2.0, 0.05)
    assert found.value >= 0.01 and found.reached <= 0.05
