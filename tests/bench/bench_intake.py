"""What the files of an attack cost: processor time and memory of reading each, in a process of its own."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path

MOST_SECONDS, MOST_MEGABYTES = 5.0, 300.0


def run() -> list[dict[str, object]]:
    """Rows of name, milliseconds and note; a file beyond a limit is marked."""
    from tests.intake.hostile import FILES

    out: list[dict[str, object]] = []
    with tempfile.TemporaryDirectory() as folder:
        for name, made in FILES.items():
            path = Path(folder, name)
            path.write_bytes(made())
            command = [sys.executable, "-m", "tests.intake.hostile", str(path)]
            found = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
            is_over = found["seconds"] > MOST_SECONDS or found["megabytes"] > MOST_MEGABYTES
            note = f"{'OVER ' if is_over else ''}{found['megabytes']:.0f} MB, {found['said']}"
            out.append({"name": name, "ms": 1e3 * found["seconds"], "note": note})
    return out
