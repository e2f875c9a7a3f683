"""One path of every shape that could ever be explained still can be, and has the value it had (as of version 0.2.0)."""

import csv
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from models.engine.evaluate import Evaluation
from models.explain.registry import Reader
from models.explain.resolve import spec_of

TABLE = Path(__file__).parent / "paths.csv"
ROWS = list(csv.DictReader(TABLE.read_text().splitlines()))


@pytest.mark.parametrize("name", sorted({row["world"] for row in ROWS}))
def test_every_path_leads_to_its_number(
    name: str, evaluation_of: Callable[[str], Evaluation], update_golden: bool
) -> None:
    reader = Reader(evaluation_of(name))
    rows = [row for row in ROWS if row["world"] == name]
    found = [spec_of(reader, row["path"]).value for row in rows]
    if update_golden:
        _accept(rows, found)
    for row, value in zip(rows, found, strict=True):
        if row["value"]:
            assert value == pytest.approx(float(row["value"]), rel=1e-9, abs=1e-12, nan_ok=True), row["path"]


def _accept(rows: list[dict[str, str]], found: list[Any]) -> None:
    """Write today's numbers of some rows to the table; what has no number there keeps none."""
    for row, value in zip(rows, found, strict=True):
        row["value"] = "" if not row["value"] or value is None else f"{value:.12g}"
    with TABLE.open("w", newline="") as file:
        writer = csv.DictWriter(file, ROWS[0], lineterminator="\n")
        writer.writeheader()
        writer.writerows(ROWS)
