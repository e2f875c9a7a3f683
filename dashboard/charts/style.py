"""How charts look on a page, and how they become specifications that take their data at run time."""

from __future__ import annotations

from typing import Any

import altair as alt

from dashboard import theme

Spec = dict[str, Any]
PERCENT = "replace(format(datum.value, '.0%'), '-', '−')"


def specification(chart: alt.Chart | alt.LayerChart) -> Spec:
    """Vega-Lite specification of a chart without its data: built once, data is sent beside it."""
    spec = styled(chart).to_dict()
    spec.pop("datasets", None)
    return _without_data(spec)


def _without_data(node: Any) -> Any:
    if isinstance(node, dict):
        return {key: _without_data(value) for key, value in node.items() if key != "data"}
    return [_without_data(item) for item in node] if isinstance(node, list) else node


def styled(chart: alt.Chart | alt.LayerChart) -> alt.Chart | alt.LayerChart:
    """Chart with the page's typeface and grays on a transparent background."""
    muted, line = theme.gray("muted"), theme.gray("line")
    axis = alt.AxisConfig(
        labelColor=muted,
        titleColor=muted,
        gridColor=line,
        domainColor=line,
        tickColor=line,
        labelFontSize=12,
        titleFontSize=12,
        titleFontWeight="normal",
        labelFont=theme.FONT,
        titleFont=theme.FONT,
        ticks=False,
        domain=False,
        labelPadding=6,
    )
    return chart.configure(
        background="transparent",
        font=theme.FONT,
        axis=axis,
        view=alt.ViewConfig(stroke=None),
        text=alt.MarkConfig(font=theme.FONT, fontSize=12, color=theme.gray("ink")),
        autosize=alt.AutoSizeParams(type="fit", contains="padding"),
    )
