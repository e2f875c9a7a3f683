"""The loan on a data center as numbers with reasons: its size, what is paid, and what becomes of the keys."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np

from models.assets.data_center.loan import CenterTerms, level_constant, signed_income
from models.assets.data_center.service import CenterLoan
from models.assets.data_center.worth import Worth, as_it_stands
from models.basis.shocks import COHORTS
from models.basis.timeline import DELTA, Array
from models.explain.data_center import CENTER, UNIT, building_of, handover, line_of, while_owned
from models.explain.equation import Equation, Operand
from models.explain.gpu_debt_loss import middle_default, total_over_defaults
from models.explain.registry import Reader, UnknownPath, declare, explains, named, of_programs, over_paths, row_of

LENDER = "variants.data_center_loan"
_OWN = f"{CENTER}.quarter"


def loan_of(reader: Reader) -> CenterLoan:
    """The loan's paths."""
    loan = reader.evaluation.claims.center_loan
    if loan is None:
        raise UnknownPath("this evaluation holds no loan on a data center")
    return loan


def terms_of(reader: Reader) -> CenterTerms:
    """The loan's terms."""
    terms = reader.evaluation.claims.center_terms
    if terms is None:
        raise UnknownPath("this evaluation holds no loan on a data center")
    return terms


def _lent(name: str) -> Callable[[Reader], Array]:
    return lambda reader: line_of(reader, LENDER, name)


def _worth(reader: Reader) -> Worth:
    scenario = reader.scenario
    return reader.once("worth of the building", lambda: as_it_stands(
        scenario.data_center, scenario.leasing, building_of(reader), reader.market.surplus))


declare(
    "assets.data_center.signed_income", "Income of signed leases", "USD per MW and year",
    "First-year income of the leases signed before delivery, in tenths of the building, less the cost of the rest.",
    "let·(R_0·margin + fixed) − fixed",
    {"let": ".signed", "R_0": "data_center.rent", "margin": "leasing.noi_margin", "fixed": "leasing.fixed_cost"},
    lambda r: signed_income(r.scenario.data_center, r.scenario.leasing),
)
@explains("assets.data_center.signed")
def signed(reader: Reader) -> Equation:
    """Share of the building let before delivery."""
    asked = reader.scenario.data_center.prelease
    let = round(asked * COHORTS) / COHORTS
    return Equation("Let before delivery, in tenths", let, "share", "Whole cohorts of leases.", "prelease",
                    {"prelease": "data_center.prelease"}, "expression" if let == asked else "simulation")


declare(
    "assets.data_center.loan_constant", "Level debt service a quarter per dollar", "share",
    "Repays a dollar with interest over the amortization.", "rate·Δ/(1 − (1 + rate·Δ)^(−4·n_A))",
    {"rate": ".loan_rate", "Δ": "constants.quarter", "n_A": "construction_loan.amortization_years"},
    lambda r: level_constant(terms_of(r).coupon * DELTA, r.scenario.construction_loan.amortization_years),
)


@explains("assets.data_center.loan")
def loan_size(reader: Reader) -> Equation:
    """Size of the loan."""
    terms, support = terms_of(reader), building_of(reader).support
    cost, promised = ("I", {}) if support is None else (
        "max(I − support, 0)", {"support": f"{CENTER}.support_promised"})
    return Equation(
        "Loan on the data center", terms.principal, UNIT,
        "The smaller of what its share of budgeted cost, less public money, and the coverage of level debt service by "
        "signed leases allow; less than 1% of cost is no loan.",
        "0" if terms.nothing else f"min(LTC·{cost}, max(0, Δ·income/(DSCR·constant)))",
        {} if terms.nothing else {
            "LTC": "construction_loan.loan_to_cost", "I": "data_center.capex", "Δ": "constants.quarter",
            "income": f"{CENTER}.signed_income", "DSCR": "construction_loan.sizing_dscr",
            "constant": f"{CENTER}.loan_constant", **promised,
        }, note=terms.nothing,
    )


