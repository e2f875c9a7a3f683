"""What a replay of history says: observations, checks of the model against them, and a verdict that is counted."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

import numpy as np
import pandas as pd

from models.basis.timeline import Array
from models.measures import risk
from models.studies.hindcast.observations import Observation, load_observations
from models.studies.hindcast.quarters import iso, quarter_ends, quarter_of

PROBABILITIES = (0.05, 0.5, 0.95)
FRAME_COLUMNS = ("series", "label", "date", "quarter", "unit", "observed", "p05", "p50", "p95")

Rule = Literal["median", "range"]
Outcome = Literal["pass", "partly", "fail"]


class Band(NamedTuple):
    """A figure of the model: 5th, 50th and 95th percentile; NaN for the outer two where it is one number."""

    p05: float
    p50: float
    p95: float


@dataclass(frozen=True)
class Check:
    """One figure of the model against what history, or the specification of the replay, says it must be.

    Attributes
    ----------
    label, unit : str
    low, high : float
        Observed band; the same number twice for a single reading, infinite where the band is open.
    model : Band
        The same figure in the model; one number for a share of paths or a curve.
    source : str
        Source key of the band.
    rule : {"median", "range"}
        ``"median"``: the model's middle lies in the band. ``"range"``: the reading lies between 5% and 95%.
    """

    label: str
    unit: str
    low: float
    high: float
    model: Band
    source: str
    rule: Rule = "median"

    @property
    def passed(self) -> bool:
        """Whether the check is met; a model figure that is not a number never meets one."""
        if self.rule == "range":
            return self.model.p05 <= self.high and self.low <= self.model.p95
        return self.low <= self.model.p50 <= self.high

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return {
            "label": self.label, "unit": self.unit, "low": self.low, "high": self.high, "source": self.source,
            "rule": self.rule, "passed": self.passed, **self.model._asdict(),
        }


@dataclass(frozen=True, eq=False)
class Replay:
    """One episode run through the model.

    Attributes
    ----------
    name, title, story : str
    inputs : dict
        Dotted path to value, as differences from the defaults; several cases share it where ``cases`` names them.
    checks : tuple of Check
    note : str
        Where the replay misses, and why; what the comparison cannot show.
    frame : pandas.DataFrame
        Tidy, for charts: series, label, date (ISO, may be empty), quarter of the replay, unit, observed, p05, p50, p95;
        NaN where a side has no figure.
    fitted : str
        What was calibrated to the episode, in words; empty where nothing was.
    """

    name: str
    title: str
    story: str
    inputs: Mapping[str, Any]
    checks: tuple[Check, ...]
    note: str
    frame: pd.DataFrame = field(repr=False)
    fitted: str = ""

    @property
    def observations(self) -> tuple[Observation, ...]:
        """What was observed, in file order."""
        return load_observations()[self.name]

    @property
    def verdict(self) -> Outcome:
        """``"pass"`` if every check is met, ``"fail"`` if none is, ``"partly"`` otherwise: counted, never argued."""
        met = sum(check.passed for check in self.checks)
        return "pass" if met == len(self.checks) else "partly" if met else "fail"

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON; the frame becomes a list of records."""
        return {
            "name": self.name, "title": self.title, "story": self.story, "verdict": self.verdict,
            "inputs": dict(self.inputs), "fitted": self.fitted, "note": self.note,
            "checks": [check.to_dict() for check in self.checks],
            "observations": [dict(vars(seen)) for seen in self.observations],
            "frame": self.frame.to_dict("records"),
        }


def spread(values: Array) -> Band:
    """5th, 50th and 95th percentile of values (paths,)."""
    return Band(*(float(x) for x in risk.quantiles(values, PROBABILITIES)))


def single(value: float) -> Band:
    """One number without a spread."""
    return Band(math.nan, float(value), math.nan)


def model_rows(
    series: str, unit: str, quarters: Sequence[int], values: Array, start: str = "", label: str = "model"
) -> pd.DataFrame:
    """Rows of the frame for a model series in the given quarters.

    Parameters
    ----------
    values : (paths, len(quarters)) or (len(quarters),)
    start : str
        Date of quarter 0; without one the rows have quarters but no dates.
    """
    table = np.atleast_2d(values)
    bands = np.asarray(risk.quantiles(table.T, PROBABILITIES))
    dates = quarter_ends(start, max(quarters)) if start else [""] * (max(quarters) + 1)
    low, high = (bands[:, 0], bands[:, 2]) if len(table) > 1 else (math.nan, math.nan)
    return pd.DataFrame({
        "series": series, "label": label, "date": [dates[t] for t in quarters], "quarter": list(quarters), "unit": unit,
        "observed": math.nan, "p05": low, "p50": bands[:, 1], "p95": high,
    })


def model_row(series: str, label: str, unit: str, band: Band) -> pd.DataFrame:
    """One row of the frame for a model figure without a date."""
    row = {"series": series, "label": label, "date": "", "quarter": math.nan, "unit": unit, "observed": math.nan}
    return pd.DataFrame([row | band._asdict()])


def observed_rows(
    series: str, seen: Sequence[Observation], *, start: str = "", base: float = 1.0, unit: str = ""
) -> pd.DataFrame:
    """Rows of the frame for observations, each divided by ``base`` (for an index)."""
    return pd.DataFrame({
        "series": series, "label": [one.label for one in seen], "date": [iso(one.date) for one in seen],
        "quarter": [quarter_of(start, one.date) if start else math.nan for one in seen],
        "unit": [unit or one.unit for one in seen], "observed": [one.value / base for one in seen],
        "p05": math.nan, "p50": math.nan, "p95": math.nan,
    })


def tidy(*parts: pd.DataFrame) -> pd.DataFrame:
    """One frame of all parts, columns in the declared order."""
    frame = pd.concat(parts, ignore_index=True)[list(FRAME_COLUMNS)]
    numbers = ("quarter", "observed", "p05", "p50", "p95")
    return frame.astype(dict.fromkeys(numbers, "float64"))
