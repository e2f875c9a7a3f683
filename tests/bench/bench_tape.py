"""Reading of a loan tape at its limit, sound and with every cell broken, as CSV and as a workbook."""

from __future__ import annotations

import io
import time


def run() -> list[dict[str, object]]:
    """Rows of name, milliseconds and note."""
    import openpyxl

    from models.studies.book.tape import read_tape
    from models.studies.book.tape_columns import COLUMNS, MAX_LOANS

    sound = {
        "offtaker": "Big Cloud", "grade": "ig", "closing_date": "2026-12-31", "size_usd": "300,000,000",
        "advance_rate": "75%", "spread": "225 bp", "tenor_years": "4", "contracted_share": "0.95",
    }
    header = [c.name for c in COLUMNS]
    rows = [[f"L{k}", *(sound.get(name, "") for name in header[1:])] for k in range(MAX_LOANS)]
    book = openpyxl.Workbook()
    for row in (header, *rows):
        book.active.append(row)
    packed = io.BytesIO()
    book.save(packed)
    broken = [[f"x{j}y{k}" for j in range(len(header))] for k in range(100_000)]
    tapes = {
        f"{MAX_LOANS:,} sound loans, CSV": _csv([header, *rows]), f"{MAX_LOANS:,} sound loans, XLSX": packed.getvalue(),
        "100,000 broken rows, CSV": _csv([header, *broken]),
    }
    out: list[dict[str, object]] = []
    for name, data in tapes.items():
        started = time.perf_counter()
        tape = read_tape(data)
        took = 1e3 * (time.perf_counter() - started)
        out.append({"name": name, "ms": took, "note": f"{len(tape.problems):,} problems"})
    return out


def _csv(rows: list[list[str]]) -> bytes:
    return "\n".join(",".join(f'"{cell}"' for cell in row) for row in rows).encode()
