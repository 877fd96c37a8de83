"""tellwise model check, over a real connection."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from assistant.service.cli import main
from tests.agent_world import SQL, fill, steps
from tests.openai_server import OpenAIServer, Reply, Script, ToolCall

pytest.importorskip("openai", reason="the extra `agent` is not installed")
SUM = json.dumps({"sum": 4})


def check(script: Script, home: Path, monkeypatch: pytest.MonkeyPatch) -> Result:
    with OpenAIServer(script) as server:
        monkeypatch.setenv("TELLWISE_MODEL", "stub")
        monkeypatch.setenv("TELLWISE_MODEL_URL", server.url)
        return CliRunner().invoke(main, ["--home", str(home), "model", "check"])


def able(body: Mapping[str, Any]) -> Reply:
    return Reply(tools=[ToolCall("note_sum", {"sum": 4})]) if body.get("tools") else Reply(SUM)


def small(body: Mapping[str, Any]) -> Reply:
    if body.get("response_format", {}).get("type") == "json_schema":
        return Reply("no such format", status=400)
    return Reply(SUM, cut_after=2 if body.get("stream") else None)


def test_all_that_works_is_listed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told = check(able, tmp_path, monkeypatch)
    assert told.exit_code == 0
    assert len(re.findall(r"^  yes", told.output, re.MULTILINE)) == 5
    assert "a strict schema" in told.output


def test_embeddings_are_tried_where_they_are_wanted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TELLWISE_MODEL_EMBEDDINGS", "vectors")
    assert re.search(r"^  NO +embeddings", check(able, tmp_path, monkeypatch).output, re.MULTILINE)
    with OpenAIServer(able, embed=lambda _: (1.0, 0.0)) as server:
        monkeypatch.setenv("TELLWISE_MODEL_URL", server.url)
        told = CliRunner().invoke(main, ["--home", str(tmp_path), "model", "check"])
    assert re.search(r"^  yes +embeddings .*2 numbers", told.output, re.MULTILINE)


def test_what_a_small_server_lacks_is_listed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told = check(small, tmp_path, monkeypatch)
    assert told.exit_code == 0
    lacking = re.findall(r"^  NO +(\w+)", told.output, re.MULTILINE)
    assert lacking == ["strict", "tools", "stream"]
    assert "JSON mode" in told.output


def test_a_server_that_refuses_ends_with_status_1(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told = check([Reply(status=401)], tmp_path, monkeypatch)
    assert told.exit_code == 1
    assert "Check the address, the name and the key" in told.output


@pytest.mark.deep
def test_what_waits_is_listed_and_decided(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(tmp_path)

    def tellwise(*words: str) -> Result:
        return CliRunner().invoke(main, ["--home", str(tmp_path), *words])

    with OpenAIServer(steps(SQL, SQL, text="There were 2 orders on the Web.")) as server:
        monkeypatch.setenv("TELLWISE_MODEL", "stub")
        monkeypatch.setenv("TELLWISE_MODEL_URL", server.url)
        asked = tellwise("ask", "explore the gizmo of revenue by region")
        assert "needs your approval" in asked.output
        thread = re.search(r"tellwise model decide (\w+)", asked.output)
        assert thread
        listed = tellwise("model", "waiting")
        assert f"{thread[1]}  explore the gizmo of revenue by region" in listed.output
        assert "FROM orders" in listed.output
        assert tellwise("model", "decide", thread[1]).exit_code == 2
        edited = tellwise("model", "decide", thread[1], "--sql", "SELECT count(*) AS n FROM orders")
        assert "needs your approval" in edited.output
        done = tellwise("model", "decide", thread[1], "--approve")
        assert "2 orders on the Web" in done.output
        assert tellwise("model", "waiting").output == "Nothing waits.\n"
        assert "Nothing of yours waits" in tellwise("model", "decide", thread[1], "--approve").output


def test_without_a_model_the_way_to_one_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TELLWISE_MODEL", raising=False)
    told = CliRunner().invoke(main, ["--home", str(tmp_path), "model", "check"])
    assert told.exit_code == 0
    assert "TELLWISE_MODEL_URL" in told.output
