"""What an attack uploads: no cell raises, no file takes more memory than the limit, refusals come while it is read."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from models.errors import DataError
from models.intake import years
from models.intake.cells import read_column
from models.intake.column import Column
from models.studies.book.tape_columns import COLUMNS
from models.studies.portfolio.holdings import COLUMNS as HOLDINGS
from tests.intake.hostile import FILES, STATUS

ROOT = Path(__file__).resolve().parents[2]
MOST_MEGABYTES = 300
WORST = ("19 MB of commas", "a million rows", "5,000 rows of 190 columns", "19 MB in one cell", "99 MB in one cell")


@pytest.mark.skipif(not STATUS.exists(), reason="this system does not tell how much memory a process held")
def test_no_file_takes_more_memory_than_the_limit(tmp_path: Path) -> None:
    """The worst in turn in one process, whose high-water mark tells what the largest took; the bench reads them all."""
    for name in WORST:
        (tmp_path / name).write_bytes(FILES[name]())
    command = [sys.executable, "-m", "tests.intake.hostile", *(str(tmp_path / name) for name in WORST)]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True, timeout=300)
    found = [json.loads(line) for line in ran.stdout.splitlines()]
    assert [each["name"] for each in found] == list(WORST)
    assert [each for each in found if not each["said"] or each["loans"]] == []
    assert sum(each["megabytes"] for each in found) < MOST_MEGABYTES


POWERS = ("", "e9", "e400", "e-400", "e9999999", "E+999999999999999999", "e-999999999999999999", "e", "e+")
DIGITS = (
    "1", "0", "-1", "+1", "(1)", "1.5", "1,5", "1.500", "1,500", "1 500", ".", ",", "-", "--1", "1-", "9" * 45,
    "0" * 45, "٣", "１", "½", "1\u0301", "\u200b1", "1\u202e", "\ud800", "\x00", "1\x00", "=1", "@1", "#REF!", "nan",
    "inf", "-Infinity",
)
AROUND = ("{}", "{}%", "{} bp", "${}", "{} EUR", "{}m", "{}'", "({})")
CELLS = [around.format(digits + power) for digits in DIGITS for power in POWERS for around in AROUND]


@pytest.mark.parametrize("column", [*COLUMNS, *HOLDINGS], ids=lambda c: c.name)
def test_no_cell_raises(column: Column) -> None:
    """Alone, and all of them as one column; a number that is read is within its bounds."""
    together, _ = read_column(CELLS, column)
    for cell, value in zip(CELLS, together, strict=True):
        alone, _ = read_column([cell], column)
        for found in (value, alone[0]):
            if isinstance(found, float) and column.is_number:
                assert column.low is not None and column.high is not None
                assert column.low <= found <= column.high, cell


@pytest.mark.parametrize("factor", [1.0, 100.0])
def test_no_cell_of_a_path_raises_but_by_refusal(factor: float) -> None:
    for cell in CELLS:
        try:
            found = years.path_of(years.pasted("\n".join([cell] * 10)), low=-0.5, high=1.0, factor=factor)
        except DataError as error:
            assert str(error)
        else:
            assert all(-0.5 <= value <= 1.0 for value in found), cell
