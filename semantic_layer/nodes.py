"""What every noun of a model has in common."""

from __future__ import annotations

import re
from dataclasses import dataclass
from hashlib import sha256
from typing import Annotated, Literal, Self, cast

from pydantic import BaseModel, ConfigDict, Field, PrivateAttr

NumberFormat = Literal["integer", "decimal", "currency", "percent", "duration"]
Direction = Literal["up", "down", "neutral"]
LONGEST_NAME = 80
Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=LONGEST_NAME)]
Unit = Literal["hour", "day", "week", "month", "quarter", "year"]
IntervalText = Annotated[str, Field(pattern=r"^[1-9][0-9]{0,4} (hour|day|week|month|quarter|year)s?$")]
_INTERVAL = re.compile(r"^([1-9][0-9]{0,4}) (hour|day|week|month|quarter|year)s?$")


def fitted(name: str) -> str:
    """A made-up name that no definition is too long for: its middle gives way to a digest of the whole of it, so that
    the same name always becomes the same, two different ones stay two, and what it ends with is kept.
    """
    if len(name) <= LONGEST_NAME:
        return name
    mark = sha256(name.encode()).hexdigest()[:8]
    half = (LONGEST_NAME - len(mark) - 2) // 2
    return f"{name[:half]}_{mark}_{name[-half:]}"


class Node(BaseModel):
    """Base of every noun: strict keys, no change after loading."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True, coerce_numbers_to_str=True)


class AIContext(Node):
    """Words people use for a thing, hints on its use, and questions it answers.

    `shared` are words that mean another thing, too ("CTR" of ads and of e-mails): whoever says one is asked which.
    With `in_order` its names are read only as they stand, never from words that stand apart ("from lead to deal").
    """

    synonyms: tuple[str, ...] = ()
    shared: tuple[str, ...] = ()
    in_order: bool = False
    instructions: str = ""
    examples: tuple[str, ...] = ()


class Described(Node):
    """What every named thing may say about itself."""

    name: Name
    label: str = ""
    description: str = ""
    ai_context: AIContext = AIContext()
    _spoken: str = PrivateAttr(default="")

    @property
    def title(self) -> str:
        """What people read: the label in their language, the own label, or the name in plain words."""
        return self._spoken or self.own_title

    @property
    def own_title(self) -> str:
        """The label in the language of the definitions, or the name in plain words."""
        return self.label or self.name.replace("_", " ").capitalize()

    def spoken(self, label: str) -> Self:
        """The same under a label of the reader's language; nothing changes when it is empty."""
        if not label:
            return self
        called = self.model_copy()
        called._spoken = label
        return called

    @property
    def synonyms(self) -> tuple[str, ...]:
        """Other words for the same thing, those that it shares with other things last."""
        return (*self.ai_context.synonyms, *self.ai_context.shared)


@dataclass(frozen=True)
class Interval:
    """A length of calendar time: so many hours, days, weeks, months, quarters or years."""

    count: int
    unit: Unit

    @property
    def in_days(self) -> int | None:
        """Length in days; None when it is made of months or of hours."""
        return {"day": self.count, "week": 7 * self.count}.get(self.unit)

    @property
    def in_months(self) -> int | None:
        """Length in months; None when it is not made of months."""
        return {"month": self.count, "quarter": 3 * self.count, "year": 12 * self.count}.get(self.unit)


def interval(text: str) -> Interval:
    """The interval that text such as `7 days` or `1 year` stands for; raises ValueError for any other text."""
    found = _INTERVAL.match(text)
    if not found:
        raise ValueError(f"`{text}` is not an interval such as `7 days`")
    return Interval(int(found.group(1)), cast("Unit", found.group(2)))
