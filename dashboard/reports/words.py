"""Words of the reports: what all of them say, sentences by rule from their figures, and text made safe to print."""

import unicodedata
from collections.abc import Sequence
from urllib.parse import urlsplit

import pandas as pd

from dashboard import format as fmt
from models.claims.registry import PICKS
from models.studies.sensitivity.flip import Flip
from models.studies.verdict import FAMILIES, NAMES

METHOD = (
    "One quarterly model of ten years: demand, three kinds of builders, sovereign programs and technology set "
    "capacity; capacity against demand sets rent.",
    "The same futures reach all six classes, so differences are not luck: rent becomes cash flow, loan coverage, "
    "collateral, and the developer's compute bill.",
    "At fair entry a class costs what makes it earn its hurdle in a neutral world; at cost or market, what is "
    "asked today.",
    "Loss is counted twice: less money back than paid in, and less than cash. The worst 5% is a mean against "
    "cash, per dollar committed.",
    "Draws come from a seed (scrambled Sobol): the same link, the same figures. Standard errors come from "
    "independent scrambles.",
)
LIMITS = (
    "Figures are conditional on the assumptions. Currencies are not simulated, base rates only for a loan that "
    "asks; taxes and company accounts are stylized; chips of all makes are counted in H100 equivalents (H100e). "
    "GPU rents have one full cycle of history at most, and no GPU-backed loan is known to have defaulted: losses "
    "come from the model. Sampling error is shown; model error is not, and is larger."
)
DISCLAIMER = "Not investment advice. Assay computes what follows from stated assumptions and recommends nothing."

MAP_NOTE = (
    "Mark: sure return a year at today's prices (cash and what the risk is worth over it to a cautious investor), by "
    "which the verdict judges; circles for picks and shovels, diamonds for LLM and cloud. Whisker: IRR, 5th to 95th "
    "percentile. Pale bar: two standard errors of the loss each way."
)
CALM_MAP_NOTE = (
    "Mark: sure return a year at today's prices on the one path without shocks; its loss against cash lies across. A "
    "negative loss is a gain."
)
FAN_NOTE = (
    "Line: median. Bands: half and nine tenths of all futures. Dashed: break-even, the rent that pays for a new "
    "machine. Surplus is measured at that rent; low rents refill machines, so utilization alone hides it."
)
REVENUE_NOTE = (
    "Needed: rents of all machines over the share of AI revenue that can go to compute lastingly. Medians; "
    "purchases of states count on neither side."
)
TABLE_NOTE = (
    "Fair: earns the hurdle in a neutral world. Cost or market: what is asked today. Money back: median multiple "
    "of money paid in. Sure: what the risk is worth over cash a year, at the scenario's risk aversion."
)
CALM_TABLE_NOTE = "One path without shocks: every percentile is that path."

NEAR = 0.005
"""A median return that moves by less than half a point has not moved."""

JOINERS = "\u200c\u200d"
"""Marks that Arabic, Indic scripts and emoji need; other invisible characters could reorder or hide what is printed."""

INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})


def subtitle(changed: int, draws: str) -> str:
    """How the scenario differs from its preset, and how it was computed."""
    words = "as it ships" if not changed else f"{changed} assumption{'s' if changed > 1 else ''} changed"
    return f"The preset, {words}. {draws} of ten years by quarter; nominal US dollars before tax."


def flips_message(flips: Sequence[Flip]) -> str:
    """What would flip the verdict; the first three."""
    said = []
    for flip in flips[:3]:
        new, old = (fmt.assumption(value, flip.unit) for value in (flip.to_value, flip.from_value))
        is_family = flip.question == "family"
        leads = f"{FAMILIES[flip.answer == PICKS]} leads" if is_family else f"best then: {NAMES[flip.answer][0]}"
        said.append(f"{flip.label.lower()} at {new} instead of {old} ({leads})")
    return printable(f"What would flip it: {'; '.join(said)}.", 500) if said else ""


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


def printable(text: str, length: int = 240) -> str:
    """Text on one line, without characters that cannot be printed, shortened with an ellipsis."""
    shown = "".join(
        c if c in JOINERS else " " if unicodedata.category(c) in INVISIBLE else c for c in text[: 4 * length]
    )
    shown = " ".join(shown.split())
    return shown if len(shown) <= length else shown[: length - 1].rstrip() + "…"


def web_address(text: str) -> str:
    """The address if it can be opened from a document without harm, empty otherwise."""
    try:
        parts = urlsplit(text)
        is_web = parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        return ""
    return text if is_web and text.isprintable() and not set(text) & set(' "<>\\') else ""
