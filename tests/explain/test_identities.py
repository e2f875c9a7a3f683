"""Formulas that one word does not name: each is applied to its operands and must give the number it explains."""

import re
from collections.abc import Callable
from math import exp, log, pi, sin, sqrt

import pytest
from scipy.stats import norm

from models.engine.evaluate import Evaluation
from models.explain.registry import Reader, Spec
from models.explain.resolve import spec_of
from tests.explain.graph import agree

Formula = Callable[..., float]
T = r"\.(?P<t>\d+)"
PATH = r"\.path\d+"


def clip(value: float, low: float, high: float) -> float:
    return min(max(value, low), high)


def faded(t: int, now: float, long_run: float, fade: float) -> float:
    years = t / 4
    return long_run * years + (now - long_run) * (1 - exp(-fade * years)) / fade


def glut_shape(t: int, peak: float, width: float) -> float:
    return sin(0.5 * pi * t / peak) ** 2 if t <= peak else exp(-0.5 * ((t - peak) / width) ** 2)


def matched(x: float, sd: float) -> float:
    d2 = log(x) / sd - sd / 2
    return x * norm.cdf(-d2 - sd) + norm.cdf(d2)


# Shape of the path, formula of (quarter, operands in order), which of the worlds must show it.
IDENTITIES: dict[str, tuple[str, Formula, str]] = {
    "sticky price": (rf"market\.clearing_state(_local)?{PATH}\.(?P<t>[1-9]\d*)",
                     lambda t, before, eq, speed: before ** (1 - speed) * eq**speed, "base"),
    "clearing price": (rf"market\.clearing_ratio(_local)?{PATH}{T}",
                       lambda t, b, u, c, power, floor, cap: clip((b / (u * c)) ** power, floor, cap), "glut"),
    "price floor": (rf"market\.price_floor{T}",
                    lambda t, least, old, now, idle, u, p: max(least, old * (now - idle) / now / (u * p)), "base"),
    "scarcity in the price": (r"market\.price_power", lambda t, eta, eps: eta / (1 + eta * eps), "base"),
    "price at home": (rf"market\.price_ratio{PATH}{T}", lambda t, w, h, b: w ** (1 - b) * h**b, "gulf"),
    "utilization": (rf"market\.utilization(_local)?{PATH}{T}",
                    lambda t, top, b, pool, home: top * ((1 - b) * pool + b * home), "gulf"),
    "mismatch": (rf"market\.matched_(pool|home)(_local)?{PATH}{T}", lambda t, x, sd: matched(x, sd), "base"),
    "demand over capacity": (rf"market\.served_ratio(_local)?{PATH}{T}",
                             lambda t, b, r, eps, top, c: b * r**-eps / (top * c), "base"),
    "pooled spread": (r"market\.pooled_sd(_before)?",
                      lambda t, f, k, rho, n: sqrt(f**2 + k**2 * (1 - rho) / n), "base"),
    "local spread": (r"market\.local_sd", lambda t, f, k, rho: sqrt(f**2 + k**2 * (1 - rho)), "base"),
    "localized share": (r"market\.bound_share", lambda t, *v: min(sum(v[:-1]), 1) * (1 - v[-1]), "gulf"),
    "surplus": (rf"market\.surplus(_local)?{PATH}{T}", lambda t, u, c, b: u * c / b - 1, "base"),
    "surplus at home": (rf"market\.overcapacity{PATH}{T}",
                        lambda t, w, h, b: (1 + w) ** (1 - b) * (1 + h) ** b - 1, "gulf"),
    "retirement": (rf"market\.retirement(_local)?{PATH}{T}",
                   lambda t, c, r, x, a, u, p, old: -(r + x * max(0, 1 - a * u * p / old)) * c, "glut"),
    "reference demand": (rf"market\.reference_demand{T}", lambda t, b, growth, index: b * growth / index, "base"),
    "growth of spending": (rf"market\.spending_growth{T}", lambda t, *v: exp(faded(t, *v)), "base"),
    "deflation": (rf"market\.cost_index{T}", lambda t, *v: exp(-faded(t, *v)), "base"),
    "scarcity today": (r"market\.scarcity_now", lambda t, p, lr, z: clip((p / lr) ** (1 / z), 0.5, 2), "base"),
    "catching up": (rf"market\.catching_up{T}", lambda t, s: 1 - (1 - 1 / s) * exp(-t / 6), "base"),
    "planned glut": (rf"market\.planned_glut{T}", lambda t, o, peak, w: 1 + o * glut_shape(t, peak, w), "glut"),
    "long-run price": (r"market\.break_even_price",
                       lambda t, k, h, c, annuity, u, falling: (k + h * c * annuity) / (h * u * falling), "base"),
    "contract price worth as much": (r"market\.support_price", lambda t, u, a, p, fall: u / a * p * fall, "base"),
    "contract price": (r"assets\..*\.contract_price", lambda t, p, discount: (1 - discount) * p, "base"),
    "hurdle of a fleet": (r"assets\..*\.fleet_hurdle", lambda t, q, r, m: q * r + (1 - q) * m, "base"),
    "hours let": (rf"assets\..*\.fill{PATH}{T}", lambda t, top, own, u: min(top, own * u), "base"),
    "hurdle of a loan": (r"assets\.gpu_debt\.hurdle", lambda t, c, *cut: (1 + (c - sum(cut)) / 4) ** 4 - 1, "gulf"),
    "payback": (rf"assets\..*\.payback_years{PATH}", lambda t, before, flow: -before / flow, "base"),
    "loss per dollar": (rf"assets\..*\.loss_per_dollar{PATH}", lambda t, npv, capital: -npv / capital, "base"),
    "sure gain": (r"assets\..*\.certainty_equivalent", lambda t, wealth, share: (wealth - 1) / share, "base"),
    "income of a building": (rf"assets\.data_center\.quarter\.net_operating_income\.(mean|path\d+){T}",
                             lambda t, q, rent, m, cost, empty: q * (rent * m - cost * empty), "base"),
    "vacancy": (rf"assets\.data_center\.vacancy{PATH}\.(?P<t>[1-9]\d*)",
                lambda t, v, speed, v0, k, s: v + speed * (clip(v0 + k * max(s, 0), 0.02, 0.5) - v), "base"),
    "market rent": (rf"assets\.data_center\.market_rent{PATH}\.(?P<t>[1-9]\d*)",
                    lambda t, r, infl, k, v0, v: r * exp((infl + k * (v0 - v)) / 4), "base"),
    "sale of a building": (rf"assets\.data_center\.quarter\.sale{PATH}{T}",
                           lambda t, noi, growth, cap, cost: (1 - cost) * 4 * noi * (1 + growth) / cap, "base"),
    "construction": (rf"assets\.data_center\.quarter\.construction{PATH}{T}",
                     lambda t, cost, quarters, over: -cost / quarters * over, "base"),
    "interest of a building": (rf"assets\.data_center\.quarter\.interest{PATH}{T}",
                               lambda t, balance, rate, q: -balance * rate * q, "base"),
    "earnings of the supplier": (rf"assets\.hardware_supplier\.(quarter\.)?earnings{PATH}{T}",
                                 lambda t, revenue, margin, tax: revenue * margin * (1 - tax), "base"),
    "selling price": (rf"assets\.hardware_supplier\.selling_price{PATH}{T}",
                      lambda t, part, cost, ratio: part * cost * clip(ratio, 0.6, 1.6) ** 0.25, "base"),
    "margin of the supplier": (
        rf"assets\.hardware_supplier\.margin{PATH}{T}",
        lambda t, m, late, half, slope, r: clip(late + (m - late) * 2 ** (-t / 4 / half) + slope * log(r), 0.05, 0.7),
        "base",
    ),
    "partner of the cloud": (rf"assets\.cloud_platform\.quarter\.localization_and_partner{PATH}{T}",
                             lambda t, q, b, ai, cost, share, m: -q * b * ai * (cost + share * m), "base"),
    "exit of the developer": (rf"assets\.llm_developer\.quarter\.sale_or_exit{PATH}\.(?P<t>40)",
                              lambda t, own, x, revenue, cash: own * (x * revenue + max(cash, 0)), "base"),
    "cash flow of the developer": (
        rf"assets\.llm_developer\.operating{PATH}{T}",
        lambda t, revenue, other, compute, fixed, now: revenue * (1 - other) - compute - fixed * now, "base",
    ),
}


