"""Kernels: kept on disk where that can be written to, and compiled all the same where it cannot."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = """
import importlib, sys
import numpy as np
from models.basis.compiled import kernel
module = importlib.import_module("toy")
out = np.zeros(3)
module.double(0, 3, np.arange(3.0), out)
assert out.tolist() == [0.0, 2.0, 4.0]
print(type(module.double._cache).__name__)
"""
TOY = """
from models.basis.compiled import kernel

@kernel
def double(first, last, given, out):
    for i in range(first, last):
        out[i] = 2.0 * given[i]
"""


@pytest.mark.parametrize(("is_writable", "kept"), [(True, "FunctionCache"), (False, "NullCache")])
def test_an_installation_that_cannot_be_written_to_works_and_says_so_once(
    tmp_path: Path, is_writable: bool, kept: str
) -> None:
    shutil.copytree(ROOT / "models", tmp_path / "models", ignore=shutil.ignore_patterns("__pycache__"))
    (tmp_path / "data").symlink_to(ROOT / "data")
    (tmp_path / "toy.py").write_text(TOY)
    home = tmp_path / "home"
    if is_writable:
        home.mkdir()
    else:  # a file stands where every folder would be made: that stops an administrator, too
        home.touch()
        for folder in {path.parent for path in tmp_path.rglob("*.py")}:
            (folder / "__pycache__").touch()
    environment = {name: value for name, value in os.environ.items() if name != "NUMBA_CACHE_DIR"}
    environment |= {"HOME": str(home), "XDG_CACHE_HOME": str(home / "cache"), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == kept
    assert done.stderr.count("cannot be kept") == (not is_writable)
    assert list(tmp_path.rglob("*.nbi")) == [] or is_writable
