"""Suite files -> Suites, with every fault at its line."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError
from rapidfuzz import process

from evals.databases import DEMO, WORKSPACE, Wanted
from evals.errors import RunError, SuiteError, SuiteFault
from evals.suite import Case, Columns, Defaults, Expect, PlanCheck, Suite

SUFFIXES = (".yml", ".yaml", ".jsonl")
_NODES = (Suite, Case, Expect, Defaults, Columns, PlanCheck)
_KNOWN_KEYS = sorted({name for node in _NODES for name in node.model_fields})

_UNQUOTED = "Quote it: YAML reads bare yes, no, on, off, numbers and days as something other than text."

Path_ = tuple[str | int, ...]


@dataclass(frozen=True)
class LoadedSuite:
    """A suite, the file it came from, and the SHA-256 of that file's bytes."""

    suite: Suite
    file: Path
    sha256: str
    lines: Mapping[str, int]

    @property
    def database(self) -> str:
        """`demo`, `workspace`, or the database file, read relative to the suite file."""
        name = self.suite.database
        return name if name in (DEMO, WORKSPACE) else str((self.file.parent / name).resolve())

    @property
    def wanted(self) -> Wanted:
        """The workspace that the suite asks for."""
        given = self.suite.definitions
        definitions = str((self.file.parent / given).resolve()) if given else ""
        return Wanted(self.database, self.suite.as_of, definitions, self.suite.language)


def suite_files(paths: Iterable[Path]) -> tuple[Path, ...]:
    """The suite files under the given files and directories, sorted; raises RunError when there are none."""
    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            found += sorted(item for item in path.iterdir() if item.suffix in SUFFIXES)
        elif path.is_file():
            found.append(path)
        else:
            raise RunError(f"There is no suite at {path}. Give a .yml file or a directory of them.")
    if not found:
        raise RunError(f"No suite files (.yml, .jsonl) in {', '.join(str(path) for path in paths)}.")
    return tuple(dict.fromkeys(found))


def load_suites(paths: Iterable[Path]) -> tuple[LoadedSuite, ...]:
    """All suites of the files, in order; raises SuiteError with the faults of every file."""
    loaded: list[LoadedSuite] = []
    faults: list[SuiteFault] = []
    for file in suite_files(list(paths)):
        try:
            loaded.append(load_suite(file))
        except SuiteError as error:
            faults += error.faults
    faults += _repeated_suites(loaded)
    if faults:
        raise SuiteError(faults)
    return tuple(loaded)


def load_suite(file: Path) -> LoadedSuite:
    """One suite of a YAML or JSONL file; raises SuiteError listing every fault with its line."""
    raw = file.read_bytes()
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        fault = SuiteFault(str(file), 1, f"the file is not UTF-8 (byte {error.start}).", "Save it as UTF-8.")
        raise SuiteError([fault]) from error
    data, lines = _read_jsonl(file, text) if file.suffix == ".jsonl" else _read_yaml(file, text)
    try:
        suite = Suite.model_validate(data)
    except ValidationError as error:
        raise SuiteError(_faults(file, error, lines)) from error
    case_lines = {case.id: _line_of(lines, ("cases", index)) for index, case in enumerate(suite.cases)}
    faults = list(_broken_links(file, suite, lines))
    if faults:
        raise SuiteError(faults)
    return LoadedSuite(suite, file, hashlib.sha256(raw).hexdigest(), case_lines)


def _read_yaml(file: Path, text: str) -> tuple[Any, dict[Path_, int]]:
    """The document as plain data, and the line of every node by its path."""
    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
        data = yaml.safe_load(text)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        remedy = "Quote text that holds a colon, a comma, a question mark or a '#'."
        raise SuiteError([SuiteFault(str(file), line, f"not valid YAML: {error.problem}.", remedy)]) from error
    except (yaml.YAMLError, ValueError) as error:
        raise SuiteError([SuiteFault(str(file), 1, f"not valid YAML: {error}.")]) from error
    if not isinstance(root, yaml.MappingNode):
        raise SuiteError([SuiteFault(str(file), 1, "the file holds no mapping.", "Start it with `suite: <name>`.")])
    lines: dict[Path_, int] = {}
    faults = list(_walk(file, root, (), lines))
    if faults:
        raise SuiteError(faults)
    return data, lines


