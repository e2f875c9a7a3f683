"""T15: what must be stored, processed and served inside the border, and whose data that is."""

from __future__ import annotations

import numpy as np

from models.basis.timeline import Array
from models.evidence.blocs import Sector, sectors
from models.market.localization import matched_share
from models.studies.thesis.record import Figure, Finding, fact, figure, listed, percent, tested
from models.studies.thesis.subject import BLOG, Subject, claim

YEARS = slice(1, 21)  # quarters of the first five years
MOST = 0.5


@claim("T15", "Data must be stored, processed and served inside the border.", BLOG,
       refuted_by=("Stored inside the border", "Processed inside the border", "Served inside the border"))
def inside_the_border(subject: Subject) -> Finding:
    """T15: three stages of all demand, and by sector in the order in which rules bind them."""
    stages = {
        "Stored": figure("Stored inside the border", bound_by_law(subject), "share"),
        "Processed": figure("Processed inside the border", subject.market.bound_share, "share"),
        "Served": subject.mean("Served inside the border, first five years", served_at_home(subject), "share"),
    }
    stored, processed, served = stages.values()
    figures = (
        stored, processed, served,
        figure("Added by the mandates of home programs", subject.scenario.policy.mandate, "share"),
        *(one for name, stage in stages.items() for one in _by_sector(name, stage.value)),
        fact("Spending on sovereign cloud infrastructure, 2026", "cloud_economics-102", "USD", 1e9),
    )
    parts = tuple(tested(f"Most data is {name.lower()} inside the border", stage, above=MOST)
                  for name, stage in stages.items())
    mandate = subject.scenario.policy.mandate
    whole = [row.sector.lower() for row, share in _covered(processed.value) if share >= 1.0 - 1e-9]
    why = (
        f"Of the home bloc's demand {percent(stored.value)} is data that must be stored inside the border"
        + (f", {percent(mandate)} of it by mandate" if mandate else "; no program of this scenario has a mandate")
        + f". After what other blocs may process {percent(processed.value)} is left, and capacity at home serves "
        f"{percent(served.value)}. Filled in the order in which rules bind sectors, the border closes around "
        f"{listed(whole) or 'no sector as a whole'}."
    )
    turn = (
        "Rules that let most demand be processed abroad, or too little capacity at home to serve it.",
        "Mandates that bind more than half of demand, as in the China-style preset, and capacity at home that serves "
        "it.",
    )
    return Finding(figures, why, turn, parts)


def bound_by_law(subject: Subject) -> float:
    """Share of demand whose data must stay at home; an alliance lets others process it, not keep it."""
    policy = subject.scenario.policy
    mandate = policy.mandate if policy.market_channel else 0.0
    return min(subject.scenario.localization.share + mandate, 1.0)


def served_at_home(subject: Subject) -> Array:
    """Share of all demand that is bound to the home bloc and finds capacity there, (paths,)."""
    place, ratio = subject.scenario.localization, subject.market.home.served_ratio[:, YEARS]
    met = matched_share(ratio, place.local_sd(place.scenario_error)) / ratio
    return np.asarray(subject.market.bound_share * met.mean(axis=1))


def _covered(bound: float) -> list[tuple[Sector, float]]:
    """Share of each sector behind the border, when rules bind them in the order of the file."""
    found, left = [], bound
    for row in sectors():
        inside = min(left, row.share)
        found.append((row, inside / row.share))
        left -= inside
    return found


def _by_sector(stage: str, bound: float) -> list[Figure]:
    return [figure(f"{row.sector}: {stage.lower()} inside the border", share, "share")
            for row, share in _covered(bound)]
