"""What to hold and when: mixes, waiting and information, each beside one evaluation times the number it needs."""

from __future__ import annotations

import time
from collections.abc import Callable


def run() -> list[dict[str, object]]:
    """Rows of name, milliseconds and a note; every ratio is taken inside this run."""
    from models import Scenario, evaluate
    from models.basis.shocks import draw_shocks
    from models.studies.portfolio.mandate import EQUAL, Settings
    from models.studies.portfolio.portfolio import own_mix, study
    from models.studies.timing.information import PATHS, WORLDS, information
    from models.studies.timing.waiting import waiting

    scenario = Scenario()
    evaluation = evaluate(scenario, variants=False)
    own = evaluation.family_lead  # both are read by the page anyway
    assert len(own)
    study(scenario, Settings(), evaluation=evaluation)  # compiles and prices
    rows: list[dict[str, object]] = []

    def timed(name: str, work: Callable[[], object], note: str = "") -> tuple[float, object]:
        started = time.perf_counter()
        result = work()
        seconds = time.perf_counter() - started
        rows.append({"name": name, "ms": 1e3 * seconds, "note": note})
        return seconds, result

    _, found = timed("mixes: frontier of 15 points, 3 goals, 6 worlds, noise", lambda: study(
        scenario, Settings(), evaluation=evaluation), "2,048 paths fitted, 4,096 judged")
    timed("own mix placed in it", lambda: own_mix(found, EQUAL), "at each change of a weight")  # type: ignore[arg-type]
    timed("waiting: two classes, 8 strategies, 4,096 + 4,096 paths", lambda: waiting(scenario))
    small = draw_shocks(1, PATHS)
    one, _ = timed(f"one evaluation of {PATHS} paths", lambda: evaluate(scenario, small, variants=False).correlation)
    worlds = 64
    cost, _ = timed(f"information: {worlds} worlds of {PATHS} paths", lambda: information(scenario, worlds=worlds))
    rows[-1]["note"] = f"{cost / (worlds * one):.2f} of {worlds} evaluations; the page draws {WORLDS}"
    return rows
