"""What the README tells a newcomer to type, typed: from the clone to the first alert."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
TELLS = {  # what each command must say; every `tellwise` line of the block has its own
    "tellwise demo": r"records of people are [\d,]+ customers",
    "tellwise ask": r"Net revenue by month .*€[\d,]{5,}[\s\S]*Read as: Net revenue · by month",
    "tellwise monitor add": r"It would have fired \d+ times in the last year[\s\S]*Added to \S+monitors\.yml",
    "tellwise monitor run": r"[1-9]\d* new, 0 over",
    "tellwise monitor incidents": r"\n?.*open\s+Refunds rose above 10",
}


def commands() -> list[str]:
    """The lines of the README's block for newcomers, without the one that installs."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    found = re.search(r"^## From clone to the first alert\n.*?^```sh\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    assert found is not None
    return [line for line in found[1].splitlines() if not line.startswith("make ")]


@pytest.mark.deep
def test_the_newcomers_commands_lead_to_an_alert(tmp_path: Path) -> None:
    given = ("PATH", "LANG", "PYTHONPATH")
    surroundings = {name: os.environ[name] for name in given if name in os.environ} | {"HOME": str(tmp_path)}
    surroundings["PATH"] = f"{Path(sys.executable).parent}:{surroundings['PATH']}"
    set_up, heard = list[str](), set[str]()
    for line in commands():
        if line.startswith("export "):
            set_up.append(line)
            continue
        done = subprocess.run(
            ["bash", "-c", "\n".join([*set_up, line])], cwd=ROOT, env=surroundings, capture_output=True, text=True
        )
        assert done.returncode == 0, f"{line}\n{done.stderr}"
        name = next(name for name in TELLS if line.startswith(name))
        assert re.search(TELLS[name], done.stdout + done.stderr), f"{line}\n{done.stdout}\n{done.stderr}"
        heard.add(name)
    assert heard == set(TELLS)
