"""Today's price from an index: read from its fact row, one segment each, and nothing else of the model moves."""

from pathlib import Path

import pytest

from models.errors import DataError, ScenarioError
from models.evidence.price_index import NO_INDEX, options, price_indices
from models.evidence.rows import number, read_rows
from models.evidence.sources import DATA
from models.market.clearing import spot_price_now
from models.market.simulate import initial_scarcity, market_curves
from models.scenario.scenario import Scenario
from models.tables.market import price_today

FACTS = DATA / "facts" / "gpu_rental_prices.csv"


@pytest.mark.parametrize("key", price_indices())
def test_an_index_reads_its_fact_row(key: str) -> None:
    index = price_indices()[key]
    row = next(row for row in read_rows(FACTS, ("id",)) if row["id"] == index.source.id)
    assert (row["gpu"], row["unit"]) == ("H100", "USD/GPU-hour")
    assert index.price == number(FACTS, row, "value") and index.date == row["date"]
    assert ("history" in options()[key]) == index.source.is_history
    today = price_today(Scenario().replace({"clearing.price_index": key}))
    assert today.price == index.price


def test_segments_stay_apart_and_old_readings_say_so() -> None:
    known = price_indices()
    assert {index.segment for index in known.values()} == {"neocloud", "marketplace", "all", "hyperscaler"}
    assert known["hyperscaler_on_demand"].price > 2 * known["contract_1y"].price
    assert [key for key, index in known.items() if index.source.is_history] == [
        "contract_1y_2025", "contract_1y_2023", "cloud_on_demand_2025",
    ]
    labels = [(index.label, index.date) for index in known.values()]
    assert len(set(labels)) == len(labels)


def test_a_typed_price_comes_before_an_index_and_without_both_nothing_moves() -> None:
    base = Scenario()
    curves = market_curves(base.setting, 40)
    assert spot_price_now(base.clearing, curves) == pytest.approx(2.85, abs=1e-6)
    assert base.clearing.price_index == NO_INDEX
    both = base.replace({"clearing.price_index": "contract_1y", "clearing.spot_price": 3.1})
    assert spot_price_now(both.clearing, curves) == 3.1
    chosen = base.replace({"clearing.price_index": "contract_1y"})
    assert market_curves(chosen.setting, 40) is curves, "the long-run price does not depend on the index"
    assert chosen.neutral.clearing.price_index == "contract_1y", "today's price is known, not a surprise"


def test_a_list_price_is_more_than_scarcity_explains() -> None:
    dear = Scenario().replace({"clearing.price_index": "hyperscaler_on_demand"})
    assert initial_scarcity(dear.setting, market_curves(dear.setting, 40))[1]
    assert price_today(dear).is_clipped and not price_today(Scenario()).is_clipped


def test_an_unknown_index_is_refused_with_the_known_ones() -> None:
    with pytest.raises(ScenarioError, match="price_index: 'hearsay'"):
        Scenario().replace({"clearing.price_index": "hearsay"})


@pytest.mark.parametrize(
    ("fact", "words"), [("gpu_rental_prices-999", "is no row"), ("gpu_rental_prices-005", "B200"),
                        ("gpu_rental_prices-049", "percent")],
)
def test_a_row_that_is_no_price_of_an_h100_is_refused(tmp_path: Path, fact: str, words: str) -> None:
    (tmp_path / "facts").symlink_to(DATA / "facts")
    (tmp_path / "sources.csv").symlink_to(DATA / "sources.csv")
    (tmp_path / "price_indices.csv").write_text(f"id,fact,label\nx,{fact},X\n", encoding="utf-8")
    with pytest.raises(DataError, match=words):
        price_indices(tmp_path)
