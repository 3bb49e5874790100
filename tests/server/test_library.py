"""One bad model, or one lost picture, takes nothing else down, and is named."""

from __future__ import annotations

import json
import logging
import shutil
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

import numpy as np
import pytest

from cnn_loupe.engine import layers, zoo
from cnn_loupe.engine.weights import save_model
from cnn_loupe.server.app import create_app
from cnn_loupe.server.library import load_library
from cnn_loupe.server.settings import Settings
from tests.client import Client
from tests.models import model_spec, random_parameters


@pytest.fixture
def log(caplog: pytest.LogCaptureFixture) -> Iterator[pytest.LogCaptureFixture]:
    """The server's log, which is not handed on to the root's handlers once a server was configured here."""
    logger = logging.getLogger("cnn_loupe")
    logger.addHandler(caplog.handler)
    yield caplog
    logger.removeHandler(caplog.handler)


def copy_of_tiny_vgg(folder: Path, id: str = "copy") -> Path:
    shutil.copytree(zoo.FOLDER / "tiny-vgg", folder / id)
    path = folder / id / "model.json"
    path.write_text(json.dumps({**json.loads(path.read_text("utf-8")), "id": id}), "utf-8")
    return folder / id


def test_a_model_that_fails_its_self_test_is_skipped_by_name_and_the_server_is_ready(
    tmp_path: Path, log: pytest.LogCaptureFixture
) -> None:
    (copy_of_tiny_vgg(tmp_path, "no-scores") / "golden.json").write_text("{}")
    spec = model_spec("infinite", (1, 4, 4), [layers.Conv2D("conv", 1)])
    huge = {name: np.full_like(value, 3e38) for name, value in random_parameters(spec).items()}
    save_model(tmp_path / "infinite", spec, huge)
    copy_of_tiny_vgg(tmp_path, "sound")
    with Client(create_app(Settings(models=(tmp_path,)))) as client:
        assert client.get("/readyz").status_code == 200
        assert set(client.get("/readyz").json()["models"]) == {"tiny-vgg", "sound"}
    said = [record.getMessage() for record in log.records]
    assert any("no-scores is skipped: golden.json cannot be read" in line for line in said)
    assert any("infinite is skipped: infinite: conv gives values that are not finite" in line for line in said)


def test_a_shipped_model_that_fails_makes_the_server_unready_and_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, log: pytest.LogCaptureFixture
) -> None:
    shutil.copytree(zoo.FOLDER / "tiny-vgg", tmp_path / "tiny-vgg")
    monkeypatch.setattr(zoo, "FOLDER", tmp_path)
    (tmp_path / "tiny-vgg" / "golden.json").unlink()
    with Client(create_app(Settings())) as client:
        assert client.get("/readyz").json()["code"] == "self_test_failed"
    (tmp_path / "tiny-vgg" / "model.json").unlink()
    with Client(create_app(Settings())) as client:
        assert client.get("/readyz").json()["code"] == "no_models"
    said = [record.getMessage() for record in log.records]
    assert any("tiny-vgg: its golden.json is missing; install the program again" in line for line in said)
    assert any("tiny-vgg is skipped" in line and "model.json cannot be read" in line for line in said)


def test_an_unknown_default_model_is_said(log: pytest.LogCaptureFixture) -> None:
    library = load_library((), "nope")
    assert library.default is not None
    assert library.default.id == "tiny-vgg"
    assert "CNN_LOUPE_DEFAULT_MODEL is 'nope', and no such model is served; the models are tiny-vgg" in log.text


def test_a_lost_picture_is_left_out_by_name_and_the_gallery_stays(
    tmp_path: Path, log: pytest.LogCaptureFixture
) -> None:
    folder = copy_of_tiny_vgg(tmp_path)
    index = folder / "gallery" / "gallery.json"
    data = json.loads(index.read_text("utf-8"))
    whole = len(data["pictures"])
    (folder / "gallery" / data["pictures"][0]["file"]).unlink()
    data["pictures"][1]["class"] = 99
    data["pictures"][2]["title"] = "no object"
    data["pictures"][3]["file"] = "../model.json"
    index.write_text(json.dumps(data), "utf-8")
    entry = load_library((tmp_path,), "tiny-vgg").entry("copy")
    assert len(entry.samples) == whole - 4
    for said in (
        "cannot be read (No such file or directory); restore the file",
        "has class 99",
        "objects of texts",
        "outside the gallery",
    ):
        assert said in log.text


@pytest.mark.parametrize("id", ["a?b#c", "50 % grey", "käfer", 'quote"<b>'])
def test_any_id_of_a_sample_can_be_asked_for_at_the_address_given(tmp_path: Path, id: str) -> None:
    index = copy_of_tiny_vgg(tmp_path) / "gallery" / "gallery.json"
    data = json.loads(index.read_text("utf-8"))
    data["pictures"][0]["id"] = id
    index.write_text(json.dumps(data), "utf-8")
    with Client(create_app(Settings(models=(tmp_path,)))) as client:
        samples = client.get("/api/v1/models/copy/samples").json()["samples"]
        (sample,) = (sample for sample in samples if sample["id"] == id)
        assert unquote(sample["url"]).partition("?v=")[0].endswith(f"/samples/{id}")
        for name in ("url", "thumbnail", "run"):
            assert client.get(sample[name]).status_code == 200, sample[name]


@pytest.mark.parametrize("id", ["a/b", "", "x" * 65, "a\x1b[31m", 7])
def test_an_id_that_no_address_can_carry_is_left_out(tmp_path: Path, id: object, log: pytest.LogCaptureFixture) -> None:
    index = copy_of_tiny_vgg(tmp_path) / "gallery" / "gallery.json"
    data = json.loads(index.read_text("utf-8"))
    data["pictures"][0]["id"] = id
    index.write_text(json.dumps(data), "utf-8")
    assert len(load_library((tmp_path,), "tiny-vgg").entry("copy").samples) == len(data["pictures"]) - 1
    assert "its id is" in log.text
