"""Queries carried out over one snapshot under one person's rights: compiled, guarded, their keys checked, and run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from assistant import caveats
from assistant.answer import Plan
from assistant.beginning import Beginnings
from assistant.clock import Clock
from assistant.column_labels import labelled
from assistant.config import Settings
from assistant.definition_changes import of_changes
from assistant.formatting import Style, number
from assistant.narrate import describe
from assistant.shape import context
from assistant.ties import looking_further, of_ties
from assistant.wording import answers
from semantic_layer import (
    Compiled,
    Logged,
    QueryFault,
    SemanticLayer,
    SemanticQuery,
    UnsafeQuery,
    data_checks,
    data_faults,
    orphan_checks,
    to_sql,
)
from warehouse import Engine, Policy, QueryTooLarge, Result, validate


@dataclass(frozen=True)
class Ground:
    """What queries run over: the data, what it means, how much of it the viewer may see, and the day it is read on."""

    engine: Engine
    layer: SemanticLayer
    policy: Policy
    as_of: date
    settings: Settings

    @property
    def locale(self) -> str:
        """The reader's language."""
        return self.settings.locale


@dataclass(frozen=True)
class Run:
    """A plan carried out: its SQL, its rows, and what their reader must know."""

    compiled: Compiled
    result: Result
    caveats: caveats.Caveats


class Runner:
    """The one way from a query to rows; each check of the data is counted once."""

    def __init__(self, ground: Ground):
        self.ground = ground
        self._beginnings = Beginnings(self.rows)
        self._checks = data_checks(ground.layer)
        self._counted: dict[str, int] = {}

    def compiled(self, query: SemanticQuery) -> Compiled:
        """The query as SQL, its columns called as the reader calls them; raises QueryError."""
        layer = self.ground.layer
        compiled = to_sql(layer, query, as_of=self.ground.as_of)
        return replace(compiled, columns=labelled(layer, query, compiled.columns, self.ground.locale))

    def run(self, compiled: Compiled, clock: Clock) -> Result:
        """The rows of compiled SQL; raises SQLRejected, QueryFailed, and UnsafeQuery where keys are not unique."""
        with clock.step("guard"):
            statement = validate(compiled.tree, self.ground.engine.schema, self.ground.policy)
        with clock.step("keys"):
            self._require_keys(statement.tables)
        with clock.step("run"):
            result = self.ground.engine.run(statement)
        clock.milliseconds["duckdb"] = result.seconds * 1000
        return result

    def rows(self, query: SemanticQuery) -> list[dict[str, object]]:
        """All rows of a query by column name, of parts of metrics too, which nobody asks for by themselves.

        Raises QueryTooLarge when there are more than an answer may hold.
        """
        compiled = to_sql(self.ground.layer.with_parts, query, as_of=self.ground.as_of)
        result = self.run(compiled, Clock())
        if result.truncated:
            count = number(len(result.rows), Style("integer", locale=self.ground.locale))
            raise QueryTooLarge(answers(self.ground.locale).say("refusals.too_many_groups", {"count": count}))
        names = [column.name for column in compiled.columns]
        return [dict(zip(names, row, strict=True)) for row in result.rows]

    def told(self, query: SemanticQuery) -> str:
        """What a query's result says, in a sentence."""
        compiled = self.compiled(query)
        shape = context(self.ground.layer, query, self.ground.as_of, self.ground.locale)
        return describe(compiled.columns, self.run(compiled, Clock()), shape)

    def with_caveats(self, plan: Plan, compiled: Compiled, result: Result, history: Sequence[Logged]) -> Run:
        """A plan's rows with what the query, the log of its definitions and the data say of them."""
        ground, query = self.ground, plan.query
        found = (
            *caveats.of_notes(compiled.notes, ground.locale),
            *self._beginnings.caveats(compiled.previous, query.metrics, ground.locale),
            *caveats.of_plan(ground.layer, plan, ground.as_of, ground.locale),
            *of_changes(history, ground.layer, query, date.today(), ground.locale),
            *caveats.of_orphans(ground.layer, self._orphans_of(query), ground.locale),
            *self._of_base(query, result),
            *self._of_ties(query, result),
        )
        return Run(compiled, result, found)

    def _of_base(self, query: SemanticQuery, result: Result) -> caveats.Caveats:
        """Caveats for averages and ratios that rest on few rows."""
        counting = caveats.base_counts(self.ground.layer, query)
        if counting is None:
            return ()
        base = self.run(to_sql(self.ground.layer, counting, as_of=self.ground.as_of), Clock())
        return caveats.of_base(counting, result, base, self.ground.settings.few_rows, self.ground.locale)

    def _of_ties(self, query: SemanticQuery, result: Result) -> caveats.Caveats:
        """What comes to the same as the last row of a ranking, and is cut off."""
        further = looking_further(query, result)
        if further is None:
            return ()
        compiled = self.compiled(further)
        return of_ties(query, compiled.columns, self.run(compiled, Clock()), self.ground.locale)

    def _orphans_of(self, query: SemanticQuery) -> Mapping[str, int]:
        """Rows without the partner they name, by relationship of the query."""
        counts = self._counts(orphan_checks(self.ground.layer, query))
        return {name.partition(":")[2]: n for name, n in counts.items()}

    def _require_keys(self, tables: frozenset[str]) -> None:
        """Nothing when the keys of the tables that a query reads are unique; else raises UnsafeQuery."""
        layer = self.ground.layer
        read = {name for name, dataset in layer.datasets.items() if dataset.source.lower() in tables}
        keys = {n: sql for n, sql in self._checks.items() if n.startswith("key:") and n.split(":")[1] in read}
        severe = [fault.sentence for fault in data_faults(layer, self._counts(keys)) if fault.severe]
        if severe:
            raise UnsafeQuery(QueryFault("E_KEY_NOT_UNIQUE", " ".join(severe)))

    def _counts(self, checks: Mapping[str, str]) -> Mapping[str, int]:
        """The result of each check; counted once for a snapshot."""
        for name, sql in checks.items():
            if name not in self._counted:
                statement = validate(sql, self.ground.engine.schema, self.ground.policy)
                self._counted[name] = int(self.ground.engine.run(statement).rows[0][0])
        return {name: self._counted[name] for name in checks}
