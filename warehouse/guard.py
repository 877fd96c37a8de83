"""SQL text -> ValidatedSQL, or SQLRejected: the one gate to the data, for compiled and for free SQL alike.

It is fail-closed: the text is parsed, every node and function of the tree must be on an allow-list, every name must be
a known table or column (a hidden one is not known), the row and column rules are written into the tree, and the SQL
that runs is made from that tree. Codes of refusal, all stable:

    empty, too_long, too_complex, too_deep            bounds on the text
    syntax, not_a_query, many_statements              not one readable SELECT
    not_allowed, ambiguous, type, lambda, star        a construct that is not on the list
    function, table_function, series                  a function that is not on the list, or a series without a bound
    qualified_name, with_name, whole_row              a name of a kind that is refused
    unknown_table, unknown_column, ambiguous_column   a name that means nothing, or two things
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass, field
from typing import NoReturn

from sqlglot import exp
from sqlglot.errors import ErrorLevel, UnsupportedError

from warehouse.binder import bind
from warehouse.errors import SQLRejected
from warehouse.grammar import GuardedDuckDB
from warehouse.parsing import parse
from warehouse.policy import OPEN, Policy, Schema, catalog_for, enforce

_KEY = secrets.token_bytes(32)


def _seal(sql: str, tables: frozenset[str], columns: frozenset[tuple[str, str]]) -> bytes:
    content = repr((sql, sorted(tables), sorted(columns))).encode()
    return hashlib.blake2b(content, key=_KEY, digest_size=16).digest()


@dataclass(frozen=True, slots=True)
class ValidatedSQL:
    """One statement that may run, the stored tables it reads (those of row rules too) and the columns it names.

    Only `validate` makes one: the seal binds the content to this process, and an engine checks it before every run.
    """

    sql: str
    tables: frozenset[str]
    columns: frozenset[tuple[str, str]]
    seal: bytes = field(repr=False, compare=False)

    def __post_init__(self) -> None:
        require_genuine(self)

    def __copy__(self) -> ValidatedSQL:
        return self

    def __deepcopy__(self, memo: object) -> ValidatedSQL:
        return self

    def __reduce__(self) -> NoReturn:
        raise TypeError("A ValidatedSQL stays in its process; pass on the SQL text and validate it there.")


def require_genuine(statement: object) -> None:
    """Nothing, when `validate` made the statement as it stands; otherwise raises TypeError."""
    if isinstance(statement, ValidatedSQL):
        expected = _seal(statement.sql, statement.tables, statement.columns)
        if secrets.compare_digest(statement.seal, expected):
            return
    raise TypeError("Only guard.validate can make a ValidatedSQL, and only a ValidatedSQL can be run.")


def validate(sql: str | exp.Expr, schema: Schema, policy: Policy = OPEN) -> ValidatedSQL:
    """The statement as it may run under the policy.

    `sql` is text, or a sqlglot tree, which is written as DuckDB text first: a tree can hold what no text can. Raises
    SQLRejected (for the author) and PolicyError (for the maintainer).
    """
    text = sql if isinstance(sql, str) else _written(sql)
    try:
        return _validated(text, schema, policy)
    except RecursionError as error:
        raise SQLRejected("too_deep", "The query is nested too deeply; split it with WITH.") from error


def _validated(text: str, schema: Schema, policy: Policy) -> ValidatedSQL:
    tree = parse(text)
    reading = bind(tree, catalog_for(schema, policy))
    tables = reading.tables | enforce(reading, schema, policy)
    columns = frozenset(reading.columns)
    written = _written(tree)
    return ValidatedSQL(written, tables, columns, _seal(written, tables, columns))


def _written(tree: exp.Expr) -> str:
    generator = GuardedDuckDB().generator(comments=False, normalize_functions=False, unsupported_level=ErrorLevel.RAISE)
    try:
        return generator.generate(tree, copy=False)
    except UnsupportedError as error:
        raise SQLRejected("not_allowed", f"The SQL cannot be written for DuckDB: {error}") from error
    except RecursionError as error:
        raise SQLRejected("too_deep", "The query is nested too deeply; split it with WITH.") from error
