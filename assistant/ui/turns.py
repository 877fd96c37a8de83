"""One turn of the conversation: a question goes in, steps appear while it is worked on, a card comes out.

The outermost frame of the page: whatever goes wrong below becomes a plain sentence here, and the conversation stays.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from queue import SimpleQueue
from time import monotonic
from typing import TYPE_CHECKING
from uuid import uuid4

from assistant.answer import Answer, Approval, Clarification, Decision, Explanation, Option, Outcome, Plan, Refusal
from assistant.conversation import Conversation
from assistant.errors import AssistantError, StoreError
from assistant.formatting import shorten
from assistant.live import Live
from assistant.people import RIGHTS, Right
from assistant.ui import card
from assistant.ui.frame import button, frame_of
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
MOST_STARTERS = 6
Step = tuple[str, str]
SAID = ""
"""The title of a step that is a sentence of a model, which has passed the check."""
Work = Callable[[Callable[[str, str], None], Live], Outcome]
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Desk:
    """What every turn needs: who answers, how it looks, and threads to answer in while the page is kept informed.

    `rights` are those of who asks; what they lack is not offered.
    """

    assistant: Assistant
    look: Look
    threads: ThreadPoolExecutor
    store: Store | None = None
    rights: frozenset[Right] = frozenset(RIGHTS)

    def ask(self, question: str, session: Session) -> Iterator[Session]:
        """The session as it goes: with the question, with the steps, with the outcome."""
        asked = question.strip()
        if not asked:
            yield session
            return
        if len(asked) > LONGEST_QUESTION:
            counts = {"count": len(asked), "most": LONGEST_QUESTION}
            sentence = card.failure_card(self.look.say("chat.too_long", counts), self.look)
            yield session.saying(card.question_card(shorten(asked, 300)), "user").saying(sentence)
            return
        session, talk = _talking(session)
        yield from self.turn(asked, session, lambda on_step, live: self.assistant.ask(asked, on_step, talk, live))

    def pick(self, index: int, session: Session) -> Iterator[Session]:
        """The session after a click on one of the offered readings or suggestions."""
        if index >= len(session.choices):  # a click that came too late
            yield session
            return
        label, asked = session.choices[index], session.clarification
        if asked is None:
            yield from self.ask(label, session)
            return
        yield from self.carry_out(label, asked.options[index].plan, session, asked.question)

    def carry_out(self, label: str, plan: Plan, session: Session, question: str = "") -> Iterator[Session]:
        """The session after a plan that somebody picked, shown under a label."""
        option = Option(label, plan)
        session, talk = _talking(session)
        yield from self.turn(
            label, session, lambda _, __: self.assistant.choose(option, question or label, conversation=talk)
        )

    def decide(self, key: str, decisions: Sequence[Decision], session: Session) -> Iterator[Session]:
        """The session after a decision on each request of a card; nothing for one that does not wait any more."""
        asked = session.approvals.get(key)
        if asked is None or len(decisions) != len(asked.requests):
            return
        session, talk = _talking(session)
        left = {name: one for name, one in session.approvals.items() if name != key}
        told = card.decided_card(asked, self.look)
        session = replace(session.redrawn(key, told), approvals=left)
        verdicts = {one.verdict for one in decisions}
        label = self.look.say(f"approval.did_{'edit' if 'edit' in verdicts else decisions[0].verdict}")
        yield from self.turn(
            label, session, lambda on_step, live: self.assistant.decide(asked, decisions, on_step, talk, live)
        )

    def reminded(self, session: Session, questions: Collection[str] | None = None) -> Session:
        """The session with what waits for this person's decision, also since before a restart; of these questions."""
        shown = {one.thread for one in session.approvals.values()}
        waiting = self.assistant.waiting() if self.assistant.settings.model and "sql" in self.rights else ()
        for one in waiting:
            if one.thread not in shown and (questions is None or one.question in questions):
                key = one.thread[:12]
                session = session.saying(card.question_card(one.question), "user")
                session = session.saying(card.approval_card(one, key, self.look), key=key).awaiting(key, one)
        return session

    def judge(self, is_right: bool, reason: str, session: Session, correction: str = "") -> Session:
        """The session after a verdict on its answer, which is kept; a right one is proposed as verified."""
        talk, answer = session.conversation, session.answer
        if self.store is None or answer is None or talk is None or not talk.turns:
            return session
        try:
            verdict = "up" if is_right else "down"
            self.store.give_feedback(talk.turns[-1], answer.sql, verdict, reason.strip(), correction.strip())
            proposed = is_right and self.assistant.propose(self.store, answer)
        except StoreError as error:
            return replace(session, noted=str(error))
        return replace(session, noted=self.look.say("verdict.proposed" if proposed else "verdict.noted"))

    def run_sql(self, sql: str) -> tuple[Answer | None, Markup]:
        """The rows of a person's own SQL if it can be run, and the card that shows them or says why not."""
        if not sql.strip():
            return None, card.failure_card(self.look.say("panel.no_sql"), self.look)
        if "sql" not in self.rights:
            return None, card.failure_card(self.look.say("panel.no_right"), self.look)
        outcome, shown = self._finish(self.threads.submit(self._carded, lambda: self.assistant.run_sql(sql)))
        return (outcome if isinstance(outcome, Answer) else None), shown

    def turn(self, asked: str, session: Session, work: Work) -> Iterator[Session]:
        """The session as a turn goes: the question, what is being done, the outcome's card."""
        fresh = replace(session, choices=(), clarification=None, answer=None, noted="")
        opened, key = fresh.saying(card.question_card(asked), "user"), uuid4().hex[:12]
        steps: list[Step] = [(self.look.say("chat.working"), "")]
        queue: SimpleQueue[Step | None] = SimpleQueue()
        live = Live(lambda text: queue.put((SAID, text)))
        opened = replace(opened, live=live)
        yield _working(opened, steps)
        started = monotonic()
        future = self.threads.submit(
            self._carded, lambda: self._kept(session, work(lambda title, detail: queue.put((title, detail)), live)), key
        )
        future.add_done_callback(lambda _: queue.put(None))
        while (step := queue.get()) is not None:
            steps.append(step)
            if monotonic() - started > 0.15:  # quick answers come at once, without flicker
                yield _working(opened, steps, self._stop())
        yield _concluded(replace(opened, live=None), *self._finish(future), key)

    def _stop(self) -> Markup:
        """A way to stop, where a language model may take its time."""
        if not self.assistant.settings.model:
            return Markup()
        return button(self.look.say("chat.stop"), {"do": "stop"}, "tw-step")

    def _kept(self, session: Session, outcome: Outcome) -> Outcome:
        """The outcome, its turn kept; an answer is not withheld because it cannot be kept."""
        talk = session.conversation
        if self.store is not None and talk is not None and talk.turns:
            try:
                self.store.save_turn(talk, talk.turns[-1], outcome)
            except StoreError:
                _log.exception("a turn could not be kept")
        return outcome

    def _carded(self, work: Callable[[], Outcome], key: str = "") -> tuple[Outcome, Markup]:
        """The outcome and its card; the picture is drawn here too, off the page's own thread."""
        outcome = work()
        return outcome, self._card(outcome, key)

    def answer_card(self, answer: Answer, key: str, note: Markup | None = None) -> Markup:
        """The card of an answer, to be clicked when it has a key."""
        frame = frame_of(answer, key, self.assistant, self.rights) if key else None
        noted = replace(frame, note=note) if frame is not None and note is not None else frame
        return card.answer_card(answer, self.look, noted)

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

    def _card(self, outcome: Outcome, key: str) -> Markup:
        if isinstance(outcome, Answer):
            return self.answer_card(outcome, key)
        if isinstance(outcome, Refusal):
            return card.refusal_card(outcome, self.look)
        if isinstance(outcome, Explanation):
            return card.explanation_card(outcome, self.look)
        if isinstance(outcome, Approval):
            return card.approval_card(outcome, key, self.look)
        return card.clarification_card(outcome, self.look)


