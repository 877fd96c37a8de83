"""One structured reply of any OpenAI-compatible server: what it may cost, what it lacks, what it said.

Servers differ in how they can be held to a shape. The strictest way is tried first; one that the server refuses is not
tried again while this process lasts.
"""

from __future__ import annotations

import importlib.util
import json
import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any, Literal

from assistant.agent.audit import Audit, Call, Spent
from assistant.agent.connection import NO_KEY, Address, addresses, connect_to, has_key
from assistant.agent.errors import BudgetReached, ModelUnavailable, Stopped, UnusableReply
from assistant.agent.line import LineCut, LineEnded, Silent
from assistant.config import Settings
from assistant.tracing import tracing

if TYPE_CHECKING:
    import openai

Way = Literal["schema", "json", "text"]
WAYS: tuple[Way, ...] = ("schema", "json", "text")
RETRIES = 2
Message = Mapping[str, str]


@dataclass(frozen=True)
class Budget:
    """What may be spent in one day; 0 is no limit. Dollars need prices in the settings."""

    calls: int = 0
    tokens: int = 0
    dollars: float = 0.0


@dataclass(frozen=True)
class Reply:
    """A reply that keeps to the shape, and what it took."""

    data: Mapping[str, Any]
    tokens_in: int
    tokens_out: int
    dollars: float
    milliseconds: float


@dataclass
class ModelClient:
    """A model behind an address; safe for several threads. Remembers what the server cannot do and what was spent."""

    name: str
    client: openai.OpenAI
    audit: Audit
    budget: Budget = field(default_factory=Budget)
    prices: tuple[float, float] = (0.0, 0.0)
    address: Address | None = None
    ways: list[Way] = field(default_factory=lambda: list(WAYS))
    _spent: Spent = field(default_factory=lambda: Spent(_today()))

    def ask(self, messages: Sequence[Message], schema: Mapping[str, Any]) -> Reply:
        """A JSON object after the schema.

        Raises ModelUnavailable when the server cannot be used, BudgetReached when the day's budget is spent,
        Stopped when the person stopped the question, UnusableReply when the reply is no such object.
        """
        import openai

        while True:
            self.require_budget()
            way = self.ways[0]
            try:
                with tracing.span("model", {"model": self.name, "way": way}):
                    return self._ask(messages, schema, way)
            except (openai.BadRequestError, openai.UnprocessableEntityError, openai.NotFoundError) as error:
                if len(self.ways) == 1 or "model" in str(getattr(error, "code", "") or ""):
                    raise ModelUnavailable(f"The model {self.name} refused the request: {_said(error)}.") from error
                self.ways.remove(way)

    def close(self) -> None:
        """Close the connections."""
        self.client.close()

    def failed(self, error: BaseException) -> ModelUnavailable | Stopped:
        """What a failure of the server or of the line is told as."""
        import openai

        if isinstance(error, LineCut):
            return Stopped("The question was stopped.")
        if isinstance(error, Silent | openai.APITimeoutError):
            return ModelUnavailable(f"The model {self.name} did not reply in time.")
        if isinstance(error, LineEnded):
            return ModelUnavailable(f"The model {self.name} cannot be used: nobody answers at its address.")
        return ModelUnavailable(f"The model {self.name} cannot be used: {_said(error)}.")

    def dollars_of(self, tokens_in: int, tokens_out: int) -> float:
        """What the tokens cost by the prices of the settings."""
        return (tokens_in * self.prices[0] + tokens_out * self.prices[1]) / 1_000_000

    def charge(self, call: Call) -> None:
        """Count a call against the day's budget, and write it down."""
        self._spend(call)
        tracing.note({"tokens_in": call.tokens_in, "tokens_out": call.tokens_out, "finish": call.finish})
        self.audit.write(call)

    def _ask(self, messages: Sequence[Message], schema: Mapping[str, Any], way: Way) -> Reply:
        import openai

        began = time.perf_counter()
        written: Any = [dict(message) for message in messages]
        if way != "schema":
            written[0]["content"] += f"\nThe object keeps to this JSON schema:\n{json.dumps(schema)}"
        try:
            found = self.client.chat.completions.create(
                model=self.name, messages=written, temperature=0, **_shape(schema, way)
            )
        except (openai.BadRequestError, openai.UnprocessableEntityError, openai.NotFoundError):
            raise
        except (LineEnded, openai.APIError, ValueError) as error:
            raise self.failed(error) from error
        return self._read(found, written, (time.perf_counter() - began) * 1000)

    def _read(self, found: Any, messages: Sequence[Message], milliseconds: float) -> Reply:
        choices = getattr(found, "choices", None) or []
        text = (choices[0].message.content or "") if choices else ""
        counts = tokens_of(getattr(found, "usage", None), messages, text)
        dollars = self.dollars_of(*counts)
        finish = choices[0].finish_reason if choices else "nothing"
        self.charge(Call(self.name, messages, text, counts[0], counts[1], dollars, milliseconds, str(finish)))
        if finish not in ("stop", None):
            raise UnusableReply(f"The model's reply ended before its end ({finish}).")
        return Reply(_object_of(text), counts[0], counts[1], dollars, milliseconds)

    def require_budget(self) -> None:
        """Count one more call; raises BudgetReached when the day's budget is spent."""
        with self._spent.lock:
            if self._spent.day != _today():
                self._spent.begin(_today())
            for word in ("calls", "tokens", "dollars"):
                limit = getattr(self.budget, word)
                if limit and getattr(self._spent, word) >= limit:
                    raise BudgetReached(f"The model's budget of {limit:g} {word} a day is used up until midnight UTC.")
            self._spent.calls += 1

    def _spend(self, call: Call) -> None:
        with self._spent.lock:
            self._spent.tokens_in += call.tokens_in
            self._spent.tokens_out += call.tokens_out
            self._spent.dollars += call.dollars

    def spent(self) -> tuple[int, int, int, float]:
        """Calls, tokens in and out, and dollars of this day, by all who ask from this workspace and process."""
        with self._spent.lock:
            return self._spent.calls, self._spent.tokens_in, self._spent.tokens_out, self._spent.dollars


