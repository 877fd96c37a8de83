"""What a question of several steps works with: the assistant's hands, the world it may see, and what it has found.

Everything here is bound to the viewer before the model is asked, and none of it is shown to the model: no wording of a
prompt can reach another person's rows.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from assistant.agent.retrieval import Catalogue, Values
from assistant.answer import Answer, ChartKind, Outcome, Plan, Refusal
from assistant.shape import Context
from semantic_layer import SemanticLayer, SemanticQuery

Step = Callable[[str, str], None]
SAME_CALL = 3
"""The same tool with the same arguments so often is a loop."""


@dataclass(frozen=True)
class Hands:
    """The ways through the house that the agent may take, under the viewer's rights.

    `answer` carries out a plan, `explain` splits the change that a plan compares, `sql` runs a person's or model's SQL
    behind the guard, `tables` are the tables and columns that such SQL may name, `alerts` are sentences on what is
    unusual now, `context` is what belongs to a query when its result is put into words. `by` is the viewer's name;
    with `asks_first` a person has to allow SQL before it runs.
    """

    answer: Callable[[str, Plan], Outcome]
    explain: Callable[[str, Plan], Outcome]
    sql: Callable[[str], Answer | Refusal]
    tables: Mapping[str, Sequence[str]]
    alerts: Callable[[], Sequence[str]]
    context: Callable[[SemanticQuery | None], Context]
    by: str
    asks_first: bool = True


@dataclass(frozen=True)
class World:
    """What the agent plans over: definitions, values of the data, the last day of data."""

    layer: SemanticLayer
    values: Values
    as_of: date
    catalogue: Catalogue
    sees_personal: bool = False


@dataclass(frozen=True)
class Found:
    """One step that gave rows: the tool and its answer."""

    tool: str
    answer: Answer


@dataclass
class Notebook:
    """What has been found, by a key that the call's record carries; how often each call was made; a question back."""

    found: dict[str, Found] = field(default_factory=dict[str, Found])
    asked: Counter[str] = field(default_factory=Counter[str])
    chart: ChartKind | None = None
    back: tuple[str, tuple[str, ...]] | None = None

    def count(self, tool: str, arguments: Any) -> int:
        """How often this very call has been made, this time included."""
        key = f"{tool} {json.dumps(arguments, sort_keys=True, default=str)}"
        self.asked[key] += 1
        return self.asked[key]


class Desk:
    """One question in hand; the context of every tool call, hidden from the model.

    No dataclass: the library copies those before every call, all the definitions and values with them, and while other
    tools of the same turn write in the notebook.
    """

    def __init__(self, question: str, world: World, hands: Hands, on_step: Step):
        self.question, self.world, self.hands, self.on_step = question, world, hands, on_step
        self.notebook = Notebook()
