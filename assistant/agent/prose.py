"""Prose that cannot lie: a model's wording of an answer, held to the typed record of that answer.

A text passes when all of this is so; otherwise the deterministic sentence is used in its place.

- Every number and day occurs in the record or in the deterministic sentence. Rounding: a value of the record, rounded
  to the digits that the text shows, must give the number, and may move by at most 5% (`assistant.evidence`). A share
  must be meant as one, a sign or a direction right before the number must agree.
- Every name occurs in it: words with a capital letter, quoted words, and values that the data are known to hold.
- A number beside exactly one group is one of that group's; "highest" and "lowest" are said of the right one.
- A direction ("rose", "fell") is one that the record holds; nothing is claimed about causes, halves or majorities
  that the deterministic sentence does not claim itself.
- There are no addresses, no markup, and not much text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cache
from pathlib import Path

import yaml

from assistant.answer import Answer
from assistant.evidence import record_of_text, unsupported_numbers
from assistant.formatting import exact, is_number
from assistant.record import Amounts, Record, record_of
from assistant.shape import Context, Shape, shape_of

LONGEST = 900
_WORDS = Path(__file__).parent / "en.yml"
_MARKUP = re.compile(
    r"https?:|www\.|[\w.+-]+@[\w-]+\.|[<>`|]|\]\(|!\[|\b[\w-]+\.(?:com|org|net|io|dev|app|xyz)\b", re.IGNORECASE
)
_NAME = re.compile(r"[^\W\d_][\w'’&+-]*")
_QUOTED = re.compile(r"[\"“„«]([^\"“”„«»]{1,80})[\"”“»]")
_PLAIN_WORD = re.compile(r"[^\W_]+")
_SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[^\W\d_])|\n")
_CLAUSE = re.compile(r"[,;:](?=\s)|\b(?:and|while|but|whereas|versus|than)\b")


@dataclass(frozen=True)
class Facts:
    """What a text may say: the record, the deterministic sentence, other texts that stand in the answer, the groups.

    `groups` holds for each group (a category of the one dimension) its own record; `first` and `last` are the groups
    with the greatest and the smallest value, where that is known; `vocabulary` are names that the data hold.
    """

    record: Record
    sentence: str
    texts: tuple[str, ...] = ()
    groups: tuple[tuple[str, Record], ...] = ()
    first: frozenset[str] = frozenset()
    last: frozenset[str] = frozenset()
    vocabulary: frozenset[str] = frozenset()


def worded(text: str, facts: Facts) -> str:
    """The text when everything in it occurs in the facts; otherwise the deterministic sentence."""
    said = " ".join(text.split())
    return facts.sentence if not said or faults_of(said, facts) else said


def faults_of(text: str, facts: Facts) -> tuple[str, ...]:
    """What the text says and the facts do not hold, as it is written; nothing when all of it may be said."""
    return (
        *_form(text),
        *unsupported_numbers(text, facts.record),
        *_strange_names(text, facts),
        *_strange_claims(text, facts),
        *_swapped(text, facts),
    )


def facts_of_sentence(sentence: str, names: Iterable[str] = (), locale: str = "en") -> Facts:
    """The facts of a sentence that the house made itself, such as an alert; `names` may be said, too."""
    texts = tuple(names)
    held = frozenset(name for name in texts if re.search(r"\d", name))
    return Facts(record_of_text(sentence, Record(names=held, locale=locale)), sentence, texts)


def facts_of(answer: Answer, context: Context, vocabulary: Iterable[str] = ()) -> Facts:
    """The facts of an answer: its rows, what follows from them by fixed rules, its sentence and its labels."""
    shape = shape_of(answer.columns, answer.result, context)
    record = record_of_text(answer.sentence, record_of(answer.columns, answer.result, context))
    labels = [part.label for part in answer.interpretation.parts]
    labels += [text for item in answer.definitions for text in (item.label, item.text)]
    texts = (
        *labels,
        answer.period,
        *(text for one in answer.columns for text in (one.label, one.unit)),
        *_cells(shape),
    )
    groups = tuple(_groups(shape, answer, context))
    first, last = _ends(shape) if groups else (frozenset[str](), frozenset[str]())
    return Facts(record, answer.sentence, texts, groups, first, last, frozenset(vocabulary))


def facts_together(every: Sequence[Facts]) -> Facts:
    """The facts of several answers, told one after the other; groups are not held apart across answers."""
    if len(every) == 1:
        return every[0]
    record = every[0].record
    for facts in every[1:]:
        record = _joined(record, facts.record)
    texts = tuple(text for facts in every for text in (*facts.texts, facts.sentence))
    vocabulary = frozenset[str]().union(*(facts.vocabulary for facts in every))
    return Facts(record, " ".join(facts.sentence for facts in every), texts, vocabulary=vocabulary)


def _joined(one: Record, other: Record) -> Record:
    return replace(
        one,
        amounts=Amounts(one.amounts.plain | other.amounts.plain, one.amounts.ratios | other.amounts.ratios),
        changes=Amounts(one.changes.plain | other.changes.plain, one.changes.ratios | other.changes.ratios),
        days=one.days | other.days,
        names=one.names | other.names,
    )


# --- what a text may hold


def _form(text: str) -> Iterator[str]:
    if len(text) > LONGEST:
        yield f"{len(text)} characters"
    yield from (found[0] for found in _MARKUP.finditer(text))


def _strange_names(text: str, facts: Facts) -> Iterator[str]:
    known = _plain(" ".join((facts.sentence, *facts.texts, *facts.record.names)))
    known_words = frozenset(known.split())
    for quoted in _QUOTED.findall(text):
        if f" {_plain(quoted).strip()} " not in known:
            yield quoted
    for word in _capitalised(text):
        if not _is_said(word, known_words):
            yield word
    said = _plain(text)
    for name in facts.vocabulary:
        plain = _plain(name)
        if plain.strip() and plain in said and plain not in known and plain.strip() not in _words()["plain"]:
            yield name


def _capitalised(text: str) -> Iterator[str]:
    """Words with a capital letter; those that begin a sentence only when they are no ordinary opening."""
    for found in _NAME.finditer(text):
        word, before = found[0], text[: found.start()].rstrip()
        opens = not before or before[-1] in ".!?:;–—(•\n"
        if word[0].isupper() and not (opens and word.casefold() in _words()["plain"]) and word != "I":
            yield word


def _is_said(word: str, known: frozenset[str]) -> bool:
    """Whether a word, or its one or many, stands among those known; names of months are judged as days."""
    plain = _plain(word).strip()
    forms = {plain, plain.removesuffix("s"), f"{plain}s", *plain.split()}
    return bool(forms & known) or plain in _words()["calendar"]


def _strange_claims(text: str, facts: Facts) -> Iterator[str]:
    """Claims that no number carries: a direction that nothing moved in, a cause, a part of the whole."""
    said, sentence = _plain(text), _plain(facts.sentence)
    moved = {value > 0 for amounts in (facts.record.changes,) for value in (*amounts.plain, *amounts.ratios) if value}
    for way, rising in (("up", True), ("down", False)):
        words = [word for word in _words()[way] if f" {word} " in said]
        if rising not in moved and not any(f" {word} " in sentence for word in _words()[way]):
            yield from words
    for kind in ("cause", "part"):
        yield from (word for word in _words()[kind] if f" {word} " in said and f" {word} " not in sentence)


def _swapped(text: str, facts: Facts) -> Iterator[str]:
    """Numbers and ranks said of a group that are another group's; a clause with several groups is left alone.

    A clause without a group is about the one named before it in the same sentence.
    """
    for sentence in _SENTENCE.split(text) if facts.groups else ():
        about: tuple[str, Record] | None = None
        for clause in _CLAUSE.split(sentence):
            named = [one for one in facts.groups if _plain(one[0]).strip() and _plain(one[0]) in _plain(clause)]
            about = named[0] if len(named) == 1 else None if named else about
            if about is not None:
                yield from _wrong_of(about, clause, facts)


def _wrong_of(about: tuple[str, Record], clause: str, facts: Facts) -> Iterator[str]:
    name, record = about
    yield from (f"{name}: {number}" for number in unsupported_numbers(clause, record))
    for kind, right in (("highest", facts.first), ("lowest", facts.last)):
        if name not in right and any(f" {word} " in _plain(clause) for word in _words()[kind]):
            yield f"{name}: {kind}"


# --- what an answer holds


def _cells(shape: Shape) -> Iterator[str]:
    yield from {str(row[position]) for row in shape.rows for position in shape.dimensions if row[position] is not None}


def _groups(shape: Shape, answer: Answer, context: Context) -> Iterator[tuple[str, Record]]:
    """Each group of an answer with one dimension and no time, with what may be said beside its name."""
    if len(shape.dimensions) != 1 or shape.time is not None or len(shape.rows) < 2:
        return
    whole = record_of(answer.columns, replace(answer.result, rows=()), context)
    for row in shape.rows:
        name = str(row[shape.dimensions[0]])
        own = record_of(answer.columns, replace(answer.result, rows=(row,)), context)
        said = " ; ".join(part for part in _CLAUSE.split(answer.sentence) if _plain(name) in _plain(part))
        yield name, record_of_text(said, _with_whole(shape, row, _joined(own, whole)))


def _with_whole(shape: Shape, row: Sequence[object], own: Record) -> Record:
    """The record of one row, with its share of the whole, the whole, and the number of rows."""
    plain, ratios = {*own.amounts.plain, Decimal(len(shape.rows))}, set(own.amounts.ratios)
    for item in shape.numbers:
        value = row[item.value]
        if shape.is_additive(item) and is_number(value):
            total = sum((exact(one) for one in shape.values(item.value)), Decimal())
            plain.add(total)
            ratios.update([exact(value) / total] if total else ())
    return replace(own, amounts=Amounts(frozenset(plain), frozenset(ratios)))


def _ends(shape: Shape) -> tuple[frozenset[str], frozenset[str]]:
    """The groups with the greatest and with the smallest value; of rows that were cut only the end that was kept."""
    query, position = shape.context.query, shape.main.value if shape.numbers else None
    if position is None:
        return frozenset(), frozenset()
    valued = [(row[position], str(row[shape.dimensions[0]])) for row in shape.rows if is_number(row[position])]
    if not valued:
        return frozenset(), frozenset()
    cut = query is not None and query.limit is not None and len(shape.rows) >= query.limit
    descending = query.order_by[0].descending if query and query.order_by else True
    first = frozenset(name for value, name in valued if value == max(valued)[0])
    last = frozenset(name for value, name in valued if value == min(valued)[0])
    return (first if not cut or descending else frozenset()), (last if not cut or not descending else frozenset())


def _plain(text: str) -> str:
    """The words of a text in small letters with one space around each, so that whole words can be looked for."""
    return f" {' '.join(_PLAIN_WORD.findall(text.casefold()))} "


@cache
def _words() -> dict[str, frozenset[str]]:
    read = yaml.safe_load(_WORDS.read_text(encoding="utf-8"))["prose"]
    return {kind: frozenset(" ".join(str(word).split()) for word in words) for kind, words in read.items()}
