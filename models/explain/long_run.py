"""The long-run price and the contract price as numbers with reasons: what a buyer of new hardware must earn."""

from __future__ import annotations

import numpy as np

from models.basis.timeline import Array, discount_factors
from models.explain.equation import Equation
from models.explain.registry import Reader, Spec, at, explains
from models.market.localization import matched_share
from models.market.long_run import break_even_price, cash_cost_now, cash_quarters, cost_index
from models.market.simulate import contract_window

_DEFLATION = ("hardware.deflation_now", "hardware.deflation_long_run", "hardware.deflation_fade")


def _deflation(reader: Reader) -> tuple[str, ...]:
    if reader.scenario.hardware.deflation_by_year is None:
        return _DEFLATION
    return ("hardware.deflation_by_year", "hardware.deflation_long_run")


@explains("market.price_long_run.{t}")
def price_long_run(reader: Reader, t: int) -> Equation:
    """Long-run rental price."""
    value = at(reader.market.curves.price[: reader.market.quarters + 1], t)
    parts = ("market.break_even_price", f"market.cost_index.{t}")
    return Spec(
        f"Long-run rental price, quarter {t}", value, "USD/h",
        "The price along which a buyer of new hardware just earns the hurdle; it falls with hardware cost.",
        "P^LR_t = P^LR_0·H_t", parts, "product",
    )


@explains("market.cost_index.{t}")
def index(reader: Reader, t: int) -> Equation:
    """Cost of a unit of compute against today."""
    surprise = ("hardware.deflation_surprise", "hardware.surprise_year")
    has_surprise = reader.scenario.hardware.deflation_surprise != 0.0
    words, equation = "Deflation that fades from its current to its long-run rate", "−δ_∞·τ − (δ_0−δ_∞)(1−e^(−kτ))/k"
    if reader.scenario.hardware.deflation_by_year is not None:
        words, equation = "Deflation of each year until then, as given year by year", "−Σ δ_y"
    if has_surprise:
        words, equation = f"{words}, and the surprise from its year on", f"{equation} − Δδ·max(0, τ−y_0)"
    return Spec(
        f"Hardware cost against today, quarter {t}", at(reader.market.curves.index, t), "x", f"{words}.",
        f"H = exp({equation})", (*_deflation(reader), *(surprise if has_surprise else ())), note=f"τ = {t / 4:g} years",
    )


@explains("market.break_even_price")
def break_even(reader: Reader) -> Equation:
    """Rental price today at which new hardware just earns the hurdle."""
    curves, hardware = reader.market.curves, reader.scenario.hardware
    return Spec(
        "Long-run rental price today", break_even_price(hardware, curves.balance_utilization), "USD/h",
        "Cost of the machine and of running it, over the hours it earns, all at the hurdle and with rents that fall.",
        "P^LR_0 = (K_0 + h·c_0·Σv^j)/(h·û_0·Σv^j·H_j)",
        (
            "hardware.installed_cost", "constants.hours", "market.cash_cost_now", "market.annuity",
            "market.earned_utilization", "market.falling_annuity",
        ),
    )


@explains("market.annuity")
def annuity(reader: Reader) -> Equation:
    """Present value of a dollar a quarter over the life of a machine."""
    return Spec(
        "A dollar a quarter over a machine's life", float(_factors(reader).sum()), "USD",
        "Discounted at the merchant hurdle, from the end of the ramp to the end of life.", "Σv^j",
        ("hardware.merchant_hurdle", "hardware.ramp_quarters", "hardware.life_quarters"),
    )


@explains("market.falling_annuity")
def falling_annuity(reader: Reader) -> Equation:
    """The same, falling with hardware cost as was expected at closing."""
    hardware = reader.scenario.hardware
    j = cash_quarters(hardware)
    fall = cost_index(hardware, int(j[-1]), surprise=False)[j]
    return Spec(
        "A dollar that falls with hardware cost, over a machine's life", float((_factors(reader) * fall).sum()), "USD",
        "As before, each dollar lowered by the deflation expected at closing.", "Σv^j·H_j",
        ("hardware.merchant_hurdle", "hardware.ramp_quarters", "hardware.life_quarters", *_deflation(reader)),
    )


def _factors(reader: Reader) -> Array:
    j = cash_quarters(reader.scenario.hardware)
    return np.asarray(discount_factors(reader.scenario.hardware.merchant_hurdle, int(j[-1]))[j])


@explains("market.cash_cost_now")
def running_cost(reader: Reader) -> Equation:
    """Running cost of a new machine today."""
    hardware = reader.scenario.hardware
    value = cash_cost_now(hardware)
    if hardware.cash_cost is not None:
        return Spec("Running cost of a new machine", value, "USD/h", "As set.", "c_0", ("hardware.cash_cost",), "same")
    return Spec(
        "Running cost of a new machine", value, "USD/h", "Follows the cost of hardware.",
        "c_0 = 0.36 + 0.0068·(K_0/1000 − 22)", ("hardware.installed_cost", "hardware.cash_cost"),
    )


