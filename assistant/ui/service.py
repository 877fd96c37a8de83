"""Where the pages are served, and to whom."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from assistant.accounts import Accounts


@dataclass(frozen=True)
class Service:
    """The address of the pages, who may sign in (None: nobody has to), and the language of the page that asks."""

    host: str
    port: int
    open_browser: bool = False
    accounts: Accounts | None = None
    locale: str = "en"
