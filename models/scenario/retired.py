"""Assumptions of earlier editions that no longer exist or meant something else: never a silent new meaning."""

from __future__ import annotations

import re
from collections.abc import Container, Mapping
from typing import TYPE_CHECKING

from models.basis.investor import REFERENCE_RATE

if TYPE_CHECKING:
    from models.scenario.scenario import Scenario

_GROWTH = (
    "revenue of a developer follows AI revenue worldwide since model 0.2.0, so its own growth is no assumption any "
    "more; leave it out, or give growth beyond the market as llm_developer.excess_growth_"
)

RETIRED: Mapping[str, str] = {
    "llm_developer.growth_now": f"{_GROWTH}now, 0 for the market's",
    "llm_developer.growth_long_run": f"{_GROWTH}long_run, 0 for the market's",
    "llm_developer.growth_fade": f"{_GROWTH}now and its fade as llm_developer.excess_growth_fade",
    "llm_developer.champion_grant": "home programs pay a champion out of their budgets since model 0.2.0; give a "
    "program a part for champions as mix.champion, and say how much buys shares as llm_developer.champion_equity",
    "hardware_supplier.write_off": "commitments are written off in proportion to the fall of sales since model 0.2.0, "
    "not once; set supplier_credit.commitments",
}
"""Dotted path to why it is gone and what says the same now."""


RATES_TOGETHER = (0, 2)
"""First edition of the model in which cash rate, hurdles and exit yields follow the base rate."""
_EDITION = re.compile(r"\d{1,6}(\.\d{1,6}){0,3}", re.ASCII)
APART = (
    "in the model it was made with, the base rate moved coupons alone; so it does here: rates.move_together is off"
)


def as_meant(scenario: Scenario, version: object, given: Container[str]) -> Scenario:
    """A scenario read from a link or file of an earlier edition, such that it says what it said there.

    Parameters
    ----------
    version : object
        Edition of the model that wrote it, such as ``"0.1.0"``; what names none says nothing.
    given : container of str
        Paths that it gives.
    """
    if not isinstance(version, str) or not _EDITION.fullmatch(version) or "rates.move_together" in given:
        return scenario
    is_earlier = tuple(int(part) for part in version.split(".")) < RATES_TOGETHER
    if not is_earlier or scenario.rates.base_rate == REFERENCE_RATE:
        return scenario
    return scenario.replace({"rates.move_together": False})
