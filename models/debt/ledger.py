"""Names of everything the waterfall reads, writes and logs."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.basis.timeline import Array

DUST = 1e-9  # USD per unit of collateral below which a balance counts as repaid

# Rows of the step log, in order of payment; each has what was due and what was paid.
STEPS = (
    "cash available", "new loan at maturity", "from trap", "from reserve", "equity cure", "agent fee", "swap",
    "senior interest", "senior principal", "balloon", "reserve top-up", "service of the new loan", "mezzanine interest",
    "mezzanine principal", "senior prepayment", "trapped", "released", "equity",
)
CASH, REFINANCE, FROM_TRAP, FROM_RESERVE, CURE, FEE, SWAP = range(7)
INTEREST, PRINCIPAL, BALLOON, TOP_UP, REFI_SERVICE, MEZZ_INTEREST = range(7, 13)
MEZZ_PRINCIPAL, PREPAY, TRAP, RELEASE, EQUITY = range(13, 18)
# Rules that can fire in a quarter, as bits of ``rule``.
LOCKUP, EVENT, TRAPPED, CURED, DEFAULTED, REPAID, PIK = 1, 2, 4, 8, 16, 32, 64
EARLY, ACCELERATED, REFINANCED, MATURITY = 128, 256, 512, 1024


class LoanRules(NamedTuple):
    """Numbers of the loan, see ``terms.LoanTerms``; rates are per quarter, money USD per unit of collateral.

    ``opening`` balance expected when service begins, ``opening_reserve`` paid in at closing, ``early_dscr`` and
    ``early_ltv`` triggers of early amortization (minus infinity and infinity: off), ``balloon`` due at the end.
    """

    first: int
    last: int
    is_level: bool
    installment: float
    opening: float
    mezz_installment: float
    pays_in_kind: bool
    capitalizes: bool
    discount: float
    agent_fee: float
    opening_reserve: float
    reserve_quarters: float
    reserve_rate: float
    lockup: float
    event_of_default: float
    accelerates: bool
    early_dscr: float
    early_ltv: float
    early_customer: bool
    sweep: float
    ltv_cap: float
    cures: int
    cure_cover: float
    sale_share: float
    recovery_lag: int
    contract_recovery: float
    hedged: float
    swap_rate: float
    is_super_senior: bool
    refinances: bool
    balloon: float
    refi_ltv: float
    refi_coverage: float
    refi_margin: float
    refi_quarters: int


class LoanInputs(NamedTuple):
    """Curves and paths the loan meets, USD per unit of collateral.

    ``rate`` all-in, ``base`` rate a swap receives and ``termination`` value of a swap (USD the borrower owes per USD
    hedged), per quarter, (quarters + 1, paths or 1); ``mezz_rate``, ``plan`` scheduled principal,
    ``draw`` and ``mezz_draw``, ``fee`` charged by the lender until service begins, (quarters + 1,); ``cfads``,
    ``value`` and ``claim`` (quarters + 1, paths); ``lost`` customer and ``cover`` of a state's guarantee,
    (quarters + 1, paths or 1).
    """

    rate: Array
    base: Array
    termination: Array
    mezz_rate: Array
    plan: Array
    draw: Array
    mezz_draw: Array
    fee: Array
    cfads: Array
    value: Array
    claim: Array
    lost: NDArray[Any]
    cover: Array


class LoanPaths(NamedTuple):
    """Result of the waterfall, USD unless said otherwise: (paths, quarters + 1), time-major inside the loop.

    ``lender``, ``mezzanine`` and ``equity`` receipts (equity negative when it cures), ``interest``, ``principal`` paid,
    ``prepaid``, ``balance`` closing, the same for the mezzanine, ``reserve`` and ``trap`` closing, ``service`` due:
    interest, scheduled principal without a balloon, and swap; ``dscr`` cash after the agent's fee over it, NaN without;
    ``unpaid`` operating cost, ``recovery`` received, ``reserve_income``, ``cure`` paid in, ``sale`` proceeds,
    ``guarantee`` paid by the state, ``written_off`` mezzanine, ``rule`` bits of what fired (``LOCKUP`` ...),
    ``capitalized`` interest and fees added to the balance, ``lender_fees`` paid in cash, ``agent`` fee, ``swap`` net
    receipts of the swap bank, ``refinance`` net receipts of the lender that refinances the balloon and ``refi_balance``
    owed to it; ``default_quarter`` (paths,) beyond the horizon if none, ``exposure`` and ``loss`` at default (paths,),
    ``log`` (quarters + 1, steps, 2) due and paid of each step when asked for.
    """

    lender: Array
    mezzanine: Array
    equity: Array
    interest: Array
    principal: Array
    prepaid: Array
    balance: Array
    mezz_balance: Array
    mezz_interest: Array
    mezz_principal: Array
    reserve: Array
    trap: Array
    service: Array
    dscr: Array
    unpaid: Array
    recovery: Array
    reserve_income: Array
    cure: Array
    sale: Array
    guarantee: Array
    written_off: Array
    rule: Array
    capitalized: Array
    lender_fees: Array
    agent: Array
    swap: Array
    refinance: Array
    refi_balance: Array
    default_quarter: NDArray[np.int64]
    exposure: Array
    loss: Array
    log: Array

    @property
    def repaid(self) -> Array:
        """Principal paid on schedule or before it, (paths, quarters + 1), USD."""
        return np.asarray(self.principal + self.prepaid)

    @property
    def is_defaulted(self) -> NDArray[np.bool_]:
        """Whether the loan defaulted on a path, (paths,)."""
        return np.asarray(self.default_quarter < self.balance.shape[1])


LINES = LoanPaths._fields.index("default_quarter")
"""Fields of `LoanPaths` that have a row for each quarter; they come first."""
