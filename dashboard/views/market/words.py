"""The sentence each market chart proves."""

from __future__ import annotations

import pandas as pd

from dashboard import format as f
from dashboard.words import peak

SMALL = 0.02
ABOUT_REVENUE = (
    "What customers pay for AI, against the AI revenue that would pay the rents of all machines by itself: rents over "
    "the share of it that can go to compute lastingly. Internal use and investors pay the rest today. What states buy "
    "counts on neither side."
)


def demand_message(capacity: pd.DataFrame, demand: pd.DataFrame) -> str:
    """How far capacity and the demand for it grow."""
    grown, wanted = (table["p50"].iloc[-1] / table["p50"].iloc[0] for table in (capacity, demand))
    return f"Demand grows {f.multiple(wanted)} by 2036, capacity {f.multiple(grown)}"


def covered_message(covered: pd.DataFrame) -> str:
    """How much of the rents customers pay in the first year and in the last."""
    first, last = (covered.iloc[i] for i in (0, -1))
    return (
        f"Customers of AI pay for {f.percent(first['p50'], 0)} of the rents in {int(first['year'])}, "
        f"{f.percent(last['p50'], 0)} in {int(last['year'])}"
    )


def additions_message(table: pd.DataFrame) -> str:
    """Who builds most, and in which year the most is added."""
    totals = table.groupby("year")["mean"].sum()
    year = f.START_YEAR + int(totals.index[int(totals.argmax())])
    by = table.groupby("builder")["mean"].sum() / table["mean"].sum()
    words = f"Most is added in {year}; hyperscalers order {f.percent(float(by.get('hyperscaler', 0.0)), 0)}"
    programs = float(by.get("programs", 0.0))
    return f"{words}, programs {f.percent(programs)}" if programs > 0 else words


def power_message(power: pd.DataFrame) -> str:
    """GW today and at its highest median."""
    top = peak(power)
    now = f.gigawatts(power["p50"].iloc[0])
    return f"Compute draws {now} today and {f.gigawatts(top.value)} in {f.year_of(top.quarter)}"


def stopped_message(stopped: pd.DataFrame) -> str:
    """How often orders stop, and when most."""
    i = int(stopped["share"].to_numpy().argmax())
    share, quarter = float(stopped["share"].iloc[i]), int(stopped["quarter"].iloc[i])
    if share < SMALL:
        return "Builders hardly ever stop ordering"
    return f"By {f.calendar(quarter)}, builders have stopped ordering in {f.percent(share, 0)} of futures"


def retired_message(retired: pd.DataFrame) -> str:
    """When most is retired."""
    top = peak(retired)
    return f"Retirements are highest in {f.year_of(top.quarter)}"


def pooling_message(pooling: pd.DataFrame) -> str:
    """What the scenario's localization costs in utilization at balance."""
    here = pooling[pooling["is_here"]].iloc[0]
    lost = float(pooling["utilization"].iloc[0] - here["utilization"])
    if lost < 5e-4:
        return "Localization costs no utilization at balance here"
    return f"Localizing {f.percent(here['share'], 0)} of demand costs {f.digits(lost * 100, 2)} points of utilization"


def safety_message(safety: pd.DataFrame) -> str:
    """How much more spare capacity separate blocs need."""
    here = safety[safety["is_here"]].iloc[0]
    if here["blocs"] == 1:
        return "One pool needs no more spare capacity than itself"
    return f"{int(here['blocs'])} separate blocs need {f.multiple(here['ratio'])} the spare capacity of one pool"


def path_message(label: str, paths: pd.DataFrame, scale: f.Scale, none: str) -> str:
    """How far the given path lies from the usual one, and where most."""
    name = label.removesuffix(" by year")
    if paths["given"].isna().all():
        return f"{name}: {none}"
    if paths["usual"].isna().all():
        first, last = (f.digits(scale.shown(float(paths["given"].iloc[i])), 3, 2) for i in (0, -1))
        return f"{name} as given: {first} at first, {last} in the end; usually there is none"
    gap = paths["given"].map(scale.shown) - paths["usual"].map(scale.shown)
    most, mean = int(gap.abs().to_numpy().argmax()), float(gap.mean())
    if float(gap.abs().max()) == 0.0:
        return f"{name} as given is the usual path"
    unit = "points" if scale.factor == 100.0 else scale.unit
    return (
        f"{name} as given: {f.digits(abs(mean), 3, 2)} {unit} {'above' if mean > 0 else 'below'} the usual path on "
        f"average, furthest in {f.year_of(4 * most + 1)} ({f.signed(float(gap.iloc[most]), 2)})"
    )
