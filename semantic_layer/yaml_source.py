"""YAML text to plain data that still knows on which line everything stood.

Only `true` and `false` are booleans and nothing is a date: a country code `NO` and a day `2025-01-01` stay the text
that was typed. Keys are always text. A key given twice is a fault, not a silent replacement.
"""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# (PyYAML comes without types)

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import yaml
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from semantic_layer.errors import Fault

Location = tuple[str | int, ...]
_MOST_VALUES = 200_000
_DEEPEST = 60


# libyaml: fifteen times faster, and it knows that a flow sequence may hold a question with its question mark
class _Loader(yaml.CSafeLoader):
    """Scalars by the rules of YAML 1.2 instead of 1.1."""

    yaml_implicit_resolvers: dict[str, Any] = {}  # noqa: RUF012  # PyYAML's own class attribute, replaced as a whole


_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:bool", re.compile(r"^(?:true|True|TRUE|false|False|FALSE)$"), list("tTfF")
)
_Loader.add_implicit_resolver("tag:yaml.org,2002:null", re.compile(r"^(?:~|null|Null|NULL|)$"), ["~", "n", "N", ""])
_Loader.add_implicit_resolver("tag:yaml.org,2002:int", re.compile(r"^[-+]?(?:0|[1-9][0-9]*)$"), list("-+0123456789"))
_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:float",
    re.compile(r"^[-+]?(?:[0-9]+\.[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?$"),
    list("-+.0123456789"),
)


@dataclass
class Document:
    """One definition file as plain data, the line of every value, and the faults of its YAML."""

    file: str
    data: dict[str, Any] = field(default_factory=dict[str, Any])
    lines: dict[Location, int] = field(default_factory=dict[Location, int])
    faults: list[Fault] = field(default_factory=list[Fault])

    def line(self, location: Location) -> int:
        """Line of the value at `location`, or of the nearest thing around it."""
        while location and location not in self.lines:
            location = location[:-1]
        return self.lines.get(location, 1)

    def fault(self, location: Location, message: str, remedy: str = "") -> None:
        """Note a fault at `location`."""
        self.faults.append(Fault(self.file, self.line(location), message, remedy))


def read_document(path: Path) -> Document:
    """The definitions in the file at `path`; what is wrong with the file itself is in `faults`, never raised."""
    document = Document(str(path))
    try:
        root = yaml.compose(path.read_text(encoding="utf-8"), _Loader)
    except FileNotFoundError:
        document.fault((), "there is no such file.", "Check the path.")
    except UnicodeDecodeError as error:
        document.fault((), f"the file is not UTF-8 text (byte {error.start}).", "Save it as UTF-8.")
    except OSError as error:
        document.fault((), f"the file cannot be read: {error.strerror}.", "Check that it is a readable file.")
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        document.faults.append(Fault(document.file, line, f"not valid YAML: {error.problem}.", "Mend the line."))
    except yaml.YAMLError as error:
        document.fault((), f"not valid YAML: {error}.", "Remove the characters that YAML does not allow.")
    else:
        _fill(document, root)
    return document


def _fill(document: Document, root: Node | None) -> None:
    if root is None:
        return
    document.lines[()] = root.start_mark.line + 1
    if not isinstance(root, MappingNode):
        document.fault((), "the file must hold a mapping.", "Start it with keys such as `datasets:` or `metrics:`.")
        return
    document.data = cast("dict[str, Any]", _Converter(document).value(root, ()))


class _Converter:
    """Turns YAML nodes into data; counts them, so that aliases of aliases cannot fill the memory."""

    def __init__(self, document: Document):
        self.document = document
        self.seen = 0
        self.scalars = _Loader("")

    def value(self, node: Node, location: Location) -> Any:
        self.seen += 1
        if self.seen > _MOST_VALUES:
            if self.seen == _MOST_VALUES + 1:
                self.document.fault(
                    (), f"the file holds more than {_MOST_VALUES} values.", "Split it; check its aliases."
                )
            return None
        if len(location) > _DEEPEST:  # an alias of what it stands in never ends
            self.document.fault(location[:1], f"more than {_DEEPEST} levels deep.", "Check its aliases.")
            self.seen = _MOST_VALUES + 1
            return None
        self.document.lines.setdefault(location, node.start_mark.line + 1)
        if isinstance(node, MappingNode):
            return self._mapping(node, location)
        if isinstance(node, SequenceNode):
            return [self.value(child, (*location, index)) for index, child in enumerate(node.value)]
        return self._scalar(node, location)

    def _mapping(self, node: MappingNode, location: Location) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key_node, value_node in node.value:
            line = key_node.start_mark.line + 1
            if not isinstance(key_node, ScalarNode):
                self.document.faults.append(Fault(self.document.file, line, "a key must be text.", "Quote the key."))
                continue
            key = str(key_node.value)
            if key in found:
                message = f"the key `{key}` is given twice (first on line {self.document.line((*location, key))})."
                self.document.faults.append(Fault(self.document.file, line, message, "Keep one of them."))
                continue
            self.document.lines[(*location, key)] = line
            found[key] = self.value(value_node, (*location, key))
        return found

    def _scalar(self, node: Node, location: Location) -> Any:
        try:
            return self.scalars.construct_object(node, deep=True)
        except yaml.YAMLError:
            self.document.fault(location, f"the value has an unknown tag {node.tag}.", "Remove the tag.")
            return None
