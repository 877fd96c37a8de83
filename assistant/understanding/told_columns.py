"""Sentences that tell the columns, the first few and the order: "Return the city, the number of rides and the average
fare, for the top 3 cities by number of rides, ordered from lowest to highest fare".

What stands in such a sentence alone is asked as its numbers by its fields; behind a question it changes what is shown.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from assistant.answer import Clarification, Explanation, Plan, Refusal
from assistant.understanding.draft import World
from assistant.understanding.entities.words import Words, word_lists
from assistant.understanding.had_counts import counted_by_rows
from assistant.understanding.tokens import Token
from semantic_layer import Filter, OrderBy, SemanticQuery, stands

SURE_NAME = 0.95
MOST_ITEMS = 8
IDLE = frozenset({"by", "of", "in", "the", ",", "."})
JOINTS = frozenset({",", "and", "&", ";", "along"})
SMALL = frozenset({"only", "just", "the"})
LIMITING = frozenset({"for", "in", "during", "from", "between", "since", "over", "where", "who", "whose", "on", "per"})
Planner = Callable[[str], Plan | Clarification | Explanation | Refusal]


@dataclass(frozen=True)
class Cut:
    """The first few by a number: how many, of what, by which words, and whether the largest come first."""

    rows: int
    things: tuple[Token, ...]
    by: tuple[Token, ...]
    descending: bool = True


@dataclass(frozen=True)
class Told:
    """What a sentence tells: the items to show, what limits the rows, the first few, and the order."""

    items: tuple[tuple[Token, ...], ...]
    limits: tuple[Token, ...] = ()
    cut: Cut | None = None
    order: tuple[tuple[Token, ...], bool] | None = None


def told(tokens: Sequence[Token], world: World) -> Told | None:
    """What the words behind the verb of a sentence tell; None when an end of them is not understood."""
    rest, order = _ordered(tuple(tokens), world)
    rest, cut = _cut(rest, world)
    rest, limits = _limited(_without_sign(rest))
    items = _with_heads(tuple(_items(rest, world)), world)
    said_order = any(word.text in word_lists()["sorting"] for word in rest)
    return None if said_order or not items or len(items) > MOST_ITEMS else Told(items, limits, cut, order)


def asked_alone(tokens: Sequence[Token], plan: Planner, world: World) -> Plan | None:
    """The plan of a sentence that is the whole question: its numbers by its fields, in its order."""
    said = told(tokens, world)
    if said is None:
        return None
    found = _listed(said, plan, world) or _by_groups(said, plan, world)
    owned = any(token.text in world.language.words("possessives") for token in tokens)
    return None if owned and found is not None and found.query.filters else found  # "members with their silver"


def _listed(said: Told, plan: Planner, world: World) -> Plan | None:
    """The plan of the items alone, as a list of things, in the order told."""
    each, bare = each_of(said.limits), tuple(tuple(_without(item, world)) for item in said.items)
    if bare == said.items and not (each or said.cut or said.order):
        return None  # which was read already
    limits = "" if each else _spelt(said.limits)
    found = plan(f"{_request(bare[0], world)} {', '.join(map(_spelt, bare))} {limits}".strip())
    if not isinstance(found, Plan) or (each and not _lists(found.query, each, world)):
        return None
    return arranged(found, said, plan, world)


def _request(item: Sequence[Token], world: World) -> str:
    """The first word for a request that names nothing together with what it asks for: no "return emails" returned."""
    verbs = world.language.words("column_verbs")
    heads = [item[:size] for size in range(1, len(item) + 1)]
    told = {verb: world.language.tokens(verb) for verb in verbs}
    return next(
        (verb for verb in verbs if not any(world.lexicon.lookup([*told[verb], *head]) for head in heads)), verbs[0]
    )


def _lists(query: SemanticQuery, things: Sequence[Token], world: World) -> bool:
    """Whether a query lists the things named."""
    meant = {c.target for c in world.lexicon.lookup(things)}
    return bool({query.entity, *(group.field for group in query.group_by)} & meant - {""})


def _by_groups(said: Told, plan: Planner, world: World) -> Plan | None:
    """The plan of the numbers told by the fields told."""
    metrics, fields = [], []
    for item in said.items:
        name = number_told(item, plan, world)
        if name:
            metrics.append(world.layer.metrics[name].title)
        elif is_group(item, world):
            fields.append(group_words(item, world))
        else:
            return None
    each = each_of(said.limits)
    if each and is_group(each, world) and _spelt(_without(each, world)) not in fields:
        fields.append(_spelt(_without(each, world)))
    elif each and not _owns(each, fields, world):
        return None
    groups = " and ".join(dict.fromkeys(fields))
    text = f"{' and '.join(metrics)} by {groups} {'' if each else _spelt(said.limits)}".strip()
    found = plan(text) if metrics and fields else None
    return arranged(found, said, plan, world) if isinstance(found, Plan) else None


def arranged(plan: Plan, said: Told, planner: Planner, world: World) -> Plan | None:
    """The plan with the first few and in the order that a sentence tells; None where these are not of its own."""
    query: SemanticQuery | None = plan.query
    if said.cut is not None and query is not None:
        by = shown_as(number_told(said.cut.by, planner, world), query, world)
        query = _cut_by(query, said.cut, by, world)
    if said.order is not None and query is not None:
        query = _in_order(query, said, planner, world)
    kept = query is not None and stands(world.layer, query)
    return replace(plan, query=query, spans=()) if query is not None and kept else None


def number_told(item: Sequence[Token], plan: Planner, world: World, within: Sequence[Filter] = ()) -> str:
    """The one metric that an item is, under no condition but those that hold already; empty for any other."""
    words = _without(item, world)
    named = {c.target for c in world.lexicon.lookup(words) if c.kind == "metric" and c.weight >= SURE_NAME}
    if len(named) == 1 and not is_group(item, world):
        return named.pop()
    if is_group(item, world) or not words:
        return ""
    alone = plan(_spelt(item))
    query = alone.query if isinstance(alone, Plan) and not alone.notes else None
    if query is None or query != SemanticQuery(metrics=query.metrics, filters=query.filters):
        return ""
    return query.metrics[0] if set(query.filters) <= set(within) and len(query.metrics) == 1 else ""


def unit_of(item: Sequence[Token], world: World) -> str:
    """The grain that an item names, empty for any other."""
    words = _without(item, world)
    units = world.language.data["units"].items()
    named = words[0].text if len(words) == 1 else ""
    return next((str(grain) for grain, names in units if named in names), "")


def is_group(item: Sequence[Token], world: World) -> bool:
    """Whether an item names a field as a whole, or a unit of time."""
    words = _without(item, world)
    if unit_of(item, world):
        return True
    meant = world.lexicon.lookup(words)
    return any(concept.kind == "dimension" and concept.weight >= SURE_NAME for concept in meant)


def _ordered(
    tokens: tuple[Token, ...], world: World
) -> tuple[tuple[Token, ...], tuple[tuple[Token, ...], bool] | None]:
    """The words before "ordered ...", and by what and how the rows are ordered."""
    words = Words(tokens, world)
    for at in range(len(tokens)):
        behind = words.phrase(at, "sorting")
        if behind is None or at == 0:
            continue
        for place in range(behind - 1, len(tokens)):
            for role, descending in (("ascending", False), ("descending", True)):
                end = words.phrase(place, role)
                if end is not None:
                    by = _measure((*tokens[behind:place], *tokens[end:]))
                    return tokens[: _before(tokens, at)], (by, descending)
        return tokens[: _before(tokens, at)], (_measure(tokens[behind:]), False)
    return tokens, None


def _cut(tokens: tuple[Token, ...], world: World) -> tuple[tuple[Token, ...], Cut | None]:
    """The words before "for the top 3 cities by number of rides", and what these say."""
    cues = world.language.cues
    for at in range(1, len(tokens) - 3):
        if tokens[at].text not in ("for", "of", "only"):
            continue
        start = next((i for i in range(at + 1, len(tokens)) if tokens[i].text not in SMALL), len(tokens))
        ranked = cues.get(tokens[start].text, ()) if start + 2 < len(tokens) else ()
        number = _number(tokens[start + 1], world) if {"top", "bottom"} & set(ranked) else None
        by = next((i for i in range(start + 2, len(tokens)) if tokens[i].text == "by"), None)
        if number is not None and by is not None:
            told_by = _measure(tokens[by + 1 :])
            return tokens[: _before(tokens, at)], Cut(number, tokens[start + 2 : by], told_by, "top" in ranked)
    return tokens, None


def _limited(tokens: tuple[Token, ...]) -> tuple[tuple[Token, ...], tuple[Token, ...]]:
    """The words of the items, and those behind them that say which rows: "... in 2025", "... for active clients"."""
    last = max((at for at, token in enumerate(tokens) if token.text in (",", "and")), default=0)
    at = next((i for i in range(last + 1, len(tokens)) if tokens[i].text in LIMITING), len(tokens))
    return tokens[:at], tokens[at:]


def each_of(limits: Sequence[Token]) -> tuple[Token, ...]:
    """The things of "for each city", "per city", "for all customers"; empty for what limits the rows."""
    if any(token.text in LIMITING for token in limits[1:]):
        return ()  # "per city in 2025", "for each city since May"
    if len(limits) > 2 and limits[0].text == "for" and limits[1].text in ("all", "each", "every"):
        things = tuple(limits[2:])
    else:
        things = tuple(limits[1:]) if len(limits) > 1 and limits[0].text == "per" else ()
    return things if LIMITING.isdisjoint(token.text for token in things) else ()  # "per topic for 2025"


def _owns(things: Sequence[Token], fields: Sequence[str], world: World) -> bool:
    """Whether things named are those that one of the fields is of: "the name ... for all customers"."""
    meant = {c.target for c in world.lexicon.lookup(things) if c.kind == "noun"}
    of = (c for field in fields for c in world.lexicon.lookup(world.language.tokens(field)) if c.kind == "dimension")
    return bool(meant & {concept.target.partition(".")[0] for concept in of})


def _items(tokens: Sequence[Token], world: World) -> Iterator[tuple[Token, ...]]:
    """The things named between commas and "and"."""
    item: list[Token] = []
    along = False
    for token in (*tokens, None):
        if token is None or token.text in JOINTS:
            if item and _without(item, world):
                yield tuple(item)
            item, along = [], token is not None and token.text == "along"
        elif along and token.text == "with":
            along = False
        else:
            item.append(token)


def _with_heads(items: tuple[tuple[Token, ...], ...], world: World) -> tuple[tuple[Token, ...], ...]:
    """The items, one that is no name by itself with the last word of the next: "first and last name"."""
    whole = list(items)
    for at in reversed(range(len(items) - 1)):
        told = (*items[at], whole[at + 1][-1])
        if not world.lexicon.lookup(_without(items[at], world)) and world.lexicon.lookup(_without(told, world)):
            whole[at] = told
    return tuple(whole)


def shown_as(name: str, query: SemanticQuery, world: World) -> str:
    """What the query shows a number as: members as the members with bookings that it counts; else the number itself."""
    counted = world.nouns.counted.get(name, "")
    told_as = [one for one, _ in counted_by_rows(world.layer, counted) if one in query.metrics] if counted else []
    return told_as[0] if len(told_as) == 1 and name not in query.metrics else name


def _cut_by(query: SemanticQuery, cut: Cut, by: str, world: World) -> SemanticQuery | None:
    """The first few rows by a number, where the things named are those of the rows and nothing else cuts them."""
    if not by or query.limit not in (None, cut.rows) or query.top is not None or query.compare is not None:
        return None
    if not _are_rows(cut.things, query, world):
        return None
    metrics = query.metrics if by in query.metrics else (*query.metrics, by)
    order = (OrderBy(by=by, descending=cut.descending),)
    return query.model_copy(update={"metrics": metrics, "order_by": order, "limit": cut.rows})


def _are_rows(things: Sequence[Token], query: SemanticQuery, world: World) -> bool:
    """Whether things named are what each row of a query is of: its one field, or what its fields belong to."""
    own = {query.entity, *(group.field for group in query.group_by)} - {""}
    meant = {c.target for c in world.lexicon.lookup(things) if c.kind in ("noun", "dimension", "metric")}
    meant |= {world.nouns.counted[one] for one in meant & set(world.nouns.counted)}
    if len(query.group_by) == 1 or query.entity:
        return bool(meant & own)
    named = (world.layer.datasets[name] for name in meant & set(world.layer.datasets))
    return any(own & {f"{one.name}.{key}" for key in one.key_fields} for one in named)


def _in_order(query: SemanticQuery, said: Told, planner: Planner, world: World) -> SemanticQuery | None:
    """The query in the order told, by a number or a field that it shows; None where it shows no such one."""
    assert said.order is not None
    words, descending = said.order
    if query.limit is not None:
        return None  # which rows are kept and how they are ordered are two things
    by = shown_as(number_told(words, planner, world), query, world) if words else ""
    fields = {c.target for c in world.lexicon.lookup(words) if c.kind == "dimension"} if words else set[str]()
    shown = [group.field for group in query.group_by if group.field in fields]
    if not words and len(query.metrics) == 1:
        by = query.metrics[0]
    if by in query.metrics or (not by and len(shown) == 1):
        return query.model_copy(update={"order_by": (OrderBy(by=by or shown[0], descending=descending),)})
    return None


def _measure(tokens: Sequence[Token]) -> tuple[Token, ...]:
    """The words that name a number, without "by", "the" and signs."""
    found = list(tokens)
    while found and found[0].text in IDLE:
        found = found[1:]
    while found and found[-1].text in IDLE:
        found = found[:-1]
    return tuple(found)


def _before(tokens: Sequence[Token], at: int) -> int:
    """The place behind the last word before a place that is no sign or "and"."""
    return next((i + 1 for i in range(at - 1, -1, -1) if tokens[i].text not in (",", ";", "and", ".")), 0)


def _number(token: Token, world: World) -> int | None:
    if token.text.isdecimal():
        return int(token.text)
    told_as = world.language.data["number_words"].get(token.text)
    return int(told_as) if told_as is not None else None


def _without(item: Sequence[Token], world: World) -> list[Token]:
    """The words without articles, "their" and "distinct"."""
    language = world.language
    passed = {*language.determiners, *language.words("possessives"), *language.words("distinct_words")}
    return [token for token in item if token.text not in passed]


def _without_sign(tokens: tuple[Token, ...]) -> tuple[Token, ...]:
    return tokens[: _before(tokens, len(tokens))]


def group_words(item: Sequence[Token], world: World) -> str:
    """What to break down by for an item: the things themselves for what these are called by, else its words."""
    words = _without(item, world)
    named = {c.target for c in world.lexicon.lookup(words) if c.kind == "dimension" and c.weight >= SURE_NAME}
    owners = {field.partition(".")[0] for field in named}
    things = [one for one in owners if named <= {*world.nouns.names(one), *_keys_of(one, world)}]
    return world.layer.datasets[things[0]].title if len(owners) == 1 and things else _spelt(words)


def _keys_of(dataset: str, world: World) -> set[str]:
    return {f"{dataset}.{key}" for key in world.layer.datasets[dataset].key_fields}


def _spelt(tokens: Sequence[Token]) -> str:
    return " ".join(token.raw for token in tokens)
