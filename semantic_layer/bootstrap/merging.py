"""A new proposal brought into a file that a person has edited: what is new is added, what the person did stays.

Each entry is compared in three states: as it was proposed before, as it stands in the file, as it is proposed now. A
key that nobody touched follows the proposal; a key that was edited stays; an entry that was deleted does not come back.
"""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# (ruamel.yaml comes without full types)

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import YAMLError

from semantic_layer.bootstrap.memory import Memory, Plain, dataset_id, entries_of, part_id, plain
from semantic_layer.bootstrap.proposal import Proposal
from semantic_layer.bootstrap.renaming import renamed
from semantic_layer.bootstrap.writing import dump, editor, flowing, headed, node_of
from semantic_layer.errors import DefinitionError, Fault
from semantic_layer.model import Definitions

_PARTS = ("fields", "measures")
_SECTIONS = ("datasets", "relationships", "metrics")


@dataclass(frozen=True)
class Merged:
    """The text of the file, what was added to it and changed in it, and what was left as the person has it."""

    text: str
    added: tuple[str, ...] = ()
    updated: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()
    deleted: tuple[str, ...] = ()


def merge(text: str, proposal: Proposal, memory: Memory, when: str) -> Merged:
    """The definition file `text` with what `proposal` has beyond `memory`; `when` dates the comments on new entries.

    Raises DefinitionError when the text is no YAML mapping.
    """
    root = parsed(text)
    own = renamed(proposal.definitions, dataset_renames(root, proposal.definitions))
    work = _Merge(memory, when)
    work.datasets(root, own)
    for section in ("relationships", "metrics"):
        work.section(root, section, own)
    fresh = [doubt for doubt in proposal.doubts if doubt not in memory.doubts]
    head = headed("", fresh, f"Unsure of since {when}, please check:")
    return Merged(head + dump(root), tuple(work.added), tuple(work.updated), tuple(work.kept), tuple(work.deleted))


def remember(proposal: Proposal, memory: Memory, schema: Mapping[str, Mapping[str, str]]) -> Memory:
    """The memory after a proposal was written; what was proposed once is never forgotten."""
    proposed = dict(entries_of(proposal.definitions))
    doubts = tuple(dict.fromkeys((*memory.doubts, *proposal.doubts)))
    return Memory({**memory.entries, **proposed}, doubts, schema, memory.retired - proposed.keys())


def parsed(text: str, file: str = "definitions") -> CommentedMap:
    """The text as YAML that keeps its comments; raises DefinitionError when it is not a mapping."""
    try:
        root = editor().load(text)
    except YAMLError as error:
        problem = getattr(error, "problem", "") or str(error).splitlines()[0]
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark else 1
        raise DefinitionError([Fault(file, line, f"not valid YAML: {problem}.", "Mend the line.")]) from error
    if root is None:
        return CommentedMap(version=1, extends="none")
    if not isinstance(root, CommentedMap):
        raise DefinitionError([Fault(file, 1, "the file must hold a mapping.", "Start it with `datasets:`.")])
    return root


def dataset_renames(root: CommentedMap, definitions: Definitions) -> dict[str, str]:
    """What the file calls each proposed dataset, where the person gave it another name."""
    named = {one.get("source"): one.get("name") for one in _items(root, "datasets")}
    return {
        dataset.name: str(named[dataset.source])
        for dataset in definitions.datasets
        if named.get(dataset.source) not in (None, dataset.name)
    }


def _items(owner: CommentedMap, section: str) -> list[CommentedMap]:
    found = owner.get(section)
    return [one for one in found if isinstance(one, CommentedMap)] if isinstance(found, list) else []


def plain_yaml(value: Any) -> Any:
    """The value as plain lists and dictionaries."""
    if isinstance(value, dict):
        return {str(key): plain_yaml(one) for key, one in value.items()}
    return [plain_yaml(one) for one in value] if isinstance(value, list) else value


