"""Which column of the answer is which expected column: by values first, by name where values leave a choice."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from rapidfuzz import fuzz

from evals.comparison.bags import Row, pair_rows
from evals.comparison.cells import (
    NULL,
    Canonical,
    label_to_date,
    moments,
    month_labels,
    month_starts,
    read_moment,
    same,
    written_moments,
)
from evals.comparison.tables import CompareRules, Expected, Table

Vector = tuple[Canonical, ...]
Mapping_ = tuple[tuple[int, int], ...]

_SPELLINGS = ((month_labels, month_starts, label_to_date), (written_moments, moments, read_moment))
_MAX_TRIALS = 4000  # bound on tried assignments; more columns than that allows are alike in value anyway


@dataclass(frozen=True)
class Alignment:
    """An expected table beside an answer, with every answer column read as each expected column would need it."""

    expected: Expected
    answer: Table
    rules: CompareRules
    _read: dict[tuple[int, int], tuple[Vector, Vector]] = field(default_factory=dict, init=False, compare=False)
    _shared: dict[tuple[int, int], int] = field(default_factory=dict, init=False, compare=False)

    @cached_property
    def gold(self) -> tuple[Vector, ...]:
        """The expected columns, as far as an answer in month labels does not ask for another form."""
        return self.expected.table.vectors

    def read_as(self, gold_at: int, answer_at: int) -> tuple[Vector, Vector]:
        """Both columns in a form in which they can be compared: text that spells days as days, known factors taken out.

        Files hold days as text, and rows written by hand in one come from there.
        """
        if (gold_at, answer_at) not in self._read:
            self._read[gold_at, answer_at] = self._spelled_alike(gold_at, answer_at)
        return self._read[gold_at, answer_at]

    def _spelled_alike(self, gold_at: int, answer_at: int) -> tuple[Vector, Vector]:
        gold, answer = self.gold[gold_at], self.answer.vectors[answer_at]
        for spelled, real, read in _SPELLINGS:
            if spelled(answer) and real(gold):
                return gold, tuple(read(cell) for cell in answer)
            if spelled(gold) and real(answer):
                return tuple(read(cell) for cell in gold), answer
        return gold, self._unscaled(gold, answer)

    def _unscaled(self, gold: Vector, answer: Vector) -> Vector:
        """The answer's numbers times the one allowed factor that makes the most of them fit."""
        if not self.rules.scale:
            return answer
        factors = [1.0, *self.rules.scale, *(1 / factor for factor in self.rules.scale)]
        return max((_times(answer, factor) for factor in factors), key=lambda vector: self._pairs(gold, vector))

    def shared(self, gold_at: int, answer_at: int) -> int:
        """How many values of the answer's column find a partner in the expected one."""
        if (gold_at, answer_at) not in self._shared:
            self._shared[gold_at, answer_at] = self._pairs(*self.read_as(gold_at, answer_at))
        return self._shared[gold_at, answer_at]

    def _pairs(self, gold: Vector, answer: Vector) -> int:
        return len(pair_rows([(cell,) for cell in gold], [(cell,) for cell in answer], self.rules.tolerance))

    def could_be(self, gold_at: int, answer_at: int) -> bool:
        """Whether the values alone allow the answer's column to be the expected one."""
        if self.shared(gold_at, answer_at) < len(self.answer.rows):
            return False
        gold, answer = self.read_as(gold_at, answer_at)
        certain = [gold[row] for row in self.expected.certain]
        return len(certain) == len(gold) or self._pairs(tuple(certain), answer) == len(certain)

    def rows(self, mapping: Mapping_) -> tuple[list[Row], list[Row]]:
        """Expected and answered rows over the mapped columns, in the same column order."""
        pairs = [self.read_as(gold_at, answer_at) for gold_at, answer_at in mapping]
        counts = len(self.expected.table.rows), len(self.answer.rows)
        return (
            [tuple(gold[row] for gold, _ in pairs) for row in range(counts[0])],
            [tuple(answer[row] for _, answer in pairs) for row in range(counts[1])],
        )

    def likeness(self, gold_at: int, answer_at: int) -> float:
        """How alike the two column names are, from 0 to 1; equal names count above every other."""
        ours, theirs = self.expected.table.columns[gold_at].lower(), self.answer.columns[answer_at].lower()
        return 1.0 if ours == theirs else fuzz.ratio(ours, theirs) / 101


