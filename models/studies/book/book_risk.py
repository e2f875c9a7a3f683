"""What a book of loans can lose: joint distribution, what each loan adds to it, and where it is concentrated.

Shares are of the balance of the book. Contributions to a tail are mean losses on the paths that make up the tail
(Euler), so they add up to it.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass

import numpy as np
import pandas as pd

from models.basis.timeline import Array, quarter_start
from models.measures import risk
from models.studies.book.book import Book
from models.studies.book.tape import NO_CUSTOMER

CONFIDENCE = 0.95
GRID = 61
GROUPS = ("customer", "vintage")


@dataclass(frozen=True)
class BookRisk:
    """Risk of a book; losses as shares of ``balance`` (USD), each with its standard error.

    ``independent_cvar_95`` is the tail of the same loans if nothing tied them together, ``standalone_cvar_95`` the sum
    of their own tails. ``default_correlation`` is the mean over all pairs, ``same_customer_correlation`` over pairs
    with one customer; NaN where there is no pair, or none that ever defaults. ``largest_name_loss`` is what the book
    loses, on average, through the customer that costs most when it fails.
    """

    loans: int
    customers: int
    balance: float
    expected_loss: float
    expected_loss_se: float
    loss_sd: float
    loss_sd_se: float
    value_at_risk_95: float
    value_at_risk_95_se: float
    value_at_risk_99: float
    cvar_95: float
    cvar_95_se: float
    cvar_99: float
    cvar_99_se: float
    independent_cvar_95: float
    independent_cvar_95_se: float
    standalone_cvar_95: float
    diversification: float
    diversification_se: float
    any_default: float
    any_default_se: float
    default_correlation: float
    default_correlation_se: float
    same_customer_correlation: float
    same_customer_correlation_se: float
    customer_hhi: float
    vintage_hhi: float
    largest_name: str
    largest_name_loss: float
    largest_name_loss_se: float


def book_risk(book: Book) -> BookRisk:
    """Measure a book."""
    balance, share = float(book.balance.sum()), total_loss(book)
    names = concentration(book, "customer")
    alone = float(risk.cvar(book.loss, CONFIDENCE).sum()) / balance
    tail, apart = risk.cvar(share, CONFIDENCE), independent_loss(book)
    correlation, same = _correlation(book), _same_customer(book)
    any_default = book.is_defaulted.any(axis=0).astype(float)
    worst = names[names["loss_if_default"].notna()].nlargest(1, "loss_if_default")
    return BookRisk(
        loans=len(book.loans), customers=len(book.customers), balance=balance,
        expected_loss=float(share.mean()), expected_loss_se=risk.mean_standard_error(share, book.replicate),
        loss_sd=float(share.std()), loss_sd_se=risk.replicate_standard_error(np.std, share, book.replicate),
        value_at_risk_95=risk.value_at_risk(share, 0.95),
        value_at_risk_95_se=risk.replicate_standard_error(
            lambda part: risk.value_at_risk(part, 0.95), share, book.replicate
        ),
        value_at_risk_99=risk.value_at_risk(share, 0.99),
        cvar_95=tail, cvar_95_se=risk.cvar_standard_error(share, 0.95, book.replicate),
        cvar_99=risk.cvar(share, 0.99), cvar_99_se=risk.cvar_standard_error(share, 0.99, book.replicate),
        independent_cvar_95=risk.cvar(apart, CONFIDENCE),
        independent_cvar_95_se=risk.cvar_standard_error(apart, CONFIDENCE, book.replicate), standalone_cvar_95=alone,
        diversification=_saved(book.loss.T),
        diversification_se=risk.replicate_standard_error(_saved, book.loss.T, book.replicate),
        any_default=float(any_default.mean()), any_default_se=risk.mean_standard_error(any_default, book.replicate),
        default_correlation=correlation[0], default_correlation_se=correlation[1],
        same_customer_correlation=same[0], same_customer_correlation_se=same[1],
        customer_hhi=_hhi(names["balance_share"][names["name"] != NO_CUSTOMER]),
        vintage_hhi=_hhi(concentration(book, "vintage")["balance_share"]),
        largest_name=str(worst["name"].iloc[0]) if len(worst) else "",
        largest_name_loss=float(worst["loss_if_default"].iloc[0]) if len(worst) else 0.0,
        largest_name_loss_se=float(worst["loss_if_default_se"].iloc[0]) if len(worst) else 0.0,
    )


def total_loss(book: Book) -> Array:
    """Loss of the book over its balance, (paths,)."""
    return np.asarray(_added(book.loss) / book.balance.sum())


def independent_loss(book: Book) -> Array:
    """The same losses if nothing tied the loans together, (paths,): each loan's paths shuffled by its own name."""
    shuffled = np.empty_like(book.loss)
    for i, loan in enumerate(book.loans):
        order = np.random.default_rng([book.seed, zlib.crc32(loan.name.encode())]).permutation(book.loss.shape[1])
        shuffled[i] = book.loss[i, order]
    return np.asarray(_added(shuffled) / book.balance.sum())


