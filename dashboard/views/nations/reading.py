"""What the page of nations shows of all of them: a sentence, a picture of tiles and a table with its noise."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dashboard import format as f
from dashboard.blocks.blocks import Chart
from dashboard.blocks.markup import Cell, Markup, Row, row, table_html
from dashboard.views.nations import charts, words
from dashboard.words import SHORT
from models.studies.nations import EARNERS, PATHS, Nation, nation_rows, nations

ABOUT_PICTURE = (
    "A tile a nation and measure, darker where it is better for who builds there: more of the need met, a cheaper "
    "hour, a higher return. Shades compare nations within a column, not columns with each other. Returns are sure "
    "returns a year over cash at today's prices, with the investor's usual aversion."
)
ABOUT_TABLE = (
    f"Every nation is a world of its own, read on the same {PATHS:,} futures with its champion as the developer of "
    "models; ± is two standard errors of the sampling. Point at the head of a column for what it says."
)
HEADS: Mapping[str, tuple[str, str]] = {
    "covered": ("Subsidy of need", "All that home programs are to pay, as a share of what a champion that trains at "
                "the frontier must find in five years, middle of futures (the measure of claim T8); below, the part "
                "that reaches the champion."),
    "hour": ("An hour at home", "Rent today at which a new machine just earns the merchant hurdle, per H100-equivalent "
             "hour, with the nation's hardware and power; below, after what programs pay the fleet."),
    "gpu_fleet": ("Fleet", "Sure return of a GPU fleet, a year over cash, at today's price."),
    "data_center": ("Data center", "Sure return of a data center, a year over cash, at today's price."),
    "gpu_debt": ("Loan", "Sure return of a GPU-backed loan, a year over cash, at par."),
    "llm_developer": ("Champion", "Sure return of the developer of models, a year over cash, at the market's price: "
                      "the state's champion, in the United States a frontier lab."),
    "keeper": ("Keeps the money", "Class that gains most by the programs per dollar of its capital, direct and through "
               "the market, where that is more than the noise and shows in the figure."),
}


@dataclass(frozen=True, eq=False)
class NationsReading:
    """All nations on one set of draws."""

    headline: str
    detail: str
    picture: Chart
    table: Markup
    absences: Sequence[str]


def find_nations(progress: Callable[[float], None], paths: int = PATHS) -> NationsReading:
    """Read all nations."""
    found = nations(paths=paths, progress=progress)
    rows = nation_rows(found)
    return NationsReading(
        words.headline(rows), words.detail(rows),
        Chart(words.cheapest(rows), charts.tiles_frame(rows), charts.TILES, ABOUT_PICTURE, "Nations by measure"),
        table(rows), absences(found),
    )


def table(rows: Sequence[Mapping[str, Any]]) -> Markup:
    """One row a nation; figures with their noise."""
    heads = [Cell(name, about=about) for name, about in HEADS.values()]
    return table_html("Nations side by side", ["", *heads], [_row(each) for each in rows], "side")


def _row(each: Mapping[str, Any]) -> Row:
    names = {key: name for key, (name, _) in HEADS.items()}
    keeper = each["keeper"]
    kept = f"{f.points(each[f'keeps_{keeper}'])} of its capital" if keeper else ""
    return row(
        Cell(each["title"], f"programs pay {f.money(each['paid'])} of {f.money(each['announced'])}"),
        Cell(f.percent(each["covered"], 2), f"{f.percent(each['met'], 2)} reaches it", name=names["covered"]),
        Cell(f.rent(each["hour_home"]), f"{f.rent(each['hour_supported'])} supported", name=names["hour"]),
        *(Cell(f.percent(each[f"earns_{key}"]), f.noise(each[f"earns_{key}_se"], 2), name=names[key])
          for key in EARNERS),
        Cell(charts.CHAMPION if keeper == "llm_developer" else SHORT.get(keeper, "nobody"), kept, name=names["keeper"]),
    )


def absences(found: Sequence[Nation]) -> list[str]:
    """Figures that are undefined and why, a line a reason; delivery is told with the record of each."""
    reasons: dict[str, list[str]] = {}
    for nation in found:
        for name, why in nation.undefined.items():
            if name != "delivered_usd":
                reasons.setdefault(why, []).append(nation.country.title)
    return [f"{', '.join(dict.fromkeys(names))}: {why}." for why, names in reasons.items()]
