"""Tools of the designer: solve for a term, read one path step by step, hold the facility against a pinned one."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from dashboard import format as f
from dashboard import run, state
from dashboard.blocks.long_run import long_run
from dashboard.blocks.markup import heading, tag
from dashboard.views.loan import words as say
from dashboard.views.loan.reading import (
    Design,
    find_haircuts,
    find_solution,
    plain_rows,
    read_comparison,
    read_path,
    read_steps,
)
from models.scenario.scenario import Scenario
from models.studies.facility.solve import Solution

QUESTIONS = {
    "advance": "Largest advance rate with default under",
    "spread": "Spread that pays for the loss",
    "glut": "Loan that survives a glut",
    "haircut": "Break-even haircuts",
}
PINNED = "pinned-facility"
"""Where the session holds the facility to compare with."""
SHARES = frozenset(("share of cost", "per year", "share", "share of exposure", "share of the loan"))


def render(scenario: Scenario, design: Design) -> None:
    """One of three tools; only the open one is built."""
    tools = {"solve": "Solve for", "path": "One future, step by step", "compare": "Against another facility"}
    tool = st.segmented_control("Tool", tools, default="solve", format_func=tools.__getitem__, key="designer:tool",
                                required=True, label_visibility="collapsed")
    if tool == "path":
        _path(scenario, design)
    elif tool == "compare":
        _compare(scenario)
    else:
        _solve(scenario)


def _solve(scenario: Scenario) -> None:
    asked = st.selectbox("Question", list(QUESTIONS), format_func=QUESTIONS.__getitem__, key="designer:question")
    question, limit, glut, margin = str(asked), 0.05, 1.0, 0.0
    with st.container(horizontal=True, gap="small", vertical_alignment="bottom", key="designer:asked"):
        if question in ("advance", "glut"):
            limit = 0.01 * st.number_input("Default in at most, % of futures", 0.0, 100.0, 5.0, 0.5,
                                           key="designer:limit")
        if question == "glut":
            glut = 0.01 * st.number_input("Overcapacity at its peak, %", 0.0, 400.0, 100.0, 5.0, key="designer:glut")
        if question == "spread":
            margin = 0.01 * st.number_input("To be earned on top, % a year", 0.0, 5.0, 0.0, 0.25, key="designer:margin")
    if question == "haircut":
        _haircuts(scenario)
        return
    found = long_run(
        run.job(find_solution, scenario, question, limit, glut, margin), slot="designer-solve",
        words="Trying loans on the same futures", seconds=1.5,
    )
    if found is None:
        return
    about = {
        "advance": "Bisection on shared draws; size tests by coverage and value are set aside. Where the chance does "
                   "not rise with every step, because a lock-up saves a larger loan, the first crossing counts.",
        "spread": "The least spread at which the mean lender earns the base rate after losses; the size stays.",
        "glut": "The largest loan in a market whose overcapacity peaks there, and the coverage to ask for at closing.",
    }[question]
    st.html(heading(say.solved(question, found, limit), about))
    st.html(tag("p", _reached(question, found), "note"))
    _use(question, found)


def _reached(question: str, found: Solution) -> str:
    if question == "spread":
        left = f.percent(found.reached * -1.0, 2)
        noise = f.noise(found.error, 2)
        return f"Mean value left at that spread: {left} of the loan {noise} pts; {found.trials} trials."
    noise = f.noise(found.error)
    return f"There the loan defaults in {f.percent(found.reached)} of futures {noise} pts; {found.trials} trials."


def _use(question: str, found: Solution) -> None:
    """Offer to take the answer into the scenario."""
    if question == "advance" and found.value == found.value:
        st.button("Lend that much", key="designer:use", on_click=_set_advance, args=(round(found.value - 0.0005, 3),),
                  help="Sets the highest advance rate; coverage may still make the loan smaller")
    if question == "spread" and found.value == found.value:
        st.button("Ask that spread", key="designer:use", on_click=_set_spread, args=(found.value,),
                  help="Sets the spread, within the bounds of its slider")


def _set_advance(value: float) -> None:
    state.change("gpu_debt.advance_cap", max(value, 0.0))


def _set_spread(value: float) -> None:
    state.change("gpu_debt.spread", min(max(round(value, 4), 0.02), 0.13))


def _haircuts(scenario: Scenario) -> None:
    found = long_run(run.job(find_haircuts, scenario), slot="designer-solve", words="Cutting rents and values",
                     seconds=4.0)
    if found is None:
        return
    rents, values = found
    about = ("Every market rent from closing on is cut by the same share: cash flow, customer and collateral weaken at "
             "once. Contract prices stay.")
    st.html(heading(say.haircut(rents, "rents"), about))
    st.html(heading(say.haircut(values, "the value of used machines"), "Rents stay; only what a sale brings is cut."))


def _path(scenario: Scenario, design: Design) -> None:
    """Pick a telling path or any number; quarters as rows, then the steps of one quarter."""
    left, right = st.columns(2, gap="medium")
    with left:
        stories = [*design.telling, "by number"]
        story = str(st.selectbox("Future", stories, key="designer:story"))
    with right:
        if story == "by number":
            path = int(st.number_input("Number of the future", 0, design.paths - 1, 0, key="designer:path"))
        else:
            path = design.telling[story]
            st.caption(f"Future {path:,} of {design.paths:,}, drawn from seed {design.seed}.")
    table = run.kept(read_path, scenario, path)
    fired = table[table["rule"] != ""]
    st.html(heading(_path_message(story, path, table), "Money in USD per H100e of collateral."))
    st.dataframe(_quarters(table), hide_index=True, key="designer:quarters", placeholder="", height=300)
    last = int(table["quarter"].iloc[-1])
    start = int(fired["quarter"].iloc[-1]) if len(fired) else design.first
    quarter = int(st.slider("Quarter", 0, last, min(start, last), key=f"designer:quarter:{path}"))
    about = "Due, paid and short of each step, and the rule."
    st.html(heading(f"What is paid in {f.calendar(quarter)}, in order", about))
    st.dataframe(_step_rows(run.kept(read_steps, scenario, path, quarter)), hide_index=True, key="designer:steps",
                 placeholder="")


def _path_message(story: str, path: int, table: pd.DataFrame) -> str:
    words = [str(rule) for rule in table["rule"] if rule and rule not in ("drawn", "ramp")]
    end = words[-1] if words else "nothing out of the ordinary happens"
    name = f"Future {path:,}" if story == "by number" else story[0].upper() + story[1:]
    return f"{name}: {end}"


def _quarters(table: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame([
        {
            "Quarter": f.calendar(row["quarter"]), "Cash": f.money(row["cash"]), "Due": f.money(row["due"]),
            "Coverage": f.multiple(row["dscr"]), "Balance": f.money(row["balance"]),
            "Loan to value": f.percent(row["ltv"], 0), "To lender": f.money(row["to_lender"]), "Rule": row["rule"],
        }
        for row in plain_rows(table)
    ])


def _step_rows(table: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame([
        {
            "Step": row["step"], "Due": f.money(row["due"]), "Paid": f.money(row["paid"]),
            "Short": f.money(row["short"]) if row["short"] > 0.005 else "", "Rule": row["rule"],
        }
        for row in plain_rows(table)
    ])


def _compare(scenario: Scenario) -> None:
    """The pinned facility beside this one, with the noise of the difference."""
    pinned = state.place(PINNED)
    if not isinstance(pinned, Scenario):
        st.html(heading("Nothing is pinned yet", "A pinned facility stays while you change this one."))
        st.button("Pin this facility", key="designer:pin", on_click=state.exchange, args=(PINNED, scenario))
        st.caption("Then change the structure: both stand side by side on the same futures.")
        return
    table = run.kept(read_comparison, pinned, scenario)
    about = "Both on the same draws, each in its own scenario; noise is two standard errors of the difference."
    st.html(heading(_difference_message(table), about))
    st.dataframe(_comparison(table), hide_index=True, key="designer:comparison", placeholder="")
    with st.container(horizontal=True, gap="small", key="designer:pins"):
        st.button("Pin this one instead", key="designer:pin", on_click=state.exchange, args=(PINNED, scenario))
        st.button("Forget the pinned one", key="designer:unpin", type="tertiary", on_click=state.exchange,
                  args=(PINNED, None))


def _difference_message(table: pd.DataFrame) -> str:
    row = table.set_index("figure").loc["loss"]
    change, error = float(row["difference"]), float(row["error"])
    if change == 0.0:
        return "Both facilities lose the same"
    if f.is_close(change, error):
        return "Which facility loses more is too close to call"
    than = "more" if change > 0 else "less"
    return f"This facility loses {f.percent(abs(change), 2)} of the loan {than} than the pinned one"


def _comparison(table: pd.DataFrame) -> pd.DataFrame:
    rows = []
    for row in plain_rows(table):
        is_share = row["unit"] in SHARES
        write = f.percent if is_share else f.multiple if row["unit"] == "x" else f.years
        change = f.points(row["difference"], 2) if is_share else f.signed(row["difference"], 2)
        noise = f"±{f.digits(2 * row['error'] * (100 if is_share else 1), 2, 3)}" if row["error"] > 0 else ""
        close = row["error"] > 0 and f.is_close(row["difference"], row["error"]) and row["difference"] != 0.0
        rows.append({
            "Figure": row["label"], "Pinned": write(row["a"]), "This one": write(row["b"]), "Difference": change,
            "Noise": noise, "": "too close to call" if close else "",
        })
    return pd.DataFrame(rows)
