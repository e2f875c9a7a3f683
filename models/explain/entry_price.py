"""Entry price, committed capital and hurdle as numbers with reasons; the fair premium with its parts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache, partial
from types import MappingProxyType

import numpy as np

from models.basis.shocks import REPLICATES, draw_replicate
from models.claims.gpu_debt import financed_fleet
from models.claims.registry import Claim, Claims, build_claims
from models.engine.prices import PATHS, SEED
from models.explain.bought import Bought, held, lines_of, quarters_of, when, worth, years_of
from models.explain.equation import Equation
from models.explain.registry import Reader, UnknownPath, explains, find
from models.market.simulate import simulate_market
from models.scenario.scenario import Scenario

_BELOW = {"data_center": "variants.data_center_unlevered.hurdle",
          "gpu_debt_equity": "assets.gpu_debt.collateral.fleet_hurdle"}
"""Levered classes, and the hurdle of the asset whose premium they pay."""


@explains("{asset}.price")
def price(reader: Reader, asset: str) -> Equation:
    """Entry price."""
    stake = held(reader, asset)
    parts = {} if stake.result.asset.at_market else {"cost": f"{stake.claim}.base"}
    words = "Cost or par, and the premium that makes entry fair." if stake.entry == "fair" else (
        "Cost or par." if parts else "What the market pays.")
    if stake.position.premium or not parts:
        parts["premium"] = f"{asset}.premium"
    return Equation(f"Entry price, {stake.label}", stake.position.price, stake.money, words, " + ".join(parts), parts)


@explains("{asset}.premium")
def premium(reader: Reader, asset: str) -> Equation:
    """What is paid over cost or par; for a company the whole price."""
    stake = held(reader, asset)
    if stake.entry == "fair":
        return _fair_premium(reader, stake)
    if not stake.result.asset.at_market:
        return Equation(f"Premium, {stake.label}", 0.0, stake.money, "Entry at cost or par pays no premium.", "0",
                        beside=(f"{stake.claim}.base",))
    return Equation(
        f"Price, {stake.label}", stake.position.premium, stake.money,
        "What the market pays, times neutral first-year earnings.",
        "multiple·earnings",
        {"multiple": _multiple(reader, stake.key), "earnings": f"{stake.claim}.neutral_earnings"},
    )


def _multiple(reader: Reader, key: str) -> str:
    """What the market pays over earnings; a neocloud has a multiple of its own."""
    is_neocloud = key == "cloud_platform" and reader.scenario.cloud_platform.business == "neocloud"
    return "cloud_capital.neocloud_multiple" if is_neocloud else f"{key}.market_multiple"


def _fair_premium(reader: Reader, stake: Bought) -> Equation:
    fair = stake.result.fair_price
    names = (*(f"neutral.{name}" for name in _neutral(reader, stake).lines), "neutral_rest")
    return Equation(
        f"Fair {'price' if stake.result.asset.at_market else 'premium over cost'}, {stake.label}", fair.premium,
        stake.money,
        "What the claim is worth over its cost, at its hurdle, in a neutral world without glut, policy and surprise: "
        "its lines there, and what the rest of the calibration's draws adds to the block shown.", "Σ(lines)",
        {"lines": tuple(f"{stake.claim}.{name}" for name in names)},
        beside=("calibration.block", f"{stake.claim}.neutral_hurdle"), standard_error=fair.premium_se or None,
        note="a levered class pays the premium of the asset below it, in cash at closing"
        if stake.key in _BELOW else "",
    )


@explains("{asset}.premium_paid")
def premium_paid(reader: Reader, asset: str) -> Equation:
    """The premium as a flow at closing."""
    stake = held(reader, asset)
    what = "Price" if stake.result.asset.at_market else "Premium over cost"
    return Equation(f"{what} paid at closing, {stake.label}", -stake.position.premium, stake.money,
                    "Money out is negative.", "−premium", {"premium": f"{asset}.premium"})


@dataclass(frozen=True)
class Neutral:
    """A class in the neutral world: its hurdle, and slug -> label and mean present value of each line, USD."""

    hurdle: float
    lines: Mapping[str, tuple[str, float]]


@lru_cache(maxsize=8)
def neutral_world(neutral: Scenario) -> Mapping[str, Neutral]:
    """Every class in the neutral world, on the first block of the calibration's draws.

    Parameters
    ----------
    neutral : Scenario
        As in ``Scenario.neutral``.
    """
    shocks = draw_replicate(SEED, 0, PATHS // REPLICATES)
    market = simulate_market(neutral.setting, shocks)
    claims = build_claims(neutral, market, shocks)
    # What a levered class pays over cost is the premium of the asset below it.
    below = {"data_center": "data_center_unlevered", "gpu_debt_equity": "gpu_fleet"}
    found = claims.by_key | {
        "data_center": claims.by_key["data_center_unlevered"],
        "gpu_debt_equity": financed_fleet(neutral.in_force, market, shocks),
    }
    return MappingProxyType({
        key: _present_lines(below.get(key, key), claim, claims) for key, claim in found.items()
    })


def _present_lines(key: str, claim: Claim, claims: Claims) -> Neutral:
    out = {}
    for name, (label, amounts) in lines_of(key, claim, claims).items():
        mean = amounts.mean(axis=0)
        value = worth(mean, claim.hurdle, range(len(mean)))
        if value:
            out[name] = (label, value)
    return Neutral(claim.hurdle, MappingProxyType(out))


def _neutral(reader: Reader, stake: Bought) -> Neutral:
    return neutral_world(reader.evaluation.scenario.neutral)[stake.key]


@explains("{claim}.neutral.{name}")
def neutral_line(reader: Reader, claim: str, name: str) -> Equation:
    """One line of a class in the neutral world."""
    stake = held(reader, claim)
    parts = _neutral(reader, stake).lines
    if name not in parts:
        raise UnknownPath(f"lines in the neutral world are {', '.join(parts)}")
    label, value = parts[name]
    return Equation(
        f"{label[0].upper()}{label[1:]}, neutral world", value, stake.money,
        "Mean present value at the hurdle over the first block of the calibration's draws.",
        "E[Σ line_t·(1 + r)^(−t/4)]",
        {"n": "calibration.block", "r": f"{claim}.neutral_hurdle"}, "statistic",
    )


@explains("{claim}.neutral_rest")
def neutral_rest(reader: Reader, claim: str) -> Equation:
    """What the other draws of the calibration add."""
    stake = held(reader, claim)
    shown = sum(value for _, value in _neutral(reader, stake).lines.values())
    return Equation(
        "Rest of the calibration's draws", stake.result.fair_price.premium - shown, stake.money,
        "The fair price averages eight blocks of draws, of which one is shown line by line.", "",
        {"n": "calibration.block"}, "draw", status="draw",
    )


@explains("{claim}.neutral_hurdle")
def neutral_hurdle(reader: Reader, claim: str) -> Equation:
    """Hurdle of the claim whose neutral value is the premium."""
    stake = held(reader, claim)
    value, path = _neutral(reader, stake).hurdle, _BELOW.get(stake.key, f"{claim}.hurdle")
    own = next(build(reader, **tokens).value for build, tokens in find(path))
    return Equation(
        f"Hurdle of the fair price, {stake.result.asset.label}", value, "per year",
        "Return the claim whose premium is paid must just earn in the neutral world.", "r", {"r": path},
        "expression" if value == own else "simulation",
    )


def _levered_hurdle(reader: Reader, claim: str) -> Equation:
    """Return required of levered equity: what its mean flow in the neutral world returns at the fair price."""
    stake = held(reader, claim)
    flow = np.array(stake.result.fair_price.flow)
    return Equation(
        f"Hurdle, {stake.result.asset.label} with debt" if claim == "assets.data_center" else
        f"Hurdle, {stake.result.asset.label}", stake.position.claim.hurdle, "per year",
        "No input: the rate at which its mean cash flows in the neutral world, the fair price paid, are worth nothing "
        "together. So fair entry is fair with debt too.", "Σ E[CF_t]·(1 + r)^(−t/4) = 0",
        {"CF": tuple(f"{claim}.neutral_flow.{year}" for year in years_of(flow[None], len(flow) - 1))}, "root",
    )


for _claim in ("assets.data_center", "variants.gpu_debt_equity"):
    explains(f"{_claim}.hurdle")(partial(_levered_hurdle, claim=_claim))


@explains("{claim}.neutral_flow.{year}")
def neutral_flow(reader: Reader, claim: str, year: int) -> Equation:
    """Mean flow of levered equity in a year of the neutral world."""
    stake = held(reader, claim)
    flow = stake.result.fair_price.flow
    if not flow:
        raise UnknownPath("only levered claims have a hurdle that comes of their neutral flow")
    return Equation(
        f"Mean neutral cash flow, {when(year)}, {stake.result.asset.label}",
        float(sum(flow[t] for t in quarters_of(year, len(flow) - 1))), stake.money,
        "Mean over the calibration's draws, with the fair premium paid at closing.", "E[Σ CF_t]",
        {"n": "calibration.block"}, "statistic", beside=(f"{stake.claim}.premium",) if not year else (),
    )


@explains("{claim}.neutral_earnings")
def neutral_earnings(reader: Reader, claim: str) -> Equation:
    """First-year earnings, EBITDA or revenue in the neutral world."""
    stake, is_lab = held(reader, claim), claim.endswith("llm_developer")
    what = "revenue today" if is_lab else "EBITDA" if claim.endswith("cloud_platform") else "earnings"
    return Equation(
        f"Neutral first-year {what}, {stake.result.asset.label}", stake.result.fair_price.earnings, "USD",
        "What a market multiple is quoted on, in a world without glut, policy and surprise.",
        "R_0" if is_lab else "E[earnings]",
        {"R_0": "llm_developer.revenue_now"} if is_lab else {"n": "calibration.block"},
        "expression" if is_lab else "statistic",
    )


@explains("{asset}.capital")
def capital(reader: Reader, asset: str) -> Equation:
    """Committed capital."""
    stake = held(reader, asset)
    years = years_of(stake.flows.contrib.mean(axis=0)[None, :], reader.market.quarters)
    return Equation(
        f"Committed capital, {stake.label}", stake.measures.capital, stake.money,
        "What is paid in on average, each year worth what it is at closing at the common cash rate.", "Σ(years)",
        {"years": tuple(f"{asset}.paid_worth.{year}" for year in years)},
    )


@explains("{asset}.paid_worth.{year}")
def paid_worth(reader: Reader, asset: str, year: int) -> Equation:
    """Worth at closing of what is paid in in a year."""
    stake = held(reader, asset)
    paid, columns = -stake.flows.contrib.mean(axis=0), quarters_of(year, reader.market.quarters)
    return Equation(
        f"Paid in, {when(year)}, worth at closing, {stake.label}",
        worth(paid, stake.result.rates.cash_rate, columns), stake.money,
        "Each quarter discounted at the common cash rate.", "Σ(paid·(1 + r_c)^(−t/4))",
        {"paid": tuple(f"{asset}.paid_quarter.mean.{t}" for t in columns), "t": columns,
         "r_c": "in_force.rates.cash_rate"},
        beside=(f"{asset}.paid.mean.{year}",),
    )
