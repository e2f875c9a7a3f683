"""Own holdings from a file: a class and an amount a row, CSV or XLSX, read as text and numbers and nothing else."""

from __future__ import annotations

from dataclasses import dataclass

from models.claims.registry import CLASSES
from models.errors import DataError
from models.intake.column import Column
from models.intake.limits import Limits
from models.intake.table import Problem, read_table

LIMITS = Limits(
    "list of holdings", size=1_000_000, unpacked=10_000_000, rows=2_000, thing="holding", whole="list",
    too_large="Keep one row a holding", too_many="add up holdings of one class",
)
CASH = "Cash"
_MORE: dict[str, tuple[str, ...]] = {
    "gpu_fleet": ("GPU", "GPU cluster"),
    "data_center": ("datacenter", "data centre", "datacentre"),
    "gpu_debt": ("GPU loan", "GPU backed loan", "private credit GPU loan"),
    "hardware_supplier": ("chip supplier", "chip maker"),
    "llm_developer": ("LLM lab", "AI lab"),
    "cloud_platform": ("hyperscaler", "cloud provider"),
}


def _spellings() -> dict[str, str]:
    """Words that people use for the classes, one or several of them, and for cash."""
    words = {key: (c.label, c.short, c.subject, *_MORE[key]) for key, c in CLASSES.items()}
    cash = [f"cash {sign} {cash}equivalents" for sign in ("and", "&") for cash in ("", "cash ")]
    pairs = ((CLASSES[key].label, name) for key, names in words.items() for name in names)
    said = {each: label for label, name in pairs for each in (name, f"{name}s")}
    return said | dict.fromkeys(cash, CASH)


COLUMNS = (
    Column(
        "class", "Class", "choice", "choice", "What is held.", is_required=True,
        aliases=("asset class", "asset", "asset type"),
        options={c.label: key for key, c in CLASSES.items()} | {CASH: CASH},
        spellings=_spellings(),
    ),
    Column(
        "amount", "Amount", "amount", "dollars", "What it is worth today.", is_required=True, low=0.0, high=1e15,
        aliases=("value", "usd", "market value", "fair value", "current value", "exposure", "nav"),
        negative="short positions are not allowed",
    ),
)


@dataclass(frozen=True)
class Holdings:
    """Amounts by class, USD, and the cash beside them; ``rows`` read, and ``notes`` on how, where that is not plain."""

    amounts: dict[str, float]
    cash: float
    rows: int
    notes: tuple[str, ...] = ()

    @property
    def total(self) -> float:
        """All money, USD."""
        return sum(self.amounts.values()) + self.cash

    @property
    def weights(self) -> tuple[float, ...]:
        """Share of each class, in the order of the classes; what is missing to one is cash."""
        return tuple(self.amounts[key] / self.total for key in CLASSES)


def read_holdings(content: bytes) -> Holdings:
    """Read a file of holdings and sum them by class.

    Raises
    ------
    DataError
        Naming line and column, what was found, what is allowed and what to do. Formulas are refused: what they would
        compute is not in the file.
    """
    table = read_table(content, COLUMNS, LIMITS)
    if table.problems:
        told = _told(sorted(table.problems), table.more)
        raise DataError(told if table.records else ". ".join((told.rstrip("."), *table.notes)))
    held = dict.fromkeys([*(c.label for c in CLASSES.values()), CASH], 0.0)
    for row in table.records:
        held[row["class"]] += row["amount"]
    out = Holdings({key: held[c.label] for key, c in CLASSES.items()}, held[CASH], len(table.records), table.notes)
    if out.total <= 0.0:
        raise DataError("amount: the holdings add up to nothing; give at least one amount above zero")
    return out


def _told(problems: list[Problem], more: int) -> str:
    """The first problem, and how many others wait behind it."""
    others = len(problems) - 1 + more
    return f"{problems[0]}{f' (and {others:,} more)' if others else ''}"
