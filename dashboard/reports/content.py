"""What the report says: one evaluation as a plain dictionary of finished words and figures, ready for JSON.

No layout, and no arithmetic beyond choosing and rounding, so that documents and their tests read the same figures.
"""

from collections.abc import Sequence
from datetime import date
from math import isfinite
from typing import Any

import pandas as pd

from dashboard import format as fmt
from dashboard import words as messages
from dashboard.charts.marks import PERCENT
from dashboard.reports import prose
from dashboard.reports.assumptions import appendix
from dashboard.reports.messages import entry_message, noise_note
from dashboard.reports.words import printable, web_address
from dashboard.theme import FAMILY_NAMES, FAMILY_SHAPES, LIGHT
from models import Scenario
from models.claims.registry import PICKS
from models.engine.evaluate import Evaluation
from models.engine.valuation import AssetResult
from models.evidence.presets import Preset, presets
from models.evidence.sources import source
from models.studies.sensitivity.flip import Flip
from models.studies.verdict import FAMILIES, NAMES, Verdict
from models.tables.classes import classes, fan

FANS = {
    "price": ("USD per H100e-hour", "'$' + format(datum.value, '.2~f')"),
    "utilization": ("share of installed capacity", PERCENT),
    "overcapacity": ("surplus, share of demand", PERCENT),
}
"""Series of the three fan charts: the quantity on their axes, and how Vega writes it."""

MARGIN = 0.06
"""Room left and right of the bars in the table, share of their range."""


def report(
    evaluation: Evaluation,
    *,
    preset: str,
    base: Scenario,
    link: str,
    verdict: Verdict,
    today: date,
    flips: Sequence[Flip] = (),
) -> dict[str, Any]:
    """Everything the document prints."""
    scenario, known = evaluation.scenario, presets().get(preset)
    preset_title = printable(known.title if known else preset, 80)
    title = printable(_own_title(scenario), 120) or preset_title
    day = f"{today.day} {today:%B %Y}"
    listed = appendix(scenario, base, known)
    return {
        "document_title": f"{title}: scenario report",
        "title": title,
        "kind": "Scenario report",
        "date": day,
        "subtitle": _subtitle(evaluation, preset_title, title, listed["count"]),
        "verdict": {
            "headline": printable(verdict.headline, 400),
            "detail": printable(verdict.detail, 400),
            "flips": _flips(flips),
        },
        "map": _map(classes(evaluation), evaluation.is_calm),
        "table": _table(evaluation),
        "fans": fans(evaluation),
        "fan_note": prose.FAN_NOTE,
        "preset": _preset(preset_title, known),
        "method": prose.METHOD,
        "limits": prose.LIMITS,
        "assumptions": listed,
        "link": {"text": printable(link, 20_000), "href": web_address(link), "short": printable(link, 250)},
        "version": evaluation.model_version,
        "footer": f"Model {evaluation.model_version} · seed {scenario.run.seed} · {_draws(evaluation)} · {day}",
        "disclaimer": prose.DISCLAIMER,
    }


def fans(evaluation: Evaluation) -> list[dict[str, str]]:
    """The three fan charts: key, message, and what is read aloud instead of the picture."""
    frames = {key: fan(evaluation, key) for key in FANS}
    said = {
        "price": messages.rent_message(frames["price"], fan(evaluation, "price_long_run")),
        "utilization": messages.utilization_message(frames["utilization"], frames["overcapacity"]),
        "overcapacity": messages.surplus_message(frames["overcapacity"]),
    }
    return [
        {
            "key": key,
            "title": said[key],
            "alt": f"{frames[key].attrs['label']} over ten years, median and bands. {said[key]}.",
        }
        for key in FANS
    ]


def _own_title(scenario: Scenario) -> str:
    note = getattr(scenario, "note", None)
    return str(note.title) if note is not None else ""


def _draws(evaluation: Evaluation) -> str:
    return "one path without shocks" if evaluation.is_calm else f"{evaluation.scenario.run.paths:,} paths"


def _subtitle(evaluation: Evaluation, preset_title: str, title: str, changed: int) -> str:
    words = "as it ships" if not changed else f"{changed} assumption{'s' if changed > 1 else ''} changed"
    name = "The preset" if title == preset_title else f"Preset “{preset_title}”"
    draws = "One path without shocks" if evaluation.is_calm else f"{evaluation.scenario.run.paths:,} futures"
    return f"{name}, {words}. {draws} of ten years by quarter; nominal US dollars before tax."


