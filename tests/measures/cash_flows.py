"""Cash flows for tests: drawers of ordinary and nasty ones, and strategies that know their answer."""

import numpy as np
from hypothesis import strategies as st
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]

NASTY = (
    [],
    [0.0, 0.0, 0.0],
    [5.0],
    [-5.0],
    [0.0, -3.0, 0.0],
    [1.0, 2.0, 3.0],
    [-1.0, -2.0, -3.0],
    [-100.0, 0.0, 0.0, 0.0, 1e-6],
    [-100.0, 1e-9],
    [-1.0, 1e9],
    [-1e17, 3.9e16, 5.9e16, 5.5e16, 2e16],
    [-1e-10, 3.9e-11, 5.9e-11, 5.5e-11, 2e-11],
    [100.0, -110.0],
    [100.0, -90.0],
    [100.0, -100.0],
    [-100.0, 230.0, -132.0],
    [-100.0, 100.0, 0.0, -7.0],
    [-1000.0, 6000.0, -10900.0, 5800.0],
    [-50.0, -100.0, 600.0, 300.0, -100.0],
    [1000.0, -2000.0, 1500.0],
    [-1678.87, 771.96, 1814.05, 3520.3, 3552.95, 3584.99, 4789.91, -1.0],
    [-22.0, 0.0, 0.0, 2.0, 2.0, -0.4, -0.4, -0.4, -0.4, 0.7],
    [-0.1, 0.3, -0.2],
    [float("nan"), 1.0, -1.0],
    [-1.0, float("inf")],
)


def nasty_table(periods: int = 12) -> FloatArray:
    """All nasty flows as rows of one table, padded with zeros at the end."""
    return np.array([[*flow, *[0.0] * (periods - len(flow))] for flow in NASTY])


def investments(paths: int, periods: int, seed: int) -> FloatArray:
    """Outflow at closing, then inflows: (paths, periods + 1), time-major in memory like the model's own."""
    generator = np.random.default_rng(seed)
    columns = np.empty((periods + 1, paths))
    columns[0] = -np.exp(generator.normal(3.0, 0.1, paths))
    size = np.exp(generator.normal(0.0, 0.5, paths))
    for t in range(1, periods + 1):
        columns[t] = size * np.exp(generator.normal(0.2 - 0.03 * t, 0.2, paths))
    return columns.T


def idle_quarters(paths: int, periods: int, seed: int) -> FloatArray:
    """Investments that pay idle cost in random later quarters and end with a scrap value: several sign changes."""
    generator = np.random.default_rng(seed)
    columns = investments(paths, periods, seed).T
    onset = generator.integers(periods // 5, periods // 2 + 1, paths)
    for t in range(periods // 5, periods):
        is_idle = (t >= onset) & (generator.random(paths) < 0.6)
        columns[t, is_idle] = -0.4
    columns[periods] = 0.7
    return columns.T


@st.composite
def investments_with_rate(draw: st.DrawFn) -> tuple[FloatArray, float]:
    """Outflows, then inflows, scaled so that the rate per period is the second element."""
    growth = 10.0 ** draw(st.floats(-4.0, 2.0))
    out = draw(st.lists(st.floats(0.01, 10.0), min_size=1, max_size=4))
    gap = draw(st.integers(0, 4))
    into = draw(st.lists(st.floats(0.0, 10.0), min_size=1, max_size=36).filter(lambda flow: max(flow) > 0.01))
    flow = np.array([*[-amount for amount in out], *[0.0] * gap, *into])
    # Present values at the wanted rate, seen from whichever end keeps the weights finite.
    times = np.arange(len(flow))
    weight = growth ** (-times if growth >= 1.0 else times[-1] - times).astype(float)
    paid, received = -(flow * weight)[: len(out)].sum(), (flow * weight)[len(out) :].sum()
    flow[: len(out)] *= received / paid
    return flow, growth - 1.0


@st.composite
def flows_with_roots(draw: st.DrawFn) -> tuple[FloatArray, list[float]]:
    """Flows whose present value is zero at exactly these rates per period (ascending, well apart), and nowhere else."""
    exponents = sorted(draw(st.lists(st.integers(-6, 6).filter(bool), min_size=1, max_size=3, unique=True)))
    roots = [float(np.expm1(0.2 * exponent)) for exponent in exponents]
    flow = np.array([draw(st.sampled_from([-1.0, 1.0]))])
    for root in roots:
        flow = np.convolve(flow, [1.0, -(1.0 + root)])
    # A factor with positive coefficients has no positive root, so it adds flows without adding rates.
    for _ in range(draw(st.integers(0, 3))):
        flow = np.convolve(flow, [1.0, draw(st.floats(0.05, 3.0))])
    return flow, roots
