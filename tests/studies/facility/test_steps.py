"""The step log: three instructive paths as tables to read in review, and sums that must hold on every path.

``pytest tests/studies/facility/test_steps.py --update-golden`` accepts new tables; their diff is the review.
"""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from models.basis.timeline import Array
from models.debt import ledger
from models.errors import ScenarioError
from models.scenario.scenario import Scenario
from models.studies.facility.facility import FacilityResult, facility_result
from models.studies.facility.steps import path_table, rules_in_words, steps, telling_paths

GOLDEN = Path(__file__).resolve().parents[2] / "golden"
BASE = Scenario().replace({"run.paths": 512})
# A default that ends in a sale, a cure by the owner, a balloon that is refinanced above a mezzanine.
SHOWN = {
    "loan_default": ({}, "default, middle loss"),
    "loan_cure": ({}, "cured by equity"),
    "loan_refinanced": (
        {
            "gpu_debt.balloon": 0.2, "gpu_debt.sizing_dscr": None, "loan_triggers.balloon_ltv": None,
            "loan_triggers.refinances": True,
            "gpu_fleet.contract_quarters": 20, "mezzanine.advance": 0.08, "loan_pricing.draws": 2,
            "loan_pricing.base": "forward", "loan_pricing.hedged": 0.5,
        },
        "refinanced",
    ),
}


def whole_log(result: FacilityResult, path: int) -> pd.DataFrame:
    last = int(path_table(result, path)["quarter"].iloc[-1])
    return pd.concat(
        [steps(result, path, t).assign(quarter=t) for t in range(last + 1)], ignore_index=True
    )[["quarter", "step", "due", "paid", "short", "rule"]].round({"due": 2, "paid": 2, "short": 2})


@pytest.mark.parametrize("name", SHOWN)
def test_golden_step_log(name: str, update_golden: bool) -> None:
    changes, story = SHOWN[name]
    result = facility_result(BASE, changes=changes)
    log = whole_log(result, telling_paths(result)[story])
    file = GOLDEN / f"{name}.csv"
    if update_golden:
        log.to_csv(file, index=False)
    kept = pd.read_csv(file, keep_default_na=False)
    pd.testing.assert_frame_equal(log, kept, check_dtype=False, atol=0.02)


@pytest.fixture(scope="module")
def result() -> FacilityResult:
    return facility_result(BASE, changes=SHOWN["loan_refinanced"][0])


def paid(log: Array, *names: int) -> float:
    return float(sum(log[name, 1] for name in names))


def test_log_adds_up_on_many_paths(result: FacilityResult) -> None:
    """Money in equals money out in every performing quarter, and the log agrees with the flows of each claimant."""
    for path in range(0, result.paths, 16):
        loan = result.alone(path)
        for t in range(result.terms.first, min(int(loan.default_quarter[0]), result.quarters + 1)):
            log = loan.log[t]
            into = paid(log, ledger.CASH, ledger.REFINANCE, ledger.FROM_TRAP, ledger.FROM_RESERVE, ledger.CURE)
            into += paid(log, ledger.RELEASE)
            out = paid(log, ledger.FEE, ledger.SWAP, ledger.INTEREST, ledger.PRINCIPAL, ledger.BALLOON,
                       ledger.TOP_UP, ledger.REFI_SERVICE, ledger.MEZZ_INTEREST, ledger.MEZZ_PRINCIPAL,
                       ledger.PREPAY, ledger.TRAP, ledger.EQUITY) + paid(log, ledger.CURE)
            if log.any():
                assert into == pytest.approx(out, abs=1e-6), (path, t)
            lender = paid(log, ledger.INTEREST, ledger.PRINCIPAL, ledger.BALLOON, ledger.PREPAY)
            assert loan.lender[0, t] == pytest.approx(lender, abs=1e-9)
            mezzanine = paid(log, ledger.MEZZ_INTEREST, ledger.MEZZ_PRINCIPAL)
            assert loan.mezzanine[0, t] == pytest.approx(mezzanine, abs=1e-9)


def test_a_path_alone_is_the_path_among_all(result: FacilityResult) -> None:
    for path in (0, 100, 511):
        loan = result.alone(path)
        for name in ("lender", "equity", "mezzanine", "balance", "swap", "refinance", "rule"):
            assert np.array_equal(getattr(loan, name)[0], getattr(result.loan, name)[path]), name


def test_rules_are_told_in_words() -> None:
    assert rules_in_words(0) == ""
    assert rules_in_words(ledger.LOCKUP | ledger.EVENT).count(";") == 1
    called = rules_in_words(ledger.DEFAULTED | ledger.ACCELERATED | ledger.PIK)
    assert called == "event of default, the lender calls the loan"
    assert "neither paid nor refinanced" in rules_in_words(ledger.DEFAULTED | ledger.MATURITY)


def test_every_short_payment_of_a_default_has_its_rule(result: FacilityResult) -> None:
    rows = np.flatnonzero(result.loan.is_defaulted)[:20]
    assert len(rows) > 0
    for path in rows:
        quarter = int(result.loan.default_quarter[path])
        table = steps(result, int(path), quarter).set_index("step")
        assert table.loc["default", "rule"] != ""
        assert table.loc["default", "short"] >= 0.0
        later = steps(result, int(path), min(quarter + result.terms.recovery_lag, result.quarters))
        assert {"sale of machines and contract", "to lender"} <= set(later["step"]) | {"no payment"} | (
            {"sale of machines and contract", "to lender"} if result.loan.sale[path].sum() == 0.0 else set()
        )


def test_wrong_places_are_named(result: FacilityResult) -> None:
    with pytest.raises(ScenarioError, match="quarter: 99"):
        steps(result, 0, 99)
    with pytest.raises(ScenarioError, match="path: -1"):
        steps(result, -1, 5)