def _talking(session: Session) -> tuple[Session, Conversation]:
    """The session with its typed conversation, a new one at the first question."""
    talk = session.conversation or Conversation()
    return replace(session, conversation=talk), talk


def _concluded(session: Session, outcome: Outcome | None, shown: Markup, key: str) -> Session:
    said = session.saying(shown, key=key)
    if isinstance(outcome, Answer):
        return replace(said, answer=outcome).knowing(key, outcome)
    if isinstance(outcome, Approval):
        return said.awaiting(key, outcome)
    if isinstance(outcome, Clarification):
        labels = tuple(option.label for option in outcome.options[:MOST_CHOICES])
        return replace(said, clarification=outcome, choices=labels)
    offered = outcome.suggestions if isinstance(outcome, Refusal | Explanation) else ()
    return replace(said, choices=offered[:MOST_CHOICES]) if offered else said


def _working(session: Session, steps: list[Step], stop: Markup | None = None) -> Session:
    """The session with what has been done so far as a pending message, which the outcome replaces."""
    done = [step for step in steps if step[0] != SAID]
    said = " ".join(text for title, text in steps if title == SAID)
    title = done[-1][0]
    lines = "\n".join(f"✓ {step}: {shorten(' '.join(detail.split()), 160)}" for step, detail in done[1:-1])
    text = "\n\n".join(part for part in (lines, said) if part)
    pending: Message = {"role": "assistant", "text": text or "…", "title": title}
    working = replace(session, messages=(*session.messages, pending))
    return working.saying(stop) if stop else working
