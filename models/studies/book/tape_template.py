"""The template of a loan tape, as CSV and as a workbook with notes, types and bounds; both read back without problems.

The loans in it are invented and say so; they stand in `data/loan_tape_example.csv`.
"""

from __future__ import annotations

import datetime as dt
import io
from pathlib import Path
from typing import Any

from models.basis.timeline import quarter_end, quarter_start
from models.intake.cell import text_of
from models.intake.cells import read_cell
from models.intake.column import Column
from models.intake.sheet import ABOUT, read_sheet
from models.studies.book.tape_columns import COLUMNS, LIMITS, MAX_LOANS

EXAMPLE = Path(__file__).resolve().parents[3] / "data" / "loan_tape_example.csv"
FORMATS = {"amount": "#,##0", "share": "0.0%", "rate": "0.00%", "number": "0.00", "date": "yyyy-mm-dd"}


def template_csv() -> bytes:
    """Header and invented loans as CSV (UTF-8 with mark, so that spreadsheets read it as such)."""
    return b"\xef\xbb\xbf" + EXAMPLE.read_bytes()


def template_xlsx() -> bytes:
    """Workbook: the sheet of loans with notes, types and bounds, and a sheet that explains the columns."""
    from xlsxwriter import Workbook

    out = io.BytesIO()
    book = Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    bold, wrap = book.add_format({"bold": True, "bottom": 1}), book.add_format({"text_wrap": True, "valign": "top"})
    loans = book.add_worksheet("Loans")
    loans.freeze_panes(1, 1)
    example = read_sheet(EXAMPLE.read_bytes(), LIMITS)
    for k, column in enumerate(COLUMNS):
        style = book.add_format({"num_format": FORMATS[column.kind]}) if column.kind in FORMATS else None
        loans.set_column(k, k, max(12, len(column.name) + 2), style)
        loans.write_string(0, k, column.name, bold)
        loans.write_comment(0, k, _note(column), {"x_scale": 2.2, "y_scale": 1.4})
        loans.data_validation(1, k, MAX_LOANS, k, _rule(column))
        for row, cells in enumerate(example.rows[1:], start=1):
            _write(loans, row, k, text_of(cells[k]), column, style)
    about = book.add_worksheet(ABOUT)
    for k, (title, width) in enumerate((("Column", 18), ("What it is", 60), ("Unit", 16), ("Bounds", 28),
                                        ("Needed", 10), ("Empty means", 40))):
        about.set_column(k, k, width, wrap)
        about.write_string(0, k, title, bold)
    for row, c in enumerate(COLUMNS, start=1):
        needed = "yes" if c.is_required else "no"
        for k, words in enumerate((c.name, c.help, c.unit, c.bounds, needed, c.empty)):
            about.write_string(row, k, words)
    book.close()
    return out.getvalue()


def _note(column: Column) -> str:
    parts = [column.help, f"Unit: {column.unit}." if column.unit not in ("name", "choice", "day") else ""]
    parts += [f"{'Choices' if column.options else 'Bounds'}: {column.bounds}." if column.bounds else ""]
    parts += ["Needed." if column.is_required else f"Empty: {column.empty}."]
    return "\n".join(part for part in parts if part)


def _rule(column: Column) -> dict[str, Any]:
    """Data validation of a spreadsheet for one column; a warning, because pasted cells escape it anyway."""
    rule: dict[str, Any] = {
        "error_title": column.label, "error_message": f"{column.help} {column.bounds}"[:250], "error_type": "warning",
    }
    if column.options:
        return rule | {"validate": "list", "source": list(column.options)}
    if column.kind == "text":
        return rule | {"validate": "length", "criteria": "<=", "value": int(column.high or 0)}
    if column.kind == "date":
        first, last = quarter_start(int(column.low or 0)), quarter_end(int(column.high or 0))
        return rule | {"validate": "date", "criteria": "between", "minimum": first, "maximum": last}
    return rule | {"validate": "decimal", "criteria": "between", "minimum": column.low, "maximum": column.high}


def _write(sheet: Any, row: int, k: int, text: str, column: Column, style: Any) -> None:
    if column.kind == "date" and text:
        sheet.write_datetime(row, k, dt.datetime.fromisoformat(text), style)
    elif isinstance(value := read_cell(text, column), float):
        sheet.write_number(row, k, value, style)
    elif text:
        sheet.write_string(row, k, text)
