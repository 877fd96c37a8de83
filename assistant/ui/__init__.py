"""The web page: a conversation about the data, with the rows and the SQL of each answer beside it.

Gradio is imported only when a page is built; importing this package costs nothing.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from assistant.ui.service import Service

if TYPE_CHECKING:
    import gradio

    from assistant.accounts import Accounts
    from assistant.assistant import Assistant
    from assistant.store import Store

__all__ = ["Service", "build", "launch"]

_QUIET = {
    "GRADIO_ANALYTICS_ENABLED": "False",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "HF_HUB_OFFLINE": "1",
    "DO_NOT_TRACK": "1",
}


def build(
    assistant: Assistant, company: str | None = None, store: Store | None = None, accounts: Accounts | None = None
) -> gradio.Blocks:
    """The pages over an assistant; `company` names whose data it is (default: what the snapshot says of itself).

    With a store, conversations are kept, and people can say whether an answer is right. With accounts, everybody is
    who they signed in as; without, whoever comes is the person at this machine.
    """
    os.environ.update(_QUIET)  # before the first import of gradio, which looks for its maker's servers otherwise
    from assistant.people import LOCAL
    from assistant.ui.look import look_of
    from assistant.ui.page import pages
    from assistant.ui.room import Assistants, Room
    from assistant.ui.scratch import cache_folder

    os.environ["GRADIO_TEMP_DIR"] = str(cache_folder())  # its own default is a folder that everybody may read
    assistants = Assistants(assistant, assistant.viewer or LOCAL)
    owner = _owner(assistant) if company is None else company
    return pages(Room(look_of(assistant.settings.locale), assistants, store, owner, accounts))


def _owner(assistant: Assistant) -> str:
    from assistant.ui.look import look_of
    from warehouse import snapshot_info

    is_demo = snapshot_info(assistant.settings.warehouse).kind == "demo"
    return look_of(assistant.settings.locale).say("header.demo") if is_demo else ""


def launch(demo: gradio.Blocks, service: Service) -> None:
    """Serve the pages until they are stopped; raises SettingsError when the address cannot be used."""
    from assistant.ui.page import serve

    serve(demo, service)
