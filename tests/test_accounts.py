"""Accounts: first administrator, passwords, roles, what a role may do, and who acts where nobody signs in."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from assistant import accounts
from assistant.accounts import Accounts, Person, add_person, first_admin, is_own_machine, parse_attributes, people
from assistant.config import Settings
from assistant.errors import Forbidden, SettingsError
from assistant.people import LOCAL, RIGHTS, may, require
from assistant.service.cli import main
from assistant.service.serving import needs_login
from assistant.store import Store
from assistant.viewers import viewer_of
from semantic_layer import Viewer

SECRET = "correct horse battery"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store.open(Settings(home=tmp_path))
    yield opened
    opened.close()


def test_the_first_administrator_has_no_default_password(store: Store) -> None:
    made = first_admin(store, {})
    assert made is not None
    assert made[0] == "admin"
    assert len(made[1]) >= 16
    assert Accounts(store).knows(*made)
    assert first_admin(store, {}) is None
    assert people(store)[0].role == "admin"


def test_the_first_password_may_come_from_the_environment_and_is_not_told(store: Store) -> None:
    made = first_admin(store, {"TELLWISE_ADMIN_NAME": "ann", "TELLWISE_ADMIN_PASSWORD": SECRET})
    assert made == ("ann", "")
    assert Accounts(store).knows("ann", SECRET)


def test_passwords_are_kept_as_argon2_hashes_only(store: Store, tmp_path: Path) -> None:
    add_person(store, Person("bob", "viewer"), SECRET)
    bytes_kept = b"".join(path.read_bytes() for path in tmp_path.glob("state.db*"))
    assert SECRET.encode() not in bytes_kept
    assert b"$argon2id$" in bytes_kept
    assert not Accounts(store).knows("bob", SECRET + "x")
    assert not Accounts(store).knows("nobody", SECRET)


def test_after_five_wrong_passwords_nothing_is_tried_for_a_minute(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_person(store, Person("bob", "viewer"), SECRET)
    door, now = Accounts(store), [1000.0]
    monkeypatch.setattr(accounts, "monotonic", lambda: now[0])
    assert [door.knows("bob", "wrong") for _ in range(5)] == [False] * 5
    assert not door.knows("bob", SECRET)
    now[0] += 61
    assert door.knows("bob", SECRET)


@pytest.mark.parametrize(
    ("person", "password", "words"),
    [
        (Person("bob", "viewer"), "short", "too short"),
        (Person("ANN", "viewer"), SECRET, "already"),
        (Person("a b", "viewer"), SECRET, "no name to sign in with"),
        (Person("bob", "boss"), SECRET, "viewer, analyst, admin"),  # type: ignore[arg-type]  # as typed by a person
    ],
)
def test_what_cannot_be_an_account_is_said(store: Store, person: Person, password: str, words: str) -> None:
    add_person(store, Person("ann", "admin"), SECRET)
    with pytest.raises(SettingsError, match=words):
        add_person(store, person, password)
    assert [one.name for one in people(store)] == ["ann"]


def test_the_last_administrator_stays(store: Store) -> None:
    add_person(store, Person("ann", "admin"), SECRET)
    with pytest.raises(SettingsError, match="only administrator"):
        accounts.set_role(store, "ann", "viewer")
    with pytest.raises(SettingsError, match="only administrator"):
        accounts.remove_person(store, "ann")
    add_person(store, Person("bob", "admin"), SECRET)
    accounts.remove_person(store, "ann")
    with pytest.raises(Forbidden, match="does not exist any more"):
        Accounts(store).viewer("ann")


def test_a_change_counts_at_once(store: Store) -> None:
    add_person(store, Person("bob", "viewer", {"region": "North"}), SECRET)
    door = Accounts(store)
    assert door.viewer("bob") == Viewer("bob", frozenset({"viewer"}), {"region": "North"})
    accounts.set_role(store, "bob", "analyst")
    accounts.set_attributes(store, "bob", {})
    assert door.viewer("bob") == Viewer("bob", frozenset({"analyst"}), {})


def test_attributes_are_read_as_written() -> None:
    assert parse_attributes("region=North, level=3, shops=a|b") == {"region": "North", "level": 3, "shops": ["a", "b"]}
    assert accounts.written_attributes({"region": "North", "shops": ["a", "b"]}) == "region=North, shops=a|b"
    with pytest.raises(SettingsError, match="'North' is no attribute"):
        parse_attributes("North")


def test_rights_grow_with_the_role() -> None:
    for roles in RIGHTS.values():
        assert roles in ({"viewer", "analyst", "admin"}, {"analyst", "admin"}, {"admin"})
    assert may(LOCAL, "people")
    assert not may(Viewer("x", frozenset({"approver"})), "ask")
    with pytest.raises(Forbidden, match="bob may not do this: it needs the role analyst or admin"):
        require(Viewer("bob", frozenset({"viewer"})), "sql")


@pytest.mark.parametrize(
    ("host", "own"),
    [("127.0.0.1", True), ("127.8.0.1", True), ("::1", True), ("localhost", True), ("0.0.0.0", False), ("me", False)],
)
def test_only_this_machine_needs_no_password(host: str, own: bool, tmp_path: Path) -> None:
    assert is_own_machine(host) is own
    assert needs_login(Settings(home=tmp_path), host, login=False) is not own
    assert needs_login(Settings(home=tmp_path), host, login=True)


def test_a_fixed_viewer_and_signing_in_exclude_each_other(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="Leave out --as"):
        needs_login(Settings(home=tmp_path, viewer="ann"), "0.0.0.0", login=False)


def test_accounts_from_the_command_line(tmp_path: Path) -> None:
    def told(*words: str) -> str:
        result = CliRunner().invoke(main, ["--home", str(tmp_path), "people", *words])
        assert result.exit_code == 0, result.output
        return result.output

    assert "There are no accounts" in told("list")
    password = told("add", "ann", "--role", "admin").split()[-1]
    told("add", "bob", "--attributes", "region=North")
    told("role", "bob", "analyst")
    assert told("list").splitlines()[1].split() == ["bob", "analyst", "region=North"]
    store = Store.open(Settings(home=tmp_path))
    assert Accounts(store).knows("ann", password)
    store.close()
    viewer = viewer_of(Settings(home=tmp_path, viewer="bob"))
    assert viewer == Viewer("bob", frozenset({"analyst"}), {"region": "North"})
    told("remove", "bob")
    result = CliRunner().invoke(main, ["--home", str(tmp_path), "people", "remove", "bob"])
    assert result.exit_code == 1
    assert "There is no account 'bob'" in result.output
