"""The sentences of the page of nations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dashboard import format as f

Rows = Sequence[Mapping[str, Any]]


def headline(rows: Rows) -> str:
    """Where a fleet earns most and least, where the noise allows to say so."""
    ranked = sorted((each for each in rows if each["earns_gpu_fleet"] == each["earns_gpu_fleet"]),
                    key=lambda each: float(each["earns_gpu_fleet"]))
    if not ranked:
        return "A fleet has no return in any of these nations"
    worst, best = ranked[0], ranked[-1]
    apart = best["earns_gpu_fleet"] - worst["earns_gpu_fleet"]
    if f.is_close(apart, best["earns_gpu_fleet_se"] + worst["earns_gpu_fleet_se"]):
        return "Nations differ by less than the noise in what a fleet earns"
    firsts = [each["title"] for each in ranked if not best["earns_gpu_fleet"] - each["earns_gpu_fleet"] > 2 * (
        best["earns_gpu_fleet_se"] + each["earns_gpu_fleet_se"])]
    where = " or ".join(reversed(firsts)) if len(firsts) < 3 else f"{len(firsts)} nations alike, {best['title']} first"
    return f"A fleet earns most in {where}, least in {worst['title']}"


def detail(rows: Rows) -> str:
    """Subsidy against need over all nations, and how many give a champion anything."""
    wanting = [each for each in rows if each["covered"] == each["covered"]]
    if not wanting:
        return "A champion that trains at the frontier has no need in the middle of futures."
    most = max(wanting, key=lambda each: float(each["covered"]))
    needs = [f.money(pick(float(each["need"]) for each in wanting)) for pick in (min, max)]
    need = needs[0] if needs[0] == needs[1] else f"{needs[0]} to {needs[1]}"
    given = [each["title"] for each in rows if each["given"] > 0.0]
    reach = f"Only in {' and '.join(given)} does any of it reach a champion." if given else (
        "None of it reaches a champion.")
    return (
        f"A champion that trains at the frontier must find {need} in five years; no nation's programs "
        f"pay more than {f.percent(most['covered'])} of that in all, in {most['title']}. {reach}"
    )


def cheapest(rows: Rows) -> str:
    """Where an hour costs least and most, against the world."""
    low, high = (pick(rows, key=lambda each: float(each["hour_home"])) for pick in (min, max))
    if low["hour_home"] >= high["hour_home"]:
        return "An hour of compute costs the same in all nations"
    return (
        f"An hour of compute costs {f.rent(low['hour_home'])} in {low['title']} and {f.rent(high['hour_home'])} in "
        f"{high['title']}; {f.rent(low['hour_world'])} in the world"
    )
