"""Size and price of the loan, and the lines of its flows, as numbers with reasons."""

from __future__ import annotations

from models.explain.debt import FLEET, LOAN, UNIT, debt_measures, loan_of
from models.explain.equation import Equation
from models.explain.fleet import fleet_of
from models.explain.registry import Reader, Spec, explains
from models.explain.stake import held, line

EQUITY = "variants.gpu_debt_equity"


@explains("{asset}.advance_rate")
def advance_rate(reader: Reader, asset: str) -> Equation:
    """Loan over cost."""
    return Spec(
        "Advance rate", debt_measures(reader, asset).advance_rate, "share of cost",
        "Loan over hardware cost, net of what is received at closing.", "λ_A",
        (f"{LOAN}.principal", f"{LOAN}.cost"), "quotient",
    )


@explains("assets.gpu_debt.cost")
def cost(reader: Reader) -> Equation:
    """What the advance rate applies to."""
    support = fleet_of(reader, FLEET).support
    grants = support.at_closing - support.concession
    insured = (f"{FLEET}.guarantee_premium",) if reader.scenario.residual_guarantee.is_on else ()
    about = "Hardware cost and the premium for its guarantee" if insured else "Hardware cost"
    rule = "" if grants else "sum" if insured else "same"
    return Spec(
        "Cost the loan is sized on", reader.evaluation.claims.collateral_cost, UNIT,
        f"{about}, less grants received at closing." if grants else f"{about}.", "",
        (f"{FLEET}.cost", *insured, *((f"{FLEET}.support_at_closing",) if grants else ())), rule,
    )


@explains("assets.gpu_debt.principal", "assets.gpu_debt.base")
def principal(reader: Reader) -> Equation:
    """Size of the loan."""
    _, terms = loan_of(reader)
    scenario = reader.scenario
    by_grade = scenario.contract_credit.highest_advance(scenario.gpu_debt.customer)
    if by_grade is not None and abs(terms.principal - by_grade * terms_cost(reader)) < 1e-6:
        part = f"contract_credit.{scenario.gpu_debt.customer}_advance"
        return Spec(
            "Loan", terms.principal, UNIT, "Highest advance rate of the customer's grade times cost.", "λ_A·cost",
            (part, f"{LOAN}.cost"), "product", ("gpu_debt.advance_cap",), note="the customer's grade binds",
        )
    is_capped = abs(terms.principal - scenario.gpu_debt.advance_cap * terms_cost(reader)) < 1e-6
    why = "the cap binds" if is_capped else "coverage on the path without shocks binds"
    parts = ("gpu_debt.advance_cap", f"{LOAN}.cost")
    if is_capped:
        return Spec("Loan", terms.principal, UNIT, "Highest advance rate times cost.", "λ_A·cost", parts, "product",
                    ("gpu_debt.sizing_dscr",), note=why)
    return Spec(
        "Loan", terms.principal, UNIT,
        "The smallest of the highest advance rate, what coverage on the path without shocks allows and, where it is "
        "asked, a share of what the machines are worth at closing.",
        "min(λ_A·cost, loan·DSCR_min/target)",
        (*parts, "gpu_debt.sizing_dscr", "gpu_debt.tenor_quarters", "gpu_debt.amortization", f"{LOAN}.coupon",
         f"{FLEET}.contract_price", f"{FLEET}.cash_cost", "gpu_debt.contracted_share", "loan_triggers.sizing_ltv"),
        note=why,
    )


def terms_cost(reader: Reader) -> float:
    """What the advance rate applies to, USD per unit of collateral."""
    return reader.evaluation.claims.collateral_cost


