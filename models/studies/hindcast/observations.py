"""What was observed: rows of `data/hindcast/observations.csv`, figures taken from the fact rows they cite."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from models.errors import DataError
from models.evidence.rows import number, period_end, read_rows
from models.evidence.sources import DATA, source

_COLUMNS = ("id", "replay", "series", "label", "date", "unit", "value", "source", "field", "factor", "note")


@dataclass(frozen=True)
class Observation:
    """One figure of history.

    Attributes
    ----------
    id, series, label : str
    date : str
        A day, month, half-year or year.
    value : float
        In ``unit``: plain units, shares as decimals.
    unit, source, note : str
        ``source`` is a key that `models.sources.source` resolves.
    """

    id: str
    series: str
    label: str
    date: str
    value: float
    unit: str
    source: str
    note: str


@lru_cache(maxsize=4)
def load_observations(data: Path = DATA) -> dict[str, tuple[Observation, ...]]:
    """Observations by replay, in file order.

    A row either holds a value read in a document, or names the field of a fact row and the factor that turns it into
    plain units: no figure is written down twice.

    Raises
    ------
    DataError
        Naming file, row and field: an unknown source, a value beside a field, a cell that is not a number.
    """
    table = data / "hindcast" / "observations.csv"
    found: dict[str, list[Observation]] = {}
    for row in read_rows(table, _COLUMNS):
        source(row["source"], data)
        period_end(row["date"])
        value = _value(table, row, data)
        seen = Observation(
            row["id"], row["series"], row["label"], row["date"], value, row["unit"], row["source"], row["note"]
        )
        found.setdefault(row["replay"], []).append(seen)
    return {replay: tuple(rows) for replay, rows in found.items()}


def observed(replay: str, series: str) -> list[Observation]:
    """Observations of one series of a replay, in file order."""
    return [seen for seen in load_observations()[replay] if seen.series == series]


def reading(key: str) -> Observation:
    """One observation by its id, such as ``h100-5``."""
    return next(seen for rows in load_observations().values() for seen in rows if seen.id == key)


def _value(table: Path, row: dict[str, str], data: Path) -> float:
    typed, factor = number(table, row, "value"), number(table, row, "factor")
    if (typed is None) == (factor is None) or bool(row["field"]) != (factor is not None):
        raise DataError(f"{table.name}, row {row['id']}: give either a value, or the field of a fact row and a factor")
    if typed is not None:
        return typed
    return fact_value(row["source"], row["field"], factor or 1.0, data)


def fact_value(key: str, field: str = "value", factor: float = 1.0, data: Path = DATA) -> float:
    """One figure of a fact row in plain units.

    Raises
    ------
    DataError
        If the row has no number in that field.
    """
    facts = data / "facts" / f"{key.rsplit('-', 1)[0]}.csv"
    cell = number(facts, _facts(facts)[key], field)
    if cell is None:
        raise DataError(f"{facts.name}: {key} has no {field}")
    return float(f"{cell * factor:.12g}")  # 35 percent is 0.35, not 0.35000000000000003


@lru_cache(maxsize=16)
def _facts(path: Path) -> dict[str, dict[str, str]]:
    return {row["id"]: row for row in read_rows(path, ("id",))}
