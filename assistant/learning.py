"""What the product learns from people: verified questions, and words that the definitions lack.

Nothing is learnt by itself. An answer that somebody approves of waits until a person with the right says yes; a word is
proposed with its nearest meaning, and a person accepts it. Both then stand in files of the workspace, to be edited.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from tempfile import NamedTemporaryFile
from threading import Lock
from typing import TYPE_CHECKING, Any

import yaml

from assistant.answer import Plan
from assistant.config import Settings
from assistant.errors import Forbidden, SettingsError
from assistant.formatting import day
from assistant.understanding import Element, Similar, Understanding, load_language
from assistant.viewers import viewer_of
from semantic_layer import (
    Filter,
    SemanticLayer,
    SemanticQuery,
    TimeRange,
    VerifiedQuestion,
    normal_question,
    read_verified,
    write_verified,
)

if TYPE_CHECKING:
    from assistant.store import Proposal, SeenWord, Store

VERIFIED_FILE = "verified.yml"
WORDS_FILE = "learned.yml"
APPROVED_FILE = "approved-sql.yml"
MOST_MEANINGS = 3
_writing = Lock()


# --- verified questions answer near-identical ones


@dataclass(frozen=True)
class _Read:
    """A verified question with its telling elements."""

    verified: VerifiedQuestion
    elements: tuple[Element, ...]


class VerifiedBook:
    """The verified questions of a workspace, each read once; finds the one that a question repeats."""

    def __init__(self, questions: Iterable[VerifiedQuestion], understanding: Understanding):
        self._understanding = understanding
        self._read = [_Read(one, elements_of(self._understanding, one.question)) for one in questions]

    def plan(self, question: str) -> Plan | None:
        """The plan of the verified question that this one repeats, with a note that says so; None without one.

        The words must be the same; values of a field that the query filters by, and periods, may differ: they take the
        place of those in the query.
        """
        asked = elements_of(self._understanding, question)
        for read in self._read if asked else ():
            query = self._rebound(read, asked)
            if query is not None:
                one = read.verified
                return Plan(
                    query, notes=(f"Answered from a verified question, approved by {one.by} on {day(one.at)}.",)
                )
        return None

    def _rebound(self, read: _Read, asked: tuple[Element, ...]) -> SemanticQuery | None:
        if len(asked) != len(read.elements):
            return None
        query = read.verified.query
        for old, new in zip(read.elements, asked, strict=True):
            if old.time is not None and new.time is not None:
                changed = self._with_period(query, old, new, read.verified)
            elif _same_words(old, new):
                changed = query
            else:
                changed = _with_value(query, old, new)
            if changed is None:
                return None
            query = changed
        return query

    def _with_period(
        self, query: SemanticQuery, old: Element, new: Element, verified: VerifiedQuestion
    ) -> SemanticQuery | None:
        """The query for the period now said; None when the query's own period is not the one its words name."""
        before, after = self._period(old, verified.as_of), self._period(new, None)
        if before is None or after is None or not _same_days(before, query.time_range):
            return None
        return query.model_copy(update={"time_range": after})

    def _period(self, element: Element, as_of: date | None) -> TimeRange | None:
        """The period that an element names, today or on the day the question was verified."""
        today = self._understanding.world.as_of
        if as_of is not None and as_of != today:
            found = [e for e in self._understanding.meanings_on(element.text, as_of) if e.time is not None]
            element = found[0] if len(found) == 1 else element
        if element.time is None or len(element.time.readings) != 1:
            return None
        return element.time.readings[0].clipped(as_of or today)


def _same_words(old: Element, new: Element) -> bool:
    return normal_question(old.text) == normal_question(new.text)


def _same_days(one: TimeRange, other: TimeRange | None) -> bool:
    return other is not None and (one.start, one.end) == (other.start, other.end)


def _with_value(query: SemanticQuery, old: Element, new: Element) -> SemanticQuery | None:
    """The query with another value of the same field; None when the words are not values of one filter."""
    before = {(c.target, c.value) for c in old.concepts if c.kind == "value"}
    after = {c.target: c.value for c in new.concepts if c.kind == "value"}
    held = [f for f in query.filters if any((f.field, value) in before for value in f.values) and f.field in after]
    if len(held) != 1:
        return None
    condition = held[0]
    values = tuple(after[condition.field] if (condition.field, v) in before else v for v in condition.values)
    swapped = Filter.model_validate(condition.model_dump() | {"values": values})
    return query.model_copy(update={"filters": tuple(swapped if f == condition else f for f in query.filters)})


def read_book(settings: Settings, understanding: Understanding) -> VerifiedBook:
    """The verified questions beside the workspace's definitions; raises DefinitionError when the file is wrong."""
    return VerifiedBook(read_verified(settings.home / VERIFIED_FILE), understanding)


# --- approving


