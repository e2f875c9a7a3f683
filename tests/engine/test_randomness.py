"""Draws (properties D): the same bytes everywhere, streams that do not know each other, errors that are honest."""

import hashlib
import os
import subprocess
import sys
from dataclasses import fields
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy import stats

from models.basis.shocks import REPLICATES, Shocks, draw_replicate, draw_shocks
from models.basis.timeline import Array
from models.claims.registry import build_claims
from models.engine.evaluate import evaluate
from models.engine.world import World
from models.market.simulate import simulate_market
from models.scenario.scenario import Scenario
from models.tables.classes import classes
from tests.engine.runs import claims_of, draws, same_bits

ROOT = Path(__file__).resolve().parents[2]
FRESH = "from tests.engine.test_randomness import fingerprint; print(fingerprint())"
PICKS = ("gpu_fleet", "data_center", "gpu_debt", "hardware_supplier")


def blocks(shocks: Shocks) -> dict[str, Array]:
    """Every stream of draws by name."""
    return {f.name: getattr(shocks, f.name) for f in fields(shocks) if isinstance(getattr(shocks, f.name), np.ndarray)}


def fingerprint() -> str:
    """Hash of everything an evaluation of a preset with programs says."""
    evaluation = evaluate(Scenario.preset("gulf").replace({"run.paths": 64}))
    parts = [evaluation.market.price.tobytes(), evaluation.market.utilization.tobytes()]
    parts += [a.claim.flows.net.tobytes() + a.cash_npv.tobytes() for a in evaluation.assets.values()]
    parts += [classes(evaluation, entry, variants=True).to_csv().encode() for entry in ("fair", "at_cost")]
    return hashlib.sha256(b"".join(parts)).hexdigest()


def test_a_fresh_interpreter_gives_the_same_bytes() -> None:
    """As this one does after other work, with another hash seed and another number of threads for numpy."""
    evaluate(Scenario().replace({"run.paths": 16, "overcapacity.peak": 1.0}))
    world = {**os.environ, "PYTHONHASHSEED": "7", "PYTHONPATH": str(ROOT), "OPENBLAS_NUM_THREADS": "1"}
    done = subprocess.run(
        [sys.executable, "-c", FRESH], cwd=ROOT, env=world, capture_output=True, text=True, check=True, timeout=300
    )
    assert done.stdout.strip() == fingerprint()


@pytest.mark.parametrize(
    ("path", "value", "untouched"),
    [
        ("data_center.exit_cap", 0.08, ("gpu_fleet", "gpu_debt", "hardware_supplier", "llm_developer")),
        ("gpu_debt.advance_cap", 0.5, ("gpu_fleet", "data_center", "hardware_supplier", "llm_developer")),
        ("hardware_supplier.share_sd", 0.3, ("gpu_fleet", "data_center", "gpu_debt", "llm_developer")),
        ("llm_developer.quality_sd", 0.9, (*PICKS, "cloud_platform")),
        ("cloud_platform.ai_share_sd", 0.3, (*PICKS, "llm_developer")),
        ("gpu_fleet.contracted_share", 0.2, ("data_center", "hardware_supplier", "llm_developer", "cloud_platform")),
    ],
)
def test_an_asset_on_its_own_moves_no_other(path: str, value: float, untouched: tuple[str, ...]) -> None:
    alone = Scenario().replace({"contagion.lab_share": 0.0})  # what the lab rents ties others to it
    base, other = claims_of(alone), claims_of(alone.replace({path: value}))
    for key in untouched:
        assert same_bits(base.by_key[key].flows.net, other.by_key[key].flows.net), key
    moved = path.split(".")[0]
    assert not same_bits(base.by_key[moved].flows.net, other.by_key[moved].flows.net)


