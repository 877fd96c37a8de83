"""The people of a server: who may sign in, with which role, and what rules know of them.

Passwords are kept as Argon2id hashes (argon2-cffi's defaults: the low-memory profile of RFC 9106). There is no default
password: the first administrator's is made at the first start, or taken from the environment.
"""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from ipaddress import ip_address
from threading import Lock
from time import monotonic
from typing import TYPE_CHECKING, Any

from assistant.errors import Forbidden, SettingsError
from assistant.people import ROLES, Role
from semantic_layer import Viewer

if TYPE_CHECKING:
    from argon2 import PasswordHasher

    from assistant.store import Store

SHORTEST_PASSWORD = 10
MOST_TRIES, PAUSE = 5, 60.0
"""So many wrong passwords for a name in a row, then nothing is tried for so many seconds."""
ADMIN_VARIABLE, PASSWORD_VARIABLE = "TELLWISE_ADMIN_NAME", "TELLWISE_ADMIN_PASSWORD"
_NAME = re.compile(r"[\w.@+-]{1,80}")


@dataclass(frozen=True)
class Person:
    """An account: the name to sign in with, the role, and attributes that row rules compare with."""

    name: str
    role: Role
    attributes: Mapping[str, Any] = field(default_factory=dict[str, Any])
    added_by: str = ""
    added_at: datetime | None = None

    @property
    def viewer(self) -> Viewer:
        """The person as one who asks."""
        return Viewer(self.name, frozenset({self.role}), self.attributes)


