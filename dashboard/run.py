"""The only cache: scenario in, everything a page shows of it out, computed once for all sessions.

Pages read a `Reading` (small tables); the evaluation behind it holds the paths and is kept only for the last few
scenarios. Searches for flip points run in the background and stop when nobody waits for them.
"""

from __future__ import annotations

import gc
import logging
import threading
from collections.abc import AsyncIterator, Callable, Hashable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, is_dataclass
from typing import Any, TypeVar

import pandas as pd
import pyarrow as pa
import streamlit as st

from dashboard import words as messages
from dashboard.charts import fans
from dashboard.jobs import Job
from dashboard.views.decide import charts as risk_map
from models.engine.evaluate import Evaluation
from models.engine.evaluate import evaluate as _evaluate
from models.engine.valuation import AssetResult
from models.measures import risk
from models.scenario.scenario import Scenario
from models.studies.sensitivity.flip import Flip, flip_points
from models.studies.verdict import Verdict
from models.studies.verdict import verdict as _verdict
from models.tables import classes as tables

EVALUATIONS, READINGS, SEARCHES = 2, 256, 64

_LOG = logging.getLogger(__name__)
_KEY = {Scenario: Scenario.model_dump_json}

T = TypeVar("T")


@dataclass(frozen=True)
class Figure:
    """A single number with its standard error, NaN where it has none."""

    value: float
    error: float


@dataclass(frozen=True, eq=False)
class Reading:
    """What the pages show of one scenario.

    Attributes
    ----------
    fans, titles : mapping
        By chart ("surplus", "rent", "share"): the table it draws, and the sentence above it.
    lead, peak_surplus, rent_gap, loan_default : Figure
        Share of futures picks and shovels lead in; highest median surplus; widest gap of the median rent to
        break-even (negative is below); chance that the GPU loan defaults.
    """

    scenario: Scenario
    verdict: Verdict
    fans: Mapping[str, pa.Table]
    titles: Mapping[str, str]
    lead: Figure
    peak_surplus: Figure
    peak_quarter: int
    rent_gap: Figure
    gap_quarter: int
    loan_default: Figure
    model_version: str


@dataclass(frozen=True, eq=False)
class Standing:
    """Where the classes stand at one entry: a record each, the table the risk map draws, the sentence above it."""

    classes: Sequence[Mapping[str, Any]]
    map: pa.Table
    title: str


@st.cache_resource(max_entries=EVALUATIONS, show_spinner=False, hash_funcs=_KEY)
def evaluation(scenario: Scenario) -> Evaluation:
    """Evaluation of a scenario; shared between sessions, so to be read only."""
    return _evaluate(scenario)


@st.cache_resource(max_entries=READINGS, show_spinner=False, hash_funcs=_KEY)
def reading(scenario: Scenario) -> Reading:
    """Everything the pages show of a scenario, without its paths."""
    return read(evaluation(scenario))


def kept(make: Callable[..., T], *key: Hashable) -> T:
    """What a function of a module makes of a scenario (or a name), made once for all sessions; to be read only."""
    return _kept(f"{make.__module__}.{make.__qualname__}", make, *key)


@st.cache_resource(max_entries=READINGS, show_spinner=False, hash_funcs=_KEY)
def _kept(name: str, _make: Callable[..., T], *key: Hashable) -> T:
    return _make(*key)


@st.cache_resource(max_entries=2 * READINGS, show_spinner=False, hash_funcs=_KEY)
def standing(scenario: Scenario, entry: str) -> Standing:
    """The classes of a scenario at fair entry, or at cost or market; measured only when a page shows it."""
    result = evaluation(scenario)
    classes = [_record(asset, entry) for asset in result.assets.values()]
    drawn = pa.table(risk_map.map_columns(classes, scenario.rates.cash_rate))
    return Standing(classes, drawn, messages.map_message(classes))


def _record(result: AssetResult, entry: str) -> Mapping[str, Any]:
    """Measures of one class at one entry, flat; a table of both entries would measure what is not shown."""
    asset, measures = result.asset, result.entry(entry)
    record: dict[str, Any] = {"asset": asset.key, "label": asset.label, "family": asset.family}
    for name, value in vars(measures).items():
        record |= {f"{name}_{part}": x for part, x in vars(value).items()} if is_dataclass(value) else {name: value}
    return record


