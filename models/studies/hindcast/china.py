"""China-style idle capacity, 2023 to 2025: local duty to build, planning errors, no answer to prices."""

from __future__ import annotations

from typing import Any

import numpy as np

from models.market.simulate import MarketPaths
from models.measures import returns
from models.studies.hindcast.observations import reading
from models.studies.hindcast.past import Episode, past
from models.studies.hindcast.record import Check, Replay, model_rows, single, spread, tidy

START = "2023-03-31"
PEAKS = (2.5, 3.0)
INPUTS: dict[str, Any] = {
    "localization.share": 0.9, "localization.fragmentation": 0.6, "gpu_fleet.contracted_share": 0.0,
    "pipeline.hyperscaler_response": 0.0, "pipeline.local_response": 0.0, "pipeline.sovereign_response": 0.0,
}
SURPLUS = 0.10
PRESS = "s13_mit_technology_review"


def replay() -> Replay:
    """The replay, at both ends of the glut that press reports allow."""
    checks: list[Check] = []
    parts, used = [], []
    for peak in PEAKS:
        episode = Episode(past(INPUTS | {"overcapacity.peak": peak}))
        market = episode.market
        rate, _ = returns.irr(episode.claim("gpu_fleet").flows.net)
        checks += _checks(peak, market, float((rate < 0).mean()))
        used.append(float(np.median(market.utilization.min(axis=1))))
        series = f"utilization, glut of {peak:g}"
        parts.append(model_rows(series, "share", range(17), market.utilization[:, :17], START))
    idle = reading("china-1")
    return Replay(
        name="china", title="Idle AI halls in China, 2023 to 2025",
        story="Hundreds of halls were built for a demand that had to be served at home and did not come. Press "
        "reports of March 2025 call up to four fifths of the new capacity unused.",
        inputs=INPUTS | {"overcapacity.peak": list(PEAKS)},
        checks=tuple(checks), frame=tidy(*parts),
        note=f"The press figure ({idle.value:.0%} idle) is about new capacity and an upper end; the model's use of "
        f"{used[1]:.0%} to {used[0]:.0%} at the trough is about all capacity, so the two are not the same measure. "
        "The glut itself is an input read off the same reports: the replay tests what follows from it, not that it "
        "came.",
    )


def _checks(peak: float, market: MarketPaths, losers: float) -> list[Check]:
    case = f", glut of {peak:g}"
    quarters = (market.surplus > SURPLUS).sum(axis=1).astype(float)
    return [
        Check(f"Lowest utilization{case}", "share", 0.30, 0.40, spread(market.utilization.min(axis=1)), source=PRESS),
        Check(f"Futures in which a merchant fleet loses money{case}", "share", 0.90, 1.0, single(losers),
              source="judgment"),
        Check(f"Quarters with surplus above 10%{case}", "quarters", 6.0, 40.0, spread(quarters), source="judgment"),
    ]
