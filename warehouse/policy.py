"""Row and column rules, and what of a schema their subject may see.

A rule is enforced on the query tree and nowhere else: each place that reads a protected table reads
`(SELECT <visible columns> FROM <table> WHERE <rows>)` instead, so a hidden column or row does not exist for whatever
the author writes around it. Decisions:

* `rows` runs with full rights. Tables inside it are read whole, they are not filtered by their own rules; otherwise two
  rules could need each other. It must be one condition over the table's own columns (other tables only in a subquery),
  and passes the same allow-list as any query.
* The filtered rows stand behind a LIMIT that never cuts. It keeps DuckDB from evaluating the author's conditions on
  rows before the rule has dropped them; without it `CAST(name AS INTEGER) = 1` fails on, and so betrays, a hidden name.
* What remains visible is what SQL always shows: how long a query takes. Rules do not hide that.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from types import MappingProxyType

from sqlglot import exp

from warehouse.binder import bind
from warehouse.errors import PolicyError, SQLRejected
from warehouse.names import Catalog, Reading, fold
from warehouse.parsing import parse

Schema = Mapping[str, Mapping[str, str]]
"""`{table: {column: type}}`, types as the engine spells them; what the guard and the semantic layer are given."""

_NEVER_CUTS = 2**63 - 1


@dataclass(frozen=True)
class TableRule:
    """What of one table may be seen: the rows for which `rows` (a trusted SQL condition) holds, no `hidden` columns."""

    rows: str | None = None
    hidden: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Policy:
    """Rules by table. A `closed` table does not exist for the author, nor, if `closed_by_default`, one with none."""

    rules: Mapping[str, TableRule] = field(default_factory=dict[str, TableRule])
    closed: frozenset[str] = frozenset()
    closed_by_default: bool = False

    def __post_init__(self) -> None:
        rules = {fold(table): rule for table, rule in self.rules.items()}
        if len(rules) != len(self.rules):
            raise PolicyError("Two rules are given for the same table; names differ only in case.")
        object.__setattr__(self, "rules", MappingProxyType(rules))
        object.__setattr__(self, "closed", frozenset(fold(table) for table in self.closed))

    def rule(self, table: str) -> TableRule:
        """The rule of a table; one that allows everything when there is none."""
        return self.rules.get(fold(table), _NO_RULE)

    def check(self, schema: Schema) -> None:
        """Nothing, when every rule fits the tables; otherwise raises PolicyError listing all that do not."""
        known = {fold(table) for table in schema}
        faults = [f"There is no table {table!r} to close." for table in sorted(self.closed - known)]
        for table in self.rules:
            try:
                if table not in known:
                    raise PolicyError(f"There is a rule for {table!r}, but no such table.")
                _condition_of(table, schema, self)
            except PolicyError as error:
                faults.append(str(error))
        if faults:
            raise PolicyError(" ".join(faults))


_NO_RULE = TableRule()
OPEN = Policy()
"""Everything may be seen."""


def catalog_for(schema: Schema, policy: Policy) -> Catalog:
    """The tables and columns an author may name; raises PolicyError (late, per table) where a rule does not fit."""
    tables = {fold(table): table for table in schema}
    if policy.closed_by_default:
        tables = {key: table for key, table in tables.items() if key in policy.rules}
    tables = {key: table for key, table in tables.items() if key not in policy.closed}
    return Catalog(tables, lambda table: visible_columns(table, schema, policy))


def visible_columns(table: str, schema: Schema, policy: Policy) -> tuple[str, ...]:
    """The columns of a table that are not hidden, in order; raises PolicyError when a hidden one does not exist."""
    hidden = {fold(column) for column in policy.rule(table).hidden}
    columns = schema[table]
    missing = hidden - {fold(column) for column in columns}
    if missing:
        raise PolicyError(f"The rule for {table!r} hides {', '.join(sorted(missing))}, which it does not have.")
    visible = tuple(column for column in columns if fold(column) not in hidden)
    if not visible:
        raise PolicyError(f"The rule for {table!r} hides every column; close the table instead.")
    return visible


def enforce(reading: Reading, schema: Schema, policy: Policy) -> frozenset[str]:
    """The tables that the applied row conditions read besides; replaces every protected table in the bound tree.

    Raises PolicyError when a rule does not fit, SQLRejected when a WITH name would capture a table of a condition.
    """
    extra: set[str] = set()
    for node, table in reading.places:
        if policy.rule(table) == _NO_RULE:
            continue
        condition, tables = _condition_of(table, schema, policy)
        extra |= tables
        _protect(node, table, visible_columns(table, schema, policy), condition)
    captured = {fold(table) for table in extra} & reading.with_names
    if captured:
        name = sorted(captured)[0]
        raise SQLRejected("with_name", f"The name {name!r} cannot be used for a WITH query; choose another.")
    return frozenset(extra)


def _condition_of(table: str, schema: Schema, policy: Policy) -> tuple[exp.Expr | None, frozenset[str]]:
    """The condition of a table's rule, ready to be placed, and the other tables that it reads."""
    visible_columns(table, schema, policy)
    rows = policy.rule(table).rows
    if rows is None:
        return None, frozenset()
    try:
        query = _filtered(table, rows).copy()
        reading = bind(query, catalog_for(schema, OPEN))
    except SQLRejected as error:
        raise PolicyError(f"The row rule for {table!r} cannot be used: {error.reason}") from error
    condition: exp.Expr = query.args["where"].this
    return condition.pop(), reading.tables


@lru_cache(maxsize=256)
def _filtered(table: str, rows: str) -> exp.Query:
    """The parsed `SELECT ... WHERE (rows)`; parsing depends on the text alone, so it may be remembered."""
    quoted = exp.to_identifier(table, quoted=True).sql("duckdb")
    query = parse(f"SELECT 1 FROM {quoted} WHERE ({rows}\n)")
    shape = {key for key, value in query.args.items() if value}
    if not isinstance(query, exp.Select) or shape != {"expressions", "from_", "where"}:
        raise SQLRejected("syntax", "It must be one condition and nothing more.")
    if not isinstance(query.args["where"].this, exp.Paren):
        raise SQLRejected("syntax", "It must be one condition and nothing more.")
    return query


def _protect(node: exp.Table, table: str, columns: tuple[str, ...], condition: exp.Expr | None) -> None:
    select = exp.Select(
        expressions=[exp.Column(this=exp.to_identifier(column, quoted=True)) for column in columns],
        from_=exp.From(this=exp.Table(this=exp.to_identifier(table, quoted=True))),
    )
    if condition is not None:
        select.set("where", exp.Where(this=condition))
        select.set("limit", exp.Limit(expression=exp.Literal.number(_NEVER_CUTS)))
    alias = node.args.get("alias") or exp.TableAlias(this=node.this.copy())
    node.replace(exp.Subquery(this=select, alias=alias, joins=node.args.get("joins")))