declare(
    "assets.data_center.loan_service", "Level debt service a quarter", UNIT, "Due from the first rent on.",
    "loan·constant", {"loan": ".loan", "constant": ".loan_constant"}, lambda r: terms_of(r).service,
)


@explains("assets.data_center.loan_rate")
def rate(reader: Reader) -> Equation:
    """Rate of the loan."""
    grade = "ig" if reader.scenario.data_center.tenant == "ig" else "non_ig"
    return Equation(
        "Rate of the data center loan", terms_of(reader).coupon, "per year",
        "Base rate, and the spread for the grade of the anchor tenant.", "SOFR + spread",
        {"SOFR": "rates.base_rate", "spread": f"construction_loan.spread_{grade}"},
    )


@explains("assets.data_center.quarter.loan_drawn.{stat}.{t}")
def drawn(reader: Reader, stat: str, t: int) -> Equation:
    """Loan drawn in a quarter."""
    is_built = t < reader.scenario.data_center.build_quarters
    return while_owned(reader, Equation(
        f"Loan drawn, quarter {t}, {reader.whose(stat)}", reader.pick(line_of(reader, CENTER, "loan_drawn"), stat, t),
        UNIT, "Its share of budgeted cost, as it is spent.", "loan/n" if is_built else "0",
        {"loan": f"{CENTER}.loan", "n": "data_center.build_quarters"} if is_built else {},
    ), CENTER, stat, t, is_funded=True)


@explains("assets.data_center.loan_balance.{stat}.{t}")
def balance(reader: Reader, stat: str, t: int) -> Equation:
    """What is owed at the end of a quarter."""
    label = f"Balance of the data center loan, end of quarter {t}, {reader.whose(stat)}"
    value = reader.pick(loan_of(reader).balance, stat, t)
    words = "Balance a quarter ago, and what was drawn, less what was repaid."
    if stat != "mean" and t >= handover(reader, stat):
        return Equation(
            label, value, UNIT, "What was owed when the keys were handed over, with interest, until the lender has "
            "sold them.", "", named(f"{CENTER}.handover.{stat}", f"{CENTER}.loan_rate", "construction_loan.sale_lag"),
            "simulation",
        )
    lines: dict[str, Operand] = {name: f"{_OWN}.loan_{name}.{stat}.{t}" for name in ("drawn", "repaid")}
    if not t:
        return Equation(label, value, UNIT, words, "drawn", {"drawn": lines["drawn"]})
    return over_paths(Equation(
        label, value, UNIT, words, "before + drawn + repaid",
        {"before": f"{CENTER}.loan_balance.{stat}.{t - 1}", **lines},
    ), stat)


@explains("assets.data_center.quarter.interest.{stat}.{t}")
def interest(reader: Reader, stat: str, t: int) -> Equation:
    """Interest of the loan."""
    return while_owned(reader, Equation(
        f"Interest of the data center loan, quarter {t}, {reader.whose(stat)}",
        reader.pick(line_of(reader, CENTER, "interest"), stat, t), UNIT,
        "Balance a quarter ago, times a quarter of the rate; money out is negative.", "−balance·rate·Δ" if t else "0",
        {"balance": f"{CENTER}.loan_balance.{stat}.{t - 1}", "rate": f"{CENTER}.loan_rate", "Δ": "constants.quarter"}
        if t else {},
    ), CENTER, stat, t, is_funded=True)


@explains("assets.data_center.quarter.loan_repaid.{stat}.{t}")
def repaid(reader: Reader, stat: str, t: int) -> Equation:
    """Principal repaid in a quarter."""
    is_last = t == reader.market.quarters
    is_due = stat == "mean" or t > reader.pick(building_of(reader).opening.astype(float), stat)
    text = "−(balance + drawn)" if is_last else "−min(balance, max(service − balance·rate·Δ, 0))" if is_due else "0"
    parts: dict[str, Operand] = {"balance": f"{CENTER}.loan_balance.{stat}.{t - 1}"} if t else {}
    if is_last:
        parts |= {"drawn": f"{_OWN}.loan_drawn.{stat}.{t}"}
    elif is_due:
        parts |= {"service": f"{CENTER}.loan_service", "rate": f"{CENTER}.loan_rate", "Δ": "constants.quarter"}
    return while_owned(reader, Equation(
        f"Loan repaid, quarter {t}, {reader.whose(stat)}",
        reader.pick(line_of(reader, CENTER, "loan_repaid"), stat, t), UNIT,
        "What level debt service leaves after interest, once the building is open; at the end the rest, out of the "
        "sale.", text if t else "0", parts if t and text != "0" else {}, beside=(f"{CENTER}.opening.{stat}",),
    ), CENTER, stat, t, is_funded=True)


