"""Suites -> the questions to be asked: wordings, repeats, follow-ups with what was asked before."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass

from evals.loader import LoadedSuite
from evals.suite import Case


@dataclass(frozen=True)
class Choice:
    """Which questions are asked, and how often; empty filters take everything."""

    repeats: int = 1
    paraphrases: bool = True
    splits: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    cases: tuple[str, ...] = ()

    def __str__(self) -> str:
        return json.dumps(asdict(self), sort_keys=True)


@dataclass(frozen=True)
class Question:
    """One wording of one case, to be asked for the `repeat`-th time."""

    loaded: LoadedSuite
    case: Case
    text: str
    variant: int = 0
    repeat: int = 0
    history: tuple[str, ...] = ()

    @property
    def key(self) -> tuple[str, str, int, int]:
        """What identifies the question among all runs of the same suites."""
        return (self.loaded.suite.suite, self.case.id, self.variant, self.repeat)


def questions(suites: Iterable[LoadedSuite], choice: Choice) -> tuple[Question, ...]:
    """Every question to be asked, in the order of the files; a follow-up carries the questions before it."""
    found: list[Question] = []
    for loaded in suites:
        by_id = {case.id: case for case in loaded.suite.cases}
        for case in loaded.suite.cases:
            if _wanted(loaded, case, choice):
                found += _wordings(loaded, case, _history(case, by_id), choice)
    return tuple(found)


def _wanted(loaded: LoadedSuite, case: Case, choice: Choice) -> bool:
    return (
        (not choice.splits or loaded.suite.split_of(case) in choice.splits)
        and (not choice.tags or bool(set(choice.tags) & set(case.tags)))
        and (not choice.cases or case.id in choice.cases)
    )


def _wordings(loaded: LoadedSuite, case: Case, history: tuple[str, ...], choice: Choice) -> Iterator[Question]:
    """The question and, if asked for, its paraphrases, each as often as there are repeats."""
    texts = (case.question, *(case.paraphrases if choice.paraphrases else ()))
    for repeat in range(choice.repeats):
        for variant, text in enumerate(texts):
            yield Question(loaded, case, text, variant, repeat, history)


def _history(case: Case, by_id: Mapping[str, Case]) -> tuple[str, ...]:
    """The questions before a follow-up, oldest first."""
    earlier = case.before
    while case.after:
        case = by_id[case.after]
        earlier = (*case.before, case.question, *earlier)
    return earlier
