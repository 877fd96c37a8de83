"""Where files lie on their way to and from a browser: one folder that only this user may read, gone when the page ends.

Lists of customers are among them, so they are not left to the folder that all users of a machine share.
"""

from __future__ import annotations

import shutil
import time
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import uuid4

AN_HOUR = 3600.0


@cache
def _kept() -> TemporaryDirectory[str]:
    """The folder of this process; it is removed with everything in it when the process ends."""
    return TemporaryDirectory(prefix="tellwise-", ignore_cleanup_errors=True)


def removed() -> None:
    """Nothing is left of the folder; without this it goes when Python ends by itself."""
    if _kept.cache_info().currsize:
        _kept().cleanup()


def cache_folder() -> Path:
    """Where Gradio keeps its copies of what is sent and fetched."""
    folder = Path(_kept().name) / "cache"
    folder.mkdir(exist_ok=True)
    return folder


def place_of_one(age: float = AN_HOUR) -> Path:
    """A new, empty directory for one file; what has lain in others for longer than `age` seconds is removed.

    Gradio copies a file at once when it is offered, so the first one is of no use later.
    """
    files = Path(_kept().name) / "files"
    files.mkdir(exist_ok=True)
    _sweep(files, time.time() - age)
    place = files / uuid4().hex
    place.mkdir()
    return place


def _sweep(files: Path, since: float) -> None:
    for place in files.iterdir():
        try:
            is_old = place.stat().st_mtime < since
        except FileNotFoundError:  # swept by another request
            continue
        if is_old:
            shutil.rmtree(place, ignore_errors=True)
