"""What a channel's reader may know of an incident: decided by asking under that reader's own rights."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Literal

from assistant.monitor.records import Finding
from semantic_layer import QueryError, SemanticLayer, SemanticQuery
from warehouse import QueryFailed, SQLRejected

if TYPE_CHECKING:
    from assistant.assistant import Assistant
    from assistant.config import Settings

Sight = Literal["all", "number", "nothing"]
"""Everything; the title with its number; or not even that."""


def limits_people(layer: SemanticLayer) -> bool:
    """Whether the definitions hide rows or columns from anybody."""
    return any(one.policy is not None for one in layer.definitions.datasets)


class Readers:
    """The assistants of the readers, each made once; close it when the round is over."""

    def __init__(self, settings: Settings, whole: Assistant):
        self._settings, self.whole = settings, whole
        self._known: dict[str, Assistant] = {"": whole}

    def assistant(self, reader: str) -> Assistant:
        """An assistant with a reader's rights; raises SettingsError when nobody has that name."""
        if reader not in self._known:
            from assistant.viewers import viewer_of

            viewer = viewer_of(replace(self._settings, viewer=reader))
            self._known[reader] = self.whole.for_viewer(viewer) if viewer is not None else self.whole
        return self._known[reader]

    def sight(self, reader: str, found: Finding) -> Sight:
        """How much of a finding a reader may know.

        The number is asked for again under the reader's rights: who gets the same rows may know it. Its parts and the
        SQL go only to those whom no rule limits.
        """
        seeing = self.assistant(reader)
        if seeing is self.whole:
            return "all"
        if not found.evidence.query:
            return "nothing"
        query = SemanticQuery.model_validate_json(found.evidence.query)
        try:
            same = _rows(seeing, query) == _rows(self.whole, query)
        except (QueryError, SQLRejected, QueryFailed):
            return "nothing"
        return "number" if same else "nothing"


def _rows(assistant: Assistant, query: SemanticQuery) -> object:
    from assistant.monitor.watching import Watch

    return Watch.of(assistant).ask(query)
