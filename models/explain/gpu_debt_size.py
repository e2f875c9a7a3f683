"""How much is lent, and at what price, as numbers with reasons: cost, rules of size, coupon and hurdle."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from models.assets.gpu_debt.size import RULES, LoanSize
from models.basis.timeline import DELTA
from models.claims.gpu_debt import lender_case
from models.debt.loan import LoanTerms
from models.debt.schedule import scheduled_principal, swap_cost
from models.explain.equation import Equation
from models.explain.gpu_debt import CENTER_LOAN, FLEET, LOAN, UNIT, debt_measures, loan_of
from models.explain.gpu_fleet import fleet_of
from models.explain.registry import Reader, UnknownPath, explains, named


@explains("assets.gpu_debt.cost")
def cost(reader: Reader) -> Equation:
    """What the advance rate applies to."""
    support = fleet_of(reader, FLEET).support
    is_insured, is_granted = reader.scenario.residual_guarantee.is_on, bool(support.at_closing - support.concession)
    about = "Hardware cost and the premium for its guarantee" if is_insured else "Hardware cost"
    return Equation(
        "Cost the loan is sized on", reader.evaluation.claims.collateral_cost, UNIT,
        f"{about}, less grants received at closing." if is_granted else f"{about}.",
        "K" + " + premium" * is_insured + " − grants" * is_granted,
        {"K": f"{FLEET}.cost"} | ({"premium": f"{FLEET}.guarantee_premium"} if is_insured else {})
        | ({"grants": f"{LOAN}.grants"} if is_granted else {}),
    )


@explains("assets.gpu_debt.grants")
def grants(reader: Reader) -> Equation:
    """Support received at closing that lowers what the loan is sized on."""
    support = fleet_of(reader, FLEET).support
    return Equation(
        "Grants at closing", support.at_closing - support.concession, UNIT,
        "What programs pay at closing; the advantage of a cheap loan is no grant.", "",
        named(f"{FLEET}.support_at_closing"), "simulation",
    )


@explains("assets.gpu_debt.principal", "assets.gpu_debt.base")
def principal(reader: Reader) -> Equation:
    """Size of the loan."""
    size = reader.evaluation.claims.loan_size
    if size is None:
        raise UnknownPath("this evaluation holds no loan")
    cost_ = f"{LOAN}.cost"
    if size.why_nothing:
        return Equation("Loan", 0.0, UNIT, "A rule allows less than a hundredth of cost, which is no loan.", "0",
                        beside=(_RULES[size.binding][0], cost_), note=size.why_nothing)
    if size.binding in ("advance", "grade"):
        is_cap = size.binding == "advance"
        cap, other = "gpu_debt.advance_cap", f"contract_credit.{reader.scenario.gpu_debt.customer}_advance"
        return Equation(
            "Loan", size.lent, UNIT, f"Highest advance rate{'' if is_cap else ' of the grade'} times cost.", "λ_A·cost",
            {"λ_A": cap if is_cap else other, "cost": cost_}, beside=("gpu_debt.sizing_dscr" if is_cap else cap,),
            note=_binds(size),
        )
    if size.binding == "coverage" and _is_worth_of_cash(reader, size.lent):
        return Equation(
            "Loan", size.lent, UNIT,
            "What planned cash is worth when service begins, under contract and in the market, each over the coverage "
            "asked of it, before interest of the ramp is added.", "(PV_c/x_c + PV_m/x_m)/growth",
            {"PV_c": f"{LOAN}.cash_worth.contract", "x_c": "gpu_debt.sizing_dscr", "PV_m": f"{LOAN}.cash_worth.market",
             "x_m": "gpu_debt.merchant_dscr", "growth": f"{LOAN}.ramp_growth"},
            beside=("gpu_debt.advance_cap",), note=_binds(size),
        )
    return Equation(
        "Loan", size.lent, UNIT,
        "The smallest of the highest advance rate, the present value of planned cash over the coverage asked, and "
        "shares of what the machines are worth at closing and, for a balloon, at maturity.",
        "min(λ_A·cost, cover, value, balloon)",
        named("gpu_debt.advance_cap", cost_, "gpu_debt.sizing_dscr", "gpu_debt.merchant_dscr",
              "gpu_debt.tenor_quarters", f"{LOAN}.coupon", f"{FLEET}.contract_price", f"{FLEET}.cash_cost",
              "gpu_debt.contracted_share", "loan_triggers.sizing_ltv", "loan_triggers.balloon_ltv"), "simulation",
        note=_binds(size),
    )


def _cash_worth(reader: Reader) -> tuple[float, float]:
    """Planned cash under contract and of the market, worth when service begins at what the loan costs, USD."""
    def work() -> tuple[float, float]:
        _, terms = loan_of(reader)
        pot = reader.once("lender's case", lambda: lender_case(reader.scenario))
        span = slice(terms.first, terms.last + 1)
        assert terms.serves is not None
        swap = swap_cost(terms, scheduled_principal(terms, pot.cash))
        rates = terms.rates_q(terms.last)[span] + swap + terms.agent_fee * DELTA * terms.serves[span]
        worth = pot.cash[span] / np.cumprod(1.0 + rates)
        share = pot.contracted[span]
        return float((share * worth).sum()), float(((1.0 - share) * worth).sum())

    return reader.once("worth of cash", work)


def _growth(terms: LoanTerms) -> float:
    return float(replace(terms, principal=1.0).opening_balance)


def _is_worth_of_cash(reader: Reader, lent: float) -> bool:
    """Whether the loan is what cash is worth and no more to tell: no balloon, and interest payable in every quarter."""
    _, terms = loan_of(reader)
    debt = reader.scenario.gpu_debt
    if terms.balloon > 0.0 or debt.sizing_dscr is None:
        return False
    contract, market = _cash_worth(reader)
    worth = (contract / debt.sizing_dscr + market / debt.merchant_dscr) / _growth(terms)
    return bool(abs(worth - lent) <= 1e-9 * lent)


@explains("assets.gpu_debt.cash_worth.{kind}")
def cash_worth(reader: Reader, kind: str) -> Equation:
    """Present value of planned cash at the start of service."""
    if kind not in ("contract", "market") or not _is_worth_of_cash(reader, loan_of(reader)[1].principal):
        raise UnknownPath("planned cash is worth something to a loan that coverage sizes: contract, market")
    what = "the contract pays, after the running cost of its machines" if kind == "contract" else "no contract pays"
    return Equation(
        f"Planned cash of the {kind}, worth when service begins", _cash_worth(reader)[kind == "market"], UNIT,
        f"Cash of the path without shocks that {what}, over the tenor, discounted at what loan, swap and agent cost.",
        "", named("gpu_debt.tenor_quarters", "gpu_debt.contracted_share", "gpu_fleet.contract_quarters",
                  f"{FLEET}.contract_price", f"{FLEET}.cash_cost", f"{LOAN}.coupon", "loan_pricing.agent_fee"),
        "simulation",
    )


@explains("assets.gpu_debt.ramp_growth")
def ramp_growth(reader: Reader) -> Equation:
    """How much a dollar lent has grown when service begins."""
    terms = loan_of(reader)[1]
    is_plain = terms.draws == 1 and not terms.is_floating and terms.capitalizes
    return Equation(
        "Balance when service begins, over the loan", _growth(terms), "x",
        "Interest is added to the balance until the machines earn." if is_plain else
        "Draws, and interest and fees that are capitalized until the machines earn.",
        "(1 + coupon·Δ)^ramp" if is_plain else "",
        {"coupon": f"{LOAN}.coupon", "Δ": "constants.quarter", "ramp": "hardware.ramp_quarters"} if is_plain else
        named(f"{LOAN}.coupon", "loan_pricing.draws", "loan_pricing.undrawn_fee", "loan_pricing.capitalizes"),
        "expression" if is_plain else "simulation",
    )


_RULES = {
    "advance": ("gpu_debt.advance_cap", "the cap binds"),
    "grade": ("gpu_debt.customer", "the customer's grade binds"),
    "coverage": ("gpu_debt.sizing_dscr", "the worth of the cash that covers debt service binds"),
    "value": ("loan_triggers.sizing_ltv", "what the machines are worth at closing binds"),
    "balloon": ("loan_triggers.balloon_ltv", "what the machines are worth at maturity binds"),
}


def _binds(size: LoanSize) -> str:
    """Which rule binds, and in words what those that do not would allow."""
    others = (
        f"the {RULES[name]} would allow {100.0 * limit / size.cost:.3g}% of cost"
        for name, limit in sorted(size.limits.items(), key=lambda item: item[1]) if name != size.binding
    )
    return "; ".join((_RULES[size.binding][1], *others))


@explains("{asset}.coupon")
def coupon(reader: Reader, asset: str) -> Equation:
    """Coupon of the loan."""
    value, pricing = debt_measures(reader, asset).coupon, reader.scenario.loan_pricing
    if asset.startswith(CENTER_LOAN):
        return Equation("Coupon", value, "per year", "Rate of the loan.", "rate",
                        {"rate": "assets.data_center.loan_rate"})
    is_cut = bool(loan_of(reader)[1].interest_subsidy)
    if pricing.base == "fixed" and pricing.fixed_coupon is not None and not is_cut:
        return Equation("Coupon", value, "per year", "Fixed when the loan is signed.", "coupon",
                        {"coupon": "loan_pricing.fixed_coupon"})
    return Equation(
        "Coupon", value, "per year",
        "Base rate and spread" + (", less what a program pays in the borrower's place." if is_cut else "."),
        "SOFR + spread" + " + Δr" * is_cut,
        {"SOFR": "rates.base_rate", "spread": _spread(reader)} | ({"Δr": f"{LOAN}.rate_cut"} if is_cut else {}),
    )


def _spread(reader: Reader) -> str:
    """Path of the spread: as set, or that of the customer's grade."""
    debt = reader.scenario.gpu_debt
    if debt.spread is not None:
        return "gpu_debt.spread"
    return f"contract_credit.{debt.customer}_spread"


