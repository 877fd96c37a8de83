"""What people did with the product, as cases: an answer approved, an answer corrected, a refusal agreed with."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from typing import Any

from assistant.config import Settings
from evals.additions import NewCase
from evals.errors import RunError
from warehouse import SnapshotMissing, snapshot_info

_ABSTAIN = {  # why the product refused -> why a suite says that it must
    "UNKNOWN_WORDS": "missing_term",
    "NO_METRIC": "undefined_term",
    "OUT_OF_DOMAIN": "out_of_domain",
    "CHANGES_DATA": "changes_data",
}


def read_answer(text: str) -> Mapping[str, Any]:
    """What `tellwise ask --json` printed; raises RunError when the text is something else."""
    try:
        found = json.loads(text)
    except json.JSONDecodeError as error:
        raise RunError(f"This is not the output of `tellwise ask --json`: {error}.") from error
    if not isinstance(found, dict) or "kind" not in found:
        raise RunError("This is not the output of `tellwise ask --json`: it has no `kind`.")
    return found


def expected_of(answer: Mapping[str, Any]) -> dict[str, Any]:
    """What is right when the person agrees with the reaction, as a suite file writes it."""
    kind = answer["kind"]
    if kind == "answer" and answer.get("sql"):
        return {"sql": [answer["sql"]]}
    if kind == "clarification":
        return {"clarify": True}
    if kind == "refusal":
        words = {"mentions": list(answer["words"])} if answer.get("words") else {}
        return {"abstain": _ABSTAIN.get(answer.get("code", ""), "other"), **words}
    raise RunError(f"An {kind} says nothing that a case could expect. Give --sql, --query or --abstain.")


def agreed(answer: Mapping[str, Any], new: NewCase) -> NewCase:
    """The case of an answer: what the person gave counts, the answer fills in the rest."""
    question = new.question or answer.get("question", "")
    if not question:
        raise RunError("The answer does not hold its question. Give it with --question.")
    expect = new.expect or expected_of(answer)
    return NewCase(question, expect, new.author, new.verified_by, new.note, new.tags, new.before)


def today_of(settings: Settings) -> date:
    """The day that counts as today in the workspace."""
    try:
        published = snapshot_info(settings.warehouse).as_of
    except SnapshotMissing:
        published = None
    return settings.as_of or published or date.today()
