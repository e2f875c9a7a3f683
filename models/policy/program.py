"""A sovereign program as declared: schedule, mix of instruments and terms."""

from __future__ import annotations

import numpy as np
from pydantic import Field, model_validator

from models.basis.assumption import Assumptions, assumption, switch, yearly
from models.basis.timeline import Array
from models.basis.yearly import Years, by_quarter

INSTRUMENTS = (
    "grant", "tax_credit", "loan", "equity", "guarantee", "offtake", "procurement", "voucher", "power", "champion",
)


class Schedule(Assumptions):
    """How much is announced, how much of it is paid, when, and how it may end."""

    budget: float = assumption(
        0.0, unit="USD", low=0.0, high=100.0e9, step=0.5e9, symbol="Bud", status="assumption",
        label="Announced budget", source="sovereign_programs-001",
        help="Public money announced for the program.",
    )
    disbursement: float = assumption(
        0.35, unit="share", low=0.0, high=1.0, step=0.05, symbol="disbursement",
        label="Share that is paid", source="sovereign_programs-010",
        help="Share of the announced budget that is really spent; announcements are not cash.",
    )
    start: int = assumption(
        0, unit="quarter", low=0, high=41, step=1, symbol="start",
        label="First quarter", source="judgment", help="First quarter in which the program spends.",
    )
    stop: int = assumption(
        20, unit="quarter", low=1, high=60, step=1, symbol="stop",
        label="Last quarter", source="judgment", help="Quarter in which the program has ended.",
    )
    build_lag: int = assumption(
        8, unit="quarters", low=2, high=14, step=1, symbol="L",
        label="Build lag", source="data_centers-087", help="Quarters from spending to running capacity.",
    )
    cliff_rate: float = assumption(
        0.0, unit="events per year", low=0.0, high=0.5, step=0.01, symbol="λ_c",
        label="Cliff rate", source="judgment",
        help="Chance that the program is ended early within a year.",
    )
    notice: int = assumption(
        4, unit="quarters", low=0, high=8, step=1, symbol="notice",
        label="Notice at a cliff", source="judgment",
        help="Quarters during which public purchases go on after the program was ended.",
    )
    clawback: float = assumption(
        0.5, unit="share", low=0.0, high=1.0, step=0.05, symbol="c",
        label="Clawback", source="judgment",
        help="Share of recent grants to be paid back if the recipient defaults or closes.",
    )
    bloc_share: float | None = assumption(
        None, unit="share", low=0.01, high=1.0, step=0.005, symbol="w_b of the program",
        label="Bloc of the program", source="s23_epoch", none="the scenario's home bloc",
        help="Share of world demand in the program's own bloc, where it is not the home bloc.",
    )


class Mix(Assumptions):
    """How spending is split over instruments; the shares add to one when there is a budget."""

    grant: float = assumption(
        0.0, unit="share", low=0.0, high=1.0, step=0.05, label="Capital grants", source="judgment",
        help="Share of spending that pays part of the cost of new capacity at closing.",
    )
    tax_credit: float = assumption(
        0.0, unit="share", low=0.0, high=1.0, step=0.05, label="Investment tax credits", source="judgment",
        help="Share of spending on transferable tax credits, received a year after closing.",
    )
    loan: float = assumption(
        0.0, unit="share", low=0.0, high=1.0, step=0.05, label="Concessional loans", source="judgment",
        help="Share of spending lent below the market rate; the budget is principal.",
    )
    equity: float = assumption(
        0.0, unit="share", low=0.0, high=1.0, step=0.05, label="State equity", source="judgment",
        help="Share of spending invested as patient state equity; the budget is principal.",
    )
    guarantee: float = assumption(
        0.0, unit="share", low=0.0, high=1.0, step=0.05, label="Loan guarantees", source="judgment",
        help="Share of spending that pays the expected cost of guarantees of private loans.",
    )
    offtake: float = assumption(
        0.0, unit="share", low=0.0, high=1.0, step=0.05, label="Public offtake", source="judgment",
        help="Share of spending that rents compute for public use.",
    )
    procurement: float = assumption(
        0.0, unit="share", low=0.0, high=1.0, step=0.05, label="Procurement preference", source="judgment",
        help="Share of spending that rents compute from home providers only.",
    )
    voucher: float = assumption(
        0.0, unit="share", low=0.0, high=1.0, step=0.05, label="User vouchers", source="judgment",
        help="Share of spending that pays part of private users' compute bills.",
    )
    power: float = assumption(
        0.0, unit="share", low=0.0, high=1.0, step=0.05, label="Cheaper power", source="judgment",
        help="Share of spending on cheaper power for compute.",
    )
    champion: float = assumption(
        0.0, unit="share", low=0.0, high=1.0, step=0.05, label="National champions", source="judgment",
        help="Share of spending given to developers of models, as grants or for new shares; it builds nothing.",
    )


