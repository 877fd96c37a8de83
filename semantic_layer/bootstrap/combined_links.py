"""Links over several columns: a table that holds, under the same names, the whole combined key of another one."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from semantic_layer.bootstrap.evidence import Evidence
from semantic_layer.bootstrap.keys import combined_keys, primary_key
from semantic_layer.bootstrap.links import SAME, Link
from semantic_layer.bootstrap.structure import Column, Table
from semantic_layer.compiler import sqltree as sql

_LOST = 0.02  # share of rows that may find nothing
_Candidate = tuple[Table, tuple[Column, ...], Table, tuple[Column, ...]]


def combined_candidates(tables: Sequence[Table]) -> Iterator[_Candidate]:
    """Every table with columns called like all parts of what may be the key of another one."""
    for to in tables:
        for key in combined_keys(to, tables):
            for table in tables:
                columns = tuple(one for part in key for one in table.columns if one.words == part.words)
                kinds = [one.kind for one in columns] == [part.kind for part in key]
                if table.name != to.name and table.rows and kinds:
                    yield table, columns, to, key


def lost_check(found: _Candidate) -> tuple[str, str]:
    """Name and SQL of the check that counts the rows whose filled-in reference finds nothing."""
    table, columns, to, key = found
    near = [_quoted("near_side", column) for column in columns]
    match = " AND ".join(f"{here} = {_quoted('far_side', part)}" for here, part in zip(near, key, strict=True))
    filled = " AND ".join(f"{here} IS NOT NULL" for here in near)
    return _name(found), (
        f"SELECT count(*) AS n FROM {_source(table)} AS near_side WHERE {filled}"
        f" AND NOT EXISTS (SELECT 1 FROM {_source(to)} AS far_side WHERE {match})"
    )


def find_combined(tables: Sequence[Table], links: Collection[Link], evidence: Evidence) -> Iterator[Link]:
    """The links over several columns that the data agrees with.

    A key of nothing but links to other tables is no target: two facts of the same day and shop are not each other's.
    """
    linked = {(link.table.name, column.name) for link in links for column in link.columns}
    for found in combined_candidates(tables):
        table, columns, to, key = found
        lost = evidence.counts.get(_name(found))
        own = primary_key(table, tables, evidence.counts)
        if lost is None or lost > _LOST * table.rows or set(own) == set(columns):
            continue
        if primary_key(to, tables, evidence.counts) == key and any((to.name, part.name) not in linked for part in key):
            yield Link(table, columns, to, key, key[-1].words, SAME, 1 - lost / table.rows)


def _name(found: _Candidate) -> str:
    table, columns, to, _ = found
    return f"lost:{table.name}:{','.join(column.name for column in columns)}:{to.name}"


def _quoted(side: str, column: Column) -> str:
    return f"{side}.{sql.name_of(column.name).sql(dialect=sql.DIALECT)}"


def _source(table: Table) -> str:
    return sql.name_of(table.name).sql(dialect=sql.DIALECT)
