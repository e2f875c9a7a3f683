"""Money of the loan by quarter, as numbers with reasons: the lender's lines, and what equity pays and keeps."""

from __future__ import annotations

from models.explain.bought import held, line
from models.explain.equation import Equation, Operand
from models.explain.gpu_debt import FLEET, LOAN, UNIT, loan_of
from models.explain.registry import Reader, explains, named

EQUITY = "variants.gpu_debt_equity"

_LINES: dict[str, tuple[str, tuple[str, ...]]] = {
    "lent": ("Drawn at closing; money out is negative.", (f"{LOAN}.principal",)),
    "interest": ("Interest paid.", ("constants.quarter",)),
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
    "guarantee": (
        "States pay their share of the loss where a program that guarantees loans runs, of as much as its money "
        "reaches.", ("policy.fleet_share", "draws"),
    ),
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
    terms = loan_of(reader)[1]
    words, parts = _LINES[name]
    before = f"{LOAN}.balance.{stat}.{t - 1}" if stat != "mean" else f"{LOAN}.mean_balance.{t - 1}"
    if name == "interest":
        is_floating = terms.is_floating and stat != "mean"
        parts += (f"{LOAN}.floating_rate.{stat}.{t}" if is_floating else f"{LOAN}.coupon", before)
    elif name == "guarantee":
        programs = range(len(reader.scenario.policy.programs))
        parts += tuple(f"policy.programs.{i}.terms.{term}" for i in programs
                       for term in ("guarantee_cover", "guarantee_cost"))
    elif stat != "mean" and name in ("principal", "recovery"):
        parts += (f"{LOAN}.default.{stat}" if name == "recovery" else before,)
    is_drawn_once = name == "lent" and terms.draws == 1
    return Equation(
        f"{label[0].upper()}{label[1:]}, quarter {t}, {reader.whose(stat)}", reader.pick(amounts, stat, t), UNIT, words,
        "−loan" if is_drawn_once else "", {"loan": parts[0]} if is_drawn_once else named(*parts),
        "expression" if is_drawn_once else "simulation",
    )


@explains("variants.gpu_debt_equity.base")
def equity_base(reader: Reader) -> Equation:
    """What equity pays at closing."""
    return Equation(
        "Own money at closing", reader.evaluation.variants["gpu_debt_equity"].claim.capital, UNIT,
        "Cost that lenders do not pay, fees, and the reserve.", "cost − loan + DSRA + fees",
        {"cost": f"{LOAN}.cost", "loan": f"{LOAN}.principal", "DSRA": f"{LOAN}.reserve.path0.0"}, "simulation",
    )


_EQUITY_LINES: dict[str, tuple[str, str, dict[str, Operand]]] = {
    "own_cost": ("Loan less cost.", "loan − cost", {"loan": f"{LOAN}.principal", "cost": f"{LOAN}.cost"}),
    "reserve": ("Debt service that equity sets aside.", "−DSRA", {"DSRA": f"{LOAN}.reserve.path0.0"}),
    "fees": (
        "Upfront fee and discount of the draws.", "", named("loan_pricing.upfront_fee", "loan_pricing.discount"),
    ),
    "cures": (
        "What the sponsor pays in while it keeps more than it pays.", "",
        named("covenants.cures", "covenants.cure_cover", "draws"),
    ),
}


@explains("variants.gpu_debt_equity.quarter.{name}.{stat}.{t}")
def equity_line(reader: Reader, name: str, stat: str, t: int) -> Equation:
    """One line of the equity's flow in a quarter."""
    label, amounts = line(reader, held(reader, EQUITY), name)
    paid = [f"{LOAN}.quarter.{part}.{stat}.{t}" for part in ("interest", "principal", "prepayment") if stat != "mean"]
    rest = ("What the fleet earns beyond debt service, after covenants.", "",
            named(f"{FLEET}.cash.{stat}.{t}", "covenants.lockup", "gpu_debt.sweep", "draws", *paid))
    words, text, operands = _EQUITY_LINES.get(name, rest)
    terms = loan_of(reader)[1]
    is_plain = name != "own_cost" or (terms.draws == 1 and terms.mezz_principal == 0.0)
    return Equation(
        f"{label[0].upper()}{label[1:]}, quarter {t}, {reader.whose(stat)}", reader.pick(amounts, stat, t), UNIT, words,
        text, operands, "expression" if text and is_plain else "simulation",
    )
