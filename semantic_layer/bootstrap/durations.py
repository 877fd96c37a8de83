"""How long it took from one time of a row to another one: a number that no column holds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations

from semantic_layer.bootstrap.fields import field_sql
from semantic_layer.bootstrap.naming import free_name, label, phrase, plain_name
from semantic_layer.bootstrap.structure import Column
from semantic_layer.bootstrap.subjects import Subject
from semantic_layer.bootstrap.vocabulary import Words, vocabulary
from semantic_layer.compiler import sqltree as sql
from semantic_layer.model import AIContext, Dimension

_MOST_TIMES = 3
_LONGEST = 45  # of a name, before which others are put


def propose_durations(subject: Subject) -> tuple[Dimension, ...]:
    """A field for each pair of a row's times, where there are a few: days, or minutes from a start to an end."""
    times = [column for column in subject.having("time") if column is subject.time or not _is_kept_apart(column)]
    pairs = list(combinations(times, 2)) if len(times) <= _MOST_TIMES else []
    ordered = [(later, earlier) if _is_before(later, earlier) else (earlier, later) for earlier, later in pairs]
    spans = [pair for pair in ordered if _is_span(*pair)] or _from_event_to_end(subject, ordered)
    taken = {column.name.lower() for column in subject.table.columns} | set(subject.fields.values())
    found: list[Dimension] = []
    for one, two in ordered:
        named = {*taken, *(field.name for field in found)}
        found.append(_duration(subject, one, two, named, whole=spans == [(one, two)]))
    return tuple(found)


def _is_kept_apart(column: Column) -> bool:
    """Whether a time is of no deed between others: a birth, or when the row itself was written."""
    known = vocabulary()
    return any(known.has(name, (word,)) for word in column.own for name in ("never_times", "written_times"))


def _is_before(one: Column, other: Column) -> bool:
    """Whether the values of one column all in all lie before those of the other."""
    first, second = one.figures, other.figures
    told = (str(first.min), str(first.max), str(second.min), str(second.max))
    return "None" not in told and told[0] < told[2] and told[1] < told[3]


def _is_span(start: Column, end: Column) -> bool:
    known = vocabulary()
    begins = any(known.has("span_starts", (word,)) for word in start.own)
    return begins and any(known.has("span_ends", (word,)) for word in end.own)


def _from_event_to_end(subject: Subject, pairs: Sequence[tuple[Column, Column]]) -> list[tuple[Column, Column]]:
    """The time from what the rows are counted by to when it was over; what is only planned ends nothing."""
    known = vocabulary()
    ends = [
        pair for pair in pairs if pair[0] == subject.time and not any(known.has("planned", (w,)) for w in pair[1].own)
    ]
    return [pair for pair in ends if any(known.has("span_ends", (word,)) for word in pair[1].own)]


def _duration(subject: Subject, start: Column, end: Column, taken: set[str], *, whole: bool) -> Dimension:
    exact = whole and start.kind == end.kind == "timestamp"
    unit = "minutes" if exact else "days"
    cells = [_cell(subject, column) for column in (start, end)]
    first, last = (phrase(column.words) for column in (start, end))
    name = plain_name(f"{unit}_from_{first}_to_{last}", f"{unit}_between")[:_LONGEST].strip("_")
    others = [f"{unit} from {first} to {last}"] if whole else []
    others += [f"{unit} between {first} and {last}", f"time from {first} to {last}", f"time between {first} and {last}"]
    return Dimension.model_validate(
        {
            "name": free_name(name, taken),
            "expression": f"date_diff('{unit.removesuffix('s')}', {cells[0]}, {cells[1]})",
            "type": "number",
            "label": label((*_noun(subject), "duration") if whole else (unit, "from", *start.words, "to", *end.words)),
            "unit": unit,
            "ai_context": AIContext(synonyms=(*(_called(subject, unit, end) if whole else ()), *others)),
        }
    )


def _noun(subject: Subject) -> Words:
    return subject.noun or subject.table.noun


def _called(subject: Subject, unit: str, end: Column) -> Iterator[str]:
    """What the time from start to end is called: "duration", "length", and "delivery time" by the deed at its end."""
    noun = phrase(_noun(subject))
    deeds = vocabulary().deed_nouns
    yield from (f"{deeds[word]} time" for word in end.words if word in deeds and end.kind == "date")
    yield from ("duration", f"duration in {unit}", f"length in {unit}", f"{noun} duration", f"{noun} length", "length")


def _cell(subject: Subject, column: Column) -> str:
    return field_sql(subject, column) or sql.name_of(column.name).sql(dialect=sql.DIALECT)
