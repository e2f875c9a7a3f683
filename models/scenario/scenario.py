"""A scenario: every assumption of an evaluation, composed from the slices that declare them."""

from __future__ import annotations

from typing import Any

from pydantic import Field, ValidationError, model_validator

from models.assets.cloud_platform import CloudCapital, CloudPlatform
from models.assets.data_center.building import DataCenter
from models.assets.data_center.leasing import Leasing
from models.assets.data_center.loan import ConstructionLoan
from models.assets.gpu_debt.loan import Covenants, GpuDebt
from models.assets.gpu_fleet.chip import Chip, Cluster
from models.assets.gpu_fleet.fleet import MARKET_POWER_PRICE, GpuFleet
from models.assets.gpu_fleet.guarantee import ResidualGuarantee
from models.assets.gpu_fleet.stages import FleetStages
from models.assets.hardware_supplier.credit import SupplierCredit
from models.assets.hardware_supplier.supplier import HardwareSupplier
from models.assets.llm_developer import LlmCosts, LlmDeveloper, LlmFunding
from models.basis.assumption import Assumptions
from models.basis.entry import check
from models.basis.investor import Entry, Rates, Run
from models.basis.refusal import refused
from models.basis.tax import Tax
from models.debt.contract import ContractCredit
from models.debt.structure import LoanPricing, LoanTriggers, Mezzanine, RentFloor
from models.errors import ScenarioError
from models.market.ai_revenue import AiRevenue
from models.market.capacity import Capacity, Overcapacity, Pipeline
from models.market.clearing import Clearing
from models.market.customer import Contagion, Offtaker
from models.market.demand import Demand
from models.market.export import ExportControl
from models.market.localization import Localization
from models.market.long_run import Hardware
from models.market.regime import Regime
from models.market.simulate import Setting
from models.policy.program import Policy
from models.scenario.in_force import in_force

# Zero volatility: what `--no-shocks` switches off, hazards included.
CALM: dict[str, float | bool] = {
    "demand.volatility": 0.0, "demand.bust_rate": 0.0, "hardware_supplier.share_sd": 0.0,
    "llm_developer.quality_sd": 0.0, "cloud_platform.core_sd": 0.0, "cloud_platform.ai_share_sd": 0.0,
    "regime.is_on": False, "export.rate": 0.0, "data_center.overrun_sd": 0.0, "data_center.exit_cap_sd": 0.0,
    "contract_credit.sovereign_default": 0.0, "contract_credit.cliff_rate": 0.0,
    "contract_credit.renegotiation_rate": 0.0, "loan_pricing.volatility": 0.0,
    "offtaker.ig_base": 0.0, "offtaker.ig_price": 0.0, "offtaker.ig_demand": 0.0,
    "contagion.lab_share": 0.0,
    "offtaker.non_ig_base": 0.0, "offtaker.non_ig_price": 0.0, "offtaker.non_ig_demand": 0.0,
}


