"""From an announced national program to a declared one: every guess on the way is written down.

A row of the library says how much was announced, in whose words; the model needs a mix of instruments, a rate and a
share that is really paid. What the row does not say is a default of the model, and `Mapped.notes` says so.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches

from models.errors import ScenarioError
from models.evidence.programs import Program as NationalProgram
from models.evidence.programs import load_programs
from models.policy.program import Mix, Program, Schedule, Terms

BUDGET_CAP = 100.0e9
NAME_LENGTH = 80
DEFAULT = Schedule.model_fields["disbursement"].default

# Words of the source -> instruments. Every rule that matches counts once; the shares are equal because no source says
# how a budget is split.
_WORDS: tuple[tuple[str, tuple[str, ...]], ...] = (
    (r"tax credit", ("tax_credit",)),
    (r"grants?\b|co-funding|\bcapex\b|mobilised|budget|proposal|national (?:compute )?cent(?:re|er)", ("grant",)),
    (r"equity|guidance fund", ("equity",)),
    (r"(?<!tax )\bcredit\b|\bloans?\b", ("loan",)),
    (r"voucher|subsidy to users|access fund|compute access|research access", ("voucher",)),
    (r"procurement", ("procurement",)),
    (r"land, power|power, siting", ("power",)),
)
_PRIVATE = re.compile(r"private pledges|private equity|public \+ private", re.ASCII)
_RELEASED = "actual release"
_JOINT = re.compile(r"joint procurement", re.ASCII)  # who buys together, not an instrument
POWER_DISCOUNT = 0.02
"""USD/kWh where a program cheapens power and no source says by how much."""


@dataclass(frozen=True, slots=True)
class Mapped:
    """A declared program, where it came from, and what had to be assumed, in words."""

    program: Program
    source: str
    notes: tuple[str, ...]


def mapped(row: NationalProgram) -> Mapped:
    """Declared program of a national one, with honest notes.

    Budget is the announced amount in USD (none where only a rate or a count of machines is known); the words of the
    instrument give the mix; the public share is the grant rate, or the voucher rate where users are paid; what is known
    to have been delivered is the share that is paid.

    Raises
    ------
    ScenarioError
        If the program pays for something else than AI compute, with the reason.
    """
    if row.refusal:
        raise ScenarioError(f"program {row.id} ({row.country}: {row.name}) cannot be added: {row.refusal}")
    notes: list[str] = []
    budget = _budget(row, notes)
    mix = _mix(row, notes)
    terms = _terms(row, mix, notes)
    schedule = Schedule(budget=budget, disbursement=_disbursement(row, notes))
    notes.append("It spends over the next five years, in equal parts; what was spent before is not taken off.")
    notes.append("It is taken to act in the scenario's home bloc.")
    name = f"{row.country}: {row.name}"[:NAME_LENGTH]
    return Mapped(Program(name=name, schedule=schedule, mix=mix, terms=terms), row.id, tuple(notes))


def national_program(key: str) -> NationalProgram:
    """Row of the library by its id, such as ``sovereign_programs-009``, or its number.

    Raises
    ------
    ScenarioError
        If there is none, with the nearest ids.
    """
    rows = {row.id: row for row in load_programs()}
    wanted = f"sovereign_programs-{int(key):03d}" if key.isascii() and key.isdigit() and len(key) < 5 else key
    if wanted not in rows:
        near = get_close_matches(wanted[:80], rows, 3, 0.6)
        hint = f"; nearest: {', '.join(near)}" if near else ""
        raise ScenarioError(f"program {wanted[:80]!r}: no such national program{hint}")
    return rows[wanted]


def _budget(row: NationalProgram, notes: list[str]) -> float:
    if row.announced_usd is None:
        notes.append(f"No amount of money is known ({row.unit}): the budget is zero until you set one.")
        return 0.0
    if _PRIVATE.search(row.instrument):
        notes.append("Mostly private money, and the public part is not known: the budget is zero until you set one.")
        return 0.0
    if row.announced_usd > BUDGET_CAP:
        notes.append(f"Announced {row.announced_usd / 1e9:g} bn USD; the model takes {BUDGET_CAP / 1e9:g} bn at most.")
    return min(row.announced_usd, BUDGET_CAP)


def _mix(row: NationalProgram, notes: list[str]) -> Mix:
    if row.scope == "llm":
        notes.append("It pays developers of models, so that it builds nothing: all of it goes to champions.")
        return Mix(champion=1.0)
    words = _JOINT.sub("", row.instrument.casefold())
    found: dict[str, float] = {}
    for pattern, names in _WORDS:
        if re.search(pattern, words):
            found |= dict.fromkeys(names, 1.0)
    if not found:
        notes.append(f"The source names no instrument of the model ({row.instrument!r}): taken as a grant.")
        found = {"grant": 1.0}
    elif len(found) > 1:
        notes.append("No source says how the money is split over instruments: equal parts.")
    return Mix.model_validate(_even(found))


def _even(found: Mapping[str, float]) -> dict[str, float]:
    """Equal shares that add to one exactly, in steps of one per cent; the first takes the rest."""
    share = int(100 / len(found)) / 100
    out = dict.fromkeys(found, share)
    first = next(iter(out))
    out[first] = round(1.0 - share * (len(found) - 1), 2)
    return out


def _terms(row: NationalProgram, mix: Mix, notes: list[str]) -> Terms:
    changes: dict[str, float] = {}
    share = row.public_share
    if share is not None and mix.voucher > 0:
        changes["voucher_rate"] = share
    elif share is not None and mix.grant + mix.tax_credit > 0:
        changes["capex_share"] = share
    elif share is not None:
        notes.append(f"The public share of {share:.0%} has no counterpart in this mix and is not used.")
    elif mix.grant + mix.tax_credit > 0:
        rate = Terms.model_fields["capex_share"].default
        notes.append(f"The share of cost that the state pays is not known: {rate:.0%} as elsewhere in the model.")
    if mix.power > 0:
        changes["power_discount"] = POWER_DISCOUNT
        notes.append(f"The power discount is not known: {POWER_DISCOUNT:g} USD per kWh is our guess.")
    return Terms.model_validate(changes)


def _disbursement(row: NationalProgram, notes: list[str]) -> float:
    if row.instrument == _RELEASED:
        notes.append("This is what another program of the list has released: paid in full; do not add both.")
        return 1.0
    if row.delivered_share is None:
        notes.append(f"What is really paid is not known: {DEFAULT:.0%} of the announcement, as elsewhere in the model.")
        return float(DEFAULT)
    known = f"{row.delivered_share:.1%} of the announcement is known to be {row.delivered_stage}"
    notes.append(f"{known}; it is taken that no more is paid.")
    return float(min(1.0, round(row.delivered_share, 4)))