@explains("assets.gpu_debt.rate_cut")
def rate_cut(reader: Reader) -> Equation:
    """What programs take off the coupon, as a negative number."""
    programs = range(len(reader.scenario.policy.programs))
    terms = {sign: tuple(f"policy.programs.{i}.terms.{name}" for i in programs)
             for sign, name in (("Δr", "rate_cut"), ("share", "loan_share"), ("φ", "capture"))}
    return Equation(
        "Interest paid by programs", -loan_of(reader)[1].interest_subsidy, "per year",
        "Interest advantage on the financed share, net of capture; the program pays it to the lender.",
        "−Σ(share·Δr·(1 − φ))" if programs else "0", terms if programs else {},
        "simulation" if programs else "expression",
    )


@explains("assets.gpu_debt.hurdle")
def hurdle(reader: Reader) -> Equation:
    """A loan must earn its coupon."""
    cut = {"Δr": f"{LOAN}.rate_cut"} if loan_of(reader)[1].interest_subsidy else {}
    return Equation(
        "Hurdle, GPU-backed debt", reader.evaluation.assets["gpu_debt"].claim.hurdle, "per year",
        "A loan is fairly paid when it earns its coupon, compounded over four quarters, on the price paid for it.",
        f"(1 + {'(coupon − Δr)' if cut else 'coupon'}/4)⁴ − 1", {"coupon": f"{LOAN}.coupon", **cut},
    )
