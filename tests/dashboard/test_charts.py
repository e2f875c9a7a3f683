"""Charts as values: what is drawn, from which columns, and the sentences above them."""

from itertools import combinations
from math import nan
from typing import Any

import numpy as np
import pandas as pd
import pytest

from dashboard import theme
from dashboard import words as messages
from dashboard.charts import fans, labels
from dashboard.views.decide import charts as risk_map

SPECS = {"map": risk_map.SPEC} | fans.SPECS


def map_frame(*given: Any) -> pd.DataFrame:
    return pd.DataFrame(risk_map.map_columns(*given))


def fan_frame(*given: Any) -> pd.DataFrame:
    return pd.DataFrame(fans.fan_columns(*given))


def classes(**changes: Any) -> pd.DataFrame:
    """Six classes as `models.tables.classes` gives them, in round numbers."""
    keys = list(theme.LIGHT)
    frame = pd.DataFrame(
        {
            "asset": keys,
            "label": [
                "GPU fleet",
                "Data center",
                "GPU-backed debt",
                "Hardware supplier",
                "LLM developer",
                "Cloud platform",
            ],
            "family": ["picks_and_shovels"] * 4 + ["llm_and_cloud"] * 2,
            "irr_p05": [-0.18, -0.03, -0.17, -0.07, -0.49, 0.0],
            "irr_p50": [0.04, 0.10, 0.09, 0.08, -0.06, 0.076],
            "irr_p95": [0.13, 0.19, 0.09, 0.21, 0.33, 0.17],
            "certainty_equivalent_return": [0.01, 0.02, 0.04, 0.025, -0.12, 0.015],
            "certainty_equivalent_return_se": [0.001] * 6,
            "cvar_95": [0.64, 0.645, 0.455, 0.55, 0.995, 0.44],
            "cvar_95_se": [0.004, 0.013, 0.006, 0.004, 0.0003, 0.002],
        }
    )
    for name, values in changes.items():
        frame[name] = values
    return frame


def fan(middle: list[float], spread: float = 0.2) -> pd.DataFrame:
    """Fan of 41 quarters through the given medians, evenly spaced in time."""
    p50 = np.interp(np.arange(41), np.linspace(0, 40, len(middle)), middle)
    shifts = {"p05": -2, "p25": -1, "p50": 0, "p75": 1, "p95": 2}
    return pd.DataFrame({"quarter": np.arange(41)} | {name: p50 + k * spread / 2 for name, k in shifts.items()})


def fields(node: Any) -> set[str]:
    """Every field an encoding names, with those a chart computes for itself left out."""
    found: set[str] = set()
    if isinstance(node, dict):
        if isinstance(node.get("field"), str) and "aggregate" not in node:
            found.add(node["field"])
        made = {step["as"] for step in node.get("transform", []) for step in step.get("aggregate", [])}
        for value in node.values():
            found |= fields(value)
        found -= made
    elif isinstance(node, list):
        for item in node:
            found |= fields(item)
    return found


@pytest.mark.parametrize("name", SPECS)
def test_a_specification_carries_no_data_and_follows_the_page(name: str) -> None:
    spec = SPECS[name]
    text = repr(spec)
    assert "'data'" not in text and "datasets" not in text and "'values': [{" not in text
    assert spec["config"]["background"] == "transparent"
    assert spec["width"] == "container"
    assert "light-dark(" in text
    assert (
        "'title': None" in text or "titleAngle" in text
    )  # no chart has a title of its own: the sentence stands above it


@pytest.mark.parametrize(
    ("name", "frame"),
    [
        ("map", map_frame(classes(), 0.05)),
        ("rent", fan_frame(fan([2.6, 1.0, 0.5]), "rent", fan([2.5, 1.5, 0.5])["p50"], "break-even")),
        ("share", fan_frame(fan([0.8, 0.6, 0.8], 0.05), "share")),
        ("surplus", fan_frame(fan([0.0, 0.6, 0.0]), "surplus")),
    ],
)
def test_every_encoded_field_is_sent_and_little_is_sent(name: str, frame: pd.DataFrame) -> None:
    assert fields(SPECS[name]) <= set(frame.columns), fields(SPECS[name]) - set(frame.columns)
    assert 0 < len(frame) <= 300


