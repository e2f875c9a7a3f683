"""The one way to declare an assumption: default, unit, bounds, help and source in one place.

Every reader (validation, widget, link, appendix, JSON Schema, sensitivity bounds) takes what it needs from here.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from pydantic.fields import FieldInfo

from models.basis.rates import RATES

Status = Literal["fact", "assumption", "judgment"]
YEARS = 10
"""Values of a path that is given year by year: as many as the horizon has years."""


class Assumptions(BaseModel):
    """A slice of a scenario: frozen, so it can be a cache key; unknown keys fail, so typos are found."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False, strict=False, ser_json_inf_nan="null")

    def derived(self, **values: Any) -> Self:
        """The same with fields set to what the model derives from checked values; the one way around validation.

        Bounds say what a user may enter. What follows from that may lie outside (a loan that must not outlive its chip,
        the fleet behind a loan), and is needed too often to be validated again. Only names are checked.

        Raises
        ------
        TypeError
            If there is no such field.
        """
        if odd := values.keys() - type(self).model_fields.keys():
            raise TypeError(f"{type(self).__name__} has no {', '.join(sorted(odd))}")
        return self.model_copy(update=values)


def assumption(
    default: float | None,
    *, unit: str, low: float, high: float, label: str, help: str, source: str, step: float | None = None,
    symbol: str = "", status: Status = "judgment", none: str = "",
) -> Any:
    """Declare a number a user can change.

    Parameters
    ----------
    default : float or None
        Value in plain units (0.35, not 35; USD, not millions). None is allowed only with ``none``.
    unit : str
        Plain unit, such as ``"share"``, ``"USD/h"``, ``"per year"``, ``"quarters"``; one of `RATES` for a rate that is
        stored as it acts and typed, shown and told as what happens in a year.
    low, high : float
        Inclusive bounds, in the unit of the default.
    label, help : str
        Short name, and one sentence that says what the number is.
    source : str
        Key of ``data/sources.csv`` or of a fact row; ``"judgment"`` where it is our own.
    step : float, optional
        Step of the slider; a hundredth of the range when omitted.
    symbol : str
        Symbol in the model's documentation.
    status : {"fact", "assumption", "judgment"}
        What kind of number the default is.
    none : str
        What "no value" means (for example "follows the hardware cost"); empty if a value is required.
    """
    meta: dict[str, Any] = {
        "unit": unit, "low": low, "high": high, "step": step if step is not None else (high - low) / 100,
        "source": source, "symbol": symbol, "status": status, "none": none, **_told(unit),
    }
    if default is None and not none:
        raise TypeError(f"{label}: a default of None needs a sentence saying what no value means")
    return Field(default=default, ge=low, le=high, title=label, description=help, json_schema_extra=meta)


def choice(default: str, *, options: Mapping[str, str], label: str, help: str, source: str, symbol: str = "") -> Any:
    """Declare a named alternative; ``options`` maps each stored key to the words shown for it."""
    meta: dict[str, Any] = {
        "unit": "choice", "options": dict(options), "source": source, "symbol": symbol, "status": "judgment",
        "none": "",
    }
    pattern = "^(" + "|".join(options) + ")$"
    return Field(default=default, pattern=pattern, title=label, description=help, json_schema_extra=meta)


def switch(default: bool, *, label: str, help: str, source: str, symbol: str = "") -> Any:
    """Declare something that is on or off."""
    meta: dict[str, Any] = {"unit": "on/off", "source": source, "symbol": symbol, "status": "judgment", "none": ""}
    return Field(default=default, title=label, description=help, json_schema_extra=meta)


def yearly(
    *, unit: str, low: float, high: float, label: str, help: str, none: str, replaces: tuple[str, ...] = (),
    symbol: str = "",
) -> Any:
    """Declare a path of a driver that a user may give year by year, one value for each of the ten years.

    Nothing is given by default. The numbers are the user's, so their source is a judgment.

    Parameters
    ----------
    low, high : float
        Inclusive bounds of every value.
    none : str
        What is used instead while no path is given.
    replaces : tuple of str
        Fields of the same slice that have no effect while a path is given.
    """
    meta: dict[str, Any] = {
        "unit": unit, "low": low, "high": high, "step": (high - low) / 100, "source": "judgment", "symbol": symbol,
        "status": "judgment", "none": none, "replaces": list(replaces), **_told(unit),
    }
    found: Any = Field(
        default=None, min_length=YEARS, max_length=YEARS, title=label, description=help, json_schema_extra=meta
    )
    found.metadata.append(AfterValidator(partial(_within, low, high, unit)))
    return found


def _told(unit: str) -> dict[str, str]:
    """What people type and read for a rate that is stored as it acts."""
    return {"typed": RATES[unit].words} if unit in RATES else {}


def _within(low: float, high: float, unit: str, values: tuple[float, ...] | None) -> tuple[float, ...] | None:
    for year, value in enumerate(values or (), start=1):
        if not low <= value <= high:
            side = "high" if value > high else "low"
            raise ValueError(f"year {year}: {value:g} is too {side}; allowed is {low:g} to {high:g} ({unit})")
    return values


def metadata(field: FieldInfo) -> dict[str, Any]:
    """Unit, bounds, source, symbol and status of a declared field (empty dict for an undeclared one)."""
    extra = field.json_schema_extra
    return dict(extra) if isinstance(extra, dict) else {}
