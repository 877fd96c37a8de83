"""Reason codes in words that need no manual."""

from __future__ import annotations

_WORDS = {
    "EMPTY_RESULT": "no rows came back",
    "RESULT_MISSING_ROWS": "expected rows are missing",
    "EXTRA_ROWS": "rows that nobody expected",
    "MISSING_COLUMNS": "an expected column is missing",
    "EXTRA_COLUMNS": "a column that is not allowed",
    "SINGLE_CELL_DIFFERENCE": "one cell differs",
    "CELLS_DIFFER": "several cells differ",
    "EMPTY_GOOD_SQL": "the expected query gives no rows",
    "COLUMN_TYPE_DIFFERENCE": "same values in another type",
    "WRONG_ORDER": "the order is not the one asked for",
    "limit_truncation": "cut off by a limit",
    "join_fanout": "rows repeated by a join",
    "wrong_filter": "other conditions than expected",
    "wrong_metric": "another figure than expected",
    "wrong_grain": "grouped otherwise than expected",
    "wrong_period": "another period than expected",
    "SHOULD_REFUSE": "answered what cannot be answered",
    "SHOULD_ASK_BACK": "answered where it had to ask back",
    "MENTION_MISSING": "rightly refused, but without naming what is missing",
    "DEFINITION_MISSING": "the definition was not given",
    "TIMEOUT": "took too long",
    "CRASHED": "the system failed with an error",
    "FAILED": "the system failed",
    "GOLD_FAILED": "the expected query does not run",
    "QUERY_FAILED": "the query failed",
    "SQL_REJECTED": "the guard refused the query",
    "UNKNOWN_WORDS": "refused: words it could not place",
    "NO_METRIC": "refused: no figure named",
    "OUT_OF_DOMAIN": "refused: outside the data",
    "CHANGES_DATA": "refused: asks to change data",
    "NOT_AVAILABLE": "refused: not available",
    "UNSAFE": "refused: no safe way to compute it",
    "UNCLEAR_TIME": "refused: period unclear",
    "EMPTY_QUESTION": "refused: nothing asked",
    "CLARIFICATION": "asked back",
}


def in_words(code: str) -> str:
    """The code in words, or itself when it has none."""
    return _WORDS.get(code, code)
