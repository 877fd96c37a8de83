"""Plans carried out and told: rows, what they say, their picture, and what their reader must know."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from assistant import caveats
from assistant.answer import Answer, Interpretation, Outcome, Part, Plan, Refusal
from assistant.charts import annotated, choose, unfit
from assistant.clock import Clock, utc_now
from assistant.data_caveats import Asked, freshness_of, marks_of, of_state
from assistant.data_state import DataState
from assistant.drivers import explain_change
from assistant.formatting import day
from assistant.free_sql import columns_of
from assistant.listed import Called, with_shown
from assistant.narrate import describe
from assistant.review.approved_sql import ApprovedSQL
from assistant.running import Run, Runner
from assistant.shape import context
from assistant.stating import ahead_of_data, meanings_in, not_computed, period_of, refused, standing_in
from assistant.understanding import conditions_told, interpret
from assistant.why import tell_change
from assistant.why_questions import Why
from assistant.wording import answers
from semantic_layer import Logged, QueryError, SemanticQuery
from warehouse import Policy, QueryFailed, SQLRejected, validate

Step = Callable[[str, str], None]


def silent(title: str, detail: str) -> None:
    """The step listener of those who do not listen."""


class Answering:
    """Answers over one snapshot under one person's rights.

    `history` is the log of the definitions, `vocabulary` how many values each field has, and `called` gives the fields
    that the things of a dataset are called by.
    """

    def __init__(
        self,
        runner: Runner,
        state: DataState,
        history: Sequence[Logged],
        vocabulary: Mapping[str, int],
        called: Called,
    ):
        self._runner, self._ground = runner, runner.ground
        self._layer, self._as_of, self._locale = runner.ground.layer, runner.ground.as_of, runner.ground.locale
        self._state, self._history = state, history
        self._vocabulary, self._called = vocabulary, called
        self._words = answers(self._locale)

    def carry_out(self, question: str, plan: Plan, on_step: Step, clock: Clock) -> Outcome:
        """The answer to a plan, or the refusal that the definitions, the guard or the engine give."""
        try:
            with clock.step("compile"):
                plan = standing_in(self._layer, plan, self._words)
                on_step(self._words.say("steps.checking"), self._read(plan.query).sentence)
                compiled = self._runner.compiled(with_shown(self._layer, plan.query, self._called))
            on_step(self._words.say("steps.running"), compiled.sql)
            result = self._runner.run(compiled, clock)
            ahead = ahead_of_data(plan, result, self._as_of, self._locale)
            if ahead:
                return Refusal(question, "NOT_AVAILABLE", ahead)
            with clock.step("caveats"):
                run = self._runner.with_caveats(plan, compiled, result, self._history)
        except (QueryError, SQLRejected, QueryFailed) as error:
            return not_computed(question, error, self._layer, self._locale)
        return self._answer(question, plan, run, clock)

    def explain(self, question: str, why: Why, on_step: Step, clock: Clock) -> Outcome:
        """The answer to a why-question: the change, where it comes from, and the groups that it comes from as rows."""
        plan = standing_in(self._layer, why.plan, self._words)
        try:
            with clock.step("explain"):
                found = explain_change(self._layer, self._runner.rows, plan.query, self._vocabulary)
                whole = {"group_by": (), "order_by": (), "limit": None}
                lead = self._runner.told(plan.query.model_copy(update=whole))
        except (QueryError, SQLRejected, QueryFailed) as error:
            return not_computed(question, error, self._layer, self._locale)
        if found is None:
            return Refusal(question, "NOT_AVAILABLE", self._words.say("refusals.nothing_to_compare", {"lead": lead}))
        outcome = self.carry_out(question, replace(plan, query=found.shown), on_step, clock)
        if not isinstance(outcome, Answer):
            return outcome
        sentence = f"{lead} {tell_change(self._layer, found, why.direction, self._locale)}"
        return replace(outcome, sentence=sentence, chart=replace(outcome.chart, title=lead))

    def by_sql(self, sql: str, policy: Policy | None = None) -> Answer | Refusal:
        """Rows of a person's own SQL, through the same guard; the answer is marked as not governed.

        `policy` stands for the viewer's rights when less is to be seen.
        """
        try:
            result = self._ground.engine.run(validate(sql, self._ground.engine.schema, policy or self._ground.policy))
        except (SQLRejected, QueryFailed) as error:
            return refused(sql, error, self._locale)
        columns = columns_of(result)
        shape = context(self._layer, None, self._as_of, self._locale)
        sentence = describe(columns, result, shape)
        return Answer(
            question="",
            sentence=sentence,
            columns=columns,
            result=result,
            chart=choose(columns, result, shape, sentence),
            interpretation=Interpretation((Part("metric", self._words.say("reading.own_sql")),)),
            sql=sql,
            caveats=caveats.of_result(columns, result, self._locale),
            fresh_until=self.fresh_until(),
            governed=False,
            timings={"run": result.seconds * 1000},
        )

    def by_approved(self, question: str, approved: ApprovedSQL) -> Answer | Refusal:
        """The answer by SQL that a person approved for this question, under the rights of who asks."""
        outcome = self.by_sql(approved.sql)
        if isinstance(outcome, Refusal):
            return replace(outcome, question=question)
        named = {"name": approved.by, "day": day(approved.at, self._locale)}
        told = caveats.Caveat("APPROVED_SQL", self._words.say("caveats.approved_sql", named))
        reading = Interpretation((Part("metric", self._words.say("reading.approved_sql")),))
        return replace(outcome, question=question, interpretation=reading, caveats=(told, *outcome.caveats))

    def fresh_until(self, datasets: tuple[str, ...] = ()) -> datetime | None:
        """How far the data reaches: the earliest end among the tables of an answer, or the latest of all."""
        sources = {self._layer.datasets[name].source for name in datasets if name in self._layer.datasets}
        ends = [end for source, end in self._state.ends.items() if source in sources]
        return min(ends) if ends else max(self._state.ends.values(), default=None)

    def _read(self, query: SemanticQuery) -> Interpretation:
        return interpret(self._layer, query, self._as_of, self._locale)

    def _answer(self, question: str, plan: Plan, run: Run, clock: Clock) -> Answer:
        compiled, result = run.compiled, run.result
        with clock.step("describe"):
            reading = self._read(plan.query)
            shape = context(self._layer, plan.query, self._as_of, self._locale)
            if plan.query.entity:  # only the sentence of a list tells them
                told = conditions_told(self._layer, plan.query, self._as_of, self._locale)
                shape = replace(shape, conditions=told)
            sentence = describe(compiled.columns, result, shape)
            asked = Asked(self._layer, plan.query, compiled.datasets, self._as_of, self._locale)
            drawn = choose(compiled.columns, result, shape, sentence, plan.chart)
            chart = annotated(drawn, marks_of(self._state, asked))
        return Answer(
            question=question,
            sentence=sentence,
            columns=compiled.columns,
            result=result,
            chart=chart,
            interpretation=reading,
            sql=compiled.sql,
            period=period_of(plan.query.time_range, self._locale),
            definitions=meanings_in(self._layer, plan.query),
            caveats=(
                *run.caveats,
                *caveats.of_result(compiled.columns, result, self._locale),
                *of_state(self._state, asked, utc_now()),
                *unfit(plan.chart, chart.kind, self._locale),
            ),
            fresh_until=self.fresh_until(compiled.datasets),
            freshness=freshness_of(self._state, asked),
            plan=plan,
            timings=dict(clock.milliseconds),
            model=plan.model,
        )
