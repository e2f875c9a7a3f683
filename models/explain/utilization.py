"""Utilization, what localization costs, and surplus capacity, as numbers with reasons."""

from __future__ import annotations

import numpy as np

from models.basis.timeline import Array
from models.explain.equation import Equation
from models.explain.prices import is_one_market, place, run_of
from models.explain.registry import Reader, Spec, explains
from models.market.localization import matched_share


@explains("market.utilization.{path}.{t}")
def utilization(reader: Reader, path: str, t: int) -> Equation:
    """Utilization at home."""
    return _utilization(reader, reader.market.utilization, "", path, t)


@explains("market.utilization_world.{path}.{t}")
def utilization_world(reader: Reader, path: str, t: int) -> Equation:
    """Utilization of the world, which decides what retires."""
    if is_one_market(reader):
        value = reader.pick(reader.market.world.utilization, path, t)
        label = f"Utilization, world, quarter {t}, {reader.whose(path)}"
        return Spec(label, value, "share", "The home bloc is the world market.", "",
                    (f"market.utilization.{path}.{t}",), "same")
    return _utilization(reader, reader.market.world.utilization, "_world", path, t)


@explains("market.utilization_local.{path}.{t}")
def utilization_local(reader: Reader, path: str, t: int) -> Equation:
    """Utilization the home bloc would have on its own."""
    return _utilization(reader, reader.market.home.utilization, "_local", path, t)


def _utilization(reader: Reader, values: Array, which: str, path: str, t: int) -> Equation:
    bound = "market.bound_share_world" if which == "_world" else "market.bound_share"
    pool = "_local" if which == "_local" else ""
    local = "" if which == "_world" else "_local"
    words = {"": "", "_world": ", world", "_local": ", home bloc alone"}[which]
    return Spec(
        f"Utilization{words}, quarter {t}, {reader.whose(path)}", reader.pick(values, path, t), "share",
        "Highest utilization times the share of capacity that finds demand: pooled for demand that may go anywhere, "
        "inside the bloc for localized demand.",
        "U = ū·[(1−ℓ)·m(x, s_pool) + ℓ·m(x, s_loc)]",
        (
            "clearing.ceiling_utilization", bound, f"market.matched_pool{pool}.{path}.{t}",
            f"market.matched_home{local}.{path}.{t}",
        ),
    )


@explains("market.matched_pool{run}.{path}.{t}")
def matched_pool(reader: Reader, run: str, path: str, t: int) -> Equation:
    """Share of capacity that finds demand which may go anywhere."""
    return _matched(reader, run, path, t, is_pool=True)


@explains("market.matched_home{run}.{path}.{t}")
def matched_home(reader: Reader, run: str, path: str, t: int) -> Equation:
    """Share of capacity that finds demand bound to its bloc."""
    return _matched(reader, run, path, t, is_pool=False)


def _matched(reader: Reader, run: str, path: str, t: int, is_pool: bool) -> Equation:
    zone = reader.scenario.localization
    sd = zone.pooled_sd(zone.scenario_error) if is_pool else zone.local_sd(zone.scenario_error)
    ratio = reader.pick(run_of(reader, run).served_ratio, path, t)
    return Spec(
        f"Capacity that finds {'fungible' if is_pool else 'localized'} demand, quarter {t}, {reader.whose(path)}",
        float(matched_share(np.array([ratio]), sd)[0]), "share",
        "Mean of the smaller of one and a lognormal ratio of demand to capacity: what is idle in one place cannot "
        "serve a shortage in another.", "m(x, s) = x·Φ(−d1) + Φ(d2)",
        (f"market.served_ratio{run}.{path}.{t}", "market.pooled_sd" if is_pool else "market.local_sd"),
    )


@explains("market.served_ratio{run}.{path}.{t}")
def served_ratio(reader: Reader, run: str, path: str, t: int) -> Equation:
    """Demand at the market price over usable capacity."""
    return Spec(
        f"Demand over usable capacity, {place(run)}, quarter {t}, {reader.whose(path)}",
        reader.pick(run_of(reader, run).served_ratio, path, t), "x",
        "Demand at today's price, over the capacity that can be used at most.", "x = B·(P/P^LR)^(−ε)/(ū·C)",
        (
            f"market.demand{run}.{path}.{t}", f"market.clearing_state{run}.{path}.{t}", "clearing.demand_elasticity",
            "clearing.ceiling_utilization", f"market.capacity{run}.{path}.{t}",
        ),
    )


