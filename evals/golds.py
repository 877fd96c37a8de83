"""What a case expects, made concrete: golds run against the database, with order, ties and columns worked out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from pathlib import Path

from evals.comparison import CompareRules, Cut, Expected, Table, Tolerance
from evals.cuts import OpenedQuery, asks_order, freeze_today, open_query, ranks
from evals.errors import GoldError
from evals.suite import Case, Defaults, Reading
from semantic_layer import SemanticLayerError, SemanticQuery
from warehouse import Result, WarehouseError, query_trusted

Compile = Callable[[SemanticQuery], str]


@dataclass(frozen=True)
class GoldSource:
    """Where golds are run: a database file, the day that counts as today, and a compiler for semantic golds."""

    database: Path
    as_of: date | None = None
    compile: Compile | None = None
    seconds: float = 30.0

    def on(self, database: Path) -> GoldSource:
        """The same for another copy of the database."""
        return replace(self, database=database)

    def run(self, sql: str) -> Result:
        """Rows of a gold; raises GoldError when it does not run."""
        try:
            stamp = self.database.stat().st_mtime_ns if self.database.is_file() else 0
            return _rows(self.database, stamp, sql, self.seconds)
        except WarehouseError as error:
            raise GoldError(f"The expected SQL does not run: {error}") from error


@lru_cache(maxsize=512)
def _rows(database: Path, stamp: int, sql: str, seconds: float) -> Result:
    """Rows of a gold, remembered: rewordings and repeats ask for the same ones again."""
    del stamp  # it only tells this file from the next one under the same name
    return query_trusted(database, sql, seconds=seconds)


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
    expected = run_gold(sql, source, ties=case.expect.ties == "any")
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


def run_gold(sql: str, source: GoldSource, *, ties: bool = True) -> Expected:
    """The gold's rows before its cut, with ranks; without `ties` exactly the rows that it shows."""
    opened = open_query(sql)
    if not ties:
        opened = replace(OpenedQuery(sql), strict=True)
    result = source.run(opened.sql)
    if result.truncated:
        opened, result = OpenedQuery(sql, strict=True), source.run(sql)
    width = len(result.columns) - opened.hidden
    table = Table(result.columns[:width], tuple(row[:width] for row in result.rows))
    return Expected(table, _ranks(opened, result), opened.cut)


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
