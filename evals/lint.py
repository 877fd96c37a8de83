"""Is a suite fit to judge by? Golds that fail, are empty, hang on chance or on today; questions that give it away."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel
from rapidfuzz import fuzz, process

from evals.comparison import Expected, Table, compare
from evals.copies import shuffled
from evals.cuts import depends_on_today, open_query
from evals.databases import Prepared, Progress, prepare
from evals.errors import GoldError
from evals.golds import Gold, GoldSource, compare_rules, golds_of
from evals.loader import LoadedSuite
from evals.suite import Case, Defaults
from semantic_layer import SemanticLayer, SemanticLayerError, load_workspace, to_sql
from warehouse import Read, WarehouseError, trusted_reader

Level = Literal["error", "warning"]
SMALL = 20
_NEAR = 95  # likeness of two wordings, out of 100
_NUMBER = re.compile(r"-?\d+(\.\d+)?")


@dataclass(frozen=True)
class Finding:
    """One thing about a case that makes it unfit, or weak; `code` is stable."""

    file: str
    line: int
    case: str
    code: str
    level: Level
    sentence: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.level} {self.code} ({self.case}): {self.sentence}"


@dataclass(frozen=True)
class Ground:
    """What a suite is held against: its database, the same rows in another order, its layer and example questions."""

    source: GoldSource
    shuffled: Read
    examples: tuple[str, ...]


@dataclass(frozen=True)
class Subject:
    """One case with its golds run, and all that checks may ask."""

    loaded: LoadedSuite
    case: Case
    golds: tuple[Gold, ...]
    ground: Ground

    @property
    def rules(self) -> Defaults:
        """How answers to the case are compared."""
        return self.loaded.suite.rules_of(self.case)


Found = Iterator[tuple[str, Level, str]]
Check = Callable[[Subject], Found]


def lint(suites: Sequence[LoadedSuite], home: Path, progress: Progress) -> list[Finding]:
    """All findings of all suites, in file and line order."""
    found = list(repeated_questions(suites))
    for loaded in suites:
        prepared = prepare(loaded.wanted, home, progress)
        progress(f"Checking {len(loaded.suite.cases)} cases of {loaded.suite.suite}")
        room = home / "evals" / "copies" / prepared.fingerprint[:12]
        with trusted_reader(prepared.database) as read, trusted_reader(shuffled(prepared.database, room)) as other:
            found += _suite(loaded, _ground(prepared, read, other))
    return sorted(found, key=lambda finding: (finding.file, finding.line, finding.code))


def _ground(prepared: Prepared, read: Read, other: Read) -> Ground:
    try:
        layer = load_workspace(prepared.home, None)
    except SemanticLayerError:
        return Ground(GoldSource(read, prepared.as_of), other, ())
    as_of = prepared.as_of
    source = GoldSource(read, as_of, (lambda query: to_sql(layer, query, as_of=as_of).sql) if as_of else None)
    return Ground(source, other, tuple(_examples(layer)))


def _examples(layer: SemanticLayer) -> Iterator[str]:
    """Every example question of the definitions."""
    waiting: list[Any] = [layer.definitions]
    while waiting:
        node = waiting.pop()
        if isinstance(node, BaseModel):
            yield from getattr(node, "examples", ())
            waiting += [getattr(node, name) for name in type(node).model_fields]
        elif isinstance(node, tuple | list):
            waiting += node


def _suite(loaded: LoadedSuite, ground: Ground) -> Iterator[Finding]:
    for case in loaded.suite.cases:
        place = (str(loaded.file), loaded.lines.get(case.id, 1), case.id)
        try:
            golds = golds_of(case, loaded.suite.rules_of(case), ground.source)
        except GoldError as error:
            yield Finding(*place, "GOLD_FAILS", "error", str(error))
            continue
        for check in CHECKS:
            for code, level, sentence in check(Subject(loaded, case, golds, ground)):
                yield Finding(*place, code, level, sentence)


def _empty(subject: Subject) -> Found:
    """A gold without rows: every empty answer would look right."""
    for gold in subject.golds:
        if not gold.expected.shown:
            yield "EMPTY_GOLD", "error", "a gold gives no rows; ask for something that is there."


def _unstable(subject: Subject) -> Found:
    """A gold whose rows depend on the order in which the data happens to lie."""
    rules = compare_rules(subject.rules)
    for gold in subject.golds:
        if not gold.sql or not gold.expected.shown:
            continue
        try:
            result = subject.ground.shuffled(gold.sql)
        except WarehouseError as error:
            yield "UNSTABLE_GOLD", "error", f"a gold fails when rows lie in another order: {error}"
            continue
        if not compare(gold.expected, Table(result.columns, result.rows), rules).matches:
            yield "UNSTABLE_GOLD", "error", "a gold gives other rows when the data lies in another order."


def _tied(subject: Subject) -> Found:
    """A cut that goes through equal rows: which of them are shown is chance."""
    for gold in subject.golds:
        expected = subject.ground.source.open(gold.sql) if gold.sql else gold.expected
        if expected.tied_groups and subject.case.expect.ties == "as_given":
            yield "TIE_AT_LIMIT", "error", "rows tie at the LIMIT and `ties: as_given` wants some of them."
        elif expected.tied_groups:
            yield "TIE_AT_LIMIT", "warning", "rows tie at the LIMIT; any of them will be accepted."


def _text_order(subject: Subject) -> Found:
    """Numbers sorted as text: '10' before '9'."""
    for gold in subject.golds:
        opened = open_query(gold.sql) if gold.sql else None
        if opened is None or not opened.key_positions:
            continue
        rows = subject.ground.source.rows(opened.sql)
        for at in opened.key_positions:
            if _numbers_as_text([row[at] for row in rows]):
                yield "NUMERIC_TEXT_ORDER", "error", "the gold orders numbers that are stored as text; cast them."


def _numbers_as_text(values: Sequence[Any]) -> bool:
    """Whether text values are numbers that text order would put elsewhere than number order."""
    texts = [value for value in values if value is not None]
    if not texts or not all(isinstance(value, str) and _NUMBER.fullmatch(value) for value in texts):
        return False
    return sorted(set(texts)) != sorted(set(texts), key=float)


def _clock(subject: Subject) -> Found:
    """A gold that reads the clock while nothing says which day it is."""
    written = [reading.sql for reading in subject.case.expect.readings if reading.sql]
    if subject.loaded.suite.as_of is None and any(depends_on_today(sql) for sql in written):
        yield "DEPENDS_ON_TODAY", "error", "a gold reads today's date; give the suite an `as_of`."


def _weak(subject: Subject) -> Found:
    """Answers that are easy to hit by luck."""
    rules = subject.rules
    for gold in subject.golds:
        cells = _shown_cells(gold.expected)
        if len(cells) == 1 and isinstance(cells[0], int) and abs(cells[0]) < SMALL:
            yield "SMALL_INTEGER", "warning", f"the whole answer is one number below {SMALL}: easy to hit by luck."
        fractions = [abs(cell) for cell in cells if isinstance(cell, float) and cell]
        if fractions and max(fractions) <= 1 and min(fractions) < 20 * rules.float_abs:
            sentence = (
                f"shares this small pass within float_abs {rules.float_abs:g} of a wrong one; set float_abs: 1e-6."
            )
            yield "WIDE_TOLERANCE", "warning", sentence


def _shown_cells(expected: Expected) -> list[Any]:
    rows = expected.table.rows
    return [cell for at in expected.shown for cell in rows[at]]


def _order(subject: Subject) -> Found:
    """An order to be checked that the gold does not give."""
    wanted = subject.rules.order == "yes"
    if wanted and any(gold.sql and not gold.expected.ranks for gold in subject.golds):
        yield "ORDER_WITHOUT_KEYS", "error", "`order: yes`, but the gold has no ORDER BY to check against."


def _given_away(subject: Subject) -> Found:
    """A question that the definitions hold as an example: the product has read it."""
    asked = [normal(text) for text in (subject.case.question, *subject.case.paraphrases)]
    known = [normal(example) for example in subject.ground.examples]
    if set(asked) & set(known):
        yield (
            "REPEATS_EXAMPLE",
            "error",
            "a wording repeats an example question of the definitions; the ranker has read it.",
        )
        return
    if any(process.extractOne(text, known, scorer=fuzz.token_sort_ratio, score_cutoff=_NEAR) for text in asked):
        yield "NEAR_EXAMPLE", "warning", "a wording is nearly an example question of the definitions."


def _unsigned(subject: Subject) -> Found:
    """A case that nobody wrote or nobody checked."""
    if not (subject.case.author or subject.loaded.suite.author):
        yield "NO_AUTHOR", "warning", "nobody is named as the author, in the case or in the suite."
    if not (subject.case.verified_by or subject.loaded.suite.verified_by):
        yield "NOT_VERIFIED", "warning", "nobody is named who checked the gold (`verified_by`)."


CHECKS: tuple[Check, ...] = (
    _empty, _unstable, _tied, _text_order, _clock, _weak, _order, _given_away, _unsigned
)  # fmt: skip


def repeated_questions(suites: Iterable[LoadedSuite]) -> Iterator[Finding]:
    """The same question in two cases, unless as a follow-up or over different data."""
    seen: dict[tuple[str, str], str] = {}
    for loaded in suites:
        for case in loaded.suite.cases:
            if case.after:
                continue
            for text in (case.question, *case.paraphrases):
                name = f"{loaded.suite.suite}/{case.id}"
                first = seen.setdefault((loaded.database, normal(text)), name)
                if first != name:
                    line = loaded.lines.get(case.id, 1)
                    sentence = f"a wording is also asked by {first}."
                    yield Finding(str(loaded.file), line, case.id, "REPEATED_QUESTION", "warning", sentence)


def normal(text: str) -> str:
    """The wording without case, punctuation and extra blanks."""
    return " ".join(re.findall(r"\w+", text.casefold()))
