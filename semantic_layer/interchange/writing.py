"""A draft as YAML for a person to edit: where everything came from, and what was not carried over, as comments."""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# (ruamel.yaml comes without full types)

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from ruamel.yaml.comments import CommentedMap, CommentedSeq

from semantic_layer.bootstrap.writing import dump, flowing, headed, node_of
from semantic_layer.interchange.draft import Draft
from semantic_layer.interchange.items import Plain, filled
from semantic_layer.interchange.report import Remark, in_order

_MOST_REMARKS = 60
_SECTIONS = ("datasets", "relationships", "metrics", "segments", "calendars")


def to_yaml(draft: Draft, form: str, extends: str) -> str:
    """The whole draft as the text of a definition file."""
    root = CommentedMap(version=1, name=draft.name, extends=extends)
    for key, value in draft.header.items():
        root[key] = flowing(value)
    for section in _SECTIONS:
        entries: Mapping[str, Plain] = getattr(draft, section)
        if entries:
            root[section] = _section(draft, section, entries)
    return headed(_head(draft, form), _told(draft), "Not as it was there:") + dump(root)


def _section(draft: Draft, section: str, entries: Mapping[str, Plain]) -> CommentedSeq:
    found = CommentedSeq()
    file = ""
    for index, (name, entry) in enumerate(entries.items()):
        found.append(node_of(filled(entry)))
        origin = draft.origins.get((section, name))
        if origin and (section == "datasets" or origin.file != file):
            file = origin.file
            found.yaml_set_comment_before_after_key(index, before=f"from {Path(file).name}:{origin.line}", indent=2)
    return found


def _head(draft: Draft, form: str) -> str:
    files = list(dict.fromkeys(Path(one.file).name for one in draft.origins.values()))
    shown = ", ".join(files[:8]) + (f" and {len(files) - 8} more" if len(files) > 8 else "")
    return (
        f"Imported by `tellwise import {form}` from {shown or 'an empty model'}, for you to edit.\n"
        "The original is not read again: from now on the meaning of its words is kept here."
    )


def _told(draft: Draft) -> list[str]:
    remarks = [one for one in in_order(draft.remarks) if one.kind != "changed"]
    told = [_line(one) for one in remarks[:_MOST_REMARKS]]
    more = len(remarks) - len(told)
    return [*told, f"... and {more} more; `tellwise import --json` lists all."] if more > 0 else told


def _line(remark: Remark) -> str:
    where = f"{Path(remark.file).name}:{remark.line}: " if remark.file else ""
    return f"{where}{'left out: ' if remark.kind == 'lost' else ''}{remark.what}: {remark.why}"
