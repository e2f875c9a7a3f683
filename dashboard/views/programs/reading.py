"""What the page of sovereign programs shows of a scenario: money, effects and the sentences above them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import pandas as pd

from dashboard import format as f
from dashboard import run
from dashboard.blocks.blocks import Chart, Tile
from dashboard.views.programs import charts, words
from dashboard.words import records
from models.scenario.scenario import Scenario
from models.studies.comparison.incidence import incidence, incidence_table
from models.tables import programs as program_tables

ABOUT_INTENSITY = (
    "Budgets of all programs multiplied, on the same futures; the dot is this scenario. The curve bends where programs "
    "reach the cap on what they may build."
)
ABOUT_KEEPS = (
    "What value at the hurdle each class gains or loses by the programs, per dollar committed. Paid to it: what "
    "reaches fleet, data center, their lenders and a champion, as far as the money of programs does. Through the "
    "market: more capacity and demand for everyone, nobody paid. The parts add up to the total; the line through the "
    "dot is two standard errors."
)


@dataclass(frozen=True, eq=False)
class ProgramReading:
    """Programs of one scenario: what they do to the price, and the money, one row a program."""

    headline: str
    detail: str
    tiles: Sequence[Tile]
    money: pd.DataFrame
    intensity: Chart


def read_programs(scenario: Scenario) -> ProgramReading:
    """Money and effects of the programs of a scenario."""
    money = program_tables.program_table(run.evaluation(scenario))
    curve, total = program_tables.intensity_curve(scenario), money.iloc[-1]
    count = len(scenario.policy.programs)
    left_over = (
        f"Programs may build {f.percent(scenario.policy.build_cap, 0)} of planned additions at most: the cap binds "
        f"and leaves {f.money(total['unspent'])} unspent."
    ) if total["cap_bound"] else "The cap on public building does not bind."
    return ProgramReading(
        headline=words.effect_message(curve),
        detail=f"{'One program' if count == 1 else f'{count} programs'}: {f.money(total['announced'])} announced, "
        f"{f.money(total['paid'])} paid within ten years. {left_over}",
        tiles=[
            Tile("Announced", f.money(total["announced"]), "Announced budgets times subsidy intensity."),
            Tile("Paid", f.money(total["paid"]), "Mean over futures: what is disbursed, less what a cliff stops."),
            Tile("Built", f.compute(total["built"]), "Capacity that public money builds, mean over futures."),
            *_rents(program_tables.price_effect(scenario)),
        ],
        money=money[money["position"] >= 0],
        intensity=Chart(words.intensity_message(curve), charts.intensity_frame(curve), charts.INTENSITY,
                        ABOUT_INTENSITY, "Change of rent by subsidy intensity"),
    )


def _rents(price: pd.DataFrame) -> list[Tile]:
    out = []
    for row in records(price):
        years, error = int(row["quarter"]) // 4, f.noise(row["change_se"], 2)
        about = f"Home rental price {f.rent(row['without'])} without and {f.rent(row['with'])} with the programs, " \
            f"mean of the same futures.{f' Noise: {error} points.' if error else ''}"
        label = f"Rent after {years} year{'' if years == 1 else 's'}"
        out.append(Tile(label, words.relative(row["change"]), about))
    return out


def find_incidence(scenario: Scenario, progress: Callable[[float], None]) -> Chart:
    """Who keeps the money, shares of capital by class: direct and market effect, alone and together."""
    progress(0.1)
    parts = incidence_table(incidence(scenario))
    progress(0.9)
    shares = program_tables.incidence_shares(parts, run.evaluation(scenario))
    return Chart(words.keeps_message(shares), charts.keeps_frame(shares), charts.KEEPS, ABOUT_KEEPS)
