"""The server that stands in for a model, driven by the real client: streams, tools, failures, usage."""

from __future__ import annotations

import json

import openai
import pytest

from tests.openai_server import OpenAIServer, Reply, ToolCall

ASK = {"model": "stub", "messages": [{"role": "user", "content": "hello"}]}
STREAM = {**ASK, "stream": True, "stream_options": {"include_usage": True}}


def ask(server: OpenAIServer, body: dict, retries: int = 0) -> list:
    """The completion, or all chunks of its stream."""
    with openai.OpenAI(base_url=server.url, api_key="right", max_retries=retries) as client:
        found = client.chat.completions.create(**body)
        return list(found) if body.get("stream") else [found]


def test_text_tools_and_usage_of_a_whole_reply():
    with OpenAIServer([Reply("hi", usage=(3, 1)), Reply(tools=[ToolCall("look", {"at": 1})])], key="right") as server:
        first, second = ask(server, ASK) + ask(server, ASK)
    assert (first.choices[0].message.content, first.choices[0].finish_reason) == ("hi", "stop")
    assert (first.usage.prompt_tokens, first.usage.completion_tokens) == (3, 1)
    call = second.choices[0].message.tool_calls[0]
    assert (call.function.name, json.loads(call.function.arguments)) == ("look", {"at": 1})
    assert second.choices[0].finish_reason == "tool_calls"
    assert server.requests[0]["messages"][0]["content"] == "hello"


def test_a_stream_comes_in_fragments_with_its_usage_at_the_end():
    reply = Reply("a longer text", tools=[ToolCall("look", {"at": "somewhere"})], usage=(5, 7))
    with OpenAIServer([reply]) as server:
        chunks = ask(server, STREAM)
    deltas = [chunk.choices[0].delta for chunk in chunks if chunk.choices]
    assert "".join(delta.content or "" for delta in deltas) == "a longer text"
    calls = [call.function.arguments for delta in deltas for call in delta.tool_calls or ()]
    assert (len(calls) > 2, json.loads("".join(calls))) == (True, {"at": "somewhere"})
    assert [chunk.choices[0].finish_reason for chunk in chunks if chunk.choices][-1] == "tool_calls"
    assert chunks[-1].usage.total_tokens == 12


def test_a_stream_that_is_cut_has_no_finish_reason():
    with OpenAIServer([Reply("a longer text", cut_after=3)]) as server:
        chunks = ask(server, STREAM)
    assert [chunk.choices[0].finish_reason for chunk in chunks] == [None] * 3


def test_failures_come_as_scripted_and_are_tried_again_at_once():
    with OpenAIServer([Reply(status=429), Reply(status=500), Reply("fine")]) as server:
        assert ask(server, ASK, retries=2)[0].choices[0].message.content == "fine"
    assert len(server.requests) == 3
    with OpenAIServer([Reply("x", cut_after=10)]) as server, pytest.raises(openai.APIConnectionError):
        ask(server, ASK)
    with OpenAIServer([Reply()], key="other") as server, pytest.raises(openai.AuthenticationError):
        ask(server, ASK)
