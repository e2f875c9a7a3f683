"""The sentences of the portfolio page, written by rules from the figures they stand above."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import isnan, sqrt
from typing import Any

from dashboard import format as f
from dashboard.views.portfolio.timing_chart import cents, noise
from dashboard.words import SHORT, listed

Row = Mapping[str, Any]
WAITING = ("see_4", "see_8", "see_4_8", "staged")
BLIND = ("later_4", "later_8")
WAYS = {
    "later_4": "entering one year later", "later_8": "entering two years later",
    "see_4": "looking after one year before entering", "see_8": "looking after two years before entering",
    "see_4_8": "looking after one year and again after two", "staged": "entering in two halves",
}
NAMES = {"gpu_fleet": "GPU fleets", "data_center": "Data centers"}


def headline(gap: float, gap_se: float, tail: float, match_tail: float | None, placed: float) -> str:
    """Whether the same wealth can be had with a smaller tail loss, beyond the noise."""
    if placed <= 0.0:
        return "All of your money is in cash"
    if match_tail is None:
        return "Your mix aims for more wealth than the limits of the proposed mixes allow"
    if f.is_close(gap, 0.0 if isnan(gap_se) else gap_se):
        return "Your mix is as good as the efficient one of the same wealth, within the noise"
    if gap < 0.0:
        return "Your mix loses less than the efficient one that the limits allow"
    return (
        f"Your mix loses {f.percent(tail, 0)} in the worst 5% of futures; {f.percent(match_tail, 0)} would do for the "
        "same wealth"
    )


def detail(figures: Row, best: Row, best_name: str) -> str:
    """Wealth, chance of less than cash and sure gain of the own mix, beside the best sure gain there is."""
    gap = float(best["sure"]) - float(figures["sure"])
    error = sqrt(float(best["sure_se"]) ** 2 + float(figures["sure_se"]) ** 2)
    against = "no less than" if f.is_close(gap, error) else f"against {cents(float(best['sure']))} of"
    return (
        f"A dollar becomes {f.multiple(float(figures['wealth']))} in ten years on average; it earns less than cash in "
        f"{f.percent(float(figures['below_cash']), 0)} of futures. Its sure gain over cash is "
        f"{cents(float(figures['sure']))} a dollar, {against} the mix with the {best_name}."
    )


def frontier_message(line: Sequence[Row]) -> str:
    """What more wealth costs along the frontier."""
    first, last = line[0], line[-1]
    start = f"{f.multiple(float(first['wealth']))} at a loss of {f.percent(float(first['tail']), 0)}"
    if len(line) == 1:
        return f"The limits leave one mix: {start}"
    end = f"{f.multiple(float(last['wealth']))} at {f.percent(float(last['tail']), 0)}"
    return f"More wealth costs more in the worst 5%: from {start} to {end}"


def parts_message(weights: Mapping[str, float], parts: Mapping[str, float], errors: Mapping[str, float]) -> str:
    """Which class takes more of the tail loss than of the money."""
    tail = sum(parts.values())
    if tail <= 0.0:
        return "This mix gains even in its worst 5% of futures"
    excess = {key: parts[key] / tail - weight for key, weight in weights.items() if weight > 0.0}
    key = max(excess, key=lambda k: excess[k])
    if not excess[key] > 2.0 * errors[key] / tail:
        return "Each class takes about as much of the tail loss as of the money"
    return (
        f"{SHORT[key]} is {f.percent(weights[key], 0)} of the money and {f.percent(parts[key] / tail, 0)} of the tail "
        "loss"
    )


def heat_message(values: Sequence[Sequence[float]], keys: Sequence[str], word: str) -> str:
    """Which pair moves together most and which least; ``word`` is what they do."""
    pairs = [(float(values[i][j]), keys[j], keys[i]) for i in range(len(keys)) for j in range(i)]
    known = [pair for pair in pairs if not isnan(pair[0])]
    if not known:
        return "No class varies, so nothing moves together"
    (top, a, b), (low, c, d) = max(known), min(known)
    return (
        f"{SHORT[a]} and {SHORT[b]} {word} most ({f.digits(top, 2, 2)}), {SHORT[c]} and {SHORT[d]} least "
        f"({f.digits(low, 2, 2)})"
    )


def regret_message(worlds: Sequence[Row]) -> str:
    """Largest regret of the own mix, where it comes, and that of the mix with the least. Keys: title, own, regret."""
    worst = max(worlds, key=lambda world: float(world["own"]))
    least = max(float(world["regret"]) for world in worlds)
    return (
        f"In its worst world ({worst['title']}) your mix misses {cents(worst['own'])} a dollar; the mix of least "
        f"regret never misses more than {cents(least)}"
    )


def held_return_message(rows: Sequence[Row]) -> str:
    """Classes whose median return is greatest for the shortest holding, beyond noise: windfall first."""
    early: list[str] = []
    for name, own in _by_class(rows).items():
        first, last = own[0], own[-1]
        if len(own) < 2:
            continue
        gap = float(first["irr_p50"]) - float(last["irr_p50"])
        error = sqrt(float(first["irr_p50_se"]) ** 2 + float(last["irr_p50_se"]) ** 2)
        if gap > 2 * error:
            early.append(name)
    if not early:
        return "No class returns more a year when sold after three years than when held for ten"
    return f"Sold early, {listed(early)} {'returns' if len(early) == 1 else 'return'} more a year than held for ten"


def held_wealth_message(rows: Sequence[Row]) -> str:
    """Classes for which an early sale also makes the dollar larger after ten years, beyond noise."""
    early = []
    for name, own in _by_class(rows).items():
        last = own[-1]
        for row in own[:-1]:
            gap = float(row["wealth_p50"]) - float(last["wealth_p50"])
            if gap > 2 * sqrt(float(row["wealth_p50_se"]) ** 2 + float(last["wealth_p50_se"]) ** 2):
                early.append(name)
                break
    if not early:
        return "On wealth after ten years no early sale beats holding on"
    verb = "makes" if len(early) == 1 else "make"
    return f"On wealth after ten years {listed(early)} {verb} more by an early sale than by holding on"


def waiting_message(rows: Sequence[Row]) -> str:
    """Whether waiting or staging beats committing now, and by how much, for one class."""
    name = NAMES.get(str(rows[0]["asset"]), SHORT[str(rows[0]["asset"])])
    by = {str(row["strategy"]): row for row in rows}
    now, best = by["now"], max((by[key] for key in WAITING), key=lambda row: row["sure"])
    blind = max((by[key] for key in BLIND), key=lambda row: row["sure"])
    gain, error = float(best["over_now"]), float(best["over_now_se"])
    if not gain > 2 * error:
        if float(now["sure"]) > 2 * float(now["sure_se"]):
            return f"{name}: waiting is worth nothing beyond the noise; committing now is as good"
        return f"{name}: neither now nor waiting pays for the risk"
    delay, delay_error = float(blind["over_now"]), float(blind["over_now_se"])
    if delay > 2 * delay_error and f.is_close(gain - delay, sqrt(error**2 + delay_error**2)):
        worth = f"{WAYS[str(blind['strategy'])]} is worth {cents(delay)} a dollar {noise(delay_error)}"
        return f"{name}: {worth}; looking first adds nothing beyond the noise"
    tail = "" if float(best["sure"]) > 2 * float(best["sure_se"]) else ", which mostly means staying out"
    way = WAYS[str(best["strategy"])]
    return f"{name}: {way} is worth {cents(gain)} a dollar {noise(error)} over committing now{tail}"


def rule_message(rules: Sequence[Row]) -> str:
    """What the rule does, in words. Keys needed: quarter, enters, surplus_entered, surplus_left."""
    words = []
    for rule in rules:
        when = "one year" if rule["quarter"] == 4 else "two years"
        share = float(rule["enters"])
        text = f"after {when} it enters in {f.percent(share, 0)} of futures"
        if 0.02 < share < 0.98:
            text += (
                f" (median surplus {f.percent(float(rule['surplus_entered']), 0)} where it enters, "
                f"{f.percent(float(rule['surplus_left']), 0)} where it stays out)"
            )
        words.append(text)
    return f"The rule: {'; '.join(words)}."


def information_message(everything: Row, drivers: Sequence[Row]) -> str:
    """Which uncertainty is worth most, of what all are worth."""
    total, error = float(everything["value"]), float(everything["value_se"])
    if not total > 2 * error:
        return "Nothing is worth finding out first: the choice is the same in almost every world"
    top = max(drivers, key=lambda row: row["value"], default=None)
    if top is None or not float(top["value"]) > 2 * float(top["value_se"]):
        return f"Knowing everything first is worth {cents(total)} a dollar; no single uncertainty is beyond the noise"
    name = f.inside(str(top["label"]))
    return f"Find out about {name} first: worth {cents(float(top['value']))} a dollar, of {cents(total)} for everything"


def _by_class(rows: Sequence[Row]) -> dict[str, list[Row]]:
    """Rows of each class in the order of the period, by name."""
    out: dict[str, list[Row]] = {}
    for row in sorted(rows, key=lambda r: float(r["years"])):
        out.setdefault(SHORT[str(row["asset"])], []).append(row)
    return {name: out[name] for name in SHORT.values() if name in out}
