"""Sheets of Excel and OpenDocument workbooks, cells as text: days as ISO dates, whole numbers without .0."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from warehouse.errors import LoadError
from warehouse.sources.reading import BadRow, Reading, Row, text_of

if TYPE_CHECKING:
    from python_calamine import CalamineSheet, CalamineWorkbook

WORKBOOKS = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods")
_ERRORS = ("#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!")


def read_workbook(name: str, path: Path, sheet: str | None, skip: int) -> Reading:
    """The records of one sheet (default: the first) below `skip` lines and a header.

    Raises LoadError for a damaged or locked workbook, a sheet that is not there, and a header with merged cells,
    empty cells or one name twice.
    """
    found = _sheet(name, path, sheet)
    shown = f"{name}#{found.name}"
    cells = found.to_python(skip_empty_area=False)
    rows = [(number, row) for number, row in enumerate(cells, 1) if number > skip and any(map(_filled, row))]
    if not rows:
        raise LoadError("the sheet is empty.", file=shown, remedy="Name another with sheet:, or lower skip:.")
    heading, header = rows[0]
    _refuse_title(rows, shown)
    _refuse_merged(found, heading, shown)
    columns = _columns(header, heading, shown)

    def records() -> Iterator[Row | BadRow]:
        for number, row in rows[1:]:
            yield _record(number, row, len(columns))

    return Reading(shown, columns, records)


def sheet_names(name: str, path: Path) -> tuple[str, ...]:
    """Names of the sheets that have cells; raises LoadError as `read_workbook` does."""
    book = _workbook(name, path)
    return tuple(one for one in book.sheet_names if book.get_sheet_by_name(one).to_python())


def _sheet(name: str, path: Path, sheet: str | None) -> CalamineSheet:
    book = _workbook(name, path)
    names = book.sheet_names
    if sheet is not None and sheet not in names:
        raise LoadError(f"there is no sheet {sheet}.", file=name, remedy=f"There are {', '.join(names)}.")
    return book.get_sheet_by_name(sheet or names[0])


def _workbook(name: str, path: Path) -> CalamineWorkbook:
    from python_calamine import CalamineError, CalamineWorkbook, PasswordError

    try:
        return CalamineWorkbook.from_path(str(path))  # pyright: ignore[reportUnknownMemberType]  # half typed
    except PasswordError as error:
        raise LoadError("it is locked by a password.", file=name, remedy="Save it without one.") from error
    except (CalamineError, OSError) as error:
        told = str(error).partition("\n")[0]
        raise LoadError(f"it is not a workbook, or a damaged one ({told}).", file=name, remedy="Save it again.") from (
            error
        )


def _filled(cell: Any) -> bool:
    return cell not in (None, "") and bool(str(cell).strip())


def _refuse_title(rows: Sequence[tuple[int, Sequence[Any]]], name: str) -> None:
    """A line of one cell above lines of several is no header."""
    heading, header = rows[0]
    if sum(map(_filled, header)) != 1:
        return
    wider = [number for number, row in rows[1:] if sum(map(_filled, row)) > 1]
    if len(wider) * 2 < len(rows):  # a few lines may be wrong under a header of one name
        return
    title = text_of(next(filter(_filled, header)))
    reason = f"“{title}” stands alone in its line, which looks like a title above the header."
    remedy = f"If the header is in line {wider[0]}, say so with skip: {wider[0] - 1} (--skip {wider[0] - 1})."
    raise LoadError(reason, file=name, line=heading, remedy=remedy)


def _refuse_merged(sheet: CalamineSheet, heading: int, name: str) -> None:
    for first, last in sheet.merged_cell_ranges or []:
        if first[0] <= heading - 1 <= last[0]:
            place = f"{_letters(first[1])}{first[0] + 1}:{_letters(last[1])}{last[0] + 1}"
            remedy = "Split the cells, or use skip: to begin below them."
            raise LoadError(f"the cells {place} of the header are merged.", file=name, line=heading, remedy=remedy)


def _letters(column: int) -> str:
    """The column's letters: 0 is A, 26 is AA."""
    return (_letters(column // 26 - 1) if column >= 26 else "") + chr(ord("A") + column % 26)


def _columns(header: Sequence[Any], heading: int, name: str) -> tuple[str, ...]:
    cells = [(text_of(cell) or "").strip() for cell in header]
    while cells and not cells[-1]:
        cells.pop()
    empty = [_letters(at) for at, cell in enumerate(cells) if not cell]
    if empty:
        reason = f"the header has no name for column {', '.join(empty)}."
        raise LoadError(reason, file=name, line=heading, remedy="Name it, or use skip: to begin at the header.")
    twice = [cell for cell, count in Counter(cell.casefold() for cell in cells).items() if count > 1]
    if twice:
        reason = f"the header names columns alike: {', '.join(twice)}."
        raise LoadError(reason, file=name, line=heading, remedy="Give each column a name of its own.")
    return tuple(cells)


def _record(number: int, row: Sequence[Any], width: int) -> Row | BadRow:
    texts = [text_of(cell) for cell in row]
    shown = "\t".join(text or "" for text in texts)
    if any(texts[width:]):
        return BadRow(number, f"there are cells beyond the header's {width} columns.", shown)
    broken = next((text for text in texts if text in _ERRORS), None)
    if broken:
        return BadRow(number, f"a formula gives {broken}.", shown)
    return number, [*texts[:width], *[None] * (width - len(texts))]
