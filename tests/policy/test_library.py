"""The library of national programs as declared programs: all of them valid, every guess noted."""

import json

import pytest

from models.__main__ import main
from models.errors import ScenarioError
from models.evidence.programs import load_programs
from models.policy.library import BUDGET_CAP, mapped, national_program
from models.policy.program import INSTRUMENTS, Program
from models.scenario.scenario import Scenario

ROWS = load_programs()
COMPUTE = [row for row in ROWS if row.is_compute]


@pytest.mark.parametrize("row", COMPUTE, ids=lambda row: row.id)
def test_every_national_program_becomes_a_valid_one(row):
    found = mapped(row)
    program = Program.model_validate(found.program.model_dump())
    assert Scenario().replace({"policy.programs": (program,)}).policy.programs == (program,)
    assert sum(getattr(program.mix, name) for name in INSTRUMENTS) == pytest.approx(1.0, abs=1e-12)
    assert program.schedule.bloc_share is None
    assert program.schedule.budget in (0.0, BUDGET_CAP, row.announced_usd)
    assert found.notes, "a mapping without a guess would be a wonder"
    assert all(note.endswith(".") for note in found.notes)


def test_there_are_37():
    assert len(ROWS) == 37


@pytest.mark.parametrize(
    ("key", "mix", "terms", "disbursement"),
    [
        ("001", {"grant": 1.0}, {"capex_share": 0.33}, 0.35),
        ("009", {"voucher": 0.5, "procurement": 0.5}, {"voucher_rate": 0.41}, 0.0384),
        ("012", {"grant": 1.0}, {"capex_share": 0.67}, 0.35),
        ("015", {"procurement": 1.0}, {}, 0.35),
        ("019", {"equity": 1.0}, {}, 0.35),
        ("023", {"voucher": 1.0}, {"voucher_rate": 0.80}, 0.35),
        ("025", {"power": 1.0}, {"power_discount": 0.02}, 0.35),
        ("036", {"champion": 1.0}, {}, 0.35),
        ("010", {"grant": 1.0}, {}, 1.0),
    ],
)
def test_words_of_a_source_become_instruments(key, mix, terms, disbursement):
    program = mapped(national_program(key)).program
    assert {name: share for name, share in program.mix.model_dump().items() if share} == mix
    assert {name: getattr(program.terms, name) for name in terms} == terms
    assert program.schedule.disbursement == pytest.approx(disbursement, abs=1e-4)


def test_what_is_no_compute_is_marked_and_refused(capsys):
    refused = {row.id: row.refusal for row in ROWS if not row.is_compute}
    assert {key[-3:] for key in refused} == {"004", "027", "028", "029", "034", "035"}
    assert "private stake" in refused["sovereign_programs-029"]
    for key, reason in refused.items():
        with pytest.raises(ScenarioError, match="cannot be added") as error:
            mapped(national_program(key))
        assert key in str(error.value) and reason in str(error.value)
    assert main(["link", "--add-program", "27"]) == 1
    assert "US: CHIPS Act" in (said := capsys.readouterr().err) and "chip factories, not for AI compute" in said


def test_private_pledges_are_no_subsidy():
    france = mapped(national_program("008"))
    assert france.program.schedule.budget == 0.0
    assert any("private" in note for note in france.notes)


def test_machines_without_money_have_no_budget():
    korea = mapped(national_program("037"))
    assert korea.program.schedule.budget == 0.0
    assert any("No amount of money" in note for note in korea.notes)


def test_a_budget_beyond_the_bounds_is_cut_and_says_so():
    china = mapped(national_program("024"))
    assert china.program.schedule.budget == BUDGET_CAP
    assert any("143 bn" in note and "100 bn" in note for note in china.notes)


def test_an_unknown_program_names_the_nearest():
    with pytest.raises(ScenarioError, match="sovereign_programs-00"):
        national_program("sovereign_programs-00x")
    with pytest.raises(ScenarioError, match="no such national program"):
        national_program("99")


def test_the_command_line_adds_a_program_and_sets_it(capsys):
    command = ["link", "--add-program", "sovereign_programs-009", "--set", "policy.programs.0.schedule.stop=12"]
    assert main(command) == 0
    out = capsys.readouterr()
    assert "IndiaAI" in json.loads(out.out)["link"]
    assert "3.8% of the announcement is known to be released" in out.err
    assert main(["link", "--add-program", "nowhere"]) == 1