def test_the_map_shows_uncertainty_both_ways_family_by_shape_and_class_by_color() -> None:
    spec = SPECS["map"]
    marks = [layer["mark"] if isinstance(layer["mark"], str) else layer["mark"]["type"] for layer in spec["layer"]]
    assert marks.count("rule") >= 4 and "point" in marks and "text" in marks
    dots = next(layer for layer in spec["layer"] if "shape" in layer["encoding"])
    assert dots["encoding"]["shape"]["scale"] == {
        "domain": ["picks_and_shovels", "llm_and_cloud"],
        "range": ["circle", "diamond"],
    }
    assert dots["encoding"]["color"]["scale"]["range"] == list(theme.SCREEN.values())
    frame = map_frame(classes(), 0.05).set_index("asset")
    assert frame.loc["data_center", ["x_low", "x_high"]].tolist() == pytest.approx([0.619, 0.671])
    assert frame.loc["gpu_fleet", ["y_low", "y", "y_high"]].tolist() == pytest.approx([-0.18, 0.06, 0.13])
    assert frame.loc["gpu_fleet", "median_text"] == "4.0%"
    assert frame.loc["gpu_fleet", "sure_text"] == "6.0% ±0.2", "cash and what the risk is worth over it"


def test_a_whisker_that_leaves_the_map_is_cut_and_says_so() -> None:
    frame = map_frame(classes(), 0.05).set_index("asset")
    assert frame["is_cut_low"].tolist() == [False, False, False, False, True, False]
    assert frame.loc["llm_developer", "y_low"] == risk_map.Y_RANGE[0]
    assert frame.loc["llm_developer", "range_text"] == "−49.0% to 33.0%"
    assert not frame["is_cut_high"].any()


def test_what_is_undefined_is_left_out_of_the_map_and_never_shown_as_zero() -> None:
    frame = map_frame(classes(certainty_equivalent_return=[0.04, nan, 0.09, 0.08, -0.06, 0.076]), 0.05)
    assert frame["asset"].tolist() == ["gpu_fleet", "gpu_debt", "hardware_supplier", "llm_developer", "cloud_platform"]
    assert len(map_frame(classes(cvar_95=nan), 0.05)) == 0
    unsure = map_frame(classes(cvar_95_se=nan), 0.05)
    assert (unsure["x_low"] == unsure["x"]).all()


@pytest.mark.parametrize("seed", range(20))
def test_names_on_the_map_do_not_cover_each_other(seed: int) -> None:
    draw = np.random.default_rng(seed)
    x, y = draw.uniform(40, 400, 6), draw.uniform(60, 250, 6)
    marks = [
        labels.Mark(name, float(a), float(b), float(b) - 40, float(b) + 40)
        for name, a, b in zip(classes()["label"], x, y, strict=True)
    ]
    boxes = []
    for mark, spot in zip(marks, labels.offsets(marks, 440, 326), strict=True):
        wide = labels.SCREEN.width(mark.text)
        left = mark.x + spot.dx - {"left": 0, "right": wide, "center": wide / 2}[spot.align]
        boxes.append((left, mark.y + spot.dy - labels.SCREEN.half, left + wide, mark.y + spot.dy + labels.SCREEN.half))
    for a, b in combinations(boxes, 2):
        wide, tall = min(a[2], b[2]) - max(a[0], b[0]), min(a[3], b[3]) - max(a[1], b[1])
        assert wide <= 0 or tall <= 3, "two names overlap"
    assert labels.offsets([], 440, 326) == []


