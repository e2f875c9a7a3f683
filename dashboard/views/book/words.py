"""The sentences of the loan book: what the worst futures cost, and how one's own loan compares."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from dashboard import format as f


def book_message(risk: Mapping[str, Any]) -> str:
    """What the worst futures cost, and how much of that comes from what ties the loans together."""
    tail, apart, error = (float(risk[k]) for k in ("cvar_95", "independent_cvar_95", "cvar_95_se"))
    if tail <= 0:
        return "This book loses nothing in any future drawn"
    words = f"In its worst 5% of futures this book loses {f.percent(tail)} of what it is owed"
    if int(risk["loans"]) == 1:
        return words
    if f.is_close(tail - apart, error):
        return f"{words}, about as much as if nothing tied its loans together"
    than = "against" if tail > apart else "less than"
    return f"{words}, {than} {f.percent(apart)} if nothing tied its loans together"


def curve_message(table: pd.DataFrame) -> str:
    """From which loss on a book is worse off than the same loans untied."""
    worse = (table["probability"] > table["independent"]).to_numpy()
    if not worse.any():
        return "Nothing ties these loans together in the bad futures"
    start = _start(worse)
    at = f.percent(float(table["loss"].iloc[start]))
    if start == 0:
        return "Losses of every size come more often than if nothing tied the loans together"
    return f"Losses beyond {at} come more often than if nothing tied the loans together"


def _start(worse: Any) -> int:
    """First point of the longest run of points at which the book is worse off."""
    best, length, begin = 0, 0, 0
    for i, is_worse in enumerate([*worse, False]):
        if is_worse:
            continue
        if i - begin > length:
            best, length = begin, i - begin
        begin = i + 1
    return best


def ties_message(risk: Mapping[str, Any]) -> str:
    """Whether defaults come together."""
    value, error = float(risk["default_correlation"]), float(risk["default_correlation_se"])
    if not value == value:
        return "Too few loans that ever default to say what ties them together"
    shown = f"the correlation of two loans is {f.digits(value, 2, 2)} on average"
    return f"Defaults come {'one by one' if f.is_close(value, error) or value < 0 else 'together'}: {shown}"


def names_message(rows: Sequence[Mapping[str, Any]], what: str) -> str:
    """The name or year that weighs most in the worst losses, beside its share of what is owed."""
    top = max(rows, key=lambda row: float(row["tail_share"]))
    if float(top["tail_share"]) <= 0:
        return f"No {what} weighs on the worst losses: there are none"
    owed, tail = f.percent(float(top["balance_share"]), 0), f.percent(float(top["tail_share"]), 0)
    name = f"Loans of {top['name']}" if what == "year" else str(top["name"])
    verb = "are" if what == "year" else "is"
    return f"{name} {verb} {owed} of what is owed and {tail} of the worst losses"


def basis_points(value: float) -> str:
    """Spread in basis points: 225 bp."""
    text = f.digits(value * 1e4, 4, 0)
    return text if text == f.NOT_AVAILABLE else f"{text} bp"


def facility_message(rows: Sequence[Mapping[str, Any]], own: Mapping[str, Any]) -> str:
    """Where the reader's facility stands among current loans to customers of the same grade."""
    who = {"ig": "an investment-grade customer", "non_ig": "customers below investment grade"}
    spread = float(own["spread"])
    if spread != spread:
        return "Nothing is lent in this scenario, so no facility of yours stands among these loans"
    peers = sorted(
        float(row["spread"]) for row in rows
        if row["status"] == "current" and row["kind"] == "gpu_loan" and row["grade"] == own["grade"]
        and row["spread"] == row["spread"]
    )
    mine = f"Your facility pays {basis_points(spread)}"
    if not peers or str(own["grade"]) not in who:
        return f"{mine}; no current loan to such a customer has a known price"
    span = basis_points(peers[0]) if len(peers) == 1 else f"{basis_points(peers[0])} to {basis_points(peers[-1])}"
    count = "one current loan" if len(peers) == 1 else f"{len(peers)} current loans"
    if spread < peers[0]:
        place = "less than"
    elif spread > peers[-1]:
        place = "more than"
    else:
        place = "within the range of"
    return f"{mine}, {place} the {span} of {count} to {who[str(own['grade'])]}"


def replay_message(rows: Sequence[Mapping[str, Any]]) -> str:
    """How many of the replayed loans are paid for what they are expected to lose."""
    none = sum(row["verdict"] == "nothing is lent" for row in rows)
    if none == len(rows):
        return "Nothing is lent on any of these deals in this market"
    left = f"; nothing is lent on {none} more" if none else ""
    rows = [row for row in rows if row["verdict"] != "nothing is lent"]
    covered = [row for row in rows if row["verdict"] == "covered"]
    short = [str(row["title"]) for row in rows if row["verdict"] == "not covered"]
    close = len(rows) - len(covered) - len(short)
    if not short and not close:
        said = f"The spread of all {len(rows)} loans exceeds what this market is expected to cost them"
        return said + left
    words = f"The spread exceeds the expected loss in {len(covered)} of {len(rows)} loans"
    if short:
        words += f", not in {short[0] if len(short) == 1 else f'{len(short)} of them'}"
    words += f"; {close} too close to call" if close else ""
    return words + left
