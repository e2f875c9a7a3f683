"""What the drivers page shows of each study: charts, and the sentences above and below them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dashboard import format as f
from dashboard import theme
from dashboard.blocks.blocks import Chart
from dashboard.blocks.markup import Markup, key_html, row, table_html
from dashboard.views.drivers import charts, surface_chart, words
from dashboard.views.drivers.inputs import LABELS
from models.studies.sensitivity.tornado import RANGES

Study = Mapping[str, Any]

BOUNDS = {"low": ", its lower bound", "high": ", its upper bound"}


def bars_told(found: Study, names: Mapping[str, str]) -> tuple[str, str]:
    """Which assumption moves a metric most; and the metric today, and how many move it at all."""
    unit, count = found["unit"], len(found["bars"])
    return words.tornado_message(found, names), (
        f"{found['label']} today: {words.amount(found['base'], unit)} (±{words.amount(2 * found['base_se'], unit)}, "
        f"two standard errors). {count} of {count + len(found['idle'])} assumptions change it at all; the widest "
        f"{min(count, charts.SHOWN)} are shown."
    )


def unmoved(found: Study, names: Mapping[str, str]) -> list[str]:
    """Which assumptions were not moved to both ends of their range, by reason."""
    by_why: dict[str, list[str]] = {}
    for path, why in found["emptied"]:
        by_why.setdefault(why, []).append(names[path])
    emptied = dict(found["emptied"])
    stuck = [names[item["path"]] for item in found["stuck"] if item["path"] not in emptied]
    lines = [f"At an end of the range of {', '.join(who)} {why}: no bar goes there." for why, who in by_why.items()]
    alone = "Cannot be moved alone, because others must agree with them"
    return [*lines, *([f"{alone}: {', '.join(stuck)}."] if stuck else [])]


def bars(found: Study, names: Mapping[str, str], ranges: str) -> Chart:
    """A bar an assumption."""
    unit = found["unit"]
    return Chart(
        "Range of each assumption, and what it does", charts.tornado_frame(found["bars"], names, unit),
        charts.tornado_spec(f"Change of {f.inside(found['label'])}", f.is_share(unit)),
        "Each assumption alone is moved to both ends of its range, all others as they are, on the same futures and at "
        f"the price already paid. Range: {RANGES[ranges]}. Whiskers: two standard errors of the paired difference.",
        "Tornado of assumptions",
    )


def shares(found: Study, names: Mapping[str, str]) -> Chart:
    """Shares of the variance."""
    return Chart(
        words.shares_message(found, names), charts.shares_frame(found["indices"], names), charts.SHARES,
        "The assumptions with the widest bars are all drawn at once, uniformly from their declared bounds, on fixed "
        "shocks. Dark is the share of variance one brings alone (first order), dark and pale together its share with "
        "all others (total); the line is a 95% interval.",
        "Sobol indices",
    )


def agreement(found: Study) -> str:
    """How far two independent runs of half the size agree."""
    same, unit = found["same_top"], found["unit"]
    order = f"the first {same} places are the same" if same > 1 else "the first place is the same" if same else (
        "even the first place differs")
    return (
        f"Two independent runs of half the size: {order}, rank agreement {f.digits(found['agreement'], 2)} (1 is the "
        f"same order). {found['evaluations']:,} scenarios of {found['paths']} futures; mean "
        f"{words.amount(found['mean'], unit)}, standard deviation {words.amount(found['sd'], unit)}."
    )


def sought(found: Study, goal: float | str, scale: f.Scale) -> Chart:
    """The metric along an assumption, with the values at which it meets the goal."""
    spec = charts.seek_spec(_axis(found["label"], scale), found["target_label"], f.is_share(found["target_unit"]))
    return Chart(
        _goal_message(found, goal), charts.seek_frame(found, scale), spec,
        "Every value within the declared bounds at which the metric meets the goal, on the same futures at the price "
        "already paid; in brackets what two standard errors of the metric mean for the value. The band is the noise of "
        "the metric, the dashed line the goal.",
        "Metric along the assumption",
    )


def _goal_message(found: Study, goal: float | str) -> str:
    unit, moved = found["target_unit"], f.inside(found["label"])
    wanted = "its hurdle" if isinstance(goal, str) else words.amount(goal, unit)
    if not found["solutions"]:
        return (
            f"No value of {moved} brings {f.inside(found['target_label'])} to {wanted}; nearest is "
            f"{words.amount(found['nearest_metric'], unit)} at {words.written(found['nearest'], found)}"
            f"{BOUNDS.get(found['at_bound'], '')}"
        )
    values = " or ".join(words.written(s["value"], found) + _band(s, found) for s in found["solutions"])
    return f"{found['target_label']} is {wanted} where {moved} is {values}"


def _band(solution: Study, found: Study) -> str:
    low, high = solution["low"], solution["high"]
    return f" ({words.written(low, found)} to {words.written(high, found)})" if low == low else ""


def _axis(name: str, scale: f.Scale) -> str:
    return f"{name}, {scale.unit}" if scale.unit else name


def surface(found: Study, x: tuple[str, f.Scale], y: tuple[str, f.Scale]) -> Chart:
    """One class against another over two assumptions, each with its name and how it is shown."""
    classes = found["first"], found["second"]
    return Chart(
        words.surface_message(found, *(LABELS[key] for key in classes)),
        surface_chart.surface_frame(found, x[1], y[1]),
        surface_chart.surface_spec(_axis(*x), _axis(*y), *classes),
        "Color: the class that is ahead in more futures, the paler the closer to half. The dashed line is where the "
        "mean difference is zero, the washed-out band where it is within two standard errors of zero: too close to "
        "call. The ring is today's scenario.",
        "Break-even surface",
        key_html((theme.SCREEN[key], 1.0, f"{LABELS[key]} ahead") for key in classes),
    )


def flips_html(changes: Sequence[Study]) -> Markup:
    """What a combination changes."""
    head = ["Assumption", "Today", "Flips at", "Share of range"]
    return table_html("Changes of the combination", head, [
        row(c["label"], *(words.short(c[end], c["unit"]) for end in ("from_value", "to_value")),
            f.percent(abs(c["effort"]), 0))
        for c in changes
    ], "measures drivers")


def flip_message(found: Study) -> str:
    """What it takes to flip the verdict, together and alone."""
    many, single = len(found["changes"]), found["single"]
    if not many:
        return "No combination of these assumptions was found that flips the verdict within their declared bounds"
    who = (LABELS | theme.FAMILY_NAMES)[found["answer"]]
    verb = "lead" if found["question"] == "family" else "pays best"
    together = f.percent(found["distance"], 0)
    start = f"{who} {verb} after {many} change{'s' * (many > 1)} of {together} of a range together"
    if single is None:
        return f"{start}; no single assumption flips it"
    alone = f.percent(abs(single["effort"]), 0)
    return f"{start}; the cheapest single change, {f.inside(single['label'])}, takes {alone}"