def approver(settings: Settings) -> str:
    """The name of the person who acts, when they may approve; raises Forbidden when they may not."""
    viewer = viewer_of(settings)
    if viewer is None:
        return "local"
    if settings.approver_role not in viewer.roles:
        role = settings.approver_role
        raise Forbidden(
            f"{viewer.name} may not approve what others will be answered with: the role {role!r} is needed."
        )
    return viewer.name


def actor(settings: Settings) -> str:
    """The name under which a person's deeds are kept."""
    viewer = viewer_of(settings)
    return viewer.name if viewer is not None else "local"


def approve(store: Store, settings: Settings, proposal: Proposal) -> None:
    """The question counts as verified from now on; raises Forbidden, or SettingsError when it was decided already."""
    by = approver(settings)
    if not store.decide(proposal.id, "approved"):
        raise SettingsError(f"'{proposal.question}' has been decided by somebody else meanwhile.")
    one = VerifiedQuestion(
        question=proposal.question,
        query=proposal.query,
        sql=proposal.sql,
        by=by,
        at=date.today(),
        as_of=proposal.as_of,
    )
    keep_verified(settings, one)


def keep_verified(settings: Settings, verified: VerifiedQuestion) -> None:
    """The question counts as verified from now on, in the place of an older one in the same words."""
    path = settings.home / VERIFIED_FILE
    with _writing:
        key = normal_question(verified.question)
        kept = [one for one in read_verified(path) if normal_question(one.question) != key]
        write_verified(path, [*kept, verified])


def reject(store: Store, settings: Settings, proposal: Proposal) -> None:
    """The question is not verified; raises Forbidden."""
    approver(settings)
    store.decide(proposal.id, "rejected")


# --- words


@dataclass(frozen=True)
class Meaning:
    """What a word may mean: the name in the layer, its title, and how alike they are (0 to 100)."""

    target: str
    title: str
    likeness: float


@dataclass(frozen=True)
class Suggestion:
    """A word that questions failed on, and its nearest meanings, likeliest first."""

    seen: SeenWord
    meanings: tuple[Meaning, ...]


def suggest_words(store: Store, layer: SemanticLayer, limit: int = 20) -> tuple[Suggestion, ...]:
    """The words most often missing that nobody has decided on yet."""
    decided = {synonym.word for synonym in store.synonyms()}
    open_words = [seen for seen in store.unplaced_words() if seen.word not in decided]
    similar = Similar(layer, load_language())
    return tuple(Suggestion(seen, _nearest(seen.word, similar)) for seen in open_words[:limit])


def nearest(word: str, layer: SemanticLayer) -> tuple[Meaning, ...]:
    """The metrics, fields and segments whose names or descriptions are most like a word."""
    return _nearest(word, Similar(layer, load_language()))


def _nearest(word: str, similar: Similar) -> tuple[Meaning, ...]:
    return tuple(Meaning(one.name, one.title, one.likeness) for one in similar.nearest(word, MOST_MEANINGS))


def accept_word(store: Store, settings: Settings, word: str, target: str) -> Path:
    """The file that now says the word means the target; raises Forbidden.

    The definitions read it like any other file, so that the next question may use the word.
    """
    approver(settings)
    path = settings.definitions / WORDS_FILE
    data: dict[str, Any] = {}
    if path.exists():
        data = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
    words = data.setdefault("synonyms", {})
    words[target] = list(dict.fromkeys([*words.get(target, ()), word.casefold()]))
    _write(path, {"version": 1} | data)
    store.decide_synonym(word, target, "accepted")
    return path


def _write(path: Path, data: dict[str, Any]) -> None:
    """The file as a whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    text = yaml.safe_dump(data, sort_keys=False, allow_unicode=True)
    with NamedTemporaryFile("w", encoding="utf-8", dir=path.parent, suffix=".part", delete=False) as file:
        file.write(f"# Words that people use, accepted with `tellwise learn --review`. Edit freely.\n{text}")
    os.replace(file.name, path)


def definitions_stamp(settings: Settings) -> tuple[tuple[str, int, int], ...]:
    """What changes whenever a definition file or the verified questions change: names, times and sizes."""
    own: Sequence[Path] = sorted(settings.definitions.glob("*.y*ml")) if settings.definitions.is_dir() else []
    beside = (settings.home / VERIFIED_FILE, settings.home / APPROVED_FILE)
    files = [path for path in (*own, *beside) if path.exists()]
    return tuple((path.name, path.stat().st_mtime_ns, path.stat().st_size) for path in files)


def elements_of(understanding: Understanding, question: str) -> tuple[Element, ...]:
    """What a question says, in order, without the words that say nothing."""
    elements = understanding.meanings(understanding.tokens(question))
    return tuple(e for e in elements if e.concepts or e.time or e.cues != frozenset({"filler"}))
