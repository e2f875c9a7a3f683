"""What ``compare`` reads and prints: scenarios named in three ways, inputs, figures and bridges as text and JSON."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from models.basis.entry import told
from models.basis.rates import RATES
from models.claims.registry import left_out
from models.commands.options import read_file
from models.engine.figures import FIGURES
from models.scenario.file import from_json
from models.scenario.link import decode
from models.scenario.presets import presets
from models.scenario.scenario import Scenario
from models.studies.comparison.bridge import Bridge
from models.studies.comparison.compare import Comparison, headline_table


def named_scenario(text: str) -> tuple[Scenario, tuple[str, ...]]:
    """Scenario of a preset's name, a file or a link, and notes on what was ignored.

    Raises
    ------
    ScenarioError
        If it is none of them, with the nearest presets.
    """
    if text in presets():
        return Scenario.preset(text), ()
    if "=" in text:
        decoded = decode(text.split("?", 1)[-1])
        return decoded.scenario, decoded.notes
    if text.endswith(".json") or Path(text).is_file():
        return from_json(read_file(Path(text))), ()
    return Scenario.preset(text), ()


def comparison_json(found: Comparison, split: Bridge, group: str | None, inner: Bridge | None) -> dict[str, Any]:
    """Inputs, figures and bridges as one object."""
    inputs = [
        {"path": row.entry.path, "label": row.entry.label, "unit": row.entry.unit, "group": row.group,
         "values": list(row.values)} for row in found.inputs
    ]
    out: dict[str, Any] = {
        "names": list(found.names), "paths": found.paths, "inputs": inputs,
        "figures": headline_table(found).to_dict("records"), "bridge": _bridge_json(split),
        "absent": [dict(figures.absent) for figures in found.figures],
    }
    if inner is not None:
        out["drill"] = {"group": group, **_bridge_json(inner)}
    return out


def _bridge_json(split: Bridge) -> dict[str, Any]:
    return {
        "runs": split.runs, "paths": split.paths, "is_exact": split.is_exact,
        "parts": [
            {
                "key": part.key, "label": part.label, "paths": list(part.paths),
                "figures": {key: {"value": part.value(key), "se": part.error(key)} for key in FIGURES},
            }
            for part in split.parts
        ],
        "total": {key: {"value": split.total(key), "se": split.total_error(key)} for key in FIGURES},
    }


def inputs_text(found: Comparison) -> str:
    """Inputs that differ, one a line."""
    if not found.inputs:
        return "The two scenarios are the same.\n"
    lines = [f"{len(found.inputs)} inputs differ"]
    for row in found.inputs:
        here, there = (told(value, row.entry.unit) for value in row.values)
        unit = RATES[row.entry.unit].words if row.entry.unit in RATES else row.entry.unit
        lines.append(f"  {row.entry.path:44} {here} -> {there}  ({unit})")
    return "\n".join(lines) + "\n"


def figures_text(found: Comparison) -> str:
    """Figures of both, their change and its standard error."""
    lines = [f"{'figure':38} {'A':>10} {'B':>10} {'change':>10} {'se':>9}  unit"]
    for key, about in FIGURES.items():
        change, error = found.change(1, key)
        here, there = found.figures[0][key], found.figures[1][key]
        if here == here or there == there:
            shown = (_number(here), _number(there), _number(change, "+"), _number(error))
            lines.append(f"{key:38} {' '.join(shown)}  {about.unit}")
    lines += [
        f"{name}: {said}" for name, figures in zip(found.names, found.figures, strict=True)
        if (said := left_out(figures.absent))
    ]
    return "\n".join(lines) + "\n"


def _number(value: float, sign: str = "") -> str:
    """A figure in ten places; a dash where it is undefined."""
    return f"{value:{sign}10.4f}" if value == value else f"{'–':>10}"


def bridge_text(split: Bridge, key: str, what: str) -> str:
    """Why a figure changes, part by part."""
    rule = "every order" if split.is_exact else "a few orders and their reverses"
    lines = [f"Why {key} changes, by {what} ({split.runs} runs of {split.paths} paths, {rule})"]
    for part in split.parts:
        lines.append(f"  {part.label:44} {_number(part.value(key), '+')}  se {_number(part.error(key)).strip()}")
    lines.append(f"  {'total':44} {_number(split.total(key), '+')}  se {_number(split.total_error(key)).strip()}")
    if split.total(key) != split.total(key):
        lines.append("  undefined on one side, or in a mixture of both: there is no investment in that class there")
    return "\n".join(lines) + "\n"
