"""`cnn-loupe doctor`: what is well is said, what is not comes with what to do."""

from __future__ import annotations

import os
import shutil
import socket
from pathlib import Path

import pytest

from cnn_loupe.engine import zoo
from cnn_loupe.server import doctor
from cnn_loupe.server.cli import main
from cnn_loupe.server.doctor import Finding, examine


def findings() -> dict[str, Finding]:
    return {found.what: found for found in examine()}


def test_a_sound_installation_has_nothing_to_mend(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENBLAS_NUM_THREADS", "1")  # as the command sets it
    found = findings()
    assert not [each for each in found.values() if each.problem and each.fatal]
    for what in ("Python", "numpy", "pillow", "BLAS threads", "model tiny-vgg", "one run", "browser needs"):
        assert found[what].value, what
    assert "deviation" in found["model tiny-vgg"].value


def test_a_taken_port_is_noted_with_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        monkeypatch.setenv("CNN_LOUPE_PORT", str(taken.getsockname()[1]))
        (found,) = (each for each in examine() if each.what.startswith("port "))
    assert found.problem is not None
    assert "CNN_LOUPE_PORT" in found.problem


def test_weights_that_do_not_fit_their_digest_are_to_be_mended(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copytree(zoo.FOLDER / "tiny-vgg", tmp_path / "tiny-vgg", ignore=shutil.ignore_patterns("gallery"))
    weights = tmp_path / "tiny-vgg" / "weights.safetensors"
    data = bytearray(weights.read_bytes())
    data[-1] ^= 1
    weights.write_bytes(data)
    monkeypatch.setattr(zoo, "FOLDER", tmp_path)
    assert doctor.doctor() == 1
    said = capsys.readouterr().out
    assert "FAIL  model tiny-vgg: unsound" in said
    assert "SHA-256" in said


def test_an_old_and_a_missing_package_are_named_with_the_command_that_helps(monkeypatch: pytest.MonkeyPatch) -> None:
    needed = ["numpy>=999", "no-such-package>=1", "x>=1 ; extra == 'test'", "pillow<2,>=1", "jinja2>=1,<99"]
    monkeypatch.setattr(doctor, "requires", lambda _: needed)
    found = findings()
    assert found["pillow"].problem == "Only versions below 2 are tested: `pip install 'pillow<2,>=1'`."
    assert found["jinja2"].problem is None
    assert found["numpy"].problem == "At least 999 is needed: `pip install 'numpy>=999'`."
    assert found["no-such-package"].problem == "Run `pip install 'no-such-package>=1'`."
    assert "x" not in found


def test_many_blas_threads_are_noted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENBLAS_NUM_THREADS", "16")
    assert findings()["BLAS threads"].problem is not None


def test_the_configured_models_are_looked_at_as_the_server_would(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, models_folder: Path
) -> None:
    broken = tmp_path / "more" / "broken"
    broken.mkdir(parents=True)
    (broken / "model.json").write_text("{")
    (tmp_path / "empty").mkdir()
    folders = (models_folder, tmp_path / "more", tmp_path / "empty", tmp_path / "absent")
    monkeypatch.setenv("CNN_LOUPE_MODELS", os.pathsep.join(map(str, folders)))
    found = findings()
    assert found["model minimal"].problem is None
    assert found["model broken"].value == "unsound"
    assert "CNN_LOUPE_MODELS" in str(found[f"models in {tmp_path / 'absent'}"].problem)
    assert "weights.safetensors" in str(found[f"models in {tmp_path / 'empty'}"].problem)
    assert f"models in {models_folder}" not in found


def test_a_host_that_is_not_this_machines_is_not_called_a_taken_port(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CNN_LOUPE_HOST", "192.0.2.1")
    found = findings()["port 8000 on 192.0.2.1"]
    assert found.value.startswith("not an address of this machine")
    assert "CNN_LOUPE_HOST" in str(found.problem)


def test_every_workers_metrics_port_is_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        monkeypatch.setenv("CNN_LOUPE_METRICS_PORT", str(port - 1))
        monkeypatch.setenv("CNN_LOUPE_WORKERS", "2")
        found = findings()
    assert f"port {port - 1} on 127.0.0.1" in found
    assert "CNN_LOUPE_METRICS_PORT" in str(found[f"port {port} on 127.0.0.1"].problem)


def test_a_wrong_setting_is_said_as_the_server_says_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CNN_LOUPE_PORT", "80000")
    assert main(["doctor"]) == 2
    assert "--port (CNN_LOUPE_PORT)" in capsys.readouterr().err


@pytest.fixture
def own_zoo(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """The shipped model in a folder that may be damaged."""
    shutil.copytree(zoo.FOLDER / "tiny-vgg", tmp_path / "zoo" / "tiny-vgg")
    monkeypatch.setattr(zoo, "FOLDER", tmp_path / "zoo")
    return tmp_path / "zoo" / "tiny-vgg"


def test_a_shipped_model_without_its_golden_values_or_description_is_to_be_mended(own_zoo: Path) -> None:
    (own_zoo / "golden.json").unlink()
    assert "golden.json is missing; install the program again" in str(findings()["model tiny-vgg"].problem)
    (own_zoo / "model.json").unlink()
    assert "model.json cannot be read (No such file" in str(findings()["model tiny-vgg"].problem)


def test_a_lost_gallery_picture_is_named(own_zoo: Path) -> None:
    lost = next(own_zoo.glob("gallery/*.webp"))
    lost.unlink()
    found = findings()["gallery of tiny-vgg"]
    assert found.fatal
    assert f"{lost.name} cannot be read (No such file or directory); restore the file" in str(found.problem)


def test_a_default_model_that_is_not_served_is_named_with_those_that_are(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CNN_LOUPE_DEFAULT_MODEL", "nope")
    found = findings()["model shown first"]
    assert found.value == "'nope', which is not served"
    assert found.problem == "Set CNN_LOUPE_DEFAULT_MODEL to one of tiny-vgg."


def test_it_says_whether_people_may_bring_models_and_which_settings_stand_in_the_way(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def found() -> dict[str, Finding]:
        return {finding.what: finding for finding in examine()}

    assert found()["models of people's own"].value.startswith("taken up to 64 MB")
    monkeypatch.setenv("CNN_LOUPE_HOST", "0.0.0.0")
    assert found()["models of people's own"].value == "not taken (CNN_LOUPE_OWN_MODELS is auto)"
    for name, value in (("OWN_MODELS", "yes"), ("MAX_PENDING_BYTES", "30000000"), ("OWN_CACHE_BYTES", "2000000")):
        monkeypatch.setenv(f"CNN_LOUPE_{name}", value)
    told = found()
    assert told["models of people's own"].value.startswith("taken up to 30 MB")
    for name in ("MAX_MODEL_BYTES", "OWN_CACHE_BYTES"):
        finding = told[f"CNN_LOUPE_{name}"]
        assert finding.problem
        assert not finding.fatal
