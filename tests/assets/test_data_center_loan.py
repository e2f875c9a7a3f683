"""The loan on a data center: a plain cross-check of walk-away and lender, identities, signs, and no loss beyond."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings

from models.assets.data_center.building import Building, simulate_building
from models.assets.data_center.leasing import Leasing
from models.assets.data_center.loan import sized
from models.assets.data_center.service import CenterLoan
from models.basis.shocks import draw_shocks
from models.basis.timeline import Array
from models.claims.contagion import tie_of
from models.claims.data_center import build
from models.claims.registry import Claims
from models.market.simulate import MarketPaths
from models.measures import returns
from models.scenario.scenario import Scenario
from tests.engine.runs import claims_of, draws, market_of, scenarios

GROUPS = ("data_center", "leasing", "construction_loan", "overcapacity", "demand", "offtaker", "tax")
KEYS = ("data_center", "data_center_unlevered", "data_center_loan")
HARD: dict[str, Any] = {
    "overcapacity.peak": 2.5, "data_center.overrun_sd": 0.3, "data_center.delay_mean": 6.0,
    "data_center.tenant": "non_ig",
}


def built(scenario: Scenario, shocks: Any = None) -> Building:
    chosen = draws() if shocks is None else shocks
    market = market_of(scenario, chosen)
    contract = market.support_price * (1.0 - scenario.offtaker.discount(scenario.data_center.tenant))
    tie = tie_of(scenario, scenario.data_center.tenant, market, chosen)
    return simulate_building(scenario.data_center, scenario.leasing, scenario.offtaker, market, chosen, contract, tie)


def center_of(scenario: Scenario, shocks: Any = None) -> tuple[Claims, CenterLoan]:
    claims = claims_of(scenario, KEYS, shocks)
    assert claims.center_loan is not None
    return claims, claims.center_loan


@lru_cache
def empty_years_at(leasing: Leasing, hurdle: float, vacancy: float) -> float:
    """Present value of the years until a vacant tenth is let, as vacancy goes back to normal."""
    total, still, ahead = 0.0, 1.0, vacancy
    for j in range(1, 200):
        ahead += leasing.vacancy_speed * (leasing.natural_vacancy - ahead)
        still *= 1.0 - min(max(leasing.letting * (1.0 - ahead / 0.30), 0.03), 0.5)
        total += 0.25 * still * math.exp(leasing.inflation * j / 4) * (1.0 + hurdle) ** (-j / 4)
    return total


@dataclass
class Public:
    """What states pay for one path's building, and their share of the lender's loss, by quarter."""

    promised: float = 0.0
    paid: list[float] = field(default_factory=lambda: [0.0] * 41)
    to_come: list[float] = field(default_factory=lambda: [0.0] * 41)
    cover: list[float] = field(default_factory=lambda: [0.0] * 41)


def public_by_hand(scenario: Scenario, market: MarketPaths, opens: int, u: float) -> Public:
    """Support of a building that opens in a quarter, from the equations, where the cap on building does not bind."""
    policy, center, out = scenario.policy, scenario.data_center, Public()
    units = 1_000.0 / scenario.hardware.power_kw
    for program in policy.programs:
        plan, mix, terms = program.schedule, program.mix, program.terms
        if plan.start > 0:
            continue
        money = policy.intensity * plan.budget * plan.disbursement / (plan.stop - plan.start)
        when = range(plan.build_lag, plan.build_lag + 4)
        added = scenario.localization.home_share * sum(market.planned_additions[t] for t in when)

        def reached(per_dollar: float, pay: float = money, when: range = when, added: float = added) -> float:
            paid_for = sum(pay * per_dollar / market.curves.all_in_cost[t] for t in when)
            own = policy.center_share if policy.center_share is not None else paid_for / added
            return float(min(own, paid_for / units, 1.0))

        kept = 1.0 - terms.capture
        annuity = (1.0 - (1.0 + terms.market_rate) ** -terms.loan_years) / terms.market_rate
        rate = reached(mix.grant / terms.capex_share) * terms.capex_share * kept
        cheap = terms.loan_share * terms.rate_cut * annuity
        rate += reached((mix.loan + mix.equity) / terms.loan_share) * cheap * kept
        credit = reached(mix.tax_credit / terms.capex_share) * terms.credit_price * terms.capex_share * kept
        covered = reached(mix.guarantee / (terms.guarantee_cost * terms.loan_share)) * terms.guarantee_cover
        out.promised += rate * center.capex
        ends = math.ceil(-4.0 * math.log(u) / plan.cliff_rate) if plan.cliff_rate else 99
        for t in range(41):
            built = min(t + 1, center.build_quarters) / center.build_quarters
            if t < ends:
                out.paid[t] += rate * center.capex / center.build_quarters * (t < center.build_quarters)
                out.paid[t] += credit * center.capex * (t == opens)
                out.to_come[t] += (rate * (1.0 - built) + credit * (t < opens)) * center.capex
            out.cover[t] += covered * (t < min(plan.stop, ends + plan.notice))
    return out


class Plain:
    """One path in plain Python, from the page's equations: value as it stands, walk-away, the lender's flows."""

    def __init__(
        self, scenario: Scenario, building: Building, surplus: Array, row: int, public: Public | None = None
    ) -> None:
        self.public = public or Public()
        self.s, self.b, self.row = scenario, building, row
        self.surplus = surplus[row].tolist()
        self.rent, self.vacancy = building.roll.market_rent[row].tolist(), building.vacancy[row].tolist()
        self.opens, self.capex = int(building.opening[row]), building.capex[row].tolist()

    def empty_years(self, t: int) -> float:
        """Years of rent lost until a vacant tenth is let, from a table with a row for each half point of vacancy."""
        row = min(int(self.vacancy[t] / 0.005), 99)
        share = self.vacancy[t] / 0.005 - row
        low, high = (empty_years_at(self.s.leasing, self.s.data_center.hurdle, 0.005 * r) for r in (row, row + 1))
        return (1 - share) * low + share * high

    def growth(self, quarters: float) -> float:
        return math.exp(self.s.leasing.inflation * quarters / 4)

    def discount(self, quarters: float) -> float:
        return float((1.0 + self.s.data_center.hurdle) ** (-quarters / 4))

    def settled(self, t: int, ahead: float) -> float:
        lease = self.s.leasing
        return float(self.rent[t] * math.exp(
            lease.rent_adjustment * 0.25 * (1 - lease.vacancy_speed) / lease.vacancy_speed
            * (lease.natural_vacancy - self.vacancy[t])
        ) * self.growth(ahead))

    def income(self, rent: float) -> float:
        lease, empty = self.s.leasing, self.s.leasing.natural_vacancy
        return float(lease.noi_margin * rent * (1 - empty) - lease.fixed_cost * empty)

    def before_delivery(self, t: int) -> tuple[float, float]:
        """Value to the owner and to a buyer, of a building not yet delivered."""
        center, lease = self.s.data_center, self.s.leasing
        ahead = max(center.build_quarters - t, 0) + center.delay_mean
        rent = self.settled(t, ahead)
        noi, stays = self.income(rent), t < self.b.left_at[self.row]
        terms = np.round(np.linspace(lease.term_short, lease.term_long, 10)).astype(int)
        beside = 0.0
        for cohort in range(10):
            if cohort < round(10 * center.prelease) and stays:
                for j in range(1, terms[cohort] + 1):
                    paid = lease.noi_margin * center.rent * (1 + lease.escalator) ** ((j - 1) / 4)
                    beside += 0.25 * (paid - noi * self.growth(j)) * self.discount(j)
            else:
                beside -= (noi + lease.fixed_cost) * self.empty_years(t) + lease.fit_out_years * self.settled(t, ahead)
        left = -sum(self.capex[t + 1 :])
        return tuple(  # type: ignore[return-value]
            (self.sold(noi, self.yield_at(t, glut)) + beside / 10) * self.discount(ahead) - left
            for glut in (False, True)
        )

    def sold(self, noi: float, cap: float) -> float:
        return (1 - self.s.leasing.exit_cost) * max(noi * (1 + self.s.leasing.escalator), 0.0) / cap

    def yield_at(self, t: int, glut: bool) -> float:
        center = self.s.data_center
        last = [max(x, 0.0) for x in self.surplus[max(t - 3, 0) : t + 1]]
        cap = center.exit_cap + center.ageing * t / 40 + glut * center.exit_cap_slope * sum(last) / len(last)
        return min(max(cap, 0.045), 0.11)

    def worth(self, t: int) -> tuple[float, float]:
        if t < self.opens:
            to_owner, to_buyer = self.before_delivery(t)
            return to_owner + self.public.to_come[t], to_buyer
        noi, beside = self.income(self.settled(t, 0)), float(self.b.roll.over_market[self.row, t])
        return (self.sold(noi, self.yield_at(t, False)) + beside, self.sold(noi, self.yield_at(t, True)) + beside)

    def run(self) -> Mapping[str, Any]:
        loan, center, row, b = self.s.construction_loan, self.s.data_center, self.row, self.b
        rate = (self.s.rates.base_rate + (loan.spread_ig if center.tenant == "ig" else loan.spread_non_ig)) / 4
        level = rate / (1 - (1 + rate) ** (-4 * loan.amortization_years))
        let = round(10 * center.prelease) / 10
        signed = let * center.rent * self.s.leasing.noi_margin - (1 - let) * self.s.leasing.fixed_cost
        cost = max(center.capex - self.public.promised, 0.0)
        size = min(loan.loan_to_cost * cost, max(signed / 4 / loan.sizing_dscr / level, 0.0))
        size = 0.0 if size < 0.01 * center.capex else size
        lender, owner, balance = [0.0] * 41, [0.0] * 41, 0.0
        for t in range(41):
            income = float(b.noi[row, t] + b.fit_out[row, t])
            draw = size / center.build_quarters if t < center.build_quarters else 0.0
            due = balance * rate
            back = min(balance, max(size * level - due, 0.0)) if t > self.opens else 0.0
            flow = income + self.capex[t] + self.public.paid[t] + draw - due - back
            owed = balance + draw - back
            sale = float(b.sale[row, t])
            if t == 40:
                walks = flow + sale < owed
            else:
                walks = t > 0 and flow < 0 and self.worth(t)[0] + flow < loan.walk_away * owed
            if walks and balance > 0:
                claim = balance * (1 + rate)
                paid = min(claim, max(income + sale, 0.0))
                lender[t] += paid
                owner[t] += max(income + sale, 0.0) - paid
                when = min(t + loan.sale_lag, 40)
                keys = (1 - loan.forced_sale) * max(self.worth(t)[1] + self.capex[t], 0.0) if t < 40 else 0.0
                later = min((claim - paid) * (1 + rate) ** (when - t), keys)
                lender[when] += later
                owner[when] += keys - later
                lost = claim - paid - later / (1 + rate) ** (when - t)
                covered = self.public.cover[t] * lost
                lender[when] += covered * (1 + rate) ** (when - t)
                return {"lender": lender, "owner": owner, "at": t, "loss": lost - covered}
            lender[t], owner[t], balance = due + back - draw, flow, owed
        lender[40] += balance
        owner[40] += sale - balance
        return {"lender": lender, "owner": owner, "at": 41, "loss": 0.0}


@pytest.mark.parametrize(
    "changes",
    [
        {}, HARD, HARD | {"construction_loan.walk_away": 0.8, "construction_loan.sale_lag": 0},
        HARD | {"construction_loan.walk_away": 1.2, "construction_loan.loan_to_cost": 0.75, "data_center.long_stop": 1},
    ],
)
def test_every_path_is_what_plain_python_makes_of_the_equations(changes: dict[str, Any]) -> None:
    scenario = Scenario().replace(changes)
    claims, loan = center_of(scenario)
    building, surplus = built(scenario), market_of(scenario).surplus
    assert (loan.is_defaulted.mean() > 0.15) == bool(changes)
    for row in range(64):
        plain = Plain(scenario, building, surplus, row).run()
        assert loan.default_quarter[row] == plain["at"]
        for name, key in (("lender", "data_center_loan"), ("owner", "data_center")):
            net = claims.by_key[key].flows.net[row]
            assert np.allclose(net, plain[name], rtol=1e-9, atol=1e-9 * scenario.data_center.capex), (row, name)
        assert loan.loss[row] == pytest.approx(plain["loss"], abs=1e-2)


OPEN = {
    "name": "open", "schedule": {"budget": 2e9, "cliff_rate": 0.3, "stop": 32, "notice": 6},
    "mix": {"grant": 0.3, "tax_credit": 0.2, "loan": 0.2, "equity": 0.1, "guarantee": 0.2},
    "terms": {"guarantee_cover": 0.6, "rate_cut": 0.04},
}
ALSO = {"name": "also", "schedule": {"budget": 1e9}, "mix": {"grant": 0.5, "offtake": 0.5}}
LATER = {"name": "later", "schedule": {"budget": 9e9, "start": 2}, "mix": {"grant": 1.0}}


@pytest.mark.parametrize("share", [None, 0.4, 1.0])
def test_every_path_with_programs_is_what_plain_python_makes_of_them(share: float | None) -> None:
    """Grants and cheap money as the budget is spent, credits on delivery, early ends, guarantees; loan and keys too."""
    scenario = Scenario().replace(HARD | {
        "policy.programs": [OPEN, ALSO, LATER], "policy.center_share": share, "data_center.capex": 20e6,
        "data_center.build_quarters": 9, "construction_loan.loan_to_cost": 0.75, "construction_loan.sizing_dscr": 1.1,
    })
    claims, loan = center_of(scenario)
    market, shocks = market_of(scenario), draws()
    building = build(scenario, market, shocks)
    assert building.support is not None
    received = building.support.paid.sum(axis=1)
    assert received.min() < 0.7 * received.max(), "the premise: some programs end before all is paid"
    assert loan.guarantee.sum() > 0.0, "and states pay for loans that fail"
    for row in range(64):
        public = public_by_hand(scenario, market, int(building.opening[row]), float(shocks.policy_u[row]))
        plain = Plain(scenario, building, market.surplus, row, public).run()
        assert building.support.promised == pytest.approx(public.promised, rel=1e-9)
        assert loan.default_quarter[row] == plain["at"]
        for name, key in (("lender", "data_center_loan"), ("owner", "data_center")):
            net = claims.by_key[key].flows.net[row]
            assert np.allclose(net, plain[name], rtol=1e-9, atol=1e-9 * scenario.data_center.capex), (row, name)
        whole = building.capex[row] + building.noi[row] + building.fit_out[row] + building.sale[row] + public.paid
        assert np.allclose(claims.by_key["data_center_unlevered"].flows.net[row], whole, rtol=1e-9, atol=1e-3)
        assert loan.loss[row] == pytest.approx(plain["loss"], abs=1e-2)


def test_value_of_leases_is_what_each_lease_and_empty_tenth_adds() -> None:
    """A building that is fully let at market rent on delivery, with leases as long: a sum that can be written down."""
    scenario = Scenario().replace({
        "data_center.prelease": 1.0, "leasing.term_short": 24, "leasing.term_long": 24, "data_center.delay_mean": 0.0,
        "leasing.vacancy_now": 0.08, "overcapacity.peak": 0.0, "demand.volatility": 0.0, "demand.bust_rate": 0.0,
    })
    building = built(scenario)
    opens, lease, center = 6, scenario.leasing, scenario.data_center
    plain = Plain(scenario, building, market_of(scenario).surplus, 0)
    noi = plain.income(plain.settled(opens, 0))
    expected = sum(
        0.25 * (lease.noi_margin * center.rent * 1.025 ** ((j - 1) / 4) - noi * plain.growth(j)) * plain.discount(j)
        for j in range(1, 25)
    )
    assert building.roll.over_market[0, opens] == pytest.approx(expected, rel=1e-9)


@settings(max_examples=120)
@given(scenarios(only=GROUPS, programs=0))
def test_money_and_balance_add_up_also_in_default(scenario: Scenario) -> None:
    """A1 to A4 and A11: cash of lender and owner is the building's; every balance rolls forward and ends at zero."""
    claims, loan = center_of(scenario)
    building, terms = built(scenario), claims.center_terms
    assert terms is not None
    dust = 1e-9 * scenario.data_center.capex
    t, defaults = np.arange(41)[None, :], loan.default_quarter[:, None]
    owned, funded = t <= defaults, t < defaults
    tax = -claims.by_key["data_center"].flows.ledger["tax"] if scenario.tax.is_on else 0.0
    project = building.capex * funded + (building.noi + building.fit_out + building.sale) * owned - tax
    cut = scenario.construction_loan.forced_sale * loan.forced
    assert (np.abs(loan.lender + loan.owner - (project + loan.unpaid + loan.forced - cut)) <= dust).all()
    for key in KEYS:
        flows = claims.by_key[key].flows
        assert (np.abs(sum(np.broadcast_to(x, flows.net.shape) for x in flows.ledger.values())) <= 10 * dust).all()
    opening = np.concatenate([np.zeros((64, 1)), loan.balance[:, :-1]], axis=1)
    accrued = np.where(t >= defaults, opening * terms.coupon / 4, 0.0)
    written_off = opening + loan.drawn + accrued - loan.principal - loan.recovery - loan.balance
    sold = np.minimum(defaults + scenario.construction_loan.sale_lag, 40)
    assert (np.abs(written_off[(t != sold) | ~loan.is_defaulted[:, None]]) <= dust).all()
    assert (written_off >= -dust).all()
    assert (loan.balance >= -dust).all()
    assert (np.abs(loan.balance[:, 40]) <= dust).all()
    assert (loan.interest[funded] >= 0.0).all()
    assert (np.abs(loan.interest - np.where(funded, opening * terms.coupon / 4, 0.0)) <= dust).all()
    assert (loan.loss <= loan.exposure + dust).all()
    assert (loan.loss >= -dust).all()