@pytest.fixture(scope="module")
def worlds(numbers_of: Callable[[str], dict[str, Spec]]) -> dict[str, dict[str, Spec]]:
    return {name: numbers_of(name) for name in ("base", "gulf", "glut")}


@pytest.mark.parametrize("name", IDENTITIES)
def test_the_formula_gives_the_number(name: str, worlds: dict[str, dict[str, Spec]]) -> None:
    shape, formula, world = IDENTITIES[name]
    checked = 0
    for numbers in worlds.values():
        for path, spec in numbers.items():
            if spec.rule not in ("", "product") or not (fits := re.fullmatch(shape, path)):
                continue
            operands = [float(numbers[p].value) for p in spec.operands if numbers[p].value is not None]
            expected = _called(name, formula, int(fits.groupdict().get("t") or 0), spec, operands)
            if expected is None:
                continue
            assert agree(float(spec.value), expected, abs(expected), 1e-6), f"{path}: {spec.equation} of {operands}"
            checked += numbers is worlds[world]
    assert checked, f"no number in {world} is explained by this formula"


def _called(name: str, formula: Formula, t: int, spec: Spec, operands: list[float]) -> float | None:
    """The formula's result; None where the explanation says that another case applies."""
    if name == "payback":
        if not spec.note:  # never, or at once
            return None
        t = int(spec.note.removeprefix("t = "))
        return (t - 1 + formula(t, *operands)) / 4
    if name == "exit of the developer" and len(operands) != 4:  # sold because money ran out in the last quarter
        return None
    return formula(t, *operands)


