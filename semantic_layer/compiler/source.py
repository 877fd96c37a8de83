"""The rows that an aggregate reads: a fact, LEFT JOINed outwards many-to-one only, so that none repeats or is lost."""

from __future__ import annotations

from sqlglot import exp

from semantic_layer.compiler import sqltree as sql
from semantic_layer.compiler.draft import Draft
from semantic_layer.expansion import field_tree
from semantic_layer.expressions import bind, parse_expression
from semantic_layer.model import Relationship, SemanticLayer
from semantic_layer.paths import Path
from semantic_layer.resolution import route_to
from semantic_layer.timing import time_kind


class Source:
    """A fact and the relations joined to it so far; asking for a field joins what it needs, once per role.

    `suffix` keeps its aliases apart from those of a source around it.
    """

    def __init__(self, draft: Draft, fact: str, suffix: str = ""):
        self.draft = draft
        self.fact = fact
        self.suffix = suffix
        self.alias = fact + suffix
        self._aliases: dict[tuple[str, ...], str] = {(): self.alias}
        self._joins: list[tuple[exp.Expr, exp.Expr | None]] = []
        self._sets: dict[str, str] = {}
        self.weight: exp.Expr | None = None

    @property
    def layer(self) -> SemanticLayer:
        """The model."""
        return self.draft.layer

    def field(self, ref: str, via: str = "") -> exp.Expr:
        """SQL of the field or column `dataset.name`, reached through `via` where there are several ways.

        A row that the way finds no partner for has NULL there, whatever the field's SQL makes of missing columns.
        Raises `UnsafeQuery` when no single many-to-one way leads there.
        """
        path = route_to(self.layer, self.fact, ref, via)
        alias = self._alias(path)
        tree = self._field(path.end, ref.rpartition(".")[2], alias)
        if not path.links or _keeps_null(tree):
            return tree
        found = sql.is_known(sql.column(path.links[-1].to_columns[0], alias))
        return exp.Case(ifs=[exp.If(this=found, true=tree)])

    def time(self, ref: str, via: str = "") -> exp.Expr:
        """SQL of a time field on the clock of the query's time zone; a DATE stays as it is."""
        tree = self.field(ref, via)
        kind = time_kind(self.layer, self._own_ref(ref))
        if not self.draft.zone or kind == "date":
            return tree
        known = self.layer.fields.get(self._own_ref(ref))
        stored = "" if kind == "instant" else (known.stored_in if known and known.stored_in else "UTC")
        return sql.zoned(tree, stored, self.draft.zone)

    def expression(self, text: str) -> exp.Expr:
        """SQL written in a definition, over the fact's own fields and those of what it links to."""
        return bind(parse_expression(text), self._column)

    def entity_key(self, entity: str, via: str = "") -> list[exp.Expr]:
        """The columns that tell which row of dataset `entity` a row belongs to, in the order of its primary key.

        The fact's own link columns where they suffice, so that nothing is joined for them.
        """
        path = route_to(self.layer, self.fact, f"{entity}.", via)
        names = self.layer.datasets[entity].primary_key
        if path.links and set(path.links[-1].to_columns) == set(names):
            near = self._alias(Path(path.start, path.links[:-1]))
            link = path.links[-1]
            pairs = dict(zip(link.to_columns, link.from_columns, strict=True))
            return [sql.column(pairs[name], near) for name in names]
        return [sql.column(name, self._alias(path)) for name in names]

    def belongs(self, members: str, entity: str, via: str = "") -> exp.Expr:
        """True when the row's entity is in the WITH clause `members`, which holds each key of `entity` once."""
        return sql.is_known(self.of_entity(members, entity, self.layer.datasets[entity].primary_key[0], via))

    def of_entity(self, members: str, entity: str, name: str, via: str = "") -> exp.Expr:
        """Column `name` of the WITH clause `members`, which holds each key of `entity` once, for the row's entity."""
        names = self.layer.datasets[entity].primary_key
        keys = self.entity_key(entity, via)
        if members not in self._sets:
            alias = self._sets[members] = f"{members}{self.suffix}"
            on = sql.both(
                exp.EQ(this=key.copy(), expression=sql.column(name, alias))
                for key, name in zip(keys, names, strict=True)
            )
            self._joins.append((sql.table(members, alias), on))
        return sql.column(name, self._sets[members])

    def period(self, time: exp.Expr, grain: str) -> exp.Expr:
        """First day of the period that a time falls in, by a calendar kept in a table; NULL outside the calendar."""
        calendar = self.layer.calendar_grains[grain]
        taken = sum(relation.alias_or_name.startswith(calendar.name) for relation, _ in self._joins)
        alias = f"{calendar.name}_calendar{self.suffix}_{taken + 1}"
        on = exp.EQ(this=sql.cast(time, exp.DType.DATE), expression=sql.column(calendar.day, alias))
        self._joins.append((sql.table(calendar.source, alias), on))
        return sql.cast(sql.column(calendar.grains[grain], alias), exp.DType.DATE)

    def join(self, relation: str, on: exp.Expr | None) -> None:
        """LEFT JOIN a clause of the WITH."""
        self._joins.append((sql.table(relation), on))

    def weigh(self, weight: exp.Expr) -> None:
        """Count each row by `weight` from now on, which goes on top of any it has."""
        self.weight = exp.Mul(this=self.weight, expression=weight) if self.weight else weight

    def select(self, columns: list[exp.Expr]) -> exp.Select:
        """`SELECT columns FROM fact LEFT JOIN ...`."""
        found = sql.selected(columns, self._table(self.fact, self.alias))
        for relation, on in self._joins:
            sql.joined(found, relation.copy(), on.copy() if on else None, "LEFT")
        return found

    def _own_ref(self, ref: str) -> str:
        """`dataset.field` for a reference that may be qualified by a relationship."""
        qualifier, _, name = ref.partition(".")
        link = self.layer.relationships.get(qualifier)
        return f"{link.to}.{name}" if link and qualifier not in self.layer.datasets else ref

    def _column(self, node: exp.Column) -> exp.Expr:
        if not node.table or node.table == self.fact:
            return sql.bracketed(self._field(self.fact, node.name, self.alias))
        return sql.bracketed(self.field(f"{node.table}.{node.name}"))

    def _field(self, dataset: str, name: str, alias: str) -> exp.Expr:
        return field_tree(self.layer, dataset, name, alias)

    def _alias(self, path: Path) -> str:
        for length in range(1, len(path.links) + 1):
            names = path.names[:length]
            if names not in self._aliases:
                link = path.links[length - 1]
                near, far = self._aliases[names[:-1]], self._free(link)
                self._aliases[names] = far
                self._joins.append((self._table(link.to, far), _match(link, near, far)))
        return self._aliases[path.names]

    def _free(self, link: Relationship) -> str:
        taken = set(self._aliases.values())
        named = (link.to, link.name, *(f"{link.name}_{number}" for number in range(2, len(taken) + 3)))
        return next(name + self.suffix for name in named if name + self.suffix not in taken)

    def _table(self, dataset: str, alias: str) -> exp.Table:
        return sql.table(self.layer.datasets[dataset].source, alias)


def _match(link: Relationship, near: str, far: str) -> exp.Expr | None:
    return sql.both(
        exp.EQ(this=sql.column(here, near), expression=sql.column(there, far))
        for here, there in zip(link.from_columns, link.to_columns, strict=True)
    )


_STRICT = (
    exp.Column, exp.Identifier, exp.Literal, exp.Cast, exp.TryCast, exp.DataType, exp.Paren, exp.Neg,
    exp.Add, exp.Sub, exp.Mul, exp.Div, exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE, exp.Between,
    exp.Lower, exp.Upper, exp.Trim, exp.Extract, exp.TimestampTrunc, exp.DateTrunc, exp.Var, exp.Interval,
)  # fmt: skip


def _keeps_null(tree: exp.Expr) -> bool:
    """Whether the SQL is surely NULL when all of its columns are."""
    return all(isinstance(node, _STRICT) for node in tree.walk()) and tree.find(exp.Column) is not None
