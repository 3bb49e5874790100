"""The wheel: the same bytes every time, complete, and enough for a machine that has nothing else."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import httpx
import pytest

from tests.conftest import ROOT, running_server


def build(folder: Path) -> Path:
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder)],
        cwd=ROOT, check=True, capture_output=True, timeout=120,
    )  # fmt: skip
    return next(folder.glob("*.whl"))


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("wheel"))


def test_two_builds_are_the_same_bytes(wheel: Path, tmp_path: Path) -> None:
    again = build(tmp_path)
    assert hashlib.sha256(again.read_bytes()).hexdigest() == hashlib.sha256(wheel.read_bytes()).hexdigest()


def test_the_wheel_carries_all_that_is_served_and_nothing_else(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    for part in (
        "cnn_loupe/server/_site/templates/index.html",
        "cnn_loupe/server/_site/static/js/main.js",
        "cnn_loupe/server/_site/static/i18n/en/errors.json",
        "cnn_loupe/server/_site/static/i18n/zh-Hans/errors.json",
        "cnn_loupe/engine/zoo/tiny-vgg/model.json",
        "cnn_loupe/engine/zoo/tiny-vgg/weights.safetensors",
        "cnn_loupe/engine/zoo/tiny-vgg/gallery/gallery.json",
        "cnn_loupe/py.typed",
    ):
        assert part in names
    assert any(name.endswith("/licenses/LICENSE") for name in names)
    assert {name.split("/")[0].split("-")[0] for name in names} == {"cnn_loupe"}
    assert not any("__pycache__" in name or name.endswith((".blend", ".pt", ".npz")) for name in names)
    assert wheel.stat().st_size < 8_000_000


def test_where_node_is_at_hand_the_wheel_has_the_page_as_a_bundle(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    assert any("/static/js/parts/" in name for name in names) == bool(shutil.which("node"))
    assert len(names) == len(set(names))


def test_without_node_the_wheel_has_plain_modules_and_the_build_says_so(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(tmp_path)],
        cwd=ROOT, env={"PATH": str(tmp_path), "HOME": str(tmp_path)}, check=True, capture_output=True, text=True,
        timeout=120,
    )  # fmt: skip
    assert "not bundled" in done.stdout + done.stderr
    with zipfile.ZipFile(next(tmp_path.glob("*.whl"))) as made:
        scripts = {name.partition("/static/")[2] for name in made.namelist() if name.endswith(".js")}
    assert scripts == {path.relative_to(ROOT / "static").as_posix() for path in (ROOT / "static").rglob("*.js")}


@pytest.fixture(scope="module")
def home(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment that has the wheel and what it needs, and nothing else."""
    home = tmp_path_factory.mktemp("installed") / "environment"
    venv.create(home, with_pip=False, symlinks=True)
    python = home / "bin" / "python"
    subprocess.run(
        [sys.executable, "-m", "pip", "--python", str(python), "install", "--quiet", "--no-compile",
         "--disable-pip-version-check", str(wheel)],
        cwd=home.parent, check=True, timeout=600,
    )  # fmt: skip
    return home


@pytest.mark.slow
def test_installed_it_serves_the_page_and_a_run(home: Path, tmp_path: Path) -> None:
    assert (home / "bin" / "cnn-loupe").exists()
    python = home / "bin" / "python"
    with running_server(str(python)) as server:
        page = httpx.get(server.url + "/")
        assert page.status_code == 200
        static = page.text.split('"static":"')[1].split('"')[0]
        script = httpx.get(f"{server.url}{static}js/main.js")
        assert script.headers["cache-control"].endswith("immutable")
        run = httpx.get(server.url + "/api/v1/models/tiny-vgg/samples/espresso/run").json()
        assert len(run["layers"]) == 13
        assert abs(sum(score["probability"] for score in run["scores"]) - 1) < 1e-5
        assert set(httpx.get(server.url + "/readyz").json()["models"]) == {"tiny-vgg"}
    doctor = subprocess.run(
        [str(home / "bin" / "cnn-loupe"), "doctor"], cwd=tmp_path, capture_output=True, text=True, timeout=120
    )
    assert doctor.returncode == 0, doctor.stdout


@pytest.mark.slow
def test_a_pupils_own_engine_and_server_are_not_in_its_way(home: Path, tmp_path: Path) -> None:
    for name in ("engine", "server"):
        (tmp_path / f"{name}.py").write_text(f'raise RuntimeError("the pupil\'s own {name}")\n', "utf-8")
    script = (
        "import sys; sys.path.insert(0, '.'); from cnn_loupe.engine import zoo; from cnn_loupe.server.app import "
        "create_app;"
        "print(zoo.load().spec.id, sorted(name for name in sys.modules if name.split('.')[0] in ('engine', 'server')))"
    )
    python = str(home / "bin" / "python")
    for command in ([python, "-c", script], [python, "-m", "cnn_loupe", "--version"]):
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=120)
        assert done.returncode == 0, done.stderr
        if command[1] == "-c":
            assert done.stdout.strip() == "tiny-vgg []"
