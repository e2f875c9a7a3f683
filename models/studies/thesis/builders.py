"""T6, T7 and T17: who builds, what states order, and whether the supplier sells to all of them."""

from __future__ import annotations

import numpy as np

from models.basis.timeline import Array
from models.evidence.presets import preset
from models.market.kernel import ORDER_HIGH, ORDER_LOW
from models.scenario.scenario import Scenario
from models.studies.thesis.record import Finding, dollars, fact, figure, percent, reported, tested
from models.studies.thesis.subject import BAIN, BLOG, Subject, claim

NEARLY_A_QUARTER = (0.20, 0.28)
NEXT_YEARS = 12  # quarters
YEAR = 4  # quarters
MOST = 0.5
MATERIAL = 0.05  # share of building from which a customer matters
NOTICED = 0.01  # share of building behind an embargo that a seller to all notices
LARGE, LOCAL, STATES = "hyperscalers", "local", "states"


@claim("T6", "Local providers account for nearly a quarter of the new data center capacity of the next years; "
       "hyperscalers plan most of it.", BAIN,
       refuted_by=("Local providers' share of new capacity", "Hyperscalers' share of new capacity"))
def who_builds(subject: Subject) -> Finding:
    """T6: shares of what is delivered in the next three years: orders answer prices, programs build beside them."""
    share = built(subject, NEXT_YEARS)
    local = subject.mean("Local providers' share of new capacity, next three years", share[LOCAL], "share")
    large = subject.mean("Hyperscalers' share of new capacity, next three years", share[LARGE], "share")
    figures = (
        local, large, subject.mean("States' share of new capacity, next three years", share[STATES], "share"),
        fact("Local providers' share as forecast", "capacity_pipeline-054", "share", 0.01),
    )
    low, high = NEARLY_A_QUARTER
    parts = (
        tested("Local providers build nearly a quarter", local, above=low, below=high),
        tested("Hyperscalers build most", large, above=MOST),
        reported("The forecast of 2024 is nearly a quarter", low < figures[3].value < high),
    )
    why = (
        f"Local providers deliver {percent(local.value)} of the new capacity of the next three years, hyperscalers "
        f"{percent(large.value)} and states {percent(figures[2].value)}, each as its orders answer prices. The plan "
        "they start from is an assumption."
    )
    turn = "Other shares of planned building, or public programs large enough to change them."
    return Finding(figures, why, turn, parts)


def built(subject: Subject, quarters: int) -> dict[str, Array]:
    """Shares of the next ``quarters`` deliveries by builder, (paths,): its own orders, and programs for states.

    A limit on power and export controls hold back all builders alike, so that they do not change the shares.
    """
    orders, policy = orders_by_builder(subject, quarters), subject.market.policy
    public, crowded = (
        np.broadcast_to(line, subject.market.price.shape)[:, 1 : quarters + 1].sum(axis=1)
        for line in (policy.builds, policy.displaced)
    )
    private = np.sum(orders, axis=0)
    left = np.maximum(1.0 - np.divide(crowded, private, out=np.zeros_like(private), where=private > 0.0), 0.0)
    units = dict(zip((LARGE, LOCAL, STATES), (order * left for order in orders), strict=True))
    units[STATES] = units[STATES] + public
    total = np.sum(list(units.values()), axis=0)
    return {name: np.divide(one, total, out=np.zeros_like(total), where=total > 0.0) for name, one in units.items()}


def orders_by_builder(subject: Subject, quarters: int) -> list[Array]:
    """Orders delivered in the next ``quarters`` of each builder, by the rules of the market loop, H100e, (paths,)."""
    market, setting = subject.market, subject.scenario.setting
    t, run = np.arange(1, quarters + 1), market.world
    planned = np.log(market.planned_price / market.curves.price[: market.quarters + 1])
    kept = setting.capacity.retirement * run.stock[:, t - 1]
    orders = []
    for share, lag, response in setting.pipeline.builders:
        then = np.maximum(t - lag, 0)
        answer = np.clip(np.exp(response * (run.log_ratio[:, then] - planned[then])), ORDER_LOW, ORDER_HIGH)
        order = share * market.planned_additions[t] * np.where(t > lag, answer, 1.0)
        is_stopped = (t > lag) & (run.is_bust[:, then] > 0.0) & setting.capacity.bust_switch
        orders.append(np.where(is_stopped, np.minimum(order, share * kept), order).sum(axis=1))
    return orders


