"""What sets blocs apart beside their presets: cost of talent and data, and which sectors borders bind first."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from models.errors import DataError
from models.evidence.rows import read_record, read_rows
from models.evidence.sources import DATA, source

Share = Annotated[float, Field(ge=0.0, le=1.0)]


class BlocCost(BaseModel):
    """What a developer of one bloc pays beside compute, shares of its revenue. ``id`` is the key of the preset."""

    model_config = ConfigDict(frozen=True)

    id: str
    talent: Share
    data: Share
    rest: Share
    source: str
    note: str

    @property
    def total(self) -> float:
        """All of it, what a preset declares as one cost."""
        return self.talent + self.data + self.rest


class Sector(BaseModel):
    """A part of demand by who asks for it, ``share`` of all; rules bind sectors in the order of the file."""

    model_config = ConfigDict(frozen=True)

    id: str
    sector: str
    share: Share
    source: str
    note: str


@lru_cache(maxsize=4)
def bloc_costs(data: Path = DATA) -> dict[str, BlocCost]:
    """Cost of talent and data by bloc preset, from `data/bloc_costs.csv`.

    Raises
    ------
    DataError
        Naming file, row and field, also for an unknown source.
    """
    path = data / "bloc_costs.csv"
    rows = [read_record(path, row, BlocCost) for row in read_rows(path, tuple(BlocCost.model_fields))]
    for row in rows:
        source(row.source, data)
    return {row.id: row for row in rows}


@lru_cache(maxsize=4)
def sectors(data: Path = DATA) -> tuple[Sector, ...]:
    """Sectors of demand, the most strictly bound first, from `data/border_sectors.csv`.

    Raises
    ------
    DataError
        Naming file, row and field, also for an unknown source or shares that do not add to one.
    """
    path = data / "border_sectors.csv"
    rows = tuple(read_record(path, row, Sector) for row in read_rows(path, tuple(Sector.model_fields)))
    for row in rows:
        source(row.source, data)
    total = sum(row.share for row in rows)
    if abs(total - 1.0) > 1e-9:
        raise DataError(f"{path.name}, field share: the shares add to {total:g}, they must add to 1")
    return rows
