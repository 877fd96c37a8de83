"""Follow-ups about one row of a list, or about those that were not shown: "the second one", "what about the others"."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from assistant.answer import Clarification, Option, Plan
from assistant.conversation.followup import FollowUp, Reading
from assistant.conversation.merging import merged_filters
from assistant.conversation.phrases import words_of
from assistant.conversation.population import column_of, is_cut, population, telling
from assistant.conversation.references import pinned
from assistant.conversation.turns import Turn
from assistant.understanding import World
from semantic_layer import METRIC_TIME, Dimension, Filter, GroupBy, SemanticQuery, stands

MOST_ATTRIBUTES = 14
PICKING = frozenset({"polite", "leaning", "narrowing", "correcting", "among"})


def read_pick(follow_up: FollowUp) -> Reading | None:
    """ "the second one", "tell me more about the last one": one row of the last list, or all there is on it."""
    phrases, words = follow_up.phrases, follow_up.words
    asked = phrases.opens(words, "picks", "more")
    start = asked + phrases.opens(words[asked:], "picks", "articles")
    place = _place(follow_up, words[start : start + 1])
    size = phrases.opens(words[start + 1 :], "picks", "nouns") if place else 0
    if not place or not size:
        return None
    if not follow_up.cues <= PICKING:
        return follow_up.refuse("unfollowed")  # "without the first one" asks for the others
    turn = _last_list(follow_up)
    row = _row(turn, place) if turn is not None else None
    if turn is None or row is None or turn.query is None:
        return follow_up.refuse("no_reference", words=" ".join(words[start : start + 1 + size]))
    query = _of_row(follow_up.understanding.world, turn, turn.query, row, whole=bool(asked))
    if query is None:
        return follow_up.refuse("no_reference", words=" ".join(words[start : start + 1 + size]))
    rest = follow_up.tokens[start + 1 + size :]
    if not rest:
        return Plan(query)
    read = replace(follow_up, tokens=rest, base=query).read("metrics")
    return read if isinstance(read, Plan) else follow_up.refuse("unfollowed")


def read_without_one(follow_up: FollowUp) -> Reading | None:
    """ "without the biggest one": the other rows of the answer before; None for words that leave out no row."""
    phrases, words = follow_up.phrases, follow_up.words
    left_out = phrases.opens(words, "picks", "left_out")
    start = left_out + phrases.opens(words[left_out:], "picks", "articles")
    word, behind = words[start : start + 1], words[start + 1 :]
    if not (left_out or "removing" in follow_up.cues) or (behind and not phrases.is_one(behind, "picks", "nouns")):
        return None
    base, turn = follow_up.base, follow_up.turn
    if phrases.is_one(words_of(follow_up.rest[-1:]), "picks", "several"):
        return None  # "drop the bottom ones" says not how many
    group = telling(base, turn)
    row = _row_called(follow_up, word) if group is not None and turn.whole else None
    at = column_of(turn, group.field) if group is not None else None
    if row is None or group is None or at is None or row[at] is None:
        return None
    if not is_cut(base):
        condition = Filter(field=group.field, op="not_in", values=(row[at],), via=group.via)
        return Plan(base.model_copy(update={"filters": merged_filters(base.filters, (condition,), adds=True)}))
    shown = population(base, turn)
    if shown is None or len(turn.rows) < 2:
        return None
    *others, rows = shown.filters
    kept = rows.model_copy(update={"values": tuple(value for value in rows.values if value != row[at])})
    return Plan(shown.model_copy(update={"filters": (*others, kept)}))


def read_next(follow_up: FollowUp) -> Reading | None:
    """ "the next five": the rows behind those that a ranking showed."""
    base, phrases = follow_up.base, follow_up.phrases
    start = phrases.opens(follow_up.words, "picks", "next")
    meant = [one for one in follow_up.understanding.meanings(follow_up.tokens[start:]) if one.cues != {"filler"}]
    ones = phrases.is_one(follow_up.words[-1:], "pairs", "ones")
    amounts = [one.amount for one in meant if one.amount is not None]
    if not start or base.limit is None or len(amounts) > 1 or len(meant) > len(amounts) + ones:
        return None
    count = int(amounts[0]) if amounts else base.limit
    if count < 1 or not (amounts or start == len(follow_up.words)):
        return None
    return Plan(base.model_copy(update={"skip": base.skip + base.limit, "limit": count}))


def _row_called(follow_up: FollowUp, word: tuple[str, ...]) -> tuple[Any, ...] | None:
    """The one row that a word picks: by its place, or as the largest or smallest; None where two are alike."""
    language, turn, base = follow_up.understanding.world.language, follow_up.turn, follow_up.base
    cues = set(language.cues.get(word[0], ())) if word else set[str]()
    if word and word[0] in language.data["ordinals"]:
        return _row(turn, int(language.data["ordinals"][word[0]]))
    at = _measured(turn, base)
    if not cues & {"top", "bottom"} or at is None or any(row[at] is None for row in turn.rows):
        return None
    worse_if_more = follow_up.understanding.world.layer.metrics[base.metrics[0]].good_direction == "down"
    judged = follow_up.phrases.is_one(word, "picks", "judging")
    values = sorted((row[at] for row in turn.rows), reverse="top" in cues)
    if (judged and worse_if_more) or len(values) < 2 or values[0] == values[1]:
        return None
    return next(row for row in turn.rows if row[at] == values[0])


def _measured(turn: Turn, base: SemanticQuery) -> int | None:
    """The place of the one number among the columns, which may be that of a metric standing in for the one asked."""
    groups = {column_of(turn, group.field) for group in base.group_by}
    at = column_of(turn, base.metrics[0]) if len(base.metrics) == 1 else None
    others = [place for place in range(len(turn.columns)) if place not in groups]
    return others[0] if at is None and len(others) == len(base.metrics) == 1 else at


def _place(follow_up: FollowUp, words: tuple[str, ...]) -> int:
    """Which row is meant, counted from 1, or from the end below 0; 0 for none.

    "The biggest one" is the first of a list of single things in that order.
    """
    language, base = follow_up.understanding.world.language, follow_up.base
    if not words:
        return 0
    side = {"top", "bottom"} & set(language.cues.get(words[0], ()))
    ordered = bool(base.entity and not base.metrics and base.order_by)
    if side and ordered:
        return 1 if ("top" in side) == base.order_by[0].descending else 0
    return int(language.data["ordinals"].get(words[0], 0))


def _last_list(follow_up: FollowUp) -> Turn | None:
    """The last answer that had several rows to choose from."""
    turns = (*follow_up.earlier, follow_up.turn)
    return next((turn for turn in reversed(turns) if turn.query is not None and len(turn.rows) > 1), None)


def _row(turn: Turn, place: int) -> tuple[Any, ...] | None:
    at = place - 1 if place > 0 else place
    cut = place < 0 and not turn.whole  # the last of the rows kept is not the last of all
    return turn.rows[at] if not cut and -len(turn.rows) <= at < len(turn.rows) else None


def _of_row(world: World, turn: Turn, query: SemanticQuery, row: tuple[Any, ...], whole: bool) -> SemanticQuery | None:
    """The query of one row: its number, or with `whole` all that may be seen of the thing."""
    key = _key(world, turn, query, row)
    if key is not None and (whole or query.entity):
        return _card(world, *key)
    group = telling(query, turn) or (query.group_by[0] if len(query.group_by) == 1 else None)
    at = column_of(turn, group.field) if group is not None else None
    if group is None or at is None or row[at] is None:
        return None
    cut_free = query.model_copy(update={"limit": None, "skip": 0, "top": None})
    if len(query.group_by) == 1:
        return pinned(cut_free, group, row[at])
    condition = Filter(field=group.field, op="in", values=(row[at],), via=group.via)
    return cut_free.model_copy(update={"filters": merged_filters(query.filters, (condition,), adds=False)})


def _key(world: World, turn: Turn, query: SemanticQuery, row: tuple[Any, ...]) -> tuple[str, str, Any] | None:
    """Dataset, key field and key of the single thing in a row; None when a row is of no single thing."""
    names = {query.entity} if query.entity else {group.field.partition(".")[0] for group in query.group_by}
    for dataset in sorted(names & set(world.layer.datasets)):
        keys = world.layer.datasets[dataset].key_fields
        at = column_of(turn, f"{dataset}.{keys[0]}") if len(keys) == 1 else None
        at = column_of(turn, keys[0]) if at is None and len(keys) == 1 else at
        if at is not None and row[at] is not None:
            return dataset, keys[0], row[at]
    return None


def _card(world: World, dataset: str, key: str, value: Any) -> SemanticQuery:
    """All that may be seen of one row."""
    shown = [f for f in world.layer.datasets[dataset].fields if _may_show(f) and f.name != key]
    groups = [{"field": f"{dataset}.{f.name}", "grain": "day" if f.kind == "time" else None} for f in shown]
    condition = {"field": f"{dataset}.{key}", "op": "in", "values": [value]}
    told = {"entity": dataset, "group_by": groups[:MOST_ATTRIBUTES], "filters": [condition]}
    return SemanticQuery.model_validate(told)


def _may_show(field: Dimension) -> bool:
    return not (field.hidden or field.pii or field.implied)


def read_others(follow_up: FollowUp) -> Reading | None:
    """ "what about the others?": the rows that a cut or a condition of the answer before left out."""
    if not follow_up.phrases.is_one(follow_up.words, "picks", "others"):
        return None
    if not follow_up.cues <= PICKING:
        return follow_up.refuse("unfollowed")
    queries = [query for query in _others(follow_up) if follow_up.stands(query)]
    if not queries:
        return follow_up.refuse("no_reference", words=follow_up.text())
    plans = [Plan(query) for query in queries]
    if len(plans) == 1:
        return plans[0]
    return follow_up.ask_which(plans)


def _others(follow_up: FollowUp) -> Iterable[SemanticQuery]:
    base = follow_up.base
    shown = population(base, follow_up.turn) if is_cut(base) else None
    if shown is not None:
        yield _turned(shown, shown.filters[-1]).model_copy(update={"order_by": base.order_by})
        return
    fields = follow_up.understanding.world.layer.fields
    for condition in base.filters if not is_cut(base) else ():
        told = fields.get(condition.field)
        if condition.op == "in" and not condition.entity and told is not None and told.kind == "categorical":
            yield _turned(base, condition)


def _turned(query: SemanticQuery, condition: Filter) -> SemanticQuery:
    left_out = condition.model_copy(update={"op": "not_in"})
    filters = tuple(left_out if one is condition else one for one in query.filters)
    return query.model_copy(update={"filters": filters})


def read_further(follow_up: FollowUp) -> Reading | None:
    """ "break it down further": by what, with a few readings to choose from."""
    said = tuple(token.text for token in follow_up.rest)
    if follow_up.tokens or not follow_up.phrases.is_one(said, "picks", "further") or not follow_up.base.metrics:
        return None
    world, base = follow_up.understanding.world, follow_up.base
    plans = [Plan(query) for query in _splits(world, base)]
    if not plans:
        return None
    options = tuple(Option(world.told(plan.query), plan) for plan in plans)
    return Clarification(follow_up.question, follow_up.phrases.message("by_what"), (), options)


def _splits(world: World, base: SemanticQuery) -> list[SemanticQuery]:
    """The base by one more field: those that lie nearest to what is measured."""
    facts = {fact for name in base.metrics for fact in world.reach.facts(name)}
    told = {group.field for group in base.group_by} | {one.field for one in base.filters}
    fields = [
        name
        for name, field in world.layer.fields.items()
        if field.kind == "categorical" and field.values and _may_show(field) and name not in told
    ]
    near = sorted(fields, key=lambda name: name.partition(".")[0] not in facts)
    grown = (base.model_copy(update={"group_by": (*base.group_by, GroupBy(field=name))}) for name in near)
    return [query for query in grown if METRIC_TIME not in told and stands(world.layer, query)][:3]
