"""What an assistant lends to a model that works in steps: its own ways to an answer, under the viewer's rights."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING

from assistant.shape import context
from assistant.understanding import interpret
from semantic_layer import SemanticLayer
from warehouse import OPEN, Policy, Schema, TableRule

if TYPE_CHECKING:
    from assistant.agent import Hands
    from assistant.assistant import Assistant
    from assistant.conversation import Conversation

SCALARS = ("INT", "DOUBLE", "FLOAT", "REAL", "DECIMAL", "NUMERIC", "BOOL", "DATE", "TIME", "HUGE", "UBIG", "USMALL")
"""Beginnings of column types that hold no text."""
REMEMBERED = 5
"""How many of the last turns a model is told of."""


def lend(assistant: Assistant) -> Hands:
    """The hands of an assistant, bound to its viewer before any model is asked."""
    from assistant.agent import Hands

    settings = assistant.settings
    if settings.model_sees_personal:
        policy, tables = assistant.policy, _visible(assistant.engine.schema, assistant.policy)
    else:
        policy, tables = impersonal(assistant.layer, assistant.engine.schema, assistant.policy)
    roles = assistant.viewer.roles if assistant.viewer else frozenset[str]()
    return Hands(
        answer=assistant.carry_out,
        explain=assistant.explain,
        sql=partial(assistant.run_sql, policy=policy),
        tables=tables,
        alerts=partial(_alerts, assistant),
        context=lambda query: context(assistant.layer, query, assistant.as_of, settings.locale),
        by=assistant.viewer.name if assistant.viewer else "",
        asks_first=not (settings.sql_without_approval and settings.sql_without_approval in roles),
    )


def _alerts(assistant: Assistant) -> Sequence[str]:
    """What the monitor holds open, a sentence each; nothing for a viewer who may not see all that it looked at."""
    if assistant.policy != OPEN:
        return ()
    from assistant.monitor.incidents import incidents
    from assistant.store import Store

    store = Store.open(assistant.settings)
    try:
        return tuple(one.found.sentence for one in incidents(store))
    finally:
        store.close()


def impersonal(layer: SemanticLayer, schema: Schema, policy: Policy) -> tuple[Policy, Mapping[str, Sequence[str]]]:
    """The rights of a model's SQL, and the tables and columns that are left to it: less than the viewer's own.

    Only tables that the definitions describe; of their texts only those declared as fields that are not personal, or as
    keys. What nobody has described (comments, messages, addresses) is closed.
    """
    rules: dict[str, TableRule] = {}
    shown: dict[str, Sequence[str]] = {}
    for table, columns in schema.items():
        homes = [name for name, one in layer.datasets.items() if one.source.lower() == table.lower()]
        if not homes or table.lower() in policy.closed:
            continue
        rule = policy.rule(table)
        told = _told(layer, homes)
        personal = {one for home in homes for one in _personal(layer, home)}
        kept = [
            name
            for name, kind in columns.items()
            if (name in told or kind.upper().startswith(SCALARS)) and name not in personal | rule.hidden
        ]
        rules[table] = TableRule(rule.rows, rule.hidden | frozenset(name for name in columns if name not in kept))
        shown[table] = kept
    return Policy(rules, policy.closed, closed_by_default=True), shown


def _told(layer: SemanticLayer, homes: Sequence[str]) -> set[str]:
    """Columns that are fields of their own, or keys."""
    found = {column for home in homes for column in layer.datasets[home].primary_key}
    for link in layer.relationships.values():
        found |= set(link.from_columns) if link.from_ in homes else set()
        found |= set(link.to_columns) if link.to in homes else set()
    for name, field in layer.fields.items():
        home, _, own = name.partition(".")
        if home in homes and not (field.pii or field.hidden or field.implied):
            found.add(field.sql or own)
    return found


def _personal(layer: SemanticLayer, home: str) -> set[str]:
    """Columns behind personal fields; a computed one closes every column that its text names."""
    found: set[str] = set()
    for name, field in layer.fields.items():
        if name.startswith(f"{home}.") and (field.pii or field.hidden):
            text = field.sql or field.name
            found |= {text, field.name, *text.replace("(", " ").replace(")", " ").replace(",", " ").split()}
    return found


def _visible(schema: Schema, policy: Policy) -> Mapping[str, Sequence[str]]:
    return {
        table: [name for name in columns if name not in policy.rule(table).hidden]
        for table, columns in schema.items()
        if table.lower() not in policy.closed and not table.startswith("_")
    }


def memory_of(assistant: Assistant, conversation: Conversation) -> tuple[str, ...]:
    """The last turns by rule: what was asked, how it was read, and the number when it was one."""
    turns = [turn for turn in conversation.turns if turn.query is not None][-REMEMBERED:]
    told: list[str] = []
    for turn in turns:
        if turn.query is None:
            continue
        reading = interpret(assistant.layer, turn.query, assistant.as_of).sentence
        pairs = zip(turn.columns, turn.rows[0], strict=False) if len(turn.rows) == 1 else ()
        numbers = [f"{column.label}: {value}" for column, value in pairs if column.role == "metric"]
        told.append(f"- {turn.question}: {reading}" + (f" = {', '.join(numbers)}" if numbers else ""))
    return tuple(told)
