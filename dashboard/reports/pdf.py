"""The two-page report as PDF: tagged, vector charts, the same bytes for the same input and day."""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from functools import cache
from math import ceil
from pathlib import Path
from typing import Any

import typst

from dashboard.reports.content import FANS, report
from dashboard.reports.drawings import FONTS, fan_drawing, map_drawing, svg
from models import Scenario
from models.engine.evaluate import Evaluation
from models.studies.sensitivity.flip import Flip
from models.studies.verdict import ENTRY, Verdict
from models.tables.classes import classes, fan

TEMPLATE = Path(__file__).resolve().parent / "report.typ"
WIDTH = 504.6
"""Of the text of a page, points."""

MAP_HEIGHT = 284.0
"""Of the map where every text above it takes one line, points."""

LINES = (
    ("title", 42, 26.0),
    ("subtitle", 112, 14.0),
    ("headline", 82, 17.0),
    ("detail", 104, 15.0),
    ("flips", 114, 14.0),
    ("link", 128, 11.0),
)
"""Texts above the map: how many characters fill a line, and how much each further line takes from the map."""

FAN_SIZE = (160.6, 118.0)
ACCESSIBLE = "ua-1"


def render_pdf(
    evaluation: Evaluation,
    *,
    preset: str,
    base: Scenario,
    link: str,
    verdict: Verdict,
    today: date,
    flips: Sequence[Flip] = (),
) -> bytes:
    """Write the report.

    Parameters
    ----------
    preset : str
        Name of the preset the scenario started from; any other words are printed as they are.
    base : Scenario
        Scenario of that preset; what differs from it is listed.
    link : str
        Reopens the scenario; clickable if it is a web address.
    today : datetime.date
        Printed on the pages, and the date of the document.
    flips : sequence of Flip, optional
        Changes that would flip the verdict; the first three are named under it.
    """
    words = report(evaluation, preset=preset, base=base, link=link, verdict=verdict, today=today, flips=flips)
    inputs = {"data": json.dumps(words, ensure_ascii=False)} | drawings(
        evaluation, MAP_HEIGHT - _taken(words | words["verdict"] | {"link": words["link"]["short"]})
    )
    return _compile(inputs, datetime(today.year, today.month, today.day, 12, tzinfo=UTC))


def drawings(evaluation: Evaluation, map_height: float = MAP_HEIGHT) -> dict[str, str]:
    """The four charts as SVG: map, and a fan for each series of `FANS`."""
    cash = evaluation.scenario.in_force.rates.cash_rate
    out = {"map": map_drawing(classes(evaluation, ENTRY), cash, (WIDTH, map_height))}
    for key, (title, labels) in FANS.items():
        reference = fan(evaluation, "price_long_run")["p50"] if key == "price" else None
        out[key] = fan_drawing(fan(evaluation, key), FAN_SIZE, title, labels, reference)
    return {key: svg(spec) for key, spec in out.items()}


def _taken(words: Mapping[str, Any]) -> float:
    """Height the words above the map take beyond one line each, points; bounded, so that the map stays a map."""
    further = sum(height * max(0, ceil(len(words[name]) / line) - 1) for name, line, height in LINES)
    return min(further + (14.0 if words["flips"] else 0.0), 150.0)


def _compile(inputs: dict[str, str], stamp: datetime) -> bytes:
    """Compile with the bundled fonts alone, or, for a script they do not cover, with those of the system too."""
    try:
        return _written(inputs, stamp, with_system=False)
    except typst.TypstError as error:
        if "could not be displayed" not in error.message:
            raise
        return _written(inputs, stamp, with_system=True)


def _written(inputs: dict[str, str], stamp: datetime, *, with_system: bool) -> bytes:
    data: bytes = typst.compile(  # type: ignore[call-overload]  # its stubs want one type for template and root
        TEMPLATE.read_bytes(),
        font_paths=_fonts(with_system),
        sys_inputs=inputs,
        format="pdf",
        timestamp=stamp,
        pdf_standards=[] if with_system else [ACCESSIBLE],
        root=FONTS,
    )
    return data


@cache
def _fonts(with_system: bool) -> typst.Fonts:
    return typst.Fonts(include_system_fonts=with_system, font_paths=[str(FONTS)])
