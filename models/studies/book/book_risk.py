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
from models.engine import estimate
from models.engine.estimate import NOTHING, Estimate
from models.measures import risk
from models.studies.book.book import Book
from models.studies.book.tape import NO_CUSTOMER

CONFIDENCE = 0.95
GRID = 61
GROUPS = ("customer", "vintage")


@dataclass(frozen=True)
class BookRisk:
    """Risk of a book; losses as shares of ``balance`` (USD).

    ``independent_cvar_95`` is the tail of the same loans if nothing tied them together, ``standalone_cvar_95`` the sum
    of their own tails. ``default_correlation`` is the mean over all pairs, ``same_customer_correlation`` over pairs
    with one customer; NaN where there is no pair, or none that ever defaults. ``largest_name_loss`` is what the book
    loses, on average, through the customer that costs most when it fails.
    """

    loans: int
    customers: int
    balance: float
    expected_loss: Estimate
    loss_sd: Estimate
    value_at_risk_95: Estimate
    value_at_risk_99: float
    cvar_95: Estimate
    cvar_99: Estimate
    independent_cvar_95: Estimate
    standalone_cvar_95: float
    diversification: Estimate
    any_default: Estimate
    default_correlation: Estimate
    same_customer_correlation: Estimate
    customer_hhi: float
    vintage_hhi: float
    largest_name: str
    largest_name_loss: Estimate


def book_risk(book: Book) -> BookRisk:
    """Measure a book."""
    balance, share, groups = float(book.balance.sum()), total_loss(book), book.replicate
    names = concentration(book, "customer")
    worst = names[names["loss_if_default"].notna()].nlargest(1, "loss_if_default").to_dict("records")
    return BookRisk(
        loans=len(book.loans), customers=len(book.customers), balance=balance,
        expected_loss=estimate.mean(share, groups),
        loss_sd=estimate.of(lambda part: part.std(axis=-1), share, groups),
        value_at_risk_95=estimate.of(lambda part: risk.value_at_risk(part, 0.95), share, groups),
        value_at_risk_99=risk.value_at_risk(share, 0.99),
        cvar_95=estimate.tail(share, groups),
        cvar_99=estimate.of(lambda part: risk.cvar(part, 0.99), share, groups),
        independent_cvar_95=estimate.tail(independent_loss(book), groups),
        standalone_cvar_95=float(risk.cvar(book.loss, CONFIDENCE).sum()) / balance,
        diversification=estimate.of(_saved, book.loss, groups),
        any_default=estimate.share(book.is_defaulted.any(axis=0), groups),
        default_correlation=_correlation(book),
        same_customer_correlation=_same_customer(book),
        customer_hhi=_hhi(names["balance_share"][names["name"] != NO_CUSTOMER]),
        vintage_hhi=_hhi(concentration(book, "vintage")["balance_share"]),
        largest_name=str(worst[0]["name"]) if worst else "",
        largest_name_loss=Estimate(worst[0]["loss_if_default"], worst[0]["loss_if_default_se"])
        if worst else Estimate(0.0, 0.0),
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


def _saved(losses: Array) -> Array:
    """How much smaller the tail of the sum is than the sum of the tails, a share; losses (loans, ..., paths)."""
    alone = np.asarray(risk.cvar(losses, CONFIDENCE)).sum(axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(alone > 0, 1.0 - risk.cvar(np.sort(losses, axis=0).sum(axis=0), CONFIDENCE) / alone, np.nan)


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


def _correlation(book: Book) -> Estimate:
    """Mean correlation of default over all pairs of loans."""
    scores = _scores(book)
    count = len(scores)
    if count < 2:
        return NOTHING
    return estimate.mean((scores.sum(axis=0) ** 2 - count) / (count * (count - 1)), book.replicate)


def _same_customer(book: Book) -> Estimate:
    """Mean correlation of default over pairs of loans to one customer."""
    failed, together, pairs = book.is_defaulted, np.zeros(book.loss.shape[1]), 0
    keys = [loan.customer_key if loan.contracted_share > 0 else "" for loan in book.loans]
    for key in book.customers:
        rows = [i for i, k in enumerate(keys) if k == key and 0 < failed[i].mean() < 1]
        if len(rows) > 1:
            together += _standardized(failed[rows].astype(float)).sum(axis=0) ** 2 - len(rows)
            pairs += len(rows) * (len(rows) - 1)
    if not pairs:
        return NOTHING
    return Estimate(float(together.mean()) / pairs, estimate.mean(together / pairs, book.replicate).error)


def _scores(book: Book) -> Array:
    failed = book.is_defaulted.astype(float)
    chance = failed.mean(axis=1)
    return _standardized(failed[(chance > 0) & (chance < 1)])


def _standardized(failed: Array) -> Array:
    mean = failed.mean(axis=1, keepdims=True)
    return np.asarray((failed - mean) / np.sqrt(mean * (1.0 - mean)))

