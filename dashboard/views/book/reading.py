"""What the loan book page shows of the reader's own loans: figures, rows, charts and the sentences above them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from dashboard import format as f
from dashboard.blocks.blocks import Chart
from dashboard.blocks.markup import Fact, tag
from dashboard.views.book import charts, words
from dashboard.words import records
from models.engine.estimate import flatten
from models.scenario.scenario import Scenario
from models.studies.book.book import evaluate_book
from models.studies.book.book_risk import book_risk, concentration, distribution, loan_table
from models.studies.book.tape import Tape

SAYS = {
    "expected_loss": ("Expected loss", "Mean present value lost to defaults, share of what is owed."),
    "loss_sd": ("Standard deviation", "Of the loss over futures, share of what is owed."),
    "value_at_risk_95": ("Loss in one future of 20", "Loss that 95% of futures do not exceed (value at risk)."),
    "cvar_95": ("Mean of the worst 5%", "Mean loss of the worst 5% of futures (CVaR)."),
    "cvar_99": ("Mean of the worst 1%", "Mean loss of the worst 1% of futures; few paths, so a wide error."),
    "any_default": ("Some loan defaults", "Share of futures in which at least one loan misses a payment."),
}
TIES = {
    "default_correlation": ("Default correlation", "Mean correlation of default over all pairs of loans."),
    "same_customer_correlation": ("With one customer", "The same over pairs of loans that share a customer."),
    "diversification": ("Saved by mixing", "How much less the worst 5% cost the book than its loans alone."),
    "customer_hhi": ("Concentration by customer", "Sum of squared shares of what is owed: 1 is a single customer."),
    "vintage_hhi": ("Concentration by vintage", "The same by year of closing."),
    "largest_name_loss": ("Costliest customer", "What the book loses on average when its costliest customer fails."),
}
GRADES = {"ig": "IG", "non_ig": "below IG", "merchant": "no contract"}
ABOUT_CURVE = (
    "Chance that the book loses more than a share of what it is owed. Dashed: the same losses of the same loans if "
    "market and customers did not tie them together."
)
ABOUT_BARS = {
    "customer": ("customer", "Gray: share of what is owed. In color: share of the mean loss of the worst 5%."),
    "vintage": ("year", "The same by year of closing."),
}


@dataclass(frozen=True, eq=False)
class BookReading:
    """What the page shows of a book; ``rows`` are what the download holds, ``table`` is the same in words."""

    headline: str
    detail: str
    losses: Sequence[Fact]
    ties: Sequence[Fact]
    ties_title: str
    curve: Chart
    bars: Sequence[Chart]
    rows: Sequence[Mapping[str, Any]]
    table: pd.DataFrame


def read_book(scenario: Scenario, tape: Tape, progress: Callable[[float], None]) -> BookReading:
    """Run the loans of a tape in the market of a scenario, and keep small tables only."""
    book = evaluate_book(scenario, tape.loans, progress=progress)
    risk, rows, curve = flatten(book_risk(book)), records(loan_table(book)), distribution(book)
    return BookReading(
        headline=words.book_message(risk),
        detail=f"{_counted(len(rows), 'loan')} to {_counted(risk['customers'], 'customer')}, "
        f"{f.money(risk['balance'])} owed, on {book.loss.shape[1]:,} futures of this scenario.",
        losses=figures(risk, SAYS),
        ties=figures(risk, TIES),
        ties_title=words.ties_message(risk),
        curve=Chart(words.curve_message(curve), charts.curve_frame(curve), charts.CURVE, ABOUT_CURVE),
        bars=[_bars(records(concentration(book, what)), *words) for what, words in ABOUT_BARS.items()],
        rows=rows,
        table=_in_words(rows),
    )


def _counted(count: int, name: str) -> str:
    return f"{count:,} {name}{'' if count == 1 else 's'}"


def _bars(groups: Sequence[Mapping[str, Any]], name: str, about: str) -> Chart:
    title = words.names_message(groups, name)
    return Chart(title, charts.bars_frame(groups), charts.BARS, about, note=tag("p", about, "key"))


def figures(risk: Mapping[str, Any], says: Mapping[str, tuple[str, str]]) -> list[Fact]:
    """Single figures with their noise."""
    out = []
    for key, (label, about) in says.items():
        value, error = float(risk[key]), float(risk.get(f"{key}_se", float("nan")))
        is_index = key.endswith(("correlation", "hhi"))
        shown = f.digits(value, 2, 2) if is_index else f.percent(value)
        parts = [str(risk["largest_name"])] if key == "largest_name_loss" else []
        if error > 0:
            parts.append(f"±{f.digits(2 * error, 2, 2)}" if is_index else f"{f.noise(error, 2)} pts")
        out.append(Fact(label, about, shown, ", ".join(parts)))
    return out


def _in_words(rows: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    """The table of loans as words."""

    def share(row: Mapping[str, Any], name: str, places: int) -> str:
        return f"{f.percent(row[name], places)} {f.noise(row[f'{name}_se'], places)}".strip()

    return pd.DataFrame([
        {
            "Loan": row["loan"], "Customer": row["offtaker"], "Grade": GRADES[row["grade"]], "Closing": row["vintage"],
            "Owed": f.money(row["balance_usd"]), "Coupon": f.percent(row["coupon"], 2),
            "Defaults": share(row, "default_probability", 1), "Expected loss": share(row, "expected_loss", 2),
            "Average life": f.years(row["wal_years"]), "Adds to the worst 5%": share(row, "tail_contribution", 2),
        }
        for row in rows
    ])
