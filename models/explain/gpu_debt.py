"""The loan's service as numbers with reasons: reserve, coverage, what is due each quarter, and balance."""

from __future__ import annotations

import numpy as np

from models.basis.timeline import DELTA, Array
from models.debt.loan import LoanPaths, LoanTerms
from models.engine.lending import LoanOutcomes
from models.engine.measures import DebtMeasures
from models.explain.bought import held
from models.explain.equation import Equation, Operand
from models.explain.gpu_fleet import fleet_of
from models.explain.quantile import PROBABILITY, error_equation, quantile_equation, scramble_equation
from models.explain.registry import Reader, UnknownPath, declare, explains, named, row_of
from models.measures import risk
from models.tables.classes import DEBT_METRICS

LOAN = "assets.gpu_debt"
FLEET = f"{LOAN}.collateral"
CENTER_LOAN = "variants.data_center_loan"
UNIT = "USD per H100e of collateral"


def loan_of(reader: Reader) -> tuple[LoanPaths, LoanTerms]:
    """The loan's paths and terms."""
    claims = reader.evaluation.claims
    if claims.loan is None or claims.loan_terms is None:
        raise UnknownPath("this evaluation holds no loan")
    return claims.loan, claims.loan_terms


def debt_measures(reader: Reader, asset: str) -> DebtMeasures:
    """What only a lender asks of a stake; refuses every class but the loan."""
    measures = held(reader, asset).result.debt
    if measures is None:
        raise UnknownPath("only gpu_debt and data_center_loan have debt figures")
    return measures


def outcomes_of(reader: Reader, asset: str) -> LoanOutcomes:
    """The loan path by path that a stake is; refuses every class but a loan."""
    stake = held(reader, asset)
    outcomes = reader.once(f"outcomes {stake.claim}", stake.result.loan)
    if outcomes is None:
        raise UnknownPath("only gpu_debt and data_center_loan have debt figures")
    return outcomes


def default_quarter(reader: Reader, path: str) -> int:
    """First quarter in default on a path; past the horizon where there is none."""
    return int(reader.pick(loan_of(reader)[0].default_quarter.astype(float), path))


declare(
    "assets.gpu_debt.reserve.{path}.{t}", "Reserve and trapped cash, end of quarter", UNIT,
    "Months of debt service that equity funds at closing and cash tops up, and what covenants hold back; it earns the "
    "base rate.", "DSRA",
    {"months": "gpu_debt.reserve_months", "cap": "covenants.ltv_cap", "service": f"{LOAN}.installment"},
    lambda r: loan_of(r)[0].reserve + loan_of(r)[0].trap, kind="simulation",
)


@explains("{asset}.min_dscr.{pxx}")
def least_coverage(reader: Reader, asset: str, pxx: str) -> Equation:
    """Quantile of the least debt service coverage."""
    quantiles = debt_measures(reader, asset).min_dscr
    label, unit = DEBT_METRICS["min_dscr"]
    return quantile_equation(
        reader, label, unit, outcomes_of(reader, asset).least_dscr, pxx, getattr(quantiles, pxx),
        getattr(quantiles, f"{pxx}_se"), lambda i: f"{asset.removesuffix('.at_cost')}.min_dscr.path{i}",
    )


@explains("{asset}.min_dscr.{pxx}_se")
def least_coverage_error(reader: Reader, asset: str, pxx: str) -> Equation:
    """Standard error of a quantile of the least coverage."""
    value = getattr(debt_measures(reader, asset).min_dscr, f"{pxx}_se")
    root = asset.removesuffix(".at_cost")
    return error_equation(reader, f"Least debt service coverage {pxx}", "x", value, f"{root}.min_dscr.{pxx}")


@explains("{claim}.min_dscr.{pxx}.scramble{group}")
def least_coverage_scramble(reader: Reader, claim: str, pxx: str, group: int) -> Equation:
    """Quantile of the least coverage on one scramble."""
    least = outcomes_of(reader, claim).least_dscr
    return scramble_equation(reader, f"Least debt service coverage {pxx}", "x", least, group,
                             lambda part: float(risk.quantiles(part, PROBABILITY[pxx])))


def _coverage(reader: Reader) -> Array:
    """Coverage of service quarters, infinite where nothing is due, (paths, service quarters)."""
    loan, terms = loan_of(reader)
    coverage = loan.dscr[:, terms.first : terms.last + 1]
    return np.where(np.isnan(coverage), np.inf, coverage)


def _least(reader: Reader) -> Array:
    least = _coverage(reader).min(axis=1)
    return np.where(np.isinf(least), np.nan, least)


