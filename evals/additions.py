"""From use to evals: a question that went wrong, or an approved query, becomes a case of a suite."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from evals.errors import RunError, SuiteError
from evals.files import write_whole
from evals.loader import load_suite

_ID_WORDS = 6


@dataclass(frozen=True)
class NewCase:
    """A question with what is right for it, as a person approved it; `expect` is written as in a suite file.

    `before` are the questions asked before it in the same conversation, oldest first.
    """

    question: str
    expect: Mapping[str, Any]
    author: str = ""
    verified_by: str = ""
    note: str = ""
    tags: tuple[str, ...] = field(default=())
    before: tuple[str, ...] = field(default=())


@dataclass(frozen=True)
class SuiteHead:
    """The head of a suite file that is not there yet."""

    database: str = "workspace"
    as_of: str = ""


def add_case(file: Path, new: NewCase, head: SuiteHead | None = None) -> str:
    """The id of the case, now the last of the suite file; the file is made when it is not there.

    The file's own text stays as it is. Raises SuiteError when the file or the case is not valid, in which case nothing
    is written, and RunError when the file cannot be written or holds something behind its cases.
    """
    text = file.read_text(encoding="utf-8") if file.is_file() else _fresh(file, head or SuiteHead())
    case_id = _free_id(new.question, _known_ids(file))
    _replace(file, _with_case(file, text, _written(case_id, new)))
    return case_id


def add_new(file: Path, cases: Iterable[NewCase], head: SuiteHead) -> list[str]:
    """The ids of the cases that the suite did not have yet; a question counts with those asked before it."""
    asked = {(case.question, case.before) for case in load_suite(file).suite.cases} if file.is_file() else set()
    ids: list[str] = []
    for case in cases:
        if (case.question, case.before) not in asked:
            asked.add((case.question, case.before))
            ids.append(add_case(file, case, head))
    return ids


def _fresh(file: Path, head: SuiteHead) -> str:
    """The text of a new suite without cases."""
    name = re.sub(r"[^A-Za-z0-9_.-]+", "-", file.stem).strip("-.") or "suite"
    written: dict[str, Any] = {"suite": name, "version": 1, "database": head.database}
    if head.as_of:
        written["as_of"] = head.as_of
    return yaml.safe_dump(written, sort_keys=False, allow_unicode=True) + "cases:\n"


def _known_ids(file: Path) -> frozenset[str]:
    return frozenset(load_suite(file).lines) if file.is_file() else frozenset()


def _free_id(question: str, known: frozenset[str]) -> str:
    """A short id made of the question's first words, with a number when it is taken."""
    words = re.findall(r"[a-z0-9]+", question.lower())[:_ID_WORDS]
    wanted = "-".join(words)[:60].strip("-") or "case"
    number, free = 1, wanted
    while free in known:
        number += 1
        free = f"{wanted}-{number}"
    return free


def _written(case_id: str, new: NewCase) -> dict[str, Any]:
    further = {
        "before": list(new.before),
        "tags": list(new.tags),
        "author": new.author,
        "verified_by": new.verified_by,
        "note": new.note,
    }
    given = {name: value for name, value in further.items() if value}
    return {"id": case_id, "question": new.question, "expect": dict(new.expect), **given}


def _with_case(file: Path, text: str, case: dict[str, Any]) -> str:
    """The suite's text with one case more at its end."""
    lines = yaml.safe_dump([case], sort_keys=False, allow_unicode=True, width=110).splitlines()
    root = yaml.compose(text, Loader=yaml.SafeLoader)
    keys = root.value if isinstance(root, yaml.MappingNode) else []
    if not keys or keys[-1][0].value != "cases" or getattr(keys[-1][1], "flow_style", False):
        raise RunError(
            f"Cases can only be added to {file} when `cases:` is its last part, one `- id:` below the other."
        )
    found = keys[-1][1]
    indent = " " * (found.start_mark.column if isinstance(found, yaml.SequenceNode) and found.value else 2)
    return text.rstrip("\n") + "\n" + "".join(f"{indent}{line}\n" for line in lines)


def _replace(file: Path, text: str) -> None:
    """Checks the new text as a suite, then puts it in the file's place in one step."""
    try:
        write_whole(file, text, load_suite)
    except SuiteError as error:
        raise SuiteError(_at(file, error)) from error


def _at(file: Path, error: SuiteError):
    """The faults under the name of the file they would be in."""
    return [type(fault)(str(file), fault.line, fault.message, fault.remedy) for fault in error.faults]