def test_a_rate_of_return_makes_its_flows_worth_nothing(base: Evaluation) -> None:
    reader = Reader(base)
    for stake in [*(f"assets.{key}" for key in base.assets), "assets.gpu_fleet.at_cost", "variants.gpu_debt_equity"]:
        for path in spec_of(reader, f"{stake}.irr.p50").operands:
            rate, row = spec_of(reader, path).value, path.rsplit(".", 1)[1]
            flows = [spec_of(reader, f"{stake}.net_quarter.{row}.{t}").value for t in range(41)]
            worth = sum(flow * (1 + rate) ** (-t / 4) for t, flow in enumerate(flows))
            assert abs(worth) < 1e-6 * abs(flows[0]), path
            years = [spec_of(reader, name) for name in spec_of(reader, path).operands]
            assert sum(year.value for year in years) == pytest.approx(sum(flows)), path


def test_orders_answer_old_prices(base: Evaluation) -> None:
    """Where no glut stopped orders, the answer of each builder is a power of an old price over the planned one."""
    reader, pipeline, checked = Reader(base), base.scenario.pipeline, 0
    for t in range(12, 30):
        spec = spec_of(reader, f"market.order_answer.path7.{t}")
        answer = 0.0
        for share, lag, power in pipeline.builders:
            price = spec_of(reader, f"market.clearing_state.path7.{t - lag}").value
            plan = spec_of(reader, f"market.planned_price_ratio.{t - lag}").value
            answer += share * clip((price / plan) ** power, 0.2, 2.5)
        if not spec.note:
            assert spec.value == pytest.approx(answer, rel=1e-9)
            checked += 1
    assert checked > 3


def test_the_parts_of_a_fair_price_are_the_price_up_to_sampling(base: Evaluation) -> None:
    reader = Reader(base)
    for key in ("gpu_fleet", "data_center", "gpu_debt", "hardware_supplier", "cloud_platform"):
        error = base.assets[key].fair_price.premium_se * sqrt(8)  # of the one block of eight that is shown
        assert abs(spec_of(reader, f"assets.{key}.neutral_rest").value) < 4 * error, key


def test_a_default_is_a_shortfall(base: Evaluation) -> None:
    reader = Reader(base)
    example = next(p for p in spec_of(reader, "assets.gpu_debt.defaults").operands if ".default." in p)
    cash, reserve, due, *_ = (spec_of(reader, p).value for p in spec_of(reader, example).operands)
    income = reserve * base.scenario.rates.base_rate / 4
    assert cash + reserve + income < due
