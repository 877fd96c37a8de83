"""The user's own SELECT over the files of a load, checked before it runs in the builder.

The check is for a clear error, not the only wall: when the statement runs, the connection can no longer open any file
but the named ones (see `files`).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import duckdb
import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from warehouse.build import first_line, identifier
from warehouse.errors import LoadError

Inputs = Mapping[str, Sequence[tuple[str, str]]]
"""`{input: its columns with their types}`"""

PLACE = "the view's SQL"
_CHANGES = (exp.Insert, exp.Update, exp.Delete, exp.Merge, exp.DDL, exp.Copy, exp.Into, exp.Command)


def check_view(sql: str, inputs: Inputs) -> tuple[str, ...]:
    """Names of the columns of a statement that is one SELECT over the named inputs and nothing else.

    Raises LoadError with what is not allowed and what is.
    """
    tree = _one_select(sql)
    known = {name.casefold() for name in inputs}
    within = {cte.alias.casefold() for cte in tree.find_all(exp.CTE)}
    for node in tree.walk():
        if isinstance(node, _CHANGES):
            raise _refused(f"it may only select, not {node.key.upper()}.", inputs)
        if isinstance(node, exp.Table):
            _check_table(node, known | within, inputs)
    return _second_opinion(sql, inputs)


def _one_select(sql: str) -> exp.Expr:
    try:
        parsed = sqlglot.parse(sql, dialect="duckdb")
    except (SqlglotError, RecursionError) as error:
        deep = isinstance(error, RecursionError)
        reason = "it is nested too deeply." if deep else str(error).partition("\n")[0]
        raise LoadError(f"it cannot be understood: {reason}", file=PLACE, remedy="Write one SELECT.") from error
    # a comment after the last semicolon is a node of its own
    statements = [tree for tree in parsed if tree is not None and not isinstance(tree, exp.Semicolon)]
    if len(statements) != 1:
        raise LoadError(f"it holds {len(statements)} statements.", file=PLACE, remedy="Write one SELECT.")
    if not isinstance(statements[0], exp.Query):
        raise LoadError("it is not a SELECT.", file=PLACE, remedy="Write one SELECT over file1, file2, ...")
    return statements[0]


def _check_table(table: exp.Table, known: Collection[str], inputs: Inputs) -> None:
    if isinstance(table.this, exp.Func):
        raise _refused(f"it may not read from {table.this.sql(dialect='duckdb')[:40]}.", inputs)
    if table.args.get("db") or table.args.get("catalog") or table.name.casefold() not in known:
        raise _refused(f"there is no input named {table.sql(dialect='duckdb')[:60]}.", inputs)


def _second_opinion(sql: str, inputs: Inputs) -> tuple[str, ...]:
    """Columns by the database's own reading of the text, in an empty database that holds the inputs alone.

    What this database can bind reads nothing else, even where its parser differs from the one that checked before.
    """
    with duckdb.connect(":memory:", config={"enable_external_access": False}) as con:
        for name, columns in inputs.items():
            typed = ", ".join(f"{identifier(column)} {_type(kind)}" for column, kind in columns)
            con.execute(f"CREATE TABLE {identifier(name)} ({typed})")
        try:
            kinds = [statement.type for statement in con.extract_statements(sql)]
            if kinds != [duckdb.StatementType.SELECT]:
                raise _refused("it is not one SELECT.", inputs)
            return tuple(con.sql(sql).columns)
        except duckdb.Error as error:
            raise LoadError(f"{first_line(error)}.", file=PLACE, remedy="Correct the SELECT.") from error


def _type(kind: str) -> str:
    return "VARCHAR" if kind == '"NULL"' else kind


def _refused(reason: str, inputs: Inputs) -> LoadError:
    return LoadError(reason, file=PLACE, remedy=f"It may read: {', '.join(inputs)}.")
