"""The report says what the tables say, and is a proper document: tagged, vector, selectable, the same every time."""

import datetime as dt
from dataclasses import replace

import pytest

from dashboard import format as fmt
from dashboard.reports.assumptions import HEADLINE
from dashboard.reports.words import web_address
from dashboard.theme import FAMILY_NAMES
from models import Scenario, evaluate
from models.basis.entry import Entry
from models.engine.evaluate import Evaluation, evaluate_calm
from models.evidence.presets import preset
from models.evidence.sources import source
from models.scenario.catalog import entry
from models.studies.sensitivity.flip import Flip
from models.studies.verdict import verdict
from models.tables.classes import classes
from tests.dashboard.reports.conftest import ADDRESS
from tests.dashboard.reports.reading import links, objects, opened, pages, unbroken, words


def test_two_pages_of_a4(document: bytes) -> None:
    assert document.startswith(b"%PDF-")
    sizes = [[round(float(side)) for side in page.mediabox[2:]] for page in opened(document).pages]
    assert sizes == [[595, 842], [595, 842]]


def test_every_figure_of_the_table_is_on_the_first_page(document: bytes, evaluation: Evaluation) -> None:
    first = pages(document)[0]
    for entry_name in ("fair", "at_cost"):
        for row in classes(evaluation, entry_name).to_dict("records"):
            figures = [
                fmt.money(row["price"]),
                *(fmt.irr(row[f"irr_{p}"]) for p in ("p05", "p50", "p95")),
                fmt.percent(row["probability_of_loss"]),
                fmt.percent(row["probability_below_cash"]),
                fmt.percent(row["cvar_95"]),
                fmt.noise(row["cvar_95_se"]),
                fmt.multiple(row["moic_p50"]),
                fmt.irr(row["certainty_equivalent_return"]),
            ]
            line = " ".join(figures).replace("±0.0", "±<0.1")
            assert line in first, f"{row['asset']} at {entry_name}"


def test_classes_stand_in_their_families(document: bytes, evaluation: Evaluation) -> None:
    table = pages(document)[0].rpartition("worst 5%")[2]
    picks, cloud = (table.index(name) for name in FAMILY_NAMES.values())
    for result in evaluation.assets.values():
        assert (table.index(result.asset.label) > cloud) == (result.asset.family == "llm_and_cloud")
    assert picks < cloud


def test_verdict_version_seed_paths_and_date_are_printed(document: bytes, evaluation: Evaluation) -> None:
    first, said = pages(document)[0], verdict(evaluation)
    assert said.headline in first
    assert said.detail in first
    for page in pages(document):
        assert f"Model {evaluation.model_version} · seed 1 · 512 paths · 22 November 2026" in page
        assert "Not investment advice." in page


def test_the_link_is_printed_and_opens(document: bytes) -> None:
    assert "https://assay.example/?v=1&m=" in unbroken(document)
    assert any(address.startswith("https://assay.example/?v=1&m=") for address in links(document))


def test_the_preset_is_told_with_its_figures_and_their_sources(document: bytes) -> None:
    second, gulf = pages(document)[1], preset("gulf")
    assert gulf.story in second
    for figure in gulf.key_figures:
        assert f"{figure.value} {figure.label}" in second
        assert source(figure.source).publisher in second


def test_headline_assumptions_are_always_there(document: bytes, base: Scenario) -> None:
    second = pages(document)[1]
    for path in HEADLINE:
        item = entry(path, base)
        assert f"{item.label}, {fmt.told_unit(item.unit)}" in second
    assert "log per year" not in second and "Demand growth now, % a year 49.18%" in second


def test_changes_are_listed_with_preset_value_value_source_and_date(evaluation: Evaluation, render) -> None:
    changed = evaluation.scenario.replace({"demand.growth_now": 0.55, "gpu_debt.advance_cap": 0.6})
    second = pages(render(replace(evaluation, scenario=changed)))[1]
    assert "Assumptions: 2 differ from the preset" in second
    for path, before, after in (("demand.growth_now", "49.18%", "73.33%"), ("gpu_debt.advance_cap", "75%", "60%")):
        item = entry(path)
        cited = source(item.source)
        name = f"{item.label}, {fmt.told_unit(item.unit)}"
        row = second[second.index(name) :]
        assert row.startswith(f"{name} {before} {before} {after} {cited.publisher}")
        assert cited.date in row[:200]


def test_nothing_counts_as_changed_in_a_preset(document: bytes) -> None:
    assert "Assumptions: none differs from the preset" in pages(document)[1]
    assert "Changed in this report" not in words(document)


def test_only_the_appendix_grows(evaluation: Evaluation, render) -> None:
    base = evaluation.scenario
    changes = {path: _nudged(entry(path, base)) for path in NUMBERS}
    many = render(replace(evaluation, scenario=base.replace(changes)))
    printed = pages(many)
    assert f"Assumptions: {len(NUMBERS)} differ from the preset" in printed[1]
    assert len(printed) in (3, 4)
    text = " ".join(printed)
    assert not [item.label for item in map(entry, NUMBERS) if item.label not in text]
    assert "The link in full" in text


def _nudged(item: Entry) -> float:
    return item.value + 0.05 * ((item.high if item.value < item.high else item.low) - item.value)


