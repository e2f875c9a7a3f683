"""The command about nations: countries side by side as a table, or with their records as JSON."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from typing import Any

from models.claims.registry import CLASSES
from models.commands.options import Run, add_json_option, plain_json, tell, told_progress
from models.commands.parser import Parser
from models.evidence.countries import TOPICS, Country
from models.evidence.sources import Source, source

HEAD = ("nation", "paid", "need", "met", "covered", "at home", "supported", "world")
RETURNS = {"gpu_fleet": "fleet", "data_center": "center", "gpu_debt": "loan", "llm_developer": "champion"}


def nations(parser: Parser) -> Run:
    """Countries side by side: subsidy against need, cost of compute, returns, who keeps the money."""
    from models.studies.nations import PATHS, SEED

    parser.add_argument("names", metavar="NATION", nargs="*", help="keys of countries (default: all of them)")
    parser.add_argument("--paths", type=int, metavar="N", default=PATHS, help=f"paths, a power of two ({PATHS})")
    parser.add_argument("--seed", type=int, metavar="N", default=SEED, help=f"seed of the draws ({SEED})")
    add_json_option(parser, "print figures, records and sources as JSON instead of a table")
    return _told


def _told(args: argparse.Namespace) -> None:
    from models.studies.nations import nation_rows, nations

    found = nations(args.names or None, paths=args.paths, seed=args.seed, progress=told_progress())
    rows = nation_rows(found)
    if args.json:
        print(plain_json([
            {"record": record_json(one.country), "figures": row, "undefined": dict(one.undefined)}
            for one, row in zip(found, rows, strict=True)
        ]))
        return
    print("\n".join(table_lines(rows)))
    tell([f"{one.country.title}: {name}: {why}" for one in found for name, why in one.undefined.items()])


def record_json(country: Country) -> dict[str, Any]:
    """What is known of a country, every figure with its source, date, grade and whether it is history."""
    return {
        "key": country.key, "title": country.title, "bloc": country.bloc, "union": country.union,
        "home_share": country.home_share,
        "programs": [
            {
                "id": row.id, "name": row.name, "announced_usd": row.announced_usd, "delivered_usd": row.delivered_usd,
                "instrument": row.instrument, "cannot_be_added": row.refusal,
                "counts": None if country.is_alone else country.programs[row.id].share if row.is_compute else 0.0,
                "source": _cited(row.source),
            }
            for row in country.library_programs
        ],
        "topics": {
            TOPICS[topic]: {
                "words": known.words, "facts": [_cited(source(key)) for key in known.facts], "missing": known.missing,
            }
            for topic, known in country.topics.items()
        },
    }


def _cited(cited: Source) -> dict[str, Any]:
    return {
        "id": cited.id, "reading": cited.reading, "citation": cited.citation, "date": cited.date,
        "evidence": cited.evidence, "confidence": cited.confidence, "is_history": cited.is_history,
    }


def table_lines(rows: list[dict[str, Any]]) -> Iterator[str]:
    """Table of the page in text: USD billion, shares, USD per H100e-hour, sure returns with their standard errors."""
    yield " ".join([f"{HEAD[0]:20}", *(f"{name:>9}" for name in HEAD[1:]), *(f"{name:>16}" for name in
                                                                                RETURNS.values()), "  keeps most"])
    for row in rows:
        money = [f"{row[name] / 1e9:9.2f}" for name in ("paid", "need")]
        shares = [_number(row[name], "9.2%") for name in ("met", "covered")]
        hours = [f"{row[name]:9.3f}" for name in ("hour_home", "hour_supported", "hour_world")]
        earns = [f"{_number(row[f'earns_{key}'], '8.2%')} ±{row[f'earns_{key}_se']:6.2%}" for key in RETURNS]
        keeper = CLASSES[row["keeper"]].label if row["keeper"] else "nobody beyond the noise"
        yield " ".join([f"{row['title']:20}", *money, *shares, *hours, *earns, f"  {keeper}"])
    yield "paid, need: USD billion in five years; hours: USD per H100e-hour; returns: sure, a year over cash, ± error"


def _number(value: float, form: str) -> str:
    return format(value, form) if value == value else f"{'–':>{int(form.split('.')[0])}}"
