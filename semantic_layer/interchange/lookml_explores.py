"""The joins of Looker's explores as relationships."""

from __future__ import annotations

from collections.abc import Mapping

from sqlglot import exp

from semantic_layer.interchange.items import Item, Plain
from semantic_layer.interchange.members import Members, equal_columns
from semantic_layer.interchange.naming import NotCarried, close
from semantic_layer.interchange.tables import declared_key

Pair = tuple[tuple[str, str], tuple[str, str]]  # dataset and column of either side
_JOINED = "__joined__"
_MANY_TO_ONE = ("many_to_one", "one_to_one")
_SAID = ("label", "description", "hidden", "group_label", "view_label")
_ALWAYS = (
    "sql_always_where",
    "sql_always_having",
    "always_filter",
    "conditionally_filter",
    "always_join",
)


def read_explores(members: Members, items: list[Item], why: Mapping[str, str]) -> None:
    """Take in every join of every explore; what an explore adds to each of its queries is reported."""
    for item in items:
        name = item.text("name")
        base = item.text("from") or item.text("view_name") or name
        views = {item.text("view_name") or name: base, name: base}
        joins = item.items("joins")
        for join in joins:
            views[join.text("name")] = join.text("from") or join.text("name")
        for join in joins:
            try:
                _join(members, join, (name, base, views))
            except NotCarried as error:
                join.lost(f"join {name}.{join.text('name')}", str(error), error.code)
            else:
                join.leave(f"join {name}.{join.text('name')}", why)
        for key in _ALWAYS:
            if item.has(key):
                item.raw(key)
                reason = "every query of the explore is filtered by it; here nothing is, say it in a metric's `filter`."
                item.lost(f"explore {name}: {key}", reason, "always_filter", key)
        item.leave(f"explore {name}", {**why, **dict.fromkeys(_SAID, "an explore is no thing of its own here.")})


def _join(members: Members, item: Item, explore: tuple[str, str, Mapping[str, str]]) -> None:
    _, base, views = explore
    alias = item.text("name")
    kind = item.text("relationship", "many_to_one")
    if kind not in (*_MANY_TO_ONE, "one_to_many"):
        raise NotCarried(f"a relationship is many to one, not `{kind}`.", "link")
    join = item.text("type", "left_outer")
    if join == "cross" or item.has("sql_where"):
        raise NotCarried("a join that is more than equal columns.", "link")
    if join != "left_outer":
        why = "Tellwise keeps every row of the many side and joins what it finds."
        item.lost(f"join {alias}: type {join}", why, "key", "type")
    here = _dataset(members, views[alias])
    pairs = _pairs(members, item, (here, _dataset(members, base), views))
    many, to = ({one[index][0] for one in pairs} for index in (0, 1))
    if len(many) != 1 or to != {here}:
        raise NotCarried("its condition is not between the joined view and one other.", "link")
    ends = (next(iter(many)), here)
    columns = ([one[0][1] for one in pairs], [one[1][1] for one in pairs])
    if kind == "one_to_many":
        ends, columns = (ends[1], ends[0]), (columns[1], columns[0])
    _add(members, item, alias if alias != views[alias] else "", (ends, columns))


def _pairs(members: Members, item: Item, around: tuple[str, str, Mapping[str, str]]) -> list[Pair]:
    """The columns that must be equal: of the other view first, of the joined one second."""
    here, base, views = around
    if item.has("foreign_key"):
        keys = members.draft.datasets[here].get("primary_key", [])
        name = item.text("foreign_key").rpartition(".")[2]
        if len(keys) != 1:
            raise NotCarried(f"`{here}` has no primary key of one column.", "key")
        return [((base, _column(members, base, name)), (here, keys[0]))]
    if not item.has("sql_on"):
        raise NotCarried("it has neither `sql_on` nor `foreign_key`.", "shape")
    found: list[Pair] = []
    for pair in equal_columns(_condition(members, item, here, views), lambda column: column.name):
        joined = [one for one in pair if one.table.startswith(_JOINED)]
        others = [one for one in pair if not one.table.startswith(_JOINED)]
        if len(joined) != 1 or len(others) != 1:
            raise NotCarried("its condition is not between the joined view and one other.", "link")
        other = (others[0].table, _column(members, others[0].table, others[0].name))
        found.append((other, (here, _column(members, here, joined[0].name))))
    return found


def _condition(members: Members, item: Item, here: str, views: Mapping[str, str]) -> exp.Expr:
    """The condition of a join, in which the joined view has a name of its own: it may be joined to itself."""
    text, alias = item.text("sql_on"), item.text("name")
    for other, view in views.items():
        text = text.replace(f"${{{other}.", f"${{{_JOINED if other == alias else view}.")
    names = members.draft.names
    names.datasets[_JOINED] = f"{_JOINED}{here}"
    names.fields[f"{_JOINED}{here}"] = names.fields.get(here, {})
    try:
        return members.tree(text, "")
    finally:
        names.datasets.pop(_JOINED)
        names.fields.pop(f"{_JOINED}{here}")


def _column(members: Members, dataset: str, name: str) -> str:
    """The column of the table that a field in a join stands for."""
    entry = members.draft.field(dataset, name.lower())
    text = str((entry or {}).get("expression", name))
    if not text.replace("_", "").isalnum():
        raise NotCarried(f"it joins by `{name}`, which is computed.", "link")
    return text


def _dataset(members: Members, view: str) -> str:
    known = members.draft.names.datasets
    if view.lower() not in known:
        raise NotCarried(f"there is no view `{view}`.{close(view, known)}", "unknown_name")
    return known[view.lower()]


def _add(members: Members, item: Item, role: str, link: tuple[tuple[str, str], tuple[list[str], list[str]]]) -> None:
    draft, ((many, to), (from_columns, to_columns)) = members.draft, link
    entry: Plain = {"from": many, "to": to, "from_columns": from_columns, "to_columns": to_columns}
    if any({key: one[key] for key in entry} == entry for one in draft.relationships.values()):
        return
    if declared_key(draft.datasets[to], to_columns):
        why = f"is taken for a key of `{to}`, because a join ends there; checked against the data."
        item.assumed(f"{to}: {', '.join(to_columns)}", why, "key")
    draft.add_relationship(item, role or f"{many}_{to}", entry)
