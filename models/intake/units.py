"""Words about a unit, in a heading, a cell or its format: scale, currency, percent; what is not known is named."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

SCALES = {
    **dict.fromkeys(("k", "thousand", "thousands", "000", "1000", "tsd"), 3),
    **dict.fromkeys(("m", "mm", "mn", "mln", "mio", "million", "millions", "000000", "1000000"), 6),
    **dict.fromkeys(("b", "bn", "billion", "billions", "mrd", "000000000", "1000000000"), 9),
    **dict.fromkeys(("lakh", "lakhs"), 5), **dict.fromkeys(("crore", "crores", "cr"), 7),
}
_DOLLARS = ("$", "us$", "usd", "usd$", "dollar", "dollars", "us")
_CODES = frozenset(
    "eur gbp jpy cny rmb cnh chf cad aud nzd hkd sgd sek nok dkk inr krw brl mxn zar aed sar qar kwd bhd omr ils pln "
    "czk huf ron try rub thb idr myr php vnd twd clp cop ars egp ngn kes usdt usdc btc eth".split()
)
_SIGNS = {
    "€": "EUR", "£": "GBP", "¥": "JPY or CNY", "₹": "INR", "₩": "KRW", "₽": "RUB", "₺": "TRY", "₪": "ILS", "₫": "VND",
    "฿": "THB", "₱": "PHP", "₦": "NGN", "₿": "BTC", "euro": "EUR", "euros": "EUR", "pound": "GBP", "pounds": "GBP",
    "sterling": "GBP", "yen": "JPY", "yuan": "CNY", "renminbi": "CNY", "franc": "CHF", "francs": "CHF", "元": "CNY",
    "円": "JPY", "rupee": "INR", "rupees": "INR", "won": "KRW", "krona": "SEK", "kr": "SEK, NOK or DKK", "zł": "PLN",
}
CURRENCIES = {**dict.fromkeys(_DOLLARS, "USD"), **{code: code.upper() for code in _CODES}, **_SIGNS}
MARKS = {**dict.fromkeys(("%", "percent", "pct", "percentage", "percentages"), "%"),
         **dict.fromkeys(("bp", "bps"), "bp")}
SHIFTS = {"%": -2, "bp": -4}
"""How far the point of a marked number moves to plain units."""
UNSEEN = dict.fromkeys((0xAD, 0x200B, 0x200E, 0x200F, 0x061C, 0xFEFF, *range(0x202A, 0x202F), *range(0x2066, 0x206A)))
"""Spaces and hyphens of no width and marks of direction, as web pages leave them."""
EMPTY = frozenset(("in", "of", "the", "as", "x", "and"))
_TOKEN = re.compile(r"[^\W\d_]{1,3}\$|[^\W\d_]+|\d+(?:[,.' ]\d{3})*|[^\w\s()\[\]{}/,;:.'’\"*+=|<>?!&#@~^`-]")


class Unit(NamedTuple):
    """What words say about numbers.

    ``scale`` is a power of ten, ``currency`` a code, ``mark`` is % or bp, ``words`` are those that say none of these.
    """

    scale: int = 0
    currency: str = ""
    mark: str = ""
    words: tuple[str, ...] = ()

    @property
    def is_foreign(self) -> bool:
        """Whether money is not in US dollars."""
        return self.currency not in ("", "USD")


NO_UNIT = Unit()


@lru_cache(maxsize=4096)
def tokens(text: str) -> tuple[str, ...]:
    """Words and signs of a heading or a unit, in small letters: "USDm ('000)" is usd, m, 000."""
    plain = unicodedata.normalize("NFKC", text.translate(UNSEEN)).casefold().replace("_", " ")
    plain = plain.replace("united states", "us")
    plain = re.sub(r"\bu\.s\.(?=[\s$]|$)", "us", plain)
    plain = re.sub(r"\bbasis points?\b", "bp", re.sub(r"\bper cent\b", "%", plain))
    plain = re.sub(r"(?<=\d00)s\b", "", plain)
    return tuple(part for token in _TOKEN.findall(plain) for part in _parts(token))


def _parts(token: str) -> list[str]:
    """A token, split where a currency and a scale are written in one: usdm, k$, meur."""
    if token[0].isdigit():
        return [re.sub(r"[,.' ]", "", token)]
    if token.endswith("$") and token[:-1] in SCALES:
        return [token[:-1], "$"]
    if token in CURRENCIES or token in SCALES:
        return [token]
    if token[:3] in CURRENCIES and token[3:] in SCALES:
        return [token[:3], token[3:]]
    if token[-3:] in CURRENCIES and token[:-3] in SCALES:
        return [token[:-3], token[-3:]]
    return [token]


def unit_of(words: Iterable[str], empty: frozenset[str] = EMPTY) -> Unit:
    """Unit that tokens state, ``empty`` ones left out; of two scales or marks the second stays a word."""
    scale, currency, mark, other = 0, "", "", list[str]()
    for word in words:
        if word in empty:
            continue
        money = CURRENCIES.get(word, word.upper() if word.endswith("$") else "")
        if word in SCALES and not scale:
            scale = SCALES[word]
        elif money and currency in ("", money):
            currency = money
        elif money:
            currency = f"{currency} and {money}"
        elif word in MARKS and mark in ("", MARKS[word]):
            mark = MARKS[word]
        else:
            other.append(word)
    return Unit(scale, currency, mark, tuple(other))
