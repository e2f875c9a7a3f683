"""Rental-price indices that today's price can be anchored to: one reading each, and never two segments mixed.

A one-year contract, an interruptible machine on a marketplace and a hyperscaler's list price are three prices of the
same chip; `data/price_indices.csv` names the fact row of each, and the fact row has the number.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from models.errors import DataError
from models.evidence.rows import number, read_rows
from models.evidence.sources import DATA, Source, load_sources

NO_INDEX = "model"
CHIP, UNIT = "H100", "USD/GPU-hour"
_COLUMNS = ("id", "fact", "label")
_FACTS = ("id", "date", "gpu", "segment", "contract_type", "value", "unit", "provider_or_index")


@dataclass(frozen=True, slots=True)
class PriceIndex:
    """One reading of one index: a key, segment and kind of contract in words, USD per H100-hour, and its fact row."""

    key: str
    label: str
    price: float
    date: str
    segment: str
    contract: str
    provider: str
    source: Source

    @property
    def words(self) -> str:
        """Label, price and date in one line; an old reading says that it is history."""
        age = "history, " if self.source.is_history else ""
        return f"{self.label}: ${self.price:.2f} ({age}{self.date})"


@lru_cache(maxsize=8)
def price_indices(data: Path = DATA) -> Mapping[str, PriceIndex]:
    """Indices by key, in the order of the file.

    Raises
    ------
    DataError
        Naming file, row and field: an unknown fact row, another chip or unit, or one that is no price.
    """
    table = data / "facts" / "gpu_rental_prices.csv"
    facts = {row["id"]: row for row in read_rows(table, _FACTS)}
    sources = load_sources(data)
    file = data / "price_indices.csv"
    found = {}
    for row in read_rows(file, _COLUMNS):
        fact = facts.get(row["fact"])
        if fact is None:
            raise DataError(f"{file.name}, row {row['id']}, field fact: {row['fact']!r} is no row of {table.name}")
        price = number(table, fact, "value")
        if fact["gpu"] != CHIP or fact["unit"] != UNIT or price is None or price <= 0:
            raise DataError(
                f"{file.name}, row {row['id']}, field fact: {row['fact']} is {fact['gpu']} in {fact['unit']}; "
                f"an index needs a price of the {CHIP} in {UNIT}"
            )
        found[row["id"]] = PriceIndex(
            row["id"], row["label"], price, fact["date"], fact["segment"], fact["contract_type"],
            fact["provider_or_index"], sources[row["fact"]],
        )
    return found


def options() -> dict[str, str]:
    """Words of every choice, the model's own anchor first."""
    own = {NO_INDEX: "none: 1.163 times the long-run price"}
    return own | {key: index.words for key, index in price_indices().items()}