def tail_weights(losses: Array, confidence: float = CONFIDENCE) -> Array:
    """Weight of each path in the tail mean, (paths,), adding to one; paths on the edge share what is left alike."""
    edge, count = risk.value_at_risk(losses, confidence), len(losses)
    beyond, on_edge = losses > edge, losses == edge
    weight = 1.0 / (count * (1.0 - confidence))
    left = 1.0 - weight * np.count_nonzero(beyond)
    return np.asarray(np.where(beyond, weight, 0.0) + np.where(on_edge, left / np.count_nonzero(on_edge), 0.0))


def loan_table(book: Book) -> pd.DataFrame:
    """One row a loan: what it owes, how often it defaults, what it loses, and what it adds to the book's tail."""
    weights, total = tail_weights(total_loss(book)), float(book.balance.sum())
    failed = book.is_defaulted.astype(float)
    lost = book.loss / book.balance[:, None]
    frame = pd.DataFrame({
        "loan": [loan.name for loan in book.loans],
        "offtaker": [loan.offtaker for loan in book.loans],
        "grade": [loan.grade if loan.contracted_share > 0 else "merchant" for loan in book.loans],
        "vintage": [quarter_name(loan.vintage) for loan in book.loans],
        "balance_usd": book.balance,
        "coupon": book.coupon,
        "wal_years": book.wal_years,
        "default_probability": failed.mean(axis=1),
        "default_probability_se": risk.mean_standard_error(failed, book.replicate),
        "expected_loss": lost.mean(axis=1),
        "expected_loss_se": risk.mean_standard_error(lost, book.replicate),
        "loss_rate": lost.mean(axis=1) / np.where(book.wal_years > 0, book.wal_years, np.nan),
        "expected_loss_contribution": book.loss.mean(axis=1) / total,
        "tail_contribution": book.loss @ weights / total,
        "tail_contribution_se": _tail_error(book, book.loss / total),
    })
    frame.attrs["units"] = LOAN_UNITS
    return frame


LOAN_UNITS = {
    "balance_usd": "USD", "coupon": "per year", "wal_years": "years", "default_probability": "share",
    "expected_loss": "share of balance", "loss_rate": "per year", "expected_loss_contribution": "share of book",
    "tail_contribution": "share of book",
}


def concentration(book: Book, by: str) -> pd.DataFrame:
    """Balance, expected loss and tail by ``"customer"`` or ``"vintage"`` year, largest balance first.

    Columns: name, loans, balance_share, loss_share (of the expected loss), tail_share (of the tail) with its error,
    default_probability of the customer, loss_if_default (what the book loses through this name on paths where it
    fails, share of book) with its error.
    """
    weights, total = tail_weights(total_loss(book)), float(book.balance.sum())
    by_loan = pd.DataFrame({
        "key": [_group(book, i, by) for i in range(len(book.loans))],
        "name": [_label(book, i, by) for i in range(len(book.loans))],
        "balance": book.balance, "loss": book.loss.mean(axis=1), "tail": book.loss @ weights,
    })
    grouped = by_loan.groupby("key", sort=True).agg(
        name=("name", "first"), loans=("name", "size"), balance=("balance", "sum"), loss=("loss", "sum"),
        tail=("tail", "sum"),
    )
    out = pd.DataFrame({
        "name": grouped["name"], "loans": grouped["loans"], "balance_share": grouped["balance"] / total,
        "loss_share": _parts(grouped["loss"]), "tail_share": _parts(grouped["tail"]),
    })
    rows = np.array([by_loan["key"] == key for key in grouped.index], dtype=float) @ book.loss
    tail = float(grouped["tail"].sum())
    out["tail_share_se"] = _tail_error(book, rows / tail) if tail > 0 else np.nan
    unknown = (np.nan, np.nan, np.nan)
    failures = [_failure(book, str(key), total) if by == "customer" else unknown for key in grouped.index]
    out[["default_probability", "loss_if_default", "loss_if_default_se"]] = np.array(failures)
    return out.sort_values(["balance_share", "name"], ascending=[False, True]).reset_index(drop=True)


