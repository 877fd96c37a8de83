"""Which table and column every name of a query tree means; a name that means nothing is SQLRejected.

The rules are DuckDB's (names fold ASCII case, even in quotation marks; columns before aliases; inner before outer
queries), on the narrow side: where DuckDB would fall back to a whole row, a file or a Python variable, the name is
refused. DuckDB binds again when the statement runs; this pass decides what it may be asked at all.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NoReturn, cast

from sqlglot import exp

from warehouse.errors import SQLRejected
from warehouse.names import (
    Catalog,
    Origin,
    Outputs,
    Reading,
    Scope,
    Source,
    expanded,
    fold,
    made_columns,
    parts,
    renamed,
)
from warehouse.parsing import did_you_mean, reject

_AFTER_SELECT_LIST = ("distinct", "where", "group", "having", "qualify", "windows", "order", "limit", "offset")


def bind(tree: exp.Query, catalog: Catalog) -> Reading:
    """What the query reads, every name of it found; raises SQLRejected."""
    binder = _Binder(catalog)
    binder.query(tree, Scope())
    names = sum(isinstance(node, exp.Table | exp.Column) for node in tree.walk())
    if names != binder.reading.seen:
        reject("not_allowed", "A name stands where none is expected.")
    return binder.reading


class _Binder:
    """Walks queries from the outside in; what it finds is gathered in `reading`."""

    def __init__(self, catalog: Catalog):
        self.catalog = catalog
        self.reading = Reading()

    # queries

    def query(self, node: exp.Expr, outer: Scope) -> Outputs:
        if isinstance(node, exp.Select):
            return self._select(node, outer)
        if isinstance(node, exp.SetOperation):
            return self._set_operation(node, outer)
        if isinstance(node, exp.Subquery) and isinstance(node.this, exp.Query):
            outputs = self.query(node.this, outer)
            self._tail(node, outputs, outer)
            return outputs
        raise SQLRejected("not_allowed", "Only SELECT queries are run here.")

    def _select(self, node: exp.Select, outer: Scope) -> Outputs:
        scope = self._with(node, outer).inside()
        if node.args.get("from_"):
            self._source(node.args["from_"].this, scope)
        self._joins(node, scope)
        scope.aliases = {fold(item.alias) for item in node.expressions if isinstance(item, exp.Alias)}
        outputs = [output for item in node.expressions for output in self._projection(item, scope)]
        self._visit([node.args.get(key) for key in _AFTER_SELECT_LIST], scope)
        return outputs

    def _set_operation(self, node: exp.SetOperation, outer: Scope) -> Outputs:
        outer = self._with(node, outer)
        left = self.query(node.this, outer)
        right = self.query(node.expression, outer)
        self._tail(node, [*left, *right], outer)
        if not node.args.get("by_name"):
            return left
        names = {name for name, _ in left}
        return [*left, *(output for output in right if output[0] not in names)]

    def _tail(self, node: exp.Expr, outputs: Outputs, outer: Scope) -> None:
        """ORDER BY and LIMIT of a set operation or of a query in parentheses: they see the result's names only."""
        scope = outer.inside()
        scope.aliases = {name for name, _ in outputs if name is not None}
        self._visit([node.args.get(key) for key in ("order", "limit", "offset")], scope)

    def _with(self, node: exp.Expr, outer: Scope) -> Scope:
        clause = node.args.get("with_")
        if not isinstance(clause, exp.With):
            return outer
        recursive = bool(clause.args.get("recursive"))
        scope = outer
        for part in parts(clause, "expressions"):
            name = fold(part.alias)
            self.reading.with_names.add(name)
            if name in self.catalog.tables:
                reject("with_name", f"The name {name!r} cannot be used for a WITH query; choose another.")
            scope = scope.seeing(name, self._with_query(part, scope, recursive))
        return scope

    def _with_query(self, part: exp.CTE, outer: Scope, recursive: bool) -> Outputs:
        body = part.this
        if not (recursive and isinstance(body, exp.SetOperation)) or body.args.get("with_"):
            return renamed(self.query(body, outer), part)
        first = renamed(self.query(body.this, outer), part)
        inside = outer.seeing(fold(part.alias), first)
        self.query(body.expression, inside)
        self._tail(body, first, inside)
        return first

    # FROM

    def _joins(self, node: exp.Expr, scope: Scope) -> None:
        for join in parts(node, "joins"):
            before = len(scope.sources)
            self._source(join.this, scope)
            self._using(join, scope, before)
            self._visit([join.args.get("on")], scope)
            if join.kind in ("SEMI", "ANTI"):
                del scope.sources[before:]

    def _using(self, join: exp.Join, scope: Scope, before: int) -> None:
        for key in parts(join, "using"):
            name = fold(key.name)
            for side in (scope.sources[:before], scope.sources[before:]):
                found = [source.columns[name] for source in side if name in source.columns]
                if not found:
                    _unknown_column(key.name, side)
                self._record(found)
            scope.merged.add(name)

    def _source(self, node: exp.Expr, scope: Scope) -> None:
        if isinstance(node, exp.Subquery) and not isinstance(node.this, exp.Query):
            self._nested_join(node, scope)
            return
        outputs = renamed(self._source_outputs(node, scope), node)
        scope.sources.append(Source(fold(node.alias_or_name), outputs))
        self._joins(node, scope)

    def _source_outputs(self, node: exp.Expr, scope: Scope) -> Outputs:
        if isinstance(node, exp.Table):
            return self._table(node, scope)
        if isinstance(node, exp.Subquery | exp.Lateral):
            return self.query(node.this if isinstance(node, exp.Lateral) else node, scope)
        if isinstance(node, exp.Values | exp.Unnest):
            self._visit(node.expressions, scope)
            return made_columns(node)
        raise SQLRejected("not_allowed", "Only tables and queries can be read from.")

    def _nested_join(self, node: exp.Subquery, scope: Scope) -> None:
        """`FROM a JOIN (b JOIN c ON ...)`: the names inside stay visible outside, unless the brackets get an alias."""
        if node.args.get("alias"):
            reject("not_allowed", "Joined tables in parentheses cannot have an alias; write (SELECT ...) AS name.")
        self._source(node.this, scope)

    def _table(self, node: exp.Table, scope: Scope) -> Outputs:
        self.reading.seen += 1
        if isinstance(node.this, exp.Anonymous):
            return [(str(node.this.this).lower(), None)]
        name = fold(node.name)
        if name in scope.withs:
            return scope.withs[name]
        table = self.catalog.tables.get(name)
        if table is None:
            near = did_you_mean(name, [*self.catalog.tables, *scope.withs])
            raise SQLRejected("unknown_table", f"There is no table {node.name!r}.{near}")
        self.reading.places.append((node, table))
        return [(fold(column), (table, column)) for column in self.catalog.columns(table)]

    # SELECT list

    def _projection(self, item: exp.Expr, scope: Scope) -> Outputs:
        star = item.this if isinstance(item, exp.Column) else item
        if isinstance(star, exp.Star):
            return self._star(item, star, scope)
        self._visit([item], scope)
        named = item.unnest()
        return [(fold(named.alias_or_name) if isinstance(named, exp.Alias | exp.Column) else None, None)]

    def _star(self, item: exp.Expr, star: exp.Star, scope: Scope) -> Outputs:
        sources, merged = scope.sources, scope.merged
        if isinstance(item, exp.Column):
            self.reading.seen += 1
            sources, merged = [_source_of(item, scope)], set[str]()
        if not sources:
            reject("star", "There is nothing for * to stand for; name a table in FROM.")
        outputs = self._adjusted(star, expanded(sources, merged), sources)
        self._visit([node.this for node in parts(star, "replace")], scope)
        self._record(origin for _, origin in outputs)
        return outputs

    def _adjusted(self, star: exp.Star, outputs: Outputs, sources: list[Source]) -> Outputs:
        """The outputs after EXCLUDE, REPLACE and RENAME, each of which must name a column that is there."""
        left_out = {self._in_star(node, sources) for node in parts(star, "except_")}
        replaced = {self._in_star(node, sources) for node in parts(star, "replace")}
        names = {self._in_star(node.this, sources): fold(node.alias) for node in parts(star, "rename")}
        return [
            (names.get(name or "", name), None if name in replaced else origin)
            for name, origin in outputs
            if name is None or name not in left_out
        ]

    def _in_star(self, node: exp.Expr, sources: list[Source]) -> str:
        self.reading.seen += isinstance(node, exp.Column)
        name = fold(node.alias_or_name)
        if not any(name in source.columns for source in sources):
            _unknown_column(node.alias_or_name, sources)
        return name

    # expressions

    def _visit(self, nodes: list[Any], scope: Scope) -> None:
        """Resolves every column at or below the nodes; queries inside are bound with this scope around them."""
        stack: list[Any] = list(nodes)
        while stack:
            node = stack.pop()
            if isinstance(node, list):
                stack.extend(cast("list[Any]", node))
            elif isinstance(node, exp.Column):
                self._column(node, scope)
            elif isinstance(node, exp.Query):
                self.query(node, scope)
            elif isinstance(node, exp.Comprehension):
                self._comprehension(node, scope)
            elif isinstance(node, exp.Star):
                _check_star(node)
            elif isinstance(node, exp.Expr):
                stack.extend(node.iter_expressions())

    def _comprehension(self, node: exp.Comprehension, scope: Scope) -> None:
        self._visit([node.args.get("iterator")], scope)
        inner = scope.inside()
        inner.aliases = {fold(node.expression.name)}
        self._visit([node.this, node.args.get("condition")], inner)

    def _column(self, node: exp.Column, scope: Scope) -> None:
        self.reading.seen += 1
        if isinstance(node.this, exp.Star):
            reject("star", "* can only stand in the SELECT list or in count(*).")
        if node.table:
            self._qualified(node, scope)
        else:
            self._unqualified(node.name, scope)

    def _unqualified(self, name: str, scope: Scope) -> None:
        key = fold(name)
        for place in scope.chain():
            found = [source for source in place.sources if key in source.columns]
            if len(found) > 1 and key not in place.merged and key not in place.aliases:
                either = " or ".join(f"{source.alias}.{key}" for source in found)
                reject("ambiguous_column", f"The column {name!r} is in more than one table; write {either}.")
            if found or (key in place.aliases and (place is scope or not place.sources)):
                self._record(source.columns[key] for source in found)
                return
            if any(source.alias == key for source in place.sources):
                reject("whole_row", f"{name!r} is a table, not a column; name the columns that are wanted.")
        _unknown_column(name, [source for place in scope.chain() for source in place.sources])

    def _qualified(self, node: exp.Column, scope: Scope) -> None:
        """`source.column`, or a field of a STRUCT: `source.column.field`, `column.field`."""
        outer, name = (node.db, node.table) if node.db else (node.table, node.name)
        sources = [source for place in scope.chain() for source in place.sources]
        named = next((source for source in sources if source.alias == fold(outer)), None)
        if named is not None:
            if fold(name) not in named.columns:
                _unknown_column(name, [named])
            self._record([named.columns[fold(name)]])
        elif node.db:
            reject("qualified_name", "Name columns as column or table.column, without a schema or database.")
        elif any(fold(outer) in source.columns for source in sources):
            self._unqualified(outer, scope)
        else:
            _unknown_source(outer, sources)

    def _record(self, origins: Iterable[Origin]) -> None:
        self.reading.columns.update(origin for origin in origins if origin is not None)


def _source_of(item: exp.Column, scope: Scope) -> Source:
    alias = fold(item.table)
    named = next((source for source in scope.sources if source.alias == alias), None)
    return named or _unknown_source(item.table, scope.sources)


def _check_star(node: exp.Star) -> None:
    call = node.parent
    if not (isinstance(call, exp.Anonymous) and str(call.this).lower() == "count") or any(node.args.values()):
        reject("star", "* can only stand in the SELECT list or in count(*).")


def _unknown_source(name: str, sources: list[Source]) -> NoReturn:
    near = did_you_mean(fold(name), {source.alias for source in sources})
    raise SQLRejected("unknown_table", f"There is no table {name!r} in this FROM.{near}")


def _unknown_column(name: str, sources: list[Source]) -> NoReturn:
    near = did_you_mean(fold(name), {column for source in sources for column in source.columns})
    raise SQLRejected("unknown_column", f"There is no column {name!r} here.{near}")
