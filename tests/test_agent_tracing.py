"""Spans of a question: none by default, one for each step when they are asked for, and never what was asked."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from assistant.answer import Answer
from assistant.assistant import Assistant
from assistant.config import Settings
from assistant.tracing import Tracing, tracing
from tests.agent_world import fill
from tests.openai_server import OpenAIServer, Reply

trace = pytest.importorskip("opentelemetry.sdk.trace", reason="no SDK for spans is installed")
PLAN = '{"metrics": ["revenue"], "group_by": [{"field": "customer.region"}], "unplaced": []}'


@pytest.fixture
def spans(monkeypatch: pytest.MonkeyPatch) -> Iterator[object]:
    from opentelemetry import trace as api
    from opentelemetry.sdk.trace.export import SimpleSpanProcessor
    from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

    exporter, provider = InMemorySpanExporter(), trace.TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    monkeypatch.setattr(api, "get_tracer", provider.get_tracer)
    yield exporter
    tracing.switch(False)


def test_each_step_has_a_span_and_none_tells_what_was_asked(spans: object, tmp_path: Path) -> None:
    fill(tmp_path)
    with OpenAIServer([Reply(PLAN)]) as server:
        settings = Settings(home=tmp_path, model="stub", model_url=server.url, workers=1)
        quiet = Assistant.open(settings)
        assert isinstance(quiet.ask("gizmo of each region"), Answer)
        quiet.close()
        assert spans.get_finished_spans() == ()  # type: ignore[attr-defined]  # the exporter of the SDK
        loud = Assistant.open(replace(settings, traces=True))
        answer = loud.ask("gizmo of each region")
        loud.close()
    assert isinstance(answer, Answer)
    assert answer.model is not None
    assert answer.model.road == "plan"
    found = {span.name: span for span in spans.get_finished_spans()}  # type: ignore[attr-defined]  # as above
    steps = ("question", "understand", "model", "compile", "guard", "run")
    assert {f"tellwise.{step}" for step in steps} <= set(found)
    assert found["tellwise.model"].attributes["tellwise.tokens_in"] > 0
    assert found["tellwise.guard"].parent is not None
    assert "gizmo" not in str([dict(span.attributes) for span in found.values()])


def test_without_the_package_there_are_no_spans(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "opentelemetry", None)
    quiet = Tracing()
    quiet.switch(True)
    with quiet.span("question"):
        quiet.note({"n": 1})