def _walk(file: Path, node: yaml.Node, path: Path_, lines: dict[Path_, int]) -> Iterator[SuiteFault]:
    """Notes the line of every node below `node`, and yields keys written twice."""
    lines.setdefault(path, node.start_mark.line + 1)
    if isinstance(node, yaml.SequenceNode):
        for index, item in enumerate(node.value):
            yield from _walk(file, item, (*path, index), lines)
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            here = (*path, str(key.value))
            if here in lines:
                yield SuiteFault(str(file), key.start_mark.line + 1, f"the key '{key.value}' is written twice.")
            lines[here] = key.start_mark.line + 1
            yield from _walk(file, value, here, lines)


def _read_jsonl(file: Path, text: str) -> tuple[Any, dict[Path_, int]]:
    """A suite written as JSON lines: the first line is the suite's head, each further line one case."""
    records: list[Any] = []
    lines: dict[Path_, int] = {(): 1}
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            records.append(json.loads(line))
        except json.JSONDecodeError as error:
            raise SuiteError([SuiteFault(str(file), number, f"not valid JSON: {error.msg}.")]) from error
        lines[("cases", len(records) - 2)] = number
    if not records or not isinstance(records[0], dict):
        remedy = 'Write {"suite": ..., "database": ...} in the first line, then one case a line.'
        raise SuiteError([SuiteFault(str(file), 1, "the first line must be the suite's head.", remedy)])
    return {**records[0], "cases": records[1:]}, lines


def _line_of(lines: Mapping[Path_, int], path: Path_) -> int:
    """The line of the nearest node written in the file."""
    while path and path not in lines:
        path = path[:-1]
    return lines.get(path, 1)


def _faults(file: Path, error: ValidationError, lines: Mapping[Path_, int]) -> Iterator[SuiteFault]:
    """Every finding of the checker in the suite author's words."""
    for item in error.errors():
        path = tuple(item["loc"])
        place = ".".join(str(part) for part in path)
        if item["type"] == "extra_forbidden":
            near = process.extractOne(str(path[-1]), _KNOWN_KEYS, score_cutoff=70)
            remedy = f"Did you mean '{near[0]}'?" if near else "Remove it."
            yield SuiteFault(str(file), _line_of(lines, path), f"unknown key '{path[-1]}' ({place}).", remedy)
        else:
            message = item["msg"].removeprefix("Value error, ")
            remedy = _UNQUOTED if item["type"] == "string_type" else ""
            yield SuiteFault(str(file), _line_of(lines, path), f"{place}: {message}.", remedy)


def _broken_links(file: Path, suite: Suite, lines: Mapping[Path_, int]) -> Iterator[SuiteFault]:
    """Ids given twice, and follow-ups of a case that does not stand before them."""
    seen: set[str] = set()
    for index, case in enumerate(suite.cases):
        line = _line_of(lines, ("cases", index, "id"))
        if case.id in seen:
            yield SuiteFault(str(file), line, f"the id '{case.id}' is used twice.", "Give every case its own id.")
        if case.after and case.after not in seen:
            line = _line_of(lines, ("cases", index, "after"))
            remedy = "Name a case that stands before this one in the same file."
            yield SuiteFault(str(file), line, f"'{case.id}' follows '{case.after}', which is not known.", remedy)
        seen.add(case.id)
    if not suite.cases:
        yield SuiteFault(str(file), 1, "the suite has no cases.")


def _repeated_suites(loaded: Iterable[LoadedSuite]) -> Iterator[SuiteFault]:
    """Two files under one suite name: their results could not be told apart."""
    seen: dict[str, Path] = {}
    for item in loaded:
        first = seen.setdefault(item.suite.suite, item.file)
        if first != item.file:
            yield SuiteFault(str(item.file), 1, f"the suite name '{item.suite.suite}' is also used by {first}.")