@explains("market.cash_cost.{t}")
def vintage_cost(reader: Reader, t: int) -> Equation:
    """Running cost of the machines bought in a quarter."""
    return Spec(
        f"Running cost of machines bought in quarter {t}", at(reader.market.curves.cash_cost, t), "USD/h",
        "Falls with the root of hardware cost, and never takes more than 80% of what the machine earns.",
        "c_t = min(c_0·√H_t, …)", ("market.cash_cost_now", f"market.cost_index.{t}"),
    )


@explains("market.old_cash_cost.{t}")
def old_cost(reader: Reader, t: int) -> Equation:
    """Running cost of the oldest machines in use."""
    vintage = max(t - reader.scenario.hardware.life_quarters, 0)
    return Spec(
        f"Running cost of the oldest machines, quarter {t}", at(reader.market.curves.old_cash_cost, t), "USD/h",
        "Fixed for the life of a vintage: that of the oldest one still in use.", "c_old",
        (f"market.cash_cost.{vintage}",), "same",
    )


@explains("market.hardware_cost.{t}")
def hardware_cost(reader: Reader, t: int) -> Equation:
    """Cost at which hardware bought in a quarter just earns the hurdle."""
    return Spec(
        f"Cost of new hardware, quarter {t}", at(reader.market.curves.hardware_cost, t), "USD/H100e",
        "What a machine bought then will earn over its life at long-run prices, less its running cost.",
        "K_t = Σv^j·h·(û_0·P^LR_{t+j} − c_t)",
        (
            "constants.hours", "market.earned_utilization", "market.break_even_price", f"market.cost_index.{t}",
            f"market.cash_cost.{t}", "hardware.merchant_hurdle", "hardware.ramp_quarters", "hardware.life_quarters",
        ),
    )


@explains("market.all_in_cost.{t}")
def all_in_cost(reader: Reader, t: int) -> Equation:
    """Hardware with the data center behind it."""
    curves = reader.market.curves
    return Spec(
        f"Cost of new hardware with its data center, quarter {t}", at(curves.all_in_cost, t), "USD/H100e",
        "Hardware, and a turn-key data center for its power.", "K^all_t = K_t + κ_t·17.6",
        (f"market.hardware_cost.{t}", "hardware.power_kw", f"market.cost_index.{t}", "policy.building_cost"),
    )


@explains("market.earned_utilization")
def earned_utilization(reader: Reader) -> Equation:
    """Share of hours that earn in a balanced market."""
    return Spec(
        "Earned utilization at balance", reader.market.curves.balance_utilization, "share",
        "Availability, highest utilization, and the share of capacity that finds demand at balance.",
        "û_0 = a·ū·m(u*/ū, s_pool)",
        ("hardware.availability", "clearing.ceiling_utilization", "market.balance_match"), "product",
    )


@explains("market.balance_match")
def balance_match(reader: Reader) -> Equation:
    """Share of usable capacity that finds demand at balance."""
    clearing, zone = reader.scenario.clearing, reader.scenario.localization
    ratio = np.array([clearing.balance_utilization / clearing.ceiling_utilization])
    return Spec(
        "Capacity that finds demand at balance", float(matched_share(ratio, zone.pooled_sd(zone.bloc_error))[0]),
        "share", "Mean of the smaller of one and a lognormal ratio of demand to usable capacity.", "m(u*/ū, s_pool)",
        ("clearing.balance_utilization", "clearing.ceiling_utilization", "market.pooled_sd_before"),
    )


@explains("market.support_price")
def support_price(reader: Reader) -> Equation:
    """Level contract price worth as much as long-run rents."""
    return Spec(
        "Break-even contract price", reader.market.support_price, "USD/h",
        "The level price over the contract term that is worth as much as long-run rents, per hour the machine is "
        "available.", "P^eqv = (û_0/a)·P^LR_0·Σv^j·H_j/Σv^j",
        (
            "market.earned_utilization", "hardware.availability", "market.break_even_price",
            "market.contract_deflation",
        ),
    )


@explains("market.contract_deflation")
def contract_deflation(reader: Reader) -> Equation:
    """How far rents fall, on average over the contract term."""
    hardware = reader.scenario.hardware
    first, last = contract_window(reader.setting)
    v = discount_factors(hardware.merchant_hurdle, last)[first : last + 1]
    fall = cost_index(hardware, last, surprise=False)[first : last + 1]
    return Spec(
        f"Long-run price over quarters {first} to {last} against today", float((v * fall).sum() / v.sum()), "x",
        "Mean of the deflation expected at closing, weighted by discount factors at the merchant hurdle.",
        "Σv^j·H_j/Σv^j",
        (*_DEFLATION, "hardware.merchant_hurdle", "hardware.ramp_quarters", "gpu_fleet.contract_quarters"),
    )
