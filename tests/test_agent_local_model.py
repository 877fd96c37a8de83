"""An independent server: llama.cpp's, with a model too small to claim anything of its answers, only of the wire."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import suppress
from datetime import date
from pathlib import Path

import pytest

from assistant.agent import Catalogue, ModelUnavailable, Planner, World, open_client, probe
from assistant.answer import Answer, Plan, Refusal
from assistant.assistant import Assistant
from assistant.config import Settings
from tests.agent_world import fill

PYTHON = Path(__file__).parent.parent / ".venv-model" / "bin" / "python"
SERVER = Path(__file__).parent / "local_model_server.py"
pytestmark = [
    pytest.mark.deep,
    pytest.mark.skipif(not PYTHON.exists(), reason="`make test-local-model` makes its environment"),
]


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    command = [str(PYTHON), str(SERVER)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        assert process.stdout
        lines = (line.decode(errors="replace") for line in process.stdout)
        found = next((line for line in lines if "ADDRESS " in line), "")
        assert found, "the server did not start"
        yield f"{found.partition('ADDRESS ')[2].strip()}/v1"
        assert process.stdin
        process.stdin.close()
        process.kill()


def settings_of(home: Path, address: str) -> Settings:
    return Settings(home=home, model="smollm2", model_url=address, model_seconds=600, workers=1)


def test_the_probe_finds_its_limits(address: str, tmp_path: Path) -> None:
    client = open_client(settings_of(tmp_path, address))
    assert client is not None
    found = {one.what: one for one in probe(client)}
    client.close()
    assert found["reply"].works, found
    assert set(found) == {"reply", "strict schema", "JSON mode", "tools", "stream"}
    assert found["stream"].works, found
    assert all(one.detail for one in found.values())


def test_one_call_gives_a_plan_or_a_refusal_within_its_budget(address: str, tmp_path: Path) -> None:
    fill(tmp_path)
    assistant = Assistant.open(settings_of(tmp_path, address))
    client = open_client(assistant.settings)
    assert client is not None
    world = World(assistant.layer, assistant.values, date(2026, 6, 30), Catalogue(assistant.layer, assistant.values))
    planned = None
    with suppress(ModelUnavailable):  # on a busy machine even a small model may be too slow
        planned = Planner(client, world).plan("turnover by region")
    spent = client.spent()
    client.close()
    assistant.close()
    assert 1 <= spent[0] <= 3
    if planned is not None:
        assert isinstance(planned.outcome, Plan | Refusal)
        assert spent[1] > 100


def test_the_assistant_answers_with_it_and_without_it(address: str, tmp_path: Path) -> None:
    fill(tmp_path)
    with_model = Assistant.open(settings_of(tmp_path, address))
    assert isinstance(with_model.ask("revenue by region"), Answer)
    assert with_model.ask("the gizmo of each region") is not None
    with_model.close()
    away = open_client(settings_of(tmp_path, "http://127.0.0.1:9/v1"))
    assert away is not None
    with pytest.raises(ModelUnavailable):
        away.ask([{"role": "user", "content": "x"}], {"type": "object"})
    away.close()
