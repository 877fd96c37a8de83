"""`tellwise model`: what works with the configured model, and what of it waits for approval."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from assistant.config import Settings
from assistant.errors import SettingsError

if TYPE_CHECKING:
    from assistant.answer import Approval, Decision
    from assistant.assistant import Assistant

NONE_SET = """No model is set: questions are read by the embedded engine alone, which needs none.
To add one, set TELLWISE_MODEL, TELLWISE_MODEL_URL for another server than OpenAI's, and TELLWISE_MODEL_KEY.
docs/models.md has five lines for each of OpenAI, Azure, Ollama, vLLM and llama.cpp."""
SHORT = 8
"""Letters of a thread's name that are printed, and enough to name it."""
ROWS = 20


@click.group()
def model() -> None:
    """A language model beside the embedded engine: what works with the one that is set, what waits for approval."""


@model.command("check")
@click.pass_obj
def check(settings: Settings) -> None:
    """Ask the configured model a few small things and say what works: shapes, JSON, tools, streams, token counts."""
    check_model(settings)


@model.command("waiting")
@click.pass_obj
def waiting(settings: Settings) -> None:
    """List the questions that wait because their model wants to run SQL."""
    assistant = _opened(settings)
    try:
        found = assistant.waiting()
    finally:
        assistant.close()
    for one in found:
        click.echo(f"{one.thread[:SHORT]}  {one.question}")
        for request in one.requests:
            click.echo(f"          {request.arguments.get('sql', request.tool)}")
    if not found:
        click.echo("Nothing waits.")


@model.command("decide")
@click.argument("thread")
@click.option("--approve", is_flag=True, help="Let it run as it is.")
@click.option("--sql", help="Let this run instead.")
@click.option("--reject", help="Do not let it run, and say why.")
@click.pass_obj
def decide(settings: Settings, thread: str, approve: bool, sql: str | None, reject: str | None) -> None:
    """Approve, change or reject what THREAD waits for, and print the answer."""
    from assistant.service.terminal import render

    decision = _decision(approve, sql, reject)
    assistant = _opened(settings)
    try:
        one = _found(assistant, thread)
        outcome = assistant.decide(one, [decision] * len(one.requests))
    finally:
        assistant.close()
    click.echo(render(outcome, ROWS, True, settings.locale))


def _opened(settings: Settings) -> Assistant:
    from assistant.assistant import Assistant

    if not settings.model:
        raise SettingsError("No model is set, so nothing of it can wait. Set TELLWISE_MODEL, as docs/models.md says.")
    return Assistant.open(settings)


def _decision(approve: bool, sql: str | None, reject: str | None) -> Decision:
    from assistant.answer import Decision

    if sum((approve, sql is not None, reject is not None)) != 1:
        raise click.UsageError("Give one of --approve, --sql and --reject.")
    if sql is not None:
        return Decision("edit", {"sql": sql})
    return Decision("approve") if approve else Decision("reject", message=reject or "")


def _found(assistant: Assistant, thread: str) -> Approval:
    found = [one for one in assistant.waiting() if one.thread.startswith(thread)]
    if len(found) != 1:
        told = "Nothing of yours waits" if not found else "More than one question waits"
        raise SettingsError(f"{told} under {thread!r}. `tellwise model waiting` lists them.")
    return found[0]


def check_model(settings: Settings) -> None:
    """Print what the model can do; exit status 1 when it cannot be reached."""
    from assistant.agent import open_client, probe

    client = open_client(settings)
    if client is None:
        click.echo(NONE_SET)
        return
    click.echo(f"{client.name} at {client.client.base_url}")
    try:
        found = probe(client, settings.model_embeddings)
    finally:
        client.close()
    for one in found:
        click.echo(f"  {'yes' if one.works else 'NO ':3}  {one.what:14} {one.seconds:6.2f} s  {one.detail}")
    ways = {one.what for one in found if one.works}
    if not ways:
        click.echo("The model cannot be used. Check the address, the name and the key.")
        sys.exit(1)
    held = "a strict schema" if "strict schema" in ways else "JSON mode" if "JSON mode" in ways else "its own good will"
    click.echo(f"Plans will be held to their shape by {held}; what does not keep to it is refused.")
    if not {"tools", "stream"} <= ways:
        click.echo("Questions of several steps need tools and streams; they are left to the embedded engine.")
