"""Limits in which an answer is known without the model (properties B)."""

from dataclasses import replace

import numpy as np
import pytest

from models.basis.shocks import Shocks, calm_shocks, draw_shocks
from models.claims.registry import CLASSES, VARIANTS, build_claims
from models.engine.evaluate import evaluate
from models.evidence.presets import presets
from models.market.simulate import simulate_market
from models.measures import returns
from models.scenario.scenario import Scenario
from models.tables.classes import classes
from tests.engine.runs import claims_of, npv

# What a scenario without volatility still draws: leases, delays and the price of a failed developer.
OWN_LUCK = ("renewal_u", "letting_u", "dc_delay_u", "llm_sale_u")


def without_own_luck(shocks: Shocks) -> Shocks:
    calm = calm_shocks(shocks.quarters)
    rows = [0] * shocks.paths
    return replace(shocks, **{name: getattr(calm, name)[rows] for name in OWN_LUCK})


@pytest.mark.parametrize("name", list(presets()))
@pytest.mark.parametrize(("seed", "paths"), [(1, 16), (99, 4)])
def test_zero_volatility_is_the_deterministic_run(name: str, seed: int, paths: int) -> None:
    scenario = Scenario.preset(name).calm
    one = calm_shocks()
    alone = build_claims(scenario, simulate_market(scenario.setting, one), one)
    shocks = without_own_luck(draw_shocks(seed, paths))
    market = simulate_market(scenario.setting, shocks)
    many = build_claims(scenario, market, shocks)
    for key, claim in alone.by_key.items():
        net, expected = many.by_key[key].flows.net, claim.flows.net
        scale = np.abs(expected).max()
        assert np.allclose(net, np.broadcast_to(expected, net.shape), rtol=1e-9, atol=1e-9 * scale), key


@pytest.mark.parametrize("quarters", [1, 2, 5])
def test_short_horizons_run(quarters: int) -> None:
    """A horizon of one quarter has little to say, but says it: finite flows or an explicit status."""
    shocks = draw_shocks(1, 1, quarters=quarters)
    market = simulate_market(Scenario().setting, shocks)
    claims = build_claims(Scenario(), market, shocks)
    for key, claim in claims.by_key.items():
        assert claim.flows.net.shape == (1, quarters + 1)
        assert np.isfinite(claim.flows.net).all(), key
        rate, status = returns.irr(claim.flows.net)
        name = str(returns.status_names(status)[0])
        assert np.isfinite(rate[0]) or name in ("undefined", "no_investment", "no_root"), key


def test_one_path_measures_everything() -> None:
    evaluation = evaluate(Scenario().replace({"run.paths": 1}))
    for entry in ("fair", "at_cost"):
        table = classes(evaluation, entry, variants=True)
        assert len(table) == len(CLASSES) + len(VARIANTS)
        for column in ("npv_mean", "moic_p50", "probability_of_loss", "cvar_95", "price", "capital"):
            assert np.isfinite(table[column].astype(float)).all(), column
        assert np.isfinite(table["irr_p50"].astype(float)).all()


def test_value_at_its_own_return_is_nothing() -> None:
    """NPV at the IRR is zero, at 0% it is the sum of the flows: on the engine's own flows, path by path."""
    for key, claim in claims_of(Scenario()).by_key.items():
        net = claim.flows.with_entry((claim.capital and 1.0) or claim.multiple * claim.earnings).net
        rate, status = returns.irr(net)
        fine = (returns.status_names(status) == "ok") & (rate > -0.999)
        assert fine.mean() > 0.5, key
        value = np.array([npv(r, row[None, :])[0] for r, row in zip(rate[fine], net[fine], strict=True)])
        gross = np.array([npv(r, np.abs(row)[None, :])[0] for r, row in zip(rate[fine], net[fine], strict=True)])
        assert (np.abs(value) <= 1e-8 * gross).all(), key
        assert np.allclose(npv(0.0, net), net.sum(axis=1), rtol=1e-12), key
