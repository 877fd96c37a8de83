"""Files of the wrong shape: whatever stands where, an import ends with a model or with a fault that names its place."""

from __future__ import annotations

import copy
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from semantic_layer import DefinitionError, import_model
from tests.interchange_world import FIXTURES

WRONG: tuple[Any, ...] = (
    None, 5, "x", "", [], {}, [1], {"a": 1}, True, ["a", {"b": []}], "{{ x }}", "{CUBE}", "SELECT (", "a.b.c.d", "☃",
    -1.5, [[["x"]]], "x" * 5000, "(" * 100, "'", "name", "SELECT 1", "SUM(", "${TABLE}",
)  # fmt: skip
FOLDERS = {
    "ossie": [FIXTURES / "ossie.yaml"],
    "snowflake": [FIXTURES / "snowflake.yaml"],
    "dbt": sorted((FIXTURES / "dbt").rglob("*.yml")),
    "cube": [one for one in sorted((FIXTURES / "cube").rglob("*.yml")) if one.name != "templated.yml"],
}


def places(data: Any, place: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield place
    pairs = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for key, value in pairs:
        yield from places(value, (*place, key))


def spoiled(data: Any, dice: random.Random) -> Any:
    data = copy.deepcopy(data)
    for _ in range(dice.randint(1, 3)):
        place = dice.choice([one for one in places(data) if one] or [()])
        if not place:
            return data
        holder = data
        for step in place[:-1]:
            holder = holder[step]
        if isinstance(holder, dict) and dice.random() < 0.2:
            holder.pop(place[-1])
        else:
            holder[place[-1]] = copy.deepcopy(dice.choice(WRONG))
    return data


def imported_or_told(form: str, folder: Path) -> None:
    """Any other error than a DefinitionError fails the test."""
    try:
        remarks = import_model(form, folder).remarks
    except DefinitionError as error:
        remarks = error.faults
    assert all(one.file and one.line >= 0 and str(one) for one in remarks)


@pytest.mark.deep
@pytest.mark.parametrize("seed", range(80))
@pytest.mark.parametrize("form", FOLDERS)
def test_spoiled_yaml(tmp_path: Path, form: str, seed: int):
    dice = random.Random(f"{form}{seed}")
    which = dice.choice(FOLDERS[form])
    for path in FOLDERS[form]:
        data = yaml.load(path.read_text(encoding="utf-8"), yaml.CSafeLoader)
        data = spoiled(data, dice) if path is which else data
        (tmp_path / path.name).write_text(yaml.safe_dump(data, sort_keys=False), encoding="utf-8")
    imported_or_told(form, tmp_path)


@pytest.mark.deep
@pytest.mark.parametrize("seed", range(80))
def test_spoiled_lookml(tmp_path: Path, seed: int):
    dice = random.Random(seed)
    for path in sorted((FIXTURES / "lookml").glob("*.lkml")):
        words = path.read_text(encoding="utf-8").split(" ")
        for _ in range(dice.randint(0, 3)):
            place = dice.randrange(len(words))
            words[place] = dice.choice(["", "{", "}", "[", ";;", '"x"', "yes", words[dice.randrange(len(words))]])
        (tmp_path / path.name).write_text(" ".join(words), encoding="utf-8")
    imported_or_told("lookml", tmp_path)


@pytest.mark.parametrize("form", ["ossie", "dbt", "cube", "snowflake", "lookml"])
@pytest.mark.parametrize("text", ["", "x", "[]", "{}", "a: [&x [*x]]", "\x00", "views: 5", "cubes: {}", "metrics: [1]"])
def test_files_without_a_model(tmp_path: Path, form: str, text: str):
    name = "a.view.lkml" if form == "lookml" else "a.yml"
    (tmp_path / name).write_text(text, encoding="utf-8")
    with pytest.raises(DefinitionError) as caught:
        import_model(form, tmp_path)
    assert all(one.file and one.line and one.remedy for one in caught.value.faults)


def test_a_bomb_of_aliases_is_refused(tmp_path: Path):
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 9)]
    (tmp_path / "bomb.yml").write_text("\n".join(lines), encoding="utf-8")
    with pytest.raises(DefinitionError, match="more than"):
        import_model("ossie", tmp_path / "bomb.yml")
