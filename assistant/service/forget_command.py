"""What `tellwise forget` does: tells what would be removed of a customer, removes it, and proves that it is gone."""

from __future__ import annotations

import getpass
import json
import sys
from dataclasses import asdict

import click

from assistant.config import Settings
from assistant.reading import forget_in_index
from assistant.store.forgetting import forget_in_store
from warehouse import Forgotten, forget, register_forgetter

EXIT_TRACES_LEFT = 1


def forget_customer(settings: Settings, customer: str, sure: bool, as_json: bool) -> None:
    """Rehearse, or forget when `sure`; ends with status 1 when files of the workspace still tell of the customer."""
    register_forgetter(forget_in_store)
    register_forgetter(forget_in_index)
    found = forget(settings.home, customer, by=getpass.getuser(), rehearse=not sure)
    click.echo(json.dumps(asdict(found), indent=2, ensure_ascii=False) if as_json else forgotten_text(found))
    if sure and found.remaining:
        sys.exit(EXIT_TRACES_LEFT)


def forgotten_text(found: Forgotten) -> str:
    """What was or would be done, as lines; what stays and what is left to do stands last."""
    verb = "Would be removed" if found.rehearsed else "Removed"
    lines = [f"{verb} of customer {found.customer_id}:"]
    lines += [f"  {one.place:32} {one.rows:>7,}  {one.how}" for one in found.removed]
    if found.shared:
        lines.append(f"Kept, because other customers have them too: {', '.join(found.shared)}.")
    if found.rehearsed:
        return "\n".join([*lines, "Nothing was changed. Run it again with --yes to forget them for good."])
    if found.remaining:
        told = [f"  {name}" for name in found.remaining]
        return "\n".join([*lines, "These files still tell of them; mend or delete them yourself:", *told])
    lines.append("Every file of the workspace was searched: no e-mail address, phone number or name of theirs is left.")
    return "\n".join([*lines, "Files that you load from are yours: take the customer out of them, too."])
