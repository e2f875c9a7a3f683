"""Two themes for the same charts, screen and paper, and how a chart becomes a specification that takes its rows later.

A theme gives the configuration of a drawing and, by name, the looks of the marks that both themes draw.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt

from dashboard.theme import FONT, GRAYS, gray

Spec = dict[str, Any]
Look = dict[str, Any]
"""Properties of a mark or an axis."""
Theme = Mapping[str, Look]
Room = tuple[float, float, float, float]
"""Left, top, right and bottom of a plot, points."""

INK, MUTED, FAINT, LINE, BAND, PAGE = (gray(name) for name in ("ink", "muted", "faint", "line", "band", "page"))

SCREEN: Theme = {
    "config": {
        "background": "transparent",
        "font": FONT,
        "axis": {
            "labelColor": MUTED, "titleColor": MUTED, "gridColor": LINE, "domainColor": LINE, "tickColor": LINE,
            "labelFontSize": 12, "titleFontSize": 12, "titleFontWeight": "normal", "labelFont": FONT,
            "titleFont": FONT, "ticks": False, "domain": False, "labelPadding": 6,
        },
        "view": {"continuousWidth": 300, "continuousHeight": 300, "stroke": None},
        "text": {"font": FONT, "fontSize": 12, "color": INK},
        "autosize": {"type": "fit", "contains": "padding"},
    },
    "most": {"color": BAND, "opacity": 0.10, "aria": False},
    "half": {"color": BAND, "opacity": 0.16, "aria": False},
    "compared": {"color": MUTED, "strokeDash": [4, 3], "strokeWidth": 1.2},
    "median": {"color": INK, "strokeWidth": 2},
    "end": {"align": "left", "dx": 5, "fontSize": 11, "color": MUTED, "aria": False},
    "middle": {"align": "left", "dx": 5, "fontSize": 11, "color": MUTED, "aria": False},
    "title": {"titleX": -32, "titleY": -10, "tickCount": 4},
}
"""Looks of a page: transparent, its colors follow the mode of the browser."""

_INK, _MUTED, _LINE, _PAGE = (GRAYS[name][0] for name in ("ink", "muted", "line", "page"))
SMALL, BODY = 8.0, 9.0
PAPER: Theme = {
    "config": {
        "background": _PAGE,
        "font": "Source Sans 3",
        "axis": {
            "labelColor": _MUTED, "labelFontSize": SMALL, "labelFlush": False, "titleColor": _MUTED,
            "titleFontSize": SMALL, "titleFontWeight": "normal", "gridColor": _LINE, "gridWidth": 0.6,
            "domainColor": _MUTED, "domainWidth": 0.7, "tickSize": 3, "tickWidth": 0.7, "tickColor": _MUTED,
        },
        "axisX": {"grid": False, "domain": True, "ticks": True, "labelPadding": 3},
        "axisY": {"grid": True, "domain": False, "ticks": False, "labelPadding": 4},
        "view": {"continuousWidth": 300, "continuousHeight": 300, "stroke": None},
    },
    "most": {"color": _INK, "opacity": 0.12},
    "half": {"color": _INK, "opacity": 0.22},
    "compared": {"color": _MUTED, "strokeDash": [3, 2], "strokeWidth": 1},
    "median": {"color": _INK, "strokeWidth": 1.7},
    "end": {"align": "left", "dx": 4, "fontSize": SMALL, "color": _MUTED},
    "middle": {"align": "left", "dx": 4, "fontSize": SMALL, "color": _INK},
    "title": {"titleX": -27, "titleY": -8, "tickCount": 5, "titleBaseline": "bottom"},
}


def specification(chart: alt.LayerChart | alt.FacetChart, look: Theme = SCREEN) -> Spec:
    """Vega-Lite specification of a chart without rows: built once, rows are sent beside it."""
    spec: Spec = chart.to_dict()
    del spec["data"]
    return spec | {"config": look["config"]}


def printed(
    layers: Sequence[alt.Chart], entries: Sequence[Mapping[str, Any]], size: tuple[float, float], room: Room
) -> Spec:
    """Layers with their rows, as large as asked in points; the plot is what remains inside the room for the axes."""
    (width, height), (left, top, right, bottom) = size, room
    return specification(alt.layer(*layers), PAPER) | {
        "data": {"values": [{k: None if v != v else v for k, v in entry.items()} for entry in entries]},
        "width": width - left - right,
        "height": height - top - bottom,
        "padding": {"left": left, "top": top, "right": right, "bottom": bottom},
        "autosize": {"type": "none"},
    }
