"""The review queue: what people sent, changed and decided, each step kept."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from assistant.answer import Answer, Clarification, Plan
from assistant.clock import utc_now
from assistant.config import Settings
from assistant.errors import AssistantError, Forbidden
from assistant.learning import keep_verified
from assistant.review.approved_sql import ApprovedSQL, keep_approved
from assistant.review.records import (
    LONGEST_COMMENT,
    LONGEST_QUESTION,
    Bulk,
    CannotReview,
    Deed,
    DeedDone,
    Origin,
    ReviewItem,
    ReviewStatus,
)
from assistant.store import Proposal, Store
from assistant.understanding import interpret
from semantic_layer import SemanticQuery, VerifiedQuestion
from warehouse import validate

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from assistant.assistant import Assistant
    from assistant.understanding import Understanding

OWN = "Say which question this SQL answers before it is approved: people will get it for that question."
LEANING = (
    "The question leaned on a conversation, or a model read it. Word it so that it stands alone, or confirm its "
    "wording, before it is approved: people will get this SQL for those words."
)


# --- into the queue


def send_to_review(assistant: Assistant, store: Store, answer: Answer, note: str = "") -> ReviewItem:
    """The answer's SQL as an item of the queue; when the same SQL for the same question waits already, that item."""
    asked = answer.plan.asked or answer.plan.query if answer.plan else None
    question = " ".join(answer.question.split())[:LONGEST_QUESTION]
    waiting = (one for one in reviews(store) if (one.question, one.generated) == (question, answer.sql))
    known = next(waiting, None)
    if known is not None:
        return known
    reading = answer.interpretation.sentence if answer.plan else ""
    made = ReviewItem(
        uuid4().hex, question, reading, asked, answer.sql, answer.sql, assistant.as_of,
        _origin(assistant.understanding, question, asked), note.strip()[:LONGEST_COMMENT], "", "pending", store.by,
        utc_now(),
    )  # fmt: skip
    _insert(store, made)
    return made


def _origin(understanding: Understanding, question: str, query: SemanticQuery | None) -> Origin:
    if query is None:
        return "own_sql"
    return "definitions" if stands_alone(understanding, question, query) else "spoken"


def stands_alone(understanding: Understanding, question: str, query: SemanticQuery) -> bool:
    """Whether the words alone, without a conversation, mean the query, or may mean it among other readings."""
    alone = understanding.plan(question)
    if isinstance(alone, Plan):
        return (alone.asked or alone.query) == query
    options = alone.options if isinstance(alone, Clarification) else ()
    return any((option.plan.asked or option.plan.query) == query for option in options)


def take_in(assistant: Assistant, store: Store) -> None:
    """Questions that people called right, and that nobody sent, become items of the queue."""
    from sqlalchemy import select

    from assistant.store.board_tables import review

    known = {row.proposal_id for row in store.rows(select(review.c.proposal_id))}
    for proposal in store.proposals():
        if proposal.id not in known:
            _insert(store, _of_proposal(assistant, proposal))


def _of_proposal(assistant: Assistant, proposal: Proposal) -> ReviewItem:
    defined = all(name in assistant.layer.metrics for name in proposal.query.metrics)
    day = proposal.as_of or date.today()
    reading = interpret(assistant.layer, proposal.query, day, assistant.settings.locale).sentence if defined else ""
    return ReviewItem(
        uuid4().hex, proposal.question, reading, proposal.query, proposal.sql, proposal.sql, proposal.as_of,
        "definitions", "", proposal.id, "pending", proposal.proposed_by, proposal.proposed_at,
    )  # fmt: skip


# --- reading it


def reviews(store: Store, status: ReviewStatus = "pending") -> tuple[ReviewItem, ...]:
    """The items of a status: those that wait from the oldest on, decided ones from the newest on."""
    from sqlalchemy import select

    from assistant.store.board_tables import review

    order = review.c.at if status == "pending" else review.c.decided_at.desc()
    return tuple(_item(row) for row in store.rows(select(review).where(review.c.status == status).order_by(order)))


