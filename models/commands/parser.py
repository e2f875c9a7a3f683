"""A parser that reads every word it is given: what stands twice adds up or is refused, and numbers are finite."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import Any

from models.basis.reading import number_text, quoted, read_number
from models.errors import ScenarioError


class Once(argparse.Action):
    """Stores one value; another one under the same option is refused, where argparse would keep the last."""

    def __call__(
        self, parser: argparse.ArgumentParser, namespace: argparse.Namespace, values: Any, option: str | None = None
    ) -> None:
        """Store, unless something was stored before."""
        given: frozenset[str] = getattr(namespace, "given", frozenset())
        if option is not None and self.dest in given:
            parser.error(f"{option} is given twice; write it once")
        namespace.given = given | {self.dest}
        setattr(namespace, self.dest, values)


class Parser(argparse.ArgumentParser):
    """Options take one value unless they are declared with ``append`` or ``extend``; those add up."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.register("action", None, Once)
        self.register("action", "store", Once)


def finite(text: str) -> float:
    """Plain number of an option; argparse tells the remedy."""
    try:
        return read_number(text)
    except ValueError as remedy:
        raise argparse.ArgumentTypeError(f"{quoted(text)} cannot be read; {remedy}") from None


def shares(option: str, given: Sequence[str], known: Sequence[str], *, adds_up: bool = False) -> dict[str, float]:
    """Pairs NAME=SHARE of an option; a name that stands twice adds up or is refused.

    Raises
    ------
    ScenarioError
        Naming option, pair and remedy.
    """
    out: dict[str, float] = {}
    for item in given:
        key, sign, text = item.partition("=")
        if not sign or key not in known:
            raise ScenarioError(f"{option} {item}: write it as NAME=SHARE, NAME being one of {', '.join(known)}")
        try:
            share = read_number(text)
        except ValueError as remedy:
            raise ScenarioError(f"{option} {item}: {quoted(text)} is not a share; {remedy}") from None
        if key in out and not adds_up:
            raise ScenarioError(f"{option} {item}: {key}={number_text(out[key])} is given before; write it once")
        out[key] = round(out.get(key, 0.0) + share, 12)
    return out