@explains("assets.data_center.handover.{path}")
def keys(reader: Reader, path: str) -> Equation:
    """Quarter in which the owner walks away."""
    t = handover(reader, path)
    last = reader.market.quarters
    return Equation(
        f"Keys handed over, {reader.whose(path)}", t if t <= last else None, "quarter",
        "First quarter that asks the owner for money while the building, as it stands, is worth less than what is owed "
        "and asked; at the end, where the sale does not repay the loan." + ("" if t <= last else " It never comes to "
        "that on this path."), "worth + flow < walk·balance",
        named(f"{CENTER}.worth.{path}.{min(t, last)}", f"{CENTER}.loan", "construction_loan.walk_away"), "simulation",
    )


declare(
    "assets.data_center.worth.{path}.{t}", "Value of the building as it stands, to its owner", UNIT,
    "Income at the rent and vacancy of a settled market over the exit yield, leases above or below the market, and "
    "empty space until it is let; before delivery discounted, and less what is left to spend beyond public support "
    "still to come.", "(1 − cost)·NOI·(1 + escalator)/cap + leases − to_spend",
    {"R": ".market_rent@", "v": ".vacancy@", "v*": "leasing.natural_vacancy", "speed": "leasing.vacancy_speed",
     "adj": "leasing.rent_adjustment", "infl": "leasing.inflation", "letting": "leasing.letting",
     "cost": "leasing.exit_cost", "escalator": "leasing.escalator", "cap": "in_force.data_center.exit_cap",
     "age": "data_center.ageing", "r": "in_force.data_center.hurdle", "delay": "data_center.delay_mean"},
    lambda r: _worth(r).owner, kind="simulation",
)
_AFTER: dict[str, tuple[str, str, str, dict[str, Operand]]] = {
    "forced_sale": (
        "Forced sale", "What a buyer pays the lender for the building as it stood when the keys were handed over, with "
        "the glut in his yield, less the cut of a forced sale; after its delay.", "(1 − cut)·V",
        {"cut": "construction_loan.forced_sale", "lag": "construction_loan.sale_lag",
         "b_S": "data_center.exit_cap_slope"},
    ),
    "handed_to_the_lender": (
        "Handed to the lender", "Income of the quarter of the handover, and of the forced sale up to what is owed; "
        "money out is negative.", "−min(owed, income + sale)",
        {"owed": f"{CENTER}.loan_rate", "lag": "construction_loan.sale_lag"},
    ),
    "costs_left_unpaid": (
        "Costs left unpaid", "Running costs in the quarter of the handover that its income does not cover and nobody "
        "pays.", "−min(0, income)", {"fixed": "leasing.fixed_cost", "fit-out": "leasing.fit_out_years"},
    ),
}


@explains("variants.data_center_loan.quarter.state_guarantee.{stat}.{t}")
def state_guarantee(reader: Reader, stat: str, t: int) -> Equation:
    """What states pay the lender of what he lost."""
    value = reader.pick(line_of(reader, LENDER, "state_guarantee"), stat, t)
    label = f"Paid by states, quarter {t}, {reader.whose(stat)}"
    words = "Their share of what the keys did not bring, when these are sold; only while a program that guarantees " \
        "loans lasts, and for as many loans as its money pays for."
    if not value:
        return Equation(label, value, UNIT, words, "0")
    names = ("mix.guarantee", "terms.guarantee_cover", "terms.guarantee_cost", "schedule.cliff_rate",
             "schedule.notice", "schedule.stop")
    return Equation(
        label, value, UNIT, words, "Σ reach·cover·live·lost",
        {"reach": "policy.center_share", "terms": of_programs(reader, "schedule.budget", *names),
         "lag": "construction_loan.sale_lag", "cut": "construction_loan.forced_sale", "draws": "draws"}, "simulation",
    )


