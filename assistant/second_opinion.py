"""When the embedded engine is not sure: a language model, if one is set, fills the same plan or works in steps.

Three roads, the cheapest first: the embedded engine alone; one call that writes the plan; a model with tools, only for
questions that want more than one number. A model that is away is followed by the second one, and that by the embedded
engine with a notice.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from threading import Lock
from typing import TYPE_CHECKING

from assistant.answer import Answer, Approval, Caveat, Clarification, Decision, Explanation, Outcome, Plan, Refusal
from assistant.config import Settings
from assistant.errors import AssistantError
from assistant.live import Live
from assistant.retelling import outcome_retold, retold
from assistant.wording import Wording, answers
from semantic_layer import SemanticLayer, SemanticQuery

if TYPE_CHECKING:
    from assistant.agent import Desk, Hands, ModelClient, World
    from assistant.agent.exploring import Explorer
    from assistant.agent.ledger import Ledger
    from assistant.agent.likeness import Embed

Values = Mapping[str, Sequence[tuple[str, int]]]
Read = Plan | Clarification | Explanation | Refusal
UNSURE = frozenset({"UNKNOWN_WORDS", "NO_METRIC", "UNCLEAR_TIME"})
"""Refusals of a question that might be read after all; others stand, whatever a model would make of them."""
OPEN_ENDED = UNSURE | {"NOT_AVAILABLE"}
"""Refusals of an open question that a model with tools may still have something to say to."""


def _unheard(title: str, detail: str) -> None:
    """The step listener of those who do not listen."""


@dataclass(frozen=True)
class Asking:
    """A question with what it may lean on: the query before, what was asked earlier, and who follows it."""

    question: str
    before: SemanticQuery | None = None
    memory: tuple[str, ...] = ()
    on_step: Callable[[str, str], None] = _unheard
    live: Live = field(default_factory=Live)


class SecondOpinion:
    """Asks the models of the settings, if there are any; connects when one is first needed."""

    def __init__(self, settings: Settings):
        self._settings = settings
        self._clients: tuple[ModelClient, ...] = ()
        self._world: World | None = None
        self._ledger: Ledger | None = None
        self._opening = Lock()

    def know(
        self,
        layer: SemanticLayer,
        values: Mapping[str, Sequence[tuple[str, int]]],
        as_of: date,
        hands: Hands | None = None,
    ) -> None:
        """Plan over this layer and snapshot from now on; the connections and what was spent stay."""
        with self._opening:
            self._seen, self._hands, self._world = (layer, values, as_of), hands, None

    def on(self, first: Read, asking: Asking) -> Read | Answer:
        """The first reading when it is sure; else a model's, or the first with why no model could be asked."""
        if not self._settings.model or not isinstance(first, Refusal) or not _is_open(first, asking.question):
            return first
        from assistant.agent import ModelUnavailable, Stopped

        try:
            return outcome_retold(self._by_models(first, asking), self._settings.locale)
        except Stopped as error:
            return Refusal(asking.question, "STOPPED", self._told(error))
        except ModelUnavailable as error:
            told = {"said": first.sentence, "reason": self._told(error)}
            return replace(first, sentence=self._words.say("model.read_without", told))

    def word(self, answer: Answer, asking: Asking) -> Answer:
        """The answer in a model's words where the settings want them; as it is when no model can word it truly."""
        if not (self._settings.model and self._settings.model_words) or self._hands is None:
            return answer
        from assistant.agent import ModelUnavailable, Stopped
        from assistant.agent.wording import may_be_worded

        try:
            if not may_be_worded(answer, self._know_world()):
                return answer
            return self._worded(answer, asking, self._hands)
        except Stopped:
            return answer
        except ModelUnavailable as error:
            told = self._words.say("model.own_sentence", {"reason": self._told(error)})
            return replace(answer, caveats=(*answer.caveats, Caveat("MODEL_WORDS", told)))

    def decide(self, thread: str, decisions: Sequence[Decision], asking: Asking) -> Outcome:
        """What comes of a question that waited, after a person decided on each of its requests."""
        from assistant.agent import ModelUnavailable, Stopped

        waiting = self.waiting(thread)
        if not waiting or len(decisions) != len(waiting[0].requests):
            return Refusal(asking.question, "STOPPED", self._words.say("model.decided"))
        question = waiting[0].question
        try:
            outcome = self._go_on(thread, decisions, replace(asking, question=question))
            return outcome_retold(outcome, self._settings.locale)
        except (Stopped, ModelUnavailable) as error:
            return Refusal(question, "STOPPED", self._told(error))

    def waiting(self, thread: str = "") -> tuple[Approval, ...]:
        """The questions of this person that wait for a decision, oldest first, also those of before a restart."""
        from assistant.agent.exploring import approval_of

        waiting = self._open_ledger().waiting(thread)
        return tuple(outcome_retold(approval_of(one), self._settings.locale) for one in waiting)

    def spent(self) -> tuple[int, int, int, float]:
        """Calls, tokens in and out, and dollars of this day; raises ModelUnavailable when no model can be opened."""
        return self._open()[0].spent() if self._settings.model else (0, 0, 0, 0.0)

    def close(self) -> None:
        """Close the connections and the store, where they were opened."""
        for client in self._clients:
            client.close()
        if self._ledger is not None:
            self._ledger.close()

    # --- inside

    @property
    def _words(self) -> Wording:
        return answers(self._settings.locale)

    def _told(self, error: AssistantError) -> str:
        return retold(str(error), self._settings.locale)

    def _by_models(self, first: Refusal, asking: Asking) -> Read | Answer:
        """The reading of the first model that is there; raises ModelUnavailable when none is."""
        from assistant.agent import BudgetReached, ModelUnavailable

        failures: list[str] = []
        for client in self._open():
            try:
                return self._by_model(client, first, asking)
            except BudgetReached:
                raise
            except ModelUnavailable as error:
                failures.append(str(error))
        raise ModelUnavailable(" ".join(failures) or "No model is set.")

    def _by_model(self, client: ModelClient, first: Refusal, asking: Asking) -> Read | Answer:
        from assistant.agent import Planner, on_line, wish_of

        wish = wish_of(asking.question)
        read: Read = first
        if wish != "explore" and first.code in UNSURE:
            with on_line(asking.live.line):
                read = Planner(client, self._know_world()).plan(asking.question, asking.before).outcome
        if wish == "number" or not isinstance(read, Refusal) or self._hands is None:
            return read
        from assistant.agent.exploring import Job

        return self._explorer(client).explore(Job(self._desk(asking), asking.live, asking.memory))

    def _worded(self, answer: Answer, asking: Asking, hands: Hands) -> Answer:
        """The answer worded by the first model that is there; raises ModelUnavailable when none is."""
        from assistant.agent import BudgetReached, ModelUnavailable, on_line
        from assistant.agent.wording import Wish, in_own_words

        wish = Wish(answer, self._know_world(), hands, asking.live.on_text)
        failures: list[str] = []
        for client in self._open():
            try:
                with on_line(asking.live.line):
                    return in_own_words(client, wish)
            except BudgetReached:
                raise
            except ModelUnavailable as error:
                failures.append(str(error))
        raise ModelUnavailable(" ".join(failures))

    def _go_on(self, thread: str, decisions: Sequence[Decision], asking: Asking) -> Outcome:
        from assistant.agent.exploring import Job

        spent = self._open_ledger().waiting(thread)[0].use
        client = next((one for one in self._open() if one.name == spent.name), self._open()[0])
        job = Job(self._desk(asking), asking.live, thread=thread, spent=spent)
        return self._explorer(client).go_on(job, decisions)

    def _explorer(self, client: ModelClient) -> Explorer:
        from assistant.agent.exploring import Explorer
        from assistant.agent.metering import QuestionBudget

        return Explorer(client, QuestionBudget.of(self._settings), self._settings.home, self._open_ledger())

    def _desk(self, asking: Asking) -> Desk:
        from assistant.agent import Desk, ModelUnavailable

        if self._hands is None:
            raise ModelUnavailable("There is nothing here that a model could work with in steps.")
        return Desk(asking.question, self._know_world(), self._hands, asking.on_step)

    def _open(self) -> tuple[ModelClient, ...]:
        from assistant.agent import open_clients

        with self._opening:
            self._clients = self._clients or open_clients(self._settings)
            return self._clients

    def _know_world(self) -> World:
        from assistant.agent import Catalogue, World

        embed = self._embed()
        with self._opening:
            if self._world is None:
                layer, values, as_of = self._seen
                catalogue = Catalogue(layer, values, embed)
                self._world = World(layer, values, as_of, catalogue, self._settings.model_sees_personal)
            return self._world

    def _embed(self) -> Embed | None:
        """A provider's embeddings, where the settings name them."""
        if not self._settings.model_embeddings:
            return None
        from assistant.agent.embedding import provided

        return provided(self._open()[0], self._settings.model_embeddings)

    def _open_ledger(self) -> Ledger:
        from assistant.agent.ledger import Ledger
        from assistant.store import Store

        with self._opening:
            if self._ledger is None:
                by = self._hands.by if self._hands else ""
                self._ledger = Ledger(Store.open(self._settings, by) if by else Store.open(self._settings))
            return self._ledger


def _is_open(first: Refusal, question: str) -> bool:
    """Whether a model may still have something to say: not to what nobody's data hold, unless it is to explore."""
    if first.code != "OUT_OF_DOMAIN":
        return first.code in OPEN_ENDED
    from assistant.agent import wish_of

    return wish_of(question) == "explore"
