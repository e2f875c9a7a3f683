"""A driver is one declaration: nothing it owns is another's, and a new one moves no draw of the others."""

from itertools import chain

import numpy as np
import pytest

from models.basis import shocks as module
from models.basis.shocks import DRIVERS, SOBOL_COLUMNS, Driver, calm_shocks, draw_replicate, draw_shocks


def test_drivers_share_no_name_no_label_and_no_column() -> None:
    taken = list(chain.from_iterable(driver.columns for driver in DRIVERS.values()))
    assert len(set(taken)) == len(taken) and set(taken) <= set(range(SOBOL_COLUMNS))
    for word in ("name", "label"):
        assert len({getattr(driver, word) for driver in DRIVERS.values()}) == len(DRIVERS)


def test_draws_have_the_declared_shape_and_kind() -> None:
    drawn, calm = draw_shocks(1, 64, quarters=12), calm_shocks(12)
    for name, driver in DRIVERS.items():
        assert getattr(drawn, name).shape == (64, *driver.shape(12)), name
        assert getattr(calm, name).shape == (1, *driver.shape(12)), name
        assert (getattr(calm, name) == driver.calm).all()
        if name.endswith("_u"):
            assert 0.0 < getattr(drawn, name).min() and getattr(drawn, name).max() < 1.0


def test_a_new_driver_moves_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    before = draw_replicate(3, 2, 64)
    with pytest.raises(TypeError, match="strike_u"):  # drawn, though no field takes it yet
        monkeypatch.setattr(module, "DRIVERS", {
            "strike_u": Driver("strike", "Strikes", module._uniforms, range(30, 31)), **DRIVERS,
        })
        draw_replicate(3, 2, 64)
    after = module._draw_block(3, 2, 64, "sobol", before.quarters)
    assert after["strike_u"].shape == (64,)
    for name in DRIVERS:
        assert np.array_equal(after[name], getattr(before, name)), name


def test_draws_that_are_left_out_take_no_memory_and_show_who_reads_them() -> None:
    drawn = draw_shocks(1, 64)
    thin = drawn.without("demand_z", "renewal_u")
    assert (thin.paths, thin.quarters) == (64, drawn.quarters)
    assert thin.offtaker_u is drawn.offtaker_u and thin.rate_z is drawn.rate_z
    assert np.isnan(thin.demand_z).all() and thin.demand_z.strides == (0, 0)
    assert thin.renewal_u.shape == drawn.renewal_u.shape


def test_draws_that_are_asked_for_are_those_of_all() -> None:
    whole, some = draw_replicate(3, 1, 64), draw_replicate(3, 1, 64, names=("letting_u", "rate_z"))
    assert np.array_equal(some.letting_u, whole.letting_u) and np.array_equal(some.rate_z, whole.rate_z)
    assert np.isnan(some.demand_z).all() and some.demand_z.shape == whole.demand_z.shape
    assert some.demand_z.strides == (0, 0) and (some.paths, some.quarters) == (64, whole.quarters)
