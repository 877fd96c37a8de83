"""Single rows with what else is asked of each: "open deals with their owner", "list lost deals with the reason"."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from assistant.answer import Plan
from assistant.understanding.forms.asking import Asking, phrases
from assistant.understanding.forms.rows_asked import rows_asked
from assistant.understanding.forms.sets import sets
from assistant.understanding.forms.single_rows import extreme
from assistant.understanding.tokens import Token
from semantic_layer import GroupBy, SemanticQuery

MOST_ITEMS, LONGEST_ITEM, SURE_NAME = 4, 4, 0.8
Tokens = Sequence[Token]


def with_columns(asking: Asking) -> Plan | None:
    """The list of rows with the fields named behind "with their"; None for any other question."""
    return _with(asking, owned_only=False)


def with_their_columns(asking: Asking) -> Plan | None:
    """The same where the fields are said to be theirs, so that they are no condition on what the rows have."""
    return _with(asking, owned_only=True)


def _with(asking: Asking, owned_only: bool) -> Plan | None:
    start = _requested(asking)
    for at, behind in asking.found("with_columns"):
        tail = asking.tokens[behind:]
        owned = bool(tail) and tail[0].text in asking.world.language.words("possessives")
        if not tail or at <= start or (owned_only and not owned):
            continue
        plan = _rows(asking, asking.tokens[start:at]) or _ranked(asking, start, at)
        fields = _fields(asking, tail, _things(asking, plan.query)) if plan is not None else ()
        if [asking.world.layer.fields[name].kind for name in fields] == ["boolean"]:
            continue  # "members who paid their fee" are not listed with whether they did
        if plan is not None and fields and (owned or start or len(fields) > 1):  # "deals with a reason" have one
            return _shown(asking, plan, fields)
    return None


def columns_of(asking: Asking) -> Plan | None:
    """The list of people with the fields named before "of": "names and emails of all gold members"."""
    start, ofs = _requested(asking), asking.world.language.words("genitive")
    at = next((at for at in range(start + 1, len(asking.tokens)) if asking.tokens[at].text in ofs), 0)
    plan = _rows(asking, asking.tokens[at + 1 :]) if at else None
    fields = _fields(asking, asking.tokens[start:at], plan.query.entity) if plan is not None else ()
    told = any(asking.world.layer.fields[name].pii for name in fields)
    return _shown(asking, plan, fields) if plan is not None and told else None


def _requested(asking: Asking) -> int:
    """The place behind "list all" or "show me", 0 without a request."""
    behind = asking.end(0, "rows_asked")
    return behind if behind is not None else asking.past(0, "requesting")


def _rows(asking: Asking, head: Tokens) -> Plan | None:
    """The plan of the rows alone, as a list."""
    alone = replace(asking, tokens=(*asking.made("list", 0), *head))
    found = (rows_asked(alone), extreme(alone), asking.read(alone.tokens), sets(alone))
    return next((one for one in found if isinstance(one, Plan) and one.query.entity and not one.query.metrics), None)


def _ranked(asking: Asking, start: int, at: int) -> Plan | None:
    """The plan of things ranked by a number: "top 10 customers by revenue"."""
    plan = asking.read(asking.tokens[start:at])
    one = plan is not None and len(plan.query.metrics) == 1 and plan.query.limit and not plan.query.compare
    return plan if plan is not None and one and _things(asking, plan.query) else None


def _things(asking: Asking, query: SemanticQuery) -> str:
    """The dataset whose rows a query shows, each by its key; empty for any other query."""
    shown = {group.field for group in query.group_by if not group.via and not group.entity}
    if query.entity:
        return query.entity
    datasets = asking.world.layer.datasets.values()
    keys = {one.name: {f"{one.name}.{key}" for key in one.key_fields} for one in datasets if one.key_fields}
    told = [name for name, key in keys.items() if key <= shown]
    return told[0] if len(told) == 1 else ""


def _fields(asking: Asking, tail: Tokens, dataset: str) -> tuple[str, ...]:
    """The one field that each item of a list names, empty when one of them is none."""
    items = list(_items(asking, tail))
    found = [_field(asking, item, dataset) for item in items]
    return tuple(dict.fromkeys(found)) if all(found) and len(found) <= MOST_ITEMS else ()


def _items(asking: Asking, tail: Tokens) -> Iterator[list[Token]]:
    """The words between commas and "and", without articles."""
    passed = {*asking.world.language.determiners, *asking.world.language.words("possessives")}
    item: list[Token] = []
    for token in (*tail, None):
        if token is not None and token.text not in phrases()["item_joints"]:
            item += [token] if token.text not in passed else []
        elif item or token is None:
            yield item
            item = []


def _field(asking: Asking, item: Tokens, dataset: str) -> str:
    """The field of the rows, or of what each belongs to, that some words name, also short for a name of the rows."""
    if not 0 < len(item) <= LONGEST_ITEM:
        return ""
    world = asking.world
    for said in (item, [*asking.made(world.layer.datasets[dataset].title, 0), *item]):
        found = [c for c in world.lexicon.lookup(said) if c.kind == "dimension" and c.weight >= SURE_NAME]
        named = {c.target for c in found if not world.layer.fields[c.target].hidden}
        walks = {name: world.reach.steps(dataset, name.partition(".")[0]) for name in named}
        least = min((walk for walk in walks.values() if walk is not None), default=None)
        near = [name for name, walk in walks.items() if walk is not None and walk == least]
        if near:
            return near[0] if len(near) == 1 else ""
    datasets = asking.world.layer.datasets
    owners = [name for name, one in datasets.items() if one.entity and world.reach.steps(dataset, name) == 1]
    return next((name for owner in (dataset, *owners) if (name := _in_short(asking, item, owner))), "")


def _in_short(asking: Asking, item: Tokens, dataset: str) -> str:
    """The one field of the rows whose name holds the words: "reason" of a deal is the reason why it was lost."""
    words = {token.plain for token in item}
    tokens = asking.world.language.tokens
    own = [field for field in asking.world.layer.datasets[dataset].fields if not field.hidden]
    named = [field.name for field in own if words <= {token.plain for token in tokens(field.title)}]
    return f"{dataset}.{named[0]}" if len(named) == 1 else ""


def _shown(asking: Asking, plan: Plan, fields: tuple[str, ...]) -> Plan | None:
    """The list with these columns behind those that it has."""
    shown = {group.field for group in plan.query.group_by}
    added = tuple(GroupBy(field=name) for name in fields if name not in shown)
    query = plan.query.model_copy(update={"group_by": (*plan.query.group_by, *added)})
    return replace(plan, query=query, asked=None) if asking.stands(query) else None
