"""The log ratio of inflows to outflows as a function of the discount rate, many paths at once.

With the log rate `y = ln(1 + r)` per unit of time, a rate of return is a zero of

    h(y) = ln( present value of inflows / present value of outflows ).

h is nearly a straight line where present value itself is a steep polynomial: if all outflows come before all
inflows its slope lies between minus the span of time and minus one period, so Newton's method converges from
anywhere. Arrays are time-major, `(times, paths)`: one period of all paths is contiguous memory.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]
IntArray = NDArray[np.intp]

EXPONENT_LIMIT = 600.0  # exp(600) times any amount of money still fits a float64
DROWNED = -1.0 + 1e-10  # net over outflows at which inflows have lost all but six of their sixteen digits


class Flows(NamedTuple):
    """Net flows of many paths, prepared for discounting."""

    columns: FloatArray
    """Net flows (times, paths)."""
    outflows: FloatArray
    """Outflows as positive numbers (leading times, paths): cut after the last time any path pays."""
    total: FloatArray
    """Undiscounted sums (paths,)."""
    times: FloatArray
    """Times (times,), ascending."""
    span: float
    """Upper bound on the time between a path's first and last flow; not tightened to the paths at hand."""
    is_periodic: bool
    """Whether times are one unit apart, so that powers can replace exponentials."""

    @classmethod
    def of(cls, columns: FloatArray, pays: BoolArray, times: FloatArray, span: float, is_periodic: bool) -> Flows:
        """Prepare flows (times, paths), given where they are negative, `pays` (times, paths)."""
        last = int(np.flatnonzero(pays.any(axis=1))[-1])
        return cls(columns, np.maximum(-columns[: last + 1], 0.0), columns.sum(axis=0), times, span, is_periodic)

    def take(self, rows: IntArray) -> Flows:
        """Return the flows of some paths (rows,), which may repeat; the same object if they are just all in order."""
        if len(rows) == len(self.total) and bool((rows == np.arange(len(rows))).all()):
            return self
        columns, outflows = self.columns.take(rows, axis=1), self.outflows.take(rows, axis=1)
        return self._replace(columns=columns, outflows=outflows, total=self.total[rows])

    @property
    def gap(self) -> float:
        """Smallest time between neighboring columns."""
        return 1.0 if self.is_periodic else float(np.diff(self.times).min())


def log_ratio(flows: Flows, y: FloatArray, careful: bool) -> tuple[FloatArray, FloatArray]:
    """Return h(y) and its slope, each (paths,), at log rates y (paths,); the slope is NaN where it cannot be told.

    The quick way needs equally spaced flows and `-y * span` within `EXPONENT_LIMIT`; the careful way takes any
    times and any rate and costs an exponential per flow.
    """
    return _any_ratio(flows, y) if careful else _periodic_ratio(flows, y)


def _periodic_ratio(flows: Flows, y: FloatArray) -> tuple[FloatArray, FloatArray]:
    factor = np.exp(-y)
    net, net_slope = _polynomial(flows.columns, factor)
    out, out_slope = _polynomial(flows.outflows, factor)
    # Far above the root inflows drown in the rounding of the net: the sign is still right, the slope is not known.
    share = net / out
    slope = out_slope / out - (net_slope + out_slope) / (net + out)
    return np.log1p(np.maximum(share, DROWNED)), np.where(share > DROWNED, slope, np.nan)


def _polynomial(columns: FloatArray, factor: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return sum c_t v^t and sum t c_t v^t, each (paths,), by Horner's rule on in-place buffers."""
    value = columns[-1].copy()
    slope = np.zeros_like(value)
    for column in columns[-2::-1]:
        np.multiply(slope, factor, slope)
        np.add(slope, value, slope)
        np.multiply(value, factor, value)
        np.add(value, column, value)
    np.multiply(slope, factor, slope)
    return value, slope


def _any_ratio(flows: Flows, y: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Discount from whichever end keeps every weight at or below one, so that nothing can overflow."""
    times, paying = flows.times, len(flows.outflows)
    inflows = flows.columns.copy()
    inflows[:paying] += flows.outflows
    first, last = edges(flows.columns)
    age = np.where(y < 0.0, times[last] - times[:, None], times[:, None] - times[first])
    weight = np.exp(-np.abs(y) * np.maximum(age, 0.0))
    inflows *= weight
    outflows = flows.outflows * weight[:paying]
    received, paid = inflows.sum(axis=0), outflows.sum(axis=0)
    return np.log(received / paid), times[:paying] @ outflows / paid - times @ inflows / received


def edges(columns: FloatArray) -> tuple[IntArray, IntArray]:
    """Return the first and last time index with a flow, each (paths,)."""
    flowing = columns != 0.0
    return np.argmax(flowing, axis=0), len(columns) - 1 - np.argmax(flowing[::-1], axis=0)


def root_bound(flows: Flows, edge: IntArray) -> FloatArray:
    """Return the |y| (paths,) beyond which the flow at index `edge` outweighs all others together (Cauchy's bound)."""
    at_edge = np.abs(np.take_along_axis(flows.columns, edge[None, :], axis=0)[0])
    return np.asarray(np.log1p(np.abs(flows.columns).max(axis=0) / at_edge) / flows.gap)