@explains("{asset}.coupon")
def coupon(reader: Reader, asset: str) -> Equation:
    """Coupon of the loan."""
    value = debt_measures(reader, asset).coupon
    _, terms = loan_of(reader)
    spread = _spread(reader)
    pricing = reader.scenario.loan_pricing
    if pricing.base == "fixed" and pricing.fixed_coupon is not None and not terms.interest_subsidy:
        part = ("loan_pricing.fixed_coupon",)
        return Spec("Coupon", value, "per year", "Fixed when the loan is signed.", "", part, "same")
    if terms.interest_subsidy:
        return Spec(
            "Coupon", value, "per year", "Base rate and spread, less what a program pays in the borrower's place.",
            "SOFR + spread − Δr", ("rates.base_rate", spread, f"{LOAN}.rate_cut"), "sum",
        )
    return Spec("Coupon", value, "per year", "Base rate and spread.", "SOFR + spread", ("rates.base_rate", spread),
                "sum")


def _spread(reader: Reader) -> str:
    """Path of the spread: as set, or that of the customer's grade."""
    debt = reader.scenario.gpu_debt
    if debt.spread is not None:
        return "gpu_debt.spread"
    is_declared = reader.scenario.contract_credit.spread(debt.customer) is not None
    return f"contract_credit.{debt.customer}_spread" if is_declared else f"constants.spread_{debt.customer}"


@explains("assets.gpu_debt.rate_cut")
def rate_cut(reader: Reader) -> Equation:
    """What programs take off the coupon, as a negative number."""
    _, terms = loan_of(reader)
    programs = range(len(reader.scenario.policy.programs))
    names = ("rate_cut", "loan_share", "capture")
    return Spec(
        "Interest paid by programs", -terms.interest_subsidy, "per year",
        "Interest advantage on the financed share, net of capture; the program pays it to the lender.",
        "−loan share·Δr·(1−φ)", tuple(f"policy.programs.{i}.terms.{name}" for i in programs for name in names),
    )


@explains("assets.gpu_debt.hurdle")
def hurdle(reader: Reader) -> Equation:
    """A loan must earn its coupon."""
    _, terms = loan_of(reader)
    parts = (f"{LOAN}.coupon", *((f"{LOAN}.rate_cut",) if terms.interest_subsidy else ()))
    return Spec(
        "Hurdle, GPU-backed debt", reader.evaluation.assets["gpu_debt"].claim.hurdle, "per year",
        "A loan is fairly paid when it earns its coupon, compounded over four quarters, on the price paid for it.",
        "(1 + coupon/4)⁴ − 1", parts,
    )


_LINES: dict[str, tuple[str, tuple[str, ...]]] = {
    "lent": ("Drawn at closing; money out is negative.", (f"{LOAN}.principal",)),
    "principal": ("Scheduled principal paid.", (f"{LOAN}.installment", "gpu_debt.amortization", "draws")),
    "prepayment": (
        "Excess cash that covenants or the sweep send to the lender.",
        ("gpu_debt.sweep", "covenants.lockup", "covenants.event_of_default", "draws"),
    ),
    "recovery": (
        "Cash at default, and the sale of the collateral after a delay.",
        ("covenants.fire_sale", "covenants.sale_cost", "covenants.recovery_lag", "covenants.contract_recovery",
         "draws"),
    ),
    "guarantee": ("A state pays its share of the loss.", ("draws",)),
    "program": ("A program pays the interest advantage.", (f"{LOAN}.rate_cut",)),
    "fees": (
        "Paid to the lender in cash, and what it keeps of each draw.",
        ("loan_pricing.upfront_fee", "loan_pricing.undrawn_fee", "loan_pricing.discount"),
    ),
}


