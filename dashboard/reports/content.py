"""What the report says: one evaluation as a plain dictionary of finished words and figures, ready for JSON.

No layout, and no arithmetic beyond choosing and rounding, so that documents and their tests read the same figures.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from math import isfinite
from typing import Any

import pandas as pd

from dashboard import format as fmt
from dashboard import words as says
from dashboard.charts.marks import PERCENT
from dashboard.reports import words
from dashboard.reports.assumptions import appendix
from dashboard.reports.words import printable, web_address
from dashboard.theme import FAMILY_NAMES, FAMILY_SHAPES, LIGHT
from models import Scenario
from models.claims.asset_class import AssetClass
from models.engine.evaluate import Evaluation
from models.engine.valuation import ENTRIES
from models.evidence.presets import Preset
from models.evidence.sources import source
from models.scenario.presets import presets
from models.studies.sensitivity.flip import Flip
from models.studies.verdict import ENTRY, Verdict
from models.tables.classes import classes, fan

Record = Mapping[str, Any]
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
    title = printable(known.title if known else preset, 80)
    day = f"{today.day} {today:%B %Y}"
    listed = appendix(scenario, base, known)
    one, many = "one path without shocks", f"{scenario.run.paths:,}"
    drawn, futures = (one, one.capitalize()) if evaluation.is_calm else (f"{many} paths", f"{many} futures")
    return {
        "document_title": f"{title}: scenario report",
        "title": title,
        "kind": "Scenario report",
        "date": day,
        "subtitle": words.subtitle(listed["count"], futures),
        "verdict": {
            "headline": printable(verdict.headline, 400),
            "detail": printable(verdict.detail, 1_500),
            "flips": words.flips_message(flips),
        },
        "map": _map(classes(evaluation, ENTRY), evaluation),
        "table": _table(evaluation),
        "fans": fans(evaluation),
        "fan_note": words.FAN_NOTE,
        "market": f"{evaluation.revenue.sentence} {words.REVENUE_NOTE}",
        "preset": _preset(title, known),
        "method": words.METHOD,
        "limits": words.LIMITS,
        "assumptions": listed,
        "link": {"text": printable(link, 20_000), "href": web_address(link), "short": printable(link, 250)},
        "version": evaluation.model_version,
        "footer": f"Model {evaluation.model_version} · seed {scenario.run.seed} · {drawn} · {day}",
        "disclaimer": words.DISCLAIMER,
    }


def fans(evaluation: Evaluation) -> list[dict[str, str]]:
    """The three fan charts: key, message, and what is read aloud instead of the picture."""
    frames = {key: fan(evaluation, key) for key in FANS}
    said = {
        "price": says.rent_message(frames["price"], fan(evaluation, "price_long_run")),
        "utilization": says.utilization_message(frames["utilization"], frames["overcapacity"]),
        "overcapacity": says.surplus_message(frames["overcapacity"]),
    }
    spoken = {key: f"{frames[key].attrs['label']} over ten years, median and bands. {said[key]}." for key in FANS}
    return [{"key": key, "title": said[key], "alt": spoken[key]} for key in FANS]


def _map(asked: pd.DataFrame, evaluation: Evaluation) -> dict[str, str]:
    note = words.CALM_MAP_NOTE if evaluation.is_calm else words.MAP_NOTE
    rows, cash = asked.to_dict("records"), evaluation.scenario.in_force.rates.cash_rate
    missing = [str(r["label"]) for r in rows if pd.isna(r["certainty_equivalent_return"]) or pd.isna(r["cvar_95"])]
    if missing:
        note += f" Not drawn, because no return can be computed: {', '.join(missing)}."
    spoken = "; ".join(
        f"{r['label']}: sure return {fmt.irr(cash + r['certainty_equivalent_return'])}, "
        f"loss {fmt.percent(r['cvar_95'])}" for r in rows
    )
    alt = f"Risk and sure return of each asset class at today's prices. {spoken}."
    return {"title": says.map_message(asked, ENTRY), "note": note, "alt": alt}


def _table(evaluation: Evaluation) -> dict[str, Any]:
    frames = [classes(evaluation, entry, keys=tuple(evaluation.assets)) for entry in ENTRIES]
    both = pd.concat(frames)
    ends = [0.0, *(value for value in both[["irr_p05", "irr_p95"]].to_numpy().ravel() if isfinite(value))]
    room = MARGIN * (max(ends) - min(ends))
    low, span = min(ends) - room, max(ends) - min(ends) + 2.0 * room or 1.0
    records = {
        entry: {str(row["asset"]): row for row in says.records(frame)}
        for entry, frame in zip(ENTRIES, frames, strict=True)
    }
    rows = {
        key: _class(result.asset, {entry: table[key] for entry, table in present.items()}, low, span)
        for key, result in evaluation.assets.items()
        if (present := {entry: table for entry, table in records.items() if not result.absent(entry)})
    }
    families = [
        {"label": label, "rows": [row for key, row in rows.items() if evaluation.assets[key].asset.family == family]}
        for family, label in FAMILY_NAMES.items()
    ]
    noise = words.CALM_TABLE_NOTE if evaluation.is_calm else words.noise_note(both)
    notes = (words.TABLE_NOTE, noise, _nearly_lost(evaluation), _one_sided(evaluation))
    note = " ".join(part for part in notes if part)
    return {"title": words.entry_message(*frames), "zero": -low / span, "families": families, "note": note}


def _nearly_lost(evaluation: Evaluation) -> str:
    """How often less than a quarter comes back, and a company fails, where nearly all is lost in the worst 5%."""
    out = []
    for result in evaluation.present().values():
        if result.fair.cvar_95 >= says.NEARLY_ALL:
            fails = result.asset.events.get("failed")
            failed = f", and it fails in {fmt.percent(float(fails(evaluation)[:, -1].mean()))}" if fails else ""
            said = says.nearly_lost(vars(result.fair)).rstrip(".")
            out.append(f"{result.asset.label} at fair entry: {fmt.inside(said)}{failed}.")
    return " ".join(out)


def _one_sided(evaluation: Evaluation) -> str:
    """Classes with an investment at one entry only, and why; those absent at fair entry stand in the verdict too."""
    fair, asked = (evaluation.absent(entry) for entry in ENTRIES)
    return " ".join(
        f"{evaluation.assets[key].asset.label} has no figures {where}, because {gone[key]}."
        for gone, there, where in ((fair, asked, "at fair entry"), (asked, fair, "at what is asked today"))
        for key in gone if key not in there
    )


def _class(asset: AssetClass, records: Mapping[str, Record], low: float, span: float) -> dict[str, Any]:
    names = {"fair": "fair", "at_cost": "market" if asset.at_market else "cost"}
    return {
        "label": asset.label,
        "unit": "whole company" if asset.unit == "company" else f"$ per {asset.unit}",
        "color": LIGHT[asset.key],
        "shape": FAMILY_SHAPES[asset.family],
        "entries": [_entry(names[entry], record, low, span) for entry, record in records.items()],
    }


def _entry(label: str, record: Record, low: float, span: float) -> dict[str, Any]:
    """Figures of a class at one entry, as they are printed; a tiny noise of the tail is not printed as none."""
    points = [record[f"irr_{p}"] for p in ("p05", "p50", "p95")]
    return {
        "label": label,
        "price": fmt.money(record["price"]),
        "irr": [fmt.irr(point) for point in points],
        "spots": [float((point - low) / span) for point in points] if all(map(isfinite, points)) else None,
        "loss": fmt.percent(record["probability_of_loss"]),
        "cash": fmt.percent(record["probability_below_cash"]),
        "tail": fmt.percent(record["cvar_95"]),
        "tail_noise": "±<0.1" if (noise := fmt.noise(record["cvar_95_se"])) == "±0.0" else noise,
        "moic": fmt.multiple(record["moic_p50"]),
        "sure": fmt.irr(record["certainty_equivalent_return"]),
    }


def _preset(title: str, known: Preset | None) -> dict[str, Any]:
    if known is None:
        return {"title": title, "story": "Not one of the presets that ship with Assay.", "figures": []}
    shown = []
    for figure in known.key_figures:
        cited = source(figure.source)
        quoted = "as quoted" if cited.evidence == "quoted" else ""
        shown.append({
            "label": printable(figure.label, 120),
            "value": printable(figure.value, 48),
            "href": web_address(cited.address),
            "source": printable(", ".join(part for part in (cited.publisher, cited.date, quoted) if part), 110),
        })
    return {"title": title, "story": printable(known.story, 500), "figures": shown}
