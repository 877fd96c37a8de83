"""The systems by the name that `--system` takes, and how each is opened over a database."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from assistant.config import Settings
from evals.databases import Prepared
from evals.runner import Opened

Open = Callable[[Prepared], Opened]


@dataclass(frozen=True)
class SystemKind:
    """One sort of system.

    `door` takes the settings of the run and gives what opens the system over a database; it raises RunError when the
    settings lack something. `label` is what reports call it. `identity` tells two differently set up systems of the
    sort apart, so that a run is only resumed by the same one. `compiled` tells that its SQL is compiled by the product,
    not written by a model; `paid` that its answers cost money.
    """

    door: Callable[[Settings], Open]
    label: Callable[[Settings], str]
    identity: Callable[[Settings], str]
    compiled: bool
    paid: bool


def _embedded(settings: Settings) -> Open:
    """The embedded engine; only the workspace's own settings count."""
    from evals.systems.embedded import Embedded

    del settings

    def opened(prepared: Prepared) -> Opened:
        system = Embedded(prepared)
        return Opened(system, system.compiler)

    return opened


def _plain_sql(settings: Settings) -> Open:
    """One call of a chat model that sees the tables and writes SQL; no definitions, no semantic layer."""
    from evals.systems.chat_model import open_model, require_model
    from evals.systems.plain_sql import PlainSQL

    require_model(settings)
    return lambda prepared: Opened(PlainSQL(prepared, open_model(settings)))


def _with_model(settings: Settings) -> Open:
    """The product with the model of the settings behind it."""
    from evals.systems.chat_model import require_model
    from evals.systems.with_model import WithModel

    require_model(settings)

    def opened(prepared: Prepared) -> Opened:
        system = WithModel(prepared, settings)
        return Opened(system, system.compiler)

    return opened


def _with_model_label(settings: Settings) -> str:
    return f"all roads with {settings.model}"


def _plain_sql_label(settings: Settings) -> str:
    return f"plain SQL by {settings.model}"


def _model_identity(settings: Settings) -> str:
    return f"{settings.model} at {settings.model_url}"


SYSTEMS = {
    "embedded": SystemKind(_embedded, lambda _: "embedded", lambda _: "", compiled=True, paid=False),
    "model": SystemKind(_with_model, _with_model_label, _model_identity, compiled=True, paid=True),
    "plain-sql": SystemKind(_plain_sql, _plain_sql_label, _model_identity, compiled=False, paid=True),
}
