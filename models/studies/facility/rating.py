"""The rating band that a loss or a default probability would point to: indicative, by a table of idealized losses.

Method: Moody's idealized cumulative expected losses by rating and horizon of 1 to 10 years (source key
``moodys_idealized``), read at the loan's average life, log-linear between years. The table rests on a loss given
default of 55%, so a default probability is held against loss / 0.55. No agency rates a loan by such a table alone:
structure, legal opinion, servicer and concentration are missing here.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.basis.timeline import Array

SEVERITY = 0.55
GRADES = (
    "Aaa", "Aa1", "Aa2", "Aa3", "A1", "A2", "A3", "Baa1", "Baa2", "Baa3", "Ba1", "Ba2", "Ba3", "B1", "B2", "B3",
    "Caa1", "Caa2", "Caa3",
)
BELOW = "below Caa3"
_PERCENT = """
0.00003 0.00011 0.00039 0.00099 0.00160 0.00220 0.00286 0.00363 0.00451 0.00550
0.00031 0.00165 0.00550 0.01155 0.01705 0.02310 0.02970 0.03685 0.04510 0.05500
0.00075 0.00440 0.01430 0.02585 0.03740 0.04895 0.06105 0.07425 0.09020 0.11000
0.00166 0.01045 0.03245 0.05555 0.07810 0.10065 0.12485 0.14960 0.17985 0.22000
0.00320 0.02035 0.06435 0.10395 0.14355 0.18150 0.22330 0.26400 0.31515 0.38500
0.00598 0.03850 0.12210 0.18975 0.25685 0.32065 0.39050 0.45595 0.54010 0.66000
0.02137 0.08250 0.19800 0.29700 0.40150 0.50050 0.61050 0.71500 0.83600 0.99000
0.04950 0.15400 0.30800 0.45650 0.60500 0.75350 0.91850 1.08350 1.24850 1.43000
0.09350 0.25850 0.45650 0.66000 0.86900 1.08350 1.32550 1.56750 1.78200 1.98000
0.23100 0.57750 0.94050 1.30900 1.67750 2.03500 2.38150 2.73350 3.06350 3.35500
0.47850 1.11100 1.72150 2.31000 2.90400 3.43750 3.88300 4.33950 4.77950 5.17000
0.85800 1.90850 2.84900 3.74000 4.62550 5.37350 5.88500 6.41300 6.95750 7.42500
1.54550 3.03050 4.32850 5.38450 6.52300 7.41950 8.04100 8.64050 9.19050 9.71300
2.57400 4.60900 6.36900 7.61750 8.86600 9.83950 10.52150 11.12650 11.68200 12.21000
3.93800 6.41850 8.55250 9.97150 11.39050 12.45750 13.20550 13.83250 14.42100 14.96000
6.39100 9.13550 11.56650 13.22200 14.87750 16.06000 17.05000 17.91900 18.57900 19.19500
9.55990 12.77880 15.75120 17.86340 19.97260 21.43170 22.76200 24.01130 25.11950 26.23500
14.30000 17.87500 21.45000 24.13400 26.81250 28.60000 30.38750 32.17500 33.96250 35.75000
28.04460 31.35480 34.34750 36.43310 38.40170 39.66110 40.88170 42.06690 43.21970 44.38560
"""
IDEALIZED_LOSS: Array = np.array([[float(x) for x in row.split()] for row in _PERCENT.strip().splitlines()]) / 100.0
"""Idealized cumulative expected loss, share of principal, (grades, years 1..10)."""


@dataclass(frozen=True)
class Band:
    """Indicative rating: the grade of the estimate, and the range that its sampling error leaves."""

    grade: str
    best: str
    worst: str

    @property
    def words(self) -> str:
        """Range as text, such as "Ba1 to Ba3"."""
        return self.grade if self.best == self.worst else f"{self.best} to {self.worst}"


def by_loss(expected_loss: float, standard_error: float, life_years: float) -> Band:
    """Band by expected loss (share of what was lent) over an average life, with two standard errors either way.

    Without a life, because nothing was lent or nothing was paid back, only a loss beyond every horizon has a band.
    """
    return _band(expected_loss, standard_error, limits(life_years))


def by_default(probability: float, standard_error: float, life_years: float) -> Band:
    """Band by default probability over an average life."""
    return _band(probability, standard_error, np.minimum(limits(life_years) / SEVERITY, 1.0))


def limits(life_years: float) -> Array:
    """Largest idealized loss of each grade at a horizon, (grades,); horizons beyond the table take its ends.

    NaN for a horizon that is not known, but for the last grade: its loss at the end of the table.
    """
    if np.isnan(life_years):
        return np.append(np.full(len(GRADES) - 1, np.nan), IDEALIZED_LOSS[-1, -1])
    years = np.arange(1, IDEALIZED_LOSS.shape[1] + 1)
    at = float(np.clip(life_years, years[0], years[-1]))
    return np.array([np.exp(np.interp(at, years, np.log(row))) for row in IDEALIZED_LOSS])


def _band(value: float, error: float, table: Array) -> Band:
    spread = 2.0 * error if np.isfinite(error) and not np.isnan(table[0]) else 0.0
    return Band(_grade(value, table), _grade(max(value - spread, 0.0), table), _grade(value + spread, table))


def _grade(value: float, table: Array) -> str:
    """The best grade whose idealized loss is not exceeded; below Caa3 where none is left."""
    if np.isfinite(value) and value > table[-1]:
        return BELOW
    if not np.isfinite(value) or np.isnan(table[0]):
        return "n/a"
    return GRADES[int(np.searchsorted(table, value, side="left"))]
