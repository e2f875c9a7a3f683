"""Explain: every number of an evaluation, taken apart down to declared assumptions, draws and definitions.

>>> from models.explain import as_text, explain
>>> print(as_text(explain(evaluation, "assets.gpu_fleet.irr.p50")))
"""

from models.explain import (
    cloud_platform,
    data_center,
    demand,
    entry_price,
    families,
    fleet,
    fleet_parts,
    gpu_debt,
    gpu_debt_loss,
    leaves,
    llm,
    long_run,
    machine_options,
    performance,
    present_value,
    prices,
    risks,
    supplier,
    supply,
    utilization,
)
from models.explain.resolve import DEPTH, explain, headline_paths
from models.explain.trace import Trace, as_rows, as_text

SUBJECTS = (
    prices, utilization, demand, supply, long_run, performance, present_value, risks, families, entry_price, fleet,
    fleet_parts, machine_options, gpu_debt, gpu_debt_loss, data_center, supplier, cloud_platform, llm,
    leaves,
)
"""Modules that hold the explanations; importing them registers what they explain."""

__all__ = ["DEPTH", "SUBJECTS", "Trace", "as_rows", "as_text", "explain", "headline_paths"]
