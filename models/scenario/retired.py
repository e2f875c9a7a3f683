"""Assumptions of earlier editions that no longer exist, and what to do in their place: never a silent new meaning."""

from __future__ import annotations

from collections.abc import Mapping

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
