"""Entries whose tables or columns are gone, turned into comments: the model loads again, and no word of it is lost."""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# (ruamel.yaml comes without full types)

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from ruamel.yaml.comments import CommentedMap, CommentedSeq

from semantic_layer.bootstrap.memory import dataset_id, part_id
from semantic_layer.bootstrap.merging import parsed
from semantic_layer.bootstrap.writing import dump
from semantic_layer.errors import DefinitionError, Fault

Check = Callable[[str], Sequence[Fault]]
_SECTIONS = ("datasets", "relationships", "metrics", "segments")
_PARTS = ("fields", "measures")
_KEYS = ("time", "primary_key", "unique_keys")
_MOST_ROUNDS = 20


@dataclass(frozen=True)
class Retired:
    """The text with the entries commented out, their identities, and what was wrong with each."""

    text: str
    identities: frozenset[str] = frozenset()
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Place:
    """Lines `first` to `last` (from 0, both included) that hold one entry or one key of a dataset."""

    identity: str
    first: int
    last: int
    indent: int


def retire(text: str, faults: Check, when: str) -> Retired:
    """The definition file with every entry commented out that `faults` finds wrong, and what stands on it.

    `faults` tells what is wrong with a text, by line. Raises DefinitionError when a fault is in none of the entries.
    """
    gone: dict[str, str] = {}
    for _ in range(_MOST_ROUNDS):
        found = faults(text)
        if not found:
            break
        text = dump(_blocks(parsed(text)))
        found = faults(text)
        hit = _hit(text, found)
        if not hit:
            raise DefinitionError(found)
        gone.update((place.identity, fault.message) for place, fault in hit)
        text = _filled(_commented(text, hit, when))
    return Retired(text, frozenset(gone), tuple(f"{identity}: {reason}" for identity, reason in gone.items()))


def _blocks(root: CommentedMap) -> CommentedMap:
    """The document with each entry on lines of its own."""
    for owner, section in _sections(root):
        if owner[section]:
            owner[section].fa.set_block_style()
    return root


def _filled(text: str) -> str:
    """The text with empty lists where all entries of a section are comments."""
    root = parsed(text)
    empty = [
        (owner, key)
        for owner in (root, *(one for one in root.get("datasets") or () if isinstance(one, CommentedMap)))
        for key in (*_SECTIONS, *_PARTS)
        if key in owner and owner[key] is None
    ]
    for owner, key in empty:
        owner[key] = CommentedSeq()
        owner[key].fa.set_flow_style()
    return dump(root) if empty else text


def _sections(root: CommentedMap) -> Iterator[tuple[CommentedMap, str]]:
    for section in _SECTIONS:
        if isinstance(root.get(section), CommentedSeq):
            yield root, section
    for dataset in root.get("datasets") or ():
        for part in _PARTS:
            if isinstance(dataset, CommentedMap) and isinstance(dataset.get(part), CommentedSeq):
                yield dataset, part


def _hit(text: str, faults: Sequence[Fault]) -> list[tuple[_Place, Fault]]:
    """The innermost entry of each fault, each entry once and none inside another."""
    places = sorted(_places(parsed(text), text.splitlines()), key=lambda place: place.last - place.first)
    found: dict[str, tuple[_Place, Fault]] = {}
    for fault in faults:
        place = next((one for one in places if one.first <= fault.line - 1 <= one.last), None)
        if place:
            found.setdefault(place.identity, (place, fault))
    outer = [place for place, _ in found.values()]
    return [
        (place, fault)
        for place, fault in found.values()
        if not any(one is not place and one.first <= place.first and place.last <= one.last for one in outer)
    ]


def _places(root: CommentedMap, lines: Sequence[str]) -> Iterator[_Place]:
    for owner, section in _sections(root):
        for at, entry in enumerate(owner[section]):
            line = owner[section].lc.item(at)[0]
            yield _place(_identity(owner, section, entry), line, lines)
    for dataset in root.get("datasets") or ():
        for key in _KEYS:
            if key in dataset:
                yield _place(f"{dataset_id(str(dataset.get('source')))}/{key}", dataset.lc.key(key)[0], lines)


def _identity(owner: CommentedMap, section: str, entry: CommentedMap) -> str:
    if section == "datasets":
        return dataset_id(str(entry.get("source")))
    name = str(entry.get("name"))
    return part_id(str(owner.get("source")), section, name) if section in _PARTS else f"{section}/{name}"


def _place(identity: str, first: int, lines: Sequence[str]) -> _Place:
    """The lines from `first` up to the next one that is not indented deeper."""
    indent = _indent(lines[first])
    last = first
    for at in range(first + 1, len(lines)):
        if lines[at].strip() and not lines[at].lstrip().startswith("#"):
            if _indent(lines[at]) <= indent:
                break
            last = at
    return _Place(identity, first, last, indent)


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


def _commented(text: str, hit: Sequence[tuple[_Place, Fault]], when: str) -> str:
    lines = text.splitlines()
    for place, fault in sorted(hit, key=lambda item: item[0].first, reverse=True):
        blank = " " * place.indent
        body = [f"{blank}# {line[place.indent :]}".rstrip() for line in lines[place.first : place.last + 1]]
        lines[place.first : place.last + 1] = [f"{blank}# out of use since {when}: {fault.message}", *body]
    return "\n".join(lines) + "\n"
