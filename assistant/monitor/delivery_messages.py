"""A message as people read it: title, sentences, where it comes from, the SQL, and links that go on in the page."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import quote

from assistant.config import Settings
from assistant.monitor.records import AlertEvent, Finding
from assistant.wording import FIRST, Wording, wording

LONGEST = 2_900  # characters; Slack refuses more than 3,000
_LONGEST_SQL, _LONGEST_TITLE = 1_200, 180
_TAGS = re.compile(r"<(?=[!@#/\w])")
_PINGS = re.compile(r"@(?=everyone|here|channel|all\b)", re.IGNORECASE)


@dataclass(frozen=True)
class Section:
    """One matter of a message: a heading, sentences, points below them, SQL, and links as (words, address)."""

    heading: str
    sentences: tuple[str, ...] = ()
    points: tuple[str, ...] = ()
    sql: str = ""
    links: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Message:
    """A title and sections, and a picture (Vega-Lite) where there is one; `high` marks what is urgent.

    `locale` is of the language of what stands around the sections' own words.
    """

    title: str
    sections: tuple[Section, ...]
    picture: dict[str, Any] | None = None
    high: bool = False
    locale: str = FIRST

    def text(self) -> str:
        """Plain text of at most 2,900 characters: what does not fit is left out from the end, the SQL first."""
        full = "\n\n".join(_text(one, sql=True) for one in self.sections)
        if len(full) > LONGEST:
            full = "\n\n".join(_text(one, sql=False) for one in self.sections)
        if len(full) <= LONGEST:
            return full
        return full[: LONGEST - 40].rsplit("\n", 1)[0] + f"\n{self._say('more_on_page')}"

    def html(self) -> str:
        """The same for mail; whatever comes from data is escaped."""
        return "".join(_html(one, self._say("counted")) for one in self.sections)

    def _say(self, key: str) -> str:
        return message_words(self.locale).say(f"message.{key}")


def message_words(locale: str) -> Wording:
    """What messages say around what they tell, in the language of a locale."""
    return wording(Path(__file__).parent / "words", locale)


def section_of(found: Finding, event: AlertEvent, whole: bool, words: Wording) -> Section:
    """What is said of a finding; the title alone when the reader may not see all that its sentences come from.

    `whole` is whether the reader sees every row and column behind it.
    """
    evidence = found.evidence
    points: list[str] = []
    if whole and event in ("opened", "reopened"):
        told = [one.text for one in evidence.drivers if not one.label]  # those with a label are the chart's bars
        points += told or [one.text for one in evidence.drivers]
        points += [words.say("message.also", {"what": one}) for one in evidence.also]
    points += [words.say("message.noted", {"what": one}) for one in evidence.notes if whole]
    sql = evidence.sql if whole and event in ("opened", "reopened") else ""
    sentences = (found.sentence,) if whole and found.sentence else ()
    heading = words.say(f"message.{event}", {"title": found.title})
    return Section(heading, sentences, tuple(points), sql)


def links_of(settings: Settings, question: str, incident_id: str) -> tuple[tuple[str, str], ...]:
    """Where the matter goes on: the question in the chat, the incident on the page."""
    root, words = page_address(settings), message_words(settings.locale)
    ask = words.say("message.ask", {"question": question})
    asked = ((ask, f"{root}/?ask={quote(question)}"),) if question else ()
    return (*asked, (words.say("message.act"), f"{root}/alerts?incident={quote(incident_id)}"))


def page_address(settings: Settings) -> str:
    """The address at which people reach the page, without a slash at the end."""
    return settings.public_url.rstrip("/") or f"http://{settings.host}:{settings.port}"


def subject(text: str) -> str:
    """A title in one line."""
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST_TITLE else line[: _LONGEST_TITLE - 1] + "…"


def _plain(text: str) -> str:
    """Text that no chat service takes for a command: no call to everybody, no markup in angle brackets."""
    return _PINGS.sub("@\u200b", _TAGS.sub("‹", text))


def _text(one: Section, sql: bool) -> str:
    lines = [_plain(one.heading), *map(_plain, one.sentences), *(f"• {_plain(point)}" for point in one.points)]
    if sql and one.sql:
        lines.append(f"SQL: {_plain(_short(one.sql))}")
    return "\n".join([*lines, *(f"{words}\n{address}" for words, address in one.links)])


def _html(one: Section, counted: str) -> str:
    parts = [f"<h3>{escape(one.heading)}</h3>", *(f"<p>{escape(sentence)}</p>" for sentence in one.sentences)]
    parts += _list([escape(point) for point in one.points])
    parts += _list([f'<a href="{escape(address)}">{escape(words)}</a>' for words, address in one.links])
    if one.sql:
        parts.append(f"<p>{escape(counted)}</p><pre>{escape(one.sql)}</pre>")
    return "".join(parts)


def _list(items: Sequence[str]) -> list[str]:
    return ["<ul>", *(f"<li>{item}</li>" for item in items), "</ul>"] if items else []


def _short(sql: str) -> str:
    line = " ".join(sql.split())
    return line if len(line) <= _LONGEST_SQL else line[:_LONGEST_SQL] + " ..."
