"""National AI programs: what was announced, and what is known to have been paid or budgeted.

Announced money is not cash (model.md 2, "disbursement"): the two are kept side by side and never mixed.
"""

from functools import lru_cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from models.errors import DataError
from models.evidence.rows import Figure, number, read_record, read_rows
from models.evidence.sources import DATA, Source, load_sources

_COLUMNS = (
    "id", "country", "programme", "scope", "amount_local", "currency", "amount_usd_bn", "period", "instrument", "gpus",
    "public_share_of_capex_pct",
)
_LINKS = ("program", "delivery", "multiple", "stage", "note")
_USD_PER_BILLION = 1e9


class Program(BaseModel):
    """One announced program.

    Attributes
    ----------
    id : str
        Fact row id, also its source key.
    country, name, scope, period, instrument : str
        As the source words them; `scope` is ``ai_compute``, ``llm``, ``ai_adoption`` or ``semiconductor_fab``.
    announced : float or None
        Announced amount in `unit`; None where only a rate is known.
    unit : str
        Unit of `announced`, such as ``EUR bn``.
    announced_usd_bn, public_percent : float or None
        As the table has them; the properties are in plain units.
    gpus : str
        Number of GPUs as worded.
    delivered_usd : float or None
        Part known to have been released or budgeted, USD; None where nothing is known, which is not zero.
    delivered_stage : str
        ``released`` (paid out), ``budgeted`` or empty.
    source : Source
        Where it is written; carries date, confidence and note.
    """

    model_config = ConfigDict(frozen=True)

    id: str
    country: str
    name: str = Field(alias="programme")
    scope: str
    period: str
    instrument: str
    announced: Figure = Field(alias="amount_local")
    unit: str = Field(alias="currency")
    announced_usd_bn: Figure = Field(alias="amount_usd_bn")
    public_percent: Figure = Field(alias="public_share_of_capex_pct")
    gpus: str
    delivered_usd: float | None
    delivered_stage: str
    source: Source

    @property
    def refusal(self) -> str:
        """Why the program cannot be added to a scenario as support of AI compute; empty where it can."""
        if self.scope == "semiconductor_fab":
            return "It pays for chip factories, not for AI compute."
        if self.scope == "ai_adoption":
            return "It pays firms that adopt AI, not for AI compute."
        if "private equity" in self.instrument:
            return "It is a private stake in a company, not money of a state."
        return ""

    @property
    def is_compute(self) -> bool:
        """Whether it can be added to a scenario: public money for AI compute or for those who train on it."""
        return not self.refusal

    @property
    def announced_usd(self) -> float | None:
        """The announced amount in USD, at a rounded rate of our own."""
        return None if self.announced_usd_bn is None else self.announced_usd_bn * _USD_PER_BILLION

    @property
    def public_share(self) -> float | None:
        """Share of capital expenditure, or of the user's price, that the state pays (0-1)."""
        return None if self.public_percent is None else self.public_percent / 100

    @property
    def delivered_share(self) -> float | None:
        """Delivered over announced (0-1), None where either is not known."""
        if self.delivered_usd is None or not self.announced_usd:
            return None
        return self.delivered_usd / self.announced_usd


@lru_cache(maxsize=8)
def load_programs(data: Path = DATA) -> tuple[Program, ...]:
    """Every row of `data/facts/sovereign_programs.csv`, with what is known of its delivery.

    Parameters
    ----------
    data : pathlib.Path
        Data directory; `program_delivery.csv` says which row delivers which program.

    Returns
    -------
    tuple of Program
        In file order.

    Raises
    ------
    DataError
        Naming file, row and field, when a file is broken or a delivery points at no program.
    """
    table = data / "facts" / "sovereign_programs.csv"
    rows = {row["id"]: row for row in read_rows(table, _COLUMNS)}
    delivered, sources = _deliveries(data / "program_delivery.csv", table, rows), load_sources(data)
    programs = []
    for key, row in rows.items():
        usd, stage = delivered.get(key, (None, ""))
        known = {"delivered_usd": usd, "delivered_stage": stage, "source": sources[key]}
        programs.append(read_record(table, row | known, Program))
    return tuple(programs)


def _deliveries(path: Path, table: Path, rows: dict[str, dict[str, str]]) -> dict[str, tuple[float, str]]:
    found = {}
    for row in read_rows(path, _LINKS):
        delivery = rows.get(row["delivery"])
        billions = None if delivery is None else number(table, delivery, "amount_usd_bn")
        times = number(path, row | {"id": row["program"]}, "multiple")
        if row["program"] not in rows or billions is None or times is None:
            raise DataError(
                f"{path.name}, row {row['program']}: program and delivery must be rows of sovereign_programs.csv, the "
                f"delivery {row['delivery']!r} must have amount_usd_bn, and multiple must be a number"
            )
        found[row["program"]] = (billions * _USD_PER_BILLION * times, row["stage"])
    return found
