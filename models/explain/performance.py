"""Returns as numbers with reasons: IRR, multiple, payback, present value and the cash flows behind them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from models.basis.timeline import Array
from models.engine.prices import steadied
from models.explain.bought import Bought, held, line, lines, quarters_of, rows_of, when, worth, years_of
from models.explain.equation import Equation
from models.explain.quantile import PROBABILITY, error_equation, known, quantile_equation, scramble_equation
from models.explain.registry import Reader, explains, over_paths
from models.measures import risk
from models.tables.classes import METRICS

_SPREADS = {"irr": "irr", "moic": "moic", "payback_years": "payback"}
_SIDES = {"received": "received", "paid": "paid in"}


@explains("{asset}.{measure}.{pxx}")
def spread(reader: Reader, asset: str, measure: str, pxx: str) -> Equation:
    """Quantile of a return."""
    stake = held(reader, asset)
    label, unit = METRICS[measure]
    stated = getattr(stake.measures, measure)
    return quantile_equation(
        reader, f"{label}, {stake.label}", unit, getattr(stake.position, _SPREADS[measure]), pxx, getattr(stated, pxx),
        getattr(stated, f"{pxx}_se"), lambda i: f"{asset}.{measure}.path{i}",
        (f"{asset}.irr_of_mean",) if measure == "irr" else (),
    )


@explains("{asset}.{measure}.{pxx}_se")
def spread_error(reader: Reader, asset: str, measure: str, pxx: str) -> Equation:
    """Standard error of a quantile of a return."""
    stake = held(reader, asset)
    label, unit = METRICS[measure]
    value = getattr(getattr(stake.measures, measure), f"{pxx}_se")
    return error_equation(reader, f"{label} {pxx}, {stake.label}", unit, value, f"{asset}.{measure}.{pxx}")


@explains("{asset}.{measure}.{pxx}.scramble{group}")
def spread_scramble(reader: Reader, asset: str, measure: str, pxx: str, group: int) -> Equation:
    """Quantile of a return on one scramble."""
    stake = held(reader, asset)
    label, unit = METRICS[measure]
    return scramble_equation(
        reader, f"{label} {pxx}, {stake.label}", unit, getattr(stake.position, _SPREADS[measure]), group,
        lambda part: float(risk.quantiles(part, PROBABILITY[pxx])),
    )


@explains("{asset}.irr.{path}")
def path_rate(reader: Reader, asset: str, path: str) -> Equation:
    """IRR of one path."""
    stake = held(reader, asset)
    return Equation(
        f"IRR, {stake.label}, {reader.whose(path)}", reader.pick(stake.position.irr, path), "per year",
        "The rate at which its cash flows, each discounted from the end of its quarter, are worth nothing together; "
        "-1 is a total loss.", "Σ CF_t·(1 + r)^(−t/4) = 0", {"CF": _nets(reader, stake, path)}, "root",
    )


@explains("{asset}.irr_of_mean")
def rate_of_mean(reader: Reader, asset: str) -> Equation:
    """IRR of the mean cash flow."""
    stake = held(reader, asset)
    return Equation(
        f"IRR of the mean cash flow, {stake.label}", stake.measures.irr_of_mean, "per year",
        "The rate at which the mean cash flows of all paths are worth nothing together; rates themselves do not "
        "average.", "Σ E[CF_t]·(1 + r)^(−t/4) = 0", {"CF": _nets(reader, stake, "mean")}, "root",
    )


def _nets(reader: Reader, stake: Bought, stat: str) -> tuple[str, ...]:
    amounts = rows_of(stake.net, stat)
    return tuple(f"{stake.prefix}.net.{stat}.{year}" for year in years_of(amounts, reader.market.quarters))


def added(label: str, value: float, unit: str, words: str, name: str, parts: tuple[str, ...]) -> Equation:
    """A number that is the sum of others, or nothing where there are none."""
    return Equation(label, value, unit, words if parts else "Nothing flows.", f"Σ({name})" if parts else "0",
                    {name: parts} if parts else {})


@explains("{asset}.net.{stat}.{year}")
def year_flow(reader: Reader, asset: str, stat: str, year: int) -> Equation:
    """Net cash flow of a year, with the entry price."""
    stake = held(reader, asset)
    columns = quarters_of(year, reader.market.quarters)
    parts = []
    for name, (_, amounts) in lines(reader, stake).items():
        used = [t for t in columns if reader.pick(amounts, stat, t)]
        one = len(used) == 1  # a line with one quarter needs no sum in between
        where = f"quarter.{name}.{stat}.{used[0]}" if one else f"line.{name}.{stat}.{year}"
        parts += [f"{stake.claim}.{where}"] if used else []
    if year == 0 and stake.position.premium:
        parts.append(f"{asset}.premium_paid")
    return added(
        f"Net cash flow, {when(year)}, {reader.whose(stat)}, {stake.label}",
        sum(reader.pick(stake.net, stat, t) for t in columns), stake.money,
        "Lines of the year; money out is negative.", "lines", tuple(parts),
    )


@explains("{asset}.net_quarter.{stat}.{t}")
def quarter_flow(reader: Reader, asset: str, stat: str, t: int) -> Equation:
    """Net cash flow of a quarter, with the entry price."""
    stake = held(reader, asset)
    parts = [
        f"{stake.claim}.quarter.{name}.{stat}.{t}" for name, (_, amounts) in lines(reader, stake).items()
        if reader.pick(amounts, stat, t)
    ]
    if t == 0 and stake.position.premium:
        parts.append(f"{asset}.premium_paid")
    return added(
        f"Net cash flow, quarter {t}, {reader.whose(stat)}, {stake.label}", reader.pick(stake.net, stat, t),
        stake.money, "Lines of the quarter; money out is negative.", "lines", tuple(parts),
    )


@explains("{claim}.line.{name}.{stat}.{year}")
def year_line(reader: Reader, claim: str, name: str, stat: str, year: int) -> Equation:
    """One line of the cash flow of a year."""
    stake = held(reader, claim)
    label, amounts = line(reader, stake, name)
    by_quarter = {t: reader.pick(amounts, stat, t) for t in quarters_of(year, reader.market.quarters)}
    return added(
        f"{label[0].upper()}{label[1:]}, {when(year)}, {reader.whose(stat)}", sum(by_quarter.values()), stake.money,
        "Sum of its quarters.", "quarters",
        tuple(f"{claim}.quarter.{name}.{stat}.{t}" for t, value in by_quarter.items() if value),
    )


@explains("{asset}.moic.{path}")
def path_multiple(reader: Reader, asset: str, path: str) -> Equation:
    """Multiple of money of one path."""
    stake = held(reader, asset)
    return Equation(
        f"Multiple of money, {stake.label}, {reader.whose(path)}", reader.pick(stake.position.moic, path), "x",
        "Money received over money paid in, neither discounted.", "MOIC = received/paid",
        {"received": f"{asset}.received.{path}", "paid": f"{asset}.paid.{path}"},
    )


@explains("{asset}.{side}.{stat}")
def side_total(reader: Reader, asset: str, side: str, stat: str) -> Equation:
    """Money received or paid in over the whole life, positive."""
    stake = held(reader, asset)
    amounts = _side(reader, stake, side)
    return added(
        f"Money {_SIDES[side]}, {stake.label}, {reader.whose(stat)}",
        sum(reader.pick(amounts, stat, t) for t in range(amounts.shape[1])), stake.money, "Sum over the years.",
        "years", tuple(
            f"{asset}.{side}.{stat}.{year}" for year in years_of(rows_of(amounts, stat), reader.market.quarters)),
    )


@explains("{asset}.{side}.{stat}.{year}")
def side_year(reader: Reader, asset: str, side: str, stat: str, year: int) -> Equation:
    """Money received or paid in in a year, positive."""
    stake = held(reader, asset)
    amounts, columns = _side(reader, stake, side), quarters_of(year, reader.market.quarters)
    return added(
        f"Money {_SIDES[side]}, {when(year)}, {stake.label}, {reader.whose(stat)}",
        sum(reader.pick(amounts, stat, t) for t in columns), stake.money, "Sum of its quarters.", "quarters",
        tuple(f"{asset}.{side}_quarter.{stat}.{t}" for t in columns),
    )


@explains("{asset}.{side}_quarter.{stat}.{t}")
def side_quarter(reader: Reader, asset: str, side: str, stat: str, t: int) -> Equation:
    """Money received or paid in in a quarter, positive."""
    stake = held(reader, asset)
    return over_paths(Equation(
        f"Money {_SIDES[side]}, quarter {t}, {stake.label}, {reader.whose(stat)}",
        reader.pick(_side(reader, stake, side), stat, t), stake.money,
        f"What is {_SIDES[side]} in the quarter, on each path by itself.",
        f"max({'' if side == 'received' else '−'}CF_t, 0)", {"CF_t": f"{asset}.net_quarter.{stat}.{t}"},
    ), stat)


def _side(reader: Reader, stake: Bought, side: str) -> Array:
    bought = stake.flows
    return bought.distrib if side == "received" else -bought.contrib


@explains("{asset}.payback_years.{path}")
def path_payback(reader: Reader, asset: str, path: str) -> Equation:
    """Payback of one path."""
    stake = held(reader, asset)
    value = reader.pick(stake.position.payback, path)
    label = f"Payback, {stake.label}, {reader.whose(path)}"
    if not 0.0 < value < np.inf:
        words = "The money never comes back." if value else "No money is out at any time."
        return Equation(label, value, "years", words, "Σ CF ≥ 0", {"CF": _nets(reader, stake, path)}, "root")
    t = int(np.ceil(4.0 * value - 1e-9))
    return Equation(
        label, value, "years", f"Before quarter {t} money is still out; its flow brings it back, part of a quarter in.",
        f"({t} − 1 − before/CF_t)/4",
        {"before": f"{asset}.cumulative.{path}.{t - 1}", "CF_t": f"{asset}.net_quarter.{path}.{t}"},
    )


@explains("{asset}.cumulative.{path}.{t}")
def cumulative(reader: Reader, asset: str, path: str, t: int) -> Equation:
    """Cumulative cash flow up to a quarter."""
    stake = held(reader, asset)
    by_quarter = [reader.pick(stake.net, path, q) for q in range(t + 1)]
    return added(
        f"Cash flow up to quarter {t}, {stake.label}, {reader.whose(path)}", sum(by_quarter), stake.money,
        "Sum of the quarters so far.", "quarters",
        tuple(f"{asset}.net_quarter.{path}.{q}" for q, value in enumerate(by_quarter) if value),
    )


@explains("{asset}.npv_mean")
def hurdle_value(reader: Reader, asset: str) -> Equation:
    """Mean net present value at the class's own hurdle."""
    stated = held(reader, asset).measures
    return _steadied_mean(reader, asset, "hurdle", stated.npv_mean, stated.npv_mean_se)


