"""What was not certain about a proposal, in sentences for the person who checks it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from semantic_layer.bootstrap.evidence import Evidence
from semantic_layer.bootstrap.figure import Figure
from semantic_layer.bootstrap.keys import is_identifier, reference, repeated_id
from semantic_layer.bootstrap.links import GUESS, PART, SYNONYM, Link
from semantic_layer.bootstrap.metrics import mixed_currencies
from semantic_layer.bootstrap.roads import Roads
from semantic_layer.bootstrap.structure import Column
from semantic_layer.bootstrap.subjects import Subject
from semantic_layer.bootstrap.vocabulary import vocabulary
from semantic_layer.compiler import sqltree as sql


def doubts(
    subjects: Sequence[Subject], roads: Roads, figures: Sequence[tuple[str, Figure]], evidence: Evidence
) -> Iterator[str]:
    """Every doubt: keys and columns by table, then links and ways, then numbers."""
    for subject in subjects:
        yield from _of_table(subject)
        yield from _of_columns(subject)
    for name, link in roads.links.items():
        yield from _of_link(name, link)
    for start, end, ways in roads.crossings:
        told = " or ".join(f"`{way}`" for way in ways)
        yield f"{start} to {end}: several ways lead there ({told}); mark one of their links with `secondary: true`."
    for name, figure in figures:
        if figure.doubt:
            yield f"metric {name}: {figure.doubt}{'' if figure.doubt.endswith('?') else '.'}"
    for subject in subjects:
        yield from _of_undone(subject, evidence.counts)


def _of_table(subject: Subject) -> Iterator[str]:
    table = subject.table
    if not table.rows:
        yield f"{table.name}: it has no rows, so everything about it was read from names."
    elif not subject.key and (repeated := repeated_id(table, subject.key)):
        yield (
            f"{table.name}: {repeated.name} is called like its key, but some rows share one; do they stand there twice?"
        )
    elif not subject.key:
        yield f"{table.name}: no column tells its rows apart, so nothing can link to it; give it a `primary_key`."
    elif len(subject.key) > 1:
        names = " and ".join(column.name for column in subject.key)
        yield f"{table.name}: {names} together tell its {table.rows:,} rows apart; is that meant?"
    if subject.rivals and subject.time:
        yield f"{table.name}: its rows are counted by {subject.time.name}, though another time would do as well."


def _of_columns(subject: Subject) -> Iterator[str]:
    empty = [column.name for column in subject.table.columns if subject.meanings[column.name].role == "empty"]
    if empty and subject.table.rows:
        yield f"{subject.table.name}: left out for want of usable values: {_listed(empty)}."
    for column in subject.table.columns:
        doubt = subject.meanings[column.name].doubt
        if doubt and column.name not in empty:
            yield f"{_place(subject, column)}: {doubt}"
    if mixed := mixed_currencies(subject):
        yield f"{subject.table.name}: {mixed[:1].lower()}{mixed[1:]}"
    for column in subject.having("number"):
        if (column.low or 0) < 0 and _is_countable(subject, column):
            yield f"{_place(subject, column)}: some values are negative (returns?); sums take them in as they are."


def _place(subject: Subject, column: Column) -> str:
    return f"{subject.table.name}.{column.name}"


def _is_countable(subject: Subject, column: Column) -> bool:
    return subject.meanings[column.name].adding in ("sum", "price")


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - 10} more" if len(names) > 10 else ""
    return ", ".join(names[:10]) + more


def _of_link(name: str, link: Link) -> Iterator[str]:
    near = f"{link.table.name}.{', '.join(column.name for column in link.columns)}"
    far = f"{link.to.name}.{', '.join(column.name for column in link.to_columns)}"
    reasons: list[str] = []
    if link.grade in (PART, SYNONYM, GUESS):
        reasons.append("the names only suggest it")
    if link.found is None:
        reasons.append("there are no values to compare")
    elif link.found < 1:
        reasons.append(f"{1 - link.found:.1%} of its values are not found there")
    if (link.columns[0].kind == "text") != (link.to_columns[0].kind == "text"):
        reasons.append("one side is text, the other a number")
    if reasons:
        yield f"link {name}, {near} to {far}: {'; '.join(reasons)}."


def undone_check(column: Column) -> tuple[str, str] | None:
    """Name and SQL of the check that counts the ids with letters in front, where most are digits; None for others."""
    if not _has_lettered_ids(column):
        return None
    cell = sql.name_of(column.name).sql(dialect=sql.DIALECT)
    source = sql.name_of(column.table).sql(dialect=sql.DIALECT)
    name = f"letters:{column.table}:{column.name}"
    return name, f"SELECT count(*) AS n FROM {source} WHERE starts_with({cell}, '{str(column.figures.max)[0]}')"


def _has_lettered_ids(column: Column) -> bool:
    """The largest id starts with a letter while the smallest is digits: letters sort behind digits."""
    low, high = str(column.figures.min or ""), str(column.figures.max or "")
    made = column.kind == "text" and is_identifier(column) and reference(column.words).marked
    return made and low.isdigit() and high[:1].isalpha() and high[1:].isdigit()


def _of_undone(subject: Subject, counts: Mapping[str, int]) -> Iterator[str]:
    known = vocabulary()
    for column in subject.table.columns:
        check = undone_check(column)
        rows = counts.get(check[0], 0) if check else 0
        if rows:
            letter = str(column.figures.max)[0]
            yield f"{_place(subject, column)}: {rows:,} rows have ids with {letter} in front (cancelled?); they count."
    for column in subject.having("category", "flag"):
        texts = [text for text in column.figures.samples if known.has("undone", (text.strip().casefold(),))]
        if texts and subject.is_event:
            told = ", ".join(texts)
            yield f"{_place(subject, column)}: rows that are {told} count like all others; filter the measures if not."
