"""A folder of Cube data models in YAML to our model."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlglot import exp

from semantic_layer.interchange.cube_measures import read_measures
from semantic_layer.interchange.draft import Draft, described
from semantic_layer.interchange.items import Item, Plain, attempt, inherited
from semantic_layer.interchange.members import Members, equal_columns, own_rows
from semantic_layer.interchange.naming import NotCarried, clean_name, close
from semantic_layer.interchange.sqltext import to_duckdb
from semantic_layer.interchange.tables import declared_key, set_times, table_of

_TYPES = {"time": "time", "number": "number", "boolean": "boolean", "string": ""}
_MANY_TO_ONE = ("many_to_one", "belongs_to", "belongsTo", "one_to_one", "has_one", "hasOne")
_ONE_TO_MANY = ("one_to_many", "has_many", "hasMany")
_WHY = {
    "pre_aggregations": "Tellwise has no stored roll-ups.",
    "refresh_key": "Tellwise loads data by its own schedule.",
    "access_policy": "who may see what is NOT carried over; write a `policy` for the dataset.",
    "data_source": "Tellwise has one warehouse.",
    "hierarchies": "hierarchies have no place in a model of Tellwise.",
    "meta": "it has no meaning for Tellwise.",
    "granularities": "periods of one's own need a calendar table in Tellwise.",
    "drill_members": "Tellwise drills into any dimension within reach.",
    "links": "links have no place in a model of Tellwise.",
}


@dataclass(frozen=True)
class Cube:
    """A cube with those that it extends, nearest last."""

    item: Item
    chain: tuple[Item, ...]
    dataset: str

    def members(self, key: str) -> list[Item]:
        """The members under `key`; a cube's own replace inherited ones of the same name."""
        return inherited(self.chain, key)


def read_cube(draft: Draft, roots: list[Item]) -> None:
    """Take in the cubes of all files; views are reported."""
    known = {item.text("name").lower(): item for root in roots for item in root.items("cubes")}
    cubes: list[Cube] = []
    for item in known.values():
        attempt(item, f"cube {item.text('name')}", lambda item=item: cubes.append(_cube(draft, item, known)))
    names = Members(draft)
    for cube in cubes:
        _declare(draft, cube)
    for cube in cubes:
        _read_fields(names, cube)
    for cube in cubes:
        for item in cube.members("joins"):
            what = f"join {cube.dataset}.{item.text('name')}"
            attempt(item, what, lambda item=item, cube=cube: _join(names, cube, item))
    read_measures(names, [(cube.dataset, cube.members("measures")) for cube in cubes], _WHY)
    set_times(draft)
    _leave(roots, known.values())


def _leave(roots: Iterable[Item], cubes: Iterable[Item]) -> None:
    for item in cubes:
        item.leave(f"cube {item.text('name')}", _WHY, ("description", "sql_alias", "dimensions", "joins", "measures"))
    for root in roots:
        for item in root.items("views"):
            why = "a view chooses members of cubes for a screen; all members are in their datasets."
            item.lost(f"view {item.text('name')}", why, "view")
        root.leave("file", _WHY)


def _cube(draft: Draft, item: Item, known: dict[str, Item]) -> Cube:
    chain = _chain(item, known, ())
    name = item.text("name")
    tables = [(one, key) for one in reversed(chain) for key in ("sql_table", "sql") if one.has(key)]
    for key in ("sql_table", "sql", "extends", "segments"):
        for one in chain:
            one.raw(key)
    if not tables:
        raise NotCarried("it has neither `sql_table` nor `sql`.", "shape")
    owner, key = tables[0]
    entry: Plain = {
        "source": table_of(draft, item, owner.text(key), draft.dialect),
        **described(item, name, item.text("title")),
    }
    dataset = draft.add_dataset(item, name, entry)
    if not item.flag("public", item.flag("shown", True)):
        item.lost(f"cube {name}: public", "its fields can be asked; hide them one by one.", "key", "public")
    return Cube(item, chain, dataset)


def _chain(item: Item, known: dict[str, Item], seen: tuple[str, ...]) -> tuple[Item, ...]:
    parent, name = item.text("extends").strip("{}$ "), item.text("name").lower()
    if not parent:
        return (item,)
    if parent.lower() in (*seen, name):
        raise NotCarried(f"`{name}` extends itself.", "extends")
    if parent.lower() not in known:
        raise NotCarried(f"it extends `{parent}`, which is not there.{close(parent, known)}", "extends")
    return (*_chain(known[parent.lower()], known, (*seen, name)), item)


def _declare(draft: Draft, cube: Cube) -> None:
    """Make the fields known by name, before any SQL is read."""
    for item in cube.members("dimensions"):
        name = item.text("name")
        attempt(item, f"dimension {cube.dataset}.{name}", lambda item=item: _declare_one(draft, cube, item))
    for item in cube.members("segments"):
        what = f"segment {cube.dataset}.{item.text('name')}"
        attempt(item, what, lambda item=item: _declare_segment(draft, cube, item))


def _declare_one(draft: Draft, cube: Cube, item: Item) -> None:
    name, kind = item.text("name"), item.text("type", "string")
    if kind not in _TYPES:
        raise NotCarried(f"a dimension of type `{kind}` has no place in a model of Tellwise.", "type")
    entry: Plain = {**({"type": _TYPES[kind]} if _TYPES[kind] else {}), **_about(item)}
    if not item.flag("public", item.flag("shown", not item.flag("primary_key"))):
        entry["hidden"] = True
    draft.add_field(item, cube.dataset, name, entry)
    plain = item.text("sql").replace("$", "").replace("{CUBE}.", "").replace(f"{{{cube.item.text('name')}}}.", "")
    if plain.strip('"').lower() != clean_name(name):
        draft.names.mark_computed(cube.dataset, name)


