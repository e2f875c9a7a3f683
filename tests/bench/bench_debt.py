"""The loan: waterfall of two tranches beside the market simulation, one facility, one search, on 4,096 paths."""

from __future__ import annotations

import time
from collections.abc import Callable

PATHS = 4_096
ROUNDS = 7


def run() -> list[dict[str, object]]:
    """Rows of name, milliseconds and note; simulation and waterfall are timed in turns, the best of each counts."""
    from models.debt.loan import run_waterfall
    from models.debt.schedule import scheduled_principal
    from models.market.simulate import simulate_market
    from models.scenario.scenario import Scenario
    from models.studies.facility.facility import facility_result
    from models.studies.facility.solve import largest_advance

    scenario = Scenario().replace({"run.paths": PATHS, "mezzanine.advance": 0.10})
    result = facility_result(scenario)
    pot, shocks = result.ground.pot, result.ground.shocks
    floating = facility_result(scenario, changes={"loan_pricing.base": "simulated", "loan_pricing.hedged": 0.5})

    def waterfall() -> None:
        run_waterfall(result.terms, pot.cfads, result.plan, pot.value, pot.claim, lost=pot.lost)

    def swapped() -> None:
        found = floating.ground.pot
        plan = scheduled_principal(floating.terms, found.base_cfads)
        run_waterfall(floating.terms, found.cfads, plan, found.value, found.claim, rates=found.rates, lost=found.lost)

    jobs: dict[str, Callable[[], object]] = {
        "market": lambda: simulate_market(scenario.setting, shocks), "loan": waterfall, "floating": swapped,
        "facility": lambda: facility_result(scenario),
        "search": lambda: largest_advance(scenario, 0.05),
    }
    best = dict.fromkeys(jobs, float("inf"))
    for _ in range(ROUNDS):
        for name, job in jobs.items():
            started = time.perf_counter()
            job()
            best[name] = min(best[name], time.perf_counter() - started)
    ratio = best["loan"] / best["market"]
    verdict = "at most as much as the market" if ratio <= 1.0 else "MORE THAN THE MARKET"
    size = f"{PATHS:,} paths x 41 quarters"
    return [
        {"name": f"market simulation, {size}", "ms": 1e3 * best["market"], "note": "the mark"},
        {"name": "waterfall, senior and mezzanine", "ms": 1e3 * best["loan"], "note": f"{ratio:.2f} x, {verdict}"},
        {"name": "waterfall, drawn rate and swap", "ms": 1e3 * best["floating"],
         "note": f"{best['floating'] / best['market']:.2f} x"},
        {"name": "facility on known collateral", "ms": 1e3 * best["facility"], "note": "size, schedule, waterfall"},
        {"name": "largest advance under a default limit", "ms": 1e3 * best["search"], "note": "about 20 trials"},
    ]


def check() -> float:
    """Time of the two-tranche waterfall over that of the market, for the test that holds it to one."""
    rows = run()
    return float(rows[1]["ms"]) / float(rows[0]["ms"])  # type: ignore[arg-type]
