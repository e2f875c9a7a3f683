"""Sessions are threads: eight of them get what one alone gets, of loans and of the figures of neighboring worlds."""

import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from models.basis.shocks import draw_shocks
from models.engine.figures import read_figures
from models.engine.world import World
from models.scenario.scenario import Scenario
from models.studies.facility.facility import facility_result

THREADS, ROUNDS, LOANS = 8, 60, 5


@pytest.fixture
def hasty() -> Iterator[None]:
    """Threads change hands a thousand times as often as usual."""
    usual = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(usual)


@pytest.mark.usefixtures("hasty")
def test_eight_threads_get_the_loans_that_one_gets() -> None:
    shocks = draw_shocks(3, 8)
    scenarios = [Scenario().replace({"gpu_debt.tenor_quarters": 12 + i}) for i in range(LOANS)]
    alone = [facility_result(scenario, shocks).loan.balance for scenario in scenarios]

    def session(first: int) -> int:
        for i in range(first, first + ROUNDS):
            loan = facility_result(scenarios[i % LOANS], shocks).loan
            np.testing.assert_array_equal(loan.balance, alone[i % LOANS])
        return first

    with ThreadPoolExecutor(THREADS) as pool:
        assert list(pool.map(session, range(THREADS))) == list(range(THREADS))


@pytest.mark.usefixtures("hasty")
def test_eight_threads_get_the_figures_that_one_gets() -> None:
    """Markets, claims, positions, prices and figures that neighbors share are kept in stores that sessions share."""
    shocks = draw_shocks(3, 8)
    changes = [{"overcapacity.peak": 0.1 * i, "gpu_debt.advance_cap": 0.5 + 0.05 * (i % 2)} for i in range(LOANS)]
    alone = [read_figures(World(Scenario(), shocks).neighbor(change)).whole for change in changes]
    shared = World(Scenario(), shocks)

    def session(first: int) -> int:
        for i in range(first, first + 2 * LOANS):
            np.testing.assert_array_equal(read_figures(shared.neighbor(changes[i % LOANS])).whole, alone[i % LOANS])
        return first

    with ThreadPoolExecutor(THREADS) as pool:
        assert list(pool.map(session, range(THREADS))) == list(range(THREADS))