@settings(max_examples=80)
@given(scenarios(only=GROUPS, programs=0))
def test_the_owner_loses_what_it_paid_in_and_no_more(scenario: Scenario) -> None:
    _, loan = center_of(scenario)
    later = np.arange(41)[None, :] >= loan.default_quarter[:, None]
    assert (loan.owner[later] >= 0.0).all(), "nothing is paid in from the handover on"
    paid = -np.minimum(loan.owner, 0.0).sum(axis=1)
    assert (loan.owner.sum(axis=1) >= -paid - 1e-6).all()
    assert (loan.owner[:, 40] >= -1e-6 - 0.2 * scenario.data_center.capex).all()
    at_end = loan.default_quarter == 40
    assert (loan.owner[at_end, 40] >= 0.0).all()


CORNERS = {
    "construction_loan.loan_to_cost": (0.05, 0.75), "construction_loan.walk_away": (0.0, 1.2),
    "data_center.overrun_sd": (0.0, 0.3), "data_center.delay_mean": (0.0, 8.0), "overcapacity.peak": (0.0, 3.0),
    "construction_loan.forced_sale": (0.0, 0.6), "construction_loan.sale_lag": (0, 8),
}


@pytest.mark.parametrize("corner", range(2 ** len(CORNERS)))
def test_no_loss_beyond_in_any_corner(corner: int) -> None:
    chosen = {path: bounds[corner >> i & 1] for i, (path, bounds) in enumerate(CORNERS.items())}
    _, loan = center_of(Scenario().replace(chosen), draws(1, 16))
    moic = returns.moic(loan.owner)
    assert (moic[~np.isnan(moic)] >= 0.0).all()
    later = np.arange(41)[None, :] >= loan.default_quarter[:, None]
    assert (loan.owner[later] >= 0.0).all()
    assert np.isfinite(loan.owner).all()
    assert np.isfinite(loan.lender).all()


