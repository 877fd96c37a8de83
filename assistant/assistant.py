"""A question in, an answer out: the one way through the house that every screen and command takes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from functools import partial
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

from assistant.answer import (
    Answer,
    Approval,
    Decision,
    Option,
    Outcome,
    Plan,
    Refusal,
)
from assistant.answering import Answering, Step, silent
from assistant.clock import Clock
from assistant.config import Settings
from assistant.conversation import Conversation, resolve
from assistant.data_state import read_state
from assistant.definition_changes import keep_history
from assistant.errors import NothingToAsk, SettingsError
from assistant.lasting import made_to_last
from assistant.learning import definitions_stamp, read_book
from assistant.lending import lend, memory_of
from assistant.live import Live
from assistant.reading import Source, open_index, read_spreads, read_values, require_language, wide_fields
from assistant.review.approved_sql import read_approved_book
from assistant.running import Ground, Runner
from assistant.second_opinion import Asking, SecondOpinion
from assistant.tracing import tracing
from assistant.understanding import Happening, Understanding, spoken_to
from assistant.viewers import rules_for, viewer_of
from assistant.why_questions import explainable, read_why
from assistant.wording import Wording, answers
from semantic_layer import (
    DefinitionError,
    SemanticLayer,
    Viewer,
    for_viewer,
    in_language,
    load_workspace,
    with_implied,
)
from warehouse import (
    OPEN,
    DuckDBEngine,
    Engine,
    Limits,
    Policy,
    snapshot_info,
)

if TYPE_CHECKING:
    from assistant.store import Store


class Assistant:
    """Answers questions over one workspace; keeps worker processes, the lexicon and nothing of the conversation."""

    def __init__(self, engine: Engine, settings: Settings, viewer: Viewer | None = None):
        self.engine, self.settings = engine, settings
        self.viewer = viewer or viewer_of(settings)
        tracing.switch(settings.traces)
        self.second_opinion = SecondOpinion(settings)
        self._reading = Lock()
        self._read()

    @classmethod
    def open(cls, settings: Settings) -> Assistant:
        """An assistant over the workspace's published snapshot and definitions.

        With the setting `viewer`, it sees and says only what that viewer may. Raises SnapshotMissing when nothing is
        published, DefinitionError when definitions are wrong, NothingToAsk when no definition fits the data.
        """
        limits = Limits(settings.query_seconds, settings.query_memory_mb, settings.query_rows)
        engine = DuckDBEngine(snapshot_info(settings.warehouse).path, limits, settings.workers)
        try:
            return cls(engine, settings)
        except (DefinitionError, NothingToAsk, SettingsError):
            engine.close()
            raise

    @made_to_last()
    def _read(self) -> None:
        """Read the published snapshot, the definitions and the viewer's rights; learn the words of the data."""
        require_language(self.settings.language)
        stamp = definitions_stamp(self.settings)
        self._snapshot = snapshot_info(self.settings.warehouse)
        layer = load_workspace(self.settings.home, self.engine.schema, self.settings.language, self.settings.locale)
        if all(metric.type == "unavailable" for metric in layer.metrics.values()):
            raise NothingToAsk(_no_metrics(self.settings.definitions))
        self.history = keep_history(self.settings.home, layer, date.today())
        own, self.policy = self._rights(with_implied(layer))
        self.layer = in_language(own, self.settings.locale)
        self.as_of = self.settings.as_of or self._snapshot.as_of or date.today()
        self.values = read_values(self.engine, self.layer, self.policy)
        self.spreads = read_spreads(self.engine, self.layer, self.policy)
        self.state = read_state(self.engine, self.policy)
        wide = wide_fields(self.values)
        source = Source(self.engine, self.layer, self.policy, f"{self._snapshot.built_at} {self._snapshot.size}")
        self.index = open_index(self.settings.home, source, wide)
        held = {field: found for field, found in self.values.items() if self.index is None or field not in wide}
        language = spoken_to(self.settings.language, self.settings.locale)
        self.understanding = Understanding(self.layer, held, self.as_of, self.index, language)
        self.understanding.measure(self.spreads)
        self.understanding.know([Happening(one.first, one.last, one.title, one.kind) for one in self.state.events])
        self.second_opinion.know(self.layer, self.values, self.as_of, lend(self) if self.settings.model else None)
        self._book = read_book(self.settings, self.understanding)
        self._approved = read_approved_book(self.settings, self.understanding)
        self._stamp = stamp
        self.runner = Runner(Ground(self.engine, self.layer, self.policy, self.as_of, self.settings))
        vocabulary = {field: len(values) for field, values in self.values.items()}
        called = self.understanding.world.nouns.names
        self._answering = Answering(self.runner, self.state, self.history, vocabulary, called)

    @property
    def words(self) -> Wording:
        """What answers say, in the reader's language."""
        return answers(self.settings.locale)

    def _rights(self, layer: SemanticLayer) -> tuple[SemanticLayer, Policy]:
        if self.viewer is None:
            return layer, OPEN
        return for_viewer(layer, self.viewer), rules_for(layer, self.viewer)

    def for_viewer(self, viewer: Viewer) -> Assistant:
        """An assistant over the same data and processes that sees and says only what a viewer may.

        It is this one when no rule of the definitions limits either of the two and no language model is set, whose
        doings are those of one person. Close only the first.
        """
        if self.settings.model:
            return Assistant(self.engine, self.settings, viewer)
        whole = with_implied(load_workspace(self.settings.home, self.engine.schema, self.settings.language))
        if self.viewer is None and rules_for(whole, viewer) == OPEN and for_viewer(whole, viewer) == whole:
            return self
        return Assistant(self.engine, self.settings, viewer)

    def refresh(self) -> None:
        """Read again when another snapshot has been published, or the definitions have been edited, since."""
        with self._reading:
            if (
                snapshot_info(self.settings.warehouse) != self._snapshot
                or definitions_stamp(self.settings) != self._stamp
            ):
                self._read()

    def close(self) -> None:
        """Stop the worker processes and close the model's connection."""
        self.second_opinion.close()
        self.engine.close()

    @tracing.span("question")
    def ask(
        self,
        question: str,
        on_step: Step = silent,
        conversation: Conversation | None = None,
        live: Live | None = None,
    ) -> Outcome:
        """The answer to a question, a question back, or a refusal with its reason.

        In a conversation the question may lean on earlier ones; the outcome is recorded there as a turn. `live` hears
        the words of a language model as they pass the check, and can stop it.
        """
        self.refresh()
        clock = Clock()
        on_step(self.words.say("steps.reading"), question)
        turns = conversation or Conversation()
        approved = self._approved.find(question)
        if approved is not None:
            return self._recorded(question, self._answering.by_approved(question, approved), conversation)
        follow = partial(resolve, conversation=turns, understanding=self.understanding)
        why = read_why(question, self.understanding, turns.base.query if turns.base else None, follow)
        if why is not None:
            return self._recorded(question, self._answering.explain(question, why, on_step, clock), conversation)
        with clock.step("understand"):
            verified = self._book.plan(question)
            plan = verified or resolve(question, turns, self.understanding)
            before = turns.base.query if turns.base else None
            asking = Asking(question, before, memory_of(self, turns), on_step, live or Live())
            plan = self.second_opinion.on(plan, asking)
        if isinstance(plan, Refusal):
            plan = self.understanding.helped(plan)
        outcome = self._answering.carry_out(question, plan, on_step, clock) if isinstance(plan, Plan) else plan
        if isinstance(plan, Plan) and isinstance(outcome, Answer):
            outcome = self.second_opinion.word(outcome, asking)
        return self._recorded(question, outcome, conversation)

    def choose(
        self, option: Option, question: str, on_step: Step = silent, conversation: Conversation | None = None
    ) -> Outcome:
        """The answer for the reading that a person picked."""
        outcome = self._answering.carry_out(question, option.plan, on_step, Clock())
        return self._recorded(question, outcome, conversation)

    def decide(
        self,
        approval: Approval,
        decisions: Sequence[Decision],
        on_step: Step = silent,
        conversation: Conversation | None = None,
        live: Live | None = None,
    ) -> Outcome:
        """What comes of a question that waited for approval, after a decision on each of its requests."""
        self.refresh()
        asking = Asking(approval.question, on_step=on_step, live=live or Live())
        outcome = self.second_opinion.decide(approval.thread, decisions, asking)
        return self._recorded(approval.question, outcome, conversation)

    def waiting(self) -> tuple[Approval, ...]:
        """The questions of this viewer that wait for approval, oldest first, also those of before a restart."""
        return self.second_opinion.waiting() if self.settings.model else ()

    def carry_out(self, question: str, plan: Plan) -> Outcome:
        """The answer to a plan, whoever wrote it, or the refusal that the definitions or the guard give."""
        return self._answering.carry_out(question, plan, silent, Clock())

    def explain(self, question: str, plan: Plan) -> Outcome:
        """Where the change that a plan compares comes from; a refusal when it is no change of one metric."""
        why = explainable(plan, self.as_of, self.settings.locale)
        if why is None:
            return Refusal(question, "UNSAFE", self.words.say("refusals.one_change_only"))
        return self._answering.explain(question, why, silent, Clock())

    @staticmethod
    def _recorded(question: str, outcome: Outcome, conversation: Conversation | None) -> Outcome:
        if conversation is not None:
            conversation.record(question, outcome)
        return outcome

    def propose(self, store: Store, answer: Answer) -> bool:
        """Whether an answer could be proposed as a verified question: only one that is whole without a conversation."""
        if answer.plan is None:
            return False
        asked = answer.plan.asked or answer.plan.query
        alone = self.understanding.plan(answer.question)
        if not isinstance(alone, Plan) or (alone.asked or alone.query) != asked:
            return False
        store.propose(answer.question, asked, answer.sql, self.as_of)
        return True

    def replay(self, questions: Sequence[str]) -> Conversation:
        """A conversation in which these questions were asked, oldest first."""
        conversation = Conversation()
        for question in questions:
            self.ask(question, conversation=conversation)
        return conversation

    def starters(self) -> tuple[str, ...]:
        """A few questions for an empty screen: the model's own examples, or one each of a few metrics."""
        declared = self.layer.definitions.ai_context.examples
        first = [metric.ai_context.examples[:1] for metric in self.layer.metrics.values()]
        examples = [question for questions in first for question in questions]
        offered = declared or tuple(examples[:: max(1, len(examples) // 6)])
        return tuple(question for question in offered if isinstance(self.understanding.plan(question), Plan))[:6]

    def run_sql(self, sql: str, policy: Policy | None = None) -> Answer | Refusal:
        """Rows of a person's own SQL, through the same guard; the answer is marked as not governed.

        `policy` stands for the viewer's rights when less is to be seen.
        """
        return self._answering.by_sql(sql, policy)

    def fresh_until(self, datasets: tuple[str, ...] = ()) -> datetime | None:
        """How far the data reaches: the earliest end among the tables of an answer, or the latest of all."""
        return self._answering.fresh_until(datasets)


def _no_metrics(definitions: Path) -> str:
    return (
        f"The data has no definitions yet: none of the shipped ones fits its tables, and {definitions} holds none. "
        "Run `tellwise init` to write a starting model for your tables."
    )
