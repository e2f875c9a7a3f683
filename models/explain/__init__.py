"""Explain: every number of an evaluation, taken apart down to declared assumptions, draws and definitions.

>>> from models.explain import as_text, explain
>>> print(as_text(explain(evaluation, "assets.gpu_fleet.irr.p50")))
"""

from models.explain import (
    ai_revenue,
    capacity,
    cloud_platform,
    data_center,
    data_center_loan,
    entry_price,
    gpu_debt,
    gpu_debt_flows,
    gpu_debt_loss,
    gpu_debt_size,
    gpu_fleet,
    hardware_supplier,
    leaves,
    llm_developer,
    market,
    performance,
    rates,
    risks,
    supplier_credit,
)
from models.explain.equation import Equation, calculate
from models.explain.resolve import DEPTH, explain, headline_paths
from models.explain.trace import Trace, as_rows, as_text

SUBJECTS = (
    market, ai_revenue, capacity, performance, risks, rates, entry_price, gpu_fleet, gpu_debt, gpu_debt_size,
    gpu_debt_flows, gpu_debt_loss, data_center, data_center_loan, hardware_supplier, supplier_credit, cloud_platform,
    llm_developer, leaves,
)
"""Modules that hold the explanations; importing them registers what they explain."""

__all__ = [
    "DEPTH", "SUBJECTS", "Equation", "Trace", "as_rows", "as_text", "calculate", "explain", "headline_paths",
]
