"""Where every number comes from: the bibliography and the fact tables of `data/`, under one kind of key.

A source key is either the id of a row of `data/sources.csv` (`s7_latent_space`, `jorgenson_1963`, `judgment`) or the id
of a row of `data/facts/*.csv` (`gpu_rental_prices-078`).
"""

import datetime as dt
import re
from collections.abc import Mapping
from difflib import get_close_matches
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Literal, get_args

from pydantic import AfterValidator, AliasChoices, BaseModel, ConfigDict, Field
from pydantic_core import PydanticCustomError

from models.errors import DataError
from models.evidence.rows import number, period_end, read_record, read_rows

DATA = Path(__file__).resolve().parents[2] / "data"
AS_OF = dt.date(2026, 11, 22)
"""The day the data was curated; what is more than a year older is history."""

Evidence = Literal["filing", "page", "quoted", "seed", "literature", "judgment"]
Confidence = Literal["high", "medium", "low", "judgment"]
EVIDENCE = get_args(Evidence)

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
    "nations": ("country", "metric"),
    "sovereign_programs": ("country", "programme", "period"),
    "telecom_bust": ("series", "entity", "period"),
}


def _web(address: str) -> str:
    if address and not _WEB_ADDRESS.fullmatch(address):
        raise PydanticCustomError("address", "is not an http(s) address")
    return address


def _period(date: str) -> str:
    try:
        period_end(date)
    except DataError as cause:
        raise ValueError(str(cause)) from None
    return date


class Source(BaseModel):
    """One cited document, or one figure read in it.

    Attributes
    ----------
    id : str
        The source key.
    title, publisher : str
        Title of the document and who published it.
    address : str
        Web address, empty where none is known.
    date : str
        Date of the figure or of the document: a day, month, quarter, half-year, year or span of years; may be empty.
    evidence, confidence : str
        How the figure was found, and how far to trust it.
    note : str
        What a reader should know before using it.
    reading : str
        The figure with its unit, such as ``"SOFR: 3.87 percent"``; empty for a document.
    """

    model_config = ConfigDict(frozen=True)

    id: str
    title: str = Field(validation_alias=AliasChoices("title", "source_title"))
    publisher: str
    address: Annotated[str, AfterValidator(_web)] = Field(validation_alias=AliasChoices("address", "source_url"))
    date: Annotated[str, AfterValidator(_period)]
    evidence: Evidence
    confidence: Confidence
    note: str
    reading: str = ""

    @property
    def is_history(self) -> bool:
        """Whether the figure is more than a year older than `AS_OF`; see `is_history_on`."""
        return self.is_history_on(AS_OF)

    def is_history_on(self, day: dt.date) -> bool:
        """Whether the figure ends more than a year before a day, so that it must be shown with its date.

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
        found[row["id"]] = read_record(bibliography, row, Source)
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


def _fact(table: Path, row: dict[str, str], publishers: Mapping[str, str]) -> Source:
    if number(table, row, "value") is None:
        raise DataError(f"{table.name}, row {row['id']}, field value: a fact row needs a value")
    document = row["source_url"] or row["source_title"]
    what = ", ".join(row[name] for name in _WHAT_A_FACT_IS.get(table.stem, ()) if row.get(name))
    figure = f"{row['value']} {row['unit']}"
    known = {
        "date": row.get("date") or row.get("as_of") or "", "publisher": publishers.get(document, ""),
        "reading": f"{what}: {figure}" if what else figure,
    }
    fact = read_record(table, row | known, Source)
    if document not in publishers:
        raise DataError(f"{table.name}, row {row['id']}, field source_url: {document!r} is not in sources.csv; add it")
    return fact