@explains("{asset}.cash_npv_mean")
def cash_value(reader: Reader, asset: str) -> Equation:
    """Mean net present value at the common cash rate."""
    stated = held(reader, asset).measures
    return _steadied_mean(reader, asset, "cash", stated.cash_npv_mean, stated.cash_npv_mean_se)


def _steadied_mean(reader: Reader, asset: str, rate: str, value: float, error: float) -> Equation:
    """Mean present value; where control variates steady it, the plain mean and their correction."""
    plain = replace(present_value(reader, asset, rate, "mean"), value=value, standard_error=known(error))
    if held(reader, asset).result.claim.controls is None:
        return plain
    return replace(
        plain, operands={"NPV": f"{asset}.npv_{rate}.mean", "correction": f"{asset}.control_{rate}"},
        words="Mean over all paths, corrected for how far two variables of known mean came out off it.",
        text="NPV + correction",
    )


@explains("{asset}.control_{rate}")
def control(reader: Reader, asset: str, rate: str) -> Equation:
    """What control variates take out of a mean."""
    stake = held(reader, asset)
    whole = stake.npv(rate)
    return Equation(
        f"Correction by control variates, {stake.label}",
        float((steadied(whole, stake.result.claim.controls) - whole).mean()), stake.money,
        "A few very good futures carry most of the mean; what the luck of these draws adds, as read from variables "
        "whose mean is known, is taken out.", "−slope·(E[control] − 1)",
        {"σ_q": "llm_developer.quality_sd", "draws": "draws"}, "draw", status="draw",
    )


