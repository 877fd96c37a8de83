"""What a case expects, made concrete: golds run against the database, with order, ties and columns worked out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from evals.comparison import CompareRules, Cut, Expected, Table, Tolerance
from evals.cuts import OpenedQuery, asks_order, freeze_today, open_query, ranks
from evals.errors import GoldError
from evals.suite import Case, Defaults, Reading
from semantic_layer import SemanticLayerError, SemanticQuery
from warehouse import Read, Result, WarehouseError

Compile = Callable[[SemanticQuery], str]


class GoldSource:
    """Where golds are run: an open database, the day that counts as today, and a compiler for semantic golds.

    Rows are remembered by statement: rewordings and repeats ask for the same ones again.
    """

    def __init__(self, read: Read, as_of: date | None = None, compile_query: Compile | None = None):
        self._read, self.as_of, self.compile = read, as_of, compile_query
        self._known: dict[str, Expected] = {}

    def open(self, sql: str) -> Expected:
        """The gold's rows before its cut; raises GoldError when it does not run."""
        if sql not in self._known:
            self._known[sql] = open_gold(sql, self._read)
        return self._known[sql]

    def rows(self, sql: str) -> Sequence[Sequence[Any]]:
        """Rows of any statement of ours; raises GoldError when it does not run."""
        return _rows(sql, self._read).rows

    def as_given(self, sql: str) -> Expected:
        """The gold's rows exactly as it shows them."""
        return _strict(sql, self._read)


@dataclass(frozen=True)
class Gold:
    """One accepted reading with its SQL, as written or as compiled; rows given by hand have none."""

    expected: Expected
    sql: str = ""


def compare_rules(rules: Defaults) -> CompareRules:
    """A case's comparison settings in the comparator's terms."""
    tolerance = Tolerance(rules.float_rel, rules.float_abs)
    return CompareRules(tolerance, rules.extra_columns == "allow", rules.scale)


def golds_of(case: Case, rules: Defaults, source: GoldSource) -> tuple[Gold, ...]:
    """Every accepted reading of the case, run; raises GoldError when one of them cannot be had."""
    return tuple(_gold(reading, case, rules, source) for reading in case.expect.readings)


def _gold(reading: Reading, case: Case, rules: Defaults, source: GoldSource) -> Gold:
    if reading.rows is not None or reading.scalar is not None:
        return Gold(_by_hand(reading, case, rules))
    sql = freeze_today(_sql_of(reading, source), source.as_of)
    expected = source.open(sql) if case.expect.ties == "any" else source.as_given(sql)
    return Gold(_with_rules(expected, case, rules), sql)


def _sql_of(reading: Reading, source: GoldSource) -> str:
    """The reading as SQL, a semantic query compiled."""
    if reading.query is None:
        return reading.sql or ""
    if source.compile is None:
        raise GoldError("The case expects a semantic query, but its database has no semantic layer.")
    try:
        return source.compile(reading.query)
    except SemanticLayerError as error:
        raise GoldError(f"The expected query is refused by the semantic layer: {error}") from error


def open_gold(sql: str, read: Read) -> Expected:
    """The gold's rows before its cut, with the ranks by its order keys; raises GoldError when it does not run."""
    opened = open_query(sql)
    result = _rows(opened.sql, read)
    if result.truncated:
        return _strict(sql, read)
    width = len(result.columns) - opened.hidden
    table = Table(result.columns[:width], tuple(row[:width] for row in result.rows))
    return Expected(table, _ranks(opened, result), opened.cut)


def _strict(sql: str, read: Read) -> Expected:
    """The gold's rows exactly as it shows them, in their order."""
    result = _rows(sql, read)
    return Expected(Table(result.columns, result.rows), tuple(range(len(result.rows))))


def _rows(sql: str, read: Read) -> Result:
    try:
        return read(sql)
    except WarehouseError as error:
        raise GoldError(f"The expected SQL does not run: {error}") from error


def _ranks(opened: OpenedQuery, result: Result) -> tuple[int, ...]:
    if opened.strict:
        return tuple(range(len(result.rows)))
    if opened.key_positions is None:
        return ()
    return ranks(result.rows, opened.key_positions)


def _by_hand(reading: Reading, case: Case, rules: Defaults) -> Expected:
    """Rows written in the suite; with an order to check they count in the order written."""
    rows = reading.rows if reading.rows is not None else ((reading.scalar,),)
    names = (*case.expect.columns.required, *case.expect.columns.optional)
    width = len(rows[0]) if rows else 0
    if any(len(row) != width for row in rows):
        raise GoldError("The expected rows have different numbers of columns.")
    columns = names if len(names) == width else tuple(f"column_{at + 1}" for at in range(width))
    expected = Expected(Table(columns, rows), tuple(range(len(rows))), Cut())
    return _with_rules(expected, case, rules)


def _with_rules(expected: Expected, case: Case, rules: Defaults) -> Expected:
    """Order and optional columns as the case wants them."""
    wanted = rules.order == "yes" or (rules.order == "auto" and asks_order(case.question))
    ordered = wanted and bool(expected.ranks) and len(set(expected.ranks)) > 1
    return replace(expected, ordered=ordered, optional=_optional(expected, case))


def _optional(expected: Expected, case: Case) -> frozenset[int]:
    """Positions of the columns that an answer may leave out; raises GoldError for a name the gold lacks."""
    names = [name.lower() for name in expected.table.columns]
    required, optional = case.expect.columns.required, case.expect.columns.optional
    unknown = [name for name in (*required, *optional) if name.lower() not in names]
    if unknown:
        raise GoldError(f"The gold has no column {', '.join(unknown)}; it has {', '.join(expected.table.columns)}.")
    if required:
        keep = {name.lower() for name in required}
        return frozenset(at for at, name in enumerate(names) if name not in keep)
    return frozenset(names.index(name.lower()) for name in optional)
