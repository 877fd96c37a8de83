"""Delivery to a web server and a mail server on this machine: the right messages, none twice, none lost."""

from __future__ import annotations

import base64
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from pathlib import Path

import pytest

from assistant.config import Settings
from assistant.errors import SettingsError, StoreError
from assistant.monitor.delivery import NotDelivered, Post, Sent, deliver, send_test
from assistant.monitor.delivery_channels import Channel, Quiet, add_channel, read_channels, remove_channel
from assistant.monitor.delivery_messages import LONGEST, Message, Section
from assistant.monitor.digest import Writer, queue_alerts, queue_digests
from assistant.monitor.incidents import acknowledge, open_incident, reopen, resolve, snooze, withdraw
from assistant.monitor.outbox import Note, claim, parcels, put, retry
from assistant.monitor.records import Driver, Evidence, Finding, Track
from assistant.store import Store
from tests.receivers import Mail, Web, mail_receiver, web_receiver

DAY = date(2026, 6, 30)
NOON = datetime(2026, 6, 30, 12, 0)
STARTS = tuple(DAY - timedelta(days=back) for back in range(27, -1, -1))
TRACK = Track(STARTS, *(tuple(level + n % 7 for n in range(28)) for level in (100.0, 101.0, 90.0, 112.0)))


@dataclass
class Rights:
    """Readers that see what is said here, without any data."""

    seen: str = "all"

    def sight(self, reader: str, found: Finding) -> str:
        del found
        return self.seen if reader else "all"


@dataclass
class World:
    """A store, a channel, and the time, which stands still until it is moved."""

    store: Store
    settings: Settings
    channel: Channel
    rights: Rights
    now: datetime = NOON

    def fill(self) -> None:
        queue_alerts(self.store, [self.channel], DAY, self.now)
        queue_digests(self.store, [self.channel], DAY, self.now)

    def post(self) -> Post:
        writer = Writer(self.store, self.settings, self.rights, (self.channel,))  # type: ignore[arg-type]  # Rights stand for readers
        return Post((self.channel,), writer.compose, "tester", lambda: self.now, lambda _: None)

    def deliver(self) -> Sent:
        return deliver(self.store, self.post())

    def turn(self) -> Sent:
        self.fill()
        return self.deliver()


@pytest.fixture(scope="module")
def web_server() -> Iterator[Web]:
    with web_receiver() as kept:
        yield kept


@pytest.fixture
def web(web_server: Web) -> Web:
    for kept in (web_server.headers, web_server.bodies, web_server.replies):
        kept.clear()
    return web_server


@pytest.fixture
def mail() -> Iterator[Mail]:
    with mail_receiver() as kept:
        yield kept