def test_more_leverage_never_lowers_the_chance_of_walking_away() -> None:
    chances = []
    for share in (0.0, 0.2, 0.4, 0.55, 0.65, 0.75):
        _, loan = center_of(Scenario().replace(HARD | {"construction_loan.loan_to_cost": share}), draws(1, 256))
        chances.append(loan.is_defaulted.mean())
    assert chances == sorted(chances)
    assert chances[0] == 0.0
    assert chances[-1] > 0.3


def test_a_glut_raises_the_lenders_loss() -> None:
    losses = []
    for peak in (0.0, 0.6, 1.5, 3.0):
        _, loan = center_of(Scenario().replace({"overcapacity.peak": peak}), draws(1, 512))
        losses.append(loan.loss.mean())
    assert losses == sorted(losses)
    assert losses[-1] > 10 * losses[0]


def test_an_owner_walks_while_building_too() -> None:
    """A hall that costs far more than planned, in a market that fell meanwhile, is not finished by its owner."""
    scenario = Scenario().replace(HARD | {
        "data_center.build_quarters": 12, "construction_loan.loan_to_cost": 0.75, "construction_loan.sizing_dscr": 1.1,
        "data_center.capex": 25e6, "construction_loan.amortization_years": 40.0,
    })
    _, loan = center_of(scenario, draws(1, 256))
    early = loan.default_quarter < 12
    assert early.mean() > 0.02
    assert (loan.drawn.sum(axis=1)[early] < loan.drawn.sum(axis=1)[~loan.is_defaulted].min()).all(), "draws stop too"