@explains("{asset}.npv_{rate}.{stat}")
def present_value(reader: Reader, asset: str, rate: str, stat: str) -> Equation:
    """Present value at the hurdle or at the cash rate, on average or on a path."""
    stake = held(reader, asset)
    years = years_of(rows_of(stake.net, stat), reader.market.quarters)
    words = "its own hurdle" if rate == "hurdle" else "the common cash rate"
    return added(
        f"Net present value at {words}, {stake.label}, {reader.whose(stat)}",
        reader.pick(stake.npv(rate), stat), stake.money,
        f"What the flows of each year are worth at closing, discounted at {words}.", "years",
        tuple(f"{asset}.pv_{rate}.{stat}.{year}" for year in years),
    )


@explains("{asset}.pv_{rate}.{stat}.{year}")
def year_value(reader: Reader, asset: str, rate: str, stat: str, year: int) -> Equation:
    """Present value of the flows of a year."""
    stake = held(reader, asset)
    columns, paths = quarters_of(year, reader.market.quarters), stake.net
    amounts = np.array([reader.pick(paths, stat, t) for t in range(paths.shape[1])])
    return Equation(
        f"Worth at closing of {when(year)}, {reader.whose(stat)}, {stake.label}",
        worth(amounts, stake.rate(rate), columns), stake.money,
        "The flow of each quarter of the year, discounted from the end of the quarter.", "Σ(CF_t·(1 + r)^(−t/4))",
        {"CF_t": tuple(f"{asset}.net_quarter.{stat}.{t}" for t in columns), "t": columns,
         "r": f"{stake.claim}.hurdle" if rate == "hurdle" else "in_force.rates.cash_rate"},
        beside=(f"{asset}.net.{stat}.{year}",),
    )
