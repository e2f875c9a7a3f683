"""Reading of a link: one as people share it, and a hostile one of ten megabytes."""

from __future__ import annotations

import time


def run() -> list[dict[str, object]]:
    """Rows of name, milliseconds and note."""
    from models.scenario.link import decode, encode
    from models.scenario.scenario import Scenario

    usual = encode(Scenario().replace({"demand.growth_now": 0.5, "overcapacity.peak": 0.6, "localization.share": 0.5}))
    out: list[dict[str, object]] = []
    for name, query in (("usual link", usual), ("ten megabytes of keys", "a&" * 5_000_000)):
        decode(query)
        started = time.perf_counter()
        decoded = decode(query)
        out.append({"name": name, "ms": 1e3 * (time.perf_counter() - started), "note": f"{len(decoded.notes)} notes"})
    return out
