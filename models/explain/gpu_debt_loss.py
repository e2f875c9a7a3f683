"""What a lender loses and when it is repaid, as numbers with reasons: default, exposure, recovery, average life."""

from __future__ import annotations

import numpy as np

from models.assets.data_center.service import CenterLoan
from models.assets.gpu_fleet.used import used_values
from models.basis.timeline import DELTA, Array
from models.debt.loan import LoanPaths
from models.explain.equation import Equation, Operand
from models.explain.gpu_debt import (
    CENTER_LOAN,
    FLEET,
    LOAN,
    UNIT,
    debt_measures,
    default_quarter,
    loan_of,
    outcomes_of,
)
from models.explain.gpu_fleet import fleet_of
from models.explain.quantile import error_equation, known, scramble_equation
from models.explain.registry import Reader, UnknownPath, declare, explains, named

_FIGURES: dict[str, tuple[str, str, str, str, dict[str, Operand]]] = {
    "default_probability": (
        "Default probability", "share", "Paths on which a payment is missed, over all paths.", "defaults/paths",
        {"defaults": ".defaults", "paths": "draws"},
    ),
    **{f"default_probability_{fate}": (
        label, "share", f"Paths on which a payment is missed, over those on which the simulated LLM developer {does}.",
        "defaults/paths", {"defaults": f".{fate}.defaults", "paths": f".{fate}.paths"},
    ) for fate, label, does in (("lab_fails", "Defaults where the lab fails", "fails while the loan runs"),
                                ("lab_lasts", "Defaults where it does not", "outlasts the loan"))},
    "loss_given_default": (
        "Loss given default", "share of exposure",
        "What lenders lose over what they are owed, summed over the paths that default.", "LGD = losses/exposures",
        {"losses": ".total.loss", "exposures": ".total.exposure"},
    ),
    "expected_loss": (
        "Expected loss", "share of funding",
        "Loss at default, discounted at the coupon to closing, averaged over all paths, per dollar lent.",
        "EL = loss/loan", {"loss": ".mean_loss", "loan": ".principal"},
    ),
    "wal_years": (
        "Weighted average life", "years",
        "Years from closing a dollar lent is out, until it is repaid, recovered or lost: those a spread is paid for.",
        "WAL = balance_years/loan", {"balance_years": ".balance_years", "loan": ".principal"},
    ),
    "advance_rate": (
        "Advance rate", "share of cost", "Loan over hardware cost, net of what is received at closing.",
        "λ_A = loan/cost", {"loan": ".principal", "cost": ".cost"},
    ),
}


_OF_CENTER: dict[str, tuple[str, str, str, str, dict[str, Operand]]] = {
    "default_probability": (
        "Default probability", "share", "Paths on which the owner hands over the keys, over all paths.",
        "defaults/paths", {"defaults": ".defaults", "paths": "draws"},
    ),
    "advance_rate": (
        "Loan to cost", "share", "Loan over budgeted build cost.", "loan/cost", {"loan": ".principal", "cost": ".cost"},
    ),
}


def _figure(root: str, debt: str) -> tuple[str, str, str, str, dict[str, Operand]]:
    """What is said of a lender's figure; operands that begin with a dot stay with the loan."""
    label, unit, words, text, operands = (_OF_CENTER if root == CENTER_LOAN else {}).get(debt) or _FIGURES[debt]
    there = {n: f"{root}{p}" if isinstance(p, str) and p.startswith(".") else p for n, p in operands.items()}
    return label, unit, words, text, there


@explains("{asset}.{debt}")
def debt_figure(reader: Reader, asset: str, debt: str) -> Equation:
    """A lender's figure over all paths."""
    measures = debt_measures(reader, asset)
    label, unit, words, text, operands = _figure(asset.removesuffix(".at_cost"), debt)
    error = known(getattr(measures, f"{debt}_se", None))
    return Equation(label, getattr(measures, debt), unit, words, text, operands, standard_error=error)


@explains("{asset}.{share}_se")
def debt_error(reader: Reader, asset: str, share: str) -> Equation:
    """Standard error of a lender's figure."""
    value, root = getattr(debt_measures(reader, asset), f"{share}_se"), asset.removesuffix(".at_cost")
    label, unit, *_ = _figure(root, share)
    return error_equation(reader, label, unit, value, f"{root}.{share}")


@explains("{claim}.{share}.scramble{group}")
def debt_scramble(reader: Reader, claim: str, share: str, group: int) -> Equation:
    """A lender's figure on one scramble."""
    loan = outcomes_of(reader, claim)
    label, unit, *_ = _figure(claim, share)
    if share == "expected_loss":
        found = loan.lost / loan.principal
    elif share == "default_probability":
        found = loan.is_defaulted.astype(float)
    else:
        found = loan.defaults(share.endswith("fails"))
    return scramble_equation(reader, label, unit, found, group, lambda part: float(part.mean()))


