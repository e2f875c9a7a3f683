"""Charts for paper: as large as asked, their data as given, and no name over a mark or another name."""

from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd
import pytest

from dashboard.charts.labels import PAPER, Mark, offsets
from dashboard.charts.marks import QUANTILES
from dashboard.format import moment
from dashboard.reports.drawings import MAP_ROOM, fan_drawing, map_drawing, readable, svg
from dashboard.theme import LIGHT
from tests.dashboard.test_theme import contrast

KEYS = list(LIGHT)
CASH = 0.05
MAP, FAN = (500.0, 280.0), (160.0, 118.0)
PLOT = (MAP[0] - MAP_ROOM[0] - MAP_ROOM[2], MAP[1] - MAP_ROOM[1] - MAP_ROOM[3])
Box = tuple[float, float, float, float]


def classes(loss: list[float], sure: list[float]) -> pd.DataFrame:
    """Classes by loss and sure return, cash included."""
    rows = pd.DataFrame({"asset": KEYS[: len(loss)], "cvar_95": loss, "irr_p50": sure})
    rows["certainty_equivalent_return"] = rows["irr_p50"] - CASH
    rows["label"] = rows["asset"].str.replace("_", " ").str.capitalize()
    rows["family"] = ["picks_and_shovels"] * len(rows)
    return rows.assign(irr_p05=rows["irr_p50"] - 0.1, irr_p95=rows["irr_p50"] + 0.1, cvar_95_se=0.01)


def quantiles() -> pd.DataFrame:
    quarter = np.arange(41)
    return pd.DataFrame({"quarter": quarter} | {f"p{p:02d}": 0.01 * p + 0.01 * quarter for p in (5, 25, 50, 75, 95)})


def drawn(spec: dict[str, Any]) -> list[dict[str, Any]]:
    return spec["data"]["values"]


def domain(spec: dict[str, Any], side: str) -> list[float]:
    return next(e[side]["scale"]["domain"] for e in (layer["encoding"] for layer in spec["layer"])
                if "domain" in (e.get(side, {}).get("scale") or {}))


@pytest.mark.parametrize(
    ("loss", "sure"),
    [
        ([0.33, 0.32, 0.28, 0.57, 0.99, 0.40], [0.109, 0.134, 0.09, 0.093, -0.065, 0.082]),
        ([0.5] * 6, [0.0, 0.05, 0.1, 0.15, 0.2, 0.25]),
        ([-0.2, 0.0, 0.2, 0.4, 0.6, 0.8], [0.1] * 6),
    ],
)
def test_names_on_the_map_do_not_touch_each_other(loss: list[float], sure: list[float]) -> None:
    spec = map_drawing(classes(loss, sure), CASH, MAP)
    assert [row["name"].rpartition(" ")[2] for row in drawn(spec)] == [f"{m:.1%}".replace("-", "−") for m in sure]
    boxes = [_box(row, domain(spec, "x"), domain(spec, "y")) for row in drawn(spec)]
    assert not [pair for pair in combinations(boxes, 2) if _touch(*pair)]
    for left, top, right, bottom in boxes:
        assert left >= 0 and right <= PLOT[0] and top >= 0 and bottom <= PLOT[1]


def _box(row: dict[str, Any], x: list[float], y: list[float]) -> Box:
    """Where a name is printed, by the rules of the drawing and not of its placement."""
    across = (row["x"] - x[0]) / (x[1] - x[0]) * PLOT[0] + row["dx"]
    down = (y[1] - row["y"]) / (y[1] - y[0]) * PLOT[1] + row["dy"]
    wide = len(row["name"]) * PAPER.size * 0.47
    left = {"left": across, "right": across - wide, "center": across - wide / 2}[row["align"]]
    return left, down - PAPER.size / 2, left + wide, down + PAPER.size / 2


def _touch(a: Box, b: Box) -> bool:
    return min(a[2], b[2]) > max(a[0], b[0]) and min(a[3], b[3]) > max(a[1], b[1])


def test_a_name_moves_away_from_what_stands_beside_its_mark() -> None:
    mark = Mark("A class 10.0%", 200.0, 100.0, 80.0, 120.0)
    (free,) = offsets([mark], 470.0, 240.0, setting=PAPER)
    assert (free.align, free.is_far) == ("left", False)
    (moved,) = offsets([mark], 470.0, 240.0, [(205.0, 0.0, 470.0, 240.0, 10.0)], PAPER)
    assert moved.align == "right" and moved.dx < 0


def test_a_class_without_a_return_is_left_out_of_the_map() -> None:
    table = classes([0.2, 0.4], [0.1, float("nan")])
    assert [row["asset"] for row in drawn(map_drawing(table, CASH, MAP))] == KEYS[:1]
    nobody = map_drawing(table.iloc[1:], CASH, MAP)
    assert drawn(nobody) == []
    assert svg(nobody).startswith("<svg")


def test_a_fan_holds_the_quantiles_and_names_its_ends_apart() -> None:
    fan = quantiles()
    spec = fan_drawing(fan, FAN, "USD", "datum.label", fan["p50"] * 2)
    rows = pd.DataFrame(drawn(spec))
    pd.testing.assert_frame_equal(rows[list(QUANTILES)], fan[list(QUANTILES)])
    assert rows["when"].iloc[[0, -1]].tolist() == [moment(0), moment(40)]
    assert rows["reference"].max() <= domain(spec, "y")[1]
    flat = fan_drawing(pd.DataFrame({"quarter": range(41)} | {name: [0.5] * 41 for name in QUANTILES}), FAN, "", "''")
    low, high = domain(flat, "y")
    heights = [drawn(flat)[-1][name] / (high - low) * flat["height"] for name in ("end_05", "end_50", "end_95")]
    assert np.diff(heights).min() > 8.0 - 1e-9


def test_a_drawing_is_as_large_as_asked_and_its_text_is_text() -> None:
    drawing = svg(fan_drawing(quantiles(), FAN, "USD per H100e-hour", "'$' + datum.label"))
    assert 'width="160" height="118"' in drawing
    assert ">USD per H100e-hour<" in drawing
    assert "<image" not in drawing


@pytest.mark.parametrize("color", LIGHT.values())
def test_names_in_the_color_of_a_class_can_be_read_on_paper(color: str) -> None:
    darker = readable(color)
    assert contrast(darker, "#FFFFFF") >= 4.5
    assert darker == color or contrast(color, "#FFFFFF") < 4.5
