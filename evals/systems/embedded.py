"""The product as it answers without a model, behind the seam of the evals."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from assistant.answer import Answer, Clarification, Explanation, Outcome
from assistant.assistant import Assistant
from assistant.config import read_settings
from assistant.errors import AssistantError
from assistant.understanding import with_definitions
from evals.comparison import Table
from evals.databases import Prepared
from evals.errors import RunError
from evals.system import Ask, Reaction
from semantic_layer import SemanticLayerError, SemanticQuery, to_sql
from warehouse import WarehouseError

FAILURES = {"QUERY_FAILED", "SQL_REJECTED"}  # a refusal with these codes is the product's own failure, not a decision


class Embedded:
    """The embedded engine over one prepared workspace."""

    name = "embedded"
    deterministic = True

    def __init__(self, prepared: Prepared, model: Mapping[str, Any] | None = None):
        settings = read_settings(home=prepared.home)
        # whatever is set: no model but the one given
        chosen = dict(model) if model else {"model": ""}
        settings = replace(settings, as_of=prepared.as_of, language=prepared.language, **chosen)
        try:
            self._assistant = Assistant.open(settings)
        except (AssistantError, WarehouseError, SemanticLayerError) as error:
            raise RunError(f"The embedded engine cannot answer over {prepared.database}: {error}") from error

    def prompt(self, ask: Ask) -> str:
        """Nothing is paid for, so nothing is kept."""
        del ask
        return ""

    def answer(self, ask: Ask) -> Reaction:
        """The assistant's reaction to the question after those before it, whose time is not counted."""
        conversation = self._assistant.replay(ask.history)
        started = time.perf_counter()
        outcome = self._assistant.ask(with_definitions(ask.question, ask.context), conversation=conversation)
        return replace(reaction_of(outcome), seconds=time.perf_counter() - started)

    @property
    def compiler(self) -> Callable[[SemanticQuery], str]:
        """Semantic query -> SQL in the assistant's own layer."""
        layer, as_of = self._assistant.layer, self._assistant.as_of
        return lambda query: to_sql(layer, query, as_of=as_of).sql

    def close(self) -> None:
        """Stop the worker processes."""
        self._assistant.close()


def reaction_of(outcome: Outcome) -> Reaction:
    """What the evals need of an outcome."""
    if isinstance(outcome, Answer):
        return _answered(outcome)
    if isinstance(outcome, Clarification):
        words = (*outcome.words, *(option.label for option in outcome.options))
        return Reaction("clarification", "\n".join((outcome.sentence, *words)))
    if isinstance(outcome, Explanation):
        return _explained(outcome)
    kind = "failure" if outcome.code in FAILURES else "refusal"
    text = "\n".join((outcome.sentence, *outcome.words, *outcome.suggestions))
    return Reaction(kind, text, outcome.code)


def _explained(outcome: Explanation) -> Reaction:
    """Meanings are an answer; words about the data or the assistant give no number, so they count as a refusal."""
    meanings = [f"{item.label}: {item.text} {item.formula}" for item in outcome.definitions]
    text = "\n".join((outcome.sentence, *meanings, *outcome.suggestions))
    if not outcome.definitions:
        return Reaction("refusal", text, "NO_NUMBER_ASKED")
    return Reaction("answer", text, definitions=tuple(item.name for item in outcome.definitions))


def _answered(answer: Answer) -> Reaction:
    definitions = [f"{item.label}: {item.text} {item.formula}" for item in answer.definitions]
    caveats = [item.sentence for item in answer.caveats]
    return Reaction(
        kind="answer",
        text="\n".join((answer.sentence, *definitions, *caveats)),
        table=Table(answer.result.columns, answer.result.rows, answer.result.truncated),
        sql=answer.sql,
        plan=answer.plan.query.model_dump(mode="json") if answer.plan else None,
        understood=" · ".join(part for part in (answer.interpretation.sentence, answer.period) if part),
        definitions=tuple(item.name for item in answer.definitions),
    )
