"""The loan as numbers with reasons: size, coupon, default, loss, life, coverage."""

from __future__ import annotations

import numpy as np

from models.basis.timeline import DELTA, Array
from models.debt.loan import LoanPaths, LoanTerms
from models.engine.valuation import DebtMeasures
from models.explain.equation import Equation
from models.explain.fleet import fleet_of
from models.explain.quantile import PROBABILITY, error_spec, known, quantile_spec, scramble_spec
from models.explain.registry import Reader, Spec, UnknownPath, explains, row_of
from models.explain.stake import held
from models.measures import risk
from models.tables.classes import DEBT_METRICS

LOAN = "assets.gpu_debt"
FLEET = f"{LOAN}.collateral"
UNIT = "USD per H100e of collateral"


def loan_of(reader: Reader) -> tuple[LoanPaths, LoanTerms]:
    """The loan's paths and terms."""
    claims = reader.evaluation.claims
    if claims.loan is None or claims.loan_terms is None:
        raise UnknownPath("this evaluation holds no loan")
    return claims.loan, claims.loan_terms


def debt_measures(reader: Reader, asset: str) -> DebtMeasures:
    """What only a lender asks of a stake; refuses every class but the loan."""
    found = held(reader, asset).result.debt
    if found is None:
        raise UnknownPath("only gpu_debt has debt figures")
    return found


@explains("{asset}.default_probability")
def default_probability(reader: Reader, asset: str) -> Equation:
    """Share of paths on which the loan defaults."""
    found = debt_measures(reader, asset)
    return Spec(
        "Default probability",
        found.default_probability,
        "share",
        "Paths on which a payment is missed, over all paths.",
        "",
        (f"{LOAN}.defaults", "draws"),
        "quotient",
        standard_error=known(found.default_probability_se),
    )


@explains("assets.gpu_debt.defaults")
def defaults(reader: Reader) -> Equation:
    """Number of paths on which the loan defaults."""
    loan, _ = loan_of(reader)
    rows = np.flatnonzero(loan.is_defaulted)
    order = rows[np.argsort(loan.default_quarter[rows], kind="stable")]
    shown = (f"{LOAN}.default.path{int(order[len(order) // 2])}",) if len(order) else ()
    return Spec(
        "Paths that default", len(rows), "paths",
        "Paths on which cash, reserve, trap and cures do not cover interest and principal"
        + ("; the one in the middle by time is shown." if shown else "; there is none."), "",
        (*shown, f"{LOAN}.min_dscr.p05", "draws"),
    )


@explains("assets.gpu_debt.default.{path}")
def default(reader: Reader, path: str) -> Equation:
    """Quarter in which the loan defaults on a path."""
    loan, _ = loan_of(reader)
    t = int(reader.pick(loan.default_quarter.astype(float), path))
    if t >= loan.balance.shape[1]:
        return Spec(f"Default, {reader.whose(path)}", None, "quarter", "The loan does not default on this path.", "",
                    (f"{LOAN}.min_dscr.{path}",))
    return Spec(
        f"Quarter of default, {reader.whose(path)}", t, "quarter",
        "First quarter in which cash, what the reserve earns and holds, trapped cash and a cure fall short of interest "
        "and principal due.", "CFADS + income + DSRA + trap + cure < service",
        (
            f"{FLEET}.cash.{path}.{t}", f"{LOAN}.reserve.{path}.{t - 1}", f"{LOAN}.service.{path}.{t}",
            "covenants.cures", "covenants.cure_cover",
        ),
    )


@explains("assets.gpu_debt.reserve.{path}.{t}")
def reserve(reader: Reader, path: str, t: int) -> Equation:
    """Reserve and trapped cash."""
    loan, terms = loan_of(reader)
    value = reader.pick(loan.reserve, path, t) + reader.pick(loan.trap, path, t)
    return Spec(
        f"Reserve and trapped cash, end of quarter {t}, {reader.whose(path)}", value, UNIT,
        "Months of debt service that equity funds at closing and cash tops up, and what covenants hold back.", "DSRA",
        ("gpu_debt.reserve_months", "covenants.ltv_cap", f"{LOAN}.installment"),
        note=f"earns the base rate {terms.reserve_rate:g}",
    )


@explains("{asset}.min_dscr.{pxx}")
def least_coverage(reader: Reader, asset: str, pxx: str) -> Equation:
    """Quantile of the least debt service coverage."""
    found = debt_measures(reader, asset).min_dscr
    label, unit = DEBT_METRICS["min_dscr"]
    return quantile_spec(
        reader, label, unit, _least(reader), pxx, getattr(found, pxx), getattr(found, f"{pxx}_se"),
        lambda i: f"{LOAN}.min_dscr.path{i}",
    )


@explains("{asset}.min_dscr.{pxx}_se")
def least_coverage_error(reader: Reader, asset: str, pxx: str) -> Equation:
    """Standard error of a quantile of the least coverage."""
    value = getattr(debt_measures(reader, asset).min_dscr, f"{pxx}_se")
    return error_spec(reader, f"Least debt service coverage {pxx}", "x", value, f"{LOAN}.min_dscr.{pxx}")