class Terms(Assumptions):
    """What each instrument pays per unit, and how much of it is new."""

    capex_share: float = assumption(
        0.33, unit="share", low=0.02, high=1.0, step=0.01, symbol="γ, τ", status="assumption",
        label="Grant or credit rate", source="sovereign_programs-001",
        help="Share of all-in capital cost that a grant or tax credit pays.",
    )
    rate_cut: float = assumption(
        0.03, unit="per year", low=0.0, high=0.06, step=0.0025, symbol="Δr",
        label="Interest advantage", source="judgment",
        help="How far a concessional loan or state equity costs less than the market rate.",
    )
    loan_share: float = assumption(
        0.70, unit="share", low=0.3, high=0.9, step=0.05, symbol="loan share",
        label="Share financed", source="judgment",
        help="Share of all-in cost that the concessional money finances.",
    )
    loan_years: float = assumption(
        5.0, unit="years", low=3.0, high=10.0, step=1.0, symbol="loan term",
        label="Term of the concession", source="judgment", help="Years for which the interest advantage lasts.",
    )
    market_rate: float = assumption(
        0.08, unit="per year", low=0.04, high=0.12, step=0.005, symbol="r_m",
        label="Market loan rate", source="judgment", help="Rate the recipient would pay without the state.",
    )
    voucher_rate: float = assumption(
        0.41, unit="share", low=0.05, high=0.95, step=0.01, symbol="s",
        label="Voucher rate", source="sovereign_programs-009",
        help="Share of a user's compute bill that a voucher pays.",
    )
    power_discount: float = assumption(
        0.0, unit="USD/kWh", low=0.0, high=0.08, step=0.005, symbol="discount",
        label="Power discount", source="judgment", help="How much less eligible sites pay for power.",
    )
    offtake_share: float = assumption(
        0.20, unit="share", low=0.0, high=0.5, step=0.05, symbol="q_G",
        label="Public share of a fleet", source="judgment",
        help="Share that the state rents of a fleet it buys from.",
    )
    offtake_price: float | None = assumption(
        None, unit="USD/h", low=0.5, high=3.0, step=0.05, symbol="P_off",
        label="Public offtake price", source="judgment", none="the break-even contract price",
        help="What the state pays per H100-equivalent hour.",
    )
    refuses_offtake: bool = switch(
        False, label="Recipient refuses offtake", source="judgment",
        help="Whether the fleet turns the public contract down and rents to the market instead.",
    )
    additionality: float = assumption(
        0.55, unit="share", low=0.0, high=1.0, step=0.05, symbol="α", status="assumption",
        label="Additionality", source="s8_italy",
        help="Share of subsidized capacity that would not have been built anyway.",
    )
    capture: float = assumption(
        0.25, unit="share", low=0.0, high=0.6, step=0.05, symbol="φ",
        label="Capture", source="judgment",
        help="Share of support that vendors, land and power suppliers bid away.",
    )
    mandate: float = assumption(
        0.0, unit="share", low=0.0, high=0.65, step=0.01, symbol="Δℓ",
        label="Localization mandate", source="judgment",
        help="Demand the program binds to the home bloc beyond what already is; less where money falls short.",
    )
    credit_price: float = assumption(
        0.92, unit="share", low=0.8, high=1.0, step=0.01, symbol="credit transfer price",
        label="Price of a tax credit", source="judgment", help="What a transferable tax credit sells for.",
    )
    guarantee_cover: float = assumption(
        0.0, unit="share", low=0.0, high=1.0, step=0.05, symbol="cover",
        label="Guarantee cover", source="judgment",
        help="Share of a lender's loss that the state pays, if the loan fails while the program lasts.",
    )
    guarantee_cost: float = assumption(
        0.05, unit="share of loan", low=0.005, high=0.5, step=0.005, symbol="e",
        label="Expected cost of a guarantee", source="judgment",
        help="What the budget is charged for each dollar of a guaranteed loan; money limits how many there are.",
    )


