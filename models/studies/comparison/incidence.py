"""Who keeps a subsidy: direct and market effect by asset class, on shared draws, adding up exactly.

*Direct*: recipients (fleet, data center, their lenders, a champion) are paid, the market does not notice. *Market*:
programs add capacity and demand for everyone, nobody is paid. What the two do together beyond their sum is interaction;
Shapley's rule gives each channel half of it.
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from models.basis.shocks import Shocks, draw_shocks
from models.basis.timeline import Array
from models.claims.registry import CLASSES, VARIANTS, build_claims
from models.engine.estimate import Estimate, flatten, mean
from models.engine.prices import fair_prices, present_value, priced
from models.market.simulate import simulate_market
from models.scenario.scenario import Scenario

CHANNELS = {
    "none": (False, False),
    "direct": (True, False),
    "market": (False, True),
    "both": (True, True),
}


@dataclass(frozen=True)
class Incidence:
    """Change of mean value at the hurdle of one class, USD per unit, with standard errors of paired differences.

    ``total`` = ``direct`` + ``market`` + ``interaction``.
    """

    asset: str
    unit: str
    direct: Estimate
    market: Estimate
    interaction: float
    total: Estimate


def incidence(scenario: Scenario, shocks: Shocks | None = None, paths: int = 4_096) -> tuple[Incidence, ...]:
    """Effect of all programs of a scenario on every class and variant; zero throughout without programs."""
    if shocks is None:
        shocks = draw_shocks(scenario.run.seed, min(paths, scenario.run.paths))
    values = {name: _values(scenario, shocks, *channels) for name, channels in CHANNELS.items()}
    out = []
    for key, none in values["none"].items():
        direct, market, total = (
            mean(values[name][key] - none, shocks.replicate) for name in ("direct", "market", "both")
        )
        out.append(Incidence(
            key, (CLASSES.get(key) or VARIANTS[key]).unit, direct, market,
            total.value - direct.value - market.value, total,
        ))
    return tuple(out)


def incidence_table(parts: tuple[Incidence, ...]) -> pd.DataFrame:
    """One row a class: asset, label, unit, direct, market, interaction, total and standard errors, USD per unit."""
    frame = pd.DataFrame([flatten(part) for part in parts])
    frame.insert(1, "label", [(CLASSES.get(key) or VARIANTS[key]).label for key in frame["asset"]])
    return frame


def _values(scenario: Scenario, shocks: Shocks, direct: bool, market: bool) -> dict[str, Array]:
    """Present value at the hurdle of each class, (paths,), with the given channels open."""
    played = scenario.replace({"policy.direct_channel": direct, "policy.market_channel": market})
    paths = simulate_market(played.setting, shocks)
    claims = build_claims(played, paths, shocks).by_key
    prices = fair_prices(scenario)
    return {key: present_value(priced(claim, prices[key])) for key, claim in claims.items()}