@explains("market.pooled_sd")
def pooled_sd(reader: Reader) -> Equation:
    """Spread of demand over capacity where blocs pool."""
    zone = reader.scenario.localization
    error = "localization.bloc_error" if zone.fragmentation is None else "localization.fragmentation"
    return Spec(
        "Mismatch of pooled demand", zone.pooled_sd(zone.scenario_error), "log sd",
        "Friction, and planning errors of blocs that average out over their number.",
        "s_pool = √(s_f² + s_k²(1−ρ)/K)",
        ("localization.friction", error, "localization.correlation", "localization.blocs"),
    )


@explains("market.pooled_sd_before")
def pooled_sd_before(reader: Reader) -> Equation:
    """Spread of pooled demand that the long-run price was set on."""
    zone = reader.scenario.localization
    return Spec(
        "Mismatch of pooled demand, calibration", zone.pooled_sd(zone.bloc_error), "log sd",
        "Friction, and planning errors of blocs that average out over their number.",
        "s_pool = √(s_f² + s_k²(1−ρ)/K)",
        ("localization.friction", "localization.bloc_error", "localization.correlation", "localization.blocs"),
    )


@explains("market.local_sd")
def local_sd(reader: Reader) -> Equation:
    """Spread of demand over capacity inside one bloc."""
    zone = reader.scenario.localization
    error = "localization.bloc_error" if zone.fragmentation is None else "localization.fragmentation"
    return Spec(
        "Mismatch of localized demand", zone.local_sd(zone.scenario_error), "log sd",
        "Friction, and a bloc's own planning error, which nothing averages out.", "s_loc = √(s_f² + s_k²(1−ρ))",
        ("localization.friction", error, "localization.correlation"),
    )


@explains("market.bound_share")
def bound_share(reader: Reader) -> Equation:
    """Share of home demand that must be served at home."""
    mandates = tuple(
        f"policy.programs.{i}.terms.mandate" for i, p in enumerate(reader.scenario.policy.programs) if p.terms.mandate
    )
    return Spec(
        "Localized share at home", reader.market.bound_share, "share",
        "Localized demand and what programs add to it, less what alliances let others serve.", "ℓ' = (ℓ+Δℓ)(1−ω)",
        ("localization.share", *mandates, "localization.flexibility"),
    )


@explains("market.bound_share_world")
def bound_share_world(reader: Reader) -> Equation:
    """Share of the world's demand that must be served in its own bloc."""
    return Spec(
        "Localized share, world", reader.scenario.localization.bound_share(), "share",
        "Localized demand less what alliances let others serve.", "ℓ' = ℓ(1−ω)",
        ("localization.share", "localization.flexibility"),
    )


@explains("market.overcapacity.{path}.{t}")
def surplus(reader: Reader, path: str, t: int) -> Equation:
    """Surplus capacity at home."""
    label = f"Surplus capacity, quarter {t}, {reader.whose(path)}"
    value = reader.pick(reader.market.surplus, path, t)
    if is_one_market(reader):
        return Spec(
            label, value, "share", "The home bloc is the world market.", "", (f"market.surplus.{path}.{t}",), "same"
        )
    return Spec(
        label, value, "share", "World and home bloc, weighted by the localized share of demand.",
        "(1+world)^(1−ℓ)·(1+local)^ℓ − 1",
        (f"market.surplus.{path}.{t}", f"market.surplus_local.{path}.{t}", "market.bound_share"),
    )


@explains("market.surplus{run}.{path}.{t}")
def pass_surplus(reader: Reader, run: str, path: str, t: int) -> Equation:
    """Surplus capacity of the world, or of the home bloc alone."""
    return Spec(
        f"Surplus capacity, {place(run)}, quarter {t}, {reader.whose(path)}",
        reader.pick(run_of(reader, run).surplus, path, t), "share",
        "Capacity beyond what demand at the long-run price would balance; price cuts refill machines, so utilization "
        "hides it.", "S = u*·C/B − 1",
        ("clearing.balance_utilization", f"market.capacity{run}.{path}.{t}", f"market.demand{run}.{path}.{t}"),
    )
