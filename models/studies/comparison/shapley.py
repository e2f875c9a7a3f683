"""Shapley's rule for a game given by its values: who contributes what, adding up exactly.

A game of n players is an array (2^n, ...): row S holds the value when the players whose bits are set in S take part.
Values may be vectors, such as figures by replicate; every part is then a vector too.

Sources: Shapley (1953); Owen (1977) for players inside groups.
"""

from __future__ import annotations

from itertools import pairwise
from math import factorial

import numpy as np

from models.basis.timeline import Array


def shapley_values(game: Array) -> Array:
    """Shapley parts (n, ...) of a game (2^n, ...); they add to the last row less the first."""
    count = len(game).bit_length() - 1
    if len(game) != 1 << count:
        raise ValueError(f"a game has a power of two of coalitions, got {len(game)}")
    sizes = np.array([subset.bit_count() for subset in range(len(game))])
    out = np.zeros((count, *game.shape[1:]))
    for player in range(count):
        without = np.flatnonzero(~(np.arange(len(game)) >> player) & 1)
        for size in range(count):
            rows = without[sizes[without] == size]
            gains = game[rows | (1 << player)] - game[rows]
            out[player] += shapley_weight(size, count) * gains.sum(axis=0)
    return out


def shapley_weight(size: int, players: int) -> float:
    """Chance that exactly a given set of ``size`` others stands before a player in a random order of ``players``."""
    return factorial(size) * factorial(players - size - 1) / factorial(players)


def along_order(order: tuple[int, ...]) -> list[int]:
    """Coalitions that an order passes through, from nobody to all, as bit sets."""
    steps = [0]
    for player in order:
        steps.append(steps[-1] | (1 << player))
    return steps


def order_gains(values: dict[int, Array], order: tuple[int, ...]) -> dict[int, Array]:
    """What each player adds when it joins in this order; the gains add to all less nobody."""
    pairs = zip(order, pairwise(along_order(order)), strict=True)
    return {player: values[after] - values[before] for player, (before, after) in pairs}


def paired_orders(players: int, pairs: int) -> tuple[tuple[int, ...], ...]:
    """Fixed orders, each followed by its reverse, so that swapping the two scenarios only turns signs around."""
    out: list[tuple[int, ...]] = []
    rng = np.random.default_rng(players)
    for _ in range(pairs):
        order = tuple(int(i) for i in rng.permutation(players))
        out += [order, order[::-1]]
    return tuple(out)
