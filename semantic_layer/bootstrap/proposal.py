"""From figures about tables to a proposed model: what to measure first, then the definitions and what is doubtful."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from semantic_layer.bootstrap.combined_links import combined_candidates, lost_check
from semantic_layer.bootstrap.doubts import doubts, undone_check
from semantic_layer.bootstrap.durations import propose_durations
from semantic_layer.bootstrap.evidence import Evidence, Profiles, Survey
from semantic_layer.bootstrap.fields import propose_fields
from semantic_layer.bootstrap.keys import check_name, combined_keys, reference, repeats
from semantic_layer.bootstrap.kinds import looks_numeric, no_numbers, number_check
from semantic_layer.bootstrap.links import Link, pairs
from semantic_layer.bootstrap.metrics import propose_metrics
from semantic_layer.bootstrap.naming import (
    in_one_piece,
    is_another,
    is_called,
    is_plural,
    label,
    phrase,
    plural,
    synonyms,
    without_header,
)
from semantic_layer.bootstrap.roads import Roads, build_roads, key_name
from semantic_layer.bootstrap.structure import Column, Table, read_tables
from semantic_layer.bootstrap.subjects import Subject, gather
from semantic_layer.bootstrap.times import check_name as time_check
from semantic_layer.bootstrap.times import misfits, readings
from semantic_layer.bootstrap.vocabulary import Words, vocabulary
from semantic_layer.model import AIContext, Dataset, Definitions, Measure, Metric, SemanticLayer

_KINDS = ("type", "kind", "category")
_MOST_ROWS_TOLD = 10**15


@dataclass(frozen=True)
class Proposal:
    """Definitions for a person to edit, what was not certain about them, and a line on each dataset by its name."""

    definitions: Definitions
    doubts: tuple[str, ...] = ()
    remarks: Mapping[str, str] = field(default_factory=dict[str, str])


def survey(profiles: Profiles) -> Survey:
    """What to measure before `propose`: pairs of columns whose values to compare, and checks by name.

    Each check is SQL that gives one number; its tables are named as in `profiles`.
    """
    tables = read_tables(profiles)
    checks: dict[str, str] = {}
    for table in tables:
        checks.update((check_name(table, key), repeats(table, key)) for key in combined_keys(table, tables))
        for column in table.columns:
            checks.update(_column_checks(column))
    checks.update(lost_check(found) for found in combined_candidates(tables))
    return Survey(pairs(tables), checks)


def _column_checks(column: Column) -> Iterator[tuple[str, str]]:
    if not column.rows:
        return
    yield from ((time_check(column, reading), misfits(column, reading)) for reading in readings(column))
    if looks_numeric(column):
        yield number_check(column), no_numbers(column)
    if check := undone_check(column):
        yield check


def propose(profiles: Profiles, evidence: Evidence, beside: SemanticLayer | None = None) -> Proposal:
    """A model for the profiled tables: keys, links, times, fields, measures and metrics, and what is doubtful.

    `evidence` holds what was measured of `survey(profiles)`; what it lacks is taken as not known, so that less is
    proposed. The model stands alone, or `beside` a model that it adds to without taking one of its names.
    """
    tables = read_tables(profiles)
    taken = frozenset((*beside.datasets, *beside.relationships) if beside else ())
    subjects = gather(tables, evidence, taken)
    roads = build_roads(subjects, taken)
    numbers = propose_metrics(subjects, frozenset(beside.metrics if beside else ()))
    definitions = Definitions(
        name="tables",
        extends="shipped" if beside else "none",
        datasets=tuple(_dataset(subject, subjects, roads, numbers.measures[subject.name]) for subject in subjects),
        relationships=roads.relationships,
        metrics=_distinct_words(numbers.metrics),
    )
    told = tuple(doubts(subjects, roads, numbers.figures, evidence))
    return Proposal(definitions, told, {subject.name: _remark(subject) for subject in subjects})


def _remark(subject: Subject) -> str:
    known = f"{subject.table.rows:,} rows" if subject.table.rows < _MOST_ROWS_TOLD else "rows"
    key = ", ".join(column.name for column in subject.key)
    return f"{subject.table.name}: {known}" + (f", one for each {key}" if key else "")


def _dataset(subject: Subject, subjects: Sequence[Subject], roads: Roads, measures: Sequence[Measure]) -> Dataset:
    nouns = [*_short_nouns(subject, subjects), *_whole_nouns(subject, subjects), *_nouns(subject)]
    called = synonyms([(_label(subject).casefold(),), *((noun,) for noun in nouns)])
    return Dataset(
        name=subject.name,
        source=subject.table.name,
        label=_label(subject),
        primary_key=tuple(key_name(subject, column) for column in subject.key),
        unique_keys=_unique_keys(subject, roads),
        time=_time(subject, subjects, roads),
        entity=subject.is_entity,
        ai_context=AIContext(synonyms=tuple(dict.fromkeys((*called, *_as_users(subject, subjects))))),
        fields=(*propose_fields(subject), *propose_durations(subject)),
        measures=tuple(measures),
    )


def _label(subject: Subject) -> str:
    noun = without_header(subject.table.noun, subject.nouns) or subject.table.noun
    text = plural(noun) if subject.noun == noun else phrase(noun)
    return label((text,))


def _nouns(subject: Subject) -> Iterator[str]:
    """What a row and the rows are called, in this and other words."""
    nouns: list[Words] = [subject.table.noun, *([subject.noun] if subject.noun else [])]
    if whole := in_one_piece(subject.table.name, subject.table.noun):
        yield from (whole, plural((whole,)))  # "taxpayers", also where that was taken apart
    if begun := _begun_with(subject):
        yield from (phrase(begun), plural(begun))
    for noun in dict.fromkeys(nouns):
        yield phrase(noun)
        if noun == subject.noun:
            yield plural(noun)
            for other in vocabulary().rewordings(noun):
                if not is_another(other, noun, subject.nouns):
                    yield other
                    yield plural(tuple(other.split()))


def _as_users(subject: Subject, subjects: Sequence[Subject]) -> Iterator[str]:
    """ "users", "clients" for the one kind of people that are served; none where such are in another table, too."""
    known = vocabulary()
    served = [one for one in subjects if one.noun and known.has("served_people", one.noun[-1:])]
    nouns = {word for one in subjects for word in (*one.noun, *one.table.noun)}
    if served == [subject]:
        for text in sorted(" ".join(words) for words in known.lists["users_called"] if nouns.isdisjoint(words)):
            yield text
            yield plural((text,))


def _begun_with(subject: Subject) -> Words:
    """ "book" where columns are a book title and a book price: what most columns begin with, if nothing else does."""
    known, heads = vocabulary(), [column.own[:1] for column in subject.table.columns if len(column.own) > 1]
    often = [head for head in dict.fromkeys(heads) if heads.count(head) > 1 and is_called(head, "thing_nouns")]
    taken = {word for noun in subject.nouns for word in noun}
    free = [head for head in often if head[0] not in taken and not known.has("generic", head)]
    own = len(subject.key) == 1 and subject.is_entity
    return free[0] if own and len(free) == 1 else ()


def _short_nouns(subject: Subject, subjects: Sequence[Subject]) -> Iterator[str]:
    """ "members" for club members, "programs" for degree programs, where nothing else is called so."""
    noun, known = subject.table.noun, vocabulary()
    columns = {column.own for other in subjects if other.name != subject.name for column in other.table.columns}
    nouns = {other.table.noun for other in subjects if other.name != subject.name}
    for at in range(1, len(noun)) if not without_header(noun, nouns) else ():
        rest = noun[at:]
        others = {other.noun for other in subjects} | {other.table.noun for other in subjects}
        rivals = [one for one in others if one[-len(rest) :] == rest and one != noun]
        called = is_called(rest) or (noun[:at] in nouns and known.has("levels", rest))
        whole = is_plural(subject.table) or _key_entity(subject) == noun
        called = called or (len(rest) == 1 and whole and rest not in columns)  # "keepers" of pets
        if any(link.to.noun[:-1] == rest for link in subject.links if _is_of_kinds(link.to)):
            continue  # the role of a party is a role type, and not that it has one
        if not rivals and ((called and (noun[:at] in nouns or rest not in columns)) or rest == _key_entity(subject)):
            yield phrase(rest)
            yield plural(rest)
    if _is_of_kinds(subject.table) and any(_assigns(other, subject) for other in subjects):
        yield phrase(noun[:-1])
        yield plural(noun[:-1])


def _whole_nouns(subject: Subject, subjects: Sequence[Subject]) -> Iterator[str]:
    """ "orders" for order headers, "mailings" for mailing campaigns with a mailing id, unless another is called so."""
    nouns = {other.table.noun for other in subjects if other.name != subject.name}
    noun, named = subject.table.noun, _key_entity(subject)
    short = named if named != noun[-len(named) :] and not any(named == one[-len(named) :] for one in nouns) else ()
    for told in (without_header(noun, nouns), short):
        if told:
            yield phrase(told)
            yield plural(told)


def _is_of_kinds(table: Table) -> bool:
    """Whether the rows of a table are kinds of something: role types."""
    return len(table.noun) > 1 and table.noun[-1] in _KINDS


def _assigns(rows: Subject, kinds: Subject) -> bool:
    """Whether rows only say which kinds others have: the roles of parties by role type."""
    named = rows.table.noun[1 - len(kinds.table.noun) :] == kinds.table.noun[:-1]
    return named and len(rows.key) > 1 and any(link.to.name == kinds.table.name for link in rows.links)


def _key_entity(subject: Subject) -> Words:
    """What the key calls a row: "plan" of an insurance plan's plan id."""
    named = reference(subject.key[0].words) if len(subject.key) == 1 else None
    return named.entity if named is not None and named.marked else ()


