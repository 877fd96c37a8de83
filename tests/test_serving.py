"""How the page ends, and what is left of the files that were on their way to a browser."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

from assistant.ui.scratch import AN_HOUR, cache_folder, place_of_one
from tests.browser import ROOT

WAITING = """
import signal
from assistant.service.serving import stopping_in_order
from assistant.ui.scratch import cache_folder, place_of_one
with stopping_in_order():
    try:
        (cache_folder() / "copy.csv").write_text("C1")
        (place_of_one() / "customers.csv").write_text("C1")
        print(cache_folder().parent, flush=True)
        signal.pause()
    finally:
        print("closed", flush=True)
"""


@pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP"])
def test_a_page_that_is_told_to_stop_closes_what_is_open_and_leaves_no_lists_behind(name: str) -> None:
    command = [sys.executable, "-c", WAITING]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        folder = Path(process.stdout.readline().strip())
        assert (folder / "cache" / "copy.csv").exists()
        process.send_signal(getattr(signal, name))
        said, errors = process.communicate(timeout=20)
    assert (said, errors) == ("closed\n", "")
    assert process.returncode == -getattr(signal, name)
    assert not folder.exists()


def test_files_on_their_way_are_this_users_alone() -> None:
    folder = cache_folder().parent
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_a_file_that_was_offered_long_ago_is_removed_with_the_next() -> None:
    old, fresh = place_of_one(), place_of_one()
    (old / "customers.csv").write_text("C1")
    long_ago = time.time() - AN_HOUR - 60
    os.utime(old, (long_ago, long_ago))
    place_of_one()
    assert not old.exists()
    assert fresh.exists()
