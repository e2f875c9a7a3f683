"""Sentences above the pictures: how many readings the model's range holds, whom a slider helps."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from dashboard.words import listed

DOES = {"rises": "helps", "falls": "hurts", "turns": "turns on the way for"}


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


def lever_message(label: str, shapes: Mapping[str, str]) -> str:
    """Whom a slider helps and hurts as it rises, for whom it turns on the way; whom it leaves alone goes unsaid."""
    said = []
    for shape, verb in DOES.items():
        names = [subject.removeprefix("the ") for subject, own in shapes.items() if own == shape]
        if names:
            said.append(f"{verb} {listed(names)}")
    return f"{label} {'; '.join(said) or 'moves no class'}"