@explains("assets.gpu_debt.min_dscr.{path}")
def path_least_coverage(reader: Reader, path: str) -> Equation:
    """Least coverage of a path."""
    _, terms = loan_of(reader)
    t = terms.first + int(_coverage(reader)[row_of(path)].argmin())
    return Equation(
        f"Least debt service coverage, {reader.whose(path)}", reader.pick(_least(reader), path), "x",
        f"Lowest over quarters {terms.first} to {terms.last}, reached in quarter {t}.", f"min_t DSCR_t = DSCR_{t}",
        {f"DSCR_{t}": f"{LOAN}.dscr.{path}.{t}"},
    )


@explains("assets.gpu_debt.dscr.{path}.{t}")
def coverage(reader: Reader, path: str, t: int) -> Equation:
    """Debt service coverage of a quarter."""
    loan, terms = loan_of(reader)
    fee = {"fee": "loan_pricing.agent_fee", "Δ": "constants.quarter", "balance": f"{LOAN}.balance.{path}.{t - 1}"}
    return Equation(
        f"Debt service coverage, quarter {t}, {reader.whose(path)}", reader.pick(loan.dscr, path, t), "x",
        "Cash available for debt service" + (", after the agent's fee," if terms.agent_fee else "")
        + " over interest, scheduled principal and what a swap costs; a balloon is no debt service.",
        "DSCR = (CFADS − fee·Δ·balance)/service" if terms.agent_fee else "DSCR = CFADS/service",
        {"CFADS": f"{FLEET}.cash.{path}.{t}", "service": f"{LOAN}.service.{path}.{t}",
         **(fee if terms.agent_fee else {})},
    )


@explains("assets.gpu_debt.service.{path}.{t}")
def service(reader: Reader, path: str, t: int) -> Equation:
    """Interest, scheduled principal and swap due."""
    swap = {"swap": f"{LOAN}.swap_due.{path}.{t}"} if _swap_due(reader, path, t) else {}
    return Equation(
        f"Debt service due, quarter {t}, {reader.whose(path)}", _due(reader, path, t), UNIT,
        "Interest on the balance, scheduled principal" + (" and what a swap costs" if swap else "")
        + "; a balloon is due beside it.",
        "interest + principal" + (" + swap" if swap else ""),
        {"interest": f"{LOAN}.interest_due.{path}.{t}", "principal": f"{LOAN}.principal_due.{path}.{t}", **swap},
    )


def _due(reader: Reader, path: str, t: int) -> float:
    loan, _ = loan_of(reader)
    if np.isnan(reader.pick(loan.dscr, path, t)):
        raise UnknownPath(f"nothing is due in quarter {t}")
    return reader.pick(loan.service, path, t)


@explains("assets.gpu_debt.swap_due.{path}.{t}")
def swap_due(reader: Reader, path: str, t: int) -> Equation:
    """What a swap adds to the debt service of a quarter."""
    return Equation(
        f"Swap, quarter {t}, {reader.whose(path)}", _swap_due(reader, path, t), UNIT,
        "What the fixed rate of the swap costs over the base rate of the quarter, on the share swapped.", "",
        named("loan_pricing.hedged", "loan_pricing.base", "draws"), "simulation",
    )


def _swap_due(reader: Reader, path: str, t: int) -> float:
    """What a swap adds to service, USD."""
    return reader.pick(loan_of(reader)[0].swap, path, t)


def _interest(reader: Reader, path: str, t: int) -> float:
    loan, terms = loan_of(reader)
    before = reader.pick(loan.balance, path, t - 1)
    if not terms.is_floating:
        return before * terms.rate_q
    if t == default_quarter(reader, path):
        return reader.pick(loan.exposure, path) - before
    return reader.pick(loan.interest, path, t)


@explains("assets.gpu_debt.floating_rate.{path}.{t}")
def floating_rate(reader: Reader, path: str, t: int) -> Equation:
    """Rate of a floating loan in a quarter."""
    before = reader.pick(loan_of(reader)[0].balance, path, t - 1)
    return Equation(
        f"Rate of the loan, quarter {t}, {reader.whose(path)}",
        _interest(reader, path, t) / DELTA / before if before else float("nan"), "per year",
        "Base rate set a quarter ago, and the spread.", "SOFR_t + spread",
        named(f"{LOAN}.coupon", "loan_pricing.base", "loan_pricing.long_run", "loan_pricing.half_life",
              "loan_pricing.volatility", "draws"), "draw",
    )


@explains("assets.gpu_debt.interest_due.{path}.{t}")
def interest_due(reader: Reader, path: str, t: int) -> Equation:
    """Interest due in a quarter."""
    is_floating = loan_of(reader)[1].is_floating
    return Equation(
        f"Interest due, quarter {t}, {reader.whose(path)}", _interest(reader, path, t), UNIT,
        f"Balance a quarter ago, times a quarter of the {'rate then' if is_floating else 'coupon'}.",
        "balance·rate·Δ" if is_floating else "balance·coupon·Δ",
        {"balance": f"{LOAN}.balance.{path}.{t - 1}", "Δ": "constants.quarter"}
        | ({"rate": f"{LOAN}.floating_rate.{path}.{t}"} if is_floating else {"coupon": f"{LOAN}.coupon"}),
    )


