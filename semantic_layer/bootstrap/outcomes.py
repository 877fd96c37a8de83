"""Rates of outcomes: the part of a table's rows that a column of states says came out so ("success rate")."""

from __future__ import annotations

from collections.abc import Iterator

from semantic_layer.bootstrap.figure import Figure, sql_name
from semantic_layer.bootstrap.naming import label, phrase, plain_name, synonyms
from semantic_layer.bootstrap.structure import Column
from semantic_layer.bootstrap.subjects import Subject
from semantic_layer.bootstrap.vocabulary import vocabulary
from semantic_layer.model import Measure


def rates_of_outcomes(subject: Subject) -> Iterator[Figure]:
    """One rate for each value of a column of states that tells how a row came out; none where two values tell it."""
    for column in subject.having("category"):
        if not column.own or not vocabulary().has("outcome_columns", (column.own[-1],)):
            continue
        outcomes = {text: vocabulary().outcomes.get(text.strip().casefold(), "") for text in column.figures.samples}
        told = [outcome for outcome in outcomes.values() if outcome]
        for text, outcome in outcomes.items():
            if outcome and told.count(outcome) == 1:
                yield _rate(subject, column, text, outcome)


def _rate(subject: Subject, column: Column, text: str, outcome: str) -> Figure:
    words = (outcome, "rate")
    noun = subject.noun or subject.table.noun
    cell, value = sql_name(subject, column), text.replace("'", "''")
    said = (text.strip().casefold(), "rate")
    others = [(*noun, *words), ("rate", "of", outcome), ("share", "of", outcome), said, (*noun, *said)]
    return Figure(
        subject.name,
        Measure(
            name=plain_name("_".join(words), "rate"),
            agg="average",
            expression=f"CASE WHEN {cell} = '{value}' THEN 1.0 ELSE 0.0 END",
            description=f"Rows whose {phrase(column.own)} is {text}, by all rows.",
        ),
        label(words),
        synonyms([words], [phrase(one) for one in others]),
        "percent",
        "share",
    )
