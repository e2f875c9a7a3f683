"""The market against an independent implementation (model 5.1): deterministic to three decimals, then 16,384 paths."""

import numpy as np
import pytest

from models.scenario.scenario import Scenario
from tests.engine.figures import FIRST_EDITION, PEAKS, QUARTERS, figures
from tests.engine.runs import calm_market

# Overcapacity: price over long-run price, utilization and surplus at quarters 4, 8, 12, 20, 40.
CALM = {
    0.0: ("1.027 1.014 1.007 1.002 1.000", ".788 .786 .785 .784 .784", "-.017 -.009 -.004 -.001 0"),
    0.25: (".941 .786 .751 .907 1.000", ".758 .719 .723 .771 .784", ".068 .215 .231 .061 0"),
    0.6: (".840 .588 .542 .992 .977", ".717 .645 .653 .811 .779", ".187 .529 .561 -.040 .018"),
    1.0: (".747 .449 .403 .872 .982", ".677 .583 .594 .785 .779", ".323 .888 .937 .055 .015"),
}
# The same as medians, then peak surplus 5/50/95%, idle capital, quarters with surplus, share of paths with order stop.
MEDIANS = {
    0.0: ("1.01 .98 .96 1.02 1.01", ".78 .78 .78 .79 .79", "0 .02 .03 -.01 -.01", ".14 .60 1.50", 0.19, 14, 0.49),
    0.25: (".93 .76 .72 .99 .99", ".75 .71 .72 .79 .78", ".08 .25 .26 -.01 .01", ".24 .75 1.73", 0.24, 18, 0.64),
    0.6: (".83 .57 .53 .96 .97", ".71 .64 .66 .80 .78", ".20 .57 .56 -.01 .02", ".42 1.01 2.16", 0.33, 20, 0.86),
    1.0: (".74 .44 .42 .88 .97", ".67 .58 .61 .79 .78", ".34 .93 .87 .05 .03", ".67 1.36 2.75", 0.40, 22, 0.97),
}
SUPPLIER_FIRST_YEAR = {0.0: 214e9, 0.25: 245e9, 0.6: 288e9, 1.0: 335e9}


def numbers(text: str) -> list[float]:
    return [float(part) for part in text.split()]


@pytest.mark.parametrize("peak", PEAKS)
def test_the_path_without_shocks(peak: float) -> None:
    market = calm_market(Scenario().replace({"overcapacity.peak": peak, **FIRST_EDITION}))
    found = (np.exp(market.log_ratio[0]), market.utilization[0], market.surplus[0])
    for name, path, expected in zip(("price", "utilization", "surplus"), found, CALM[peak], strict=True):
        assert path[QUARTERS] == pytest.approx(numbers(expected), abs=6e-4), name


@pytest.mark.parametrize("peak", PEAKS)
def test_medians_of_the_simulation(peak: float) -> None:
    got = figures({}, peak).extras["market"]
    price, utilization, surplus, highest, idle, quarters, fires = MEDIANS[peak]
    assert got["price"] == pytest.approx(numbers(price), abs=0.015)
    assert got["utilization"] == pytest.approx(numbers(utilization), abs=0.01)
    assert got["surplus"] == pytest.approx(numbers(surplus), abs=0.015)
    assert got["peak"] == pytest.approx(numbers(highest), rel=0.03, abs=0.01)
    assert got["idle"] == pytest.approx(idle, abs=0.01)
    assert got["quarters"] == pytest.approx(quarters, abs=1.0)
    assert got["fires"] == pytest.approx(fires, abs=0.015)


@pytest.mark.parametrize("peak", PEAKS)
def test_first_year_of_the_supplier(peak: float) -> None:
    """The rule that sets demand today: about $215bn, more when a glut is planned."""
    revenue = figures({}, peak).extras["revenue"]
    assert revenue[:, 0].mean() == pytest.approx(SUPPLIER_FIRST_YEAR[peak], rel=0.015)