@explains("assets.gpu_debt.min_dscr.{pxx}.scramble{group}")
def least_coverage_scramble(reader: Reader, pxx: str, group: int) -> Equation:
    """Quantile of the least coverage on one scramble."""
    def quantile(part: Array) -> float:
        return float(risk.quantiles(part, PROBABILITY[pxx]))

    return scramble_spec(reader, f"Least debt service coverage {pxx}", "x", _least(reader), group, quantile)


def _coverage(reader: Reader) -> Array:
    """Coverage of service quarters, infinite where nothing is due, (paths, service quarters)."""
    loan, terms = loan_of(reader)
    found = loan.dscr[:, terms.first : terms.last + 1]
    return np.where(np.isnan(found), np.inf, found)


def _least(reader: Reader) -> Array:
    least = _coverage(reader).min(axis=1)
    return np.where(np.isinf(least), np.nan, least)


@explains("assets.gpu_debt.min_dscr.{path}")
def path_least_coverage(reader: Reader, path: str) -> Equation:
    """Least coverage of a path."""
    _, terms = loan_of(reader)
    value = reader.pick(_least(reader), path)
    t = terms.first + int(_coverage(reader)[row_of(path)].argmin())
    return Spec(
        f"Least debt service coverage, {reader.whose(path)}", value, "x",
        f"Lowest over quarters {terms.first} to {terms.last}, reached in quarter {t}.", "min_t DSCR_t",
        (f"{LOAN}.dscr.{path}.{t}",), "same",
    )


@explains("assets.gpu_debt.dscr.{path}.{t}")
def coverage(reader: Reader, path: str, t: int) -> Equation:
    """Debt service coverage of a quarter."""
    loan, _ = loan_of(reader)
    return Spec(
        f"Debt service coverage, quarter {t}, {reader.whose(path)}", reader.pick(loan.dscr, path, t), "x",
        "Cash available for debt service over interest and scheduled principal.", "DSCR = CFADS/(interest + principal)",
        (f"{FLEET}.cash.{path}.{t}", f"{LOAN}.service.{path}.{t}"),
        "" if loan_of(reader)[1].agent_fee else "quotient", ("loan_pricing.agent_fee",) if loan_of(reader)[1].agent_fee
        else (),
    )


@explains("assets.gpu_debt.service.{path}.{t}")
def service(reader: Reader, path: str, t: int) -> Equation:
    """Interest and scheduled principal due."""
    exchanged = _exchanged(reader, path, t)
    if exchanged:
        return Spec(
            f"Debt service due, quarter {t}, {reader.whose(path)}", _due(reader, path, t), UNIT,
            "Interest on the balance, scheduled principal, and what a swap costs, less what a new lender repays.",
            "interest + principal + swap − new loan",
            (f"{LOAN}.interest_due.{path}.{t}", f"{LOAN}.principal_due.{path}.{t}", "loan_pricing.hedged",
             "loan_triggers.refinances"),
        )
    return Spec(
        f"Debt service due, quarter {t}, {reader.whose(path)}", _due(reader, path, t), UNIT,
        "Interest on the balance, and scheduled principal.", "interest + principal",
        (f"{LOAN}.interest_due.{path}.{t}", f"{LOAN}.principal_due.{path}.{t}"), "sum",
    )


def _due(reader: Reader, path: str, t: int) -> float:
    loan, terms = loan_of(reader)
    covered = reader.pick(loan.dscr, path, t)
    if np.isnan(covered):
        raise UnknownPath(f"nothing is due in quarter {t}")
    cash = reader.pick(reader.evaluation.claims.by_key["gpu_debt"].flows.ledger["project"], path, t)
    cash -= reader.pick(loan.balance, path, t - 1) * terms.agent_fee * DELTA
    return cash / covered if covered else _interest(reader, path, t) + _paid(reader, path, t)


def _exchanged(reader: Reader, path: str, t: int) -> float:
    """What a swap adds to service less what a new lender repays of it, USD."""
    loan, _ = loan_of(reader)
    return reader.pick(loan.swap, path, t) + min(reader.pick(loan.refinance, path, t), 0.0)


def _paid(reader: Reader, path: str, t: int) -> float:
    return reader.pick(loan_of(reader)[0].principal, path, t)


def _interest(reader: Reader, path: str, t: int) -> float:
    loan, terms = loan_of(reader)
    before = reader.pick(loan.balance, path, t - 1)
    if not terms.is_floating:
        return before * terms.rate_q
    if t == int(reader.pick(loan.default_quarter.astype(float), path)):
        return reader.pick(loan.exposure, path) - before
    return reader.pick(loan.interest, path, t)


@explains("assets.gpu_debt.floating_rate.{path}.{t}")
def floating_rate(reader: Reader, path: str, t: int) -> Equation:
    """Rate of a floating loan in a quarter."""
    loan, _ = loan_of(reader)
    before = reader.pick(loan.balance, path, t - 1)
    rate = _interest(reader, path, t) / DELTA / before if before else float("nan")
    return Spec(
        f"Rate of the loan, quarter {t}, {reader.whose(path)}", rate, "per year",
        "Base rate set a quarter ago, and the spread.", "SOFR_t + spread",
        (f"{LOAN}.coupon", "loan_pricing.base", "loan_pricing.long_run", "loan_pricing.half_life",
         "loan_pricing.volatility", "draws"),
    )


