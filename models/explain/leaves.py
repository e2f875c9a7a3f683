"""Where explanations end: declared assumptions, the random draws, the calibration, and definitions."""

from __future__ import annotations

from models.assets.gpu_debt.loan import SPREADS
from models.assets.gpu_fleet.fleet import MARKET_POWER_PRICE
from models.basis.entry import Entry, value_text
from models.basis.shocks import REPLICATES
from models.basis.timeline import HOURS
from models.engine.prices import LLM_PATHS, PATHS, SEED
from models.engine.valuation import CONFIDENCE
from models.evidence.sources import Source, source
from models.explain.registry import Reader, Spec, UnknownPath, explains
from models.explain.trace import TraceStatus
from models.market.long_run import REFERENCE_PRICE_RATIO
from models.scenario.catalog import values
from models.scenario.scenario import CALM, Scenario


def assumption_spec(reader: Reader, path: str) -> Spec:
    """Declared assumption with its value in this scenario, and where that value comes from."""
    item = reader.entries.get(path)
    if item is None:
        raise UnknownPath()
    status, origin, note = _origin(reader, item)
    if reader.is_calm and path in CALM:
        note = f"{note}; switched off on the one path without shocks".lstrip("; ")
    if item.value is None:
        note = f"{note}; no value: {item.none}".lstrip("; ")
    return Spec(
        label=item.label, value=item.value, unit=item.unit, formula=item.help, equation=item.symbol,
        status=status, source=origin, note=note,
    )


def _origin(reader: Reader, item: Entry) -> tuple[TraceStatus, Source | None, str]:
    """Status, source and note of a value: as declared, as a preset sets it, or as the user set it."""
    preset = reader.preset
    if preset is not None and (item.path in preset.reasons or item.value != item.default):
        held = reader.once(f"preset {preset.name}", lambda: values(Scenario.preset(preset.name)))
        if item.path in held and held[item.path] == item.value:
            reason = preset.reason(item.path)
            status: TraceStatus = "judgment" if reason.source == "judgment" else "assumption"
            words = f"set by the preset {preset.name}" + (f": {reason.note}" if reason.note else "")
            return status, source(reason.source), words
    if item.value == item.default:
        return item.status, source(item.source), ""
    told = source(item.source).citation
    return "assumption", None, f"set in this scenario; the default is {value_text(item.default)} ({told})"


@explains("draws", "paths")
def draws(reader: Reader) -> Spec:
    """How the futures were drawn."""
    if reader.is_calm:
        return Spec(
            "Paths", 1, "paths", "The one path without volatility, jumps and hazards; nothing is drawn.", status="draw"
        )
    run = reader.evaluation.scenario.run
    kind = "scrambled Sobol points" if run.method == "sobol" else "pseudo-random numbers"
    return Spec(
        "Paths drawn", reader.paths, "paths",
        f"Futures drawn from {kind}, seed {run.seed}, in {min(REPLICATES, reader.paths)} independent scrambles; every "
        "class and every compared scenario sees the same draws.",
        "n", ("run.paths", "run.seed", "run.method"), status="draw", source=source("owen_1997"),
    )


@explains("seed")
def seed(reader: Reader) -> Spec:
    """Seed of the run."""
    return Spec("Seed", reader.evaluation.scenario.run.seed, "count", "As set.", "", ("run.seed",), "same")


@explains("no_shocks")
def no_shocks(reader: Reader) -> Spec:
    """Whether the one path without shocks was run."""
    return Spec("Without shocks", reader.evaluation.is_calm, "on/off", "Whether only the calm path was run.",
                status="draw")


@explains("calibration.block")
def block(reader: Reader) -> Spec:
    """The fixed draws that fair prices come from."""
    return Spec(
        "Calibration", PATHS, "paths",
        f"Fair prices come from one fixed block of draws, seed {SEED}, so that they do not move with the seed or the "
        f"number of paths of a scenario; the LLM developer takes {LLM_PATHS:,} paths and two control variates.",
        "", ("entry.expectations",), status="draw", source=source("owen_1997"),
    )


@explains("constants.{name}")
def constant(reader: Reader, name: str) -> Spec:
    """Definitions and fixed numbers of the model."""
    found = _CONSTANTS.get(name)
    if found is None:
        raise UnknownPath(f"constants are {', '.join(_CONSTANTS)}")
    return found


_CONSTANTS = {
    "hours": Spec("Hours in a quarter", HOURS, "hours", "8,760 hours a year over four quarters, a definition.", "h"),
    "quarters": Spec("Quarters in a year", 4.0, "quarters", "A definition.", "4"),
    "quarter": Spec("Years in a quarter", 0.25, "years", "A definition.", "Δ"),
    "confidence": Spec(
        "Confidence of the tail", CONFIDENCE, "share", "The worst 5% of futures is what risk figures average over.",
        "α", status="judgment", source=source("judgment"),
    ),
    "price_ratio": Spec(
        "Rental price over long-run price today", REFERENCE_PRICE_RATIO, "x",
        "Today's $2.60 over the long-run price at default costs; it holds where no price is typed.", "P_0/P^LR_0",
        status="assumption", source=source("gpu_rental_prices-078"),
    ),
    "power_price": Spec(
        "Power price inside the market's running cost", MARKET_POWER_PRICE, "USD/kWh",
        "The market's running cost contains this price of power.", "", status="judgment", source=source("judgment"),
    ),
    "spread_ig": Spec(
        "Loan spread, IG customer", SPREADS["ig"], "per year", "Market spread of a loan on an IG contract.", "spread",
        status="fact", source=source("gpu_debt_deals-006"),
    ),
    "spread_non_ig": Spec(
        "Loan spread, customer below IG", SPREADS["non_ig"], "per year",
        "Market spread of a loan on a contract below investment grade.", "spread", status="fact",
        source=source("gpu_debt_deals-004"),
    ),
}