def _about(item: Item) -> Plain:
    about = described(item, item.text("name"), item.text("title"))
    if item.text("format") in ("percent", "currency"):
        about["format"] = item.text("format")
    elif item.has("format"):
        item.lost(f"{item.text('name')}: format", f"`{item.text('format')}` is not known.", "key", "format")
    return about


def _declare_segment(draft: Draft, cube: Cube, item: Item) -> None:
    entry: Plain = {"type": "boolean", **described(item, item.text("name"), item.text("title"))}
    if not item.flag("public", item.flag("shown", True)):
        entry["hidden"] = True
    draft.add_field(item, cube.dataset, item.text("name"), entry)
    draft.names.mark_computed(cube.dataset, item.text("name"))
    item.changed(f"segment {item.text('name')}", "is a field that is true or false here.", "segment")


def _read_fields(names: Members, cube: Cube) -> None:
    for key in ("dimensions", "segments"):
        for item in cube.members(key):
            _read_field(names, cube, item, key.removesuffix("s"))


def _read_field(names: Members, cube: Cube, item: Item, kind: str) -> None:
    draft, name = names.draft, clean_name(item.text("name"))
    entry = draft.field(cube.dataset, name)
    ignored = ("type", "title", "description", "format", "public", "shown")
    if entry is None:
        return
    try:
        tree = own_rows(_field_tree(names, cube, item, name))
        if to_duckdb(tree) != name:
            entry["expression"] = to_duckdb(tree)
        if item.flag("primary_key"):
            _primary(draft, cube, tree)
    except NotCarried as error:
        fields: list[Plain] = draft.datasets[cube.dataset]["fields"]
        fields.remove(entry)
        draft.names.fields[cube.dataset].pop(name, None)
        item.lost(f"{kind} {cube.dataset}.{item.text('name')}", str(error), error.code)
        return
    item.leave(f"{kind} {cube.dataset}.{item.text('name')}", _WHY, ignored)


def _primary(draft: Draft, cube: Cube, tree: exp.Expr) -> None:
    if not isinstance(tree, exp.Column):
        raise NotCarried("a key must be a column of the table.", "key")
    draft.datasets[cube.dataset].setdefault("primary_key", []).append(tree.name)


def _field_tree(names: Members, cube: Cube, item: Item, own: str) -> exp.Expr:
    if item.flag("sub_query"):
        raise NotCarried("a dimension computed from a measure of another cube.", "sub_query")
    if not item.has("case"):
        return names.tree(item.text("sql") or own, cube.dataset, own)
    case = item.child("case")
    branches = [
        exp.If(this=names.tree(one.text("sql"), cube.dataset, own), true=exp.Literal.string(one.text("label")))
        for one in case.items("when")
    ]
    if not branches:
        raise NotCarried("its `case` has no `when`.", "shape")
    other = case.child("else").text("label")
    case.leave(f"dimension {own}: case", _WHY)
    return exp.Case(ifs=branches, default=exp.Literal.string(other) if other else None)


def _join(names: Members, cube: Cube, item: Item) -> None:
    draft, kind = names.draft, item.text("relationship")
    other = names.dataset_of(item.text("name"), cube.dataset)
    if kind not in (*_MANY_TO_ONE, *_ONE_TO_MANY):
        raise NotCarried(f"`{kind}` is no kind of relationship that is known.", "link")
    tree = names.tree(item.text("sql"), cube.dataset)
    pairs = equal_columns(tree, lambda column: _plain_column(draft, column, cube.dataset))
    sides = {"": cube.dataset, cube.dataset: cube.dataset, other: other}
    columns: dict[str, list[str]] = {cube.dataset: [], other: []}
    for pair in pairs:
        ends = [sides.get(one.table, "") for one in pair]
        if set(ends) != {cube.dataset, other}:
            raise NotCarried("its condition is not between the two cubes.", "link")
        for end, one in zip(ends, pair, strict=True):
            columns[end].append(one.name)
    many, to = (cube.dataset, other) if kind in _MANY_TO_ONE else (other, cube.dataset)
    if _is_there(draft, many, to, columns):
        item.leave(f"join {cube.dataset}.{other}", _WHY)
        return
    if declared_key(draft.datasets[to], columns[to]):
        why = f"is taken for a key of `{to}`, because a join ends there; checked against the data."
        item.assumed(f"{to}: {', '.join(columns[to])}", why, "key")
    entry: Plain = {"from": many, "to": to, "from_columns": columns[many], "to_columns": columns[to]}
    draft.add_relationship(item, f"{many}_{to}", entry)
    item.leave(f"join {cube.dataset}.{other}", _WHY)


def _is_there(draft: Draft, many: str, to: str, columns: dict[str, list[str]]) -> bool:
    """Whether the other cube has said the same join from its side."""
    return any(
        (one["from"], one["to"], one["from_columns"], one["to_columns"]) == (many, to, columns[many], columns[to])
        for one in draft.relationships.values()
    )


def _plain_column(draft: Draft, column: exp.Column, dataset: str) -> str:
    """The column of the table that a dimension in a join condition stands for."""
    entry = draft.field(column.table or dataset, column.name)
    text = str((entry or {}).get("expression", column.name))
    if not text.replace("_", "").isalnum():
        raise NotCarried(f"it joins by `{column.name}`, which is computed.", "link")
    return text
