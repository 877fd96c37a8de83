"""The nouns of a suite file: questions, what is expected of each, and how answers are compared."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from semantic_layer import SemanticQuery

Split = Literal["dev", "test"]
AbstainReason = Literal[
    "missing_term", "out_of_domain", "undefined_term", "nonsense", "changes_data", "injection", "forbidden", "other"
]
Cell = str | int | float | bool | date | None


def _as_tuple(value: object) -> object:
    """One thing where several may stand counts as a list of one."""
    return value if isinstance(value, list | tuple) else (value,)


def _as_word(value: object) -> object:
    """YAML reads a bare yes or no as true or false."""
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else value


Order = Annotated[Literal["auto", "yes", "no"], BeforeValidator(_as_word)]


class Node(BaseModel):
    """Base of every part of a suite: unknown keys are errors, nothing changes after loading."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Defaults(Node):
    """How answers of the suite are compared; a case may say otherwise for itself.

    Two numbers agree when they differ by at most `float_rel` of the larger or by `float_abs`. `order: auto` checks the
    order only where the question asks for one. `scale` lists factors that count as the same number (100 lets 0.25 and
    25 agree); by default there is none.
    """

    float_rel: float = Field(default=1e-6, ge=0, lt=1)
    float_abs: float = Field(default=0.005, ge=0)
    order: Order = "auto"
    extra_columns: Literal["allow", "forbid"] = "allow"
    timeout_s: float = Field(default=10, gt=0)
    scale: tuple[float, ...] = ()


class Columns(Node):
    """Which of the expected columns an answer must have, and which it may leave out; default: all are required."""

    required: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()


class PlanCheck(Node):
    """A second check beside the rows: what the typed plan must hold. Only what is written is looked at.

    `by` names fields in full (`customer.region`) or by their last part; `time` is `[first day, day after the last]`.
    """

    metrics: Annotated[tuple[str, ...], BeforeValidator(_as_tuple)] = Field(default=(), alias="metric")
    by: Annotated[tuple[str, ...], BeforeValidator(_as_tuple)] | None = None
    grain: str | None = None
    time: tuple[date | None, date | None] | None = None
    filters: tuple[Mapping[str, Any], ...] | None = None
    compare: str | None = None
    limit: int | None = None

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Reading(Node):
    """One accepted set of rows, given as exactly one of SQL, rows, a single number, or a semantic query."""

    sql: str | None = None
    rows: tuple[tuple[Cell, ...], ...] | None = None
    scalar: Cell = None
    query: SemanticQuery | None = None

    @model_validator(mode="after")
    def _exactly_one(self) -> Reading:
        given = [name for name in ("sql", "rows", "scalar", "query") if getattr(self, name) is not None]
        if len(given) != 1:
            raise ValueError("give exactly one of sql, rows, scalar, query")
        return self


class Expect(Node):
    """What is right for a question: rows, a refusal, a question back, or a definition.

    `sql` and `query` may list several accepted readings. `ties: any` accepts any of the rows tied at a cut.
    `mentions` are words that a refusal or a definition must contain.
    """

    sql: Annotated[tuple[str, ...], BeforeValidator(_as_tuple)] = ()
    query: Annotated[tuple[SemanticQuery, ...], BeforeValidator(_as_tuple)] = ()
    rows: tuple[tuple[Cell, ...], ...] | None = None
    scalar: Cell = None
    abstain: AbstainReason | None = None
    clarify: bool = False
    or_any_of: tuple[Reading, ...] = ()
    defines: Annotated[tuple[str, ...], BeforeValidator(_as_tuple)] = ()
    mentions: tuple[str, ...] = ()
    columns: Columns = Columns()
    ties: Literal["any", "as_given"] = "any"
    plan: PlanCheck | None = None

    @model_validator(mode="after")
    def _one_kind(self) -> Expect:
        rows = any((self.sql, self.query, self.rows is not None, self.scalar is not None))
        given = [rows, self.abstain is not None, self.clarify, bool(self.defines)]
        if sum(given) != 1:
            raise ValueError("expect exactly one kind: sql/query/rows/scalar, or abstain, or clarify, or defines")
        if self.or_any_of and not self.clarify:
            raise ValueError("or_any_of belongs to `clarify: true`; list several golds under sql instead")
        return self

    @property
    def kind(self) -> Literal["rows", "abstain", "clarify", "defines"]:
        """What sort of reaction is right."""
        if self.abstain is not None:
            return "abstain"
        if self.clarify:
            return "clarify"
        return "defines" if self.defines else "rows"

    @property
    def readings(self) -> tuple[Reading, ...]:
        """Every accepted set of rows, whichever way it was written."""
        found = [Reading(sql=text) for text in self.sql] + [Reading(query=query) for query in self.query]
        if self.rows is not None:
            found.append(Reading(rows=self.rows))
        if self.scalar is not None:
            found.append(Reading(scalar=self.scalar))
        return (*found, *self.or_any_of)


class Case(Node):
    """One question and what is right for it; `after` makes it a follow-up of an earlier case.

    `before` holds questions that were asked before it and are no cases themselves, oldest first. `context` is a
    business definition handed to the system together with the question.
    """

    id: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.:-]*$", max_length=120)
    question: str
    expect: Expect
    paraphrases: tuple[str, ...] = ()
    after: str = ""
    before: tuple[str, ...] = ()
    context: str = ""
    tags: tuple[str, ...] = ()
    split: Split | None = None
    author: str = ""
    verified_by: str = ""
    note: str = ""
    float_rel: float | None = None
    float_abs: float | None = None
    order: Order | None = None
    extra_columns: Literal["allow", "forbid"] | None = None
    timeout_s: float | None = None
    scale: tuple[float, ...] | None = None


class Suite(Node):
    """One suite: a database with a frozen today, defaults, and cases.

    `database` is `demo`, `workspace`, or a DuckDB file; for a file `definitions` may name a directory of definitions,
    else a model is proposed from the data. `language` is that of the questions. Paths are
    read relative to the suite's file.
    """

    suite: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]*$", max_length=80)
    version: int = 1
    database: str
    definitions: str = ""
    as_of: date | None = None
    language: str = "en"
    description: str = ""
    license: str = ""
    split: Split = "dev"
    author: str = ""
    verified_by: str = ""
    defaults: Defaults = Defaults()
    cases: tuple[Case, ...]

    def rules_of(self, case: Case) -> Defaults:
        """The suite's comparison rules with the case's own on top."""
        own = {name: getattr(case, name) for name in Defaults.model_fields if getattr(case, name) is not None}
        return self.defaults.model_copy(update=own)

    def split_of(self, case: Case) -> Split:
        """Whether the case is for developing (dev) or only for judging (test)."""
        return case.split or self.split
