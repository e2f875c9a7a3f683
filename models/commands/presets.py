"""``python -m models presets``: the presets with their stories and what they change."""

from __future__ import annotations

import argparse

from models.commands.options import plain_json
from models.evidence.presets import presets


def options(parser: argparse.ArgumentParser) -> None:
    """Nothing to choose."""


def run(args: argparse.Namespace) -> None:
    """List the presets."""
    print(plain_json([preset.model_dump() for preset in presets().values()]))
