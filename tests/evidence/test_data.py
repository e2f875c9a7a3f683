"""`data/` holds what it says it holds, and its readers refuse what is broken, by file, row and field."""

import csv
import datetime as dt
import itertools
import re
import shutil
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from models.errors import AssayError, DataError, ScenarioError
from models.evidence.programs import load_programs
from models.evidence.rows import period_end, read_rows
from models.evidence.sources import DATA, EVIDENCE, load_sources, source

# Model specification: the sources S1-S23, the methods, and the fact rows its parameter table leans on.
CITED_ROWS = {
    "asset_bust_analogues": (),
    "capacity_pipeline": (54,),
    "cloud_economics": (3, 21, 24, 25, 26),
    "data_centers": (1, 20, 21, 22, 23, 24, 25, 26, 36, 40, 41, 70, 78, 82, 83, 84, 85, 86, 87, 89, 90),
    "gpu_debt_deals": (*range(1, 10), 15, 16, 22, 37, 38),
    "gpu_prices": (1, 4, 5, 6, 7),
    "gpu_rental_prices": (59, 78, 82, 98),
    "hardware_suppliers": (2, 5, 6, 12),
    "llm_economics": (16, 17, 18, *range(27, 37), 41),
    "macro": (1, 10, 18, 19, 20),
    "sovereign_programs": (1, 5, 6, 7, 8, 9, 10, 11, 12, 14, 15, 19, 20, 23, 26),
    "telecom_bust": (19, 39),
}
METHODS = (
    "jorgenson_1963 rosen_smith_1983 rockafellar_uryasev_2000 rockafellar_uryasev_2002 saltelli_2010 jansen_1999 "
    "owen_1997 owen_2014 owen_prieur_2017 hasofer_lind_1974 longstaff_schwartz_2001 norstrom_1972 mcdonald_siegel_1986 "
    "merton_1974 magni_2010"
).split()
# The sellers of these indices do not allow a series: what is shipped must stay too thin to be one.
SOLD_INDICES = ("SemiAnalysis", "Silicon Data", "Ornn")


def fact_rows() -> Iterator[tuple[str, dict[str, str]]]:
    for table in sorted((DATA / "facts").glob("*.csv")):
        with table.open(encoding="utf-8", newline="") as lines:
            for row in csv.DictReader(lines):
                yield table.stem, row


def test_every_fact_row_and_every_cited_source_resolves() -> None:
    known = load_sources()
    keys = [row["id"] for _, row in fact_rows()]
    assert len(keys) == len(set(keys)) == 637
    wanted = [f"{table}-{number:03d}" for table, numbers in CITED_ROWS.items() for number in numbers]
    assert [key for key in [*keys, *wanted, *METHODS, "judgment"] if key not in known] == []
    cited = {int(found[1]) for key in known if (found := re.match(r"s(\d+)_", key))}
    assert cited == set(range(1, 24))


@pytest.mark.parametrize(
    ("key", "title", "reading"),
    [
        ("macro-001", "FRED SOFR (as quoted)", "SOFR: 3.87 percent"),
        ("gpu_rental_prices-078", "The Information Machine thread: H100 spot falls while contract rises",
         "H100, neocloud, 1-year contract, SemiAnalysis H100 1-yr contract: 2.65 USD/GPU-hour"),
        ("hardware_suppliers-012", "Public Nvidia model page (stockanalysis consensus)", "24.2"),
        ("s23_epoch", "The US hosts the majority of AI supercomputers, followed by China", ""),
    ],
)  # fmt: skip
def test_a_key_leads_to_its_document_and_its_figure(key: str, title: str, reading: str) -> None:
    found = source(key)
    assert found.title == title
    assert reading in found.reading
    assert found.publisher


def test_a_fact_is_as_its_file_says() -> None:
    known = load_sources()
    for table, row in fact_rows():
        found = known[row["id"]]
        assert row["id"].startswith(f"{table}-")
        assert (found.title, found.address, found.evidence) == (row["source_title"], row["source_url"], row["evidence"])
        assert found.reading.endswith(f"{row['value']} {row['unit']}")
        assert found.publisher


def test_one_bibliography_row_a_document() -> None:
    rows = read_rows(DATA / "sources.csv", ("id", "title", "publisher", "address"))
    documents = Counter(row["address"] or (row["title"], row["publisher"]) for row in rows)
    assert [document for document, times in documents.items() if times > 1] == []
    assert [row["id"] for row in rows if not (row["title"] and row["publisher"])] == []
    assert [row["id"] for row in rows if not re.fullmatch(r"[a-z][a-z0-9_]*", row["id"])] == []


def test_what_was_not_read_says_so() -> None:
    known = load_sources()
    assert known["judgment"].evidence == known["judgment"].confidence == "judgment"
    assert {known[key].evidence for key in METHODS} == {"literature"}
    assert all("without re-reading" in known[key].note for key in METHODS)
    assert source("macro-001").citation.endswith("as quoted")
    assert "as quoted" not in source("gpu_debt_deals-001").citation


