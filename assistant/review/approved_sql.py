"""SQL that a person wrote or changed and another approved: the answer to one question, kept in a file of the workspace.

It is never governed: no definition stands behind it, and every answer made with it says so. It answers only a question
in the same words, and only while the periods that the words name are still those of the day it was approved for.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from tempfile import NamedTemporaryFile
from threading import Lock
from typing import Any

import yaml

from assistant.config import Settings
from assistant.errors import SettingsError
from assistant.learning import APPROVED_FILE, elements_of
from assistant.understanding import Element, Understanding
from semantic_layer import normal_question

_FORM = "Each entry needs question, sql, by and at (a day such as 2026-06-30)."
_writing = Lock()


@dataclass(frozen=True)
class ApprovedSQL:
    """A question and the SQL that answers it; `by` and `at` tell who approved it when, `as_of` what was today then."""

    question: str
    sql: str
    by: str
    at: date
    as_of: date | None = None


class ApprovedBook:
    """The approved SQL of a workspace; finds what answers a question."""

    def __init__(self, entries: Iterable[ApprovedSQL], understanding: Understanding):
        self._understanding = understanding
        self._known = [(one, elements_of(self._understanding, one.question)) for one in entries]

    def find(self, question: str) -> ApprovedSQL | None:
        """What was approved for the question in the same words and with the same meaning of its periods; or None."""
        asked = elements_of(self._understanding, question) if self._known else ()
        matches = (one for one, known in self._known if asked and self._same(known, asked, one.as_of))
        return next(matches, None)

    def _same(self, known: tuple[Element, ...], asked: tuple[Element, ...], as_of: date | None) -> bool:
        if [normal_question(e.text) for e in known] != [normal_question(e.text) for e in asked]:
            return False
        return all(self._still(element, as_of) for element in asked if element.time is not None)

    def _still(self, element: Element, as_of: date | None) -> bool:
        """Whether a period still means the days that it meant when the SQL was approved."""
        today = self._understanding.world.as_of
        if as_of is None or as_of == today:
            return True
        then = [e.time for e in self._understanding.meanings_on(element.text, as_of) if e.time is not None]
        return len(then) == 1 and element.time is not None and _days(then[0], as_of) == _days(element.time, today)


def _days(time: Any, as_of: date) -> list[tuple[date | None, date | None]]:
    spans = (reading.clipped(as_of) for reading in time.readings)
    return [(span.start, span.end) for span in spans]


def read_approved(path: Path) -> tuple[ApprovedSQL, ...]:
    """The approved SQL of a file, none without one; raises SettingsError naming the file and what it should hold."""
    if not path.exists():
        return ()
    try:
        data: Any = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
        return tuple(_entry(one) for one in data.get("questions", ()))
    except (yaml.YAMLError, AttributeError, TypeError, KeyError, ValueError) as error:
        raise SettingsError(f"{path}: not readable as approved SQL: {error}. {_FORM}") from error


def _entry(data: Any) -> ApprovedSQL:
    found = ApprovedSQL(data["question"], data["sql"], data["by"], data["at"], data.get("as_of"))
    days = all(isinstance(day, date) for day in (found.at, found.as_of or found.at))
    if not days or not all(isinstance(text, str) and text for text in (found.question, found.sql, found.by)):
        raise ValueError(f"the entry {data.get('question')!r} is not complete")
    return found


def write_approved(path: Path, entries: Iterable[ApprovedSQL]) -> None:
    """The file with these entries, as a whole or not at all."""
    plain = [{key: value for key, value in vars(one).items() if value is not None} for one in entries]
    text = yaml.safe_dump({"version": 1, "questions": plain}, sort_keys=False, allow_unicode=True, width=100)
    path.parent.mkdir(parents=True, exist_ok=True)
    with NamedTemporaryFile("w", encoding="utf-8", dir=path.parent, suffix=".part", delete=False) as file:
        file.write(
            f"# SQL that people approved in review, by question. Remove what should not be used any more.\n{text}"
        )
    os.replace(file.name, path)


def keep_approved(settings: Settings, entry: ApprovedSQL) -> None:
    """The entry counts from the next question on, in the place of an older one for the same words."""
    path = settings.home / APPROVED_FILE
    with _writing:
        key = normal_question(entry.question)
        others = [one for one in read_approved(path) if normal_question(one.question) != key]
        write_approved(path, [*others, entry])


def read_approved_book(settings: Settings, understanding: Understanding) -> ApprovedBook:
    """What was approved in a workspace; raises SettingsError when the file is wrong."""
    return ApprovedBook(read_approved(settings.home / APPROVED_FILE), understanding)