def _after(reader: Reader, stat: str, t: int, name: str) -> Equation:
    """A line that only flows once the keys are handed over."""
    label, words, text, operands = _AFTER[name]
    value = reader.pick(line_of(reader, CENTER, name), stat, t)
    label = f"{label}, quarter {t}, {reader.whose(stat)}"
    if not value:
        return Equation(label, value, UNIT, words, "0")
    if stat == "mean":
        return over_paths(Equation(label, value, UNIT, words, text, operands | {"draws": "draws"}), stat)
    return Equation(label, value, UNIT, words, text, operands, "simulation", beside=(f"{CENTER}.handover.{stat}",))


for _name in _AFTER:
    explains(f"assets.data_center.quarter.{_name}.{{stat}}.{{t}}")(partial(_after, name=_name))

for _name, _theirs, _label, _words in (
    ("loan_drawn", "loan_drawn", "Money lent", "What the owner draws; money out is negative."),
    ("interest", "interest", "Interest received", "What the owner pays."),
    ("principal", "loan_repaid", "Principal received", "What the owner repays, the balloon at the end included."),
    ("recovery_after_default", "handed_to_the_lender", "Recovery after default", "What the keys bring."),
):
    declare(
        f"{LENDER}.quarter.{_name}.{{stat}}.{{t}}", _label, UNIT, _words, "−paid",
        {"paid": f"{CENTER}.quarter.{_theirs}@"}, _lent(_name),
    )
declare(f"{LENDER}.base", "Money lent", UNIT, "Par: the loan itself.", "loan", {"loan": f"{CENTER}.loan"},
        lambda r: terms_of(r).principal)
declare(f"{LENDER}.principal", "Loan", UNIT, "As it was sized.", "loan", {"loan": f"{CENTER}.loan"},
        lambda r: terms_of(r).principal)
declare(f"{LENDER}.cost", "Budgeted build cost", UNIT, "As declared.", "I", {"I": "data_center.capex"},
        lambda r: terms_of(r).cost)
declare(f"{LENDER}.hurdle", "Hurdle, data center loan", "per year",
        "A loan's required return is its coupon, compounded quarterly.", "(1 + coupon·Δ)^4 − 1",
        {"coupon": f"{LENDER}.coupon", "Δ": "constants.quarter"},
        lambda r: r.evaluation.variants["data_center_loan"].claim.hurdle)
declare(f"{LENDER}.balance_years", "Balance over the life of the loan", f"{UNIT}-years",
        "Mean balance at the end of each quarter, times a quarter of a year.", "E[Σ balance·Δ]",
        {"drawn": f"{CENTER}.loan", "service": f"{CENTER}.loan_service"},
        lambda r: float(loan_of(r).balance.mean(axis=0).sum() * DELTA), kind="statistic")


@explains("variants.data_center_loan.min_dscr.{path}")
def least_coverage(reader: Reader, path: str) -> Equation:
    """Least coverage of a path."""
    value = reader.pick(loan_of(reader).least_dscr, path)
    found = np.flatnonzero(loan_of(reader).dscr[row_of(path)] == value)
    if not len(found):
        return Equation(f"Least debt service coverage, {reader.whose(path)}", value, "x",
                        "No debt service falls due on this path.", "", {"draws": "draws"}, "simulation")
    t = int(found[0])
    return Equation(
        f"Least debt service coverage, {reader.whose(path)}", value, "x", f"Reached in quarter {t}.",
        f"min_t DSCR_t = DSCR_{t}", {f"DSCR_{t}": f"{LENDER}.dscr.{path}.{t}"},
    )


