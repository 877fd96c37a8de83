"""How an OpenAI-compatible server is reached: the key from the environment, the address and patience from settings."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from assistant.config import Settings

if TYPE_CHECKING:
    import openai

KEYS = ("TELLWISE_MODEL_KEY", "OPENAI_API_KEY")
NO_KEY = f"There is no key for OpenAI's server. Put it in {' or '.join(KEYS)}."


def has_key(settings: Settings) -> bool:
    """Whether the server can be asked at all: OpenAI's own needs a key, others are left to say so themselves."""
    return bool(_key() or settings.model_url)


def connect(settings: Settings, retries: int) -> openai.OpenAI:
    """A client for the server of the settings, which asks again so many times after 429 and 5xx."""
    import openai

    return openai.OpenAI(
        base_url=settings.model_url or None,
        api_key=_key() or "none",  # local servers take any
        timeout=settings.model_seconds,
        max_retries=retries,
    )


def _key() -> str:
    return next((os.environ[name] for name in KEYS if os.environ.get(name)), "")