def review_of(store: Store, item_id: str) -> ReviewItem:
    """The item of that id; raises CannotReview when there is none."""
    from sqlalchemy import select

    from assistant.store.board_tables import review

    found = store.rows(select(review).where(review.c.id == item_id))
    if not found:
        raise CannotReview("This item is not in the queue any more.")
    return _item(found[0])


def history(store: Store, item_id: str) -> tuple[DeedDone, ...]:
    """What was done with an item, oldest first."""
    from sqlalchemy import select

    from assistant.store.board_tables import review_deed

    mine = select(review_deed).where(review_deed.c.review_id == item_id).order_by(review_deed.c.position)
    return tuple(DeedDone(row.deed, row.by, row.at, row.comment, row.sql) for row in store.rows(mine))


# --- working on it


def edit_sql(assistant: Assistant, store: Store, item_id: str, sql: str, comment: str = "") -> ReviewItem:
    """The item with other SQL, which the guard let pass; raises SQLRejected, CannotReview."""
    item = _pending(store, item_id)
    validate(sql, assistant.engine.schema, assistant.policy)
    if sql.strip() == item.sql.strip():
        return item
    back = sql.strip() == item.generated.strip()
    return _update(store, item, {"sql": item.generated if back else sql}, ("reset" if back else "edited", comment, sql))


def word_question(store: Store, item_id: str, question: str) -> ReviewItem:
    """The item with its question in these words, which count as confirmed; raises CannotReview for none."""
    item, words = _pending(store, item_id), " ".join(question.split())
    if not words or len(words) > LONGEST_QUESTION:
        raise CannotReview(f"Write the question in at most {LONGEST_QUESTION} characters.")
    return _update(store, item, {"question": words}, ("worded", "", words))


def comment_on(store: Store, item_id: str, text: str) -> None:
    """A comment in the item's history; raises CannotReview when it is empty or too long."""
    if not text.strip() or len(text) > LONGEST_COMMENT:
        raise CannotReview(f"Write a comment of at most {LONGEST_COMMENT:,} characters.")
    item = review_of(store, item_id)
    with store.writing() as connection:
        _note(connection, store.by, item.id, ("commented", text.strip(), ""))


def approve_item(store: Store, settings: Settings, item_id: str, comment: str = "") -> ReviewItem:
    """The item approved: from now on its question is answered this way, with the approver's name and the day.

    What the definitions compile to becomes a verified question, SQL of a person approved SQL. Raises Forbidden when the
    setting `review_by_other` wants somebody else, CannotReview when it is decided already or its question is not fit.
    """
    item = _pending(store, item_id)
    require_other(store, settings, item)
    fault = unfit_question(store, item)
    if fault:
        raise CannotReview(fault)
    decided = _decide(store, item, "approved", comment)
    day = decided.decided_at.date() if decided.decided_at else date.today()
    if item.governed and item.query is not None:
        told = {"question": item.question, "query": item.query, "sql": item.sql, "by": store.by, "at": day}
        keep_verified(settings, VerifiedQuestion.model_validate(told | {"as_of": item.as_of}))
    else:
        keep_approved(settings, ApprovedSQL(item.question, item.sql, store.by, day, item.as_of))
    return decided


def reject_item(store: Store, item_id: str, comment: str) -> ReviewItem:
    """The item turned down; raises CannotReview without a comment that says why, or when it is decided already."""
    item = _pending(store, item_id)
    if not comment.strip():
        raise CannotReview("Say in a comment why it is turned down; whoever sent it will read that.")
    return _decide(store, item, "rejected", comment)


def decide_all(store: Store, settings: Settings, item_ids: Iterable[str], approve: bool, comment: str = "") -> Bulk:
    """What became of all these items; one that cannot be decided stops none of the others."""
    done, problems = 0, list[str]()
    for item_id in item_ids:
        try:
            if approve:
                approve_item(store, settings, item_id, comment)
            else:
                reject_item(store, item_id, comment)
            done += 1
        except AssistantError as error:
            problems.append(f"{_name(store, item_id)}: {error}")
    return Bulk(done, tuple(problems))


