"""One number that can be asked for, before it has a free name."""

from __future__ import annotations

from dataclasses import dataclass

from semantic_layer.bootstrap.structure import Column
from semantic_layer.bootstrap.subjects import Subject
from semantic_layer.bootstrap.vocabulary import Words
from semantic_layer.compiler import sqltree as sql
from semantic_layer.model import Measure
from semantic_layer.nodes import NumberFormat

SALES = ("revenue", "sales", "turnover", "total sales")


@dataclass(frozen=True)
class Figure:
    """One number to ask for: its measure, and how the metric on it is called.

    `role` tells what it is to other proposals: rows, entities (distinct ids), sum, average, range, share. `entity` is
    what it counts, or the words of its column.
    """

    dataset: str
    measure: Measure
    label: str
    synonyms: tuple[str, ...]
    format: NumberFormat
    role: str
    unit: str = ""
    entity: Words = ()
    money: bool = False
    doubt: str = ""

    @property
    def name(self) -> str:
        """The metric's name where it is free."""
        return self.measure.name


def sql_name(subject: Subject, column: Column) -> str:
    """How a measure names the column: by its field where it has one, else as the table does."""
    name = subject.field_of(column) if subject.has_field(column) else column.name
    return sql.name_of(name).sql(dialect=sql.DIALECT)
