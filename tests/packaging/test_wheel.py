"""The wheel: the same bytes every time, complete, and enough for a machine that has nothing else."""

from __future__ import annotations

import hashlib
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
        "server/_site/templates/index.html",
        "server/_site/static/js/main.js",
        "server/_site/static/i18n/en/errors.json",
        "server/_site/static/i18n/zh-Hans/errors.json",
        "engine/zoo/tiny-vgg/model.json",
        "engine/zoo/tiny-vgg/weights.safetensors",
        "engine/zoo/tiny-vgg/gallery/gallery.json",
        "server/py.typed",
    ):
        assert part in names
    assert any(name.endswith("/licenses/LICENSE") for name in names)
    for foreign in ("tests/", "docs/", "deploy/", "static/", "templates/"):
        assert not any(name.startswith(foreign) for name in names)
    assert not any("__pycache__" in name or name.endswith((".blend", ".pt", ".npz")) for name in names)
    assert wheel.stat().st_size < 8_000_000


@pytest.mark.slow
def test_installed_into_a_fresh_environment_it_serves_the_page_and_a_run(wheel: Path, tmp_path: Path) -> None:
    home = tmp_path / "environment"
    venv.create(home, with_pip=False, symlinks=True)
    python = home / "bin" / "python"
    subprocess.run(
        [sys.executable, "-m", "pip", "--python", str(python), "install", "--quiet", "--no-compile",
         "--disable-pip-version-check", str(wheel)],
        cwd=tmp_path, check=True, timeout=600,
    )  # fmt: skip
    assert (home / "bin" / "cnn-loupe").exists()
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
