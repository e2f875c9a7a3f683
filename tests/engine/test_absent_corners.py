"""In corners of all bounds at once nothing is undefined without its reason; a file of its own, so that it runs beside
the bounds one by one."""

from __future__ import annotations

import pytest

from tests.corners import corners
from tests.engine.undefined import checked

CORNERS = 300


@pytest.mark.parametrize("seed", range(10))
def test_in_corners_nothing_is_undefined_without_its_reason(seed: int, thin_prices: None) -> None:
    for changes in corners(seed, CORNERS // 10):
        assert not checked(changes, table=True), changes
