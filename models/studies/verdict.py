"""The verdict in a few sentences, written by rules: which class, which family, who gains and loses, how sure.

Two questions, two prices. Who pays best for its risk is judged at today's prices, by the certainty-equivalent return
over cash a year while invested: at a fair price every class earns its hurdle by construction, and over one horizon a
loan of two years could never win. Who gains and who loses from the scenario is judged at fair entry against the neutral
world on the same draws: there nothing but the scenario tells classes apart.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from models.claims.registry import CLASSES, LLM_AND_CLOUD, PICKS, left_out
from models.engine.estimate import Estimate
from models.engine.evaluate import Evaluation
from models.engine.valuation import AssetResult
from models.errors import AbsentError
from models.studies.effects import scenario_effects

NAMES = {key: (one.subject, one.is_plural) for key, one in CLASSES.items()}
"""Name of a class inside a sentence, and whether it takes a plural verb."""
FAMILIES = {True: "Picks and shovels", False: "LLM and cloud"}
COUNTS = ("none", "one", "two", "three", "four", "five", "six", "seven", "eight")
ENTRY = "at_cost"
"""Price at which it is judged who pays best for its risk: what is asked today."""
LEAST = 0.005
"""Dollars per dollar below which a gain or loss would be written as nothing."""


@dataclass(frozen=True)
class Verdict:
    """What a partner must have seen after ten seconds.

    Attributes
    ----------
    headline : str
        Which class pays best for its risk at today's prices, and which do not pay.
    detail : str
        Which family leads at fair entry, in which share of futures and by how many dollars on average; who gains and
        who loses from the scenario; who is absent.
    best : str
        Key of the class with the highest certainty-equivalent return over cash a year, of those that have one.
    losers : tuple of str
        Classes whose risk is not paid for.
    returns : mapping
        Certainty-equivalent return over cash a year at today's prices, by class; what ``best`` and ``losers`` rest on.
    family : str
        ``"picks_and_shovels"``, ``"llm_and_cloud"`` or ``""`` when it is too close to call; by share of futures.
    lead_share, lead_se : float
        Share of futures in which picks and shovels are worth more per dollar, and its standard error.
    lead : Estimate
        Mean value per dollar of picks and shovels less that of LLM and cloud, USD; it may have the other sign.
    effects : mapping
        Mean value per dollar at fair entry less that in the neutral world on the same draws, USD, by class.
    is_close : bool
        Whether the best class leads by less than the noise.
    absent : mapping
        Classes without an investment at one of the prices, and why: they are no part of any answer, and named in
        ``detail``.
    """

    headline: str
    detail: str
    best: str
    losers: tuple[str, ...]
    family: str
    lead_share: float
    lead_se: float
    is_close: bool
    absent: Mapping[str, str] = field(default_factory=dict)
    returns: Mapping[str, Estimate] = field(default_factory=dict)
    lead: Estimate = field(default_factory=lambda: Estimate(math.nan))
    effects: Mapping[str, Estimate] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON: every figure the sentences quote."""
        def told(each: Mapping[str, Estimate]) -> dict[str, Any]:
            return {key: {"value": one.value, "standard_error": one.error} for key, one in each.items()}

        plain = {name: value for name, value in asdict(self).items() if name not in ("returns", "lead", "effects")}
        return plain | {
            "entry": ENTRY, "certainty_equivalent_return": told(self.returns), "family_entry": "fair",
            "family_lead_mean": told({"": self.lead})[""], "effect_entry": "fair", "effects": told(self.effects),
        }


def verdict(evaluation: Evaluation) -> Verdict:
    """Write the verdict of an evaluation.

    Raises
    ------
    AbsentError
        If fewer than two classes have an investment in them at today's prices, so that there is nothing to compare.
    """
    absent = evaluation.absent(ENTRY) | evaluation.absent()
    present = [a for key, a in evaluation.present(ENTRY).items() if key not in absent
               and a.entry(ENTRY).certainty_equivalent_return == a.entry(ENTRY).certainty_equivalent_return]
    ranked = sorted(present, key=lambda a: _return(a).value, reverse=True)
    if len(ranked) < 2:
        raise AbsentError(f"fewer than two classes have an investment in them. {left_out(absent)}")
    best, second = ranked[0], ranked[1]
    close = not (_return(best).value - _return(second).value >= 2.0 * _noise(best, second))
    losers = tuple(a.asset.key for a in ranked if pays(_return(a)) is False)
    share, error = evaluation.lead_share
    lead, effects = evaluation.lead_mean, scenario_effects(evaluation)
    said = [_family_told(share, error, lead, evaluation), _effects_told(effects), left_out(absent)]
    return Verdict(
        headline=_headline(best, second, close, losers, len(ranked)),
        detail=" ".join(part for part in said if part),
        best=best.asset.key,
        losers=losers,
        family="" if evaluation.family_lead is None else _family(share, error, evaluation.is_calm),
        lead_share=share,
        lead_se=error,
        is_close=close,
        absent=absent,
        returns={a.asset.key: _return(a) for a in ranked},
        lead=lead,
        effects=effects,
    )