@explains("variants.data_center_loan.dscr.{path}.{t}")
def coverage(reader: Reader, path: str, t: int) -> Equation:
    """Debt service coverage of a quarter."""
    return Equation(
        f"Debt service coverage, quarter {t}, {reader.whose(path)}", reader.pick(loan_of(reader).dscr, path, t), "x",
        "Net operating income over interest and level principal due.",
        "NOI/(B·rate·Δ + min(B, max(service − B·rate·Δ, 0)))",
        {"NOI": f"{CENTER}.quarter.net_operating_income.{path}.{t}", "B": f"{CENTER}.loan_balance.{path}.{t - 1}",
         "rate": f"{CENTER}.loan_rate", "Δ": "constants.quarter", "service": f"{CENTER}.loan_service"},
    )


@explains("variants.data_center_loan.defaults")
def defaults(reader: Reader) -> Equation:
    """Number of paths on which the keys are handed over."""
    loan = loan_of(reader)
    shown = middle_default(loan, loan.default_quarter.astype(float))
    return Equation(
        "Paths that default", int(loan.is_defaulted.sum()), "paths",
        "Paths on which the owner stops paying and hands over the keys"
        + ("; the one in the middle by time is shown." if shown else "; there is none."), "",
        named(*(f"{CENTER}.handover.path{row}" for row in shown), f"{LENDER}.min_dscr.p05", "draws"), "statistic",
    )


@explains("variants.data_center_loan.total.{name}")
def total(reader: Reader, name: str) -> Equation:
    """Losses or exposures summed over paths."""
    return total_over_defaults(loan_of(reader), LENDER, UNIT, name)


@explains("variants.data_center_loan.exposure.{path}")
def exposure(reader: Reader, path: str) -> Equation:
    """What the lender is owed when the keys are handed over."""
    value, t, when = reader.pick(loan_of(reader).exposure, path), handover(reader, path), f"{CENTER}.handover.{path}"
    label = f"Exposure at default, {reader.whose(path)}"
    if not value:
        return Equation(label, 0.0, UNIT, "No default on this path.", "0", beside=(when,))
    return Equation(
        label, value, UNIT, "Balance before the quarter, and its interest.", "EAD = balance·(1 + rate·Δ)",
        {"balance": f"{CENTER}.loan_balance.{path}.{t - 1}", "rate": f"{CENTER}.loan_rate", "Δ": "constants.quarter"},
        beside=(when,),
    )


declare(
    f"{LENDER}.loss.{{path}}", "Loss at default", UNIT,
    "Exposure, less income of the quarter and what the forced sale brings, each as of the quarter of default.",
    "EAD − PV", {"EAD": f"{LENDER}.exposure@", "PV": f"{LENDER}.recovered@"}, lambda r: loan_of(r).loss,
)
declare(
    f"{LENDER}.recovered.{{path}}", "Recovered", UNIT,
    "Income of the quarter of the handover at once, then the forced sale, and what states guarantee of the rest, "
    "discounted at the coupon to that quarter.",
    "income + (1 − cut)·V·(1 + rate·Δ)^(−lag)",
    {"keys": f"{CENTER}.handover.{{path}}", "cut": "construction_loan.forced_sale",
     "lag": "construction_loan.sale_lag", "rate": f"{CENTER}.loan_rate"},
    lambda r: loan_of(r).exposure - loan_of(r).loss, kind="simulation",
)


@explains("variants.data_center_loan.mean_loss")
def mean_loss(reader: Reader) -> Equation:
    """Mean discounted loss over all paths."""
    loan, rate_q = loan_of(reader), terms_of(reader).coupon * DELTA
    when = np.minimum(loan.default_quarter, loan.balance.shape[1]).astype(float)
    lost = np.where(loan.is_defaulted, loan.loss * (1.0 + rate_q) ** -when, 0.0)
    return Equation(
        "Mean loss, worth at closing", float(lost.mean()), UNIT,
        "Loss at default, discounted at the coupon; zero on paths that do not default.", "E[loss·(1 + r_q)^(−τ)]",
        named(f"{LENDER}.total.loss", f"{LENDER}.coupon", "draws"), "statistic",
    )