@pytest.fixture(scope="module")
def empty_state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with its tables, made once."""
    home = tmp_path_factory.mktemp("state")
    Store.open(Settings(home=home)).close()
    return home / "state.db"


@pytest.fixture
def world(tmp_path: Path, web: Web, empty_state: Path) -> Iterator[World]:
    shutil.copy(empty_state, tmp_path / "state.db")
    settings = Settings(home=tmp_path, public_url="https://tell.example.com/")
    store = Store.open(settings, "monitor")
    world = World(store, settings, Channel("team", web.url), Rights())
    world.turn()  # a new channel begins with what comes from now on
    yield world
    store.close()


def finding(title: str = "Orders fell by half in North", severity: str = "high", **more: object) -> Finding:
    evidence = Evidence(
        sql="SELECT 1", question="orders by region", drivers=(Driver("North gave -120", "North", -120.0),)
    )
    made = Finding(f"m{title}", title.replace(" ", "_"), "spike", "down", DAY, DAY, severity=severity, title=title,  # type: ignore[arg-type]  # severities in words
                   sentence="120 orders; 230 to 260 were expected.", evidence=evidence)  # fmt: skip
    return replace(made, **more)  # type: ignore[arg-type]  # fields by name


def drawn(found: Finding) -> Finding:
    """The finding with what a picture is drawn from."""
    return replace(found, evidence=replace(found.evidence, track=TRACK))


def test_an_urgent_alert_comes_once_with_its_evidence(world: World, web: Web) -> None:
    opened = open_incident(world.store, drawn(finding()), DAY)
    assert world.turn().sent == 1
    assert world.turn().sent == 0
    (body,) = web.bodies
    assert body["title"] == "Orders fell by half in North"
    for part in ("230 to 260", "North gave -120", "SELECT 1", "https://tell.example.com/?ask=orders%20by%20region"):
        assert part in body["message"]
    assert f"https://tell.example.com/alerts?incident={opened.id}" in body["message"]
    (picture,) = body["attachments"]
    assert base64.b64decode(picture["base64"]).startswith(b"\x89PNG")
    assert web.keys == [f"alert:{opened.id}:0:team"]


def test_mail_has_words_picture_and_key_and_runs_nothing_of_the_data(world: World, mail: Mail) -> None:
    world.channel = replace(world.channel, url=mail.url)
    open_incident(world.store, drawn(finding("Orders fell in <script>x</script>")), DAY)
    assert world.turn().sent == 1
    (message,) = mail.messages
    (html,) = [part.get_content() for part in message.walk() if part.get_content_type() == "text/html"]
    assert "&lt;script&gt;" in html
    assert "<script" not in html
    assert message["X-Tellwise-Message"].startswith("alert:")
    assert [part.get_content_type() for part in message.walk() if part.get_filename()] == ["image/png"]


def test_what_can_wait_comes_with_the_digest_ranked_and_cut(world: World, web: Web) -> None:
    for number in range(7):
        open_incident(world.store, finding(f"Change {number}", "medium", worth=float(number)), DAY)
    assert world.turn().sent == 0
    world.now = NOON + timedelta(hours=19)
    assert world.turn().sent == 0
    world.now = NOON + timedelta(hours=20)  # eight in the morning
    assert world.turn().sent == 1
    assert world.turn().sent == 0
    (told,) = [one["message"] for one in web.bodies]
    places = [told.find(f"Change {number}") for number in (6, 5, 4, 3, 2)]
    assert places == sorted(places)
    assert min(places) >= 0
    assert "Change 1\n" not in told
    assert "And 2 more" in told
    assert "30 Jun 2026" in web.titles[0]


def test_messages_are_in_the_readers_language(world: World, web: Web) -> None:
    world.settings = replace(world.settings, locale="de")
    open_incident(world.store, replace(finding("Umsatz gefallen", "medium"), sentence="Der Umsatz fiel."), DAY)
    world.fill()
    world.now = NOON + timedelta(hours=20)
    world.turn()
    assert web.titles[0] == "Tellwise-Tagesbericht, Daten bis 30. Juni 2026"
    told = web.bodies[0]["message"]
    assert told.startswith("Umsatz gefallen\nDer Umsatz fiel.")
    assert "Übernehmen, zurückstellen oder sagen, dass es erwartet war" in told
    assert "Alle Meldungen" in told


def test_a_day_without_news_has_no_digest_but_a_week_has(world: World, web: Web) -> None:
    world.now = NOON + timedelta(days=1)
    assert world.turn().sent == 0
    world.channel = replace(world.channel, digest="weekly")
    world.now = NOON + timedelta(days=8)
    assert world.turn().sent == 1
    assert "Nothing out of the ordinary" in web.bodies[0]["message"]


def test_days_that_were_slept_through_have_one_digest(world: World, web: Web) -> None:
    for number in range(3):
        open_incident(world.store, finding(f"Change {number}", "low"), DAY)
    world.now = NOON + timedelta(days=4)
    assert world.turn().sent == 1
    assert all(f"Change {number}" in web.bodies[0]["message"] for number in range(3))


@pytest.mark.parametrize("first", [datetime(2026, 3, 27, 20), datetime(2026, 10, 23, 20)])
@pytest.mark.parametrize("hour", [2, 8])
def test_nights_of_23_and_25_hours_have_one_digest_each(world: World, web: Web, first: datetime, hour: int) -> None:
    world.channel = replace(world.channel, name="berlin", time_zone="Europe/Berlin", hour=hour)
    world.now = first
    world.turn()
    for number in range(1, 73, 3):
        world.now = first + timedelta(hours=number)
        if number % 24 == 1:
            open_incident(world.store, finding(f"Change {number}", "low"), DAY)
        world.turn()
    assert len(web.bodies) == 3
    assert len(set(web.keys)) == 3


def test_a_service_that_is_busy_gets_it_later_and_once(world: World, web: Web) -> None:
    web.replies += [429, 503]
    open_incident(world.store, finding(), DAY)
    assert world.turn().failed == 1
    (waiting,) = parcels(world.store, ("waiting",))
    assert "429" in waiting.error
    assert world.turn().sent == 0
    world.now += timedelta(seconds=31)
    assert world.turn().failed == 1
    world.now += timedelta(seconds=61)
    assert world.turn().sent == 1
    assert len(web.bodies) == 1


def test_after_a_day_of_trying_it_has_failed_and_can_be_sent_by_hand(world: World, web: Web) -> None:
    web.replies += [500] * 30
    open_incident(world.store, finding(), DAY)
    world.fill()
    for _ in range(40):
        world.now += timedelta(hours=1)
        world.deliver()
    (failed,) = parcels(world.store, ("failed",))
    assert failed.attempts == 30
    with pytest.raises(StoreError, match="outbox"):
        retry(world.store, "", world.now)
    retry(world.store, failed.id[:8], world.now)
    assert world.deliver().sent == 1


def test_quiet_hours_hold_and_then_let_go(world: World, web: Web) -> None:
    world.channel = replace(world.channel, time_zone="America/New_York", quiet=Quiet(time(20), time(7)))
    open_incident(world.store, finding(), DAY)
    world.now = datetime(2026, 7, 1, 3)  # eleven in the evening there
    queue_alerts(world.store, [world.channel], DAY, world.now)
    assert world.deliver().put_off == 1
    world.now = datetime(2026, 7, 1, 10, 59)
    assert world.deliver() == Sent()
    world.now = datetime(2026, 7, 1, 11)
    assert world.deliver().sent == 1


def test_what_is_urgent_may_break_the_quiet(world: World) -> None:
    quiet = replace(world.channel, quiet=Quiet(time(0), time(23, 59)), urgent_in_quiet=True)
    assert quiet.quiet_until(NOON, "high") is None
    assert quiet.quiet_until(NOON, "medium") == datetime(2026, 6, 30, 23, 59)


def test_more_than_an_hour_takes_wait_and_none_is_lost(world: World, web: Web) -> None:
    world.channel = replace(world.channel, most_per_hour=2)
    for number in range(5):
        open_incident(world.store, finding(f"Change {number}"), DAY)
    assert world.turn().sent == 2
    for expected in (4, 5):
        world.now += timedelta(minutes=61)
        world.deliver()
        assert len(web.bodies) == expected
    assert len(set(web.keys)) == 5


def test_what_was_taken_back_or_snoozed_before_it_was_told_is_not_told(world: World, web: Web) -> None:
    first = open_incident(world.store, finding("One"), DAY)
    second = open_incident(world.store, finding("Two"), DAY)
    world.fill()
    withdraw(world.store, first.id, DAY, "Data arrived.")
    snooze(world.store, second.id)
    assert world.turn().withheld == 3
    assert not web.bodies


def test_recovery_and_relapse_are_told_where_the_alert_was(world: World, web: Web) -> None:
    opened = open_incident(world.store, finding(), DAY)
    world.turn()
    acknowledge(world.store, opened.id)
    resolve(world.store, opened.id, DAY)
    world.turn()
    reopen(world.store, opened.id, finding(), DAY)
    world.turn()
    withdraw(world.store, opened.id, DAY, "Data arrived.")
    world.turn()
    title = "Orders fell by half in North"
    assert web.titles == [title, f"Over: {title}", f"Again: {title}", f"Taken back: {title}"]


def test_after_a_pause_what_goes_on_is_told_and_what_is_over_waits_for_the_digest(world: World, web: Web) -> None:
    open_incident(world.store, finding("Goes on"), DAY - timedelta(days=6))
    over = open_incident(world.store, finding("Came and went"), DAY - timedelta(days=6))
    resolve(world.store, over.id, DAY - timedelta(days=4))
    assert world.turn().sent == 1
    assert web.titles == ["Goes on"]
    world.now += timedelta(days=1)
    assert world.turn().sent == 1
    assert "Over: Came and went" in web.bodies[1]["message"]


def test_alerts_go_where_their_monitor_says(world: World, web: Web) -> None:
    other = Channel("other", web.url, only_named=True)
    open_incident(world.store, finding("For all"), DAY)
    open_incident(world.store, finding("For the other", channel="other"), DAY)
    open_incident(world.store, finding("For nobody", channel="gone"), DAY)
    queue_alerts(world.store, [world.channel, other], DAY, NOON)
    places = {one.key.split(":")[1]: one.channel for one in parcels(world.store)}
    assert sorted(places.values()) == ["other", "team", "team"]


@pytest.mark.parametrize(("seen", "told"), [("all", True), ("number", False), ("nothing", None)])
def test_a_reader_gets_what_the_rights_allow(world: World, web: Web, seen: str, told: bool | None) -> None:
    world.rights.seen = seen
    world.channel = replace(world.channel, reader="ann")
    open_incident(world.store, drawn(finding()), DAY)
    sent = world.turn()
    assert (sent.sent, sent.withheld) == ((0, 1) if told is None else (1, 0))
    for body in web.bodies:
        assert ("North gave" in body["message"]) is told
        assert ("SELECT" in body["message"]) is told
        assert bool(body["attachments"]) is told
    world.now += timedelta(days=1)
    assert world.turn().sent == (0 if told is None else 1)


SENDER = """
import os, signal, sys
from datetime import datetime, timedelta
from pathlib import Path
from assistant.config import Settings
from assistant.monitor import delivery
from assistant.monitor.delivery import Message, Post, Section, deliver
from assistant.monitor.delivery_channels import Channel
from assistant.store import Store

