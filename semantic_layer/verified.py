"""Questions and golden queries kept beside a model: what a person has approved, to be run again whenever it changes."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any, TypeVar, cast

import yaml
from pydantic import Field, ValidationError

from semantic_layer.errors import DefinitionError
from semantic_layer.nodes import Name
from semantic_layer.query import Filter, GroupBy, QueryNode, SemanticQuery
from semantic_layer.yaml_source import Document, read_document

_SHIPPED = Path(__file__).parent / "goldens"
_Item = TypeVar("_Item", bound=QueryNode)


class VerifiedQuestion(QueryNode):
    """A question with the query it stands for, approved by a person.

    `sql` is reference SQL whose rows the query must give; `by` and `at` say who approved it and when; `as_of` is the
    day that counted as today, to which the periods of the query are relative.
    """

    question: str = Field(min_length=1)
    query: SemanticQuery
    sql: str = ""
    by: str = Field(min_length=1)
    at: date
    as_of: date | None = None


class Golden(QueryNode):
    """Hand-written SQL that a metric must agree with, in total, broken down or for the members of a segment.

    The columns of `sql` are those of `group_by`, then the metric.
    """

    metric: Name
    group_by: tuple[GroupBy, ...] = ()
    segment: str = ""
    sql: str = Field(min_length=1)

    @property
    def query(self) -> SemanticQuery:
        """The golden as a query of the model."""
        members = (Filter(field=self.segment, op="eq", values=(True,)),) if self.segment else ()
        return SemanticQuery(metrics=(self.metric,), group_by=self.group_by, filters=members)


def shipped_goldens() -> tuple[Path, ...]:
    """The files of golden queries of the customer model that comes with the product."""
    return tuple(sorted(_SHIPPED.glob("*.yml")))


def normal_question(text: str) -> str:
    """The wording without case, punctuation and extra blanks; equal for the same question."""
    return " ".join(re.findall(r"\w+", text.casefold()))


def read_goldens(paths: Iterable[Path]) -> tuple[Golden, ...]:
    """The golden queries of all files; none of a file that is not there.

    Raises `DefinitionError` with every fault, each with file and line.
    """
    return tuple(one for path in paths for one in _read(path, "goldens", Golden))


def read_verified(path: Path) -> tuple[VerifiedQuestion, ...]:
    """The verified questions of a file, none when there is no file.

    Raises `DefinitionError` with every fault, each with file and line; a question that stands twice is one.
    """
    return _read(path, "questions", VerifiedQuestion)


def write_verified(path: Path, questions: Sequence[VerifiedQuestion]) -> None:
    """Replaces the file by these questions, whole or not at all; comments of the old file are lost."""
    data = {"version": 1, "questions": [_plain(one) for one in questions]}
    path.parent.mkdir(parents=True, exist_ok=True)
    with NamedTemporaryFile("w", encoding="utf-8", dir=path.parent, suffix=".yml", delete=False) as file:
        yaml.safe_dump(data, file, sort_keys=False, allow_unicode=True, width=100)
    os.replace(file.name, path)


def _plain(one: VerifiedQuestion) -> dict[str, Any]:
    return one.model_dump(mode="json", exclude_defaults=True)


def _read(path: Path, section: str, kind: type[_Item]) -> tuple[_Item, ...]:
    if not path.exists():
        return ()
    document = read_document(path)
    known = {"version", section}
    for key in document.data.keys() - known:
        document.fault((key,), f"unknown key `{key}`.", f"Known here: version, {section}.")
    listed = _listed(document, section)
    found = [_item(document, section, index, data, kind) for index, data in enumerate(listed)]
    _repeats(document, section, listed)
    if document.faults:
        raise DefinitionError(document.faults)
    return tuple(one for one in found if one is not None)


def _listed(document: Document, section: str) -> list[Any]:
    given: Any = document.data.get(section) or []
    if isinstance(given, list):
        return cast("list[Any]", given)
    document.fault((section,), f"`{section}` is not a list.", "Begin each entry with `- `.")
    return []


def _item(document: Document, section: str, index: int, data: Any, kind: type[_Item]) -> _Item | None:
    try:
        return kind.model_validate(data)
    except ValidationError as error:
        for problem in error.errors(include_url=False, include_context=False):
            at = (section, index, *problem["loc"])
            name = ".".join(str(part) for part in problem["loc"])
            document.fault(at, f"`{name}`: {problem['msg'][:1].lower()}{problem['msg'][1:]}.")
        return None


def _repeats(document: Document, section: str, listed: Sequence[Any]) -> None:
    seen: dict[str, int] = {}
    for index, data in enumerate(listed):
        asked = data.get("question") if isinstance(data, Mapping) else None  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]  # any YAML
        if not isinstance(asked, str):
            continue
        first = seen.setdefault(normal_question(asked), index)
        if first != index:
            line = document.line((section, first))
            document.fault((section, index, "question"), f"the question stands twice (first on line {line}).")
