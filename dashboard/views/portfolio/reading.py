"""What the portfolio page shows of the proposed mixes and the reader's own: the verdict, charts, rows of regret."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict

import numpy as np

from dashboard import format as f
from dashboard.blocks.blocks import Chart
from dashboard.views.portfolio import charts, mix_chart, words
from dashboard.words import SHORT, Rows, records
from models.basis.timeline import Array
from models.claims.registry import CLASSES
from models.engine.wealth import wealth_of_cash
from models.studies.portfolio.mixes import Mix
from models.studies.portfolio.portfolio import Own, Study


def told(found: Study, own: Own, placed: float) -> tuple[str, str]:
    """The verdict on the reader's mix, and its figures beside those of the best sure gain there is."""
    figures, tail = own.mix.figures, own.match.figures.tail if own.match else None
    return (
        words.headline(own.gap, own.gap_se, figures.tail, tail, placed),
        words.detail(asdict(figures), asdict(found.mix("sure").figures), "highest sure gain"),
    )


def frontier(found: Study, own: Own) -> Chart:
    """Wealth against tail loss: the efficient line, the classes, the mixes."""
    line = [
        {**point, "mix_text": _made_of({key: point[key] for key in CLASSES})} for point in records(found.frontier)
    ]
    mixes = [asdict(mix.figures) | {"key": mix.name, "mix_text": _made_of(mix.weights)}
             for mix in (own.mix, *found.mixes)]
    drawn = charts.frontier_frame(
        line, records(found.singles), mixes, wealth_of_cash(found.rates),
        asdict(own.match.figures) if own.match else None,
    )
    return Chart(
        words.frontier_message(line), drawn, charts.SPEC,
        "Each point of the line loses least for its mean. Line and bars: on fresh futures, with two standard errors, "
        "against cash, per dollar. Dashes: on the futures the mixes were fitted on, where they look better than they "
        "are.",
        "Wealth after ten years against the loss in the worst 5%",
    )


def _made_of(weights: Mapping[str, float]) -> str:
    parts = [f"{SHORT[key]} {f.percent(weight, 0)}" for key, weight in weights.items() if weight >= 0.005]
    return ", ".join(parts) or "cash"


def parts(mix: Mix) -> Chart:
    """Where the money of a mix is, and where its tail loss comes from."""
    shares = mix.weights, mix.contributions, mix.contributions_se
    return Chart(
        words.parts_message(*shares), mix_chart.parts_frame(*shares, mix.figures.tail), mix_chart.PARTS,
        "Parts of the loss in the worst 5% of futures; they add up to it exactly. A negative part is a class that "
        "gains when the mix loses. Lines are two standard errors.",
        "Share of the money and of the tail loss by class",
    )


def regret(found: Study, own: Own) -> Rows:
    """What each mix misses in each world, a row a world."""
    missed, errors = zip(*own.regret, strict=True)
    return records(found.regret.assign(own=missed, own_se=errors))


def dependence(found: Study) -> list[Chart]:
    """How the classes move together, and how they fail together."""
    here = [i for i, key in enumerate(CLASSES) if key not in found.absent]
    keys = [list(CLASSES)[i] for i in here]
    rank, rank_se, tails, tails_se = (
        each[np.ix_(here, here)] for each in (found.rank, found.rank_se, found.tails, found.tails_se)
    )
    return [
        _heat(keys, rank, rank_se, "move together", "Correlation of ranks of value over all futures."),
        _heat(keys, tails, tails_se, "fail together",
              "Correlation of being in one's own worst tenth of futures."),
    ]


def _heat(keys: list[str], values: Array, errors: Array, word: str, about: str) -> Chart:
    cells = values.tolist()
    return Chart(
        words.heat_message(cells, keys, word), mix_chart.heat_frame(cells, errors.tolist(), keys), mix_chart.HEAT,
        f"{about} Nobody typed these in: they follow from shared markets. Point at a cell for two standard errors.",
        about,
    )
