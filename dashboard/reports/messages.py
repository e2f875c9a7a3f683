"""Sentences of the report that no chart of the page carries, written by rules from the frames they describe."""

import pandas as pd

from dashboard import format as fmt
from models.studies.verdict import NAMES

NEAR = 0.005
"""A median return that moves by less than half a point has not moved."""


def entry_message(fair: pd.DataFrame, asked: pd.DataFrame) -> str:
    """What entry at cost or market changes: the class whose median return moves most."""
    before, after = (frame.set_index("asset")["irr_p50"] for frame in (fair, asked))
    moves = (after - before).dropna()
    if moves.empty or moves.abs().max() < NEAR:
        return "What is asked today is close to the fair price of every class"
    key = str(moves.abs().idxmax())
    name, many = NAMES[key]
    earned = f"{name} {'earn' if many else 'earns'} {fmt.irr(after[key])}"
    return f"Price decides: at what is asked today {earned} at the median instead of {fmt.irr(before[key])}"


def noise_note(tables: pd.DataFrame) -> str:
    """The largest sampling errors of a table that shows them only for the tail."""
    median = tables["irr_p50_se"].max()
    chance = tables[["probability_of_loss_se", "probability_below_cash_se"]].max(axis=1).max()
    return (
        f"± is two standard errors; those of the median IRR are at most {fmt.noise(median)} points, "
        f"of shares of futures at most {fmt.noise(chance)} points."
    )
