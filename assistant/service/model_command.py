"""`tellwise model check`: what works with the configured model."""

from __future__ import annotations

import sys

import click

from assistant.config import Settings

NONE_SET = """No model is set: questions are read by the embedded engine alone, which needs none.
To add one, set TELLWISE_MODEL, TELLWISE_MODEL_URL for another server than OpenAI's, and TELLWISE_MODEL_KEY.
docs/models.md has five lines for each of OpenAI, Azure, Ollama, vLLM and llama.cpp."""


def check_model(settings: Settings) -> None:
    """Print what the model can do; exit status 1 when it cannot be reached."""
    from assistant.agent import open_client, probe

    client = open_client(settings)
    if client is None:
        click.echo(NONE_SET)
        return
    click.echo(f"{client.name} at {client.client.base_url}")
    try:
        found = probe(client)
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
