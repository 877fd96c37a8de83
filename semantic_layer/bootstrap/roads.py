"""Names for the links, and which of several ways between two tables is the usual one."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from semantic_layer.bootstrap.links import REPORTING, Link
from semantic_layer.bootstrap.naming import free_name, plain_name
from semantic_layer.bootstrap.structure import Column
from semantic_layer.bootstrap.subjects import Subject
from semantic_layer.errors import UnsafeQuery
from semantic_layer.model import Relationship
from semantic_layer.paths import Graph


@dataclass(frozen=True)
class Roads:
    """The relationships, the links they stand for, and the pairs of datasets that several ways still lead between."""

    relationships: tuple[Relationship, ...]
    links: Mapping[str, Link]
    crossings: tuple[tuple[str, str, tuple[str, ...]], ...]


def build_roads(subjects: Sequence[Subject], taken: Collection[str] = ()) -> Roads:
    """The relationships of all links; a link by another role, or a detour beside a direct link, is secondary.

    No relationship gets a name that is `taken`.
    """
    links = _named_links(subjects, taken)
    by_table = {subject.table.name: subject for subject in subjects}
    found = [_relationship(name, link, by_table, _is_side_role(link, links.values())) for name, link in links.items()]
    found = _without_detours(found)
    found = _with_ways_back(found, subjects, taken)
    return Roads(tuple(found), links, tuple(_crossings(found)))


def _with_ways_back(
    links: list[Relationship], subjects: Sequence[Subject], taken: Collection[str]
) -> list[Relationship]:
    """The links with those from a whole to its kinds: a party is at most one person, with the same key.

    A way back that makes a second way between any two tables is left out.
    """
    kinds = {subject.name: key_name(subject, subject.key[0]) for subject in subjects if _is_a_kind(subject)}
    for link in list(links):
        if link.from_ in kinds and link.from_columns == (kinds[link.from_],) and link.from_ != link.to:
            used = {*taken, *(one.name for one in links), *(subject.name for subject in subjects)}
            name = free_name(plain_name(f"{link.to}_{link.from_}", "link"), used)
            ends = {"from_": link.to, "to": link.from_}
            columns = {"from_columns": link.to_columns, "to_columns": link.from_columns}
            further = [*links, link.model_copy(update={"name": name, **ends, **columns})]
            links = further if len(list(_crossings(further))) == len(list(_crossings(links))) else links
    return links


def _is_a_kind(subject: Subject) -> bool:
    """Whether a row is a thing of its own that shares its key with what it is a kind of."""
    return len(subject.key) == 1 and subject.is_entity and any(link.columns == subject.key for link in subject.links)


def key_name(subject: Subject, column: Column) -> str:
    """How a key names the column: like its field where that reads the column as it is."""
    name = subject.field_of(column)
    return name if column.name.lower() == name else column.name


def _named_links(subjects: Sequence[Subject], taken: Collection[str]) -> dict[str, Link]:
    names = {subject.table.name: subject.name for subject in subjects}
    found: dict[str, Link] = {}
    for subject in subjects:
        for link in subject.links:
            called = ("manager",) if link.entity == REPORTING else link.entity
            entity = "_".join(called)
            to = names[link.to.name]
            role = plain_name(entity, to) if link.is_role else to
            name = plain_name(f"{subject.name}_{role}", "link")
            used = {*taken, *found, *names.values()}
            found[free_name(f"{name}_link" if name in names.values() else name, used)] = link
    return found


def _is_side_role(link: Link, links: Collection[Link]) -> bool:
    """Whether the row stands in a special role ("billing address") beside a plain link to the same table."""
    return link.is_role and any(
        other.table.name == link.table.name and other.to.name == link.to.name and not other.is_role for other in links
    )


def _relationship(name: str, link: Link, subjects: Mapping[str, Subject], secondary: bool) -> Relationship:
    near, far = subjects[link.table.name], subjects[link.to.name]
    return Relationship.model_validate(
        {
            "name": name,
            "from": near.name,
            "to": far.name,
            "from_columns": tuple(key_name(near, column) for column in link.columns),
            "to_columns": tuple(key_name(far, column) for column in link.to_columns),
            "secondary": secondary,
        }
    )


def _without_detours(links: list[Relationship]) -> list[Relationship]:
    """The links with those marked secondary that only lead a longer way to what a direct link reaches.

    A mark that would also decide between two ways of which neither is direct is not made: that is for a person.
    """
    for start, end, _ in list(_crossings(links)):
        direct = [link for link in links if (link.from_, link.to) == (start, end) and not link.secondary]
        if len(direct) != 1 or not _is_crossing(links, start, end):
            continue
        ways = [way for way in Graph(links).walks(start, end) if way.links != (direct[0],)]
        marked = _marked(links, {link.name for way in ways for link in way.links})
        links = next((one for one in marked if _only_decides_by(links, one, direct[0].name)), links)
    return links


def _marked(links: list[Relationship], names: Collection[str]) -> Iterator[list[Relationship]]:
    for name in sorted(names):
        yield [link.model_copy(update={"secondary": True}) if link.name == name else link for link in links]


def _only_decides_by(before: list[Relationship], after: list[Relationship], direct: str) -> bool:
    """Whether all that a mark decides is decided for ways that begin or end with the direct link."""
    then = {(start, end) for start, end, _ in _crossings(before)}
    now = {(start, end) for start, end, _ in _crossings(after)}
    ways = [Graph(after).route(*pair).names for pair in then - now]
    return now < then and all(direct in (way[0], way[-1]) for way in ways)


def _crossings(links: Sequence[Relationship]) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """The pairs of datasets that several ways lead between, with the ways."""
    graph = Graph(links)
    for start in sorted({link.from_ for link in links}):
        for end in graph.reachable(start)[1:]:
            try:
                graph.route(start, end)
            except UnsafeQuery as error:
                yield start, end, error.faults[0].suggestions


def _is_crossing(links: Sequence[Relationship], start: str, end: str) -> bool:
    return any((one, other) == (start, end) for one, other, _ in _crossings(links))