home, url, what = Path(sys.argv[1]), sys.argv[2], sys.argv[3]
store = Store.open(Settings(home=home), what)
channels = (Channel("team", url, most_per_hour=1000),)
really = delivery.send

def send(channel, message, key):
    if what == "dies before":
        os.kill(os.getpid(), signal.SIGKILL)
    really(channel, message, key)
    if what == "dies after":
        os.kill(os.getpid(), signal.SIGKILL)

delivery.send = send
now = datetime(2026, 6, 30, 12) + timedelta(minutes=float(sys.argv[4]))
compose = lambda parcel, channel: Message(parcel.key, (Section("x"),))
print(deliver(store, Post(channels, compose, what, lambda: now, lambda _: None)).sent)
"""


def sender(world: World, web: Web, what: str, minutes: float = 0) -> subprocess.Popen[str]:
    command = [sys.executable, "-W", "ignore", "-c", SENDER, str(world.settings.home), web.url, what, str(minutes)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parent.parent)


def put_in(world: World, count: int) -> None:
    with world.store.writing() as connection:
        put(connection, [Note(f"k{number}", "team", "note", {}) for number in range(count)], NOON)


@pytest.mark.deep
@pytest.mark.parametrize(("what", "requests"), [("dies before", 1), ("dies after", 2)])
def test_a_sender_that_is_killed_loses_nothing_and_its_repeat_has_the_same_key(
    world: World, web: Web, what: str, requests: int
) -> None:
    put_in(world, 1)
    killed = sender(world, web, what)
    killed.communicate(timeout=120)
    assert killed.returncode == -signal.SIGKILL
    assert sender(world, web, "in time", 1).communicate(timeout=120)[0] == "0\n"  # the claim still holds
    assert sender(world, web, "after it", 6).communicate(timeout=120)[0] == "1\n"
    assert web.keys == ["k0"] * requests
    assert "may be a repeat" in web.bodies[-1]["message"]
    assert not parcels(world.store, ("waiting", "sending", "failed"))


@pytest.mark.deep
def test_two_senders_at_once_send_each_message_once(world: World, web: Web) -> None:
    put_in(world, 30)
    both = [sender(world, web, name) for name in ("first", "second")]
    counts = [int(one.communicate(timeout=120)[0]) for one in both]
    assert sum(counts) == 30
    assert sorted(web.keys) == sorted(f"k{number}" for number in range(30))


def test_one_parcel_has_one_sender(world: World) -> None:
    put_in(world, 1)
    assert claim(world.store, "first", NOON) is not None
    assert claim(world.store, "second", NOON) is None


def test_putting_in_twice_is_once(world: World) -> None:
    put_in(world, 2)
    put_in(world, 2)
    assert len(parcels(world.store)) == 2


def test_the_test_button_says_whether_it_works(web: Web) -> None:
    send_test(Channel("team", web.url))
    assert web.titles == ["Tellwise: test message"]
    web.replies.append(403)
    with pytest.raises(NotDelivered, match="403"):
        send_test(Channel("team", web.url))
    with pytest.raises(SettingsError, match="nowhere://"):
        send_test(Channel("team", "nowhere://x"))


def test_a_message_fits_and_calls_nobody() -> None:
    long = Message("t", (Section("h", ("Hello @everyone <!channel>",), tuple(f"point {n}" * 20 for n in range(40))),))
    assert len(long.text()) <= LONGEST
    assert "@everyone" not in long.text()
    assert "<!channel>" not in long.text()


# --- channels.yml


def write(home: Path, text: str) -> Path:
    (home / "channels.yml").write_text(text, encoding="utf-8")
    return home


def test_channels_are_read_with_secrets_from_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOOK", "s3cret")
    write(tmp_path, 'channels:\n  team:\n    url: json://h/${HOOK}\n    quiet: {from: "22:00", to: "06:30"}\n'
          "    weekday: friday\n    digest: weekly\n    time_zone: Asia/Tokyo\n")  # fmt: skip
    (found,) = read_channels(tmp_path)
    assert (found.url, found.weekday, found.quiet) == ("json://h/s3cret", 4, Quiet(time(22), time(6, 30)))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("channels:\n  team:\n    url: json://h/${NO_SUCH}\n", "channels.yml:2: the variable NO_SUCH is not set"),
        ("channels:\n  a: {url: 'json://h'}\n  team: {ulr: x}\n", "channels.yml:3: the channel 'team' needs a `url`"),
        ("channels:\n  team: {url: x, urgnt: high}\n", "Did you mean urgent?"),
        ("channels:\n  team: {url: x, hour: 24}\n", "whole number from 0 to 23, got 24"),
        ("channels:\n  team: {url: x, time_zone: Mars}\n", "should be like Europe/Berlin"),
        ("channels:\n  team: {url: x, quiet: [1]}\n", "with the times in quotes"),
        ("channels:\n  team: {url: x, digest: hourly}\n", "one of daily, weekly, never"),
        ("channels: [\n", "not readable as YAML"),
        ("chanels: {}\n", "unknown entry 'chanels'"),
    ],
)
def test_what_is_wrong_in_channels_is_told_with_its_line(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(SettingsError) as error:
        read_channels(write(tmp_path, text))
    assert told in str(error.value)


def test_where_people_are_limited_a_channel_names_its_reader(tmp_path: Path) -> None:
    write(tmp_path, "channels:\n  team: {url: 'json://h'}\n")
    assert read_channels(tmp_path)
    with pytest.raises(SettingsError, match=r"channels\.yml:2: .*reader: NAME"):
        read_channels(tmp_path, needs_reader=True)


def test_channels_are_added_and_removed_for_their_owner_alone(tmp_path: Path) -> None:
    add_channel(tmp_path, "team", {"url": "json://h", "urgent": "medium"})
    add_channel(tmp_path, "other", {"url": "json://i"})
    with pytest.raises(SettingsError, match="one of"):
        add_channel(tmp_path, "third", {"url": "json://i", "urgent": "always"})
    assert [one.name for one in read_channels(tmp_path)] == ["team", "other"]
    assert os.stat(tmp_path / "channels.yml").st_mode & 0o077 == 0
    remove_channel(tmp_path, "team")
    assert [one.name for one in read_channels(tmp_path)] == ["other"]


def test_what_people_wrote_beside_channels_stays(tmp_path: Path) -> None:
    written = (
        "# who hears what\nversion: 1\nchannels:\n"
        "  team:  # the sales team\n    url: 'json://h'\n    hour: 9  # after the stand-up\n"
        "  # the night shift\n  night:\n    url: json://n\n"
    )
    write(tmp_path, written)
    add_channel(tmp_path, "other", {"url": "json://i"})
    assert (tmp_path / "channels.yml").read_text(encoding="utf-8") == written + "  other:\n    url: json://i\n"
    remove_channel(tmp_path, "other")
    assert (tmp_path / "channels.yml").read_text(encoding="utf-8") == written


def test_a_file_of_comments_alone_takes_a_channel(tmp_path: Path) -> None:
    write(tmp_path, "# none yet\n")
    add_channel(tmp_path, "team", {"url": "json://h"})
    kept = "# none yet\nversion: 1\nchannels:\n  team:\n    url: json://h\n"
    assert (tmp_path / "channels.yml").read_text(encoding="utf-8") == kept
