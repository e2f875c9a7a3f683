"""Rules of a loan tape that involve more than one cell, and how a problem is told."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from models.basis.reading import quoted
from models.basis.timeline import DELTA
from models.intake.sheet import Sheet
from models.studies.book.tape_columns import BY_NAME, FIRST_VINTAGE, vintage_end

TOLERANCE = 1e-9


class Problem(NamedTuple):
    """Something that keeps a tape from being used; ``line`` 0 is the file as a whole."""

    line: int
    column: str
    problem: str
    remedy: str

    def __str__(self) -> str:
        where = ", ".join(part for part in (f"line {self.line}" if self.line else "", self.column) if part)
        return f"{where}{where and ': '}{self.problem}; {self.remedy}"


def between_cells(values: pd.DataFrame, sheet: Sheet) -> list[Problem]:
    """Rules that involve more than one cell, each over all rows at once."""
    v = values
    has_contract = v["contracted_share"] > 0
    quarters = v[["tenor_years", "contract_years"]] / DELTA
    is_broken = (quarters - quarters.round()).abs() > TOLERANCE
    gone = (v["closing_date"] + (v["tenor_years"] / DELTA).round() <= 0) & (v["closing_date"] >= FIRST_VINTAGE)
    rules: tuple[tuple[pd.Series, str, str, str], ...] = (
        (v["spread"].notna() & v["fixed_coupon"].notna(), "fixed_coupon", "spread and fixed coupon are both given",
         "keep the one the loan pays"),
        (v["contract_price"].notna() & v["payback_years"].notna(), "payback_years",
         "contract price and payback are both given", "keep one: either sets the price"),
        (has_contract & v["offtaker"].isna(), "offtaker", "machines are contracted, but no customer is named",
         "name the customer, or write 0 as contracted share"),
        (has_contract & v["grade"].isna(), "grade", "machines are contracted, but the customer has no grade",
         f"write {' or '.join(BY_NAME['grade'].options)}"),
        (is_broken["tenor_years"], "tenor_years", "the tenor is no whole number of quarters", "write 4, 4.25 or 4.5"),
        (is_broken["contract_years"], "contract_years", "the term is no whole number of quarters",
         "write 4, 4.25 or 4.5"),
        (gone, "closing_date", f"the loan was repaid before {vintage_end(0)}", "leave it out"),
    )
    out = [
        Problem(sheet.lines[i], column, problem, remedy)
        for broken, column, problem, remedy in rules
        for i in np.flatnonzero(broken.to_numpy(dtype=bool)).tolist()
    ]
    has_rate = (v["spread"].notna() | v["fixed_coupon"].notna()).tolist()
    out += [
        Problem(sheet.lines[i], "spread", "neither spread nor fixed coupon is given", "write one of them")
        for i, given in enumerate(has_rate)
        if not given
    ]
    return out + _one_grade_a_name(v, sheet)


def _one_grade_a_name(v: pd.DataFrame, sheet: Sheet) -> list[Problem]:
    first: dict[str, tuple[str, int]] = {}
    out = []
    for name, grade, line in zip(plain(v["offtaker"]), plain(v["grade"]), sheet.lines, strict=True):
        if name is None or grade is None:
            continue
        before, where = first.setdefault(str(name).casefold(), (str(grade), line))
        if before != grade:
            out.append(Problem(
                line, "grade", f"{quoted(name)} is {grade} here and {before} in line {where}",
                "a customer has one grade; correct it, or give the customers different names"
            ))
    return out


def plain(values: Iterable[Any]) -> list[Any]:
    """Values with None where there is none."""
    return [None if pd.isna(value) else value for value in values]
