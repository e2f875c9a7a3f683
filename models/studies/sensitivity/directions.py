"""Which way an expert expects each class to go when a slider rises, and why in one line; a test holds the model to it.

``turns`` stands where two effects oppose each other, so that no single sign is true over the whole range.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from models.studies.sensitivity.levers import Shape


@dataclass(frozen=True)
class Direction:
    """Expected shape of a curve and its reason."""

    shape: Shape
    why: str


def _ways(**shown: str) -> Mapping[str, Direction]:
    """Directions by class from ``"shape: reason"``."""
    pairs = {key: text.split(": ", 1) for key, text in shown.items()}
    return {key: Direction(shape, why) for key, (shape, why) in pairs.items()}  # type: ignore[arg-type]


DIRECTIONS: Mapping[str, Mapping[str, Direction]] = {
    "demand.growth_now": _ways(
        gpu_fleet="rises: capacity follows growth late, and what stands early is scarce",
        data_center="rises: halls stay let and rents follow; a fixed budget that pays part of them is shared by more",
        gpu_debt="rises: what runs without a customer earns a little more",
        hardware_supplier="rises: sales are additions, and a faster market adds more",
        llm_developer="rises: its revenue is a share of what customers pay for AI",
        cloud_platform="rises: it sells its share of more compute",
    ),
    "overcapacity.peak": _ways(
        gpu_fleet="falls: rents fall with every machine that nobody needs",
        data_center="falls: tenants with idle machines leave space empty, late and for long",
        gpu_debt="falls: customers default and collateral is worth less at the same time",
        hardware_supplier="turns: a glut is sold before it is felt; orders and financed customers go after",
        llm_developer="rises: it rents what others own, and a glut makes that cheap",
        cloud_platform="falls: it owns what it rents out",
    ),
    "overcapacity.peak_quarter": _ways(
        gpu_fleet="turns: worst while a machine earns most; a glut after its life does not reach it",
        data_center="turns: an early glut is over before leases end, one at the sale lowers its price",
        gpu_debt="turns: worst before the loan is repaid, harmless after",
        hardware_supplier="turns: sales before a late glut count, but not if shares are sold in its middle",
        llm_developer="rises: the later rents are low, the larger the bill they are paid on",
        cloud_platform="falls: a late glut meets the larger business, and the sale",
    ),
    "clearing.spot_price": _ways(
        gpu_fleet="rises: scarcity today is rent today",
        data_center="rises: scarcity is less idle space",
        gpu_debt="rises: customers keep contracts that are cheap, and collateral is dear",
        hardware_supplier="rises: scarce hardware sells dearer at a better margin",
        llm_developer="falls: it pays the rent",
        cloud_platform="rises: its compute brings more",
    ),
    "hardware.deflation_surprise": _ways(
        gpu_fleet="falls: the next machine is cheaper and sets the rent of this one",
        data_center="turns: more machines need space, but theirs are the tenants that default",
        gpu_debt="falls: the collateral is the machine that gets cheap",
        hardware_supplier="falls: the same machine brings less, and what buyers save does not all come back",
        llm_developer="rises: it buys compute for less than it planned",
        cloud_platform="rises: it buys for less what it sells a share of",
    ),
    "demand.efficiency_factor": _ways(
        gpu_fleet="falls: less compute is needed for the same work",
        data_center="falls: idle machines need no space",
        gpu_debt="falls: customers can rent for less, and some stop paying",
        hardware_supplier="falls: fewer machines are ordered",
        llm_developer="rises: it keeps the half of the saving that customers do not get",
        cloud_platform="falls: it rents out compute that fewer ask for",
    ),
    "localization.share": _ways(
        gpu_fleet="falls: idle capacity in one bloc serves no other",
        data_center="level: a hall is let to who is there already",
        gpu_debt="level: a contract serves the loan wherever data may go",
        hardware_supplier="level: as many machines are bought, in other places",
        llm_developer="level: it rents where it may; only champions are protected",
        cloud_platform="falls: local rules cost money, and joint ventures take a part",
    ),
    "policy.intensity": _ways(
        gpu_fleet="turns: a part of what programs pay reaches it; what they build lowers its rents later",
        data_center="turns: a part reaches it, and a glut of public builds does too",
        gpu_debt="level: its contract stands between the loan and rents",
        hardware_supplier="rises: programs buy machines",
        llm_developer="turns: cheaper rents at home, but public buyers bid for them first",
        cloud_platform="turns: mandates that come with programs bind its customers; more compute is sold after",
    ),
    "rates.base_rate": _ways(
        gpu_fleet="falls: its contracts must earn more at rents that stay as agreed",
        data_center="falls: its loan costs more, it must earn more, and who buys it asks for a higher yield",
        gpu_debt="rises: barely, as its coupon follows and the discount agreed at closing stays",
        hardware_supplier="falls: it must earn more on the same sales",
        llm_developer="falls: it must earn more, and nearly all it is worth comes at the sale",
        cloud_platform="falls: it must earn more, and most of it comes late",
    ),
    "gpu_fleet.hazard_scale": _ways(
        gpu_fleet="falls: the contract is only as good as who signed it",
        data_center="level: its tenant is another company with a hazard of its own",
        gpu_debt="falls: the contract is what the loan is served from",
        hardware_supplier="level: its customers have hazards of their own",
        llm_developer="level: it is a customer and has none of these",
        cloud_platform="level: it sells to many",
    ),
    "gpu_fleet.power_price": _ways(
        gpu_fleet="falls: power is a third of its running cost",
        data_center="level: tenants pay for power",
        gpu_debt="falls: less cash is left to serve it",
        hardware_supplier="level: one place's price of power moves no order",
        llm_developer="level: rents are set by the market, not by one place",
        cloud_platform="level: this is the power of the scenario's own fleet",
    ),
}
