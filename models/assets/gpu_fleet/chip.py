"""The chip a fleet is made of, and how many of them: price, power, age and scale against the market's H100-equivalent.

The market is counted in H100-equivalents of new hardware. A buyer of another chip, or of another size, pays and earns
differently; what is declared here is only that difference, so with nothing declared a fleet is the market's own.
"""

from __future__ import annotations

from math import log10

from models.basis.assumption import Assumptions, assumption, choice
from models.evidence.power_prices import OWN, PLACES

HOURS_Y = 8_760.0
REFERENCE_GPUS = 1_024
"""Size at which the market's installed cost and running cost hold."""

LEAST_SCALE = 0.7
LEAST_RUNNING_COST = 0.02
IDLE_PART = 0.8
SERVICE_PART = 0.06
"""Yearly service inside the market's running cost, as a share of installed cost (model 1.1: "other 6% of capex")."""


class Chip(Assumptions):
    """One GPU of the fleet against the market's new hardware."""

    h100e: float = assumption(
        1.0, unit="H100e/GPU", low=0.1, high=8.0, step=0.05, symbol="w", status="assumption",
        label="Performance of one GPU", source="gpu_prices-042",
        help="Compute of one GPU in H100-equivalents, by which its price and its power are shared out.",
    )
    price: float | None = assumption(
        None, unit="USD/GPU", low=1_000.0, high=150_000.0, step=500.0, symbol="K_gpu", status="assumption",
        label="Installed price of one GPU", source="gpu_prices-007", none="what the market pays for as much compute",
        help="What one GPU costs with its share of server, network and storage, new or used.",
    )
    power_kw: float | None = assumption(
        None, unit="kW/GPU", low=0.1, high=4.0, step=0.02, symbol="κ_gpu", status="assumption",
        label="IT power of one GPU", source="gpu_prices-035", none="what the market needs for as much compute",
        help="Power of one GPU with its share of the server, before the facility's overhead.",
    )
    life_quarters: int | None = assumption(
        None, unit="quarters", low=4, high=32, step=1, symbol="N_gpu", status="assumption",
        label="Remaining technical life", source="gpu_prices-051", none="the economic life of new hardware",
        help="Quarters the chip can still earn after the ramp, which are few for one bought used.",
    )
    rent_factor: float = assumption(
        1.0, unit="x market", low=0.3, high=1.3, step=0.05, symbol="ρ_chip", status="assumption",
        label="Rent of its compute against the market", source="gpu_prices-047",
        help="What an H100-equivalent hour on this chip earns against the market, lower where software or memory lags.",
    )
    space_rent: float = assumption(
        1.5e6, unit="USD/MW-year", low=0.5e6, high=3.0e6, step=0.05e6, symbol="rent", status="assumption",
        label="Space rented for its power", source="s1_rittenhouse",
        help="Data center rent for each MW of IT power, of which a less efficient chip needs more.",
    )


class Cluster(Assumptions):
    """How many GPUs are bought and where they stand, and what size changes."""

    gpus: int = assumption(
        REFERENCE_GPUS, unit="count", low=8, high=1_000_000, step=8, symbol="N_gpu",
        label="GPUs in the fleet", source="capacity_pipeline-071",
        help="Number of GPUs bought, which turns results of one unit into totals.",
    )
    place: str = choice(
        OWN, options=PLACES, label="Power price of", source="data_centers-052", symbol="place",
        help="Place whose power price the fleet pays, instead of the local power price typed under GPU fleet.",
    )
    network_share: float = assumption(
        0.12, unit="share of cost", low=0.0, high=0.4, step=0.01, symbol="n",
        label="Network and storage in the cost", source="gpu_prices-011",
        help="Share of installed cost that is interconnect and storage, in a cluster of 1,024 GPUs.",
    )
    network_growth: float = assumption(
        0.10, unit="share per tenfold size", low=0.0, high=0.5, step=0.01, symbol="g_n",
        label="Network and storage, growth with size", source="judgment",
        help="How much interconnect and storage cost more for each GPU when the cluster is ten times as large.",
    )
    volume_discount: float = assumption(
        0.03, unit="share per tenfold size", low=0.0, high=0.15, step=0.01, symbol="d_v",
        label="Volume discount", source="judgment",
        help="How much less the rest costs for each GPU when the order is ten times as large.",
    )
    minimum_service: float = assumption(
        40_000.0, unit="USD/year", low=0.0, high=2_000_000.0, step=10_000.0, symbol="S_min",
        label="Least service a cluster needs", source="judgment",
        help="Yearly cost of staff and support that even the smallest cluster pays, where the market's is lower.",
    )


def units(chip: Chip, cluster: Cluster) -> float:
    """Size of the fleet, H100e."""
    return cluster.gpus * chip.h100e


def scale(cluster: Cluster) -> float:
    """Cost of a unit in a cluster of this size against one of 1,024 GPUs; exactly one there."""
    tenfolds = log10(cluster.gpus / REFERENCE_GPUS)
    network, rest = cluster.network_share, 1.0 - cluster.network_share
    return max(LEAST_SCALE, 1.0 + tenfolds * (network * cluster.network_growth - rest * cluster.volume_discount))


def hardware_price(chip: Chip, market: float) -> float:
    """Price of one H100e of this chip, USD; the market's where none is declared."""
    return market if chip.price is None else chip.price / chip.h100e


def it_power(chip: Chip, market: float) -> float:
    """IT power of one H100e of this chip, kW; the market's where none is declared."""
    return market if chip.power_kw is None else chip.power_kw / chip.h100e


def space_cost(chip: Chip) -> float:
    """Rent of a kW for an hour, USD."""
    return chip.space_rent / (1_000.0 * HOURS_Y)


def extra_service(chip: Chip, cluster: Cluster, installed_cost: float) -> float:
    """Service beyond what the market's running cost contains, USD for an H100e-hour; zero for all but small fleets."""
    included = SERVICE_PART * installed_cost / HOURS_Y
    return max(0.0, cluster.minimum_service / (HOURS_Y * units(chip, cluster)) - included)
