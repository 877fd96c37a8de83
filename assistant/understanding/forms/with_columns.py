"""Single rows with what else is asked of each: "open deals with their owner", "list lost deals with the reason"."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from assistant.answer import Plan
from assistant.understanding.forms.asking import Asking, phrases
from assistant.understanding.forms.rows_asked import rows_asked
from assistant.understanding.forms.single_rows import extreme
from assistant.understanding.tokens import Token
from semantic_layer import GroupBy

MOST_ITEMS, LONGEST_ITEM, SURE_NAME = 4, 4, 0.8
Tokens = Sequence[Token]


def with_columns(asking: Asking) -> Plan | None:
    """The list of rows with the fields named behind "with their"; None for any other question."""
    start = _requested(asking)
    for at, behind in asking.found("with_columns"):
        tail = asking.tokens[behind:]
        owned = bool(tail) and tail[0].text in asking.world.language.words("possessives")
        plan = _rows(asking, asking.tokens[start:at]) if tail and at > start else None
        fields = _fields(asking, tail, plan.query.entity) if plan is not None else ()
        if plan is not None and fields and (owned or start or len(fields) > 1):  # "deals with a reason" have one
            return _shown(asking, plan, fields)
    return None


def _requested(asking: Asking) -> int:
    """The place behind "list all" or "show me", 0 without a request."""
    behind = asking.end(0, "rows_asked")
    return behind if behind is not None else asking.past(0, "requesting")


def _rows(asking: Asking, head: Tokens) -> Plan | None:
    """The plan of the rows alone, as a list."""
    alone = replace(asking, tokens=(*asking.made("list", 0), *head))
    found = (rows_asked(alone), extreme(alone), asking.read(alone.tokens))
    return next((one for one in found if isinstance(one, Plan) and one.query.entity and not one.query.metrics), None)


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
    return _in_short(asking, item, dataset)


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
