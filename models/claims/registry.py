"""Every asset class and its close variants, from one list; all their claims on the same market paths.

A new class is one file beside this one with its `AssetClass`, and one line in `_RECORDS`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from models.basis.shocks import Shocks
from models.claims import cloud_platform, data_center, gpu_debt, gpu_fleet, hardware_supplier, llm_developer
from models.claims.asset_class import LLM_AND_CLOUD, PICKS, AssetClass
from models.claims.claim import Claim, Claims
from models.market.simulate import MarketPaths
from models.scenario.scenario import Scenario

Build = Callable[[Scenario, MarketPaths, Shocks], Claims]

_RECORDS = (
    gpu_fleet.CLASS,
    data_center.CLASS,
    gpu_debt.CLASS,
    hardware_supplier.CLASS,
    llm_developer.CLASS,
    cloud_platform.CLASS,
    gpu_debt.EQUITY,
    data_center.UNLEVERED,
    data_center.DEBT,
)
CLASSES: dict[str, AssetClass] = {one.key: one for one in _RECORDS if not one.variant_of}
VARIANTS: dict[str, AssetClass] = {one.key: one for one in _RECORDS if one.variant_of}


def left_out(absent: Mapping[str, str]) -> str:
    """Which classes are left out of comparisons and why, one sentence each; empty where none is."""
    return " ".join(f"{CLASSES[key].label} is left out, because {why}." for key, why in absent.items())


def build_claims(scenario: Scenario, market: MarketPaths, shocks: Shocks, keys: Iterable[str] | None = None) -> Claims:
    """Value every class and variant (or just ``keys``) on the given paths.

    Returns flows per H100e, per MW or per company, USD, at the rates in force.
    """
    wanted = tuple(CLASSES | VARIANTS) if keys is None else tuple(keys)
    scenario = scenario.in_force
    return joined([build(scenario, market, shocks) for build in builds(wanted)], wanted)


def builds(keys: Iterable[str]) -> dict[Build, list[str]]:
    """What builds classes and variants, and which of them each builds."""
    out: dict[Build, list[str]] = {}
    wanted = set(keys)
    for key, one in (CLASSES | VARIANTS).items():
        if key in wanted:
            out.setdefault(one.build, []).append(key)
    return out


def joined(built: Sequence[Claims], keys: Iterable[str]) -> Claims:
    """Classes and variants that were built apart, with the loans behind them."""
    wanted = set(keys)
    by_key = {key: claim for claims in built for key, claim in claims.by_key.items()}
    debt = next((claims for claims in built if claims.loan is not None), Claims({}))
    center = next((claims for claims in built if claims.center_loan is not None), Claims({}))
    return Claims(
        {key: by_key[key] for key in CLASSES | VARIANTS if key in wanted}, debt.loan, debt.loan_terms, debt.loan_size,
        center.center_loan, center.center_terms,
    )


__all__ = [
    "CLASSES", "LLM_AND_CLOUD", "PICKS", "VARIANTS", "AssetClass", "Build", "Claim", "Claims", "build_claims", "builds",
    "joined", "left_out",
]