@explains("assets.gpu_debt.interest_due.{path}.{t}")
def interest_due(reader: Reader, path: str, t: int) -> Equation:
    """Interest due in a quarter."""
    if loan_of(reader)[1].is_floating:
        return Spec(
            f"Interest due, quarter {t}, {reader.whose(path)}", _interest(reader, path, t), UNIT,
            "Balance a quarter ago, times a quarter of the rate then.", "balance·rate·Δ",
            (f"{LOAN}.balance.{path}.{t - 1}", f"{LOAN}.floating_rate.{path}.{t}", "constants.quarter"), "product",
        )
    return Spec(
        f"Interest due, quarter {t}, {reader.whose(path)}", _interest(reader, path, t), UNIT,
        "Balance a quarter ago, times a quarter of the coupon.", "balance·coupon·Δ",
        (f"{LOAN}.balance.{path}.{t - 1}", f"{LOAN}.coupon", "constants.quarter"), "product",
    )


@explains("assets.gpu_debt.principal_due.{path}.{t}")
def principal_due(reader: Reader, path: str, t: int) -> Equation:
    """Scheduled principal due in a quarter."""
    return Spec(
        f"Principal due, quarter {t}, {reader.whose(path)}", _due(reader, path, t) - _interest(reader, path, t)
        - _exchanged(reader, path, t),
        UNIT,
        "Level payments less interest, equal principal, or sculpted to coverage; the rest in the last quarter.", "",
        ("gpu_debt.amortization", f"{LOAN}.installment", "gpu_debt.balloon", "gpu_debt.tenor_quarters",
         f"{LOAN}.balance.{path}.{t - 1}"),
    )


@explains("assets.gpu_debt.installment")
def installment(reader: Reader) -> Equation:
    """First payment of the schedule."""
    loan, terms = loan_of(reader)
    paid = loan.interest[:, terms.first] + loan.principal[:, terms.first]
    return Spec(
        "First debt service", float(paid.max()), UNIT,
        "What the schedule asks for first, on the balance that interest during the ramp has grown.", "",
        (f"{LOAN}.principal", f"{LOAN}.coupon", "gpu_debt.tenor_quarters", "gpu_debt.amortization", "gpu_debt.balloon",
         "hardware.ramp_quarters"),
    )


@explains("assets.gpu_debt.balance.{path}.{t}")
def balance(reader: Reader, path: str, t: int) -> Equation:
    """Balance at the end of a quarter."""
    loan, terms = loan_of(reader)
    label = f"Balance, end of quarter {t}, {reader.whose(path)}"
    value, unit = reader.pick(loan.balance, path, t), "USD per H100e of collateral"
    if t == 0 and terms.draws > 1:
        parts = (f"{LOAN}.principal", "loan_pricing.draws")
        return Spec(label, value, unit, "First of several equal draws.", "", parts)
    if t == 0:
        return Spec(label, value, unit, "Drawn at closing.", "", (f"{LOAN}.principal",), "same")
    if t < terms.first and (terms.draws > 1 or not terms.capitalizes):
        return Spec(
            label, value, unit, "Balance a quarter ago, what is drawn, and interest and fees that are capitalized.", "",
            (f"{LOAN}.balance.{path}.{t - 1}", f"{LOAN}.coupon", "loan_pricing.draws", "loan_pricing.undrawn_fee",
             "loan_pricing.capitalizes"),
        )
    if t < terms.first:
        return Spec(label, value, unit, "Interest is added to the balance until the machines earn.",
                    "balance·(1 + coupon·Δ)", (f"{LOAN}.balance.{path}.{t - 1}", f"{LOAN}.coupon"))
    return Spec(
        label, value, unit, "Balance a quarter ago, less principal and prepayments; nothing after a default.", "",
        (f"{LOAN}.balance.{path}.{t - 1}", f"{LOAN}.quarter.principal.{path}.{t}",
         f"{LOAN}.quarter.prepayment.{path}.{t}"),
    )


@explains("assets.gpu_debt.collateral.cash.{stat}.{t}")
def collateral_cash(reader: Reader, stat: str, t: int) -> Equation:
    """Cash available for debt service."""
    view = fleet_of(reader, FLEET)
    parts = [name for name, amounts in view.lines.items() if reader.pick(amounts, stat, t)]
    return Spec(
        f"Cash available for debt service, quarter {t}, {reader.whose(stat)}", reader.pick(view.flow, stat, t),
        UNIT, "What the financed fleet earns after its running cost.", "CFADS",
        tuple(f"{FLEET}.quarter.{name}.{stat}.{t}" for name in parts) or ("hardware.ramp_quarters",),
        "sum" if parts else "", note="" if parts else "nothing is earned before the ramp or after the end of life",
    )