def test_streams_are_strangers_to_each_other() -> None:
    """One number a path from every stream; none is another's twin, none is constant."""
    shocks = draw_shocks(5, 8_192)
    columns = {}
    for name, block in blocks(shocks).items():
        if name != "replicate":
            flat = block.reshape(len(block), -1)
            columns[name] = flat[:, min(1, flat.shape[1] - 1)]
    table = np.stack(list(columns.values()), axis=1)
    assert (table.std(axis=0) > 0.1).all()
    correlation = stats.spearmanr(table).statistic
    off = np.abs(correlation - np.eye(len(columns)))
    worst = np.unravel_index(off.argmax(), off.shape)
    names = list(columns)
    assert off.max() < 0.05, f"{names[worst[0]]} and {names[worst[1]]}"


@pytest.mark.parametrize("method", ["sobol", "random"])
def test_draws_are_what_they_are_called(method: Any) -> None:
    shocks = draw_shocks(3, 4_096, method)
    for name, block in blocks(shocks).items():
        if name.endswith("_u"):
            assert block.min() > 0.0, name
            assert block.max() < 1.0, name
            first = block.reshape(len(block), -1)[:, -1]
            assert stats.kstest(first, "uniform").pvalue > 1e-4, name
        elif name.endswith("_z"):
            assert np.isfinite(block).all(), name
            flat = block if block.ndim == 1 else block[:, 1:]
            error = 1.0 / np.sqrt(flat.size)
            assert abs(flat.mean()) < 4.5 * error, name
            assert abs(flat.std() - 1.0) < 4.5 * error, name
            if block.ndim == 2:
                assert not block[:, 0].any(), f"{name} acts before the first quarter"
                steps = np.corrcoef(flat.T)
                assert np.abs(steps - np.eye(len(steps))).max() < 0.09, f"{name} is not independent over time"


def test_seeds_and_scrambles_differ() -> None:
    one, other = draw_shocks(1, 256), draw_shocks(2, 256)
    for name, block in blocks(one).items():
        if name != "replicate":
            assert not np.array_equal(block, getattr(other, name)), name
    groups = [one.demand_z[one.replicate == g] for g in range(REPLICATES)]
    assert all(len(group) == 32 for group in groups)
    assert not np.array_equal(groups[0], groups[1])
    alone = draw_replicate(1, 3, 32)
    assert np.array_equal(alone.demand_z, groups[3])
    with pytest.raises(ValueError, match="power of two"):
        draw_shocks(1, 1_000)


def test_fewer_paths_are_the_first_points_of_more() -> None:
    """Scrambled Sobol points extend: half as many paths a scramble are its first half."""
    few, more = draw_shocks(1, 256), draw_shocks(1, 512)
    for group in range(REPLICATES):
        assert np.array_equal(few.offtaker_u[few.replicate == group], more.offtaker_u[more.replicate == group][:32])


def test_sobol_and_random_draws_agree() -> None:
    """Means within three joint standard errors, where the Sobol error comes from independent scrambles."""
    sobol, plain = draw_shocks(21, 4_096), draw_shocks(22, 8_192, "random")
    scenario, keys = Scenario().replace({"overcapacity.peak": 0.6}), (*PICKS, "cloud_platform")
    smooth, rough = (
        {key: World(scenario, draws).position(key).value for key in keys} for draws in (sobol, plain)
    )
    for key in keys:
        groups = np.array([smooth[key][sobol.replicate == g].mean() for g in range(REPLICATES)])
        error = np.hypot(groups.std(ddof=1) / np.sqrt(REPLICATES), rough[key].std(ddof=1) / np.sqrt(8_192))
        assert abs(smooth[key].mean() - rough[key].mean()) <= 3.0 * error, key


def test_sobol_points_are_worth_many_random_ones() -> None:
    """The spread of a mean over independent sets of 512 paths, for a smooth value: less than two thirds."""
    spread = {}
    for method in ("sobol", "random"):
        means = []
        for seed in range(12):
            draws = draw_shocks(100 + seed, 512, method)  # type: ignore[arg-type]
            values = World(Scenario(), draws).position("gpu_fleet").value
            means.append(values.mean())
        spread[method] = np.std(means, ddof=1)
    assert spread["sobol"] < 0.67 * spread["random"]


