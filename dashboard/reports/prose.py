"""What every report says in the same words: how the figures are made, what they are not, how to read the charts."""

METHOD = (
    "One quarterly model of ten years: demand, three kinds of builders, sovereign programs and technology set "
    "capacity; capacity against demand sets rent.",
    "The same futures reach all six classes, so differences are not luck: rent becomes cash flow, loan coverage, "
    "collateral, and the developer's compute bill.",
    "At fair entry a class costs what makes it earn its hurdle in a neutral world; at cost or market, what is "
    "asked today.",
    "Loss is counted twice: less money back than paid in, and less than cash. The worst 5% is a mean against "
    "cash, per dollar committed.",
    "Draws come from a seed (scrambled Sobol): the same link, the same figures. Standard errors come from "
    "independent scrambles.",
)
LIMITS = (
    "Figures are conditional on the assumptions. Currencies are not simulated, base rates only for a loan that "
    "asks; taxes and company accounts are stylized; chips of all makes are counted in H100 equivalents (H100e). "
    "GPU rents have one full cycle of history at most, and no GPU-backed loan is known to have defaulted: losses "
    "come from the model. Sampling error is shown; model error is not, and is larger."
)
DISCLAIMER = "Not investment advice. Assay computes what follows from stated assumptions and recommends nothing."

MAP_NOTE = (
    "Mark: median IRR at fair entry, circles for picks and shovels, diamonds for LLM and cloud. Whisker: 5th to "
    "95th percentile. Pale bar: two standard errors of the loss each way."
)
CALM_MAP_NOTE = (
    "Mark: IRR at fair entry on the one path without shocks; its loss against cash lies across. A negative loss "
    "is a gain."
)
FAN_NOTE = (
    "Line: median. Bands: half and nine tenths of all futures. Dashed: break-even, the rent that pays for a new "
    "machine. Surplus is measured at that rent; low rents refill machines, so utilization alone hides it."
)
TABLE_NOTE = (
    "Fair: earns the hurdle in a neutral world. Cost or market: what is asked today. Money back: median multiple "
    "of money paid in."
)
CALM_TABLE_NOTE = "One path without shocks: every percentile is that path."
