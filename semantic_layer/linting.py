"""What is doubtful in a model that loads: words that clash, names that nobody needs or reaches, numbers nobody checked.

The rules are tuples of small functions. Those that need the data or the reader of questions ask for them through the
`Ground`; without, they say nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from pathlib import Path

from semantic_layer.lint_ground import Finding, Ground
from semantic_layer.lint_structure import STRUCTURE_RULES
from semantic_layer.lint_tests import TEST_RULES
from semantic_layer.lint_words import WORD_RULES
from semantic_layer.yaml_source import read_document

Place = tuple[str, int]
_SECTIONS = ("datasets", "relationships", "metrics", "segments", "funnels")
RULES: tuple[Callable[[Ground], Iterable[Finding]], ...] = (*WORD_RULES, *STRUCTURE_RULES, *TEST_RULES)


def lint(ground: Ground, paths: Iterable[Path] = ()) -> tuple[Finding, ...]:
    """Every finding of every rule, with the file and line where its entry stands in `paths`, in that order."""
    known = places(paths)
    found = [_placed(finding, known) for rule in RULES for finding in rule(ground)]
    return tuple(sorted(dict.fromkeys(found), key=lambda one: (one.file, one.line, one.name, one.code)))


def places(paths: Iterable[Path]) -> Mapping[str, Place]:
    """File and line of each entry (`metrics/net_revenue`); a later file wins, as it does in loading."""
    found: dict[str, Place] = {}
    for path in paths:
        document = read_document(path)
        for section in _SECTIONS:
            listed = document.data.get(section)
            for index, entry in enumerate(listed if isinstance(listed, list) else []):  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType]  # any YAML
                name = entry.get("name") if isinstance(entry, dict) else None  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]  # any YAML
                found[f"{section}/{name}"] = (document.file, document.line((section, index)))
    return found


def _placed(finding: Finding, known: Mapping[str, Place]) -> Finding:
    owner = finding.name.partition(".")[0]
    file, line = known.get(f"{finding.section}/{owner}", ("", 0))
    return replace(finding, file=file, line=line)