NUMBERS = (
    "demand.stock_now demand.growth_now demand.growth_fade demand.volatility demand.bust_rate demand.bust_size "
    "demand.bust_permanent demand.bust_half_life demand.rebound pipeline.hyperscaler_response pipeline.local_response "
    "capacity.retirement capacity.economic_retirement clearing.supply_slope clearing.demand_elasticity "
    "clearing.price_speed clearing.price_floor localization.share localization.friction localization.bloc_error "
    "localization.correlation hardware.installed_cost hardware.merchant_hurdle hardware.deflation_now "
    "gpu_fleet.contracted_share gpu_fleet.power_price data_center.rent data_center.capex gpu_debt.advance_cap "
    "hardware_supplier.hurdle llm_developer.hurdle llm_developer.quality_sd llm_costs.inference llm_costs.other "
    "cloud_platform.core_now cloud_platform.markup rates.base_rate rates.cash_rate rates.risk_aversion "
    "covenants.contract_recovery"
).split()


def test_an_entry_without_an_investment_has_no_row_and_its_reason(base: Scenario, render) -> None:
    first = pages(render(evaluate(base.replace({"chip.price": 1000.0, "policy.fleet_share": 1.0, "run.paths": 64}))))[0]
    assert "GPU fleet has no figures at what is asked today, because nothing is paid in:" in first
    assert "n/a" not in first and first.count("cost $") == 2, "data center and debt"


def test_one_path_without_shocks_is_reported_as_such(base: Scenario, render) -> None:
    calm = evaluate_calm(base)
    text = words(render(calm))
    assert "one path without shocks" in text
    assert "standard errors;" not in text
    assert fmt.irr(calm.assets["gpu_fleet"].fair.irr.p50) in text


def test_charts_are_vectors_with_selectable_names(document: bytes, evaluation: Evaluation) -> None:
    assert not [item for item in objects(document) if item.get("/Subtype") == "/Image"]
    cash = evaluation.scenario.rates.cash_rate
    for result in evaluation.assets.values():
        sure = fmt.percent(cash + result.at_cost.certainty_equivalent_return)
        assert f"{result.asset.label} {sure}" in pages(document)[0]


def test_it_is_tagged_named_and_has_words_for_each_chart(document: bytes) -> None:
    root = opened(document).trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == "en-US"
    assert opened(document).metadata.title == f"{preset('gulf').title}: scenario report"
    assert b"<pdfuaid:part>1</pdfuaid:part>" in root["/Metadata"].get_data()
    spoken = [str(item["/Alt"]) for item in objects(document) if item.get("/S") == "/Figure" and "/Alt" in item]
    assert len([words for words in spoken if len(words) > 40]) == 4


def test_only_the_bundled_typeface_is_used(document: bytes) -> None:
    fonts = {str(item["/BaseFont"]).partition("+")[2] for item in objects(document) if "/BaseFont" in item}
    assert fonts == {"SourceSans3-Regular", "SourceSans3-SemiBold"}


def test_the_same_input_and_day_give_the_same_bytes(document: bytes, base: Scenario, render) -> None:
    assert render(evaluate(base)) == document
    assert render(today=dt.date(2026, 11, 23)) != document


def test_what_would_flip_it_is_named_under_the_verdict(render) -> None:
    flip = Flip("overcapacity.peak", "Overcapacity at its peak", "share", 0.0, 0.34, 0.1, "family", "llm_and_cloud")
    first = pages(render(flips=[flip]))[0]
    assert "What would flip it: overcapacity at its peak at 34% instead of 0% (LLM and cloud leads)." in first
    assert len(pages(render(flips=[flip, flip, flip]))) == 2


HOSTILE = [
    '#import "@preview/x:1.0.0": *',
    "#panic(1)",
    "*bold* _emphasis_ $x^2$ = heading",
    "<script>alert(1)</script>",
    "]#[",
    "\\u{202e} \\ // /* comment",
    "@label <label> `raw`",
    "'\"; DROP TABLE scenarios; --",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_printed_as_it_stands(text: str, evaluation: Evaluation, render) -> None:
    program = replace(evaluation, scenario=evaluation.scenario.replace({"policy.programs.0.name": text}))
    said = replace(verdict(program), headline=f"{text} headline", detail=f"{text} detail")
    printed = unbroken(render(program, preset=text, verdict=said))
    for expected in (f"{text} headline", f"{text} detail", f"Preset: {text}", f"This report: {text}"):
        assert "".join(expected.split()) in printed


def test_an_address_that_is_not_of_the_web_is_printed_but_not_clickable(render) -> None:
    data = render(link="javascript:alert(1)")
    assert "javascript:alert(1)" in words(data)
    assert all(address.startswith(("https://", "http://")) for address in links(data))


@pytest.mark.parametrize(
    "link",
    [
        "javascript:alert(1)",
        "file:///etc/passwd",
        "//x.example",
        "https:///x",
        'https://x/"><',
        "https://[",
        "https://x/\n",
        "",
    ],
)
def test_only_a_web_address_becomes_a_link(link: str) -> None:
    assert web_address(link) == ""
    assert web_address("https://assay.example/?v=1&p=gulf") == "https://assay.example/?v=1&p=gulf"


def test_long_words_are_broken_over_lines_and_stay_whole(evaluation: Evaluation, render) -> None:
    name, query = "Averylongname" * 5, "q=1234567890&" * 150
    data = render(preset=name, verdict=replace(verdict(evaluation), headline="W" * 300), link=f"{ADDRESS}?{query}")
    text = unbroken(data)
    for word in (name, "W" * 300, query):
        assert word in text
    lines = [line for line in opened(data).pages[0].extract_text().splitlines() if set(line) == {"W"}]
    assert len(lines) > 5
    assert max(map(len, lines)) <= 45


def test_other_scripts_and_invisible_characters_do_not_break_it(render) -> None:
    title = "主权 \u202etxt\u0000\ud800\u200b \U0001f600 عربي Ω"
    text = words(render(preset=title))
    assert "Ω" in text
    assert "\u202e" not in text