@explains("{claim}.{fate}.paths")
def lab_paths(reader: Reader, claim: str, fate: str) -> Equation:
    """Number of paths on which the simulated developer fails, or on which it does not."""
    is_so = outcomes_of(reader, claim).lab_fails == (fate == "lab_fails")
    survivor = f"assets.llm_developer.quarter.sale_or_exit.mean.{reader.market.quarters}"
    return Equation(
        f"Paths on which the lab {'fails' if fate == 'lab_fails' else 'does not fail'}", int(is_so.sum()), "paths",
        "Paths on which the money of the simulated LLM developer runs out while the loan runs, or all others.", "",
        named(survivor, "draws"), "statistic",
    )


@explains("{claim}.{fate}.defaults")
def lab_defaults(reader: Reader, claim: str, fate: str) -> Equation:
    """Number of those paths on which the loan defaults."""
    loan = outcomes_of(reader, claim)
    both = loan.is_defaulted & (loan.lab_fails == (fate == "lab_fails"))
    return Equation(
        f"Defaults where the lab {'fails' if fate == 'lab_fails' else 'does not fail'}", int(both.sum()), "paths",
        "Paths that default, of those on which the lab meets this fate.", "",
        named(f"{claim}.{fate}.paths", f"{claim}.defaults"), "statistic",
    )


def _discounted(reader: Reader) -> Array:
    loan, terms = loan_of(reader)
    when = np.minimum(loan.default_quarter, loan.balance.shape[1]).astype(float)
    return np.where(loan.is_defaulted, loan.loss * (1.0 + terms.rate_q) ** -when, 0.0)


@explains("assets.gpu_debt.defaults")
def defaults(reader: Reader) -> Equation:
    """Number of paths on which the loan defaults."""
    loan, _ = loan_of(reader)
    shown = middle_default(loan, loan.default_quarter.astype(float))
    return Equation(
        "Paths that default", int(loan.is_defaulted.sum()), "paths",
        "Paths on which cash, reserve, trap and cures do not cover interest and principal"
        + ("; the one in the middle by time is shown." if shown else "; there is none."), "",
        named(*(f"{LOAN}.default.path{row}" for row in shown), f"{LOAN}.min_dscr.p05", "draws"), "statistic",
    )


@explains("assets.gpu_debt.default.{path}")
def default(reader: Reader, path: str) -> Equation:
    """Quarter in which the loan defaults on a path."""
    t = default_quarter(reader, path)
    if t >= loan_of(reader)[0].balance.shape[1]:
        return Equation(f"Default, {reader.whose(path)}", None, "quarter", "The loan does not default on this path.",
                        "", named(f"{LOAN}.min_dscr.{path}"), "simulation")
    return Equation(
        f"Quarter of default, {reader.whose(path)}", t, "quarter",
        "First quarter in which cash, what the reserve earns and holds, trapped cash and a cure fall short of debt "
        "service, fee and balloon; the owner cures while machines and contract, less all that is still owed, are worth "
        "more than it pays in.", "CFADS + income + DSRA + trap + cure < service + fee + balloon",
        named(f"{FLEET}.cash.{path}.{t}", f"{LOAN}.reserve.{path}.{t - 1}", f"{LOAN}.service.{path}.{t}",
              "covenants.cures", "covenants.cure_cover"), "simulation",
    )


