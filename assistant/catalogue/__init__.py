"""The catalogue: what is defined, found by its words; definitions changed by proposal, with their effects in sight."""

from assistant.catalogue.changes import (
    approve_change,
    change_of,
    changes,
    drafted,
    propose_change,
    reject_change,
)
from assistant.catalogue.effects import effects_of
from assistant.catalogue.entries import entries, find_entry, search
from assistant.catalogue.overlay import entry_yaml, read_entry, with_words
from assistant.catalogue.provenance import Provenance, provenance
from assistant.catalogue.records import KINDS, CannotChange, Change, Effects, Entry, EntryKind, Reread, Words

__all__ = [
    "KINDS",
    "CannotChange",
    "Change",
    "Effects",
    "Entry",
    "EntryKind",
    "Provenance",
    "Reread",
    "Words",
    "approve_change",
    "change_of",
    "changes",
    "drafted",
    "effects_of",
    "entries",
    "entry_yaml",
    "find_entry",
    "propose_change",
    "provenance",
    "read_entry",
    "reject_change",
    "search",
    "with_words",
]
