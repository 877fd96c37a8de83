"""How an OpenAI-compatible server is reached: the key from the environment, the address and patience from settings."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from assistant.agent.line import watch
from assistant.config import Settings

if TYPE_CHECKING:
    import openai

KEYS = ("TELLWISE_MODEL_KEY", "OPENAI_API_KEY")
FALLBACK_KEY = "TELLWISE_MODEL_FALLBACK_KEY"
NO_KEY = f"There is no key for OpenAI's server. Put it in {' or '.join(KEYS)}."
CONNECT_SECONDS = 1.5
"""A server that cannot be connected to for so long is away: the embedded engine goes on."""


@dataclass(frozen=True)
class Address:
    """A model and where it is: its name, the server's base address ("" is OpenAI's own), and seconds for a reply."""

    name: str
    url: str
    seconds: float
    is_fallback: bool = False


def addresses(settings: Settings) -> tuple[Address, ...]:
    """The model of the settings, and the one to turn to when it is away; none when none is set."""
    if not settings.model:
        return ()
    first = Address(settings.model, settings.model_url, settings.model_seconds)
    if not settings.model_fallback:
        return (first,)
    url = settings.model_fallback_url or settings.model_url
    return (first, Address(settings.model_fallback, url, settings.model_seconds, is_fallback=True))


def has_key(settings: Settings) -> bool:
    """Whether the server can be asked at all: OpenAI's own needs a key, others are left to say so themselves."""
    return bool(_key() or settings.model_url)


def connect(settings: Settings, retries: int) -> openai.OpenAI:
    """A client for the server of the settings, which asks again so many times after 429 and 5xx."""
    return connect_to(Address(settings.model, settings.model_url, settings.model_seconds), retries)


def connect_to(address: Address, retries: int) -> openai.OpenAI:
    """A client for a server, which asks again so many times after 429 and 5xx; its requests can be cut."""
    import httpx2
    import openai

    # a connection for each request, so that each belongs to one question and can be ended with it
    limits = httpx2.Limits(max_keepalive_connections=0)
    patience = httpx2.Timeout(address.seconds, connect=min(CONNECT_SECONDS, address.seconds))
    return openai.OpenAI(
        base_url=address.url or None,
        api_key=_key(fallback=address.is_fallback) or "none",  # local servers take any
        timeout=patience,
        max_retries=retries,
        http_client=openai.DefaultHttpxClient(limits=limits, event_hooks={"request": [watch]}),
    )


def _key(*, fallback: bool = False) -> str:
    names = (FALLBACK_KEY, *KEYS) if fallback else KEYS
    return next((os.environ[name] for name in names if os.environ.get(name)), "")