def test_no_address_points_inside_or_at_a_file() -> None:
    hosts = [found.address.split("/")[2] for found in load_sources().values() if found.address]
    inside = re.compile(r"localhost|^\d+(\.\d+){3}|:\d+$|\.(local|internal|lan|intranet|corp)$|^[^.]+$")
    assert [host for host in hosts if inside.search(host)] == []


@pytest.mark.parametrize("seller", SOLD_INDICES)
def test_no_series_of_a_sold_index_is_shipped(seller: str) -> None:
    """At most four days of one index, none within a month of the next: readings, not a series."""
    days: dict[tuple[str, ...], set[dt.date]] = {}
    for table, row in fact_rows():
        if table == "gpu_rental_prices" and seller in row["provider_or_index"]:
            index = "contract" if "1-y" in row["contract_type"] else row["contract_type"]
            days.setdefault((row["gpu"], row["segment"], index), set()).add(dt.date.fromisoformat(row["date"]))
    assert days
    for index, read in days.items():
        ordered = sorted(read)
        gaps = [(after - before).days for before, after in itertools.pairwise(ordered)]
        assert len(ordered) <= 4 and all(gap > 30 for gap in gaps), f"{index}: {ordered}"


@pytest.mark.parametrize(
    ("date", "end"),
    [
        ("2026-09-27", dt.date(2026, 9, 27)),
        ("2004-08", dt.date(2004, 8, 31)),
        ("2004-02", dt.date(2004, 2, 29)),
        ("2004-Q2", dt.date(2004, 6, 30)),
        ("2001-H1", dt.date(2001, 6, 30)),
        ("2024", dt.date(2024, 12, 31)),
        ("1996-2001", dt.date(2001, 12, 31)),
        ("", None),
    ],
)
def test_a_period_ends_on_its_last_day(date: str, end: dt.date | None) -> None:
    assert period_end(date) == end


@pytest.mark.parametrize("date", ["soon", "2026-13", "2026-02-30", "2004-Q5", "99", "2026-09-27T00:00", "２０２４"])
def test_what_is_no_period_is_refused(date: str) -> None:
    with pytest.raises(DataError, match="is not a period"):
        period_end(date)


def test_history_is_what_is_more_than_a_year_old() -> None:
    known = load_sources()
    assert known["telecom_bust-019"].is_history
    assert not known["macro-001"].is_history
    assert not known["merton_1974"].is_history, "a method does not age"
    assert not known["judgment"].is_history
    fresh = known["gpu_rental_prices-078"]  # 2026-06-26
    assert not fresh.is_history_on(dt.date(2027, 6, 26))
    assert fresh.is_history_on(dt.date(2027, 6, 27))
    old = {found.evidence for found in known.values() if found.is_history}
    assert old == set(EVIDENCE) - {"literature", "judgment"}


def test_an_unknown_key_is_answered_with_its_neighbors() -> None:
    with pytest.raises(DataError, match=r"'gpu_rental-078'.*gpu_rental_prices-078"):
        source("gpu_rental-078")
    with pytest.raises(DataError, match=r"'<script>' is neither in data/sources\.csv nor a row of data/facts$"):
        source("<script>")


def test_callers_cannot_spoil_the_table_for_each_other() -> None:
    load_sources().clear()
    assert "judgment" in load_sources()


