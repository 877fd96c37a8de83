"""Review: generated SQL before a second pair of eyes, and what they approve used from then on."""

from assistant.review.approved_sql import (
    APPROVED_FILE,
    ApprovedBook,
    ApprovedSQL,
    read_approved,
    read_approved_book,
    write_approved,
)
from assistant.review.checks import Checked, Finding, check_item
from assistant.review.queue import (
    approve_item,
    comment_on,
    decide_all,
    edit_sql,
    history,
    reject_item,
    require_other,
    review_of,
    reviews,
    send_to_review,
    take_in,
    unfit_question,
    word_question,
)
from assistant.review.records import Bulk, CannotReview, DeedDone, ReviewItem

__all__ = [
    "APPROVED_FILE",
    "ApprovedBook",
    "ApprovedSQL",
    "Bulk",
    "CannotReview",
    "Checked",
    "DeedDone",
    "Finding",
    "ReviewItem",
    "approve_item",
    "check_item",
    "comment_on",
    "decide_all",
    "edit_sql",
    "history",
    "read_approved",
    "read_approved_book",
    "reject_item",
    "require_other",
    "review_of",
    "reviews",
    "send_to_review",
    "take_in",
    "unfit_question",
    "word_question",
    "write_approved",
]
