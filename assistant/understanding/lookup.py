"""Questions about one person or thing, found by id, e-mail address, phone number or whole name; never a near name."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from assistant.answer import Clarification, Option, Plan, Refusal, Span
from assistant.understanding.concepts import Concept
from assistant.understanding.draft import World
from assistant.understanding.entities.links import role_words
from assistant.understanding.entities.words import word_lists
from assistant.understanding.refusing import refuse
from assistant.understanding.tokens import Token
from assistant.understanding.values_index import Row, ValuesIndex
from semantic_layer import Dimension, GroupBy, SemanticQuery

EMAIL = re.compile(r"[\w.+%-]+@[\w-]+(?:\.[\w-]+)+")
PHONE = re.compile(r"(?<![\w.])(?:\+|00)?\d[\d ()/.-]{5,}\d(?![\w.])")
NAME_PARTS = (2, 3)
FEWEST_DIGITS, LONGEST_NAME, MOST_OFFERED, MOST_ATTRIBUTES = 7, 5, 4, 14
CARD_ROLES = frozenset({"filler", "listing", "which"})
GIVEN, SIGNS = "\x01", (",", ":", "#")


@dataclass(frozen=True)
class Mention:
    """A stretch of tokens `[first, behind)` that names rows of an entity, as it was typed; `rows` may be none."""

    first: int
    behind: int
    text: str
    rows: tuple[Row, ...]


def mention(question: str, tokens: Sequence[Token], world: World, index: ValuesIndex) -> Mention | None:
    """The first thing in a question that identifies single rows, or should (an address that nobody has)."""
    for pattern in (EMAIL, PHONE):
        for match in pattern.finditer(question):
            if pattern is PHONE and sum(sign.isdecimal() for sign in match.group()) < FEWEST_DIGITS:
                continue
            places = [at for at, t in enumerate(tokens) if match.start() <= t.start and t.end <= match.end()]
            rows = index.people(match.group())
            if places and (rows or pattern is EMAIL):
                return Mention(places[0], places[-1] + 1, match.group(), rows)
    return _by_name(question, tokens, world, index)


def _by_name(question: str, tokens: Sequence[Token], world: World, index: ValuesIndex) -> Mention | None:
    """An id or a whole name, the longest first; a number only right behind the entity's own noun."""
    for size in range(min(LONGEST_NAME, len(tokens)), 0, -1):
        for first in range(len(tokens) - size + 1):
            said = tokens[first : first + size]
            if not (_may_name(said, world) or _is_numbered(tokens, first, size, world)):
                continue
            text = question[said[0].start : said[-1].end]
            rows = index.people(text) or _in_parts(said, index)
            if rows:
                return Mention(first, first + size, text, rows)
    return None


def _in_parts(said: Sequence[Token], index: ValuesIndex) -> tuple[Row, ...]:
    """Rows whose first and last names, in columns of their own, are these words."""
    whole = len(said) in NAME_PARTS and all(token.raw[:1].isupper() and token.text.isalpha() for token in said)
    return index.called([token.raw for token in said]) if whole else ()


def _may_name(said: Sequence[Token], world: World) -> bool:
    """Whether words can be a name: not numbers alone, and at least one that means nothing else."""
    strange = [token for token in said if not token.text.isdecimal() and world.lexicon.is_strange(token)]
    return bool(strange) and any(token.text.isalnum() for token in strange)


def _is_numbered(tokens: Sequence[Token], first: int, size: int, world: World) -> bool:
    if size != 1 or not first or not tokens[first].text.isdecimal():
        return False
    before = world.lexicon.lookup([tokens[first - 1]])
    return any(c.kind == "noun" and world.layer.datasets[c.target].entity for c in before)


@dataclass(frozen=True)
class Named:
    """A question with the mention replaced by one token that stands for a row, and a world that knows this token."""

    tokens: tuple[Token, ...]
    world: World
    row: Row


def readings(tokens: Sequence[Token], found: Mention, world: World) -> Iterator[Named]:
    """The question once for each row that is meant."""
    for row in found.rows:
        plain = GIVEN + row.key
        start, end = tokens[found.first].start, tokens[found.behind - 1].end
        given = Token(start, end, found.text, plain, plain, plain)
        concept = Concept("value", row.field, value=row.key)
        known = replace(world, lexicon=world.lexicon.giving({plain: concept}))
        yield Named((*tokens[: found.first], given, *tokens[found.behind :]), known, row)


