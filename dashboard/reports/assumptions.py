"""The appendix: what differs from the preset, what the preset sets, the headline assumptions; unit, source and date."""

from collections.abc import Mapping
from typing import Any

from dashboard import format as fmt
from dashboard.reports.words import printable, web_address
from models import Scenario
from models.basis.entry import Entry, Value
from models.evidence.presets import Preset
from models.evidence.sources import source
from models.policy.program import INSTRUMENTS, Program
from models.scenario.catalog import PROGRAMS, declared, differences, values

HEADLINE = (
    "demand.growth_now",
    "overcapacity.peak",
    "overcapacity.peak_quarter",
    "policy.intensity",
    "localization.share",
    "hardware.deflation_surprise",
    "gpu_fleet.contracted_share",
    "gpu_debt.advance_cap",
)
WORDS = frozenset({"choice", "switch", "text"})
NOT_ASSUMED = frozenset({"run.paths", "run.seed"})
"""How much is drawn stands in the footer; words of the user are the title."""

LONG = 16
"""Values of more characters take a line of their own."""

MANY = 6
"""More changes than this are listed slice by slice; with more rows the headline defaults become one sentence."""


def appendix(scenario: Scenario, base: Scenario, preset: Preset | None) -> dict[str, Any]:
    """Count the changes and list the rows: changed here, set by the preset, headline at their default.

    An assumption stands in the first group it belongs to. A row has default, preset value and value, so that it can be
    read alone; the source is that of the preset's value. With many rows the last group becomes the sentence ``rest``.
    """
    default = Scenario()
    changed, set_by_preset = _assumed(scenario, base), _assumed(base, default)
    items = {item.path: item for item in (*set_by_preset, *changed)}
    items |= {path: item for path, item in declared().items() if path in HEADLINE and path not in items}
    scenarios = (default, base, scenario)
    rows = {path: _row(item, scenarios, preset) for path, item in items.items()}
    groups: dict[str, list[dict[str, Any]]] = {}
    for item in changed:
        part = f": {fmt.inside(item.group_title)}" if len(changed) > MANY else ""
        groups.setdefault(f"Changed in this report{part}", []).append(rows.pop(item.path) | {"is_changed": True})
    for item in set_by_preset:
        if item.path in rows:
            groups.setdefault("Set by the preset", []).append(rows.pop(item.path))
    rest = ""
    if rows and sum(map(len, groups.values())) > MANY:
        said = (f"{fmt.inside(row['label'])} {row['values'][2]}" for row in rows.values())
        rest = f"Headline assumptions at their default: {', '.join(said)}."
    elif rows:
        groups["Headline assumptions at their default"] = list(rows.values())
    return {
        "count": len(changed),
        "groups": [{"label": label, "rows": found} for label, found in groups.items()],
        "rest": rest,
    }


def _assumed(scenario: Scenario, base: Scenario) -> list[Entry]:
    return [d.entry for d in differences(scenario, base) if d.entry.group != "note" and d.entry.path not in NOT_ASSUMED]


def _row(item: Entry, scenarios: tuple[Scenario, Scenario, Scenario], preset: Preset | None) -> dict[str, Any]:
    key, why = _provenance(item, preset)
    cited = source(key)
    named = cited.publisher if why else f"{cited.publisher}, {cited.title}"
    shown = [_shown(item, scenario) for scenario in scenarios]
    return {
        "label": printable(item.label, 120),
        "unit": "" if item.kind in WORDS else fmt.told_unit(item.unit),
        "values": shown,
        "is_long": item.kind == "text" or max(map(len, shown)) > LONG,
        "is_changed": False,
        "why": printable(why, 160),
        "source": "Our judgment" if cited.id == "judgment" else printable(named, 76),
        "date": cited.date,
        "href": web_address(cited.address),
    }


def _shown(item: Entry, scenario: Scenario) -> str:
    if _is_program(item.path):
        programs, number = scenario.policy.programs, int(item.path.split(".")[2])
        return _program(programs[number]) if number < len(programs) else "none"
    held: Mapping[str, Value] = values(scenario)
    if item.path not in held:
        return "none"
    return printable(fmt.assumption(held[item.path], item.unit, dict(item.options), item.none), 200).removesuffix(
        f" {item.unit}"
    )


def _program(program: Program) -> str:
    plan, mix = program.schedule, program.mix
    shares = [
        f"{name.replace('_', ' ')} {fmt.percent(getattr(mix, name), 0)}" for name in INSTRUMENTS if getattr(mix, name)
    ]
    paid = f"{fmt.money(plan.budget)} announced, {fmt.percent(plan.disbursement, 0)} of it paid"
    return (
        f"{printable(program.name, 60)}: {paid}, "
        f"{fmt.calendar(plan.start)} to {fmt.calendar(plan.stop)}; {', '.join(shares) or 'no instrument'}"
    )


def _provenance(item: Entry, preset: Preset | None) -> tuple[str, str]:
    """Source key and reason of the preset's value: the preset's own where it sets one, else those of the default."""
    path = f"{item.path}.schedule.budget" if _is_program(item.path) else item.path
    if preset is not None and (path in preset.reasons or path in preset.changes):
        reason = preset.reason(path)
        return reason.source, reason.note
    return item.source, ""


def _is_program(path: str) -> bool:
    """Whether a path is that of a whole program."""
    return path.startswith(PROGRAMS) and path.count(".") == 2
