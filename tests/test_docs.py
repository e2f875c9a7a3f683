"""The documents cannot lag: classes, metrics, presets and commands stand in them; what they name exists."""

import re
from pathlib import Path

import pytest

from models.__main__ import COMMANDS
from models.claims.registry import CLASSES
from models.evidence.presets import presets
from models.tables.classes import DEBT_METRICS, METRICS
from models.version import MODEL_VERSION

ROOT = Path(__file__).resolve().parent.parent
README, MODEL, DATA, CHANGES = (
    (ROOT / name).read_text(encoding="utf-8")
    for name in ("README.md", "models/README.md", "data/README.md", "CHANGELOG.md")
)
DOCUMENTS = [path.relative_to(ROOT).as_posix() for path in (*ROOT.glob("*.md"), *ROOT.glob("*/README.md"))]
# Metrics that the contract carries to explain another one, not to be read on their own.
SUPPORTING = {"cash_npv_mean", "irr_of_mean", "price", "capital", "certainty_equivalent", "advance_rate", "coupon"}


@pytest.mark.parametrize("key", CLASSES)
def test_every_asset_class_is_described(key: str) -> None:
    assert f"| `{key}` |" in MODEL


@pytest.mark.parametrize("key", sorted((METRICS.keys() | DEBT_METRICS.keys()) - SUPPORTING))
def test_every_metric_is_described(key: str) -> None:
    assert f"`{key}`" in MODEL, f"the list of metrics lacks {key}"


@pytest.mark.parametrize("key", presets())
def test_every_preset_is_described(key: str) -> None:
    assert f"`{key}`" in DATA


def test_every_command_is_described_and_none_is_made_up() -> None:
    named = set(re.findall(r"^python -m models (\w+)", MODEL, flags=re.MULTILINE))
    assert named == set(COMMANDS)


def test_the_version_is_among_the_changes() -> None:
    assert f"* **{MODEL_VERSION}**" in CHANGES


@pytest.mark.parametrize("name", DOCUMENTS)
def test_links_lead_to_files_that_are_there(name: str) -> None:
    document = ROOT / name
    links = re.findall(r"\]\(([^)#]+)[^)]*\)", document.read_text(encoding="utf-8"))
    assert [link for link in links if "://" not in link and not (document.parent / link).exists()] == []


@pytest.mark.parametrize("name", DOCUMENTS)
def test_files_named_in_code_are_there(name: str) -> None:
    named = re.findall(r"`((?:models|dashboard|tests|data)/[\w/.-]+)`", (ROOT / name).read_text(encoding="utf-8"))
    assert [path for path in named if not (ROOT / path).exists()] == []


def test_the_readme_shows_the_first_page() -> None:
    assert re.search(r"!\[[^]]*\]\(dashboard/assets/screenshot\.png\)", README)
