"""Localization and fragmentation (model 1.3): what of capacity finds demand when blocs do not lend to each other."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad

from models.market.localization import Localization, matched_share
from models.scenario.scenario import Scenario
from tests.engine.runs import market_of, same_bits, scenarios

MARKET = ("demand", "overcapacity", "pipeline", "capacity", "clearing", "localization", "hardware", "regime", "export")


@settings(max_examples=200)
@given(st.floats(0.02, 8.0), st.floats(0.02, 0.8))
def test_matched_share_is_the_mean_of_what_can_be_served(ratio: float, sd: float) -> None:
    """E[min(1, X)] by quadrature for lognormal X with this mean."""
    drift = np.log(ratio) - 0.5 * sd**2
    density = lambda z: np.exp(-0.5 * z * z) / np.sqrt(2.0 * np.pi)  # noqa: E731
    kink = np.clip(-drift / sd, -9.0, 9.0)
    short = quad(lambda z: np.exp(drift + sd * z) * density(z), -9.0, kink, epsabs=1e-12)[0]
    full = quad(density, kink, 9.0, epsabs=1e-12)[0]
    assert matched_share(np.array([ratio]), sd)[0] == pytest.approx(short + full, abs=1e-8)


@settings(max_examples=200)
@given(st.floats(1e-6, 50.0), st.floats(0.0, 0.8))
def test_matched_share_never_exceeds_demand_or_capacity(ratio: float, sd: float) -> None:
    share = float(matched_share(np.array([ratio]), sd)[0])
    assert 0.0 <= share <= min(1.0, ratio) * (1.0 + 1e-12)
    assert share >= float(matched_share(np.array([ratio]), sd + 0.05)[0]) - 1e-12


def test_limits_of_the_matched_share() -> None:
    ratios = np.array([0.3, 0.9, 1.0, 1.4])
    assert matched_share(ratios, 0.0) == pytest.approx(np.minimum(1.0, ratios), abs=0.0)
    assert matched_share(ratios, 1e-6) == pytest.approx(np.minimum(1.0, ratios), abs=1e-6)
    assert matched_share(np.array([1e-4]), 0.3)[0] == pytest.approx(1e-4, rel=1e-9)
    assert matched_share(np.array([1.0]), 0.1)[0] == pytest.approx(0.960, abs=5e-4)
    assert matched_share(np.array([1.0]), 0.3)[0] == pytest.approx(0.881, abs=5e-4)


@settings(max_examples=200)
@given(scenarios(only=MARKET, programs=0))
def test_loop_agrees_with_the_closed_form(scenario: Scenario) -> None:
    """The loop interpolates a table; utilization must still be the formula of the model."""
    market = market_of(scenario)
    place, run = scenario.localization, market.world
    bound, error = place.bound_share(), place.scenario_error
    formula = (1.0 - bound) * matched_share(run.served_ratio, place.pooled_sd(error)) + bound * matched_share(
        run.served_ratio, place.local_sd(error)
    )
    assert np.allclose(run.utilization, scenario.clearing.ceiling_utilization * formula, rtol=0.0, atol=2e-6)


@settings(max_examples=200)
@given(
    scenarios(only=MARKET, without=("localization.share", "capacity.economic_retirement"), programs=0),
    st.floats(0.0, 0.9),
)
def test_more_localization_never_raises_utilization(scenario: Scenario, share: float) -> None:
    """Without economic retirement price and demand over capacity do not depend on the localized share.

    Export controls are left out: they make the home bloc another market, and the share says how much of it counts.
    """
    less, more = sorted((share, 0.9 - share))
    plain = scenario.replace({"capacity.economic_retirement": 0.0, "export.affected_share": 0.0})
    low = market_of(plain.replace({"localization.share": less}))
    high = market_of(plain.replace({"localization.share": more}))
    assert same_bits(low.price, high.price)
    assert (high.utilization <= low.utilization + 1e-9).all()


@pytest.mark.parametrize(
    "changes",
    [{"localization.blocs": 1}, {"localization.correlation": 1.0}, {"localization.flexibility": 1.0}],
    ids=["one bloc", "blocs alike", "full flexibility"],
)
def test_localization_without_effect(changes: dict[str, float]) -> None:
    open_world = Scenario().replace({**changes, "localization.share": 0.0, "overcapacity.peak": 0.5})
    bound = open_world.replace({"localization.share": 0.9})
    assert np.allclose(market_of(bound).utilization, market_of(open_world).utilization, rtol=0.0, atol=1e-12)
    assert np.allclose(market_of(bound).price, market_of(open_world).price, rtol=1e-12)


def test_flexibility_undoes_localization_bit_for_bit() -> None:
    bound = Scenario().replace({"localization.share": 0.9, "localization.flexibility": 1.0})
    free = Scenario().replace({"localization.share": 0.0})
    assert same_bits(market_of(bound).utilization, market_of(free).utilization)


def test_local_spread_does_not_matter_without_localization() -> None:
    """With nothing localized only the pooled spread acts: split the error over blocs differently, same pool."""
    place = Localization(share=0.0, bloc_error=0.3, blocs=12, friction=0.1)
    other = Localization(share=0.0, bloc_error=0.6, blocs=48, friction=0.1)
    assert place.pooled_sd(0.3) == pytest.approx(other.pooled_sd(0.6), rel=1e-12)
    assert place.local_sd(0.3) < other.local_sd(0.6)
    paths = [
        market_of(Scenario().replace({f"localization.{k}": v for k, v in p.model_dump().items()})).utilization
        for p in (place, other)
    ]
    assert np.allclose(*paths, rtol=0.0, atol=1e-9)


@pytest.mark.parametrize("share", [0.0, 0.4, 0.9])
def test_no_mismatch_at_all(share: float) -> None:
    scenario = Scenario().replace(
        {"localization.friction": 0.0, "localization.bloc_error": 0.0, "localization.share": share,
         "overcapacity.peak": 0.4}
    )
    run = market_of(scenario).world
    assert np.allclose(run.utilization, 0.9 * np.minimum(1.0, run.served_ratio), rtol=0.0, atol=1e-12)