@explains("assets.gpu_debt.principal_due.{path}.{t}")
def principal_due(reader: Reader, path: str, t: int) -> Equation:
    """Scheduled principal due in a quarter."""
    value = _due(reader, path, t) - _interest(reader, path, t) - _swap_due(reader, path, t)
    return Equation(
        f"Principal due, quarter {t}, {reader.whose(path)}", value, UNIT,
        "Level payments less interest, equal principal, or sculpted to planned cash, and never more than the quarter's "
        "planned cash may serve at the coverage asked; a balloon is due beside it.", "",
        named("gpu_debt.amortization", f"{LOAN}.installment", "gpu_debt.balloon", "gpu_debt.tenor_quarters",
              f"{LOAN}.balance.{path}.{t - 1}"), "simulation",
    )


@explains("assets.gpu_debt.installment")
def installment(reader: Reader) -> Equation:
    """First payment of the schedule."""
    loan, terms = loan_of(reader)
    return Equation(
        "First debt service", float((loan.interest[:, terms.first] + loan.principal[:, terms.first]).max()), UNIT,
        "What the schedule asks for first, on the balance that interest during the ramp has grown.", "",
        named(f"{LOAN}.principal", f"{LOAN}.coupon", "gpu_debt.tenor_quarters", "gpu_debt.amortization",
              "gpu_debt.balloon", "hardware.ramp_quarters"), "simulation",
    )


@explains("assets.gpu_debt.balance.{path}.{t}")
def balance(reader: Reader, path: str, t: int) -> Equation:
    """Balance at the end of a quarter."""
    loan, terms = loan_of(reader)
    before = f"{LOAN}.balance.{path}.{t - 1}"
    if t == 0:
        words, text = ("First of several equal draws.", "loan/draws") if terms.draws > 1 else ("Drawn at closing.",
                                                                                              "loan")
        operands: dict[str, Operand] = {"loan": f"{LOAN}.principal"}
        operands |= {"draws": "loan_pricing.draws"} if terms.draws > 1 else {}
    elif t < terms.first and (terms.draws > 1 or not terms.capitalizes):
        words, text = "Balance a quarter ago, what is drawn, and interest and fees that are capitalized.", ""
        operands = named(before, f"{LOAN}.coupon", "loan_pricing.draws", "loan_pricing.undrawn_fee",
                         "loan_pricing.capitalizes")
    elif t < terms.first:
        words, text = "Interest is added to the balance until the machines earn.", "balance·(1 + coupon·Δ)"
        operands = {"balance": before, "coupon": f"{LOAN}.coupon", "Δ": "constants.quarter"}
    else:
        words = "Balance a quarter ago, less principal and prepayments; nothing after a default."
        text = "0·balance" if t >= default_quarter(reader, path) else "balance − principal − prepayment"
        operands = {"balance": before}
        if t < default_quarter(reader, path):
            operands |= {name: f"{LOAN}.quarter.{name}.{path}.{t}" for name in ("principal", "prepayment")}
    return Equation(
        f"Balance, end of quarter {t}, {reader.whose(path)}", reader.pick(loan.balance, path, t), UNIT, words, text,
        operands, "expression" if text else "simulation",
    )


declare(
    "assets.gpu_debt.mean_balance.{t}", "Balance, end of quarter", UNIT,
    "Mean over paths; nothing is left after a default.", "E[balance]",
    {"loan": f"{LOAN}.principal", "coupon": f"{LOAN}.coupon", "draws": "draws"},
    lambda r: loan_of(r)[0].balance, kind="statistic",
)


@explains("assets.gpu_debt.collateral.cash.{stat}.{t}")
def collateral_cash(reader: Reader, stat: str, t: int) -> Equation:
    """Cash available for debt service."""
    view = fleet_of(reader, FLEET)
    lines = tuple(f"{FLEET}.quarter.{name}.{stat}.{t}" for name, amounts in view.lines.items()
                  if reader.pick(amounts, stat, t))
    return Equation(
        f"Cash available for debt service, quarter {t}, {reader.whose(stat)}", reader.pick(view.flow, stat, t), UNIT,
        "What the financed fleet earns after its running cost.", "CFADS = Σ(lines)" if lines else "0",
        {"lines": lines} if lines else {}, beside=() if lines else ("hardware.ramp_quarters",),
        note="" if lines else "nothing is earned before the ramp or after the end of life",
    )
