"""Runs too large to keep whole: measured block by block, with the figures of the run in one piece."""

from collections.abc import Iterator
from dataclasses import fields

import numpy as np
import pytest

from models import Evaluation, Scenario
from models.basis.shocks import REPLICATES, draw_shocks, joined_shocks
from models.engine import evaluate as engine
from models.engine.evaluate import evaluate
from models.errors import ScenarioError
from models.explain import explain, resolve
from models.studies.verdict import verdict
from models.tables.classes import fan, summary
from models.tables.contract import evaluation_json

KEPT = 1_024
PATHS = 4 * KEPT


@pytest.fixture(scope="module", autouse=True)
def few() -> Iterator[None]:
    """Fewer paths are kept than by default, so that a run of blocks stays small."""
    with pytest.MonkeyPatch.context() as patch:
        for module in (engine, resolve):
            patch.setattr(module, "KEPT", KEPT)
        yield


@pytest.fixture(scope="module")
def blocks(few: None) -> Evaluation:
    return evaluate(Scenario().replace({"run.paths": PATHS, "overcapacity.peak": 0.4}))


@pytest.fixture(scope="module")
def whole(few: None) -> Evaluation:
    scenario = Scenario().replace({"run.paths": PATHS, "overcapacity.peak": 0.4})
    return evaluate(scenario, draw_shocks(1, PATHS))


def test_measures_are_those_of_the_run_in_one_piece(blocks: Evaluation, whole: Evaluation) -> None:
    got, expected = summary(blocks), summary(whole)
    assert got[["asset", "entry", "metric", "unit"]].equals(expected[["asset", "entry", "metric", "unit"]])
    for column in ("value", "standard_error"):
        np.testing.assert_allclose(got[column].astype(float), expected[column].astype(float), rtol=1e-9, atol=1e-9)


def test_what_compares_classes_reads_every_path(blocks: Evaluation, whole: Evaluation) -> None:
    np.testing.assert_allclose(blocks.correlation, whole.correlation, atol=1e-12)
    assert blocks.lead_share == pytest.approx(whole.lead_share, abs=1e-12)
    assert verdict(blocks).headline == verdict(whole).headline
    assert evaluation_json(blocks, "")["paths"] == blocks.paths == PATHS


def test_the_order_of_paths_is_no_matter() -> None:
    shocks = draw_shocks(1, 256)
    mixed = shocks.take(np.random.default_rng(0).permutation(256))
    one, other = (evaluate(Scenario(), draws).lead_share for draws in (shocks, mixed))
    assert one == pytest.approx(other, abs=1e-12)


def test_few_paths_are_kept_and_they_are_balanced(blocks: Evaluation) -> None:
    assert blocks.market.paths == len(blocks.replicate) == KEPT
    assert (np.bincount(blocks.replicate) == KEPT // REPLICATES).all()
    seen = fan(blocks, "price")
    assert seen["p50"].iloc[-1] == pytest.approx(float(np.median(blocks.market.price[:, -1])))


def test_the_sample_is_an_evaluation_of_its_own(blocks: Evaluation, whole: Evaluation) -> None:
    sample = blocks.sample
    assert sample.paths == KEPT and whole.sample is whole
    for key, result in sample.assets.items():
        near = blocks.assets[key].fair
        noise = 6.0 * result.fair.probability_of_loss_se + 1e-3
        assert result.fair.probability_of_loss == pytest.approx(near.probability_of_loss, abs=noise), key


def test_paths_that_are_not_kept_are_not_explained(blocks: Evaluation) -> None:
    with pytest.raises(ScenarioError, match=r"run\.paths: 4,096 .* set run\.paths to 1024 or less"):
        explain(blocks, "assets.gpu_fleet.irr.p50")


def test_joined_draws_are_the_draws() -> None:
    shocks = draw_shocks(3, 64)
    parts = [shocks.take(np.flatnonzero(shocks.replicate == group)) for group in range(REPLICATES)]
    for f in fields(shocks):
        np.testing.assert_array_equal(getattr(joined_shocks(parts), f.name), getattr(shocks, f.name))
