"""Returns as numbers with reasons: IRR, multiple, payback and the cash flows behind them."""

from __future__ import annotations

import numpy as np

from models.basis.timeline import Array
from models.explain.equation import Equation
from models.explain.quantile import PROBABILITY, error_spec, quantile_spec, scramble_spec
from models.explain.registry import Reader, Spec, explains
from models.explain.stake import (
    Stake,
    flows,
    held,
    line,
    lines,
    multiples,
    net,
    paybacks,
    quarters_of,
    rates,
    rows_of,
    when,
    years_of,
)
from models.measures import risk
from models.tables.classes import METRICS

_SPREADS = {"irr": rates, "moic": multiples, "payback_years": paybacks}


@explains("{asset}.{measure}.{pxx}")
def spread(reader: Reader, asset: str, measure: str, pxx: str) -> Equation:
    """Quantile of a return."""
    stake = held(reader, asset)
    label, unit = METRICS[measure]
    found = getattr(stake.measures, measure)
    return quantile_spec(
        reader, f"{label}, {stake.label}", unit, _SPREADS[measure](reader, stake), pxx, getattr(found, pxx),
        getattr(found, f"{pxx}_se"), lambda i: f"{asset}.{measure}.path{i}",
        (f"{asset}.irr_of_mean",) if measure == "irr" else (),
    )


@explains("{asset}.{measure}.{pxx}_se")
def spread_error(reader: Reader, asset: str, measure: str, pxx: str) -> Equation:
    """Standard error of a quantile of a return."""
    stake = held(reader, asset)
    label, unit = METRICS[measure]
    value = getattr(getattr(stake.measures, measure), f"{pxx}_se")
    return error_spec(reader, f"{label} {pxx}, {stake.label}", unit, value, f"{asset}.{measure}.{pxx}")


@explains("{asset}.{measure}.{pxx}.scramble{group}")
def spread_scramble(reader: Reader, asset: str, measure: str, pxx: str, group: int) -> Equation:
    """Quantile of a return on one scramble."""
    stake = held(reader, asset)
    label, unit = METRICS[measure]

    def quantile(part: Array) -> float:
        return float(risk.quantiles(part, PROBABILITY[pxx]))

    found = _SPREADS[measure](reader, stake)
    return scramble_spec(reader, f"{label} {pxx}, {stake.label}", unit, found, group, quantile)


@explains("{asset}.irr.{path}")
def path_rate(reader: Reader, asset: str, path: str) -> Equation:
    """IRR of one path."""
    stake = held(reader, asset)
    return Spec(
        f"IRR, {stake.label}, {reader.whose(path)}", reader.pick(rates(reader, stake), path), "per year",
        "The rate at which its cash flows, each discounted from the end of its quarter, are worth nothing together; "
        "-1 is a total loss.", "Σ CF_t·(1+r)^(−t/4) = 0", _nets(reader, stake, path),
    )


@explains("{asset}.irr_of_mean")
def rate_of_mean(reader: Reader, asset: str) -> Equation:
    """IRR of the mean cash flow."""
    stake = held(reader, asset)
    return Spec(
        f"IRR of the mean cash flow, {stake.label}", stake.measures.irr_of_mean, "per year",
        "The rate at which the mean cash flows of all paths are worth nothing together; rates themselves do not "
        "average.", "Σ E[CF_t]·(1+r)^(−t/4) = 0", _nets(reader, stake, "mean"),
    )


def _nets(reader: Reader, stake: Stake, stat: str) -> tuple[str, ...]:
    amounts = rows_of(net(reader, stake), stat)
    return tuple(f"{stake.prefix}.net.{stat}.{year}" for year in years_of(amounts, reader.market.quarters))


@explains("{asset}.net.{stat}.{year}")
def year_flow(reader: Reader, asset: str, stat: str, year: int) -> Equation:
    """Net cash flow of a year, with the entry price."""
    stake = held(reader, asset)
    columns = quarters_of(year, reader.market.quarters)
    value = sum(reader.pick(net(reader, stake), stat, t) for t in columns)
    parts = []
    for name, (_, amounts) in lines(reader, stake).items():
        used = [t for t in columns if reader.pick(amounts, stat, t)]
        one = len(used) == 1  # a line with one quarter needs no sum in between
        where = f"quarter.{name}.{stat}.{used[0]}" if one else f"line.{name}.{stat}.{year}"
        parts += [f"{stake.claim}.{where}"] if used else []
    if year == 0 and stake.premium:
        parts.append(f"{asset}.premium_paid")
    return Spec(
        f"Net cash flow, {when(year)}, {reader.whose(stat)}, {stake.label}", value, stake.money,
        "Lines of the year; money out is negative.", "CF", tuple(parts), "sum" if parts else "",
        note="" if parts else "nothing flows",
    )


