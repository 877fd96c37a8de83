"""One chat completion of any OpenAI-compatible server, with what it cost."""

from __future__ import annotations

import importlib.util
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from assistant.agent import KEYS, NO_KEY, connect, has_key
from assistant.config import Settings
from evals.errors import EvalError, ModelUnavailableError, RunError
from evals.system import Usage

if TYPE_CHECKING:
    import openai

RETRIES = 4
MILLION = 1_000_000


@dataclass(frozen=True)
class Prices:
    """US dollars per million tokens, in and out; both 0 when they are not known."""

    tokens_in: float = 0.0
    tokens_out: float = 0.0

    def of(self, tokens_in: int, tokens_out: int) -> float:
        """What the tokens cost."""
        return (tokens_in * self.tokens_in + tokens_out * self.tokens_out) / MILLION


@dataclass(frozen=True)
class Message:
    """One message of a chat; `role` is system, user or assistant."""

    role: str
    content: str


@dataclass(frozen=True)
class Completion:
    """What the model said, and what it cost."""

    text: str
    usage: Usage


class CompletionFailedError(EvalError):
    """The model gave nothing usable for this one prompt; `passing` when asking again may go better."""

    def __init__(self, code: str, sentence: str, usage: Usage, *, passing: bool):
        super().__init__(sentence)
        self.code, self.usage, self.passing = code, usage, passing


class ChatModel:
    """A model behind an OpenAI-compatible address; safe to be used from several threads."""

    def __init__(self, name: str, client: openai.OpenAI, prices: Prices):
        self.name, self._client, self._prices = name, client, prices

    def complete(self, messages: Sequence[Message]) -> Completion:
        """The model's reply to the messages.

        The client itself asks again after 429 and 5xx. Raises ModelUnavailableError when the server cannot be used at
        all, CompletionFailedError when this prompt alone went wrong.
        """
        import openai

        written: Any = [{"role": message.role, "content": message.content} for message in messages]
        try:
            found = self._client.chat.completions.create(model=self.name, messages=written)
        except (openai.BadRequestError, openai.UnprocessableEntityError) as error:
            raise CompletionFailedError("REQUEST_REFUSED", _said(error), Usage(), passing=False) from error
        except (openai.InternalServerError, openai.APITimeoutError, openai.APIResponseValidationError) as error:
            raise CompletionFailedError("MODEL_FAILED", _said(error), Usage(calls=1), passing=True) from error
        except openai.APIError as error:
            raise ModelUnavailableError(f"The model {self.name} cannot be used: {_said(error)}.") from error
        except ValueError as error:  # a body that is no JSON, or one cut short
            raise CompletionFailedError("MODEL_FAILED", str(error), Usage(calls=1), passing=True) from error
        return self._read(found)

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def _read(self, found: Any) -> Completion:
        """The text and the price of a completion; one cut short is a failure, not an answer."""
        usage = self._usage(getattr(found, "usage", None))
        choices = getattr(found, "choices", None)
        if not choices:
            raise CompletionFailedError("MODEL_FAILED", "The server's reply holds no message.", usage, passing=True)
        text, reason = choices[0].message.content or "", choices[0].finish_reason
        if reason not in ("stop", None):
            sentence = f"The reply ended with {reason!r} before its end."
            raise CompletionFailedError("REPLY_CUT", sentence, usage, passing=False)
        return Completion(text, usage)

    def _usage(self, told: Any) -> Usage:
        """Tokens as the server counted them; 0 when it does not count."""
        tokens_in = int(getattr(told, "prompt_tokens", 0) or 0)
        tokens_out = int(getattr(told, "completion_tokens", 0) or 0)
        return Usage(1, tokens_in, tokens_out, self._prices.of(tokens_in, tokens_out))


def _said(error: Exception) -> str:
    """The error's own words, short."""
    return " ".join(str(error).split())[:300].rstrip(".")


def require_model(settings: Settings) -> None:
    """Nothing when a model can be opened; raises RunError when none is set, or the package for it is missing."""
    if not settings.model:
        raise RunError(
            "No model is set. Give --model NAME (or TELLWISE_MODEL), for another server than OpenAI's also --model-url "
            f"(or TELLWISE_MODEL_URL), and its key in {' or '.join(KEYS)}."
        )
    if importlib.util.find_spec("openai") is None:
        raise RunError("Models need the package openai: pip install 'tellwise[agent]'.")
    if not has_key(settings):
        raise RunError(NO_KEY)


def open_model(settings: Settings) -> ChatModel:
    """The model of the settings, which `require_model` has looked at."""
    prices = Prices(settings.model_price_in, settings.model_price_out)
    return ChatModel(settings.model, connect(settings, RETRIES), prices)
