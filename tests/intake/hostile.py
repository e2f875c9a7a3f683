"""Small files that grow when they are read, large ones that say nothing, and what reading one costs: ``FILE ...``."""

from __future__ import annotations

import json
import re
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from tests.intake.workbooks import packed, texts

STATUS = Path("/proc/self/status")
MILLION = 1_000_000
_HEAD = texts("loan", "size_usd", "class", "amount")
_MERGED = "<mergeCell ref='A1:XFD1048576'/>"
_HEADER = b"loan,size_usd,class,amount\n"

FILES: Mapping[str, Callable[[], bytes]] = {
    "99 MB in one cell": lambda: packed(f"{_HEAD}<row><c t='inlineStr'><is><t>{'x' * 99 * MILLION}</t></is></c></row>"),
    "19 MB in one cell": lambda: packed(f"{_HEAD}<row><c t='inlineStr'><is><t>{'x' * 19 * MILLION}</t></is></c></row>"),
    "99 MB of rows": lambda: packed(_HEAD + "<row><c><v>1</v></c></row>" * (99 * MILLION // 26)),
    "19 MB of rows": lambda: packed(_HEAD + "<row><c><v>1</v></c></row>" * (19 * MILLION // 26)),
    "99 MB of shared strings": lambda: packed(_HEAD, strings="<si><t>a</t></si>" * (99 * MILLION // 17)),
    "19 MB of shared strings": lambda: packed(_HEAD, strings="<si><t>a</t></si>" * (19 * MILLION // 17)),
    "19 MB of long strings": lambda: packed(_HEAD, strings=f"<si><t>{'a' * 30_000}</t></si>" * 630),
    "19 MB of empty cells": lambda: packed(f"{_HEAD}<row>{'<c/>' * (19 * MILLION // 4)}</row>"),
    "19 MB of one name": lambda: packed(f"{_HEAD}<row><c r='{'A' * 19 * MILLION}'/></row>"),
    "19 MB of a comment": lambda: packed(f"{_HEAD}<!--{'A' * 19 * MILLION}-->"),
    "5,000 rows merged 9,999 times": lambda: packed(
        _HEAD + "<row><c><v>1</v></c></row>" * 5_000,
        after=f"<mergeCells>{_MERGED * 9_999}</mergeCells>",
    ),
    "19 MB of commas": lambda: b"," * 19 * MILLION,
    "19 MB of semicolons": lambda: b";" * 19 * MILLION,
    "19 MB of commas below": lambda: _HEADER + b"," * 19 * MILLION,
    "a million rows": lambda: _HEADER + b"abcdefghi,x,y,z\n" * MILLION,
    "nine million rows": lambda: _HEADER + b"a\n" * 9 * MILLION,
    "an open quotation mark": lambda: _HEADER + b'"' + b"a\n" * 9 * MILLION,
    "19 MB of line ends": lambda: b"\n" * 19 * MILLION,
    "19 MB in UTF-16": lambda: ("loan,size_usd\n" + "a,1\n" * 2_370_000).encode("utf-16"),
    "5,000 rows of 190 columns": lambda: (
        _HEADER.strip() + b",h" * 186 + b"\n" + (b"a,1,y,z" + b",zzzzzzz" * 186 + b"\n") * 5_000
    ),
}


def main(files: list[str]) -> None:
    """Read each file as a tape and print a line of JSON: name, processor seconds, megabytes more than before, words."""
    from models.intake import workbook
    from models.studies.book.tape import read_tape

    assert workbook  # imported before anything is measured
    for file in files:
        data = Path(file).read_bytes()
        before, started = _most(), time.process_time()
        found = read_tape(data)
        took, grown = time.process_time() - started, _most() - before
        said, loans = str(found.problems[0]) if found.problems else "", len(found.loans)
        print(json.dumps({
            "name": Path(file).name, "seconds": took, "megabytes": grown, "said": said, "loans": loans,
        }))


def _most() -> float:
    """Most megabytes held so far; `resource` would count what the parent held before it started this process."""
    found = re.search(r"VmHWM:\s*(\d+)", STATUS.read_text())
    return int(found[1]) / 1024 if found else 0.0


if __name__ == "__main__":
    main(sys.argv[1:])
