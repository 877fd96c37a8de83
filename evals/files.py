"""Files written whole: whoever reads one finds the old text or the new one, never a part, also after a kill."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from pathlib import Path

from evals.errors import RunError


def write_whole(path: Path, text: str, check: Callable[[Path], object] = lambda _: None) -> None:
    """The text as the file's content, put in its place in one step after `check` has seen it beside.

    Raises RunError when it cannot be written, and whatever `check` raises; the file is then as it was.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(
            "w", encoding="utf-8", dir=path.parent, prefix=f".{path.stem}-", suffix=path.suffix, delete=False
        ) as stream:
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())
        beside = Path(stream.name)
        try:
            check(beside)
            beside.chmod(path.stat().st_mode & 0o777 if path.exists() else 0o666 & ~_umask())
            os.replace(beside, path)
        finally:
            beside.unlink(missing_ok=True)
    except OSError as error:
        raise RunError(f"{path} cannot be written: {error.strerror}.") from error


def _umask() -> int:
    """The process's mask for new files; it can only be read by setting it."""
    mask = os.umask(0)
    os.umask(mask)
    return mask