def test_what_comes_later_does_not_decide() -> None:
    """Until quarter 20 nobody knows what happens after it: other later draws, the same handovers before."""
    scenario = Scenario().replace(HARD)
    one, other = draws(1), draws(2)
    mixed = one.__class__(**{
        name: np.concatenate([value[:, :20], getattr(other, name)[:, 20:]], axis=1)
        if isinstance(value := getattr(one, name), np.ndarray) and value.ndim == 2 and value.shape[1] >= 40 else value
        for name in one.__dataclass_fields__
    })
    here, there = center_of(scenario, one)[1], center_of(scenario, mixed)[1]
    early = here.default_quarter <= 19
    assert early.sum() > 5
    assert (here.default_quarter[early] == there.default_quarter[early]).all()
    assert ((there.default_quarter <= 19) == early).all()
    assert (here.owner[:, 40] != there.owner[:, 40]).any()


def test_luck_of_the_sale_does_not_decide_either() -> None:
    shocks = draw_shocks(1, 64)
    here = center_of(Scenario().replace(HARD), shocks)[1]
    there = center_of(Scenario().replace(HARD), replace(shocks, dc_exit_cap_z=-shocks.dc_exit_cap_z))[1]
    early = here.default_quarter < 40
    assert (here.default_quarter[early] == there.default_quarter[early]).all()


