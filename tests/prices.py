"""Fair prices on few draws, for what is true at any price."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest


@contextmanager
def on_few_draws() -> Iterator[None]:
    """Within, prices are found anew on 64 draws and forgotten afterwards."""
    from models.basis.store import Store  # the engine is loaded by whoever runs it
    from models.engine import prices
    from models.engine.noted import Noted

    with pytest.MonkeyPatch.context() as patch:
        for name, value in (("BLOCK", 32), ("PATHS", 64), ("SKEWED_PATHS", 64)):
            patch.setattr(prices, name, value)
        patch.setattr(prices, "_prices", Store[Noted[prices.FairPrice]](64))
        patch.setattr(prices, "_blocks", Store[Any](1))
        yield
