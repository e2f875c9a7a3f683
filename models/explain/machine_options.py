"""Numbers that only exist where an option is on: stage and chip in the rent, vendor guarantee, tax."""

from __future__ import annotations

from models.assets.gpu_fleet import guarantee as residual_guarantee
from models.explain.equation import Equation
from models.explain.fleet import OWN, fleet_of
from models.explain.registry import Reader, Spec, UnknownPath, explains
from models.explain.stake import held, line

_STAGES = ("fleet_stages.train_quarters", "fleet_stages.train_factor", "fleet_stages.infer_quarters",
           "fleet_stages.infer_factor", "fleet_stages.resale_factor")


@explains("{fleet}.rent_factor.{t}")
def rent_factor(reader: Reader, fleet: str, t: int) -> Equation:
    """What the fleet's compute earns against the market in a quarter."""
    stages = _STAGES if reader.scenario.fleet_stages.is_on else ()
    return Spec(
        f"Rent against the market, quarter {t}", float(fleet_of(reader, fleet).terms.rent_factors[t]), "x",
        "That of the chip, times that of the stage of life the machine is in.", "ρ_chip·f_stage",
        ("chip.rent_factor", *stages),
    )


@explains("{fleet}.guarantee_premium")
def guarantee_premium(reader: Reader, fleet: str) -> Equation:
    """Premium of the vendor's guarantee."""
    guarantee, terms = reader.scenario.residual_guarantee, fleet_of(reader, fleet).terms
    return Spec(
        "Premium for the vendor's guarantee", residual_guarantee.premium(guarantee, terms), "USD per H100e",
        "A share of cost, paid at closing.", "π_v·K_0",
        ("residual_guarantee.premium", f"{fleet}.cost") if guarantee.is_on else ("residual_guarantee.is_on",),
        "product" if guarantee.is_on else "",
    )


@explains("assets.gpu_fleet.quarter.guarantee_premium.{stat}.{t}")
def premium_paid(reader: Reader, stat: str, t: int) -> Equation:
    """Premium as a flow at closing."""
    value = reader.pick(line(reader, held(reader, OWN), "guarantee_premium")[1], stat, t)
    return Spec(
        "Premium for the vendor's guarantee, paid at closing", value, "USD per H100e", "Money out is negative.", "",
        (f"{OWN}.guarantee_premium",), "minus" if t == 0 else "",
    )


@explains("{fleet}.quarter.vendor_guarantee.{stat}.{t}")
def vendor_guarantee(reader: Reader, fleet: str, stat: str, t: int) -> Equation:
    """What the vendor pays when the guarantee is settled."""
    view = fleet_of(reader, fleet)
    if "vendor_guarantee" not in view.lines:
        raise UnknownPath("the vendor guarantees nothing in this scenario")
    names = ("share", "quarter", "default_base", "default_glut", "recovery")
    return Spec(
        f"Paid by the vendor, quarter {t}, {reader.whose(stat)}", reader.pick(view.lines["vendor_guarantee"], stat, t),
        "USD per H100e",
        "What a used machine is worth less than guaranteed; of a vendor that has failed, only the recovery. The "
        "vendor's default rate rises as rents fall below the long-run price.", "max(0, γ_v·K_0 − V)·paid",
        (f"{fleet}.cost", *(f"residual_guarantee.{name}" for name in names), f"market.price_ratio.{stat}.{t}", "draws")
        if stat != "mean" else
        (f"{fleet}.cost", *(f"residual_guarantee.{name}" for name in names), "draws"),
    )


@explains("{fleet}.quarter.tax.{stat}.{t}")
def fleet_tax(reader: Reader, fleet: str, stat: str, t: int) -> Equation:
    """Tax of a fleet in a quarter."""
    view = fleet_of(reader, fleet)
    if "tax" not in view.lines:
        raise UnknownPath("nothing is taxed in this scenario")
    earned = (f"{fleet}.quarter.{name}.{stat}.{t}" for name in ("revenue", "running_cost"))
    return _tax(
        f"Tax, quarter {t}, {reader.whose(stat)}", reader.pick(view.lines["tax"], stat, t), "USD per H100e",
        (*earned, f"{fleet}.cost"), "schedule",
    )


@explains("{center}.quarter.tax.{stat}.{t}")
def center_tax(reader: Reader, center: str, stat: str, t: int) -> Equation:
    """Tax of a data center in a quarter."""
    value = reader.pick(line(reader, held(reader, center), "tax")[1], stat, t)
    parts = (f"{center}.quarter.net_operating_income.{stat}.{t}", "data_center.capex")
    return _tax(f"Tax, quarter {t}, {reader.whose(stat)}", value, "USD per MW", parts, "building_years")


@explains("assets.cloud_platform.quarter.tax.{stat}.{t}")
def cloud_tax(reader: Reader, stat: str, t: int) -> Equation:
    """Tax of a cloud in a quarter."""
    where = "assets.cloud_platform"
    value = reader.pick(line(reader, held(reader, where), "tax")[1], stat, t)
    parts = (f"{where}.quarter.ai_ebitda.{stat}.{t}", f"{where}.quarter.capital_spending.{stat}.{t}")
    return _tax(f"Tax, quarter {t}, {reader.whose(stat)}", value, "USD", parts, "schedule")


def _tax(label: str, value: float, unit: str, parts: tuple[str, ...], schedule: str) -> Equation:
    return Spec(
        label, value, unit,
        "Rate times profit less what may be deducted; losses wait for profits or save tax at once. Money out is "
        "negative.", "−τ_c·(profit − deductions)⁺", (*parts, "tax.rate", f"tax.{schedule}", "tax.losses"),
    )
