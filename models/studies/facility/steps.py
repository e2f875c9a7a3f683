"""The waterfall of one path, quarter by quarter, in words: what was due, paid and short, and which rule fired."""

from __future__ import annotations

import numpy as np
import pandas as pd

from models.basis.store import Store
from models.debt import ledger
from models.debt.ledger import STEPS
from models.debt.loan import LoanPaths
from models.errors import ScenarioError
from models.studies.facility.facility import FacilityResult

RULES: dict[int, str] = {
    ledger.DEFAULTED: "payment default: cash, reserve, trap and cures do not cover what is due",
    ledger.ACCELERATED: "event of default, the lender calls the loan",
    ledger.MATURITY: "the balloon is neither paid nor refinanced",
    ledger.CURED: "equity pays the shortfall, because what it keeps of machines and contract is worth more than that",
    ledger.EVENT: "event of default: all excess cash goes to the lender until coverage has recovered",
    ledger.LOCKUP: "lock-up: coverage is below the test, all excess cash goes to the lender",
    ledger.EARLY: "early amortization: all excess cash goes to the lender until the loan is repaid",
    ledger.TRAPPED: "the loan is too large for its collateral, cash is trapped",
    ledger.PIK: "mezzanine interest is added to the mezzanine",
    ledger.REFINANCED: "a new lender repays what it may of the balloon",
    ledger.REPAID: "the loan is repaid",
}
"""What each bit of ``LoanPaths.rule`` says, in the order in which it is told."""
COLUMNS = ("step", "due", "paid", "short", "rule")


def rules_in_words(bits: int) -> str:
    """Every rule that fired in a quarter; empty where none did."""
    if bits & ledger.DEFAULTED:
        bits &= ~ledger.PIK
        if bits & (ledger.ACCELERATED | ledger.MATURITY):
            bits &= ~ledger.DEFAULTED
    return "; ".join(words for bit, words in RULES.items() if bits & bit)


def steps(result: FacilityResult, path: int, quarter: int) -> pd.DataFrame:
    """Steps of one quarter on one path, USD per H100e of collateral.

    Returns
    -------
    DataFrame
        ``step``, ``due``, ``paid``, ``short`` (due and not paid), ``rule`` in words; steps without money left out.

    Raises
    ------
    ScenarioError
        If there is no such path or quarter.
    """
    if not 0 <= quarter <= result.quarters:
        raise ScenarioError(f"quarter: {quarter} is not on the grid; use 0 to {result.quarters}")
    loan = _alone(result, path)
    if quarter < result.terms.first:
        return _frame(_ramp(result, loan, quarter))
    if quarter > int(loan.default_quarter[0]):
        return _frame(_sale(loan, quarter))
    rows = _service(result, loan, quarter)
    if quarter == int(loan.default_quarter[0]) and result.terms.recovery_lag == 0:
        rows += _sale(loan, quarter)
    return _frame(rows)


def path_table(result: FacilityResult, path: int) -> pd.DataFrame:
    """One row a quarter of one path until the loan is over.

    Cash after the agent's fee, debt service due and the coverage they give; balance, loan-to-value, rules.
    """
    loan = _alone(result, path)
    ltv = result.ltv[path]
    end = _end(result, loan)
    rows = []
    for t in range(end + 1):
        bits = int(loan.rule[0, t])
        log = loan.log[t]
        cash = float(log[ledger.CASH, 1] - loan.reserve_income[0, t] - log[ledger.FEE, 0]) if log.any() else 0.0
        words = rules_in_words(bits)
        if t < result.terms.first:
            words = "drawn" if result.terms.drawn(result.terms.principal, result.quarters)[t] > 0 else "ramp"
        if t > int(loan.default_quarter[0]):
            words = "collateral is sold" if loan.sale[0, t] > 0 else "the sale is prepared"
        rows.append((t, cash, float(loan.service[0, t]), float(loan.dscr[0, t]), float(loan.balance[0, t]),
                     float(ltv[t]), float(loan.lender[0, t]), words))
    return pd.DataFrame(
        rows, columns=["quarter", "cash", "due", "dscr", "balance", "ltv", "to_lender", "rule"]
    )