def card(named: Named) -> Plan | None:
    """All that may be seen of one row, when nothing but the row is asked for: "show me customer C1"."""
    dataset = named.world.layer.datasets[named.row.field.partition(".")[0]]
    others = [token for token in named.tokens if not token.text.startswith(GIVEN)]
    if not all(_only_points(token, dataset.name, named.world) for token in others) or _asks_for_others(named):
        return None
    shown = [f for f in dataset.fields if _may_show(f) and f"{dataset.name}.{f.name}" != named.row.field]
    groups = tuple(_shown(dataset.name, field) for field in shown[:MOST_ATTRIBUTES])
    condition = {"field": named.row.field, "op": "in", "values": [named.row.key]}
    query = SemanticQuery.model_validate({"entity": dataset.name, "group_by": groups, "filters": [condition]})
    return Plan(query, tuple(_span(token, named.row) for token in named.tokens))


def _asks_for_others(named: Named) -> bool:
    """Whether rows that belong to the one named are asked for: "who report to Ann Smith", "Ann Smith's employees"."""
    lists, at = word_lists(), next(at for at, token in enumerate(named.tokens) if token.text.startswith(GIVEN))
    before, behind = [token.text for token in named.tokens[:at]], named.tokens[at + 1 :]
    led = [one for one in before if one not in named.world.language.determiners]
    reporting = len(led) > 1 and led[-1] in lists["reporting_to"] and led[-2] in lists["reporting"]
    noun = len(behind) == 1 and behind[0].start - named.tokens[at].end > len(" '")  # of "'s" a gap is left
    return reporting or (noun and any(c.kind == "noun" for c in named.world.lexicon.lookup(behind)))


def roles_lost(plan: Plan, named: Named) -> tuple[str, ...]:
    """The words of a role that rows have for others of their table, which a plan reads as a value or not at all.

    "Whose manager is Ann Smith" asks for no title, "Ann Smith's employees" not for her.
    """
    dataset = named.row.field.partition(".")[0]
    links = [link for link in named.world.layer.relationships.values() if link.from_ == link.to == dataset]
    roles = {word for link in links for word in role_words(link)}
    said = {token.start: token.plain for token in named.tokens}
    as_values = tuple(span.text for span in plan.spans if span.role == "value" and said.get(span.start) in roles)
    own = any(one.field == named.row.field and not (one.via or one.entity) for one in plan.query.filters)
    counts = {named.world.nouns.count_of(dataset)} >= set(plan.query.metrics) and not plan.query.group_by
    itself = own and (plan.query.entity == dataset or counts) and _asks_for_others(named)
    return as_values or tuple(span.text for span in plan.spans if itself and span.target.startswith(named.row.field))


def _span(token: Token, row: Row) -> Span:
    given = token.text.startswith(GIVEN)
    return Span(token.start, token.end, token.raw, "value" if given else "filler", row.field if given else "")


def _only_points(token: Token, dataset: str, world: World) -> bool:
    language = world.language
    linked = any(token.text in group for group in language.links.values())
    if linked or token.text in language.fillers | language.determiners or token.text in language.words("card_words"):
        return True
    if token.text in SIGNS:
        return True
    if CARD_ROLES.intersection(language.cues.get(token.text, ())):
        return True
    return any(concept.kind == "noun" and concept.target == dataset for concept in world.lexicon.lookup([token]))


def _may_show(field: Dimension) -> bool:
    return not (field.hidden or field.pii or field.implied)


def _shown(dataset: str, field: Dimension) -> GroupBy:
    return GroupBy(field=f"{dataset}.{field.name}", grain="day" if field.kind == "time" else None)


def nobody(question: str, found: Mention, world: World) -> Refusal:
    """The refusal for an address that no row has."""
    sentence = world.language.message("nobody", text=found.text)
    return refuse(question, "UNKNOWN_WORDS", world, (found.text,), sentence=sentence)


def several(question: str, found: Mention, options: Sequence[Option], world: World) -> Clarification | Refusal:
    """The question back which of a few is meant; with more than a few, what to give instead of the name."""
    language = world.language
    if len(found.rows) > MOST_OFFERED:
        sentence = language.message("too_many_rows", text=found.text, count=len(found.rows))
        return refuse(question, "NOT_AVAILABLE", world, (found.text,), sentence=sentence)
    sentence = language.message("several_rows", text=found.text, count=len(found.rows))
    return Clarification(question, sentence, (found.text,), tuple(options))


def noted(plan: Plan, found: Mention, named: Named) -> Plan:
    """The plan, saying who is meant when another text than the key was typed."""
    if found.text.casefold() == named.row.key.casefold():
        return plan
    title = named.world.layer.datasets[named.row.field.partition(".")[0]].title
    note = named.world.language.message("read_as_row", text=found.text, entity=title, key=named.row.key)
    return replace(plan, notes=(note, *plan.notes))