def test_paired_differences_are_quieter_than_their_parts() -> None:
    shocks = draw_shocks(7, 1_024)
    base, near = (World(Scenario().replace({"overcapacity.peak": p}), shocks).values() for p in (0.0, 0.05))
    for key in base:
        paired = (near[key] - base[key]).std()
        apart = np.hypot(base[key].std(), near[key].std())
        assert paired < 0.5 * apart, key


def test_standard_errors_are_checked_by_replication() -> None:
    """The spread of a mean over seeds is what a single run says its error is, within a factor of two."""
    means, errors = [], []
    for seed in range(16):
        measures = evaluate(Scenario(), draw_shocks(500 + seed, 512), keys=("gpu_fleet",), variants=False)
        fair = measures.assets["gpu_fleet"].fair
        means.append((fair.npv_mean, fair.probability_of_loss, fair.cvar_95))
        errors.append((fair.npv_mean_se, fair.probability_of_loss_se, fair.cvar_95_se))
    ratio = np.std(means, axis=0, ddof=1) / np.sqrt((np.square(errors)).mean(axis=0))
    assert ((ratio > 0.5) & (ratio < 2.0)).all(), ratio


MAIN_SLIDERS = {
    "demand.growth_now": (0.0, 0.8),
    "overcapacity.peak": (0.0, 3.0),
    "overcapacity.peak_quarter": (2, 30),
    "policy.intensity": (0.0, 30.0),
    "localization.share": (0.0, 0.9),
    "hardware.deflation_surprise": (-0.10, 0.20),
    "gpu_fleet.contracted_share": (0.0, 1.0),
    "gpu_debt.advance_cap": (0.0, 0.9),
}


def test_every_corner_of_the_main_sliders_is_finite() -> None:
    base = Scenario.preset("eu_gigafactories")
    assert base.policy.programs
    shocks = draws(1, 16)
    for corner in product(*MAIN_SLIDERS.values()):
        scenario = base.replace(dict(zip(MAIN_SLIDERS, corner, strict=True)))
        market = simulate_market(scenario.setting, shocks)
        for name in ("price", "utilization", "surplus"):
            assert np.isfinite(getattr(market, name)).all(), (name, corner)
        for key, claim in build_claims(scenario, market, shocks).by_key.items():
            assert np.isfinite(claim.flows.net).all(), (key, corner)


WILD = {
    "demand.volatility": (0.0, 0.5), "demand.bust_rate": (0.0, 0.3), "demand.bust_size": (0.0, 0.7),
    "clearing.supply_slope": (1.0, 6.0), "clearing.demand_elasticity": (0.0, 1.2), "capacity.retirement": (0.01, 0.06),
    "overcapacity.peak": (0.0, 3.0),
}


def test_every_corner_of_the_wild_market_is_finite() -> None:
    shocks = draws(1, 16)
    for corner in product(*WILD.values()):
        scenario = Scenario().replace(dict(zip(WILD, corner, strict=True)))
        market = simulate_market(scenario.setting, shocks)
        for key, claim in build_claims(scenario, market, shocks).by_key.items():
            assert np.isfinite(claim.flows.net).all(), (key, corner)


@pytest.mark.parametrize(
    ("peak", "share", "advance"), [(0.0, 0.0, 0.0), (3.0, 1.0, 0.9), (3.0, 0.0, 0.9), (0.0, 1.0, 0.0)]
)
def test_measures_of_corners_are_defined(peak: float, share: float, advance: float) -> None:
    changes = {"overcapacity.peak": peak, "gpu_fleet.contracted_share": share, "gpu_debt.advance_cap": advance}
    evaluation = evaluate(Scenario().replace({**changes, "run.paths": 64}))
    for entry in ("fair", "at_cost"):
        table = classes(evaluation, entry, variants=True).set_index("asset")
        assert ("gpu_debt" in table.index) == (advance > 0.0)  # nothing is lent, so nothing is measured
        for name in ("npv_mean", "capital", "probability_of_loss", "cvar_95", "moic_p50", "irr_p50"):
            assert np.isfinite(table[name].astype(float)).all(), (entry, name, table[name])
