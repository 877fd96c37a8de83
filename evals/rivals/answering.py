"""The loop of a rival's process: a case by name comes in as a line, its SQL and the time it took go out as JSON.

Runs inside the rivals' virtual environment and needs the standard library alone. What a rival raises by its own rules
is a refusal; anything else it raises is an error; both go out as such.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Compile = Callable[[], str]


@dataclass(frozen=True)
class Rival:
    """A rival that is ready to compile: its name and version, what it calls a refusal, and its cases.

    A case is a function that makes the SQL anew each time and the names of its columns, in the truth's order. `setup`
    are statements that the data needs first, `cannot` tells which cases have no form in the rival, and why.
    """

    name: str
    version: str
    refusals: tuple[type[Exception], ...]
    cases: Mapping[str, tuple[Compile, Sequence[str]]]
    cannot: Mapping[str, str]
    setup: Sequence[str] = ()


def serve(rival: Rival) -> None:
    """Answers until the input ends."""
    out = sys.stdout
    sys.stdout = sys.stderr  # what a library prints must not get between the answers
    hello = {"name": rival.name, "version": rival.version, "setup": list(rival.setup), "cannot": dict(rival.cannot)}
    _say(out, hello)
    for line in sys.stdin:
        _say(out, _answer(rival, line.strip()))


def _say(out: Any, message: Mapping[str, object]) -> None:
    out.write(json.dumps(message) + "\n")
    out.flush()


def _answer(rival: Rival, case: str) -> dict[str, object]:
    make, columns = rival.cases[case]
    wall, cpu = time.perf_counter(), time.process_time()
    try:
        found: dict[str, object] = {"sql": make(), "columns": list(columns)}
    except rival.refusals as refusal:
        found = {"refused": _words(refusal)}
    except Exception as error:  # noqa: BLE001 - a library under trial may raise anything, and the table shows it
        found = {"error": f"{type(error).__name__}: {_words(error)}"}
    return {**found, "ms": (time.perf_counter() - wall) * 1000, "cpu_ms": (time.process_time() - cpu) * 1000}


def _words(error: Exception) -> str:
    return " ".join(str(error).split())[:300]