def test_the_errors_are_one_tree() -> None:
    assert all(issubclass(kind, AssayError) for kind in (ScenarioError, DataError))
    assert not issubclass(AssayError, ValueError)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A small valid data directory to break."""
    (tmp_path / "facts").mkdir()
    shutil.copy(DATA / "sources.csv", tmp_path)
    shutil.copy(DATA / "facts" / "macro.csv", tmp_path / "facts")
    return tmp_path


def test_a_smaller_data_directory_reads(data: Path) -> None:
    assert source("macro-001", data) == source("macro-001")
    with pytest.raises(DataError, match="gpu_prices-001"):
        source("gpu_prices-001", data)


@pytest.mark.parametrize(
    ("file", "old", "new", "complaint"),
    [
        ("facts/macro.csv", ",3.87,", ",nan,", r"macro\.csv, row macro-001, field value: 'nan' is a lost value"),
        ("facts/macro.csv", ",3.87,", ",-Infinity,", r"macro\.csv, row macro-001, field value: '-Infinity'"),
        ("facts/macro.csv", ",3.87,", ",1e999,", r"macro\.csv, row macro-001, field value: '1e999' is not a finite"),
        ("facts/macro.csv", ",3.87,", ",three,", r"macro\.csv, row macro-001, field value: 'three' is not a finite"),
        ("facts/macro.csv", ",3.87,", ",,", r"macro\.csv, row macro-001, field value: a fact row needs a value"),
        ("facts/macro.csv", ",3.87,", ",3.87,1,", r"macro\.csv, line 2: 14 cells under 13 columns"),
        ("facts/macro.csv", "macro-002", "macro-001", r"macro\.csv, row macro-001, field id: 'macro-001' is empty or"),
        ("facts/macro.csv", "macro-002", "judgment", r"macro\.csv, row judgment: this id is already a source"),
        ("facts/macro.csv", ",evidence,", ",proof,", r"macro\.csv: the header lacks \['evidence'\]"),
        ("facts/macro.csv", ",low,", ",unit,", r"macro\.csv: the header lacks unique names"),
        ("facts/macro.csv", "2026-09-23", "last week", r"macro\.csv, row macro-001, field date: date 'last week' is"),
        ("facts/macro.csv", "https://fred.stlouisfed.org/series/SOFR", "javascript:alert(1)",
         r"macro\.csv, row macro-001, field source_url: 'javascript:alert\(1\)' is not an http\(s\) address"),
        ("facts/macro.csv", "https://fred.stlouisfed.org/series/SOFR", "https://example.org/other",
         r"macro\.csv, row macro-001, field source_url: 'https://example\.org/other' is not in sources\.csv"),
        ("sources.csv", ",judgment,judgment,", ",divination,judgment,",
         r"sources\.csv, row judgment, field evidence: 'divination' must be 'filing'"),
        ("sources.csv", ",judgment,judgment,", ",judgment,sure,", r"row judgment, field confidence: 'sure' must be"),
        ("sources.csv", "judgment,Our own", ",Our own", r"sources\.csv, row line 2, field id: '' is empty"),
        ("sources.csv", "Our own judgment", '"Our own', r"sources\.csv cannot be read as a UTF-8 CSV file"),
    ],
)  # fmt: skip
def test_a_broken_file_is_refused_by_name(data: Path, file: str, old: str, new: str, complaint: str) -> None:
    text = (data / file).read_text(encoding="utf-8")
    assert old in text
    (data / file).write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(DataError, match=complaint):
        load_sources(data)


@pytest.mark.parametrize("content", [b"\xff\xfe\x00bad", b"", b"id\x00title\n"])
def test_what_is_no_csv_is_refused(data: Path, content: bytes) -> None:
    (data / "sources.csv").write_bytes(content)
    with pytest.raises(DataError, match=r"sources\.csv"):
        load_sources(data)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"sources\.csv"):
        load_sources(tmp_path)


def test_programs_keep_announced_and_delivered_apart() -> None:
    programs = {program.id: program for program in load_programs()}
    assert len(programs) == 37
    india = programs["sovereign_programs-009"]
    assert (india.country, india.announced_usd, india.delivered_usd) == ("India", 1.25e9, 0.048e9)
    assert india.delivered_share == pytest.approx(0.04, abs=0.005)  # model.md 2: disbursement .04
    assert india.public_share == 0.41
    assert (india.delivered_stage, programs["sovereign_programs-033"].delivered_stage) == ("released", "budgeted")
    gigafactories = programs["sovereign_programs-001"]
    assert (gigafactories.announced, gigafactories.unit, gigafactories.announced_usd) == (10, "EUR bn", 11.6e9)
    assert gigafactories.delivered_usd is None and gigafactories.delivered_share is None, "not known is not zero"
    assert gigafactories.source.confidence == "medium" and gigafactories.source.date == "2026-07-30"
    assert programs["sovereign_programs-023"].announced_usd is None


@pytest.mark.parametrize(
    ("old", "new"),
    [("sovereign_programs-010", "sovereign_programs-099"), ("sovereign_programs-009,", "nowhere,"), (",1,", ",,"),
     ("sovereign_programs-010", "sovereign_programs-023")],
)  # fmt: skip
def test_a_delivery_that_points_nowhere_is_refused(tmp_path: Path, old: str, new: str) -> None:
    shutil.copytree(DATA, tmp_path / "data")
    links = tmp_path / "data" / "program_delivery.csv"
    links.write_text(links.read_text().replace(old, new, 1))
    with pytest.raises(DataError, match=r"program_delivery\.csv, row"):
        load_programs(tmp_path / "data")


def test_the_codebook_counts_what_is_there() -> None:
    codebook = (DATA / "README.md").read_text(encoding="utf-8")
    told = {name: int(rows) for name, rows in re.findall(r"^\| `(\w+)` \| (\d+) \|", codebook, flags=re.MULTILINE)}
    assert told == Counter(table for table, _ in fact_rows())
    assert f"{sum(told.values())} rows in {len(told)} tables" in codebook
    columns = read_rows(DATA / "sources.csv", ("id",))[0]
    assert [name for name in columns if not re.search(rf"^\| .*`{name}`.* \|", codebook, flags=re.MULTILINE)] == []