def tokens_of(usage: Any, messages: Sequence[Message], text: str) -> tuple[int, int]:
    """Tokens in and out as the server counts them; a quarter of the characters where it does not, so budgets hold."""
    if usage is None:
        return sum(len(one["content"]) for one in messages) // 4, len(text) // 4
    return int(usage.prompt_tokens or 0), int(usage.completion_tokens or 0)


def _today() -> date:
    return datetime.now(UTC).date()


def _shape(schema: Mapping[str, Any], way: Way) -> dict[str, Any]:
    if way == "schema":
        return {
            "response_format": {
                "type": "json_schema",
                "json_schema": {"name": "plan", "strict": True, "schema": schema},
            }
        }
    return {"response_format": {"type": "json_object"}} if way == "json" else {}


def _object_of(text: str) -> Mapping[str, Any]:
    """The one JSON object in a text, which small models like to wrap in words."""
    found = re.search(r"\{.*\}", text, re.DOTALL)
    try:
        data = json.loads(found.group(0)) if found else None
    except (json.JSONDecodeError, RecursionError) as error:
        raise UnusableReply("The model's reply is no JSON.") from error
    if not isinstance(data, dict):
        raise UnusableReply("The model's reply holds no JSON object.")
    return data


def _said(error: BaseException) -> str:
    return " ".join(str(error).split())[:200].rstrip(".")


def open_client(settings: Settings, name: str = "") -> ModelClient | None:
    """The model of the settings, or None when none is set.

    Raises ModelUnavailable when the package for it is missing, or the key.
    """
    clients = open_clients(replace(settings, model=name or settings.model, model_fallback=""))
    return clients[0] if clients else None


def open_clients(settings: Settings) -> tuple[ModelClient, ...]:
    """The model of the settings and the one to turn to when it is away; none when no model is set.

    They share one budget and one record. Raises ModelUnavailable when the package is missing, or the key.
    """
    wanted = addresses(settings)
    if wanted and importlib.util.find_spec("openai") is None:
        raise ModelUnavailable("Models need the package openai: pip install 'tellwise[agent]'.")
    if wanted and not has_key(settings):
        raise ModelUnavailable(NO_KEY)
    budget = Budget(settings.model_calls_a_day, settings.model_tokens_a_day, settings.model_dollars_a_day)
    prices = (settings.model_price_in, settings.model_price_out)
    audit = Audit(settings.home / "logs")
    spent = audit.spending(_today())
    return tuple(
        ModelClient(one.name, connect_to(one, RETRIES), audit, budget, prices, one, _spent=spent) for one in wanted
    )
