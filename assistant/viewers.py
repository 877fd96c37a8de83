"""Who asks: a viewer read from a file, and what the definitions let that viewer see."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from assistant.config import Settings
from assistant.errors import SettingsError
from semantic_layer import SemanticLayer, Viewer, policy_for
from warehouse import Policy, TableRule

_KEYS = {"name", "roles", "attributes"}
_FORM = 'name = "ann", roles = ["analyst"], and a table [attributes] with e.g. region = "North"'


def viewer_of(settings: Settings) -> Viewer | None:
    """Who asks by the setting `viewer`: the viewer of a file, or the account of that name; None when it is empty.

    Raises SettingsError when it is neither.
    """
    named = settings.viewer
    if not named:
        return None
    if Path(named).exists() or Path(named).suffix:
        return read_viewer(Path(named))
    from assistant.accounts import person_named
    from assistant.store import Store

    store = Store.open(settings)
    try:
        return person_named(store, named).viewer
    finally:
        store.close()


def read_viewer(path: Path) -> Viewer:
    """The viewer of a TOML file; raises SettingsError naming the file and the form it should have."""
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SettingsError(f"{path}: no viewer can be read from it: {error}. It should hold {_FORM}.") from error
    if not _is_viewer(content):
        raise SettingsError(f"{path}: not a viewer. It should hold {_FORM}.")
    return Viewer(content["name"], frozenset(content.get("roles", ())), content.get("attributes", {}))


def _is_viewer(content: Mapping[str, Any]) -> bool:
    roles, attributes = content.get("roles", []), content.get("attributes", {})
    named = isinstance(content.get("name"), str) and set(content) <= _KEYS
    return named and isinstance(attributes, dict) and isinstance(roles, list) and all(isinstance(r, str) for r in roles)


def rules_for(layer: SemanticLayer, viewer: Viewer) -> Policy:
    """The viewer's rights over the tables, for the guard to enforce."""
    access = policy_for(layer, viewer)
    return Policy({table: TableRule(one.rows, one.hidden) for table, one in access.items()})
