"""What a person at the screen may know of an incident, decided by asking under that person's own rights."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from threading import Lock
from typing import TYPE_CHECKING, Literal

from assistant.monitor.records import Finding, Incident
from assistant.monitor.watching import Watch
from semantic_layer import QueryError, SemanticQuery
from warehouse import OPEN, QueryFailed, SQLRejected

if TYPE_CHECKING:
    from assistant.assistant import Assistant

Sight = Literal["all", "number", "nothing"]
"""Everything; the title, the sentence and the number; or not even that."""


class Onlooker:
    """Decides for each viewer; keeps the assistant that sees everything, which is what the monitor has seen with."""

    def __init__(self, first: Assistant):
        self._first, self._whole, self._making = first, None if first.policy != OPEN else first, Lock()

    def sight(self, seeing: Assistant, found: Finding) -> Sight:
        """How much may be known: all by those whom no rule limits; the number by those who get the same rows."""
        if seeing.policy == OPEN:
            return "all"
        if not found.evidence.query:
            return "nothing"
        query = SemanticQuery.model_validate_json(found.evidence.query)
        try:
            same = Watch.of(seeing).ask(query) == Watch.of(self._everything()).ask(query)
        except (QueryError, SQLRejected, QueryFailed):
            return "nothing"
        return "number" if same else "nothing"

    def seen(self, seeing: Assistant, found: Sequence[Incident]) -> list[tuple[Incident, Sight]]:
        """The incidents that a viewer may know of, in their order, each with how much."""
        judged: list[tuple[Incident, Sight]] = [(one, self.sight(seeing, one.found)) for one in found]
        return [(one, sight) for one, sight in judged if sight != "nothing"]

    def _everything(self) -> Assistant:
        from assistant.assistant import Assistant

        with self._making:
            if self._whole is None:
                self._whole = Assistant(self._first.engine, replace(self._first.settings, viewer=""))
            return self._whole
