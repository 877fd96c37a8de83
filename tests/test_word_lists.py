"""The data files of ours: a key that stands twice in one mapping would silently lose what the first one says."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

FILES = sorted(
    path for room in ("assistant", "semantic_layer", "warehouse", "evals") for path in Path(room).rglob("*.yml")
)


def _keys_told_twice(node: yaml.Node | None) -> Iterator[str]:
    if isinstance(node, yaml.SequenceNode):
        for one in node.value:
            yield from _keys_told_twice(one)
    if not isinstance(node, yaml.MappingNode):
        return
    seen: set[str] = set()
    for key, value in node.value:
        if key.value in seen:
            yield f"line {key.start_mark.line + 1}: {key.value}"
        seen.add(key.value)
        yield from _keys_told_twice(value)


@pytest.mark.parametrize("path", FILES, ids=str)
def test_no_key_stands_twice(path: Path) -> None:
    tree = yaml.compose(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    assert not list(_keys_told_twice(tree))


def test_a_key_that_stands_twice_is_found() -> None:
    tree = yaml.compose("a: {b: 1, b: 2}\nc: []\nc: []", Loader=yaml.CSafeLoader)
    assert list(_keys_told_twice(tree)) == ["line 1: b", "line 3: c"]


def test_no_wording_stands_in_two_files_of_one_table() -> None:
    parts = [path for path in FILES if path.parent.parent.name == "rewordings"]
    told = [old for path in parts for old in yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)]
    assert len(parts) > 1
    assert sorted(old for old, times in Counter(told).items() if times > 1) == []
