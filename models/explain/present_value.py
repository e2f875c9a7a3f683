"""Net present value as a number with reasons: on average and on a path, at the hurdle and at the cash rate."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from models.engine.prices import steadied
from models.explain.equation import Equation
from models.explain.quantile import known
from models.explain.registry import Reader, Spec, explains
from models.explain.stake import discount_rate, held, net, quarters_of, rows_of, values, when, worth, years_of


@explains("{asset}.npv_mean")
def hurdle_value(reader: Reader, asset: str) -> Equation:
    """Mean net present value at the class's own hurdle."""
    found = held(reader, asset).measures
    return _steadied_mean(reader, asset, "hurdle", found.npv_mean, found.npv_mean_se)


@explains("{asset}.cash_npv_mean")
def cash_value(reader: Reader, asset: str) -> Equation:
    """Mean net present value at the common cash rate."""
    found = held(reader, asset).measures
    return _steadied_mean(reader, asset, "cash", found.cash_npv_mean, found.cash_npv_mean_se)


def _steadied_mean(reader: Reader, asset: str, rate: str, value: float, error: float) -> Equation:
    """Mean present value; where control variates steady it, the plain mean and their correction."""
    if held(reader, asset).result.claim.controls is None:
        return replace(present_value(reader, asset, rate, "mean"), value=value, standard_error=known(error))
    plain = present_value(reader, asset, rate, "mean")
    return replace(
        plain, value=value, standard_error=known(error),
        operands={"NPV": f"{asset}.npv_{rate}.mean", "control": f"{asset}.control_{rate}"},
        words="Mean over all paths, corrected for how far two variables of known mean came out off it.",
        text="NPV + control", kind="expression",
    )


@explains("{asset}.control_{rate}")
def control(reader: Reader, asset: str, rate: str) -> Equation:
    """What control variates take out of a mean."""
    stake = held(reader, asset)
    whole = values(reader, stake, rate)
    return Spec(
        f"Correction by control variates, {stake.label}",
        float((steadied(whole, stake.result.claim.controls) - whole).mean()), stake.money,
        "A few very good futures carry most of the mean; what the luck of these draws adds, as read from variables "
        "whose mean is known, is taken out.", "−slope·(E[control] − 1)", ("llm_developer.quality_sd", "draws"),
        status="draw",
    )


@explains("{asset}.npv_{rate}.{stat}")
def present_value(reader: Reader, asset: str, rate: str, stat: str) -> Equation:
    """Present value at the hurdle or at the cash rate, on average or on a path."""
    stake = held(reader, asset)
    amounts = rows_of(net(reader, stake), stat)
    years = years_of(amounts, reader.market.quarters)
    words = "its own hurdle" if rate == "hurdle" else "the common cash rate"
    return Spec(
        f"Net present value at {words}, {stake.label}, {reader.whose(stat)}",
        reader.pick(values(reader, stake, rate), stat), stake.money,
        f"What the flows of each year are worth at closing, discounted at {words}.", "Σ CF_t·(1+r)^(−t/4)",
        tuple(f"{asset}.pv_{rate}.{stat}.{year}" for year in years), "sum",
    )


@explains("{asset}.pv_{rate}.{stat}.{year}")
def year_value(reader: Reader, asset: str, rate: str, stat: str, year: int) -> Equation:
    """Present value of the flows of a year."""
    stake = held(reader, asset)
    columns = quarters_of(year, reader.market.quarters)
    paths = net(reader, stake)
    amounts = np.array([reader.pick(paths, stat, t) for t in range(paths.shape[1])])
    source = f"{stake.claim}.hurdle" if rate == "hurdle" else "rates.cash_rate"
    return Spec(
        f"Worth at closing of {when(year)}, {reader.whose(stat)}, {stake.label}",
        worth(amounts, discount_rate(reader, stake, rate), columns), stake.money,
        "The flow of each quarter of the year, discounted from the end of the quarter.", "Σ CF_t·(1+r)^(−t/4)",
        (f"{asset}.net.{stat}.{year}", source),
    )

