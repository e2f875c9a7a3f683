"""Tidy tables of what sovereign programs pay, build and change; what the program page shows.

Shares are decimals, capacity is H100e, money USD; ``_se`` columns are standard errors of the sampling.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from models.basis.shocks import draw_shocks
from models.basis.timeline import Array
from models.engine.evaluate import Evaluation
from models.market.simulate import programs_met, simulate_market
from models.measures import risk
from models.policy.effects import (
    build_rate,
    cliff_quarter,
    live_quarters,
    mean_intensity,
    quarterly_spend,
    simulate_policy,
)
from models.policy.program import Program
from models.scenario.scenario import Scenario

EFFECT_QUARTERS = (4, 12, 20)
INTENSITIES = (0.0, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 30.0)
EFFECT_PATHS = 1_024


def program_table(evaluation: Evaluation) -> pd.DataFrame:
    """One row a program of the scenario, and a last row for all: what is announced, paid, built, and left over.

    Columns: position (-1 for all), name, announced, disbursement, paid, paid_p05, paid_p95, unspent, built, cap_bound,
    effect_q4 ... effect_q20 with ``_se``. ``paid`` is the mean over paths within the horizon, net of what a cliff
    stops; ``unspent`` is the part of it that the build cap kept back; effects are the mean change of the home rental
    price against the same futures without the program alone (all of them for the last row).
    """
    scenario = evaluation.scenario
    policy = scenario.policy
    shocks = draw_shocks(scenario.run.seed, min(EFFECT_PATHS, scenario.run.paths))
    without = _home_price(scenario, ())
    rows: list[dict[str, object]] = []
    for i, program in enumerate(policy.programs):
        rows.append(
            {"position": i, "name": program.name,
             "announced": program.schedule.budget * mean_intensity(program, policy),
             "disbursement": program.schedule.disbursement}
            | _money(evaluation, program)
            | _effects(_home_price(scenario, (program,)), without, shocks.replicate)
        )
    if rows:
        table = pd.DataFrame(rows)
        total = {name: table[name].sum() for name in ("announced", "paid", "unspent", "built")}
        announced = float(total["announced"])
        paid_out = float((table["announced"] * table["disbursement"]).sum())
        rows.append(
            {"position": -1, "name": "All programs", "disbursement": paid_out / announced if announced else np.nan}
            | total
            | {"cap_bound": bool(table["cap_bound"].any())}
            | _effects(_home_price(scenario, policy.programs), without, shocks.replicate)
        )
    return pd.DataFrame(rows)


def _money(evaluation: Evaluation, program: Program) -> dict[str, float | bool]:
    """What one program pays and builds on the paths of the evaluation."""
    scenario, market = evaluation.scenario, evaluation.market
    policy = scenario.policy
    shocks = draw_shocks(scenario.run.seed, market.paths, "sobol" if scenario.run.method == "sobol" else "random")
    paid = (live_quarters(program, shocks) * quarterly_spend(program, policy, shocks.quarters)).sum(axis=1)
    crowd = sum(
        build_rate(p) for p in policy.active if p.schedule.bloc_share == program.schedule.bloc_share
    )
    share = build_rate(program) / crowd if crowd and program in policy.active else 1.0
    alone = simulate_policy(
        policy.derived(build_cap=policy.build_cap * share, market_channel=True), (program,), shocks,
        programs_met(scenario.setting, market),
    )
    unspent = float(np.mean(alone.unspent))
    return {
        "paid": float(np.mean(paid)), "unspent": unspent, "built": float(alone.builds.sum(axis=1).mean()),
        "cap_bound": unspent > 1e-6 * max(float(np.mean(paid)), 1.0),
        "stopped_early": float(np.mean(cliff_quarter(program, shocks) < program.schedule.stop)),
    }


def _home_price(scenario: Scenario, programs: tuple[Program, ...], intensity: float | None = None) -> Array:
    """Home rental price with exactly these programs, USD/h, (paths, quarters + 1)."""
    changes: dict[str, object] = {"programs": programs}
    if intensity is not None:
        changes["intensity"] = intensity
    played = scenario.derived(policy=scenario.policy.derived(**changes))
    shocks = draw_shocks(scenario.run.seed, min(EFFECT_PATHS, scenario.run.paths))
    return simulate_market(played.setting, shocks).price


def _effects(price: Array, without: Array, replicate: NDArray[np.int64]) -> dict[str, float]:
    out: dict[str, float] = {}
    for t in EFFECT_QUARTERS:
        change = np.round(price[:, t] / without[:, t] - 1.0, 12) + 0.0  # prices are exponentials: dust is no effect
        out[f"effect_q{t}"] = float(change.mean())
        out[f"effect_q{t}_se"] = float(risk.mean_standard_error(change, replicate)) if len(change) > 1 else np.nan
    return out


def price_effect(scenario: Scenario) -> pd.DataFrame:
    """Mean home rental price without and with the programs: quarter, without, with, change, change_se (shares)."""
    shocks = draw_shocks(scenario.run.seed, min(EFFECT_PATHS, scenario.run.paths))
    without, price = _home_price(scenario, ()), _home_price(scenario, scenario.policy.programs)
    effects = _effects(price, without, shocks.replicate)
    return pd.DataFrame([
        {"quarter": t, "without": float(without[:, t].mean()), "with": float(price[:, t].mean()),
         "change": effects[f"effect_q{t}"], "change_se": effects[f"effect_q{t}_se"]}
        for t in EFFECT_QUARTERS
    ])


def intensity_curve(scenario: Scenario) -> pd.DataFrame:
    """Mean change of the home rental price as budgets are multiplied: intensity, quarter, effect (_se), is_here."""
    shocks = draw_shocks(scenario.run.seed, min(EFFECT_PATHS, scenario.run.paths))
    without = _home_price(scenario, ())
    here = scenario.policy.intensity
    rows = []
    for intensity in sorted({*INTENSITIES, here}):
        price = _home_price(scenario, scenario.policy.programs, intensity)
        effects = _effects(price, without, shocks.replicate)
        rows += [
            {"intensity": intensity, "quarter": t, "effect": effects[f"effect_q{t}"],
             "effect_se": effects[f"effect_q{t}_se"], "is_here": intensity == here}
            for t in EFFECT_QUARTERS
        ]
    return pd.DataFrame(rows)


def incidence_shares(parts: pd.DataFrame, evaluation: Evaluation) -> pd.DataFrame:
    """Who keeps the money, as shares of committed capital, so that a machine and a company fit one axis.

    Parameters
    ----------
    parts : DataFrame
        As from `models.studies.comparison.incidence.incidence_table`: USD per unit by asset.

    Returns
    -------
    DataFrame
        asset, label, and direct, market, interaction, total with direct_se, market_se, total_se, each per USD of
        capital; the classes that are present, in their order.
    """
    names = ("direct", "direct_se", "market", "market_se", "interaction", "total", "total_se")
    rows = []
    for row in parts.to_dict("records"):
        result = evaluation.assets.get(str(row["asset"]))
        if result is not None and not result.absent():
            capital = result.fair.capital
            rows.append({"asset": row["asset"], "label": row["label"]} | {n: float(row[n]) / capital for n in names})
    return pd.DataFrame(rows)