def _unique_keys(subject: Subject, roads: Roads) -> tuple[tuple[str, ...], ...]:
    """The keys that links rely on, besides the primary one."""
    primary = tuple(key_name(subject, column) for column in subject.key)
    used = (link.to_columns for link in roads.relationships if link.to == subject.name)
    return tuple(dict.fromkeys(key for key in used if key != primary))


def _time(subject: Subject, subjects: Sequence[Subject], roads: Roads) -> str | None:
    """The field that the rows are counted by: an own one, or for lines of something the time of that."""
    if subject.time:
        return subject.field_of(subject.time)
    by_table = {other.table.name: other for other in subjects}
    whole = next((link for link in subject.links if _is_part_of(subject.table, link)), None)
    link = subject.calendar or whole or _sole_event(subject, by_table)
    owner = by_table[link.to.name] if link else None
    if owner is None or owner.time is None or _is_crossed(subject, owner, roads):
        return None
    if not owner.is_event and link is not subject.calendar:
        return None
    return f"{owner.name}.{owner.field_of(owner.time)}"


def _sole_event(subject: Subject, by_table: Mapping[str, Subject]) -> Link | None:
    """The link to the one thing with a time that each row belongs to: the visit of a treatment, the loan of a fine."""
    timed = [one for one in subject.links if by_table[one.to.name].is_event and by_table[one.to.name].time]
    return timed[0] if len(timed) == 1 and not subject.is_entity and not timed[0].is_self else None


def _is_part_of(table: Table, link: Link) -> bool:
    """Whether the table's name says that its rows are parts of what the link leads to ("order item" of "order")."""
    return not link.is_self and len(table.noun) > len(link.entity) and table.noun[: len(link.entity)] == link.entity


def _is_crossed(subject: Subject, owner: Subject, roads: Roads) -> bool:
    return any((start, end) == (subject.name, owner.name) for start, end, _ in roads.crossings)


def _distinct_words(metrics: Sequence[Metric]) -> tuple[Metric, ...]:
    """The metrics without synonyms that are the name or the label of another one."""
    owner: dict[str, str] = {}
    for metric in metrics:
        for text in (metric.name.replace("_", " "), metric.title.casefold()):
            owner.setdefault(text, metric.name)
    return tuple(_without(metric, owner) for metric in metrics)


def _without(metric: Metric, owner: Mapping[str, str]) -> Metric:
    kept = tuple(text for text in metric.synonyms if owner.get(text.casefold(), metric.name) == metric.name)
    return metric.model_copy(update={"ai_context": metric.ai_context.model_copy(update={"synonyms": kept})})
