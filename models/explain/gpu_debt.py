"""The loan as numbers with reasons: size and price, balance, service and coverage, and what equity keeps."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from models.assets.gpu_debt.size import RULES, LoanSize
from models.basis.timeline import DELTA, Array
from models.claims.gpu_debt import lender_case
from models.debt.loan import LoanPaths, LoanTerms
from models.debt.schedule import scheduled_principal, swap_cost
from models.engine.measures import DebtMeasures
from models.engine.valuation import LoanOutcomes
from models.explain.bought import held, line
from models.explain.equation import Equation, Operand
from models.explain.gpu_fleet import fleet_of
from models.explain.quantile import PROBABILITY, error_equation, quantile_equation, scramble_equation
from models.explain.registry import Reader, UnknownPath, declare, explains, named, row_of
from models.measures import risk
from models.tables.classes import DEBT_METRICS

LOAN = "assets.gpu_debt"
EQUITY = "variants.gpu_debt_equity"
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
