"""Rates in force: what is typed for the reference base rate, moved with the base rate of the scenario.

A scenario, its links and its files hold what was typed. Whatever values or prices something reads the slices of
`Scenario.in_force`; this is the only place where rates move. Coupons are a spread over the base rate and need no move.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from models.scenario.scenario import Scenario

BETAS: Mapping[str, str] = {
    "rates.cash_rate": "",
    "gpu_fleet.hurdle_ig": "hurdle_beta",
    "gpu_fleet.hurdle_non_ig": "hurdle_beta",
    "data_center.hurdle": "hurdle_beta",
    "data_center.exit_cap": "yield_beta",
    "hardware_supplier.hurdle": "hurdle_beta",
    "llm_developer.hurdle": "hurdle_beta",
    "cloud_capital.hurdle": "hurdle_beta",
    "cloud_capital.neocloud_hurdle": "hurdle_beta",
    "hardware.merchant_hurdle": "market_beta",
}
"""Dotted path of each rate that follows the base rate, and the field of `Rates` that says how far; empty: one for one.
"""


def in_force(scenario: Scenario) -> Scenario:
    """The scenario with every rate of `BETAS` as it is at its base rate; the same object where none moves."""
    rates = scenario.rates
    if rates.rise == 0.0:
        return scenario
    moved: dict[str, dict[str, Any]] = {"rates": {"move_together": False}}
    for path, beta in BETAS.items():
        group, name = path.split(".")
        typed, share = getattr(getattr(scenario, group), name), getattr(rates, beta) if beta else 1.0
        moved.setdefault(group, {})[name] = typed + share * rates.rise
    return scenario.derived(**{group: getattr(scenario, group).derived(**rest) for group, rest in moved.items()})
