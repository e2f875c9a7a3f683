"""Bisection: one bracket or many, smooth borders or jumps, and the two ends keep their sides."""

import numpy as np
import pytest

from models.measures.bisection import halved


def test_many_brackets_close_in_on_borders_of_their_own() -> None:
    borders = np.array([0.1, 0.5, 0.9])
    near, far = halved(np.zeros(3), np.ones(3), lambda x: x >= borders, 20)
    assert (near < borders).all() and (far >= borders).all()
    assert far - near == pytest.approx(2.0**-20)


def test_a_border_may_lie_downwards() -> None:
    near, far = halved(1.0, -1.0, lambda x: x <= -0.25, 10)
    assert float(far) <= -0.25 < float(near) and float(near - far) == 2.0**-9


def test_no_halving_leaves_the_ends() -> None:
    assert [float(end) for end in halved(2.0, 3.0, lambda x: True, 0)] == [2.0, 3.0]
