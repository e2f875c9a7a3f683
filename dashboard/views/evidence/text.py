"""Method, what was avoided on purpose, and known limits, in plain words."""

from __future__ import annotations

METHOD = """
Every asset here is a claim on the same few futures of one market. Demand for compute grows along an assumed path and
is disturbed by slow swings and sudden busts. Builders order machines years ahead, in answer to old prices. Where
capacity and demand meet, a rental price clears, and it takes time to move. Six asset classes then live through the same
futures, so what they have in common and what hedges what is an outcome, not an input.

**The price that pays for a new machine** falls every year, because machines get cheaper. A buyer must earn the hurdle
while rents fall, so today's break-even rent is far above a level annuity.

**Overcapacity** is an input once (planned stock beyond what demand pays for) and an outcome once (on each future). It
is measured at the break-even price. Utilization would hide it: price cuts refill machines.

**Programs** act twice, and never twice for the same dollar. They pay recipients as far as their money reaches, less
what vendors bid away; and they add capacity and demand for everybody. Announced money is not paid money, a program can
end early, and the capacity it built stays.

**Fair entry** sets each price so that the mean return equals the hurdle in a neutral world. What tells classes apart is
then risk and what the scenario changes, not the price someone happened to type in.

**Noise** of the sampling is shown as two standard errors. Differences within it are called too close to call.
"""

AVOIDED = """
- Break-even rent as a level annuity while hardware gets cheaper every year.
- Returns and volatilities typed in class by class, with a correlation table on top.
- Means of internal rates of return; futures dropped because they lost everything.
- Utilization as the measure of a glut.
- A subsidy that only helps: no answer of capacity, no end, no vendor who takes part of it.
- The same subsidy counted as a lower market price and again as a gain of its recipient.
- Capacity that adjusts at once, or never.
- One loss given default for every future, recovery on book value, book life as economic life.
- Debt as a bond with a fixed hazard: here it has a waterfall, a reserve, a sweep and covenants.
- A sale at today's yield on past income.
- An LLM developer as a lottery ticket without dilution or failure, or as a holder of compute: it pays for compute.
- Supplier revenue that follows the installed base; it follows what is added.
- Scenarios compared on different draws; busts that quietly lower mean demand.
- Announced budgets taken as cash, or private pledges taken as subsidy.
- On-demand, contract and spot prices of compute mixed in one series.
"""

LIMITS = """
- A bloc has its own price only through the share of demand that must stay at home; there is no full regional market.
- One unit of compute, the H100-equivalent, stands for very different chips.
- The base interest rate does not move by itself; set, it moves cash, hurdles and exit yields, and rents only if told.
- There are no exchange rates, and taxes are stylized.
- Companies (supplier, developer, cloud) are drawn with few lines; their contracts have no options beyond default.
- There is at most one full cycle of history for any of this, and much of it comes from press reports.
- Builders know the plan but not the future. They follow rules; they do not optimize.
- Power for what stands today is taken at today's machines; older ones draw more.
- Many of the numbers are judgment. They are marked, bounded, and yours to change.
- The error of the model is larger than the sampling noise, and it is not shown because nobody knows it.
"""

SECTIONS = (
    ("How it works", METHOD),
    ("What an expert would reject, and this model does not do", AVOIDED),
    ("Known limits", LIMITS),
)
