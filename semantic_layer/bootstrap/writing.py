"""A proposal as YAML for a person to edit: sections, a line on each table, what to check on top."""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# pyright: reportMissingTypeArgument=false, reportUnknownParameterType=false
# (ruamel.yaml comes without full types)

from __future__ import annotations

import io
import re
import textwrap
from collections.abc import Iterable, Sequence
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.scalarstring import SingleQuotedScalarString

from semantic_layer.bootstrap.memory import Plain, plain
from semantic_layer.bootstrap.proposal import Proposal

WIDTH = 120
_UNBROKEN = 100_000  # a line that a person wrote is never broken
# what every reader takes for text without quotes, inside brackets, too; ruamel.yaml itself quotes true, null, ...
_PLAIN = re.compile(r"[A-Za-z][\w]*([ ./()+*-]+[\w()/+*-]+)*[.)]?", re.ASCII)
_FLOWING = 100  # an entry that fits this width stands on one line
HEAD = """\
What your tables mean, proposed by `tellwise init` for you to edit: rename, delete, add.
Labels and synonyms are the words a question may use. After loading more, run `tellwise init` again: it adds what is
new and keeps what you changed or deleted."""


def to_yaml(proposal: Proposal) -> str:
    """The whole proposal as the text of a definition file."""
    definitions = proposal.definitions
    root = CommentedMap(version=1, name=definitions.name, extends=definitions.extends)
    datasets = CommentedSeq()
    for at, dataset in enumerate(definitions.datasets):
        datasets.append(node_of(plain(dataset)))
        remark = proposal.remarks.get(dataset.name, "")
        datasets.yaml_set_comment_before_after_key(at, before=remark or dataset.source, indent=2)
    root["datasets"] = datasets
    for section in ("relationships", "metrics"):
        entries = getattr(definitions, section)
        if entries:
            root[section] = CommentedSeq(node_of(plain(entry)) for entry in entries)
            root.yaml_add_eol_comment(_SECTIONS[section], section)
    return headed(HEAD, proposal.doubts) + dump(root)


_SECTIONS = {
    "relationships": "each row of `from` has at most one row of `to`",
    "metrics": "what can be asked for",
}


def headed(head: str, doubts: Sequence[str], title: str = "Unsure of, please check:") -> str:
    """Comment lines: an introduction, then the doubts as a list."""
    lines = head.splitlines() if head else []
    if doubts:
        lines += [*([""] if head else []), title, *(line for doubt in doubts for line in _bullet(doubt))]
    return "".join(f"# {line}".rstrip() + "\n" for line in lines)


def _bullet(text: str) -> Iterable[str]:
    return textwrap.wrap(text, WIDTH - 6, initial_indent="- ", subsequent_indent="  ", break_long_words=False)


def node_of(entry: Plain) -> CommentedMap:
    """The entry as YAML: on one line when it is short, its lists of fields and measures below each other."""
    if _is_short(entry):
        return flowing(entry)
    found = CommentedMap()
    for key, value in entry.items():
        if key in ("fields", "measures"):
            found[key] = CommentedSeq(node_of(one) for one in value)
        elif key == "ai_context" and len(str(value)) > _FLOWING:
            found[key] = CommentedMap((part, flowing(words)) for part, words in value.items())
        else:
            found[key] = flowing(value)
    return found


def _is_short(entry: Plain) -> bool:
    nested = any(key in entry for key in ("fields", "measures", "measure", "numerator", "metric"))
    return not nested and len(str(entry)) <= _FLOWING + 2 * len(entry)


def flowing(value: Any) -> Any:
    """The value in one line, however deep."""
    if isinstance(value, dict):
        found = CommentedMap((key, flowing(one)) for key, one in value.items())
        found.fa.set_flow_style()
        return found
    if isinstance(value, list | tuple):
        several = CommentedSeq(flowing(one) for one in value)
        several.fa.set_flow_style()
        return several
    if isinstance(value, str) and not _PLAIN.fullmatch(value):
        return SingleQuotedScalarString(value)
    return value


def editor() -> YAML:
    """The reader and writer that keeps comments and order."""
    yaml = YAML()
    yaml.width = _UNBROKEN
    yaml.indent(mapping=2, sequence=4, offset=2)
    yaml.preserve_quotes = True
    yaml.allow_unicode = True
    return yaml


def dump(root: CommentedMap) -> str:
    """The YAML text of a document."""
    out = io.StringIO()
    editor().dump(root, out)
    return out.getvalue()
