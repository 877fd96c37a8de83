"""The tools of a question that takes several steps. What goes wrong comes back as text, so that the model can mend it.

The desk (rights, data, notebook) comes in through the hidden runtime; the model sees neither it nor a parameter for it.
This module imports LangChain and is itself imported only when a question needs it.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, Literal
from uuid import uuid4

from langchain.tools import ToolRuntime, tool
from langchain_core.tools import BaseTool
from rapidfuzz import process

from assistant.agent.checking import accepted, mending
from assistant.agent.desk import SAME_CALL, Desk, Found
from assistant.agent.errors import LoopStopped, UnusableReply
from assistant.agent.retrieval import Excerpt
from assistant.agent.shape import Condition, Filled
from assistant.agent.telling import listed, marked, names_of, plain, told
from assistant.answer import Answer, Outcome, Plan
from semantic_layer import QueryError

Told = tuple[str, dict[str, Any]]
SQL_TOOL = "run_guarded_sql"
MOST_TABLES = 6
Runtime = ToolRuntime[Desk]


@tool
def search_catalogue(words: str, runtime: Runtime) -> str:
    """Find metrics, dimensions with values, and segments by words. Use before querying names you do not know."""
    desk = runtime.context
    _once_more(desk, "search_catalogue", words)
    layer, excerpt = desk.world.layer, desk.world.catalogue.excerpt(words)
    return f"{names_of(layer, excerpt)}\n{_tables(desk, excerpt)}"


@tool
def look_up_values(field: str, like: str, runtime: Runtime) -> str:
    """Values of a dimension that are spelt like a text; empty text for the most common ones."""
    desk = runtime.context
    _once_more(desk, "look_up_values", (field, like))
    values = desk.world.values.get(field, ())
    named = desk.world.layer.fields.get(field)
    if not values or (named is not None and named.pii and not desk.world.sees_personal):
        return f"Error: {plain(field)} is no field with known values. Fields with values come from search_catalogue."
    known = [value for value, _ in values]
    near = [match for match, _, _ in process.extract(like, known, limit=10)] if like else known[:10]
    return marked(", ".join(plain(value) for value in near))


@tool(response_format="content_and_artifact")
def run_semantic_query(plan: Filled, runtime: Runtime) -> Told:
    """Compute governed metrics: names as listed, days as YYYY-MM-DD with both ends included. The way to any number."""
    desk = runtime.context
    return _planned(runtime, "run_semantic_query", plan, lambda made: desk.hands.answer(desk.question, made))


@tool(response_format="content_and_artifact")
def explain_change(plan: Filled, runtime: Runtime) -> Told:
    """Where the change of one metric between a period and the one before comes from: groups and factors, no causes."""
    desk = runtime.context
    return _planned(runtime, "explain_change", plan, lambda made: desk.hands.explain(desk.question, made))


@tool
def list_alerts(runtime: Runtime) -> str:
    """What is unusual in the metrics now, as noticed by the monitor; newest first."""
    desk = runtime.context
    _once_more(desk, "list_alerts", "")
    alerts = [plain_line(text) for text in desk.hands.alerts()][:10]
    return marked("\n".join(alerts)) if alerts else "Nothing unusual is open."


@tool(response_format="content_and_artifact")
def profile_customer(customer_id: str, runtime: Runtime) -> Told:
    """What is known of one customer by id, without personal data."""
    desk = runtime.context
    layer = desk.world.layer
    entity = next((name for name, one in layer.datasets.items() if one.entity and one.primary_key), "")
    if not entity:
        return "Error: the definitions name no customers.", {}
    fields = [name for name, one in layer.fields.items() if name.startswith(f"{entity}.") and _is_plain(one)]
    plan = Filled(
        list_of=entity,
        group_by=fields[:12],
        filters=[Condition(field=f"{entity}.{layer.datasets[entity].primary_key[0]}", values=[customer_id])],
    )
    return _planned(runtime, "profile_customer", plan, lambda made: desk.hands.answer(desk.question, made))


@tool(response_format="content_and_artifact")
def run_guarded_sql(sql: str, reason: str, runtime: Runtime) -> Told:
    """Run one read-only SELECT when no metric answers. Not governed; a person may have to allow it. Say the reason."""
    desk = runtime.context
    _once_more(desk, SQL_TOOL, sql)
    del reason  # for the person who decides
    return _kept(runtime, SQL_TOOL, desk.hands.sql(sql), {"sql": sql})


@tool
def draw_chart(kind: Literal["line", "bar", "grouped_bar", "stacked_bar", "heat", "table"], runtime: Runtime) -> str:
    """Choose the picture of the last result."""
    runtime.context.notebook.chart = kind
    return f"The last result will be drawn as {kind}, if its rows allow it."


@tool(return_direct=True)
def ask_back(question: str, options: list[str], runtime: Runtime) -> str:
    """Ask the person one short question when the request has several meanings; up to four options."""
    runtime.context.notebook.back = (plain_line(question), tuple(plain(one) for one in options[:4]))
    return "asked"


TOOLS: tuple[BaseTool, ...] = (
    search_catalogue,
    look_up_values,
    run_semantic_query,
    explain_change,
    list_alerts,
    profile_customer,
    run_guarded_sql,
    draw_chart,
    ask_back,
)


def _tables(desk: Desk, excerpt: Excerpt) -> str:
    """The tables behind an excerpt, as SQL may name them."""
    layer = desk.world.layer
    homes = {name.partition(".")[0] for name in excerpt.fields}
    metrics = (layer.metrics[name] for name in excerpt.metrics)
    homes |= {one.measure.partition(".")[0] for one in metrics if one.type == "simple"}
    sources = dict.fromkeys(layer.datasets[home].source for home in sorted(homes) if home in layer.datasets)
    known = {table: desk.hands.tables[table] for table in sources if table in desk.hands.tables}
    if not known:
        return ""
    lines = [f"- {table}({', '.join(columns)})" for table, columns in list(known.items())[:MOST_TABLES]]
    return "\n".join([f"Tables for {SQL_TOOL} (DuckDB):", *lines])


def plain_line(text: str) -> str:
    """A text in one line without signs of markup."""
    return " ".join(text.replace("<", "‹").replace(">", "›").split())[:300]


def _is_plain(field: Any) -> bool:
    return not (field.pii or field.hidden or field.implied)


def _once_more(desk: Desk, name: str, arguments: Any) -> None:
    """Count a call; raises LoopStopped when the model makes the same one again and again."""
    if desk.notebook.count(name, arguments) > SAME_CALL:
        raise LoopStopped(f"The model called {name} with the same arguments {SAME_CALL + 1} times and was stopped.")


def _planned(runtime: Runtime, name: str, filled: Filled, carry_out: Callable[[Plan], Outcome]) -> Told:
    desk = runtime.context
    _once_more(desk, name, filled.model_dump())
    try:
        query = accepted(filled, desk.world)
    except (UnusableReply, QueryError) as error:
        return f"Error: {mending(error)}", {}
    artifact = {"query": json.loads(query.model_dump_json(exclude_defaults=True))}
    return _kept(runtime, name, carry_out(Plan(query)), artifact)


def _kept(runtime: Runtime, name: str, outcome: Outcome, artifact: dict[str, Any]) -> Told:
    """What the model is told of an outcome; an answer is kept in the notebook."""
    if not isinstance(outcome, Answer):
        suggestions = getattr(outcome, "suggestions", ())
        more = f" Near: {listed(suggestions)}." if suggestions else ""
        return f"Error: {plain_line(outcome.sentence)}{more}", {}
    desk = runtime.context
    desk.on_step(name.replace("_", " ").capitalize(), outcome.interpretation.sentence)
    key = uuid4().hex  # not the id of the call, which some servers give to every call of theirs
    desk.notebook.found[key] = Found(name, outcome)
    return told(outcome), {"key": key, "tool": name, **artifact}
