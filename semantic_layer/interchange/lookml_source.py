"""LookML text to plain data that knows its lines, in the shape that YAML files have."""

# pyright: reportUnknownMemberType=false
# (lkml comes without full types)

from __future__ import annotations

from pathlib import Path
from typing import Any

from semantic_layer.yaml_source import Document, Location

_LISTS = ("when", "filters", "include", "extends", "extends__all")
_MOST_BYTES = 2_000_000


def read_lookml(path: Path) -> Document:
    """The blocks of a LookML file: `views`, `explores`, `dimensions`, ... as lists with names; faults are noted."""
    import lkml

    document = Document(str(path))
    try:
        text = path.read_text(encoding="utf-8")
        if len(text) > _MOST_BYTES:
            document.fault((), f"the file is longer than {_MOST_BYTES:,} characters.", "Split it.")
            return document
        tree = lkml.parse(text)
    except FileNotFoundError:
        document.fault((), "there is no such file.", "Check the path.")
    except (OSError, UnicodeDecodeError) as error:
        document.fault((), f"the file cannot be read: {error}.", "Check that it is a readable text file.")
    except (SyntaxError, KeyError, IndexError, RecursionError) as error:
        document.fault((), f"not valid LookML: {str(error) or 'too deep'}.", "Mend the file.")
    else:
        document.data = _block(document, tree.container.items, ())
    return document


def _block(document: Document, nodes: tuple[Any, ...], location: Location) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for node in nodes:
        kind = type(node).__name__
        key = node.type.value
        if kind == "PairNode":
            _put(document, found, (*location, key), node)
        elif kind == "ListNode":
            found[key] = [*found.get(key, []), *_list(document, node, (*location, key), len(found.get(key, [])))]
            document.lines.setdefault((*location, key), node.line_number or 1)
        elif key == "filters":
            _old_filter(document, found, node, (*location, key))
        elif node.name is None:
            document.lines.setdefault((*location, key), node.line_number or 1)
            inner = _block(document, node.container.items, (*location, key))
            found[key] = [*found.get(key, []), inner] if key in _LISTS else inner
        else:
            _named(document, found, node, (*location, f"{key}s"))
    return found


def _put(document: Document, found: dict[str, Any], location: Location, node: Any) -> None:
    key, value = location[-1], node.value.value
    document.lines.setdefault(location, node.line_number or 1)
    if key in _LISTS:
        found[str(key)] = [*found.get(str(key), []), value]
    else:
        found[str(key)] = value


def _list(document: Document, node: Any, location: Location, start: int) -> list[Any]:
    """Texts, or `name: value` pairs as mappings."""
    found: list[Any] = []
    for index, one in enumerate(node.items):
        document.lines[(*location, start + index)] = getattr(one, "line_number", None) or node.line_number or 1
        pair = type(one).__name__ == "PairNode"
        found.append({"name": one.type.value, "value": one.value.value} if pair else one.value)
    return found


def _old_filter(document: Document, found: dict[str, Any], node: Any, location: Location) -> None:
    """`filters: { field: x value: "y" }`, the older form of `filters: [x: "y"]`."""
    block = _block(document, node.container.items, location)
    filters: list[Any] = found.setdefault("filters", [])
    document.lines[(*location, len(filters))] = node.line_number or 1
    filters.append({"name": block.get("field", ""), "value": block.get("value", "")})


def _named(document: Document, found: dict[str, Any], node: Any, location: Location) -> None:
    blocks: list[Any] = found.setdefault(str(location[-1]), [])
    here = (*location, len(blocks))
    document.lines.setdefault(location, node.line_number or 1)
    document.lines[here] = node.line_number or 1
    blocks.append({"name": node.name.value, **_block(document, node.container.items, here)})
