"""What the reader gives the portfolio page: own weights, by hand or by upload, limits of mixes, and taste for risk."""

from __future__ import annotations

from collections import Counter

import streamlit as st

from dashboard import format as f
from dashboard import state, theme
from dashboard.blocks import inputs
from dashboard.words import SHORT
from models.claims.registry import CLASSES
from models.errors import AssayError, ScenarioError
from models.scenario.catalog import entry as declared
from models.scenario.scenario import Scenario
from models.studies.portfolio.holdings import LIMITS, read_holdings
from models.studies.portfolio.mandate import FAMILIES, Settings

_FAMILY_SIZE = Counter(one.family for one in CLASSES.values())
START = {key: 50.0 / _FAMILY_SIZE[one.family] for key, one in CLASSES.items()}
"""Half of the money in each family, in percent: where a reader starts."""
NAMES = SHORT | theme.FAMILY_NAMES
TASTE = ("rates.risk_aversion", "rates.wealth_share", "rates.cash_rate")
SLOT = "portfolio:upload-said"
UPLOAD = "portfolio:upload"


def own_weights() -> tuple[float, ...]:
    """Six shares in percent, typed or uploaded; what is missing to 100% is cash. Returned as decimals."""
    with st.grid(6, min_column_width=105, gap="small"):
        for key, asset in CLASSES.items():
            about = f"Share of your money in {asset.label}; what all six leave of 100% is cash."
            _percent(f"{SHORT[key]}, %", _weight(key), START[key], about)
    shares = tuple(_share(_weight(key), START[key]) for key in CLASSES)
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
        if said := state.place(SLOT):
            st.text(str(said))


def _uploaded() -> None:
    file = state.entered(UPLOAD)
    if not hasattr(file, "getvalue"):
        return
    try:
        holdings = read_holdings(file.getvalue())
    except AssayError as error:
        state.exchange(SLOT, f"Not read: {error}. Your mix is kept as it was.")
        return
    for key, weight in zip(CLASSES, holdings.weights, strict=True):
        state.exchange(_weight(key), int(weight * 10_000) / 100)  # cut, so that all shares never pass 100%
    read = f"Read {holdings.rows} holdings, {f.money(holdings.total)} in all."
    state.exchange(SLOT, " ".join((read, *holdings.notes)))


def limits(entry: str) -> Settings | None:
    """Entry, and caps of classes and families; None, and why, where they leave no mix."""
    box = st.expander("Limits of the proposed mixes", on_change="rerun", key="portfolio:limits")
    if box.open:
        with box, st.grid(4, min_column_width=130, gap="small"):
            for key in (*CLASSES, *FAMILIES):
                _percent(f"{NAMES[key]}, at most %", _cap(key), 100.0, f"Largest share of {NAMES[key]} in a mix.")
    caps, family_caps = (tuple(_share(_cap(key), 100.0) for key in keys) for keys in (CLASSES, FAMILIES))
    try:
        return Settings("at_cost" if entry == "at_cost" else "fair", caps, family_caps)
    except ScenarioError as error:
        st.warning(f.plain(str(error)), title="No mix obeys these limits")
        return None


def taste(scenario: Scenario) -> None:
    """Risk aversion, share of wealth and the reinvestment rate: assumptions of the scenario."""
    box = st.expander("Taste for risk, and the rate of cash", on_change="rerun", key="portfolio:taste")
    if box.open:
        with box:
            inputs.assumptions([declared(path, scenario) for path in TASTE], "portfolio:")


def _percent(label: str, spot: str, start: float, about: str) -> None:
    shown = _kept(spot, start)
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
    kept = state.place(spot)
    return kept if isinstance(kept, float) else start


def _share(spot: str, start: float) -> float:
    return round(_kept(spot, start) / 100.0, 8)


def _weight(key: str) -> str:
    return f"portfolio:weight:{key}"


def _cap(key: str) -> str:
    return f"portfolio:cap:{key}"
