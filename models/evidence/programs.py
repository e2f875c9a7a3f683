"""National AI programs: what was announced, and what is known to have been paid or budgeted.

Announced money is not cash (model.md 2, "disbursement"): the two are kept side by side and never mixed.
"""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from models.errors import DataError
from models.evidence.rows import number, read_rows
from models.evidence.sources import DATA, Source, load_sources

_COLUMNS = ("id", "country", "programme", "scope", "amount_local", "currency", "amount_usd_bn", "period", "instrument")
_LINKS = ("program", "delivery", "multiple", "stage", "note")
_USD_PER_BILLION = 1e9


@dataclass(frozen=True, slots=True)
class Program:
    """One announced program.

    Parameters
    ----------
    id : str
        Fact row id, also its source key.
    country, name, scope, period, instrument : str
        As the source words them; `scope` is ``ai_compute``, ``llm``, ``ai_adoption`` or ``semiconductor_fab``.
    announced : float or None
        Announced amount in `unit`; None where only a rate is known.
    unit : str
        Unit of `announced`, such as ``EUR bn``.
    announced_usd : float or None
        The same in USD, at a rounded rate of our own.
    public_share : float or None
        Share of capital expenditure, or of the user's price, that the state pays (0-1).
    gpus : str
        Number of GPUs as worded.
    delivered_usd : float or None
        Part known to have been released or budgeted, USD; None where nothing is known, which is not zero.
    delivered_stage : str
        ``released`` (paid out), ``budgeted`` or empty.
    source : Source
        Where it is written; carries date, confidence and note.
    """

    id: str
    country: str
    name: str
    scope: str
    period: str
    instrument: str
    announced: float | None
    unit: str
    announced_usd: float | None
    public_share: float | None
    gpus: str
    delivered_usd: float | None
    delivered_stage: str
    source: Source

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
    usd = {key: _usd(number(table, row, "amount_usd_bn")) for key, row in rows.items()}
    delivered = _deliveries(data / "program_delivery.csv", usd)
    sources = load_sources(data)
    programs = []
    for key, row in rows.items():
        percent = number(table, row, "public_share_of_capex_pct")
        delivered_usd, stage = delivered.get(key, (None, ""))
        programs.append(
            Program(
                id=key,
                country=row["country"],
                name=row["programme"],
                scope=row["scope"],
                period=row["period"],
                instrument=row["instrument"],
                announced=number(table, row, "amount_local"),
                unit=row["currency"],
                announced_usd=usd[key],
                public_share=None if percent is None else percent / 100,
                gpus=row["gpus"],
                delivered_usd=delivered_usd,
                delivered_stage=stage,
                source=sources[key],
            )
        )
    return tuple(programs)


def _usd(billions: float | None) -> float | None:
    return None if billions is None else billions * _USD_PER_BILLION


def _deliveries(path: Path, usd: dict[str, float | None]) -> dict[str, tuple[float, str]]:
    found = {}
    for row in read_rows(path, _LINKS):
        amount = usd.get(row["delivery"])
        times = number(path, row | {"id": row["program"]}, "multiple")
        if row["program"] not in usd or amount is None or times is None:
            raise DataError(
                f"{path.name}, row {row['program']}: program and delivery must be rows of sovereign_programs.csv, the "
                f"delivery {row['delivery']!r} must have amount_usd_bn, and multiple must be a number"
            )
        found[row["program"]] = (amount * times, row["stage"])
    return found