def distribution(book: Book) -> pd.DataFrame:
    """Chance of losing more than each share of the book: loss, probability, independent, probability_se."""
    losses, apart = total_loss(book), independent_loss(book)
    top = float(max(losses.max(), apart.max(), 1e-6))
    grid = np.linspace(0.0, top, GRID)
    beyond = (losses[None, :] > grid[:, None]).astype(float)
    return pd.DataFrame({
        "loss": grid, "probability": beyond.mean(axis=1),
        "independent": (apart[None, :] > grid[:, None]).mean(axis=1),
        "probability_se": risk.mean_standard_error(beyond, book.replicate),
    })


def quarter_name(quarter: int) -> str:
    """Calendar name of a quarter counted from today: 2026-Q4."""
    first = quarter_start(quarter)
    return f"{first.year}-Q{(first.month - 1) // 3 + 1}"


def _added(losses: Array) -> Array:
    """Sum over loans, (paths,), the same to the last bit in any order of the tape."""
    return np.asarray(np.sort(losses, axis=0).sum(axis=0))


def _group(book: Book, i: int, by: str) -> str:
    loan = book.loans[i]
    return loan.customer_key if by == "customer" else str(quarter_start(loan.vintage).year)


def _label(book: Book, i: int, by: str) -> str:
    return book.loans[i].offtaker if by == "customer" else _group(book, i, by)


def _failure(book: Book, key: str, total: float) -> tuple[float, float, float]:
    """How often a customer fails, what the book then loses through it, and the standard error of that mean."""
    if key not in book.customers:
        return np.nan, np.nan, np.nan
    fails = book.customer_default[book.customers.index(key)] <= book.quarters
    rows = [i for i, loan in enumerate(book.loans) if loan.customer_key == key]
    through = book.loss[rows].sum(axis=0)[fails] / total
    if len(through) < 2:
        return float(fails.mean()), float(through.sum()), np.nan
    return float(fails.mean()), float(through.mean()), float(through.std(ddof=1) / np.sqrt(len(through)))


def _saved(losses: Array) -> float:
    """How much smaller the tail of the sum is than the sum of the tails, a share; losses (paths, loans)."""
    alone = float(np.asarray(risk.cvar(losses.T, CONFIDENCE)).sum())
    return 1.0 - float(risk.cvar(np.sort(losses, axis=1).sum(axis=1), CONFIDENCE)) / alone if alone > 0 else np.nan


def _tail_error(book: Book, losses: Array) -> Array:
    """Standard error of what each row of losses, (rows, paths), adds to the tail of the book, (rows,)."""

    def parts(both: Array) -> Array:
        return np.asarray(tail_weights(both[:, 0]) @ both[:, 1:])

    both = np.column_stack([total_loss(book), losses.T])
    return np.asarray(risk.replicate_standard_error(parts, both, book.replicate))


def _parts(values: pd.Series) -> pd.Series:
    whole = float(values.sum())
    return values / whole if whole > 0 else values * 0.0


def _hhi(shares: pd.Series) -> float:
    """Sum of squared shares of what has a name: 1 is a single one, 1/n are n alike."""
    whole = float(shares.sum())
    return float(((shares / whole) ** 2).sum()) if whole > 0 else float("nan")


def _correlation(book: Book) -> tuple[float, float]:
    """Mean correlation of default over all pairs of loans, and its standard error."""
    scores = _scores(book)
    count = len(scores)
    if count < 2:
        return float("nan"), float("nan")
    pairs = (scores.sum(axis=0) ** 2 - count) / (count * (count - 1))
    return float(pairs.mean()), risk.mean_standard_error(pairs, book.replicate)


def _same_customer(book: Book) -> tuple[float, float]:
    """Mean correlation of default over pairs of loans to one customer, and its standard error."""
    failed, together, pairs = book.is_defaulted, np.zeros(book.loss.shape[1]), 0
    keys = [loan.customer_key if loan.contracted_share > 0 else "" for loan in book.loans]
    for key in book.customers:
        rows = [i for i, k in enumerate(keys) if k == key and 0 < failed[i].mean() < 1]
        if len(rows) > 1:
            together += _standardized(failed[rows].astype(float)).sum(axis=0) ** 2 - len(rows)
            pairs += len(rows) * (len(rows) - 1)
    if not pairs:
        return float("nan"), float("nan")
    return float(together.mean()) / pairs, risk.mean_standard_error(together / pairs, book.replicate)


def _scores(book: Book) -> Array:
    failed = book.is_defaulted.astype(float)
    chance = failed.mean(axis=1)
    return _standardized(failed[(chance > 0) & (chance < 1)])


def _standardized(failed: Array) -> Array:
    mean = failed.mean(axis=1, keepdims=True)
    return np.asarray((failed - mean) / np.sqrt(mean * (1.0 - mean)))

