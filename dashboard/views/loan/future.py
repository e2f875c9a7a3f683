"""One future of the loan, step by step: its quarters, then what is paid in one of them, in order."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from dashboard import format as f
from dashboard import run
from dashboard.blocks.blocks import sheet, title
from dashboard.blocks.choices import pick
from dashboard.views.loan.reading import Design, result_of
from dashboard.words import Rows, records
from models.scenario.scenario import Scenario
from models.studies.facility.steps import path_table, steps

BY_NUMBER = "by number"


def read_path(scenario: Scenario, path: int) -> Rows:
    """Quarters of one path."""
    return records(path_table(result_of(scenario), path))


def read_steps(scenario: Scenario, path: int, quarter: int) -> Rows:
    """Steps of one quarter of one path."""
    return records(steps(result_of(scenario), path, quarter))


def render(scenario: Scenario, design: Design) -> None:
    """Pick a telling path or any number; quarters as rows, then the steps of one quarter."""
    left, right = st.columns(2, gap="medium")
    with left:
        story = pick("Future", {name: name for name in (*design.telling, BY_NUMBER)}, "designer:story")
    with right:
        if story == BY_NUMBER:
            path = int(st.number_input("Number of the future", 0, design.paths - 1, 0, key="designer:path"))
        else:
            path = design.telling[story]
            st.caption(f"Future {path:,} of {design.paths:,}, drawn from seed {design.seed}.")
    quarters = run.kept(read_path, scenario, path)
    name = f"Future {path:,}" if story == BY_NUMBER else story[0].upper() + story[1:]
    title(f"{name}: {_end(quarters)}", "Money in USD per H100e of collateral.")
    sheet(_quarters(quarters), "designer:quarters", height=300)
    last = int(quarters[-1]["quarter"])
    start = max((int(row["quarter"]) for row in quarters if row["rule"]), default=design.first)
    quarter = int(st.slider("Quarter", 0, last, min(start, last), key=f"designer:quarter:{path}"))
    title(f"What is paid in {f.calendar(quarter)}, in order", "Due, paid and short of each step, and the rule.")
    sheet(_steps(run.kept(read_steps, scenario, path, quarter)), "designer:steps")


def _end(quarters: Rows) -> str:
    rules = [str(row["rule"]) for row in quarters if row["rule"] and row["rule"] not in ("drawn", "ramp")]
    return rules[-1] if rules else "nothing out of the ordinary happens"


def _quarters(quarters: Rows) -> pd.DataFrame:
    return pd.DataFrame([
        {
            "Quarter": f.calendar(row["quarter"]), "Cash": f.money(row["cash"]), "Due": f.money(row["due"]),
            "Coverage": f.multiple(row["dscr"]), "Balance": f.money(row["balance"]),
            "Loan to value": f.percent(row["ltv"], 0), "To lender": f.money(row["to_lender"]), "Rule": row["rule"],
        }
        for row in quarters
    ])


def _steps(rows: Rows) -> pd.DataFrame:
    return pd.DataFrame([
        {
            "Step": row["step"], "Due": f.money(row["due"]), "Paid": f.money(row["paid"]),
            "Short": f.money(row["short"]) if row["short"] > 0.005 else "", "Rule": row["rule"],
        }
        for row in rows
    ])
