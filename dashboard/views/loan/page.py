"""The loan designer: structure on the left, coverage and collateral in the middle, losses on the right."""

from __future__ import annotations

from collections.abc import Callable
from html import escape

import streamlit as st

from dashboard import format as f
from dashboard import run, state
from dashboard.blocks import inputs
from dashboard.blocks.markup import heading, tag, tip
from dashboard.views.loan import charts
from dashboard.views.loan import tools as designer_tools
from dashboard.views.loan.reading import Design, read_design
from models.engine.estimate import Estimate
from models.scenario.catalog import catalog, values
from models.scenario.scenario import Scenario

# Parts of a structure: words, and the assumptions of each in the order a term sheet has them.
PARTS: dict[str, tuple[str, tuple[str, ...]]] = {
    "size": ("Size", (
        "gpu_debt.advance_cap", "gpu_debt.sizing_dscr", "loan_triggers.sizing_ltv", "loan_pricing.draws",
        "mezzanine.advance", "mezzanine.coupon", "mezzanine.pays_in_kind",
    )),
    "price": ("Price", (
        "gpu_debt.spread", "loan_pricing.base", "loan_pricing.fixed_coupon", "loan_pricing.upfront_fee",
        "loan_pricing.discount", "loan_pricing.undrawn_fee", "loan_pricing.agent_fee", "loan_pricing.capitalizes",
        "loan_pricing.long_run", "loan_pricing.half_life", "loan_pricing.volatility", "loan_pricing.hedged",
        "loan_pricing.swap_rank", "rates.base_rate",
    )),
    "repayment": ("Repayment", (
        "gpu_debt.tenor_quarters", "gpu_debt.amortization", "gpu_debt.balloon", "gpu_debt.sweep",
        "loan_triggers.refinances", "loan_triggers.refi_ltv", "loan_triggers.refi_dscr", "loan_triggers.refi_margin",
        "loan_triggers.refi_quarters",
    )),
    "protection": ("Protection", (
        "gpu_debt.reserve_months", "loan_triggers.builds_reserve", "covenants.lockup", "covenants.event_of_default",
        "loan_triggers.accelerates", "loan_triggers.early_dscr", "loan_triggers.early_ltv",
        "loan_triggers.early_customer", "covenants.ltv_cap", "covenants.cures", "covenants.cure_cover",
    )),
    "contract": ("Contract", (
        "gpu_debt.customer", "gpu_debt.contracted_share", "gpu_fleet.contract_quarters", "gpu_debt.contract_price",
        "gpu_debt.payback_years", "contract_credit.take_or_pay", "contract_credit.termination_quarters",
        "contract_credit.termination_recovery", "contract_credit.renegotiation_rate",
        "contract_credit.renegotiation_gap", "contract_credit.concession", "contract_credit.cliff_rate",
        "contract_credit.notice_quarters", "contract_credit.sovereign_default", "contract_credit.sovereign_spread",
        "contract_credit.sovereign_advance", "contract_credit.merchant_spread", "contract_credit.merchant_advance",
    )),
    "recovery": ("Recovery and hedges", (
        "covenants.fire_sale", "covenants.sale_cost", "covenants.recovery_lag", "covenants.contract_recovery",
        "residual_guarantee.is_on", "residual_guarantee.share", "residual_guarantee.quarter", "rent_floor.share",
        "rent_floor.floor", "rent_floor.premium", "rent_floor.quarters",
    )),
}
SCOPE = "designer:"


def render() -> None:
    """Numbers first, then the three columns, then tools: solve for, one path in steps, against another facility."""
    scenario = state.scenario()
    with st.spinner("Running the loan through every future"):
        design = run.kept(read_design, scenario)
    _numbers(design)
    left, middle, right = st.columns([1.1, 1.2, 1.2], gap="medium")
    with left:
        _structure(scenario, design)
    with middle:
        st.html(heading("Coverage and collateral", level=2))
        _chart(design, "dscr", "Cash available over interest and scheduled principal, of loans not in default. "
                               "Dashed: where cash is locked up, and where it is an event of default.")
        _chart(design, "ltv", f"Balance over what used machines fetch in the market; cut at {charts.MOST_LTV:.0f}00%.")
        _chart(design, "horizon", "When the loan, its contract and the cash of the machines end.")
    with right:
        st.html(heading("Losses", level=2))
        _chart(design, "default", "Chance of a payment default until the end of each year; whiskers: two standard "
                                  "errors.")
        _chart(design, "loss", "Chance that a tranche loses more than a share of what it paid in, at present value of "
                               "its own rate; the owner undiscounted.")
        _chart(design, "breach", "Share of all futures in which a test fails in the quarter.")
    designer_tools.render(scenario, design)


