"""The things asked for: a noun, perhaps with what picks some of them out ("the three oldest members")."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from assistant.understanding.concepts import HEAD_WORD, Concept
from assistant.understanding.draft import World
from assistant.understanding.entities.dated import began
from assistant.understanding.entities.described import described
from assistant.understanding.entities.favourites import often_done
from assistant.understanding.entities.found import Found
from assistant.understanding.entities.kinds import most_of_kind
from assistant.understanding.entities.links import count_of_each, role_words
from assistant.understanding.entities.superlatives import first_row, superlatives
from assistant.understanding.entities.words import Words
from semantic_layer import Filter, OrderBy

AGES = frozenset({"oldest", "eldest"})


def things(words: Words, found: Found) -> Iterator[Found]:
    """A noun, perhaps with the one of its rows that is meant: "the most recent order", "the three oldest members"."""
    yield from _named_things(words, found)
    yield from described(words, found)
    yield from _people(words, found)
    yield from _by_role(words, found)
    for role, descending in (("latest", True), ("earliest", False)):
        said = words.phrase(found.at, role)
        for dataset, behind in words.nouns(said) if said is not None else ():
            field = _time_of(words, dataset)
            if field and not found.counting and not _is_of_age(words, said or 0, dataset):
                yield first_row(found, dataset, field, descending).used(found.at, behind, "order", dataset)
    if not found.counting:
        yield from _newest_few(words, found)
        yield from _most_used(words, found)
        yield from often_done(words, found)
        yield from superlatives(words, found)
        yield from most_of_kind(words, found)
        yield from _first_few(words, found)


def _newest_few(words: Words, found: Found) -> Iterator[Found]:
    """ "the five most recent episodes", "the latest 3 orders": so many rows by their day."""
    number = words.number(found.at)
    for role, descending in (("latest", True), ("earliest", False)):
        said = words.phrase(number[1] if number is not None else found.at, role)
        after = words.number(said) if said is not None and number is None else None
        few, start = number or after or (0, 0), after[1] if after is not None else said
        for dataset, behind in words.nouns(start) if start is not None and few[0] >= 1 else ():
            field = _time_of(words, dataset)
            if field and not _is_of_age(words, said or 0, dataset):
                picked = first_row(replace(found, cut=int(few[0])), dataset, field, descending)
                yield picked.used(found.at, behind, "order", dataset)


def _time_of(words: Words, dataset: str) -> str:
    """The time by which rows are counted, else the one year that they have; empty without either."""
    time = words.world.layer.datasets[dataset].time
    if time:
        return "" if "." in time else f"{dataset}.{time}"
    return began(words, dataset, built=True)


def _named_things(words: Words, found: Found) -> Iterator[Found]:
    """A noun, perhaps behind a value that all of them have ("female owners"), or whose they are ("Acme invoices")."""
    for dataset, behind in words.nouns(found.at):
        if words.world.layer.datasets[dataset].primary_key:
            yield replace(found, entity=dataset).used(found.at, behind, "dimension", dataset)
    for concepts, behind in words.concepts(found.at, "value"):
        for dataset, end in words.nouns(behind):
            own = [c for c in concepts if _owner(words, c.target) == dataset] or _whose(words, concepts, dataset)
            if len(own) == 1 and words.world.layer.datasets[dataset].primary_key:
                kept = Filter(field=own[0].target, op="in", values=(own[0].value,))
                if own[0].target in words.world.layer.segments:
                    kept = Filter(field=own[0].target, op="eq", values=(True,))
                marked = found.used(found.at, behind, "value", own[0].target).used(behind, end, "dimension", dataset)
                yield replace(marked, entity=dataset, filters=(*found.filters, kept))


def _whose(words: Words, concepts: tuple[Concept, ...], dataset: str) -> list[Concept]:
    """What a value calls the one thing that each row of a dataset belongs to."""
    owners = [(concept, concept.target.partition(".")[0]) for concept in concepts if "." in concept.target]
    named = [(one, owner) for one, owner in owners if one.target in words.world.nouns.names(owner)]
    return [one for one, owner in named if owner != dataset and words.world.reach.steps(dataset, owner) == 1]


def _people(words: Words, found: Found) -> Iterator[Found]:
    """ "women": a value that is what people are called."""
    if words.phrase(found.at, "people") is None:
        return
    for concepts, behind in words.concepts(found.at, "value"):
        owners = [(c, c.target.partition(".")[0]) for c in concepts]
        persons = [(c, owner) for c, owner in owners if owner and words.world.layer.datasets[owner].entity]
        if len(persons) == 1:
            concept, owner = persons[0]
            kept = Filter(field=concept.target, op="in", values=(concept.value,))
            yield replace(found, entity=owner).filtered(kept).used(found.at, behind, "value", concept.target)


def _by_role(words: Words, found: Found) -> Iterator[Found]:
    """ "the manager of the campaign Alpha": the things that campaigns have in this one role."""
    behind = words.phrase(found.at + 1, "genitive") if found.at + 1 < len(words.tokens) else None
    named = {dataset for dataset, _ in words.nouns(words.skip(behind, "empty"))} if behind is not None else set[str]()
    links = words.world.layer.relationships.values()
    for link in (one for one in links if one.from_ in named and one.from_ != one.to):
        alone = sum((one.from_, one.to) == (link.from_, link.to) for one in links) == 1
        if alone and role_words(link) == (words.tokens[found.at].plain,):
            yield replace(found, entity=link.to).used(found.at, found.at + 1, "dimension", link.name)


def _owner(words: Words, target: str) -> str:
    segments = words.world.layer.segments
    return segments[target].entity if target in segments else target.partition(".")[0]


def _is_of_age(words: Words, behind: int, dataset: str) -> bool:
    """Whether a word for the first or last says an age: the oldest driver is not the one hired first."""
    return words.tokens[behind - 1].text in AGES and words.world.layer.datasets[dataset].entity


def _most_used(words: Words, found: Found) -> Iterator[Found]:
    """ "the most popular genre": by the number of rows that have it, where only one table tells it."""
    for role, descending in (("most_used", True), ("least_used", False)):
        said = words.phrase(found.at, role)
        for dataset, behind in words.nouns(words.skip(said, "empty")) if said is not None else ():
            if _happens(words, dataset, behind) or _opens_field(words, behind - 1):
                continue  # "the most common complaints" are kinds of them, "the most common room size" is a size
            telling = [link.from_ for link in words.world.layer.relationships.values() if link.to == dataset]
            count = count_of_each(words, telling[0], dataset) if len(telling) == 1 else ""
            if count:
                order = OrderBy(by=count, descending=descending)
                ranked = replace(found, entity=dataset, metrics=(count,), order=order, limit=1)
                yield replace(ranked, fewest=not descending).used(found.at, behind, "order", dataset)


def _opens_field(words: Words, at: int) -> bool:
    """Whether a field is called by the word here with those behind it."""
    named = ((c, end) for concepts, end in words.concepts(at, "dimension") if end > at + 1 for c in concepts)
    return any(c.weight > HEAD_WORD and words.world.layer.fields[c.target].kind == "categorical" for c, _ in named)


def _happens(words: Words, dataset: str, behind: int) -> bool:
    """Whether what is called common or frequent happens once, at its own time."""
    frequent = set(words.world.language.words("common_words"))
    return bool(words.world.layer.datasets[dataset].time) and any(t.text in frequent for t in words.tokens[:behind])


def _first_few(words: Words, found: Found) -> Iterator[Found]:
    """ "the top 3 products", "the 3 products" with what they are first by to follow."""
    top = words.phrase(found.at, "tops")
    number = words.number(top if top is not None else found.at)
    if number is None:
        return
    for dataset, behind in words.nouns(words.skip(number[1], "empty")):
        if number[0] >= 1 and words.world.layer.datasets[dataset].primary_key:
            yield replace(found, entity=dataset, cut=int(number[0])).used(found.at, behind, "dimension", dataset)


def persons(words: Words, at: int) -> Iterator[Found]:
    """ "who made the latest order": any kind of person there is, where none of them serves the others."""
    if not words.tokens or words.tokens[0].text not in ("who", "whom") or _has_doers(words.world):
        return
    doers = words.world.nouns.doers.get(words.tokens[1].bare, "") if len(words.tokens) > 1 else ""
    people = [one for one in words.world.layer.datasets.values() if one.entity and any(f.listable for f in one.fields)]
    made = words.deed(1) or words.deed_of_noun(1)
    takes_part = [one.name for one in people if made and words.world.reach.steps(made, one.name)]
    if len(takes_part) > 1 and doers not in takes_part:
        return  # "who repaired the bike": those who brought it, or those who mend
    for dataset in people:
        if doers in ("", dataset.name):
            yield replace(Found(at), entity=dataset.name)


def _has_doers(world: World) -> bool:
    """Whether the layer knows agents or sellers, who do things with or for the persons that are listed."""
    doers = set(world.language.words("doers"))
    titles = [dataset.own_title for dataset in world.layer.datasets.values()]
    titles += [field.title for field in world.layer.fields.values() if field.kind == "categorical"]
    return any(not doers.isdisjoint(title.casefold().split()) for title in titles)
