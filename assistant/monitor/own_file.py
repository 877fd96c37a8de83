"""A file of the workspace that a person writes: its content, and the tree that knows the lines."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from assistant.errors import SettingsError


def read_own_file(path: Path, wanted: str) -> tuple[dict[str, Any], yaml.MappingNode] | None:
    """The mapping in a YAML file with its node, None where there is no file or nothing in it.

    Raises SettingsError naming the file, and with `wanted` what it should hold.
    """
    if not path.exists():
        return None
    try:
        text = path.read_text(encoding="utf-8")
        content, node = yaml.safe_load(text), yaml.compose(text, Loader=yaml.SafeLoader)
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path}: not readable as YAML: {error}. Correct the line, or delete the file.") from error
    if content is None or node is None:
        return None
    if not isinstance(content, dict) or not isinstance(node, yaml.MappingNode):
        raise SettingsError(f"{path}:1: this must hold {wanted}. See docs/monitor.md.")
    return content, node
