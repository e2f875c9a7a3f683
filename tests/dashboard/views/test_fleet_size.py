"""The part of the fleet page about the whole fleet: totals in words, prices of power with their sources."""

import re

import pytest
from streamlit.testing.v1 import AppTest

from dashboard.views.asset_class import fleet_size
from models.evidence.power_prices import PLACES, PlacePrice, price_table

SCRIPT = (
    "from dashboard import address, state\n"
    "from dashboard.views.asset_class import fleet_size\n"
    "address.read()\n"
    "fleet_size.render(state.scenario(), 'fair')\n"
)


def words(**query: str) -> str:
    test = AppTest.from_string(SCRIPT, default_timeout=120)
    for key, value in {"run.paths": "256", **query}.items():
        test.query_params[key.replace("__", ".")] = value
    test.run()
    assert not test.exception
    return re.sub(r"<[^>]+>", " ", " ".join(str(item.proto.body) for item in test.get("html")))


@pytest.mark.slow
def test_totals_follow_the_number_of_gpus() -> None:
    small, large = words(), words(cluster__gpus="10240", cluster__volume_discount="0", cluster__network_growth="0")
    assert "1,024 GPUs for $22.5m" in small
    assert "10,240 GPUs for $225m" in large
    assert "Paid by the vendor" not in small
    assert "nan" not in small.lower().split()


@pytest.mark.slow
def test_a_chosen_place_is_marked_and_options_add_rows() -> None:
    shown = words(cluster__place="norway", residual_guarantee__is_on="on", tax__is_on="on")
    assert "Paid by the vendor" in shown and "Tax over the life" in shown
    assert "data_centers-063" not in shown, "a source is cited in words, not by its key"
    assert "Norway" in shown and "Eurostat" in shown


def test_places_are_listed_once_cheapest_first() -> None:
    rows = price_table()
    assert [row.price for row in rows] == sorted(row.price for row in rows)
    assert {row.place for row in rows} == set(PLACES) - {"own"}
    assert all(row.citation and row.reading for row in rows)


def test_words_of_a_source_do_not_become_markup() -> None:
    html = fleet_size.power_prices([PlacePrice("x", "<script>", 0.1, '"><b>', "<i>")], "x")
    assert "<script>" not in html and "<i>" not in html and '"><b>' not in html
    assert "<b>$0.100/kWh</b>" in html
