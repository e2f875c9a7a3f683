"""The indicative rating: a table that is ordered, and bands that widen with the sampling error."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.studies.facility import rating


def test_the_table_is_ordered() -> None:
    """Worse grades lose more at every horizon, and losses add up over time."""
    assert rating.IDEALIZED_LOSS.shape == (len(rating.GRADES), 10)
    assert (np.diff(rating.IDEALIZED_LOSS, axis=0) > 0.0).all()
    assert (np.diff(rating.IDEALIZED_LOSS, axis=1) > 0.0).all()


def test_its_first_grade_is_a_default_in_ten_thousand_at_55_percent() -> None:
    assert rating.IDEALIZED_LOSS[0, 9] / rating.SEVERITY == pytest.approx(1e-4)
    assert rating.IDEALIZED_LOSS[9, 9] / rating.SEVERITY == pytest.approx(0.061)


@pytest.mark.parametrize(("loss", "years", "grade"), [
    (0.0, 5.0, "Aaa"), (0.0086900, 5.0, "Baa2"), (0.0086901, 5.0, "Baa3"), (0.5, 5.0, "below Caa3"), (0.02, 3.0, "Ba2"),
    (float("nan"), 3.0, "n/a"), (0.0, float("nan"), "n/a"), (0.02, float("nan"), "n/a"),
    (0.7, float("nan"), "below Caa3"), (1.0, float("nan"), "below Caa3"),
])
def test_grade_by_loss(loss: float, years: float, grade: str) -> None:
    band = rating.by_loss(loss, 0.0, years)
    assert band.grade == band.words == grade
    assert rating.by_loss(loss, 0.01, years).grade == grade


@given(st.floats(0.0, 1.0), st.floats(0.0, 0.5) | st.just(float("nan")))
def test_what_has_no_life_has_no_good_rating(share: float, error: float) -> None:
    for band in (rating.by_loss(share, error, float("nan")), rating.by_default(share, error, float("nan"))):
        assert {band.grade, band.best, band.worst} <= {"n/a", "below Caa3"}


@given(st.floats(0.0, 0.6), st.floats(0.0, 0.1), st.floats(0.25, 12.0))
def test_bands_contain_their_grade(loss: float, error: float, years: float) -> None:
    order = [*rating.GRADES, "below Caa3"]
    band = rating.by_loss(loss, error, years)
    assert order.index(band.best) <= order.index(band.grade) <= order.index(band.worst)
    worse = rating.by_loss(loss + 0.05, error, years)
    assert order.index(worse.grade) >= order.index(band.grade)


def test_default_and_loss_agree_at_the_table_s_severity() -> None:
    band = rating.by_loss(0.55 * 0.04, 0.0, 4.0)
    assert rating.by_default(0.04, 0.0, 4.0).grade == band.grade
    assert rating.by_default(0.04, 0.01, 4.0).words != band.grade
