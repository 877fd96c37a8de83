"""What clauses have in common: the way from rows to their thing, verbs, and amounts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from assistant.understanding.entities.found import Found
from assistant.understanding.entities.words import Words, word_lists
from semantic_layer import Relationship, SimpleMetric, implied_metric, linking

COMPARISONS = {"at_least": "ge", "more_than": "gt", "at_most": "le", "less_than": "lt", "exactly": "eq"}
BEFORE_VERBS = ((1, "relatives"), (2, "helped_denials"))
SHORTEST_ROOT = 3
LINKING = ("ties", "empty", "relatives")


def reaches(words: Words, start: str, dataset: str) -> bool:
    """Whether each row of a dataset belongs to at most one row of another."""
    return words.world.reach.steps(start, dataset) is not None


def is_had(words: Words, dataset: str, entity: str) -> bool:
    """Whether each thing can have rows of a dataset: its own, or those that rows of one other table tie it to."""
    return dataset != entity and bool(linking(words.world.layer, dataset, entity))


def fits_deed(words: Words, made: str, dataset: str, entity: str) -> bool:
    """Whether a verb that makes rows may stand before a noun: it makes these, or what ties them to the thing.

    Lines of what is made tie as well: who orders a product has an order with a line of it.
    """
    if made in ("", dataset):
        return True
    rows = _rows_of_each(words, dataset, entity)
    return rows == made or (rows not in ("", dataset) and words.world.reach.steps(rows, made) == 1)


def count_of_each(words: Words, dataset: str, entity: str) -> str:
    """The metric that counts for each thing what it has of a dataset, empty without one.

    What another table ties it to counts once, however often that table says so.
    """
    layer, nouns = words.world.layer, words.world.nouns
    rows = _rows_of_each(words, dataset, entity)
    if rows in ("", dataset):
        return nouns.count_of(dataset) if rows else ""
    columns = _columns_to(words, rows, dataset)
    both = {*columns, *_columns_to(words, rows, entity)}
    if both and both == set(layer.datasets[rows].primary_key) and nouns.count_of(rows):
        return nouns.count_of(rows)  # of which no two tie the same
    return _distinct_count(words, rows, columns)


def distinct_count(words: Words, dataset: str, entity: str) -> str:
    """The metric that counts once what rows of another table tie to a thing, whatever the rows are put together by."""
    rows = _rows_of_each(words, dataset, entity)
    return _distinct_count(words, rows, _columns_to(words, rows, dataset)) if rows not in ("", dataset) else ""


def role_words(link: Relationship) -> tuple[str, ...]:
    """What the name of a link says beside the names of both tables: in which role the other row stands."""
    own = {*link.from_.split("_"), *link.to.split("_"), "link"}
    return tuple(part for part in link.name.split("_") if part not in own)


def _rows_of_each(words: Words, dataset: str, entity: str) -> str:
    """The dataset whose rows tell what of another each thing has, empty where none does."""
    rows = linking(words.world.layer, dataset, entity) if dataset != entity else ""
    return _beside_role(words, dataset, entity) if rows == dataset else rows


def _beside_role(words: Words, dataset: str, entity: str) -> str:
    """The table that ties two directly, where the other way leads over a role in something else; else the dataset.

    The modules of a lecturer are those taught, and not those of the department that the lecturer is head of.
    """
    layer = words.world.layer
    ways = layer.graph.walks(dataset, entity)
    near = (words.world.reach.steps(dataset, entity) or 0) <= 1
    if near and not _unsaid(words, [way.links for way in ways]):
        return dataset
    ends: dict[str, set[str]] = {}
    for link in layer.relationships.values():
        ends.setdefault(link.from_, set()).add(link.to)
    ties = [name for name, to in ends.items() if {dataset, entity} <= to]
    if len(ties) > 1:  # the members of a group before the posts that somebody wrote in it
        links = (link for link in layer.relationships.values() if link.to in (dataset, entity))
        in_role = {link.from_ for link in links if role_words(link)}
        ties = [name for name in ties if name not in in_role]
    told = all(any(role_words(link) for link in way.links) for way in ways)
    return ties[0] if told and len(ties) == 1 else dataset


def _unsaid(words: Words, ways: Sequence[Sequence[Relationship]]) -> bool:
    """Whether every way goes by a role that no word says: the groups of members are not those that they own."""
    told = [{part[:SHORTEST_ROOT] for link in way for part in role_words(link)} for way in ways]
    said = {token.text[:SHORTEST_ROOT] for token in words.tokens}
    return all(roles and not roles & said for roles in told)


def only_of_some(words: Words) -> bool:
    """Whether a number beside things is told of those that have any; "all" and its like ask for the others as well."""
    return not any(token.text in word_lists()["wholly"] for token in words.tokens)


def told_by(words: Words, entity: str) -> str:
    """The one table whose rows tell that things were used, empty where there is none or more than one."""
    telling = [link.from_ for link in words.world.layer.relationships.values() if link.to == entity]
    return telling[0] if len(telling) == 1 else ""


def _columns_to(words: Words, rows: str, dataset: str) -> tuple[str, ...]:
    links = [link for link in words.world.layer.relationships.values() if (link.from_, link.to) == (rows, dataset)]
    return links[0].from_columns if len(links) == 1 else ()


def _distinct_count(words: Words, rows: str, columns: tuple[str, ...]) -> str:
    """The metric that counts the different values of one column, as the business counts them where it says so."""
    if len(columns) != 1:
        return ""
    layer = words.world.layer
    declared: list[str] = []
    for name, metric in layer.metrics.items():
        if isinstance(metric, SimpleMetric) and not (metric.hidden or metric.implied):
            measure = layer.measures[metric.measure]
            owner, counts = metric.measure.partition(".")[0], measure.agg == "count_distinct"
            if owner == rows and counts and measure.expression == columns[0]:
                if not (metric.filter or measure.filter):
                    return name
                declared.append(name)
    if len(declared) == 1:
        return declared[0]
    return implied_metric(layer, f"{rows}.{columns[0].lower()}", "count_distinct")


def verb(words: Words, found: Found) -> tuple[int, str]:
    """The place behind verbs here, and whose rows they make when they say so."""
    at, made = words.skip(_past_own_verb(words, found), *LINKING), ""
    deed = words.deed(at) or _made_by(words, at)
    if deed and deed == found.entity:  # "shippers who shipped oil": the verb that they are called by
        at = words.skip(at + 1, *LINKING)
    elif deed:
        made, at = deed, words.skip(words.one_on(at + 1, "about"), *LINKING)
    return at, made


def _past_own_verb(words: Words, found: Found) -> int:
    """The place behind a verb that is also what the things before it are called: "hosts host both shows"."""
    at = words.skip(found.at, "relatives")
    own = at > 0 and any((found.entity, at) in words.nouns(near) for near in (at - 1, found.at - 1) if near >= 0)
    again = words.phrase(at, "verbs") == at + 1 and any(dataset == found.entity for dataset, _ in words.nouns(at))
    return at + 1 if own and again else found.at


def _made_by(words: Words, at: int) -> str:
    """The rows that a participle alone tells: "translated" and book translations; what names a thing is none."""
    token = words.tokens[at] if at < len(words.tokens) else None
    if token is None or words.nouns(at):
        return _tying_noun(words, at) if token is not None else ""
    done = token.text.endswith(words.world.language.words("participle_endings"))
    done = done or words.phrase(at, "paying") is not None
    told = at > 0 and any(words.phrase(at - size, role) == at for size, role in BEFORE_VERBS if at >= size)
    return words.deed_of_noun(at) if done or (told and not words.concepts(at, "value")) else ""


def _tying_noun(words: Words, at: int) -> str:
    """The table of ties that a verb is the name of, behind what it ties: "translators speak" of a table of speaks."""
    named = [dataset for dataset, end in words.nouns(at) if end == at + 1 and words.phrase(at, "verbs") == end]
    links = [link for link in words.world.layer.relationships.values() if link.from_ in named]
    behind = at > 0 and (words.phrase(at - 1, "relatives") == at or _ends_noun(words, at, {one.to for one in links}))
    return named[0] if len(named) == 1 and len(links) > 1 and behind else ""


def _ends_noun(words: Words, at: int, datasets: set[str]) -> bool:
    """Whether one of the things stands right before a place."""
    return any((dataset, at) in words.nouns(first) for first in range(max(0, at - 3), at) for dataset in datasets)


def amount(words: Words, found: Found) -> Iterator[tuple[Found, str, float | int]]:
    """A number here and how it bounds: "at least two", "3 or more", "5"."""
    for role, operator in COMPARISONS.items():
        behind = words.phrase(found.at, role)
        number = words.number(words.skip(behind, "empty")) if behind is not None else None
        if behind is not None and number is None and words.phrase(words.skip(behind, "empty"), "singles") is not None:
            number = 1, words.skip(behind, "empty") + 1
        if number is not None:
            yield found.used(found.at, number[1], "condition", operator), operator, number[0]
    number = words.number(found.at)
    more = words.phrase(number[1], "or_more") if number is not None else None
    if number is not None and more is not None:  # a number alone may mean exactly or at least that many
        yield found.used(found.at, more, "condition", "ge"), "ge", number[0]
