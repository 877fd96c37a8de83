"""The catalogue as frozen data: what is defined, how it is used, and what people propose to define otherwise."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from assistant.errors import AssistantError
from semantic_layer import Difference

EntryKind = Literal["metric", "dimension", "dataset", "segment", "funnel"]
KINDS: tuple[EntryKind, ...] = ("metric", "dimension", "dataset", "segment", "funnel")
ChangeStatus = Literal["pending", "approved", "rejected"]
Source = Literal["example", "verified", "asked", "board"]


class CannotChange(AssistantError):
    """A definition cannot be changed like this; the message names what is wrong and what to do."""


@dataclass(frozen=True)
class Entry:
    """One thing of the semantic layer as people look it up; `name` is its name in queries and files.

    `tests` is how many golden queries and verified questions hold it to its numbers, `used` in how many answered
    questions it stood. `steps` are those of a funnel in order, each with the name of its metric and its title there.
    """

    kind: EntryKind
    name: str
    title: str
    description: str
    formula: str = ""
    synonyms: tuple[str, ...] = ()
    examples: tuple[str, ...] = ()
    owner: str = ""
    unit: str = ""
    dataset: str = ""
    tests: int = 0
    used: int = 0
    facts: tuple[tuple[str, str], ...] = ()
    steps: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Words:
    """What an entry says about itself, for people who do not write YAML."""

    description: str
    synonyms: tuple[str, ...]
    examples: tuple[str, ...]
    owner: str = ""


@dataclass(frozen=True)
class Change:
    """A definition proposed anew: its YAML before and after, who wants it and why, and what became of it."""

    id: str
    kind: EntryKind
    name: str
    reason: str
    before: str
    after: str
    status: ChangeStatus
    by: str
    at: datetime
    decided_by: str = ""
    decided_at: datetime | None = None
    comment: str = ""


@dataclass(frozen=True)
class Reread:
    """A question that the change makes to be read otherwise: as before, and as after, each in words."""

    question: str
    source: Source
    before: str
    after: str


@dataclass(frozen=True)
class Effects:
    """What a change would do: what the models say differently, doubts that are new, questions read otherwise, and
    questions that are read the same but give other numbers.

    `checked` is how many questions were read again, `totals` the value of each metric whose numbers change, over all
    data: (title, before, after).
    """

    differences: tuple[Difference, ...]
    findings: tuple[str, ...]
    reread: tuple[Reread, ...]
    other_numbers: tuple[str, ...]
    checked: int
    totals: tuple[tuple[str, str, str], ...] = ()
