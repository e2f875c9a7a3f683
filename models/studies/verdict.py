"""The verdict in two sentences, written by rules: which class, which family, how sure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from models.claims.registry import CLASSES, PICKS, left_out
from models.engine.evaluate import Evaluation
from models.engine.valuation import AssetResult
from models.errors import AbsentError

NAMES = {key: (one.subject, one.is_plural) for key, one in CLASSES.items()}
"""Name of a class inside a sentence, and whether it takes a plural verb."""
FAMILIES = {True: "Picks and shovels", False: "LLM and cloud"}
COUNTS = ("none", "one", "two", "three", "four", "five", "six", "seven", "eight")


@dataclass(frozen=True)
class Verdict:
    """What a partner must have seen after ten seconds.

    Attributes
    ----------
    headline : str
        Which class pays best for its risk, and which do not pay.
    detail : str
        Which family leads, in which share of futures, and how sure that is.
    best : str
        Key of the class with the highest sure gain over cash per dollar.
    losers : tuple of str
        Classes whose risk is not paid for.
    family : str
        ``"picks_and_shovels"``, ``"llm_and_cloud"`` or ``""`` when it is too close to call.
    lead_share, lead_se : float
        Share of futures in which picks and shovels are worth more per dollar, and its standard error.
    is_close : bool
        Whether the best class leads by less than the noise.
    absent : mapping
        Classes without an investment at fair entry, and why: they are no part of any answer, and named in ``detail``.
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


def verdict(evaluation: Evaluation) -> Verdict:
    """Write the verdict of an evaluation at fair entry.

    Raises
    ------
    AbsentError
        If fewer than two classes have an investment in them, so that there is nothing to compare.
    """
    absent = evaluation.absent()
    ranked = sorted(evaluation.present().values(), key=lambda a: a.fair.certainty_equivalent, reverse=True)
    if len(ranked) < 2:
        raise AbsentError(f"fewer than two classes have an investment in them. {left_out(absent)}")
    best, second = ranked[0], ranked[1]
    close = _gap(best, second) < 2.0 * _noise(best, second)
    losers = tuple(a.asset.key for a in ranked if _pays_not(a))
    share, error = evaluation.lead_share
    return Verdict(
        headline=_headline(best, second, close, losers, len(ranked)),
        detail=f"{_detail(share, error, evaluation)} {left_out(absent)}".rstrip(),
        best=best.asset.key,
        losers=losers,
        family="" if evaluation.family_lead is None else _family(share, error, evaluation.is_calm),
        lead_share=share,
        lead_se=error,
        is_close=close,
        absent=absent,
    )


def _headline(best: AssetResult, second: AssetResult, close: bool, losers: tuple[str, ...], count: int) -> str:
    if best.asset.key in losers:
        return f"No class pays for its risk; cash does better than all {COUNTS[count]}."
    if close:
        lead = f"{_name(best, True)} and {_name(second)} pay best for their risk, too close to call"
    else:
        lead = f"{_name(best, True)} {_verb('pay', best)} best for {_their(best)} risk"
    if not losers:
        return f"{lead}; every class earns more than cash after its risk."
    many = len(losers) > 1 or CLASSES[losers[0]].is_plural
    pay, their = ("do not pay", "their") if many else ("does not pay", "its")
    return f"{lead}; {_listed([CLASSES[key].subject for key in losers])} {pay} for {their} risk."


def _detail(share: float, error: float, evaluation: Evaluation) -> str:
    is_calm = evaluation.is_calm
    if evaluation.family_lead is None:
        left = {a.asset.family for a in evaluation.present().values()}
        gone = next(family for family in (PICKS, "llm_and_cloud") if family not in left)
        return f"{FAMILIES[gone == PICKS]} has no class to compare with."
    if is_calm:
        return f"{FAMILIES[share > 0.5]} is worth more per dollar on the one path without shocks."
    family = _family(share, error, is_calm)
    if not family:
        return (
            f"Picks and shovels against LLM and cloud is too close to call: {share:.0%} of futures{_plus_minus(error)}."
        )
    ahead = family == PICKS
    shown = share if ahead else 1.0 - share
    others = FAMILIES[not ahead].replace("Picks", "picks")
    return f"{FAMILIES[ahead]} beat {others} in {shown:.0%} of futures{_plus_minus(error)}."


def _family(share: float, error: float, is_calm: bool) -> str:
    if not is_calm and not abs(share - 0.5) > 2.0 * error:
        return ""
    return PICKS if share > 0.5 else "llm_and_cloud"


def _plus_minus(error: float) -> str:
    points = max(1, round(error * 100)) if error == error else 0
    return f" (±{points})" if points else ""


def _pays_not(result: AssetResult) -> bool:
    """A class does not pay if its sure gain over cash is below zero by more than its noise."""
    m = result.fair
    noise = m.certainty_equivalent_se if m.certainty_equivalent_se == m.certainty_equivalent_se else 0.0
    return m.certainty_equivalent < -2.0 * noise


def _gap(a: AssetResult, b: AssetResult) -> float:
    return a.fair.certainty_equivalent - b.fair.certainty_equivalent


def _noise(a: AssetResult, b: AssetResult) -> float:
    errors = (a.fair.certainty_equivalent_se, b.fair.certainty_equivalent_se)
    return float(sum(e**2 for e in errors if e == e) ** 0.5)


def _name(result: AssetResult, first: bool = False) -> str:
    name = result.asset.subject
    return name[0].upper() + name[1:] if first else name


def _verb(verb: str, result: AssetResult) -> str:
    return verb if result.asset.is_plural else f"{verb}s"


def _their(result: AssetResult) -> str:
    return "their" if result.asset.is_plural else "its"


def _listed(names: list[str]) -> str:
    return names[0] if len(names) == 1 else ", ".join(names[:-1]) + " and " + names[-1]
