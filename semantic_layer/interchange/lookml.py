"""LookML views and explores to our model."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlglot import exp

from semantic_layer.interchange.draft import Draft, described
from semantic_layer.interchange.items import Item, Plain, attempt, inherited
from semantic_layer.interchange.lookml_explores import read_explores
from semantic_layer.interchange.lookml_measures import read_measures
from semantic_layer.interchange.members import Members, own_rows
from semantic_layer.interchange.naming import NotCarried, clean_name, close
from semantic_layer.interchange.sqltext import to_duckdb
from semantic_layer.interchange.tables import set_times, table_of

SHOWN = "how something is shown is Tellwise's own."
WHY = {
    **dict.fromkeys(("value_format", "html", "group_label", "view_label", "group_item_label", "alpha_sort"), SHOWN),
    **dict.fromkeys(("link", "links", "action", "actions", "drill_fields", "sets", "fields", "order_by_field"), SHOWN),
    "tags": "tags have no meaning for Tellwise.",
    "suggestions": "Tellwise looks values up in the data itself.",
    "suggest_dimension": "Tellwise looks values up in the data itself.",
    "required_access_grants": "who may see what is NOT carried over; write a `policy` for the dataset.",
    "access_filters": "who may see what is NOT carried over; write a `policy` for the dataset.",
    "access_filter": "who may see what is NOT carried over; write a `policy` for the dataset.",
    "access_grants": "who may see what is NOT carried over; write a `policy` for the dataset.",
    "filters": "filter-only fields need templating, which is never executed.",
    "parameters": "parameters need templating, which is never executed.",
    "convert_tz": "the zone of a clock is said with `stored_in` and `time_zone`.",
    "datatype": "Tellwise takes types from the table.",
    "aggregate_tables": "Tellwise has no stored roll-ups.",
    "datagroups": "Tellwise loads data by its own schedule.",
    "persist_with": "Tellwise loads data by its own schedule.",
    "connection": "Tellwise has one warehouse.",
}
_TYPES = {"string": "", "zipcode": "", "number": "number", "yesno": "boolean", "date": "time", "date_time": "time"}
_GRAINS = ("raw", "time", "date", "hour", "week", "month", "quarter", "year")


@dataclass(frozen=True)
class View:
    """A view with those that it extends, nearest last."""

    item: Item
    chain: tuple[Item, ...]
    dataset: str

    def blocks(self, key: str) -> list[Item]:
        """The blocks under `key`; a view's own replace inherited ones of the same name."""
        return inherited(self.chain, key)


def read_lookml_model(draft: Draft, roots: list[Item]) -> None:
    """Take in the views of all files, and the joins of their explores."""
    known = {item.text("name").lower(): item for root in roots for item in root.items("views")}
    views: list[View] = []
    for item in (one for one in known.values() if one.text("extension") != "required"):
        attempt(item, f"view {item.text('name')}", lambda item=item: views.append(_view(draft, item, known)))
    members = Members(draft)
    for view in views:
        _declare(draft, view)
    for view in views:
        _read_fields(members, view)
    read_explores(members, [item for root in roots for item in root.items("explores")], WHY)
    read_measures(members, [(view.dataset, view.blocks("measures")) for view in views], WHY)
    set_times(draft)
    _leave(roots, views)


def _leave(roots: Iterable[Item], views: Iterable[View]) -> None:
    for view in views:
        read = ("label", "description", "dimensions", "dimension_groups", "measures", "extension")
        view.item.leave(f"view {view.item.text('name')}", WHY, read)
    for root in roots:
        root.leave("file", WHY, ("include", "week_start_day"))
        if root.has("week_start_day") and root.text("week_start_day").lower() != "monday":
            root.lost("week_start_day", "say `week_start: sunday` in the definitions.", "key", "week_start_day")


def _view(draft: Draft, item: Item, known: dict[str, Item]) -> View:
    name = item.text("name")
    if name.startswith("+"):
        raise NotCarried("a refinement changes another view; merge it there.", "refinement")
    chain = _chain(item, known, ())
    source = _source(draft, item, chain)
    for key in ("sql_table_name", "derived_table", "extends", "extends__all"):
        item.raw(key)
    return View(item, chain, draft.add_dataset(item, name, {"source": source, **_about(item)}))


def _about(item: Item) -> Plain:
    return described(item, "", item.text("label"))


def _source(draft: Draft, item: Item, chain: tuple[Item, ...]) -> str:
    for one in reversed(chain):
        if one.has("sql_table_name"):
            return table_of(draft, item, one.text("sql_table_name"), draft.dialect)
        if one.has("derived_table"):
            table = one.child("derived_table")
            if not table.has("sql"):
                raise NotCarried("its derived table is made of an explore, not of SQL.", "derived_table")
            found = table_of(draft, item, table.text("sql"), draft.dialect)
            table.leave(f"view {item.text('name')}: derived_table", dict.fromkeys(table.data, WHY["persist_with"]))
            return found
    return table_of(draft, item, item.text("name"), draft.dialect)


