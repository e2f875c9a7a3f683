"""Sale, fit-out and loan of a data center as numbers with reasons."""

from __future__ import annotations

import numpy as np

from models.assets.data_center.building import CAP_BOUNDS
from models.explain.data_center import CENTER, UNIT, building_of
from models.explain.equation import Equation
from models.explain.registry import Reader, Spec, explains
from models.explain.stake import held, line


@explains("{center}.quarter.sale.{stat}.{t}")
def sale(reader: Reader, center: str, stat: str, t: int) -> Equation:
    """Net proceeds of selling the building."""
    value = reader.pick(line(reader, held(reader, center), "sale")[1], stat, t)
    return Spec(
        f"Sale of the building, {reader.whose(stat)}", value, UNIT,
        "Next year's income over the exit yield, less the cost of selling.",
        "(1−cost)·4·NOI_T·(1+escalator)/cap",
        (f"{center}.quarter.net_operating_income.{stat}.{t}", "leasing.escalator", f"{CENTER}.exit_cap.{stat}",
         "leasing.exit_cost"),
    )


@explains("assets.data_center.exit_cap.{stat}")
def exit_cap(reader: Reader, stat: str) -> Equation:
    """Yield at which the building is sold."""
    low, high = CAP_BOUNDS
    return Spec(
        f"Exit yield, {reader.whose(stat)}", reader.pick(building_of(reader).exit_cap, stat), "per year",
        "Today's yield, more for a glut in the last year and for age, and the building's own luck.",
        f"clip(cap_0 + b_S·S⁺ + age + shock, {low:g}, {high:g})",
        ("data_center.exit_cap", "data_center.exit_cap_slope", f"{CENTER}.last_glut.{stat}", "data_center.ageing",
         "data_center.exit_cap_sd", "draws"),
    )


@explains("assets.data_center.last_glut.{stat}")
def last_glut(reader: Reader, stat: str) -> Equation:
    """Mean surplus of the last year, where there is one."""
    quarters = reader.market.quarters
    first = max(quarters - 3, 0)
    glut = np.maximum(reader.market.surplus[:, first:], 0.0).mean(axis=1)
    return Spec(
        f"Surplus capacity in the last year, {reader.whose(stat)}", reader.pick(glut, stat), "share",
        "Mean of the last four quarters, shortages counted as zero.", "S⁺",
        tuple(f"market.overcapacity.{stat}.{t}" for t in range(first, quarters + 1)),
    )


@explains("{center}.quarter.fit_out.{stat}.{t}")
def fit_out(reader: Reader, center: str, stat: str, t: int) -> Equation:
    """Money spent on new tenants."""
    value = reader.pick(line(reader, held(reader, center), "fit_out")[1], stat, t)
    return Spec(
        f"Fit-out, quarter {t}, {reader.whose(stat)}", value, UNIT,
        "Part of a year's market rent for each of ten cohorts that is let anew.", "−TI·R_t·cohorts let/10",
        ("leasing.fit_out_years", f"{CENTER}.market_rent.{stat}.{t}", "leasing.letting", "draws"),
    )


@explains("assets.data_center.quarter.loan_drawn.{stat}.{t}")
def drawn(reader: Reader, stat: str, t: int) -> Equation:
    """Loan drawn in a quarter."""
    value = reader.pick(line(reader, held(reader, CENTER), "loan_drawn")[1], stat, t)
    return Spec(
        f"Construction loan drawn, quarter {t}", value, UNIT, "Its share of budgeted cost, as it is spent.",
        "LTC·I/quarters", ("data_center.loan_to_cost", "data_center.capex", "data_center.build_quarters"),
    )


@explains("assets.data_center.loan_balance.{t}")
def balance(reader: Reader, t: int) -> Equation:
    """Balance of the construction loan."""
    amounts = held(reader, CENTER).result.claim.flows.extras["loan_balance"]
    return Spec(
        f"Balance of the construction loan, end of quarter {t}", reader.pick(amounts, "mean", t), UNIT,
        "What was drawn so far; the loan pays interest only.", "",
        ("data_center.loan_to_cost", "data_center.capex", "data_center.build_quarters"),
    )


@explains("assets.data_center.loan_rate")
def loan_rate(reader: Reader) -> Equation:
    """Rate of the construction loan."""
    scenario = reader.scenario
    return Spec(
        "Rate of the construction loan", scenario.rates.base_rate + scenario.data_center.loan_spread, "per year",
        "Base rate and spread.", "SOFR + spread", ("rates.base_rate", "data_center.loan_spread"), "sum",
    )


@explains("assets.data_center.quarter.interest.{stat}.{t}")
def interest(reader: Reader, stat: str, t: int) -> Equation:
    """Interest of the construction loan."""
    value = reader.pick(line(reader, held(reader, CENTER), "interest")[1], stat, t)
    return Spec(
        f"Interest of the construction loan, quarter {t}", value, UNIT,
        "Balance a quarter ago, times a quarter of the rate; money out is negative.", "−balance·rate·Δ",
        (f"{CENTER}.loan_balance.{max(t - 1, 0)}", f"{CENTER}.loan_rate", "constants.quarter"),
    )


@explains("assets.data_center.quarter.loan_repaid.{stat}.{t}")
def repaid(reader: Reader, stat: str, t: int) -> Equation:
    """Loan repaid out of the sale."""
    value = reader.pick(line(reader, held(reader, CENTER), "loan_repaid")[1], stat, t)
    return Spec(
        f"Construction loan repaid, {reader.whose(stat)}", value, UNIT,
        "At the sale, and no more than the sale brings: the loan is non-recourse.", "−min(balance, sale)",
        (f"{CENTER}.loan_balance.{t}", f"{CENTER}.quarter.sale.{stat}.{t}"),
    )
