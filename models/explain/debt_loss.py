"""What a lender loses, earns and lends as numbers with reasons."""

from __future__ import annotations

import numpy as np

from models.assets.gpu_fleet.used import used_values
from models.basis.timeline import Array
from models.explain.debt import FLEET, LOAN, UNIT, debt_measures, loan_of
from models.explain.equation import Equation
from models.explain.fleet import fleet_of
from models.explain.quantile import error_spec, known, scramble_spec
from models.explain.registry import Reader, Spec, UnknownPath, explains
from models.explain.stake import years_of


@explains("{asset}.loss_given_default")
def loss_given_default(reader: Reader, asset: str) -> Equation:
    """Loss per dollar of exposure."""
    return Spec(
        "Loss given default", debt_measures(reader, asset).loss_given_default, "share of exposure",
        "What lenders lose over what they are owed, summed over the paths that default.", "LGD = Σ loss/Σ exposure",
        (f"{LOAN}.total.loss", f"{LOAN}.total.exposure"), "quotient",
    )


@explains("assets.gpu_debt.total.{name}")
def total(reader: Reader, name: str) -> Equation:
    """Losses or exposures summed over paths."""
    loan, _ = loan_of(reader)
    if name not in ("loss", "exposure"):
        raise UnknownPath("totals are loss and exposure")
    found = loan.exposure if name == "exposure" else loan.loss
    rows = np.flatnonzero(loan.is_defaulted)
    order = rows[np.argsort(found[rows], kind="stable")]
    shown = (f"{LOAN}.{name}.path{int(order[len(order) // 2])}",) if len(order) else ()
    return Spec(
        f"{'Exposure' if name == 'exposure' else 'Losses'} over all defaults", float(found.sum()), UNIT,
        f"Sum over {len(rows):,} paths that default" + ("; the one in the middle is shown." if shown else "."), "",
        (*shown, f"{LOAN}.defaults"),
    )


@explains("assets.gpu_debt.exposure.{path}")
def exposure(reader: Reader, path: str) -> Equation:
    """What the lender is owed at default."""
    loan, _ = loan_of(reader)
    t = int(reader.pick(loan.default_quarter.astype(float), path))
    value = reader.pick(loan.exposure, path)
    if not value:
        return Spec(f"Exposure at default, {reader.whose(path)}", 0.0, UNIT, "No default on this path.", "",
                    (f"{LOAN}.default.{path}",))
    return Spec(
        f"Exposure at default, {reader.whose(path)}", value, UNIT, "Balance before the quarter, and its interest.",
        "EAD = balance + interest", (f"{LOAN}.balance.{path}.{t - 1}", f"{LOAN}.interest_due.{path}.{t}"), "sum",
        (f"{LOAN}.default.{path}",),
    )


@explains("assets.gpu_debt.loss.{path}")
def loss(reader: Reader, path: str) -> Equation:
    """What the lender loses on a path."""
    loan, _ = loan_of(reader)
    return Spec(
        f"Loss at default, {reader.whose(path)}", reader.pick(loan.loss, path), UNIT,
        "Exposure, less what is recovered, each as of the quarter of default.", "EAD − PV(recoveries)",
        (f"{LOAN}.exposure.{path}", f"{LOAN}.recovered.{path}"), "difference",
    )


@explains("assets.gpu_debt.recovered.{path}")
def recovered(reader: Reader, path: str) -> Equation:
    """What the lender recovers on a path, as of the default."""
    loan, _ = loan_of(reader)
    t = int(reader.pick(loan.default_quarter.astype(float), path))
    cash = (f"{FLEET}.cash.{path}.{t}", f"{LOAN}.reserve.{path}.{t - 1}") if t < loan.balance.shape[1] else ()
    return Spec(
        f"Recovered, {reader.whose(path)}", reader.pick(loan.exposure, path) - reader.pick(loan.loss, path), UNIT,
        "Cash and reserves at once; after a delay what machines fetch in a forced sale, part of the contract's value "
        "above the market, and a state guarantee. The value of the machines is what buyers expect at the price that "
        "caused the default.", "cash + (1−fire)(1−cost)·V + R_o·claim",
        (
            *cash, "covenants.fire_sale", "covenants.sale_cost", "covenants.recovery_lag",
            "covenants.contract_recovery", f"{LOAN}.collateral_value.{path}", f"{LOAN}.coupon",
        ),
    )


@explains("assets.gpu_debt.collateral_value.{path}")
def collateral_value(reader: Reader, path: str) -> Equation:
    """Value of a used machine at default."""
    loan, _ = loan_of(reader)
    view = fleet_of(reader, FLEET)
    t = min(int(reader.pick(loan.default_quarter.astype(float), path)), reader.market.quarters)

    def make() -> Array:
        return used_values(view.fleet, view.terms, reader.market)

    value = reader.pick(reader.once("used values", make), path, t)
    return Spec(
        f"Value of a used machine, quarter {t}, {reader.whose(path)}", value, UNIT,
        "What its buyers expect it to earn over the rest of its life, with half of today's price gap gone in so many "
        "quarters, at the merchant hurdle; scrap value at least.",
        "V = max(s·K_t, h·Σ v^j·max(0, û_0·P^fwd − c_0) + v^N·s·K_0)",
        (
            f"market.price_ratio.{path}.{t}", "market.earned_utilization", f"{FLEET}.cash_cost",
            "gpu_fleet.gap_half_life", "hardware.merchant_hurdle", "hardware.life_quarters", "gpu_fleet.salvage",
            f"market.price_long_run.{t}",
        ),
    )


