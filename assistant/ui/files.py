"""An answer as a file: its rows as CSV, Excel or Parquet, its picture as PNG or SVG."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from assistant.answer import Answer
from assistant.errors import AssistantError
from assistant.ui import tables
from assistant.ui.picture import png, svg_file
from assistant.ui.scratch import place_of_one

SHEET_ROWS = 1_048_575
"""What an Excel sheet holds beside its head."""


class CannotExport(AssistantError):
    """An answer cannot be written as a file of this kind."""


def kinds_of(answer: Answer) -> tuple[str, ...]:
    """The kinds of file that an answer can be written as."""
    return (*(("png", "svg") if answer.chart.spec is not None else ()), "csv", "xlsx", "parquet")


def written(answer: Answer, kind: str) -> Path:
    """The path of the answer as a file, in a directory of its own so that the name can say what is inside.

    Raises CannotExport for a kind that the answer has not.
    """
    if kind not in kinds_of(answer):
        raise CannotExport(f"This answer cannot be had as {kind}.")
    content = _WRITERS[kind](answer)
    path = place_of_one() / f"{Path(tables.csv_name(answer)).stem}.{kind}"
    path.write_bytes(content)
    return path


def _csv(answer: Answer) -> bytes:
    return tables.csv_text(answer).encode("utf-8")


def _excel(answer: Answer) -> bytes:
    """One sheet with the rows, one with how they came about."""
    import xlsxwriter

    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}) as book:
        sheet, bold = book.add_worksheet("Data"), book.add_format({"bold": True})
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        for place, column in enumerate(answer.columns):
            sheet.write_string(0, place, column.label or column.name, bold)
        for line, row in enumerate(answer.result.rows[:SHEET_ROWS], start=1):
            for place, value in enumerate(row):
                _put(sheet, (line, place), value, day)
        sheet.freeze_panes(1, 0)
        sheet.autofit()
        about = book.add_worksheet("About")
        for line, (name, said) in enumerate(_about(answer)):
            about.write_string(line, 0, name, bold)
            about.write_string(line, 1, said)
        about.autofit()
    return out.getvalue()


def _put(sheet: Any, place: tuple[int, int], value: Any, day: Any) -> None:
    """A cell by its type: numbers as numbers, days as days, all else as text that is never a formula."""
    if value is None:
        return
    if isinstance(value, bool):
        sheet.write_boolean(*place, value)
    elif isinstance(value, int | float | Decimal):
        sheet.write_number(*place, float(value))
    elif hasattr(value, "isoformat") and not (isinstance(value, datetime) and value.tzinfo):
        sheet.write_datetime(*place, value, day)
    else:
        sheet.write_string(*place, str(value))


def _about(answer: Answer) -> list[tuple[str, str]]:
    reach = answer.fresh_until.date().isoformat() if answer.fresh_until else ""
    told = [
        ("Question", answer.question), ("Answer", answer.sentence), ("Read as", answer.interpretation.sentence),
        ("Period", answer.period), ("Data up to", reach), ("SQL", answer.sql),
    ]  # fmt: skip
    told += [(item.label, f"{item.text} {item.formula}".strip()) for item in answer.definitions]
    return [(name, said) for name, said in (*told, *(("Note", caveat.sentence) for caveat in answer.caveats)) if said]


def _parquet(answer: Answer) -> bytes:
    """Columns by name with their own types; what has no type of its own is text."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    columns = list(zip(*answer.result.rows, strict=True)) or [() for _ in answer.columns]
    table = pa.table({_unique(answer, i): _array(list(values)) for i, values in enumerate(columns)})
    out = io.BytesIO()
    pq.write_table(table, out)
    return out.getvalue()


def _unique(answer: Answer, place: int) -> str:
    name = answer.columns[place].name
    again = sum(column.name == name for column in answer.columns[:place])
    return f"{name}_{again + 1}" if again else name


def _array(values: list[Any]) -> Any:
    import pyarrow as pa

    try:
        return pa.array(values)
    except (pa.ArrowInvalid, pa.ArrowTypeError, pa.ArrowNotImplementedError):
        return pa.array([None if value is None else str(value) for value in values])


def _png(answer: Answer) -> bytes:
    return png(answer.chart.spec or {})


def _svg(answer: Answer) -> bytes:
    return svg_file(answer.chart.spec or {}).encode("utf-8")


_WRITERS: Mapping[str, Callable[[Answer], bytes]] = {
    "csv": _csv, "xlsx": _excel, "parquet": _parquet, "png": _png, "svg": _svg,
}  # fmt: skip