@claim("T7", "Governments ordered at least 40,000 GPUs in a year; Nvidia projected 10 billion dollars of sovereign "
       "revenue for 2024, from zero.", BAIN,
       refuted_by=("Compute that states receive", "Supplier's sales to states"))
def sovereign_orders(subject: Subject) -> Finding:
    """T7: history with its dates, and what states order of this scenario's supplier in its first year."""
    facts = (
        fact("GPUs ordered by governments in a year", "capacity_pipeline-055", "count"),
        fact("Nvidia's sovereign revenue, the year before", "hardware_suppliers-008", "USD", 1e9),
        fact("Nvidia's sovereign revenue, projected for 2024", "hardware_suppliers-009", "USD", 1e9),
        fact("Nvidia's sovereign revenue, fiscal 2026 (over)", "hardware_suppliers-010", "USD", 1e9),
        fact("Sovereign share of Nvidia's data center revenue, fiscal 2026", "hardware_suppliers-011", "share", 0.01),
    )
    ordered, projected, reached = facts[0].value, facts[2].value, facts[3].value
    share, year = built(subject, YEAR)[STATES], slice(1, YEAR + 1)
    units = subject.mean("Compute that states receive in the first year, in H100-equivalents",
                         share * subject.market.world.additions[:, year].sum(axis=1), "count")
    revenue = subject.claim("hardware_supplier").flows.extras["revenue"][:, year].sum(axis=1)
    sales = subject.mean("Supplier's sales to states in the first year", share * revenue, "USD")
    parts = (
        reported("Ordered and projected in 2024, as published"),
        reported("Sovereign revenue passed the projection", reached >= projected),
        tested("States still order as much here", units, above=ordered),
        tested("The supplier still sells them as much here", sales, above=projected),
    )
    why = (
        f"History: {ordered:,.0f} GPUs and {dollars(projected)} were the figures of 2024, and sovereign revenue has "
        f"since passed {dollars(reached)}. In this scenario's first year states receive {units.value:,.0f} "
        f"H100-equivalents, and the supplier sells them {dollars(sales.value)}."
    )
    turn = "States that order nothing: no sovereign share of building, and no programs."
    return Finding((units, sales, *facts), why, turn, parts)


@claim("T17", "Nvidia sells the shovels to all of them.", BLOG,
       refuted_by=("States' share of new capacity", "Part of additions the supplier may not sell to",
                   "Machines of the scenario's fleet from another maker"))
def supplier_to_all(subject: Subject) -> Finding:
    """T17: how much of the supplier's sales comes from states, who is shut out, and who builds chips at home."""
    market, scenario = subject.market, subject.scenario
    state = subject.mean("States' share of new capacity, next three years", built(subject, NEXT_YEARS)[STATES], "share")
    export = market.export
    shut = np.zeros(market.paths) if export is None else np.broadcast_to(
        export.embargoed, market.price.shape)[:, 1:].mean(axis=1)
    barred = subject.mean("Part of additions the supplier may not sell to, ten years", shut, "share")
    own = figure("Machines of the scenario's fleet from another maker", float(has_own_stack(scenario)), "share")
    hit = figure("Home bloc is under controls", float(scenario.export.is_home_affected and export is not None), "share")
    figures = (
        state, barred, own, hit,
        fact("Sovereign share of Nvidia's data center revenue, fiscal 2026", "hardware_suppliers-011", "share", 0.01),
    )
    parts = (
        tested("States are a customer that matters", state, above=MATERIAL),
        tested("No bloc is shut out by an embargo", barred, below=NOTICED),
        tested("The home bloc has no stack of its own", own, below=MOST),
    )
    why = (
        f"States build {percent(state.value)} of the new capacity of the next three years. Export controls "
        + (f"close {percent(barred.value)} of additions to the supplier over ten years."
           if barred.value > 0.0 else "are not part of this scenario.")
        + (" The scenario's fleet is built on the chips of a domestic stack." if own.value > MOST else
           " The scenario's fleet is built on the chips that the supplier sells.")
    )
    turn = (
        "Export controls that shut buyers out, a domestic stack at home, or states that stop building.",
        "An end of export controls, chips from the market, and states that build.",
    )
    return Finding(figures, why, turn, parts)


def has_own_stack(scenario: Scenario) -> bool:
    """Whether the scenario's fleet is made of domestic chips, as the preset of a full domestic stack declares them."""
    domestic = preset("chip_domestic").changes
    return all(getattr(scenario.chip, name) == domestic[f"chip.{name}"] for name in ("h100e", "rent_factor"))
