"""What power costs by place, read from the fact table; currencies at the rates the program table states."""

from __future__ import annotations

from functools import lru_cache
from types import MappingProxyType
from typing import NamedTuple

from models.evidence.rows import read_rows
from models.evidence.sources import DATA, source

OWN = "own"
"""Choice that takes the typed price."""

USD, EUR, JPY, MYR, CNY = 1.0, 1.16, 1.0 / 155.0, 1.0 / 4.2, 1.0 / 7.15
"""USD for one unit, as in the column fx_note of facts/sovereign_programs.csv."""

_ROWS = {
    "us": ("United States, industry", "data_centers-052", USD),
    "texas": ("Texas, industry", "data_centers-053", USD),
    "ercot": ("Texas, wholesale", "data_centers-070", USD),
    "virginia": ("Virginia, industry", "data_centers-054", USD),
    "ohio": ("Ohio, industry", "data_centers-055", USD),
    "georgia": ("Georgia (US), industry", "data_centers-056", USD),
    "oregon": ("Oregon, industry", "data_centers-057", USD),
    "arizona": ("Arizona, industry", "data_centers-058", USD),
    "eu": ("European Union, business", "data_centers-059", EUR),
    "germany": ("Germany, business", "data_centers-060", EUR),
    "ireland": ("Ireland, business", "data_centers-061", EUR),
    "netherlands": ("Netherlands, business", "data_centers-062", EUR),
    "norway": ("Norway, business", "data_centers-063", EUR),
    "sweden": ("Sweden, business", "data_centers-064", EUR),
    "finland": ("Finland, business", "data_centers-065", EUR),
    "japan": ("Japan, high voltage", "data_centers-066", JPY),
    "malaysia": ("Malaysia, base tariff", "data_centers-067", MYR),
    "china_west": ("China, western data centers", "data_centers-069", CNY),
}
PLACES = {OWN: "the price typed below"} | {key: name for key, (name, _, _) in _ROWS.items()}
"""Key to words, for a choice."""


def power_price(place: str, typed: float) -> float:
    """Price of power, USD/kWh.

    Parameters
    ----------
    place : str
        Key of `PLACES`; ``own`` takes ``typed``.

    Source: facts/data_centers.csv, rows 052 to 070; business tariffs overstate what the largest users pay.
    """
    return typed if place == OWN else _table()[place]


class PlacePrice(NamedTuple):
    """Price of power at a place: key, words, USD/kWh, what was read and its citation."""

    place: str
    name: str
    price: float
    reading: str
    citation: str


def price_table() -> tuple[PlacePrice, ...]:
    """Every place that can be chosen, cheapest first."""
    rows = []
    for key, (name, fact, _) in _ROWS.items():
        found = source(fact)
        rows.append(PlacePrice(key, name, _table()[key], found.reading, found.citation))
    return tuple(sorted(rows, key=lambda row: row.price))


def fact_of(place: str) -> str:
    """Source key behind a place's price."""
    return _ROWS[place][1]


@lru_cache(maxsize=1)
def _table() -> MappingProxyType[str, float]:
    rows = {row["id"]: float(row["value"]) for row in read_rows(DATA / "facts" / "data_centers.csv", ("id", "value"))}
    return MappingProxyType({key: rows[fact] * fx / 1_000.0 for key, (_, fact, fx) in _ROWS.items()})
