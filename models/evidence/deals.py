"""Facilities that were really closed, as sources report them: price, size, tenor and advance, with date and evidence.

The figures stand in `data/facts/gpu_debt_deals.csv`; `data/gpu_debt_comparables.csv` says what each row is.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from functools import lru_cache
from math import nan
from pathlib import Path

import pandas as pd

from models.errors import DataError
from models.evidence.rows import number, read_rows
from models.evidence.sources import DATA, Source, source

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


@dataclass(frozen=True)
class Comparable:
    """One facility. Rates per year as decimals, size in USD; NaN where no source gives a figure.

    ``spread_basis`` is "quoted", "derived" (coupon less today's base rate, recent facilities only) or "" (none).
    ``part_of`` names the facility this is a tranche of, so that sizes are not added twice. ``is_history``: closed more
    than a year before the data was curated.
    """

    id: str
    borrower: str
    facility: str
    date: str
    kind: str
    grade: str
    grade_basis: str
    offtaker: str
    size: float
    spread: float
    spread_basis: str
    fixed_coupon: float
    effective_rate: float
    tenor_years: float
    advance_rate: float
    advance_basis: str
    amortization: str
    collateral: str
    recourse: str
    rating: str
    lenders: str
    part_of: str
    preset: str
    is_history: bool
    source: Source


def load_comparables(data: Path = DATA) -> tuple[Comparable, ...]:
    """Every facility of the data, by closing date.

    Raises
    ------
    DataError
        Naming file, row and field.
    """
    return _load(data)


@lru_cache(maxsize=4)
def _load(data: Path) -> tuple[Comparable, ...]:
    path, facts_path = data / "gpu_debt_comparables.csv", data / "facts" / "gpu_debt_deals.csv"
    facts = {row["id"]: row for row in read_rows(facts_path, _FACTS)}
    rows = read_rows(path, _COLUMNS)
    known = {row["id"] for row in rows}
    base = source(BASE_RATE, data)
    out = []
    for row in rows:
        for field, options in (("kind", KINDS), ("grade", GRADES)):
            if row[field] not in options:
                raise DataError(f"{path.name}, row {row['id']}, field {field}: write one of {', '.join(options)}")
        if row["id"] not in facts:
            raise DataError(f"{path.name}, row {row['id']}, field id: it is no row of {facts_path.name}")
        if row["part_of"] and row["part_of"] not in known:
            raise DataError(f"{path.name}, row {row['id']}, field part_of: {row['part_of']!r} is no row of this file")
        out.append(_comparable(path, facts_path, row, facts[row["id"]], data, _percent(base)))
    return tuple(sorted(out, key=lambda c: (c.date, c.id)))


def _percent(rate: Source) -> float:
    """Today's base rate from its reading, such as ``"SOFR: 3.87 percent"``."""
    return float(rate.reading.rsplit(":", 1)[-1].split()[0]) / 100.0


def _comparable(
    path: Path, facts_path: Path, row: Mapping[str, str], fact: Mapping[str, str], data: Path, base: float
) -> Comparable:
    def figure(field: str, scale: float = 1.0) -> float:
        value = number(facts_path, fact, field)
        return nan if value is None else value / scale

    cited = source(row["id"], data)
    spread, coupon = figure("spread_bps", 1e4), figure("fixed_coupon_pct", 100.0)
    basis = "quoted" if spread == spread else ""
    if not basis and coupon == coupon and not cited.is_history:
        spread, basis = coupon - base, "derived"
    financed = number(path, row, "financed_share")
    advance = figure("advance_rate_pct", 100.0) if financed is None else financed
    return Comparable(
        id=row["id"], borrower=fact["borrower"], facility=fact["facility"], date=fact["close_date"], kind=row["kind"],
        grade=row["grade"], grade_basis=row["grade_basis"], offtaker=fact["offtaker"], size=figure("size_usd_bn", 1e-9),
        spread=spread, spread_basis=basis, fixed_coupon=coupon, effective_rate=figure("effective_rate_pct", 100.0),
        tenor_years=figure("tenor_years"), advance_rate=advance,
        advance_basis=row["financed_basis"] or (row["id"] if advance == advance else ""),
        amortization=fact["amortisation"], collateral=fact["collateral"], recourse=fact["recourse"],
        rating=fact["rating"], lenders=fact["lenders"], part_of=row["part_of"], preset=row["preset"],
        is_history=cited.is_history, source=cited,
    )


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
        rows.append(asdict(c) | {
            "status": "history" if c.is_history else "current", "evidence": cited.evidence,
            "confidence": cited.confidence, "source": cited.title, "publisher": cited.publisher,
            "address": cited.address, "note": cited.note,
        })
    frame = pd.DataFrame(rows, columns=list(TABLE)).iloc[::-1].reset_index(drop=True)
    frame.attrs["units"] = UNITS
    return frame
