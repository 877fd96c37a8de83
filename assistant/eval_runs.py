"""Runs of question suites for the screen: each is a process of `python -m evals`, watched by the file it writes.

Nothing of the evals is imported here: suites are files, progress is JSON lines, results are JSON.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path
from threading import Lock
from typing import Any, Literal

import yaml

from assistant.config import Settings
from assistant.errors import AssistantError

RUNS, SUITES, FEEDBACK = "runs", "suites", "feedback.yml"
PASSED = ("right", "rightly_refused")
PATIENCE_SECONDS = 120
State = Literal["running", "finished", "failed"]


class EvalRunError(AssistantError):
    """A run cannot be started, read or compared; the text says why."""


@dataclass(frozen=True)
class Suite:
    """A file of questions: its name, and whether it is the workspace's own or came with Tellwise."""

    path: Path
    own: bool

    @property
    def name(self) -> str:
        """The file's name without its ending."""
        return self.path.stem

    @property
    def title(self) -> str:
        """The name as people read it: `first_questions_dev` is "First questions"."""
        return title_of(self.name)

    @cached_property
    def description(self) -> str:
        """What the head of the file says of its questions; nothing when it cannot be read."""
        try:
            head = yaml.safe_load(self._text.partition("\ncases:")[0])
        except yaml.YAMLError:
            return ""
        return str(head.get("description") or "") if isinstance(head, dict) else ""

    @cached_property
    def questions(self) -> int:
        """How many cases the file has; rewordings of a question are not counted."""
        return len(re.findall(r"^ *- id:", self._text, re.MULTILINE))

    @cached_property
    def _text(self) -> str:
        try:
            return self.path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError):  # the run tells what is wrong with the file
            return ""


def title_of(name: str) -> str:
    """A suite's name in words, without the name of its part."""
    words = name.removesuffix("_dev").replace("_", " ").strip()
    return words[:1].upper() + words[1:]


@dataclass(frozen=True)
class Progress:
    """How far a run is: its state, questions judged of all, how many of each verdict, and what is being done."""

    state: State
    done: int = 0
    total: int = 0
    verdicts: Mapping[str, int] = field(default_factory=dict[str, int])
    phase: str = ""


@dataclass(frozen=True)
class EvalRun:
    """A run by its name (when it began), the suites it asks, and how far it is."""

    id: str
    suites: tuple[str, ...]
    progress: Progress

    @property
    def passed(self) -> int:
        """Questions that were answered or refused rightly."""
        return sum(self.progress.verdicts.get(one, 0) for one in PASSED)


