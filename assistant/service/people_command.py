"""What `tellwise people` does: accounts of those who sign in."""

from __future__ import annotations

import json
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from assistant.config import Settings
from assistant.people import ROLES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from assistant.store import Store

PASSWORD_HELP = "Ask for the password instead of making one."


@click.group()
def people() -> None:
    """Accounts: who may sign in, and what they may do.

    \b
    viewer    asks, sees boards, alerts and the catalogue
    analyst   also writes SQL, reviews, edits boards and monitors, sees customers, evals and data
    admin     also loads data, approves definitions and keeps the accounts
    A person's attributes (region=North) are what row rules of the definitions compare with.
    """


@people.command("add")
@click.argument("name")
@click.option("--role", type=click.Choice(ROLES), default="viewer", show_default=True)
@click.option("--attributes", default="", help="What row rules know of the person: region=North, level=3.")
@click.option("--ask-password", is_flag=True, help=PASSWORD_HELP)
@click.pass_obj
def add(settings: Settings, name: str, role: str, attributes: str, ask_password: bool) -> None:
    """Add an account. A password is made and printed once, unless --ask-password."""
    from assistant.accounts import Person, add_person, parse_attributes

    password, told = _password(ask_password)
    with _opened(settings) as store:
        add_person(store, Person(name, role, parse_attributes(attributes)), password)  # type: ignore[arg-type]  # click has checked it
    click.echo(f"{name} may sign in as {role}.{told}")


@people.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
@click.pass_obj
def show(settings: Settings, as_json: bool) -> None:
    """List the accounts."""
    from assistant.accounts import people as every
    from assistant.accounts import written_attributes

    with _opened(settings) as store:
        found = every(store)
        if as_json:
            data = [{"name": one.name, "role": one.role, "attributes": dict(one.attributes)} for one in found]
            click.echo(json.dumps(data, indent=2, ensure_ascii=False))
        for one in () if as_json else found:
            click.echo(f"{one.name:24} {one.role:8} {written_attributes(one.attributes)}".rstrip())
        if not found and not as_json:
            click.echo("There are no accounts. Nobody has to sign in on this machine; add one with `people add NAME`.")


@people.command("role")
@click.argument("name")
@click.argument("role", type=click.Choice(ROLES))
@click.pass_obj
def role_of(settings: Settings, name: str, role: str) -> None:
    """Give NAME another ROLE; it counts from the next click on."""
    from assistant.accounts import set_role

    with _opened(settings) as store:
        set_role(store, name, role)  # type: ignore[arg-type]  # click has checked it
    click.echo(f"{name} is {role} now.")


@people.command("attributes")
@click.argument("name")
@click.argument("attributes")
@click.pass_obj
def attributes_of(settings: Settings, name: str, attributes: str) -> None:
    """Say what row rules know of NAME: "region=North, level=3"; "" for nothing."""
    from assistant.accounts import parse_attributes, set_attributes

    with _opened(settings) as store:
        set_attributes(store, name, parse_attributes(attributes))
    click.echo(f"The attributes of {name} are {attributes or 'none'} now.")


@people.command("password")
@click.argument("name")
@click.option("--ask-password", is_flag=True, help=PASSWORD_HELP)
@click.pass_obj
def password_of(settings: Settings, name: str, ask_password: bool) -> None:
    """Give NAME another password."""
    from assistant.accounts import set_password

    password, told = _password(ask_password)
    with _opened(settings) as store:
        set_password(store, name, password)
    click.echo(f"The password of {name} is another one now.{told}")


@people.command("remove")
@click.argument("name")
@click.pass_obj
def remove(settings: Settings, name: str) -> None:
    """Take the account of NAME away; it can do nothing more from now on."""
    from assistant.accounts import remove_person

    with _opened(settings) as store:
        remove_person(store, name)
    click.echo(f"{name} has no account any more.")


def _password(is_asked: bool) -> tuple[str, str]:
    """A password, and what to tell of it."""
    if is_asked:
        return click.prompt("Password", hide_input=True, confirmation_prompt=True), ""
    from secrets import token_urlsafe

    made = token_urlsafe(12)
    return made, f" The password, shown only now: {made}"


@contextmanager
def _opened(settings: Settings) -> Iterator[Store]:
    from assistant.learning import actor
    from assistant.store import Store

    store = Store.open(settings, actor(settings))
    try:
        yield store
    finally:
        store.close()
