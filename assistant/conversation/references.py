"""Words that stand for something said before: "these customers", "that country", "their", "of those"."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from assistant.answer import Clarification, Option, Plan
from assistant.conversation.followup import FollowUp, Reading
from assistant.conversation.merging import merged_filters, without_group
from assistant.conversation.phrases import words_of
from assistant.conversation.population import column_of, is_cut, population, telling
from assistant.conversation.shifting import clipped
from assistant.understanding import Element, Token, add_units
from semantic_layer import METRIC_TIME, Filter, GroupBy, SemanticQuery, TimeRange

MOST_OPTIONS = 4
LONGEST_NOUN = 4


@dataclass(frozen=True)
class Reference:
    """Where a reference stands in the words `[first, behind)`; what it names, when it names anything."""

    first: int
    behind: int
    kind: str
    named: Element | None = None


def refers(follow_up: FollowUp) -> bool:
    """Whether a word of the question stands for something said before."""
    return "among" in follow_up.cues or find_reference(follow_up, follow_up.rest) is not None


def find_reference(follow_up: FollowUp, tokens: tuple[Token, ...]) -> Reference | None:
    """The first reference among the words."""
    for at in range(len(tokens)):
        found = _pointing(follow_up, tokens, at) or _pronoun(follow_up, tokens, at)
        if found is not None:
            return found
    return None


def _pointing(follow_up: FollowUp, tokens: tuple[Token, ...], at: int) -> Reference | None:
    """ "these customers", "that month": a pointing word with what it points at."""
    words = words_of(tokens)
    for kind in ("plural", "singular"):
        size = follow_up.phrases.opens(words[at:], "references", kind)
        named = _noun_after(follow_up, tokens[at + size :]) if size else None
        if named is not None and _fits_number(kind, named) and not _is_running(follow_up, words[at], named):
            return Reference(at, at + size + named.behind, kind, named)
    return None


def _is_running(follow_up: FollowUp, word: str, named: Element) -> bool:
    """Whether "this month" is the running one: always, unless the answer before was of one month alone."""
    if not named.grain or named.concepts or word != "this":
        return False
    return _grouped_by(follow_up, named) is None or len(follow_up.turn.rows) > 1


def _grouped_by(follow_up: FollowUp, named: Element) -> GroupBy | None:
    """The course of time of the base in the unit that is named."""
    return next((g for g in follow_up.base.group_by if g.field == METRIC_TIME and g.grain == named.grain), None)


def _pronoun(follow_up: FollowUp, tokens: tuple[Token, ...], at: int) -> Reference | None:
    """ "their", "there", "them"; "those" only where no noun follows, "there" not in "is there"."""
    phrases, words = follow_up.phrases, words_of(tokens)
    if phrases.is_one(words[at : at + 1], "references", "owners"):
        return Reference(at, at + 1, "owner")
    if phrases.is_one(words[at : at + 1], "references", "person"):
        return Reference(at, at + 1, "person")
    if phrases.is_one(words[at : at + 1], "references", "there"):
        beside = {*words[max(0, at - 1) : at], *words[at + 1 : at + 2]}
        auxiliaries = follow_up.understanding.world.language.words("auxiliaries")
        return None if beside & set(auxiliaries) else Reference(at, at + 1, "there")
    grouped = phrases.is_one(words[at : at + 1], "references", "group")
    return Reference(at, at + 1, "group") if grouped and not _starts_noun(follow_up, tokens[at + 1 :]) else None


def _fits_number(kind: str, named: Element) -> bool:
    if kind == "singular" and named.grain:
        return True
    return not named.grain


def _starts_noun(follow_up: FollowUp, tokens: tuple[Token, ...]) -> bool:
    return _noun_after(follow_up, tokens) is not None


def _noun_after(follow_up: FollowUp, tokens: tuple[Token, ...]) -> Element | None:
    """The noun, field or unit of time right behind a pointing word; only what the base is about."""
    if not tokens:
        return None
    found = [
        first
        for size in range(LONGEST_NOUN, 0, -1)
        if (first := next(iter(follow_up.understanding.meanings(tokens[:size])), None)) is not None
        and _is_noun(follow_up, first)
    ]
    return next((one for one in found if _is_of_base(follow_up, one)), next(iter(found), None))


def _is_of_base(follow_up: FollowUp, element: Element) -> bool:
    """Whether a noun is that of the rows of the answer before: "those customers" in "those customers' tickets"."""
    base = follow_up.base
    things = {base.entity, *(group.field.partition(".")[0] for group in base.group_by)} - {""}
    return any(concept.kind == "noun" and concept.target in things for concept in element.concepts)


def _is_noun(follow_up: FollowUp, element: Element) -> bool:
    if element.grain:
        return "adverb" not in element.cues
    return any(c.kind in ("noun", "dimension") for c in element.concepts) or _counted(follow_up, element)


def _counted(follow_up: FollowUp, element: Element) -> bool:
    counted = follow_up.understanding.world.nouns.counted
    return any(concept.kind == "metric" and concept.target in counted for concept in element.concepts)


def resolve_reference(follow_up: FollowUp) -> Reading | FollowUp | None:
    """The follow-up over what its reference stands for, or a question back; None without a reference."""
    found = find_reference(follow_up, follow_up.tokens)
    if found is None:
        return None
    tokens, base = follow_up.tokens, follow_up.base
    without = (*_before(follow_up, found), *tokens[found.behind :])
    if found.kind == "owner":
        shown = population(base, follow_up.turn)
        if shown is None and is_cut(base):
            return _unknown(follow_up, found)  # "their" of the rows shown, which cannot be told
        return replace(follow_up, tokens=without, base=shown or base)
    if found.kind == "person":
        return _one_person(follow_up, found)
    if found.kind in ("group", "there"):
        narrowed = population(follow_up.base, follow_up.turn)
        if found.kind == "there" and not base.filters and narrowed is None:
            return _unknown(follow_up, found)
        return replace(follow_up, tokens=without, base=narrowed or base)
    assert found.named is not None
    if found.named.grain and not found.named.concepts:
        return _in_that_time(follow_up, found, without)
    return _named(follow_up, found, without)


def _before(follow_up: FollowUp, found: Reference) -> tuple[Token, ...]:
    """The words before a reference, without the one that ties a pronoun to them ("by them", "from there")."""
    tokens, phrases = follow_up.tokens[: found.first], follow_up.phrases
    tied = found.kind in ("group", "there") and tokens and phrases.is_one((tokens[-1].text,), "dependent")
    return tokens[:-1] if tied else tokens


def _named(follow_up: FollowUp, found: Reference, without: tuple[Token, ...]) -> Reading | FollowUp:
    """The rows or the one value that a pointing word with a noun stands for."""
    group = _matching_group(follow_up, found)
    if group is None:
        entity = follow_up.base.entity
        if found.kind == "plural" and (entity in _datasets(follow_up, found) or _is_counted(follow_up, found)):
            return _over_entity(follow_up, found)
        return _unknown(follow_up, found)
    if found.kind == "singular":
        return _one_value(follow_up, found, group, without)
    shown = population(follow_up.base, follow_up.turn)
    if shown is None and is_cut(follow_up.base):
        return _unknown(follow_up, found)
    narrowed = shown or follow_up.base
    things = {group.field.partition(".")[0]} if shown is not None else set[str]()
    gone = {g.field for g in narrowed.group_by if g.field == group.field or g.field.partition(".")[0] in things}
    kept = without_group(narrowed, gone)
    noun = follow_up.tokens[found.first + 1 : found.behind]
    tokens = (*follow_up.tokens[: found.first], *noun, *follow_up.tokens[found.behind :])
    plain = found.named is not None and not any(c.kind == "noun" for c in found.named.concepts)
    if plain or _owns(follow_up, found):
        tokens = without
    return replace(follow_up, tokens=tokens, base=kept.model_copy(update={"order_by": (), "limit": None}))


def _owns(follow_up: FollowUp, found: Reference) -> bool:
    """ "those customers' tickets": the thing behind is asked for, and what is pointed at only limits it."""
    end = follow_up.tokens[found.behind - 1].end
    owned = follow_up.question[end - 1 : end + 1].strip(" ").endswith(("'", "\N{RIGHT SINGLE QUOTATION MARK}"))
    return owned and found.behind < len(follow_up.tokens)


def _over_entity(follow_up: FollowUp, found: Reference) -> FollowUp:
    """The rows that were counted or listed, under the same conditions."""
    noun = follow_up.tokens[found.first + 1 : found.behind]
    tokens = (*follow_up.tokens[: found.first], *noun, *follow_up.tokens[found.behind :])
    return replace(follow_up, tokens=tokens, base=population(follow_up.base, follow_up.turn) or follow_up.base)


def _datasets(follow_up: FollowUp, found: Reference) -> set[str]:
    assert found.named is not None
    counted = follow_up.understanding.world.nouns.counted
    return {counted.get(c.target, c.target.partition(".")[0]) for c in found.named.concepts}


def _is_counted(follow_up: FollowUp, found: Reference) -> bool:
    """Whether the base counts the very thing that is pointed at."""
    counted = follow_up.understanding.world.nouns.counted
    return bool({counted.get(name, "") for name in follow_up.base.metrics} & _datasets(follow_up, found))


def _matching_group(follow_up: FollowUp, found: Reference) -> GroupBy | None:
    """The breakdown of the base that a noun or field names."""
    assert found.named is not None
    targets = {c.target for c in found.named.concepts if c.kind == "dimension"}
    world = follow_up.understanding.world
    for dataset in _datasets(follow_up, found):
        if dataset in world.layer.datasets:
            targets.update(field for fields in world.nouns.identity(dataset) for field in fields)
    return next((group for group in follow_up.base.group_by if group.field in targets), None)


def _one_value(follow_up: FollowUp, found: Reference, group: GroupBy, without: tuple[Token, ...]) -> Reading | FollowUp:
    """The value of the only row, or of the first of a ranking; otherwise which one is asked back."""
    turn, base = follow_up.turn, follow_up.base
    at = column_of(turn, group.field)
    if at is None or not turn.rows:
        return _unknown(follow_up, found)
    values = list(dict.fromkeys(row[at] for row in turn.rows if row[at] is not None))
    fixed = [f.values for f in base.filters if f.field == group.field and f.op == "in" and len(f.values) == 1]
    if len(values) != 1 and not fixed:
        return _which(follow_up, found, group, values)
    chosen = fixed[0][0] if fixed else values[0]
    return replace(follow_up, tokens=without, base=pinned(base, group, chosen))


def _one_person(follow_up: FollowUp, found: Reference) -> Reading | FollowUp:
    """What the one did of whom the answer told ("he", "she"); nobody where it told of several, or of no one."""
    base, world = follow_up.base, follow_up.understanding.world
    tokens = follow_up.tokens
    doing = world.language.tokens_at(world.language.words("we")[0], tokens[found.first])
    without = (*tokens[: found.first], *doing, *tokens[found.behind :])
    group = telling(base, follow_up.turn)
    if group is not None:
        one = _one_value(follow_up, found, group, without)
        return _done_by(one, found) or one if isinstance(one, FollowUp) else one
    people = {field for dataset in world.layer.datasets for field in world.nouns.names(dataset)}
    fixed = any(one.field in people and one.op == "in" and len(one.values) == 1 for one in base.filters)
    return replace(follow_up, tokens=without) if fixed else _unknown(follow_up, found)


def _done_by(follow_up: FollowUp, found: Reference) -> Plan | None:
    """A whole question about the one that the base is now of: "how many tickets did he solve last month"."""
    question, person, base = follow_up.question, follow_up.tokens[found.first], follow_up.base
    alone = follow_up.understanding.plan(f"{question[: person.start]}{person.raw}{question[person.end :]}")
    if not isinstance(alone, Plan) or not alone.query.metrics or alone.query.group_by or alone.query.entity:
        return None
    filters = tuple(dict.fromkeys((*base.filters, *alone.query.filters)))
    told = {"filters": filters, "time_range": alone.query.time_range or base.time_range}
    query = alone.query.model_copy(update=told)
    return replace(alone, query=query, asked=None) if follow_up.stands(query) else None


def pinned(base: SemanticQuery, group: GroupBy, value: Any) -> SemanticQuery:
    """The base for one value of its breakdown: one country, one month."""
    if group.grain and isinstance(value, date):
        start = value.date() if isinstance(value, datetime) else value
        span = TimeRange(start=start, end=add_units(start, group.grain, 1))
        return without_group(base, {group.field}).model_copy(update={"time_range": span})
    if group.bands is not None:
        filters = (*base.filters, *_of_band(group, value))
        return without_group(base, {group.field}).model_copy(update={"filters": filters})
    condition = Filter(field=group.field, op="in", values=(value,), via=group.via)
    filters = merged_filters(base.filters, (condition,), adds=False)
    return without_group(base.model_copy(update={"filters": filters}), {group.field})


def _of_band(group: GroupBy, lower: Any) -> tuple[Filter, ...]:
    """The conditions that keep what is in the band told by its lower edge."""
    low, high = group.bands.around(lower) if group.bands is not None else (None, None)
    own = {"field": group.field, "via": group.via, "entity": group.entity}
    narrowed = {**own, "time_range": group.time_range, "where": group.where}
    ends = (("ge", low), ("lt", high))
    return tuple(
        Filter.model_validate({**narrowed, "op": sign, "values": (end,)}) for sign, end in ends if end is not None
    )


def _which(follow_up: FollowUp, found: Reference, group: GroupBy, values: list[Any]) -> Reading:
    """The few first values as readings to choose from."""
    words = " ".join(token.raw for token in follow_up.tokens[found.first : found.behind])
    without = (*follow_up.tokens[: found.first], *follow_up.tokens[found.behind :])
    options: list[Option] = []
    for value in values[:MOST_OPTIONS]:
        tried = replace(follow_up, tokens=without, base=pinned(follow_up.base, group, value))
        plan = _plan_over(tried)
        if plan is not None:
            world = follow_up.understanding.world
            options.append(Option(world.told(plan.query), plan))
    if len(options) < 2:
        return follow_up.refuse("no_reference", words=words)
    thing = " ".join(token.raw for token in follow_up.tokens[found.first + 1 : found.behind])
    sentence = follow_up.phrases.message("which_one", thing=thing or words)
    return Clarification(follow_up.question, sentence, (words,), tuple(options))


def _plan_over(follow_up: FollowUp) -> Plan | None:
    if not follow_up.tokens:
        return Plan(follow_up.base)
    for carrying in ("metrics", "nothing"):
        read = follow_up.read(carrying)
        if isinstance(read, Plan):
            return read
    return None


def _in_that_time(follow_up: FollowUp, found: Reference, without: tuple[Token, ...]) -> Reading | FollowUp | None:
    """The month of the row that stands alone, or the period of the base; "this month" stays the running one."""
    assert found.named is not None
    first = follow_up.tokens[found.first].text
    base = follow_up.base
    group = _grouped_by(follow_up, found.named)
    if group is not None:
        return _one_value(follow_up, found, group, without)
    if base.time_range is not None and first != "this":
        as_of = follow_up.understanding.world.as_of
        return replace(
            follow_up, tokens=without, base=base.model_copy(update={"time_range": clipped(base.time_range, as_of)})
        )
    return None


def _unknown(follow_up: FollowUp, found: Reference) -> Reading:
    words = " ".join(token.raw for token in follow_up.tokens[found.first : found.behind])
    return follow_up.refuse("no_reference", words=words)
