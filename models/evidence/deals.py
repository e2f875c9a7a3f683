"""Facilities that were really closed, as sources report them: price, size, tenor and advance, with date and evidence.

The figures stand in `data/facts/gpu_debt_deals.csv`; `data/gpu_debt_comparables.csv` says what each row is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import lru_cache
from math import isnan, nan
from pathlib import Path
from typing import Annotated, Literal

import pandas as pd
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from models.errors import DataError
from models.evidence.rows import finite, read_record, read_rows
from models.evidence.sources import DATA, Source, source

Kind = Literal["gpu_loan", "chip_lease", "data_center", "unsecured"]
Grade = Literal["ig", "non_ig", "mixed", "unnamed"]

KINDS = {
    "gpu_loan": "loan on GPUs", "chip_lease": "lease of chips", "data_center": "data center debt",
    "unsecured": "unsecured notes",
}
GRADES = {
    "ig": "investment grade", "non_ig": "below investment grade", "mixed": "mixed", "unnamed": "not named",
}
"""Customer behind a facility, as far as sources say."""
BASE_RATE = "macro-001"
"""Fact row of today's base rate, which turns the coupon of a recent fixed-rate facility into a spread."""

_COLUMNS = ("id", "kind", "grade", "grade_basis", "part_of", "financed_share", "financed_basis", "preset")
_FACTS = (
    "id", "close_date", "borrower", "facility", "size_usd_bn", "spread_bps", "fixed_coupon_pct", "effective_rate_pct",
    "tenor_years", "advance_rate_pct", "amortisation", "recourse", "rating", "collateral", "offtaker", "lenders",
)


def _over(scale: float) -> Callable[[object], float]:
    def read(cell: object) -> float:
        value = finite(cell)
        return nan if value is None else value / scale

    return read


Plain = Annotated[float, BeforeValidator(_over(1.0))]
Billions = Annotated[float, BeforeValidator(_over(1e-9))]
Percent = Annotated[float, BeforeValidator(_over(100.0))]
BasisPoints = Annotated[float, BeforeValidator(_over(1e4))]


class Comparable(BaseModel):
    """One facility. Rates per year as decimals, size in USD; NaN where no source gives a figure.

    ``spread_basis`` is "quoted", "derived" (coupon less today's base rate, recent facilities only) or "" (none).
    ``part_of`` names the facility this is a tranche of, so that sizes are not added twice. ``is_history``: closed more
    than a year before the data was curated.
    """

    model_config = ConfigDict(frozen=True)

    id: str
    borrower: str
    facility: str
    date: str = Field(alias="close_date")
    kind: Kind
    grade: Grade
    grade_basis: str
    offtaker: str
    size: Billions = Field(alias="size_usd_bn")
    spread: BasisPoints = Field(alias="spread_bps")
    spread_basis: str = ""
    fixed_coupon: Percent = Field(alias="fixed_coupon_pct")
    effective_rate: Percent = Field(alias="effective_rate_pct")
    tenor_years: Plain
    advance_rate: Percent = Field(alias="advance_rate_pct")
    financed_share: Plain
    advance_basis: str = Field(alias="financed_basis")
    amortization: str = Field(alias="amortisation")
    collateral: str
    recourse: str
    rating: str
    lenders: str
    part_of: str
    preset: str
    source: Source

    @property
    def is_history(self) -> bool:
        """Whether it closed more than a year before the data was curated."""
        return self.source.is_history


@lru_cache(maxsize=4)
def load_comparables(data: Path = DATA) -> tuple[Comparable, ...]:
    """Every facility of the data, by closing date.

    Raises
    ------
    DataError
        Naming file, row and field.
    """
    path, facts_path = data / "gpu_debt_comparables.csv", data / "facts" / "gpu_debt_deals.csv"
    facts = {row["id"]: row for row in read_rows(facts_path, _FACTS)}
    rows = read_rows(path, _COLUMNS)
    known = {row["id"] for row in rows}
    base = float(source(BASE_RATE, data).reading.rsplit(":", 1)[-1].split()[0]) / 100.0  # "SOFR: 3.87 percent"
    out = []
    for row in rows:
        if row["id"] not in facts:
            raise DataError(f"{path.name}, row {row['id']}, field id: it is no row of {facts_path.name}")
        if row["part_of"] and row["part_of"] not in known:
            raise DataError(f"{path.name}, row {row['id']}, field part_of: {row['part_of']!r} is no row of this file")
        cited = {"source": source(row["id"], data)}
        out.append(_completed(read_record(path, facts[row["id"]] | row | cited, Comparable), base))
    return tuple(sorted(out, key=lambda c: (c.date, c.id)))


def _completed(deal: Comparable, base: float) -> Comparable:
    """What a source does not say of the spread and the advance, where something else it says gives it."""
    spread, basis = deal.spread, "quoted" if not isnan(deal.spread) else ""
    if not basis and not isnan(deal.fixed_coupon) and not deal.is_history:
        spread, basis = deal.fixed_coupon - base, "derived"
    advance = deal.advance_rate if isnan(deal.financed_share) else deal.financed_share
    told = deal.advance_basis or ("" if isnan(advance) else deal.id)
    known = {"spread": spread, "spread_basis": basis, "advance_rate": advance, "advance_basis": told}
    return deal.model_copy(update=known)


TABLE = (
    "borrower", "facility", "date", "size", "spread", "spread_basis", "fixed_coupon", "effective_rate", "grade",
    "offtaker", "tenor_years", "advance_rate", "collateral", "rating", "recourse", "kind", "status", "evidence",
    "confidence", "source", "publisher", "address", "note", "part_of", "preset", "id",
)
UNITS = {
    "size": "USD", "spread": "per year", "fixed_coupon": "per year", "effective_rate": "per year",
    "tenor_years": "years", "advance_rate": "share of cost",
}


def comparables_table(comparables: Iterable[Comparable] | None = None) -> pd.DataFrame:
    """One row a facility, newest first, columns `TABLE`; units in ``attrs``.

    ``status`` is "history" for what closed more than a year ago and "current" for the rest.
    """
    rows = []
    for c in load_comparables() if comparables is None else comparables:
        cited = c.source
        rows.append(dict(c) | {
            "status": "history" if c.is_history else "current", "evidence": cited.evidence,
            "confidence": cited.confidence, "source": cited.title, "publisher": cited.publisher,
            "address": cited.address, "note": cited.note,
        })
    frame = pd.DataFrame(rows, columns=list(TABLE)).iloc[::-1].reset_index(drop=True)
    frame.attrs["units"] = UNITS
    return frame