def _numbers(design: Design) -> None:
    view = design.view
    detail = (
        f"{f.money(design.principal)} per H100e at a coupon of {f.percent(design.coupon, 2)} when signed, on "
        f"{design.paths:,} futures. {design.titles['size']}."
    )
    words = tag("h1", design.titles["headline"]) + tag("p", detail)
    st.html(f'<div class="verdict" role="status" aria-live="polite">{words}</div>')
    st.html(figures(design))
    note = (
        f"Rating bands are indicative: Moody's idealized losses at the average life, by loss {view.by_loss.words}, by "
        f"default {view.by_default.words} (two standard errors). No agency rates by such a table alone."
    )
    st.html(tag("p", note, "note"))


def figures(design: Design) -> str:
    """Single figures of the lender with their noise, as a list of terms; every text is escaped."""
    view = design.view
    shares: tuple[tuple[str, str, Estimate, Callable[[float], str], float], ...] = (
        ("Default probability", "Share of futures with a payment default.", view.default_probability, f.percent, 100),
        ("Loss given default", "Loss over what was owed, on futures that default.", view.loss_given_default,
         f.percent, 100),
        ("Expected loss", "Mean loss at present value, share of the loan.", view.expected_loss, f.percent, 100),
        ("Loss a year", f"Expected loss over average life; the spread is {f.percent(view.spread, 2)} with fees.",
         view.loss_rate, lambda x: f.percent(x, 2), 100),
        ("Return after losses", f"Return of the mean flow a year; promised are {f.percent(view.yield_promised)}.",
         view.irr, f.percent, 100),
        ("Return, worst 5%", "What one lender in twenty earns at most, a year.", view.irr_low, f.irr, 100),
        ("Average life", "Mean years from the start of service to a dollar of principal paid.", view.wal, f.years, 1),
        ("Least coverage", "Median over futures of the least coverage.", view.min_dscr, f.multiple, 1),
    )
    out = []
    for label, about, estimate, write, factor in shares:
        noise = ""
        if estimate.error > 0:
            unit = " pts" if factor == 100 else ""
            noise = f"±{f.digits(2 * estimate.error * factor, 2, 3)}{unit}"
        out.append(
            f"<div><dt>{tip(label, about)}</dt><dd><b>{escape(write(estimate.value))}</b>"
            f"<small>{escape(noise or chr(160))}</small></dd></div>"
        )
    bands = f"{view.by_loss.grade} / {view.by_default.grade}"
    about = "By expected loss and by default probability; indicative, see the note."
    named = tip("Rating band", about)
    out.append(f"<div><dt>{named}</dt><dd><b>{escape(bands)}</b><small>indicative</small></dd></div>")
    return f'<dl class="facts">{"".join(out)}</dl>'


def _structure(scenario: Scenario, design: Design) -> None:
    """The term sheet, a part at a time; changes count on every page."""
    st.html(heading("Structure", "Changes count on every page: this is the loan of the scenario.", level=2))
    _chart(design, "size", "What each rule would lend, share of hardware cost; the smallest one sizes the loan.")
    part = st.selectbox("Part of the term sheet", list(PARTS), format_func=lambda key: PARTS[key][0],
                        key="designer:part")
    entries, preset = {e.path: e for e in catalog(scenario)}, values(state.base())
    for path in PARTS[str(part)][1]:
        with st.container(gap=None):
            inputs.any_assumption(entries[path], preset.get(path), SCOPE)


def _chart(design: Design, name: str, about: str) -> None:
    spec = {
        "dscr": charts.FANS["dscr"], "ltv": charts.FANS["ltv"], "default": charts.DEFAULT, "loss": charts.LOSS,
        "horizon": charts.HORIZON, "breach": charts.BREACH, "size": charts.SIZE,
    }[name]
    st.html(heading(design.titles[name], about))
    if not design.frames[name].empty:
        st.vega_lite_chart(design.frames[name], spec, theme=None, alt=f"{design.titles[name]}. {about}")
