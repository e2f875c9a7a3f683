"""Solve for a term of the loan: the largest that survives, the spread that pays, what rents and values may lose."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from dashboard import format as f
from dashboard import run, state
from dashboard.blocks.blocks import notes, title
from dashboard.blocks.choices import pick
from dashboard.blocks.long_run import long_run
from dashboard.views.loan import words as say
from dashboard.views.loan.reading import result_of
from models.scenario.scenario import Scenario
from models.studies.facility import haircut, solve
from models.studies.facility.haircut import Haircut
from models.studies.facility.solve import Solution

QUESTIONS = {
    "advance": "Largest advance rate with default under",
    "spread": "Spread that pays for the loss",
    "glut": "Loan that survives a glut",
    "haircut": "Break-even haircuts",
}
ABOUT = {
    "advance": "Bisection on shared draws; size tests by coverage and value are set aside. Where the chance does not "
    "rise with every step, because a lock-up saves a larger loan, the first crossing counts.",
    "spread": "The least spread at which the mean lender earns the base rate after losses; the size stays.",
    "glut": "The largest loan in a market whose overcapacity peaks there, and the coverage of planned cash to ask for "
            "at closing.",
}


def find_solution(
    scenario: Scenario, question: str, limit: float, glut: float, margin: float, progress: Callable[[float], None]
) -> Solution:
    """Answer one of the first three questions."""
    shocks = result_of(scenario).ground.shocks
    if question == "glut":
        return solve.surviving_loan(scenario, glut, limit, shocks, progress)
    if question == "spread":
        return solve.paying_spread(scenario, margin, shocks, progress)
    return solve.largest_advance(scenario, limit, shocks, progress)


def find_haircuts(scenario: Scenario, progress: Callable[[float], None]) -> tuple[Haircut, Haircut]:
    """Break-even cut of rents, and of the value of machines."""
    result = result_of(scenario)
    rents = haircut.price_haircut(result, lambda share: progress(0.8 * share))
    return rents, haircut.residual_haircut(result, lambda share: progress(0.8 + 0.2 * share))


def render(scenario: Scenario, why_nothing: str) -> None:
    """A question, its figures, the answer; price and haircuts are asked of a loan, not of the lack of one."""
    question = pick("Question", QUESTIONS, "designer:question")
    if why_nothing and question in ("spread", "haircut"):
        title(say.sentence(why_nothing))
        return
    limit, glut, margin = 0.05, 1.0, 0.0
    with st.container(horizontal=True, gap="small", vertical_alignment="bottom", key="designer:asked"):
        if question in ("advance", "glut"):
            limit = _percent("Default in at most, % of futures", 100.0, 5.0, 0.5, "designer:limit")
        if question == "glut":
            glut = _percent("Overcapacity at its peak, %", 300.0, 100.0, 5.0, "designer:glut")
        if question == "spread":
            margin = _percent("To be earned on top, % a year", 5.0, 0.0, 0.25, "designer:margin")
    if question == "haircut":
        _haircuts(scenario)
        return
    answer = long_run(
        run.job(find_solution, scenario, question, limit, glut, margin), slot="designer-solve",
        words="Trying loans on the same futures", seconds=1.5,
    )
    if answer is not None:
        title(say.solved(question, answer, limit), ABOUT[question])
        if not answer.why_nothing:
            notes(_reached(question, answer))
            _use(question, answer)


def _percent(label: str, most: float, start: float, step: float, key: str) -> float:
    return 0.01 * st.number_input(label, 0.0, most, start, step, key=key)


def _reached(question: str, answer: Solution) -> str:
    trials = f"{answer.trials} trial{'s' * (answer.trials > 1)}"
    if question == "spread":
        left, noise = f.percent(-answer.reached, 2), f.noise(answer.error, 2)
        return f"Mean value left at that spread: {left} of the loan {noise} pts; {trials}."
    chance, noise = f.percent(answer.reached), f.noise(answer.error)
    where = "There the loan" if answer.advance > 0.0 else "Such a small loan"
    return f"{where} defaults in {chance} of futures {noise} pts; {trials}."


def _use(question: str, answer: Solution) -> None:
    """Offer to take the answer into the scenario."""
    if answer.value != answer.value or answer.advance <= 0.0:
        return
    if question == "advance":
        advance = max(round(answer.value - 0.0005, 3), 0.0)
        st.button("Lend that much", key="designer:use", on_click=state.change, args=("gpu_debt.advance_cap", advance),
                  help="Sets the highest advance rate; coverage may still make the loan smaller")
    if question == "spread":
        spread = min(max(round(answer.value, 4), 0.02), 0.13)
        st.button("Ask that spread", key="designer:use", on_click=state.change, args=("gpu_debt.spread", spread),
                  help="Sets the spread, within the bounds of its slider")


def _haircuts(scenario: Scenario) -> None:
    cuts = long_run(
        run.job(find_haircuts, scenario), slot="designer-solve", words="Cutting rents and values", seconds=4
    )
    if cuts is not None:
        title(say.haircut(cuts[0], "rents"), "Every market rent from closing on is cut by the same share: cash flow, "
              "customer and collateral weaken at once. Contract prices stay.")
        title(say.haircut(cuts[1], "the value of used machines"), "Rents stay; only what a sale brings is cut.")