class Program(Assumptions):
    """One sovereign program: a name, a schedule, a mix of instruments and their terms."""

    name: str = Field(default="program", max_length=80, title="Name", description="Name of the program.")
    schedule: Schedule = Schedule()
    mix: Mix = Mix()
    terms: Terms = Terms()

    @model_validator(mode="after")
    def _mix_adds_up(self) -> Program:
        total = sum(getattr(self.mix, name) for name in INSTRUMENTS)
        if self.schedule.budget > 0 and abs(total - 1.0) > 1e-9:
            raise ValueError(f"mix: the shares of the instruments add to {total:g}, they must add to 1")
        if self.schedule.stop <= self.schedule.start:
            raise ValueError(f"schedule.stop: {self.schedule.stop} must come after start {self.schedule.start}")
        return self


class Policy(Assumptions):
    """All programs of a scenario and how strongly they act."""

    intensity: float = assumption(
        1.0, unit="x announced", low=0.0, high=30.0, step=0.5, symbol="multiplier", status="assumption",
        label="Subsidy intensity", source="judgment",
        help="Multiplies the announced budgets of all programs; 0 removes them.",
    )
    intensity_by_year: Years | None = yearly(
        unit="x announced", low=0.0, high=30.0, symbol="multiplier_y", label="Subsidy intensity by year",
        none="the same in all years",
        help="Multiplies what programs spend in each year, on top of the subsidy intensity; 0 skips a year.",
    )
    build_cap: float = assumption(
        0.25, unit="share", low=0.05, high=1.0, step=0.05, symbol="build cap",
        label="Cap on public building", source="judgment",
        help="Largest share of a bloc's planned additions that programs can build in a quarter.",
    )
    building_cost: float = assumption(
        17_600.0, unit="USD/kW", low=10_000.0, high=25_000.0, step=100.0, symbol="17.6", status="fact",
        label="Data center behind a public build", source="data_centers-001",
        help="Turn-key data center that a program pays beside the hardware, per kW of IT load.",
    )
    fleet_share: float | None = assumption(
        None, unit="share", low=0.0, high=1.0, step=0.05, symbol="e_fleet", status="assumption",
        label="Support the fleet receives", source="judgment",
        none="what programs pay for of all that the home bloc builds",
        help="How much of what programs offer reaches the scenario's own fleet and its loan; 100% is a recipient.",
    )
    center_share: float | None = assumption(
        None, unit="share", low=0.0, high=1.0, step=0.05, symbol="e_center", status="assumption",
        label="Support the data center receives", source="judgment",
        none="what programs pay for of all that the home bloc builds",
        help="How much of the grants, credits, cheap money and guarantees of programs reaches the scenario's own data "
        "center and its loan; 100% is a recipient, except of what they rent, which is compute and not space.",
    )
    market_channel: bool = switch(
        True, label="Programs act on the market", source="judgment",
        help="Whether programs add capacity and demand; off isolates what the recipient receives.",
    )
    direct_channel: bool = switch(
        True, label="Programs support the asset", source="judgment",
        help="Whether fleet, data center, loans and champion are paid; off isolates what the market does.",
    )
    programs: tuple[Program, ...] = Field(default=(), max_length=12, title="Programs", description="Active programs.")

    @property
    def active(self) -> tuple[Program, ...]:
        """Programs with money behind them, in an order of their own: no effect depends on how they are listed."""
        scale = self.intensity * (1.0 if self.intensity_by_year is None else max(self.intensity_by_year))
        live = (p for p in self.programs if scale * p.schedule.budget * p.schedule.disbursement > 0)
        return tuple(sorted(live, key=Program.model_dump_json))

    @property
    def home(self) -> tuple[Program, ...]:
        """Active programs of the home bloc."""
        return tuple(p for p in self.active if p.schedule.bloc_share is None)

    def intensity_at(self, quarters: int) -> Array:
        """What announced budgets are multiplied by in each quarter, (quarters + 1,)."""
        if self.intensity_by_year is None:
            return np.full(quarters + 1, float(self.intensity))
        return self.intensity * by_quarter(self.intensity_by_year, quarters)

    def force(self, quarters: int) -> Array:
        """How far what costs no money is carried out, (quarters + 1,), 0 to 1: as far as programs pay as announced."""
        return np.asarray(np.minimum(self.intensity_at(quarters), 1.0))

    @property
    def mandate(self) -> float:
        """Demand bound to the home bloc by its active programs, on average over the years they are planned for."""
        return sum(p.terms.mandate * self.mean_force(p) for p in self.home)

    def mean_force(self, program: Program) -> float:
        """How far a program is carried out on average over the quarters it is planned for, 0 to 1."""
        return float(self.force(program.schedule.stop)[program.schedule.start : program.schedule.stop].mean())
