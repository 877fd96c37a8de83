"""What many tests share: a small demo company built once for all worker processes, and a clean environment."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from hypothesis import settings

from assistant.assistant import Assistant
from assistant.config import read_settings
from tests.browser import chromium  # noqa: F401  # a fixture, for every file of browser walks
from warehouse import publish, set_snapshot
from warehouse.sources.demo import DemoConfig, build_demo

AS_OF = date(2026, 6, 30)
settings.register_profile("quick", max_examples=15, deadline=None)
settings.register_profile("deep", max_examples=300, deadline=None)
settings.load_profile("quick")


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No setting of the person who runs the tests reaches a test."""
    for name in [name for name in os.environ if name.startswith("TELLWISE_")]:
        monkeypatch.delenv(name)


@pytest.fixture(scope="session")
def demo_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with a small demo company up to AS_OF; read only."""
    shared = tmp_path_factory.getbasetemp().parent if os.environ.get("PYTEST_XDIST_WORKER") else None
    home = (shared or tmp_path_factory.mktemp("shared")) / "demo-home"
    home.mkdir(exist_ok=True)
    with (home / "building").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (home / "warehouse" / "live.duckdb").exists():
            with publish(home / "warehouse", start="empty") as connection:
                build_demo(connection, DemoConfig(as_of=AS_OF, customers=800, days=400))
                set_snapshot(connection, "demo", AS_OF)
    return home


@pytest.fixture(scope="session")
def shop(demo_home: Path) -> Iterator[Assistant]:
    """The assistant of the small demo company; nothing of it is changed by a test."""
    assistant = Assistant.open(read_settings({}, demo_home))
    yield assistant
    assistant.close()