def _name(store: Store, item_id: str) -> str:
    try:
        return review_of(store, item_id).question or "SQL without a question"
    except CannotReview:
        return item_id


def unfit_question(store: Store, item: ReviewItem) -> str:
    """Why nobody could ask for the item by its question yet; nothing when they can."""
    if not item.question:
        return OWN
    confirmed = item.origin != "spoken" or any(one.deed == "worded" for one in history(store, item.id))
    return "" if confirmed else LEANING


def require_other(store: Store, settings: Settings, item: ReviewItem) -> None:
    """Nothing, unless the setting wants another person than who sent or changed the item; then raises Forbidden."""
    changed = {one.by for one in history(store, item.id) if one.deed in ("edited", "worded")}
    if settings.review_by_other and store.by in {item.by, *changed}:
        raise Forbidden("Somebody else must approve this: you sent it or changed it (setting `review_by_other`).")


# --- inside


def _pending(store: Store, item_id: str) -> ReviewItem:
    item = review_of(store, item_id)
    if item.status != "pending":
        raise CannotReview(f"{item.decided_by} has {item.status} this meanwhile.")
    return item


def _insert(store: Store, item: ReviewItem) -> None:
    from assistant.store.board_tables import review

    row = {
        "id": item.id, "question": item.question, "reading": item.reading,
        "query": item.query.model_dump_json(exclude_defaults=True) if item.query else "",
        "generated": item.generated, "sql": item.sql, "as_of": item.as_of, "origin": item.origin, "note": item.note,
        "proposal_id": item.proposal, "status": "pending", "by": item.by, "at": item.at, "decided_by": "",
        "comment": "",
    }  # fmt: skip
    with store.writing() as connection:
        connection.execute(review.insert().values(row))
        _note(connection, item.by, item.id, ("sent", item.note, item.sql))


def _update(store: Store, item: ReviewItem, values: dict[str, Any], deed: tuple[Deed, str, str]) -> ReviewItem:
    from assistant.store.board_tables import review

    with store.writing() as connection:
        pending = review.update().where(review.c.id == item.id, review.c.status == "pending")
        if connection.execute(pending.values(values)).rowcount != 1:
            raise CannotReview("Somebody has decided this meanwhile.")
        _note(connection, store.by, item.id, deed)
    return replace(item, **values)


def _decide(store: Store, item: ReviewItem, status: ReviewStatus, comment: str) -> ReviewItem:
    told = comment.strip()[:LONGEST_COMMENT]
    values = {"status": status, "decided_by": store.by, "decided_at": utc_now(), "comment": told}
    deed: Deed = "approved" if status == "approved" else "rejected"
    decided = _update(store, item, values, (deed, told, ""))
    if item.proposal:
        store.decide(item.proposal, status)
    return decided


def _note(connection: Connection, by: str, item_id: str, deed: tuple[Deed, str, str]) -> None:
    from sqlalchemy import func, select

    from assistant.store.board_tables import review_deed

    last = select(func.max(review_deed.c.position)).where(review_deed.c.review_id == item_id)
    place = (connection.execute(last).scalar() or 0) + 1
    row = {"id": uuid4().hex, "review_id": item_id, "position": place, "by": by, "at": utc_now()}
    told = dict(zip(("deed", "comment", "sql"), deed, strict=True))
    connection.execute(review_deed.insert().values(row | told))


def _item(row: Any) -> ReviewItem:
    query = SemanticQuery.model_validate_json(row.query) if row.query else None
    return ReviewItem(
        row.id, row.question, row.reading, query, row.generated, row.sql, row.as_of, row.origin, row.note,
        row.proposal_id, row.status, row.by, row.at, row.decided_by, row.decided_at, row.comment,
    )  # fmt: skip
