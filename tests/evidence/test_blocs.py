"""Cost of talent and data by bloc, and sectors by how strictly borders bind them: in step with the presets."""

from pathlib import Path

import pytest

from models.errors import DataError
from models.evidence.blocs import bloc_costs, sectors
from models.evidence.presets import presets
from models.scenario.scenario import Scenario


def test_every_bloc_splits_the_cost_its_preset_declares() -> None:
    blocs = {name for name, preset in presets().items() if preset.group == "bloc"}
    assert set(bloc_costs()) == blocs
    for name, cost in bloc_costs().items():
        assert cost.total == pytest.approx(Scenario.preset(name).llm_costs.other), name


def test_sectors_share_out_all_demand() -> None:
    assert sum(row.share for row in sectors()) == pytest.approx(1.0)
    assert sectors()[0].id == "state"


def test_shares_that_do_not_add_up_are_refused(tmp_path: Path) -> None:
    from models.evidence.sources import DATA

    for name in ("sources.csv", "facts"):
        (tmp_path / name).symlink_to(DATA / name)
    text = (DATA / "border_sectors.csv").read_text(encoding="utf-8").replace("0.57", "0.40")
    (tmp_path / "border_sectors.csv").write_text(text, encoding="utf-8")
    with pytest.raises(DataError, match="they must add to 1"):
        sectors(tmp_path)
