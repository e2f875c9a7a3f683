"""The sentence above each replay: how many readings the model's range holds."""

from __future__ import annotations

import pandas as pd


def covered(frame: pd.DataFrame) -> tuple[int, int]:
    """Readings that lie between the model's 5% and 95% at the nearest point of time, and how many could be compared.

    Not counted: readings the model starts from, where it has no spread yet, and an index in the year that makes it 1.
    """
    model = frame[frame["p05"].notna()]
    if model.empty:
        return 0, 0
    inside = count = 0
    for row in frame[frame["observed"].notna()].to_dict("records"):
        near = model.loc[(model["x"] - row["x"]).abs().idxmin()]
        if near["p95"] - near["p05"] < 1e-9 or row["observed"] == near["p50"] == 1.0:
            continue
        count += 1
        inside += bool(near["p05"] <= row["observed"] <= near["p95"])
    return inside, count


def series_message(name: str, frame: pd.DataFrame, kind: str) -> str:
    """Series, and how many readings the model's range holds."""
    title = name[0].upper() + name[1:]
    inside, count = covered(frame) if kind != "labels" else (0, 0)
    if count:
        return f"{title}: {inside} of {count} reading{'' if count == 1 else 's'} in the model's range"
    if frame["observed"].notna().any() and frame["p50"].notna().any():
        return f"{title}: model beside history"
    return f"{title}: {'history' if frame['observed'].notna().any() else 'model'} only"