def _chain(item: Item, known: dict[str, Item], seen: tuple[str, ...]) -> tuple[Item, ...]:
    name = item.text("name").lower()
    chain: tuple[Item, ...] = ()
    for parent in (*item.texts("extends__all"), *item.texts("extends")):
        if parent.lower() in (*seen, name):
            raise NotCarried(f"`{name}` extends itself.", "extends")
        if parent.lower() not in known:
            raise NotCarried(f"it extends `{parent}`, which is not there.{close(parent, known)}", "extends")
        chain += _chain(known[parent.lower()], known, (*seen, name))
    return (*chain, item)


def _declare(draft: Draft, view: View) -> None:
    """Make the fields known by name, before any SQL is read."""
    for item in view.blocks("dimensions"):
        what = f"dimension {view.dataset}.{item.text('name')}"
        attempt(item, what, lambda item=item: _declare_one(draft, view, item, _kind(item)))
    for item in view.blocks("dimension_groups"):
        what = f"dimension_group {view.dataset}.{item.text('name')}"
        attempt(item, what, lambda item=item: _declare_group(draft, view, item))


def _kind(item: Item) -> str:
    kind = item.text("type", "string")
    if kind not in _TYPES:
        raise NotCarried(f"a dimension of type `{kind}` has no place in a model of Tellwise.", "type")
    return _TYPES[kind]


def _declare_one(draft: Draft, view: View, item: Item, kind: str) -> str:
    entry: Plain = {**({"type": kind} if kind else {}), **_about(item), **format_of(item)}
    if item.flag("hidden"):
        entry["hidden"] = True
    entry.pop("decimals", None)
    name = draft.add_field(item, view.dataset, item.text("name"), entry)
    plain = item.text("sql", f"${{TABLE}}.{name}").replace("${TABLE}.", "").strip('"` ;')
    if plain.lower() != name:
        draft.names.mark_computed(view.dataset, name)
    return name


def _declare_group(draft: Draft, view: View, item: Item) -> None:
    if item.text("type", "time") != "time":
        raise NotCarried("a length between two times; make it a number in SQL.", "type")
    name = _declare_one(draft, view, item, "time")
    column = exp.column(name)
    for alias, tree in (("raw", column), ("time", column), ("date", exp.cast(column.copy(), "DATE"))):
        draft.names.add_field(view.dataset, f"{item.text('name')}_{alias}", tree)
    other = [one for one in item.texts("timeframes") if one not in _GRAINS]
    if other:
        item.lost(f"{item.text('name')}: {', '.join(other)}", "Tellwise groups times by periods only.", "timeframe")


def format_of(item: Item) -> Plain:
    """The key `format` (and `decimals`) that a named format of Looker stands for."""
    name = item.text("value_format_name").lower()
    kind, _, digits = name.partition("_")
    decimals: Plain = {"decimals": int(digits)} if digits.isdigit() and int(digits) <= 6 else {}
    if kind in ("usd", "eur", "gbp"):
        return {"format": "currency", **decimals}
    if kind in ("percent", "decimal"):
        return {"format": kind, **decimals}
    if name:
        item.lost(f"{item.text('name')}: value_format_name", f"`{name}` is not known.", "key", "value_format_name")
    return {}


def _read_fields(members: Members, view: View) -> None:
    for key in ("dimensions", "dimension_groups"):
        for item in view.blocks(key):
            _read_field(members, view, item, key.removesuffix("s"))


def _read_field(members: Members, view: View, item: Item, kind: str) -> None:
    draft, name = members.draft, clean_name(item.text("name"))
    entry = draft.field(view.dataset, name)
    if entry is None:
        return
    what = f"{kind} {view.dataset}.{item.text('name')}"
    try:
        tree = own_rows(_field_tree(members, view, item, name))
        if to_duckdb(tree) != name:
            entry["expression"] = to_duckdb(tree)
        if item.flag("primary_key"):
            if not isinstance(tree, exp.Column):
                raise NotCarried("a key must be a column of the table.", "key")
            draft.datasets[view.dataset].setdefault("primary_key", []).append(tree.name)
    except NotCarried as error:
        fields: list[Plain] = draft.datasets[view.dataset]["fields"]
        fields.remove(entry)
        draft.names.fields[view.dataset].pop(name, None)
        item.lost(what, str(error), error.code)
        return
    item.leave(what, WHY, ("type", "label", "description", "hidden", "timeframes", "value_format_name"))


def _field_tree(members: Members, view: View, item: Item, own: str) -> exp.Expr:
    if not item.has("case"):
        return members.tree(item.text("sql") or f"${{TABLE}}.{own}", view.dataset, own)
    case = item.child("case")
    branches = [
        exp.If(this=members.tree(one.text("sql"), view.dataset, own), true=exp.Literal.string(one.text("label")))
        for one in case.items("when")
    ]
    if not branches:
        raise NotCarried("its `case` has no `when`.", "shape")
    other = case.text("else")
    case.leave(f"dimension {own}: case", WHY)
    return exp.Case(ifs=branches, default=exp.Literal.string(other) if other else None)
