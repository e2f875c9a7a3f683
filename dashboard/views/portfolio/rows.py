"""Tables of the portfolio page: mixes, regret, holding periods."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dashboard import format as f
from dashboard.blocks.markup import Cell, Markup, row, table_html
from dashboard.views.portfolio.timing_chart import cents, noise
from dashboard.words import SHORT, Rows
from models.claims.registry import CLASSES
from models.studies.portfolio.mixes import Mix

FIGURES = {
    "wealth": ("Wealth after ten years", "Mean of what a dollar has become, proceeds reinvested at the common rate."),
    "tail": ("Loss in the worst 5%", "Mean loss against cash in the worst 5% of futures the mix was not fitted on."),
    "tail_in_sample": ("as fitted", "The same on the futures the mix was fitted on: it was chosen to look good there."),
    "below_cash": ("Earns less than cash", "Share of futures in which cash would have been better."),
    "sure": ("Sure gain", "Certain gain over cash per dollar, over the whole life, that an investor with this aversion "
             "finds as good. The verdict ranks classes by sure return a year instead."),
    "sure_all": ("Sure wealth, all in", "Certain wealth, over that of cash, if all wealth is in the mix. It is 0 where "
                 "some future loses everything, whatever the rest promises."),
}


def mixes_html(mixes: Sequence[Mix]) -> Markup:
    """Weights and figures, a column a mix."""
    weights = [row(SHORT[key], *(_weight(mix, key) for mix in mixes), about=asset.label)
               for key, asset in CLASSES.items()]
    cash = row("Cash", *(_share(1.0 - sum(mix.weights.values())) for mix in mixes), about="What is not placed")
    figures = [row(name, *(_figure(mix, key) for mix in mixes), about=about)
               for key, (name, about) in FIGURES.items()]
    head = ["", *(mix.label for mix in mixes)]
    return table_html("Weights and figures of each mix", head, [*weights, cash, *figures])


def _weight(mix: Mix, key: str) -> Cell:
    error = mix.weights_se[key]
    return Cell(_share(mix.weights[key]), f.noise(error) if error >= 0.0005 else "")


def _share(value: float) -> str:
    return f.percent(value) if value >= 0.0005 else "–"


def _figure(mix: Mix, key: str) -> Cell:
    figures, value = mix.figures, float(getattr(mix.figures, key))
    if key == "wealth":
        return Cell(f.multiple(value))
    if key == "sure":
        return Cell(cents(value), noise(figures.sure_se))
    if key == "sure_all":
        return Cell(f.multiple(value), f"ruined in {f.percent(figures.ruin, 2)}" if figures.ruin > 0 else "")
    return Cell(f.percent(value), f.noise(getattr(figures, f"{key}_se", 0.0)))


def regret_html(missed: Rows, names: Mapping[str, str]) -> Markup:
    """What each mix misses in each world, a row a world; the largest of a column is bold."""
    most = {key: max(world[key] for world in missed) for key in names}
    return table_html("Sure gain missed against the best mix of each world", ["", *names.values()], [
        row(
            world["title"],
            *(Cell(cents(max(world[key], 0.0)), noise(world[f"{key}_se"]), is_bold=world[key] == most[key])
              for key in names),
            about=f"Best mix of this world: sure gain {cents(world['best'])} a dollar",
        )
        for world in missed
    ])


def held_html(held: Rows) -> Markup:
    """Median return, median wealth and chance of loss, a row a class and a column a period."""
    years = sorted({each["years"] for each in held if not each["at_maturity"]})
    body = []
    for key, asset in CLASSES.items():
        own = [each for each in held if each["asset"] == key]
        if not own:
            continue  # there is no investment in it
        if own[0]["at_maturity"]:
            term = f"held to maturity, {f.digits(own[0]['years'], 2, 1)} years"
            body.append(row(SHORT[key], _held(own[0], term, len(years))))
        else:
            by_years = {each["years"]: _held(each) for each in own}
            body.append(row(SHORT[key], *(by_years.get(each, "–") for each in years), about=asset.label))
    caption = "Median return a year, median wealth after ten years and chance of loss by years held"
    return table_html(caption, ["", *(f"{f.digits(each, 2, 0)} years" for each in years)], body)


def _held(held: Mapping[str, Any], term: str = "", span: int = 1) -> Cell:
    about = f"Noise of the median return: {f.noise(held['irr_p50_se'])} points; of the median wealth: " \
        f"±{f.digits(2 * held['wealth_p50_se'], 2, 2)}x"
    loses = f"loses in {f.percent(held['probability_of_loss'], 0)}"
    return Cell(f"{f.irr(held['irr_p50'])} · {f.multiple(held['wealth_p50'])}",
                Markup("<br>").join((loses, term)) if term else loses, about, span=span)
