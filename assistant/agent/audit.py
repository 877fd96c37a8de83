"""Every call of a model written down: what was sent, with personal data masked, and what it took."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from threading import Lock
from typing import Any
from weakref import WeakValueDictionary

FILE = "model-calls.jsonl"
_EMAIL = re.compile(r"[\w.+%-]+@[\w-]+(?:\.[\w-]+)+")
_NUMBER = re.compile(r"(?<![\w.-])(?!\d{4}-\d\d-\d\d(?!\d))\+?\d(?:[\s()/-]?\d){7,}(?![\w.-])")


@dataclass(frozen=True)
class Call:
    """One call: the messages sent, the reply, tokens, dollars, milliseconds, and how the reply ended."""

    model: str
    messages: Sequence[Mapping[str, str]]
    reply: str
    tokens_in: int
    tokens_out: int
    dollars: float
    milliseconds: float
    finish: str


@dataclass
class Spent:
    """What one day (UTC) has cost so far; one for a workspace and process, whoever asks."""

    day: date
    calls: int = 0
    tokens_in: int = 0
    tokens_out: int = 0
    dollars: float = 0.0
    lock: Lock = field(default_factory=Lock)

    @property
    def tokens(self) -> int:
        """Tokens in and out."""
        return self.tokens_in + self.tokens_out

    def begin(self, day: date) -> None:
        """Count anew from this day on."""
        self.day, self.calls, self.tokens_in, self.tokens_out, self.dollars = day, 0, 0, 0, 0.0


_OPEN: WeakValueDictionary[Path, Spent] = WeakValueDictionary()
"""What is being counted, by folder; gone when the last client of a workspace is."""
_OPENING = Lock()


@dataclass(frozen=True)
class Audit:
    """A file that grows by one line with each call, in the logs of a workspace."""

    folder: Path

    def spending(self, day: date) -> Spent:
        """The count of the workspace, shared by all who spend; begun with what was spent before a restart."""
        with _OPENING:
            spent = _OPEN.get(self.folder.absolute())
            if spent is None:
                spent = _OPEN[self.folder.absolute()] = self.spent_on(day)
            return spent

    def spent_on(self, day: date) -> Spent:
        """What the calls of a day have cost, those of other processes and of before a restart included."""
        spent, path = Spent(day), self.folder / FILE
        lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
        for row in (_row(line) for line in lines if f'"at": "{day}' in line[:40]):
            spent.calls += 1
            spent.tokens_in += row.get("tokens_in", 0)
            spent.tokens_out += row.get("tokens_out", 0)
            spent.dollars += row.get("dollars", 0.0)
        return spent

    def write(self, call: Call) -> None:
        """Add a call to the file."""
        self.folder.mkdir(parents=True, exist_ok=True)
        row = {
            "at": datetime.now(UTC).isoformat(timespec="seconds"),
            "model": call.model,
            "sent": [{"role": one["role"], "content": masked(one["content"])} for one in call.messages],
            "reply": masked(call.reply),
            "tokens_in": call.tokens_in,
            "tokens_out": call.tokens_out,
            "dollars": call.dollars,
            "milliseconds": round(call.milliseconds),
            "finish": call.finish,
        }
        with (self.folder / FILE).open("a", encoding="utf-8") as file:
            file.write(json.dumps(row, ensure_ascii=False) + "\n")


def _row(line: str) -> dict[str, Any]:
    """A line of the file; nothing for one that a killed process left unfinished."""
    try:
        return json.loads(line)
    except json.JSONDecodeError:
        return {}


def masked(text: str) -> str:
    """The text with e-mail addresses and long numbers, such as those of phones and cards, put out of sight."""
    return _NUMBER.sub("[number]", _EMAIL.sub("[e-mail]", text))