@dataclass
class _Merge:
    """One run over the file: what it did so far."""

    memory: Memory
    when: str
    added: list[str] = field(default_factory=list[str])
    updated: list[str] = field(default_factory=list[str])
    kept: list[str] = field(default_factory=list[str])
    deleted: list[str] = field(default_factory=list[str])

    def datasets(self, root: CommentedMap, own: Definitions) -> None:
        """Bring in the datasets, known by their tables."""
        there = {str(one.get("source", one.get("name"))): one for one in _items(root, "datasets")}
        for dataset in own.datasets:
            entry = plain(dataset)
            parts = {key: entry.pop(key, []) for key in _PARTS}
            node, identity = there.get(dataset.source), dataset_id(dataset.source)
            if node is None:
                self._add(root, "datasets", identity, plain(dataset))
                continue
            self._update(node, identity, entry)
            for key in _PARTS:
                self._parts(node, key, dataset.source, parts[key])

    def _parts(self, node: CommentedMap, section: str, source: str, entries: list[Plain]) -> None:
        there = {str(one.get("name")): one for one in _items(node, section)}
        for entry in entries:
            identity = part_id(source, section, entry["name"])
            if entry["name"] in there:
                self._update(there[entry["name"]], identity, entry)
            else:
                self._add(node, section, identity, entry)

    def section(self, root: CommentedMap, section: str, own: Definitions) -> None:
        """Bring in relationships or metrics; a new one only when all that it stands on is in the file."""
        there = {str(one.get("name")): one for one in _items(root, section)}
        for one in getattr(own, section):
            identity, entry = f"{section}/{one.name}", plain(one)
            name = one.name if one.name in there else _same_measure(entry, there)
            if name:
                self._update(there[name], f"{section}/{name}", entry)
            elif set(_needs(entry)) <= set(_names(root)):
                self._add(root, section, identity, entry)

    def _add(self, owner: CommentedMap, section: str, identity: str, entry: Plain) -> None:
        """Append an entry, unless it was proposed before: then the person deleted it."""
        if identity in self.memory.entries and identity not in self.memory.retired:
            self.deleted.append(identity)
            return
        if not isinstance(owner.get(section), CommentedSeq):
            owner[section] = CommentedSeq()
        several = owner[section]
        several.fa.set_block_style()
        several.append(node_of(entry))
        indent = 2 if section in _SECTIONS else 6
        several.yaml_set_comment_before_after_key(len(several) - 1, before=f"new on {self.when}", indent=indent)
        self.added.append(identity)

    def _update(self, node: CommentedMap, identity: str, entry: Plain) -> None:
        """Change the keys that are as they were proposed before and are proposed otherwise now."""
        before = self.memory.entries.get(identity)
        if before is None:
            return
        for key in dict.fromkeys((*before, *entry)):
            stands = plain_yaml(node.get(key))
            if key == "name" or stands == entry.get(key) or before.get(key) == entry.get(key):
                continue
            if stands != before.get(key):
                self.kept.append(f"{identity}: {key}")
            elif key in entry:
                node[key] = flowing(entry[key])
                self.updated.append(f"{identity}: {key}")
            else:
                del node[key]
                self.updated.append(f"{identity}: {key}")


def _same_measure(entry: Plain, there: Mapping[str, CommentedMap]) -> str:
    """The metric that already stands for the measure under another name, empty when there is none."""
    measure = entry.get("measure")
    named = (name for name, one in there.items() if one.get("measure") == measure and not one.get("filter"))
    return next(named, "") if measure else ""


def _needs(entry: Plain) -> Iterator[str]:
    """Names that a relationship or metric stands on."""
    for key in ("from", "to", "measure", "numerator", "denominator"):
        if key in entry:
            yield entry[key]
    if "to_columns" in entry:
        yield f"{entry['to']}({','.join(sorted(entry['to_columns']))})"


def _names(root: CommentedMap) -> Iterator[str]:
    """Names that the file defines: datasets, `dataset.measure`, metrics, and keys as `dataset(column,column)`."""
    for dataset in _items(root, "datasets"):
        name = str(dataset.get("name"))
        yield name
        yield from (f"{name}.{one.get('name')}" for one in _items(dataset, "measures"))
        for key in (dataset.get("primary_key") or [], *(dataset.get("unique_keys") or [])):
            yield f"{name}({','.join(sorted(map(str, key)))})"
    yield from (str(metric.get("name")) for metric in _items(root, "metrics"))
