"""Imports go one way, and heavy or foreign packages stay where they belong."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.architecture.tree import make
from tests.conftest import ROOT

# Which modules may import a package: everything else may not.
HOMES = {
    "PIL": {"engine/data/images"},
    "safetensors": {"engine/weights.py", "engine/importing/ours.py", "server/wire.py"},
    "fastapi": {"server"},
    "starlette": {"server"},
    "uvicorn": {"server"},
    "pydantic": {"server"},
    "jinja2": {"server"},
    "prometheus_client": {"server/metrics.py"},
    "httpx": set(),
    "torch": set(),
    "requests": set(),
    "pickle": set(),
}


def sources() -> Iterator[Path]:
    for package in ("engine", "server"):
        yield from sorted((ROOT / package).rglob("*.py"))


def imported(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {name.name.split(".")[0] for name in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module.split(".")[0])
    return found


@pytest.mark.parametrize("package", HOMES)
def test_a_package_is_imported_only_at_home(package: str) -> None:
    for path in sources():
        name = path.relative_to(ROOT).as_posix()
        allowed = any(name == home or name.startswith(home + "/") for home in HOMES[package])
        assert allowed or package not in imported(path), f"{name} imports {package}"


def lint(tree: Path) -> subprocess.CompletedProcess[str]:
    command = [str(Path(sys.executable).with_name("lint-imports")), str(ROOT / "pyproject.toml"), "--no-cache"]
    return subprocess.run(command, cwd=tree, capture_output=True, text=True, timeout=120)


def test_the_layers_of_both_packages_hold(tmp_path: Path) -> None:
    found = lint(make(tmp_path))
    assert found.returncode == 0, found.stdout[-3000:]


# A module, and one above it that it must not know.
PLANTED = {
    "server/errors.py": "cnn_loupe.server.app",
    "server/limits.py": "cnn_loupe.server.routes.runs",
    "server/lessons/lines.py": "cnn_loupe.server.pages",
    "server/deadline.py": "cnn_loupe.server.limits",  # beside it: modules of a floor do not know each other
    "engine/metrics.py": "cnn_loupe.server.settings",
    "engine/errors.py": "cnn_loupe.engine.spec",
    "engine/layers/convolution.py": "cnn_loupe.engine.network",
}


def test_a_planted_violation_is_seen_in_every_module(tmp_path: Path) -> None:
    """Each but the highest of all is made to import that one."""
    highest = "cnn_loupe.server.worker"
    tree, planted = make(tmp_path), []
    for file in sorted((tree / "cnn_loupe").rglob("*.py")):
        module = ".".join(file.relative_to(tree).with_suffix("").parts)
        if file.name == "__init__.py" or module == highest or module.count(".") < 2:
            continue
        source = file.read_text("utf-8")
        file.unlink()  # a link into the checkout
        file.write_text(f"{source}\n\ndef planted() -> None:\n    import {highest}\n", "utf-8")
        planted.append(module)
    found = lint(tree)
    assert found.returncode == 1
    assert len(planted) > 100
    assert [module for module in planted if f"{module} -> {highest}" not in found.stdout] == []


def test_a_planted_violation_is_seen_between_any_two_floors(tmp_path: Path) -> None:
    tree = make(tmp_path)
    for name, target in PLANTED.items():
        file = tree / "cnn_loupe" / name
        source = file.read_text("utf-8")
        file.unlink()  # a link into the checkout
        file.write_text(f"{source}\n\ndef planted() -> None:\n    import {target}\n", "utf-8")
    found = lint(tree)
    assert found.returncode == 1
    for name, target in PLANTED.items():
        module = "cnn_loupe." + name.removesuffix(".py").replace("/", ".")
        assert any(f"{module} -> {target}" in line for line in found.stdout.splitlines()), (
            f"{module} may import {target}"
        )


@pytest.mark.parametrize("package", ["server", "engine"])
def test_a_module_without_a_place_is_seen(package: str, tmp_path: Path) -> None:
    tree = make(tmp_path)
    (tree / "cnn_loupe" / package / "unplaced.py").write_text("", "utf-8")
    found = lint(tree)
    assert found.returncode == 1
    assert f"cnn_loupe.{package}.unplaced" in found.stdout + found.stderr


def test_the_engine_knows_nothing_of_the_network() -> None:
    for path in (ROOT / "engine").rglob("*.py"):
        assert not imported(path) & {"socket", "http", "urllib", "ssl", "asyncio"}, path


def test_no_module_grows_out_of_hand() -> None:
    for path in sources():
        lines = len(path.read_text("utf-8").splitlines())
        assert lines <= 500, f"{path.relative_to(ROOT)} has {lines} lines: split it"
