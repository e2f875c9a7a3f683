"""Fair entry prices: what each class must cost so that a neutral world just pays its hurdle.

The neutral world has no glut, no policy and no surprise. Its prices come from one fixed block of draws, so that they
do not move with the seed or the number of paths of a scenario, and they are kept: most sliders leave them alone.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from threading import RLock
from typing import Any

import numpy as np

from models.basis.shocks import Shocks, draw_replicate
from models.basis.timeline import Array, discount_factors
from models.claims.backing import collateral_fleet
from models.claims.gpu_fleet import fleet_claim
from models.claims.registry import CLASSES, Claim, build_claims
from models.market.simulate import MarketPaths, Setting, simulate_market
from models.scenario.scenario import Scenario

SEED = 7
BLOCK = 4_096
PATHS = 32_768
LEAST_PATHS = 256  # below this a regression on controls adds more noise than it removes
LLM_PATHS = 65_536  # a tenth of the paths carries a third of its value

# Slices that move a class's neutral price besides the market itself.
_MACHINES = ("chip", "cluster", "fleet_stages", "residual_guarantee", "tax")
_FACILITY = ("loan_pricing", "loan_triggers", "mezzanine", "contract_credit", "rent_floor")
_SLICES: dict[str, tuple[str, ...]] = {
    "gpu_fleet": ("gpu_fleet", "offtaker", *_MACHINES),
    "data_center": ("data_center", "leasing", "offtaker", "tax"),
    "gpu_debt": ("gpu_fleet", "gpu_debt", "covenants", "offtaker", "rates", *_FACILITY, *_MACHINES),
    "gpu_debt_equity": ("gpu_fleet", "gpu_debt", "offtaker", *_MACHINES),
    "hardware_supplier": ("hardware_supplier",),
    "llm_developer": ("llm_developer", "llm_costs", "llm_funding", "tax"),
    "cloud_platform": ("cloud_platform", "cloud_capital", "tax"),
}
_MARKET = (
    "demand",
    "overcapacity",
    "pipeline",
    "capacity",
    "clearing",
    "localization",
    "hardware",
    "policy",
    "regime",
    "export",
)
_CONTRACT_ONLY = ("gpu_fleet", "gpu_debt", "gpu_debt_equity")


@dataclass(frozen=True)
class FairPrice:
    """Neutral price of one class.

    Attributes
    ----------
    premium : float
        Fair price less cost or par, USD per unit; for companies the whole price.
    premium_se : float
        Its standard error over independent scrambles, USD.
    earnings : float
        Neutral first-year earnings, EBITDA or revenue that a market multiple applies to, USD.
    """

    premium: float
    premium_se: float
    earnings: float


class _Store(OrderedDict[Any, Any]):
    """The last few results; one lock because several sessions share them."""

    def __init__(self, size: int) -> None:
        super().__init__()
        self.size, self.lock = size, RLock()

    def put(self, key: Any, value: Any) -> None:
        self[key] = value
        while len(self) > self.size:
            self.popitem(last=False)


_prices = _Store(256)
_blocks = _Store(1)


def fair_prices(scenario: Scenario) -> dict[str, FairPrice]:
    """Fair price of every class of a scenario.

    Returns
    -------
    dict
        Keyed by class; ``data_center_unlevered`` shares the price of ``data_center``, and ``gpu_debt_equity`` pays
        the premium of the fleet below it.
    """
    neutral = scenario.neutral
    keys = {key: (key, _reduced(neutral, key)) for key in _SLICES}
    with _prices.lock:
        missing = [key for key, where in keys.items() if where not in _prices]
        for key, price in _solve(neutral, missing).items():
            _prices.put(keys[key], price)
        out = {key: _prices[where] for key, where in keys.items()}
    out["data_center_unlevered"] = out["data_center"]
    return out


def _reduced(neutral: Scenario, key: str) -> Scenario:
    """The neutral scenario with everything that cannot move this class's price set back to its default."""
    kept = {name: getattr(neutral, name) for name in (*_MARKET, *_SLICES[key])}
    contract = neutral.gpu_fleet.contract_quarters  # sets the break-even contract price of every customer
    fleet = kept.get("gpu_fleet", Scenario().gpu_fleet.model_copy(update={"contract_quarters": contract}))
    return Scenario().model_copy(update={**kept, "gpu_fleet": fleet})


def _solve(neutral: Scenario, keys: list[str]) -> dict[str, FairPrice]:
    """Price the given classes, each block of draws simulated once."""
    out: dict[str, FairPrice] = {}
    contracts = [key for key in keys if key in _CONTRACT_ONLY]
    wide = [key for key in keys if key not in (*_CONTRACT_ONLY, "llm_developer")]
    if wide:
        out |= _mean_prices(neutral, wide, _stream(neutral.setting, PATHS))
    if contracts:
        out |= _mean_prices(neutral, contracts, iter(_kept_blocks(neutral.setting)))
    if "llm_developer" in keys:
        out["llm_developer"] = _llm_price(neutral)
    return out


