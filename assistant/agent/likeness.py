"""How alike texts are in meaning: by static word embeddings that come with their package, or by those of a provider.

The former need no network and milliseconds. Without the package `wordllama` (extra `agent`) nothing is alike, and names
are found by their words alone.
"""

from __future__ import annotations

import importlib.util
import threading
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np

Embed = Callable[[Sequence[str]], "np.ndarray[Any, Any]"]
"""Vectors of length 1 for texts, a row each."""
_LOADING = threading.Lock()


class Likeness:
    """A set of texts; finds those that a question is most like. Made once, safe for several threads."""

    def __init__(self, texts: Sequence[str], embed: Embed | None = None):
        self._embed = embed or _local()
        self._embedded = self._embed(texts) if self._embed and texts else None

    def best(self, question: str, most: int) -> tuple[tuple[int, float], ...]:
        """(position of a text, cosine of its angle to the question) of the most alike, best first."""
        import numpy as np

        if self._embedded is None or self._embed is None:
            return ()
        scores = self._embedded @ self._embed([question])[0]
        most = min(most, len(scores))
        top = np.argpartition(-scores, most - 1)[:most]
        return tuple((int(at), float(scores[at])) for at in sorted(top, key=lambda at: -scores[at]))


@cache
def _loaded() -> Any:
    if importlib.util.find_spec("wordllama") is None:
        return None
    import wordllama

    # the package looks for its own files in the wrong folder unless it is told where it is
    return wordllama.WordLlama.load(disable_download=True, cache_dir=Path(wordllama.__file__).parent)


def _local() -> Embed | None:
    with _LOADING:
        model = _loaded()
    return (lambda texts: model.embed(list(texts), norm=True)) if model else None
