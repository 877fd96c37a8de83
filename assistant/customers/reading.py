"""The one way from this room to the rows: statements go through the guard under the reader's own policy."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from semantic_layer import SemanticLayer
from warehouse import Engine, Policy, validate

if TYPE_CHECKING:
    from assistant.assistant import Assistant

CUSTOMER, KEY = "customer", "customer_id"
Row = dict[str, Any]


@dataclass(frozen=True)
class CustomerReader:
    """Rows as one viewer may see them, and the definitions that the viewer may use."""

    engine: Engine
    policy: Policy
    layer: SemanticLayer
    as_of: date
    locale: str = "en"

    @classmethod
    def of(cls, assistant: Assistant) -> CustomerReader:
        """A reader with the rights of an assistant's viewer."""
        found = assistant
        return cls(found.engine, found.policy, found.layer, found.as_of, found.settings.locale)

    def columns(self, table: str) -> tuple[str, ...]:
        """The columns of a table that this viewer may see, in order; none when there is no such table for them."""
        name = table.casefold()
        closed = name in self.policy.closed or (self.policy.closed_by_default and name not in self.policy.rules)
        if closed or table not in self.engine.schema:
            return ()
        hidden = {column.casefold() for column in self.policy.rule(table).hidden}
        return tuple(column for column in self.engine.schema[table] if column.casefold() not in hidden)

    def sees_all(self, table: str) -> bool:
        """Whether the table is there and no column of it is hidden from this viewer."""
        return bool(self.columns(table)) and len(self.columns(table)) == len(self.engine.schema[table])

    def rows(self, sql: str) -> list[Row]:
        """Rows of a statement by column name; raises SQLRejected or QueryFailed as the guard and the engine do."""
        result = self.engine.run(validate(sql, self.engine.schema, self.policy))
        return [dict(zip(result.columns, row, strict=True)) for row in result.rows]


def literal(text: str) -> str:
    """A text as it stands in SQL."""
    return "'" + text.replace("\0", "").replace("'", "''") + "'"
