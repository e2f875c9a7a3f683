"""What the reader gives the portfolio page: own weights, by hand or by upload, and limits of the mixes proposed."""

from __future__ import annotations

import streamlit as st

from dashboard import format as f
from dashboard import state
from dashboard.views.portfolio.mix_chart import SHORT
from models.claims.registry import CLASSES
from models.errors import AssayError
from models.studies.portfolio.holdings import LIMITS, read_holdings
from models.studies.portfolio.mandate import FAMILIES, Settings

FAMILY_NAMES = {"picks_and_shovels": "Picks and shovels", "llm_and_cloud": "LLM and cloud"}
START = {
    "gpu_fleet": 12.5, "data_center": 12.5, "gpu_debt": 12.5, "hardware_supplier": 12.5, "llm_developer": 25.0,
    "cloud_platform": 25.0,
}
"""Half of the money in each family, in percent: where a reader starts."""
SLOT = "portfolio:upload-said"
UPLOAD = "portfolio:upload"


def own_weights() -> tuple[float, ...]:
    """Six shares in percent, typed or uploaded; what is missing to 100% is cash. Returned as decimals."""
    with st.grid(6, min_column_width=105, gap="small"):
        for key in CLASSES:
            about = f"Share of your money in {CLASSES[key].label}; what all six leave of 100% is cash."
            _percent(f"{SHORT[key]}, %", _weight_key(key), START[key], about)
    shares = tuple(_kept(_weight_key(key), START[key]) for key in CLASSES)
    cash = 1.0 - sum(shares)
    st.caption(f"Cash: {f.percent(cash) if cash > 5e-4 else 'none'}")
    return shares


def upload() -> None:
    """Own holdings from a file; what was wrong with it, or what was read."""
    box = st.expander("Upload holdings", on_change="rerun", key="portfolio:upload-box")
    if not box.open:
        return
    with box:
        st.file_uploader(
            "CSV or XLSX with the columns class and amount", type=["csv", "xlsx"], key=UPLOAD, on_change=_uploaded,
            max_upload_size=max(1, LIMITS.size // 1_000_000),
        )
        names = ", ".join(c.label for c in CLASSES.values())
        st.caption(f"One row a holding: class is one of {names}, or Cash; amount in dollars. Formulas are refused. "
                   "The file is read in memory and not kept.")
        said = state.place(SLOT)
        if isinstance(said, str) and said:
            st.text(said)


def _uploaded() -> None:
    file = state.entered(UPLOAD)
    if file is None:
        return
    try:
        found = read_holdings(file.getvalue())  # type: ignore[attr-defined]
    except AssayError as error:
        state.exchange(SLOT, f"Not read: {error}. Your mix is kept as it was.")
        return
    for key, weight in zip(CLASSES, found.weights, strict=True):
        state.exchange(_weight_key(key), int(weight * 10_000) / 100)  # cut, so that all shares never pass 100%
    state.exchange(SLOT, f"Read {found.rows} holdings, {f.money(found.total)} in all.")


def limits(entry: str) -> Settings:
    """Caps of classes and families for the mixes proposed; raises ScenarioError where nothing can be placed."""
    box = st.expander("Limits of the proposed mixes", on_change="rerun", key="portfolio:limits")
    if box.open:
        with box, st.grid(4, min_column_width=130, gap="small"):
            for name in (*CLASSES, *FAMILIES):
                label = SHORT.get(name) or FAMILY_NAMES[name]
                _percent(f"{label}, at most %", f"portfolio:cap:{name}", 100.0, f"Largest share of {label} in a mix.")
    caps = {name: _kept(f"portfolio:cap:{name}", 100.0) for name in (*CLASSES, *FAMILIES)}
    return Settings(
        "at_cost" if entry == "at_cost" else "fair", tuple(caps[key] for key in CLASSES),
        tuple(caps[key] for key in FAMILIES),
    )


def _percent(label: str, spot: str, start: float, about: str) -> None:
    kept = state.place(spot)
    shown = kept if isinstance(kept, float) else start
    state.seed(spot, shown)
    st.number_input(
        label, 0.0, 100.0, shown, step=5.0, format="%.4g", key=spot, on_change=_typed, args=(spot,), help=about
    )


def _typed(spot: str) -> None:
    """Keep what was typed; a field left empty changes nothing."""
    value = state.entered(spot)
    if isinstance(value, int | float):
        state.exchange(spot, float(value))


def _kept(spot: str, start: float) -> float:
    """Share kept for a widget, as a decimal."""
    kept = state.place(spot)
    return round((kept if isinstance(kept, float) else start) / 100.0, 8)


def _weight_key(key: str) -> str:
    return f"portfolio:weight:{key}"