def is_own_machine(host: str) -> bool:
    """Whether an address is reached from this machine alone."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


# --- reading


def people(store: Store) -> tuple[Person, ...]:
    """Every account by name."""
    from sqlalchemy import select

    from assistant.store import people_tables

    told = people_tables.person
    return tuple(_person(row) for row in store.rows(select(told).order_by(told.c.name)))


def person_named(store: Store, name: str) -> Person:
    """The account of a name; raises SettingsError when there is none."""
    for person in people(store):
        if person.name == name:
            return person
    raise SettingsError(f"There is no account {name!r}. `tellwise people list` tells which there are.")


def _person(row: Any) -> Person:
    return Person(row.name, row.role, json.loads(row.attributes), row.added_by, row.added_at)


# --- changing


def add_person(store: Store, person: Person, password: str) -> None:
    """Keep a new account; raises SettingsError for a name that is taken, or a password that is too short."""
    from assistant.store import people_tables

    _check_name(person.name)
    if any(one.name.casefold() == person.name.casefold() for one in people(store)):
        raise SettingsError(f"There is an account {person.name!r} already.")
    row = {
        "name": person.name, "role": _known(person.role), "attributes": _json(person.attributes),
        "password": _hashed(password), "added_by": store.by, "added_at": datetime.now(UTC).replace(tzinfo=None),
    }  # fmt: skip
    with store.writing() as connection:
        connection.execute(people_tables.person.insert().values(row))


def set_role(store: Store, name: str, role: Role) -> None:
    """Give an account another role; raises SettingsError when it would leave nobody to administer."""
    known = _known(role)
    if known != "admin":
        _keep_an_admin(store, name)
    _change(store, name, {"role": known})


def set_attributes(store: Store, name: str, attributes: Mapping[str, Any]) -> None:
    """What row rules know of a person from now on."""
    _change(store, name, {"attributes": _json(attributes)})


def set_password(store: Store, name: str, password: str) -> None:
    """Another password for an account; raises SettingsError when it is too short."""
    _change(store, name, {"password": _hashed(password)})


def remove_person(store: Store, name: str) -> None:
    """Take an account away; it can do nothing more from now on. Raises SettingsError for the last administrator."""
    from assistant.store import people_tables

    person_named(store, name)
    _keep_an_admin(store, name)
    told = people_tables.person
    with store.writing() as connection:
        connection.execute(told.delete().where(told.c.name == name))


def _change(store: Store, name: str, values: Mapping[str, str]) -> None:
    from assistant.store import people_tables

    person_named(store, name)
    told = people_tables.person
    with store.writing() as connection:
        connection.execute(told.update().where(told.c.name == name).values(dict(values)))


def _keep_an_admin(store: Store, name: str) -> None:
    admins = [person.name for person in people(store) if person.role == "admin"]
    if admins == [name]:
        raise SettingsError(f"{name!r} is the only administrator. Make another one first.")


def _check_name(name: str) -> None:
    if not _NAME.fullmatch(name):
        raise SettingsError(f"{name!r} is no name to sign in with: letters, digits and . @ + - _ make one.")


def _known(role: str) -> Role:
    for known in ROLES:
        if known == role:
            return known
    raise SettingsError(f"There is no role {role!r}. The roles are {', '.join(ROLES)}.")


def _json(attributes: Mapping[str, Any]) -> str:
    return json.dumps(dict(attributes), ensure_ascii=False, sort_keys=True)


def parse_attributes(text: str) -> dict[str, Any]:
    """Attributes written as `region=North, level=3`; several values with `|`. Raises SettingsError naming the part."""
    found: dict[str, Any] = {}
    for part in (part.strip() for part in text.split(",") if part.strip()):
        key, sign, value = part.partition("=")
        if not sign or not key.strip() or not value.strip():
            raise SettingsError(f"{part!r} is no attribute. Write name=value, several with commas: region=North.")
        values = [_value(one.strip()) for one in value.split("|")]
        found[key.strip()] = values if len(values) > 1 else values[0]
    return found


def _value(text: str) -> str | int:
    return int(text) if re.fullmatch(r"-?\d{1,15}", text) else text


def written_attributes(attributes: Mapping[str, Any]) -> str:
    """Attributes as `parse_attributes` reads them."""
    each = (value if isinstance(value, list | tuple) else [value] for value in attributes.values())
    return ", ".join(f"{key}={'|'.join(map(str, values))}" for key, values in zip(attributes, each, strict=True))


# --- signing in


def first_admin(store: Store, environ: Mapping[str, str]) -> tuple[str, str] | None:
    """(name, password) of the administrator that was made because there was nobody; None when there is somebody.

    The password is the one of TELLWISE_ADMIN_PASSWORD, then "" stands for it here; else a random one, to be shown once.
    """
    if people(store):
        return None
    given = environ.get(PASSWORD_VARIABLE, "")
    name, password = environ.get(ADMIN_VARIABLE, "") or "admin", given or secrets.token_urlsafe(12)
    add_person(store, Person(name, "admin"), password)
    return name, "" if given else password


class Accounts:
    """Who has signed in: checks passwords, and looks a person up anew at every request."""

    def __init__(self, store: Store):
        self._store = store
        self._wrong: dict[str, tuple[int, float]] = {}
        self._counting = Lock()

    def viewer(self, name: str) -> Viewer:
        """The person as one who asks; raises Forbidden when the account has been removed."""
        for person in people(self._store):
            if person.name == name:
                return person.viewer
        raise Forbidden(f"The account {name!r} does not exist any more.")

    def knows(self, name: str, password: str) -> bool:
        """Whether the password is that of the name; always no for a while after too many wrong ones."""
        if self._must_wait(name):
            return False
        is_right = _matches(self._hash(name), password)
        with self._counting:
            if is_right:
                self._wrong.pop(name, None)
            else:
                self._wrong[name] = (self._wrong.get(name, (0, 0.0))[0] + 1, monotonic())
        return is_right

    def _must_wait(self, name: str) -> bool:
        with self._counting:
            count, last = self._wrong.get(name, (0, 0.0))
            if count >= MOST_TRIES and monotonic() - last < PAUSE:
                return True
            if count >= MOST_TRIES:
                del self._wrong[name]
            return False

    def _hash(self, name: str) -> str:
        from sqlalchemy import select

        from assistant.store import people_tables

        told = people_tables.person
        rows = self._store.rows(select(told.c.password).where(told.c.name == name))
        return rows[0].password if rows else ""


def _hashed(password: str) -> str:
    if len(password) < SHORTEST_PASSWORD:
        raise SettingsError(f"The password is too short: at least {SHORTEST_PASSWORD} characters.")
    return _hasher().hash(password)


def _matches(hashed: str, password: str) -> bool:
    """Whether a password has this hash; as slow for a name that does not exist, so that names cannot be found out."""
    from argon2.exceptions import InvalidHashError, VerificationError

    if not hashed:
        _hasher().hash(password)
        return False
    try:
        return _hasher().verify(hashed, password)
    except (VerificationError, InvalidHashError):
        return False


def _hasher() -> PasswordHasher:
    from argon2 import PasswordHasher

    return PasswordHasher()
