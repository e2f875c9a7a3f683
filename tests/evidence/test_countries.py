"""Countries: every topic is sourced or said to be missing, every program counts or says why not, breaches are named."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from models.errors import DataError
from models.evidence.countries import TOPICS, load_countries, made_of
from models.evidence.presets import presets
from models.evidence.programs import load_programs
from models.evidence.sources import DATA

COUNTRIES = load_countries()
ASKED = {
    "United Arab Emirates", "Saudi Arabia", "India", "Japan", "South Korea", "France", "Germany", "United Kingdom",
    "Canada", "China", "United States", "European Union",
}


def test_the_countries_asked_for_are_there_and_say_something_of_every_topic() -> None:
    assert {country.title for country in COUNTRIES.values()} == ASKED
    for country in COUNTRIES.values():
        assert list(country.topics) == list(TOPICS), country.key
        assert country.sources, country.key


def test_every_program_of_a_country_that_pays_for_compute_is_counted_or_says_why_not() -> None:
    for country in COUNTRIES.values():
        rows = {row.id: row for row in country.library_programs}
        assert rows, country.key
        if not country.is_alone:
            assert set(country.programs) == {key for key, row in rows.items() if row.is_compute}, country.key
    assert not any(row.is_compute for row in load_programs() if row.scope in ("semiconductor_fab", "ai_adoption"))


def test_parts_add_to_the_bloc() -> None:
    for bloc in ("gulf", "japan_korea", "france_uk"):
        members = [country for country in COUNTRIES.values() if country.bloc == bloc]
        whole = presets()[bloc].changes["localization.home_share"]
        assert sum(country.home_share for country in members) == pytest.approx(whole), bloc
    for country in COUNTRIES.values():
        if country.is_alone:
            assert country.home_share == presets()[country.bloc].changes["localization.home_share"], country.key


def test_every_bloc_says_of_which_countries_it_is_made() -> None:
    for name, preset in presets().items():
        assert bool(made_of(name)) == (preset.group == "bloc"), name
    assert made_of("gulf") == "United Arab Emirates and Saudi Arabia"
    assert made_of("india") == "India alone"


def _without_reason(one: dict) -> None:
    one["topics"]["power"] = {}


def _unknown_source(one: dict) -> None:
    one["topics"]["compute"]["facts"] = ["nations-999"]


def _forgets_a_topic(one: dict) -> None:
    del one["topics"]["capital"]


def _forgets_a_program(one: dict) -> None:
    one["programs"] = {}


def _less_without_reason(one: dict) -> None:
    one["programs"] = {"sovereign_programs-019": {"share": 0.3}}


def _foreign_program(one: dict) -> None:
    one["programs"]["sovereign_programs-001"] = {"share": 1.0}


def _no_bloc(one: dict) -> None:
    one["bloc"] = "telecom_glut"


def _old_revenue(one: dict) -> None:
    one["champion_revenue"] = "llm_economics-034"


@pytest.mark.parametrize(
    ("breach", "complaint"),
    [
        (_without_reason, "say why nothing is known"), (_unknown_source, "nations-999"),
        (_forgets_a_topic, "nothing is said of capital"), (_forgets_a_program, "nothing is said of sovereign"),
        (_less_without_reason, "say why the program does not count"), (_foreign_program, "is no program of UAE"),
        (_no_bloc, "no preset of a bloc"), (_old_revenue, "is history"),
    ],
)
def test_a_broken_record_is_named(tmp_path: Path, breach: Callable[[dict], None], complaint: str) -> None:
    shutil.copy(DATA / "countries.json", tmp_path)
    path = tmp_path / "countries.json"
    records = json.loads(path.read_text(encoding="utf-8"))
    breach(records[0])
    path.write_text(json.dumps(records), encoding="utf-8")
    with pytest.raises(DataError, match=r"countries\.json") as refused:
        load_countries(tmp_path)
    assert complaint in str(refused.value)