def assignments(alignment: Alignment, wanted: Sequence[int], fits: Callable[[Mapping_], bool]) -> Iterator[Mapping_]:
    """Mappings of the wanted columns under which the rows agree, best names first."""
    choices: dict[int, list[int]] = {}
    for gold_at in wanted:
        likely = sorted(range(len(alignment.answer.columns)), key=lambda at: -alignment.likeness(gold_at, at))
        choices[gold_at] = [at for at in likely if alignment.could_be(gold_at, at)]
    order = sorted(wanted, key=lambda gold_at: len(choices[gold_at]))
    trials = [0]
    yield from _extend((), order, choices, lambda mapping: _counted(trials) and fits(mapping))


def _counted(trials: list[int]) -> bool:
    """Whether another assignment may still be tried."""
    trials[0] += 1
    return trials[0] <= _MAX_TRIALS


def _extend(
    mapping: Mapping_, order: Sequence[int], choices: dict[int, list[int]], fits: Callable[[Mapping_], bool]
) -> Iterator[Mapping_]:
    """All ways to go on from a partial mapping, left as soon as the rows over it disagree."""
    if len(mapping) == len(order):
        yield mapping
        return
    gold_at = order[len(mapping)]
    used = {answer_at for _, answer_at in mapping}
    for answer_at in choices[gold_at]:
        longer = (*mapping, (gold_at, answer_at))
        if answer_at not in used and fits(longer):
            yield from _extend(longer, order, choices, fits)


def likeliest(alignment: Alignment) -> Mapping_:
    """The pairing of columns that explains a wrong answer best: by shared values, then by name and kind."""
    scored: list[tuple[float, int, int]] = []
    for gold_at in alignment.expected.required:
        for answer_at in range(len(alignment.answer.columns)):
            scored.append((_score(alignment, gold_at, answer_at), gold_at, answer_at))
    chosen: dict[int, int] = {}
    for score, gold_at, answer_at in sorted(scored, key=lambda item: (-item[0], item[1], item[2])):
        if score > 0 and gold_at not in chosen and answer_at not in chosen.values():
            chosen[gold_at] = answer_at
    return tuple(sorted(chosen.items()))


def _score(alignment: Alignment, gold_at: int, answer_at: int) -> float:
    """Shared values count most, then the name; columns of different kinds with nothing in common score 0."""
    gold, answer = alignment.read_as(gold_at, answer_at)
    size = max(len(alignment.expected.shown), len(answer), 1)
    shared = alignment.shared(gold_at, answer_at) / size
    if not shared and kind_of(gold) != kind_of(answer):
        return 0.0
    return shared + 0.2 * alignment.likeness(gold_at, answer_at) + 0.01


def kind_of(vector: Vector) -> str:
    """The kind of the column's values; a mixed or empty column is "mixed"; dates and timestamps are one kind."""
    kinds = {"date" if kind == "timestamp" else kind for kind, _ in vector if (kind, _) != NULL}
    return kinds.pop() if len(kinds) == 1 else "mixed"


def same_as_text(alignment: Alignment, gold_at: int, answer_at: int) -> bool:
    """Whether two columns of different kinds print the same values, such as 3 and '3'."""
    gold, answer = alignment.gold[gold_at], alignment.answer.vectors[answer_at]
    if kind_of(gold) == kind_of(answer):
        return False
    shown = sorted(_printed(gold[row]) for row in alignment.expected.shown)
    return shown == sorted(_printed(cell) for cell in answer)


def _printed(cell: Canonical) -> str:
    """The value as a person would read it."""
    kind, value = cell
    if kind == "number":
        return f"{float(value):g}"
    if kind == "boolean":
        return str(int(value))
    return str(value)


def _times(vector: Vector, factor: float) -> Vector:
    """The column's numbers times a factor."""
    if factor == 1.0:
        return vector
    return tuple(("number", cell[1] * factor) if cell[0] == "number" else cell for cell in vector)


def agree(left: Row, right: Row, rules: CompareRules) -> int:
    """How many cells of two rows agree."""
    return sum(same(a, b, rules.tolerance) for a, b in zip(left, right, strict=True))
