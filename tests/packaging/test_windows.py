"""Windows has no fork, no `os.writev`, no SIGHUP, no limits of resources: served, trained and looked at without them.

(`tests/engine/test_cli_cases.py` has its code pages.)
"""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path

import httpx
import pytest

from tests.conftest import ROOT, free_port, wait_until_ready
from tests.engine.pictures import one_folder_a_class
from tests.pictures import encoded, scene

POOR = [sys.executable, "-m", "tests.packaging.without_posix"]


def run(*command: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*POOR, *map(str, command)], cwd=ROOT, capture_output=True, text=True, timeout=300)


def test_what_windows_lacks_is_really_gone() -> None:
    code = (
        "from tests.packaging.without_posix import take_away; take_away(); import os, signal\n"
        "assert not hasattr(os, 'writev') and not hasattr(os, 'fork') and not hasattr(signal, 'SIGHUP')\n"
        "try:\n    import resource\nexcept ImportError:\n    print('gone')"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert done.stdout == "gone\n", done.stderr


def test_a_page_and_runs_are_served_by_one_worker() -> None:
    port = free_port()
    process = subprocess.Popen(
        [*POOR, "serve", "--port", str(port)], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    url = f"http://127.0.0.1:{port}"
    try:
        wait_until_ready(url, process)
        with httpx.Client(base_url=url, timeout=60) as client:
            assert "<main" in client.get("/").text
            assert client.get("/readyz").status_code == 200
            assert client.get("/api/v1/models/tiny-vgg/parameters").status_code == 200
            assert len(client.get("/api/v1/models/tiny-vgg/samples/espresso/run").json()["layers"]) == 13
            answer = client.post("/api/v1/models/tiny-vgg/runs", content=encoded(scene(300, 200), "JPEG"))
            assert len(answer.json()["layers"]) == 13
            assert client.post("/api/v1/models/tiny-vgg/runs", content=bytes(21_000_000)).status_code == 413
        assert run("health", "--port", port).returncode == 0
    finally:
        process.terminate()
        output = process.communicate(timeout=30)[0]
    assert "Traceback" not in output, output


def test_a_folder_is_trained_on_and_its_model_looked_at(tmp_path: Path) -> None:
    one_folder_a_class(tmp_path / "pictures", each=6)
    out = tmp_path / "My Model"
    done = run("train", tmp_path / "pictures", "--out", out, "--epochs", 1, "--verbose", 2)
    assert done.returncode == 0, done.stderr
    for command in (
        ("evaluate", "--data", tmp_path / "pictures", "--model", out),
        ("predict", tmp_path / "pictures" / "red" / "0.png", "--model", out),
        ("describe", "--model", out),
    ):
        done = run(*command)
        assert done.returncode == 0, done.stderr
        assert "Traceback" not in done.stderr


def test_the_doctor_looks_at_everything() -> None:
    done = run("doctor")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Everything needed is in order." in done.stdout


@pytest.mark.parametrize("table", ["dependencies", "optional-dependencies.fast"])
def test_nothing_that_is_needed_is_for_unix_alone(table: str) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    head, _, rest = table.partition(".")
    needed = project[head][rest] if rest else project[head]
    unix = {"uvloop", "gunicorn", "python-magic", "pwd"}
    assert not unix & {line.split(">")[0].split("[")[0].strip().lower() for line in needed}
