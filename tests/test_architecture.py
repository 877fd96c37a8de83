"""Who may import whom: imports go down only, packages meet at front doors, heavy libraries stay in their rooms."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGES = ("warehouse", "semantic_layer", "assistant", "evals")
MAY_IMPORT = {
    "warehouse": set(),
    "semantic_layer": set(),
    "assistant": {"warehouse", "semantic_layer"},
    "evals": {"assistant", "warehouse", "semantic_layer"},
    "app": {"assistant"},
}
ONLY_IN = {  # third parties and the only places that know them
    "duckdb": ("warehouse",),
    "gradio": ("assistant/ui", "app.py"),
    "langchain": ("assistant/agent", "evals/rivals"),  # rivals run in an environment of their own
    "langchain_core": ("assistant/agent", "evals/rivals"),
    "langchain_openai": ("assistant/agent", "evals/rivals"),
    "langgraph": ("assistant/agent",),
    "openai": ("assistant/agent", "evals/systems"),
    "altair": ("assistant/ui",),
    "ruamel": ("semantic_layer", "assistant/monitor/delivery_channels.py"),  # files whose comments are people's
}
LIGHT = {
    "semantic_layer": ("pandas", "duckdb", "gradio", "altair", "chromadb", "langchain"),
    "warehouse": ("pandas", "gradio", "altair", "chromadb", "langchain", "sklearn"),
    "assistant.service.cli": ("pandas", "gradio", "altair", "chromadb", "langchain"),
}


def sources() -> list[Path]:
    return [path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py"))] + [ROOT / "app.py"]


@pytest.fixture(scope="module")
def imports() -> dict[Path, list[tuple[int, str]]]:
    """The modules that each of our files imports, by line."""
    return {path: _imports(path) for path in sources()}


def _imports(path: Path) -> list[tuple[int, str]]:
    found: list[tuple[int, str]] = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found += [(node.lineno, alias.name) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno}: relative import"
            found.append((node.lineno, node.module or ""))
    return found


def test_imports_go_down_and_through_front_doors(imports: dict[Path, list[tuple[int, str]]]) -> None:
    faults = [fault for path, found in imports.items() for fault in _wrong_ways(path, found)]
    assert faults == []


def _wrong_ways(path: Path, found: list[tuple[int, str]]) -> Iterator[str]:
    home = path.relative_to(ROOT).parts[0].removesuffix(".py")
    for line, module in found:
        package = module.split(".")[0]
        if package not in PACKAGES or package == home:
            continue
        if package not in MAY_IMPORT[home]:
            yield f"{path}:{line}: {home} must not import {package}"
        through_door = "." not in module or _is_declared_door(module)
        if (home not in ("evals", "app") or package != "assistant") and not through_door:
            yield f"{path}:{line}: import {package} by its front door"


def _is_declared_door(module: str) -> bool:
    return module in ("warehouse.sources.demo", "semantic_layer.bootstrap")


def test_a_wrong_way_is_found() -> None:
    upwards = [(3, "assistant.answer"), (4, "semantic_layer")]
    assert list(_wrong_ways(ROOT / "warehouse" / "a.py", upwards)) == [
        f"{ROOT}/warehouse/a.py:3: warehouse must not import assistant",
        f"{ROOT}/warehouse/a.py:3: import assistant by its front door",
        f"{ROOT}/warehouse/a.py:4: warehouse must not import semantic_layer",
    ]


def test_third_parties_stay_in_their_rooms(imports: dict[Path, list[tuple[int, str]]]) -> None:
    for path, found in imports.items():
        place = path.relative_to(ROOT).as_posix()
        for line, module in found:
            rooms = ONLY_IN.get(module.split(".")[0])
            assert rooms is None or place.startswith(rooms), f"{place}:{line}: {module} belongs to {rooms}"


@pytest.mark.parametrize("module", LIGHT)
def test_front_doors_are_light(module: str) -> None:
    code = f"import sys, {module}; print(','.join(m for m in {LIGHT[module]!r} if m in sys.modules))"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert loaded.stdout.strip() == ""


def test_every_package_names_what_it_exports() -> None:
    for package in ("warehouse", "semantic_layer"):
        tree = ast.parse((ROOT / package / "__init__.py").read_text(encoding="utf-8"))
        names = {t.id for n in tree.body if isinstance(n, ast.Assign) for t in n.targets if isinstance(t, ast.Name)}
        assert "__all__" in names, package


def test_no_folder_or_file_is_a_drawer() -> None:
    drawers = {"utils", "helpers", "common", "base", "manager", "handler", "misc"}
    assert not [p for p in sources() if p.stem in drawers or drawers & set(p.parts)]
