"""The facility against a pinned one: figures of both on the same draws, with the noise of the difference."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
import streamlit as st

from dashboard import format as f
from dashboard import run, state
from dashboard.blocks.blocks import sheet, title
from dashboard.views.loan.reading import result_of
from dashboard.words import Rows, records
from models.scenario.scenario import Scenario
from models.studies.facility.against import compare
from models.studies.facility.facility import facility_result

PINNED = "pinned-facility"
"""Where the session holds the facility to compare with."""
SHARES = frozenset(("share of cost", "per year", "share", "share of exposure", "share of the loan"))


def read_comparison(pinned: Scenario, scenario: Scenario) -> Rows:
    """Figures of the pinned facility, of this one, and the difference."""
    shocks = result_of(scenario).ground.shocks
    return records(compare(facility_result(pinned, shocks), facility_result(scenario, shocks)))


def render(scenario: Scenario) -> None:
    """Both facilities; where none is pinned yet, the way to pin this one."""
    pinned = state.place(PINNED)
    if not isinstance(pinned, Scenario):
        title("Nothing is pinned yet", "A pinned facility stays while you change this one.")
        st.button("Pin this facility", key="designer:pin", on_click=_pin, args=(scenario,))
        st.caption("Then change the structure: both stand side by side on the same futures.")
        return
    rows = run.kept(read_comparison, pinned, scenario)
    title(_message(rows), "Both on the same draws, each in its own scenario; noise is two standard errors of the "
          "difference.")
    sheet(pd.DataFrame([_row(row) for row in rows]), "designer:comparison")
    with st.container(horizontal=True, gap="small", key="designer:pins"):
        st.button("Pin this one instead", key="designer:pin", on_click=_pin, args=(scenario,))
        st.button("Forget the pinned one", key="designer:unpin", type="tertiary", on_click=_pin, args=(None,))


def _pin(scenario: Scenario | None) -> None:
    state.exchange(PINNED, scenario)


def _message(rows: Rows) -> str:
    loss = next(row for row in rows if row["figure"] == "loss")
    change, error = loss["difference"], loss["error"]
    if change != change:
        empty = [name for name, at in (("the pinned one", "a"), ("this one", "b")) if loss[at] != loss[at]]
        return f"Nothing is lent in {' and '.join(empty)}"
    if change == 0.0:
        return "Both facilities lose the same"
    if f.is_close(change, error):
        return "Which facility loses more is too close to call"
    than = "more" if change > 0 else "less"
    return f"This facility loses {f.percent(abs(change), 2)} of the loan {than} than the pinned one"


def _row(row: Mapping[str, Any]) -> dict[str, str]:
    is_share, change, error = row["unit"] in SHARES, row["difference"], row["error"]
    write = f.percent if is_share else f.multiple if row["unit"] == "x" else f.years
    is_close = error > 0 and change != 0.0 and f.is_close(change, error)
    return {
        "Figure": row["label"], "Pinned": write(row["a"]), "This one": write(row["b"]),
        "Difference": f.points(change, 2) if is_share else f.signed(change, 2),
        "Noise": f"±{f.digits(2 * error * (100 if is_share else 1), 2, 3)}" if error > 0 else "",
        "": "too close to call" if is_close else "",
    }
