"""What a phrase may mean, and how much a way of naming it weighs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

ConceptKind = Literal["metric", "dimension", "noun", "value"]
EXACT, SYNONYM, COMPOSED, INFLECTED, HEAD_WORD = 1.0, 0.9, 0.04, 0.12, 0.6
PEOPLE = 0.7
SEGMENT = 0.85  # a value of a field that is called the same is the plainer reading


@dataclass(frozen=True)
class Concept:
    """One meaning of a phrase: a metric, a dimension (with a grain when it is a time), a dataset's noun, or a value.

    `weight` is 1 for a name or label and less for a synonym or an inflected form. `cased` phrases count only when
    written in capitals, because in lower case they are ordinary words; `inflected` tells that only verb endings differ.
    """

    kind: ConceptKind
    target: str
    weight: float = EXACT
    value: str | bool = ""
    grain: str = ""
    plain: str = ""
    cased: bool = False
    spelt: str = ""
    shape: str = ""
    number: str = ""
    inflected: bool = False

    def but(self, **changed: Any) -> Concept:
        """The same meaning with some of its fields changed, quicker than `replace`: a lexicon makes 50,000 of them."""
        made = object.__new__(Concept)
        made.__dict__.update(self.__dict__, **changed)
        return made

    @property
    def identity(self) -> tuple[str, str, str | bool, str]:
        """What it means, apart from how it was said."""
        return self.kind, self.target, self.value, self.grain