@explains("{asset}.net_quarter.{stat}.{t}")
def quarter_flow(reader: Reader, asset: str, stat: str, t: int) -> Equation:
    """Net cash flow of a quarter, with the entry price."""
    stake = held(reader, asset)
    value = reader.pick(net(reader, stake), stat, t)
    parts = [
        f"{stake.claim}.quarter.{name}.{stat}.{t}"
        for name, (_, amounts) in lines(reader, stake).items()
        if reader.pick(amounts, stat, t)
    ]
    if t == 0 and stake.premium:
        parts.append(f"{asset}.premium_paid")
    return Spec(
        f"Net cash flow, quarter {t}, {reader.whose(stat)}, {stake.label}", value, stake.money,
        "Lines of the quarter; money out is negative.", "CF_t", tuple(parts), "sum" if parts else "",
    )


@explains("{claim}.line.{name}.{stat}.{year}")
def year_line(reader: Reader, claim: str, name: str, stat: str, year: int) -> Equation:
    """One line of the cash flow of a year."""
    stake = held(reader, claim)
    label, amounts = line(reader, stake, name)
    by_quarter = {t: reader.pick(amounts, stat, t) for t in quarters_of(year, reader.market.quarters)}
    parts = tuple(f"{claim}.quarter.{name}.{stat}.{t}" for t, value in by_quarter.items() if value)
    return Spec(
        f"{label[0].upper()}{label[1:]}, {when(year)}, {reader.whose(stat)}", sum(by_quarter.values()), stake.money,
        "Sum of its quarters.", "", parts, "sum" if parts else "",
    )


@explains("{asset}.moic.{path}")
def path_multiple(reader: Reader, asset: str, path: str) -> Equation:
    """Multiple of money of one path."""
    stake = held(reader, asset)
    return Spec(
        f"Multiple of money, {stake.label}, {reader.whose(path)}", reader.pick(multiples(reader, stake), path), "x",
        "Money received over money paid in, neither discounted.", "MOIC = Σ distrib/−Σ contrib",
        (f"{asset}.received.{path}", f"{asset}.paid.{path}"), "quotient",
    )


@explains("{asset}.{side}.{stat}")
def side_total(reader: Reader, asset: str, side: str, stat: str) -> Equation:
    """Money received or paid in over the whole life, positive."""
    stake = held(reader, asset)
    amounts = _side(reader, stake, side)
    years = years_of(rows_of(amounts, stat), reader.market.quarters)
    return Spec(
        f"Money {_SIDES[side]}, {stake.label}, {reader.whose(stat)}",
        sum(reader.pick(amounts, stat, t) for t in range(amounts.shape[1])), stake.money, "Sum over the years.", "",
        tuple(f"{asset}.{side}.{stat}.{year}" for year in years), "sum" if years else "",
    )


_SIDES = {"received": "received", "paid": "paid in"}


@explains("{asset}.{side}.{stat}.{year}")
def side_year(reader: Reader, asset: str, side: str, stat: str, year: int) -> Equation:
    """Money received or paid in in a year, positive."""
    stake = held(reader, asset)
    amounts = _side(reader, stake, side)
    value = sum(reader.pick(amounts, stat, t) for t in quarters_of(year, reader.market.quarters))
    return Spec(
        f"Money {_SIDES[side]}, {when(year)}, {stake.label}, {reader.whose(stat)}", value, stake.money,
        f"Quarters in which money is {_SIDES[side]}, on each path by itself.", "", (f"{asset}.net.{stat}.{year}",),
    )


def _side(reader: Reader, stake: Stake, side: str) -> Array:
    bought = flows(reader, stake)
    return bought.distrib if side == "received" else -bought.contrib


@explains("{asset}.payback_years.{path}")
def path_payback(reader: Reader, asset: str, path: str) -> Equation:
    """Payback of one path."""
    stake = held(reader, asset)
    value = reader.pick(paybacks(reader, stake), path)
    label = f"Payback, {stake.label}, {reader.whose(path)}"
    if not 0.0 < value < np.inf:
        return Spec(
            label, value, "years", "The money never comes back." if value else "No money is out at any time.", "",
            _nets(reader, stake, path),
        )
    t = int(np.ceil(4.0 * value - 1e-9))
    return Spec(
        label, value, "years",
        f"Before quarter {t} money is still out; its flow brings it back, part of a quarter in.",
        "(t − 1 − before/CF_t)/4", (f"{asset}.cumulative.{path}.{t - 1}", f"{asset}.net_quarter.{path}.{t}"),
        note=f"t = {t}",
    )


@explains("{asset}.cumulative.{path}.{t}")
def cumulative(reader: Reader, asset: str, path: str, t: int) -> Equation:
    """Cumulative cash flow up to a quarter."""
    stake = held(reader, asset)
    by_quarter = [reader.pick(net(reader, stake), path, q) for q in range(t + 1)]
    parts = tuple(f"{asset}.net_quarter.{path}.{q}" for q, value in enumerate(by_quarter) if value)
    return Spec(
        f"Cash flow up to quarter {t}, {stake.label}, {reader.whose(path)}", sum(by_quarter), stake.money,
        "Sum of the quarters so far.", "", parts, "sum" if parts else "",
    )
