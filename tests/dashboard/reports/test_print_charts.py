"""Charts for paper: as large as asked, their data as given, and no name over a mark or another name."""

from itertools import combinations

import numpy as np
import pandas as pd
import pytest

from dashboard.charts import print as paper
from dashboard.charts import print_map
from dashboard.charts.placement import Box, Label, place
from dashboard.format import moment
from dashboard.reports.svg import svg
from dashboard.theme import LIGHT

FRAME = Box(0.0, 0.0, 470.0, 240.0)
KEYS = list(LIGHT)


def classes(loss: list[float], median: list[float]) -> pd.DataFrame:
    rows = pd.DataFrame({"asset": KEYS[: len(loss)], "cvar_95": loss, "irr_p50": median})
    rows["label"] = rows["asset"].str.replace("_", " ").str.capitalize()
    rows["family"] = ["picks_and_shovels"] * len(rows)
    return rows.assign(irr_p05=rows["irr_p50"] - 0.1, irr_p95=rows["irr_p50"] + 0.1, cvar_95_se=0.01)


def quantiles() -> pd.DataFrame:
    quarter = np.arange(41)
    return pd.DataFrame({"quarter": quarter} | {f"p{p:02d}": 0.01 * p + 0.01 * quarter for p in (5, 25, 50, 75, 95)})


@pytest.mark.parametrize(
    ("loss", "median"),
    [
        ([0.33, 0.32, 0.28, 0.57, 0.99, 0.40], [0.109, 0.134, 0.09, 0.093, -0.065, 0.082]),
        ([0.5] * 6, [0.0, 0.05, 0.1, 0.15, 0.2, 0.25]),
        ([-0.2, 0.0, 0.2, 0.4, 0.6, 0.8], [0.1] * 6),
    ],
)
def test_names_on_the_map_do_not_touch_each_other(loss: list[float], median: list[float]) -> None:
    frame = print_map.map_frame(classes(loss, median), 0.05, 500.0, 280.0)
    named = frame.rows.dropna(subset=["asset"])
    assert list(named["name"].str.rpartition(" ")[2]) == [f"{m:.1%}".replace("-", "−") for m in median]
    boxes = [_box(row, frame) for row in named.to_dict("records")]
    assert not [pair for pair in combinations(boxes, 2) if pair[0].overlap(pair[1]) > 0]
    inside = paper.plot(500.0, 280.0, frame.room)
    assert all(
        box.left >= 0 and box.right <= inside.right and box.top >= 0 and box.bottom <= inside.bottom for box in boxes
    )


def _box(row: dict, frame: paper.Frame) -> Box:
    """Where a name is printed, by the rules of the drawing and not of its placement."""
    inside = paper.plot(500.0, 280.0, frame.room)
    x = (row["x"] - frame.x[0]) / (frame.x[1] - frame.x[0]) * inside.right + row["dx"]
    y = (frame.y[1] - row["y"]) / (frame.y[1] - frame.y[0]) * inside.bottom + row["dy"]
    wide = len(row["name"]) * paper.BODY * 0.47
    left = {"left": x, "right": x - wide, "center": x - wide / 2}[row["align"]]
    return Box(left, y - paper.BODY / 2, left + wide, y + paper.BODY / 2)


def test_a_name_moves_away_from_what_stands_beside_its_mark() -> None:
    label = Label("A class 10.0%", 200.0, 100.0, 80.0, 120.0, 9.0)
    (free,) = place([label], [], FRAME)
    assert (free.align, free.is_far) == ("left", False)
    wall = Box(205.0, 0.0, 470.0, 240.0, 10.0)
    (moved,) = place([label], [wall], FRAME)
    assert moved.align == "right"
    assert wall.overlap(moved.box) == 0.0


def test_a_class_without_a_return_is_left_out_of_the_map() -> None:
    table = classes([0.2, 0.4], [0.1, float("nan")])
    named = print_map.map_frame(table, 0.05, 500.0, 280.0).rows["asset"].dropna()
    assert list(named) == KEYS[:1]
    nobody = print_map.map_frame(table.iloc[1:], 0.05, 500.0, 280.0)
    assert nobody.rows["asset"].dropna().empty
    assert svg(paper.drawn(print_map.map_spec(), nobody, 500.0, 280.0)).startswith("<svg")


def test_a_fan_holds_the_quantiles_and_names_its_ends_apart() -> None:
    fan = quantiles()
    frame = paper.fan_frame(fan, 160.0, 118.0, reference=fan["p50"] * 2)
    pd.testing.assert_frame_equal(frame.rows[list(paper.QUANTILES)], fan[list(paper.QUANTILES)])
    assert frame.x == (moment(0), moment(40))
    assert frame.rows["reference"].max() <= frame.y[1]
    flat = pd.DataFrame({"quarter": range(41)} | {name: [0.5] * 41 for name in paper.QUANTILES})
    same = paper.fan_frame(flat, 160.0, 118.0)
    ends = same.rows[["end_05", "end_50", "end_95"]].iloc[-1]
    tall = paper.plot(160.0, 118.0, same.room).bottom
    steps = ends.diff().dropna() / (same.y[1] - same.y[0]) * tall
    assert (steps > paper.SMALL - 1e-9).all()


def test_a_drawing_is_as_large_as_asked_and_its_text_is_text() -> None:
    spec = paper.fan_spec("USD per H100e-hour", paper.DOLLARS)
    drawing = svg(paper.drawn(spec, paper.fan_frame(quantiles(), 160.0, 118.0), 160.0, 118.0))
    assert 'width="160" height="118"' in drawing
    assert ">USD per H100e-hour<" in drawing
    assert "<image" not in drawing


@pytest.mark.parametrize("color", LIGHT.values())
def test_names_in_the_color_of_a_class_can_be_read_on_paper(color: str) -> None:
    darker = print_map.readable(color)
    assert _contrast(darker) >= 4.5
    assert darker == color or _contrast(color) < 4.5


def _contrast(color: str) -> float:
    linear = [
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4
        for c in (int(color[i : i + 2], 16) / 255 for i in (1, 3, 5))
    ]
    return 1.05 / (0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2] + 0.05)
