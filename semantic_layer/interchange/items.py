"""A mapping of somebody else's file that knows its line, and which of its keys have been read.

Whatever nobody read is reported: a construct that an importer does not know cannot be dropped silently.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, cast

from semantic_layer.interchange.naming import NotCarried
from semantic_layer.interchange.report import Remark
from semantic_layer.yaml_source import Document, Location

Plain = dict[str, Any]


class Item:
    """One mapping in a document; every read marks its key as understood, and wrong shapes become remarks."""

    def __init__(self, document: Document, location: Location, data: Plain, remarks: list[Remark]):
        self.document, self.location, self.data, self.remarks = document, location, data, remarks
        self._read: set[str] = set()

    @property
    def file(self) -> str:
        """The file it stands in."""
        return self.document.file

    def line(self, key: str = "") -> int:
        """The line of the mapping, or of one of its keys."""
        return self.document.line((*self.location, key) if key else self.location)

    def has(self, key: str) -> bool:
        """Whether the key is there with a value."""
        return self.data.get(key) not in (None, "", [], {})

    def raw(self, key: str) -> Any:
        """The value as it stands, None when there is none."""
        self._read.add(key)
        return self.data.get(key)

    def text(self, key: str, default: str = "") -> str:
        """The value as text; numbers and booleans as they are written, lists and mappings are wrong."""
        value = self.raw(key)
        if value is None:
            return default
        if isinstance(value, dict | list):
            self._wrong(key, "text")
            return default
        return str(value).lower() if isinstance(value, bool) else str(value).strip()

    def flag(self, key: str, default: bool = False) -> bool:
        """The value as yes or no, in any of the spellings that are in use."""
        text = self.text(key).lower()
        return text in ("true", "yes", "on", "1") if text else default

    def texts(self, key: str) -> list[str]:
        """A list of texts; a single text counts as a list of one."""
        value = self.raw(key)
        if value is None:
            return []
        found = cast("list[Any]", value if isinstance(value, list) else [value])
        if any(isinstance(one, dict | list) for one in found):
            self._wrong(key, "a list of texts")
            return []
        return [str(one).strip() for one in found if one is not None]

    def lists(self, key: str) -> list[list[str]]:
        """A list of lists of texts."""
        value = self.raw(key)
        if value is None:
            return []
        found = cast("list[Any]", value) if isinstance(value, list) else [value]
        inner = [[str(one) for one in cast("list[Any]", each)] for each in found if isinstance(each, list)]
        if len(inner) != len(found):
            self._wrong(key, "a list of lists")
        return inner

    def child(self, key: str) -> Item:
        """The mapping under `key`; an empty one when there is none."""
        value = self.raw(key)
        if value is not None and not isinstance(value, dict):
            self._wrong(key, "a mapping")
            value = None
        return Item(self.document, (*self.location, key), cast("Plain", value or {}), self.remarks)

    def items(self, key: str) -> list[Item]:
        """The mappings in the list under `key`."""
        value = self.raw(key)
        if value is None:
            return []
        if not isinstance(value, list):
            self._wrong(key, "a list")
            return []
        found: list[Item] = []
        for index, one in enumerate(cast("list[Any]", value)):
            if isinstance(one, dict):
                found.append(Item(self.document, (*self.location, key, index), cast("Plain", one), self.remarks))
            else:
                self._wrong(key, "a list of mappings")
        return found

    def lost(self, what: str, why: str, code: str = "unsupported", key: str = "") -> None:
        """Note that something of the mapping is left out."""
        self._note(Remark("lost", what, why, self.file, self.line(key), code))

    def changed(self, what: str, why: str, code: str = "rewritten", key: str = "") -> None:
        """Note that something is carried over in another form."""
        self._note(Remark("changed", what, why, self.file, self.line(key), code))

    def assumed(self, what: str, why: str, code: str = "assumed", key: str = "") -> None:
        """Note that something was decided which the file does not say."""
        self._note(Remark("assumed", what, why, self.file, self.line(key), code))

    def leave(self, what: str, why: Mapping[str, str], ignored: Iterable[str] = ()) -> None:
        """Report every key that nobody has read, with the reason known for it; `ignored` are without meaning here."""
        for key in self.data:
            if key in self._read or key in ignored:
                continue
            self._read.add(key)
            if self.has(key):
                reason = why.get(key, f"`{key}` has no place in a model of Tellwise, or is not known to this importer.")
                self.lost(f"{what}: {key}", reason, "key", key)

    def _note(self, remark: Remark) -> None:
        self.remarks.append(remark)

    def _wrong(self, key: str, wanted: str) -> None:
        self.lost(f"{key}", f"expected {wanted} here; mend the file and import again.", "shape", key)


def filled(entry: Plain) -> Plain:
    """The entry without keys that say nothing."""
    return {key: value for key, value in entry.items() if value not in ([], {}, "", None)}


def inherited(chain: Iterable[Item], key: str) -> list[Item]:
    """The named parts under `key` of all in a chain; those of a later one replace earlier ones of the same name."""
    found: dict[str, Item] = {}
    for item in chain:
        found.update({one.text("name").lower(): one for one in item.items(key)})
    return list(found.values())


def attempt(item: Item, what: str, take: Callable[[], object]) -> None:
    """Take something in, or report why not."""
    try:
        take()
    except NotCarried as error:
        item.lost(what, str(error), error.code)
