"""The term sheet of the loan, a part at a time; changes count on every page."""

from __future__ import annotations

from dashboard.blocks import inputs
from dashboard.blocks.choices import pick
from models.scenario.catalog import catalog
from models.scenario.scenario import Scenario

PARTS: dict[str, tuple[str, tuple[str, ...]]] = {
    "size": ("Size", (
        "gpu_debt.advance_cap", "gpu_debt.sizing_dscr", "gpu_debt.merchant_dscr", "loan_triggers.sizing_ltv",
        "loan_triggers.balloon_ltv", "loan_pricing.draws",
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
        "contract_credit.notice_quarters", "contract_credit.sovereign_default", "contract_credit.ig_spread",
        "contract_credit.non_ig_spread", "contract_credit.sovereign_spread",
        "contract_credit.sovereign_advance", "contract_credit.merchant_spread", "contract_credit.merchant_advance",
    )),
    "recovery": ("Recovery and hedges", (
        "covenants.fire_sale", "covenants.sale_cost", "covenants.recovery_lag", "covenants.contract_recovery",
        "residual_guarantee.is_on", "residual_guarantee.share", "residual_guarantee.quarter", "rent_floor.share",
        "rent_floor.floor", "rent_floor.premium", "rent_floor.quarters",
    )),
}
"""Parts of a structure: words, and the assumptions of each in the order a term sheet has them."""


def render(scenario: Scenario) -> None:
    """The assumptions of the part that is chosen."""
    part = pick("Part of the term sheet", {key: words for key, (words, _) in PARTS.items()}, "designer:part")
    entries = {entry.path: entry for entry in catalog(scenario)}
    inputs.assumptions([entries[path] for path in PARTS[part][1]], "designer:")
