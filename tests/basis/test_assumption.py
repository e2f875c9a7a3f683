"""A slice is checked when a user sets it, and takes what the model derives as it is."""

import pytest

from models.scenario.scenario import Scenario


def test_what_is_derived_skips_bounds_and_never_names() -> None:
    debt = Scenario().gpu_debt
    assert debt.derived(tenor_quarters=1).tenor_quarters == 1
    assert debt.derived(tenor_quarters=debt.tenor_quarters) == debt
    with pytest.raises(TypeError, match="GpuDebt has no tenor"):
        debt.derived(tenor=4)
    with pytest.raises(TypeError, match="Scenario has no gpu_deb"):
        Scenario().derived(gpu_deb=debt)
