"""Random draws as independent standard normals and back: the space in which the nearest loss is looked for.

Uniform draws become normal by the inverse of the normal distribution. Drivers that cannot move a class under a
scenario (a switched-off hazard, another class's luck) are left at their median.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields

import numpy as np
from scipy.special import ndtr, ndtri

from models.basis.shocks import Shocks, draw_shocks
from models.basis.timeline import Array
from models.scenario.scenario import Scenario

BUSTS = 6
"""Waiting times that count: at the default rate a seventh bust within ten years has a chance below one in a million."""


@dataclass(frozen=True)
class Driver:
    """A stream of draws: field of `Shocks`, whether it is uniform, and how many of its draws count (0: all)."""

    key: str
    label: str
    stream: str
    first: int = 0
    count: int = 0

    @property
    def is_uniform(self) -> bool:
        """Whether the stream holds uniforms."""
        return self.stream.endswith("_u")


_OWN: Mapping[str, tuple[Driver, ...]] = {
    "gpu_fleet": (Driver("customer", "Luck of the customer", "offtaker_u"),),
    "gpu_debt": (Driver("customer", "Luck of the customer", "offtaker_u"),),
    "data_center": (
        Driver("tenant", "Luck of the anchor tenant", "tenant_u"),
        Driver("overrun", "Cost overrun", "dc_overrun_z"),
        Driver("delay", "Wait for power", "dc_delay_u"),
        Driver("exit_cap", "Exit yield", "dc_exit_cap_z"),
        Driver("renewal", "Renewal of leases", "renewal_u"),
        Driver("letting", "Letting of empty space", "letting_u"),
    ),
    "hardware_supplier": (Driver("share", "Market share", "supplier_share_z", 1),),
    "llm_developer": (
        Driver("quality", "Quality of models", "llm_quality_z", 1),
        Driver("sale", "Price in a failure", "llm_sale_u"),
    ),
    "cloud_platform": (
        Driver("core", "Core business", "cloud_core_z", 1),
        Driver("ai_share", "Share of AI compute", "cloud_share_z", 1),
    ),
}


def drivers(scenario: Scenario, key: str) -> tuple[Driver, ...]:
    """Drivers that can move a class under a scenario."""
    out = []
    if scenario.demand.volatility > 0:
        out.append(Driver("demand", "Demand", "demand_z", 1))
    if scenario.regime.is_on:
        out.append(Driver("regime", "Boom and bust regimes", "regime_u"))
    elif scenario.demand.bust_rate > 0:
        out.append(Driver("busts", "Demand busts", "jump_gap_u", 0, BUSTS))
    if any(program.schedule.cliff_rate > 0 for program in scenario.policy.programs):
        out.append(Driver("cliff", "End of sovereign programs", "policy_u"))
    if scenario.export.rate > 0 and scenario.export.start_quarter is None:
        out.append(Driver("export", "Export controls", "export_u"))
    return (*out, *_OWN[key], *_of_contracts(scenario, key))


def _of_contracts(scenario: Scenario, key: str) -> list[Driver]:
    """Drivers that only some contracts have: a vendor's guarantee, a customer's new price, a floating rate."""
    out = []
    if key in ("gpu_fleet", "gpu_debt") and scenario.residual_guarantee.is_on:
        out.append(Driver("vendor", "Luck of the vendor", "vendor_u"))
    if key == "gpu_debt" and scenario.contract_credit.renegotiation_rate > 0:
        out.append(Driver("renegotiation", "Renegotiation of the contract", "renegotiation_u"))
    if key == "gpu_debt" and scenario.loan_pricing.base == "simulated" and scenario.loan_pricing.volatility > 0:
        out.append(Driver("base_rate", "Base rate", "rate_z", 1))
    return out


class DriverSpace:
    """Normals (n, size) of some drivers to draws of the model, and back."""

    def __init__(self, chosen: tuple[Driver, ...], quarters: int) -> None:
        self.drivers = chosen
        self.quarters = quarters
        self._pattern = draw_shocks(0, 1, quarters=quarters)
        widths = [self._columns(driver, self._pattern).shape[1] for driver in chosen]
        edges = np.cumsum([0, *widths])
        self.where = {d.key: slice(int(a), int(b)) for d, a, b in zip(chosen, edges, edges[1:], strict=False)}
        self.size = int(edges[-1])

    def normals(self, shocks: Shocks) -> Array:
        """Standard normals (paths, size) behind draws."""
        parts = [self._columns(driver, shocks) for driver in self.drivers]
        return np.concatenate(
            [ndtri(part) if d.is_uniform else part for d, part in zip(self.drivers, parts, strict=True)], axis=1
        )

    def shocks(self, normals: Array) -> Shocks:
        """Draws of normals (n, size); every other driver stays at its median."""
        n = len(normals)
        out = {}
        for f in fields(Shocks):
            pattern = getattr(self._pattern, f.name)
            if isinstance(pattern, np.ndarray) and f.name != "replicate":
                middle = 0.5 if f.name.endswith("_u") else 0.0
                out[f.name] = np.full((n, *pattern.shape[1:]), middle, order="F" if pattern.ndim == 2 else "C")
        for driver in self.drivers:
            part = normals[:, self.where[driver.key]]
            part = np.clip(ndtr(part), 2.0**-53, 1.0 - 2.0**-53) if driver.is_uniform else part
            target = out[driver.stream]
            flat = target[:, None] if target.ndim == 1 else target.reshape(n, -1, order="C")
            flat[:, driver.first : driver.first + part.shape[1]] = part
            out[driver.stream] = flat.reshape(target.shape)
        replicate = np.zeros(n, dtype=np.int64)
        return Shocks(seed=0, method="random", replicate=replicate, **out)

    def _columns(self, driver: Driver, shocks: Shocks) -> Array:
        stream = getattr(shocks, driver.stream)
        flat = stream.reshape(len(stream), -1)
        last = driver.first + driver.count if driver.count else flat.shape[1]
        return np.asarray(flat[:, driver.first : last])
