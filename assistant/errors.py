"""What can go wrong in the assistant, sorted by who reads it.

* AssistantError
  x SettingsError       the maintainer: a setting cannot be read; file or variable and remedy are named
  x NothingToAsk        the maintainer: there is no data, or no definition fits it; says what to run
  x StoreError          the maintainer: the state store cannot be opened or written; says where to look
  x Forbidden           the person: this needs a right that they have not; says which

A question that cannot be answered is no error: it comes back as a Refusal or a Clarification (`assistant.answer`).
"""

from __future__ import annotations


class AssistantError(Exception):
    """Something the assistant can explain; every error of this package derives from it."""


class SettingsError(AssistantError):
    """A setting cannot be used as written."""


class NothingToAsk(AssistantError):
    """The workspace holds no data, or no definitions that fit the data."""


class StoreError(AssistantError):
    """What people did cannot be read or kept."""


class Forbidden(AssistantError):
    """Somebody asked for what they have no right to."""