def telling_paths(result: FacilityResult) -> dict[str, int]:
    """Paths worth reading, by what happens on them: only those that exist in this run."""
    loan = result.loan
    bits = loan.rule.astype(np.int64)
    fired = np.bitwise_or.reduce(bits, axis=1)
    calm = np.flatnonzero(fired == ledger.REPAID)
    out: dict[str, int] = {}
    if len(calm):
        out["repaid as planned"] = int(calm[0])
    for words, bit in (
        ("lock-up, then repaid", ledger.LOCKUP), ("cured by equity", ledger.CURED),
        ("early amortization", ledger.EARLY), ("refinanced", ledger.REFINANCED),
    ):
        rows = np.flatnonzero((fired & bit > 0) & ~loan.is_defaulted)
        if len(rows):
            out[words] = int(rows[0])
    rows = np.flatnonzero(loan.is_defaulted)
    if len(rows):
        order = rows[np.argsort(loan.loss[rows], kind="stable")]
        out["default, middle loss"] = int(order[len(order) // 2])
        out["default, largest loss"] = int(order[-1])
        out["first default"] = int(rows[np.argmin(loan.default_quarter[rows])])
    return out


_read: Store[LoanPaths] = Store(8)


def _alone(result: FacilityResult, path: int) -> LoanPaths:
    return _read.beside(result).get(path, lambda: result.alone(path))


def _end(result: FacilityResult, loan: LoanPaths) -> int:
    """Last quarter worth showing: the sale after a default, else when nobody is owed anything."""
    default = int(loan.default_quarter[0])
    if default <= result.quarters:
        return min(default + result.terms.recovery_lag, result.quarters)
    owed = loan.balance[0] + loan.mezz_balance[0] + loan.refi_balance[0]
    over = int(np.flatnonzero(owed > ledger.DUST).max(initial=0)) + 1
    return min(over, max(result.life_end + 1, result.terms.last), result.quarters)


Row = tuple[str, float, float, str]


def _ramp(result: FacilityResult, loan: LoanPaths, t: int) -> list[Row]:
    drawn = float(result.terms.drawn(result.terms.principal, result.quarters)[t])
    rows: list[Row] = [("drawn", drawn, drawn, "pays for hardware")]
    if result.terms.discount:
        rows.append(("issue discount", drawn * result.terms.discount, drawn * result.terms.discount, "kept by lender"))
    mezz = float(result.terms.drawn(result.terms.mezz_principal, result.quarters)[t])
    rows.append(("mezzanine drawn", mezz, mezz, "pays for hardware"))
    fees, added = float(loan.lender_fees[0, t]), float(loan.capitalized[0, t])
    rows.append(("fees", fees, fees, "paid by equity"))
    interest = float(loan.interest[0, t])
    rows.append(("interest in the ramp", interest, interest, "paid by equity"))
    rows.append(("interest and fees added to the loan", added, added, "capitalized until service begins"))
    if t == 0:
        rows.append(("reserve", float(loan.reserve[0, 0]), float(loan.reserve[0, 0]), "funded by equity at closing"))
    return rows


def _service(result: FacilityResult, loan: LoanPaths, t: int) -> list[Row]:
    bits = int(loan.rule[0, t])
    log = loan.log[t]
    rows: list[Row] = []
    for k, name in enumerate(STEPS):
        due, paid = float(log[k, 0]), float(log[k, 1])
        rows.append((name, due if due else max(paid, 0.0), paid, _reason(k, bits, due - paid)))
    words = rules_in_words(bits & (ledger.DEFAULTED | ledger.ACCELERATED | ledger.MATURITY))
    if words:
        rows.append(("default", float(loan.exposure[0]), float(loan.recovery[0, t]), words))
    return rows


def _reason(step: int, bits: int, short: float) -> str:
    """The rule behind one step of a quarter."""
    told = {
        ledger.CURE: ledger.CURED, ledger.PREPAY: ledger.EVENT | ledger.LOCKUP | ledger.EARLY,
        ledger.TRAP: ledger.TRAPPED, ledger.MEZZ_INTEREST: ledger.PIK, ledger.REFINANCE: ledger.REFINANCED,
        ledger.PRINCIPAL: ledger.REPAID, ledger.BALLOON: ledger.REPAID,
    }
    words = rules_in_words(bits & told.get(step, 0))
    if step == ledger.TOP_UP and short > ledger.DUST:
        words = "excess cash does not fill the reserve"
    return words


def _sale(loan: LoanPaths, t: int) -> list[Row]:
    sold = float(loan.sale[0, t])
    if sold <= 0.0 and float(loan.guarantee[0, t]) <= 0.0:
        return [("no payment", 0.0, 0.0, "the collateral belongs to its buyer" if t else "")]
    owed, backed = float(loan.exposure[0]), float(loan.guarantee[0, t])
    return [
        ("sale of machines and contract", sold, sold, "after the time to recovery, at the fire-sale price"),
        ("to swap bank", float(loan.swap[0, t]), float(loan.swap[0, t]), "end of the swap"),
        ("to lender", owed, float(loan.lender[0, t]) - backed, "what is owed, before interest to the sale"),
        ("state guarantee", backed, backed, "pays its share of the shortfall"),
        ("to mezzanine", float(loan.mezzanine[0, t]), float(loan.mezzanine[0, t]), "after the lender is whole"),
        ("to equity", float(loan.equity[0, t]), float(loan.equity[0, t]), "what is left"),
    ]


def _frame(rows: list[Row]) -> pd.DataFrame:
    kept = [
        (name, due, paid, max(due - paid, 0.0) if due > ledger.DUST else 0.0, rule)
        for name, due, paid, rule in rows
        if abs(due) > ledger.DUST or abs(paid) > ledger.DUST or name in ("cash available", "no payment")
    ]
    return pd.DataFrame(kept, columns=list(COLUMNS))
