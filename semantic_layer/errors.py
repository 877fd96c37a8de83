"""What can go wrong in the semantic layer, sorted by who reads it.

* SemanticLayerError
  x DefinitionError     the maintainer: every fault of the definition files at once, each with file, line and remedy
  x QueryError          the model or the parser may mend the query: stable code, sentence, suggestions
    + UnsafeQuery       the query is well formed but has no right answer (fan-out, no path): refuse, never approximate
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from rapidfuzz import process


class SemanticLayerError(Exception):
    """Something the semantic layer can explain; every error of this package derives from it."""


@dataclass(frozen=True)
class Fault:
    """One thing wrong in one definition file, and what to do about it."""

    file: str
    line: int
    message: str
    remedy: str = ""

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.message} {self.remedy}".strip()


class DefinitionError(SemanticLayerError):
    """The definition files are wrong; lists all faults, in file and line order."""

    def __init__(self, faults: Iterable[Fault]):
        self.faults = tuple(sorted(faults, key=lambda fault: (fault.file, fault.line)))
        super().__init__("\n".join(str(fault) for fault in self.faults))


@dataclass(frozen=True)
class QueryFault:
    """One thing wrong with a query: a stable code, a sentence for a reader, and names that would work."""

    code: str
    sentence: str
    suggestions: tuple[str, ...] = field(default=())

    def __str__(self) -> str:
        hint = f" Did you mean {', '.join(self.suggestions)}?" if self.suggestions else ""
        return f"{self.code}: {self.sentence}{hint}"


class QueryError(SemanticLayerError):
    """The query cannot be answered as asked; `faults` holds every reason, `code` the first one's code."""

    def __init__(self, *faults: QueryFault):
        self.faults = faults
        self.code = faults[0].code
        super().__init__("\n".join(str(fault) for fault in faults))


class UnsafeQuery(QueryError):  # a refusal, named as the design names it
    """Answering would repeat or lose rows; the query must change, there is no approximation."""


def suggest(name: str, candidates: Iterable[str], limit: int = 3) -> tuple[str, ...]:
    """The candidates most like `name`, best first; empty when nothing is close."""
    found = process.extract(name, list(candidates), limit=limit, score_cutoff=70)
    return tuple(match for match, _, _ in found)
