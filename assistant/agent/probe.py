"""What a configured model can do, found out by asking it: reach, strict shapes, JSON, tools, streams, token counts."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from assistant.agent.client import ModelClient

_QUESTION = [{"role": "user", "content": 'Reply with the JSON object {"sum": 4}, nothing else.'}]
_SCHEMA = {
    "type": "object",
    "properties": {"sum": {"type": "integer"}},
    "required": ["sum"],
    "additionalProperties": False,
}
_TOOL = {
    "type": "function",
    "function": {"name": "note_sum", "description": "Note a sum.", "parameters": _SCHEMA},
}


@dataclass(frozen=True)
class Finding:
    """One thing that was tried: whether it worked, what was seen, seconds."""

    what: str
    works: bool
    detail: str
    seconds: float


def probe(client: ModelClient, embeddings: str = "") -> tuple[Finding, ...]:
    """What works with the model, in the order tried; everything after the first is left out when it is out of reach.

    `embeddings` names a model for embeddings that is tried, too.
    """
    first = _try("reply", lambda: _reply(client, {}))
    if not first.works:
        return (first,)
    strict = {"type": "json_schema", "json_schema": {"name": "sum", "strict": True, "schema": _SCHEMA}}
    return (
        first,
        _try("strict schema", lambda: _reply(client, {"response_format": strict})),
        _try("JSON mode", lambda: _reply(client, {"response_format": {"type": "json_object"}})),
        _try("tools", lambda: _tool(client)),
        _try("stream", lambda: _stream(client)),
        *([_try("embeddings", lambda: _embedded(client, embeddings))] if embeddings else ()),
    )


def _try(what: str, attempt: Callable[[], str]) -> Finding:
    import openai

    began = time.perf_counter()
    try:
        detail, works = attempt(), True
    except (openai.OpenAIError, ValueError, LookupError) as error:
        detail, works = " ".join(str(error).split())[:160], False
    return Finding(what, works, detail, time.perf_counter() - began)


def _reply(client: ModelClient, shape: dict[str, Any]) -> str:
    found = _create(client, _QUESTION, shape)
    counted = found.usage.total_tokens if found.usage else None
    text = (found.choices[0].message.content or "").strip()
    if not text:
        raise ValueError("the reply is empty")
    return f"{len(text)} characters, {counted if counted is not None else 'no'} tokens counted"


def _tool(client: ModelClient) -> str:
    messages = [{"role": "user", "content": "Call note_sum with 4."}]
    found = _create(client, messages, {"tools": [_TOOL]})
    calls = found.choices[0].message.tool_calls or []
    if not calls:
        raise ValueError("the model answered in words instead of calling the tool")
    return f"called {calls[0].function.name}"


def _stream(client: ModelClient) -> str:
    pieces, finish = 0, None
    for piece in _create(client, _QUESTION, {"stream": True}):
        pieces += 1
        finish = piece.choices[0].finish_reason if piece.choices else finish
    if finish is None:
        raise ValueError(f"the stream broke off after {pieces} pieces")
    return f"{pieces} pieces"


def _embedded(client: ModelClient, name: str) -> str:
    found = client.client.embeddings.create(model=name, input=["revenue"], encoding_format="float")
    return f"{len(found.data[0].embedding)} numbers for a text"


def _create(client: ModelClient, messages: Sequence[Any], shape: dict[str, Any]) -> Any:
    return client.client.chat.completions.create(model=client.name, messages=list(messages), temperature=0, **shape)
