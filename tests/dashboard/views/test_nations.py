"""The page of nations: all of them side by side with noise, one in full with its sources, opened and pinned."""

from collections.abc import Iterator

import pytest
from streamlit.testing.v1 import AppTest

from dashboard import app, run, state
from dashboard.views.nations import charts, page, reading, record, words
from models.evidence.countries import TOPICS, load_countries
from models.scenario.link import decode
from models.scenario.nations import nation_scenario
from models.scenario.scenario import Scenario
from models.studies.nations import nations
from tests.dashboard.finished import AtOnce, on_less


def script() -> None:
    from dashboard import address
    from dashboard.views.nations import page as nations

    address.read()
    address.write()
    nations.render()


@pytest.fixture(scope="module", autouse=True)
def jobs(thin_prices: None) -> Iterator[AtOnce]:
    jobs = AtOnce()
    less = on_less(reading.find_nations, paths=64)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(run, "job", jobs)
        patch.setattr(reading, "find_nations", less)
        patch.setattr(reading, "nations", lambda **told: nations(("uae", "france", "china", "us"), **told))
        yield jobs


@pytest.fixture
def shown() -> AppTest:
    return AppTest.from_function(script, default_timeout=300).run()


def texts(shown: AppTest) -> str:
    return " ".join(element.proto.body for element in shown.get("html")) + " ".join(
        each.value for each in [*shown.markdown, *shown.caption])


def test_it_is_a_page_of_the_registry() -> None:
    assert any(render is page.render and path == "nations" for render, _, path, _ in app.PAGES[""])


def test_nations_stand_side_by_side_with_their_noise(shown: AppTest) -> None:
    assert not shown.exception
    body = texts(shown)
    assert "A fleet earns most in" in body and "least in China" in body
    assert "None of it reaches a champion" in body, "of these four"
    assert body.count("±") >= 16 and "Subsidy of need" in body
    assert not any(">n/a<" in element.proto.body or "nan%" in element.proto.body for element in shown.get("html"))


@pytest.mark.parametrize("key", ["uae", "south_korea", "china"])
def test_a_country_is_shown_with_its_sources_and_what_is_missing(shown: AppTest, key: str) -> None:
    shown.selectbox(key=page.PICK).set_value(key).run()
    shown.session_state["nations:sources"] = True
    shown.run()
    assert not shown.exception
    body = texts(shown)
    country = load_countries()[key]
    assert all(f"**{name}**" in body for name in TOPICS.values())
    missing = [known for known in country.topics.values() if known.missing]
    assert body.count("Not known: ") == len(missing)
    power = nation_scenario(key).gpu_fleet.power_price
    assert f"In its scenario: local power price ${power:g}/kWh" in body.replace("\\", "")
    links = [cited.address for cited in country.sources if cited.address]
    assert links and all(link in body for link in links)
    history = [key for known in country.topics.values() for key in known.facts if "; history" in record._grade(key)]
    assert body.count("history, shown with its date") >= len(history)


def test_a_click_opens_the_country_and_two_are_pinned_to_compare(shown: AppTest) -> None:
    shown.selectbox(key=page.PICK).set_value("france").run()
    shown.button(key="nations:open").click().run()
    kept = shown.session_state[state.STORE]
    assert kept.now == state.Moment(Scenario.preset("france"), "france") and kept.past
    shown.button(key="nations:pin").click().run()
    assert shown.button(key="nations:pin").disabled, "what is pinned is not pinned twice"
    assert not shown.get("page_link"), "one is not compared"
    shown.selectbox(key=page.PICK).set_value("india").run()
    shown.button(key="nations:pin").click().run()
    assert not shown.exception
    pins = kept.board.pins
    assert [pin.name for pin in pins] == ["France", "India"]
    assert decode(pins[1].link).scenario == nation_scenario("india") and "p=india" in pins[1].link
    assert len(shown.get("page_link")) == 1


def test_programs_say_how_much_of_them_counts() -> None:
    table = record.programs_table(load_countries()["south_korea"]).set_index("name")
    assert table.loc["National AI budget 2026", "counts"] == "0%" and table.loc["National AI budget 2026", "why"]
    assert table.loc["National AI Computing Centre", "counts"] == "100%"
    germany = record.programs_table(load_countries()["germany"])
    assert germany["counts"].tolist() == ["no"] and "chip factories" in germany["why"].iloc[0]


def test_tiles_are_darker_where_it_is_better_and_undefined_ones_are_pale() -> None:
    names = [name for name in charts.MEASURES]
    rows = [{"title": title, "short": title} | dict.fromkeys(names, value) for title, value in (("A", 0.1), ("B", 0.2))]
    rows.append({"title": "C", "short": "C"} | dict.fromkeys(names, float("nan")))
    frame = charts.tiles_frame(rows).set_index(["measure", "nation"])["shade"]
    assert frame["Fleet", "B"] == charts.FULL and frame["Fleet", "C"] == 0.0
    assert frame["Hour at home", "A"] > frame["Hour at home", "B"]


def test_the_worst_alone_does_not_stretch_the_shades_and_noise_does_not_fill_them() -> None:
    names = [name for name in charts.MEASURES]

    def shades(values: tuple[float, ...], error: float) -> list[float]:
        rows = [{"title": str(i), "short": str(i), "earns_gpu_fleet_se": error} | dict.fromkeys(names, value)
                for i, value in enumerate(values)]
        frame = charts.tiles_frame(rows)
        return frame[frame["measure"] == "Fleet"]["shade"].tolist()

    far = shades((-9.0, 0.1, 0.2, 0.3), 0.0)
    assert far == [0.0, 0.0, pytest.approx(charts.FULL / 2), charts.FULL]
    alike = shades((0.100, 0.101, 0.102, 0.103), 0.01)
    assert max(alike) - min(alike) < 0.05 * charts.FULL


def test_a_difference_inside_the_noise_is_no_winner() -> None:
    rows = [{"title": title, "earns_gpu_fleet": value, "earns_gpu_fleet_se": 0.01} for title, value in
            (("A", 0.10), ("B", 0.11))]
    assert words.headline(rows) == "Nations differ by less than the noise in what a fleet earns"
    rows.append({"title": "C", "earns_gpu_fleet": -0.2, "earns_gpu_fleet_se": 0.01})
    assert words.headline(rows) == "A fleet earns most in B or A, least in C"


def test_what_is_undefined_decides_no_sentence() -> None:
    nothing = float("nan")
    rows = [
        {"title": title, "earns_gpu_fleet": earns, "earns_gpu_fleet_se": 0.001, "covered": covered, "need": need,
         "given": 0.0}
        for title, earns, covered, need in (("A", nothing, nothing, -1.0), ("B", 0.1, 0.02, 5e9), ("C", 0.2, 0.01, 5e9))
    ]
    assert words.headline(rows) == "A fleet earns most in C, least in B"
    assert "must find $5.0bn in five years" in words.detail(rows) and "2.0% of that in all, in B" in words.detail(rows)
    assert words.headline(rows[:1]) == "A fleet has no return in any of these nations"
    assert "has no need" in words.detail(rows[:1])
