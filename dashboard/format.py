"""One number format per unit: at most three significant digits, a true minus, words where there is no number."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from math import floor, inf, isfinite, isnan, log10

from models.basis.rates import RATES, YearlyRate

MINUS = "−"
NOT_AVAILABLE = "n/a"
START_YEAR, START_QUARTER = 2026, 4  # quarter 0 is the last one of 2026
TOTAL_LOSS = -0.9995

_MARKDOWN = re.compile(r"([\\`*_{}\[\]()#+\-.!|~<>$:])")
_LARGE = ((1e12, "tn"), (1e9, "bn"), (1e6, "m"))
PER_CENT = frozenset(
    ("per year", "per sqrt year", "per quarter", "log sd", "share per quarter", "yield per surplus")
)
UNITS: Mapping[str, str] = {
    "per year": "% a year",
    "per sqrt year": "% a year (standard deviation)",
    "per quarter": "% a quarter",
    "share per quarter": "% a quarter",
    "log sd": "% deviation",
    "yield per surplus": "points per 100% surplus",
    "share": "%",
    "count": "",
    "choice": "",
    "on/off": "",
    "text": "",
    "relative": "",
    "correlation": "",
    "elasticity": "elasticity",
    "per vacancy": "points a year per point of vacancy",
    "quarter": "quarters from today",
    "USD/h": "$ an hour",
    "USD/kWh": "$ per kWh",
    "USD/kW": "$ per kW",
    "USD/H100e": "$ per H100e",
}
_MONEY = {
    "USD": "$",
    "USD/year": "$ a year",
    "USD/MW": "$ per MW",
    "USD/MW-year": "$ per MW and year",
    "H100e": "H100e",
}


@dataclass(frozen=True)
class Scale:
    """How a stored value is shown and typed: multiplied by ``factor``, followed by ``unit``.

    A continuous ``rate`` is first turned into what happens in a year; ``ends`` are the stored bounds, which a value at
    the end of a slider meets exactly.
    """

    factor: float
    unit: str
    rate: YearlyRate | None = None
    ends: tuple[float, float] = (-inf, inf)

    def shown(self, value: float) -> float:
        """Stored to shown, without the dust of binary fractions."""
        return round((self.rate.shown(value) if self.rate else value) * self.factor, 10)

    def stored(self, value: float) -> float:
        """Shown to stored: 58.3% is exactly 0.583, 50% a year is the double next to ln 1.5."""
        if self.rate is None:
            return round(value / self.factor, 12)
        found = self.rate.stored(round(value, 10) / self.factor)
        return next((end for end in self.ends if abs(found - end) < DUST), found)

    def step(self, value: float, low: float) -> float:
        """Step of a slider as shown, from its lower end as shown; of a rate such that zero is one of the steps."""
        step = round(value * self.factor, 10)
        return step if self.rate is None or low >= 0.0 else -low / max(1, round(-low / step))

    def places(self, value: float, step: float) -> int:
        """Decimals of a shown value: no fewer than its step has, and in full unless it comes from a rate."""
        own = _places(value)
        return max(own, _places(step)) if self.rate is None else max(own if own <= 4 else 2, min(_places(step), 2))


DUST = 1e-11
"""Less is lost where a value is shown with ten decimals and read again."""


def _places(value: float) -> int:
    return len(f"{value:.6f}".rstrip("0").partition(".")[2])


def scale(unit: str, low: float, high: float) -> Scale:
    """Scale of a number, by its unit and stored bounds."""
    if unit in RATES:
        return Scale(100.0, RATES[unit].words, RATES[unit], (low, high))
    if is_share(unit):
        return Scale(100.0, UNITS.get(unit, f"%{unit.removeprefix('share')}"))
    if unit in _MONEY:
        for size, name in ((1e9, "bn "), (1e6, "m ")):
            if high >= size:
                return Scale(1.0 / size, f"{name}{_MONEY[unit]}")
        return Scale(1.0, _MONEY[unit])
    return Scale(1.0, UNITS.get(unit, unit))


def told_unit(unit: str) -> str:
    """Unit that is told beside a value written by `assumption`."""
    return RATES[unit].words if unit in RATES else UNITS[unit] if unit == "per sqrt year" else unit


def is_share(unit: str) -> bool:
    """Whether values of a unit are stored as shares and shown in percent; those of `RATES` are not."""
    return unit in PER_CENT or (unit.split(" ")[0] == "share" and unit != "share per surplus")


def digits(value: float, most: int = 3, places: int | None = None) -> str:
    """Plain number with thousands separated and a true minus; ``places`` caps the decimals."""
    if isnan(value):
        return NOT_AVAILABLE
    if not isfinite(value):
        return "∞" if value > 0 else f"{MINUS}∞"
    value = float(f"{value:.{most}g}")
    decimals = most if value == 0 else max(0, most - 1 - floor(log10(abs(value))))
    decimals = decimals if places is None else min(decimals, places)
    text = f"{round(value, decimals):,.{decimals}f}"
    text = text.replace("-", MINUS)
    return text.lstrip(MINUS) if not text.strip(f"{MINUS}0.,") else text


def percent(value: float, places: int = 1) -> str:
    """Share as percent: 12.4%, 61%."""
    return f"{text}%" if (text := digits(value * 100, 3, places)) != NOT_AVAILABLE else text


def irr(value: float) -> str:
    """Return per year; -100% is a total loss and no number is n/a."""
    return "total loss" if value <= TOTAL_LOSS else percent(value)


def points(value: float, places: int = 1) -> str:
    """Difference of two shares in percentage points, signed."""
    return NOT_AVAILABLE if isnan(value) else f"{signed(value * 100, places)} pts"


def signed(value: float, places: int = 1) -> str:
    """Difference with its sign; zero has none."""
    text = digits(value, 3, places)
    return text if text == NOT_AVAILABLE or text.startswith(MINUS) or not text.strip("0.") else f"+{text}"


def multiple(value: float) -> str:
    """Money back over money in: 1.8x."""
    return (
        NOT_AVAILABLE
        if isnan(value)
        else f"{digits(value, 2 if abs(value) < 10 else 3, 1 if abs(value) >= 0.1 else 2)}x"
    )


def money(value: float) -> str:
    """Dollars: $1.2bn, $8.56m, $23,000, $2.31."""
    if isnan(value):
        return NOT_AVAILABLE
    sign, size = (MINUS if value < 0 else ""), abs(value)
    for unit, name in _LARGE:
        if size >= unit * 0.9995:
            text = digits(size / unit, 3, 2)
            whole, _, rest = text.partition(".")
            return f"{sign}${whole}.{rest[:1]}{name}" if rest[1:] == "0" else f"{sign}${text}{name}"
    return f"{sign}${digits(size, 3, 2)}"


def rent(value: float) -> str:
    """Rental price of an H100-equivalent hour: $2.31/h."""
    return NOT_AVAILABLE if isnan(value) else f"{MINUS if value < 0 else ''}${abs(value):.2f}/h"


def compute(value: float) -> str:
    """H100-equivalents: 19.6m H100e."""
    return f"{digits(value / 1e6)}m H100e" if value >= 1e6 else f"{digits(value)} H100e"


def gigawatts(value: float) -> str:
    """Power: 18.2 GW."""
    return f"{digits(value)} GW"


def years(value: float) -> str:
    """Time until the money is back; infinite means never within the horizon."""
    return "never" if value == inf else NOT_AVAILABLE if isnan(value) else f"{digits(value, 2, 1)} years"


def noise(error: float, places: int = 1) -> str:
    """Two standard errors of a share, as ± points; empty where there is none."""
    return "" if isnan(error) or error <= 0 else f"±{digits(2 * error * 100, 2, places)}"


def is_close(difference: float, error: float) -> bool:
    """Whether a difference is within two standard errors of nothing."""
    return not abs(difference) > 2 * error


def calendar(quarter: float) -> str:
    """Quarter counted from closing as a date: 12 is 2029-Q4."""
    count = START_QUARTER - 1 + int(quarter)
    return f"{START_YEAR + count // 4}-Q{count % 4 + 1}"


def year_of(quarter: float) -> int:
    """Calendar year of a quarter counted from closing."""
    return START_YEAR + (START_QUARTER - 1 + int(quarter)) // 4


def moment(quarter: float) -> float:
    """Middle of a quarter as a decimal year, for time axes."""
    return START_YEAR + (START_QUARTER - 0.5 + quarter) / 4


def plain(text: str) -> str:
    """Text that Markdown prints as it stands; for words that came with a link."""
    return _MARKDOWN.sub(r"\\\1", " ".join(text.split()))


def inside(name: str) -> str:
    """A name inside a sentence: lower case unless it starts with an abbreviation."""
    return name if name[:2].isupper() else name[:1].lower() + name[1:]


def assumption(value: object, unit: str, options: dict[str, str] | None = None, none: str = "") -> str:
    """Value of an assumption in full, as a person reads it."""
    if value is None:
        return none or NOT_AVAILABLE
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, str):
        return (options or {}).get(value, value)
    if isinstance(value, tuple):
        return ", ".join(_amount(float(each), unit) for each in value)
    if not isinstance(value, int | float):
        return str(value)
    return _amount(float(value), unit)


def brief(value: float, unit: str) -> str:
    """Value of an assumption in three digits."""
    return percent(RATES[unit].shown(value)) if unit in RATES else assumption(float(f"{value:.3g}"), unit)


def _amount(value: float, unit: str) -> str:
    if unit in RATES:
        return RATES[unit].told(value).replace("-", MINUS)
    if is_share(unit):
        return f"{_full(value * 100)}%"
    if unit.startswith("USD"):
        return _dollars(value) + {"USD/h": "/h", "USD/kWh": "/kWh", "USD/kW": "/kW"}.get(unit, "")
    if unit == "quarter":
        return f"{calendar(value)}"
    if unit == "x" or unit.startswith("x "):
        return f"{_full(value)}x"
    if unit in ("quarters", "years", "months", "H100e"):
        return f"{_full(value)} {unit}"
    return _full(value)


def _full(value: float) -> str:
    return f"{value:,.10g}".replace("-", MINUS)


def _dollars(value: float) -> str:
    for unit, name in _LARGE:
        if abs(value) >= unit:
            return f"${_full(value / unit)}{name}"
    return f"${_full(value)}"