@explains("{asset}.expected_loss")
def expected_loss(reader: Reader, asset: str) -> Equation:
    """Value lost per dollar lent."""
    found = debt_measures(reader, asset)
    return Spec(
        "Expected loss", found.expected_loss, "share of funding",
        "Loss at default, discounted at the coupon to closing, averaged over all paths, per dollar lent.",
        "EL = E[loss·(1+r_q)^(−τ)]/funded", (f"{LOAN}.mean_loss", f"{LOAN}.principal"), "quotient",
        standard_error=known(found.expected_loss_se),
    )


def _discounted(reader: Reader) -> Array:
    loan, terms = loan_of(reader)
    when = np.minimum(loan.default_quarter, loan.balance.shape[1]).astype(float)
    return np.where(loan.is_defaulted, loan.loss * (1.0 + terms.rate_q) ** -when, 0.0)


@explains("assets.gpu_debt.mean_loss")
def mean_loss(reader: Reader) -> Equation:
    """Mean discounted loss over all paths."""
    return Spec(
        "Mean loss, worth at closing", float(_discounted(reader).mean()), UNIT,
        "Loss at default, discounted at the coupon; zero on paths that do not default.", "E[loss·(1+r_q)^(−τ)]",
        (f"{LOAN}.total.loss", f"{LOAN}.coupon", "draws"),
    )


@explains("{asset}.default_probability_se")
def default_probability_error(reader: Reader, asset: str) -> Equation:
    """Standard error of the default probability."""
    value = debt_measures(reader, asset).default_probability_se
    return error_spec(reader, "Default probability", "share", value, f"{LOAN}.default_probability")


@explains("assets.gpu_debt.default_probability.scramble{group}")
def default_probability_scramble(reader: Reader, group: int) -> Equation:
    """Default probability on one scramble."""
    loan, _ = loan_of(reader)
    hits = loan.is_defaulted.astype(float)
    return scramble_spec(reader, "Default probability", "share", hits, group, lambda part: float(part.mean()))


@explains("{asset}.expected_loss_se")
def expected_loss_error(reader: Reader, asset: str) -> Equation:
    """Standard error of the expected loss."""
    value = debt_measures(reader, asset).expected_loss_se
    return error_spec(reader, "Expected loss", "share of funding", value, f"{LOAN}.expected_loss")


@explains("assets.gpu_debt.expected_loss.scramble{group}")
def expected_loss_scramble(reader: Reader, group: int) -> Equation:
    """Expected loss on one scramble."""
    _, terms = loan_of(reader)
    lost = _discounted(reader) / terms.principal
    return scramble_spec(reader, "Expected loss", "share of funding", lost, group, lambda part: float(part.mean()))


@explains("{asset}.wal_years")
def average_life(reader: Reader, asset: str) -> Equation:
    """Weighted average life from the start of service."""
    return Spec(
        "Weighted average life", debt_measures(reader, asset).wal_years, "years",
        "Years from the start of service to each dollar of principal paid, over all dollars and paths.",
        "WAL = Σ paid·years/Σ paid", (f"{LOAN}.paid_years", f"{LOAN}.principal_paid"), "quotient",
    )


@explains("assets.gpu_debt.paid_years")
def paid_years(reader: Reader) -> Equation:
    """Principal paid, times the years it was out."""
    loan, terms = loan_of(reader)
    paid = (loan.principal + loan.prepaid).mean(axis=0)
    wait = np.maximum(np.arange(len(paid)) - (terms.first - 1), 0) * 0.25
    return Spec("Principal paid times years since service began, mean", float((paid * wait).sum()), f"{UNIT}-years",
                "Each quarter's principal and prepayment times its years.", "", _payments(reader))


@explains("assets.gpu_debt.principal_paid")
def principal_paid(reader: Reader) -> Equation:
    """Principal paid over the life of the loan."""
    loan, _ = loan_of(reader)
    paid = (loan.principal + loan.prepaid).mean(axis=0)
    return Spec("Principal paid, mean", float(paid.sum()), UNIT, "Scheduled principal and prepayments of all years.",
                "", _payments(reader), "sum" if paid.any() else "")


def _payments(reader: Reader) -> tuple[str, ...]:
    loan, _ = loan_of(reader)
    paid = {"principal": loan.principal, "prepayment": loan.prepaid}
    parts = [
        f"{LOAN}.line.{name}.mean.{year}"
        for name, amounts in paid.items()
        for year in years_of(amounts, reader.market.quarters)
    ]
    return tuple(parts) or (f"{LOAN}.principal",)

