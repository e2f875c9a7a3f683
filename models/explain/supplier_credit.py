"""What the supplier's promises cost it, as numbers with reasons: financed customers, minimum rents, ordered parts."""

from __future__ import annotations

import numpy as np

from models.assets.hardware_supplier.credit import BOOK, LEAD
from models.basis.timeline import Array
from models.explain.equation import Equation, Operand
from models.explain.hardware_supplier import SUPPLIER, before_today, extra, line, price
from models.explain.registry import Reader, declare, explains, over_paths

declare(
    "assets.hardware_supplier.quarter.customer_credit.{stat}.{t}", "Loss on financed customers", "USD",
    "What those that default owe, and the part of it that is lost.", "−LGD·d·owed",
    {"LGD": "supplier_credit.loss_given_default", "d": ".defaulted@", "owed": ".owed@"},
    lambda r: line(r, "customer_credit"), is_averaged=True,
)


@explains("assets.hardware_supplier.defaulted.{stat}.{t}")
def defaulted(reader: Reader, stat: str, t: int) -> Equation:
    """Share of financed customers that default in a quarter."""
    value, label = reader.pick(extra(reader, "defaulted"), stat, t), "Financed customers that default"
    words = ("Many customers below investment grade, each with a hazard that rises as compute gets cheaper than it "
             "costs to make, and as demand falls.")
    ratio = f"market.price{'' if stat == 'mean' else '_ratio'}.{stat}.{t}"
    shock = {} if stat == "mean" else {"D": f"market.demand_shock.{stat}.{t}"}
    lab = reader.scenario.contagion.lab_share > 0.0
    if lab:
        words += " Part of them is the simulated lab, and goes when it fails."
        shock["lab"] = f"{SUPPLIER}.with_lab.{stat}.{t}"
    return over_paths(Equation(
        f"{label}, quarter {t}, {reader.whose(stat)}", value, "share", words,
        f"1 − e^(−0.25·(λ_0 + λ_1·max(0, 1 − ρ) + λ_2·max(0, −ln(D)))){'·(1 − lab)' if lab else ''}"
        if t and any(reader.scenario.offtaker.rates("non_ig")) else "0",
        {"λ_0": "offtaker.non_ig_base", "λ_1": "offtaker.non_ig_price", "λ_2": "offtaker.non_ig_demand", "ρ": ratio,
         **shock},
    ), stat)


declare(
    "assets.hardware_supplier.with_lab.{stat}.{t}", "Financed customers that go with the lab", "share",
    "Its share of them in the quarter in which it fails, and a hazard while its money lasts less than a year.", "",
    {"κ": "contagion.lab_share", "λ_w": "contagion.weak_hazard", "runway": "llm_funding.runway",
     "cap": "llm_funding.raise_cap", "draws": "draws"}, lambda r: extra(r, "with_lab"), kind="simulation",
)


@explains("assets.hardware_supplier.customers_left.{path}.{t}")
def customers_left(reader: Reader, path: str, t: int) -> Equation:
    """Part of today's customers that has not defaulted."""
    label = f"Financed customers still there, quarter {t}, {reader.whose(path)}"
    value = reader.pick(_left(reader), path, t)
    if t == 0:
        return Equation(label, value, "share", "All of them pay today.", "1", {"λ_0": "offtaker.non_ig_base"})
    return Equation(
        label, value, "share", "Those of a quarter ago, less what defaulted since.", "left·(1 − d)",
        {"left": f"{SUPPLIER}.customers_left.{path}.{t - 1}", "d": f"{SUPPLIER}.defaulted.{path}.{t}"},
    )


def _left(reader: Reader) -> Array:
    return reader.once("supplier customers", lambda: np.asarray(np.cumprod(1.0 - extra(reader, "defaulted"), axis=1)))


@explains("assets.hardware_supplier.owed.{stat}.{t}")
def owed(reader: Reader, stat: str, t: int) -> Equation:
    """What financed customers owe as a quarter begins."""
    label = f"Owed by financed customers, quarter {t}, {reader.whose(stat)}"
    value = reader.pick(extra(reader, "owed"), stat, t)
    if t == 0:
        return Equation(label, value, "USD", "The first quarter is the first that counts.", "0")
    since = range(max(t - BOOK, 1), t)
    parts, texts = dict[str, Operand](), list[str]()
    if since:
        parts["Rev"] = tuple(f"{SUPPLIER}.revenue.{stat}.{q}" for q in since)
        texts.append("Σ(Rev/S)" if stat != "mean" else "Σ(Rev)/S")
        if stat != "mean":
            parts["S"] = tuple(f"{SUPPLIER}.customers_left.{stat}.{q}" for q in since)
    if t <= BOOK:
        earlier, more = before_today(stat, range(1, BOOK - t + 2))
        texts.append(earlier)
        parts |= more
    now = {} if stat == "mean" else {"S_{t−1}": f"{SUPPLIER}.customers_left.{stat}.{t - 1}"}
    return over_paths(Equation(
        label, value, "USD",
        "The financed part of the sales of twelve quarters, to customers that have not defaulted since.",
        f"v·S_{{t−1}}·({' + '.join(texts)})", {"v": "supplier_credit.financed_share", **parts, **now},
    ), stat)


@explains("assets.hardware_supplier.quarter.minimum_rents.{stat}.{t}")
def minimum_rents(reader: Reader, stat: str, t: int) -> Equation:
    """What the supplier pays where rents are below those it guaranteed."""
    since = range(max(t - BOOK, 1), t)
    backed: dict[str, Operand] = {} if stat == "mean" else {
        "sold": tuple(f"{SUPPLIER}.machines_sold.{stat}.{q}" for q in since)}
    return over_paths(Equation(
        f"Minimum rents, quarter {t}, {reader.whose(stat)}", reader.pick(line(reader, "minimum_rents"), stat, t),
        "USD", "On part of the machines sold in the last twelve quarters the supplier makes up rents below a minimum.",
        "−f·h·a·Σ(sold)·max(0, φ·P^LR − P)" if since else "0",
        {"f": "supplier_credit.floor_share", "h": "constants.hours", "a": "hardware.availability",
         "φ": "supplier_credit.floor_level", "P^LR": f"market.price_long_run.{t}", "P": f"market.price.{stat}.{t}",
         **backed} if since else {},
    ), stat)


declare(
    "assets.hardware_supplier.machines_sold.{path}.{t}", "Machines sold", "H100e",
    "Its share of what it may supply.", "share·A", {"share": ".share@", "A": ".units@"},
    lambda r: np.divide(extra(r, "revenue"), price(r)),
)


@explains("assets.hardware_supplier.quarter.write_off.{stat}.{t}")
def write_off(reader: Reader, stat: str, t: int) -> Equation:
    """Parts ordered for sales that did not come."""
    parts: dict[str, Operand] = {"w": "supplier_credit.commitments", "Rev": f"{SUPPLIER}.revenue.{stat}.{t}"}
    before = "Rev_{t−4}"
    if t > LEAD:
        parts[before] = f"{SUPPLIER}.revenue.{stat}.{t - LEAD}"
    else:
        before, more = before_today(stat, range(LEAD - t + 1, LEAD - t + 2))
        parts |= more
    return over_paths(Equation(
        f"Write-off, quarter {t}, {reader.whose(stat)}", reader.pick(line(reader, "write_off"), stat, t), "USD",
        "Parts are ordered a year ahead for the sales of that time: part of what sales fall short is lost.",
        f"−w·max(0, {before} − Rev)" if t else "0", parts if t else {},
    ), stat)
