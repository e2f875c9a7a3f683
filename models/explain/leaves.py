"""Where explanations end: declared assumptions, the random draws, the calibration, and definitions."""

from __future__ import annotations

from models.assets.gpu_fleet.fleet import MARKET_POWER_PRICE
from models.basis.entry import Entry, told
from models.basis.investor import REFERENCE_RATE
from models.basis.rates import RATES
from models.basis.shocks import REPLICATES
from models.basis.timeline import DELTA, HOURS
from models.engine.estimate import CONFIDENCE
from models.engine.prices import PATHS, SEED, SKEWED_PATHS
from models.evidence.sources import Source, source
from models.explain.equation import Equation, Status
from models.explain.registry import Reader, UnknownPath, declare, explains
from models.market.long_run import REFERENCE_PRICE_RATIO
from models.scenario.catalog import values
from models.scenario.scenario import CALM, Scenario


def assumption_spec(reader: Reader, path: str) -> Equation:
    """Declared assumption with its value in this scenario, and where that value comes from."""
    item = reader.entries.get(path)
    if item is None:
        raise UnknownPath()
    status, origin, note = _origin(reader, item)
    if reader.is_calm and path in CALM:
        note = f"{note}; switched off on the one path without shocks".lstrip("; ")
    if item.value is None:
        note = f"{note}; no value: {item.none}".lstrip("; ")
    if item.unit in RATES and isinstance(item.value, float):
        note = f"{note}; in the equations: {RATES[item.unit].equation(item.value)}".lstrip("; ")
    return Equation(
        item.label, item.value, item.unit, item.help, item.symbol, kind="given", status=status, source=origin, note=note
    )


def _origin(reader: Reader, item: Entry) -> tuple[Status, Source | None, str]:
    """Status, source and note of a value: as declared, as a preset sets it, or as the user set it."""
    preset = reader.preset
    if preset is not None and (item.path in preset.reasons or item.value != item.default):
        held = reader.once(f"preset {preset.name}", lambda: values(Scenario.preset(preset.name)))
        if item.path in held and held[item.path] == item.value:
            reason = preset.reason(item.path)
            status: Status = "judgment" if reason.source == "judgment" else "assumption"
            words = f"set by the preset {preset.name}" + (f": {reason.note}" if reason.note else "")
            return status, source(reason.source), words
    if item.value == item.default:
        return item.status, source(item.source), ""
    cited = source(item.source).citation
    return "assumption", None, f"set in this scenario; the default is {told(item.default, item.unit)} ({cited})"


@explains("draws", "paths")
def draws(reader: Reader) -> Equation:
    """How the futures were drawn."""
    if reader.is_calm:
        return Equation("Paths", 1, "paths", "The one path without volatility, jumps and hazards; nothing is drawn.",
                        kind="draw", status="draw")
    run = reader.evaluation.scenario.run
    how = "scrambled Sobol points" if run.method == "sobol" else "pseudo-random numbers"
    return Equation(
        "Paths drawn", reader.paths, "paths",
        f"Futures drawn from {how}, seed {run.seed}, in {min(REPLICATES, reader.paths)} independent scrambles; every "
        "class and every compared scenario sees the same draws.",
        "n", {"n": "run.paths", "seed": "run.seed", "method": "run.method"}, "draw", status="draw",
        source=source("owen_1997"),
    )


declare("seed", "Seed", "count", "As set.", "seed", {"seed": "run.seed"}, lambda r: r.evaluation.scenario.run.seed)
declare("no_shocks", "Without shocks", "on/off", "Whether only the calm path was run.", "", {},
        lambda r: r.evaluation.is_calm, kind="draw", status="draw")
declare(
    "calibration.block", "Calibration", "paths",
    f"Fair prices come from one fixed block of draws, seed {SEED}, so that they do not move with the seed or the "
    f"number of paths of a scenario; the LLM developer takes {SKEWED_PATHS:,} paths and two control variates.",
    "", {"expectations": "entry.expectations"}, lambda r: PATHS, kind="draw", status="draw", source=source("owen_1997"),
)


@explains("constants.{name}")
def constant(reader: Reader, name: str) -> Equation:
    """Definitions and fixed numbers of the model."""
    if name not in _CONSTANTS:
        raise UnknownPath(f"constants are {', '.join(_CONSTANTS)}")
    label, value, unit, words, symbol, status, origin = _CONSTANTS[name]
    return Equation(label, value, unit, words, symbol, kind="given", status=status,
                    source=source(origin) if origin else None)


_CONSTANTS: dict[str, tuple[str, float, str, str, str, Status, str]] = {
    "hours": ("Hours in a quarter", HOURS, "hours", "8,760 hours a year over four quarters, a definition.", "h",
              "computed", ""),
    "base_rate": (
        "Base rate that rates are typed for", REFERENCE_RATE, "per year",
        "At this base rate cash rate, hurdles and exit yields are as typed.", "SOFR_0", "fact", "macro-001",
    ),
    "quarters": ("Quarters in a year", 4.0, "quarters", "A definition.", "4", "computed", ""),
    "quarter": ("Years in a quarter", DELTA, "years", "A definition.", "Δ", "computed", ""),
    "confidence": (
        "Confidence of the tail", CONFIDENCE, "share", "The worst 5% of futures is what risk figures average over.",
        "α", "judgment", "judgment",
    ),
    "price_ratio": (
        "Rental price over long-run price today", REFERENCE_PRICE_RATIO, "x",
        "Today's $2.85 over the long-run price at default costs; it holds where no price is typed.", "P_0/P^LR_0",
        "assumption", "gpu_rental_prices-098",
    ),
    "power_price": (
        "Power price inside the market's running cost", MARKET_POWER_PRICE, "USD/kWh",
        "The market's running cost contains this price of power.", "", "judgment", "judgment",
    ),
}