def _headline(best: AssetResult, second: AssetResult, close: bool, losers: tuple[str, ...], count: int) -> str:
    if best.asset.key in losers:
        return f"No class pays for its risk at today's prices; cash does better than all {COUNTS[count]}."
    rate = _return(best).value
    paid = f"{rate:.1%} a year over cash" if abs(rate) >= 0.0005 else "no more than cash"
    if pays(_return(best)) is None and "over" in paid:
        paid += ", within its noise"
    if close and second.asset.key not in losers:
        lead = (f"{_name(best, True)} and {_name(second)} pay best for their risk at today's prices, "
                "too close to call")
    else:
        lead = f"{_name(best, True)} {_verb('pay', best)} best for {_their(best)} risk at today's prices: {paid}"
    if not losers:
        return f"{lead}; no class clearly pays less than cash."
    many = len(losers) > 1 or CLASSES[losers[0]].is_plural
    pay, their = ("do not pay", "their") if many else ("does not pay", "its")
    return f"{lead}; {_listed([CLASSES[key].subject for key in losers])} {pay} for {their} risk."


def _family_told(share: float, error: float, lead: Estimate, evaluation: Evaluation) -> str:
    """Which family leads at fair entry, by share of futures and by the mean; whether the two agree."""
    if evaluation.family_lead is None:
        left = {a.asset.family for a in evaluation.present().values()}
        gone = next(family for family in (PICKS, LLM_AND_CLOUD) if family not in left)
        return f"{FAMILIES[gone == PICKS]} have no class to compare with."
    if evaluation.is_calm:
        return (f"At fair entry {_inside(FAMILIES[share > 0.5])} are worth ${abs(lead.value):.2f} more per dollar on "
                "the one path without shocks.")
    family = _family(share, error, False)
    if not family:
        text = ("At fair entry picks and shovels against LLM and cloud is too close to call: "
                f"{share:.0%} of futures{_plus_minus(error)}")
        return f"{text}; {_mean_told(lead)}."
    ahead = family == PICKS
    shown = share if ahead else 1.0 - share
    text = (f"At fair entry {_inside(FAMILIES[ahead])} beat {_inside(FAMILIES[not ahead])} in {shown:.0%} of "
            f"futures{_plus_minus(error)}")
    agrees = lead.is_noise or (lead.value > 0.0) == ahead
    return f"{text}{', and' if agrees else ', but'} {_mean_told(lead)}."


def _mean_told(lead: Estimate) -> str:
    if lead.is_noise:
        return f"the mean is too close to call (${lead.value:.2f} a dollar for picks and shovels)".replace("$-", "-$")
    ahead = lead.value > 0.0
    return f"on average {_inside(FAMILIES[ahead])} are worth ${abs(lead.value):.2f} more per dollar"


def _effects_told(effects: Mapping[str, Estimate]) -> str:
    """Who gains and who loses from the scenario, most first; what is within noise is not told."""
    clear = {key: one.value for key, one in effects.items() if not one.is_noise and abs(one.value) >= LEAST}
    sides = (
        ("gain", sorted((k for k in clear if clear[k] > 0.0), key=lambda k: -clear[k])),
        ("lose", sorted((k for k in clear if clear[k] < 0.0), key=lambda k: clear[k])),
    )
    told = [
        f"{_listed([f'{CLASSES[key].subject} (${abs(clear[key]):.2f})' for key in keys])} "
        f"{word if len(keys) > 1 or CLASSES[keys[0]].is_plural else f'{word}s'}"
        for word, keys in sides if keys
    ]
    return f"Against the neutral world, at fair entry, per dollar: {'; '.join(told)}." if told else ""


def _inside(family: str) -> str:
    return family.replace("Picks", "picks")


def _family(share: float, error: float, is_calm: bool) -> str:
    if not is_calm and not abs(share - 0.5) > 2.0 * error:
        return ""
    return PICKS if share > 0.5 else LLM_AND_CLOUD


def _plus_minus(error: float) -> str:
    points = max(1, round(error * 100)) if error == error else 0
    return f" (±{points})" if points else ""


def _return(result: AssetResult) -> Estimate:
    """Certainty-equivalent return over cash a year at today's prices, with its noise."""
    m = result.entry(ENTRY)
    return Estimate(m.certainty_equivalent_return, m.certainty_equivalent_return_se)


def pays(found: Estimate) -> bool | None:
    """Whether a sure return over cash pays for the risk; None where it is within its noise of nothing.

    Every page that says who pays asks here. Without shocks there is no noise.
    """
    noise = 2.0 * found.error if found.error == found.error else 0.0
    return found.value > 0.0 if abs(found.value) > noise else None


def _noise(a: AssetResult, b: AssetResult) -> float:
    return float(sum(e**2 for e in (_return(a).error, _return(b).error) if e == e) ** 0.5)


def _name(result: AssetResult, first: bool = False) -> str:
    name = result.asset.subject
    return name[0].upper() + name[1:] if first else name


def _verb(verb: str, result: AssetResult) -> str:
    return verb if result.asset.is_plural else f"{verb}s"


def _their(result: AssetResult) -> str:
    return "their" if result.asset.is_plural else "its"


def _listed(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else ", ".join(names[:-1]) + " and " + names[-1]
