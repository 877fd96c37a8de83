"""Judged answers -> how sure the embedded engine may be: weights of what speaks against a reading, and the proof."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import yaml

from assistant.answer import Plan
from assistant.assistant import Assistant
from assistant.config import read_settings
from assistant.understanding import DOUBTS, WEIGHTS
from evals.databases import DEMO, Progress, Wanted, prepare
from evals.errors import RunError
from evals.loader import load_suite
from evals.records import Record
from evals.results import Results, SuiteInfo

ROUNDS, STEP, TRUST = 20_000, 0.5, 5.0
PRIOR = {
    "misspelt": 1.0,
    "guessed": 3.0,
    "inexact": 1.0,
    "absorbed": 1.0,
    "stand_in": 0.3,
    "left_open": 0.3,
    "parts": 0.3,
}
FEWEST = 100
SLIPS, STRANGERS, LONG = 3, 2, 3
SOUNDS = [first + second for first in "bdfgklmnprstvz" for second in "aeiou"]
SUITES = Path(__file__).parent / "suites"
UNSURE_BELOW, ASK_BELOW = 0.97, 0.9
BANDS = (0.0, 0.8, 0.9, 0.95, 0.98, 1.0)


@dataclass(frozen=True)
class Judged:
    """One answered question: what spoke against its reading, and whether the answer was right."""

    doubts: tuple[float, ...]
    right: bool


@dataclass(frozen=True)
class Fit:
    """Log-odds without doubts, and the weight of each doubt."""

    base: float
    weights: tuple[float, ...]

    def sure(self, doubts: Sequence[float]) -> float:
        """The chance of being right."""
        odds = self.base - float(np.dot(self.weights, doubts))
        return float(1 / (1 + np.exp(-odds)))


def judged(results: Results, home: Path, progress: Progress) -> tuple[Judged, ...]:
    """The answered questions of a run's developing suites over the demo company, read again for their doubts.

    Each right one is asked again with slips of the hand, where the same plan is right and any other wrong, and with a
    word that nothing is called, where any answer is wrong.
    """
    asked = {info.suite: _wanted(info) for info in results.head.suites}
    found: list[Judged] = []
    for wanted in {one for one in asked.values() if one is not None}:
        prepared = prepare(wanted, home, progress)
        own = replace(read_settings(home=prepared.home), as_of=prepared.as_of, language=prepared.language)
        assistant = Assistant.open(own)
        records = [record for record in results.records if asked.get(record.suite) == wanted]
        found += [one for record in records for one in _judged(record, assistant)]
        assistant.close()
    return tuple(found)


def _wanted(info: SuiteInfo) -> Wanted | None:
    path = SUITES / Path(info.file).name
    return load_suite(path).wanted if info.database == DEMO and path.is_file() else None


def _judged(record: Record, assistant: Assistant) -> Iterator[Judged]:
    answered = record.verdict in ("right", "silently_wrong") and record.split == "dev" and record.repeat == 0
    plan = assistant.understanding.plan(record.question) if answered and not record.history else None
    if not isinstance(plan, Plan):
        return
    yield _of(plan, record.verdict == "right")
    if record.verdict == "right":
        mixed = random.Random(record.question)
        for question, same in (*_with_slips(record.question, mixed), *_with_strangers(record.question, plan, mixed)):
            other = assistant.understanding.plan(question)
            if isinstance(other, Plan):
                yield _of(other, same and _meant(other) == _meant(plan))


def _of(plan: Plan, right: bool) -> Judged:
    found = dict(plan.doubts)
    return Judged(tuple(found.get(name, 0.0) for name in DOUBTS), right)


def _meant(node: object) -> object:
    """What a query asks for, all the way down; how its periods were said does not count."""
    if isinstance(node, Plan):
        return _meant(node.query.model_dump())
    if isinstance(node, dict):
        return {key: _meant(value) for key, value in node.items() if key != "label"}
    return [_meant(one) for one in node] if isinstance(node, tuple | list) else node


def _with_slips(question: str, mixed: random.Random) -> Iterator[tuple[str, bool]]:
    """The question with one letter of a word missing, doubled, or swapped with the next."""
    words = question.split()
    long = [at for at, word in enumerate(words) if len(word) > LONG and word.isalpha()]
    for at in mixed.sample(long, min(SLIPS, len(long))):
        word, place = words[at], mixed.randrange(1, len(words[at]) - 1)
        slipped = mixed.choice(
            (
                word[:place] + word[place + 1 :],
                word[:place] + word[place] + word[place:],
                word[:place] + word[place + 1] + word[place] + word[place + 2 :],
            )
        )
        yield " ".join([*words[:at], slipped, *words[at + 1 :]]), True


def _with_strangers(question: str, plan: Plan, mixed: random.Random) -> Iterator[tuple[str, bool]]:
    """The question with a made-up word for one that the plan used."""
    used = [
        span for span in plan.spans if span.role not in ("filler", "time", "grain", "limit") and span.end > span.start
    ]
    for span in mixed.sample(used, min(STRANGERS, len(used))):
        word = "".join(mixed.choice(SOUNDS) for _ in range(mixed.randint(2, 4)))
        yield question[: span.start] + word + question[span.end :], False


def fit(every: Sequence[Judged]) -> Fit:
    """Logistic regression with weights that are never negative, by projected gradient; raises RunError for too few.

    Weights are drawn to those of PRIOR as if by TRUST answers, so that a doubt too rare to be judged keeps a weight.
    """
    if len(every) < FEWEST or all(one.right for one in every):
        raise RunError(f"{len(every)} answered questions, none of them wrong, are too few to calibrate by.")
    doubts = np.array([one.doubts for one in every])
    right = np.array([one.right for one in every], dtype=float)
    prior = np.array([PRIOR[name] for name in DOUBTS])
    base, weights = 3.0, prior.copy()
    for _ in range(ROUNDS):
        error = 1 / (1 + np.exp(-(base - doubts @ weights))) - right
        base -= STEP * float(error.mean())
        drawn = TRUST / len(every) * (weights - prior)
        weights = np.maximum(0.0, weights - STEP * (drawn - doubts.T @ error / len(every)))
    return Fit(round(base, 3), tuple(round(float(weight), 3) for weight in weights))


def held_out(every: Sequence[Judged], parts: int = 5) -> tuple[float, ...]:
    """How sure each answer would have been by a fit that has not seen it."""
    found = [0.0] * len(every)
    for part in range(parts):
        seen = [one for at, one in enumerate(every) if at % parts != part]
        known = fit(seen)
        for at in range(part, len(every), parts):
            found[at] = known.sure(every[at].doubts)
    return tuple(found)


def table(every: Sequence[Judged], sure: Sequence[float]) -> str:
    """The reliability table: by band of confidence the answers, the mean confidence, and the share that was right."""
    lines = ["| confidence | answers | mean confidence | right |", "|---|---|---|---|"]
    for low, high in pairwise(BANDS):
        band = [(s, one.right) for s, one in zip(sure, every, strict=True) if low <= s < high or s == high == 1]
        if band:
            mean, right = (float(np.mean(column)) for column in zip(*band, strict=True))
            lines.append(f"| {low:.2f} to {high:.2f} | {len(band)} | {mean:.3f} | {right:.3f} |")
    gaps = float(np.mean([(s - one.right) ** 2 for s, one in zip(sure, every, strict=True)]))
    return "\n".join([*lines, "", f"Brier score {gaps:.4f} over {len(every)} answers."])


def calibrated(every: Sequence[Judged]) -> tuple[Fit, str]:
    """The weights, and what they are and how well they hold as text."""
    known = fit(every)
    told = "  ".join(f"{name} {weight}" for name, weight in zip(DOUBTS, known.weights, strict=True))
    return known, f"base {known.base}  {told}\n\nEach answer judged by weights that have not seen it:\n\n" + table(
        every, held_out(every)
    )


def write(known: Fit, path: Path = WEIGHTS) -> None:
    """Nothing; the weights stand in the file that the product reads."""
    weights = dict(zip(DOUBTS, known.weights, strict=True))
    data = {"base": known.base, "weights": weights, "unsure_below": UNSURE_BELOW, "ask_below": ASK_BELOW}
    text = yaml.safe_dump(data, sort_keys=False)
    path.write_text(f"# Written by `python -m evals calibrate --write`.\n{text}", encoding="utf-8")
