"""Messages sent: each due parcel is worded for its reader, handed to its service, and kept as sent.

A parcel is claimed (kept), sent, then settled (kept). Whoever is killed in between leaves a claim that runs out; the
parcel is then sent again under the same key, which receivers see as `Idempotency-Key` (and mail as
`X-Tellwise-Message`), and which says that it may be a repeat. So no message is lost, and a receiver that heeds the key
gets none twice.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from assistant.errors import AssistantError, SettingsError
from assistant.monitor.delivery_channels import Channel
from assistant.monitor.delivery_messages import Message, Section, message_words, subject
from assistant.monitor.delivery_picture import png
from assistant.monitor.outbox import Parcel, ParcelKind, claim, put_off, sent_since, settle, try_again
from assistant.wording import FIRST
from semantic_layer import SemanticLayerError
from warehouse import WarehouseError

if TYPE_CHECKING:
    from apprise import NotifyBase

    from assistant.store import Store

KEY_HEADERS = ("Idempotency-Key", "X-Tellwise-Message")
SPACING = 1.1  # seconds between two messages of a channel: Slack takes one a second
UNSURE = "This may be a repeat: Tellwise was interrupted while it sent it."
_HOUR = timedelta(hours=1)


class NotDelivered(AssistantError):
    """A service did not take a message; its own words are told."""


@dataclass(frozen=True)
class Withheld:
    """Why a message is not sent at all."""

    reason: str


Compose = Callable[[Parcel, Channel], Message | Withheld]
"""The words of a parcel for the reader of a channel, as things stand now; why not, when it is not to be sent."""


@dataclass(frozen=True)
class Post:
    """What sending needs: the channels, how a parcel is worded, who sends, the time, how to wait, and what to send.

    `kinds` are the kinds of parcels that can be worded now; all of them when none is named.
    """

    channels: Sequence[Channel]
    compose: Compose
    holder: str = "local"
    now: Callable[[], datetime] = lambda: datetime.now(UTC).replace(tzinfo=None)
    wait: Callable[[float], None] = time.sleep
    kinds: Sequence[ParcelKind] = ()


@dataclass
class Sent:
    """What one round of sending came to."""

    sent: int = 0
    withheld: int = 0
    failed: int = 0
    put_off: int = 0
    errors: list[str] = field(default_factory=list[str])


def deliver(store: Store, post: Post, most: int = 200) -> Sent:
    """Send what is due, at most `most` messages; what a service does not take is tried again later."""
    told, last = Sent(), dict[str, datetime]()
    known = {one.name: one for one in post.channels}
    for _ in range(most):
        parcel = claim(store, post.holder, post.now(), post.kinds)
        if parcel is None:
            break
        channel = known.get(parcel.channel)
        if channel is None:
            settle(store, parcel, "dropped", post.now(), "There is no such channel any more.")
            told.withheld += 1
            continue
        _one(store, post, (parcel, channel), told, last)
    return told


def _one(store: Store, post: Post, what: tuple[Parcel, Channel], told: Sent, last: dict[str, datetime]) -> None:
    parcel, channel = what
    later = _not_before(store, channel, parcel, post.now())
    if later is not None:
        put_off(store, parcel, later)
        told.put_off += 1
        return
    try:
        message = post.compose(parcel, channel)
        if not isinstance(message, Withheld):
            _space_out(post, channel, last)
            send(channel, _doubted(message) if parcel.unsure else message, parcel.key)
    except (AssistantError, SemanticLayerError, WarehouseError) as error:
        try_again(store, parcel, post.now(), str(error))
        told.failed += 1
        told.errors.append(f"{channel.name}: {error}")
        return
    if isinstance(message, Withheld):
        settle(store, parcel, "dropped", post.now(), message.reason)
        told.withheld += 1
    else:
        settle(store, parcel, "sent", post.now())
        told.sent += 1


def _not_before(store: Store, channel: Channel, parcel: Parcel, now: datetime) -> datetime | None:
    """When quiet hours or the limit of the hour let this message go; None when it may go now."""
    quiet = channel.quiet_until(now, str(parcel.payload.get("severity", "")))
    if quiet is not None:
        return quiet
    sent = sent_since(store, channel.name, now - _HOUR)
    return sent[-channel.most_per_hour] + _HOUR if len(sent) >= channel.most_per_hour else None


def _space_out(post: Post, channel: Channel, last: dict[str, datetime]) -> None:
    if channel.name in last:
        gone = (post.now() - last[channel.name]).total_seconds()
        if gone < SPACING:
            post.wait(SPACING - gone)
    last[channel.name] = post.now()


def _doubted(message: Message) -> Message:
    return replace(message, sections=(*message.sections, Section(UNSURE)))


def send(channel: Channel, message: Message, key: str) -> None:
    """Nothing; the service of the channel took the message. Raises NotDelivered with the service's words.

    Raises SettingsError when the address is none that Apprise knows.
    """
    from apprise import AppriseAttachment, NotifyFormat, NotifyType

    service = _service(channel, key)
    as_html = service.resolve_format() == NotifyFormat.HTML
    attached = AppriseAttachment()
    if message.picture is not None and service.attachment_support:
        attached.add(_picture(message.picture))
    words = {
        "title": subject(message.title),
        "body": message.html() if as_html else message.text(),
        "notify_type": NotifyType.WARNING if message.high else NotifyType.INFO,
        "body_format": NotifyFormat.HTML if as_html else NotifyFormat.TEXT,
        "attach": attached if len(attached) else None,
    }
    with _listening() as said:
        if not service.notify(**words):
            raise NotDelivered(f"The message was not taken: {said.last() or 'the service gave no reason'}")


def send_test(channel: Channel, locale: str = FIRST) -> None:
    """Nothing; a message that says that this channel works was taken. Raises NotDelivered, SettingsError."""
    words = message_words(locale)
    told = Section(words.say("message.test_heading", {"name": channel.name}), (words.say("message.test_text"),))
    moment = datetime.now(UTC).isoformat(timespec="microseconds")
    send(channel, Message(words.say("message.test"), (told,), locale=locale), f"test:{channel.name}:{moment}")


def _service(channel: Channel, key: str) -> NotifyBase:
    from apprise import Apprise, AppriseAsset

    asset = AppriseAsset(app_id="Tellwise", app_desc="Tellwise", app_url="", async_mode=False)
    with _listening() as said:
        service: Any = Apprise.instantiate(channel.url, asset=asset, suppress_exceptions=True)
    if service is None:
        scheme = channel.url.partition(":")[0]
        raise SettingsError(
            f"The address of {channel.name!r} ({scheme}://...) is none that can be sent to. {said.last()}"
            " Apprise's documentation lists the form of each service."
        )
    if isinstance(getattr(service, "headers", None), dict):
        service.headers |= dict.fromkeys(KEY_HEADERS, key)
    return service


def _picture(spec: dict[str, Any]) -> Any:
    from apprise.attachment.memory import AttachMemory

    return AttachMemory(content=png(spec), name="chart.png", mimetype="image/png")


class _listening(logging.Handler):  # noqa: N801  # used as a verb: with _listening() as said
    """What Apprise says in its log while a block runs: it gives reasons nowhere else."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self._lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep a line."""
        self._lines.append(record.getMessage())

    def last(self) -> str:
        """The last line, at most 300 characters."""
        return self._lines[-1][:300] if self._lines else ""

    def __enter__(self) -> _listening:
        logging.getLogger("apprise").addHandler(self)
        return self

    def __exit__(self, *_: object) -> None:
        logging.getLogger("apprise").removeHandler(self)