@explains("assets.gpu_debt.quarter.{name}.{stat}.{t}")
def loan_line(reader: Reader, name: str, stat: str, t: int) -> Equation:
    """One line of the lender's flow in a quarter."""
    label, amounts = line(reader, held(reader, LOAN), name)
    words, parts = _LINES.get(name, ("Interest paid.", ()))
    if name == "interest":
        is_floating = loan_of(reader)[1].is_floating and stat != "mean"
        parts = (f"{LOAN}.floating_rate.{stat}.{t}" if is_floating else f"{LOAN}.coupon", "constants.quarter",
                 f"{LOAN}.balance.{stat}.{t - 1}" if stat != "mean" else f"{LOAN}.mean_balance.{t - 1}")
    if name == "guarantee":
        programs = range(len(reader.scenario.policy.programs))
        parts += tuple(f"policy.programs.{i}.terms.guarantee_cover" for i in programs)
    if stat != "mean" and name in ("principal", "recovery"):
        root = f"{LOAN}.default.{stat}" if name == "recovery" else f"{LOAN}.balance.{stat}.{t - 1}"
        parts += (root,)
    return Spec(
        f"{label[0].upper()}{label[1:]}, quarter {t}, {reader.whose(stat)}", reader.pick(amounts, stat, t), UNIT, words,
        "", parts, "minus" if name == "lent" and loan_of(reader)[1].draws == 1 else "",
    )


@explains("assets.gpu_debt.mean_balance.{t}")
def mean_balance(reader: Reader, t: int) -> Equation:
    """Mean balance at the end of a quarter."""
    loan, _ = loan_of(reader)
    return Spec(
        f"Balance, end of quarter {t}, {reader.whose('mean')}", reader.pick(loan.balance, "mean", t), UNIT,
        "Mean over paths; nothing is left after a default.", "", (f"{LOAN}.principal", f"{LOAN}.coupon", "draws"),
    )


@explains("variants.gpu_debt_equity.hurdle")
def equity_hurdle(reader: Reader) -> Equation:
    """Return required of the fleet under the loan."""
    value = reader.evaluation.variants["gpu_debt_equity"].claim.hurdle
    return Spec("Hurdle, equity under the loan", value, "per year", "That of the financed fleet.", "r",
                (f"{FLEET}.fleet_hurdle",), "same")


@explains("variants.gpu_debt_equity.base")
def equity_base(reader: Reader) -> Equation:
    """What equity pays at closing."""
    value = reader.evaluation.variants["gpu_debt_equity"].claim.capital
    return Spec(
        "Own money at closing", value, UNIT, "Cost that lenders do not pay, fees, and the reserve.",
        "cost − loan + DSRA", (f"{LOAN}.cost", f"{LOAN}.principal", f"{LOAN}.reserve.path0.0"),
    )


_EQUITY_LINES: dict[str, tuple[str, tuple[str, ...]]] = {
    "own_cost": ("Loan less cost.", (f"{LOAN}.principal", f"{LOAN}.cost")),
    "reserve": ("Debt service that equity sets aside.", (f"{LOAN}.reserve.path0.0",)),
    "fees": (
        "Upfront fee and discount of the draws.", ("loan_pricing.upfront_fee", "loan_pricing.discount"),
    ),
    "cures": ("What the sponsor pays in to save the loan.", ("covenants.cures", "covenants.cure_cover", "draws")),
}


@explains("variants.gpu_debt_equity.quarter.{name}.{stat}.{t}")
def equity_line(reader: Reader, name: str, stat: str, t: int) -> Equation:
    """One line of the equity's flow in a quarter."""
    label, amounts = line(reader, held(reader, EQUITY), name)
    rest = ("What the fleet earns beyond debt service, after covenants.",
            (f"{FLEET}.cash.{stat}.{t}", "covenants.lockup", "gpu_debt.sweep", "draws"))
    words, parts = _EQUITY_LINES.get(name, rest)
    if name == "distributions" and stat != "mean":
        parts += tuple(f"{LOAN}.quarter.{paid}.{stat}.{t}" for paid in ("interest", "principal", "prepayment"))
    terms = loan_of(reader)[1]
    is_plain = terms.draws == 1 and terms.mezz_principal == 0.0
    rule = {"own_cost": "difference" if is_plain else "", "reserve": "minus"}.get(name, "")
    return Spec(
        f"{label[0].upper()}{label[1:]}, quarter {t}, {reader.whose(stat)}", reader.pick(amounts, stat, t), UNIT, words,
        "", parts, rule,
    )
