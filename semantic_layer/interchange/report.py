"""What an import or an export could not carry over, and what it changed or assumed on the way."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Kind = Literal["lost", "changed", "assumed"]
ORDER: dict[Kind, int] = {"lost": 0, "changed": 1, "assumed": 2}


@dataclass(frozen=True)
class Remark:
    """One thing that is not the same on the other side.

    `lost` was left out, `changed` says the same in another form, `assumed` was not said and had to be decided. `what`
    names the thing as its file does, `why` is a sentence with a remedy where there is one. `code` is stable, for
    programs; `place` is where it belongs in Tellwise's model (`metrics.revenue`), empty when it has no place there.
    """

    kind: Kind
    what: str
    why: str
    file: str = ""
    line: int = 0
    code: str = ""
    place: str = ""

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}: " if self.file else ""
        return f"{where}{self.what}: {self.why}"


def in_order(remarks: Iterable[Remark]) -> tuple[Remark, ...]:
    """The remarks once each: what is lost first, then by file and line."""
    return tuple(sorted(dict.fromkeys(remarks), key=lambda one: (ORDER[one.kind], one.file, one.line, one.what)))
