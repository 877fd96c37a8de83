"""Every call of the model on the road of several steps: allowed by the budgets, shortened, counted, written down."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from langchain.agents.middleware import AgentMiddleware
from langchain.agents.middleware.types import ModelRequest, ModelResponse
from langchain_core.messages import AIMessage, BaseMessage, ToolMessage

from assistant.agent.audit import Call, masked
from assistant.agent.client import ModelClient
from assistant.agent.errors import ModelUnavailable, QuestionBudgetReached
from assistant.answer import ModelUse
from assistant.config import Settings
from assistant.tracing import tracing

WHOLE_RESULTS = 2
"""So many of the newest tool results are shown whole; of older ones the first line."""
_LEFT_OUT = "(an earlier result, left out; its first line: {first})"


@dataclass(frozen=True)
class QuestionBudget:
    """What one question may take; 0 is no limit."""

    calls: int = 0
    tokens: int = 0
    seconds: float = 0.0
    dollars: float = 0.0

    @classmethod
    def of(cls, settings: Settings) -> QuestionBudget:
        """The budget of the settings."""
        return cls(
            settings.model_calls_a_question,
            settings.model_tokens_a_question,
            settings.model_seconds_a_question,
            settings.model_dollars_a_question,
        )


@dataclass
class Tally:
    """What one question has taken so far."""

    calls: int = 0
    tokens_in: int = 0
    tokens_out: int = 0
    dollars: float = 0.0
    began: float = field(default_factory=time.monotonic)

    def use(self, name: str) -> ModelUse:
        """The tally as an answer carries it."""
        return ModelUse(name, "steps", self.calls, self.tokens_in, self.tokens_out, self.dollars)


class Meter(AgentMiddleware[Any, Any]):
    """Sits around each call; raises BudgetReached, or ModelUnavailable when a reply broke off."""

    def __init__(self, client: ModelClient, budget: QuestionBudget, tally: Tally):
        super().__init__()
        self._client, self._budget, self.tally = client, budget, tally

    def wrap_model_call(
        self, request: ModelRequest[Any], handler: Callable[[ModelRequest[Any]], ModelResponse[Any]]
    ) -> ModelResponse[Any]:
        """The model's reply, counted."""
        self._require_budget()
        self._client.require_budget()
        self.tally.calls += 1
        messages = shortened(request.messages)
        began = time.perf_counter()
        with tracing.span("model", {"model": self._client.name, "way": "tools"}):
            response = handler(request.override(messages=messages))
            reply = next(one for one in response.result if isinstance(one, AIMessage))
            sent: list[BaseMessage] = [request.system_message] if request.system_message else []
            self._charge([*sent, *messages], reply, (time.perf_counter() - began) * 1000)
        return response

    def _require_budget(self) -> None:
        tally, budget = self.tally, self._budget
        taken = {
            "calls": tally.calls,
            "tokens": tally.tokens_in + tally.tokens_out,
            "seconds": time.monotonic() - tally.began,
            "dollars": tally.dollars,
        }
        for word, amount in taken.items():
            limit = getattr(budget, word)
            if limit and amount >= limit:
                raise QuestionBudgetReached(f"The model's budget of {limit:g} {word} for one question is used up.")

    def _charge(self, sent: Sequence[BaseMessage], reply: AIMessage, milliseconds: float) -> None:
        told = [{"role": str(one.type), "content": str(one.text)} for one in sent]
        text = f"{reply.text} {reply.tool_calls or ''}".strip()
        counted = reply.usage_metadata
        tokens_in = counted["input_tokens"] if counted else sum(len(one["content"]) for one in told) // 4
        tokens_out = counted["output_tokens"] if counted else len(text) // 4
        dollars = self._client.dollars_of(tokens_in, tokens_out)
        self.tally.tokens_in += tokens_in
        self.tally.tokens_out += tokens_out
        self.tally.dollars += dollars
        finish = str(reply.response_metadata.get("finish_reason"))
        name = self._client.name
        self._client.charge(Call(name, told, masked(text), tokens_in, tokens_out, dollars, milliseconds, finish))
        if finish not in ("stop", "tool_calls", "function_call"):
            raise ModelUnavailable(f"The reply of the model {name} ended before its end ({finish}).")


def shortened(messages: Sequence[BaseMessage]) -> list[Any]:
    """The messages, of old tool results only the first line: plans stay, rows go. Those not yet seen stay whole."""
    asked = max((at for at, one in enumerate(messages) if isinstance(one, AIMessage)), default=0)
    seen = [one for one in messages[:asked] if isinstance(one, ToolMessage)]
    old = {id(one) for one in seen[: len(seen) - WHOLE_RESULTS + 1]}
    return [_cut(one) if id(one) in old and isinstance(one, ToolMessage) else one for one in messages]


def _cut(message: ToolMessage) -> ToolMessage:
    lines = [line for line in str(message.text).splitlines() if line and not line.startswith("<")]
    return message.model_copy(update={"content": _LEFT_OUT.format(first=lines[0] if lines else "")})
