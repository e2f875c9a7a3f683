"""Random draws as independent standard normals and back: the space in which the nearest loss is looked for.

Uniform draws become normal by the inverse of the normal distribution. Drivers that cannot move a class under a
scenario (a switched-off hazard, another class's luck) are left at their median.
"""

from __future__ import annotations

import numpy as np
from scipy.special import ndtr, ndtri

from models.basis.shocks import DRIVERS, Shocks, draw_shocks
from models.basis.timeline import Array
from models.claims.registry import CLASSES
from models.scenario.scenario import Scenario


def drivers(scenario: Scenario, key: str) -> tuple[str, ...]:
    """Drivers that can move a class under a scenario, as fields of `Shocks`: those of the market, and its own."""
    demand, export = scenario.demand, scenario.export
    moves = {
        "demand_z": demand.volatility > 0,
        "regime_u": scenario.regime.is_on,
        "jump_gap_u": demand.bust_rate > 0 and not scenario.regime.is_on,
        "policy_u": any(program.schedule.cliff_rate > 0 for program in scenario.policy.programs),
        "export_u": export.rate > 0 and export.start_quarter is None,
    }
    return (*(name for name, is_on in moves.items() if is_on), *CLASSES[key].draws(scenario))


class DriverSpace:
    """Normals (n, size) of some drivers to draws of the model, and back."""

    def __init__(self, chosen: tuple[str, ...], quarters: int) -> None:
        self.drivers = chosen
        self.quarters = quarters
        widths = [self._columns(name, draw_shocks(0, 1, quarters=quarters)).shape[1] for name in chosen]
        edges = np.cumsum([0, *widths])
        self.where = {name: slice(int(a), int(b)) for name, a, b in zip(chosen, edges, edges[1:], strict=False)}
        self.size = int(edges[-1])

    def normals(self, shocks: Shocks) -> Array:
        """Standard normals (paths, size) behind draws."""
        parts = {name: self._columns(name, shocks) for name in self.drivers}
        return np.concatenate([ndtri(part) if _is_uniform(name) else part for name, part in parts.items()], axis=1)

    def shocks(self, normals: Array) -> Shocks:
        """Draws of normals (n, size); every other driver stays at its median."""
        n, out = len(normals), {}
        for name, driver in DRIVERS.items():
            shape = (n, *driver.shape(self.quarters))
            out[name] = np.full(shape, 0.5 if _is_uniform(name) else 0.0, order="F" if len(shape) == 2 else "C")
        for name in self.drivers:
            part = normals[:, self.where[name]]
            part = np.clip(ndtr(part), 2.0**-53, 1.0 - 2.0**-53) if _is_uniform(name) else part
            target = out[name]
            flat = target[:, None] if target.ndim == 1 else target.reshape(n, -1, order="C")
            flat[:, slice(*DRIVERS[name].counted)] = part
            out[name] = flat.reshape(target.shape)
        return Shocks(seed=0, method="random", replicate=np.zeros(n, dtype=np.int64), **out)

    def _columns(self, name: str, shocks: Shocks) -> Array:
        stream: Array = getattr(shocks, name)
        return stream.reshape(len(stream), -1)[:, slice(*DRIVERS[name].counted)]


def _is_uniform(name: str) -> bool:
    """Whether a driver is drawn as uniforms, not as normals."""
    return name.endswith("_u")