def _flips(flips: Sequence[Flip]) -> str:
    said = []
    for flip in flips[:3]:
        new, old = (fmt.assumption(value, flip.unit) for value in (flip.to_value, flip.from_value))
        is_family = flip.question == "family"
        leads = f"{FAMILIES[flip.answer == PICKS]} leads" if is_family else f"best then: {NAMES[flip.answer][0]}"
        said.append(f"{flip.label.lower()} at {new} instead of {old} ({leads})")
    return printable(f"What would flip it: {'; '.join(said)}.", 500) if said else ""


def _map(fair: pd.DataFrame, is_calm: bool) -> dict[str, str]:
    note, rows = prose.CALM_MAP_NOTE if is_calm else prose.MAP_NOTE, fair.to_dict("records")
    if missing := [str(row["label"]) for row in rows if pd.isna(row["irr_p50"]) or pd.isna(row["cvar_95"])]:
        note += f" Not drawn, because no return can be computed: {', '.join(missing)}."
    spoken = "; ".join(f"{r['label']}: median {fmt.irr(r['irr_p50'])}, loss {fmt.percent(r['cvar_95'])}" for r in rows)
    alt = f"Risk and return of six asset classes. {spoken}."
    return {"title": messages.map_message(fair), "note": note, "alt": alt}


def _table(evaluation: Evaluation) -> dict[str, Any]:
    frames = [classes(evaluation, entry) for entry in ("fair", "at_cost")]
    both = pd.concat(frames)
    ends = [0.0, *(value for value in both[["irr_p05", "irr_p95"]].to_numpy().ravel() if isfinite(value))]
    room = MARGIN * (max(ends) - min(ends))
    low, span = min(ends) - room, max(ends) - min(ends) + 2.0 * room or 1.0
    families = []
    for family, label in FAMILY_NAMES.items():
        results = [result for result in evaluation.assets.values() if result.asset.family == family]
        rows = [
            _class(result, [frame.set_index("asset").loc[result.asset.key] for frame in frames], low, span)
            for result in results
        ]
        families.append({"label": label, "rows": rows})
    noise = prose.CALM_TABLE_NOTE if evaluation.is_calm else noise_note(both)
    return {
        "title": entry_message(*frames),
        "zero": -low / span,
        "families": families,
        "note": f"{prose.TABLE_NOTE} {noise}",
    }


def _class(result: AssetResult, records: "Sequence[pd.Series[Any]]", low: float, span: float) -> dict[str, Any]:
    asset = result.asset
    names = ("fair", "market" if asset.at_market else "cost")
    return {
        "label": asset.label,
        "unit": "whole company" if asset.unit == "company" else f"$ per {asset.unit}",
        "color": LIGHT[asset.key],
        "shape": FAMILY_SHAPES[asset.family],
        "entries": [_entry(name, record, low, span) for name, record in zip(names, records, strict=True)],
    }


def _entry(label: str, record: "pd.Series[Any]", low: float, span: float) -> dict[str, Any]:
    points = [record[f"irr_{p}"] for p in ("p05", "p50", "p95")]
    return {
        "label": label,
        "price": fmt.money(record["price"]),
        "irr": [fmt.irr(point) for point in points],
        "spots": [float((point - low) / span) for point in points] if all(map(isfinite, points)) else None,
        "loss": fmt.percent(record["probability_of_loss"]),
        "cash": fmt.percent(record["probability_below_cash"]),
        "tail": fmt.percent(record["cvar_95"]),
        "tail_noise": _noise(record["cvar_95_se"]),
        "moic": fmt.multiple(record["moic_p50"]),
    }


def _noise(error: float) -> str:
    """Two standard errors of the tail in points; a tiny one is not printed as none."""
    return shown if (shown := fmt.noise(error)) != "±0.0" else "±<0.1"


def _preset(title: str, known: Preset | None) -> dict[str, Any]:
    if known is None:
        return {"title": title, "story": "Not one of the presets that ship with Assay.", "figures": []}
    shown = []
    for figure in known.key_figures:
        cited = source(figure.source)
        quoted = "as quoted" if cited.evidence == "quoted" else ""
        shown.append(
            {
                "label": printable(figure.label, 120),
                "value": printable(figure.value, 48),
                "href": web_address(cited.address),
                "source": printable(", ".join(part for part in (cited.publisher, cited.date, quoted) if part), 110),
            }
        )
    return {"title": title, "story": printable(known.story, 500), "figures": shown}
