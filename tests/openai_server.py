"""The scripted server of the evals, under the name that the tests know."""

from __future__ import annotations

from evals.openai_server import Body, OpenAIServer, Reply, Script, ToolCall, said

__all__ = ["Body", "OpenAIServer", "Reply", "Script", "ToolCall", "said"]
