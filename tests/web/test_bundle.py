"""What the page loads first, and the bundle of an installation."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from cnn_loupe.server.assets import Assets
from tests.web.tools import installed_tools

ROOT = Path(__file__).resolve().parents[2]
TOOL = ROOT / ".ci" / "bundle"
MOST_EAGER = 40  # modules that a checkout loads before the network is drawn


@pytest.fixture(scope="module")
def bundler() -> list[str]:
    """The command that makes the list and the bundle."""
    node = shutil.which("node")
    if node is None:
        pytest.fail("Node 20 or newer is needed for the page's tests; `make test` installs one.")
    installed_tools(TOOL)
    return [node, str(TOOL / "bundle.mjs")]


@pytest.fixture(scope="module")
def bundle(bundler: list[str], tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("bundle")
    subprocess.run([*bundler, "--out", str(folder)], check=True, timeout=300)
    return folder


def test_the_list_of_what_is_loaded_first_is_current(bundler: list[str]) -> None:
    done = subprocess.run([*bundler, "--check"], capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr


def test_what_is_loaded_before_the_network_is_drawn_stays_small() -> None:
    listed = json.loads((ROOT / "static" / "preloads.json").read_text("utf-8"))
    assert len(listed["js/main.js"]) <= MOST_EAGER


@pytest.mark.parametrize("kind", ["checkout", "bundle"])
def test_the_list_names_files_that_are_there_each_after_the_one_that_wants_it(kind: str, bundle: Path) -> None:
    assets = Assets(ROOT / "static" if kind == "checkout" else bundle, live=False)
    folder = ROOT / "static" if kind == "checkout" else bundle
    for entry, files in json.loads((folder / "preloads.json").read_text("utf-8")).items():
        assert files[0] == entry
        assert assets.eager_modules(entry) == files
        assert all(assets.file(name) for name in files)


def test_the_bundle_has_every_script_that_the_server_names_and_stays_lazy(bundle: Path) -> None:
    scripts = {path.relative_to(bundle).as_posix(): path.stat().st_size for path in bundle.rglob("*.js")}
    listed = json.loads((bundle / "preloads.json").read_text("utf-8"))
    assert set(json.loads((ROOT / "static" / "preloads.json").read_text("utf-8"))) == set(listed)
    first = sum(scripts[name] for name in listed["js/main.js"])
    assert first < 0.4 * sum(scripts.values())


def test_the_same_sources_give_the_same_bundle(bundler: list[str], bundle: Path, tmp_path: Path) -> None:
    subprocess.run([*bundler, "--out", str(tmp_path)], check=True, timeout=300)
    one, other = (
        {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}
        for folder in (bundle, tmp_path)
    )
    assert one == other
