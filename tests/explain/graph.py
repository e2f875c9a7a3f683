"""Explanations as a graph: everything that stands behind a few numbers, each read once."""

import math
from collections.abc import Iterable

import numpy as np

from models.engine.evaluate import Evaluation
from models.explain.registry import Reader, Spec
from models.explain.resolve import spec_of

# Numbers whose explanations together visit every subject.
HEADLINES = (
    "assets.gpu_fleet.irr.p50", "assets.gpu_fleet.at_cost.cvar_95", "assets.gpu_fleet.npv_mean",
    "assets.gpu_debt.default_probability", "assets.gpu_debt.loss_given_default", "assets.gpu_debt.wal_years",
    "assets.gpu_debt.min_dscr.p50", "assets.gpu_debt.irr.p05", "assets.gpu_debt.advance_rate", "assets.gpu_debt.coupon",
    "assets.data_center.irr.p50", "assets.data_center.payback_years.p50", "assets.hardware_supplier.irr.p50",
    "assets.hardware_supplier.at_cost.price", "assets.llm_developer.irr.p95", "assets.llm_developer.cash_npv_mean",
    "assets.cloud_platform.moic.p50", "assets.cloud_platform.certainty_equivalent", "variants.gpu_debt_equity.irr.p50",
    "variants.data_center_unlevered.price", "picks_and_shovels_ahead.probability", "correlation.rank.0.1",
    "assets.gpu_fleet.irr.p50_se", "market.price.p50.12", "market.utilization.p05.8", "market.overcapacity.p95.10",
)


def behind(evaluation: Evaluation, headlines: Iterable[str] = HEADLINES) -> dict[str, Spec]:
    """Every number behind the headlines, by path."""
    reader, found, ahead = Reader(evaluation), {}, list(headlines)
    while ahead:
        path = ahead.pop()
        if path not in found:
            found[path] = spec_of(reader, path)
            ahead += [*found[path].operands, *found[path].beside]
    return found


def applied(spec: Spec, values: list[float]) -> float | None:
    """What a rule makes of its operands; None where the rule names no single number."""
    one_operand = {"same": 1.0, "minus": -1.0}
    if spec.rule in one_operand:
        (value,) = values
        return one_operand[spec.rule] * value
    return {
        "sum": lambda: math.fsum(values),
        "product": lambda: math.prod(values),
        "quotient": lambda: values[0] / values[1] if values[1] else math.nan,
        "difference": lambda: values[0] - values[1],
        "average": lambda: math.fsum(values) / len(values),
        "standard_error": lambda: float(np.std(values, ddof=1)) / math.sqrt(len(values)),
    }.get(spec.rule, lambda: None)()


def agree(stated: float, found: float, scale: float, tolerance: float = 1e-7) -> bool:
    """Whether two numbers are the same up to rounding at the given scale; undefined and infinite ones match."""
    if math.isnan(stated) or math.isinf(stated):
        return math.isnan(found) if math.isnan(stated) else found == stated
    return abs(stated - found) <= tolerance * max(scale, abs(stated), 1e-12)