class EvalRunner:
    """Starts runs in one workspace and tells of them; one at a time."""

    def __init__(self, settings: Settings):
        self.home = settings.home.resolve()
        self.folder = self.home / "evals" / RUNS
        self._processes: dict[str, subprocess.Popen[bytes]] = {}
        self._starting = Lock()

    # --- suites

    @property
    def is_installed(self) -> bool:
        """Whether the evals are part of this installation."""
        return find_spec("evals") is not None

    def suites(self) -> tuple[Suite, ...]:
        """The workspace's own suites, then those that came with Tellwise; hidden test splits are left out."""
        own = sorted((self.home / "evals" / SUITES).glob("*.yml"))
        found = find_spec("evals")
        places = found.submodule_search_locations or [] if found else []
        shipped = sorted(path for place in places for path in (Path(place) / SUITES).glob("*.yml"))
        named = [Suite(path, own=True) for path in own] + [Suite(path, own=False) for path in shipped]
        return tuple(one for one in named if not one.name.endswith("_test"))

    # --- running

    def start(self, suites: Sequence[Path]) -> str:
        """The name of the run that has begun; raises EvalRunError while another is at work, or for unknown suites."""
        known = {one.path for one in self.suites()}
        if not suites or not set(suites) <= known:
            raise EvalRunError("Choose one or more suites.")
        with self._starting:
            if any(one.poll() is None for one in self._processes.values()):
                raise EvalRunError("A run is at work. Wait for it, or stop it.")
            name = f"{datetime.now(UTC):%Y%m%d-%H%M%S}"
            self.folder.mkdir(parents=True, exist_ok=True)
            self._processes[name] = self._begin(name, suites)
        return name

    def _begin(self, name: str, suites: Sequence[Path]) -> subprocess.Popen[bytes]:
        out = self.folder / f"{name}.json"
        told = json.dumps({"event": "suites", "names": [path.stem for path in suites]})
        events, errors = out.with_suffix(".jsonl"), out.with_suffix(".err")
        events.write_text(f"{told}\n", encoding="utf-8")
        command = [sys.executable, "-m", "evals", "run", *map(str, suites), "--json", "--out", str(out)]
        with events.open("ab") as stdout, errors.open("wb") as stderr:
            return subprocess.Popen([*command, "--home", str(self.home)], stdout=stdout, stderr=stderr)

    def stop(self, name: str) -> None:
        """End a run that is at work; what it had judged stays on record."""
        process = self._processes.get(name)
        if process is not None and process.poll() is None:
            process.terminate()
            process.wait(timeout=PATIENCE_SECONDS)

    # --- telling

    def runs(self) -> tuple[EvalRun, ...]:
        """Every run that was started here, the latest first."""
        paths = sorted(self.folder.glob("*.jsonl"), reverse=True) if self.folder.is_dir() else []
        return tuple(self.run(path.stem) for path in paths)

    def run(self, name: str) -> EvalRun:
        """A run by its name; raises EvalRunError when there is none."""
        path = self.folder / f"{name}.jsonl"
        if Path(name).name != name or not path.is_file():
            raise EvalRunError(f"There is no run {name}.")
        events = list(_events(path))
        names = next((tuple(one["names"]) for one in events if one["event"] == "suites"), ())
        return EvalRun(name, names, self._progress(name, events))

    def _progress(self, name: str, events: Sequence[Mapping[str, Any]]) -> Progress:
        cases = [one for one in events if one["event"] == "case"]
        total = next((one["questions"] for one in events if one["event"] == "start"), 0)
        phases = [str(one["text"]) for one in events if one["event"] == "phase"]
        verdicts = Counter(str(one["record"]["verdict"]) for one in cases)
        return Progress(self._state(name), len(cases), int(total), dict(verdicts), phases[-1] if phases else "")

    def _state(self, name: str) -> State:
        process = self._processes.get(name)
        if process is not None and process.poll() is None:
            return "running"
        return "finished" if (self.folder / f"{name}.json").is_file() else "failed"

    def why_failed(self, name: str) -> str:
        """The last thing that a run said before it ended without a result."""
        path = self.folder / f"{name}.err"
        lines = path.read_text(encoding="utf-8", errors="replace").strip().splitlines() if path.is_file() else []
        return lines[-1] if lines else ""

    def records(self, name: str) -> tuple[Mapping[str, Any], ...]:
        """Every judged question of a run, as the events tell them."""
        path = self.folder / f"{self.run(name).id}.jsonl"
        return tuple(one["record"] for one in _events(path) if one["event"] == "case")

    def compare(self, before: str, after: str) -> Mapping[str, Any]:
        """What was fixed and what broke between two finished runs; raises EvalRunError when it cannot be told."""
        paths = [str(self.folder / f"{self.run(name).id}.json") for name in (before, after)]
        return json.loads(self._ask("diff", *paths, "--json"))

    def add_feedback(self) -> str:
        """What became of the verdicts that people gave on answers: cases of the workspace's own suite."""
        suite = self.home / "evals" / SUITES / FEEDBACK
        suite.parent.mkdir(parents=True, exist_ok=True)
        head = [] if suite.is_file() else ["--database", "workspace", "--as-of", f"{datetime.now(UTC):%Y-%m-%d}"]
        return self._ask("add", str(suite), "--from-feedback", "--home", str(self.home), *head).strip()

    def _ask(self, *words: str) -> str:
        """What a short command of the evals says."""
        command = [sys.executable, "-m", "evals", *words]
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE_SECONDS, check=False)
        except subprocess.TimeoutExpired as error:
            raise EvalRunError(f"The evals did not answer within {PATIENCE_SECONDS} seconds.") from error
        if done.returncode:
            said = (done.stderr or done.stdout).strip().splitlines()
            raise EvalRunError(said[-1] if said else "The evals ended without a word.")
        return done.stdout


def _events(path: Path) -> list[dict[str, Any]]:
    """The events that are written so far; a line that is not whole yet is left for the next look."""
    found: list[dict[str, Any]] = []
    for line in path.read_text(encoding="utf-8").splitlines():
        try:
            event = json.loads(line)
        except json.JSONDecodeError:
            continue
        if isinstance(event, dict) and "event" in event:
            found.append(event)
    return found