def read(result: Evaluation) -> Reading:
    """Sentences, figures and tables of an evaluation."""
    price, long_run, utilization, surplus = (
        _bare(tables.fan(result, name)) for name in ("price", "price_long_run", "utilization", "overcapacity")
    )
    top = messages.peak(surplus)
    ratio = price["p50"].to_numpy() / long_run["p50"].to_numpy()
    worst = int(ratio.argmin())
    gap_error = _median_error(result, "price", worst) / float(long_run["p50"].iloc[worst])
    judged = _verdict(result)
    loan = result.assets["gpu_debt"].debt
    return Reading(
        scenario=result.scenario,
        verdict=judged,
        fans={
            "surplus": pa.table(fans.fan_columns(surplus, "surplus")),
            "rent": pa.table(fans.fan_columns(price, "rent", long_run["p50"], "break-even of a new machine")),
            "share": pa.table(fans.fan_columns(utilization, "share")),
        },
        titles={
            "surplus": messages.surplus_message(surplus),
            "rent": messages.rent_message(price, long_run),
            "share": messages.utilization_message(utilization, surplus),
        },
        lead=Figure(judged.lead_share, judged.lead_se),
        peak_surplus=Figure(top.value, _median_error(result, "overcapacity", top.quarter)),
        peak_quarter=top.quarter,
        rent_gap=Figure(float(ratio[worst]) - 1.0, gap_error),
        gap_quarter=worst,
        loan_default=Figure(loan.default_probability, loan.default_probability_se)
        if loan
        else Figure(float("nan"), float("nan")),
        model_version=result.model_version,
    )


def _bare(frame: pd.DataFrame) -> pd.DataFrame:
    """Frame without its attributes: pandas copies them, units of every column, with each operation."""
    frame.attrs = {}
    return frame


def _median_error(result: Evaluation, series: str, quarter: int) -> float:
    paths = tables.market_series(result, series)[:, quarter]
    return float(risk.quantile_standard_error(paths, (0.5,), result.replicate)[0]) if len(paths) > 1 else float("nan")


class Search(Job[tuple[Flip, ...]]):
    """A search for flip points."""

    def __init__(self, scenario: Scenario) -> None:
        super().__init__(lambda progress: flip_points(scenario, progress=progress))

    @property
    def flips(self) -> tuple[Flip, ...] | None:
        """What was found; None while searching, and empty where nothing flips the verdict."""
        return self.result


def job(make: Callable[..., T], *key: Hashable) -> Job[T]:
    """The one job of ``make(*key, progress=...)``, shared between sessions; asking for its share starts it."""
    return _job(f"{make.__module__}.{make.__qualname__}", make, *key)


@st.cache_resource(max_entries=SEARCHES, show_spinner=False, hash_funcs=_KEY)
def _job(name: str, _make: Callable[..., T], *key: Hashable) -> Job[T]:
    return Job(lambda progress: _make(*key, progress=progress))


def own(make: Callable[..., T], *key: Hashable) -> T:
    """`kept` for what one reader brought along: in that session only, and gone with it."""
    return _own(f"{make.__module__}.{make.__qualname__}", make, *key)


@st.cache_resource(max_entries=4, show_spinner=False, hash_funcs=_KEY, scope="session")
def _own(name: str, _make: Callable[..., T], *key: Hashable) -> T:
    return _make(*key)


def own_job(make: Callable[..., T], *key: Hashable) -> Job[T]:
    """`job` for what one reader brought along: in that session only, and gone with it."""
    return _own_job(f"{make.__module__}.{make.__qualname__}", make, *key)


@st.cache_resource(max_entries=4, show_spinner=False, hash_funcs=_KEY, scope="session")
def _own_job(name: str, _make: Callable[..., T], *key: Hashable) -> Job[T]:
    return Job(lambda progress: _make(*key, progress=progress))


@st.cache_resource(max_entries=SEARCHES, show_spinner=False, hash_funcs=_KEY)
def flip_search(scenario: Scenario) -> Search:
    """The one search for flip points of a scenario, shared between sessions; it starts when its share is asked for."""
    return Search(scenario)


@st.cache_resource(show_spinner=False)
def warm_up() -> threading.Thread:
    """Price the base scenario in the background, once a process, so that the first page finds it done or under way."""
    thread = threading.Thread(target=_warm, name="warm-up", daemon=True)
    thread.start()
    return thread


@asynccontextmanager
async def lifespan(_: object) -> AsyncIterator[None]:
    """Price the base scenario while the server waits for its first reader."""
    warm_up()
    yield


def _warm() -> None:
    try:
        reading(Scenario()), standing(Scenario(), "fair")
    except Exception:  # the page computes the same and tells the reader; here it must only not die in silence
        _LOG.exception("warming up failed")
    # Streamlit collects garbage after every run while it holds the interpreter lock; what lives forever need not be
    # looked at again.
    gc.collect()
    gc.freeze()
