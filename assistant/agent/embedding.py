"""Embeddings by a provider, where the settings name a model for them: names of the definitions and masked questions."""

from __future__ import annotations

import time
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from assistant.agent.audit import Call, masked
from assistant.agent.client import ModelClient, tokens_of
from assistant.agent.likeness import Embed
from assistant.agent.line import LineEnded

LOT, REMEMBERED = 500, 8
"""Texts in one request; requests whose vectors are kept."""


def provided(client: ModelClient, name: str) -> Embed:
    """Vectors by the embedding model of that name at the client's server; each request is charged and written down.

    They raise ModelUnavailable when it cannot be used, Stopped when the person stopped the question.
    """

    @lru_cache(maxsize=REMEMBERED)  # a question is compared with metrics and with fields
    def embed(texts: tuple[str, ...]) -> Any:
        import numpy as np

        lots = [texts[at : at + LOT] for at in range(0, len(texts), LOT)]
        vectors = np.array([vector for lot in lots for vector in _vectors(client, name, lot)], dtype=np.float32)
        return vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)

    return lambda texts: embed(tuple(texts))


def _vectors(client: ModelClient, name: str, texts: Sequence[str]) -> list[list[float]]:
    import httpx2
    import openai

    client.require_budget()
    sent, began = [masked(text) for text in texts], time.perf_counter()
    try:
        found = client.client.embeddings.create(model=name, input=sent, encoding_format="float")
    except (LineEnded, openai.APIError, httpx2.HTTPError, ValueError) as error:
        raise client.failed(error) from error
    told = [{"role": "embeddings", "content": "\n".join(sent)}]
    tokens = int(found.usage.prompt_tokens) if found.usage else tokens_of(None, told, "")[0]
    milliseconds = (time.perf_counter() - began) * 1000
    client.charge(Call(name, told, "", tokens, 0, client.dollars_of(tokens, 0), milliseconds, "stop"))
    return [one.embedding for one in sorted(found.data, key=lambda one: one.index)]
