"""When the embedded engine is not sure: a language model, if one is set, tries to fill the same plan."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from threading import Lock
from typing import TYPE_CHECKING

from assistant.answer import Clarification, Explanation, Plan, Refusal
from assistant.config import Settings
from semantic_layer import SemanticLayer, SemanticQuery

if TYPE_CHECKING:
    from assistant.agent import ModelClient, Planner

Read = Plan | Clarification | Explanation | Refusal
UNSURE = frozenset({"UNKNOWN_WORDS", "NO_METRIC", "UNCLEAR_TIME"})
"""Refusals of a question that might be read after all; others stand, whatever a model would make of them."""


class SecondOpinion:
    """Asks the model of the settings, if there is one; connects when it is first needed."""

    def __init__(self, settings: Settings):
        self._settings = settings
        self._client: ModelClient | None = None
        self._planner: Planner | None = None
        self._opening = Lock()

    def know(self, layer: SemanticLayer, values: Mapping[str, Sequence[tuple[str, int]]], as_of: date) -> None:
        """Plan over this layer and snapshot from now on; the connection and what was spent stay."""
        with self._opening:
            self._world, self._planner = (layer, values, as_of), None

    def on(self, question: str, first: Read, before: SemanticQuery | None = None) -> Read:
        """The first reading when it is sure; else the model's, or the first with why the model could not be asked.

        `before` is the query of the turn that the question may lean on.
        """
        if not self._settings.model or not isinstance(first, Refusal) or first.code not in UNSURE:
            return first
        from assistant.agent import ModelUnavailable

        try:
            return self._open().plan(question, before).outcome
        except ModelUnavailable as error:
            return replace(first, sentence=f"{first.sentence} {error} The question was read without it.")

    def _open(self) -> Planner:
        from assistant.agent import ModelUnavailable, Planner, open_client

        with self._opening:
            if self._client is None:
                self._client = open_client(self._settings)
            if self._client is None:
                raise ModelUnavailable("No model is set.")
            if self._planner is None:
                self._planner = Planner(self._client, *self._world)
            return self._planner

    def close(self) -> None:
        """Close the connection, if there is one."""
        if self._client is not None:
            self._client.close()
