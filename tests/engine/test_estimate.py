"""One shape of a figure with its noise: constructors against the measures, paired differences, and the one flatten."""

from dataclasses import dataclass
from math import isnan, nan

import numpy as np
import pytest

from models.engine import estimate
from models.engine.estimate import Estimate, Quantiles, flatten
from models.measures import risk

REPLICATE = np.repeat(np.arange(8), 32)
VALUES = np.random.default_rng(5).normal(1.0, 2.0, 256)


def test_constructors_are_the_measures_and_their_errors_to_the_bit() -> None:
    mean, low = estimate.mean(VALUES, REPLICATE), estimate.quantile(VALUES, 0.05, REPLICATE)
    assert (mean.value, mean.error) == (VALUES.mean(), risk.mean_standard_error(VALUES, REPLICATE))
    assert (low.value, low.error) == (
        risk.quantiles(VALUES, 0.05), risk.quantile_standard_error(VALUES, 0.05, REPLICATE)
    )
    assert estimate.quantiles(VALUES, REPLICATE).p05 == low
    below = estimate.share(VALUES < 0.0, REPLICATE)
    assert below == Estimate(risk.probability_below(VALUES), risk.probability_standard_error(VALUES, 0.0, REPLICATE))
    worst = estimate.tail(-VALUES, REPLICATE)
    assert worst == Estimate(risk.cvar(-VALUES, 0.95), risk.cvar_standard_error(-VALUES, 0.95, REPLICATE))


def test_a_difference_on_the_same_draws_carries_the_paired_error() -> None:
    a, b = estimate.mean(VALUES, REPLICATE), estimate.mean(VALUES + 0.1, REPLICATE)
    assert (b - a).value == pytest.approx(0.1)
    assert (b - a).error < 1e-15 < a.error
    alone = Estimate(b.value, b.error) - a
    assert alone.error == np.hypot(a.error, b.error)
    assert alone.is_noise and not (b - a).is_noise


def test_a_ratio_leaves_out_scrambles_in_which_nothing_stands_below_the_line() -> None:
    exposed = np.where(REPLICATE < 3, 0.0, 2.0)
    found = estimate.ratio(np.where(exposed > 0, VALUES, 0.0), exposed, REPLICATE)
    each = VALUES.reshape(8, 32)[3:].mean(axis=1) / 2.0
    assert found.value == pytest.approx(each.mean())
    assert found.error == pytest.approx(each.std(ddof=1) / np.sqrt(5))
    assert isnan(estimate.ratio(VALUES, np.zeros(256), REPLICATE).value)


def test_one_scramble_has_no_error() -> None:
    assert isnan(estimate.mean(VALUES, np.zeros(256, dtype=np.int64)).error)


def test_flatten_puts_the_noise_beside_each_figure() -> None:
    @dataclass(frozen=True)
    class Row:
        name: str
        gain: Estimate

    @dataclass(frozen=True)
    class Table:
        irr: Quantiles
        rows: tuple[Row, ...]
        status: dict[str, int]

    table = Table(
        Quantiles(Estimate(0.1, 0.01), Estimate(0.2), Estimate(0.3, 0.03)), (Row("a", Estimate(1.0, 0.5)),), {"ok": 2}
    )
    flat = flatten(table)
    assert flat.pop("irr_p50_se") != flat.get("irr_p50_se", nan)
    assert flat == {
        "irr_p05": 0.1, "irr_p05_se": 0.01, "irr_p50": 0.2, "irr_p95": 0.3, "irr_p95_se": 0.03,
        "rows": [{"name": "a", "gain": 1.0, "gain_se": 0.5}], "status": {"ok": 2},
    }
