"""What the rules of lint look at, and what they say."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from semantic_layer.history import Logged
from semantic_layer.metric_types import UnavailableMetric
from semantic_layer.model import Metric, SemanticLayer
from semantic_layer.query import SemanticQuery
from semantic_layer.resolution import leaves
from semantic_layer.verified import Golden, VerifiedQuestion

Rows = Sequence[tuple[Any, ...]]


@dataclass(frozen=True)
class Finding:
    """One doubt: a code that stays, the entry it is about (`section`, `name`), a sentence, and where it stands."""

    code: str
    section: str
    name: str
    sentence: str
    file: str = ""
    line: int = 0

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}: " if self.file else ""
        return f"{place}{self.code} {self.name}: {self.sentence}"


@dataclass(frozen=True)
class Ground:
    """A model with what is kept beside it.

    `rows` runs SQL on the data, raising LookupError with a sentence where it cannot; `reads` gives the query that a
    question is read as, None when it is not read as one. Either may be missing. `logged` is the latest entry of the
    history by name.
    """

    layer: SemanticLayer
    as_of: date
    goldens: tuple[Golden, ...] = ()
    verified: tuple[VerifiedQuestion, ...] = ()
    rows: Callable[[str], Rows] | None = None
    reads: Callable[[str], SemanticQuery | None] | None = None
    logged: Mapping[str, Logged] = field(default_factory=dict[str, Logged])

    def metrics(self) -> Iterator[Metric]:
        """The declared metrics that a question may name."""
        return (one for one in self.layer.metrics.values() if not one.hidden and not one.implied)

    def computed(self, name: str) -> bool:
        """Whether the metric has numbers: it is there, and nothing in it is unavailable."""
        if name not in self.layer.metrics:
            return False
        return not any(isinstance(leaf, UnavailableMetric) for leaf in leaves(self.layer, name))
