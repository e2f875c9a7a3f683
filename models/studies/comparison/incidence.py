"""Who keeps a subsidy: direct and market effect by asset class, on shared draws, adding up exactly.

*Direct*: the recipient is paid, the market does not notice. *Market*: programs add capacity and demand for everyone,
nobody is paid. What the two do together beyond their sum is interaction; Shapley's rule gives each channel half of it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from models.basis.shocks import Shocks, draw_shocks
from models.basis.timeline import Array
from models.claims.registry import CLASSES, VARIANTS, build_claims
from models.engine.prices import present_value
from models.market.simulate import simulate_market
from models.measures import risk
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

    ``total`` = ``direct`` + ``market`` + ``interaction``; the Shapley parts of the two channels add to ``total`` too.
    """

    asset: str
    unit: str
    direct: float
    direct_se: float
    market: float
    market_se: float
    interaction: float
    total: float
    total_se: float

    @property
    def shapley_direct(self) -> float:
        """Direct part with half of the interaction."""
        return self.direct + 0.5 * self.interaction

    @property
    def shapley_market(self) -> float:
        """Market part with half of the interaction."""
        return self.market + 0.5 * self.interaction


def incidence(scenario: Scenario, shocks: Shocks | None = None, paths: int = 4_096) -> tuple[Incidence, ...]:
    """Effect of all programs of a scenario on every class and variant; zero throughout without programs."""
    if shocks is None:
        shocks = draw_shocks(scenario.run.seed, min(paths, scenario.run.paths))
    values = {name: _values(scenario, shocks, *channels) for name, channels in CHANNELS.items()}
    out = []
    for key in values["none"]:
        none, direct, market, both = (values[name][key] for name in CHANNELS)
        parts = [np.asarray(x - none) for x in (direct, market, both)]
        means = [float(part.mean()) for part in parts]
        errors = [risk.mean_standard_error(part, shocks.replicate) for part in parts]
        out.append(
            Incidence(
                asset=key, unit=(CLASSES.get(key) or VARIANTS[key]).unit,
                direct=means[0], direct_se=errors[0], market=means[1], market_se=errors[1],
                interaction=means[2] - means[0] - means[1], total=means[2], total_se=errors[2],
            )
        )
    return tuple(out)


def incidence_table(parts: tuple[Incidence, ...]) -> pd.DataFrame:
    """One row a class: asset, label, unit, direct, market, interaction, total and standard errors, USD per unit."""
    names = ("direct", "direct_se", "market", "market_se", "interaction", "total", "total_se")
    rows = [
        {"asset": p.asset, "label": (CLASSES.get(p.asset) or VARIANTS[p.asset]).label, "unit": p.unit}
        | {name: getattr(p, name) for name in names}
        for p in parts
    ]
    return pd.DataFrame(rows)


def _values(scenario: Scenario, shocks: Shocks, direct: bool, market: bool) -> dict[str, Array]:
    """Present value at the hurdle of each class, (paths,), with the given channels open."""
    played = scenario.replace({"policy.direct_channel": direct, "policy.market_channel": market})
    paths = simulate_market(played.setting, shocks)
    claims = build_claims(played, paths, shocks).by_key
    return {key: present_value(claim) for key, claim in claims.items()}
