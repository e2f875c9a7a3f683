"""Scenarios drawn from the declared bounds, for tests that hold for every scenario.

    @given(scenarios())
    def test_something(scenario): ...

A rule between fields that these strategies do not know makes `Scenario.replace` raise here, by name: add it below.
"""

from collections.abc import Callable, Collection
from functools import lru_cache
from typing import Any

from hypothesis import strategies as st

from models.basis.assumption import YEARS
from models.basis.entry import Entry
from models.policy.program import INSTRUMENTS
from models.scenario.catalog import PROGRAMS, declared
from models.scenario.scenario import Scenario

_PROGRAM = f"{PROGRAMS}.0."
_LARGEST_POWER = 16
_CUTS = st.tuples(st.floats(0.0, 1.0), st.floats(0.0, 1.0))
_MIX = st.dictionaries(st.sampled_from(INSTRUMENTS), st.integers(1, 20), min_size=1, max_size=3)


@lru_cache(maxsize=512)  # building a strategy takes longer than drawing from it
def values_of(entry: Entry) -> st.SearchStrategy[Any]:
    """Values one assumption may take: anything within its bounds, with a taste for the bounds and the default."""
    if entry.kind == "switch":
        return st.booleans()
    if entry.kind == "choice":
        return st.sampled_from(list(entry.options))
    if entry.kind == "text":
        return st.text(max_size=80)
    if entry.kind == "years":
        return _years(entry) | st.none()
    assert entry.low is not None and entry.high is not None
    if entry.path == "run.paths":
        return st.integers(0, _LARGEST_POWER).map(lambda power: 2**power)
    if entry.kind == "integer":
        return st.integers(int(entry.low), int(entry.high))
    edges = [float(value) for value in (entry.default, entry.low, entry.high) if value is not None]
    inside = st.floats(entry.low, entry.high, allow_subnormal=False) | st.sampled_from(edges)
    return inside | st.none() if entry.none else inside


def _years(entry: Entry) -> st.SearchStrategy[tuple[float, ...]]:
    assert entry.low is not None and entry.high is not None
    year = st.floats(entry.low, entry.high, allow_subnormal=False) | st.sampled_from([entry.low, entry.high])
    return st.tuples(*[year] * YEARS)


def changes(
    *, only: Collection[str] = (), without: Collection[str] = ("run",), most: int = 12, programs: int = 2
) -> st.SearchStrategy[dict[str, Any]]:
    """Dotted paths and values that any scenario accepts, as `Scenario.replace` takes them.

    `only` and `without` name groups or paths; `most` limits how many assumptions change, `programs` how many programs
    there are at most (0 leaves the programs alone).
    """
    pool = [item for item in declared().values() if _is_in(item, only or (item.group,)) and not _is_in(item, without)]
    return _changes(st.lists(st.sampled_from(pool), unique=True, max_size=most), st.integers(0, programs))


def moved(part: float = 0.1) -> dict[str, float]:
    """Every number outside of the run and the programs, this part of its range away from its default."""
    held = {f"pipeline.{name}_share" for name in ("hyperscaler", "local", "sovereign")}
    out = {}
    for path, item in declared().items():
        if item.kind == "number" and item.value is not None and item.group not in ("run", "policy"):
            assert isinstance(item.value, float) and item.low is not None and item.high is not None
            step = part * (item.high - item.low)
            out[path] = item.value + step if item.value + step <= item.high else item.value - step
    return {path: value for path, value in out.items() if path not in held}


def scenarios(
    *, only: Collection[str] = (), without: Collection[str] = ("run",), most: int = 12, programs: int = 2
) -> st.SearchStrategy[Scenario]:
    """Valid scenarios; arguments as in `changes`. By default the number of paths and the seed stay as declared."""
    return changes(only=only, without=without, most=most, programs=programs).map(Scenario().replace)


def _is_in(item: Entry, names: Collection[str]) -> bool:
    return item.group in names or item.path in names


@st.composite
def _changes(
    draw: Callable[[st.SearchStrategy[Any]], Any], chosen: st.SearchStrategy[list[Entry]], count: st.SearchStrategy[int]
) -> dict[str, Any]:
    found = {item.path: draw(values_of(item)) for item in draw(chosen)}
    _agree(found, draw)
    if programs := [draw(_PROGRAMS) for _ in range(draw(count))]:
        found[PROGRAMS] = programs
    return found


def _agree(found: dict[str, Any], draw: Callable[[st.SearchStrategy[Any]], Any]) -> None:
    """Make fields that depend on each other agree; sets all of them, so that the base does not matter."""
    builders = [f"pipeline.{name}_share" for name in ("hyperscaler", "local", "sovereign")]
    if found.keys() & builders:
        first, second = sorted(draw(_CUTS))
        found |= dict(zip(builders, (first, second - first, 1.0 - second), strict=True))
    for lower, upper in (
        ("clearing.balance_utilization", "clearing.ceiling_utilization"),
        ("llm_funding.sale_low", "llm_funding.sale_high"),
        ("leasing.term_short", "leasing.term_long"),
    ):
        if found.keys() & {lower, upper}:
            high = found.setdefault(upper, declared()[upper].default)
            found[lower] = min(found.get(lower, declared()[lower].default), high)
    if found.keys() & {"hardware.idle_cost", "hardware.cash_cost"}:
        cash = found.setdefault("hardware.cash_cost", None)
        idle = found.get("hardware.idle_cost", declared()["hardware.idle_cost"].default)
        found["hardware.idle_cost"] = min(idle, 0.8 * (cash or 1.0))


@st.composite
def _programs(draw: Callable[[st.SearchStrategy[Any]], Any]) -> dict[str, Any]:
    """One program, as its differences from the declared one; its mix adds up and it ends after it starts."""
    program: dict[str, Any] = {"schedule": {}, "mix": {}, "terms": {}}
    for name in draw(_FREE):
        group, _, key = name.rpartition(".")
        (program[group] if group else program)[key] = draw(values_of(_LEAVES[name]))
    start = draw(values_of(_LEAVES["schedule.start"]))
    stop = min(start + draw(_LENGTH), int(_LEAVES["schedule.stop"].high or 0))
    weights = draw(_MIX)
    program["schedule"] |= {"start": start, "stop": stop}
    program["mix"] = {name: weight / sum(weights.values()) for name, weight in weights.items()}
    return program


_LEAVES = {path.removeprefix(_PROGRAM): item for path, item in declared(1).items() if path.startswith(_PROGRAM)}
_FREE = st.lists(
    st.sampled_from([n for n in _LEAVES if not n.startswith("mix.") and n not in ("schedule.start", "schedule.stop")]),
    unique=True,
    max_size=6,
)
_LENGTH = st.integers(1, 60)
_PROGRAMS = _programs()