class Scenario(Assumptions):
    """Frozen and validated; equal scenarios give equal numbers."""

    demand: Demand = Field(default=Demand(), title="Demand")
    ai_revenue: AiRevenue = Field(default=AiRevenue(), title="AI revenue")
    overcapacity: Overcapacity = Field(default=Overcapacity(), title="Overcapacity")
    pipeline: Pipeline = Field(default=Pipeline(), title="Who builds")
    capacity: Capacity = Field(default=Capacity(), title="Capacity")
    clearing: Clearing = Field(default=Clearing(), title="Price and utilization")
    localization: Localization = Field(default=Localization(), title="Localization")
    hardware: Hardware = Field(default=Hardware(), title="Hardware")
    regime: Regime = Field(default=Regime(), title="Boom and bust regimes")
    export: ExportControl = Field(default=ExportControl(), title="Export controls")
    policy: Policy = Field(default=Policy(), title="Sovereign programs")
    offtaker: Offtaker = Field(default=Offtaker(), title="Customer credit")
    contagion: Contagion = Field(default=Contagion(), title="Contagion from a lab")
    gpu_fleet: GpuFleet = Field(default=GpuFleet(), title="GPU fleet")
    chip: Chip = Field(default=Chip(), title="Chip")
    cluster: Cluster = Field(default=Cluster(), title="Cluster size and place")
    fleet_stages: FleetStages = Field(default=FleetStages(), title="Stages of a machine's life")
    residual_guarantee: ResidualGuarantee = Field(default=ResidualGuarantee(), title="Vendor guarantee")
    data_center: DataCenter = Field(default=DataCenter(), title="Data center")
    leasing: Leasing = Field(default=Leasing(), title="Leasing")
    construction_loan: ConstructionLoan = Field(default=ConstructionLoan(), title="Data center loan")
    gpu_debt: GpuDebt = Field(default=GpuDebt(), title="GPU-backed debt")
    covenants: Covenants = Field(default=Covenants(), title="Covenants and recovery")
    loan_pricing: LoanPricing = Field(default=LoanPricing(), title="Draws, fees and base rate")
    loan_triggers: LoanTriggers = Field(default=LoanTriggers(), title="Triggers and refinancing")
    mezzanine: Mezzanine = Field(default=Mezzanine(), title="Mezzanine")
    contract_credit: ContractCredit = Field(default=ContractCredit(), title="Credit of the contract")
    rent_floor: RentFloor = Field(default=RentFloor(), title="Rent floor")
    hardware_supplier: HardwareSupplier = Field(default=HardwareSupplier(), title="Hardware supplier")
    supplier_credit: SupplierCredit = Field(default=SupplierCredit(), title="Supplier's customers and commitments")
    llm_developer: LlmDeveloper = Field(default=LlmDeveloper(), title="LLM developer")
    llm_costs: LlmCosts = Field(default=LlmCosts(), title="LLM costs")
    llm_funding: LlmFunding = Field(default=LlmFunding(), title="LLM funding")
    cloud_platform: CloudPlatform = Field(default=CloudPlatform(), title="Cloud platform")
    cloud_capital: CloudCapital = Field(default=CloudCapital(), title="Cloud capital")
    rates: Rates = Field(default=Rates(), title="Rates")
    tax: Tax = Field(default=Tax(), title="Tax")
    entry: Entry = Field(default=Entry(), title="Entry price")
    run: Run = Field(default=Run(), title="Draws")

    @model_validator(mode="after")
    def _fields_agree(self) -> Scenario:
        for message in disagreements(self):
            raise ValueError(message)
        return self

    @classmethod
    def preset(cls, name: str) -> Scenario:
        """Scenario of a named preset; raises ScenarioError with the nearest names if there is none."""
        from models.scenario.file import preset_scenario

        return preset_scenario(name)

    def replace(self, changes: dict[str, Any]) -> Scenario:
        """Scenario with dotted paths set to new values, fully validated.

        Raises
        ------
        ScenarioError
            Naming field, value and bound.
        """
        data = self.model_dump()
        for path, value in changes.items():
            _assign(data, path, value)
        try:
            return Scenario.model_validate(data)
        except ValidationError as error:
            raise ScenarioError(explain(error)) from None

    @property
    def calm(self) -> Scenario:
        """The same scenario without volatility, jumps and hazards."""
        still: dict[str, dict[str, Any]] = {}
        for path, value in CALM.items():
            group, name = path.split(".")
            still.setdefault(group, {})[name] = value
        programs = tuple(one.derived(schedule=one.schedule.derived(cliff_rate=0.0)) for one in self.policy.programs)
        calm = {group: getattr(self, group).derived(**fields) for group, fields in still.items()}
        return self.derived(**calm, policy=self.policy.derived(programs=programs))

    @property
    def in_force(self) -> Scenario:
        """The same with cash rate, hurdles and exit yields as they are at its base rate."""
        return in_force(self)

    @property
    def setting(self) -> Setting:
        """What the market is made of."""
        return Setting(
            hardware=self.in_force.hardware, demand=self.demand, overcapacity=self.overcapacity, pipeline=self.pipeline,
            capacity=self.capacity, clearing=self.clearing, localization=self.localization, policy=self.policy,
            regime=self.regime, export=self.export,
            contract_quarters=min(self.gpu_fleet.contract_quarters, self.hardware.life_quarters),
        )

    @property
    def neutral(self) -> Scenario:
        """The world fair prices are built on: no glut, no policy, no surprise (model 3, "two entries")."""
        source = self if self.entry.expectations == "scenario" else Scenario()
        todays = ("balance_utilization", "ceiling_utilization", "price_index", "spot_price")
        return self.derived(
            demand=source.demand.derived(efficiency_factor=1.0),
            ai_revenue=source.ai_revenue.derived(revenue_now=self.ai_revenue.revenue_now),
            overcapacity=Overcapacity(),
            pipeline=source.pipeline,
            capacity=source.capacity,
            clearing=source.clearing.derived(**{name: getattr(self.clearing, name) for name in todays}),
            localization=self.localization.derived(
                share=source.localization.share, flexibility=source.localization.flexibility, fragmentation=None,
                home_share=1.0,
            ),
            hardware=self.hardware.derived(deflation_surprise=0.0),
            policy=Policy(),
            regime=source.regime,
            export=ExportControl(),
            gpu_fleet=self.gpu_fleet.derived(cost_factor=1.0, power_price=MARKET_POWER_PRICE, power_price_by_year=None),
            cluster=self.cluster.derived(place="own"),
            run=Run(),
        )


