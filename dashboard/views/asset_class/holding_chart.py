"""Return by holding period: the windfall of an early sale, or the price of holding on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt
import pandas as pd

from dashboard import format as f
from dashboard import theme
from dashboard.charts.style import PERCENT, Spec, specification

HEIGHT = 290
RANGE = (-1.0, 1.0)
COLUMNS = ("held", "p05", "p50", "p95", "low", "high", "middle", "most", "noise", "loss")


def holding_frame(rows: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    """Everything the chart draws, one row a period; ranges are cut at -100% and +100% a year.

    Keys needed: years, irr_p05, irr_p50, irr_p95, irr_p50_se, probability_of_loss, probability_of_loss_se.
    """
    out = []
    for row in rows:
        low, middle, high = (float(row[f"irr_{name}"]) for name in ("p05", "p50", "p95"))
        out.append(
            {
                "held": f"{f.digits(row['years'], 2, 0)} years",
                "p05": low,
                "p50": middle,
                "p95": high,
                "low": _within(low),
                "high": _within(high),
                "middle": f.irr(middle),
                "most": f"{f.irr(low)} to {f.irr(high)}",
                "noise": f"{f.noise(float(row['irr_p50_se']))} points",
                "loss": f"loses in {f.percent(float(row['probability_of_loss']))} of futures",
            }
        )
    return pd.DataFrame(out, columns=list(COLUMNS))


def _within(value: float) -> float:
    return min(max(value, RANGE[0]), RANGE[1])


def holding_chart(frame: pd.DataFrame, color: str) -> alt.LayerChart:
    """Median return a year with its 5% to 95% range for each holding period; the chance of loss is written beside."""
    base = alt.Chart(frame)
    y = alt.Y(
        "held:O",
        sort=None,
        axis=alt.Axis(title="Sold after", titleAngle=0, titleAlign="left", titleX=-62, titleY=-8, domain=False),
    )
    x_axis = alt.Axis(title="Return a year: median, and 5% to 95% of futures", labelExpr=PERCENT, tickCount=5)

    def x(field: str) -> alt.X:
        return alt.X(f"{field}:Q", axis=x_axis, scale=alt.Scale(zero=True, nice=True))

    tips = [
        alt.Tooltip("held:N", title="Held"),
        alt.Tooltip("middle:N", title="Median return a year"),
        alt.Tooltip("noise:N", title="Noise, two standard errors"),
        alt.Tooltip("most:N", title="Nine in ten futures"),
        alt.Tooltip("loss:N", title="Chance of loss"),
    ]
    return alt.layer(
        base.transform_aggregate(n="count()").mark_rule(color=theme.gray("faint")).encode(x=alt.datum(0)),
        base.mark_rule(color=color, strokeWidth=5, opacity=0.45).encode(x=x("low"), x2="high:Q", y=y, tooltip=tips),
        base.mark_point(color=color, size=110, filled=True, opacity=1).encode(x=x("p50"), y=y, tooltip=tips),
        base.mark_text(dy=-13, fontSize=12, fontWeight=600).encode(x=x("p50"), y=y, text="middle:N"),
        base.mark_text(dy=14, fontSize=11, color=theme.gray("muted")).encode(x=x("p50"), y=y, text="loss:N"),
    ).properties(width="container", height=HEIGHT)


SPECS: dict[str, Spec] = {
    key: specification(holding_chart(pd.DataFrame(columns=list(COLUMNS)), color)) for key, color in theme.SCREEN.items()
}