def test_both_tests_of_the_lender_limit_the_loan() -> None:
    scenario = Scenario()
    base = scenario.rates.base_rate

    def size(**changes: Any) -> float:
        moved = scenario.replace({path.replace("__", "."): value for path, value in changes.items()})
        return sized(moved.construction_loan, moved.data_center, moved.leasing, base).principal

    assert size() == pytest.approx(0.65 * 17.6e6), "loan to cost binds at first"
    tight = size(construction_loan__sizing_dscr=1.6)
    assert tight < size()
    assert size(construction_loan__sizing_dscr=1.6, construction_loan__loan_to_cost=0.75) == tight
    assert size(data_center__tenant="non_ig") < size(), "dearer money carries less"
    assert size(data_center__prelease=0.0) == 0.0
    nothing = scenario.replace({"data_center.prelease": 0.0})
    terms = sized(nothing.construction_loan, nothing.data_center, nothing.leasing, base)
    assert terms.nothing == "nothing is lent: the leases signed before delivery cannot serve a loan"
    assert sized(scenario.construction_loan, scenario.data_center, scenario.leasing, base).coupon == base + 0.03
    weak = scenario.replace({"data_center.tenant": "non_ig"})
    assert sized(weak.construction_loan, weak.data_center, weak.leasing, base).coupon == base + 0.045