def _stream(setting: Setting, paths: int) -> Iterator[tuple[MarketPaths, Shocks]]:
    """Market paths of the fixed neutral draws, one independent scramble at a time to bound memory.

    Read it with ``map``: a loop variable would keep one block alive while the next is made.
    """
    for group in range(paths // BLOCK):
        shocks = draw_replicate(SEED, group, BLOCK)
        yield simulate_market(setting, shocks), shocks


def _kept_blocks(setting: Setting) -> list[tuple[MarketPaths, Shocks]]:
    """Lean neutral paths for fleets and loans: contract terms are slider material, so they must reprice at once."""
    if setting not in _blocks:
        _blocks.put(setting, list(map(_lean, _stream(setting, PATHS))))
    return list(_blocks[setting])


def _lean(paths: tuple[MarketPaths, Shocks]) -> tuple[MarketPaths, Shocks]:
    """Drop what a fleet and its loan do not read: three quarters of the memory."""
    market, shocks = paths
    nothing = np.broadcast_to(0.0, market.price.shape)
    run = replace(market.world, **{name: nothing for name in type(market.world).__dataclass_fields__})
    demand = replace(market.demand_paths, permanent=nothing)
    leases = np.broadcast_to(0.5, (market.paths, 1, 1))
    thin = replace(
        shocks,
        demand_z=nothing,
        jump_gap_u=nothing[:, 1:],
        regime_u=nothing,
        llm_quality_z=nothing,
        supplier_share_z=nothing,
        cloud_core_z=nothing,
        cloud_share_z=nothing,
        renewal_u=leases,
        letting_u=leases,
    )
    return replace(market, world=run, home=run, demand_paths=demand, surplus=nothing), thin


def _mean_prices(
    neutral: Scenario, keys: list[str], blocks: Iterator[tuple[MarketPaths, Shocks]]
) -> dict[str, FairPrice]:
    def block(paths: tuple[MarketPaths, Shocks]) -> list[tuple[float, float]]:
        claims = (_neutral_claim(neutral, key, *paths) for key in keys)
        return [(float(present_value(claim).mean()), claim.earnings) for claim in claims]

    found = np.array(list(map(block, blocks)))
    root = np.sqrt(PATHS // BLOCK)
    return {
        key: FairPrice(float(value.mean()), float(value.std(ddof=1) / root), float(earned.mean()))
        for key, (value, earned) in zip(keys, found.transpose(1, 2, 0), strict=True)
    }


def _neutral_claim(neutral: Scenario, key: str, market: MarketPaths, shocks: Shocks) -> Claim:
    """The claim whose neutral value is the price: levered classes pay the premium of the asset below them."""
    if key == "gpu_debt_equity":
        return fleet_claim(neutral.model_copy(update={"gpu_fleet": collateral_fleet(neutral)}), market, shocks)
    wanted = "data_center_unlevered" if key == "data_center" else key
    return build_claims(neutral, market, shocks, [wanted]).by_key[wanted]


def _llm_price(neutral: Scenario) -> FairPrice:
    """Mean value by regression on two variables of known mean: the tail is too heavy for a plain average."""
    def block(paths: tuple[MarketPaths, Shocks]) -> tuple[Array, Array]:
        claim = build_claims(neutral, *paths, ["llm_developer"]).by_key["llm_developer"]
        return present_value(claim), np.asarray(claim.controls)

    values, controls = zip(*map(block, _stream(neutral.setting, LLM_PATHS)), strict=True)
    adjusted = steadied(np.concatenate(values), np.concatenate(controls))
    estimates = adjusted.reshape(LLM_PATHS // BLOCK, BLOCK).mean(axis=1)
    error = float(np.std(estimates, ddof=1) / np.sqrt(len(estimates)))
    return FairPrice(float(adjusted.mean()), error, neutral.llm_developer.revenue_now)


def steadied(values: Array, controls: Array | None) -> Array:
    """Values of the same mean and less noise, (paths,): what control variates of mean zero explain is taken out."""
    if controls is None or len(values) < LEAST_PATHS:
        return values
    spread = controls - controls.mean(axis=0)
    slope = np.linalg.lstsq(spread, values - values.mean(), rcond=None)[0]
    return np.asarray(values - controls @ slope)


def present_value(claim: Claim) -> Array:
    """Present value of a claim's flows at its hurdle, USD, (paths,)."""
    return np.asarray(claim.flows.net @ discount_factors(claim.hurdle, claim.flows.contrib.shape[1] - 1))


def market_price(key: str, claim: Claim, fair: FairPrice) -> float:
    """Price beside the fair one, as a premium: zero over cost for what is built, a market multiple for companies."""
    return claim.multiple * fair.earnings if key in CLASSES and CLASSES[key].at_market else 0.0