def explain(error: ValidationError) -> str:
    """One line a problem, in the words of the declaration: field, value, bound with its unit."""
    from models.scenario.catalog import MAX_PROGRAMS, declared

    lines = []
    for item in error.errors():
        path = ".".join(map(str, item["loc"]))
        words = "no such assumption" if item["type"] == "extra_forbidden" else refused(item)
        line = f"{path}: {words}" if path else words
        try:
            if declaration := declared(MAX_PROGRAMS).get(path):
                check(declaration, item["input"])
        except ScenarioError as refusal:
            line = str(refusal)
        lines.append(line)
    return "; ".join(lines)


def _assign(data: dict[str, Any], path: str, value: Any) -> None:
    """Set a dotted path in nested data; list items are numbered from zero."""
    keys = path.split(".")
    node: Any = data
    for depth, key in enumerate(keys[:-1]):
        node = _step(node, key, ".".join(keys[: depth + 1]))
    last = keys[-1]
    if isinstance(node, list | tuple):
        raise ScenarioError(f"{path}: name the field inside the list item")
    if not isinstance(node, dict) or last not in node:
        raise ScenarioError(f"{path}: no such assumption")
    node[last] = value


def _step(node: Any, key: str, path: str) -> Any:
    if isinstance(node, dict) and key in node:
        if isinstance(node[key], tuple):
            node[key] = list(node[key])
        return node[key]
    if isinstance(node, list) and key.isdigit() and int(key) < len(node):
        return node[int(key)]
    raise ScenarioError(f"{path}: no such assumption")


def disagreements(s: Scenario) -> list[str]:
    """Rules that involve more than one field."""
    out = []
    p = s.pipeline
    total = p.hyperscaler_share + p.local_share + p.sovereign_share
    if abs(total - 1.0) > 1e-6:
        out.append(f"pipeline: the shares of the three builders add to {total:g}, they must add to 1")
    if s.clearing.balance_utilization > s.clearing.ceiling_utilization:
        out.append(
            f"clearing.balance_utilization: {s.clearing.balance_utilization:g} is above "
            f"clearing.ceiling_utilization {s.clearing.ceiling_utilization:g}"
        )
    if s.hardware.idle_cost > 0.8 * (s.hardware.cash_cost or 1.0):
        out.append(
            f"hardware.idle_cost: {s.hardware.idle_cost:g} must stay below 80% of "
            f"hardware.cash_cost {s.hardware.cash_cost:g}"
        )
    if s.llm_funding.sale_low > s.llm_funding.sale_high:
        out.append(
            f"llm_funding.sale_low: {s.llm_funding.sale_low:g} is above "
            f"llm_funding.sale_high {s.llm_funding.sale_high:g}"
        )
    if s.leasing.term_short > s.leasing.term_long:
        out.append(f"leasing.term_short: {s.leasing.term_short} is above leasing.term_long {s.leasing.term_long}")
    return out
