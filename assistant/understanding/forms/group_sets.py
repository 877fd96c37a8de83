"""Values of a field told apart by what they have: "which countries have both open and closed shops"."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from assistant.answer import Plan
from assistant.understanding.entities.doubting import doubted
from assistant.understanding.forms.asking import Asking, counted_rows, phrases
from assistant.understanding.tokens import Token
from semantic_layer import Filter, GroupBy, SemanticQuery

MOST_CLAUSES = 4
LONGEST_NAME = 4


@dataclass(frozen=True)
class Having:
    """One clause: the metric that counts the rows had, what is true of them, and whether there must be none."""

    metric: str
    where: tuple[Filter, ...]
    denied: bool


def group_sets(asking: Asking) -> Plan | None:
    """ "which countries have open but no closed shops": a value a row, by conditions on its rows; None for others."""
    start = asking.past(0, "politeness", "listing", "articles")
    named = [
        (behind, tuple(c.target for c in concepts if _tells_groups(asking, c.target)))
        for concepts, behind in asking.words.concepts(start, "dimension", 0.9)
    ]
    opened = [(end, fields) for end, fields in named if fields and _opens(asking, end) and not _of_things(asking, end)]
    if not opened or start == 0:
        return None
    clauses = _clauses(asking, opened[0][0])
    return _plan(asking, clauses, opened[0][1]) if clauses else None


def _of_things(asking: Asking, behind: int) -> bool:
    """Whether a field is said with its things, which are told apart: "the prices of the rooms that have no ..."."""
    ends = {end for at in range(behind) for _, end in asking.words.nouns(at)}
    return behind in ends and any(token.text == "of" for token in asking.tokens[:behind])


def _tells_groups(asking: Asking, name: str) -> bool:
    field = asking.world.layer.fields[name]
    return field.kind == "categorical" and (field.listable or not field.pii)


def _opens(asking: Asking, at: int) -> bool:
    """Whether "have", "that have" or "with" follows, and something that tells this question apart from plain counts."""
    begun = asking.end(at, "group_openers") is not None
    said = {token.text for token in asking.tokens[at:]}
    tied = asking.end(at, "both_openers") is not None or _only_ties(asking, asking.past(at, "group_relatives"))
    told = begun and not said.isdisjoint({"both", "and", "but", *phrases()["denials"]})
    return told or (tied and "both" in said)


def _clauses(asking: Asking, at: int) -> list[Having]:
    """What each clause says; empty when one is not understood, or they are not of one kind of rows."""
    parts = _parts(asking, at)
    nouns = _shared_noun(asking, parts)
    told = [_having(asking, part, denied, nouns) for part, denied in parts]
    found = [one for one in told if one is not None]
    telling = len(found) > 1 or any(one.denied for one in found)
    same = len({one.metric for one in found}) == 1
    return found if len(found) == len(parts) <= MOST_CLAUSES and telling and same else []


def _parts(asking: Asking, at: int) -> list[tuple[list[Token], bool]]:
    """The words of each clause without what opens or denies it, and whether it is denied."""
    parts: list[tuple[list[Token], bool]] = [([], False)]
    for place, token in enumerate(asking.tokens[at:], at):
        words = parts[-1][0]
        if not words and _only_ties(asking, place):
            continue
        if words and token.text in phrases()["joins"]:
            parts.append(([], False))
        elif not words and token.text in phrases()["denials"]:
            parts[-1] = (words, True)
        elif words or token.text not in phrases()["group_fillers"]:
            words.append(token)
    return [(words, denied) for words, denied in parts if words]


def _only_ties(asking: Asking, at: int) -> bool:
    """Whether a verb before what is had only says that it is: "not showing any play"."""
    return at < len(asking.tokens) and asking.words.phrase(at, "verbs") is not None and not asking.words.deed(at)


def _shared_noun(asking: Asking, parts: Sequence[tuple[list[Token], bool]]) -> list[Token]:
    """The noun at the end of the last clause, which those before it may leave out: "open and closed shops"."""
    last = parts[-1][0] if parts else []
    sizes = [size for size in (2, 1) if len(last) > size and _is_noun(asking, last[-size:])]
    return last[-sizes[0] :] if sizes else []


def _is_noun(asking: Asking, tokens: Sequence[Token]) -> bool:
    return any(concept.kind == "noun" for concept in asking.world.lexicon.lookup(tokens))


def _having(asking: Asking, words: list[Token], denied: bool, noun: list[Token]) -> Having | None:
    bare = not any(_is_noun(asking, words[at : at + size]) for at in range(len(words)) for size in (1, 2))
    text = [*asking.made("number of", 0), *words, *(noun if bare else [])]
    plan = asking.read(text)
    if plan is None or plan.notes or doubted(plan, text, asking.world):
        return None
    query = plan.query
    plain = query.model_copy(update={"metrics": (), "filters": ()}) == SemanticQuery()
    rows = counted_rows(asking.world, query.metrics[0]) if plain and len(query.metrics) == 1 else ""
    fields = all(one.field in asking.world.layer.fields and not one.entity for one in query.filters)
    return Having(query.metrics[0], query.filters, denied) if rows and fields and query.filters else None


def _plan(asking: Asking, clauses: Sequence[Having], fields: Sequence[str]) -> Plan | None:
    """The plan by the field nearest to the rows that are counted; none when two are as near."""
    metric = clauses[0].metric
    rows = counted_rows(asking.world, metric)
    far = {name: asking.world.reach.steps(rows, name.partition(".")[0]) for name in fields}
    known = {name: steps for name, steps in far.items() if steps is not None}
    nearest = [name for name, steps in known.items() if steps == min(known.values())]
    if len(nearest) != 1 or any(nearest[0] == row.field for one in clauses for row in one.where):
        return None
    told = (_condition(one) for one in clauses)
    owners = asking.world.nouns.count_of(nearest[0].partition(".")[0])
    lacking = owners and all(one.denied for one in clauses)  # what has nothing at all has none of a kind either
    query = SemanticQuery(
        metrics=tuple(dict.fromkeys((owners, metric) if lacking else (metric,))),
        group_by=tuple(GroupBy(field=name) for name in (nearest[0], *_called(asking, nearest[0]))),
        filters=(Filter(field=nearest[0], op="not_null"), *dict.fromkeys(told)),
    )
    return Plan(query, (), 0.7) if asking.stands(query) else None


def _called(asking: Asking, field: str) -> tuple[str, ...]:
    """What the things are called whose key a field is: the description of a genre."""
    owner, _, name = field.partition(".")
    keyed = (name,) == tuple(asking.world.layer.datasets[owner].key_fields)
    return tuple(one for one in asking.world.nouns.names(owner) if one != field) if keyed else ()


def _condition(one: Having) -> Filter:
    op, least = ("eq", 0) if one.denied else ("ge", 1)
    return Filter.model_validate({"field": one.metric, "op": op, "values": (least,), "where": one.where})
