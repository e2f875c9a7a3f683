"""One path of every shape that could ever be explained still can be, and has the value it had (as of version 0.2.0)."""

import csv
from collections.abc import Callable
from pathlib import Path

import pytest

from models.engine.evaluate import Evaluation
from models.explain.registry import Reader
from models.explain.resolve import spec_of

ROWS = list(csv.DictReader((Path(__file__).parent / "paths.csv").read_text().splitlines()))


@pytest.mark.parametrize("name", sorted({row["world"] for row in ROWS}))
def test_every_path_leads_to_its_number(name: str, evaluation_of: Callable[[str], Evaluation]) -> None:
    reader = Reader(evaluation_of(name))
    for row in ROWS:
        if row["world"] == name:
            value = spec_of(reader, row["path"]).value
            if row["value"]:
                assert value == pytest.approx(float(row["value"]), rel=1e-9, abs=1e-12, nan_ok=True), row["path"]
