"""Verdict, map, table and class pages judge who pays by one measure: none of them contradicts another."""

import pytest

from dashboard.views.asset_class import words
from dashboard.views.decide import charts, rows
from models.claims.registry import CLASSES
from models.engine.evaluate import Evaluation, evaluate
from models.evidence.presets import presets
from models.scenario.scenario import Scenario
from models.studies.verdict import ENTRY, verdict
from models.tables.classes import classes


@pytest.fixture(scope="module", params=["base", "telecom_glut", "gulf"])
def result(request: pytest.FixtureRequest) -> Evaluation:
    return evaluate(Scenario.preset(request.param).replace({"run.paths": 256}))


def test_a_class_page_never_contradicts_the_first_page(result: Evaluation) -> None:
    said, told = verdict(result), classes(result, ENTRY).to_dict("records")
    for row in told:
        headline, key = words.headline(row, ENTRY), str(row["asset"])
        assert (" not pay" in headline) == (key in said.losers), headline
        is_sure = not said.is_close and key not in said.losers and "within its noise" not in said.headline
        if key == said.best and is_sure:
            assert f"{said.returns[key].value:.1%} a year" in headline.replace("−", "-")
    assert rows.ranked(told, "certainty_equivalent_return")[0]["asset"] == said.best


@pytest.mark.parametrize("name", presets())
def test_no_class_beats_the_winner_on_both_axes_of_the_map(name: str, thin_prices: None) -> None:
    result = evaluate(Scenario.preset(name).replace({"run.paths": 64}))
    said, table = verdict(result), classes(result, ENTRY)
    drawn = charts.map_columns(table, result.scenario.rates.cash_rate)
    at = {key: (x, y) for key, x, y in zip(drawn["asset"], drawn["x"], drawn["y"], strict=True)}
    assert set(at) <= set(CLASSES)
    won = at[said.best]
    assert not [key for key, (x, y) in at.items() if x < won[0] and y > won[1]]
    assert won[1] == max(y for _, y in at.values())
