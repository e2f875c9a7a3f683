"""Tables of the portfolio page as HTML: mixes, regret, holding periods; every text is escaped in `markup`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from dashboard import format as f
from dashboard.blocks.markup import tag, tip
from dashboard.views.portfolio.mix_chart import SHORT
from dashboard.views.portfolio.timing_chart import cents, noise
from models.claims.registry import CLASSES
from models.studies.portfolio.mixes import Mix

FIGURES = (
    ("wealth", "Wealth after ten years", "Mean of what a dollar has become, proceeds reinvested at the common rate."),
    ("tail", "Loss in the worst 5%", "Mean loss against cash in the worst 5% of futures the mix was not fitted on."),
    ("tail_in_sample", "as fitted", "The same on the futures the mix was fitted on: it was chosen to look good there."),
    ("below_cash", "Earns less than cash", "Share of futures in which cash would have been better."),
    ("sure", "Sure gain", "Certain gain over cash per dollar that an investor with this aversion finds as good."),
    ("sure_all", "Sure wealth, all in", "Certain wealth, over that of cash, if all wealth is in the mix. It is 0 where "
     "some future loses everything, whatever the rest promises."),
)


def mixes_html(mixes: Sequence[Mix]) -> str:
    """Weights and figures, a column a mix."""
    head = "".join(f'<th scope="col">{escape(mix.label)}</th>' for mix in mixes)
    rows = [_row(SHORT[key], CLASSES[key].label, [_weight(mix, key) for mix in mixes]) for key in CLASSES]
    rows.append(_row("Cash", "What is not placed", [_share(1.0 - sum(mix.weights.values())) for mix in mixes]))
    rows += [_row(name, about, [_figure(mix, key) for mix in mixes]) for key, name, about in FIGURES]
    caption = tag("caption", "Weights and figures of each mix")
    body = "".join(rows)
    return f'<table class="measures">{caption}<thead><tr><th></th>{head}</tr></thead><tbody>{body}</tbody></table>'


def _weight(mix: Mix, key: str) -> str:
    error = mix.weights_se[key]
    return _share(mix.weights[key]) + (_noise(f.noise(error)) if error >= 0.0005 else "")


def _share(value: float) -> str:
    return f.percent(value) if value >= 0.0005 else "–"


def _figure(mix: Mix, key: str) -> str:
    figures = mix.figures
    value = float(getattr(figures, key))
    if key == "wealth":
        return f.multiple(value)
    if key == "sure":
        return cents(value) + _noise(noise(figures.sure_se))
    if key == "sure_all":
        return f"{f.multiple(value)}" + (_noise(f"ruined in {f.percent(figures.ruin, 2)}") if figures.ruin > 0 else "")
    error = {"tail": figures.tail_se, "below_cash": figures.below_cash_se}.get(key)
    return f.percent(value) + ("" if error is None else _noise(f.noise(error)))


def regret_html(rows: Sequence[Mapping[str, Any]], names: Mapping[str, str]) -> str:
    """What each mix misses in each world, a row a world; the largest of a column is bold."""
    most = {key: max(float(row[key]) for row in rows) for key in names}
    head = "".join(f'<th scope="col">{escape(name)}</th>' for name in names.values())
    body = ""
    for row in rows:
        cells = []
        for key in names:
            text = escape(cents(max(float(row[key]), 0.0)))
            text = f"<b>{text}</b>" if float(row[key]) == most[key] else text
            cells.append(text + _noise(noise(float(row[f"{key}_se"]))))
        about = f"Best mix of this world: sure gain {cents(float(row['best']))} a dollar"
        body += _row(str(row["title"]), about, cells)
    caption = tag("caption", "Sure gain missed against the best mix of each world")
    return f'<table class="measures">{caption}<thead><tr><th></th>{head}</tr></thead><tbody>{body}</tbody></table>'


def held_html(rows: Sequence[Mapping[str, Any]]) -> str:
    """Median return, median wealth and chance of loss, a row a class and a column a period."""
    years = sorted({float(row["years"]) for row in rows if not row["at_maturity"]})
    head = "".join(f'<th scope="col">{f.digits(y, 2, 0)} years</th>' for y in years)
    body = ""
    for key in CLASSES:
        own = {float(row["years"]): row for row in rows if row["asset"] == key and not row["at_maturity"]}
        loan = next((row for row in rows if row["asset"] == key and row["at_maturity"]), None)
        if loan is not None:
            term = f"held to maturity, {f.digits(float(loan['years']), 2, 1)} years"
            cells = f'<td colspan="{len(years)}">{_held(loan)} <span class="noise">{term}</span></td>'
            body += f'<tr><th scope="row">{escape(SHORT[key])}</th>{cells}</tr>'
        else:
            body += _row(SHORT[key], CLASSES[key].label, [_held(own[y]) if y in own else "–" for y in years])
    caption = tag("caption", "Median return a year, median wealth after ten years and chance of loss by years held")
    return f'<table class="measures">{caption}<thead><tr><th></th>{head}</tr></thead><tbody>{body}</tbody></table>'


def _held(row: Mapping[str, Any]) -> str:
    about = f"Noise of the median return: {f.noise(float(row['irr_p50_se']))} points; of the median wealth: " \
        f"±{f.digits(2 * float(row['wealth_p50_se']), 2, 2)}x"
    main = tip(f"{f.irr(float(row['irr_p50']))} · {f.multiple(float(row['wealth_p50']))}", about)
    return main + _noise(f"loses in {f.percent(float(row['probability_of_loss']), 0)}")


def _noise(text: str) -> str:
    return f'<span class="noise">{escape(text)}</span>' if text else ""


def _row(name: str, about: str, cells: Sequence[str]) -> str:
    return f'<tr><th scope="row">{tip(name, about)}</th>{"".join(f"<td>{cell}</td>" for cell in cells)}</tr>'
