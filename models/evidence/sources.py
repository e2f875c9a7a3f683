"""Where every number comes from: the bibliography and the fact tables of `data/`, under one kind of key.

A source key is either the id of a row of `data/sources.csv` (`s7_latent_space`, `jorgenson_1963`, `judgment`) or the id
of a row of `data/facts/*.csv` (`gpu_rental_prices-078`).
"""

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import lru_cache
from pathlib import Path

from models.errors import DataError
from models.evidence.rows import number, period_end, read_rows

DATA = Path(__file__).resolve().parents[2] / "data"
AS_OF = dt.date(2026, 11, 22)
"""The day the data was curated; what is more than a year older is history."""

EVIDENCE = ("filing", "page", "quoted", "seed", "literature", "judgment")
CONFIDENCE = ("high", "medium", "low", "judgment")

_BIBLIOGRAPHY = ("id", "title", "publisher", "address", "date", "evidence", "confidence", "note")
_FACTS = ("id", "value", "unit", "source_title", "source_url", "evidence", "confidence", "note")
_WEB_ADDRESS = re.compile(r"https?://[^\s<>\"\\]+")
_MEASURED = frozenset(EVIDENCE) - {"literature", "judgment"}
_WHAT_A_FACT_IS: Mapping[str, tuple[str, ...]] = {
    "asset_bust_analogues": ("episode", "asset", "metric"),
    "capacity_pipeline": ("entity", "region", "year", "metric"),
    "cloud_economics": ("entity", "metric", "period"),
    "data_centers": ("metric", "market", "year"),
    "gpu_debt_deals": ("borrower", "facility", "metric"),
    "gpu_prices": ("chip", "metric"),
    "gpu_rental_prices": ("gpu", "segment", "contract_type", "provider_or_index"),
    "hardware_suppliers": ("entity", "metric", "period"),
    "llm_economics": ("entity", "metric", "period"),
    "macro": ("metric",),
    "sovereign_programs": ("country", "programme", "period"),
    "telecom_bust": ("series", "entity", "period"),
}


@dataclass(frozen=True, slots=True)
class Source:
    """One cited document, or one figure read in it.

    Parameters
    ----------
    id : str
        The source key.
    title, publisher : str
        Title of the document and who published it.
    address : str
        Web address, empty where none is known.
    date : str
        Date of the figure or of the document: a day, month, quarter, half-year, year or span of years; may be empty.
    evidence : str
        One of `EVIDENCE`: how the figure was found.
    confidence : str
        One of `CONFIDENCE`.
    note : str
        What a reader should know before using it.
    reading : str
        The figure with its unit, such as ``"SOFR: 3.87 percent"``; empty for a document.
    """

    id: str
    title: str
    publisher: str
    address: str
    date: str
    evidence: str
    confidence: str
    note: str
    reading: str = ""

    @property
    def is_history(self) -> bool:
        """Whether the figure is more than a year older than `AS_OF`; see `is_history_on`."""
        return self.is_history_on(AS_OF)

    def is_history_on(self, day: dt.date) -> bool:
        """Whether the figure ends more than a year before a day, so that it must be shown with its date.

        Parameters
        ----------
        day : datetime.date
            The day of reading.

        Returns
        -------
        bool
            False for literature and judgment, which do not age, and where no date is known.
        """
        end = period_end(self.date)
        if end is None or self.evidence not in _MEASURED:
            return False
        return end < day - dt.timedelta(days=365)

    @property
    def citation(self) -> str:
        """One line for an appendix: publisher, title, date, and "as quoted" where the document was not opened."""
        parts = [self.publisher, self.title, self.date, "as quoted" if self.evidence == "quoted" else ""]
        return ", ".join(part for part in parts if part)


@lru_cache(maxsize=8)
def _sources(data: Path) -> Mapping[str, Source]:
    found: dict[str, Source] = {}
    publishers: dict[str, str] = {}
    bibliography = data / "sources.csv"
    for row in read_rows(bibliography, _BIBLIOGRAPHY):
        _check_grades(bibliography, row, address="address")
        found[row["id"]] = Source(**{name: row[name] for name in _BIBLIOGRAPHY})
        publishers[row["address"] or row["title"]] = row["publisher"]
    for table in sorted((data / "facts").glob("*.csv")):
        for row in read_rows(table, _FACTS):
            if row["id"] in found:
                raise DataError(f"{table.name}, row {row['id']}: this id is already a source; ids are unique in data/")
            found[row["id"]] = _fact(table, row, publishers)
    return found


def load_sources(data: Path = DATA) -> dict[str, Source]:
    """Every source key of a data directory: the bibliography first, then each row of each fact table.

    Parameters
    ----------
    data : pathlib.Path
        Directory that holds `sources.csv` and `facts/`. Read once, then remembered.

    Returns
    -------
    dict of str to Source
        A new dictionary; the sources are frozen.

    Raises
    ------
    DataError
        Naming file, row and field, for a missing file or column, a duplicated id, an unknown grade, a cell that is not
        a number where one is due, or an address that is not a web address.
    """
    return dict(_sources(data))


def source(key: str, data: Path = DATA) -> Source:
    """Look one source key up.

    Parameters
    ----------
    key : str
        A bibliography id or a fact row id.
    data : pathlib.Path
        As in `load_sources`.

    Returns
    -------
    Source
        The document or the figure.

    Raises
    ------
    DataError
        For an unknown key, with the nearest known ones.
    """
    known = _sources(data)
    if key in known:
        return known[key]
    near = get_close_matches(key, known, n=3, cutoff=0.4)
    hint = f"; did you mean {', '.join(near)}?" if near else ""
    raise DataError(f"source {key!r} is neither in data/sources.csv nor a row of data/facts{hint}")


def _fact(table: Path, row: Mapping[str, str], publishers: Mapping[str, str]) -> Source:
    _check_grades(table, row, address="source_url")
    if number(table, row, "value") is None:
        raise DataError(f"{table.name}, row {row['id']}, field value: a fact row needs a value")
    document = row["source_url"] or row["source_title"]
    if document not in publishers:
        raise DataError(f"{table.name}, row {row['id']}, field source_url: {document!r} is not in sources.csv; add it")
    what = ", ".join(row[name] for name in _WHAT_A_FACT_IS.get(table.stem, ()) if row.get(name))
    figure = f"{row['value']} {row['unit']}"
    return Source(
        id=row["id"],
        title=row["source_title"],
        publisher=publishers[document],
        address=row["source_url"],
        date=_date(row),
        evidence=row["evidence"],
        confidence=row["confidence"],
        note=row["note"],
        reading=f"{what}: {figure}" if what else figure,
    )


def _date(row: Mapping[str, str]) -> str:
    return row.get("date") or row.get("as_of") or ""


def _check_grades(path: Path, row: Mapping[str, str], address: str) -> None:
    for field, grades in (("evidence", EVIDENCE), ("confidence", CONFIDENCE)):
        if row[field] not in grades:
            known = ", ".join(grades)
            raise DataError(f"{path.name}, row {row['id']}, field {field}: {row[field]!r} is none of {known}")
    if row[address] and not _WEB_ADDRESS.fullmatch(row[address]):
        raise DataError(f"{path.name}, row {row['id']}, field {address}: {row[address]!r} is not an http(s) address")
    try:
        period_end(_date(row))
    except DataError as cause:
        raise DataError(f"{path.name}, row {row['id']}, field date: {cause}") from None
