"""One turn of the conversation: a question goes in, steps appear while it is worked on, a card comes out.

The outermost frame of the page: whatever goes wrong below becomes a plain sentence here, and the conversation stays.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from queue import SimpleQueue
from time import monotonic
from typing import TYPE_CHECKING
from uuid import uuid4

from assistant.answer import Answer, Clarification, Explanation, Outcome, Refusal
from assistant.conversation import Conversation
from assistant.errors import AssistantError, StoreError
from assistant.formatting import shorten
from assistant.ui import card
from assistant.ui.look import Look
from assistant.ui.markup import Markup
from assistant.ui.session import Message, Session
from semantic_layer import SemanticLayerError
from warehouse import WarehouseError

if TYPE_CHECKING:
    from assistant.assistant import Assistant
    from assistant.store import Store

LONGEST_QUESTION = 2000
MOST_CHOICES = 4
Step = tuple[str, str]
Work = Callable[[Callable[[str, str], None]], Outcome]
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Desk:
    """What every turn needs: who answers, how it looks, and threads to answer in while the page is kept informed."""

    assistant: Assistant
    look: Look
    threads: ThreadPoolExecutor
    store: Store | None = None

    def ask(self, question: str, session: Session) -> Iterator[Session]:
        """The session as it goes: with the question, with the steps, with the outcome."""
        asked = question.strip()
        if not asked:
            yield session
            return
        if len(asked) > LONGEST_QUESTION:
            counts = {"count": f"{len(asked):,}", "most": f"{LONGEST_QUESTION:,}"}
            sentence = card.failure_card(self.look.say("chat.too_long", counts), self.look)
            yield _said(_said(session, "user", card.question_card(shorten(asked, 300))), "assistant", sentence)
            return
        session, talk = _talking(session)
        yield from self._turn(asked, session, lambda on_step: self.assistant.ask(asked, on_step, talk))

    def pick(self, index: int, session: Session) -> Iterator[Session]:
        """The session after a click on one of the offered readings or suggestions."""
        if index >= len(session.choices):  # a click that came too late
            yield session
            return
        label, asked = session.choices[index], session.clarification
        if asked is None:
            yield from self.ask(label, session)
            return
        option = asked.options[index]
        session, talk = _talking(session)
        yield from self._turn(
            label, session, lambda _: self.assistant.choose(option, asked.question, conversation=talk)
        )

    def judge(self, is_right: bool, reason: str, session: Session) -> Session:
        """The session after a verdict on its answer, which is kept; a right one is proposed as verified."""
        talk, answer = session.conversation, session.answer
        if self.store is None or answer is None or talk is None or not talk.turns:
            return session
        try:
            self.store.give_feedback(talk.turns[-1], answer.sql, "up" if is_right else "down", reason.strip())
            proposed = is_right and self.assistant.propose(self.store, answer)
        except StoreError as error:
            return replace(session, noted=str(error))
        return replace(session, noted=self.look.say("verdict.proposed" if proposed else "verdict.noted"))

    def run_sql(self, sql: str) -> tuple[Answer | None, Markup]:
        """The rows of a person's own SQL if it can be run, and the card that shows them or says why not."""
        if not sql.strip():
            return None, card.failure_card(self.look.say("panel.no_sql"), self.look)
        outcome, shown = self._finish(self.threads.submit(self._carded, lambda: self.assistant.run_sql(sql)))
        return (outcome if isinstance(outcome, Answer) else None), shown

    def _turn(self, asked: str, session: Session, work: Work) -> Iterator[Session]:
        fresh = replace(session, choices=(), clarification=None, answer=None, noted="")
        opened = _said(fresh, "user", card.question_card(asked))
        steps: list[Step] = [(self.look.say("chat.working"), "")]
        yield _working(opened, steps)
        queue: SimpleQueue[Step | None] = SimpleQueue()
        started = monotonic()
        future = self.threads.submit(
            self._carded, lambda: self._kept(session, work(lambda title, detail: queue.put((title, detail))))
        )
        future.add_done_callback(lambda _: queue.put(None))
        while (step := queue.get()) is not None:
            steps.append(step)
            if monotonic() - started > 0.15:  # quick answers come at once, without flicker
                yield _working(opened, steps)
        yield _concluded(opened, *self._finish(future))

    def _kept(self, session: Session, outcome: Outcome) -> Outcome:
        """The outcome, its turn kept; an answer is not withheld because it cannot be kept."""
        talk = session.conversation
        if self.store is not None and talk is not None and talk.turns:
            try:
                self.store.save_turn(talk, talk.turns[-1], outcome)
            except StoreError:
                _log.exception("a turn could not be kept")
        return outcome

    def _carded(self, work: Callable[[], Outcome]) -> tuple[Outcome, Markup]:
        """The outcome and its card; the picture is drawn here too, off the page's own thread."""
        outcome = work()
        return outcome, self._card(outcome)

    def _finish(self, future: Future[tuple[Outcome, Markup]]) -> tuple[Outcome | None, Markup]:
        """The outcome and its card, or nothing and a card that says what went wrong."""
        try:
            return future.result()
        except (AssistantError, SemanticLayerError, WarehouseError) as error:
            return None, card.failure_card(str(error), self.look)
        except Exception:  # noqa: BLE001  # the outermost frame: the page must say something and go on
            reference = uuid4().hex[:8]
            _log.exception("question failed, reference %s", reference)
            return None, card.failure_card(self.look.say("outcome.failed", {"reference": reference}), self.look)

    def _card(self, outcome: Outcome) -> Markup:
        if isinstance(outcome, Answer):
            return card.answer_card(outcome, self.look)
        if isinstance(outcome, Refusal):
            return card.refusal_card(outcome, self.look)
        if isinstance(outcome, Explanation):
            return card.explanation_card(outcome, self.look)
        return card.clarification_card(outcome, self.look)


def _talking(session: Session) -> tuple[Session, Conversation]:
    """The session with its typed conversation, a new one at the first question."""
    talk = session.conversation or Conversation()
    return replace(session, conversation=talk), talk


def _concluded(session: Session, outcome: Outcome | None, shown: Markup) -> Session:
    said = _said(session, "assistant", shown)
    if isinstance(outcome, Answer):
        return replace(said, answer=outcome)
    if isinstance(outcome, Clarification):
        labels = tuple(option.label for option in outcome.options[:MOST_CHOICES])
        return replace(said, clarification=outcome, choices=labels)
    offered = outcome.suggestions if isinstance(outcome, Refusal | Explanation) else ()
    return replace(said, choices=offered[:MOST_CHOICES]) if offered else said


def _said(session: Session, role: str, content: Markup) -> Session:
    message: Message = {"role": role, "html": content}
    return replace(session, messages=(*session.messages, message))


def _working(session: Session, steps: list[Step]) -> Session:
    """The session with what has been done so far as a pending message, which the outcome replaces."""
    title = steps[-1][0]
    lines = "\n".join(f"✓ {step}: {shorten(' '.join(detail.split()), 160)}" for step, detail in steps[1:-1])
    pending: Message = {"role": "assistant", "text": lines or "…", "title": title}
    return replace(session, messages=(*session.messages, pending))
