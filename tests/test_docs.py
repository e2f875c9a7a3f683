"""The README cannot lag: asset classes, metrics, presets and commands stand in it; every command it names exists."""

import re
from pathlib import Path

import pytest

from models.__main__ import COMMANDS
from models.claims.registry import CLASSES
from models.evidence.presets import presets
from models.tables.classes import DEBT_METRICS, METRICS
from models.version import MODEL_VERSION

README = (Path(__file__).resolve().parent.parent / "README.md").read_text(encoding="utf-8")
# Metrics that the contract carries to explain another one, not to be read on their own.
SUPPORTING = {"cash_npv_mean", "irr_of_mean", "price", "capital", "certainty_equivalent", "advance_rate", "coupon"}


@pytest.mark.parametrize("key", CLASSES)
def test_every_asset_class_is_described(key: str) -> None:
    assert f"| `{key}` |" in README


@pytest.mark.parametrize("key", sorted((METRICS.keys() | DEBT_METRICS.keys()) - SUPPORTING))
def test_every_metric_is_described(key: str) -> None:
    assert re.search(rf"`{key}`", README), f"README's list of metrics lacks {key}"


@pytest.mark.parametrize("key", presets())
def test_every_preset_is_described(key: str) -> None:
    assert f"`{key}`" in README


def test_every_command_is_described_and_none_is_made_up() -> None:
    named = set(re.findall(r"^python -m models (\w+)", README, flags=re.MULTILINE))
    assert named == set(COMMANDS)


def test_the_version_is_among_the_changes() -> None:
    assert f"* **{MODEL_VERSION}**" in README


def test_the_screenshot_is_there() -> None:
    picture = re.search(r"!\[[^]]*\]\(([^)]+)\)", README)
    assert picture and (Path(__file__).resolve().parent.parent / picture.group(1)).is_file()
