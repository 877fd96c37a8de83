"""A rival in a process of its own: asked for a case, it gives SQL and the time it took, or says why not."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

from evals.errors import RunError

HERE = Path(__file__).parent
SCRIPTS = ("metricflow_rival.py", "boring_rival.py")
REMEDY = "Make the rivals' environment anew: rm -rf .venv-bench && make bench-semantic"


@dataclass(frozen=True)
class Reply:
    """What a rival gave for a case: SQL with the names of its columns, or a refusal, or an error; and milliseconds."""

    sql: str
    columns: tuple[str, ...]
    refused: str
    error: str
    ms: float
    cpu_ms: float


class RivalProcess:
    """A running rival; a context manager that ends it. Raises RunError when it cannot start or stops answering."""

    def __init__(self, python: Path, script: str):
        if not python.is_file():
            raise RunError(
                f"There is no environment for the rivals ({python} is missing). `make bench-semantic` makes it."
            )
        self._script = script
        self._process = subprocess.Popen(
            [str(python), str(HERE / script)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self._hello: Mapping[str, Any] = {}

    def __enter__(self) -> RivalProcess:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None):
        if self._process.stdin:
            self._process.stdin.close()
        if self._process.stdout:
            self._process.stdout.close()
        self._process.wait()

    def ready(self) -> None:
        """Wait until it has loaded its model."""
        self._hello = self._read()

    @property
    def name(self) -> str:
        """What it is called."""
        return self._hello["name"]

    @property
    def version(self) -> str:
        """Its version."""
        return self._hello["version"]

    @property
    def setup(self) -> tuple[str, ...]:
        """Statements that the data needs before its SQL can run."""
        return tuple(self._hello["setup"])

    @property
    def cannot(self) -> Mapping[str, str]:
        """Cases that have no form in it, with the reason."""
        return self._hello["cannot"]

    def ask(self, case: str) -> Reply:
        """What it gives for the case, made anew."""
        assert self._process.stdin
        try:
            self._process.stdin.write(case + "\n")
            self._process.stdin.flush()
        except BrokenPipeError as error:
            raise self._stopped() from error
        given = self._read()
        return Reply(
            sql=given.get("sql", ""),
            columns=tuple(given.get("columns", ())),
            refused=given.get("refused", ""),
            error=given.get("error", ""),
            ms=given["ms"],
            cpu_ms=given["cpu_ms"],
        )

    def _read(self) -> Mapping[str, Any]:
        assert self._process.stdout
        line = self._process.stdout.readline()
        if not line:
            raise self._stopped()
        return json.loads(line)

    def _stopped(self) -> RunError:
        return RunError(f"{self._script} stopped; the lines above say why. {REMEDY}")