def middle_default(loan: LoanPaths | CenterLoan, by: Array) -> tuple[int, ...]:
    """The path in the middle of those that default, ordered by a number; none where none defaults."""
    rows = np.flatnonzero(loan.is_defaulted)
    order = rows[np.argsort(by[rows], kind="stable")]
    return (int(order[len(order) // 2]),) if len(order) else ()


def total_over_defaults(loan: LoanPaths | CenterLoan, root: str, unit: str, name: str) -> Equation:
    """Losses or exposures of a loan summed over paths."""
    if name not in ("loss", "exposure"):
        raise UnknownPath("totals are loss and exposure")
    amounts = loan.exposure if name == "exposure" else loan.loss
    shown = middle_default(loan, amounts)
    return Equation(
        f"{'Exposure' if name == 'exposure' else 'Losses'} over all defaults", float(amounts.sum()), unit,
        f"Sum over {int(loan.is_defaulted.sum()):,} paths that default"
        + ("; the one in the middle is shown." if shown else "."), f"N·E[{name}]",
        named(*(f"{root}.{name}.path{row}" for row in shown), f"{root}.defaults"), "statistic",
    )


@explains("assets.gpu_debt.total.{name}")
def total(reader: Reader, name: str) -> Equation:
    """Losses or exposures summed over paths."""
    return total_over_defaults(loan_of(reader)[0], LOAN, UNIT, name)


@explains("assets.gpu_debt.exposure.{path}")
def exposure(reader: Reader, path: str) -> Equation:
    """What the lender is owed at default."""
    value, t = reader.pick(loan_of(reader)[0].exposure, path), default_quarter(reader, path)
    when = (f"{LOAN}.default.{path}",)
    if not value:
        return Equation(f"Exposure at default, {reader.whose(path)}", 0.0, UNIT, "No default on this path.", "0",
                        beside=when)
    return Equation(
        f"Exposure at default, {reader.whose(path)}", value, UNIT, "Balance before the quarter, and its interest.",
        "EAD = balance + interest",
        {"balance": f"{LOAN}.balance.{path}.{t - 1}", "interest": f"{LOAN}.interest_due.{path}.{t}"}, beside=when,
    )


declare(
    "assets.gpu_debt.loss.{path}", "Loss at default", UNIT,
    "Exposure, less what is recovered, each as of the quarter of default.", "EAD − PV",
    {"EAD": ".exposure@", "PV": ".recovered@"}, lambda r: loan_of(r)[0].loss,
)


@explains("assets.gpu_debt.recovered.{path}")
def recovered(reader: Reader, path: str) -> Equation:
    """What the lender recovers on a path, as of the default."""
    loan, _ = loan_of(reader)
    t = default_quarter(reader, path)
    cash = (f"{FLEET}.cash.{path}.{t}", f"{LOAN}.reserve.{path}.{t - 1}") if t < loan.balance.shape[1] else ()
    return Equation(
        f"Recovered, {reader.whose(path)}", reader.pick(loan.exposure, path) - reader.pick(loan.loss, path), UNIT,
        "Cash and reserves at once; after a delay what machines fetch in a forced sale, part of the contract's value "
        "above the market, and a state guarantee. The value of the machines is what buyers expect at the price that "
        "caused the default.", "cash + (1 − fire)·(1 − cost)·V + R_o·claim",
        named(*cash, "covenants.fire_sale", "covenants.sale_cost", "covenants.recovery_lag",
              "covenants.contract_recovery", f"{LOAN}.collateral_value.{path}", f"{LOAN}.coupon"), "simulation",
    )


@explains("assets.gpu_debt.collateral_value.{path}")
def collateral_value(reader: Reader, path: str) -> Equation:
    """Value of a used machine at default."""
    view = fleet_of(reader, FLEET)
    t = min(default_quarter(reader, path), reader.market.quarters)
    values = reader.once("used values", lambda: used_values(view.fleet, view.terms, reader.market))
    return Equation(
        f"Value of a used machine, quarter {t}, {reader.whose(path)}", reader.pick(values, path, t), UNIT,
        "What its buyers expect it to earn over the rest of its life, with half of today's price gap gone in so many "
        "quarters, at the merchant hurdle; scrap value at least.",
        "V = max(s·K_t, h·Σ v^j·max(0, û_0·P^fwd − c_0) + v^N·s·K_0)",
        named(f"market.price_ratio.{path}.{t}", "market.earned_utilization", f"{FLEET}.cash_cost",
              "gpu_fleet.gap_half_life", "in_force.hardware.merchant_hurdle", "hardware.life_quarters",
              "gpu_fleet.salvage", f"market.price_long_run.{t}"), "simulation",
    )


@explains("assets.gpu_debt.mean_loss")
def mean_loss(reader: Reader) -> Equation:
    """Mean discounted loss over all paths."""
    return Equation(
        "Mean loss, worth at closing", float(_discounted(reader).mean()), UNIT,
        "Loss at default, discounted at the coupon; zero on paths that do not default.", "E[loss·(1 + r_q)^(−τ)]",
        named(f"{LOAN}.total.loss", f"{LOAN}.coupon", "draws"), "statistic",
    )


@explains("assets.gpu_debt.balance_years")
def balance_years(reader: Reader) -> Equation:
    """Expected balance times the years it is out."""
    loan, terms = loan_of(reader)
    last = min(terms.last, reader.market.quarters)
    return Equation(
        "Expected balance times years", float(loan.balance.mean(axis=0).sum()) * DELTA, f"{UNIT}-years",
        "Mean balance at the start of each quarter, a quarter long; nothing is left after a default.", "Σ(balance)·Δ",
        {"balance": tuple(f"{LOAN}.mean_balance.{t}" for t in range(last)), "Δ": "constants.quarter"},
    )
