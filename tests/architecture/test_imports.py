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
    "safetensors": {"engine/weights.py", "server/wire.py"},
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


def test_the_layers_of_both_packages_hold(tmp_path: Path) -> None:
    found = subprocess.run(
        [str(Path(sys.executable).with_name("lint-imports")), str(ROOT / "pyproject.toml"), "--no-cache"],
        cwd=make(tmp_path), capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert found.returncode == 0, found.stdout[-3000:]


def test_the_engine_knows_nothing_of_the_network() -> None:
    for path in (ROOT / "engine").rglob("*.py"):
        assert not imported(path) & {"socket", "http", "urllib", "ssl", "asyncio"}, path


def test_no_module_grows_out_of_hand() -> None:
    for path in sources():
        lines = len(path.read_text("utf-8").splitlines())
        assert lines <= 500, f"{path.relative_to(ROOT)} has {lines} lines: split it"
