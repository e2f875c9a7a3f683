"""One palette keyed by asset class, for screen and paper; everything that is not the answer is gray."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from models.claims.asset_class import FAMILIES
from models.claims.registry import CLASSES

FONT = '"Source Sans", "Source Sans 3", sans-serif'

PALETTE: dict[str, tuple[str, str]] = {
    "vermilion": ("#D55E00", "#F08237"),
    "orange": ("#E69F00", "#EBB13C"),
    "purple": ("#CC79A7", "#DB94BC"),
    "brown": ("#8C510A", "#A8743F"),
    "blue": ("#0072B2", "#4FA6DE"),
    "green": ("#009E73", "#35BC93"),
}
"""Hues as (on white, on a dark page); picks and shovels are warm, LLM and cloud cool."""

LIGHT = {key: PALETTE[one.color][0] for key, one in CLASSES.items()}
DARK = {key: PALETTE[one.color][1] for key, one in CLASSES.items()}
FAMILY_NAMES = FAMILIES
FAMILY_SHAPES = {"picks_and_shovels": "circle", "llm_and_cloud": "diamond"}

GRAYS: dict[str, tuple[str, str]] = {
    "ink": ("#1C2127", "#E9EBEE"),
    "muted": ("#5B636E", "#A3ABB6"),
    "faint": ("#8A929D", "#7C8591"),
    "line": ("#E2E5E9", "#2E343C"),
    "band": ("#1C2127", "#E9EBEE"),
    "page": ("#FFFFFF", "#121519"),
}
"""Grays as (on a light page, on a dark page)."""


def adaptive(light: str, dark: str) -> str:
    """CSS color that follows the page: browsers resolve it by the color scheme of the element it stands in."""
    return f"light-dark({light}, {dark})"


def gray(name: str) -> str:
    """Adaptive gray by its role."""
    return adaptive(*GRAYS[name])


SCREEN: dict[str, str] = {key: adaptive(LIGHT[key], DARK[key]) for key in LIGHT}
"""Colors of the classes on screen, right in both modes without a rerun."""


@lru_cache(maxsize=1)
def stylesheet() -> str:
    """Style of the page: the palette as CSS variables, then the rules of assets/style.css."""
    names = {f"--{key.replace('_', '-')}": color for key, color in SCREEN.items()}
    names |= {f"--{name}": gray(name) for name in GRAYS}
    variables = "".join(f"{name}:{color};" for name, color in names.items())
    rules = (Path(__file__).parent / "assets" / "style.css").read_text(encoding="utf-8")
    return f"<style>.stApp,.stAppViewContainer,body{{{variables}}}\n{rules}</style>"
