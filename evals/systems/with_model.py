"""The product as it answers with a language model behind it, behind the seam of the evals."""

from __future__ import annotations

import threading
from dataclasses import replace

from assistant.config import Settings
from evals.databases import Prepared
from evals.system import Ask, Reaction, Usage
from evals.systems.embedded import Embedded

MODEL = (
    "model",
    "model_url",
    "model_fallback",
    "model_fallback_url",
    "model_seconds",
    "model_price_in",
    "model_price_out",
)


class WithModel(Embedded):
    """All roads: the embedded engine where it is sure, otherwise the model; what it costs is counted by question."""

    deterministic = False

    def __init__(self, prepared: Prepared, settings: Settings):
        super().__init__(prepared, {name: getattr(settings, name) for name in MODEL})
        self.name = f"all roads with {settings.model}"
        self._one = threading.Lock()

    def answer(self, ask: Ask) -> Reaction:
        """The assistant's reaction and what the model took; one question at a time, so that costs are its own."""
        with self._one:
            before = self._assistant.second_opinion.spent()
            reaction = super().answer(ask)
            after = self._assistant.second_opinion.spent()
        calls, tokens_in, tokens_out, dollars = (new - old for new, old in zip(after, before, strict=True))
        return replace(reaction, usage=Usage(int(calls), int(tokens_in), int(tokens_out), dollars))