def test_a_fan_carries_calendar_time_its_reference_and_words() -> None:
    frame = fan_frame(fan([2.6, 1.0, 0.5]), "rent", fan([2.6, 2.0, 0.5])["p50"], "break-even")
    assert frame["when"].iloc[0] == 2026.875 and frame["date"].iloc[12] == "2029-Q4"
    assert frame["middle"].iloc[20] == "$1.00/h"
    assert frame["reference_text"].dropna().tolist() == ["break-even"]
    assert frame[["end_05", "end_50", "end_95"]].notna().sum().tolist() == [1, 1, 1]
    ends = frame[["end_05", "end_50", "end_95"]].iloc[-1]
    assert ends.is_monotonic_increasing and ends.diff().min() > 0
    alone = fan_frame(fan([0.8, 0.8], 0.0), "share")
    assert alone["reference"].isna().all() and alone["reference_text"].isna().all()


def test_a_reference_that_runs_with_the_median_gets_no_name() -> None:
    frame = fan_frame(fan([2.6, 1.0]), "rent", fan([2.6, 1.0])["p50"], "break-even")
    assert frame["reference_text"].isna().all() and frame["reference"].notna().all()


@pytest.mark.parametrize(
    ("middle", "spread", "sentence"),
    [
        ([0.0, 0.57, 0.0, 0.0, 0.0], 0.2, "Median surplus peaks in 2029 at 57%"),
        ([0.0, 0.02, 0.0], 0.6, "The median path stays without surplus; one future in twenty sees 62%"),
        ([0.0, 0.0], 0.01, "No surplus in any likely future"),
    ],
)
def test_the_surplus_says_when_and_how_much(middle: list[float], spread: float, sentence: str) -> None:
    assert messages.surplus_message(fan(middle, spread)) == sentence


@pytest.mark.parametrize(
    ("middle", "sentence"),
    [
        ([2.0, 1.0, 2.0, 2.0, 2.0], "Rent below break-even from 2027, by up to 50%"),
        ([2.0, 2.5, 2.0], "Rent above break-even, by up to 25%"),
        ([2.0, 2.02, 1.98], "Rent falls as fast as new machines get cheaper"),
    ],
)
def test_the_rent_is_held_against_break_even(middle: list[float], sentence: str) -> None:
    assert messages.rent_message(fan(middle), fan([2.0, 2.0])) == sentence


@pytest.mark.parametrize(
    ("middle", "surplus", "sentence"),
    [
        ([0.8, 0.63, 0.8], [0.0, 0.9, 0.0], "Utilization hides it: it dips only to 63%"),
        ([0.8, 0.6, 0.8], [0.0, 0.3, 0.0], "Utilization dips to 60% in 2031"),
        ([0.8, 0.79, 0.8], [0.0, 0.3, 0.0], "Utilization stays near 80%"),
    ],
)
def test_utilization_says_whether_it_shows_the_surplus(
    middle: list[float], surplus: list[float], sentence: str
) -> None:
    assert messages.utilization_message(fan(middle, 0.02), fan(surplus)) == sentence


def test_the_map_says_who_pays_most_and_who_loses_least_and_does_not_split_hairs() -> None:
    assert messages.map_message(classes(), "at_cost") == (
        "Highest sure return at today's prices: GPU-backed debt; least to lose in a bad future: cloud platform"
    )
    close = classes(
        cvar_95=[0.64, 0.645, 0.455, 0.55, 0.995, 0.45], certainty_equivalent_return=[0.0, 0.0, 0.02, 0.0195, -1, 0.01]
    )
    assert messages.map_message(close, "fair") == (
        "Highest sure return at fair entry: GPU-backed debt or hardware supplier; "
        "least to lose in a bad future: cloud platform or GPU-backed debt"
    )
    assert messages.map_message(classes(cvar_95=nan), "fair") == "Risk and return of each class"


def test_records_are_the_rows_of_the_table() -> None:
    table = classes()
    assert messages.records(table) == table.to_dict("records")
    assert messages.records(messages.records(table)) == table.to_dict("records")
