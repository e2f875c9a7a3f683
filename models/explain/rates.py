"""Rates in force as numbers with reasons: what was typed, and how far it follows the base rate."""

from __future__ import annotations

from models.explain.equation import Equation, Operand
from models.explain.registry import Reader, UnknownPath, explains
from models.scenario.in_force import BETAS


@explains("in_force.{slice}.{name}")
def rate_in_force(reader: Reader, slice: str, name: str) -> Equation:
    """A rate as it is at the scenario's base rate."""
    path, whole = f"{slice}.{name}", reader.evaluation.scenario
    if path not in BETAS:
        raise UnknownPath(f"rates that follow the base rate are {', '.join(BETAS)}")
    label, value = reader.entries[path].label, getattr(getattr(reader.scenario, slice), name)
    typed: dict[str, Operand] = {"r": path}
    if not whole.rates.move_together:
        return Equation(f"{label}, in force", value, "per year", "As typed: rates do not move together here.", "r",
                        typed, beside=("rates.move_together",))
    beta = BETAS[path]
    moved = typed | ({"β": f"rates.{beta}"} if beta else {}) | {
        "SOFR": "rates.base_rate", "SOFR_0": "constants.base_rate"}
    far = "its beta times how far" if beta else "as much as"
    return Equation(
        f"{label}, in force", value, "per year",
        f"As typed, and {far} the base rate lies above the one it is typed for.",
        "r + β·(SOFR − SOFR_0)" if beta else "r + (SOFR − SOFR_0)", moved, beside=("rates.move_together",),
    )
