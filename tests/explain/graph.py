"""Explanations as a graph: everything that stands behind a few numbers, each read once, and whether it adds up."""

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from models.engine.evaluate import Evaluation
from models.explain.equation import Equation, NotAnExpression
from models.explain.registry import Reader
from models.explain.resolve import spec_of

# Numbers whose explanations together visit every subject.
HEADLINES = (
    "assets.gpu_fleet.irr.p50", "assets.gpu_fleet.at_cost.cvar_95", "assets.gpu_fleet.npv_mean",
    "assets.gpu_debt.default_probability", "assets.gpu_debt.loss_given_default", "assets.gpu_debt.wal_years",
    "assets.gpu_debt.min_dscr.p50", "assets.gpu_debt.irr.p05", "assets.gpu_debt.advance_rate", "assets.gpu_debt.coupon",
    "assets.data_center.irr.p50", "assets.data_center.payback_years.p50", "assets.hardware_supplier.irr.p50",
    "assets.hardware_supplier.at_cost.price", "assets.llm_developer.irr.p95", "assets.llm_developer.cash_npv_mean",
    "assets.cloud_platform.moic.p50", "assets.cloud_platform.certainty_equivalent_return",
    "assets.llm_developer.at_cost.certainty_equivalent_return", "variants.gpu_debt_equity.irr.p50",
    "variants.data_center_unlevered.price", "picks_and_shovels_ahead.probability", "correlation.rank.0.1",
    "assets.gpu_fleet.irr.p50_se", "market.price.p50.12", "market.utilization.p05.8", "market.overcapacity.p95.10",
)


class Numbers(dict[str, Equation]):
    """Numbers behind a few headlines by path; what was not walked to is read when somebody asks for it."""

    def __init__(self, evaluation: Evaluation) -> None:
        super().__init__()
        self.reader = Reader(evaluation)

    def __missing__(self, path: str) -> Equation:
        return spec_of(self.reader, path)


def behind(evaluation: Evaluation, headlines: Iterable[str] = HEADLINES, each: int = 6) -> Numbers:
    """Numbers behind the headlines, at most so many of one shape: another quarter or path is the same equation.

    A class that is absent has no numbers.
    """
    gone = tuple(f"assets.{key}." for key in evaluation.absent())
    numbers, shapes = Numbers(evaluation), Counter[str]()
    ahead = [path for path in headlines if not path.startswith(gone)]
    while ahead:
        path = ahead.pop()
        shape = re.sub(r"\d+", "#", path)
        if path not in numbers and shapes[shape] < each:
            shapes[shape] += 1
            numbers[path] = numbers[path]
            ahead += [*numbers[path].paths, *numbers[path].beside]
    return numbers


def broken(numbers: Mapping[str, Equation], tolerance: float = 1e-7, only: Mapping[str, Equation] | None = None
           ) -> list[str]:
    """Numbers that are not what their printed equation makes of the values of their operands."""
    wrong = []
    for path, equation in list((numbers if only is None else only).items()):
        if equation.kind != "expression":
            continue
        try:
            values = [numbers[operand].value for operand in equation.paths]
            made = float(equation.evaluate(lambda name: numbers[name].value))
        except (NotAnExpression, TypeError) as why:
            wrong.append(f"{path}: {why}")
            continue
        scale = max((abs(x) for x in values if _is_finite(x)), default=1.0) if equation.is_sum else abs(made)
        if not agree(float(equation.value), made, scale, tolerance):  # type: ignore[arg-type]
            inside = {name: numbers[path].value for name, path in equation.symbols[:12]}
            wrong.append(f"{path} = {equation.value} is not {equation.text} of {inside}: {made}")
    return wrong


def _is_finite(value: Any) -> bool:
    return isinstance(value, int | float | np.number) and math.isfinite(value)


def agree(stated: float, made: float, scale: float, tolerance: float = 1e-7) -> bool:
    """Whether two numbers are the same up to rounding at the given scale; undefined and infinite ones match."""
    if math.isnan(stated) or math.isinf(stated):
        return math.isnan(made) if math.isnan(stated) else made == stated
    return abs(stated - made) <= tolerance * max(scale, abs(stated), 1e-12)
